//! The figures of traced runs and probes by type: a recording keeps them by name.

use std::collections::BTreeMap;
use std::fmt;

use crate::record::schema::{ProbeRecord, TracedRun};

/// Declares figures with the names that recordings use.
macro_rules! figures {
    ($(#[$about:meta])* $kind:ident { $($(#[$doc:meta])* $figure:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind { $($(#[$doc])* $figure,)+ }

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
        /// The number of waits.
        Waits = "waits",
        /// The number of stretches that compute.
        Computes = "computes",
        /// The time of all waits.
        WaitNs = "wait_ns",
        /// The time of all computing.
        ComputeNs = "compute_ns",
        /// The most waits at one instant.
        WaitsAtOnce = "waits_at_once",
        /// The most jobs that compute at one instant.
        ComputesAtOnce = "computes_at_once",
        /// The most jobs between their first span and their last at one instant.
        InFlight = "in_flight",
        /// The time in which any job waits.
        WaitingNs = "waiting_ns",
        /// The time in which any job computes.
        ComputingNs = "computing_ns",
        /// The time in which any job waits and any job computes.
        BothNs = "both_ns",
        /// From the first start to the last end.
        ExtentNs = "extent_ns",
        /// The threads at work, of the process that has most.
        Threads = "threads",
        /// The processes at work besides the model's own.
        ChildProcesses = "child_processes",
        /// How often a job computed on another core than before.
        Migrations = "migrations",
        /// CPU time, where the system reports it.
        CpuNs = "cpu_ns",
        /// `chess`: the median time from a move to the next one on the same board.
        ThinksNs = "thinks_ns",
        /// `chess`: moves before which the exhibitor had to wait.
        LateMoves = "late_moves",
        /// `chess`: the time for which the exhibitor had to wait.
        IdleNs = "idle_ns",
        /// `chess`: from the end of the exhibitor's last move to the last event.
        AfterLastMoveNs = "after_last_move_ns",
        /// `music`: the time in which both jobs compute.
        TogetherNs = "together_ns",
        /// `music`: the time in which both jobs compute, on different cores.
        ApartNs = "apart_ns",
        /// `music`: the cores that the first job was seen on.
        CoresOfFirst = "cores_of_first",
        /// `music`: the cores that the second job was seen on.
        CoresOfSecond = "cores_of_second",
        /// `music`: the cores that either job was seen on.
        CoresUsed = "cores_used",
        /// `cakes`: the cores of the machine.
        Cores = "cores",
        /// `four`: tasks with the right result.
        Right = "right",
        /// `four`: all tasks.
        Of = "of",
        /// `stall`: beats of the timer.
        Beats = "beats",
        /// `stall`: the median delay of a beat.
        P50Ns = "p50_ns",
        /// `stall`: the delay that one beat of a hundred exceeds.
        P99Ns = "p99_ns",
        /// `stall`: the longest delay of a beat.
        MaxNs = "max_ns",
        /// `cook-eat`: from the start of the first coroutine to that of the second.
        GapNs = "gap_ns",
        /// `cook-eat`: runs whose events were put in order.
        Runs = "runs",
        /// `cook-eat`: runs whose events had the order of the post.
        InOrder = "in_order",
    }
}

figures! {
    /// A figure of a probe. Times are in nanoseconds, memory in bytes above the level before the model started.
    ProbeFigure {
        /// Starting the model.
        StartNs = "start_ns",
        /// The first run.
        FirstNs = "first_ns",
        /// All warm runs together.
        WarmNs = "warm_ns",
        /// The number of warm runs.
        WarmRuns = "warm_runs",
        /// Ending the model.
        StopNs = "stop_ns",
        /// All runs together.
        WallNs = "wall_ns",
        /// The number of runs.
        Runs = "runs",
        /// Jobs of a run; of all runs together where CPU time is measured.
        Jobs = "jobs",
        /// CPU time of the model.
        CpuNs = "cpu_ns",
        /// CPU time of `sequential` on the same jobs.
        SequentialCpuNs = "sequential_cpu_ns",
        /// Voluntary context switches.
        GaveWay = "gave_way",
        /// Involuntary context switches.
        WerePreempted = "were_preempted",
        /// The wait of each job.
        WaitNs = "wait_ns",
        /// Resident memory of the process itself.
        OwnBytes = "own_bytes",
        /// Proportional memory of its child processes.
        ChildrenBytes = "children_bytes",
        /// Memory of the kernel, of the whole machine.
        KernelBytes = "kernel_bytes",
    }
}

impl TracedRun {
    /// A figure, if the run has it.
    pub fn get(&self, figure: Figure) -> Option<u64> {
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
    /// Dispatch of jobs that do nothing.
    Dispatch,
    /// CPU time and context switches of jobs that compute.
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
