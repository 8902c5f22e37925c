//! Text, lines and markers, each with a literal colour and a class for dark mode.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::report::chart::palette::{Color, Palette};
use crate::report::chart::shapes::outline;
use crate::report::escape::plain;

/// The part of a text that is at its coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// The style of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stroke {
    /// Thin.
    Thin,
    /// Thick.
    Thick,
    /// Thin and dashed.
    Dashed,
    /// Below another line, so that it stands out.
    Halo,
}

/// A place with an extent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectangle {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

/// Draws with a palette.
pub struct Canvas<'a> {
    palette: &'a Palette,
}

impl<'a> Canvas<'a> {
    /// A canvas with the colours of `palette`.
    pub fn new(palette: &'a Palette) -> Self {
        Canvas { palette }
    }

    /// A text; `size` is its height in chart units.
    pub fn text(&self, x: f64, y: f64, anchor: Anchor, ink: Color, size: f64, text: &str) -> Markup {
        let fill = self.palette.colour(ink);
        html! {
            text class=(ink.class()) x=(place(x)) y=(place(y)) text-anchor=(anchor.name()) font-size=(size) fill=(fill) {
                (plain(text))
            }
        }
    }

    /// A text in bold.
    pub fn bold(&self, x: f64, y: f64, anchor: Anchor, ink: Color, size: f64, text: &str) -> Markup {
        let fill = self.palette.colour(ink);
        html! {
            text class=(ink.class()) x=(place(x)) y=(place(y)) text-anchor=(anchor.name()) font-size=(size)
                font-weight="700" fill=(fill) { (plain(text)) }
        }
    }

    /// A text in bold that grid lines do not cross.
    pub fn over_grid(&self, x: f64, y: f64, ink: Color, size: f64, text: &str) -> Markup {
        let class = format!("{} {}-line", ink.class(), Color::Ground.class());
        let (fill, stroke) = (self.palette.colour(ink), self.palette.colour(Color::Ground));
        html! {
            text class=(class) x=(place(x)) y=(place(y)) text-anchor="start" font-size=(size) font-weight="700" fill=(fill)
                stroke=(stroke) stroke-width="4" paint-order="stroke" { (plain(text)) }
        }
    }

    /// A text in bold that reads upwards from its start.
    pub fn upright(&self, x: f64, y: f64, ink: Color, size: f64, text: &str) -> Markup {
        let turned = format!("rotate(-90 {} {})", place(x), place(y));
        html! { g transform=(turned) { (self.bold(x, y, Anchor::Start, ink, size, text)) } }
    }

    /// A bookmark, hanging from the middle of its upper edge.
    pub fn bookmark(&self, x: f64, y: f64) -> Markup {
        let corners = [(-4.0, 0.0), (4.0, 0.0), (4.0, 11.0), (0.0, 7.5), (-4.0, 11.0)];
        let mut path = String::new();
        for (at, (dx, dy)) in corners.iter().enumerate() {
            let _ = write!(path, "{}{} {}", if at == 0 { "M" } else { " L" }, place(x + dx), place(y + dy));
        }
        let class = format!("{} {}-line", Color::Mark.class(), Color::Ground.class());
        let (fill, stroke) = (self.palette.colour(Color::Mark), self.palette.colour(Color::Ground));
        html! { path class=(class) d={ (path) " Z" } fill=(fill) stroke=(stroke) stroke-width="1" {} }
    }

    /// A box with round corners, and a dashed outline if it has one.
    pub fn round_box(&self, at: Rectangle, ground: Color, outline: Option<Color>) -> Markup {
        let mut class = ground.class();
        if let Some(ink) = outline {
            class += &format!(" {}-line", ink.class());
        }
        let stroke = outline.map(|ink| self.palette.colour(ink));
        html! {
            rect class=(class) x=(place(at.x)) y=(place(at.y)) width=(place(at.width)) height=(place(at.height)) rx="4"
                fill=(self.palette.colour(ground)) stroke=[stroke] stroke-width=[stroke.map(|_| "1.5")]
                stroke-dasharray=[stroke.map(|_| "3.5 2.5")] {}
        }
    }

    /// A line through `points`.
    pub fn line(&self, points: &[(f64, f64)], ink: Color, stroke: Stroke) -> Markup {
        let mut path = String::new();
        for (at, (x, y)) in points.iter().enumerate() {
            let _ = write!(path, "{}{} {}", if at == 0 { "M" } else { " L" }, place(*x), place(*y));
        }
        let (width, dashes) = match stroke {
            Stroke::Thin => (1.0, None),
            Stroke::Thick => (2.0, None),
            Stroke::Dashed => (1.0, Some("5 4")),
            Stroke::Halo => (4.5, None),
        };
        html! {
            path class={ (ink.class()) "-line" } d=(path) fill="none" stroke=(self.palette.colour(ink)) stroke-width=(width)
                stroke-dasharray=[dashes] {}
        }
    }

    /// A filled rectangle; an `opacity` of 1 hides what is below.
    pub fn rect(&self, x: f64, y: f64, width: f64, height: f64, ink: Color, opacity: f64) -> Markup {
        html! {
            rect class=(ink.class()) x=(place(x)) y=(place(y)) width=(place(width)) height=(place(height))
                fill=(self.palette.colour(ink)) fill-opacity=(opacity) {}
        }
    }

    /// Filled areas, each with these corners.
    pub fn areas(&self, areas: &[Vec<(f64, f64)>], ink: Color) -> Markup {
        let mut path = String::new();
        for corners in areas {
            for (at, (x, y)) in corners.iter().enumerate() {
                let _ = write!(path, "{}{} {}", if at == 0 { "M" } else { " L" }, place(*x), place(*y));
            }
            path += " Z";
        }
        html! { path class=(ink.class()) d=(path) fill=(self.palette.colour(ink)) {} }
    }

    /// Straight lines of this width that meet at corners.
    pub fn edges(&self, edges: &[[(f64, f64); 2]], ink: Color, width: f64) -> Markup {
        let mut path = String::new();
        for [(left, top), (right, bottom)] in edges {
            let _ = write!(path, "M{} {} L{} {}", place(*left), place(*top), place(*right), place(*bottom));
        }
        html! {
            path class={ (ink.class()) "-line" } d=(path) fill="none" stroke=(self.palette.colour(ink)) stroke-width=(width)
                stroke-linecap="square" {}
        }
    }

    /// The shape of a mark, in any colour.
    pub fn shape(&self, x: f64, y: f64, mark: usize, ink: Color) -> Markup {
        html! { path class=(ink.class()) d=(outline(mark, x, y)) fill=(self.palette.colour(ink)) {} }
    }

    /// A filled dot, with an edge in the colour of the ground.
    pub fn dot(&self, x: f64, y: f64, radius: f64, ink: Color) -> Markup {
        let class = format!("{} {}-line", ink.class(), Color::Ground.class());
        let (fill, stroke) = (self.palette.colour(ink), self.palette.colour(Color::Ground));
        html! { circle class=(class) cx=(place(x)) cy=(place(y)) r=(radius) fill=(fill) stroke=(stroke) stroke-width="1" {} }
    }

    /// A hollow dot.
    pub fn ring(&self, x: f64, y: f64, radius: f64, ink: Color) -> Markup {
        let class = format!("{} {}-line", Color::Ground.class(), ink.class());
        let (fill, stroke) = (self.palette.colour(Color::Ground), self.palette.colour(ink));
        html! { circle class=(class) cx=(place(x)) cy=(place(y)) r=(radius) fill=(fill) stroke=(stroke) stroke-width="2" {} }
    }

    /// The marker of a model: colour and shape by its mark, so that either suffices; hollow unless it is among
    /// the best.
    pub fn marker(&self, x: f64, y: f64, mark: usize, filled: bool) -> Markup {
        let ink = Color::Model(mark);
        let colour = self.palette.colour(ink);
        let ground = self.palette.colour(Color::Ground);
        let fill = if filled { colour } else { ground };
        let class = if filled { ink.class() } else { Color::Ground.class() } + " " + &ink.class() + "-line";
        html! { path class=(class) d=(outline(mark, x, y)) fill=(fill) stroke=(colour) stroke-width="1.5" {} }
    }
}

/// A coordinate rounded to a tenth of a unit: more digits are invisible and would change with every rounding.
pub(super) fn place(value: f64) -> String {
    let mut text = format!("{value:.1}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

/// How many letters of this width have `room`.
pub fn letters_in(room: f64, letter: f64) -> usize {
    let mut letters: u16 = 0;
    while f64::from(letters + 1) * letter <= room && letters < 1_000 {
        letters += 1;
    }
    letters.into()
}

/// `text` truncated to `most` characters, with an ellipsis if anything is removed.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut start: String = text.chars().take(most.saturating_sub(1)).collect();
    start.push('…');
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_round_to_one_decimal() {
        assert_eq!([place(1.0), place(1.25), place(0.04)], ["1", "1.2", "0"]);
    }

    #[test]
    fn long_names_are_truncated() {
        assert_eq!((cut("sequential", 5).as_str(), cut("gil", 5).as_str()), ("sequ…", "gil"));
    }
}
