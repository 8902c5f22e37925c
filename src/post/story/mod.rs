//! The post's worked examples, executed with real timers and real computing, at a scale.

use std::fmt;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::engine::{Performance, Span, WhyNot, nanoseconds};
use crate::model::{ModelEntry, models};
use crate::post::story::progress::Progress;
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};
use crate::report::chart::timeline::Phases;
use crate::study::run_environment::{RunEnvironment, traced_run};
use crate::workload::{catalog::Catalog, script, script::Script};

pub mod cakes;
pub mod chess;
pub mod cook_eat;
mod event_loop;
pub mod exhibition;
pub mod four;
mod lead;
pub mod music;
pub mod plays;
mod progress;
pub mod samples;
mod sockets;
pub mod stall;
mod visits;
mod way;

/// Runs stories.
#[derive(Clone, Debug)]
pub struct StoryRunner {
    /// What runs are made with.
    pub with: RunEnvironment,
    /// The real length of a story second.
    pub second: Duration,
    /// Where each run is reported.
    progress: Option<Arc<Progress>>,
}

impl StoryRunner {
    /// A runner whose children run `exe`, with `second` as the length of a story second.
    pub fn new(catalog: &Catalog, exe: PathBuf, cores: usize, second: Duration) -> Self {
        StoryRunner { with: RunEnvironment::new(catalog, exe, cores), second, progress: None }
    }

    /// The same at the machine's current speed.
    pub fn recalibrated(&self) -> Self {
        StoryRunner { with: self.with.recalibrated(), ..self.clone() }
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
        self.with.calibration.parts(Duration::from_micros(self.us(seconds)))
    }

    /// Runs `scripts` once under a freshly started model, all of them at once if the model can, and verifies their digests.
    ///
    /// # Errors
    /// Where the model can't be started or a job fails.
    pub fn perform(&self, model: &ModelEntry, scripts: Vec<Script>) -> Result<Performance> {
        self.with.perform(model, &script::batch(scripts, &self.with.stage)?)
    }

    /// Reports a story run under the model of a name: what it showed, or why it can't run here, or not under its model.
    pub(crate) fn report(&self, story: &str, arrangement: String, model: &str, ran: Result<Ran>) {
        let (Ran { acts, spans }, why_not) = match ran {
            Ok(ran) => (ran, None),
            Err(error) => (Ran::default(), Some(WhyNot::of(&error))),
        };
        let story_run = StoryRun {
            story: story.to_owned(),
            arrangement,
            model: model.to_owned(),
            second_ns: NonZeroU64::new(nanoseconds(self.second)).unwrap_or(NonZeroU64::MIN),
            acts,
            failed: why_not.as_ref().is_some_and(|why| !why.is_lack),
            unavailable: why_not.map(|why| why.reason),
        };
        if let Some(progress) = &self.progress {
            progress.add_run(StoryResult { story_run, spans });
        }
    }
}

/// What a story run showed.
#[derive(Default)]
pub(crate) struct Ran {
    /// Each of its repetitions.
    pub(crate) acts: Vec<TracedRun>,
    /// The spans of the last one.
    pub(crate) spans: Vec<Span>,
}

impl Ran {
    /// A run that is not repeated, with the figures that only its story counts.
    pub(crate) fn once(performance: Performance, extra: &[(Figure, u64)]) -> Self {
        Ran { acts: vec![traced_run(&performance, extra)], spans: performance.spans }
    }
}

/// A figure as remarks show it: zero if there is none.
pub(crate) fn count(act: &TracedRun, figure: Figure) -> u64 {
    act.get(figure).unwrap_or(0)
}

/// What a run shows of a number that not every system tells.
pub(crate) fn known(number: Option<impl fmt::Display>) -> String {
    number.map_or_else(|| "unknown".into(), |number| number.to_string())
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

impl StoryRequest {
    /// The models that run it: those asked for, or the native ones that the story wants.
    pub(crate) fn chosen(&self, wants: impl Fn(&ModelEntry) -> bool) -> Vec<ModelEntry> {
        if !self.models.is_empty() {
            return self.models.clone();
        }
        let mut chosen = models();
        chosen.retain(wants);
        chosen
    }
}

/// A worked example of the post.
pub trait Story: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// A one-line description.
    fn about(&self) -> &'static str;
    /// Plays it once, in every arrangement, and reports each run to `runner`; a combination that a model does not support is a
    /// story run with the reason.
    ///
    /// # Errors
    /// Where a job fails or returns a wrong digest.
    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()>;
    /// How many runs a play has, where that is known before it.
    fn runs(&self, _request: &StoryRequest) -> Option<usize> {
        None
    }
    /// The real length of a story second, unless another scale is requested.
    fn second(&self) -> Duration {
        Duration::from_millis(1)
    }
    /// The predicted time of `story_run`, if there is a closed form.
    fn prediction(&self, _story_run: &StoryRun) -> Option<Prediction> {
        None
    }
    /// The prediction with the traced times of single phases.
    fn prediction_as_traced(&self, _story_run: &StoryRun) -> Option<Prediction> {
        None
    }
    /// A job in the story's words.
    fn job_name(&self, job: u32) -> String {
        format!("job {}", job + 1)
    }
    /// What jobs do in the story's words.
    fn phases(&self) -> Phases {
        Phases { computes: "computes", waits: "waits" }
    }
    /// Who does what in `story_run`, above its timeline.
    fn heading(&self, story_run: &StoryRun) -> String {
        format!("{}, {}", story_run.model, story_run.arrangement)
    }
    /// Whether the picture of the story shows the timeline of `story_run`, if there are several.
    fn is_pictured(&self, _story_run: &StoryRun) -> bool {
        true
    }
    /// The result of `runs` of it in a sentence, from what was measured; `None` if none could run.
    fn lead(&self, runs: &[&StoryRun]) -> Option<String> {
        lead::of_arrangements(self, runs)
    }
    /// Further observations about `story_run`, one sentence each.
    fn remarks(&self, story_run: &StoryRun) -> Vec<String> {
        match story_run.acts.first() {
            Some(act) => self.remarks_on(story_run, act),
            None => vec![],
        }
    }
    /// The same about the first repetition.
    fn remarks_on(&self, story_run: &StoryRun, act: &TracedRun) -> Vec<String>;
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
