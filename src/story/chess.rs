//! The chess exhibition: one master goes from board to board, and every opponent thinks while she is elsewhere.
//!
//! She is *one* resource: an exhibitor who is awaited at all boards at once would be as many exhibitors as boards.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Asked, Law, Story, Teller, Told, act};
use crate::errand::{Act as Do, Errand, Step};
use crate::model::{ModelEntry, Shape, models};
use crate::queue::Need;
use crate::record::schema::Play;
use crate::trace::{Performance, Phase, Span};
use crate::workload::Job;

/// Seconds that the exhibitor takes for a move.
const MOVE: f64 = 5.0;

/// Seconds that an opponent takes to reply.
const REPLY: f64 = 55.0;

/// Moves of each side in a game.
const PAIRS: u64 = 30;

/// Boards of the sweep: on both sides of the 12 at which she is back just when the first opponent has replied.
const BOARDS: [u64; 9] = [1, 4, 8, 11, 12, 13, 16, 24, 48];

/// In which order she goes to boards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Order {
    /// To whoever has replied, in the order of the replies
    #[default]
    Ready,
    /// Along a fixed route, waiting where the reply is not there yet
    Route,
}

/// How long opponents think.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Think {
    /// All alike
    #[default]
    Fixed,
    /// Exponentially distributed, with the same mean
    Exponential,
}

/// How an exhibition is arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhibition {
    /// Games that are played.
    pub boards: u64,
    /// How many go from board to board.
    pub exhibitors: u64,
    /// Where they go next.
    pub order: Order,
    /// How long opponents think.
    pub think: Think,
    /// Draws the times of opponents that are not alike.
    pub seed: u64,
}

impl Default for Exhibition {
    /// The post's.
    fn default() -> Self {
        Exhibition { boards: 24, exhibitors: 1, order: Order::Ready, think: Think::Fixed, seed: 1 }
    }
}

impl Exhibition {
    /// As a recording has it.
    pub fn arrangement(&self) -> String {
        let order = if self.order == Order::Ready { "ready" } else { "route" };
        let think = if self.think == Think::Fixed { "fixed" } else { "exponential" };
        format!("boards={} exhibitors={} order={order} think={think}", self.boards, self.exhibitors)
    }

    fn jobs(&self, teller: &Teller) -> Vec<Job> {
        (0..self.boards).map(|board| Job::Errand(self.board(board, teller))).collect()
    }

    /// A game: she moves, the opponent replies, and so on.
    fn board(&self, board: u64, teller: &Teller) -> Errand {
        let mut random = fastrand::Rng::with_seed(self.seed.wrapping_mul(1_000_003).wrapping_add(board));
        let compute = Do::Compute { parts: teller.parts(MOVE) };
        let pair = |pair: u64| {
            let turn = (self.order == Order::Route).then_some(pair * self.boards + board);
            let need = Need { thing: 0, capacity: self.exhibitors, turn };
            let seconds = match self.think {
                Think::Fixed => REPLY,
                // By inversion; 1 - f64() is never 0.
                Think::Exponential => -REPLY * (1.0 - random.f64()).ln(),
            };
            [compute.clone().holding(need), Do::Wait { us: teller.us(seconds) }.freely()]
        };
        let steps: Vec<Step> = (0..PAIRS).flat_map(pair).collect();
        Errand { seed: board, steps }
    }
}

/// The story, in one set of words or another.
pub struct Chess {
    /// Its name.
    pub name: &'static str,
    /// What happens.
    pub about: &'static str,
    /// What an exhibitor is called, a board, moves and replies.
    pub words: [&'static str; 4],
}

/// As the post begins.
pub static CHESS: Chess = Chess {
    name: "chess",
    about: "a chess master plays 24 boards at once: 30 moves of 5 s on each, and replies that take 55 s",
    words: ["exhibitor", "board", "moves", "replies"],
};

/// The same law under other names.
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

    fn tell(&self, teller: &Teller, asked: &Asked) -> Result<Vec<Told>> {
        let program = self.program(asked);
        Ok(program.into_iter().map(|(exhibition, model)| self.play(teller, exhibition, &model)).collect())
    }

    fn law(&self, play: &Play) -> Option<Law> {
        let number = |name| play.setting(name)?.parse::<u64>().ok();
        let fixed = play.setting("think") == Some("fixed");
        let shape = models().into_iter().find(|model| model.name == play.model)?.shape;
        fixed.then(|| {
            law(number("boards").unwrap_or(0), number("exhibitors").unwrap_or(1), shape, (MOVE, REPLY))
        })
    }

    fn law_as_traced(&self, play: &Play) -> Option<Law> {
        let law = self.law(play)?;
        let figures = &play.acts.first()?.figures;
        let moves = (*figures.get("computes")?).max(1) as f64;
        let a_move = *figures.get("compute_ns")? as f64 / play.second_ns.get() as f64 / moves;
        let times = (a_move, REPLY);
        let number = |name| play.setting(name)?.parse::<u64>().ok();
        let shape = models().into_iter().find(|model| model.name == play.model)?.shape;
        Some(Law { seconds: seconds(number("boards")?, number("exhibitors")?, shape, times), ..law })
    }

    fn remarks(&self, play: &Play) -> Vec<String> {
        let [exhibitor, board, moves, replies] = self.words;
        let Some(figures) = play.acts.first().map(|act| &act.figures) else { return vec![] };
        let seconds = |name: &str| figures.get(name).map(|&ns| ns as f64 / play.second_ns.get() as f64);
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
        if play.setting("think") == Some("exponential") {
            let own = seconds("computing_ns").unwrap_or(0.0);
            remarks.push(format!("no closed form; never below the {own:.0} s that the {moves} take alone"));
        }
        remarks
    }
}

impl Chess {
    /// What is played: the exhibition that was asked for, or the post's, and around it what shows its law.
    fn program(&self, asked: &Asked) -> Vec<(Exhibition, ModelEntry)> {
        let post = Exhibition::default();
        let asked_for = asked.exhibition.unwrap_or(post);
        let named = |names: &[&str]| -> Vec<ModelEntry> {
            if asked.models.is_empty() {
                models().into_iter().filter(|model| names.contains(&model.name)).collect()
            } else {
                asked.models.clone()
            }
        };
        let slow =
            if asked.quick { &["threads", "tokio-one"][..] } else { &["sequential", "threads", "tokio-one"] };
        let mut program: Vec<_> = named(slow).into_iter().map(|model| (asked_for, model)).collect();
        if asked.exhibition.is_some() {
            return program;
        }
        if asked.quick {
            // One on the other side of the knee.
            program.extend(
                named(&["threads"]).into_iter().map(|model| (Exhibition { boards: 4, ..post }, model)),
            );
            return program;
        }
        let swept = if asked.all { models() } else { named(&["threads"]) };
        for model in swept.into_iter().filter(|model| model.shape != Shape::One) {
            let boards = BOARDS.map(|boards| Exhibition { boards, ..post });
            let others = boards.into_iter().filter(|other| *other != post);
            program.extend(others.map(|exhibition| (exhibition, model)));
        }
        // A runtime with a thread for each core leaves it to nobody else which exhibitor is at work.
        let several = if asked.all { models() } else { named(&["threads", "tokio-many"]) };
        for model in several.into_iter().filter(|model| model.shape != Shape::One) {
            let exhibitors = [2, 3, 4].map(|exhibitors| Exhibition { exhibitors, ..post });
            program.extend(exhibitors.map(|exhibition| (exhibition, model)));
        }
        let orders = [Order::Ready, Order::Route];
        let unlike = orders.map(|order| Exhibition { order, think: Think::Exponential, ..post });
        program.extend(named(&["tokio-one"]).into_iter().flat_map(|model| unlike.map(|it| (it, model))));
        program
    }

    fn play(&self, teller: &Teller, exhibition: Exhibition, model: &ModelEntry) -> Told {
        let blank = teller.blank(self.name, &exhibition.arrangement(), model.name);
        let teller = teller.at_present_pace();
        let performance = match teller.perform(model, exhibition.jobs(&teller)) {
            Ok(performance) => performance,
            Err(why) => return blank.unavailable(format!("{why:#}")),
        };
        let act = act(&performance, &extras(&performance));
        match self.impossible(exhibition, &act.figures) {
            Some(why) => blank.unavailable(why),
            None => blank.told(vec![act], performance.spans),
        }
    }

    /// Why what was run is another story than this one, by what was seen of it.
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

/// How long it takes where every move and every reply takes as long as any other. `times` are of both, in seconds.
fn law(boards: u64, exhibitors: u64, shape: Shape, times: (f64, f64)) -> Law {
    let seconds = seconds(boards, exhibitors, shape, times);
    let formula = if shape == Shape::One {
        format!("{boards} x {PAIRS} x (5 + 55) s")
    } else if is_bound_by_exhibitors(boards, exhibitors, times) {
        match exhibitors {
            1 => format!("{PAIRS} x {boards} x 5 s + 55 s"),
            _ => format!("{PAIRS} x {boards} / {exhibitors} x 5 s + 55 s"),
        }
    } else {
        format!("{PAIRS} x (5 + 55) s + {} x 5 s", boards.div_ceil(exhibitors) - 1)
    };
    Law { formula, seconds }
}

fn seconds(boards: u64, exhibitors: u64, shape: Shape, times: (f64, f64)) -> f64 {
    let (a_move, a_reply) = times;
    // The last board is so many moves behind the first.
    let behind = (boards.div_ceil(exhibitors) - 1) as f64;
    match shape {
        Shape::One => (boards * PAIRS) as f64 * (a_move + a_reply),
        _ if is_bound_by_exhibitors(boards, exhibitors, times) => {
            (PAIRS * boards).div_ceil(exhibitors) as f64 * a_move + a_reply
        }
        _ => PAIRS as f64 * (a_move + a_reply) + behind * a_move,
    }
}

/// Whether a round takes the exhibitors longer than an opponent takes to reply.
fn is_bound_by_exhibitors(boards: u64, exhibitors: u64, (a_move, a_reply): (f64, f64)) -> bool {
    boards as f64 / exhibitors as f64 * a_move >= a_move + a_reply
}

/// What only this story counts.
fn extras(performance: &Performance) -> Vec<(&'static str, u64)> {
    let mut moves: Vec<&Span> =
        performance.spans.iter().filter(|span| span.phase == Phase::Compute).collect();
    moves.sort_by_key(|span| span.start);
    let (Some(first), Some(last)) = (moves.first(), moves.iter().map(|span| span.stop.ns()).max()) else {
        return vec![];
    };
    let (mut until, mut idle_ns, mut late) = (first.start.ns(), 0, 0);
    for span in &moves {
        let gap = span.start.ns().saturating_sub(until);
        // Handing over takes some microseconds; a tenth of a move is waiting.
        if gap > first.len_ns() / 10 {
            late += 1;
            idle_ns += gap;
        }
        until = until.max(span.stop.ns());
    }
    let end = performance.spans.iter().map(|span| span.stop.ns()).max().unwrap_or(last);
    vec![
        ("thinks_ns", thinks(&moves)),
        ("late_moves", late),
        ("idle_ns", idle_ns),
        ("after_last_move_ns", end - last),
    ]
}

/// The median time from the end of a move on a board to the beginning of the next one there.
fn thinks(moves: &[&Span]) -> u64 {
    let mut left: BTreeMap<u32, u64> = BTreeMap::new();
    let back = |span: &&Span| {
        let left = left.insert(span.job, span.stop.ns());
        left.map(|left| span.start.ns().saturating_sub(left))
    };
    let mut thinks: Vec<u64> = moves.iter().filter_map(back).collect();
    thinks.sort_unstable();
    thinks.get(thinks.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::overlap::tests::span;

    const ALL: Shape = Shape::Jobs { most: None };

    #[test]
    fn the_law_is_that_of_the_post_and_of_both_sides_of_its_knee() {
        let takes = |boards, exhibitors, shape| seconds(boards, exhibitors, shape, (MOVE, REPLY));
        assert_eq!(
            [1, 11, 12, 13, 24, 48].map(|boards| takes(boards, 1, ALL)),
            [1_800.0, 1_850.0, 1_855.0, 2_005.0, 3_655.0, 7_255.0]
        );
        assert_eq!([1, 2, 3, 4].map(|k| takes(24, k, ALL)), [3_655.0, 1_855.0, 1_835.0, 1_825.0]);
        assert_eq!(takes(24, 1, Shape::One), 43_200.0);
    }

    /// Moves and replies that all take as long as any other, played out move by move.
    fn played_out(boards: u64, exhibitors: usize) -> u64 {
        let mut ready = vec![0_u64; usize::try_from(boards).unwrap()];
        let mut free = vec![0_u64; exhibitors];
        for _ in 0..PAIRS * boards {
            let board = (0..ready.len()).min_by_key(|&board| ready[board]).unwrap();
            let who = (0..free.len()).min_by_key(|&who| free[who]).unwrap();
            let moved = ready[board].max(free[who]) + 5;
            (free[who], ready[board]) = (moved, moved + 55);
        }
        *ready.iter().max().unwrap()
    }

    #[test]
    fn the_law_is_what_comes_of_playing_it_out() {
        for (boards, exhibitors) in
            [(1, 1), (4, 1), (11, 1), (12, 1), (13, 1), (48, 1), (24, 2), (24, 3), (24, 4), (8, 4)]
        {
            let law = seconds(boards, exhibitors, ALL, (MOVE, REPLY));
            assert_eq!(
                law,
                played_out(boards, usize::try_from(exhibitors).unwrap()) as f64,
                "{boards}, {exhibitors}"
            );
        }
    }

    #[test]
    fn on_a_route_each_visit_has_its_turn_and_otherwise_none() {
        let teller = Teller::new("no-exe".into(), 1, std::time::Duration::from_millis(1));
        let exhibition = |order| Exhibition { boards: 2, order, ..Exhibition::default() };
        let turns = |order| {
            let games = [0, 1].map(|board| exhibition(order).board(board, &teller));
            games.map(|game| game.steps.iter().filter_map(|step| step.need?.turn).take(3).collect::<Vec<_>>())
        };
        assert_eq!(turns(Order::Route), [[0, 2, 4], [1, 3, 5]]);
        assert_eq!(turns(Order::Ready), [[0; 0]; 2]);
    }

    #[test]
    fn an_opponent_thinks_from_when_she_leaves_until_she_is_back() {
        let spans =
            [span(0, Phase::Compute, 0..5), span(1, Phase::Compute, 5..10), span(0, Phase::Compute, 20..25)];
        let moves: Vec<&Span> = spans.iter().collect();
        assert_eq!(thinks(&moves), 15);
    }
}
