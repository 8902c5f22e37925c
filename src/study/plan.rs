//! Which cells a study measures, how often, and in which order.

use std::num::NonZeroU64;

use crate::cell::{Cell, Width};
use crate::record::schema::{Arm, Role, WorkloadEntry};
use crate::record::seal::hash;
use crate::workload::{Kind, Workload};

/// How much a study measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Profile {
    /// 3 launches of 1 round: ranges, no verdicts
    Quick,
    /// 16 launches of 1 round
    Standard,
    /// 20 launches of 3 rounds
    Long,
    /// 6 launches of 1 round: the fewest that have an interval, for many sizes of the same work
    #[value(skip)]
    Series,
}

impl Profile {
    /// Launches of each workload, and rounds of each launch.
    pub fn size(self) -> (NonZeroU64, NonZeroU64) {
        let (launches, rounds) = match self {
            Profile::Quick => (3, 1),
            Profile::Standard => (16, 1),
            Profile::Long => (20, 3),
            Profile::Series => (6, 1),
        };
        let positive = |number| NonZeroU64::new(number).expect("every profile measures something");
        (positive(launches), positive(rounds))
    }

    /// As the command line has it.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Quick => "quick",
            Profile::Standard => "standard",
            Profile::Long => "long",
            Profile::Series => "series",
        }
    }
}

/// An arm of a workload's rounds: what is measured, and what it is there for.
#[derive(Clone, Copy, Debug)]
pub struct PlannedArm {
    /// The cell, or the baseline's.
    pub cell: Cell,
    /// What it is there for.
    pub role: Role,
}

/// The arms of each workload of `cells`: its cells, and beside the baseline its control and, where jobs compute, the
/// capacity of the machine; but not in a series, where its copies would take longer to start than the smallest jobs take.
pub fn arms(cells: &[Cell], profile: Profile) -> Vec<PlannedArm> {
    let of_workload = |cells: &[Cell]| {
        let mut arms: Vec<_> = cells.iter().map(|&cell| PlannedArm { cell, role: Role::Cell }).collect();
        if let Some(&cell) = cells.iter().find(|cell| cell.width == Width::One) {
            arms.push(PlannedArm { cell, role: Role::Control });
            if cell.workload.kind == Kind::Computes && profile != Profile::Series {
                // Twice, so that a moment of another program is told from a core that is gone: that takes both.
                arms.extend([PlannedArm { cell, role: Role::Capacity }; 2]);
            }
        }
        arms
    };
    cells.chunk_by(|a, b| a.workload.name == b.workload.name).flat_map(of_workload).collect()
}

impl PlannedArm {
    /// As the recording has it.
    pub fn entry(&self, cores: usize, unavailable: Option<String>) -> Arm {
        let in_flight = self.cell.in_flight(cores) as u64;
        let in_flight = NonZeroU64::new(in_flight).expect("at least one job is in flight");
        Arm { id: self.cell.id(), role: self.role, in_flight, unavailable }
    }
}

/// As the recording has it.
pub fn workload_entry(workload: &Workload) -> WorkloadEntry {
    let Workload { name, about, answers_to, post_says, kind, unit, size, .. } = workload;
    let definition = format!("{name}|{about}|{unit}|{}|{}", size.jobs, size.each);
    WorkloadEntry {
        name: (*name).into(),
        about: (*about).into(),
        answers_to: (*answers_to).into(),
        post_says: (*post_says).into(),
        kind: kind.to_string(),
        jobs: NonZeroU64::new(size.jobs as u64).expect("a batch has jobs"),
        definition: hash(definition.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_workload_has_a_control_and_those_that_compute_two_capacity_arms() {
        let arms = arms(&Cell::all(2), Profile::Standard);
        let with = |workload: &str, role| {
            arms.iter().filter(|arm| arm.cell.workload.name == workload && arm.role == role).count()
        };
        for workload in crate::workload::WORKLOADS {
            assert_eq!(with(workload.name, Role::Control), 1, "{}", workload.name);
            let capacity = if workload.kind == Kind::Computes { 2 } else { 0 };
            assert_eq!(with(workload.name, Role::Capacity), capacity, "{}", workload.name);
        }
    }

    #[test]
    fn without_the_baseline_there_is_nothing_to_control() {
        let pools: Vec<Cell> = Cell::all(2).into_iter().filter(|cell| cell.width != Width::One).collect();
        assert!(arms(&pools, Profile::Standard).iter().all(|arm| arm.role == Role::Cell));
    }
}
