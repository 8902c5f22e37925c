//! Opens regular files only: a pipe or a device in their place could block for ever.

use std::fs::{File, OpenOptions};
use std::io::{Error, Result};
use std::path::Path;

/// Whether a symbolic link may stand for the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// It is followed: the user has named it.
    Followed,
    /// It is refused: anybody may have put it there.
    Refused,
}

/// What the file is opened for. A lock that excludes others needs a file that can be written on some network file systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// To read.
    Read,
    /// To read and to write.
    ReadWrite,
}

/// Opens the existing regular file `path`, and never waits for it.
///
/// # Errors
/// When it can't be opened, or is something else.
pub fn open(path: &Path, links: Links, access: Access) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(access == Access::ReadWrite);
    never_wait(&mut options, links);
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(Error::other("it is no regular file")) }
}

#[cfg(unix)]
fn never_wait(options: &mut OpenOptions, links: Links) {
    use nix::fcntl::OFlag;
    use std::os::unix::fs::OpenOptionsExt;
    let mut flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    if links == Links::Refused {
        flags |= OFlag::O_NOFOLLOW;
    }
    options.custom_flags(flags.bits());
}

/// Elsewhere no pipe stands in a folder.
#[cfg(not(unix))]
fn never_wait(_: &mut OpenOptions, _: Links) {}

/// Whether the file of `metadata` is a regular one of the user who runs this program.
#[cfg(unix)]
pub fn is_own(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == nix::unistd::geteuid().as_raw()
}

/// Other systems have folders of a user's own.
#[cfg(not(unix))]
pub fn is_own(_: &std::fs::Metadata) -> bool {
    true
}

/// Whether `path` still leads to `file`, and not to another one or to none.
#[cfg(unix)]
pub fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Other systems keep the name of an open file.
#[cfg(not(unix))]
pub fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, pipe] = ["file", "link", "pipe"].map(|name| folder.path().join(name));
        std::fs::write(&file, "text").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        for access in [Access::Read, Access::ReadWrite] {
            assert!(is_at(&open(&file, Links::Refused, access).unwrap(), &file));
            assert!(open(&link, Links::Followed, access).is_ok());
            assert!(open(&link, Links::Refused, access).is_err());
            assert!(open(&pipe, Links::Followed, access).is_err());
        }
        assert!(open(folder.path(), Links::Followed, Access::Read).is_err());
    }
}
