//! What a batch costs under a tool, from terms that are all measured:
//!
//! T = start + n x dispatch + the longer of wait + imbalance x n x c / cores and turns x (wait + c)
//!
//! for n jobs that wait and then compute for c. Start and dispatch are the line through batches of jobs that do nothing; what a wait takes
//! beyond what was asked for is that of batches of jobs that only wait; cores are how many times as fast as one job at a time the longest
//! computing jobs are, and imbalance is how many times as long as with equal shares those cores compute, whose workers are given single jobs or
//! parts of the batch; turns are n over the number of jobs that wait at once, rounded up.

use crate::analysis::map::{PlatformMap, Point, ToolTime};
use crate::model::{HandOut, hand_out};
use crate::record::schema::{Kind, Purpose, Width};
use crate::stats::relative_line;
use crate::study::map::points::Asked;

/// What a tool costs, in nanoseconds.
#[derive(Clone, Debug)]
pub struct CostModel<'a> {
    /// The tool.
    pub model: &'a str,
    start_ns: f64,
    dispatch_ns: f64,
    /// What waits of some lengths take beyond that, from the shortest on.
    late_ns: Vec<(f64, f64)>,
    /// How many jobs wait at once.
    at_once: usize,
    /// How many times as fast as one job at a time it computes.
    cores: f64,
    hand_out: HandOut,
    /// How many jobs compute at once.
    workers: usize,
    /// Whether it has a worker for each job that waits.
    grows: bool,
}

/// The parts of a batch's time, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parts {
    /// Until anything runs.
    pub start: f64,
    /// Dispatch of all jobs.
    pub dispatch: f64,
    /// Waiting that nothing overlaps.
    pub waiting: f64,
    /// Computing.
    pub computing: f64,
    /// How often one after the other some jobs wait.
    pub turns: usize,
}

impl Parts {
    /// All together.
    pub fn all(&self) -> f64 {
        self.start + self.dispatch + self.waiting + self.computing
    }
}

impl<'a> CostModel<'a> {
    /// That of a tool; `None` if the map has no points for it.
    pub fn of(map: &'a PlatformMap, model: &'a str) -> Option<Self> {
        let (start_ns, dispatch_ns) = start_and_dispatch(map, model)?;
        let mut found = CostModel {
            model,
            start_ns,
            dispatch_ns,
            late_ns: vec![],
            at_once: at_once(map, model),
            cores: 1.0,
            hand_out: hand_out(model),
            workers: workers(map),
            grows: grows(map, model),
        };
        found.cores = found.measured_cores(map)?;
        // With a lock, one job computes at a time, and no worker waits for another one at the end.
        if found.cores < 1.5 {
            found.workers = 1;
        }
        for point in map.of(Purpose::Term).filter(|point| point.asked.job_ns > 0) {
            if let Some(time) = time_of(point, model) {
                // One job at a time waits as often as there are jobs.
                let waits = point.asked.jobs.div_ceil(found.at_once.min(point.asked.jobs)) as f64;
                let overhead = found.start_ns + point.asked.jobs as f64 * found.dispatch_ns;
                found.late_ns.push((
                    point.asked.wait_ns(),
                    ((time.ns - overhead) / waits - point.asked.wait_ns()).max(0.0),
                ));
            }
        }
        found.late_ns.sort_by(|a, b| a.0.total_cmp(&b.0));
        Some(found)
    }

    /// The time of one job at a time over this tool's, where jobs compute and take longest: least of it is dispatch.
    fn measured_cores(&self, map: &PlatformMap) -> Option<f64> {
        let computing = map.of(Purpose::Advice).filter(|point| point.row.workload.kind == Kind::Computes);
        let point = computing.max_by_key(|point| point.asked.job_ns)?;
        let overhead = self.start_ns + point.asked.jobs as f64 * self.dispatch_ns;
        let one = point.row.baseline()?.wall_ns? * self.hand_out.imbalance(point.asked.jobs, self.workers);
        Some(one / (time_of(point, self.model)?.ns - overhead).max(1.0))
    }

    /// How many times as fast as one job at a time it computes.
    pub fn cores(&self) -> f64 {
        self.cores
    }

    /// What a batch costs.
    pub fn parts(&self, asked: Asked) -> Parts {
        let jobs = asked.jobs as f64;
        let wait = if asked.wait_percent > 0 { asked.wait_ns() + self.late(asked.wait_ns()) } else { 0.0 };
        let imbalance = if asked.wait_percent > 0 && self.grows {
            1.0
        } else {
            self.hand_out.imbalance(asked.jobs, self.workers)
        };
        let computing = imbalance * jobs * asked.compute_ns() / self.cores;
        let turns = asked.jobs.div_ceil(self.at_once.min(asked.jobs));
        let overlapped = wait + computing;
        let in_turns = turns as f64 * (wait + asked.compute_ns());
        Parts {
            start: self.start_ns,
            dispatch: jobs * self.dispatch_ns,
            waiting: overlapped.max(in_turns) - computing,
            computing,
            turns,
        }
    }

    /// What a wait takes beyond what was asked for, linear in the logarithm of its length between those that were measured.
    fn late(&self, wait_ns: f64) -> f64 {
        let (Some(first), Some(last)) = (self.late_ns.first(), self.late_ns.last()) else { return 0.0 };
        if first.0 >= last.0 {
            return first.1;
        }
        let share = ((wait_ns / first.0).ln() / (last.0 / first.0).ln()).clamp(0.0, 1.0);
        first.1 + share * (last.1 - first.1)
    }

    /// What the shortest measured wait takes beyond what was asked for.
    pub fn shortest_late_ns(&self) -> Option<(f64, f64)> {
        self.late_ns.first().copied()
    }
}

fn time_of<'a>(point: &'a Point, model: &str) -> Option<ToolTime<'a>> {
    point.times().into_iter().find(|time| time.model == model)
}

/// The line through batches of jobs that do nothing, with the weight of a relative error.
fn start_and_dispatch(map: &PlatformMap, model: &str) -> Option<(f64, f64)> {
    let mut points = Vec::new();
    for point in map.of(Purpose::Term).filter(|point| point.asked.job_ns == 0) {
        if let Some(time) = time_of(point, model) {
            points.push((point.asked.jobs as f64, time.ns));
        }
    }
    let (start, dispatch) = relative_line(&points)?;
    Some((start.max(0.0), dispatch.max(0.0)))
}

/// The workers of a model that has one for each core.
fn workers(map: &PlatformMap) -> usize {
    let mut most = 1;
    for cell in map.points.iter().flat_map(|point| &point.row.cells) {
        if Width::of(&cell.name) == Some(Width::Cores) {
            most = most.max(usize::try_from(cell.in_flight).unwrap_or(usize::MAX));
        }
    }
    most
}

/// Whether a model was measured with as many workers as jobs, and with one for each core.
fn grows(map: &PlatformMap, model: &str) -> bool {
    let mut widths = Vec::new();
    for cell in map.points.iter().flat_map(|point| &point.row.cells).filter(|cell| cell.model() == model) {
        widths.extend(Width::of(&cell.name));
    }
    widths.contains(&Width::Cores) && widths.contains(&Width::Jobs)
}

/// How many jobs wait at once: the most that was seen of a cell, if there were more jobs somewhere. With a worker for each job a model has more
/// than with one for each core, if it was measured so.
fn at_once(map: &PlatformMap, model: &str) -> usize {
    let (mut seen, grows) = (Vec::new(), grows(map, model));
    for point in map.points.iter().filter(|point| point.row.workload.kind.waits()) {
        for cell in point.row.cells.iter().filter(|cell| cell.model() == model) {
            if !grows || Width::of(&cell.name) != Some(Width::Cores) {
                seen.push((usize::try_from(cell.in_flight).unwrap_or(usize::MAX), point.asked.jobs));
            }
        }
    }
    let most = seen.iter().map(|(at_once, _)| *at_once).max().unwrap_or(1);
    let is_limited = seen.iter().any(|(at_once, jobs)| *at_once == most && most < *jobs);
    if is_limited { most } else { usize::MAX }
}
