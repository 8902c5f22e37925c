//! The job size from which each model is faster than sequential.

use maud::{Markup, html};

use crate::analysis::sizes::{BreakEven, SizeSeries};
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::legend::{Models, legend};
use crate::report::chart::palette::Color;
use crate::report::chart::scale::Log;
use crate::report::chart::{Chart, tick};
use crate::stats::units;

/// The position of the plot.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 765.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 320.0;

/// Speedups below this are drawn at the lower edge: the slowdown of a process per microsecond is of no
/// interest.
const LEAST: f64 = 1.0 / 128.0;

/// A model's speedups by job time in nanoseconds, and its break-even point.
struct Curve {
    points: Vec<(f64, f64)>,
    from: Option<usize>,
}

/// The chart of `matrix`; `None` if it has fewer than two sizes or a warning blocks its verdicts.
pub fn chart(size_series: &SizeSeries, source: String) -> Option<Chart> {
    let models = Models::of(size_series.models().into_iter().filter(|model| *model != "sequential"));
    let curve = |model: &String| {
        let point =
            |row: usize| Some((size_series.job_ns(row)?, size_series.speedup(row, model)?.ratio.max(LEAST)));
        let from = match size_series.break_even(model) {
            BreakEven::From(row) => Some(row),
            _ => None,
        };
        Curve { points: (0..size_series.rows.len()).filter_map(point).collect(), from }
    };
    let curves: Vec<Curve> = models.names().iter().map(curve).collect();
    let told = |(name, curve): (&String, &Curve)| {
        let (ns, _) = curve.points.get(curve.from?)?;
        Some(format!("{name} from {}", units::nanoseconds(*ns)))
    };
    let told: Vec<String> = models.names().iter().zip(&curves).filter_map(told).collect();
    (size_series.rows.len() > 1 && !size_series.is_withheld()).then(|| Chart {
        name: "break-even".into(),
        title: "How large a job has to be: speedup over one job after the other, by the time of a job".into(),
        description: format!(
            "A line for each model over the time that a computing job takes, both axes logarithmic. Faster than sequential: {}.",
            told.join(", ")
        ),
        source,
        draw: Box::new(move |canvas| draw(canvas, &models, &curves)),
    })
}

fn draw(canvas: &Canvas<'_>, models: &Models, curves: &[Curve]) -> Markup {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let x = Log::of(points().map(|(ns, _)| *ns), false, 10.0, LEFT, RIGHT);
    let y = Log::of(points().map(|(_, speedup)| *speedup), true, 2.0, BOTTOM, TOP);
    html! {
        @for value in y.ticks(2.0, 12) {
            @let (place, ink) = (y.place(value), if value == 1.0 { Color::Faint } else { Color::Grid });
            (canvas.line(&[(LEFT, place), (RIGHT, place)], ink, Stroke::Thin))
            (canvas.text(LEFT - 8.0, place + 4.0, Anchor::End, Color::Faint, 11.0, &tick(value)))
        }
        @for value in x.ticks(10.0, 9) {
            (canvas.text(x.place(value), BOTTOM + 15.0, Anchor::Middle, Color::Faint, 11.0, &units::nanoseconds(value)))
        }
        @for (model, curve) in curves.iter().enumerate() {
            @let line: Vec<(f64, f64)> = curve.points.iter().map(|(ns, speedup)| (x.place(*ns), y.place(*speedup))).collect();
            (canvas.line(&line, Color::Model(models.mark(model)), Stroke::Thin))
            @for (at, (x, y)) in line.iter().enumerate() {
                (canvas.marker(*x, *y, models.mark(model), curve.from.is_some_and(|from| at >= from)))
            }
        }
        (canvas.text(RIGHT, BOTTOM + 32.0, Anchor::End, Color::Faint, 11.0,
            "filled: from where it is faster than sequential, by the whole 95 % interval; lower edge: 1/128x or slower"))
        (legend(canvas, models, BOTTOM + 50.0))
    }
}
