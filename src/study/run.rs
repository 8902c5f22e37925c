//! A whole study: from cells to a saved recording.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};

use crate::engine::{Timestamp, nanoseconds, now};
use crate::machine::environment::{environment, interpreters};
use crate::record::journal::{EXTENSION, Journal, abandoned, recover};
use crate::record::save::{SaveError, save};
use crate::record::schema::{Environment, Recording, SCHEMA, Study, VERSION};
use crate::study::cell::Cell;
use crate::study::plan::{Profile, arms, workload_entry};
use crate::study::runner::{Prepared, run_launches};
use crate::study::slot::{TIMED, WARM_UP};
use crate::workload::{catalog::Catalog, fixture::stage::Stage};

/// The parameters of a study, and the location of its recording.
#[derive(Clone, Debug)]
pub struct Request {
    /// The workloads of this program.
    pub catalog: Catalog,
    /// The cells, in the order of the registries.
    pub cells: Vec<Cell>,
    /// Workers of each model: the core count by default.
    pub workers: usize,
    /// This project's program, for launches and workers.
    pub exe: PathBuf,
    /// The amount of measurement.
    pub profile: Profile,
    /// Determines the order of launches and slots; random if absent.
    pub seed: Option<u64>,
    /// The folder of the recording; by default `bakeoff` in the target folder.
    pub folder: Option<PathBuf>,
    /// Name of its file without its extension; by default a unique one.
    pub name: Option<String>,
    /// The command line to be recorded.
    pub command: Vec<String>,
}

/// Measures and saves. If `stop` is set meanwhile, saves the acknowledged results and marks them partial.
/// Calls `progress` with the start of the study and the numbers of completed and of all launches.
///
/// # Errors
/// [`SaveError`] if the recording can't be stored: then nothing is measured, or the results are in the journal.
pub fn run_and_save(
    request: &Request,
    stop: &Arc<AtomicBool>,
    progress: impl Fn(Timestamp, usize, usize),
) -> Result<(Recording, PathBuf)> {
    let folder = match &request.folder {
        Some(folder) => folder.clone(),
        None => Stage::default_place().join("bakeoff"),
    };
    std::fs::create_dir_all(&folder).map_err(|why| SaveError::new(&folder, why))?;
    recover_all(&folder)?;
    let prepared =
        Prepared::new(arms(&request.catalog, &request.cells, request.profile), request.workers, &request.exe);
    let recording = not_yet_measured(request, &prepared);
    let stem = match &request.name {
        Some(name) => folder.join(name),
        None => folder.join(unique_name(&recording)),
    };
    let mut journal = Journal::begin(&stem.with_extension(EXTENSION), recording)?;
    let start = now();
    let conducted = run_launches(&prepared, &mut journal, stop, |made, all| progress(start, made, all));
    let recording = Recording { partial: !is_complete(journal.recording()), ..journal.recording().clone() };
    let path = stem.with_extension("json");
    save(&recording, &path)
        .with_context(|| format!("what was measured is in {}", journal.path().display()))?;
    journal.remove();
    conducted.map(|()| (recording, path))
}

/// Recovers recordings from the journals of killed studies in `folder`, and reports them.
fn recover_all(folder: &Path) -> Result<()> {
    for journal in abandoned(folder) {
        let path = journal.with_extension("recovered.json");
        match recover(&journal) {
            Ok(recording) => {
                save(&recording, &path)?;
                let _ = std::fs::remove_file(&journal);
                eprintln!(
                    "bakeoff: a study was ended before it was saved; what it kept is in {}",
                    path.display()
                );
            }
            Err(why) => {
                let aside = journal.with_extension("unreadable");
                let _ = std::fs::rename(&journal, &aside);
                eprintln!("bakeoff: a journal could not be read ({why:#}); it is now {}", aside.display());
            }
        }
    }
    Ok(())
}

fn not_yet_measured(request: &Request, prepared: &Prepared) -> Recording {
    let (launches_asked, rounds_asked) = request.profile.size();
    let rows = prepared.rows();
    Recording {
        schema: SCHEMA.into(),
        version: VERSION,
        partial: false,
        environment: Environment {
            interpreters: interpreters(rows.iter().map(|(_, platform)| *platform)),
            ..environment(Path::new("/"))
        },
        evidence: None,
        stories: None,
        costs: None,
        idle_checks: None,
        study: Some(Study {
            command: request.command.clone(),
            profile: request.profile.name().into(),
            launches_asked,
            rounds_asked,
            stopping: request.profile.stopping(),
            stops: vec![],
            seed: request.seed.unwrap_or_else(|| fastrand::u64(..)),
            workers: NonZeroU64::new(request.workers as u64),
            warm_up_ns: nanoseconds(WARM_UP),
            slot_ns: nanoseconds(TIMED),
            workloads: rows.iter().map(|(workload, platform)| workload_entry(workload, *platform)).collect(),
            arms: prepared.arms(),
            launches: vec![],
            idle_checks: vec![],
        }),
    }
}

fn unique_name(recording: &Recording) -> String {
    let started = recording.environment.started_unix_s.unwrap_or_default();
    format!("study-{started}-{}", std::process::id())
}

/// Whether every row has all launches that the rule of the study asks for, even if they failed.
fn is_complete(recording: &Recording) -> bool {
    let Some(study) = &recording.study else { return false };
    let rounds = usize::try_from(study.rounds_asked.get()).unwrap_or(usize::MAX);
    for row in &study.workloads {
        let mut ended = 0;
        for launch in study.launches_of(row) {
            ended += u64::from(launch.rounds.len() == rounds || launch.failure.is_some());
        }
        if ended != study.launches_due(row) {
            return false;
        }
    }
    true
}
