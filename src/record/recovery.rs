//! Recovers what killed studies have left in their journals.
//!
//! A file is a journal of this program if its name is one that studies give, if it is a regular file, and if its first line is
//! that of a journal. Nothing else is touched, nor is a journal of another user, or one whose study may still be running.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::record::journal::{EXTENSION, recording_of};
use crate::record::read::{LONGEST, read};
use crate::record::regular_file::{Access, Links, is_at, is_own, open};
use crate::record::save::{SaveError, save_as};
use crate::record::schema::Recording;

/// What became of an abandoned journal.
#[derive(Debug)]
pub enum Recovered {
    /// Its recording is in this file now.
    Saved(PathBuf),
    /// It has no recording, and is left alone.
    Unreadable(PathBuf),
    /// It can't be told whether its study still runs: it is left alone.
    Unlockable(PathBuf),
    /// Its recording could not be saved, and is still in it.
    NotSaved(SaveError),
}

impl fmt::Display for Recovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recovered::Saved(path) => {
                write!(f, "a study was ended before it was saved; what it kept is in {}", path.display())
            }
            Recovered::Unreadable(path) => {
                write!(f, "{} is no journal that this version can read, and is left alone", path.display())
            }
            Recovered::Unlockable(path) => {
                let path = path.display();
                write!(
                    f,
                    "{path} is of a study that runs or was ended, which can't be told where files can't be locked; bakeoff \
                     report {path} shows it"
                )
            }
            Recovered::NotSaved(why) => write!(f, "a study was ended before it was saved, and {why}"),
        }
    }
}

/// Recovers the recordings of all abandoned journals in `folder`.
pub fn recover_all(folder: &Path) -> Vec<Recovered> {
    let mut recovered = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().and_then(study_of).is_some() {
            recovered.extend(recover_if_abandoned(&entry.path()));
        }
    }
    recovered
}

/// The name of the study whose journal has this file name, if studies give such names: `study-SECONDS-PROCESS`, with `arrivals` or `map`
/// in place of `study`, or `cores-CORES`, and a number after it where that name was taken.
fn study_of(file_name: &str) -> Option<&str> {
    let name = file_name.strip_suffix(EXTENSION)?.strip_suffix('.')?;
    let mut parts = name.split('-');
    let numbers = match parts.next()? {
        "study" | "arrivals" | "map" => 2..=3,
        "cores" => 1..=2,
        _ => return None,
    };
    let mut found = 0;
    for part in parts {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        found += if is_number { 1 } else { return None };
    }
    numbers.contains(&found).then_some(name)
}

fn recover_if_abandoned(path: &Path) -> Option<Recovered> {
    // Some systems give a lock that excludes others only for writing.
    let mut file = open(path, Links::Refused, Access::ReadWrite).ok()?;
    if !file.metadata().is_ok_and(|found| is_own(&found)) {
        // The first of all users could take those of others.
        return None;
    }
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return None,
        Err(TryLockError::Error(_)) => {
            return recording_in(&mut file).is_ok().then(|| Recovered::Unlockable(path.to_owned()));
        }
    }
    // Another process may have recovered it meanwhile. From here on the lock keeps others away.
    if !is_at(&file, path) || file.metadata().is_ok_and(|found| found.len() == 0) {
        return None;
    }
    let Ok(recording) = recording_in(&mut file) else { return Some(Recovered::Unreadable(path.to_owned())) };
    if is_saved(&recording, path) {
        let _ = std::fs::remove_file(path);
        return None;
    }
    let (folder, name) = (path.parent()?, path.file_stem()?.to_str()?);
    match save_as(&recording, folder, name, "recovered.json") {
        Ok(saved) => {
            let _ = std::fs::remove_file(path);
            Some(Recovered::Saved(saved))
        }
        Err(why) => Some(Recovered::NotSaved(why.kept_in(Some(path)))),
    }
}

/// Whether the journal `path` was saved, and its study killed before it removed the journal.
fn is_saved(recording: &Recording, path: &Path) -> bool {
    ["json", "recovered.json"].iter().any(|ending| {
        read(&path.with_extension(ending)).is_ok_and(|saved| has_same_measurements(&saved, recording))
    })
}

fn has_same_measurements(one: &Recording, other: &Recording) -> bool {
    one.study == other.study && one.arrivals == other.arrivals && one.map == other.map
}

fn recording_in(file: &mut File) -> Result<Recording> {
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text)?;
    let recording = recording_of(&text).context("it has no whole first line")?;
    recording.check().map_err(anyhow::Error::msg)?;
    Ok(recording)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::journal::{Entry, Journal};
    use crate::record::read::tests::recording;
    use crate::record::save::save;

    /// A journal of a study that is running, and its recording.
    fn journal(folder: &Path, name: &str) -> (Journal, Recording) {
        let mut begun = recording(1, 50);
        let launch = begun.study.as_mut().unwrap().launches.remove(0);
        let mut journal = Journal::begin(folder, name, begun).unwrap();
        journal.append(Entry::Launch(launch.workload, launch.number)).unwrap();
        journal.append(Entry::Round(launch.rounds[0].clone())).unwrap();
        let recording = Recording { partial: true, ..journal.recording().clone() };
        (journal, recording)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn journal_is_recovered_only_after_study_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (running, expected) = journal(folder.path(), "study-1-2");
        assert!(recover_all(folder.path()).is_empty());
        drop(running);
        let [Recovered::Saved(path)] = &recover_all(folder.path())[..] else { panic!("one is recovered") };
        assert_eq!(read(path).unwrap(), expected);
        assert_eq!(names(folder.path()), ["study-1-2.recovered.json"]);
    }

    #[test]
    fn study_killed_twice_leaves_two_recordings() {
        let folder = tempfile::tempdir().unwrap();
        for files in
            [&["cores-1.recovered.json"][..], &["cores-1-2.recovered.json", "cores-1.recovered.json"]]
        {
            let (mut killed, _) = journal(folder.path(), "cores-1");
            killed.append(Entry::Failure(format!("{} files", files.len()))).unwrap();
            drop(killed);
            assert!(matches!(recover_all(folder.path())[..], [Recovered::Saved(_)]));
            assert_eq!(names(folder.path()), files);
        }
    }

    #[test]
    fn saved_study_is_not_recovered_again() {
        for ending in ["json", "recovered.json"] {
            let folder = tempfile::tempdir().unwrap();
            let (killed, recording) = journal(folder.path(), "study-1-2");
            drop(killed);
            save(&recording, &folder.path().join("study-1-2").with_extension(ending)).unwrap();
            assert!(recover_all(folder.path()).is_empty());
            assert_eq!(names(folder.path()), [format!("study-1-2.{ending}")]);
        }
    }

    #[test]
    fn foreign_files_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(journal(folder.path(), "study-1-2"));
        let line = std::fs::read(folder.path().join("study-1-2.journal")).unwrap();
        std::fs::remove_file(folder.path().join("study-1-2.journal")).unwrap();
        for name in
            ["ledger.journal", "study-1.journal", "study-1-x.journal", "cores-.journal", "cores-1.unreadable"]
        {
            std::fs::write(folder.path().join(name), &line).unwrap();
        }
        std::fs::write(folder.path().join("cores-2.journal"), "2026-01-01 opening\n").unwrap();
        std::fs::write(folder.path().join("cores-3.journal"), "").unwrap();
        std::fs::create_dir(folder.path().join("cores-4.journal")).unwrap();
        #[cfg(unix)]
        {
            let pipe = folder.path().join("cores-5.journal");
            nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
            std::os::unix::fs::symlink("ledger.journal", folder.path().join("cores-6.journal")).unwrap();
        }
        let before = names(folder.path());
        let [Recovered::Unreadable(path)] = &recover_all(folder.path())[..] else { panic!("one is told") };
        assert!(path.ends_with("cores-2.journal"));
        assert_eq!(names(folder.path()), before);
        assert_eq!(std::fs::read_to_string(path).unwrap(), "2026-01-01 opening\n");
    }

    #[test]
    fn journal_of_another_study_is_recovered_once() {
        let folder = tempfile::tempdir().unwrap();
        for process in 0..8 {
            drop(journal(folder.path(), &format!("study-1-{process}")));
        }
        let saved = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let recovered = recover_all(folder.path());
                    assert!(recovered.iter().all(|it| matches!(it, Recovered::Saved(_))), "{recovered:?}");
                    saved.fetch_add(recovered.len(), std::sync::atomic::Ordering::Relaxed);
                });
            }
        });
        assert_eq!((saved.into_inner(), names(folder.path()).len()), (8, 8));
    }
}
