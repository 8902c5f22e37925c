//! Assigns markers to models.

use std::collections::BTreeSet;

use maud::{Markup, html};

use crate::model::models;
use crate::report::chart::canvas::{Anchor, Canvas, cut};
use crate::report::chart::palette::Color;

/// The models of a chart in order of first appearance, with their markers. Models of the registry have the
/// same
/// marker in all charts.
#[derive(Clone, Debug)]
pub struct Models {
    names: Vec<String>,
    marks: Vec<usize>,
}

/// The maximum number of models in a legend; further models are drawn and counted.
pub const MOST: usize = 20;

impl Models {
    /// The models of these names, each once.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let registry: Vec<&str> = models().iter().map(|entry| entry.name).collect();
        let mut models = Models { names: Vec::new(), marks: Vec::new() };
        let mut seen = BTreeSet::new();
        for name in names.filter(|name| seen.insert(*name)) {
            let of_registry = registry.iter().position(|known| *known == name);
            let free = |mark: &usize| !models.marks.contains(mark);
            let mark = of_registry.or_else(|| (registry.len()..).find(free));
            models.names.push(name.to_owned());
            models.marks.extend(mark);
        }
        models
    }

    /// Their names.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The marker of the model at a place.
    pub fn mark(&self, at: usize) -> usize {
        self.marks[at]
    }
}

/// Three lines of this height fit between a plot and the source below.
const LINE: f64 = 13.0;

/// Markers and names, several per line.
pub fn legend(canvas: &Canvas<'_>, models: &Models, top: f64) -> Markup {
    let (per_line, letters) = if models.names.len() > 10 { (7, 13) } else { (5, 18) };
    let width = 768.0 / f64::from(per_line);
    let at = |index: usize| {
        let (column, line) = (index % per_line as usize, index / per_line as usize);
        (22.0 + width * column as f64, top + LINE * line as f64)
    };
    html! {
        @for (index, name) in models.names.iter().enumerate().take(MOST) {
            @let (x, y) = at(index);
            (canvas.marker(x, y, models.mark(index), true))
            (canvas.text(x + 10.0, y + 4.0, Anchor::Start, Color::Text, 11.0, &cut(name, letters)))
        }
        @if models.names.len() > MOST {
            @let (x, y) = at(MOST);
            (canvas.text(x, y + 4.0, Anchor::Start, Color::Faint, 11.0,
                &format!("and {} more", models.names.len() - MOST)))
        }
    }
}
