//! Speed against CPU use on waiting tasks: a mark for each tool.

use maud::{Markup, html};

use crate::analysis::answer::{Answer, Outcome, Standing};
use crate::analysis::summary::Row;
use crate::record::schema::Kind as WorkloadKind;
use crate::report::best;
use crate::report::chart::apart::apart;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::caption::source_of;
use crate::report::chart::forms::{Layout, Picture, Words, in_both_forms};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::legend::{MOST, MarkedModel, legend, legend_height};
use crate::report::chart::scale::Log;
use crate::report::chart::{Chart, EDGE, axis, palette::Color, part_of_file_name, speedup_grid, undrawn};
use crate::stats::units;

/// A chart of each waiting task.
pub const KIND: Kind = Kind {
    charts: Charts::OfFirst(charts),
    missing: Some("cpu: no recording has waiting tasks with CPU times (bakeoff run)"),
};

/// A tool on a task.
struct Point {
    model: MarkedModel,
    speedup: f64,
    /// CPU time over wall time, in percent of a core.
    percent: f64,
    is_best: bool,
}

/// The charts of the tasks that have a winner: without one, nothing is known to be as fast with less.
fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let mut charts = Vec::new();
    for row in &of.summary.rows {
        if row.workload.kind == WorkloadKind::Waits && Answer::of(row).outcome == Outcome::Best {
            charts.extend(chart(of, row));
        }
    }
    charts
}

fn chart(of: &Evaluated<'_>, row: &Row) -> Vec<Chart> {
    let answer = Answer::of(row);
    let mut points = Vec::new();
    for tool in &answer.tools {
        if let (Some(speedup), Some(busy)) = (tool.speedup(), tool.cell.busy_cores) {
            points.push(Point {
                model: of.marks.model(tool.cell.model()),
                speedup,
                percent: 100.0 * busy.ratio,
                is_best: tool.standing == Standing::Best,
            });
        }
    }
    let Some(finding) = finding(&answer, &points).filter(|_| points.len() > 1) else { return vec![] };
    let left_out = points.len().saturating_sub(MOST);
    let name = &row.workload.name;
    let mut listed = Vec::new();
    for point in &points {
        listed.push(format!(
            "{} {} at {}",
            point.model.name,
            units::ratio(point.speedup),
            percent(point.percent)
        ));
    }
    let words = Words {
        name: format!("cpu-{}", part_of_file_name(name)),
        title: format!("{name}: {finding}"),
        about: "Times as fast as one job at a time, by the CPU that a tool uses meanwhile; logarithmic axes. Filled: the best, within 5 % \
                of the fastest. Marks that would cover others are moved, with a line to their place"
            .into(),
        description: format!("A mark for each tool. {}.", listed.join("; ")),
        source: source_of(of) + &undrawn(left_out, "tools"),
    };
    points.truncate(MOST);
    in_both_forms(words, Scatter { points })
}

/// How much CPU the best tools use; `None` if that is not known of any.
fn finding(answer: &Answer<'_>, points: &[Point]) -> Option<String> {
    let mut best_points: Vec<&Point> = points.iter().filter(|point| point.is_best).collect();
    best_points.sort_by(|a, b| a.percent.total_cmp(&b.percent));
    match &best_points[..] {
        [] => None,
        [only] => {
            let undecided = best::undecided(answer);
            let too = undecided.map(|tools| format!("; {tools} may be too")).unwrap_or_default();
            Some(format!("{} is best, at {} of a core{too}", only.model.name, percent(only.percent)))
        }
        [least, .., most] => Some(format!("the same speed within 5 %, at {}", range(least, most))),
    }
}

fn range(least: &Point, most: &Point) -> String {
    let [from, to] = [least, most].map(|point| percent(point.percent));
    if from == to {
        return format!("{from} of a core");
    }
    format!("{from} ({}) to {to} of a core ({})", least.model.name, most.model.name)
}

/// A share of a core, which no line break divides.
fn percent(value: f64) -> String {
    let decimals = usize::from(value < 9.95);
    format!("{value:.decimals$}\u{a0}%")
}

/// A label of the axis.
fn tick(value: f64) -> String {
    format!("{value} %")
}

struct Scatter {
    points: Vec<Point>,
}

/// The height of the plot.
const PLOT: f64 = 230.0;

impl Scatter {
    fn models(&self) -> Vec<MarkedModel> {
        self.points.iter().map(|point| point.model.clone()).collect()
    }
}

impl Picture for Scatter {
    fn height(&self, layout: &Layout) -> f64 {
        PLOT + axis::HEIGHT + layout.small + 16.0 + legend_height(layout, &self.models())
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let left = EDGE + layout.either(44.0, 40.0);
        let (mut speedups, mut percents) = (vec![1.0], vec![]);
        for point in &self.points {
            speedups.push(point.speedup);
            percents.push(point.percent);
        }
        let x = Log::around(&percents, 2.0, left, layout.right() - 16.0);
        let y = Log::around(&speedups, 2.0, PLOT, 0.0);
        let mut places = Vec::new();
        for point in &self.points {
            places.push((x.place(point.percent), y.place(point.speedup)));
        }
        let marks = apart(&places);
        let middle = f64::midpoint(left, layout.right());
        let below = PLOT + axis::HEIGHT + layout.small;
        html! {
            (speedup_grid(canvas, &y, [left, layout.right()], layout.small))
            (axis::grid(canvas, layout, &axis::log_ticks(&x, layout, tick), [0.0, PLOT]))
            (canvas.text(middle, below, Anchor::Middle, Color::Text, layout.small, "CPU, % of a core"))
            @for ((point, place), mark) in self.points.iter().zip(&places).zip(&marks) {
                @if place != mark { (canvas.line(&[*place, *mark], Color::Model(point.model.mark), Stroke::Thin)) }
                (canvas.marker(mark.0, mark.1, point.model.mark, point.is_best))
            }
            (legend(canvas, layout, &self.models(), below + 16.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::answer::tests::row;
    use crate::record::schema::Recording;
    use crate::report::chart::draw::charts;

    /// The title of the chart of a waiting task of two tools, whose launches take these percents of rayon's time in turn.
    fn title(noisy: &[[u64; 2]]) -> String {
        let mut recording: Recording = row(noisy);
        let study = recording.study.as_mut().unwrap();
        study.workloads[0].kind = WorkloadKind::Waits;
        for (number, launch) in study.launches.iter_mut().enumerate() {
            for (tool, sample) in launch.rounds[0].samples.iter_mut().enumerate() {
                // 10 % of a core for the first, 20 % for the next; each launch has its own noise.
                let share = 100 * (tool as u64 + 1) + number as u64 % 2;
                sample.cpu_ns = Some(sample.wall_ns.get() * share / 1_000);
            }
        }
        let charts = charts(&[recording]);
        let chart = charts.into_iter().flatten().find(|chart| chart.name.starts_with("cpu-")).unwrap();
        chart.title
    }

    #[test]
    fn title_goes_from_least_to_most_cpu() {
        assert_eq!(
            title(&[[101, 101], [200, 200]]),
            "hash: the same speed within 5 %, at 20\u{a0}% (rayon) to 30\u{a0}% of a core (other0)"
        );
        assert_eq!(
            title(&[[101, 120], [200, 200], [200, 200]]),
            "hash: rayon is best, at 20\u{a0}% of a core; other0 may be too"
        );
    }
}
