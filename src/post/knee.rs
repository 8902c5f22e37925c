//! The chess exhibition in hours: the post's boards at once and one after another, and other numbers of boards.

use maud::{Markup, html};

use crate::analysis::stories::wall_ns;
use crate::post::story::exhibition::Exhibition;
use crate::post::story::{Story as _, chess::CHESS};
use crate::record::schema::StoryRun;
use crate::report::chart::canvas::{Anchor, Canvas, Rectangle, Stroke};
use crate::report::chart::caption::{no_verdict, origin};
use crate::report::chart::forms::{Layout, Picture, Words, in_both_forms, width_of};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::scale::Linear;
use crate::report::chart::{Chart, axis, palette::Color, rows};

/// The chart of the exhibitions with one exhibitor, on several numbers of boards.
pub const KIND: Kind = Kind {
    charts: Charts::OfFirst(charts),
    missing: Some("knee: no recording has chess on several numbers of boards (bakeoff story chess)"),
};

/// The hours that the post and the talk expect of the post's boards: at once, and one after another.
const AT_ONCE: f64 = 1.0;
const ONE_AT_A_TIME: f64 = 12.0;

const HOUR: f64 = 3_600.0;

/// An exhibition: how many hours of the story it took and was to take.
#[derive(Clone, Copy)]
struct Point {
    boards: f64,
    hours: f64,
    predicted: f64,
}

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let mut points = Vec::new();
    let mut alone = None;
    for story_run in of.recording.stories.iter().flatten().filter(|run| is_swept(run)) {
        match (story_run.model.as_str(), point(story_run)) {
            ("threads", Some(point)) => points.push(point),
            ("sequential", Some(point)) if point.boards == post_boards() => alone = Some(point.hours),
            _ => {}
        }
    }
    if points.len() < 3 {
        return vec![];
    }
    points.sort_by(|a, b| a.boards.total_cmp(&b.boards));
    let mut measured = Vec::new();
    for point in &points {
        measured.push(format!("{}: {}", point.boards, in_words(point.hours)));
    }
    let exhibition = Hours { points, alone };
    let words = Words {
        name: "knee".into(),
        title: exhibition.finding(),
        about: "Hours of the story until a simultaneous exhibition is over. Dots: measured, a thread for each board; line: \
                predicted. Dashed: the post's 3600 seconds, and the talk's 12 hours for one board after the other"
            .into(),
        description: format!(
            "Hours until the exhibition is over by the number of boards, measured under threads and predicted. Measured: {}.",
            measured.join(", ")
        ),
        source: no_verdict(&of.summary.of_traces) + &origin(of.recording),
    };
    in_both_forms(words, exhibition)
}

/// The number of boards in the post.
fn post_boards() -> f64 {
    Exhibition::default().boards as f64
}

fn is_swept(story_run: &StoryRun) -> bool {
    story_run.story == CHESS.name()
        && story_run.setting("exhibitors") == Some("1")
        && story_run.setting("think") == Some("fixed")
        && story_run.setting("order") == Some("ready")
}

fn point(story_run: &StoryRun) -> Option<Point> {
    Some(Point {
        boards: story_run.setting("boards")?.parse().ok()?,
        hours: wall_ns(story_run)? / story_run.second_ns.get() as f64 / HOUR,
        predicted: CHESS.prediction(story_run)?.seconds / HOUR,
    })
}

/// Hours as `1 h 2 min`, which no line break divides.
fn in_words(hours: f64) -> String {
    let minutes = (hours * 60.0).round();
    let (hours, minutes) = ((minutes / 60.0).floor(), minutes % 60.0);
    let text = match (hours, minutes) {
        (0.0, minutes) => format!("{minutes} min"),
        (hours, 0.0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    text.replace(' ', "\u{a0}")
}

/// An hour on an axis.
fn hour(value: f64) -> String {
    let number = (value * 100.0).round() / 100.0;
    if number == 0.0 { "0".into() } else { format!("{number} h") }
}

struct Hours {
    points: Vec<Point>,
    /// The post's boards one after another.
    alone: Option<f64>,
}

/// The height of the plot of boards, and what is between it and the bars.
const PLOT: f64 = 200.0;
const GAP: f64 = 34.0;
const BAR: f64 = 18.0;

impl Hours {
    /// The post's boards at once.
    fn at_once(&self) -> Option<Point> {
        self.points.iter().find(|point| point.boards == post_boards()).copied()
    }

    fn finding(&self) -> String {
        let boards = post_boards();
        match (self.at_once().map(|point| in_words(point.hours)), self.alone.map(in_words)) {
            (Some(at_once), Some(alone)) => {
                format!("{boards} boards: {at_once} at once, {alone} one after another")
            }
            (Some(at_once), None) => format!("{boards} boards at once are over after {at_once}"),
            (None, _) => {
                let (first, last) = (self.points[0], self.points[self.points.len() - 1]);
                format!(
                    "{} boards are over after {}, {} boards after {}",
                    first.boards,
                    in_words(first.hours),
                    last.boards,
                    in_words(last.hours)
                )
            }
        }
    }

    /// The bars of the post's boards: their names, hours, what was expected, and colours.
    fn bars(&self) -> Vec<Bar> {
        let mut bars = Vec::new();
        if let Some(hours) = self.alone {
            bars.push(Bar { name: "one by one", hours, expected: ONE_AT_A_TIME, color: Color::Bar });
        }
        if let Some(Point { hours, .. }) = self.at_once() {
            bars.push(Bar { name: "at once", hours, expected: AT_ONCE, color: Color::Best });
        }
        bars
    }

    /// The height of the bars with their heading and axis, if there are any.
    fn bars_height(&self) -> f64 {
        let bars = self.bars().len() as f64;
        if bars > 0.0 { rows::ROW * (bars + 1.0) + axis::HEIGHT + GAP } else { 0.0 }
    }

    fn draw_bars(&self, canvas: &Canvas<'_>, layout: &Layout, left: f64) -> Markup {
        let bars = self.bars();
        let bottom = rows::ROW * (bars.len() as f64 + 1.0);
        let mut hours = Vec::new();
        for bar in &bars {
            hours.extend([bar.hours, bar.expected]);
        }
        let room = 10.0 + width_of("12 h 10 min", layout.label);
        let scale = Linear::of(&hours, left, layout.right() - room);
        let heading = format!("The post's {} boards", post_boards());
        html! {
            (canvas.bold(16.0, 16.0, Anchor::Start, Color::Text, layout.label, &heading))
            (axis::grid(canvas, layout, &axis::linear_ticks(&scale, layout, hour), [rows::ROW, bottom]))
            @for (at, bar) in bars.iter().enumerate() {
                @let y = rows::ROW * (at as f64 + 1.5);
                @let (end, expected) = (scale.place(bar.hours), scale.place(bar.expected));
                @let at = Rectangle { x: left, y: y - BAR / 2.0, width: (end - left).max(1.0), height: BAR };
                (rows::name(canvas, layout, left, y, bar.name))
                (canvas.round_box(at, bar.color, None))
                (canvas.line(&[(expected, y - 13.0), (expected, y + 13.0)], Color::Text, Stroke::Dashed))
                (rows::number(canvas, layout, end.max(expected), y, &in_words(bar.hours)))
            }
        }
    }

    /// The hours by the number of boards.
    fn draw_boards(&self, canvas: &Canvas<'_>, layout: &Layout, left: f64, top: f64) -> Markup {
        let (mut most, mut hours) = (1.0_f64, vec![AT_ONCE]);
        for point in &self.points {
            most = most.max(point.boards);
            hours.extend([point.hours, point.predicted]);
        }
        let bottom = top + PLOT;
        let y = Linear::of(&hours, bottom, top);
        let x = |boards: f64| left + (layout.right() - 12.0 - left) * boards / most;
        let mut prediction = Vec::new();
        for point in &self.points {
            prediction.push((x(point.boards), y.place(point.predicted)));
        }
        html! {
            @for value in y.ticks() {
                (canvas.line(&[(left, y.place(value)), (layout.right(), y.place(value))], Color::Grid, Stroke::Thin))
                (canvas.text(left - 8.0, y.place(value) + 4.0, Anchor::End, Color::Faint, layout.small, &hour(value)))
            }
            @for boards in ticks(most) {
                (canvas.text(x(boards), bottom + layout.small + 6.0, Anchor::Middle, Color::Faint, layout.small, &boards.to_string()))
            }
            (canvas.text(f64::midpoint(left, layout.right()), bottom + 2.0 * layout.small + 12.0, Anchor::Middle, Color::Text,
                layout.small, "boards"))
            @if let Some(post) = self.at_once() {
                @let (across, up) = (x(post.boards), y.place(AT_ONCE));
                (canvas.line(&[(left, up), (across, up)], Color::Text, Stroke::Dashed))
                (canvas.line(&[(across, bottom), (across, up)], Color::Text, Stroke::Dashed))
            }
            (canvas.line(&prediction, Color::Faint, Stroke::Thick))
            @for point in &self.points {
                (canvas.dot(x(point.boards), y.place(point.hours), layout.either(6.0, 4.0), Color::Best))
            }
        }
    }
}

/// Numbers of boards on the axis: multiples of a dozen, after as many of which a round takes her a minute.
fn ticks(most: f64) -> Vec<f64> {
    let step = 12.0 * (most / 72.0).ceil();
    let mut ticks = vec![0.0];
    while ticks[ticks.len() - 1] + step <= most {
        ticks.push(ticks[ticks.len() - 1] + step);
    }
    ticks
}

/// A number of hours of the post's boards.
struct Bar {
    name: &'static str,
    hours: f64,
    expected: f64,
    color: Color,
}

impl Picture for Hours {
    fn height(&self, layout: &Layout) -> f64 {
        self.bars_height() + PLOT + 2.0 * layout.small + 18.0
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let left = rows::left_of(layout, ["one by one"]);
        html! {
            @if !self.bars().is_empty() { (self.draw_bars(canvas, layout, left)) }
            (self.draw_boards(canvas, layout, left, self.bars_height()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_says_what_was_measured() {
        let point = |boards| Point { boards, hours: boards / 20.0, predicted: 1.0 };
        let title = |boards: [f64; 2], alone| {
            let points = boards.map(point).to_vec();
            Hours { points, alone }.finding().replace('\u{a0}', " ")
        };
        assert_eq!(
            title([12.0, 24.0], Some(12.02)),
            "24 boards: 1 h 12 min at once, 12 h 1 min one after another"
        );
        assert_eq!(title([12.0, 24.0], None), "24 boards at once are over after 1 h 12 min");
        assert_eq!(title([10.0, 40.0], None), "10 boards are over after 30 min, 40 boards after 2 h");
    }

    #[test]
    fn ticks_are_few_dozens() {
        assert_eq!(ticks(48.0), [0.0, 12.0, 24.0, 36.0, 48.0]);
        assert!(ticks(1_024.0).len() <= 7 && ticks(5.0) == [0.0]);
    }
}
