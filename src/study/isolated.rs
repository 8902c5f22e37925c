//! A launch of a workload whose cells are isolated: a fresh process for each arm, instead of one for all.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

use crate::child::reporting::{Next, ReportingChild};
use crate::record::journal::{Entry, Journal};
use crate::record::schema::{Failure, Round};
use crate::study::launch::{self, Acknowledged, LaunchOrder, reported};
use crate::study::runner::DEADLINE;

/// An arm, and its process while it has rounds to measure.
struct IsolatedArm {
    order: LaunchOrder,
    process: Option<ReportingChild<String>>,
    failure: Option<Failure>,
}

/// Runs one launch of `exe`, and stores each round once all of its arms have measured. The arms have their turns in another random
/// order in each round.
///
/// # Errors
/// When the journal can't be written. A process that dies or hangs fails its own arm.
pub(super) fn launch(
    exe: &Path,
    order: &LaunchOrder,
    journal: &mut Journal,
    stop: &Arc<AtomicBool>,
) -> Result<()> {
    let mut arms = Vec::with_capacity(order.arms.len());
    for arm in &order.arms {
        let order = LaunchOrder { arms: vec![arm.clone()], ..order.clone() };
        arms.push(IsolatedArm { order, process: None, failure: None });
    }
    let mut random = fastrand::Rng::with_seed(order.seed);
    for number in 1..=order.rounds {
        random.shuffle(&mut arms);
        let mut round = Round::default();
        for (place, arm) in (0..).zip(&mut arms) {
            match arm.measure(exe, stop) {
                Next::Report(of_arm) => add(&mut round, of_arm, place),
                Next::Failed(reason) => {
                    arm.process = None;
                    arm.failure = Some(Failure { arm: arm.order.arms[0].index, reason, unavailable: false });
                }
                Next::Stopped => return Ok(()),
            }
            round.failures.extend(arm.failure.clone());
            if number == order.rounds {
                arm.end();
            }
        }
        journal.append(Entry::Round(round))?;
    }
    Ok(())
}

/// Adds the round of one arm, whose turn was at `place`.
fn add(round: &mut Round, of_arm: Round, place: u64) {
    let Round { samples, copies, failures, stopped } = of_arm;
    for mut sample in samples {
        sample.place = place;
        round.samples.push(sample);
    }
    round.copies.extend(copies);
    round.failures.extend(failures);
    round.stopped |= stopped;
}

impl IsolatedArm {
    /// Lets its process measure a round; starts it for the first one. An arm that has failed measures nothing more.
    fn measure(&mut self, exe: &Path, stop: &Arc<AtomicBool>) -> Next<Round> {
        if self.failure.is_some() {
            return Next::Report(Round::default());
        }
        let process = match self.process.take() {
            Some(mut process) => {
                // If it has ended meanwhile, its next report says so.
                let _ = process.tell(&Acknowledged);
                process
            }
            None => match ReportingChild::start(exe, launch::SUBCOMMAND, &self.order, DEADLINE, stop) {
                Ok(process) => process,
                Err(why) => return Next::Failed(format!("{why:#}")),
            },
        };
        match self.process.insert(process).next() {
            Next::Report(report) => match reported(&report) {
                Ok(round) => Next::Report(round),
                Err(why) => Next::Failed(format!("{why:#}")),
            },
            Next::Failed(why) => Next::Failed(why),
            Next::Stopped => Next::Stopped,
        }
    }

    /// Ends its process before the next arm measures.
    fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.tell(&Acknowledged);
            process.finish();
        }
    }
}
