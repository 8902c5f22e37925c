//! The points of a map: a grid of decades, points between those that differ, and points that advice is checked against.

use std::fmt;

use crate::record::schema::{MapPoint, Role, Study};
use crate::record::times::walls;
use crate::stats::verdict::MARGIN;
use crate::stats::{median, present, units};
use crate::study::map::range::Range;

/// A batch takes at most so long on an ideal machine, in nanoseconds.
const LONGEST_NS: f64 = 250e6;

/// The same of jobs that wait in maps that are not whole.
const LONGEST_OF_FEWER_NS: f64 = 105e6;

/// The same of points that advice is checked against, which have more launches.
const LONGEST_CHECK_NS: f64 = 125e6;

/// The shortest wait, in nanoseconds: tokio's timers tick in milliseconds.
const SHORTEST_WAIT_NS: f64 = 1e6;

/// The shortest and the longest job.
const JOB_NS: [f64; 2] = [1e4, 1e8];

/// How much of a job waits, in percent.
const SHARES: [u64; 6] = [0, 25, 50, 75, 90, 99];
const FEWER_SHARES: [u64; 3] = [0, 90, 99];

/// Jobs that only wait are between the points of those that wait so much.
pub(super) const MOST_PERCENT: u64 = 99;

/// How many jobs there are, in whole maps and in others. 64 is the maximum number of threads that a pool has for jobs that wait.
const JOBS: [usize; 4] = [24, POOL, 200, MANY];
const FEWER_JOBS: [usize; 2] = [24, 200];

/// The largest number of jobs that a pool of 64 threads takes at once: it matters where jobs wait most of the time, however long they are.
const POOL: usize = 64;
const LONGEST_IN_POOL: u64 = 10_000_000;

/// The largest number of jobs: measured where they compute, or wait most of the time.
const MANY: usize = 1_000;
const MOSTLY: u64 = 90;

/// Decides which points advice is checked against. It stays as it is, so that maps of one machine have the same.
const CHECK_SEED: u64 = 7_919;

/// How often a point of some share is drawn until one can be measured.
const TRIES: usize = 1_000;

/// A task: a number of jobs, how long one takes, and how much of that it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    /// How much of a job waits, in percent.
    pub wait_percent: u64,
    /// How many jobs there are.
    pub jobs: usize,
    /// How long a job takes alone, in nanoseconds.
    pub job_ns: u64,
}

impl Asked {
    /// What was asked for at a point.
    pub fn of(point: &MapPoint) -> Self {
        let jobs = usize::try_from(point.jobs.get()).unwrap_or(usize::MAX);
        Asked { wait_percent: point.wait_percent, jobs, job_ns: point.job_ns }
    }

    /// How long a job waits, in nanoseconds.
    pub fn wait_ns(self) -> f64 {
        self.job_ns as f64 * self.wait_percent as f64 / 100.0
    }

    /// How long it computes, in nanoseconds.
    pub fn compute_ns(self) -> f64 {
        self.job_ns as f64 - self.wait_ns()
    }

    /// How long a batch takes if nothing but its jobs takes time: all wait at once, and then each computes on the first core that is free.
    pub fn ideal_ns(self, cores: usize) -> f64 {
        self.wait_ns() + self.compute_ns() * self.jobs.div_ceil(cores) as f64
    }

    /// Whether a map can have it on this many `cores`.
    pub fn is_measurable(self, cores: usize) -> bool {
        let waits_long_enough = self.wait_percent == 0 || self.wait_ns() >= 0.999 * SHORTEST_WAIT_NS;
        waits_long_enough && self.ideal_ns(cores) <= LONGEST_NS
    }
}

/// The task in words.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (jobs, job) = (units::count(self.jobs as u64), units::nanoseconds(self.job_ns as f64));
        write!(f, "{jobs} jobs of {job}")?;
        match self.wait_percent {
            0 => Ok(()),
            share => write!(f, ", {share} % of it waiting"),
        }
    }
}

/// Decades of jobs of each share and number; for jobs that wait, the shortest that wait long enough, too. A map that is not whole has fewer
/// shares and numbers, and shorter batches of jobs that wait.
pub fn grid(cores: usize, is_whole: bool) -> Vec<Asked> {
    let (shares, all_jobs) =
        if is_whole { (&SHARES[..], &JOBS[..]) } else { (&FEWER_SHARES[..], &FEWER_JOBS[..]) };
    let mut grid = Vec::new();
    for &jobs in all_jobs {
        for &wait_percent in shares {
            let mut sizes = slice(wait_percent, jobs, 1.0);
            match jobs {
                POOL => sizes.retain(|it| wait_percent >= MOSTLY && it.job_ns <= LONGEST_IN_POOL),
                MANY => sizes.retain(|_| wait_percent == 0 || wait_percent >= MOSTLY),
                _ => {}
            }
            grid.extend(sizes);
        }
    }
    let is_short = |it: &Asked| is_whole || it.wait_percent == 0 || it.ideal_ns(cores) <= LONGEST_OF_FEWER_NS;
    grid.retain(|it| it.is_measurable(cores) && is_short(it));
    grid
}

/// The sizes of jobs of a share and a number, `step` decades apart.
fn slice(wait_percent: u64, jobs: usize, step: f64) -> Vec<Asked> {
    let asked = |job_ns: f64| Asked { wait_percent, jobs, job_ns: rounded(job_ns) };
    let mut slice = Vec::new();
    if wait_percent > 0 {
        slice.push(asked(SHORTEST_WAIT_NS * 100.0 / wait_percent as f64));
    }
    let mut power = JOB_NS[0].log10();
    while power < JOB_NS[1].log10() + 0.01 {
        let next = asked(10_f64.powf(power));
        // One that hardly differs from the shortest says nothing new.
        if slice.first().is_none_or(|first| next.job_ns as f64 > 1.3 * first.job_ns as f64) {
            slice.push(next);
        }
        power += step;
    }
    slice
}

/// Four digits, so that a point has the same name whenever it is computed.
fn rounded(ns: f64) -> u64 {
    let unit = 10_f64.powf(ns.log10().floor() - 3.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "nanoseconds of a job")]
    let rounded = ((ns / unit).round() * unit).round() as u64;
    rounded
}

/// What the cost model has terms of: jobs that do nothing, and jobs that only wait.
pub fn terms() -> Vec<Asked> {
    let mut terms = Vec::new();
    for jobs in [24, 200, 1_000] {
        terms.push(Asked { wait_percent: 0, jobs, job_ns: 0 });
    }
    for job_ns in [1_000_000, 10_000_000] {
        terms.push(Asked { wait_percent: 100, jobs: 24, job_ns });
    }
    terms
}

/// A point that was measured, and its tools that may be the best.
#[derive(Clone, Debug)]
pub struct Measured {
    asked: Asked,
    best: Vec<String>,
}

impl Measured {
    /// The row of a point in its study, so far.
    pub fn of(point: &MapPoint, study: &Study) -> Self {
        let row =
            study.workloads.iter().find(|it| it.name == point.workload && it.platform == point.platform);
        let mut times = Vec::new();
        for (index, arm) in study.arms.iter().enumerate() {
            if let Some(row) = row
                && arm.is_of(row)
                && arm.role == Role::Cell
                && !study.is_out_of_race(index)
                && let Some(time) = median(&present(&walls(&study.launches_of(row), index).concat()))
            {
                times.push((arm.model().to_owned(), time));
            }
        }
        let least = times.iter().map(|(_, time)| *time).fold(f64::INFINITY, f64::min);
        times.retain(|(_, time)| *time <= (1.0 + MARGIN) * least);
        Measured { asked: Asked::of(point), best: times.into_iter().map(|(model, _)| model).collect() }
    }
}

/// Why a point between others is worth its time, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worth {
    /// It is beyond the longest job of the grid, and can be measured.
    Edge,
    /// No tool is among the best on both sides.
    Border,
    /// Some are, and some are not.
    Change,
}

/// Half-decades that are worth measuring after `measured`, the most important first.
pub fn between(cores: usize, measured: &[Measured]) -> Vec<Asked> {
    let mut found = Vec::new();
    let mut slices: Vec<(u64, usize)> =
        measured.iter().map(|it| (it.asked.wait_percent, it.asked.jobs)).collect();
    slices.sort_unstable();
    slices.dedup();
    for (wait_percent, jobs) in slices {
        let mut of_slice: Vec<&Measured> = Vec::new();
        of_slice.extend(
            measured.iter().filter(|it| (it.asked.wait_percent, it.asked.jobs) == (wait_percent, jobs)),
        );
        of_slice.sort_by_key(|it| it.asked);
        for candidate in slice(wait_percent, jobs, 0.5) {
            if candidate.is_measurable(cores) && of_slice.iter().all(|it| it.asked != candidate) {
                found.extend(worth(candidate, &of_slice).map(|worth| (worth, candidate)));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, asked)| asked).collect()
}

fn worth(candidate: Asked, of_slice: &[&Measured]) -> Option<Worth> {
    let above = of_slice.iter().position(|it| it.asked > candidate);
    let (Some(above), true) = (above, above != Some(0)) else { return Some(Worth::Edge) };
    let (below, above) = (of_slice[above - 1], of_slice[above]);
    let shared = below.best.iter().filter(|tool| above.best.contains(tool)).count();
    if shared == 0 {
        Some(Worth::Border)
    } else if shared < below.best.len().max(above.best.len()) {
        Some(Worth::Change)
    } else {
        None
    }
}

/// Points at random that advice is checked against, evenly over the axes of the map, inside of what a grid has measured: always the same on as many
/// cores. A quarter of them does not wait.
pub fn check(cores: usize, is_whole: bool, count: usize) -> Vec<Asked> {
    let mut random = fastrand::Rng::with_seed(CHECK_SEED);
    let all = grid(cores, is_whole);
    let range = Range::of(&all);
    let mut found = Vec::new();
    // Between some shares nothing can be measured.
    for _ in 0..10 * count {
        if found.len() == count {
            break;
        }
        let wait_percent = if random.u8(..4) == 0 { 0 } else { share_at(random.f64()) };
        for _ in 0..TRIES {
            let asked = Asked {
                wait_percent,
                jobs: whole(log_uniform(&mut random, JOBS[0] as f64, JOBS[JOBS.len() - 1] as f64)),
                job_ns: rounded(log_uniform(&mut random, JOB_NS[0], JOB_NS[1])),
            };
            let is_new = !all.contains(&asked) && !found.contains(&asked);
            let is_short = asked.ideal_ns(cores) <= LONGEST_CHECK_NS;
            if is_short && asked.is_measurable(cores) && range.contains(asked) && is_new {
                found.push(asked);
                break;
            }
        }
    }
    found
}

/// The share at a place on the axis of the map, from 0 to 1: measured shares are equally far apart on it.
fn share_at(place: f64) -> u64 {
    let steps = (SHARES.len() - 1) as f64 * place;
    let step = whole(steps.floor()).min(SHARES.len() - 2);
    let (below, above) = (SHARES[step] as f64, SHARES[step + 1] as f64);
    (whole(below + (above - below) * (steps - step as f64)) as u64).max(1)
}

fn log_uniform(random: &mut fastrand::Rng, low: f64, high: f64) -> f64 {
    low * (high / low).powf(random.f64())
}

fn whole(number: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of jobs")]
    let whole = number.round() as usize;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(wait_percent: u64, jobs: usize, job_ns: u64) -> Asked {
        Asked { wait_percent, jobs, job_ns }
    }

    #[test]
    fn grid_has_what_can_be_measured() {
        let two = grid(2, true);
        for (point, is_there) in [
            (asked(0, 24, 10_000), true),
            (asked(0, 24, 10_000_000), true),
            (asked(0, 24, 100_000_000), false),
            (asked(50, 24, 2_000_000), true),
            (asked(50, 24, 1_000_000), false),
            (asked(99, 200, 100_000_000), true),
            (asked(0, 64, 10_000), false),
        ] {
            assert_eq!(two.contains(&point), is_there, "{point:?}");
        }
        assert!(grid(16, true).len() > two.len(), "more cores end more in the same time");
        assert!(grid(2, false).len() < two.len());
    }

    #[test]
    fn points_of_checks_are_fixed_and_in_range() {
        let (few, many) = (check(2, true, 10), check(2, true, 30));
        assert_eq!(few, many[..10]);
        assert_eq!(many.len(), 30);
        assert_eq!(few[0], asked(12, 25, 8_503_000));
        for point in &many {
            assert!(point.is_measurable(2), "{point:?}");
        }
    }

    #[test]
    fn borders_come_before_other_points() {
        let measured = |job_ns, best: &[&str]| Measured {
            asked: asked(0, 24, job_ns),
            best: best.iter().map(|&tool| tool.to_owned()).collect(),
        };
        let found = between(
            2,
            &[
                measured(10_000, &["sequential"]),
                measured(100_000, &["rayon"]),
                measured(1_000_000, &["rayon", "threads"]),
                measured(10_000_000, &["rayon", "threads"]),
            ],
        );
        assert_eq!(found, [asked(0, 24, 31_620), asked(0, 24, 316_200)]);
    }
}
