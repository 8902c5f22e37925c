//! What is committed says what its recordings say.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use bakeoff::record::read::read;
use bakeoff::report::formats::{Format, render};
use bakeoff::report::splice::{PARTS, begin, end, text};

/// The folders of recordings.
fn folders() -> Vec<PathBuf> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let paths = std::fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_dir()).collect()
}

#[test]
fn every_recording_is_whole_of_a_clean_tree_and_has_the_table_that_is_made_of_it() {
    for folder in folders() {
        let recording = read(&folder.join("recording.json")).unwrap();
        assert_eq!(
            (recording.environment.dirty, recording.partial),
            (Some(false), false),
            "{}",
            folder.display()
        );
        let table = read_to_string(folder.join("table.txt")).unwrap();
        assert_eq!(table, render(&recording, Format::Table), "{}", folder.display());
    }
}

#[test]
fn each_part_of_the_readme_is_that_of_a_recording() {
    let readme = read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let recordings: Vec<_> =
        folders().iter().map(|folder| read(&folder.join("recording.json")).unwrap()).collect();
    for part in PARTS {
        let texts = recordings.iter().filter_map(|recording| text(part, recording));
        let there: Vec<String> = texts.map(|text| format!("{}\n{text}{}", begin(part), end(part))).collect();
        assert!(
            there.iter().any(|text| readme.contains(text)),
            "{part}: make it by: bakeoff report results/.../recording.json --splice README.md"
        );
    }
}
