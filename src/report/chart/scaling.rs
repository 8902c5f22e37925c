//! Speedups by core count: measured, beside the capacity of all cores and the ideal.

use maud::{Markup, html};

use crate::analysis::scaling::Scaled;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::legend::{Models, legend};
use crate::report::chart::palette::Color;
use crate::report::chart::scale::Log;
use crate::report::chart::{Chart, tick};
use crate::stats::ratio::Ratio;

/// The position of the plot.
const LEFT: f64 = 60.0;
const RIGHT: f64 = 780.0;
const TOP: f64 = 40.0;
const BOTTOM: f64 = 320.0;

/// Cores and speedup, with its bounds.
type Points = Vec<(f64, f64, Option<(f64, f64)>)>;

/// The chart of a computing workload; `None` if there are fewer than two core counts.
pub fn chart(scaled: &Scaled, source: String) -> Option<Chart> {
    let names: Vec<&str> = scaled.cells().into_iter().filter(|name| !name.ends_with("/one")).collect();
    let models = Models::of(names.iter().map(|name| name.split('/').next().unwrap_or(name)));
    let points = |by_cores: std::collections::BTreeMap<u64, Ratio>| -> Points {
        let point = |(cores, ratio): (u64, Ratio)| {
            (cores as f64, ratio.ratio, ratio.interval.ok().map(|it| (it.low, it.high)))
        };
        by_cores.into_iter().map(point).collect()
    };
    let curves: Vec<Points> = names.iter().map(|name| points(scaled.speedups(name))).collect();
    let capacity = points(scaled.capacity());
    let name = scaled.name().to_owned();
    (scaled.computes() && scaled.rows.len() > 1).then(|| Chart {
        title: format!("{name}: speedup over one job after the other, by the number of cores"),
        description: "A marker for each model and number of cores, with its 95 percent interval, both axes logarithmic; dashed what \
                      would be ideal, and a thick line for what independent copies of sequential on all cores gave."
            .into(),
        name: format!("scaling-{name}"),
        source,
        draw: Box::new(move |canvas| draw(canvas, &models, &curves, &capacity)),
    })
}

fn draw(canvas: &Canvas<'_>, models: &Models, curves: &[Points], capacity: &Points) -> Markup {
    let all = || curves.iter().flatten().chain(capacity);
    let x = Log::of(all().map(|point| point.0), false, 2.0, LEFT + 30.0, RIGHT - 60.0);
    let most = all().map(|point| point.0).fold(1.0, f64::max);
    let y = Log::of(all().map(|point| point.1).chain([most]), true, 2.0, BOTTOM, TOP);
    let path =
        |points: &Points| points.iter().map(|point| (x.place(point.0), y.place(point.1))).collect::<Vec<_>>();
    let mut cores: Vec<f64> = all().map(|point| point.0).collect();
    cores.sort_by(f64::total_cmp);
    cores.dedup();
    let ideal: Vec<(f64, f64)> = cores.iter().map(|&cores| (x.place(cores), y.place(cores))).collect();
    // Markers of one core count are side by side, so that each is visible.
    let aside = |model: usize| 5.0 * (model as f64 - (curves.len() as f64 - 1.0) / 2.0);
    html! {
        @for value in y.ticks(2.0, 12) {
            @let (place, ink) = (y.place(value), if value == 1.0 { Color::Faint } else { Color::Grid });
            (canvas.line(&[(LEFT, place), (RIGHT, place)], ink, Stroke::Thin))
            (canvas.text(LEFT - 8.0, place + 4.0, Anchor::End, Color::Faint, 11.0, &tick(value)))
        }
        @for &cores in &cores {
            (canvas.text(x.place(cores), BOTTOM + 15.0, Anchor::Middle, Color::Faint, 11.0, &format!("{cores:.0}")))
        }
        (canvas.text((LEFT + RIGHT) / 2.0, BOTTOM + 32.0, Anchor::Middle, Color::Text, 12.0, "cores"))
        (canvas.line(&ideal, Color::Faint, Stroke::Dashed))
        (canvas.line(&path(capacity), Color::Faint, Stroke::Thick))
        @for (model, points) in curves.iter().enumerate() {
            @for (cores, speedup, bounds) in points {
                @let at = x.place(*cores) + aside(model);
                @if let Some((low, high)) = bounds {
                    (canvas.line(&[(at, y.place(*low)), (at, y.place(*high))], Color::Model(models.mark(model)), Stroke::Thin))
                }
                (canvas.marker(at, y.place(*speedup), models.mark(model), true))
            }
        }
        (canvas.text(LEFT + 6.0, TOP + 12.0, Anchor::Start, Color::Faint, 11.0, "dashed: ideal; thick: what all cores gave"))
        (legend(canvas, models, BOTTOM + 50.0))
    }
}
