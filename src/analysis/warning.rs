//! A warning: a fact about a study that affects its numbers, and the advice for it.

use std::fmt;

use crate::analysis::functions::FunctionRemark;

/// The minimum share of a core for a model that computes all the time: the rest went to another program.
pub(crate) const BUSY_CORE: f64 = 0.97;

/// The same for all cores together where only the time of the slowest copy is known: a finished copy leaves its core idle
/// until the last one has finished.
pub(crate) const BUSY_CORES_BY_SLOWEST: f64 = 0.95;

/// The same if copies are interpreters, whose speeds differ more.
pub(crate) const BUSY_CORES_OF_PYTHON: f64 = 0.9;

/// The maximum share of an idle window in which tasks may wait for a core: this program's own starts and ends
/// take less.
pub(crate) const PRESSURE: f64 = 0.05;

/// The maximum share of all ticks that a hypervisor may take.
pub(crate) const STEAL: f64 = 0.01;

/// The maximum number of cores that other programs may use in the median idle window: half of one.
pub(crate) const BUSY_WHILE_IDLE: f64 = 0.5;

/// The maximum unreported change of the baseline from one third of a study to another.
pub(crate) const DRIFT: f64 = 0.05;

/// A fact about a study that affects its numbers. Shares are relative to 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The program was built at an optimisation level below 2, or for size.
    Unoptimised,
    /// Numbers that no machine can have measured, in words.
    Impossible(String),
    /// The program checked its own assumptions while it ran.
    DebugAssertions,
    /// Another study ran on this machine.
    OtherStudy,
    /// It can't be told whether another study ran.
    OtherStudyUnknown,
    /// Tasks of other programs waited for a core in this share of an idle window.
    Pressure(f64),
    /// Other programs used this number of cores while the study was idle.
    BusyWhileIdle(f64),
    /// The system does not tell whether other programs want the cores, except by the CPU time of what is measured.
    PressureUnknown,
    /// It does not even tell that.
    MachineUnknown,
    /// The hypervisor took this share of the time.
    Steal(f64),
    /// Fewer cores may be used at once than models were given: thousandths of a core, and cores.
    Quota(u64, u64),
    /// The machine slept for this time in nanoseconds.
    Suspended(u64),
    /// This number of rounds was stopped and continued.
    Stopped(usize),
    /// The study was ended before its last launch.
    Partial,
    /// The machine ran on a battery.
    Battery,
    /// The governor may lower the clock.
    Governor(String),
    /// The clock may rise above its nominal frequency while few cores are busy.
    Turbo,
    /// The launches of this workload show it.
    OfWorkload(String, WorkloadWarning),
    /// A remark on the user's function of this workload.
    OfFunction(String, FunctionRemark),
}

/// A fact that the launches of one workload show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WorkloadWarning {
    /// The baseline or the capacity arm got this share of its cores, below its required share.
    CoreTaken(f64, f64),
    /// In some launches the machine was slow, at worst with this share of what it gave to a good launch.
    Slow(f64, LaunchCount),
    /// The baseline took this many times as long in one third of the study as in another.
    Drift(f64),
    /// The capacity of N cores was much below N times one core.
    CapacityBelowCores(f64),
}

/// A number of launches out of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaunchCount {
    /// The number of affected launches.
    pub some: usize,
    /// The number of all launches.
    pub all: usize,
}

impl Warning {
    /// Whether it blocks verdicts. Properties of any laptop are only reported.
    pub fn blocks_verdicts(&self) -> bool {
        self.reason().is_some()
    }

    /// Why it blocks verdicts, in short; `None` if it does not.
    pub fn reason(&self) -> Option<&'static str> {
        match self {
            Warning::Unoptimised => Some("a build that is not for speed"),
            Warning::Impossible(_) => Some("its numbers can't be"),
            Warning::OtherStudy => Some("another study ran"),
            Warning::Pressure(_) | Warning::BusyWhileIdle(_) => Some("other programs ran"),
            Warning::MachineUnknown => Some("a busy machine would not be seen"),
            Warning::Steal(_) => Some("the host took time"),
            Warning::Quota(..) => Some("a CPU quota"),
            Warning::Suspended(_) => Some("the machine slept"),
            Warning::Stopped(_) => Some("rounds were stopped"),
            Warning::OfWorkload(_, WorkloadWarning::CoreTaken(..)) => Some("a core was taken"),
            Warning::Partial | Warning::Battery | Warning::Governor(_) | Warning::Turbo => None,
            Warning::PressureUnknown | Warning::OtherStudyUnknown | Warning::DebugAssertions => None,
            Warning::OfWorkload(_, WorkloadWarning::Slow(..) | WorkloadWarning::Drift(_)) => None,
            Warning::OfWorkload(_, WorkloadWarning::CapacityBelowCores(_)) | Warning::OfFunction(..) => None,
        }
    }

    /// What happened.
    fn cause(&self) -> String {
        match self {
            Warning::Unoptimised => "the program was not built for speed: its optimisation level is below 2".into(),
            Warning::Impossible(what) => format!("its numbers can't have been measured: {what}"),
            Warning::DebugAssertions => "the program was built with debug assertions, which take time".into(),
            Warning::OtherStudy => "another study ran at the same time".into(),
            Warning::OtherStudyUnknown => {
                "whether another study ran is not known, as the file that studies share could not be locked".into()
            }
            Warning::Pressure(share) => format!(
                "other programs waited for a core {} of the time while bakeoff was idle (at most {})",
                percent(*share),
                percent(PRESSURE)
            ),
            Warning::BusyWhileIdle(cores) => format!(
                "other programs kept {cores:.2} cores busy while bakeoff was idle (at most {BUSY_WHILE_IDLE})"
            ),
            Warning::PressureUnknown => {
                "this system does not tell whether other programs want the cores: only the CPU time of what is measured shows it"
                    .into()
            }
            Warning::MachineUnknown => {
                "this system tells neither CPU time nor whether other programs want the cores: a busy machine would not be seen"
                    .into()
            }
            Warning::Steal(share) => {
                format!("the host took {} of the time (at most {})", percent(*share), percent(STEAL))
            }
            Warning::Quota(quota, cores) => {
                let allowed = *quota as f64 / 1e3;
                format!("a CPU quota allows {allowed:.2} cores where models were given {cores}")
            }
            Warning::Suspended(ns) => {
                format!("the machine slept for {:.1} s during the study", *ns as f64 / 1e9)
            }
            Warning::Stopped(rounds) => format!("{rounds} rounds were stopped (Ctrl-Z) and continued"),
            Warning::Partial => "the study was ended before its last launch".into(),
            Warning::Battery => "the machine ran on a battery".into(),
            Warning::Governor(name) => format!("the frequency governor is {name}"),
            Warning::Turbo => "turbo is on".into(),
            Warning::OfWorkload(workload, warning) => warning.cause(workload),
            Warning::OfFunction(workload, remark) => remark.cause(workload),
        }
    }

    /// What to do about it, or how to read the numbers.
    fn advice(&self) -> Option<String> {
        let advice = match self {
            Warning::Unoptimised | Warning::DebugAssertions => "build it with --release",
            Warning::OtherStudy => "run one after the other",
            Warning::OtherStudyUnknown => "BAKEOFF_STUDIES names another folder for it",
            Warning::Pressure(_) | Warning::BusyWhileIdle(_) => "close them and run again",
            Warning::Steal(_) => "run again when it is less busy",
            Warning::Quota(..) => "lift it, or give the process fewer cores",
            Warning::Suspended(_) | Warning::Stopped(_) => "run again without",
            Warning::Turbo => "one busy core may have a higher clock than all of them",
            Warning::OfWorkload(_, warning) => warning.advice(),
            Warning::OfFunction(_, remark) => return remark.advice(),
            Warning::Partial | Warning::Battery | Warning::Governor(_) => return None,
            Warning::PressureUnknown | Warning::MachineUnknown | Warning::Impossible(_) => return None,
        };
        Some(advice.to_owned())
    }
}

impl WorkloadWarning {
    /// Its numbers, where the workload stands before them.
    pub(super) fn figure(self) -> String {
        match self {
            WorkloadWarning::CoreTaken(share, required) => {
                format!("{} of them, at least {}", percent(share), percent(required))
            }
            WorkloadWarning::Slow(share, LaunchCount { some, all }) => {
                format!("{some} of {all}, {}", percent(share))
            }
            WorkloadWarning::Drift(ratio) => percent(ratio - 1.0),
            WorkloadWarning::CapacityBelowCores(share) => percent(share),
        }
    }

    fn cause(self, workload: &str) -> String {
        match self {
            WorkloadWarning::CoreTaken(share, required) => {
                let (share, required) = (percent(share), percent(required));
                format!("{workload} got only {share} of its cores (at least {required})")
            }
            WorkloadWarning::Slow(share, LaunchCount { some, all }) => format!(
                "the machine slowed down in {some} of {all} launches of {workload}, to {} of its best",
                percent(share)
            ),
            WorkloadWarning::Drift(ratio) => format!(
                "the baseline of {workload} took {} longer in one third of the study than in another",
                percent(ratio - 1.0)
            ),
            WorkloadWarning::CapacityBelowCores(share) => {
                format!("all cores together give {workload} {} of as many times one core", percent(share))
            }
        }
    }

    pub(super) fn advice(self) -> &'static str {
        match self {
            WorkloadWarning::CoreTaken(..) => "something else ran; close it and run again",
            WorkloadWarning::Slow(..) => "a cell whose verdict depends on them has none",
            WorkloadWarning::Drift(_) => "ratios are paired and hold, absolute times less",
            WorkloadWarning::CapacityBelowCores(_) => "SMT, unlike cores, turbo or shared memory",
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause())?;
        match self.advice() {
            Some(advice) => write!(f, ": {advice}"),
            None => Ok(()),
        }
    }
}
