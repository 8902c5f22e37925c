//! The times of an arm, launch by launch, from the samples of its row.

use crate::record::schema::{Launch, Sample, Study, WorkloadEntry};
use crate::stats::ratio::Times;

impl Study {
    /// The launches of a row, in order.
    pub fn launches_of(&self, row: &WorkloadEntry) -> Vec<&Launch> {
        self.launches.iter().filter(|launch| launch.is_of(row)).collect()
    }
}

/// A per-run value of each sample of an arm, by launch and by round.
pub fn times(launches: &[&Launch], arm: usize, of: fn(&Sample) -> Option<u64>) -> Times {
    let mut times = Times::new();
    for launch in launches {
        let mut of_launch = Vec::new();
        for round in &launch.rounds {
            let sample = round.samples.iter().find(|sample| sample.arm == arm as u64);
            of_launch.push(sample.and_then(|sample| Some(sample.of_a_run(of(sample)?))));
        }
        times.push(of_launch);
    }
    times
}

/// The wall times of an arm, in nanoseconds per run.
pub fn walls(launches: &[&Launch], arm: usize) -> Times {
    times(launches, arm, |sample| Some(sample.wall_ns.get()))
}
