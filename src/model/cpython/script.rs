//! Starts an interpreter with the bundled script, and exchanges frames with it: a letter and a body each.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::child::piped::PipedChild;
use crate::child::supervisor::{Ends, Supervisor};
use crate::engine::model::Resources;
use crate::model::cpython::interpreter::{OPTIONS, START_METHOD};

/// The script, with all Python models and all kinds of jobs.
const SCRIPT: &str = include_str!("worker.py");

/// An interpreter that runs the script; dropping it ends the interpreter and everything that it has started.
pub(crate) struct PythonProcess {
    child: PipedChild,
    supervisor: Supervisor,
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
        // From a file, because spawned processes and those of a fork server read it again; it is needed until
        // all workers
        // have started.
        let script = file(SCRIPT)?;
        let mut command = run(interpreter, &script);
        let (model, tag) = model.split_once('@').unwrap_or((model, ""));
        command.args([model, &resources.workers.to_string(), if traced { "traced" } else { "plain" }]);
        command.arg(START_METHOD);
        let supervisor = Supervisor::start(resources.deadline, None)?;
        let child = supervisor.spawn(format!("{model} under CPython {tag}"), command, Ends::WithGroup)?;
        let mut python_process = PythonProcess { child, supervisor };
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
        let (&letter, body) = frame.split_first().context("a frame begins with a letter")?;
        match letter {
            b'E' => Err(anyhow!("{}", String::from_utf8_lossy(body)).context(self.child.name().to_owned())),
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

/// A temporary file that contains `text` and is removed on drop.
pub(crate) fn file(text: &str) -> Result<NamedTempFile> {
    let make = || {
        let mut file = tempfile::Builder::new().prefix("bakeoff-").suffix(".py").tempfile()?;
        file.write_all(text.as_bytes())?;
        Ok::<_, std::io::Error>(file)
    };
    make().with_context(|| format!("cannot write a script into {}", std::env::temp_dir().display()))
}

/// The command that runs `script`.
pub(crate) fn run(interpreter: &Path, script: &NamedTempFile) -> Command {
    let mut command = Command::new(interpreter);
    command.args(OPTIONS).arg(script.path());
    command
}
