//! The arms of points.

use crate::engine::MOST_WORKERS;
use crate::machine::host;
use crate::model::{MadeOf, Platform};
use crate::record::schema::{MapPoint, Purpose, Role, Stop, StopReason};
use crate::study::cell::Cell;
use crate::study::map::pace::Pace;
use crate::study::map::points::Asked;
use crate::study::plan::PlannedArm;

/// The baseline runs as many jobs as take about so long, in nanoseconds.
const BASELINE_NS: f64 = 40e6;

/// A cell whose waits alone take longer than an ideal machine needs for everything, by this factor, is not measured.
const HOPELESS: f64 = 5.0;

/// The point whose rounds show whether all cores are there, and what differs without a reason.
const WATCHED: Asked = Asked { wait_percent: 0, jobs: 24, job_ns: 1_000_000 };

/// What is measured together.
pub(super) struct Planned {
    pub(super) points: Vec<MapPoint>,
    pub(super) arms: Vec<PlannedArm>,
    /// Those that are not measured at all.
    pub(super) stops: Vec<Stop>,
}

impl Planned {
    /// `points` on a platform that computes at this pace.
    pub(super) fn of(points: &[(Asked, Purpose)], pace: Pace, platform: Platform) -> Self {
        let mut planned = Planned { points: vec![], arms: vec![], stops: vec![] };
        for &(asked, purpose) in points {
            planned.add(asked, purpose, pace, platform);
        }
        planned
    }

    fn add(&mut self, asked: Asked, purpose: Purpose, pace: Pace, platform: Platform) {
        let jobs = pace.jobs(asked);
        let workload = jobs.workload(platform != Platform::Native);
        if self.points.iter().any(|point| point.workload == workload.name) {
            // Two lengths may be as many numbers, if these take long.
            return;
        }
        self.points.push(MapPoint {
            workload: workload.name.into(),
            platform: platform.tag().map(str::to_owned),
            job_ns: asked.job_ns,
            wait_percent: asked.wait_percent,
            jobs: std::num::NonZeroU64::new(asked.jobs as u64).expect("a point has jobs"),
            purpose,
        });
        for cell in Cell::of(workload, platform, host::cores()) {
            // It shows what a lock costs, and is no tool.
            if cell.model.made_of == MadeOf::ThreadsUnderLock && platform == Platform::Native {
                continue;
            }
            let part = if cell.is_baseline() { part_of(asked) } else { None };
            if is_hopeless(asked, &cell) {
                let arm = self.arms.len() as u64;
                self.stops.push(Stop { arm, after_launches: 0, why: StopReason::FarSlower });
            }
            self.arms.push(PlannedArm { jobs: part, ..PlannedArm::new(platform, cell, Role::Cell) });
            if asked == WATCHED && cell.is_baseline() {
                for role in [Role::Control, Role::Capacity, Role::Capacity] {
                    self.arms.push(PlannedArm::new(platform, cell, role));
                }
            }
        }
    }
}

/// How many jobs the baseline runs, if not all.
fn part_of(asked: Asked) -> Option<usize> {
    let jobs = (BASELINE_NS / asked.job_ns.max(1) as f64).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of jobs")]
    let jobs = jobs as usize;
    (jobs < asked.jobs).then_some(jobs)
}

/// Whether the waits alone, at this concurrency, take much longer than an ideal machine needs.
fn is_hopeless(asked: Asked, cell: &Cell) -> bool {
    if cell.is_baseline() {
        return false;
    }
    let at_once = cell.in_flight(host::cores()).min(MOST_WORKERS.max(asked.jobs));
    let waits = asked.wait_ns() * asked.jobs.div_ceil(at_once) as f64;
    asked.wait_percent > 0 && waits > HOPELESS * asked.ideal_ns(host::cores())
}
