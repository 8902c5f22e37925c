//! The messages of ranks: requests and answers as between a parent and its worker, each in one message.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use mpi::point_to_point::MatchedReceiveVec;
use mpi::topology::{Process, Rank};
use mpi::traits::{Destination, Source};
use serde::de::DeserializeOwned;

use crate::engine::now;

/// The rank that hands out jobs.
pub(super) const FIRST: Rank = 0;

/// A request, or the answer to one.
pub(super) const WORK: i32 = 1;

/// That nothing will come for a while; it has no content.
pub(super) const REST: i32 = 2;

/// The time between two looks for a message by a rank that rests: it takes 0.1 to 0.3 % of a core.
const NAP: Duration = Duration::from_millis(4);

/// A rank that has waited for so long rests by itself.
const LONGEST_SPIN: Duration = Duration::from_secs(1);

/// How a rank waits for a message. As with any receive of MPI, the first way keeps a core busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It looks all the time.
    Spinning,
    /// It looks, and sleeps.
    Resting,
}

/// A message.
pub(super) struct Received {
    /// The rank that has sent it.
    pub(super) from: Rank,
    /// [`WORK`] or [`REST`].
    pub(super) tag: i32,
    bytes: Vec<u8>,
}

impl Received {
    /// Its content.
    ///
    /// # Errors
    /// When it has another: the ranks are no copies of one program.
    pub(super) fn content<T: DeserializeOwned>(&self) -> Result<T> {
        let from = self.from;
        postcard::from_bytes(&self.bytes)
            .with_context(|| format!("rank {from} speaks otherwise: is its program another one?"))
    }
}

/// The next message from `source`.
pub(super) fn receive(source: &impl Source, wait: Wait) -> Received {
    let began = now();
    let mut looks: u32 = 0;
    let mut rests = wait == Wait::Resting;
    loop {
        if let Some(found) = source.immediate_matched_probe() {
            let (bytes, status) = found.matched_receive_vec();
            return Received { from: status.source_rank(), tag: status.tag(), bytes };
        }
        looks = looks.wrapping_add(1);
        if rests {
            thread::sleep(NAP);
        } else if looks.is_multiple_of(1024) {
            rests = now() - began > LONGEST_SPIN;
        }
    }
}

/// Sends `bytes` to a rank.
pub(super) fn send(to: &Process<'_>, tag: i32, bytes: &[u8]) {
    to.send_with_tag(bytes, tag);
}
