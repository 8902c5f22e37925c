//! Starts an interpreter with the bundled worker, and exchanges frames with it: a letter and a body each.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde::Serialize;

use crate::child::piped::PipedChild;
use crate::child::scratch::Scratch;
use crate::child::supervisor::{Ends, Supervisor};
use crate::engine::{Resources, Unavailable};
use crate::model::cpython::interpreter::{NO_PACKAGES, OPTIONS, START_METHOD};
use crate::model::cpython::model::package_of;

/// The package of the worker in its temporary folder.
const PACKAGE: &str = "bakeoff_worker";

/// The worker: all Python models and all kinds of jobs, by the names of its files.
const WORKER: [(&str, &str); 34] = [
    ("__init__.py", include_str!("worker/__init__.py")),
    ("__main__.py", include_str!("worker/__main__.py")),
    ("arriving.py", include_str!("worker/arriving.py")),
    ("base.py", include_str!("worker/base.py")),
    ("calls.py", include_str!("worker/calls.py")),
    ("computing.py", include_str!("worker/computing.py")),
    ("digests.py", include_str!("worker/digests.py")),
    ("engine.py", include_str!("worker/engine.py")),
    ("errors.py", include_str!("worker/errors.py")),
    ("frames.py", include_str!("worker/frames.py")),
    ("http_answer.py", include_str!("worker/http_answer.py")),
    ("http_async.py", include_str!("worker/http_async.py")),
    ("http_job.py", include_str!("worker/http_job.py")),
    ("jobs.py", include_str!("worker/jobs.py")),
    ("phases.py", include_str!("worker/phases.py")),
    ("pool.py", include_str!("worker/pool.py")),
    ("pool_worker.py", include_str!("worker/pool_worker.py")),
    ("processes.py", include_str!("worker/processes.py")),
    ("py_asyncio.py", include_str!("worker/py_asyncio.py")),
    ("py_dask.py", include_str!("worker/py_dask.py")),
    ("py_interpreters.py", include_str!("worker/py_interpreters.py")),
    ("py_loop.py", include_str!("worker/py_loop.py")),
    ("py_mpi4py.py", include_str!("worker/py_mpi4py.py")),
    ("py_multiprocessing.py", include_str!("worker/py_multiprocessing.py")),
    ("py_processpool.py", include_str!("worker/py_processpool.py")),
    ("py_processpool_chunks.py", include_str!("worker/py_processpool_chunks.py")),
    ("py_ray.py", include_str!("worker/py_ray.py")),
    ("py_threading.py", include_str!("worker/py_threading.py")),
    ("serve.py", include_str!("worker/serve.py")),
    ("sha_loop_job.py", include_str!("worker/sha_loop_job.py")),
    ("supervised.py", include_str!("worker/supervised.py")),
    ("task_job.py", include_str!("worker/task_job.py")),
    ("task_loading.py", include_str!("worker/task_loading.py")),
    ("usage.py", include_str!("worker/usage.py")),
];

/// The time in which an interpreter ends all processes that it has started: some tenths of a second are usual.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// An interpreter that runs the worker; dropping it ends the interpreter and everything that it has started.
pub(crate) struct PythonProcess {
    child: PipedChild,
    supervisor: Supervisor,
    /// It has processes outside its group, which it ends itself.
    ends_itself: bool,
    /// Contains the worker; removed after the interpreter has ended.
    _folder: Scratch,
}

impl PythonProcess {
    /// Starts `interpreter` as `model`, which is called as its entry, and waits until its workers are ready.
    ///
    /// # Errors
    /// When it does not start within the deadline; the error names it and includes its output.
    pub(crate) fn start(
        interpreter: &Path,
        model: &str,
        traced: bool,
        resources: &Resources,
    ) -> Result<Self> {
        let folder = worker_folder()
            .with_context(|| format!("cannot write a script into {}", std::env::temp_dir().display()))?;
        let script = folder.path().join(PACKAGE).join("__main__.py");
        let (model, tag) = model.split_once('@').unwrap_or((model, ""));
        let is_engine = package_of(model).is_some();
        let mut command = if resources.with_packages || is_engine {
            run_with_packages(interpreter, &script)
        } else {
            run(interpreter, &script)
        };
        command.args([model, &resources.workers.to_string(), if traced { "traced" } else { "plain" }]);
        command.arg(START_METHOD).arg(folder.path()).arg(std::process::id().to_string());
        let supervisor = Supervisor::start(resources.deadline, None)?;
        let child = supervisor.spawn(format!("{model} under CPython {tag}"), command, Ends::WithGroup)?;
        let mut python_process = PythonProcess { child, supervisor, ends_itself: is_engine, _folder: folder };
        python_process.hear(b'H').map(|_| python_process)
    }

    /// The interpreter's process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a message, and returns the body of the frame `answer`.
    ///
    /// # Errors
    /// When a job failed, or the interpreter died, hung or sent something else.
    pub(crate) fn ask(&mut self, letter: u8, body: &[u8], answer: u8) -> Result<Vec<u8>> {
        let child = &mut self.child;
        self.supervisor.watching(|| child.send_bytes(&[&[letter], body]))?;
        self.hear(answer)
    }

    /// As [`PythonProcess::ask`], with a question in JSON.
    ///
    /// # Errors
    /// As [`PythonProcess::ask`].
    pub(crate) fn ask_json(&mut self, letter: u8, question: &impl Serialize, answer: u8) -> Result<Vec<u8>> {
        self.ask(letter, &serde_json::to_vec(question)?, answer)
    }

    fn hear(&mut self, expected: u8) -> Result<Vec<u8>> {
        let child = &mut self.child;
        let frame = self.supervisor.watching(|| child.receive_bytes())?;
        let Some((&letter, body)) = frame.split_first() else {
            bail!("{} sent an empty frame", self.child.name());
        };
        match letter {
            b'E' => Err(anyhow!("{}", String::from_utf8_lossy(body)).context(self.child.name().to_owned())),
            b'L' => Err(anyhow!(Unavailable::new(String::from_utf8_lossy(body)))),
            letter if letter == expected => Ok(body.to_vec()),
            letter => bail!(
                "{} answered {:?} where {:?} was due",
                self.child.name(),
                char::from(letter),
                char::from(expected)
            ),
        }
    }
}

impl Drop for PythonProcess {
    fn drop(&mut self) {
        if self.ends_itself && self.child.send_bytes(&[b"Q"]).is_ok() {
            self.child.finish(ENDS_WITHIN);
        }
    }
}

/// A temporary folder of the worker's files: spawned processes read them again, and some are read when a job
/// needs them.
fn worker_folder() -> std::io::Result<Scratch> {
    let folder = Scratch::new(&std::env::temp_dir(), "bakeoff-py-")?;
    let package = folder.path().join(PACKAGE);
    fs::create_dir(&package)?;
    for (name, text) in WORKER {
        fs::write(package.join(name), text)?;
    }
    Ok(folder)
}

/// The command that runs `script`.
pub(crate) fn run(interpreter: &Path, script: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command.args(OPTIONS).arg(script);
    command
}

/// Libraries that start threads of their own get one: models decide what runs at once.
const ONE_THREAD: [&str; 6] = [
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
];

/// The command that runs `script` for a user's function, which may need installed packages.
fn run_with_packages(interpreter: &Path, script: &Path) -> Command {
    let mut command = Command::new(interpreter);
    command.args(OPTIONS.iter().filter(|option| **option != NO_PACKAGES)).arg(script);
    command.envs(ONE_THREAD.map(|name| (name, "1")));
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_worker_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model/cpython/worker");
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".py") {
                files.push(name);
            }
        }
        files.sort();
        assert_eq!(files, WORKER.map(|(name, _)| name));
    }
}
