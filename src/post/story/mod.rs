//! The post's worked examples, executed with real timers and real computing, at a scale.

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

/// The environment that runs stories.
#[derive(Debug)]
pub struct StoryRunner {
    /// The core count of models.
    pub cores: usize,
    /// This project's program, for workers and the server.
    pub exe: PathBuf,
    /// Files and the server for jobs.
    pub stage: Arc<Stage>,
    /// The computing speed of this machine.
    pub calibration: Calibration,
    /// The real length of a story second.
    pub second: Duration,
}

impl StoryRunner {
    /// An environment whose children run `exe`, with `second` as the length of a story second.
    pub fn new(exe: PathBuf, cores: usize, second: Duration) -> Self {
        let stage = Arc::new(Stage::new(&Stage::default_place(&exe), &exe));
        StoryRunner { cores, exe, stage, calibration: Calibration::of_this_machine(), second }
    }

    /// The same at the machine's current speed: a shared machine may have become faster or slower.
    pub fn recalibrated(&self) -> Self {
        let (exe, stage) = (self.exe.clone(), Arc::clone(&self.stage));
        StoryRunner { calibration: Calibration::of_this_machine(), exe, stage, ..*self }
    }

    /// `seconds` story seconds in real microseconds.
    pub fn us(&self, seconds: f64) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "hours at the most, and positive"
        )]
        let us = (seconds * self.second.as_nanos() as f64 / 1e3).round() as u64;
        us
    }

    /// The amount of computing in `seconds` story seconds, in parts of 4 KiB.
    pub fn parts(&self, seconds: f64) -> u64 {
        self.calibration.parts(Duration::from_micros(self.us(seconds)))
    }

    /// Runs `jobs` once under a freshly started model, all of them at once if the model can, and verifies
    /// their
    /// digests.
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
    /// A story run that has not started.
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

/// A story run that has not started.
pub(crate) struct StoryBuilder(StoryRun);

impl StoryBuilder {
    /// The completed run, with the spans of its last repetition.
    pub(crate) fn finish(self, acts: Vec<TracedRun>, spans: Vec<Span>) -> StoryResult {
        StoryResult { story_run: StoryRun { acts, ..self.0 }, spans }
    }

    /// The reason why it can't run here, or not under its model.
    pub(crate) fn unavailable(self, why: String) -> StoryResult {
        StoryResult { story_run: StoryRun { unavailable: Some(why), ..self.0 }, spans: vec![] }
    }
}

/// The options of a story.
#[derive(Clone, Debug, Default)]
pub struct StoryRequest {
    /// The models that run it; if empty, the story's default models.
    pub models: Vec<ModelEntry>,
    /// Every arrangement under every model.
    pub all: bool,
    /// Fewer runs, and no sweep.
    pub quick: bool,
    /// Only this exhibition.
    pub exhibition: Option<exhibition::Exhibition>,
}

/// A worked example of the post.
pub trait Story: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// A one-line description.
    fn about(&self) -> &'static str;
    /// Runs it; a combination that a model does not support is a story run with the reason.
    ///
    /// # Errors
    /// Where a job fails or returns a wrong digest.
    fn run(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<Vec<StoryResult>>;
    /// The real length of a story second, unless another scale is requested.
    fn second(&self) -> Duration {
        Duration::from_millis(1)
    }
    /// The predicted time of `story_run`, if there is a closed form.
    fn prediction(&self, story_run: &StoryRun) -> Option<Prediction>;
    /// The prediction with the traced times of single phases.
    fn prediction_as_traced(&self, _story_run: &StoryRun) -> Option<Prediction> {
        None
    }
    /// Further observations about `story_run`, one sentence each.
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

/// A story run and the spans of its last repetition, for a timeline.
#[derive(Clone, Debug)]
pub struct StoryResult {
    /// The part that the recording keeps.
    pub story_run: StoryRun,
    /// The timeline.
    pub spans: Vec<Span>,
}

/// The predicted time of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// The calculation, as `30 x 24 x 5 s + 55 s`.
    pub formula: String,
    /// Its result, in story seconds.
    pub seconds: f64,
}

/// The recorded form of one run: `extra` figures in addition to those of every trace.
pub(crate) fn traced_run(performance: &Performance, extra: &[(&str, u64)]) -> TracedRun {
    let mut figures: BTreeMap<String, u64> = performance.figures();
    figures.extend(extra.iter().map(|&(name, value)| (name.to_owned(), value)));
    let wall_ns = u64::try_from(performance.sample.wall.as_nanos()).unwrap_or(u64::MAX);
    TracedRun { wall_ns, figures }
}
