//! Selects the probes of each model, and the range of their job counts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::child::reporting::{Next, ReportingChild};
use crate::model::{Concurrency, ModelEntry};
use crate::record::{figure::ProbeFigure, schema::ProbeRecord};
use crate::study::probe::answer::{ProbeAnswer, ProbeOrder, SUBCOMMAND};
use crate::study::probe::{Probe, STARTED_ON, WAITS_US};

/// The maximum duration of a probe: a million waiting tasks take several seconds.
const DEADLINE: Duration = Duration::from_secs(60);

/// The number of processes for probes whose results vary between processes.
const REPEATS: usize = 3;

/// The probes to run, their models and their limits.
#[derive(Clone, Debug)]
pub struct ProbeOptions {
    /// This project's program.
    pub exe: PathBuf,
    /// The models.
    pub models: Vec<ModelEntry>,
    /// The maximum number of jobs at once.
    pub most_jobs: usize,
    /// The maximum memory of jobs at once, in bytes.
    pub most_bytes: u64,
    /// Run each probe once, and with small job counts only.
    pub quick: bool,
}

/// Runs all probes, model by model, until `stop` is set; calls `progress` before each probe.
pub fn gather(
    options: &ProbeOptions,
    stop: &Arc<AtomicBool>,
    mut progress: impl FnMut(&str, &str),
) -> Vec<ProbeRecord> {
    let mut probes = Vec::new();
    for model in &options.models {
        let mut ask = |question: &Probe| {
            progress(model.name, &question.name());
            let record = probe(&options.exe, model, question, stop);
            probes.extend(record.clone());
            record
        };
        for question in questions(model, options.quick) {
            ask(&question);
        }
        if model.concurrency != Concurrency::One {
            crowds(options, ask);
        }
    }
    probes
}

/// The probes that are known in advance.
fn questions(model: &ModelEntry, quick: bool) -> Vec<Probe> {
    let repeats = if quick { 1 } else { REPEATS };
    let mut questions = vec![];
    for workload in STARTED_ON {
        questions.extend(vec![Probe::Start(workload.to_owned()); repeats]);
    }
    questions.extend(vec![Probe::Dispatch; repeats]);
    questions.extend(vec![Probe::Work; repeats]);
    questions.extend(WAITS_US.map(Probe::Wait));
    if matches!(model.concurrency, Concurrency::Tasks { .. }) {
        questions.extend(vec![Probe::TimerBurst; repeats]);
    }
    questions
}

/// Runs one probe in a fresh process; `None` if it was stopped.
pub fn probe(
    exe: &Path,
    model: &ModelEntry,
    question: &Probe,
    stop: &Arc<AtomicBool>,
) -> Option<ProbeRecord> {
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let order = ProbeOrder { model: model.name.into(), question: question.clone() };
    let answer = match ReportingChild::<ProbeAnswer>::start(exe, SUBCOMMAND, &order, DEADLINE, stop) {
        Err(why) => Err(format!("{why:#}")),
        Ok(mut reporter) => match reporter.next() {
            Next::Report(answer) => answer,
            Next::Failed(why) => Err(why),
            Next::Stopped => return None,
        },
    };
    let (figures, failure) = match answer {
        Ok(figures) => (figures, None),
        Err(why) => (Default::default(), Some(why)),
    };
    Some(ProbeRecord { model: model.name.into(), question: question.name(), figures, failure })
}

/// The first job count, and the factor to the next one, until one fails or would exceed the limits.
const FIRST: usize = 64;
const STEP: usize = 4;

/// Bisection steps between the largest job count that succeeded and the smallest that failed.
const BISECTIONS: usize = 2;

/// Increases the job count up to the limits or the first failure, then bisects between the last two.
fn crowds(options: &ProbeOptions, mut ask: impl FnMut(&Probe) -> Option<ProbeRecord>) {
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
    use super::*;

    fn options(most_jobs: usize, most_bytes: u64) -> ProbeOptions {
        ProbeOptions { exe: PathBuf::new(), models: vec![], most_jobs, most_bytes, quick: false }
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
