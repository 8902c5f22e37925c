//! What each model costs: starting it, the memory of a waiting job, and a job that does nothing.

use maud::{Markup, html};

use crate::analysis::costs::{AnalysedCosts, CostSummary};
use crate::report::chart::canvas::{Anchor, Canvas};
use crate::report::chart::caption::{no_verdict, origin};
use crate::report::chart::forms::{Layout, Picture, Words, in_both_forms, width_of};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::scale::Log;
use crate::report::chart::{Chart, EDGE, axis, palette::Color, rows, undrawn};
use crate::report::costs::{dispatch, started_on};
use crate::stats::{estimate::Estimate, interval::Interval, units};

/// The chart of the main costs.
pub const KIND: Kind = Kind {
    charts: Charts::OfFirst(charts),
    missing: Some("cost: no recording has what models cost (bakeoff costs)"),
};

/// A cost of each model.
pub(super) struct Plot {
    pub(super) title: &'static str,
    /// What is said before its numbers.
    pub(super) says: &'static str,
    pub(super) costs: Vec<Option<Mark>>,
    pub(super) shown: fn(f64) -> String,
    /// The ratio of two of its grid lines.
    pub(super) base: f64,
}

/// A value, and its interval if it has one.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    value: f64,
    interval: Option<Interval>,
}

impl Mark {
    /// A value without an interval, if a logarithmic axis can show it.
    fn of(value: f64) -> Option<Self> {
        if value > 0.0 { Some(Mark { value, interval: None }) } else { None }
    }

    /// An estimate, if a logarithmic axis can show it.
    pub(super) fn of_estimate(estimate: Estimate) -> Option<Self> {
        let Estimate { value, interval } = estimate;
        let interval = interval.ok().filter(|it| it.low > 0.0);
        if value > 0.0 { Some(Mark { value, interval }) } else { None }
    }

    /// The bounds of what is drawn.
    fn bounds(&self) -> [f64; 2] {
        self.interval.map_or([self.value; 2], |it| [it.low.min(self.value), it.high.max(self.value)])
    }
}

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let Some(costs) = AnalysedCosts::of(of.recording) else { return vec![] };
    let probes = of.recording.costs.as_ref().map_or(&[][..], |costs| &costs.probes);
    let workload = started_on(probes).first().copied();
    let mut names = Vec::new();
    let [mut start, mut memory, mut handing_out] = plots(dispatch(of.recording));
    for model in &costs.models {
        let start_ns = workload.and_then(|workload| Mark::of_estimate(model.starting(workload)?.start_ns));
        let dispatch_ns = model.dispatch_ns().and_then(Mark::of_estimate);
        let bytes = bytes(model);
        if start_ns.is_some() || bytes.is_some() || dispatch_ns.is_some() {
            names.push(model.model().to_owned());
            start.costs.push(start_ns);
            memory.costs.push(bytes);
            handing_out.costs.push(dispatch_ns);
        }
    }
    let mut plots = vec![start, memory, handing_out];
    plots.retain(|plot| plot.costs.iter().any(Option::is_some));
    if plots.is_empty() {
        return vec![];
    }
    let left_out = undrawn(names.len().saturating_sub(rows::MOST), "models");
    let warnings = costs.of_study.iter().chain(costs.warnings_of_passes());
    let words = Words {
        name: "cost".into(),
        title: finding(&names, &plots),
        about: "Logarithmic axes; lines: 95 % intervals that are wider than a dot; -: not measured".into(),
        description: described(&names, &plots),
        source: no_verdict(warnings) + &origin(of.recording) + &left_out,
    };
    for plot in &mut plots {
        plot.costs.truncate(rows::MOST);
    }
    names.truncate(rows::MOST);
    in_both_forms(words, CostPlots { names, plots })
}

/// The plots, without values.
fn plots(dispatch: &'static str) -> [Plot; 3] {
    [
        Plot { title: "start", says: "Starting takes", costs: vec![], shown: units::nanoseconds, base: 10.0 },
        Plot {
            title: "memory of a waiting job",
            says: "A waiting job holds",
            costs: vec![],
            shown: units::bytes,
            base: 32.0,
        },
        Plot {
            title: dispatch,
            says: "An empty job costs",
            costs: vec![],
            shown: units::nanoseconds,
            base: 10.0,
        },
    ]
}

/// The memory of a waiting job, the kernel's included.
fn bytes(model: &CostSummary<'_>) -> Option<Mark> {
    let memory = model.memory()?;
    Mark::of(memory.bytes + memory.kernel_bytes.unwrap_or(0.0))
}

/// The least and the most of the first two costs that were measured.
pub(super) fn finding(names: &[String], plots: &[Plot]) -> String {
    let mut sentences = Vec::new();
    for plot in plots.iter().take(2) {
        let mut measured = plot.measured(names);
        measured.sort_by(|a, b| a.1.total_cmp(&b.1));
        if let (Some(least), Some(most)) = (measured.first(), measured.last()) {
            let [from, to] = [least, most].map(|(_, value)| (plot.shown)(*value));
            let (least, most) = (plot.of_model(least), plot.of_model(most));
            sentences.push(if measured.len() == 1 {
                format!("{} {least}.", plot.says)
            } else if from == to {
                format!("{} {} under every model.", plot.says, from.replace(' ', "\u{a0}"))
            } else {
                format!("{} {least} to {most}.", plot.says)
            });
        }
    }
    sentences.join(" ")
}

pub(super) fn described(names: &[String], plots: &[Plot]) -> String {
    let mut text = String::from("A row for each model on logarithmic axes.");
    for plot in plots {
        let mut listed = Vec::new();
        for (name, value) in plot.measured(names) {
            listed.push(format!("{name} {}", (plot.shown)(value)));
        }
        text += &format!(" {}: {}.", plot.title, listed.join(", "));
    }
    text
}

impl Plot {
    /// The models that have this cost, and their values.
    fn measured<'a>(&self, names: &'a [String]) -> Vec<(&'a str, f64)> {
        let mut measured = Vec::new();
        for (name, mark) in names.iter().zip(&self.costs) {
            if let Some(mark) = mark {
                measured.push((name.as_str(), mark.value));
            }
        }
        measured
    }

    /// A value with its model, which no line break divides.
    fn of_model(&self, (name, value): &(&str, f64)) -> String {
        format!("{} ({name})", (self.shown)(*value)).replace(' ', "\u{a0}")
    }
}

/// Costs side by side, with a row for each name.
pub(super) struct CostPlots {
    pub(super) names: Vec<String>,
    pub(super) plots: Vec<Plot>,
}

/// The height of the title of a plot, and what is between two of them.
const TITLE: f64 = 26.0;
const GAP: f64 = 22.0;

impl CostPlots {
    fn rows_height(&self) -> f64 {
        rows::ROW * self.names.len() as f64
    }

    /// The height of a plot with its title and axis.
    fn plot_height(&self) -> f64 {
        TITLE + self.rows_height() + axis::HEIGHT
    }

    fn draw_names(&self, canvas: &Canvas<'_>, layout: &Layout, left: f64, top: f64) -> Markup {
        html! {
            @for (at, name) in self.names.iter().enumerate() {
                (rows::name(canvas, layout, left, top + rows::ROW * (at as f64 + 0.5), name))
            }
        }
    }

    /// A plot between two coordinates.
    fn draw_plot(
        &self,
        canvas: &Canvas<'_>,
        layout: &Layout,
        plot: &Plot,
        [left, right]: [f64; 2],
        top: f64,
    ) -> Markup {
        let rows_top = top + TITLE;
        let mut bounds = Vec::new();
        for mark in plot.costs.iter().flatten() {
            bounds.extend(mark.bounds());
        }
        let scale =
            Log::around(&bounds, plot.base, left + 6.0, right - 10.0 - width_of("0.00 us", layout.label));
        let ticks = axis::log_ticks(&scale, layout, plot.shown);
        html! {
            (canvas.bold(left, top + 15.0, Anchor::Start, Color::Text, layout.small, plot.title))
            (axis::grid(canvas, layout, &ticks, [rows_top, rows_top + self.rows_height()]))
            @for (at, mark) in plot.costs.iter().enumerate() {
                @let y = rows_top + rows::ROW * (at as f64 + 0.5);
                @if let Some(mark) = mark {
                    @let x = scale.place(mark.value);
                    @let [low, high] = mark.bounds().map(|bound| scale.place(bound));
                    (rows::dot(canvas, y, x, mark.interval.map(|_| [low, high])))
                    (rows::number(canvas, layout, high.max(x), y, &(plot.shown)(mark.value)))
                } @else {
                    (canvas.text(left + 6.0, y + 0.35 * layout.small, Anchor::Start, Color::Faint, layout.small, "-"))
                }
            }
        }
    }
}

impl Picture for CostPlots {
    fn height(&self, layout: &Layout) -> f64 {
        let plots = self.plots.len() as f64;
        if layout.is_narrow() { plots * (self.plot_height() + GAP) - GAP } else { self.plot_height() }
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let left = rows::left_of(layout, self.names.iter().map(String::as_str));
        let width = (layout.right() + EDGE - left) / self.plots.len() as f64;
        html! {
            @for (at, plot) in self.plots.iter().enumerate() {
                @if layout.is_narrow() {
                    @let top = (self.plot_height() + GAP) * at as f64;
                    (self.draw_names(canvas, layout, left, top + TITLE))
                    (self.draw_plot(canvas, layout, plot, [left, layout.right()], top))
                } @else {
                    @let from = left + width * at as f64;
                    @if at == 0 { (self.draw_names(canvas, layout, left, TITLE)) }
                    (self.draw_plot(canvas, layout, plot, [from, from + width - EDGE], 0.0))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::costs::tests::{passes, recording_of};
    use crate::record::schema::Recording;
    use crate::report::chart::{draw::charts, palette::Mode};

    /// The chart of costs in which the second model takes `percent` of the first; launches differ by `spread_ns`.
    fn drawn(percent: u64, spread_ns: u64) -> String {
        let mut recording: Recording = recording_of(passes(), percent);
        let study = recording.costs.as_mut().unwrap().study.as_mut().unwrap();
        for launch in &mut study.launches {
            let sample = &mut launch.rounds[0].samples[1];
            sample.wall_ns = sample.wall_ns.saturating_add(launch.number * spread_ns);
        }
        let charts: Vec<Chart> = charts(&[recording]).into_iter().flatten().collect();
        let chart = charts.into_iter().find(|chart| chart.name == "cost");
        chart.map_or(String::new(), |chart| chart.svg(Mode::Auto))
    }

    #[test]
    fn dispatch_has_its_interval() {
        let (narrow, wide) = (drawn(150, 0), drawn(150, 1_000_000));
        assert!(wide.contains("dispatch overhead per job") && wide.contains(">rayon<"), "{wide}");
        let lines = |svg: &str| svg.matches("class=\"text-line\"").count();
        // An interval is a line with two ends; start has none here.
        assert_eq!((lines(&narrow), lines(&wide)), (0, 3), "{wide}");
        assert!(!drawn(50, 0).contains(">dispatch overhead"), "no axis shows an overhead below zero");
    }
}
