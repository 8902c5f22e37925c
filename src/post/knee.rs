//! The chess exhibition by number of boards: measured and predicted.

use maud::{Markup, html};

use crate::post::story::{STORIES, Story};
use crate::record::schema::{Recording, StoryRun};
use crate::report::chart::Chart;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::palette::Color;
use crate::report::chart::scale::{Linear, Log};
use crate::stats::median;
use crate::stats::units;

/// The position of the plot.
const LEFT: f64 = 80.0;
const RIGHT: f64 = 770.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 340.0;

/// The colour index of measured values.
const MEASURED: usize = 2;

/// The chart of the exhibitions in `recording`; `None` unless it has several board counts.
pub fn chart(recording: &Recording, source: String) -> Option<Chart> {
    let story_runs = recording.stories.iter().flatten();
    let chess = STORIES.iter().find(|story| story.name() == "chess")?;
    let is_swept = |story_run: &&StoryRun| {
        story_run.story == "chess"
            && story_run.model == "threads"
            && story_run.setting("exhibitors") == Some("1")
            && story_run.setting("think") == Some("fixed")
            && story_run.setting("order") == Some("ready")
    };
    let mut points: Vec<Point> =
        story_runs.filter(is_swept).filter_map(|story_run| point(*chess, story_run)).collect();
    points.sort_by(|a, b| a.boards.total_cmp(&b.boards));
    (points.len() > 2).then(|| Chart {
        name: "knee".into(),
        title: "One exhibitor at ever more boards: seconds of the story until the exhibition is over".into(),
        description: format!(
            "Seconds until the exhibition is over by the number of boards, measured under threads and by the closed form. Measured: {}.",
            points.iter().map(|it| format!("{}: {:.0} s", it.boards, it.seconds)).collect::<Vec<_>>().join(", ")
        ),
        source,
        draw: Box::new(move |canvas| draw(canvas, &points)),
    })
}

struct Point {
    boards: f64,
    seconds: f64,
    by_law: f64,
}

fn point(chess: &dyn Story, story_run: &StoryRun) -> Option<Point> {
    let wall_ns = median(&story_run.acts.iter().map(|act| act.wall_ns as f64).collect::<Vec<_>>())?;
    Some(Point {
        boards: story_run.setting("boards")?.parse().ok()?,
        seconds: wall_ns / story_run.second_ns.get() as f64,
        by_law: chess.prediction(story_run)?.seconds,
    })
}

fn draw(canvas: &Canvas<'_>, points: &[Point]) -> Markup {
    let x = Log::of(points.iter().map(|point| point.boards), false, 2.0, LEFT, RIGHT);
    let y = Linear::of(points.iter().flat_map(|point| [point.seconds, point.by_law]), BOTTOM, TOP);
    let prediction: Vec<(f64, f64)> =
        points.iter().map(|point| (x.place(point.boards), y.place(point.by_law))).collect();
    html! {
        @for value in y.ticks() {
            (canvas.line(&[(LEFT, y.place(value)), (RIGHT, y.place(value))], Color::Grid, Stroke::Thin))
            (canvas.text(LEFT - 8.0, y.place(value) + 4.0, Anchor::End, Color::Faint, 11.0,
                &format!("{} s", units::grouped(&format!("{value:.0}")))))
        }
        @for value in x.ticks(2.0, 9) {
            (canvas.text(x.place(value), BOTTOM + 16.0, Anchor::Middle, Color::Faint, 11.0, &format!("{value:.0}")))
        }
        (canvas.text((LEFT + RIGHT) / 2.0, BOTTOM + 34.0, Anchor::Middle, Color::Text, 12.0, "boards"))
        (canvas.line(&prediction, Color::Faint, Stroke::Dashed))
        @for point in points {
            (canvas.marker(x.place(point.boards), y.place(point.seconds), MEASURED, true))
        }
        (canvas.line(&[(LEFT + 14.0, TOP + 10.0), (LEFT + 44.0, TOP + 10.0)], Color::Faint, Stroke::Dashed))
        (canvas.text(LEFT + 52.0, TOP + 14.0, Anchor::Start, Color::Text, 11.0, "closed form, at the boards that were played"))
        (canvas.marker(LEFT + 29.0, TOP + 28.0, MEASURED, true))
        (canvas.text(LEFT + 52.0, TOP + 32.0, Anchor::Start, Color::Text, 11.0, "measured, under threads"))
    }
}
