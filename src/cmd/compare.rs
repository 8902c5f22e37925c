//! `bakeoff compare`: recordings of other machines, or of this one before and after a change.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::analysis::comparison::Comparison;
use crate::analysis::same::{Machine, differing_workload, hardware, shared_workloads};
use crate::cmd::out::Out;
use crate::cmd::terminal::usual_style;
use crate::cmd::{BadUsage, Exit, read_all};
use crate::record::schema::Recording;
use crate::report::compare::{blocks, values};
use crate::report::export::{Format, write};

/// Which recordings, and which change is a failure.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Two or more recordings; all are compared with the first
    #[arg(required = true, num_args = 1..)]
    files: Vec<PathBuf>,
    /// Exit with 7 if any cell has this change on the same machine
    #[arg(long, value_enum, value_name = "CHANGE")]
    fail_on: Option<FailOn>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// The change that is a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Slower than in the first recording, failed since, or not measured any more; exit 6 if no cell could be judged
    Slower,
}

/// Recordings that can't be compared, and why.
#[derive(Debug)]
pub(super) struct Incomparable(pub(super) String);

impl fmt::Display for Incomparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Incomparable {}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let recordings = read_all(&args.files)?;
    ensure!(
        recordings.len() > 1,
        BadUsage(format!("{} is one recording, and it takes two to compare", args.files[0].display()))
    );
    ensure_same_work(&args.files, &recordings)?;
    let names: Vec<String> = args.files.iter().map(|path| path.display().to_string()).collect();
    let comparison = Comparison::of(&recordings);
    let blocks = blocks(&names, &recordings, &comparison);
    write!(Out, "{}", write(args.format, &blocks, &values(&names, &comparison), usual_style()))?;
    match args.fail_on {
        Some(FailOn::Slower) => fail_on_slower(&names[1..], &comparison),
        None => Ok(Exit::Ok),
    }
}

/// The exit code where slower cells are to fail.
///
/// # Errors
/// When some recording could not be judged: a comparison that looked at nothing has not passed.
fn fail_on_slower(others: &[String], comparison: &Comparison) -> Result<Exit> {
    for at in 0..others.len() {
        if comparison.cells.iter().any(|cell| cell.changes[at].word.is_worse()) {
            return Ok(Exit::FailedOn);
        }
    }
    for (at, name) in others.iter().enumerate() {
        let why = match comparison.machines[at] {
            Machine::Same if comparison.cells.iter().any(|cell| cell.changes[at].word.is_judged()) => {
                continue;
            }
            Machine::Same => "no cell of it was judged, as its table says".to_owned(),
            machine => machine.to_string(),
        };
        return Err(Incomparable(format!("--fail-on could not judge {name}: {why}")).into());
    }
    Ok(Exit::Ok)
}

/// Whether all recordings have a study, and the same work for each shared workload name.
pub(super) fn ensure_same_work(files: &[PathBuf], recordings: &[Recording]) -> Result<()> {
    for (file, recording) in files.iter().zip(recordings) {
        ensure!(recording.study.is_some(), Incomparable(format!("{} has no study", file.display())));
        if let Some(workload) = differing_workload(&recordings[0], recording) {
            let why = format!(
                "{} and {} mean different work by {workload}: other jobs, or another number of them",
                files[0].display(),
                file.display()
            );
            return Err(Incomparable(why).into());
        }
        ensure!(
            shared_workloads(&recordings[0], recording) > 0,
            Incomparable(format!("{} and {} have no workload in common", files[0].display(), file.display()))
        );
    }
    Ok(())
}

/// Whether all recordings are of the machine of the first, whatever cores of it they used.
pub(super) fn ensure_one_machine(files: &[PathBuf], recordings: &[Recording]) -> Result<()> {
    for (file, recording) in files.iter().zip(recordings).skip(1) {
        let machine = hardware(&recordings[0].environment, &recording.environment);
        let (first, other) = (files[0].display(), file.display());
        ensure!(
            machine == Machine::Same,
            Incomparable(format!(
                "{first} and {other}: {machine}. bakeoff compare shows machines side by side"
            ))
        );
    }
    Ok(())
}
