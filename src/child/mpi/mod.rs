//! What the processes of MPI do, its ranks: the first one speaks with the parent and hands out jobs, and the others run them.
//!
//! Calls of MPI come from the main thread alone.

use anyhow::{Context, Result, ensure};
use mpi::Threading;
use mpi::topology::SimpleCommunicator;
use mpi::traits::Communicator;

use crate::child::serve::MakeJobs;
use crate::child::{parent_death, program};
use crate::engine::catch_panic_in;
use crate::record::plain::tell;

mod first;
mod message;
mod other;

/// The hidden subcommand that runs a rank; its argument is the number of ranks.
pub(crate) const SUBCOMMAND: &str = "mpi-rank";

/// Serves as a rank if `args`, a program's arguments without its name, say so.
///
/// # Errors
/// When MPI can't be initialised. What fails after that ends all ranks.
pub(crate) fn serve_if_asked(
    mut args: impl Iterator<Item = String>,
    make: MakeJobs<'_>,
) -> Option<Result<()>> {
    args.next().filter(|name| name == SUBCOMMAND)?;
    let ranks = args.next()?.parse().ok()?;
    Some(serve(ranks, make))
}

fn serve(ranks: usize, make: MakeJobs<'_>) -> Result<()> {
    parent_death::hold_to_any()?;
    program::show_name();
    let (universe, _) = mpi::initialize_with_threading(Threading::Funneled).context("MPI runs already")?;
    let world = universe.world();
    ensure_together(&world, ranks)?;
    if let Err(why) = catch_panic_in("a rank", || serve_in(&world, make)) {
        tell(&format!("{why:#}"));
        // Without it the end of MPI waits for the other ranks.
        world.abort(1);
    }
    Ok(())
}

/// Makes sure that all ranks are in one world: those that another MPI's `mpirun` has started are alone.
fn ensure_together(world: &SimpleCommunicator, ranks: usize) -> Result<()> {
    let found = usize::try_from(world.size())?;
    ensure!(
        found == ranks,
        "{ranks} processes were started, and this one is in a world of {found}: another MPI's mpirun has started \
         them; use the mpirun of the MPI that this program was built with ({})",
        library()
    );
    Ok(())
}

fn serve_in(world: &SimpleCommunicator, make: MakeJobs<'_>) -> Result<()> {
    // The kernel of Linux ends a rank with the process that has started it, and only the first has the parent's pipe.
    if world.rank() == message::FIRST || !cfg!(target_os = "linux") {
        parent_death::watch_and_kill()?;
    }
    match world.rank() {
        message::FIRST => first::serve(world, make),
        _ => other::serve(&world.process_at_rank(message::FIRST), make),
    }
}

/// The MPI that this program uses, in a few words.
fn library() -> String {
    let version = mpi::environment::library_version().unwrap_or_default();
    version.split(',').next().unwrap_or_default().trim().to_owned()
}
