//! The closed forms of the exhibition, beside what was measured.

use crate::model::Concurrency;
use crate::post::claims::thresholds::NEAR;
use crate::post::claims::{CaseResult, measured::Measured, story::MeasuredStory};
use crate::post::story::exhibition::{Exhibition, PAIRS, REPLY, prediction_at};

/// Whether the exhibition takes as long as her moves do, and not as long as the replies do; neither is undecided.
pub(crate) fn she_binds(play: MeasuredStory<'_>, boards: u64) -> Option<CaseResult> {
    let by_moves = play.step().map(|step| (PAIRS * boards) as f64 * step + REPLY);
    let by_replies = play.step().map(|step| PAIRS as f64 * (step + REPLY) + (boards - 1) as f64 * step);
    let (moves_s, replies_s) = (by_moves.spread()?, by_replies.spread()?);
    // Zero where it takes as long as the replies, one where as long as the moves.
    let over_replies = play.seconds().zip(&by_replies, |seconds, law| (seconds / law).ln());
    let apart = by_moves.zip(&by_replies, |moves, replies| (moves / replies).ln());
    let tolerance = (1.0 + NEAR).ln() / apart.spread()?.median.abs();
    let binds = (over_replies / apart).judged(|at| match at {
        at if (at - 1.0).abs() <= tolerance.min(0.5) => Some(true),
        at if at.abs() <= tolerance.min(0.5) => Some(false),
        _ => None,
    });
    let seconds = play.seconds().spread()?;
    binds.shows(|_| {
        format!("{seconds:.0} s, where her moves give {moves_s:.0} s and the replies {replies_s:.0} s")
    })
}

/// Whether an exhibition takes as long as its closed form says, at the pace of her traced moves.
pub(crate) fn as_predicted(play: MeasuredStory<'_>, boards: u64, exhibitors: u64) -> Option<CaseResult> {
    let predicted = predicted(play, boards, exhibitors);
    let seconds = predicted.spread()?;
    let over = (play.seconds() / predicted).near(1.0);
    over.shows(|over| format!("{over:.2} times the {seconds:.0} s of the closed form"))
}

/// The closed form at the pace of her traced moves.
pub(crate) fn predicted(play: MeasuredStory<'_>, boards: u64, exhibitors: u64) -> Measured {
    let exhibition = Exhibition { boards, exhibitors, ..Exhibition::default() };
    play.step().map(|step| {
        prediction_at(&exhibition, Concurrency::Workers, step)
            .map_or(f64::NAN, |prediction| prediction.seconds)
    })
}
