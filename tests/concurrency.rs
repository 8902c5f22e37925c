//! The concurrency that recordings state is never above the one that runs show.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use bakeoff::internals::engine::batch::Batch;
use bakeoff::internals::engine::trace::Performer;
use bakeoff::internals::engine::trace::overlap::{lifetimes, most_at_once};
use bakeoff::internals::model::Platform;
use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use bakeoff::internals::study::calibration::Calibration;
use bakeoff::internals::study::cell::Cell;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::fixture::stage::Stage;
use bakeoff::internals::workload::script::{self, Action, Script};
use bakeoff::internals::workload::{Size, Workload};
use nix::sys::stat::Mode;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");
const WORKERS: usize = 2;

/// What jobs wait for; each has jobs that overlap as much as the model lets them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum WaitsFor {
    Timers,
    Pages,
    Files,
    /// They compute.
    Nothing,
}

impl WaitsFor {
    fn of(workload: &Workload) -> Self {
        match workload.kind.waits() {
            true if workload.waits_for_files => WaitsFor::Files,
            true if workload.name == "http" => WaitsFor::Pages,
            true => WaitsFor::Timers,
            false => WaitsFor::Nothing,
        }
    }

    /// How many there are: more than any native model reads files at once, and few where time decides.
    fn jobs(self, platform: Platform) -> usize {
        match self {
            WaitsFor::Files if platform == Platform::Native => 70,
            WaitsFor::Nothing => 8,
            _ => 24,
        }
    }
}

/// What the runs of cells need.
struct Runs {
    catalog: Catalog,
    stage: Arc<Stage>,
    calibration: Calibration,
}

impl Runs {
    /// How many of `jobs` jobs run at once under the model of `cell`.
    fn most_in_flight(&self, cell: &Cell, waits_for: WaitsFor, jobs: usize) -> usize {
        if waits_for == WaitsFor::Files {
            return self.most_files(cell, jobs);
        }
        let mut most = 0;
        // A busy machine needs longer to begin the last job before the first has ended.
        for ms in [50, 200, 1_000] {
            let batch = self.batch(cell.platform(), waits_for, jobs, Duration::from_millis(ms));
            let spans = self.start(cell, &batch).perform(&batch).unwrap().spans;
            most = most.max(usize::try_from(most_at_once(&lifetimes(&spans))).unwrap());
            if most >= jobs {
                break;
            }
        }
        most
    }

    /// Jobs that take about `time` each.
    fn batch(&self, platform: Platform, waits_for: WaitsFor, jobs: usize, time: Duration) -> Batch {
        let workload = match waits_for {
            WaitsFor::Pages => "http",
            WaitsFor::Timers => "sleep",
            WaitsFor::Files | WaitsFor::Nothing => {
                let compute = Action::Compute { parts: self.calibration.parts(time) };
                return self.scripts(jobs, |_| compute.clone());
            }
        };
        let each = u64::try_from(time.as_micros()).unwrap();
        self.catalog.workload(platform, workload).unwrap().batch(Size { jobs, each }, &self.stage).unwrap()
    }

    fn scripts(&self, jobs: usize, action: impl Fn(usize) -> Action) -> Batch {
        let script = |job| Script { seed: job as u64, steps: vec![action(job).freely()] };
        script::batch((0..jobs).map(script).collect(), &self.stage).unwrap()
    }

    fn start(&self, cell: &Cell, batch: &Batch) -> Performer {
        cell.model.start_traced(batch, &cell.resources(WORKERS, EXE.as_ref())).unwrap()
    }

    /// How many of `jobs` files are read at once: nothing comes from their pipes before all of them are read, or for seconds.
    ///
    /// The spans of tokio's tasks are no help here: they begin when a task asks for its file, not when a thread reads it.
    fn most_files(&self, cell: &Cell, jobs: usize) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..jobs).map(|job| folder.path().join(job.to_string())).collect();
        for path in &paths {
            nix::unistd::mkfifo(path, Mode::S_IRWXU).unwrap();
        }
        let batch = self.scripts(jobs, |job| {
            let file = serde_json::json!({ "seed": job, "len": 0, "path": paths[job] });
            Action::Read(serde_json::from_value(file).unwrap())
        });
        let mut performer = self.start(cell, &batch);
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let read = scope.spawn(|| hold_all(&paths, &ended));
            let performed = performer.perform(&batch);
            ended.store(true, Ordering::Relaxed);
            performed.unwrap();
            read.join().unwrap()
        })
    }
}

/// Opens each pipe for writing when it is read, closes all when all are read, and returns the most that were read at once.
fn hold_all(paths: &[PathBuf], ended: &AtomicBool) -> usize {
    let until = Instant::now() + Duration::from_secs(5);
    let mut unread = paths.to_vec();
    let mut held: Vec<File> = vec![];
    let mut most = 0;
    while !ended.load(Ordering::Relaxed) {
        // Without a reader this is an error, and no wait.
        let open = |path: &Path| {
            OpenOptions::new().write(true).custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits()).open(path)
        };
        unread.retain(|path| open(path).map(|pipe| held.push(pipe)).is_err());
        most = most.max(held.len());
        if most == paths.len() || Instant::now() > until {
            held.clear();
        }
        sleep(Duration::from_millis(1));
    }
    most
}

#[test]
fn recorded_concurrency_is_seen_in_runs() {
    let runs = Runs {
        catalog: Catalog::builtin(),
        stage: Arc::new(Stage::new(&Stage::default_place(), EXE.as_ref())),
        calibration: Calibration::of_this_machine(),
    };
    let mut interpreters = find(&InterpreterChoice::All);
    interpreters.retain(|interpreter| interpreter.facts.is_ok());
    interpreters.truncate(1);
    if interpreters.is_empty() {
        eprintln!("skipped in part: no python3 on this machine");
    }
    let mut seen: BTreeMap<(WaitsFor, &str, String), usize> = BTreeMap::new();
    let mut wrong = vec![];
    for platform in Platform::all(&interpreters) {
        for workload in runs.catalog.workloads(platform) {
            let waits_for = WaitsFor::of(workload);
            let workload = workload.with_jobs(waits_for.jobs(platform));
            for cell in Cell::of(&workload, platform, WORKERS) {
                if cell.model.unavailable.is_some() {
                    continue;
                }
                let stated = cell.in_flight(WORKERS);
                let key = (waits_for, cell.model.name, cell.width.to_string());
                let most = *seen.entry(key).or_insert_with(|| runs.most_in_flight(&cell, waits_for, stated));
                if stated > most {
                    wrong.push(format!("{}: {stated} are stated, {most} are seen", cell.id()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
