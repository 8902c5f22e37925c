//! The journal: everything that a running study has acknowledged, so that nothing is lost however the study
//! ends.
//!
//! Each line is a JSON value after its SHA-256: first the recording without launches, then one [`Entry`] for
//! each acknowledged event. A line counts only if it is complete, so a torn end loses only entries that were
//! never acknowledged. The file is locked while its study runs.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::record::save::{SaveError, sync_folder};
use crate::record::schema::{IdleCheck, Launch, Recording, Round, Stop};
use crate::record::{checksum::hash, read::LONGEST};

/// How the names of journals end.
pub const EXTENSION: &str = "journal";

/// An acknowledged event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// A launch of a workload on the native platform began: its number.
    Launch(String, u64),
    /// The same on another platform, which comes first.
    LaunchIn(String, String, u64),
    /// A round of the most recent launch.
    Round(Round),
    /// That launch ended before its last round, and why.
    Failure(String),
    /// An arm is measured no further.
    Stop(Stop),
    /// The arm of this index is measured again: it is no longer settled.
    Resume(u64),
    /// The machine was observed while nothing was measured.
    Quiet(IdleCheck),
}

impl Entry {
    /// A launch of a workload on a platform began.
    pub fn launch(workload: &str, platform: Option<&str>, number: u64) -> Self {
        match platform {
            None => Entry::Launch(workload.into(), number),
            Some(platform) => Entry::LaunchIn(platform.into(), workload.into(), number),
        }
    }
}

/// The output of a journal; tests substitute one that fails.
pub trait Device: Write {
    /// Waits until everything written is durable.
    ///
    /// # Errors
    /// When it fails.
    fn sync(&mut self) -> std::io::Result<()>;
}

impl Device for File {
    fn sync(&mut self) -> std::io::Result<()> {
        self.sync_data()
    }
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal<D = File> {
    file: D,
    path: PathBuf,
    recording: Recording,
}

impl Journal {
    /// Begins a journal of `recording`, which has no launches yet, as the new file `path`.
    ///
    /// # Errors
    /// Names the file.
    pub fn begin(path: &Path, recording: Recording) -> Result<Self> {
        let file = create(path).map_err(|why| SaveError::new(path, why))?;
        Journal::begin_on(file, path, recording)
    }
}

/// Creates and locks a file whose name is durable.
fn create(path: &Path) -> std::io::Result<File> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.lock()?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))?;
    Ok(file)
}

impl<D: Device> Journal<D> {
    fn begin_on(file: D, path: &Path, recording: Recording) -> Result<Self> {
        let mut journal = Journal { file, path: path.to_owned(), recording };
        let head = serde_json::to_string(&journal.recording)?;
        journal.append_line(&head)?;
        Ok(journal)
    }

    /// Stores `entry`, durably when this returns.
    ///
    /// # Errors
    /// Names the file.
    pub fn append(&mut self, entry: Entry) -> Result<()> {
        self.append_line(&serde_json::to_string(&entry)?)?;
        apply(&mut self.recording, entry);
        Ok(())
    }

    /// The recording so far.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the journal: its recording has been saved.
    pub fn remove(self) {
        // If removal fails, the next recovery finds the same recording saved, and removes the journal.
        let _ = std::fs::remove_file(&self.path);
    }

    fn append_line(&mut self, json: &str) -> Result<()> {
        let line = format!("{} {json}\n", hash(json.as_bytes()));
        self.write_durably(line.as_bytes()).map_err(|why| SaveError::new(&self.path, why))?;
        Ok(())
    }

    fn write_durably(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)?;
        self.file.sync()
    }
}

/// The journals in `folder` that no study is writing: those of killed studies.
pub fn abandoned(folder: &Path) -> Vec<PathBuf> {
    let mut abandoned = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension() == Some(EXTENSION.as_ref()) && is_unlocked(&path) {
            abandoned.push(path);
        }
    }
    abandoned
}

/// Whether no study writes a journal.
fn is_unlocked(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
}

/// The recording of an abandoned journal, marked partial.
///
/// # Errors
/// When not even its first line is complete.
pub fn recover(path: &Path) -> Result<Recording> {
    let mut text = Vec::new();
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    file.rewind()?;
    file.take(LONGEST).read_to_end(&mut text).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let head = lines.next().and_then(value);
    let head = head.with_context(|| format!("{} has no whole line", path.display()))?;
    let mut recording: Recording = serde_json::from_str(head)
        .with_context(|| format!("{} has another version's head", path.display()))?;
    recording.partial = true;
    for line in lines {
        let Some(json) = value(line) else { break };
        let Ok(entry) = serde_json::from_str(json) else { break };
        apply(&mut recording, entry);
    }
    Ok(recording)
}

/// The value of a line; `None` if the line is incomplete.
fn value(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (checksum, json) = line.split_once(' ')?;
    (hash(json.as_bytes()) == checksum).then_some(json)
}

fn apply(recording: &mut Recording, entry: Entry) {
    let Some(study) = &mut recording.study else { return };
    match (entry, study.launches.last_mut()) {
        (Entry::Launch(workload, number), _) => study.launches.push(Launch::begun(workload, None, number)),
        (Entry::LaunchIn(platform, workload, number), _) => {
            study.launches.push(Launch::begun(workload, Some(platform), number));
        }
        (Entry::Round(round), Some(launch)) => launch.rounds.push(round),
        (Entry::Failure(why), Some(launch)) => launch.failure = Some(why),
        (Entry::Stop(stop), _) => study.stops.push(stop),
        (Entry::Resume(arm), _) => study.stops.retain(|stop| stop.arm != arm),
        (Entry::Quiet(quiet), _) => study.idle_checks.push(quiet),
        // This program never writes this: a launch comes before its entries.
        (Entry::Round(_) | Entry::Failure(_), None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::StopReason;

    /// A journal of three launches, its text, and its content after each complete line.
    fn journal(folder: &Path) -> (PathBuf, Vec<(usize, Recording)>) {
        let whole = recording(3, 50);
        let mut empty = whole.clone();
        empty.study.as_mut().unwrap().launches.clear();
        let path = folder.join("a.journal");
        let mut journal = Journal::begin(&path, empty).unwrap();
        let mut states = vec![(len(&path), journal.recording().clone())];
        for launch in whole.study.unwrap().launches {
            for entry in [
                Entry::Launch(launch.workload.clone(), launch.number),
                Entry::Round(launch.rounds[0].clone()),
            ] {
                journal.append(entry).unwrap();
                states.push((len(&path), journal.recording().clone()));
            }
        }
        (path, states)
    }

    fn len(path: &Path) -> usize {
        usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap()
    }

    #[test]
    fn torn_journal_recovers_every_complete_line() {
        let folder = tempfile::tempdir().unwrap();
        let (path, states) = journal(folder.path());
        let text = std::fs::read(&path).unwrap();
        for cut in 0..=text.len() {
            std::fs::write(&path, &text[..cut]).unwrap();
            let kept = states.iter().rev().find(|(end, _)| *end <= cut);
            match (recover(&path), kept) {
                (Ok(found), Some((_, kept))) => {
                    assert!(found.partial);
                    assert_eq!(found.study, kept.study, "cut at {cut}");
                }
                (Err(_), None) => {}
                (found, _) => panic!("cut at {cut}: {found:?}"),
            }
        }
    }

    #[test]
    fn stops_survive_until_their_arm_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.journal");
        let mut journal = Journal::begin(&path, recording(12, 50)).unwrap();
        let stop = |arm| Stop { arm, after_launches: 12, why: StopReason::Settled };
        for entry in [Entry::Stop(stop(0)), Entry::Stop(stop(1)), Entry::Resume(0)] {
            journal.append(entry).unwrap();
        }
        assert_eq!(journal.recording().study.as_ref().unwrap().stops, [stop(1)]);
        assert_eq!(recover(&path).unwrap().study.unwrap().stops, [stop(1)]);
    }

    /// A file whose device fails after a number of writes and flushes; the failing write is torn.
    struct Dying(File, usize);

    impl Dying {
        fn lives(&mut self) -> bool {
            self.1 = self.1.saturating_sub(1);
            self.1 > 0
        }
    }

    impl Write for Dying {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.lives() {
                return self.0.write_all(bytes).map(|()| bytes.len());
            }
            self.0.write_all(&bytes[..bytes.len() / 2])?;
            Err(std::io::Error::other("the device is gone"))
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Device for Dying {
        fn sync(&mut self) -> std::io::Result<()> {
            if self.lives() { Ok(()) } else { Err(std::io::Error::other("the device is gone")) }
        }
    }

    #[test]
    fn acknowledged_entries_survive_write_failures() {
        let whole = recording(3, 50);
        let mut empty = whole.clone();
        empty.study.as_mut().unwrap().launches.clear();
        // The head, then three launches with a round each; every entry is written and flushed.
        for lives in 1..=14 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.journal");
            let device = Dying(File::create(&path).unwrap(), lives);
            let Ok(mut journal) = Journal::begin_on(device, &path, empty.clone()) else {
                assert!(lives <= 2);
                continue;
            };
            let failed = append_all(&mut journal, &whole).unwrap_err();
            assert!(format!("{failed:#}").contains("a.journal"));
            let (kept, found) = (rounds(journal.recording()), rounds(&recover(&path).unwrap()));
            assert!(found.starts_with(&kept), "{lives}");
        }
    }

    fn append_all(journal: &mut Journal<Dying>, whole: &Recording) -> Result<()> {
        for launch in &whole.study.as_ref().unwrap().launches {
            journal.append(Entry::Launch(launch.workload.clone(), launch.number))?;
            journal.append(Entry::Round(launch.rounds[0].clone()))?;
        }
        Ok(())
    }

    fn rounds(recording: &Recording) -> Vec<Round> {
        let launches = recording.study.as_ref().unwrap().launches.clone();
        launches.into_iter().flat_map(|launch| launch.rounds).collect()
    }

    #[test]
    fn journal_is_abandoned_only_after_study_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.journal");
        let journal = Journal::begin(&path, recording(1, 50)).unwrap();
        assert!(abandoned(folder.path()).is_empty());
        assert!(Journal::begin(&path, recording(1, 50)).is_err(), "another study takes another name");
        drop(journal);
        assert_eq!(abandoned(folder.path()), [path]);
    }
}
