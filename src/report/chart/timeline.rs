//! Timelines of jobs in small multiples: a panel for each run, a row for each job, waiting as a thin bar and computing as a
//! thick one, on one axis of story time.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::engine::{Phase, Span, Timestamp};
use crate::report::chart::canvas::{Anchor, Canvas, cut, letters_in};
use crate::report::chart::forms::{LETTER, Layout, Picture, Words, in_both_forms};
use crate::report::chart::story_time::{TimeAxis, in_words};
use crate::report::chart::{Chart, EDGE, axis, palette::Color, rows};

/// The maximum number of panels, of rows and of phases in a row that a reader can distinguish.
pub const MOST_PANELS: usize = 5;
/// See [`MOST_PANELS`].
pub const MOST_JOBS: usize = 30;

/// The least width of a typical computing phase: the axis ends where it would be narrower.
const LEAST_WIDTH: f64 = 3.0;

/// A run: its jobs over time.
pub struct Panel {
    heading: String,
    jobs: Vec<Job>,
    /// The number of jobs that are not drawn.
    left_out: usize,
    /// The seconds until its last phase ends.
    seconds: f64,
}

struct Job {
    name: String,
    bars: Vec<Bar>,
}

/// A phase, in seconds of the story since the run began.
#[derive(Clone, Copy)]
struct Bar {
    phase: Phase,
    start: f64,
    stop: f64,
}

/// The words of a story for what jobs do.
#[derive(Clone, Copy, Debug)]
pub struct Phases {
    /// While they compute.
    pub computes: &'static str,
    /// While they wait.
    pub waits: &'static str,
}

impl Panel {
    /// The run of `spans`, in which a second of the story takes `second_ns`; `None` if there are none.
    pub fn of(
        spans: &[Span],
        second_ns: u64,
        heading: String,
        job_name: impl Fn(u32) -> String,
    ) -> Option<Self> {
        let began = spans.iter().map(|span| span.start).min()?;
        let seconds = |at: Timestamp| (at - began).as_nanos() as f64 / second_ns as f64;
        let mut bars: BTreeMap<u32, Vec<Bar>> = BTreeMap::new();
        let mut end = 0.0_f64;
        for span in spans {
            let bar = Bar { phase: span.phase, start: seconds(span.start), stop: seconds(span.stop) };
            end = end.max(bar.stop);
            bars.entry(span.job).or_default().push(bar);
        }
        let left_out = bars.len().saturating_sub(MOST_JOBS);
        let mut jobs = Vec::new();
        for (job, bars) in bars.into_iter().take(MOST_JOBS) {
            jobs.push(Job { name: job_name(job), bars });
        }
        Some(Panel { heading, jobs, left_out, seconds: end })
    }

    /// Its heading with its length.
    fn title(&self) -> String {
        let left_out =
            if self.left_out > 0 { format!(", {} more jobs", self.left_out) } else { String::new() };
        format!("{}: {}{left_out}", in_words(self.seconds), self.heading)
    }

    /// The height of a row.
    fn row(&self) -> f64 {
        if self.jobs.len() > 8 { 8.0 } else { 20.0 }
    }

    fn height(&self) -> f64 {
        HEADING + self.row() * self.jobs.len() as f64 + GAP
    }
}

/// The chart of `panels` in both forms; none without panels.
pub fn charts(story: &str, mut panels: Vec<Panel>, phases: Phases, source: String) -> Vec<Chart> {
    panels.truncate(MOST_PANELS);
    let Some(finding) = finding(&panels) else { return vec![] };
    let timelines = Timelines { panels, phases };
    let mut listed = Vec::new();
    for panel in &timelines.panels {
        listed.push(panel.title());
    }
    let words = Words {
        name: format!("timeline-{story}"),
        title: format!("{story}: {finding}"),
        about: timelines.about(),
        description: format!("A row for each job over time, in a panel for each run. {}.", listed.join("; ")),
        source,
    };
    in_both_forms(words, timelines)
}

/// The shortest and the longest run.
fn finding(panels: &[Panel]) -> Option<String> {
    let mut sorted: Vec<&Panel> = panels.iter().collect();
    sorted.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    match sorted[..] {
        [] => None,
        [only] => Some(only.title()),
        [shortest, .., longest] => Some(format!(
            "{} ({}) to {} ({})",
            in_words(shortest.seconds),
            shortest.heading,
            in_words(longest.seconds),
            longest.heading
        )),
    }
}

struct Timelines {
    panels: Vec<Panel>,
    phases: Phases,
}

/// The height of a panel's heading, and of what is below a panel.
const HEADING: f64 = 28.0;
const GAP: f64 = 14.0;

/// The height of the key.
const KEY: f64 = 26.0;

impl Timelines {
    /// The seconds of the longest run.
    fn longest(&self) -> f64 {
        self.panels.iter().fold(0.0, |longest, panel| longest.max(panel.seconds))
    }

    /// The seconds that can be drawn on `width`.
    fn drawn(&self, width: f64) -> f64 {
        let mut computing = Vec::new();
        for job in self.panels.iter().flat_map(|panel| &panel.jobs) {
            for bar in job.bars.iter().filter(|bar| bar.phase == Phase::Compute) {
                computing.push(bar.stop - bar.start);
            }
        }
        match crate::stats::median(&computing) {
            Some(typical) if typical > 0.0 => self.longest().min(typical * width / LEAST_WIDTH),
            _ => self.longest(),
        }
    }

    fn about(&self) -> String {
        "Time of the story from left to right, the same in each panel; longer runs go on beyond the right edge".into()
    }

    /// What each thickness means.
    fn key(&self, canvas: &Canvas<'_>, layout: &Layout, top: f64) -> Markup {
        let middle = top + 8.0;
        let second = EDGE + layout.either(260.0, 170.0);
        let baseline = middle + 0.35 * layout.small;
        html! {
            (canvas.rect(EDGE, middle - 7.0, 24.0, 14.0, Color::Best, 1.0))
            (canvas.text(EDGE + 32.0, baseline, Anchor::Start, Color::Text, layout.small, self.phases.computes))
            (canvas.rect(second, middle - 2.0, 24.0, 4.0, Color::Faint, 1.0))
            (canvas.text(second + 32.0, baseline, Anchor::Start, Color::Text, layout.small, self.phases.waits))
        }
    }
}

impl Picture for Timelines {
    fn height(&self, _: &Layout) -> f64 {
        let mut height = KEY + axis::HEIGHT;
        for panel in &self.panels {
            height += panel.height();
        }
        height
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let names = self.panels.iter().flat_map(|panel| &panel.jobs).map(|job| job.name.as_str());
        let left = rows::left_of(layout, names);
        let right = layout.right() - 24.0;
        let drawn_seconds = self.drawn(right - left);
        let x = TimeAxis::of(drawn_seconds, left, right);
        let ticks = x.ticks(layout);
        let mut top = KEY;
        let mut drawn = Vec::new();
        for panel in &self.panels {
            let rows_top = top + HEADING;
            let bottom = rows_top + panel.row() * panel.jobs.len() as f64;
            let letters = letters_in(layout.right() - EDGE, LETTER * layout.label + 0.6);
            drawn.push(html! {
                (canvas.bold(EDGE, top + 16.0, Anchor::Start, Color::Text, layout.label, &cut(&panel.title(), letters)))
                (axis::lines(canvas, &ticks, [rows_top, bottom]))
                (panel.draw(canvas, layout, &x, [left, rows_top]))
            });
            top += panel.height();
        }
        html! {
            (self.key(canvas, layout, 0.0))
            @for panel in drawn { (panel) }
            (axis::labels(canvas, layout, &ticks, top - GAP))
        }
    }
}

impl Panel {
    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout, x: &TimeAxis, [left, top]: [f64; 2]) -> Markup {
        let row = self.row();
        // Names of low rows stand beside every second or third.
        let mut named = 0.0;
        let mut drawn = Vec::new();
        for (at, job) in self.jobs.iter().enumerate() {
            let y = top + row * (at as f64 + 0.5);
            let has_room = y >= named;
            if has_room {
                named = y + layout.label + 3.0;
            }
            drawn.push(html! {
                @if has_room { (rows::name(canvas, layout, left, y, &job.name)) }
                @for bar in &job.bars { (bar.draw(canvas, x, y, row)) }
            });
        }
        html! { @for job in drawn { (job) } }
    }
}

impl Bar {
    fn draw(&self, canvas: &Canvas<'_>, x: &TimeAxis, y: f64, row: f64) -> Markup {
        if self.start >= x.end() {
            return html! {};
        }
        let (start, stop) = (x.place(self.start), x.place(self.stop.min(x.end())));
        let (height, color) = match self.phase {
            Phase::Compute => (row * 0.8, Color::Best),
            Phase::Wait => ((row * 0.2).max(1.6), Color::Faint),
        };
        canvas.rect(start, y - height / 2.0, (stop - start).max(0.6), height, color, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::trace::overlap::tests::span;
    use crate::report::chart::palette::Mode;

    fn panel(heading: &str, minutes: u64) -> Panel {
        let end = minutes * 60_000;
        let spans = [span(0, Phase::Wait, 0..end - 60_000), span(1, Phase::Compute, end - 60_000..end)];
        Panel::of(&spans, 1_000, heading.into(), |job| format!("cake {job}")).unwrap()
    }

    #[test]
    fn panels_share_an_axis_of_story_time() {
        let phases = Phases { computes: "decorating", waits: "in the oven" };
        let charts = charts("cakes", vec![panel("alone", 33), panel("twins", 12)], phases, "here".into());
        assert_eq!(charts[0].title.replace('\u{a0}', " "), "cakes: 12 min (twins) to 33 min (alone)");
        let svg = charts[0].svg(Mode::Light).replace('\u{a0}', " ");
        for text in
            [">33 min: alone<", ">12 min: twins<", ">10 min<", ">cake 1<", ">decorating<", ">in the oven<"]
        {
            assert!(svg.contains(text), "{text}: {svg}");
        }
    }

    #[test]
    fn axis_ends_where_phases_would_vanish() {
        let mut spans = vec![span(0, Phase::Wait, 0..43_200_000)];
        spans.extend((0..100).map(|at| span(1, Phase::Compute, at * 10_000..at * 10_000 + 5_000)));
        let panel = Panel::of(&spans, 1_000, "chess".into(), |job| job.to_string()).unwrap();
        let phases = Phases { computes: "moves", waits: "thinks" };
        let timelines = Timelines { panels: vec![panel], phases };
        assert_eq!((timelines.longest(), timelines.drawn(600.0)), (43_200.0, 1_000.0));
    }
}
