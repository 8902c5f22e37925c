//! Increases the number of jobs at once up to the limits or the first failure.

use crate::record::{figure::ProbeFigure, schema::ProbeRecord};
use crate::study::probe::{Probe, ProbeOptions};

/// The first job count, and the factor to the next one, until one fails or would exceed the limits.
const FIRST: usize = 64;
const STEP: usize = 4;

/// Bisection steps between the largest job count that succeeded and the smallest that failed.
const BISECTIONS: usize = 2;

/// Increases the job count up to the limits or the first failure, then bisects between the last two.
pub(super) fn crowds(options: &ProbeOptions, mut ask: impl FnMut(&Probe) -> Option<ProbeRecord>) {
    let (mut reached, mut failed) = (None::<Reached>, None);
    let mut next = FIRST.min(options.most_jobs);
    for _ in 0..if options.quick { 3 } else { usize::MAX } {
        let Some(record) = ask(&Probe::ConcurrencyLimit(next, pause_us(next, reached.as_ref()))) else {
            return;
        };
        let Some(crowd) = Reached::of(&record) else {
            failed = Some(next);
            break;
        };
        let larger = larger(&crowd, options);
        reached = Some(crowd);
        let Some(larger) = larger else { break };
        next = larger;
    }
    let (Some(mut reached), Some(mut failed)) = (reached, failed) else { return };
    for _ in 0..BISECTIONS {
        // The geometric mean, because steps are ratios.
        let next = (reached.jobs * failed).isqrt();
        let Some(record) = ask(&Probe::ConcurrencyLimit(next, pause_us(next, Some(&reached)))) else {
            return;
        };
        match Reached::of(&record) {
            None => failed = next,
            Some(crowd) => reached = crowd,
        }
    }
}

/// A number of jobs that ran at once.
struct Reached {
    jobs: usize,
    bytes: u64,
    /// The time until all jobs were running.
    gathering_ns: u64,
}

impl Reached {
    fn of(record: &ProbeRecord) -> Option<Self> {
        let mut bytes = 0;
        for figure in [ProbeFigure::OwnBytes, ProbeFigure::ChildrenBytes, ProbeFigure::KernelBytes] {
            bytes += record.get(figure).unwrap_or(0);
        }
        let (wall_ns, wait_ns) = (record.get(ProbeFigure::WallNs)?, record.get(ProbeFigure::WaitNs)?);
        let jobs = usize::try_from(record.get(ProbeFigure::Jobs)?).ok()?;
        Some(Reached { jobs, bytes, gathering_ns: wall_ns.saturating_sub(wait_ns) })
    }
}

/// The next job count: as large as the limits allow; `None` if that is hardly larger.
fn larger(reached: &Reached, options: &ProbeOptions) -> Option<usize> {
    // Nine tenths of the limit, because the memory per job is known from a smaller job count.
    let fits =
        reached.jobs as u128 * u128::from(options.most_bytes) * 9 / 10 / u128::from(reached.bytes.max(1));
    let fits = usize::try_from(fits).unwrap_or(usize::MAX);
    let next = (reached.jobs * STEP).min(options.most_jobs).min(fits);
    if next > reached.jobs + reached.jobs / 4 { Some(next) } else { None }
}

/// The wait of the jobs, in microseconds: at least twice the time until all of them run.
fn pause_us(jobs: usize, reached: Option<&Reached>) -> u64 {
    const AT_LEAST_US: u64 = 200_000;
    let Some(reached) = reached else { return AT_LEAST_US };
    AT_LEAST_US + 2 * reached.gathering_ns / reached.jobs as u64 * jobs as u64 / 1_000
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn options(most_jobs: usize, most_bytes: u64) -> ProbeOptions {
        ProbeOptions {
            mpirun: None,
            exe: PathBuf::new(),
            models: vec![],
            timers: vec![],
            most_jobs,
            most_bytes,
            quick: false,
            of_user: vec![],
        }
    }

    /// The job counts that are probed if a job takes `bytes` of memory and more than `limit` jobs fail.
    fn asked(options: &ProbeOptions, bytes: u64, limit: usize) -> Vec<usize> {
        let mut asked = Vec::new();
        crowds(options, |question| {
            let &Probe::ConcurrencyLimit(jobs, us) = question else { panic!("only crowds") };
            asked.push(jobs);
            let mut record = ProbeRecord {
                model: "m".into(),
                question: question.name(),
                turn: None,
                figures: Default::default(),
                failure: None,
            };
            if jobs > limit {
                record.failure = Some("no more".to_owned());
            } else {
                record.figures = ProbeFigure::recorded([
                    (ProbeFigure::Jobs, jobs as u64),
                    (ProbeFigure::OwnBytes, jobs as u64 * bytes),
                    (ProbeFigure::WaitNs, us * 1_000),
                    (ProbeFigure::WallNs, us * 1_100),
                ]);
            }
            Some(record)
        });
        asked
    }

    #[test]
    fn probe_grows_to_job_or_memory_limit() {
        assert_eq!(asked(&options(1_000, 1 << 30), 1, usize::MAX), [64, 256, 1_000]);
        assert_eq!(asked(&options(1_000_000, 1 << 20), 1 << 10, usize::MAX), [64, 256, 921]);
        assert_eq!(asked(&options(10, 1 << 30), 1, usize::MAX), [10]);
    }

    #[test]
    fn failed_probe_bisects_to_limit() {
        assert_eq!(asked(&options(1_000_000, 1 << 30), 1, 700), [64, 256, 1_024, 512, 724]);
        assert_eq!(asked(&options(1_000_000, 1 << 30), 1, 10), [64]);
    }
}
