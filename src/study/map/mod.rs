//! The map: tasks of any length, of which any share waits, under every tool.
//!
//! - here: a whole map, to its saved recording
//! - `points`: which tasks: a grid, points between those that differ, and points that advice is checked against; `range`: what lies between them
//! - `plan`: the arms of a point; `pace`: how fast a platform computes

mod pace;
mod plan;
pub mod points;
pub mod range;

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::engine::{Timestamp, nanoseconds, now};
use crate::machine::host;
use crate::model::Platform;
use crate::record::journal::{Entry, Journal};
use crate::record::place::{Place, Saved};
use crate::record::plain::tell;
use crate::record::recovery::recover_all;
use crate::record::schema::{MapPart, Purpose, Recording, Stopping, Study, TaskMap};
use crate::study::map::pace::Pace;
use crate::study::map::plan::Planned;
use crate::study::map::points::{Asked, Measured, between, check, grid, terms};
use crate::study::plan::workload_entry;
use crate::study::runner::{Prepared, run_launches};
use crate::study::slot::{TIMED, WARM_UP};

/// A tool that takes longer than the best by this factor in the first launch is measured no further.
const FAR: u64 = 4;

/// A tool that is slower than the best by so many percent in each of the first two launches is measured no further.
const CLEARLY_PERCENT: u64 = 50;

/// The launches of points that show terms of the cost model alone.
const TERM_LAUNCHES: [u64; 2] = [3, 3];

/// What to measure.
#[derive(Clone, Debug)]
pub struct MapRequest {
    /// The platforms, one after the other.
    pub platforms: Vec<Platform>,
    /// How much.
    pub extent: Extent,
    /// Maps that are there already: their points are not measured again.
    pub known: Vec<Recording>,
    /// This project's program.
    pub exe: PathBuf,
    /// The folder of the recording.
    pub place: Place,
    /// The command line to be recorded.
    pub command: Vec<String>,
}

/// How much is measured on each platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// A whole map.
    Standard,
    /// Fewer points and launches.
    Quick,
    /// This point alone.
    Point(Asked),
}

/// How many launches a map has, and how long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Effort {
    /// Launches of a point that advice rests on: before cells that are slower in all of them sit out, and at most.
    launches: [u64; 2],
    /// The same of a point that advice is checked against.
    check_launches: [u64; 2],
    /// How long all of it may take: points between others are measured as far as there is time.
    time: Duration,
    /// Whether the grid has all its numbers of jobs.
    is_whole: bool,
}

impl Effort {
    fn of(extent: Extent, platform: Platform) -> Effort {
        match (extent, platform) {
            (Extent::Standard, Platform::Native) => Effort::STANDARD,
            (Extent::Standard, Platform::Python(_)) => Effort::OF_INTERPRETER,
            (Extent::Quick, Platform::Native) => Effort::QUICK,
            (Extent::Quick, Platform::Python(_)) => Effort::QUICK_OF_INTERPRETER,
            (Extent::Point(_), _) => Effort::OF_POINT,
        }
    }

    /// The usual one, in Rust.
    const STANDARD: Effort =
        Effort { launches: [8, 8], check_launches: [8, 12], time: Duration::from_secs(560), is_whole: true };
    /// For a first look: ranges, and hardly a verdict.
    const QUICK: Effort =
        Effort { launches: [3, 3], check_launches: [4, 4], time: Duration::from_secs(85), is_whole: false };
    /// The usual one of an interpreter, whose models take longer to start.
    const OF_INTERPRETER: Effort =
        Effort { launches: [8, 8], check_launches: [8, 16], time: Duration::from_secs(220), is_whole: false };
    /// Of an interpreter, for a first look.
    const QUICK_OF_INTERPRETER: Effort =
        Effort { launches: [2, 2], check_launches: [3, 3], time: Duration::from_secs(110), is_whole: false };
    /// Of a single point that somebody has asked about.
    const OF_POINT: Effort =
        Effort { launches: [8, 12], check_launches: [8, 12], time: Duration::from_secs(25), is_whole: false };
}

/// The progress of a map.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// The platform.
    pub platform: Platform,
    /// What is measured: the first, second or third of three parts.
    pub part: usize,
    /// Launches that were made, and all of this part.
    pub launches: [usize; 2],
}

/// Measures and saves `begun` with a map; `None` if no point is missing. If `stop` is set meanwhile, what was acknowledged is saved and marked
/// partial.
///
/// # Errors
/// If nothing can be stored, so that nothing is measured.
pub fn measure(
    request: &MapRequest,
    begun: Recording,
    stop: &Arc<AtomicBool>,
    mut progress: impl FnMut(Progress),
) -> Result<Option<(Recording, Saved)>> {
    for recovered in recover_all(request.place.folder()) {
        tell(&recovered.to_string());
    }
    let map = Some(TaskMap { command: request.command.clone(), parts: vec![] });
    let recording = Recording { map, ..begun };
    let started = recording.environment.started_unix_s.unwrap_or_default();
    let name = format!("map-{started}-{}", std::process::id());
    let mut journal = Journal::begin(request.place.folder(), &name, recording)?;
    let mut conducted = Ok(());
    for &platform in &request.platforms {
        // The recording says of an interpreter why it can't be used.
        if platform.models().iter().all(|model| model.unavailable.is_some()) {
            continue;
        }
        let part =
            Runner { request, journal: &mut journal, stop, platform, start: now(), progress: &mut progress };
        conducted = conducted.and_then(|()| part.run());
    }
    let partial = stop.load(Ordering::Relaxed) || conducted.is_err();
    let is_empty = journal.recording().map.as_ref().is_none_or(|map| map.parts.is_empty());
    if is_empty && !partial {
        journal.remove();
        return Ok(None);
    }
    let recording = Recording { partial, ..journal.recording().clone() };
    let saved = request.place.save(&recording, &name).or_kept_in(journal.path());
    conducted?;
    if saved.path.is_some() {
        journal.remove();
    }
    Ok(Some((recording, saved)))
}

/// Measures a platform.
struct Runner<'a, P> {
    request: &'a MapRequest,
    journal: &'a mut Journal,
    stop: &'a Arc<AtomicBool>,
    platform: Platform,
    start: Timestamp,
    progress: &'a mut P,
}

impl<P: FnMut(Progress)> Runner<'_, P> {
    fn run(mut self) -> Result<()> {
        let pace = Pace::of(self.platform, &self.request.exe)?;
        let cores = host::cores();
        let effort = Effort::of(self.request.extent, self.platform);
        if let Extent::Point(asked) = self.request.extent {
            self.part(1, pace, vec![(asked, Purpose::Advice)], effort.launches)?;
            return Ok(());
        }
        self.part(1, pace, with(Purpose::Term, terms()), TERM_LAUNCHES)?;
        let launches =
            self.part(1, pace, with(Purpose::Advice, grid(cores, effort.is_whole)), effort.launches)?;
        let found = self.measured();
        let mut candidates = between(cores, &found);
        candidates.truncate(self.affordable(&effort, launches, found.len()));
        self.part(2, pace, with(Purpose::Advice, candidates), effort.launches)?;
        let held_out = self.measured().len().div_ceil(2);
        self.part(
            3,
            pace,
            with(Purpose::Check, check(cores, effort.is_whole, held_out)),
            effort.check_launches,
        )?;
        Ok(())
    }

    /// All maps of this platform, those that are there already first.
    fn maps(&self) -> impl Iterator<Item = &MapPart> {
        let known = self.request.known.iter().chain([self.journal.recording()]);
        known.flat_map(|recording| recording.map.iter().flat_map(|map| &map.parts))
    }

    /// Those of `points` that are not there already.
    fn missing(&self, mut points: Vec<(Asked, Purpose)>) -> Vec<(Asked, Purpose)> {
        let mut known = Vec::new();
        for point in self.maps().flat_map(|part| &part.points) {
            if point.platform.as_deref() == self.platform.tag() {
                known.push((Asked::of(point), point.purpose));
            }
        }
        points.retain(|point| !known.contains(point));
        points
    }

    /// How many points there is time for beside those that advice is checked against, of which there is one for two others.
    fn affordable(&self, effort: &Effort, launches: usize, points: usize) -> usize {
        let spent = (now() - self.start).as_secs_f64();
        // With nothing measured so far, a launch takes about a second.
        let launch = if launches > 0 { spent / launches as f64 } else { 1.0 };
        let [_, of_point] = effort.launches;
        let [_, of_check] = effort.check_launches;
        let half = of_check as f64 / 2.0;
        let left = (effort.time.as_secs_f64() - spent) / launch - points as f64 * half;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of points")]
        let affordable = (left / (of_point as f64 + half)).max(0.0) as usize;
        affordable
    }

    /// The points of this platform that advice rests on, with the times of their tools.
    fn measured(&self) -> Vec<Measured> {
        let mut measured = Vec::new();
        for part in self.maps() {
            for point in &part.points {
                if point.purpose == Purpose::Advice && point.platform.as_deref() == self.platform.tag() {
                    measured.push(Measured::of(point, &part.study));
                }
            }
        }
        measured
    }

    /// Measures `points` together; returns the number of launches.
    fn part(
        &mut self,
        number: usize,
        pace: Pace,
        points: Vec<(Asked, Purpose)>,
        launches: [u64; 2],
    ) -> Result<usize> {
        let points = self.missing(points);
        if points.is_empty() || self.stop.load(Ordering::Relaxed) {
            return Ok(0);
        }
        let planned = Planned::of(&points, pace, self.platform);
        let prepared = Prepared::new(planned.arms, host::cores(), &self.request.exe, self.stop);
        let study = Study {
            command: self.request.command.clone(),
            profile: "map".into(),
            launches_asked: positive(launches[1]),
            rounds_asked: NonZeroU64::MIN,
            stopping: Some(Stopping::Race {
                far: positive(FAR),
                clearly_percent: Some(positive(CLEARLY_PERCENT)),
                launches: positive(launches[0]),
            }),
            stops: planned.stops,
            seed: fastrand::u64(..),
            workers: NonZeroU64::new(host::cores() as u64),
            warm_up_ns: nanoseconds(WARM_UP),
            slot_ns: nanoseconds(TIMED),
            workloads: prepared
                .rows()
                .iter()
                .map(|(workload, platform)| workload_entry(workload, *platform))
                .collect(),
            arms: prepared.arms(),
            launches: vec![],
            idle_checks: vec![],
        };
        self.journal.append(Entry::Part(Box::new(MapPart { points: planned.points, study })))?;
        let (platform, mut all_made) = (self.platform, 0);
        let progress = &mut *self.progress;
        run_launches(&prepared, self.journal, self.stop, |made, all| {
            all_made = made;
            progress(Progress { platform, part: number, launches: [made, all] });
        })?;
        Ok(all_made)
    }
}

fn with(purpose: Purpose, points: Vec<Asked>) -> Vec<(Asked, Purpose)> {
    points.into_iter().map(|point| (point, purpose)).collect()
}

fn positive(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).expect("every point is measured")
}
