//! Three cakes, each with ten minutes in the oven and one of decorating, in each of the post's kitchens.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::engine::Unavailable;
use crate::model::{Concurrency, MadeOf, ModelEntry, Platform, made_of};
use crate::post::story::{Prediction, Ran, Story, StoryRequest, StoryRunner, count};
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};
use crate::report::chart::timeline::Phases;
use crate::workload::queue::Need;
use crate::workload::script::{Action, Script, Step};

/// The length of a second: the shortest of 1, 0.5, 0.2 and 0.1 ms at which starting processes takes less than 5 % of the whole.
const SECOND: Duration = Duration::from_micros(200);

/// Seconds in the oven.
const OVEN: f64 = 600.0;

/// Seconds of decorating.
const DECORATING: f64 = 60.0;

/// Cakes.
const CAKES: u64 = 3;

/// The models of a quick run: one job at a time, and the two answers of the post.
const QUICK_MODELS: [&str; 3] = ["sequential", "threads", "processes"];

/// Resources that cakes share, by number.
const BRAIN: u32 = 0;
const OVENS: u32 = 1;

/// The resources of a kitchen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kitchen {
    /// Its name in an arrangement.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// The number of cakes decorated at once; unlimited if unset.
    pub brains: Option<u64>,
    /// The number of cakes baked at once; unlimited if unset.
    pub ovens: Option<u64>,
    /// Sequential, whatever the resources.
    pub alone: bool,
}

/// The post's four kitchens, and their baseline.
pub const KITCHENS: [Kitchen; 5] = [
    Kitchen { name: "alone", about: "one cake after the other", brains: None, ovens: None, alone: true },
    Kitchen {
        name: "threading",
        about: "many hands, one brain, three ovens",
        brains: Some(1),
        ovens: Some(3),
        alone: false,
    },
    Kitchen {
        name: "clones",
        about: "everybody has an oven and a brain",
        brains: None,
        ovens: None,
        alone: false,
    },
    Kitchen { name: "one-oven", about: "one brain, one oven", brains: Some(1), ovens: Some(1), alone: false },
    Kitchen {
        name: "twins",
        about: "two brains, three ovens",
        brains: Some(2),
        ovens: Some(3),
        alone: false,
    },
];

impl Kitchen {
    /// Whether cakes share anything in it.
    fn is_shared(&self) -> bool {
        self.brains.is_some() || self.ovens.is_some()
    }

    /// Whether a model can bake in it: alone means one job at a time, and Python's models share what their interpreter
    /// forces them to share.
    fn suits(&self, model: &ModelEntry) -> bool {
        self.alone == (model.concurrency == Concurrency::One)
            && (!self.is_shared() || model.platform == Platform::Native)
    }

    fn run(&self, runner: &StoryRunner, model: &ModelEntry) -> Result<Ran> {
        let runner = runner.recalibrated();
        let performance = runner.perform(model, self.jobs(&runner))?;
        let is_split = performance.child_processes() > 0 && self.is_shared();
        ensure!(!is_split, Unavailable::new("each process has a brain and an oven of its own"));
        Ok(Ran::once(performance, &[(Figure::Cores, runner.with.cores as u64)]))
    }

    fn jobs(&self, runner: &StoryRunner) -> Vec<Script> {
        let bake = sharing(OVENS, self.ovens, Action::Wait { us: runner.us(OVEN) });
        let decorate = sharing(BRAIN, self.brains, Action::Compute { parts: runner.parts(DECORATING) });
        (0..CAKES).map(|seed| Script { seed, steps: vec![bake.clone(), decorate.clone()] }).collect()
    }

    fn prediction(&self, cores: u64) -> Prediction {
        let (cakes, brains) =
            (CAKES as f64, self.brains.unwrap_or(cores.min(CAKES)).min(cores).max(1) as f64);
        let (formula, seconds) = match (self.alone, self.ovens, self.brains) {
            (true, ..) => ("3 x (600 + 60) s".to_owned(), cakes * (OVEN + DECORATING)),
            // The last cake is decorated while the next one bakes.
            (_, Some(1), _) => ("3 x 600 s + 60 s".to_owned(), cakes * OVEN + DECORATING),
            // A brain decorates a whole cake before the next one.
            (_, _, Some(_)) => {
                let turns = (cakes / brains).ceil();
                (format!("600 s + {turns:.0} x 60 s"), OVEN + turns * DECORATING)
            }
            // Concurrent decorators share cores evenly.
            _ => (format!("600 s + 3 x 60 s / {brains:.0}"), OVEN + cakes * DECORATING / brains),
        };
        Prediction { formula, seconds }
    }
}

/// The kitchen of `story_run`.
fn kitchen(story_run: &StoryRun) -> Option<&'static Kitchen> {
    KITCHENS.iter().find(|kitchen| story_run.setting("kitchen") == Some(kitchen.name))
}

/// A step during which one of the things is held, if cakes share it.
fn sharing(thing: u32, capacity: Option<u64>, action: Action) -> Step {
    match capacity {
        Some(capacity) => action.holding(Need { thing, capacity, turn: None }),
        None => action.freely(),
    }
}

/// The story.
pub struct Cakes;

impl Story for Cakes {
    fn name(&self) -> &'static str {
        "cakes"
    }

    fn about(&self) -> &'static str {
        "3 cakes, each 10 minutes in the oven and 1 minute of decorating, in each of the post's kitchens"
    }

    fn second(&self) -> Duration {
        SECOND
    }

    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()> {
        let mut chosen = request.chosen(|_| true);
        if request.quick {
            chosen.retain(|model| QUICK_MODELS.contains(&model.name));
        }
        for kitchen in &KITCHENS {
            for model in chosen.iter().filter(|model| kitchen.suits(model)) {
                let arrangement = format!("kitchen={}", kitchen.name);
                runner.report(self.name(), arrangement, model.name, kitchen.run(runner, model));
            }
        }
        Ok(())
    }

    fn prediction(&self, story_run: &StoryRun) -> Option<Prediction> {
        let kitchen = kitchen(story_run)?;
        let cores = match made_of(&story_run.model)? {
            MadeOf::TasksOnOneThread | MadeOf::ThreadsUnderLock => 1,
            _ => story_run.acts.first()?.get(Figure::Cores)?,
        };
        Some(kitchen.prediction(cores))
    }

    fn job_name(&self, job: u32) -> String {
        match u8::try_from(job) {
            Ok(job @ 0..26) => format!("cake {}", char::from(b'A' + job)),
            _ => format!("cake {}", job + 1),
        }
    }

    fn phases(&self) -> Phases {
        Phases { computes: "decorating", waits: "in the oven" }
    }

    fn heading(&self, story_run: &StoryRun) -> String {
        match kitchen(story_run) {
            Some(kitchen) => format!("{}, {}", kitchen.about, story_run.model),
            None => format!("{}, {}", story_run.arrangement, story_run.model),
        }
    }

    /// The post's own tool in each kitchen: its clones are processes.
    fn is_pictured(&self, story_run: &StoryRun) -> bool {
        let threads = if story_run.arrangement == "kitchen=clones" { "processes" } else { "threads" };
        story_run.model.contains('@') || ["sequential", threads].contains(&story_run.model.as_str())
    }

    fn remarks_on(&self, _: &StoryRun, act: &TracedRun) -> Vec<String> {
        let (busy, extent) = (count(act, Figure::ComputingNs), count(act, Figure::ExtentNs));
        let idle = 100.0 - 100.0 * busy as f64 / extent.max(1) as f64;
        let (baking, decorating) = (count(act, Figure::WaitsAtOnce), count(act, Figure::ComputesAtOnce));
        vec![format!(
            "baking at once: {baking}; decorating at once: {decorating}; nobody decorates for {idle:.0} % of the time"
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kitchens_match_times_computed_by_hand() {
        let minutes = |cores| KITCHENS.map(|kitchen| kitchen.prediction(cores).seconds / 60.0);
        assert_eq!(minutes(2), [33.0, 13.0, 11.5, 31.0, 12.0]);
        assert_eq!(minutes(3), [33.0, 13.0, 11.0, 31.0, 12.0]);
        assert_eq!(minutes(1), [33.0, 13.0, 13.0, 31.0, 13.0]);
    }
}
