//! Starts an interpreter with the bundled script, and exchanges frames with it: a length (4 bytes,
//! little-endian), a
//! letter and a body.

use std::io::{ErrorKind, Read, Write};
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::child::{PipedChild, Supervisor};
use crate::model::Resources;
use crate::model::cpython::interpreter::{Interpreter, OPTIONS, START_METHOD};

/// The script, with all Python models and all kinds of jobs.
const SCRIPT: &str = include_str!("worker.py");

/// The maximum frame length, in bytes: the spans of thousands of jobs.
const LONGEST: usize = 64 << 20;

/// An interpreter that runs the script; dropping it ends the interpreter and everything that it has started.
pub(crate) struct PythonProcess {
    child: PipedChild,
    supervisor: Supervisor,
}

impl PythonProcess {
    /// Starts `interpreter` as `model` and waits until its workers are ready.
    ///
    /// # Errors
    /// When it does not start within the deadline; the error names it and includes its output.
    pub(crate) fn start(
        interpreter: &Interpreter,
        model: &str,
        traced: bool,
        resources: &Resources,
    ) -> Result<Self> {
        // From a file, because spawned processes and those of a fork server read it again; it is needed until
        // all workers
        // have started.
        let script = file(SCRIPT)?;
        let mut command = run(interpreter, &script);
        command.args([model, &resources.workers.to_string(), if traced { "traced" } else { "plain" }]);
        command.arg(START_METHOD);
        let supervisor = Supervisor::start(resources, None)?;
        let child = supervisor.spawn_group(format!("{model} under CPython {}", interpreter.tag), command)?;
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
        self.supervisor.watching(|| child.say(|pipe| write(pipe, letter, body)))?;
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
        let (letter, body) = self.supervisor.watching(|| child.hear(read))?;
        match letter {
            b'E' => Err(anyhow!("{}", String::from_utf8_lossy(&body)).context(self.child.name().to_owned())),
            letter if letter == expected => Ok(body),
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
pub(crate) fn run(interpreter: &Interpreter, script: &NamedTempFile) -> Command {
    let mut command = Command::new(&interpreter.path);
    command.args(OPTIONS).arg(script.path());
    command
}

/// Uses a single write, so that the frame arrives as a whole.
fn write(pipe: &mut impl Write, letter: u8, body: &[u8]) -> Result<()> {
    let len = u32::try_from(body.len()).context("a frame of 4 GiB")?;
    let frame = [&len.to_le_bytes(), &[letter][..], body].concat();
    pipe.write_all(&frame)?;
    Ok(pipe.flush()?)
}

fn read(pipe: &mut impl Read) -> Result<Option<(u8, Vec<u8>)>> {
    let mut head = [0; 5];
    match pipe.read_exact(&mut head) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let [a, b, c, d, letter] = head;
    let len = u32::from_le_bytes([a, b, c, d]) as usize;
    ensure!(len <= LONGEST, "what came is no frame: a length of {len} bytes is over the limit of {LONGEST}");
    let mut body = vec![0; len];
    pipe.read_exact(&mut body).context("the pipe was closed in the middle of a frame")?;
    Ok(Some((letter, body)))
}
