//! A folder for the files of a run, in a folder that others may share: nobody else can have made it, read it or write in it.

use std::fs::{self, DirEntry, File, OpenOptions};
use std::io::Result;
use std::path::{Path, PathBuf};

use crate::record::left_behind::is_abandoned;
use crate::record::regular_file::is_own;
use crate::record::save::without_path;

/// Held open and locked while its folder is in use, to distinguish the folders of killed runs from others.
const LOCK: &str = "in-use";

/// The folder, which is removed on drop.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
    /// Unlocked by closing; taken on drop.
    lock: Option<File>,
}

impl Scratch {
    /// A new folder inside `place`, whose name begins with `prefix`; removes those of killed runs.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn new(place: &Path, prefix: &str) -> Result<Self> {
        remove_abandoned(place, prefix);
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.prefix(prefix).tempdir_in(place).map_err(without_path)?;
        let lock = lock_in(folder.path())?;
        Ok(Scratch { path: folder.keep(), lock: Some(lock) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Some systems remove no folder with an open file.
        self.lock.take();
        // The next one in the same place removes what can't be removed now.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// A locked file of the name [`LOCK`] in `folder`, which nobody sees before it is locked.
fn lock_in(folder: &Path) -> Result<File> {
    let new = folder.join("new-lock");
    let lock = OpenOptions::new().read(true).write(true).create_new(true).open(&new)?;
    // Where it can't be locked, it is not recognised as abandoned either.
    let _ = lock.try_lock();
    fs::rename(&new, folder.join(LOCK))?;
    Ok(lock)
}

/// Removes the folders in `place` that are this user's and have an unlocked lock file.
fn remove_abandoned(place: &Path, prefix: &str) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        if is_own_folder(&entry, prefix) && is_abandoned(&entry.path().join(LOCK)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_own_folder(entry: &DirEntry, prefix: &str) -> bool {
    let has_name = entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes());
    // Of a link, these are the link's own.
    has_name && entry.metadata().is_ok_and(|found| found.is_dir() && is_own(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = "bakeoff-test-";

    #[test]
    fn only_abandoned_folders_are_removed() {
        let place = tempfile::tempdir().unwrap();
        let [abandoned, foreign] = ["1-0", "notes"].map(|name| place.path().join(format!("{PREFIX}{name}")));
        for folder in [&abandoned, &foreign] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(abandoned.join(LOCK), "").unwrap();
        let folders = [1, 2].map(|_| Scratch::new(place.path(), PREFIX).unwrap());
        assert!(!abandoned.exists(), "nobody holds its lock");
        assert!(foreign.exists(), "it has no lock: it is not ours");
        let paths = folders.each_ref().map(|folder| folder.path().to_owned());
        assert!(paths.iter().all(|path| path.exists()), "two folders do not disturb each other");
        drop(folders);
        assert!(paths.iter().all(|path| !path.exists()));
    }

    #[cfg(unix)]
    #[test]
    fn planted_locks_are_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let place = tempfile::tempdir().unwrap();
        let victim = place.path().join("victim");
        fs::create_dir(&victim).unwrap();
        fs::write(victim.join(LOCK), "precious").unwrap();
        let [linked, with_link, with_pipe] =
            ["1", "2", "3"].map(|name| place.path().join(format!("{PREFIX}{name}")));
        symlink(&victim, &linked).unwrap();
        for folder in [&with_link, &with_pipe] {
            fs::create_dir(folder).unwrap();
        }
        symlink(victim.join(LOCK), with_link.join(LOCK)).unwrap();
        nix::unistd::mkfifo(&with_pipe.join(LOCK), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let folder = Scratch::new(place.path(), PREFIX).unwrap();
        assert_eq!(fs::read_to_string(victim.join(LOCK)).unwrap(), "precious");
        assert!(linked.is_symlink() && with_link.exists() && with_pipe.exists());
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
