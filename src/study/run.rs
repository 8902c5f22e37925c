//! A whole study: from cells to a saved recording.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Result;

use crate::engine::{Timestamp, nanoseconds, now};
use crate::machine::environment::{environment, interpreters};
use crate::model::Needs;
use crate::record::journal::Journal;
use crate::record::place::{Place, Saved};
use crate::record::plain::tell;
use crate::record::recovery::recover_all;
use crate::record::save::SaveError;
use crate::record::schema::{Environment, Recording, SCHEMA, Study, VERSION};
use crate::study::cell::Cell;
use crate::study::plan::{Profile, arms, workload_entry};
use crate::study::runner::{Prepared, run_launches};
use crate::study::sizes::{SizeCells, apart};
use crate::study::slot::{TIMED, WARM_UP};
use crate::workload::catalog::Catalog;

/// The parameters of a study, and the location of its recording.
#[derive(Clone, Debug)]
pub struct Request {
    /// The workloads of this program.
    pub catalog: Catalog,
    /// The cells, in the order of the registries.
    pub cells: Vec<Cell>,
    /// Which of them are of series of sizes, to be recorded among the costs.
    pub sizes: Vec<SizeCells>,
    /// Workers of each model: the core count by default.
    pub workers: usize,
    /// The command that starts processes of MPI, if it is not `mpirun`.
    pub mpirun: Option<String>,
    /// This project's program, for launches and workers.
    pub exe: PathBuf,
    /// The amount of measurement.
    pub profile: Profile,
    /// Determines the order of launches and slots; random if absent.
    pub seed: Option<u64>,
    /// The folder of the recording.
    pub place: Place,
    /// Name of its file without its extension; by default a unique one.
    pub name: Option<String>,
    /// The command line to be recorded.
    pub command: Vec<String>,
}

/// Measures and saves. If `stop` is set meanwhile, saves the acknowledged results and marks them partial.
/// Calls `progress` with the start of the study and the numbers of completed and of all launches.
///
/// # Errors
/// [`SaveError`] if nothing can be stored, so that nothing is measured. What was measured is returned in any case.
pub fn run_and_save(
    request: &Request,
    stop: &Arc<AtomicBool>,
    progress: impl Fn(Timestamp, usize, usize),
) -> Result<(Recording, Saved)> {
    for recovered in recover_all(request.place.folder()) {
        tell(&recovered.to_string());
    }
    let prepared = Prepared::new(
        arms(&request.catalog, &request.cells, request.profile),
        request.workers,
        &request.exe,
        stop,
    )
    .with_mpirun(request.mpirun.clone());
    let recording = not_yet_measured(request, &prepared);
    let name = request.name.clone().unwrap_or_else(|| unique_name(&recording));
    let mut journal = Journal::begin(request.place.folder(), &name, recording)?;
    let start = now();
    let conducted = run_launches(&prepared, &mut journal, stop, |made, all| progress(start, made, all));
    let recording = Recording { partial: !is_complete(journal.recording()), ..journal.recording().clone() };
    let recording = apart(recording, &request.sizes);
    let mut saved = request.place.save(&recording, &name);
    if request.name.is_some() {
        saved = saved.under(&request.place.folder().join(name + ".json"));
    }
    let saved = after(conducted, saved.or_kept_in(journal.path()))?;
    if saved.path.is_some() {
        journal.remove();
    }
    Ok((recording, saved))
}

/// A study whose journal could not be written has ended early, and what it had until then is saved.
fn after(conducted: Result<()>, saved: Saved) -> Result<Saved> {
    match conducted.map_err(anyhow::Error::downcast::<SaveError>) {
        Ok(()) => Ok(saved),
        Err(Ok(why)) => {
            let kept = why.kept_in(saved.path.as_deref());
            Ok(Saved { error: saved.error.or(Some(kept)), ..saved })
        }
        Err(Err(other)) => Err(other),
    }
}

/// The installed packages that the models of `cells` take, each once.
fn packages(cells: &[Cell]) -> Vec<&'static str> {
    let mut packages = Vec::new();
    for cell in cells {
        if let Some(Needs::Package(package)) = cell.model.needs
            && !packages.contains(&package)
        {
            packages.push(package);
        }
    }
    packages
}

fn not_yet_measured(request: &Request, prepared: &Prepared) -> Recording {
    let (launches_asked, rounds_asked) = request.profile.size();
    let rows = prepared.rows();
    Recording {
        schema: SCHEMA.into(),
        version: VERSION,
        partial: false,
        of_user: request.catalog.is_of_user(),
        environment: Environment {
            interpreters: interpreters(rows.iter().map(|(_, platform)| *platform), &packages(&request.cells)),
            ..environment(Path::new("/"))
        },
        evidence: None,
        stories: None,
        costs: None,
        arrivals: None,
        map: None,
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
