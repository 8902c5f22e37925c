//! Whether another study runs on this machine: two at once measure each other.

use std::fs::{File, OpenOptions};
use std::path::Path;

/// A study's sign that it runs: a shared lock on a file that all studies of this machine know.
#[derive(Debug)]
pub struct StudyLock {
    /// `None` where the file can't be had: then nothing is known.
    file: Option<File>,
}

impl StudyLock {
    /// Shows from now on that a study runs; `folder` is one that all studies of this machine share.
    pub fn join(folder: &Path) -> Self {
        let file =
            OpenOptions::new().create(true).append(true).open(folder.join("bakeoff-studies.lock")).ok();
        StudyLock { file: file.filter(|file| file.lock_shared().is_ok()) }
    }

    /// Whether there is no other study: only then can the lock be had alone, if only for a moment.
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
    fn each_of_two_studies_sees_the_other_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let first = StudyLock::join(folder.path());
        assert_eq!(first.is_alone(), Some(true));
        let second = StudyLock::join(folder.path());
        assert_eq!((first.is_alone(), second.is_alone()), (Some(false), Some(false)));
        drop(second);
        assert_eq!(first.is_alone(), Some(true));
    }

    #[test]
    fn where_the_file_cannot_be_had_nothing_is_known() {
        assert_eq!(StudyLock::join(Path::new("/no/such/folder")).is_alone(), None);
    }
}
