//! The protocol between a process model and its workers: frames over a pipe, with shared types.
//!
//! A frame is a length (4 bytes, little-endian) followed by that number of postcard bytes. A worker first
//! sends
//! [`Reply::Hello`]; after that each [`Request`] is answered by one [`Reply`], in the same order.

use std::borrow::Cow;
use std::io::{ErrorKind, Read, Write};

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::engine::clock::Usage;
use crate::engine::digest::Digest;
use crate::engine::trace::Span;
use crate::workload::Job;

/// Must change whenever a type of this file or of a job changes.
pub(crate) const VERSION: u32 = 4;

/// The maximum frame length, in bytes: far more than [`MOST_JOBS`] need.
const LONGEST: usize = 1 << 20;

/// The maximum number of jobs per request: enough for a low frame cost per job, and few enough for the answer
/// to
/// fit into a pipe of 16 KiB, the smallest of all supported systems.
pub(crate) const MOST_JOBS: usize = 1024;

/// To a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Request<'a> {
    /// Run these jobs in sequence; the first has this index in its batch.
    Run(usize, Cow<'a, [Job]>),
    /// Report the resource usage so far.
    Usage,
}

/// From a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// The first message: the worker's [`VERSION`].
    Hello(u32),
    /// The digests of the jobs of one request, in order, and their spans if traced.
    Digests(Vec<Digest>, Vec<Span>),
    /// A job failed, and why.
    Failed(String),
    /// The worker's resource usage.
    Usage(Usage),
}

/// Writes one frame with a single write, so that it costs one system call and arrives as a whole.
pub(crate) fn write<T: Serialize>(pipe: &mut impl Write, value: &T) -> Result<()> {
    let mut frame = postcard::to_extend(value, vec![0; 4])?;
    let len = frame.len() - 4;
    ensure!(len <= LONGEST, "a frame of {len} bytes is over the limit of {LONGEST}");
    let prefix = u32::try_from(len).expect("the limit is below 4 GiB");
    frame[..4].copy_from_slice(&prefix.to_le_bytes());
    pipe.write_all(&frame)?;
    Ok(pipe.flush()?)
}

/// Reads one frame; `None` if the pipe was closed between frames.
pub(crate) fn read<T: DeserializeOwned>(pipe: &mut impl Read) -> Result<Option<T>> {
    let mut prefix = [0; 4];
    if !read_or_closed(pipe, &mut prefix)? {
        return Ok(None);
    }
    let len = u32::from_le_bytes(prefix) as usize;
    ensure!(len <= LONGEST, "what came is no frame: a length of {len} bytes is over the limit of {LONGEST}");
    let mut frame = vec![0; len];
    pipe.read_exact(&mut frame).context("the pipe was closed in the middle of a frame")?;
    let (value, rest) = postcard::take_from_bytes(&frame).context("what came is no frame")?;
    ensure!(rest.is_empty(), "what came is no frame: {} bytes are left over", rest.len());
    Ok(Some(value))
}

/// Fills `buffer`, or reports the end of the input.
fn read_or_closed(pipe: &mut impl Read, buffer: &mut [u8]) -> Result<bool> {
    let first = loop {
        match pipe.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => break read?,
        }
    };
    if first > 0 {
        pipe.read_exact(&mut buffer[first..]).context("the pipe was closed in the middle of a frame")?;
    }
    Ok(first > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(reply: &Reply) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, reply).unwrap();
        bytes
    }

    #[test]
    fn frames_round_trip_until_end() {
        let digests = vec![Digest::new(1, 2), Digest::new(3, 4)];
        let bytes = frame(&Reply::Digests(digests.clone(), vec![]));
        let mut pipe = bytes.as_slice();
        let Some(Reply::Digests(read_back, _)) = read(&mut pipe).unwrap() else { panic!("another reply") };
        assert_eq!(read_back, digests);
        assert!(read::<Reply>(&mut pipe).unwrap().is_none());
    }

    #[test]
    fn rejects_truncated_and_malformed_frames() {
        let bytes = frame(&Reply::Failed("why".into()));
        for cut in 1..bytes.len() {
            assert!(read::<Reply>(&mut &bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(read::<Reply>(&mut b"Hello, I am a program that prints.\n".as_slice()).is_err());
        assert!(read::<Reply>(&mut [1, 0, 0, 0, 99].as_slice()).is_err(), "no such reply");
        assert!(
            read::<Reply>(&mut [2, 0, 0, 0, 0, 1, 7].as_slice()).is_ok(),
            "what follows is the next frame"
        );
        assert!(read::<Reply>(&mut [3, 0, 0, 0, 0, 1, 7].as_slice()).is_err(), "a byte is left over");
    }

    #[test]
    fn full_answer_fits_into_smallest_pipe() {
        let answer =
            frame(&Reply::Digests((0..MOST_JOBS as u64).map(|job| Digest::new(job, job)).collect(), vec![]));
        assert!(answer.len() <= 16 * 1024, "{}", answer.len());
    }
}
