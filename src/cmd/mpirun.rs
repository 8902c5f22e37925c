//! `--mpirun`: what starts the processes of MPI, and why this program is not started by it.

use std::convert::Infallible;
use std::str::FromStr;

use anyhow::Result;

use crate::cmd::BadUsage;

/// What starts the processes of MPI.
#[derive(Debug, clap::Args)]
pub(super) struct MpiArgs {
    /// Command that starts the processes of `+mpi`, split at spaces, to which -n and the program are added: `mpirun --hostfile hosts`;
    /// by default `mpirun`
    #[arg(long, value_name = "COMMAND")]
    mpirun: Option<Mpirun>,
}

impl MpiArgs {
    /// The command, if one is named.
    ///
    /// # Errors
    /// [`BadUsage`] if it is empty.
    pub(super) fn command(&self) -> Result<Option<String>> {
        let Some(Mpirun(command)) = &self.mpirun else { return Ok(None) };
        if command.trim().is_empty() {
            return Err(BadUsage::new("--mpirun names no program").into());
        }
        Ok(Some(command.clone()))
    }
}

/// The command of `--mpirun`, its words apart by spaces. A type of its own, as it may have paths, which recordings don't keep.
#[derive(Clone, Debug)]
pub(super) struct Mpirun(String);

impl FromStr for Mpirun {
    type Err = Infallible;

    fn from_str(command: &str) -> Result<Self, Infallible> {
        Ok(Mpirun(command.to_owned()))
    }
}

/// What Open MPI, MPICH and others tell each process that they start.
const OF_RANKS: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];

/// Refuses to measure in a process that MPI has started: there would be as many studies at once as ranks.
///
/// # Errors
/// [`BadUsage`] if it is one.
pub(super) fn refuse_in_rank() -> Result<()> {
    if OF_RANKS.iter().any(|name| std::env::var_os(name).is_some()) {
        let why = "bakeoff starts MPI itself: run it without mpirun; --mpirun 'mpirun --hostfile hosts' names hosts";
        return Err(BadUsage::new(why).into());
    }
    Ok(())
}
