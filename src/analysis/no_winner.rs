//! Rows without a winner: the fastest can't be told from the baseline, or from half of the tools.

use crate::analysis::summary::{CellResult, Row};
use crate::stats::verdict::Verdict;

/// Why a row has no winner.
#[derive(Clone, Debug, PartialEq)]
pub struct NoWinner<'a> {
    /// The models that are not slower than the fastest, in the order of the row.
    pub models: Vec<&'a str>,
    /// They are at most this many times as slow as the fastest: the largest of their upper bounds.
    pub within: f64,
}

/// A model at the better of its concurrencies, compared with the fastest of its row.
#[derive(Clone, Copy)]
struct Standing<'a> {
    model: &'a str,
    is_baseline: bool,
    place: Place,
    /// The upper bound of its time over the fastest's.
    most: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Slower,
    Undecided,
    Best,
}

impl<'a> NoWinner<'a> {
    /// `None` if the row has a winner, or a warning blocks its verdicts, or it has too few launches for any.
    pub fn of(row: &'a Row) -> Option<Self> {
        let standings = standings(row);
        let (mut undecided, mut baseline_is_undecided) = (0, false);
        let mut no_winner = NoWinner { models: vec![], within: 1.0 };
        for standing in &standings {
            if standing.place == Place::Slower {
                continue;
            }
            if standing.place == Place::Undecided {
                undecided += 1;
                baseline_is_undecided |= standing.is_baseline;
            }
            no_winner.models.push(standing.model);
            no_winner.within = no_winner.within.max(standing.most);
        }
        let has_none = baseline_is_undecided || (undecided > 0 && undecided * 2 >= standings.len());
        let fastest = row.fastest()?;
        if has_none && !fastest.has_no_verdict() { Some(no_winner) } else { None }
    }
}

/// The models of `row` that have a verdict, in its order.
fn standings(row: &Row) -> Vec<Standing<'_>> {
    let mut standings: Vec<Standing<'_>> = Vec::new();
    for cell in &row.cells {
        let Some(standing) = standing(cell) else { continue };
        let Some(other) = standings.iter_mut().find(|other| other.model == standing.model) else {
            standings.push(standing);
            continue;
        };
        let is_better =
            standing.place > other.place || standing.place == other.place && standing.most < other.most;
        if is_better {
            *other = standing;
        }
    }
    standings
}

fn standing(cell: &CellResult) -> Option<Standing<'_>> {
    let place = match cell.verdict {
        Verdict::Fastest | Verdict::Within(_) => Place::Best,
        Verdict::Undecided(_) => Place::Undecided,
        Verdict::Slower(_) => Place::Slower,
        _ => return None,
    };
    let bounds = cell.verdict.over_fastest().and_then(|ratio| ratio.bounds());
    let most = bounds.map_or(1.0, |(_, high)| high);
    Some(Standing { model: cell.model(), is_baseline: cell.is_baseline(), place, most })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::summary::Summary;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Recording};

    /// A row of `sequential`, `rayon` in half its time, and as many models as `noisy`, whose 16 launches take these percents of
    /// rayon's time in turn.
    fn row(noisy: &[[u64; 2]]) -> Recording {
        let mut recording = recording(16, 50);
        let study = recording.study.as_mut().unwrap();
        for (number, percents) in noisy.iter().enumerate() {
            let arm = study.arms.len() as u64;
            study.arms.push(Arm { id: format!("hash/other{number}/cores"), ..study.arms[1].clone() });
            for (launch, percent) in study.launches.iter_mut().zip(percents.iter().cycle()) {
                let rayon = launch.rounds[0].samples[1];
                let wall_ns = (rayon.wall_ns.get() * percent / 100).try_into().unwrap();
                launch.rounds[0].samples.push(crate::record::schema::Sample { arm, wall_ns, ..rayon });
            }
        }
        recording
    }

    #[test]
    fn half_of_tools_undecided_is_no_winner() {
        let even = row(&[[101, 120], [101, 130]]);
        let summary = Summary::of(&even);
        let no_winner = NoWinner::of(&summary.rows[0]).unwrap();
        assert_eq!(no_winner.models, ["rayon", "other0", "other1"], "sequential stays slower");
        assert!((no_winner.within - 1.3).abs() < 0.01, "{}", no_winner.within);
        let decided = row(&[[101, 120], [101, 101], [200, 200]]);
        assert_eq!(NoWinner::of(&Summary::of(&decided).rows[0]), None);
    }

    #[test]
    fn undecided_baseline_is_no_winner() {
        let mut even = row(&[[200, 200], [200, 200]]);
        for (launch, percent) in
            even.study.as_mut().unwrap().launches.iter_mut().zip([102, 110].iter().cycle())
        {
            let samples = &mut launch.rounds[0].samples;
            samples[0].wall_ns = (samples[1].wall_ns.get() * percent / 100).try_into().unwrap();
        }
        let summary = Summary::of(&even);
        assert_eq!(NoWinner::of(&summary.rows[0]).unwrap().models, ["sequential", "rayon"]);
        even.environment.quota_millicores = Some(500);
        assert_eq!(NoWinner::of(&Summary::of(&even).rows[0]), None, "a warning blocks it");
    }
}
