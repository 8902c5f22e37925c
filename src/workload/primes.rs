//! Counting primes: plain number crunching.

use std::ops::Range;

use serde::Serialize;

use crate::engine::Digest;
use crate::workload::{Computes, Computing, Each, Kind, Size, Workload, no_setup};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "primes",
    revision: 1,
    about: "counts the primes in a range by trial division",
    answers_to: "heavy math",
    post_says: "multiprocessing",
    kind: Kind::Computes,
    waits_for_files: false,
    unit: "numbers",
    size: Size { jobs: 48, each: 36_000 },
    tiny: Size { jobs: 24, each: 100 },
    job_us: 2_500,
    wait_us: 0,
    jobs: &Each { setup: &no_setup, job: &|_, size, number| Ok(Computing(Primes::new(number, size.each))) },
};

/// The same on small ranges, for interpreters that are slower by orders of magnitude.
pub(crate) const IN_PYTHON: Workload = Workload {
    about: "counts the primes among 1,500 numbers by trial division",
    size: Size { jobs: 48, each: 1_500 },
    ..WORKLOAD
};

/// The start of the first range: so far from zero that the ranges of a batch take about equally long.
pub(super) const FIRST: u64 = 1_000_000;

/// Counts the primes of its range.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Primes {
    range: Range<u64>,
}

impl Primes {
    fn new(number: u64, numbers: u64) -> Self {
        let from = FIRST + number * numbers;
        Primes { range: from..from + numbers }
    }
}

impl Computes for Primes {
    const IN_PYTHON: &'static str = "Primes";

    fn compute(&self) -> Digest {
        Digest::new(self.range.start, count_primes(self.range.clone()))
    }
}

/// How many primes there are in `range`.
fn count_primes(range: Range<u64>) -> u64 {
    range.filter(|&n| is_prime(n)).count() as u64
}

/// Trial division by 2, 3 and the numbers next to the multiples of 6, up to the square root.
pub(super) fn is_prime(n: u64) -> bool {
    if n < 5 || n.is_multiple_of(2) || n.is_multiple_of(3) {
        return n == 2 || n == 3;
    }
    (5..).step_by(6).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d) && !n.is_multiple_of(d + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prime_counts_match_published_values() {
        // pi(10^k), OEIS A006880.
        for (limit, count) in [(10, 4), (100, 25), (1_000, 168), (10_000, 1_229), (1_000_000, 78_498)] {
            assert_eq!(count_primes(0..limit), count, "below {limit}");
        }
    }

    #[test]
    fn prime_ranges_add_up() {
        assert_eq!(count_primes(0..500) + count_primes(500..1_000), 168);
    }
}
