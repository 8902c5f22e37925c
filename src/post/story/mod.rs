//! The post's worked examples, run for real: real timers and real computing, at a scale.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::engine::batch::Batch;
use crate::engine::trace::{Performance, Performer, Span};
use crate::model::{Concurrency, MOST_WORKERS, ModelEntry, Resources};
use crate::record::schema::{StoryRun, TracedRun};
use crate::study::calibration::Calibration;
use crate::workload::Job;
use crate::workload::fixture::stage::Stage;

pub mod cakes;
pub mod chess;
pub mod cook_eat;
pub mod exhibition;
pub mod four;
pub mod music;
pub mod samples;
pub mod stall;
mod visits;

/// What stories are told with.
#[derive(Debug)]
pub struct StoryRunner {
    /// Cores that models are given.
    pub cores: usize,
    /// This project's program, which workers and the server run.
    pub exe: PathBuf,
    /// Where jobs find files and the server.
    pub stage: Arc<Stage>,
    /// How fast this machine computes.
    pub calibration: Calibration,
    /// How long a second of the story is here.
    pub second: Duration,
}

impl StoryRunner {
    /// A teller whose children run `exe`, at `second` for a second of the story.
    pub fn new(exe: PathBuf, cores: usize, second: Duration) -> Self {
        let stage = Arc::new(Stage::new(&Stage::default_place(&exe), &exe));
        StoryRunner { cores, exe, stage, calibration: Calibration::of_this_machine(), second }
    }

    /// The same teller, at the pace that this machine has now: a shared one may be faster or slower than it was.
    pub fn recalibrated(&self) -> Self {
        let (exe, stage) = (self.exe.clone(), Arc::clone(&self.stage));
        StoryRunner { calibration: Calibration::of_this_machine(), exe, stage, ..*self }
    }

    /// So many seconds of the story, in microseconds of this machine's time.
    pub fn us(&self, seconds: f64) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "hours at the most, and positive"
        )]
        let us = (seconds * self.second.as_nanos() as f64 / 1e3).round() as u64;
        us
    }

    /// How much computing fills so many seconds of the story, in parts of 4 KiB.
    pub fn parts(&self, seconds: f64) -> u64 {
        self.calibration.parts(Duration::from_micros(self.us(seconds)))
    }

    /// Runs `jobs` once under a model that is started for them, all of them in flight if the model can, and verifies
    /// what they return.
    ///
    /// # Errors
    /// Where the model can't be started or a job fails.
    pub fn perform(&self, model: &ModelEntry, jobs: Vec<Job>) -> Result<Performance> {
        let workers = match model.concurrency {
            Concurrency::Workers => jobs.len().min(MOST_WORKERS),
            _ => self.cores,
        };
        let resources = Resources::new(workers, &self.exe);
        Performer::start(model, &resources)?.perform(&Batch::of(jobs, &self.stage))
    }
}

impl StoryRunner {
    /// A play that has not been run.
    pub(crate) fn builder(&self, story: &str, arrangement: &str, model: &str) -> StoryBuilder {
        let second_ns = u64::try_from(self.second.as_nanos()).ok().and_then(NonZeroU64::new);
        StoryBuilder(StoryRun {
            story: story.to_owned(),
            arrangement: arrangement.to_owned(),
            model: model.to_owned(),
            second_ns: second_ns.unwrap_or(NonZeroU64::MIN),
            acts: vec![],
            unavailable: None,
        })
    }
}

/// A play that has not been run.
pub(crate) struct StoryBuilder(StoryRun);

impl StoryBuilder {
    /// It has been run; the spans are of its last run.
    pub(crate) fn finish(self, acts: Vec<TracedRun>, spans: Vec<Span>) -> StoryResult {
        StoryResult { story_run: StoryRun { acts, ..self.0 }, spans }
    }

    /// It can't be run here, or not under its model.
    pub(crate) fn unavailable(self, why: String) -> StoryResult {
        StoryResult { story_run: StoryRun { unavailable: Some(why), ..self.0 }, spans: vec![] }
    }
}

/// What a story is asked for.
#[derive(Clone, Debug, Default)]
pub struct StoryRequest {
    /// The models it is told under; where there are none, those that it is best told under.
    pub models: Vec<ModelEntry>,
    /// Every arrangement under every model.
    pub all: bool,
    /// Fewer runs, and no sweep.
    pub quick: bool,
    /// This exhibition, and no other.
    pub exhibition: Option<exhibition::Exhibition>,
}

/// A worked example of the post.
pub trait Story: Sync {
    /// As the command line has it.
    fn name(&self) -> &'static str;
    /// One line: what happens.
    fn about(&self) -> &'static str;
    /// Runs it; what is not possible under a model is a play with the reason.
    ///
    /// # Errors
    /// Where a job fails or returns a wrong digest.
    fn run(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<Vec<StoryResult>>;
    /// How long a second of the story is, unless somebody asks for another scale.
    fn second(&self) -> Duration {
        Duration::from_millis(1)
    }
    /// How long `story_run` takes by the story's own numbers, where there is a closed form.
    fn prediction(&self, story_run: &StoryRun) -> Option<Prediction>;
    /// The same with the times that single phases really took.
    fn prediction_as_traced(&self, _story_run: &StoryRun) -> Option<Prediction> {
        None
    }
    /// What else `story_run` shows, a sentence each.
    fn remarks(&self, story_run: &StoryRun) -> Vec<String>;
}

/// Every story, in the order of the post.
pub static STORIES: &[&dyn Story] = &[
    &chess::CHESS,
    &chess::PIZZA,
    &cakes::Cakes,
    &music::Music,
    &samples::DOWNLOADS,
    &samples::CRUNCH,
    &four::Four,
    &cook_eat::CookEat,
    &stall::Stall,
];

/// A play and the spans of its last run, for a timeline.
#[derive(Clone, Debug)]
pub struct StoryResult {
    /// What the recording keeps.
    pub story_run: StoryRun,
    /// Who ran when.
    pub spans: Vec<Span>,
}

/// How long a story takes by its own numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Worked out in full, as `30 x 24 x 5 s + 55 s`.
    pub formula: String,
    /// What it comes to, in seconds of the story.
    pub seconds: f64,
}

/// One run as the recording has it: `extra` beside what every trace gives.
pub(crate) fn traced_run(performance: &Performance, extra: &[(&str, u64)]) -> TracedRun {
    let mut figures: BTreeMap<String, u64> = performance.figures();
    figures.extend(extra.iter().map(|&(name, value)| (name.to_owned(), value)));
    let wall_ns = u64::try_from(performance.sample.wall.as_nanos()).unwrap_or(u64::MAX);
    TracedRun { wall_ns, figures }
}
