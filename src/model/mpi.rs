//! Processes of MPI, its ranks: `mpirun` starts them, the first hands out the jobs of a run, and the others run them.
//!
//! This process speaks with the first rank over the standard streams of `mpirun`, once a run. With one worker there is one rank, which
//! runs all jobs itself.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};

use crate::child::mpi::SUBCOMMAND;
use crate::child::worker::{Worker, Workers};
use crate::engine::{Digest, Jobs, Model, Resources, Unavailable, Usage, Work};
use crate::model::job_threads::JobThreads;

/// The command that starts ranks, if none is named.
const MPIRUN: &str = "mpirun";

/// How long `mpirun` may take to end all ranks, and to say why one of them has ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// What Open MPI is told, unless the user has told it something else. Other implementations do not read it.
///
/// By default it counts cores and not their hardware threads, and it pins each rank to one: no other model is pinned, and the cores that
/// a study is limited to would be left.
const SETTINGS: [(&str, &str); 5] = [
    ("OMPI_MCA_hwloc_base_use_hwthreads_as_cpus", "1"),
    ("OMPI_MCA_hwloc_base_binding_policy", "none"),
    ("OMPI_MCA_rmaps_base_oversubscribe", "1"),
    // The same since version 5.
    ("PRTE_MCA_hwloc_default_binding_policy", "none"),
    ("PRTE_MCA_rmaps_default_mapping_policy", ":HWTCPUS:OVERSUBSCRIBE"),
];

pub(super) struct Mpi {
    /// Until it is dismissed.
    first: Option<Worker>,
    workers: Workers,
}

impl Mpi {
    /// Starts `mpirun`, and waits until MPI has begun in all ranks.
    pub(super) fn start(resources: &Resources) -> Result<Self> {
        let workers = Workers::new(resources)?;
        let mut first = workers
            .spawn_by("mpirun".into(), mpirun(resources)?, PATIENCE)
            .map_err(|error| why_not_found(error, resources))?;
        workers.watching(|| first.greet()).map_err(why_not_started)?;
        Ok(Mpi { first: Some(first), workers })
    }

    /// What `speak` returns of the first rank, while the watchdog holds it to its deadline.
    fn with<T>(&mut self, speak: impl FnOnce(&mut Worker) -> Result<T>) -> Result<T> {
        let first = self.first.as_mut().context("its ranks have ended")?;
        self.workers.watching(|| speak(first))
    }
}

/// The command that starts as many ranks as there are workers.
fn mpirun(resources: &Resources) -> Result<Command> {
    let mut words = resources.mpirun.as_deref().unwrap_or(MPIRUN).split_whitespace();
    let mut command = Command::new(words.next().context("--mpirun is empty")?);
    command.args(words).arg("-n").arg(resources.workers.to_string());
    command.arg(program(resources)?).args([SUBCOMMAND, &resources.workers.to_string()]);
    for (name, value) in SETTINGS {
        if std::env::var_os(name).is_none() {
            command.env(name, value);
        }
    }
    Ok(command)
}

/// The path by which `mpirun` finds this program. One that was named may start it on other hosts, where a link to the program of a
/// process here leads nowhere.
fn program(resources: &Resources) -> Result<PathBuf> {
    let exe = &resources.exe;
    match exe.strip_prefix("/proc/self") {
        Ok(rest) if resources.mpirun.is_none() => {
            Ok(Path::new("/proc").join(std::process::id().to_string()).join(rest))
        }
        _ => exe.canonicalize().context("cannot find this program"),
    }
}

fn why_not_found(error: Error, resources: &Resources) -> Error {
    let is_missing = error.downcast_ref::<io::Error>().is_some_and(|why| why.kind() == ErrorKind::NotFound);
    match &resources.mpirun {
        _ if !is_missing => error,
        None => Unavailable::new(
            "mpirun is not in PATH: install Open MPI or MPICH, or name it: --mpirun /path/to/mpirun",
        )
        .into(),
        Some(named) => Unavailable::new(format!("--mpirun {named}: there is no such program")).into(),
    }
}

/// Why MPI has not begun, in the words of `mpirun` and of the ranks.
///
/// That something was killed meanwhile tells nothing of this machine.
fn why_not_started(error: Error) -> Error {
    let said = format!("{error:#}");
    let of_killed = ["exited on signal", "ended (signal: ", "ended (exit status: 137)"];
    if of_killed.iter().any(|words| said.contains(words)) {
        return error;
    }
    if said.contains("detected an attempt to run as root") {
        return Unavailable::new(
            "mpirun has detected an attempt to run as root, and refuses it: set OMPI_ALLOW_RUN_AS_ROOT=1 and \
             OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1, or be another user",
        )
        .into();
    }
    Unavailable::new(format!("MPI has not started: {}", without_rulers(&said))).into()
}

/// `text` without the lines of dashes that Open MPI puts around its messages.
fn without_rulers(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    words.retain(|word| !word.trim_matches('-').is_empty() || word.len() < 8);
    words.join(" ")
}

/// There is no such form: the first rank takes whole batches.
pub(super) fn serve<W: Work>(_: &Resources) -> Result<JobThreads<W>> {
    bail!(Unavailable::new("mpi takes no jobs that arrive"))
}

impl<W: Work> Model<W> for Mpi {
    /// Every rank makes the jobs of the batch for itself, unless it is sent them, and looks for messages all the time from then on.
    fn prepare(&mut self, jobs: &Jobs<W>) -> Result<()> {
        let known = if jobs.are_portable() { 0..0 } else { 0..jobs.len() };
        self.with(|first| {
            first.run(Some(jobs.recipe(known)), 0..0)?;
            first.digests(jobs, 0).map(drop)
        })
    }

    fn run(&mut self, jobs: &Jobs<W>) -> Result<Vec<Digest>> {
        let all = 0..jobs.len();
        if all.is_empty() {
            return Ok(vec![]);
        }
        let inputs = if jobs.are_portable() { Some(jobs.recipe(all.clone())) } else { None };
        self.with(|first| {
            first.run(inputs, all.clone())?;
            first.digests(jobs, all.len())
        })
    }

    fn usage(&mut self) -> Result<Usage> {
        Ok(Usage::of_this_process() + self.with(Worker::usage)?)
    }
}

impl Drop for Mpi {
    /// Killed processes of MPI would leave files behind.
    fn drop(&mut self) {
        if let Some(first) = self.first.take() {
            first.dismiss(PATIENCE);
        }
    }
}
