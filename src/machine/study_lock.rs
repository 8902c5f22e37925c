//! Detects other studies on this machine: concurrent studies disturb each other.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::record::regular_file::{Access, Links, open};

/// The environment variable that sets the folder that all studies of a machine share.
pub const STUDIES_VARIABLE: &str = "BAKEOFF_STUDIES";

/// The file in it.
const NAME: &str = "bakeoff-studies.lock";

/// How often a shared lock is tried, and the time between: another study takes an exclusive one for microseconds.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(5);

/// Marks a running study: a shared lock on a file that all studies of this machine use.
///
/// Anybody may have made the file, and hold it locked: nothing here waits for it for long, and it is only read.
#[derive(Debug)]
pub struct StudyLock {
    /// `None` if the file is unavailable: other studies are then unknown.
    file: Option<File>,
}

impl StudyLock {
    /// Marks a running study from now on, for the studies of all users of this machine.
    pub fn of_this_machine() -> Self {
        StudyLock::join(&shared_folder())
    }

    /// Marks a running study from now on; all studies of this machine share `folder`.
    pub(super) fn join(folder: &Path) -> Self {
        let file = shared_file(&folder.join(NAME));
        if let Some(file) = &file {
            // If it can't be had now, others see this study after its first check.
            lock_shared(file);
        }
        StudyLock { file }
    }

    /// Whether there is no other study: only then can the lock be upgraded briefly to an exclusive one. Unknown where files can't be
    /// locked, and where somebody else keeps the lock.
    pub fn is_alone(&self) -> Option<bool> {
        let file = self.file.as_ref()?;
        // Windows calls this a failure where nothing is locked, as after a lock that could not be had.
        let _ = file.unlock();
        let alone = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(_)) => return None,
        };
        let _ = file.unlock();
        lock_shared(file).then_some(alone)
    }
}

/// The folder is one for all users, whatever the environment of each says.
fn shared_folder() -> PathBuf {
    match std::env::var_os(STUDIES_VARIABLE) {
        Some(folder) => PathBuf::from(folder),
        None if cfg!(unix) => PathBuf::from("/tmp"),
        None => std::env::temp_dir(),
    }
}

/// The file, made if it does not exist. It is opened to be read, as all users may.
fn shared_file(path: &Path) -> Option<File> {
    if let Ok(file) = open(path, Links::Refused, Access::Read) {
        return Some(file);
    }
    // If another study makes it now, it can be opened afterwards.
    if let Ok(made) = OpenOptions::new().write(true).create_new(true).open(path) {
        admit_all(&made);
    }
    open(path, Links::Refused, Access::Read).ok()
}

/// Lets all users read the file, whatever the umask says.
#[cfg(unix)]
fn admit_all(file: &File) {
    let _ = file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
}

#[cfg(not(unix))]
fn admit_all(_: &File) {}

/// Whether the shared lock could be had.
fn lock_shared(file: &File) -> bool {
    for _ in 0..TRIES {
        match file.try_lock_shared() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) => std::thread::sleep(BETWEEN),
            Err(TryLockError::Error(_)) => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn concurrent_studies_see_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let first = StudyLock::join(folder.path());
        assert_eq!(first.is_alone(), Some(true));
        let second = StudyLock::join(folder.path());
        assert_eq!((first.is_alone(), second.is_alone()), (Some(false), Some(false)));
        drop(second);
        assert_eq!(first.is_alone(), Some(true));
    }

    #[test]
    fn unavailable_lock_file_gives_unknown() {
        assert_eq!(StudyLock::join(Path::new("/no/such/folder")).is_alone(), None);
    }

    #[test]
    fn lock_that_somebody_keeps_gives_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let held = File::create(folder.path().join(NAME)).unwrap();
        held.lock().unwrap();
        let study = StudyLock::join(folder.path());
        assert_eq!(study.is_alone(), None);
        drop(held);
        assert_eq!(study.is_alone(), Some(true));
    }

    #[cfg(unix)]
    #[test]
    fn planted_pipe_or_link_gives_unknown() {
        let plant_pipe = |path: &Path| nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let plant_link = |path: &Path| std::os::unix::fs::symlink("precious", path).unwrap();
        for plant in [&plant_pipe as &dyn Fn(&Path), &plant_link] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("precious"), "precious").unwrap();
            plant(&folder.path().join(NAME));
            assert_eq!(StudyLock::join(folder.path()).is_alone(), None);
            assert_eq!(std::fs::read_to_string(folder.path().join("precious")).unwrap(), "precious");
        }
    }

    #[cfg(unix)]
    #[test]
    fn users_who_can_only_read_are_seen() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let first = StudyLock::join(folder.path());
        let path = folder.path().join(NAME);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o444)).unwrap();
        let second = StudyLock::join(folder.path());
        assert_eq!((first.is_alone(), second.is_alone()), (Some(false), Some(false)));
    }
}
