//! What a map comes to, in two sentences: which group of tools is the best, and what one tool for all loses.

use crate::analysis::map::{PlatformMap, Point};
use crate::report::best::short_name;
use crate::report::chart::axis::short;
use crate::report::chart::map::drawn;
use crate::report::chart::map_looks::{Group, best_groups};
use crate::report::chart::map_plot::{LINES, jobs};
use crate::stats::units;

/// A rule of two groups has to be right at more points than one of a single group, by more than this.
const FOR_A_SECOND: usize = 1;

/// Which groups are the best at most points that are drawn, and what one tool for all loses.
pub(crate) fn finding(map: &PlatformMap) -> String {
    let points = drawn(map);
    let (mut computing, mut waiting) = (Vec::new(), Vec::new());
    for point in &points {
        if point.asked.wait_percent == 0 { computing.push(*point) } else { waiting.push(*point) }
    }
    let mut parts = Vec::new();
    if let Some(rule) = Rule::of(&computing, length) {
        parts.push(format!("for computing: {}", rule.words(in_time)));
    }
    if let Some(rule) = Rule::of(&waiting, number) {
        parts.push(format!("for waiting: {}", rule.words(jobs)));
    }
    let best = if parts.is_empty() {
        "no group of tools is known to be among the best at half of the points".to_owned()
    } else {
        format!("among the best {}", parts.join("; "))
    };
    let best = match &map.platform {
        Some(tag) => format!("CPython {tag}: {best}."),
        None => capitalized(&best) + ".",
    };
    match cost_of_default(map, &points) {
        Some(cost) => format!("{best} {cost}."),
        None => best,
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// A rule that says which group is the best: one up to some length of jobs, or number of jobs, and another one beyond.
#[derive(Clone, Copy)]
struct Rule {
    first: Group,
    then: Option<(u64, Group)>,
    /// The number of points at which its group is among the best.
    right: usize,
    /// The number of points.
    all: usize,
}

/// How long a job takes, in nanoseconds.
fn length(point: &Point) -> u64 {
    point.asked.job_ns
}

fn number(point: &Point) -> u64 {
    point.asked.jobs as u64
}

/// A length of jobs, in words.
pub(super) fn in_time(ns: u64) -> String {
    short(&units::nanoseconds(ns as f64))
}

impl Rule {
    /// The rule by this key that is right at most of `points`; none if that is at fewer than half of them.
    fn of(points: &[&Point], key: fn(&Point) -> u64) -> Option<Self> {
        let mut known: Vec<(u64, Vec<Group>)> = Vec::new();
        for point in points {
            known.push((key(point), best_groups(point)));
        }
        let mut one = Rule { first: Group::Caller, then: None, right: 0, all: points.len() };
        for first in Group::ALL {
            one = one.or_better(Rule { first, ..one }, &known);
        }
        let mut two = one;
        for first in Group::ALL {
            for then in Group::ALL {
                for (end, _) in &known {
                    two = two.or_better(Rule { first, then: Some((*end, then)), ..one }, &known);
                }
            }
        }
        let rule = if two.right > one.right + FOR_A_SECOND { two } else { one };
        (rule.right > 0 && 2 * rule.right >= rule.all).then_some(rule)
    }

    /// This one, or another one if that is right at more points.
    fn or_better(self, other: Rule, known: &[(u64, Vec<Group>)]) -> Rule {
        let mut right = 0;
        for (key, groups) in known {
            right += usize::from(groups.contains(&other.group_at(*key)));
        }
        if right > self.right { Rule { right, ..other } } else { self }
    }

    fn group_at(&self, key: u64) -> Group {
        match self.then {
            Some((end, then)) if key > end => then,
            _ => self.first,
        }
    }

    fn words(&self, shown: fn(u64) -> String) -> String {
        let mut text = self.first.words().to_owned();
        if let Some((end, then)) = self.then {
            text += &format!(" up to {}, then {}", shown(end), then.words());
        }
        format!("{text} ({} of {})", self.right, counted(self.all))
    }
}

fn counted(points: usize) -> String {
    if points == 1 { "1 point".into() } else { format!("{points} points") }
}

/// At how many points the default tool takes much longer than the best, and how much longer at most.
fn cost_of_default(map: &PlatformMap, points: &[&Point]) -> Option<String> {
    let model = map.default_tool()?;
    let mut losses: Vec<f64> = Vec::new();
    for point in points {
        losses.extend(point.loss(model));
    }
    let most = units::times(losses.iter().copied().fold(1.0, f64::max));
    let [(much, _), _] = LINES;
    let over = losses.iter().filter(|loss| **loss > much).count();
    let name = short_name(model);
    if over == 0 {
        return Some(format!("{name} for all takes at most {most} as long as the best"));
    }
    let all = losses.len();
    Some(format!("{name} for all takes over {much}x as long at {over} of {all}, at most {most}"))
}
