//! Speedups by core count: measured, beside the capacity of all cores and the ideal.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::analysis::analysed::Analysed;
use crate::analysis::same::scales_with;
use crate::analysis::scaling::{Scaled, scale};
use crate::report::chart::apart::apart;
use crate::report::chart::axis::Tick;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::caption::{no_verdict, source};
use crate::report::chart::forms::{Layout, Picture, Words, in_both_forms};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::legend::{MOST, MarkedModel, Marks, legend, legend_height};
use crate::report::chart::{Chart, EDGE, axis, part_of_file_name, speedup_grid, undrawn};
use crate::report::{chart::palette::Color, chart::scale::Log};
use crate::stats::{ratio::Ratio, units};

/// A chart for each computing workload.
pub const KIND: Kind = Kind {
    charts: Charts::OfAll(charts),
    missing: Some("scaling: no recordings of one machine have three numbers of cores (bakeoff sweep)"),
};

/// The fewest core counts that show how speedups grow.
const LEAST_COUNTS: usize = 3;

/// The height of the plot.
const PLOT: f64 = 280.0;

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
        if scaled.computes() && scaled.rows.len() >= LEAST_COUNTS {
            let source =
                no_verdict(of_one.iter().flat_map(|of| &of.summary.warnings)) + &source(of_one[0].recording);
            charts.extend(chart(&scaled, all[0].marks, source));
        }
    }
    charts
}

fn chart(scaled: &Scaled, marks: &Marks, source: String) -> Vec<Chart> {
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
    let mut models = marks.models(names);
    let left_out = models.len().saturating_sub(MOST);
    models.truncate(MOST);
    curves.retain(|curve| models.iter().any(|model| model.mark == curve.mark));
    let name = scaled.name().to_owned();
    let words = Words {
        name: format!("scaling-{}", part_of_file_name(&name)),
        title: format!("{name}: {}", finding(&models, &curves)),
        about: "Times as fast as one job at a time, by the number of cores. Dashed: ideal; thick: what copies of sequential on all \
                cores gave"
            .into(),
        description: "A marker for each model and number of cores, with its 95 percent interval, both axes logarithmic; dashed what \
                      would be ideal, and a thick line for what independent copies of sequential on all cores gave."
            .into(),
        source: source + &undrawn(left_out, "models"),
    };
    in_both_forms(words, Curves { models, curves, capacity: scaled.capacity() })
}

/// The highest speedup on the most cores.
fn finding(models: &[MarkedModel], curves: &[Curve]) -> String {
    let mut highest: Option<(u64, f64, usize)> = None;
    for curve in curves {
        if let Some((cores, speedup)) = curve.speedups.last_key_value()
            && highest.is_none_or(|(most, best, _)| (*cores, speedup.ratio) > (most, best))
        {
            highest = Some((*cores, speedup.ratio, curve.mark));
        }
    }
    let Some((cores, speedup, mark)) = highest else {
        return "no tool was measured on all numbers of cores".into();
    };
    let name = models.iter().find(|model| model.mark == mark).map_or("", |model| &model.name);
    format!("up to {} on {} ({name})", units::ratio(speedup), units::cores(cores))
}

struct Curves {
    models: Vec<MarkedModel>,
    curves: Vec<Curve>,
    capacity: BTreeMap<u64, Ratio>,
}

impl Curves {
    /// The core counts of all curves, ascending, each once, and the axes that hold all points.
    fn axes(&self, left: f64, right: f64) -> (Vec<f64>, Log, Log) {
        let mut cores = Vec::new();
        let mut speedups = vec![1.0];
        let all = self.curves.iter().map(|curve| &curve.speedups).chain([&self.capacity]);
        for (&count, speedup) in all.flatten() {
            cores.push(count as f64);
            let (low, high) = speedup.bounds().unwrap_or((speedup.ratio, speedup.ratio));
            speedups.extend([low, speedup.ratio, high]);
        }
        cores.sort_by(f64::total_cmp);
        cores.dedup();
        // The ideal speedup is the number of cores.
        speedups.extend(cores.last());
        let x = Log::of(&cores, 2.0, left, right);
        let y = Log::around(&speedups, 2.0, PLOT, 0.0);
        (cores, x, y)
    }

    /// The points of a curve, and where its marks stand beside those of others.
    fn points(&self, x: &Log, y: &Log) -> Vec<Mark> {
        let (mut places, mut marks) = (Vec::new(), Vec::new());
        for curve in &self.curves {
            for (&cores, speedup) in &curve.speedups {
                places.push((x.place(cores as f64), y.place(speedup.ratio)));
                let bounds = speedup.bounds().map(|(low, high)| [y.place(low), y.place(high)]);
                marks.push(Mark { mark: curve.mark, at: (0.0, 0.0), bounds });
            }
        }
        for (mark, place) in marks.iter_mut().zip(apart(&places)) {
            mark.at = place;
        }
        marks
    }
}

/// A mark of a curve: its place, and its interval.
struct Mark {
    mark: usize,
    at: (f64, f64),
    bounds: Option<[f64; 2]>,
}

impl Picture for Curves {
    fn height(&self, layout: &Layout) -> f64 {
        PLOT + axis::HEIGHT + layout.small + 16.0 + legend_height(layout, &self.models)
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let left = EDGE + layout.either(44.0, 40.0);
        let right = layout.right();
        let (cores, x, y) = self.axes(left + 30.0, right - 30.0);
        let (mut ideal, mut measured, mut ticks) = (vec![], vec![], vec![]);
        for &count in &cores {
            ideal.push((x.place(count), y.place(count)));
            ticks.push(Tick { x: x.place(count), label: count.to_string() });
        }
        for (count, of_all) in &self.capacity {
            measured.push((x.place(*count as f64), y.place(of_all.ratio)));
        }
        let below = PLOT + axis::HEIGHT + layout.small;
        html! {
            (speedup_grid(canvas, &y, [left, right], layout.small))
            (axis::grid(canvas, layout, &axis::thinned(ticks, layout), [0.0, PLOT]))
            (canvas.text(f64::midpoint(left, right), below, Anchor::Middle, Color::Text, layout.small, "cores"))
            (canvas.line(&ideal, Color::Faint, Stroke::Dashed))
            (canvas.line(&measured, Color::Faint, Stroke::Thick))
            @for Mark { mark, at, bounds } in self.points(&x, &y) {
                @if let Some([low, high]) = bounds {
                    (canvas.line(&[(at.0, low), (at.0, high)], Color::Model(mark), Stroke::Thin))
                }
                (canvas.marker(at.0, at.1, mark, true))
            }
            (legend(canvas, layout, &self.models, below + 16.0))
        }
    }
}
