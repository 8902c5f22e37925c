//! The chess exhibition: one master goes from board to board, and every opponent thinks while she is away.
//!
//! She is *one* resource: an exhibitor awaited at all boards at once would count as one exhibitor per board.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::model::{Concurrency, ModelEntry, models};
use crate::post::story::exhibition::{BoardOrder, Exhibition, Think, prediction, prediction_at};
use crate::post::story::visits::visits;
use crate::post::story::{Prediction, Story, StoryRequest, StoryResult, StoryRunner};
use crate::record::schema::StoryRun;
use crate::study::run_environment::traced_run;

/// Boards of the sweep: on both sides of the 12 boards at which she returns just when the first opponent has
/// replied.
const BOARDS: [u64; 9] = [1, 4, 8, 11, 12, 13, 16, 24, 48];

/// The story, with one of its vocabularies.
pub struct Chess {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub about: &'static str,
    /// The words for an exhibitor, a board, moves and replies.
    pub words: [&'static str; 4],
}

/// The post's version.
pub static CHESS: Chess = Chess {
    name: "chess",
    about: "a chess master plays 24 boards at once: 30 moves of 5 s on each, and replies that take 55 s",
    words: ["exhibitor", "board", "moves", "replies"],
};

/// The same model with other words.
pub static PIZZA: Chess = Chess {
    name: "pizza",
    about: "a courier keeps 24 houses in pizza: 30 deliveries of 5 s to each, which is eaten in 55 s",
    words: ["courier", "house", "deliveries", "meals"],
};

impl Story for Chess {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn run(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<Vec<StoryResult>> {
        let program = self.program(request);
        Ok(program
            .into_iter()
            .map(|(exhibition, model)| self.story_run(runner, exhibition, &model))
            .collect())
    }

    fn prediction(&self, story_run: &StoryRun) -> Option<Prediction> {
        prediction(&Exhibition::of(story_run)?, concurrency(story_run)?)
    }

    fn prediction_as_traced(&self, story_run: &StoryRun) -> Option<Prediction> {
        let figures = &story_run.acts.first()?.figures;
        let moves = (*figures.get("computes")?).max(1) as f64;
        let a_move = *figures.get("compute_ns")? as f64 / story_run.second_ns.get() as f64 / moves;
        prediction_at(&Exhibition::of(story_run)?, concurrency(story_run)?, a_move)
    }

    fn remarks(&self, story_run: &StoryRun) -> Vec<String> {
        let [exhibitor, board, moves, replies] = self.words;
        let Some(figures) = story_run.acts.first().map(|act| &act.figures) else { return vec![] };
        let seconds = |name: &str| figures.get(name).map(|&ns| ns as f64 / story_run.second_ns.get() as f64);
        let count = |name: &str| figures.get(name).copied();
        let mut remarks = Vec::new();
        if let (Some(busy), Some(extent)) = (count("computing_ns"), count("extent_ns").filter(|&ns| ns > 0)) {
            let (share, most) = (100.0 * busy as f64 / extent as f64, count("computes_at_once").unwrap_or(0));
            remarks.push(format!(
                "some {exhibitor} is busy for {share:.0} % of the time, {moves} at once: {most}, {replies} at once: {}",
                count("waits_at_once").unwrap_or(0)
            ));
        }
        if let Some(thinks) = seconds("thinks_ns") {
            let late = count("late_moves").unwrap_or(0);
            remarks
                .push(format!("back at a {board} after {thinks:.0} s; times that nobody was ready: {late}"));
        }
        if story_run.setting("think") == Some("exponential") {
            let own = seconds("computing_ns").unwrap_or(0.0);
            remarks.push(format!("no closed form; never below the {own:.0} s that the {moves} take alone"));
        }
        remarks
    }
}

/// The concurrency of the story run's model.
fn concurrency(story_run: &StoryRun) -> Option<Concurrency> {
    Some(models().into_iter().find(|model| model.name == story_run.model)?.concurrency)
}

impl Chess {
    /// The runs: the requested exhibition, or the post's with variants that show its scaling.
    fn program(&self, request: &StoryRequest) -> Vec<(Exhibition, ModelEntry)> {
        let post = Exhibition::default();
        let asked_for = request.exhibition.unwrap_or(post);
        let named = |names: &[&str]| -> Vec<ModelEntry> {
            if request.models.is_empty() {
                models().into_iter().filter(|model| names.contains(&model.name)).collect()
            } else {
                request.models.clone()
            }
        };
        let slow = if request.quick {
            &["threads", "tokio-one"][..]
        } else {
            &["sequential", "threads", "tokio-one"]
        };
        let mut program: Vec<_> = named(slow).into_iter().map(|model| (asked_for, model)).collect();
        if request.exhibition.is_some() {
            return program;
        }
        if request.quick {
            // One on the other side of the knee.
            program.extend(
                named(&["threads"]).into_iter().map(|model| (Exhibition { boards: 4, ..post }, model)),
            );
            return program;
        }
        let swept = if request.all { models() } else { named(&["threads"]) };
        for model in swept.into_iter().filter(|model| model.concurrency != Concurrency::One) {
            let boards = BOARDS.map(|boards| Exhibition { boards, ..post });
            let others = boards.into_iter().filter(|other| *other != post);
            program.extend(others.map(|exhibition| (exhibition, model)));
        }
        // In a runtime with a thread per core, only the runtime decides which exhibitor works.
        let several = if request.all { models() } else { named(&["threads", "tokio-many"]) };
        for model in several.into_iter().filter(|model| model.concurrency != Concurrency::One) {
            let exhibitors = [2, 3, 4].map(|exhibitors| Exhibition { exhibitors, ..post });
            program.extend(exhibitors.map(|exhibition| (exhibition, model)));
        }
        let orders = [BoardOrder::Ready, BoardOrder::Route];
        let unlike = orders.map(|order| Exhibition { order, think: Think::Exponential, ..post });
        program.extend(named(&["tokio-one"]).into_iter().flat_map(|model| unlike.map(|it| (it, model))));
        program
    }

    fn story_run(&self, runner: &StoryRunner, exhibition: Exhibition, model: &ModelEntry) -> StoryResult {
        let builder = runner.builder(self.name, &exhibition.arrangement(), model.name);
        let runner = runner.recalibrated();
        let performance = match runner.perform(model, exhibition.jobs(&runner)) {
            Ok(performance) => performance,
            Err(why) => return builder.unavailable(format!("{why:#}")),
        };
        let act = traced_run(&performance, &visits(&performance.spans));
        match self.impossible(exhibition, &act.figures) {
            Some(why) => builder.unavailable(why),
            None => builder.finish(vec![act], performance.spans),
        }
    }

    /// Why a run is not a valid run of this story, from its figures.
    fn impossible(&self, exhibition: Exhibition, figures: &BTreeMap<String, u64>) -> Option<String> {
        let [exhibitor, _, moves, _] = self.words;
        let of = |name: &str| figures.get(name).copied().unwrap_or(0);
        let wanted = exhibition.exhibitors.min(exhibition.boards);
        match (of("child_processes"), of("computes_at_once")) {
            (1.., _) => Some(format!("in each process there is another {exhibitor}")),
            (_, most) if most < wanted && of("in_flight") > 1 => {
                Some(format!("it has no thread for each {exhibitor}: never more {moves} at once than {most}"))
            }
            _ => None,
        }
    }
}
