//! What regions of a map look like: the grounds of groups of tools, in stripes where several groups may be the best, and labels.

use maud::{Markup, html};

use crate::analysis::answer::Outcome;
use crate::analysis::map::Point;
use crate::model::{MadeOf, made_of};
use crate::report::best::short_name;
use crate::report::chart::canvas::{Anchor, Canvas, Rectangle};
use crate::report::chart::forms::{Layout, width_of};
use crate::report::chart::palette::Color;

/// Tools that carry jobs out alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Caller,
    Threads,
    Tasks,
    Processes,
    Interpreters,
    /// Models that this program does not have.
    Others,
}

impl Group {
    pub(super) const ALL: [Group; 6] =
        [Group::Caller, Group::Threads, Group::Tasks, Group::Processes, Group::Interpreters, Group::Others];

    fn of(model: &str) -> Self {
        match made_of(model) {
            Some(MadeOf::Caller) => Group::Caller,
            Some(MadeOf::Threads | MadeOf::ThreadsUnderLock) => Group::Threads,
            Some(MadeOf::Tasks | MadeOf::TasksOnOneThread) => Group::Tasks,
            Some(MadeOf::Processes) => Group::Processes,
            Some(MadeOf::Interpreters) => Group::Interpreters,
            None => Group::Others,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Group::Caller => "one job at a time",
            Group::Threads => "threads and pools",
            Group::Tasks => "tasks",
            Group::Processes => "processes",
            Group::Interpreters => "interpreters",
            Group::Others => "other tools",
        }
    }

    fn number(self) -> usize {
        Group::ALL.iter().position(|group| *group == self).unwrap_or_default()
    }

    fn colour(self) -> Color {
        Color::Group(self.number())
    }
}

/// What is known of a point, or of several that look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// These groups have tools that are the best, and these models are: one or several of one group, or fewer than half of all.
    Best { groups: Vec<Group>, models: Vec<String> },
    /// Half of all tools or more are the best: the least and the most at one point.
    Any { least: usize, most: usize },
    /// It is not decided.
    NoWinner,
    /// There is no verdict, for this reason.
    Nothing(&'static str),
}

impl Look {
    pub(super) fn of(point: &Point) -> Self {
        let answer = point.answer();
        match answer.outcome {
            Outcome::Best if point.may_have_more() => Look::Nothing("too few launches"),
            Outcome::Best => {
                let models: Vec<String> = point.may_be_best().iter().map(|&model| model.to_owned()).collect();
                let (count, groups) = (models.len(), best_groups(point));
                let are_many = 2 * count >= answer.tools.len() && groups.len() > 1;
                if are_many { Look::Any { least: count, most: count } } else { Look::Best { groups, models } }
            }
            Outcome::NoWinner { .. } => Look::NoWinner,
            Outcome::NoVerdict => Look::Nothing("no verdict"),
            Outcome::TooFew => Look::Nothing("too few launches"),
            Outcome::NotMeasured(_) => Look::Nothing("not measured"),
        }
    }

    /// This and another one as one, with the models that are in both; none if they do not look the same.
    pub(super) fn joined(&self, other: &Look) -> Option<Look> {
        match (self, other) {
            (Look::Best { groups, models }, Look::Best { groups: other_groups, models: others }) => {
                let mut models = models.clone();
                models.retain(|model| others.contains(model));
                let is_same = groups == other_groups && !models.is_empty();
                is_same.then(|| Look::Best { groups: groups.clone(), models })
            }
            (Look::Any { least, most }, Look::Any { least: fewer, most: more }) => {
                Some(Look::Any { least: *least.min(fewer), most: *most.max(more) })
            }
            _ => (self == other).then(|| self.clone()),
        }
    }

    /// What is below its label and its dots.
    pub(super) fn ground(&self) -> Ground {
        match self {
            Look::Best { groups, .. } => Ground::Groups(groups.clone()),
            Look::Any { .. } | Look::NoWinner => Ground::Hatch,
            Look::Nothing(_) => Ground::Empty,
        }
    }

    /// Labels that say it, the best first. Of several models the one that comes first in `ranking` is named, or another one.
    fn labels(&self, ranking: &[String]) -> Vec<String> {
        match self {
            Look::Best { models, .. } => {
                let others = if models.len() > 1 { format!(" +{}", models.len() - 1) } else { String::new() };
                let ranked = ranking.iter().filter(|model| models.contains(model));
                ranked.map(|model| format!("{}{others}", short_name(model))).collect()
            }
            Look::Any { least, most } => {
                let count = if least == most { least.to_string() } else { format!("{least}+") };
                vec![format!("any of {count}"), format!("any {count}")]
            }
            Look::NoWinner => vec!["no winner".into()],
            Look::Nothing(why) => vec![(*why).to_owned()],
        }
    }

    /// The first of its labels that has room.
    fn label(&self, ranking: &[String], room: f64, size: f64) -> Option<String> {
        self.labels(ranking).into_iter().find(|label| width_of(label, size) <= room)
    }

    /// The shapes of the groups of a region and its label in its upper half, or only what has room.
    pub(super) fn draw_label(
        &self,
        canvas: &Canvas<'_>,
        layout: &Layout,
        ranking: &[String],
        at: Rectangle,
    ) -> Markup {
        let size = layout.either(11.0, 10.5);
        let ground = self.ground();
        let room = at.width - 4.0;
        let mut shapes = SHAPE * ground.groups().len() as f64;
        let mut label = self.label(ranking, room - shapes - TO_LABEL, size);
        if label.is_none() && ground.groups().len() == 1 {
            // The name of a tool says its group.
            label = self.label(ranking, room, size);
            shapes = if label.is_some() { 0.0 } else { shapes };
        }
        let label = label.unwrap_or_default();
        let to_label = if label.is_empty() || shapes == 0.0 { 0.0 } else { TO_LABEL };
        let width = shapes + to_label + width_of(&label, size);
        let left = at.x + (at.width - width) / 2.0;
        html! {
            @if ground.groups().len() != 1 && width > 0.0 {
                (canvas.rect(left - 1.5, at.y + 2.5, width + 3.0, size + 3.5, Color::Ground, 0.8))
            }
            @if shapes > 0.0 { (ground.shapes(canvas, left, at.y + 9.5)) }
            @if !label.is_empty() {
                (canvas.text(at.x + (at.width + shapes + to_label) / 2.0, at.y + 13.5, Anchor::Middle, Color::Text, size, &label))
            }
        }
    }
}

/// The groups of the tools that are the best at a point, or may be.
pub(super) fn best_groups(point: &Point) -> Vec<Group> {
    let is_judged = matches!(point.answer().outcome, Outcome::Best | Outcome::NoWinner { .. });
    if !is_judged || point.may_have_more() {
        return vec![];
    }
    let mut groups: Vec<Group> = point.may_be_best().into_iter().map(Group::of).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

/// What a region is filled with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// The colours of groups, in stripes if there are several.
    Groups(Vec<Group>),
    /// Thin lines.
    Hatch,
    /// An outline.
    Empty,
}

impl Ground {
    pub(super) fn draw(&self, canvas: &Canvas<'_>, at: Rectangle) -> Markup {
        match self {
            Ground::Groups(groups) => html! {
                @for (number, group) in groups.iter().enumerate() {
                    @if number == 0 {
                        (canvas.rect(at.x, at.y, at.width, at.height, group.colour(), 1.0))
                    } @else {
                        (canvas.areas(&stripes(at, STRIPE, groups.len(), number), group.colour()))
                    }
                }
            },
            Ground::Hatch => canvas.areas(&stripes(at, HATCH, 5, 0), Color::Bar),
            Ground::Empty => canvas.round_box(at, Color::Ground, Some(Color::Faint)),
        }
    }

    /// The groups that it shows.
    pub(super) fn groups(&self) -> &[Group] {
        match self {
            Ground::Groups(groups) => groups,
            Ground::Hatch | Ground::Empty => &[],
        }
    }

    /// The shapes of its groups side by side, from `left` on.
    pub(super) fn shapes(&self, canvas: &Canvas<'_>, left: f64, y: f64) -> Markup {
        html! {
            @for (number, group) in self.groups().iter().enumerate() {
                (canvas.shape(left + SHAPE * (number as f64 + 0.5), y, group.number(), Color::Text))
            }
        }
    }
}

/// What is between the shapes of a region and its label.
const TO_LABEL: f64 = 2.0;

/// The room of a shape.
pub(super) const SHAPE: f64 = 11.0;

/// The widths of the stripe of a group, and of a line of a hatch, measured along an edge.
const STRIPE: f64 = 9.0;
const HATCH: f64 = 1.6;

/// Every n-th stripe of a rectangle, from this number on: they rise to the right, and go on in the rectangles beside.
fn stripes(at: Rectangle, width: f64, of: usize, number: usize) -> Vec<Vec<(f64, f64)>> {
    let period = width * of as f64;
    // All places of a line from the upper right to the lower left have the same sum of coordinates.
    let (first, last) = (at.x + at.y, at.x + at.width + at.y + at.height);
    let mut from = (first / period).floor() * period + width * number as f64 - period;
    let mut stripes = Vec::new();
    while from < last {
        let (low, high) = (from.max(first), (from + width).min(last));
        if low < high {
            stripes.push(stripe(at, low, high));
        }
        from += period;
    }
    stripes
}

/// The corners of what is between two lines.
fn stripe(at: Rectangle, low: f64, high: f64) -> Vec<(f64, f64)> {
    let (upper_right, lower_left) = (at.x + at.width + at.y, at.x + at.y + at.height);
    let mut corners = vec![upper_end(at, low)];
    if low < upper_right && upper_right < high {
        corners.push((at.x + at.width, at.y));
    }
    corners.extend([upper_end(at, high), lower_end(at, high)]);
    if low < lower_left && lower_left < high {
        corners.push((at.x, at.y + at.height));
    }
    corners.push(lower_end(at, low));
    corners
}

/// Where the line of this sum of coordinates leaves a rectangle at its upper or right edge.
fn upper_end(at: Rectangle, sum: f64) -> (f64, f64) {
    let right = at.x + at.width;
    if sum - at.y <= right { (sum - at.y, at.y) } else { (right, sum - right) }
}

/// The same at its lower or left edge.
fn lower_end(at: Rectangle, sum: f64) -> (f64, f64) {
    let bottom = at.y + at.height;
    if sum - at.x <= bottom { (at.x, sum - at.x) } else { (sum - bottom, bottom) }
}
