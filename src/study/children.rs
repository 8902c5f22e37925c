//! What a program serves as when it is started as a child process of itself.

use std::path::Path;

use anyhow::{Context, Result};

use crate::child::{self, program::own_program};
use crate::machine::file_limit;
use crate::study::{arrivals, launch, probe, reference};
use crate::workload::{catalog::Catalog, fixture::server};

/// Serves as a child process of a program with the workloads of `catalog`, if the command line asks for that: as a worker, a
/// rank of MPI, a launch, a probe or the server. Either way this process may open as many files from now on as the system allows.
///
/// # Errors
/// When the parent has gone, or says something else than it should.
pub fn serve_if_asked(catalog: &Catalog) -> Option<Result<()>> {
    file_limit::is_an_error();
    child::limits::raise_open_files();
    // Workers come first: each may live for one job.
    if let Some(served) =
        child::serve::serve_if_asked(words(), &|recipe, kept| catalog.own_jobs(recipe, kept))
    {
        return Some(served);
    }
    #[cfg(feature = "mpi")]
    if let Some(served) = child::mpi::serve_if_asked(words(), &|recipe, kept| catalog.own_jobs(recipe, kept))
    {
        return Some(served);
    }
    let mut args = words();
    match (args.next()?.as_str(), args.next()) {
        (launch::SUBCOMMAND, Some(parent)) => Some(with_exe(&parent, catalog, launch::serve)),
        (arrivals::SUBCOMMAND, Some(parent)) => Some(with_exe(&parent, catalog, arrivals::serve)),
        (reference::SUBCOMMAND, Some(parent)) => Some(with_exe(&parent, catalog, reference::serve)),
        (probe::SUBCOMMAND, Some(parent)) => Some(with_exe(&parent, catalog, probe::serve)),
        (server::SUBCOMMAND, None) => Some(server::serve()),
        _ => None,
    }
}

/// The words of the command line. Those of child processes are UTF-8, and others are not meant here.
fn words() -> impl Iterator<Item = String> {
    std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned())
}

fn with_exe(parent: &str, catalog: &Catalog, serve: fn(u32, &Path, &Catalog) -> Result<()>) -> Result<()> {
    let parent = parent.parse().context("the command line of a child lacks the process id of its parent")?;
    let exe = own_program().context("nobody knows where this program is")?;
    serve(parent, &exe, catalog)
}
