//! Which marker is which model.

use maud::{Markup, html};

use super::pen::{Anchor, Ink, Pen, cut};

/// The models of a chart, in the order in which they first appear: that decides their markers.
#[derive(Clone, Debug)]
pub struct Models(Vec<String>);

/// The most models that a legend has room for; markers of further ones are drawn, and counted.
pub const MOST: usize = 20;

impl Models {
    /// The models of these names, each once.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut models = Models(Vec::new());
        for name in names {
            if models.place(name).is_none() {
                models.0.push(name.to_owned());
            }
        }
        models
    }

    /// Their names.
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The place of a model.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|other| other == name)
    }
}

/// Markers and names, in lines of some.
pub fn legend(pen: &Pen<'_>, models: &Models, top: f64) -> Markup {
    let (per_line, letters) = if models.0.len() > 10 { (7, 13) } else { (5, 18) };
    let width = 768.0 / f64::from(per_line);
    let at = |index: usize| (index % per_line as usize, index / per_line as usize);
    html! {
        @for (index, name) in models.0.iter().enumerate().take(MOST) {
            @let (column, line) = at(index);
            @let (x, y) = (22.0 + width * column as f64, top + 15.0 * line as f64);
            (pen.marker(x, y, index, true))
            (pen.text(x + 10.0, y + 4.0, Anchor::Start, Ink::Text, 11.0, &cut(name, letters)))
        }
        @if models.0.len() > MOST {
            @let (column, line) = at(MOST);
            (pen.text(22.0 + width * column as f64, top + 15.0 * line as f64 + 4.0, Anchor::Start, Ink::Faint, 11.0,
                &format!("and {} more", models.0.len() - MOST)))
        }
    }
}
