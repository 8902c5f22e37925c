//! The cost of a waiting job, and of a job that does nothing, under each model.

use maud::{Markup, html};

use crate::analysis::costs::AnalysedCosts;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke, cut};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::costs::dispatch;
use crate::report::{
    chart::Chart,
    chart::Form,
    chart::Size,
    chart::caption::{no_verdict, origin},
    chart::legend::MarkedModel,
    chart::palette::Color,
    chart::scale::Log,
};
use crate::stats::{estimate::Estimate, interval::Interval, units};

/// The chart of memory and dispatch overhead.
pub const KIND: Kind = Kind {
    charts: Charts::OfFirst(charts),
    missing: Some("cost: no recording has what models cost (bakeoff costs)"),
};

/// The position of the rows.
const TOP: f64 = 66.0;
const BOTTOM: f64 = 356.0;

/// The two plots, side by side.
const MEMORY: Plot = Plot {
    title: "memory of a waiting job",
    left: 130.0,
    right: 430.0,
    value: |line| line.bytes.map(Mark::of),
    shown: units::bytes,
};
const DISPATCH: Plot = Plot {
    title: "handing out a job",
    left: 480.0,
    right: 770.0,
    value: |line| line.dispatch_ns,
    shown: units::nanoseconds,
};

/// The maximum number of models with readable rows.
pub const MOST: usize = 20;

/// The drawing of one model.
struct Line {
    model: MarkedModel,
    bytes: Option<f64>,
    dispatch_ns: Option<Mark>,
}

/// A value, and its interval if it has one.
#[derive(Clone, Copy)]
struct Mark {
    value: f64,
    interval: Option<Interval>,
}

impl Mark {
    /// A value without an interval.
    fn of(value: f64) -> Self {
        Mark { value, interval: None }
    }

    /// An estimate, if a logarithmic axis can show it.
    fn of_estimate(estimate: Estimate) -> Option<Self> {
        let Estimate { value, interval } = estimate;
        let interval = interval.ok().filter(|it| it.low > 0.0);
        if value > 0.0 { Some(Mark { value, interval }) } else { None }
    }

    /// The bounds of what is drawn.
    fn bounds(&self) -> [f64; 2] {
        self.interval.map_or([self.value; 2], |it| [it.low, it.high])
    }
}

/// One value of each line.
#[derive(Clone, Copy)]
struct Plot {
    title: &'static str,
    left: f64,
    right: f64,
    value: fn(&Line) -> Option<Mark>,
    shown: fn(f64) -> String,
}

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let Some(costs) = AnalysedCosts::of(of.recording) else { return vec![] };
    let dispatch = Plot { title: dispatch(of.recording), ..DISPATCH };
    let warnings = costs.of_study.iter().chain(costs.warnings_of_passes());
    let mut lines = Vec::new();
    let mut listed = Vec::new();
    for summary in &costs.models {
        let bytes = summary.memory().map(|memory| memory.bytes + memory.kernel_bytes.unwrap_or(0.0));
        let dispatch_ns = summary.dispatch_ns().and_then(Mark::of_estimate);
        if let Some(bytes) = bytes {
            listed.push(format!("{} {}", summary.model(), units::bytes(bytes)));
        }
        if bytes.is_some() || dispatch_ns.is_some() {
            lines.push(Line { model: of.marks.model(summary.model()), bytes, dispatch_ns });
        }
    }
    lines.truncate(MOST);
    if lines.is_empty() {
        return vec![];
    }
    let description = format!(
        "Two plots with a row for each model, on logarithmic axes: memory of a waiting job, the kernel's included, and {}. Memory: \
         {}.",
        dispatch.title,
        listed.join(", ")
    );
    vec![Chart {
        name: "cost".into(),
        title: "What a job costs: memory while it waits, time to hand it out".into(),
        size: Size::USUAL,
        form: Form::Usual,
        description,
        source: no_verdict(warnings) + &origin(of.recording),
        draw: Box::new(move |canvas| draw(canvas, &lines, dispatch)),
    }]
}

fn draw(canvas: &Canvas<'_>, lines: &[Line], dispatch: Plot) -> Markup {
    html! {
        @for (at, line) in lines.iter().enumerate() {
            @let y = middle(at, lines.len());
            (canvas.text(MEMORY.left - 10.0, y + 4.0, Anchor::End, Color::Text, 12.0, &cut(&line.model.name, 17)))
        }
        (MEMORY.draw(canvas, lines))
        (dispatch.draw(canvas, lines))
    }
}

/// The vertical centre of a row.
fn middle(row: usize, rows: usize) -> f64 {
    TOP + (BOTTOM - TOP) / rows as f64 * (row as f64 + 0.5)
}

impl Plot {
    fn draw(&self, canvas: &Canvas<'_>, lines: &[Line]) -> Markup {
        let mut values = vec![];
        for mark in lines.iter().filter_map(self.value) {
            values.extend(mark.bounds());
        }
        // The numbers are to the right of their markers.
        let scale = Log::of(&values, 10.0, self.left, self.right - 60.0);
        html! {
            (canvas.text(self.left, TOP - 18.0, Anchor::Start, Color::Text, 12.0, self.title))
            @for value in scale.ticks(7) {
                @let x = scale.place(value);
                (canvas.line(&[(x, TOP - 8.0), (x, BOTTOM)], Color::Grid, Stroke::Thin))
            }
            @for (at, line) in lines.iter().enumerate() {
                @let y = middle(at, lines.len());
                @if let Some(mark) = (self.value)(line) {
                    @let x = scale.place(mark.value);
                    @let [low, high] = mark.bounds().map(|bound| scale.place(bound));
                    (canvas.line(&[(self.left, y), (x, y)], Color::Grid, Stroke::Thin))
                    @if low < high {
                        (canvas.line(&[(low, y), (high, y)], Color::Text, Stroke::Thick))
                    }
                    (canvas.marker(x, y, line.model.mark, true))
                    (canvas.text(high.max(x) + 10.0, y + 4.0, Anchor::Start, Color::Text, 11.0, &(self.shown)(mark.value)))
                } @else {
                    (canvas.text(self.left + 4.0, y + 4.0, Anchor::Start, Color::Faint, 11.0, "not measured"))
                }
            }
            (canvas.text(self.left, BOTTOM + 16.0, Anchor::Start, Color::Faint, 11.0, "logarithmic; lines at powers of ten"))
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
        let bars = |svg: &str| svg.matches("stroke-width=\"2\"").count();
        assert_eq!(bars(&wide), bars(&narrow) + 1, "{wide}");
        assert_eq!(drawn(50, 0), "", "no axis shows an overhead below zero, and nothing waited");
    }
}
