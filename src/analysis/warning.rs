//! A warning: a fact about a study that affects its numbers, and the advice for it.

use std::fmt;

/// The minimum share of a core for a model that computes all the time: the rest went to another program.
pub(crate) const BUSY_CORE: f64 = 0.97;

/// The same for all cores together if copies are interpreters: their end times differ more, and a finished
/// copy leaves
/// its core idle until the last one has finished.
pub(crate) const BUSY_CORES_OF_PYTHON: f64 = 0.9;

/// The maximum share of an idle window in which tasks may wait for a core: this program's own starts and ends
/// take less.
pub(crate) const PRESSURE: f64 = 0.05;

/// The maximum share of all ticks that a hypervisor may take.
pub(crate) const STEAL: f64 = 0.01;

/// The minimum capacity of a launch, relative to the study's best launch.
pub(crate) const CAPACITY_KEPT: f64 = 0.9;

/// The minimum average number of busy cores of a cell that computes on several cores: dispatch, timers and
/// the kernel's
/// own work for a cell on one core stay below it.
pub(crate) const SEVERAL_CORES: f64 = 1.1;

/// The maximum unreported change of the baseline from one third of a study to another.
pub(crate) const DRIFT: f64 = 0.05;

/// A fact about a study that affects its numbers. Shares are relative to 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// The program was built without optimisation.
    Unoptimised,
    /// Another study ran on this machine.
    Company,
    /// The baseline or the capacity arm of this workload got this share of its cores, below its required
    /// share.
    CoreTaken(String, f64, f64),
    /// Tasks of other programs waited for a core in this share of an idle window.
    Pressure(f64),
    /// The hypervisor took this share of the time.
    Steal(f64),
    /// Fewer cores may be used at once than models were given: thousandths of a core, and cores.
    Quota(u64, u64),
    /// The machine slept for this time in nanoseconds.
    Suspended(u64),
    /// This number of rounds was stopped and continued.
    Stopped(usize),
    /// In some launches of this workload the capacity of all cores was below the best one, at worst this
    /// share of it.
    CapacityFell(String, f64, Launches),
    /// As [`Warning::CapacityFell`], in too few launches to change a bound of an interval.
    CapacityDipped(String, f64, Launches),
    /// The study was ended before its last launch.
    Partial,
    /// The baseline of this workload took this many times as long in one third of the study as in another.
    Drift(String, f64),
    /// The machine ran on a battery.
    Battery,
    /// The governor may lower the clock.
    Governor(String),
    /// The clock may rise above its nominal frequency while few cores are busy.
    Turbo,
    /// The capacity of N cores was much below N times one core.
    CapacityBelowCores(String, f64),
}

/// A number of launches out of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Launches {
    /// The number of affected launches.
    pub some: usize,
    /// The number of all launches.
    pub all: usize,
}

impl Warning {
    /// Whether it blocks verdicts. Properties of any laptop are only reported.
    pub fn blocks_verdicts(&self) -> bool {
        use Warning::{
            Battery, CapacityBelowCores, CapacityDipped, CapacityFell, Company, CoreTaken, Drift, Governor,
            Partial, Pressure, Quota, Steal, Stopped, Suspended, Turbo, Unoptimised,
        };
        match self {
            Unoptimised | Company | CoreTaken(..) | Pressure(_) | Steal(_) | Quota(..) | Suspended(_)
            | Stopped(_) | CapacityFell(..) => true,
            CapacityDipped(..)
            | Partial
            | Drift(..)
            | Battery
            | Governor(_)
            | Turbo
            | CapacityBelowCores(..) => false,
        }
    }
}

impl Warning {
    /// The only affected workload; `None` if it affects the whole study. The capacity of all cores during one
    /// workload
    /// says nothing about launches of others, which have their own arms.
    pub fn only_of(&self) -> Option<&str> {
        match self {
            Warning::CapacityFell(workload, ..) => Some(workload),
            _ => None,
        }
    }

    /// Whether it blocks the verdicts on `workload`.
    pub fn blocks_verdicts_of(&self, workload: &str) -> bool {
        self.blocks_verdicts() && self.only_of().is_none_or(|only| only == workload)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.1} %", share * 100.0);
        match self {
            Warning::Unoptimised => {
                write!(f, "the program was built without optimisation: build it with --release")
            }
            Warning::Company => write!(f, "another study ran at the same time: run one after the other"),
            Warning::CoreTaken(workload, share, border) => write!(
                f,
                "{workload} got only {} of its cores (at least {}): something else ran; close it and run again",
                percent(*share),
                percent(*border)
            ),
            Warning::Pressure(share) => write!(
                f,
                "other tasks waited for a core in {} of a quiet while (at most {}): close them and run again",
                percent(*share),
                percent(PRESSURE)
            ),
            Warning::Steal(share) => write!(
                f,
                "the host took {} of the time (at most {}): run again when it is less busy",
                percent(*share),
                percent(STEAL)
            ),
            Warning::Quota(quota, cores) => write!(
                f,
                "a CPU quota allows {:.2} cores where models were given {cores}: lift it, or give the process fewer cores",
                *quota as f64 / 1e3
            ),
            Warning::Suspended(ns) => {
                let seconds = *ns as f64 / 1e9;
                write!(f, "the machine slept for {seconds:.1} s during the study: run again without")
            }
            Warning::Stopped(rounds) => {
                write!(f, "{rounds} rounds were stopped (Ctrl-Z) and continued: run again without")
            }
            Warning::CapacityFell(workload, share, Launches { some, all }) => write!(
                f,
                "all cores together gave {some} of {all} launches of {workload} less than {} of what they gave the best one, \
                 at the worst {}: run again when the machine gives the same all the time",
                percent(CAPACITY_KEPT),
                percent(*share)
            ),
            Warning::CapacityDipped(workload, share, Launches { some, all }) => write!(
                f,
                "all cores together gave {some} of {all} launches of {workload} down to {} of what they gave the best one: \
                 too few to move an interval",
                percent(*share)
            ),
            Warning::Partial => write!(f, "the study was ended before its last launch"),
            Warning::Drift(workload, ratio) => write!(
                f,
                "the baseline of {workload} took {} longer in one third of the study than in another: ratios are paired and \
                 hold, absolute times less",
                percent(ratio - 1.0)
            ),
            Warning::Battery => write!(f, "the machine ran on a battery"),
            Warning::Governor(name) => write!(f, "the frequency governor is {name}"),
            Warning::Turbo => {
                write!(f, "turbo is on: one busy core may have a higher clock than all of them")
            }
            Warning::CapacityBelowCores(workload, share) => write!(
                f,
                "all cores together give {workload} {} of that many times one core: SMT, unlike cores, turbo or shared memory",
                percent(*share)
            ),
        }
    }
}
