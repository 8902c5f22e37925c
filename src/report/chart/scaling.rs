//! Speedups by core count: measured, beside the capacity of all cores and the ideal.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::analysis::analysed::Analysed;
use crate::analysis::same::scales_with;
use crate::analysis::scaling::{Scaled, scale};
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::caption::{no_verdict, source};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::legend::{MarkedModel, Marks, legend};
use crate::report::chart::{Chart, Form, Size, part_of_file_name, speedup_grid};
use crate::report::{chart::palette::Color, chart::scale::Log};
use crate::stats::ratio::Ratio;

/// A chart for each computing workload.
pub const KIND: Kind = Kind {
    charts: Charts::OfAll(charts),
    missing: Some("scaling: no recordings of one machine have several numbers of cores (bakeoff sweep)"),
};

/// The position of the plot.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 780.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 320.0;

/// The speedups of a cell by cores.
struct Curve {
    mark: usize,
    speedups: BTreeMap<u64, Ratio>,
}

/// The charts of all studies of the first one's machine and work.
fn charts(all: &[Evaluated<'_>]) -> Vec<Chart> {
    let mut of_one: Vec<Analysed<'_>> = Vec::new();
    for Evaluated { recording, summary, .. } in all {
        let first = of_one.first().map_or(*recording, |it| it.recording);
        if recording.study.is_some() && scales_with(first, recording) {
            of_one.push(Analysed { recording, summary: (*summary).clone() });
        }
    }
    let mut charts = Vec::new();
    for scaled in scale(&of_one) {
        if scaled.computes() && scaled.rows.len() > 1 {
            let source =
                no_verdict(of_one.iter().flat_map(|of| &of.summary.warnings)) + &source(of_one[0].recording);
            charts.push(chart(&scaled, all[0].marks, source));
        }
    }
    charts
}

fn chart(scaled: &Scaled, marks: &Marks, source: String) -> Chart {
    let mut curves = Vec::new();
    let mut names = Vec::new();
    for cell in scaled.cells() {
        let Some((name, width)) = cell.split_once('/') else { continue };
        // The baseline's speedup is 1 by definition.
        if width != "one" {
            names.push(name);
            curves.push(Curve { mark: marks.model(name).mark, speedups: scaled.speedups(cell) });
        }
    }
    let models = marks.models(names);
    let capacity = scaled.capacity();
    let name = scaled.name().to_owned();
    Chart {
        title: format!("{name}: speedup over one job after the other, by the number of cores"),
        size: Size::USUAL,
        form: Form::Usual,
        description: "A marker for each model and number of cores, with its 95 percent interval, both axes logarithmic; dashed what \
                      would be ideal, and a thick line for what independent copies of sequential on all cores gave."
            .into(),
        name: format!("scaling-{}", part_of_file_name(&name)),
        source,
        draw: Box::new(move |canvas| draw(canvas, &models, &curves, &capacity)),
    }
}

/// The core counts of all curves, ascending, each once, and the axes that hold all points.
fn axes(curves: &[Curve], capacity: &BTreeMap<u64, Ratio>) -> (Vec<f64>, Log, Log) {
    let mut cores = Vec::new();
    let mut speedups = vec![1.0];
    for (&count, speedup) in curves.iter().map(|curve| &curve.speedups).chain([capacity]).flatten() {
        cores.push(count as f64);
        speedups.push(speedup.ratio);
    }
    cores.sort_by(f64::total_cmp);
    cores.dedup();
    // The ideal speedup is the number of cores.
    speedups.extend(cores.last());
    let x = Log::of(&cores, 2.0, LEFT + 30.0, RIGHT - 60.0);
    let y = Log::of(&speedups, 2.0, BOTTOM, TOP);
    (cores, x, y)
}

fn draw(
    canvas: &Canvas<'_>,
    models: &[MarkedModel],
    curves: &[Curve],
    capacity: &BTreeMap<u64, Ratio>,
) -> Markup {
    let (cores, x, y) = axes(curves, capacity);
    let ideal: Vec<_> = cores.iter().map(|&cores| (x.place(cores), y.place(cores))).collect();
    let measured: Vec<_> =
        capacity.iter().map(|(cores, of_all)| (x.place(*cores as f64), y.place(of_all.ratio))).collect();
    html! {
        (speedup_grid(canvas, &y, LEFT, RIGHT))
        @for &cores in &cores {
            (canvas.text(x.place(cores), BOTTOM + 15.0, Anchor::Middle, Color::Faint, 11.0, &format!("{cores:.0}")))
        }
        (canvas.text((LEFT + RIGHT) / 2.0, BOTTOM + 32.0, Anchor::Middle, Color::Text, 12.0, "cores"))
        (canvas.line(&ideal, Color::Faint, Stroke::Dashed))
        (canvas.line(&measured, Color::Faint, Stroke::Thick))
        @for (at, curve) in curves.iter().enumerate() {
            // Markers of one core count are side by side, so that each is visible.
            @let aside = 5.0 * (at as f64 - (curves.len() as f64 - 1.0) / 2.0);
            @for (&cores, speedup) in &curve.speedups {
                @let x = x.place(cores as f64) + aside;
                @if let Some((low, high)) = speedup.bounds() {
                    (canvas.line(&[(x, y.place(low)), (x, y.place(high))], Color::Model(curve.mark), Stroke::Thin))
                }
                (canvas.marker(x, y.place(speedup.ratio), curve.mark, true))
            }
        }
        (canvas.text(LEFT + 6.0, TOP + 12.0, Anchor::Start, Color::Faint, 11.0, "dashed: ideal; thick: what all cores gave"))
        (legend(canvas, models, BOTTOM + 50.0))
    }
}
