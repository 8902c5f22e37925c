//! A point of the map: jobs of any length, of which any share waits.
//!
//! The name of such a workload has all that its jobs do, so that every process of this program makes the same: `w9000-c14400-n24`
//! are 24 jobs that wait 9,000 us and then count the primes among 14,400 numbers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Context, Digest, Work};
use crate::stats::units;
use crate::workload::each::MakeJob;
use crate::workload::fixture::stage::Stage;
use crate::workload::primes::{self, FIRST, is_prime};
use crate::workload::{Each, Kind, Size, Workload, in_python, no_setup};

/// What the jobs of a point are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PointJobs {
    /// How long a job waits for a timer, in microseconds.
    pub wait_us: u64,
    /// Among how many numbers it then counts the primes, the same ones again after the first 4,096.
    pub numbers: u64,
    /// How many there are.
    pub jobs: usize,
}

/// About how long a number takes, in nanoseconds, in Rust and in Python: for planning, never for a result.
const NUMBER_NS: u64 = 70;
const NUMBER_NS_IN_PYTHON: u64 = 4_000;

impl PointJobs {
    /// The name of its workload.
    pub fn name(self) -> String {
        format!("w{}-c{}-n{}", self.wait_us, self.numbers, self.jobs)
    }

    /// The jobs of a workload of this name, if it is one.
    pub fn named(name: &str) -> Option<Self> {
        let mut parts = name.split('-');
        let (wait, numbers, jobs) = (parts.next()?, parts.next()?, parts.next()?);
        let point = PointJobs {
            wait_us: wait.strip_prefix('w')?.parse().ok()?,
            numbers: numbers.strip_prefix('c')?.parse().ok()?,
            jobs: jobs.strip_prefix('n')?.parse().ok()?,
        };
        (point.jobs > 0 && point.name() == name).then_some(point)
    }

    /// Whether they wait or compute.
    pub fn kind(self) -> Kind {
        match (self.wait_us, self.numbers) {
            (0, 0) => Kind::Nothing,
            (0, _) => Kind::Computes,
            (_, 0) => Kind::Waits,
            _ => Kind::Mixed,
        }
    }

    /// Its workload, for Rust or for Python.
    pub fn workload(self, in_python: bool) -> &'static Workload {
        static KNOWN: Mutex<BTreeMap<(PointJobs, bool), &'static Workload>> = Mutex::new(BTreeMap::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry((self, in_python)).or_insert_with(|| Box::leak(Box::new(self.new_workload(in_python))))
    }

    fn new_workload(self, in_python: bool) -> Workload {
        let number_ns = if in_python { NUMBER_NS_IN_PYTHON } else { NUMBER_NS };
        let size = Size { jobs: self.jobs, each: self.numbers };
        Workload {
            name: self.name().leak(),
            revision: 1,
            about: self.about().leak(),
            answers_to: "",
            post_says: "",
            kind: self.kind(),
            unit: "numbers",
            size,
            tiny: size,
            job_us: self.wait_us + self.numbers * number_ns / 1_000,
            wait_us: self.wait_us,
            jobs: self.made_one_by_one(),
            ..primes::WORKLOAD
        }
    }

    fn made_one_by_one(self) -> &'static Each<Point> {
        let wait_us = self.wait_us;
        let job: &'static MakeJob<Point> = Box::leak(Box::new(move |_: &Stage, size: Size, seed| {
            Ok(Point { seed, wait_us, numbers: size.each })
        }));
        Box::leak(Box::new(Each { setup: &no_setup, job }))
    }

    fn about(self) -> String {
        let waits = format!("waits {}", units::nanoseconds(self.wait_us as f64 * 1e3));
        let computes = format!("counts the primes among {} numbers", units::count(self.numbers));
        match self.kind() {
            Kind::Nothing => "does nothing".into(),
            Kind::Computes => computes,
            Kind::Waits => waits,
            Kind::Mixed => format!("{waits}, then {computes}"),
        }
    }
}

/// The number of different numbers: a job begins with the first again after the last, since larger ones would take longer.
const NUMBERS: u64 = 4_096;

/// Waits for a timer, and then counts primes; either may be nothing.
#[derive(Clone, Debug, Serialize)]
struct Point {
    seed: u64,
    wait_us: u64,
    numbers: u64,
}

impl Point {
    fn count(&self) -> Digest {
        Digest::new(self.seed, self.primes_among(self.numbers))
    }

    /// How many of the first `numbers` are primes.
    fn primes_among(&self, numbers: u64) -> u64 {
        let mut primes = 0;
        for number in 0..numbers {
            primes += u64::from(is_prime(FIRST + (self.seed + number) % NUMBERS));
        }
        primes
    }
}

impl Work for Point {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        if self.wait_us > 0 {
            ctx.wait(|| std::thread::sleep(self.waits()));
        }
        Ok(ctx.compute(|| self.count()))
    }

    async fn run_async(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        if self.wait_us > 0 {
            ctx.sleep(self.waits()).await;
        }
        Ok(ctx.compute(|| self.count()))
    }

    /// Counts no number twice.
    fn expected(&self) -> Result<Digest> {
        let (times, rest) = (self.numbers / NUMBERS, self.numbers % NUMBERS);
        let in_full = if times > 0 { times * self.primes_among(NUMBERS) } else { 0 };
        Ok(Digest::new(self.seed, in_full + self.primes_among(rest)))
    }

    fn waits(&self) -> Duration {
        Duration::from_micros(self.wait_us)
    }

    fn in_python(&self) -> Result<Value> {
        in_python("Point", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_has_all_that_jobs_do() {
        let point = PointJobs { wait_us: 9_000, numbers: 14_400, jobs: 24 };
        assert_eq!(point.name(), "w9000-c14400-n24");
        assert_eq!(PointJobs::named("w9000-c14400-n24"), Some(point));
        for other in ["w9000-c14400-n0", "w9000-c14400", "w09-c1-n1", "w9-c1-n1-x", "sleep", "w-c-n"] {
            assert_eq!(PointJobs::named(other), None, "{other}");
        }
        let workload = point.workload(false);
        assert_eq!((workload.name, workload.kind, workload.size.jobs), ("w9000-c14400-n24", Kind::Mixed, 24));
        assert_eq!(workload.about, "waits 9.00 ms, then counts the primes among 14,400 numbers");
        assert!(std::ptr::eq(workload, point.workload(false)), "it is made once");
    }

    #[test]
    fn expected_answer_is_that_of_a_run() {
        for numbers in [0, 1, NUMBERS - 1, NUMBERS, 2 * NUMBERS + 7] {
            let point = Point { seed: 3, wait_us: 0, numbers };
            assert_eq!(point.run(&(), &Context::default()).unwrap(), point.expected().unwrap(), "{numbers}");
        }
    }

    #[test]
    fn jobs_have_answers_of_their_own() {
        let answers = [0, 1].map(|seed| Point { seed, wait_us: 0, numbers: 0 }.expected().unwrap());
        assert_ne!(answers[0], answers[1]);
    }
}
