//! The answer of a row: the set of its best tools, and what is not decided. Every view takes it from here.

use crate::analysis::summary::{CellResult, Row};
use crate::record::schema::Kind;
use crate::stats::verdict::{MARGIN, Verdict};

/// What is known of a task.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// Its row.
    pub row: &'a Row,
    /// Its models, in the order of the row, which is that of the registry.
    pub tools: Vec<Tool<'a>>,
    /// What they give together.
    pub outcome: Outcome,
}

/// A model at the better of its concurrencies.
#[derive(Clone, Copy, Debug)]
pub struct Tool<'a> {
    /// That cell.
    pub cell: &'a CellResult,
    /// How it compares with the fastest.
    pub standing: Standing,
}

/// How a tool compares with the fastest of its row. Of two cells of a tool the later one counts: a tool is slower only if no cell
/// of it may be the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It has no samples, or fails.
    NotMeasured,
    /// More than the margin slower.
    Slower,
    /// Too few launches for any verdict.
    TooFew,
    /// The state of the machine allows none.
    NoVerdict,
    /// It may be within the margin.
    Undecided,
    /// It is the fastest, or within the margin.
    Best,
}

/// What the tools of a row give together.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Some are the best, and others may be.
    Best,
    /// The fastest is not decided against the baseline, or against half of the tools.
    NoWinner {
        /// Those that are not slower are at most this many times as slow as the fastest: the largest of their upper bounds.
        within: f64,
    },
    /// The state of the machine allows no verdict.
    NoVerdict,
    /// There are too few launches for verdicts.
    TooFew,
    /// Nothing was measured, for this reason.
    NotMeasured(String),
}

/// The answers of a kind of task.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The kind.
    pub kind: Kind,
    /// Its tasks, in the order of their rows.
    pub answers: Vec<Answer<'a>>,
}

/// The groups of `rows` in display order: waiting, computing, both. What does nothing is no task.
pub fn groups(rows: &[Row]) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    for kind in [Kind::Waits, Kind::Computes, Kind::Mixed] {
        let of_kind = rows.iter().filter(|row| row.workload.kind == kind);
        let answers: Vec<Answer<'_>> = of_kind.map(Answer::of).collect();
        if !answers.is_empty() {
            groups.push(Group { kind, answers });
        }
    }
    groups
}

impl<'a> Answer<'a> {
    /// The answer of `row`.
    pub fn of(row: &'a Row) -> Self {
        let mut tools = tools(row);
        let outcome = outcome(row, &tools);
        for tool in &mut tools {
            // Without a winner the fastest is only one of those that may be.
            if matches!(outcome, Outcome::NoWinner { .. }) && tool.standing == Standing::Best {
                tool.standing = Standing::Undecided;
            }
            if outcome == Outcome::TooFew && tool.standing == Standing::Best {
                tool.standing = Standing::TooFew;
            }
        }
        Answer { row, tools, outcome }
    }

    /// The tools that are the best; none without a winner or a verdict.
    pub fn best(&self) -> Vec<&'a CellResult> {
        self.of_standing(Standing::Best)
    }

    /// The tools that may be the best too; without a winner, all that may be the fastest.
    pub fn undecided(&self) -> Vec<&'a CellResult> {
        self.of_standing(Standing::Undecided)
    }

    /// The tool of a model, named without its interpreter.
    pub fn tool(&self, model: &str) -> Option<Tool<'a>> {
        self.tools.iter().find(|tool| tool.cell.plain_model() == model).copied()
    }

    fn of_standing(&self, standing: Standing) -> Vec<&'a CellResult> {
        let mut cells = Vec::new();
        for tool in &self.tools {
            if tool.standing == standing {
                cells.push(tool.cell);
            }
        }
        cells
    }
}

impl Tool<'_> {
    /// Its speedup over the baseline.
    pub fn speedup(&self) -> Option<f64> {
        Some(self.cell.speedup?.ratio)
    }

    /// Whether it is slower than one job at a time, by more than the margin and by its whole interval.
    pub fn is_slower_than_baseline(&self) -> bool {
        let bounds = self.cell.speedup.and_then(|speedup| speedup.bounds());
        bounds.is_some_and(|(_, high)| high < 1.0 / (1.0 + MARGIN))
    }

    /// Whether it is faster than one job at a time, by more than the margin and by its whole interval.
    pub fn is_faster_than_baseline(&self) -> bool {
        let bounds = self.cell.speedup.and_then(|speedup| speedup.bounds());
        bounds.is_some_and(|(low, _)| low > 1.0 + MARGIN)
    }

    /// Whether it is to be preferred to another cell of the same tool.
    pub(crate) fn is_better_than(&self, other: &Tool<'_>) -> bool {
        (self.standing, self.speedup()) > (other.standing, other.speedup())
    }
}

fn tools(row: &Row) -> Vec<Tool<'_>> {
    let mut tools: Vec<Tool<'_>> = Vec::new();
    for cell in &row.cells {
        let tool = Tool { cell, standing: standing(&cell.verdict) };
        match tools.iter_mut().find(|other| other.cell.model() == cell.model()) {
            None => tools.push(tool),
            Some(other) if tool.is_better_than(other) => *other = tool,
            Some(_) => {}
        }
    }
    tools
}

fn standing(verdict: &Verdict) -> Standing {
    match verdict {
        Verdict::Fastest | Verdict::Within(_) => Standing::Best,
        Verdict::Undecided(_) => Standing::Undecided,
        Verdict::Slower(_) => Standing::Slower,
        Verdict::NoVerdict => Standing::NoVerdict,
        Verdict::TooFew(_) => Standing::TooFew,
        Verdict::Unmeasured => Standing::NotMeasured,
    }
}

fn outcome(row: &Row, tools: &[Tool<'_>]) -> Outcome {
    let Some(fastest) = row.fastest() else { return Outcome::NotMeasured(why_not_measured(row)) };
    if fastest.has_no_verdict() {
        return Outcome::NoVerdict;
    }
    let (mut judged, mut undecided, mut too_few) = (0, 0, 0);
    let mut baseline_is_undecided = false;
    let mut within = 1.0_f64;
    for tool in tools {
        match tool.standing {
            Standing::TooFew => too_few += 1,
            Standing::Slower | Standing::Best => judged += 1,
            Standing::Undecided => {
                judged += 1;
                undecided += 1;
                baseline_is_undecided |= tool.cell.is_baseline();
            }
            Standing::NotMeasured | Standing::NoVerdict => {}
        }
        if tool.standing >= Standing::Undecided {
            within = within.max(upper_bound(tool.cell));
        }
    }
    // The fastest alone is judged where no other has enough launches.
    if too_few > 0 && judged == 1 {
        return Outcome::TooFew;
    }
    if baseline_is_undecided || (undecided > 0 && undecided * 2 >= judged) {
        return Outcome::NoWinner { within };
    }
    Outcome::Best
}

/// The upper bound of a cell's time over the fastest's.
fn upper_bound(cell: &CellResult) -> f64 {
    let bounds = cell.verdict.over_fastest().and_then(|ratio| ratio.bounds());
    bounds.map_or(1.0, |(_, high)| high)
}

fn why_not_measured(row: &Row) -> String {
    let error = row.cells.iter().find_map(|cell| cell.error.clone());
    error.unwrap_or_else(|| "no samples".into())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::analysis::summary::Summary;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Recording};

    /// A row of `sequential`, `rayon` in half its time, and as many models as `noisy`, whose 16 launches take these percents of
    /// rayon's time in turn.
    pub(crate) fn row(noisy: &[[u64; 2]]) -> Recording {
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

    fn models<'a>(cells: &[&'a CellResult]) -> Vec<&'a str> {
        cells.iter().map(|cell| cell.model()).collect()
    }

    #[test]
    fn half_of_tools_undecided_is_no_winner() {
        let even = row(&[[101, 120], [101, 130]]);
        let summary = Summary::of(&even);
        let answer = Answer::of(&summary.rows[0]);
        assert_eq!(models(&answer.undecided()), ["rayon", "other0", "other1"], "sequential stays slower");
        assert!(matches!(answer.outcome, Outcome::NoWinner { within } if (within - 1.3).abs() < 0.01));
        assert!(answer.best().is_empty());
    }

    #[test]
    fn best_tools_are_a_set() {
        let decided = row(&[[101, 120], [101, 101], [200, 200]]);
        let summary = Summary::of(&decided);
        let answer = Answer::of(&summary.rows[0]);
        assert_eq!(answer.outcome, Outcome::Best);
        assert_eq!(models(&answer.best()), ["rayon", "other1"]);
        assert_eq!(models(&answer.undecided()), ["other0"]);
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
        assert_eq!(models(&Answer::of(&summary.rows[0]).undecided()), ["sequential", "rayon"]);
        even.environment.quota_millicores = Some(500);
        assert_eq!(Answer::of(&Summary::of(&even).rows[0]).outcome, Outcome::NoVerdict);
    }
}
