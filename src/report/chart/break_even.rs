//! The job size from which each model is faster than sequential: a row for each, the smallest size first.

use maud::{Markup, html};

use crate::analysis::sizes::{BreakEven, SizeSeries};
use crate::model::{Concurrency, MadeOf, models};
use crate::report::chart::canvas::{Anchor, Canvas};
use crate::report::chart::forms::{Layout, Picture, Words, in_both_forms, width_of};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::scale::Log;
use crate::report::chart::{Chart, axis, caption::origin, palette::Color, rows, undrawn};
use crate::report::{answer::listed, best::short_name};
use crate::stats::units;

/// A chart of the computing jobs of several sizes, for each platform.
pub const KIND: Kind = Kind {
    charts: Charts::OfEach(charts),
    missing: Some(
        "break-even: no recording has jobs of several sizes that no warning blocks (bakeoff costs)",
    ),
};

/// A model and its break-even size.
struct Row {
    name: String,
    size: Size,
}

/// What is known of a break-even size; times of jobs in nanoseconds.
#[derive(Clone, Copy)]
enum Size {
    /// From jobs of this time on it is faster; jobs of the time `above`, the next smaller size, do not show that.
    From { ns: f64, above: Option<f64> },
    /// Inconclusive at the largest jobs, of this time.
    Inconclusive(f64),
    /// Slower up to the largest jobs, of this time.
    Never(f64),
    /// Not measured at every size.
    Unknown,
}

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let (mut charts, mut functions) = (Vec::new(), 0);
    for sizes in of.recording.costs.iter().flat_map(|costs| &costs.sizes) {
        let series = SizeSeries::of(of.recording, sizes);
        functions += usize::from(series.is_of_function());
        if !series.has_break_even() || series.rows.len() < 2 || series.has_no_verdict() {
            continue;
        }
        let launches = sizes.study.launches_text();
        let source = format!("{}; {launches} launches, 95 % intervals", origin(of.recording));
        charts.extend(chart(of, &series, functions, source));
    }
    charts
}

/// The chart of a series, which is the one of function number `function` if it is of a user's.
fn chart(of: &Evaluated<'_>, series: &SizeSeries, function: usize, source: String) -> Vec<Chart> {
    let mut rows = Vec::new();
    for model in series.models() {
        if model != series.baseline() {
            rows.push(Row { name: short_name(model).to_owned(), size: size(series, model) });
        }
    }
    // A stable sort: equal ones stand in the order of the registry.
    rows.sort_by(|a, b| a.size.order().total_cmp(&b.size.order()));
    if rows.is_empty() {
        return vec![];
    }
    let mut listed = Vec::new();
    for row in &rows {
        listed.push(format!("{}: {}", row.name, row.size.in_words()));
    }
    let tag = series.series.split_once('@').map(|(_, tag)| tag);
    let (name, subject) = match tag {
        _ if series.is_of_function() => (format!("break-even-{function}"), format!("{}. ", series.series)),
        Some(tag) => (format!("break-even-python-{}", of.name_of(tag)), format!("CPython {tag}. ")),
        None => ("break-even".into(), String::new()),
    };
    let words = Words {
        name,
        title: subject + &finding(&rows),
        about: format!(
            "Time of a computing job from which a tool is surely faster than {}, and never slower beyond; the line begins at the next smaller size",
            short_name(series.baseline())
        ),
        description: format!(
            "A row for each tool on a logarithmic axis of job times. {}.",
            listed.join("; ")
        ),
        source: source + &undrawn(rows.len().saturating_sub(rows::MOST), "tools"),
    };
    rows.truncate(rows::MOST);
    in_both_forms(words, BreakEvens { rows })
}

fn size(series: &SizeSeries, model: &str) -> Size {
    let largest = series.job_ns(series.rows.len() - 1);
    match (series.break_even(model), largest) {
        (BreakEven::From(row), _) => match series.job_ns(row) {
            Some(ns) => {
                let above = row.checked_sub(1).and_then(|row| series.job_ns(row)).filter(|it| *it < ns);
                Size::From { ns, above }
            }
            None => Size::Unknown,
        },
        (BreakEven::Inconclusive, Some(ns)) => Size::Inconclusive(ns),
        (BreakEven::Never, Some(ns)) => Size::Never(ns),
        _ => Size::Unknown,
    }
}

impl Size {
    /// Its place among others.
    fn order(self) -> f64 {
        match self {
            Size::From { ns, .. } => ns,
            Size::Inconclusive(_) | Size::Never(_) | Size::Unknown => f64::INFINITY,
        }
    }

    fn in_words(self) -> String {
        match self {
            Size::From { ns, .. } => format!("from {}", units::nanoseconds(ns)),
            Size::Inconclusive(ns) => format!("undecided at {}", units::nanoseconds(ns)),
            Size::Never(ns) => format!("slower at {} too", units::nanoseconds(ns)),
            Size::Unknown => "not measured at every size".into(),
        }
    }
}

/// How many of the cheapest tools a title names.
const MOST_NAMED: usize = 3;

/// From which size the cheapest tools pay, and those with a thread or a process for each job. `rows` are sorted by size.
fn finding(rows: &[Row]) -> String {
    let Some(Size::From { ns: least, .. }) = rows.first().map(|row| row.size) else {
        if rows.iter().all(|row| matches!(row.size, Size::Unknown)) {
            return "No tool was measured at every size of computing jobs".into();
        }
        return "No tool is surely faster than one job at a time up to the largest computing jobs".into();
    };
    let mut cheapest = Vec::new();
    let mut clauses = Vec::new();
    for Row { name, size } in rows {
        let Size::From { ns, .. } = size else { continue };
        if *ns <= least {
            cheapest.push(name.as_str());
        } else if is_for_each_job(name) {
            clauses.push(format!("{} with {name}", time(*ns)));
        }
    }
    let more = format!("{} more", cheapest.len().saturating_sub(MOST_NAMED));
    if cheapest.len() > MOST_NAMED {
        cheapest.truncate(MOST_NAMED);
        cheapest.push(&more);
    }
    let first = format!("{} with {}", time(least), listed(&cheapest));
    format!("Computing jobs pay off from {}", [&[first], &clauses[..]].concat().join(", "))
}

/// A time that no line break divides.
fn time(ns: f64) -> String {
    units::nanoseconds(ns).replace(' ', "\u{a0}")
}

/// Whether a native model has a thread or a process for each job.
fn is_for_each_job(name: &str) -> bool {
    let model = models().into_iter().find(|model| model.name == name);
    model.is_some_and(|model| {
        matches!(model.concurrency, Concurrency::Jobs { .. })
            && matches!(model.made_of, MadeOf::Threads | MadeOf::Processes)
    })
}

struct BreakEvens {
    rows: Vec<Row>,
}

impl Picture for BreakEvens {
    fn height(&self, _: &Layout) -> f64 {
        rows::ROW * self.rows.len() as f64 + axis::HEIGHT
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let bottom = rows::ROW * self.rows.len() as f64;
        let left = rows::left_of(layout, self.rows.iter().map(|row| row.name.as_str()));
        // A number stands right of the largest.
        let right = layout.right() - 10.0 - width_of("0.00 us", layout.label);
        let scale = self.scale(left + 8.0, right);
        let ticks = axis::log_ticks(&scale, layout, units::nanoseconds);
        html! {
            (axis::grid(canvas, layout, &ticks, [0.0, bottom]))
            @for (at, row) in self.rows.iter().enumerate() {
                @let y = rows::ROW * (at as f64 + 0.5);
                (rows::name(canvas, layout, left, y, &row.name))
                @if let Size::From { ns, above } = row.size {
                    @let x = scale.place(ns);
                    (rows::dot(canvas, y, x, above.map(|above| [scale.place(above), x])))
                    (rows::number(canvas, layout, x, y, &units::nanoseconds(ns)))
                } @else {
                    (canvas.text(layout.right(), y + 0.35 * layout.small, Anchor::End, Color::Faint, layout.small, &row.size.in_words()))
                }
            }
        }
    }
}

impl BreakEvens {
    /// An axis of all sizes.
    fn scale(&self, left: f64, right: f64) -> Log {
        let mut times = Vec::new();
        for row in &self.rows {
            match row.size {
                Size::From { ns, above } => times.extend([ns, above.unwrap_or(ns)]),
                Size::Inconclusive(ns) | Size::Never(ns) => times.push(ns),
                Size::Unknown => {}
            }
        }
        Log::around(&times, 10.0, left, right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, size: Size) -> Row {
        Row { name: name.into(), size }
    }

    fn from(us: f64) -> Size {
        Size::From { ns: us * 1e3, above: None }
    }

    #[test]
    fn title_names_cheapest_and_each_job() {
        let rows = [
            row("rayon", from(7.0)),
            row("prefork", from(7.0)),
            row("crossbeam", from(80.0)),
            row("threads", from(239.0)),
            row("processes", Size::Never(8e6)),
        ];
        assert_eq!(
            finding(&rows).replace('\u{a0}', " "),
            "Computing jobs pay off from 7.00 us with rayon and prefork, 239 us with threads"
        );
        let many = [1, 2, 3, 4, 5].map(|at| row(&format!("model-{at}"), from(7.0)));
        assert!(finding(&many).ends_with("with model-1, model-2, model-3 and 2 more"));
        assert_eq!(
            finding(&rows[3..]).replace('\u{a0}', " "),
            "Computing jobs pay off from 239 us with threads"
        );
    }

    #[test]
    fn title_claims_nothing_where_nothing_pays() {
        let rows = [
            row("threads", Size::Never(8e6)),
            row("rayon", Size::Inconclusive(8e6)),
            row("gil", Size::Unknown),
        ];
        assert!(finding(&rows).starts_with("No tool is surely faster"));
        assert!(finding(&rows[2..]).starts_with("No tool was measured at every size"));
    }
}
