//! What would change advice: a shorter or longer job, more or fewer of them, another share of waiting.

use crate::analysis::advice::{Advice, Advisor, Predicted};
use crate::stats::verdict::MARGIN;
use crate::study::map::points::Asked;

/// From where on another tool is advised.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'a> {
    /// What changes.
    pub what: Dimension,
    /// Whether it becomes more.
    pub is_more: bool,
    /// The first place at which the advised tool is not within the margin of the best.
    pub at: Asked,
    /// The best there.
    pub tool: &'a str,
}

/// What changes of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// How long a job takes.
    Job,
    /// How many there are.
    Jobs,
    /// How much of a job waits.
    Share,
}

/// Steps of a decade.
const STEPS: f64 = 20.0;

/// The most steps in one direction.
const MOST: u32 = 120;

impl<'a> Advisor<'a> {
    /// In each direction the first place at which `model` is not within the margin of the best.
    pub fn changes(&self, asked: Asked, model: &str) -> Vec<Change<'a>> {
        let mut changes = Vec::new();
        for what in [Dimension::Job, Dimension::Jobs, Dimension::Share] {
            for is_more in [false, true] {
                changes.extend(self.change(asked, model, what, is_more));
            }
        }
        changes
    }

    fn change(&self, asked: Asked, model: &str, what: Dimension, is_more: bool) -> Option<Change<'a>> {
        let mut last = asked;
        for step in 1..=MOST {
            let at = what.moved(asked, step, is_more)?;
            if at == last {
                continue;
            }
            last = at;
            let predicted = match self.advise(at) {
                Advice::OutOfRange => return None,
                Advice::Given(given) => {
                    let mut all = vec![given.tool];
                    all.extend(given.others);
                    all
                }
                Advice::Undecided(predicted) => predicted,
            };
            let best = predicted.iter().min_by(|a, b| a.ns.total_cmp(&b.ns))?;
            let is_near = |it: &Predicted<'_>| it.model == model && it.ns <= (1.0 + MARGIN) * best.ns;
            if !predicted.iter().any(is_near) {
                return Some(Change { what, is_more, at, tool: best.model });
            }
        }
        None
    }
}

impl Dimension {
    /// The task some steps away; `None` where there is none.
    fn moved(self, asked: Asked, step: u32, is_more: bool) -> Option<Asked> {
        let factor = 10_f64.powf(f64::from(step) / STEPS);
        let times = |number: f64| if is_more { number * factor } else { number / factor };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "numbers of tasks are positive"
        )]
        let moved = match self {
            Dimension::Job => Asked { job_ns: times(asked.job_ns as f64).round() as u64, ..asked },
            Dimension::Jobs => Asked { jobs: times(asked.jobs as f64).round() as usize, ..asked },
            Dimension::Share if is_more => Asked {
                wait_percent: asked.wait_percent.checked_add(u64::from(step)).filter(|it| *it < 100)?,
                ..asked
            },
            Dimension::Share => {
                Asked { wait_percent: asked.wait_percent.checked_sub(u64::from(step))?, ..asked }
            }
        };
        (moved.job_ns > 0 && moved.jobs > 0).then_some(moved)
    }
}
