//! The key of a map: what occurs in it, in lines as wide as the chart.

use maud::{Markup, html};

use crate::report::chart::canvas::{Anchor, Canvas, Rectangle};
use crate::report::chart::forms::{Layout, width_of};
use crate::report::chart::map_looks::{Ground, Group, SHAPE};
use crate::report::chart::map_plot::{LINES, Map};
use crate::report::chart::palette::Color;

/// What the key of a map explains.
#[derive(Clone, Debug)]
pub(super) enum Sign {
    Ground(Ground, String),
    /// A line of this width.
    Line(f64, String),
}

/// What occurs in a map.
pub(super) fn signs(map: &Map) -> Vec<Sign> {
    let grounds: Vec<Ground> = map.spots().map(|spot| spot.look.ground()).collect();
    let mut signs = Vec::new();
    for group in Group::ALL {
        if grounds.iter().any(|ground| ground.groups().contains(&group)) {
            signs.push(Sign::Ground(Ground::Groups(vec![group]), group.words().into()));
        }
    }
    for (ground, words) in [
        (Ground::Hatch, "no winner, or half of the tools or more may be the best"),
        (Ground::Empty, "no verdict"),
    ] {
        if grounds.contains(&ground) {
            signs.push(Sign::Ground(ground, words.into()));
        }
    }
    let mut is_first = true;
    for (most, width) in LINES {
        if map.spots().any(|spot| spot.is_over(most)) {
            let words = match &map.default {
                Some(default) if is_first => {
                    format!("inside: {default} takes over {most}x as long as the best")
                }
                _ => format!("over {most}x as long"),
            };
            signs.push(Sign::Line(width, words));
            is_first = false;
        }
    }
    signs
}

/// A sign of the key, where it stands, and its line.
pub(super) struct Entry<'a> {
    sign: &'a Sign,
    x: f64,
    pub(super) line: usize,
}

/// The width of a sign, and what is between it and its words.
const SIGN: f64 = 26.0;
const TO_WORDS: f64 = 7.0;

/// `signs` in lines from `left` on.
pub(super) fn entries<'a>(signs: &'a [Sign], layout: &Layout, left: f64) -> Vec<Entry<'a>> {
    let (mut x, mut line) = (left, 0);
    let mut entries = Vec::new();
    for sign in signs {
        let room = SIGN + TO_WORDS + width_of(sign.words(), layout.small);
        if x + room > layout.right() && x > left {
            (x, line) = (left, line + 1);
        }
        entries.push(Entry { sign, x, line });
        x += room + 14.0;
    }
    entries
}

impl Sign {
    fn words(&self) -> &str {
        match self {
            Sign::Ground(_, words) | Sign::Line(_, words) => words,
        }
    }
}

impl Entry<'_> {
    /// Draws it around a height.
    pub(super) fn draw(&self, canvas: &Canvas<'_>, layout: &Layout, y: f64) -> Markup {
        let at = Rectangle { x: self.x, y: y - 8.0, width: SIGN, height: 16.0 };
        html! {
            @match self.sign {
                Sign::Ground(ground, _) => {
                    (ground.draw(canvas, at))
                    (ground.shapes(canvas, self.x + (SIGN - SHAPE) / 2.0, y))
                }
                Sign::Line(width, _) => (canvas.edges(&[[(self.x + 2.0, y), (self.x + SIGN - 2.0, y)]], Color::Text, *width)),
            }
            (canvas.text(self.x + SIGN + TO_WORDS, y + 0.35 * layout.small, Anchor::Start, Color::Text, layout.small, self.sign.words()))
        }
    }
}
