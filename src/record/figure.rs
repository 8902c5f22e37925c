//! The figures of traced runs and probes by type: a recording keeps them by name.

use std::collections::BTreeMap;
use std::fmt;

use crate::record::schema::{ProbeRecord, TracedRun};

/// Declares figures: the name that recordings use, and what it is.
macro_rules! figures {
    ($(#[$about:meta])* $kind:ident { $($figure:ident = $name:literal, $what:literal;)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind { $(#[doc = $what] $figure,)+ }

        impl $kind {
            /// Every figure.
            pub const ALL: &[$kind] = &[$($kind::$figure),+];

            /// Its name in recordings.
            pub fn name(self) -> &'static str {
                match self { $($kind::$figure => $name,)+ }
            }

            /// `figures` as a recording keeps them.
            pub fn recorded(figures: impl IntoIterator<Item = ($kind, u64)>) -> BTreeMap<String, u64> {
                let mut recorded = BTreeMap::new();
                for (figure, value) in figures {
                    recorded.insert(figure.name().to_owned(), value);
                }
                recorded
            }
        }
    };
}

figures! {
    /// A figure of a traced run. Times are in nanoseconds, and sums over jobs where nothing else is said.
    Figure {
        Waits = "waits", "The number of waits.";
        Computes = "computes", "The number of stretches that compute.";
        WaitNs = "wait_ns", "The time of all waits.";
        ComputeNs = "compute_ns", "The time of all computing.";
        WaitsAtOnce = "waits_at_once", "The most waits at one instant.";
        ComputesAtOnce = "computes_at_once", "The most jobs that compute at one instant.";
        InFlight = "in_flight", "The most jobs between their first span and their last at one instant.";
        WaitingNs = "waiting_ns", "The time in which any job waits.";
        ComputingNs = "computing_ns", "The time in which any job computes.";
        BothNs = "both_ns", "The time in which any job waits and any job computes.";
        ExtentNs = "extent_ns", "From the first start to the last end.";
        Threads = "threads", "The threads at work, of the process that has most.";
        ChildProcesses = "child_processes", "The processes at work besides the model's own.";
        Migrations = "migrations", "How often a job computed on another core than before.";
        CpuNs = "cpu_ns", "CPU time, where the system reports it.";
        ThinksNs = "thinks_ns", "`chess`: the median time from a move to the next one on the same board.";
        LateMoves = "late_moves", "`chess`: moves before which the exhibitor had to wait.";
        IdleNs = "idle_ns", "`chess`: the time for which the exhibitor had to wait.";
        AfterLastMoveNs = "after_last_move_ns", "`chess`: from the end of the exhibitor's last move to the last event.";
        TogetherNs = "together_ns", "`music`: the time in which both jobs compute.";
        ApartNs = "apart_ns", "`music`: the time in which both jobs compute, on different cores.";
        CoresOfFirst = "cores_of_first", "`music`: the cores that the first job was seen on.";
        CoresOfSecond = "cores_of_second", "`music`: the cores that the second job was seen on.";
        CoresUsed = "cores_used", "`music`: the cores that either job was seen on.";
        Cores = "cores", "`cakes`: the cores of the machine.";
        Right = "right", "`four`: tasks with the right result.";
        Tasks = "of", "`four`: all tasks.";
        Beats = "beats", "`stall`: beats of the timer.";
        P50Ns = "p50_ns", "`stall`: the median delay of a beat.";
        P99Ns = "p99_ns", "`stall`: the delay that one beat of a hundred exceeds.";
        MaxNs = "max_ns", "`stall`: the longest delay of a beat.";
        GapNs = "gap_ns", "`cook-eat`: from the start of the first coroutine to that of the second.";
        Runs = "runs", "`cook-eat`: runs whose events were put in order.";
        InOrder = "in_order", "`cook-eat`: runs whose events had the order of the post.";
    }
}

figures! {
    /// A figure of a probe. Times are in nanoseconds, memory in bytes above the level before the model started.
    ProbeFigure {
        StartNs = "start_ns", "Starting the model.";
        FirstNs = "first_ns", "The first run.";
        WarmNs = "warm_ns", "All warm runs together.";
        WarmRuns = "warm_runs", "The number of warm runs.";
        StopNs = "stop_ns", "Ending the model.";
        WallNs = "wall_ns", "All runs together.";
        Runs = "runs", "The number of runs.";
        Jobs = "jobs", "Jobs of a run; of all runs together where context switches are counted.";
        CpuNs = "cpu_ns", "CPU time of the model; until version 4.";
        SequentialCpuNs = "sequential_cpu_ns", "CPU time of `sequential` on the same jobs; until version 4.";
        GaveWay = "gave_way", "Voluntary context switches.";
        WerePreempted = "were_preempted", "Involuntary context switches.";
        WaitNs = "wait_ns", "The wait of each job.";
        OwnBytes = "own_bytes", "Resident memory of the process itself.";
        ChildrenBytes = "children_bytes", "Proportional memory of its child processes.";
        KernelBytes = "kernel_bytes", "Memory of the kernel, of the whole machine.";
    }
}

impl Figure {
    /// Its values in those of `runs` that have it.
    pub fn of(self, runs: &[TracedRun]) -> Vec<f64> {
        let mut values = vec![];
        for run in runs {
            if let Some(value) = run.get(self) {
                values.push(value as f64);
            }
        }
        values
    }
}

impl TracedRun {
    /// A figure, if the run has it.
    pub fn get(&self, figure: Figure) -> Option<u64> {
        // A run that was seen on no core at all was on a system that does not tell cores, which was once recorded as 0.
        let needs_cores = matches!(
            figure,
            Figure::ApartNs
                | Figure::CoresOfFirst
                | Figure::CoresOfSecond
                | Figure::CoresUsed
                | Figure::Migrations
        );
        if needs_cores && self.figures.get(Figure::CoresUsed.name()) == Some(&0) {
            return None;
        }
        self.figures.get(figure.name()).copied()
    }
}

impl ProbeRecord {
    /// A figure, if the probe has it.
    pub fn get(&self, figure: ProbeFigure) -> Option<u64> {
        self.figures.get(figure.name()).copied()
    }

    /// What was probed; `None` if another version of the program knows the probe.
    pub fn kind(&self) -> Option<ProbeKind<'_>> {
        ProbeKind::parse(&self.question)
    }
}

/// What a probe measures, as its record names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeKind<'a> {
    /// Starting and ending a model on a workload.
    Start(&'a str),
    /// Dispatch of jobs that do nothing; until version 4.
    Dispatch,
    /// CPU time and context switches of jobs that compute; until version 4.
    Work,
    /// A single wait of that many microseconds.
    Wait(u64),
    /// Many waits at once.
    TimerBurst,
    /// That many jobs at once.
    ConcurrencyLimit(u64),
    /// That many jobs at once in hand-written code without the model.
    Bare(u64),
}

impl<'a> ProbeKind<'a> {
    fn parse(question: &'a str) -> Option<Self> {
        let (kind, of) = question.split_once(' ').unwrap_or((question, ""));
        Some(match kind {
            "start" => ProbeKind::Start(of),
            "dispatch" => ProbeKind::Dispatch,
            "work" => ProbeKind::Work,
            "wait" => ProbeKind::Wait(of.parse().ok()?),
            "burst" => ProbeKind::TimerBurst,
            "crowd" => ProbeKind::ConcurrencyLimit(of.parse().ok()?),
            "bare" => ProbeKind::Bare(of.parse().ok()?),
            _ => return None,
        })
    }
}

impl fmt::Display for ProbeKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProbeKind::Start(workload) => write!(f, "start {workload}"),
            ProbeKind::Dispatch => f.write_str("dispatch"),
            ProbeKind::Work => f.write_str("work"),
            ProbeKind::Wait(us) => write!(f, "wait {us}"),
            ProbeKind::TimerBurst => f.write_str("burst"),
            ProbeKind::ConcurrencyLimit(jobs) => write!(f, "crowd {jobs}"),
            ProbeKind::Bare(jobs) => write!(f, "bare {jobs}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recorded_figures_are_read_by_type() {
        let recorded = Figure::ALL.iter().zip(1..).map(|(&figure, value)| (figure, value));
        let run = TracedRun { wall_ns: 0, figures: Figure::recorded(recorded) };
        for (figure, value) in Figure::ALL.iter().zip(1..) {
            assert_eq!(run.get(*figure), Some(value), "{figure:?} shares its name");
        }
        let on_no_core = TracedRun {
            wall_ns: 0,
            figures: Figure::recorded(
                [Figure::CoresUsed, Figure::ApartNs, Figure::TogetherNs].map(|it| (it, 0)),
            ),
        };
        assert_eq!((on_no_core.get(Figure::ApartNs), on_no_core.get(Figure::TogetherNs)), (None, Some(0)));
        let unknown = TracedRun { wall_ns: 0, figures: [("of_later".to_owned(), 1)].into() };
        assert!(Figure::ALL.iter().all(|&figure| unknown.get(figure).is_none()));
    }

    #[test]
    fn every_probe_is_read_by_its_name() {
        let kinds = [
            ProbeKind::Start("hash"),
            ProbeKind::Dispatch,
            ProbeKind::Work,
            ProbeKind::Wait(1_000),
            ProbeKind::TimerBurst,
            ProbeKind::ConcurrencyLimit(64),
            ProbeKind::Bare(64),
        ];
        for kind in kinds {
            assert_eq!(ProbeKind::parse(&kind.to_string()), Some(kind));
        }
        assert_eq!(ProbeKind::parse("crowd of many"), None);
        assert_eq!(ProbeKind::parse("of_later"), None);
    }
}
