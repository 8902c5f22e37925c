//! The key of a verdict matrix: its states and marks, in lines as wide as the chart.

use maud::{Markup, html};

use crate::report::chart::canvas::{Anchor, Canvas, Rectangle};
use crate::report::chart::matrix_cells::ground;
use crate::report::chart::palette::Color;
use crate::report::matrix::State;

/// The height of a line.
pub(super) const LINE: f64 = 20.0;

/// The states that occur and the marks, in lines as wide as the chart.
pub(super) fn key(states: &[State], has_advice: bool, width: f64) -> Vec<Entry> {
    let mut signs: Vec<Sign> = states.iter().copied().map(Sign::State).collect();
    if has_advice {
        signs.push(Sign::Advice);
    }
    let (mut x, mut line) = (16.0, 0);
    let mut entries = Vec::new();
    for sign in signs {
        let room = 30.0 + 7.0 * sign.words().len() as f64;
        if x + room > width && x > 16.0 {
            (x, line) = (16.0, line + 1);
        }
        entries.push(Entry { sign, x, line });
        x += room + 14.0;
    }
    entries
}

/// What the key explains.
#[derive(Clone, Copy)]
enum Sign {
    State(State),
    Advice,
}

impl Sign {
    fn words(self) -> &'static str {
        match self {
            Sign::State(state) => state.words(),
            Sign::Advice => "the post's advice",
        }
    }
}

/// A sign of the key and where it stands.
pub(super) struct Entry {
    sign: Sign,
    x: f64,
    pub(super) line: usize,
}

impl Entry {
    pub(super) fn draw(&self, canvas: &Canvas<'_>, top: f64) -> Markup {
        let y = top + LINE * self.line as f64;
        let at = Rectangle { x: self.x, y, width: 24.0, height: 14.0 };
        let is_unmarked = matches!(self.sign, Sign::State(State::Slower));
        let words = self.x + if is_unmarked { 0.0 } else { 30.0 };
        html! {
            @match self.sign {
                Sign::State(state) => (ground(canvas, at, state)),
                Sign::Advice => (canvas.bookmark(self.x + 18.0, y + 1.0)),
            }
            (canvas.text(words, y + 11.5, Anchor::Start, Color::Text, 12.0, self.sign.words()))
        }
    }
}
