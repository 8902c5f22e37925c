//! Concurrent, parallel, threads, processes: derived from traces of each model, never from its name.

use crate::record::figure::Figure;
use crate::record::schema::{EvidenceRecord, TracedRun};
use crate::stats::interval::{Interval, LEVEL, interval};
use crate::stats::median;

/// The ratio of CPU time to the time in which any job computes, above which several jobs compute at once.
/// Part of the tenth is the time of dispatch, timers and the kernel beside a single computing job.
pub const PARALLEL: f64 = 1.1;

/// The answer to one question.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// Observed.
    Yes,
    /// Not observed, although this machine would have shown it.
    No,
    /// Inconclusive on this machine, and why.
    Inconclusive(String),
    /// Not measured here: the system does not tell it, and this says what.
    Unknown(&'static str),
}

impl Observation {
    /// Whether it was observed; `None` if that is inconclusive.
    pub fn seen(&self) -> Option<bool> {
        match self {
            Observation::Yes => Some(true),
            Observation::No => Some(false),
            Observation::Inconclusive(_) | Observation::Unknown(_) => None,
        }
    }
}

/// The four answers for one model on one kind of job, each with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Properties {
    /// Whether several jobs run at once, and the maximum number.
    pub concurrent: (Observation, f64),
    /// Whether several jobs compute at once, and CPU time over the time in which any job computes, if it is known.
    pub parallel: (Observation, Option<Interval>),
    /// The median of that ratio.
    pub busy_cores: Option<f64>,
    /// Whether several threads of one process work, and how many, if it is known.
    pub threads: (Observation, Option<f64>),
    /// Whether child processes work, and how many.
    pub processes: (Observation, f64),
}

/// Evaluates `evidence_record`; `None` if it has too few runs.
pub fn properties(evidence_record: &EvidenceRecord) -> Option<Properties> {
    let runs = &evidence_record.seen;
    Some(Properties {
        concurrent: more_than(1.0, &Figure::InFlight.of(runs))?,
        parallel: parallel(evidence_record)?,
        busy_cores: median(&busy_cores_of(evidence_record)),
        threads: match more_than(1.0, &Figure::Threads.of(runs)) {
            Some((answer, count)) => (answer, Some(count)),
            None => (Observation::Unknown("this system does not tell which threads ran"), None),
        },
        // One child is a process beside this one: the question is whether there is any child.
        processes: more_than(0.0, &Figure::ChildProcesses.of(runs))?,
    })
}

/// Whether every run, or no run, had more than `few`; and the median. `None` if there are no counts.
fn more_than(few: f64, counts: &[f64]) -> Option<(Observation, f64)> {
    let median = median(counts)?;
    let mut more = 0;
    for &count in counts {
        more += usize::from(count > few);
    }
    let answer = match more {
        0 => Observation::No,
        all if all == counts.len() => Observation::Yes,
        some => Observation::Inconclusive(format!("in {some} of {} runs", counts.len())),
    };
    Some((answer, median))
}

/// CPU time over the time in which any job computes: overlapping spans are not sufficient, because jobs that
/// take turns on one core overlap as well.
fn parallel(evidence_record: &EvidenceRecord) -> Option<(Observation, Option<Interval>)> {
    if Figure::CpuNs.of(&evidence_record.seen).is_empty() {
        return Some((Observation::Unknown("this system does not tell CPU time"), None));
    }
    let computing = Figure::ComputingNs.of(&evidence_record.seen);
    if !computing.is_empty() && computing.iter().all(|ns| *ns == 0.0) {
        return Some((Observation::Unknown("its jobs say nothing of computing, and only wait"), None));
    }
    let seen = interval(&busy_cores_of(evidence_record), LEVEL).ok()?;
    let possible = interval(&busy_cores(&evidence_record.control, None), LEVEL).ok();
    let answer = if seen.low > PARALLEL {
        Observation::Yes
    } else if seen.high > PARALLEL {
        Observation::Inconclusive("too near to the border".into())
    } else if possible.is_some_and(|possible| possible.low > PARALLEL) {
        Observation::No
    } else {
        Observation::Inconclusive("plain threads did not compute in parallel here either".into())
    };
    Some((answer, Some(seen)))
}

/// CPU time over the time in which any job computes, for each run of a model. Jobs of a user may be so short that starting them takes
/// more CPU time than they do: of that time no more counts than the jobs computed for.
fn busy_cores_of(evidence_record: &EvidenceRecord) -> Vec<f64> {
    let most = if evidence_record.of_user { Some(Figure::ComputeNs) } else { None };
    busy_cores(&evidence_record.seen, most)
}

/// The same, of CPU time up to the figure `most`.
fn busy_cores(acts: &[TracedRun], most: Option<Figure>) -> Vec<f64> {
    let mut cores = vec![];
    for act in acts {
        let (cpu_ns, computing_ns) = (act.get(Figure::CpuNs), act.get(Figure::ComputingNs));
        let most_ns = most.and_then(|figure| act.get(figure)).unwrap_or(u64::MAX);
        if let (Some(cpu_ns), Some(computing_ns @ 1..)) = (cpu_ns, computing_ns) {
            cores.push(cpu_ns.min(most_ns) as f64 / computing_ns as f64);
        }
    }
    cores
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Evidence of runs with `seen` hundredths of a core busy each, beside a control with `control`
    /// hundredths.
    pub(crate) fn evidence_record(seen: [u64; 9], control: u64, figures: [(&str, u64); 3]) -> EvidenceRecord {
        EvidenceRecord {
            model: "m".into(),
            jobs: "cakes".into(),
            of_user: false,
            seen: seen.map(|hundredths| run(hundredths, figures)).into(),
            control: vec![run(control, figures); 9],
            unavailable: None,
            failed: false,
        }
    }

    fn run(hundredths: u64, more: [(&str, u64); 3]) -> TracedRun {
        let mut figures = Figure::recorded([(Figure::CpuNs, hundredths), (Figure::ComputingNs, 100)]);
        for (name, value) in more {
            figures.insert(name.to_owned(), value);
        }
        TracedRun { wall_ns: 100, figures }
    }

    const ONE: [(&str, u64); 3] = [("in_flight", 1), ("threads", 1), ("child_processes", 0)];

    fn parallel_of(seen: [u64; 9], control: u64) -> Observation {
        properties(&evidence_record(seen, control, ONE)).unwrap().parallel.0
    }

    #[test]
    fn parallel_requires_lower_bound_above_threshold() {
        assert_eq!(parallel_of([111, 111, 190, 190, 190, 190, 190, 190, 10], 190), Observation::Yes);
        assert!(matches!(
            parallel_of([105, 105, 190, 190, 190, 190, 190, 190, 190], 190),
            Observation::Inconclusive(_)
        ));
    }

    #[test]
    fn starting_short_jobs_is_not_computing() {
        let short = |of_user| {
            let figures = [("in_flight", 1), ("compute_ns", 100), ("child_processes", 1)];
            EvidenceRecord { of_user, ..evidence_record([1_700; 9], 190, figures) }
        };
        let parallel = |record| properties(&record).unwrap().parallel.0;
        assert_eq!((parallel(short(true)), parallel(short(false))), (Observation::No, Observation::Yes));
    }

    #[test]
    fn not_parallel_requires_parallel_control() {
        assert_eq!(parallel_of([100; 9], 130), Observation::No);
        assert!(matches!(parallel_of([100; 9], 105), Observation::Inconclusive(_)));
    }

    #[test]
    fn single_thread_and_child_process_are_classified() {
        let alone = properties(&evidence_record([100; 9], 190, ONE)).unwrap();
        assert_eq!(
            (alone.concurrent.0, alone.threads.0, alone.processes.0),
            (Observation::No, Observation::No, Observation::No)
        );
        let two = [("in_flight", 2), ("threads", 2), ("child_processes", 1)];
        let more = properties(&evidence_record([100; 9], 190, two)).unwrap();
        assert_eq!(
            (more.concurrent.0, more.threads.0, more.processes.0),
            (Observation::Yes, Observation::Yes, Observation::Yes)
        );
    }

    #[test]
    fn what_a_system_does_not_tell_is_unknown() {
        let mut record = evidence_record([190; 9], 190, ONE);
        for run in &mut record.seen {
            run.figures.remove(Figure::CpuNs.name());
            run.figures.remove(Figure::Threads.name());
        }
        let seen = properties(&record).unwrap();
        assert!(matches!(seen.parallel, (Observation::Unknown(_), None)) && seen.busy_cores.is_none());
        assert!(matches!(seen.threads, (Observation::Unknown(_), None)));
        assert_eq!((seen.concurrent.0, seen.processes.0), (Observation::No, Observation::No));
    }

    #[test]
    fn no_runs_are_inconclusive() {
        assert_eq!(properties(&EvidenceRecord { seen: vec![], ..evidence_record([100; 9], 190, ONE) }), None);
    }
}
