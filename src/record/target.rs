//! What a name leads to that the user has given for a file to be written.

use std::fs::{File, OpenOptions, read_link, symlink_metadata};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use crate::record::left_behind::remove_left_behind;
use crate::record::save::{SaveError, folder, replace, temporary, write_new};

/// What a name leads to, symbolic links followed.
#[derive(Debug)]
pub enum Target {
    /// Nothing yet: a new file.
    New(PathBuf),
    /// A regular file.
    File(PathBuf),
    /// A pipe or a device, opened: it is written into, and keeps its name.
    Stream(PathBuf, File),
}

/// How many links are followed before they are taken for a circle, as systems have it.
const LINKS: usize = 40;

/// How often a pipe is tried that nobody reads yet, and the time between.
const TRIES: u32 = 40;
const BETWEEN: Duration = Duration::from_millis(25);

impl Target {
    /// What `path` leads to; a pipe or a device is opened.
    ///
    /// # Errors
    /// When it is a folder or a disk, when links lead in a circle, or when nobody reads the pipe.
    pub fn of(path: &Path) -> Result<Self> {
        // What this process has open is written into, whatever it is: a name of its own may not exist.
        if is_own_descriptor(path) {
            return Ok(Target::Stream(path.to_owned(), open_stream(path)?));
        }
        let path = resolved(path)?;
        match symlink_metadata(&path) {
            Ok(found) if found.is_file() => Ok(Target::File(path)),
            Ok(found) if found.is_dir() => Err(Error::new(ErrorKind::IsADirectory, "it is a folder")),
            Ok(found) if is_disk(&found) => Err(Error::other("it is a disk")),
            Ok(_) => open_stream(&path).map(|file| Target::Stream(path, file)),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(Target::New(path)),
            Err(why) => Err(why),
        }
    }

    /// Tries whether a file can be written there, and removes what killed runs have left beside it.
    ///
    /// # Errors
    /// When its folder takes no file.
    pub fn try_out(&self) -> Result<()> {
        match self {
            Target::New(path) | Target::File(path) => {
                remove_left_behind(folder(path));
                temporary(folder(path)).map(drop)
            }
            Target::Stream(..) => Ok(()),
        }
    }

    /// Writes `contents`: a file has all of them or is as before.
    ///
    /// # Errors
    /// Names the file.
    pub fn write(&mut self, contents: &[u8]) -> std::result::Result<(), SaveError> {
        match self {
            Target::New(path) => write_new(path, contents),
            Target::File(path) => replace(path, contents),
            Target::Stream(path, file) => match file.write_all(contents) {
                // A reader may have seen enough.
                Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(SaveError::new(path, why)),
                _ => Ok(()),
            },
        }
    }

    /// The name that it leads to.
    pub fn path(&self) -> &Path {
        match self {
            Target::New(path) | Target::File(path) | Target::Stream(path, _) => path,
        }
    }
}

/// Whether `path` names something that this process has open, as `/dev/stdout` and `/dev/fd/63` do.
pub fn is_own_descriptor(path: &Path) -> bool {
    let mut parts = Vec::new();
    for part in path.components() {
        if let Component::Normal(part) = part {
            parts.push(part.to_str().unwrap_or_default());
        }
    }
    let is_named = matches!(
        parts[..],
        ["dev", "stdin" | "stdout" | "stderr"] | ["dev", "fd", _] | ["proc", "self" | "thread-self", "fd", _]
    );
    cfg!(unix) && path.has_root() && is_named
}

/// `path` with its last part followed while that is a link, whether or not the end of the links exists.
///
/// # Errors
/// When they lead in a circle.
pub fn resolved(path: &Path) -> Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match read_link(&path) {
            Ok(to) => path = folder(&path).join(to),
            Err(_) => return Ok(path),
        }
    }
    Err(Error::other("its links lead in a circle"))
}

/// Opens a pipe or a device to be written into, after what is there.
fn open_stream(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.append(true);
    for _ in 0..TRIES {
        match open_unless_unread(path, &options) {
            Ok(Some(file)) => return Ok(file),
            Ok(None) => std::thread::sleep(BETWEEN),
            Err(why) => return Err(why),
        }
    }
    Err(Error::other("nobody reads this pipe"))
}

/// Opens a stream that blocks when it is written; `None` while it is a pipe that nobody reads, which opening would wait for.
#[cfg(unix)]
fn open_unless_unread(path: &Path, options: &OpenOptions) -> Result<Option<File>> {
    use nix::{errno::Errno, fcntl::OFlag};
    use std::os::unix::fs::OpenOptionsExt;
    let mut trial = options.clone();
    trial.custom_flags((OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits());
    match trial.open(path) {
        // While the trial is open, nothing makes the second opening wait.
        Ok(_trial) => options.open(path).map(Some),
        Err(why) if why.raw_os_error() == Some(Errno::ENXIO as i32) => Ok(None),
        Err(why) => Err(why),
    }
}

#[cfg(not(unix))]
fn open_unless_unread(path: &Path, options: &OpenOptions) -> Result<Option<File>> {
    options.open(path).map(Some)
}

#[cfg(unix)]
fn is_disk(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_block_device(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_disk(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_to_their_end() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        std::fs::create_dir(place("deep")).unwrap();
        std::fs::write(place("deep/real"), "old").unwrap();
        for (link, to) in [("one", "two"), ("two", "deep/real"), ("no", "deep/new"), ("a", "b"), ("b", "a")] {
            symlink(to, place(link)).unwrap();
        }
        Target::of(&place("one")).unwrap().write(b"new").unwrap();
        Target::of(&place("no")).unwrap().write(b"first").unwrap();
        let text = |name| std::fs::read_to_string(place(name)).unwrap();
        assert_eq!((text("deep/real"), text("deep/new")), ("new".into(), "first".into()));
        assert!(["one", "two", "no"].iter().all(|link| place(link).is_symlink()));
        assert!(Target::of(&place("a")).unwrap_err().to_string().contains("circle"));
        assert!(Target::of(folder.path()).unwrap_err().to_string().contains("folder"));
    }

    #[test]
    fn pipes_and_devices_are_written_into() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let unread = Target::of(&pipe).unwrap_err().to_string();
        assert!(unread.contains("nobody reads"), "{unread}");
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read_to_string(pipe).unwrap()
        });
        Target::of(&pipe).unwrap().write(b"page").unwrap();
        assert_eq!(reader.join().unwrap(), "page");
        assert!(!pipe.is_file());
        Target::of(Path::new("/dev/null")).unwrap().write(b"page").unwrap();
        assert!(!Path::new("/dev/null").is_file());
    }

    #[test]
    fn own_descriptors_are_known_by_name() {
        for own in ["/dev/fd/63", "/dev/stdout", "/proc/self/fd/1"] {
            assert!(is_own_descriptor(Path::new(own)), "{own}");
        }
        for other in ["dev/stdout", "/dev/null", "/home/dev/fd/1", "page.html"] {
            assert!(!is_own_descriptor(Path::new(other)), "{other}");
        }
    }
}
