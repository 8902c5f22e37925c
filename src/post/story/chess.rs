//! The chess exhibition: one master goes from board to board, and every opponent thinks while she is away.
//!
//! She is *one* resource: an exhibitor awaited at all boards at once would count as one exhibitor per board.

use std::time::Duration;

use anyhow::Result;

use crate::engine::Unavailable;
use crate::model::{Concurrency, ModelEntry, models};
use crate::post::story::exhibition::{BoardOrder, Exhibition, Think, prediction, prediction_at};
use crate::post::story::lead::{clock, fastest};
use crate::post::story::visits::visits;
use crate::post::story::{Prediction, Ran, Story, StoryRequest, StoryRunner, count};
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};
use crate::report::chart::timeline::Phases;

/// Boards of the sweep, besides the post's 24: on both sides of the 12 boards at which she returns just when the first
/// opponent has replied.
const BOARDS: [u64; 8] = [1, 4, 8, 11, 12, 13, 16, 48];

/// The length of a second, and of one under a model that plays one board at a time: the shortest of 1, 0.5, 0.25 and 0.1 ms whose
/// error stayed under 5 % on 2 cores. A shorter one shows tokio's timer, which adds about 1 ms to each reply, and the handing
/// over of the exhibitor.
const SECOND: Duration = Duration::from_micros(500);
const ALONE_SECOND: Duration = Duration::from_micros(100);

/// The story, with one of its vocabularies.
pub struct Chess {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub about: &'static str,
    /// The words for an exhibitor, a board, moves and replies.
    pub words: [&'static str; 4],
    /// What happens at a board.
    pub phases: Phases,
}

/// The post's version.
pub static CHESS: Chess = Chess {
    name: "chess",
    about: "a chess master plays many boards at once: 30 moves of 5 s on each, and replies that take 55 s",
    words: ["exhibitor", "board", "moves", "replies"],
    phases: Phases { computes: "the master moves", waits: "the opponent thinks" },
};

/// The same model with other words.
pub static PIZZA: Chess = Chess {
    name: "pizza",
    about: "a courier keeps 24 houses in pizza: 30 deliveries of 5 s to each, which is eaten in 55 s",
    words: ["courier", "house", "deliveries", "meals"],
    phases: Phases { computes: "the courier delivers", waits: "the pizza is eaten" },
};

impl Story for Chess {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn second(&self) -> Duration {
        SECOND
    }

    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()> {
        for (exhibition, model) in program(request) {
            let runner = &self.paced(runner, &model);
            let ran = self.run_one(runner, exhibition, &model);
            runner.report(self.name, exhibition.arrangement(), model.name, ran);
        }
        Ok(())
    }

    fn runs(&self, request: &StoryRequest) -> Option<usize> {
        Some(program(request).len())
    }

    fn prediction(&self, story_run: &StoryRun) -> Option<Prediction> {
        prediction(&Exhibition::of(story_run)?, concurrency(story_run)?)
    }

    fn prediction_as_traced(&self, story_run: &StoryRun) -> Option<Prediction> {
        let act = story_run.acts.first()?;
        let moves = act.get(Figure::Computes)?.max(1) as f64;
        let a_move = seconds(story_run, act.get(Figure::ComputeNs)?) / moves;
        prediction_at(&Exhibition::of(story_run)?, concurrency(story_run)?, a_move)
    }

    fn job_name(&self, job: u32) -> String {
        let [_, board, ..] = self.words;
        format!("{board} {}", job + 1)
    }

    fn phases(&self) -> Phases {
        self.phases
    }

    fn heading(&self, story_run: &StoryRun) -> String {
        let [_, board, ..] = self.words;
        let boards = story_run.setting("boards").unwrap_or_default();
        format!("{boards} {board}s, {}", story_run.model)
    }

    /// The post's exhibition; of one that was asked for, all.
    fn is_pictured(&self, story_run: &StoryRun) -> bool {
        story_run.arrangement == Exhibition::default().arrangement()
    }

    fn lead(&self, runs: &[&StoryRun]) -> Option<String> {
        let first = runs.first()?;
        let (mut alone, mut at_once) = (vec![], vec![]);
        for run in runs.iter().filter(|run| run.arrangement == first.arrangement) {
            if concurrency(run) == Some(Concurrency::One) { &mut alone } else { &mut at_once }.push(*run);
        }
        let (mut took, mut predicted) = (vec![], vec![]);
        let boards = format!("{} {}s", first.setting("boards")?, self.words[1]);
        for (what, runs) in [(boards, at_once), ("one at a time".to_owned(), alone)] {
            if let Some((fastest, seconds)) = fastest(runs.into_iter()) {
                took.push(format!("{what}: {}", clock(seconds)));
                predicted.extend(self.prediction(fastest).map(|it| clock(it.seconds)));
            }
        }
        if took.is_empty() {
            return None;
        }
        if !predicted.is_empty() {
            took.push(format!("predicted: {}", predicted.join(" and ")));
        }
        Some(took.join("; ") + ".")
    }

    fn remarks_on(&self, story_run: &StoryRun, act: &TracedRun) -> Vec<String> {
        let [exhibitor, board, moves, replies] = self.words;
        let mut remarks = Vec::new();
        if let (Some(busy), Some(extent @ 1..)) = (act.get(Figure::ComputingNs), act.get(Figure::ExtentNs)) {
            let share = 100.0 * busy as f64 / extent as f64;
            let (moving, replying) = (count(act, Figure::ComputesAtOnce), count(act, Figure::WaitsAtOnce));
            remarks.push(format!(
                "the {exhibitor} is busy {share:.0} % of the time; {moves} at once: {moving}; {replies} at once: {replying}"
            ));
        }
        if let Some(thinks_ns) = act.get(Figure::ThinksNs) {
            let (thinks, late) = (seconds(story_run, thinks_ns), count(act, Figure::LateMoves));
            remarks
                .push(format!("back at a {board} after {thinks:.0} s; times that nobody was ready: {late}"));
        }
        if story_run.setting("think") == Some("exponential") {
            let own = seconds(story_run, count(act, Figure::ComputingNs));
            remarks.push(format!("no closed form; never below the {own:.0} s that the {moves} take alone"));
        }
        remarks
    }
}

/// Nanoseconds as seconds of the story.
fn seconds(story_run: &StoryRun, ns: u64) -> f64 {
    ns as f64 / story_run.second_ns.get() as f64
}

/// The concurrency of the story run's model.
fn concurrency(story_run: &StoryRun) -> Option<Concurrency> {
    Some(models().into_iter().find(|model| model.name == story_run.model)?.concurrency)
}

/// An exhibition, and the model that it is played under.
type Played = (Exhibition, ModelEntry);

/// The runs: the requested exhibition, or the post's with variants that show its scaling.
fn program(request: &StoryRequest) -> Vec<Played> {
    let post = Exhibition::default();
    let asked_for = request.exhibition.unwrap_or(post);
    let slow: &[&str] =
        if request.quick { &["threads", "tokio-one"] } else { &["sequential", "threads", "tokio-one"] };
    let mut program = each(&named(request, slow), &[asked_for]);
    if request.exhibition.is_some() {
        return program;
    }
    if request.quick {
        // One on the other side of the knee.
        program.extend(each(&named(request, &["threads"]), &[Exhibition { boards: 4, ..post }]));
        return program;
    }
    let boards = BOARDS.map(|boards| Exhibition { boards, ..post });
    program.extend(each(&swept(request, &["threads"]), &boards));
    // In a runtime with a thread per core, only the runtime decides which exhibitor works.
    let exhibitors = [2, 3, 4].map(|exhibitors| Exhibition { exhibitors, ..post });
    program.extend(each(&swept(request, &["threads", "tokio-many"]), &exhibitors));
    let orders = [BoardOrder::Ready, BoardOrder::Route];
    let unlike = orders.map(|order| Exhibition { order, think: Think::Exponential, ..post });
    program.extend(each(&named(request, &["tokio-one"]), &unlike));
    program
}

/// The requested models, or those of `names`: the post's own choice of threads and of async.
fn named(request: &StoryRequest, names: &[&str]) -> Vec<ModelEntry> {
    request.chosen(|model| names.contains(&model.name))
}

/// The models of a sweep, which have to play on several boards at once: all, or those of [`named`].
fn swept(request: &StoryRequest, names: &[&str]) -> Vec<ModelEntry> {
    let mut swept = if request.all { models() } else { named(request, names) };
    swept.retain(|model| model.concurrency != Concurrency::One);
    swept
}

/// Each of `models` in each of `exhibitions`.
fn each(models: &[ModelEntry], exhibitions: &[Exhibition]) -> Vec<Played> {
    let mut played = vec![];
    for model in models {
        for exhibition in exhibitions {
            played.push((*exhibition, *model));
        }
    }
    played
}

impl Chess {
    /// The runner for a model: at the story's own scale one that plays a board at a time, without handing anything over, can be
    /// faster.
    fn paced(&self, runner: &StoryRunner, model: &ModelEntry) -> StoryRunner {
        let mut paced = runner.clone();
        if model.concurrency == Concurrency::One && runner.second == self.second() {
            paced.second = ALONE_SECOND;
        }
        paced
    }

    fn run_one(&self, runner: &StoryRunner, exhibition: Exhibition, model: &ModelEntry) -> Result<Ran> {
        let runner = runner.recalibrated();
        let performance = runner.perform(model, exhibition.jobs(&runner))?;
        let extra = visits(&performance.spans);
        let ran = Ran::once(performance, &extra);
        self.ensure_possible(exhibition, &ran.acts[0])?;
        Ok(ran)
    }

    /// Rejects a run that is not one of this story.
    fn ensure_possible(&self, exhibition: Exhibition, act: &TracedRun) -> Result<()> {
        let [exhibitor, _, moves, _] = self.words;
        let most = count(act, Figure::ComputesAtOnce);
        let why = if count(act, Figure::ChildProcesses) > 0 {
            format!("in each process there is another {exhibitor}")
        } else if most < exhibition.exhibitors.min(exhibition.boards) && count(act, Figure::InFlight) > 1 {
            format!("it has no thread for each {exhibitor}: never more {moves} at once than {most}")
        } else {
            return Ok(());
        };
        Err(Unavailable::new(why).into())
    }
}
