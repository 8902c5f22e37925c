//! The job size from which each model is faster than sequential.

use maud::{Markup, html};

use crate::analysis::sizes::{BreakEven, SizeSeries};
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::legend::{MarkedModel, legend};
use crate::report::chart::{Chart, Form, Size, speedup_grid, tick};
use crate::report::{chart::caption::origin, chart::palette::Color, chart::scale::Log};
use crate::stats::units;

/// The chart of computing jobs of several sizes.
pub const KIND: Kind = Kind {
    charts: Charts::OfFirst(charts),
    missing: Some(
        "break-even: no recording has jobs of several sizes that no stamp withholds (bakeoff costs)",
    ),
};

/// The series whose jobs compute and differ in nothing but size.
const SERIES: &str = "grains";

/// The position of the plot.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 765.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 320.0;

/// Speedups below this are drawn at the lower edge: the slowdown of a process per microsecond is of no
/// interest.
const LEAST: f64 = 1.0 / 128.0;

/// A model's speedups by job time in nanoseconds, and the first point from which on it is faster.
struct Curve {
    points: Vec<(f64, f64)>,
    from: Option<usize>,
}

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let Some(costs) = &of.recording.costs else { return vec![] };
    let Some(sizes) = costs.sizes.iter().find(|sizes| sizes.series == SERIES) else { return vec![] };
    let size_series = SizeSeries::of(of.recording, sizes);
    if size_series.rows.len() < 2 || size_series.has_no_verdict() {
        return vec![];
    }
    let mut models = of.marks.models(size_series.models());
    models.retain(|model| model.name != size_series.baseline());
    let mut curves = Vec::new();
    let mut faster = Vec::new();
    for model in &models {
        let curve = curve(&size_series, &model.name);
        if let Some((ns, _)) = curve.from.and_then(|from| curve.points.get(from)) {
            faster.push(format!("{} from {}", model.name, units::nanoseconds(*ns)));
        }
        curves.push(curve);
    }
    vec![Chart {
        name: "break-even".into(),
        title: "How large a job has to be: speedup over one job after the other, by the time of a job".into(),
        size: Size::USUAL,
        form: Form::Usual,
        description: format!(
            "A line for each model over the time that a computing job takes, both axes logarithmic. Faster than sequential: {}.",
            faster.join(", ")
        ),
        source: format!("{}; {} launches, 95 % intervals", origin(of.recording), sizes.study.launches_text()),
        draw: Box::new(move |canvas| draw(canvas, &models, &curves)),
    }]
}

fn curve(size_series: &SizeSeries, model: &str) -> Curve {
    let mut points = Vec::new();
    for row in 0..size_series.rows.len() {
        if let (Some(ns), Some(speedup)) = (size_series.job_ns(row), size_series.speedup(row, model)) {
            points.push((ns, speedup.ratio.max(LEAST)));
        }
    }
    let from = match size_series.break_even(model) {
        BreakEven::From(row) => Some(row),
        _ => None,
    };
    Curve { points, from }
}

fn draw(canvas: &Canvas<'_>, models: &[MarkedModel], curves: &[Curve]) -> Markup {
    let (mut times, mut speedups) = (vec![], vec![1.0]);
    for (ns, speedup) in curves.iter().flat_map(|curve| &curve.points) {
        times.push(*ns);
        speedups.push(*speedup);
    }
    let x = Log::of(&times, 10.0, LEFT, RIGHT);
    let y = Log::of(&speedups, 2.0, BOTTOM, TOP);
    html! {
        (speedup_grid(canvas, &y, LEFT, RIGHT))
        @for value in x.ticks(9) {
            (canvas.text(x.place(value), BOTTOM + 15.0, Anchor::Middle, Color::Faint, 11.0, &units::nanoseconds(value)))
        }
        @for (model, curve) in models.iter().zip(curves) {
            @let line: Vec<_> = curve.points.iter().map(|(ns, speedup)| (x.place(*ns), y.place(*speedup))).collect();
            (canvas.line(&line, Color::Model(model.mark), Stroke::Thin))
            @for (at, (x, y)) in line.iter().enumerate() {
                (canvas.marker(*x, *y, model.mark, curve.from.is_some_and(|from| at >= from)))
            }
        }
        (canvas.text(RIGHT, BOTTOM + 32.0, Anchor::End, Color::Faint, 11.0,
            &format!("filled: from where it is faster than sequential, by the whole 95 % interval; lower edge: {} or slower", tick(LEAST))))
        (legend(canvas, models, BOTTOM + 50.0))
    }
}
