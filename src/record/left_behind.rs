//! Files and folders that killed runs have left behind. Only what is surely this program's, and not in use, is removed.

use std::fs::{DirEntry, TryLockError, symlink_metadata};
use std::path::Path;
use std::time::Duration;

use crate::record::regular_file::{Access, Links, is_own, open};
use crate::record::save::TEMPORARY;

/// The number of random characters after [`TEMPORARY`].
const RANDOM: usize = 6;

/// A younger file may have been made just now, and not be locked yet.
const YOUNG: Duration = Duration::from_secs(600);

/// Removes the temporary files in `folder` of runs that were killed while they saved.
pub fn remove_left_behind(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_temporary(&entry) && is_abandoned(&entry.path()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn is_temporary(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let random = name.to_str().and_then(|name| name.strip_prefix(TEMPORARY)).unwrap_or_default();
    let is_ours = random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_ours
        && symlink_metadata(entry.path())
            .is_ok_and(|found| found.is_file() && is_own(&found) && is_old(&found))
}

fn is_old(metadata: &std::fs::Metadata) -> bool {
    let age = metadata.modified().ok().and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age > YOUNG)
}

/// Whether a file that its user keeps locked is locked no longer. Where locks don't work, nothing is known to be abandoned.
pub fn is_abandoned(path: &Path) -> bool {
    match open(path, Links::Refused, Access::ReadWrite) {
        Ok(file) => !matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::record::save::temporary;

    #[test]
    fn only_forgotten_temporaries_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let in_use = temporary(folder.path()).unwrap();
        let hour_ago = SystemTime::now() - Duration::from_secs(3_600);
        in_use.as_file().set_modified(hour_ago).unwrap();
        for (name, modified) in [
            (".bakeoff-Ab3dEf", hour_ago),
            (".bakeoff-young1", SystemTime::now()),
            (".bakeoff-my-notes", hour_ago),
            ("bakeoff-Ab3dEf", hour_ago),
        ] {
            let file = std::fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(modified).unwrap();
        }
        remove_left_behind(folder.path());
        let mut left = vec![in_use.path().file_name().unwrap().to_owned()];
        left.extend([".bakeoff-my-notes", ".bakeoff-young1", "bakeoff-Ab3dEf"].map(Into::into));
        left.sort();
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            found.push(entry.unwrap().file_name());
        }
        found.sort();
        assert_eq!(found, left);
    }
}
