//! Assigns markers to models, in the order in which recordings list them: a new model in this program moves no
//! marker of an old recording.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::model::plain_name;
use crate::record::schema::{Recording, Role, Study};
use crate::report::chart::canvas::{Anchor, Canvas, cut, letters_in};
use crate::report::chart::forms::{Layout, width_of};
use crate::report::chart::{EDGE, palette::Color};

/// The first mark of models in interpreters: they keep theirs whether or not native models were measured
/// beside them.
const FIRST_INTERPRETED: usize = 10;

/// The marks of all models of some recordings, the same in all their charts: native models and those in
/// interpreters are numbered in order of appearance. A model has the same mark in every interpreter.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    native: BTreeMap<String, usize>,
    interpreted: BTreeMap<String, usize>,
}

impl Marks {
    /// The marks of the models of `recordings`.
    pub fn of<'a>(recordings: impl IntoIterator<Item = &'a Recording>) -> Self {
        let mut marks = Marks::default();
        for recording in recordings {
            if let Some(study) = &recording.study {
                marks.add_models_of(study);
            }
            if let Some(costs) = &recording.costs {
                for probe in &costs.probes {
                    marks.add(&probe.model);
                }
                for study in costs.studies() {
                    marks.add_models_of(study);
                }
            }
            for arm in recording.arrivals.iter().flat_map(|arrivals| &arrivals.arms) {
                marks.add(&arm.model);
            }
            for part in recording.map.iter().flat_map(|map| &map.parts) {
                marks.add_models_of(&part.study);
            }
        }
        marks
    }

    fn add_models_of(&mut self, study: &Study) {
        for workload in &study.workloads {
            for arm in &study.arms {
                if arm.role == Role::Cell && arm.is_of(workload) {
                    // `/model/width`, after the name of the workload.
                    let model = arm.id[workload.name.len()..].split('/').nth(1);
                    self.add(model.unwrap_or_default());
                }
            }
        }
    }

    fn add(&mut self, model: &str) {
        let (marks, first) = if model.contains('@') {
            (&mut self.interpreted, FIRST_INTERPRETED)
        } else {
            (&mut self.native, 0)
        };
        let next = first + marks.len();
        marks.entry(plain_name(model).to_owned()).or_insert(next);
    }

    /// A model of the recordings, named with or without its interpreter.
    pub fn model(&self, name: &str) -> MarkedModel {
        let plain = plain_name(name);
        let mark = self.native.get(plain).or(self.interpreted.get(plain));
        let mark = *mark.expect("charts draw models of the recordings that the marks are of");
        MarkedModel { name: name.to_owned(), mark }
    }

    /// The models of these names, each once, in order of first appearance.
    pub fn models<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<MarkedModel> {
        let mut models: Vec<MarkedModel> = Vec::new();
        for name in names {
            if models.iter().all(|model| model.name != name) {
                models.push(self.model(name));
            }
        }
        models
    }
}

/// A model of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedModel {
    /// Its name.
    pub name: String,
    /// The index of its colour and shape.
    pub mark: usize,
}

/// The maximum number of models in a chart with a legend.
pub const MOST: usize = 20;

/// The height of a line of small letters.
fn line(layout: &Layout) -> f64 {
    (layout.small * 1.5).round()
}

/// The number of entries in a line, and the room of each.
fn columns(layout: &Layout, models: &[MarkedModel]) -> (usize, f64) {
    let mut widest = 0.0_f64;
    for model in models {
        widest = widest.max(width_of(&cut(&model.name, LETTERS), layout.small));
    }
    let room = widest + 30.0;
    (letters_in(layout.right() - EDGE, room).max(1), room)
}

/// The longest name that is not cut.
const LETTERS: usize = 20;

/// The height of the legend of `models`.
pub fn legend_height(layout: &Layout, models: &[MarkedModel]) -> f64 {
    line(layout) * models.len().div_ceil(columns(layout, models).0) as f64
}

/// Markers and names, several per line.
pub fn legend(canvas: &Canvas<'_>, layout: &Layout, models: &[MarkedModel], top: f64) -> Markup {
    let (per_line, room) = columns(layout, models);
    html! {
        @for (index, model) in models.iter().enumerate() {
            @let x = EDGE + 6.0 + room * (index % per_line) as f64;
            @let y = top + line(layout) * ((index / per_line) as f64 + 0.5);
            (canvas.marker(x, y, model.mark, true))
            (canvas.text(x + 11.0, y + 0.35 * layout.small, Anchor::Start, Color::Text, layout.small, &cut(&model.name, LETTERS)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    /// A study of these models, one cell each.
    fn study_of(models: &[&str]) -> Recording {
        let mut recording = recording(1, 50);
        let study = recording.study.as_mut().unwrap();
        let arm = study.arms[0].clone();
        study.arms.clear();
        for model in models {
            let mut arm = arm.clone();
            arm.id = format!("hash/{model}/jobs");
            study.arms.push(arm);
        }
        recording
    }

    fn marks(recordings: &[Recording], models: &[&str]) -> Vec<usize> {
        let marked = Marks::of(recordings).models(models.iter().copied());
        marked.iter().map(|model| model.mark).collect()
    }

    #[test]
    fn marks_follow_order_of_recordings() {
        let old = study_of(&["sequential", "threads", "rayon"]);
        let new = study_of(&["sequential", "a-new-model", "threads"]);
        assert_eq!(marks(std::slice::from_ref(&old), &["threads", "rayon"]), [1, 2]);
        assert_eq!(marks(&[old, new], &["rayon", "threads", "a-new-model", "rayon"]), [2, 1, 3]);
    }

    #[test]
    fn interpreted_models_keep_marks_beside_native() {
        let alone = study_of(&["py-loop@3.11", "py-asyncio@3.11", "py-asyncio@3.13t"]);
        assert_eq!(marks(std::slice::from_ref(&alone), &["py-loop", "py-asyncio@3.13t"]), [10, 11]);
        assert_eq!(marks(&[study_of(&["sequential"]), alone], &["py-asyncio"]), [11]);
    }
}
