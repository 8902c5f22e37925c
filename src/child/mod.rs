//! Child processes: one way to start them, to speak with them in frames, to hold them to a deadline and to end them.
//!
//! - [`process`]: a process that is killed and reaped by its owner, alone or with its group
//! - [`supervisor`]: starts children, captures their standard error, and kills those that do not answer
//! - [`piped`]: a child that is spoken with; [`worker`]: one that runs jobs; [`reporting`]: one that reports on an order
//! - [`channel`]: the pipes of a child, apart from what its jobs read and print
//! - [`job`]: what ends the children of a process that was killed, on Windows
//! - [`limits`]: how many files a process may open
//! - [`queue`]: the jobs of a run, handed out in parts; `mpi`: what the processes of MPI do
//! - [`program`]: the program that children run; [`serve`]: what a worker does; [`wire`]: frames
//! - [`parent_death`]: a child ends when its parent does; [`scratch`]: a folder for the files of a run

pub(crate) mod channel;
pub mod job;
pub mod limits;
#[cfg(feature = "mpi")]
pub(crate) mod mpi;
pub(crate) mod parent_death;
pub(crate) mod piped;
pub(crate) mod process;
pub mod program;
pub(crate) mod queue;
pub(crate) mod reporting;
pub mod scratch;
pub mod serve;
pub(crate) mod supervisor;
mod watchdog;
pub(crate) mod wire;
pub(crate) mod worker;
