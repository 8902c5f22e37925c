//! Detects other studies on this machine: concurrent studies disturb each other.

use std::fs::{File, OpenOptions};
use std::path::Path;

/// Marks a running study: a shared lock on a file that all studies of this machine use.
#[derive(Debug)]
pub struct StudyLock {
    /// `None` if the file is unavailable: other studies are then unknown.
    file: Option<File>,
}

impl StudyLock {
    /// Marks a running study from now on; all studies of this machine share `folder`.
    pub fn join(folder: &Path) -> Self {
        let file =
            OpenOptions::new().create(true).append(true).open(folder.join("bakeoff-studies.lock")).ok();
        StudyLock { file: file.filter(|file| file.lock_shared().is_ok()) }
    }

    /// Whether there is no other study: only then can the lock be upgraded briefly to an exclusive one.
    pub fn is_alone(&self) -> Option<bool> {
        let file = self.file.as_ref()?;
        file.unlock().ok()?;
        let alone = file.try_lock().is_ok();
        file.unlock().and_then(|()| file.lock_shared()).ok()?;
        Some(alone)
    }
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
}
