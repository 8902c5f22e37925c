//! `bakeoff compare`: recordings of other machines, or of this one before and after a change.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::analysis::comparison::{Comparison, differing_workload, shared_workloads};
use crate::cmd::{BadUsage, Exit, read_all};
use crate::record::schema::Recording;
use crate::report::compare::{blocks, values};
use crate::report::export::{Format, write};
use crate::stats::change::Change;

/// Which recordings, and what is to fail.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Two or more recordings; all are compared with the first
    #[arg(required = true, num_args = 1..)]
    files: Vec<PathBuf>,
    /// End with exit code 7 where any cell of the same machine is
    #[arg(long, value_enum, value_name = "CHANGE")]
    fail_on: Option<FailOn>,
    /// How the cells are written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What is to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Slower than in the first recording
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
    write!(std::io::stdout(), "{}", write(args.format, &blocks, &values(&names, &comparison)))?;
    let slower = comparison.changes().any(|change| matches!(change, Change::Slower(_)));
    Ok(if slower && args.fail_on == Some(FailOn::Slower) { Exit::FailedOn } else { Exit::Ok })
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
