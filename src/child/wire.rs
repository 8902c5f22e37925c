//! Frames over a pipe: a length (4 bytes, little-endian), and that number of bytes. Most frames are postcard; the worker of
//! an interpreter has a letter and JSON.

use std::io::{ErrorKind, Read, Write};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest frame, in bytes: the spans of thousands of jobs.
const LONGEST: usize = 64 << 20;

/// Writes one value as a frame.
///
/// # Errors
/// If the pipe is closed.
pub(crate) fn write<T: Serialize>(pipe: &mut impl Write, value: &T) -> Result<()> {
    write_prefixed(pipe, postcard::to_extend(value, vec![0; 4])?)
}

/// Writes bytes as a frame.
///
/// # Errors
/// If the pipe is closed.
pub(crate) fn write_bytes(pipe: &mut impl Write, parts: &[&[u8]]) -> Result<()> {
    write_prefixed(pipe, [&[&[0; 4][..]], parts].concat().concat())
}

/// Writes a frame whose first four bytes are still to be filled, by one write: it costs one system call and arrives as a
/// whole.
fn write_prefixed(pipe: &mut impl Write, mut frame: Vec<u8>) -> Result<()> {
    let len = frame.len() - 4;
    ensure!(len <= LONGEST, "a frame of {len} bytes is over the limit of {LONGEST}");
    let prefix = u32::try_from(len).expect("the limit is below 4 GiB");
    frame[..4].copy_from_slice(&prefix.to_le_bytes());
    pipe.write_all(&frame)?;
    Ok(pipe.flush()?)
}

/// Reads one value; `None` if the pipe has been closed between frames.
///
/// # Errors
/// If what came is no frame, or no such value.
pub(crate) fn read<T: DeserializeOwned>(pipe: &mut impl Read) -> Result<Option<T>> {
    let Some(frame) = read_bytes(pipe)? else { return Ok(None) };
    let (value, rest) = postcard::take_from_bytes(&frame).context("what came is no frame")?;
    ensure!(rest.is_empty(), "what came is no frame: {} bytes are left over", rest.len());
    Ok(Some(value))
}

/// Reads the bytes of one frame; `None` if the pipe has been closed between frames.
///
/// # Errors
/// If what came is no frame.
pub(crate) fn read_bytes(pipe: &mut impl Read) -> Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    if !read_or_closed(pipe, &mut prefix)? {
        return Ok(None);
    }
    let len = u32::from_le_bytes(prefix) as usize;
    ensure!(len <= LONGEST, "what came is no frame: a length of {len} bytes is over the limit of {LONGEST}");
    let mut frame = vec![0; len];
    pipe.read_exact(&mut frame).context("the pipe was closed in the middle of a frame")?;
    Ok(Some(frame))
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

    type Value = Result<Vec<u64>, String>;

    fn frame(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, value).unwrap();
        bytes
    }

    #[test]
    fn reads_written_frame_and_end() {
        let value: Value = Ok(vec![1, 2, 3]);
        let bytes = frame(&value);
        let mut pipe = bytes.as_slice();
        assert_eq!(read::<Value>(&mut pipe).unwrap(), Some(value));
        assert!(read::<Value>(&mut pipe).unwrap().is_none());
    }

    #[test]
    fn rejects_malformed_frames_at_every_cut() {
        let bytes = frame(&Err("why".into()));
        for cut in 1..bytes.len() {
            assert!(read::<Value>(&mut &bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(read::<Value>(&mut b"Hello, I am a program that prints.\n".as_slice()).is_err());
        assert!(read::<Value>(&mut [1, 0, 0, 0, 99].as_slice()).is_err(), "no such value");
        assert!(
            read::<Value>(&mut [2, 0, 0, 0, 0, 0, 7].as_slice()).is_ok(),
            "what follows is the next frame"
        );
        assert!(read::<Value>(&mut [3, 0, 0, 0, 0, 0, 7].as_slice()).is_err(), "a byte is left over");
    }

    #[test]
    fn bytes_pass_unchanged() {
        let mut bytes = Vec::new();
        write_bytes(&mut bytes, &[b"R", b"12345678"]).unwrap();
        assert_eq!(read_bytes(&mut bytes.as_slice()).unwrap().as_deref(), Some(&b"R12345678"[..]));
    }
}
