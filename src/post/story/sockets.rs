//! Where programs of Python can bind sockets that have paths.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::engine::Unavailable;

/// A folder for temporary files in which programs of Python can bind their sockets: the paths of sockets have about a hundred
/// bytes at most, and the folder of `TMPDIR` may be longer.
///
/// # Errors
/// [`Unavailable`] if there is none.
pub(super) fn folder_for_sockets() -> Result<PathBuf> {
    let usual = std::env::temp_dir();
    let mut why = match try_socket(&usual) {
        Ok(()) => return Ok(usual),
        Err(error) => error,
    };
    let short = PathBuf::from("/tmp");
    if short != usual {
        match try_socket(&short) {
            Ok(()) => return Ok(short),
            Err(error) => why = error,
        }
    }
    let why =
        format!("no socket can be bound in a folder for temporary files: {why}; set TMPDIR to a short path");
    Err(anyhow!(Unavailable::new(why)))
}

/// Binds a socket in `folder` under a path as long as Python's.
#[cfg(unix)]
fn try_socket(folder: &Path) -> io::Result<()> {
    let folder = tempfile::Builder::new().prefix("pymp-").rand_bytes(8).tempdir_in(folder)?;
    std::os::unix::net::UnixListener::bind(folder.path().join("listener-00000000"))?;
    Ok(())
}

/// Python uses no sockets with paths here.
#[cfg(not(unix))]
fn try_socket(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn socket_path_may_be_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("x".repeat(100));
        std::fs::create_dir(&long).unwrap();
        assert!(try_socket(&long).is_err());
        folder_for_sockets().unwrap();
        assert_eq!(std::fs::read_dir(&long).unwrap().count(), 0);
    }
}
