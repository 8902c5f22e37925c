//! What all ranks but the first do: they run jobs.

use anyhow::Result;
use mpi::topology::Process;

use crate::child::mpi::message::{REST, WORK, Wait, receive, send};
use crate::child::serve::{MakeJobs, State};
use crate::child::worker::{Reply, Request};
use crate::engine::{Usage, catch_panic_in};

/// Answers the requests of `first` until it says that this is the end. From a request on, the rank spins until it is told to rest.
///
/// # Errors
/// When a request can't be read.
pub(super) fn serve(first: &Process<'_>, make: MakeJobs<'_>) -> Result<()> {
    crate::child::channel::close()?;
    let mut state = State::default();
    let mut wait = Wait::Resting;
    loop {
        let received = receive(first, wait);
        if received.tag == REST {
            wait = Wait::Resting;
            continue;
        }
        let reply = match received.content()? {
            Request::Run(new, range) => {
                wait = Wait::Spinning;
                outcome(|| state.run(new, range, make))
            }
            Request::Usage => Reply::Usage(Usage::of_this_process()),
            Request::End => return Ok(()),
        };
        send(first, WORK, &postcard::to_stdvec(&reply)?);
    }
}

/// The reply of `run`, or why there is none.
pub(super) fn outcome(run: impl FnOnce() -> Result<Reply>) -> Reply {
    match catch_panic_in("a job", run) {
        Ok(reply) => reply,
        Err(why) => Reply::failed(&why),
    }
}
