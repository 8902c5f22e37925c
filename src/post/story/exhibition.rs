//! The arrangement of an exhibition, the work at each board, and the predicted time.

use crate::model::Concurrency;
use crate::post::story::{Prediction, StoryRunner};
use crate::record::schema::StoryRun;
use crate::workload::queue::Need;
use crate::workload::script::{Action, Script, Step};

/// Seconds that the exhibitor takes for a move.
pub(crate) const MOVE: f64 = 5.0;

/// Seconds that an opponent takes to reply.
pub(crate) const REPLY: f64 = 55.0;

/// Moves of each side in a game.
pub(crate) const PAIRS: u64 = 30;

/// In which order she goes to boards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum BoardOrder {
    /// To opponents who have replied, in the order of the replies
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

/// The arrangement of an exhibition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhibition {
    /// Number of games.
    pub boards: u64,
    /// Number of exhibitors who go from board to board.
    pub exhibitors: u64,
    /// Their order of visits.
    pub order: BoardOrder,
    /// How long opponents think.
    pub think: Think,
    /// The seed of varying thinking times.
    pub seed: u64,
}

impl Default for Exhibition {
    /// The post's.
    fn default() -> Self {
        Exhibition { boards: 24, exhibitors: 1, order: BoardOrder::Ready, think: Think::Fixed, seed: 1 }
    }
}

impl Exhibition {
    /// Its name in recordings.
    pub fn arrangement(&self) -> String {
        let order = if self.order == BoardOrder::Ready { "ready" } else { "route" };
        let think = if self.think == Think::Fixed { "fixed" } else { "exponential" };
        format!("boards={} exhibitors={} order={order} think={think}", self.boards, self.exhibitors)
    }

    /// The exhibition of `story_run`; its seed is unknown.
    pub(crate) fn of(story_run: &StoryRun) -> Option<Self> {
        let boards = story_run.setting("boards")?.parse().ok()?;
        let exhibitors: u64 = story_run.setting("exhibitors")?.parse().ok()?;
        if exhibitors == 0 {
            return None;
        }
        let is_route = story_run.setting("order") == Some("route");
        let is_fixed = story_run.setting("think") == Some("fixed");
        let order = if is_route { BoardOrder::Route } else { BoardOrder::Ready };
        let think = if is_fixed { Think::Fixed } else { Think::Exponential };
        Some(Exhibition { boards, exhibitors, order, think, ..Exhibition::default() })
    }

    /// A job for each board.
    pub(crate) fn jobs(&self, runner: &StoryRunner) -> Vec<Script> {
        (0..self.boards).map(|board| self.board(board, runner)).collect()
    }

    /// A game: she moves, the opponent replies, and so on.
    fn board(&self, board: u64, runner: &StoryRunner) -> Script {
        let mut random = fastrand::Rng::with_seed(self.seed.wrapping_mul(1_000_003).wrapping_add(board));
        let compute = Action::Compute { parts: runner.parts(MOVE) };
        let mut steps: Vec<Step> = Vec::new();
        for pair in 0..PAIRS {
            let turn = (self.order == BoardOrder::Route).then_some(pair * self.boards + board);
            let need = Need { thing: 0, capacity: self.exhibitors, turn };
            let seconds = match self.think {
                Think::Fixed => REPLY,
                // By inversion; 1 - f64() is never 0.
                Think::Exponential => -REPLY * (1.0 - random.f64()).ln(),
            };
            steps.push(compute.clone().holding(need));
            steps.push(Action::Wait { us: runner.us(seconds) }.freely());
        }
        Script { seed: board, steps }
    }
}

/// The predicted time of `exhibition` under a model of a concurrency; varying times have no closed form.
pub(crate) fn prediction(exhibition: &Exhibition, concurrency: Concurrency) -> Option<Prediction> {
    prediction_at(exhibition, concurrency, MOVE)
}

/// The same with `a_move` seconds per move.
pub(crate) fn prediction_at(
    exhibition: &Exhibition,
    concurrency: Concurrency,
    a_move: f64,
) -> Option<Prediction> {
    let Exhibition { boards, exhibitors, think, .. } = *exhibition;
    if think != Think::Fixed {
        return None;
    }
    let formula = if concurrency == Concurrency::One {
        format!("{boards} x {PAIRS} x (5 + 55) s")
    } else if is_bound_by_exhibitors(boards, exhibitors, MOVE) {
        let shared = if exhibitors == 1 { String::new() } else { format!(" / {exhibitors}") };
        format!("{PAIRS} x {boards}{shared} x 5 s + 55 s")
    } else {
        format!("{PAIRS} x (5 + 55) s + {} x 5 s", boards.div_ceil(exhibitors) - 1)
    };
    Some(Prediction { formula, seconds: seconds(boards, exhibitors, concurrency, a_move) })
}

fn seconds(boards: u64, exhibitors: u64, concurrency: Concurrency, a_move: f64) -> f64 {
    // The number of moves by which the last board is behind the first.
    let behind = (boards.div_ceil(exhibitors) - 1) as f64;
    match concurrency {
        Concurrency::One => (boards * PAIRS) as f64 * (a_move + REPLY),
        _ if is_bound_by_exhibitors(boards, exhibitors, a_move) => {
            (PAIRS * boards).div_ceil(exhibitors) as f64 * a_move + REPLY
        }
        _ => PAIRS as f64 * (a_move + REPLY) + behind * a_move,
    }
}

/// Whether a round takes the exhibitors longer than an opponent's reply.
fn is_bound_by_exhibitors(boards: u64, exhibitors: u64, a_move: f64) -> bool {
    boards as f64 / exhibitors as f64 * a_move >= a_move + REPLY
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Concurrency = Concurrency::Workers;

    #[test]
    fn prediction_matches_post_around_knee() {
        let takes = |boards, exhibitors, concurrency| seconds(boards, exhibitors, concurrency, MOVE);
        assert_eq!(
            [1, 11, 12, 13, 24, 48].map(|boards| takes(boards, 1, ALL)),
            [1_800.0, 1_850.0, 1_855.0, 2_005.0, 3_655.0, 7_255.0]
        );
        assert_eq!([1, 2, 3, 4].map(|k| takes(24, k, ALL)), [3_655.0, 1_855.0, 1_835.0, 1_825.0]);
        assert_eq!(takes(24, 1, Concurrency::One), 43_200.0);
    }

    /// A simulation of moves and replies of equal length, move by move.
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
    fn prediction_matches_simulated_play() {
        for (boards, exhibitors) in
            [(1, 1), (4, 1), (11, 1), (12, 1), (13, 1), (48, 1), (24, 2), (24, 3), (24, 4), (8, 4)]
        {
            let prediction = seconds(boards, exhibitors, ALL, MOVE);
            assert_eq!(
                prediction,
                played_out(boards, usize::try_from(exhibitors).unwrap()) as f64,
                "{boards}, {exhibitors}"
            );
        }
    }

    #[test]
    fn only_route_visits_have_turns() {
        let runner = StoryRunner::new(
            &crate::workload::catalog::Catalog::builtin(),
            "no-exe".into(),
            1,
            std::time::Duration::from_millis(1),
        );
        let exhibition = |order| Exhibition { boards: 2, order, ..Exhibition::default() };
        let turns = |order| {
            let games = [0, 1].map(|board| exhibition(order).board(board, &runner));
            games.map(|game| game.steps.iter().filter_map(|step| step.need?.turn).take(3).collect::<Vec<_>>())
        };
        assert_eq!(turns(BoardOrder::Route), [[0, 2, 4], [1, 3, 5]]);
        assert_eq!(turns(BoardOrder::Ready), [[0; 0]; 2]);
    }
}
