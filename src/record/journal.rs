//! The journal: everything that a running study has acknowledged, so that nothing is lost however the study
//! ends.
//!
//! Each line is a JSON value after its SHA-256: first the recording without launches, then one [`Entry`] for
//! each acknowledged event. A line counts only if it is complete, so a torn end loses only entries that were
//! never acknowledged. The file is locked while its study runs.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::record::arrivals::ArrivalEvent;
use crate::record::checksum::hash;
use crate::record::regular_file::is_at;
use crate::record::save::{SaveError, folder, if_possible, sync_folder, with_free_name};
use crate::record::schema::{IdleCheck, Launch, MapPart, Recording, Round, SCHEMA, Stop, Study, VERSION};

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
    /// A launch in which jobs arrive over time has told something.
    Arrival(ArrivalEvent),
    /// Another part of a map is begun, to which the following entries belong.
    Part(Box<MapPart>),
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
        if_possible(self.sync_data())
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
    /// Begins a journal of `recording`, which has no launches yet, as the new file `NAME.journal` in `folder`, or under the next
    /// free name.
    ///
    /// # Errors
    /// Names the file, of which nothing remains.
    pub fn begin(folder: &Path, name: &str, recording: Recording) -> Result<Self> {
        let (path, file) = with_free_name(folder, name, EXTENSION, create)?;
        let begun = Journal::begin_on(file, &path, recording);
        if begun.is_err() {
            // It is ours, and has no whole line.
            let _ = std::fs::remove_file(&path);
        }
        begun
    }

    /// Its file, if that is still there: somebody may have removed its folder.
    pub fn path(&self) -> Option<&Path> {
        is_at(&self.file, &self.path).then_some(&self.path)
    }

    /// Removes the journal: its recording has been saved.
    pub fn remove(self) {
        // If removal fails, the next recovery finds the same recording saved, and removes the journal.
        if let Some(path) = self.path() {
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Creates and locks a file whose name is durable.
fn create(path: &Path) -> std::io::Result<File> {
    // Some network file systems lock only what can be read and written.
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    let prepared = match file.try_lock() {
        // Somebody was faster: this name is not free.
        Err(TryLockError::WouldBlock) => Err(ErrorKind::AlreadyExists.into()),
        // Without locks nobody takes this journal for an abandoned one.
        Ok(()) | Err(TryLockError::Error(_)) => sync_folder(folder(path)),
    };
    if let Err(why) = prepared {
        let _ = std::fs::remove_file(path);
        return Err(why);
    }
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

/// The recording of a journal's `text` as far as its lines are whole, marked partial; `None` if that is no journal.
pub fn recording_of(text: &[u8]) -> Option<Recording> {
    let mut lines = text.split_inclusive(|&byte| byte == b'\n');
    let mut recording: Recording = serde_json::from_str(value(lines.next()?)?).ok()?;
    if recording.schema != SCHEMA || !(1..=VERSION).contains(&recording.version) {
        return None;
    }
    recording.partial = true;
    for line in lines {
        let Some(json) = value(line) else { break };
        let Ok(entry) = serde_json::from_str(json) else { break };
        apply(&mut recording, entry);
    }
    Some(recording)
}

/// The value of a line; `None` if the line is incomplete.
fn value(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (checksum, json) = line.split_once(' ')?;
    // A recording is one long line without it, whose hash would take its time.
    (checksum.len() == 64 && hash(json.as_bytes()) == checksum).then_some(json)
}

fn apply(recording: &mut Recording, entry: Entry) {
    match entry {
        Entry::Arrival(event) => {
            if let Some(arrivals) = &mut recording.arrivals {
                arrivals.apply(event);
            }
        }
        Entry::Part(part) => {
            if let Some(map) = &mut recording.map {
                map.parts.push(*part);
            }
        }
        of_study => {
            if let Some(study) = recording.current_study_mut() {
                apply_to_study(study, of_study);
            }
        }
    }
}

fn apply_to_study(study: &mut Study, entry: Entry) {
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
        (Entry::Round(_) | Entry::Failure(_), None) | (Entry::Arrival(_) | Entry::Part(_), _) => {}
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
        let mut journal = Journal::begin(folder, "a", empty).unwrap();
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

    fn recovered(path: &Path) -> Option<Recording> {
        recording_of(&std::fs::read(path).unwrap())
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
            match (recovered(&path), kept) {
                (Some(found), Some((_, kept))) => {
                    assert!(found.partial);
                    assert_eq!(found.study, kept.study, "cut at {cut}");
                }
                (None, None) => {}
                (found, _) => panic!("cut at {cut}: {found:?}"),
            }
        }
    }

    #[test]
    fn stops_survive_until_their_arm_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.journal");
        let mut journal = Journal::begin(folder.path(), "a", recording(12, 50)).unwrap();
        let stop = |arm| Stop { arm, after_launches: 12, why: StopReason::Settled };
        for entry in [Entry::Stop(stop(0)), Entry::Stop(stop(1)), Entry::Resume(0)] {
            journal.append(entry).unwrap();
        }
        assert_eq!(journal.recording().study.as_ref().unwrap().stops, [stop(1)]);
        assert_eq!(recovered(&path).unwrap().study.unwrap().stops, [stop(1)]);
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
            let (kept, found) = (rounds(journal.recording()), rounds(&recovered(&path).unwrap()));
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
    fn concurrent_journals_take_names_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let journals = [1, 2].map(|_| Journal::begin(folder.path(), "a", recording(1, 50)).unwrap());
        let [first, second] = journals.each_ref().map(|journal| journal.path().unwrap());
        assert!(first.ends_with("a.journal") && second.ends_with("a-2.journal"), "{second:?}");
    }

    // Elsewhere the standard library does not tell which file is open.
    #[cfg(unix)]
    #[test]
    fn removed_journal_is_not_named() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::begin(folder.path(), "a", recording(1, 50)).unwrap();
        std::fs::remove_file(folder.path().join("a.journal")).unwrap();
        assert_eq!(journal.path(), None);
        std::fs::write(folder.path().join("a.journal"), "somebody else's").unwrap();
        assert_eq!(journal.path(), None);
        journal.remove();
        assert!(folder.path().join("a.journal").exists());
    }
}
