//! The chess exhibition by number of boards: measured and predicted.

use maud::{Markup, html};

use crate::analysis::stories::wall_ns;
use crate::post::{story::Story as _, story::chess::CHESS};
use crate::record::schema::StoryRun;
use crate::report::chart::canvas::{Anchor, Canvas, Stroke};
use crate::report::chart::caption::{no_verdict, origin};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::scale::{Linear, Log};
use crate::report::{chart::Chart, chart::Form, chart::Size, chart::palette::Color};
use crate::stats::units;

/// The chart of the exhibitions with one exhibitor, on several numbers of boards.
pub const KIND: Kind = Kind {
    charts: Charts::OfFirst(charts),
    missing: Some("knee: no recording has chess on several numbers of boards (bakeoff story chess)"),
};

/// The position of the plot.
const LEFT: f64 = 80.0;
const RIGHT: f64 = 770.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 340.0;

/// The colour index of measured values.
const MEASURED: usize = 2;

/// An exhibition: how long it took and was to take, in story seconds.
struct Point {
    boards: f64,
    seconds: f64,
    predicted: f64,
}

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let mut points = Vec::new();
    for story_run in of.recording.stories.iter().flatten() {
        if is_swept(story_run) {
            points.extend(point(story_run));
        }
    }
    if points.len() < 3 {
        return vec![];
    }
    points.sort_by(|a, b| a.boards.total_cmp(&b.boards));
    let measured: Vec<String> =
        points.iter().map(|point| format!("{}: {:.0} s", point.boards, point.seconds)).collect();
    vec![Chart {
        name: "knee".into(),
        title: "One exhibitor at ever more boards: seconds of the story until the exhibition is over".into(),
        size: Size::USUAL,
        form: Form::Usual,
        description: format!(
            "Seconds until the exhibition is over by the number of boards, measured under threads and by the closed form. Measured: {}.",
            measured.join(", ")
        ),
        source: no_verdict(&of.summary.of_traces) + &origin(of.recording),
        draw: Box::new(move |canvas| draw(canvas, &points)),
    }]
}

fn is_swept(story_run: &StoryRun) -> bool {
    story_run.story == CHESS.name()
        && story_run.model == "threads"
        && story_run.setting("exhibitors") == Some("1")
        && story_run.setting("think") == Some("fixed")
        && story_run.setting("order") == Some("ready")
}

fn point(story_run: &StoryRun) -> Option<Point> {
    Some(Point {
        boards: story_run.setting("boards")?.parse().ok()?,
        seconds: wall_ns(story_run)? / story_run.second_ns.get() as f64,
        predicted: CHESS.prediction(story_run)?.seconds,
    })
}

fn draw(canvas: &Canvas<'_>, points: &[Point]) -> Markup {
    let (mut boards, mut seconds) = (Vec::new(), Vec::new());
    for point in points {
        boards.push(point.boards);
        seconds.extend([point.seconds, point.predicted]);
    }
    let x = Log::of(&boards, 2.0, LEFT, RIGHT);
    let y = Linear::of(&seconds, BOTTOM, TOP);
    let prediction: Vec<_> = points.iter().map(|it| (x.place(it.boards), y.place(it.predicted))).collect();
    html! {
        @for value in y.ticks() {
            (canvas.line(&[(LEFT, y.place(value)), (RIGHT, y.place(value))], Color::Grid, Stroke::Thin))
            (canvas.text(LEFT - 8.0, y.place(value) + 4.0, Anchor::End, Color::Faint, 11.0,
                &format!("{} s", units::grouped(&format!("{value:.0}")))))
        }
        @for value in x.ticks(9) {
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
