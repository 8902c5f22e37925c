//! Models that do as much in batches, and differ under load.

use crate::analysis::arrivals::level::log_ratio;
use crate::analysis::arrivals::{AnalysedArrivals, AtLoad, Subject};
use crate::stats::interval::LEVEL;
use crate::stats::ratio::{Ratio, of_logs};

/// Two models that do as much in batches, and differ most under load.
#[derive(Clone, Debug)]
pub struct Apart<'a> {
    /// The model whose jobs wait less.
    pub better: &'a str,
    /// The other one.
    pub worse: &'a str,
    /// What both can do at most, in jobs a second.
    pub capacities: [f64; 2],
    /// The load in percent.
    pub load: u64,
    /// The 99th percentile of both, in nanoseconds.
    pub p99_ns: [f64; 2],
    /// How many times as long it is, with the same arrivals.
    pub ratio: Ratio,
}

/// Models whose capacities differ by at most this factor do as much in batches.
const AS_MUCH: f64 = 1.05;

impl AnalysedArrivals<'_> {
    /// The two models of `subject` that do as much in batches and differ most at some load, if the whole interval says that they do.
    pub fn equal_in_batches<'a>(&self, subject: &'a Subject<'a>) -> Option<Apart<'a>> {
        let mut most: Option<Apart<'a>> = None;
        for better in &subject.models {
            for worse in &subject.models {
                let (Some(one), Some(other)) = (better.capacity, worse.capacity) else { continue };
                if one.value / other.value > AS_MUCH || other.value / one.value > AS_MUCH {
                    continue;
                }
                for (number, load) in self.arrivals.loads.iter().enumerate() {
                    let Some((ratio, p99_ns)) = apart(&better.loads[number], &worse.loads[number]) else {
                        continue;
                    };
                    let is_more = most.as_ref().is_none_or(|most| ratio.ratio > most.ratio.ratio);
                    if is_more && ratio.bounds().is_some_and(|(low, _)| low > AS_MUCH) {
                        most = Some(Apart {
                            better: &better.arm.model,
                            worse: &worse.arm.model,
                            capacities: [one.value, other.value],
                            load: load.get(),
                            p99_ns,
                            ratio,
                        });
                    }
                }
            }
        }
        most
    }
}

/// How many times as long the 99th percentile of `worse` is, launch by launch, and both.
fn apart(better: &AtLoad, worse: &AtLoad) -> Option<(Ratio, [f64; 2])> {
    let (AtLoad::Kept(better), AtLoad::Kept(worse)) = (better, worse) else { return None };
    let p99_ns = [better.p99?.value, worse.p99?.value];
    let mut logs = Vec::new();
    for pair in better.p99_by_launch.iter().zip(&worse.p99_by_launch) {
        if let (Some(better), Some(worse)) = pair {
            logs.extend(log_ratio(*worse, *better));
        }
    }
    let ratio = of_logs(&logs, LEVEL).filter(|it| it.ratio.is_finite())?;
    Some((ratio, p99_ns))
}
