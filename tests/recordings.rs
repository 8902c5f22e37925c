//! Committed tables, charts and pages match their recordings.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

use bakeoff::internals::post::charts::charts;
use bakeoff::internals::post::splice::{PARTS, begin, end, text};
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;
use bakeoff::internals::report::formats::{Format, render};
use bakeoff::internals::report::page::page;
use bakeoff::internals::report::scaling;

/// The folders of recordings.
fn folders() -> Vec<PathBuf> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let paths = std::fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_dir()).collect()
}

/// The recordings of a folder by the names of their files, in order.
fn recordings(folder: &Path) -> Vec<(String, Recording)> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
    // In the order of scripts/record for the ledger: the first recording takes precedence.
    paths.sort_by_key(|path| (!path.ends_with("recording.json"), path.clone()));
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), read(path).unwrap())).collect()
}

#[test]
fn recordings_are_complete_and_from_clean_tree() {
    for folder in folders() {
        for (name, recording) in recordings(&folder) {
            let state = (recording.environment.dirty, recording.partial);
            assert_eq!(state, (Some(false), false), "{}/{name}", folder.display());
        }
    }
}

#[test]
fn tables_match_their_recordings() {
    for folder in folders() {
        let recordings = recordings(&folder);
        let is = |file: &str, expected: String| {
            let there = read_to_string(folder.join(file)).unwrap();
            assert!(there == expected, "{}/{file} is not what scripts/tables makes", folder.display());
        };
        for (name, recording) in &recordings {
            match name.as_str() {
                "recording.json" => is("table.txt", render(recording, Format::Table)),
                "costs.json" => is("costs.txt", render(recording, Format::Table)),
                _ => {}
            }
        }
        let swept = recordings.iter().filter(|(name, _)| name.starts_with("cores-"));
        let swept: Vec<Recording> = swept.map(|(_, recording)| recording.clone()).collect();
        if !swept.is_empty() {
            is("scaling.txt", scaling::terminal(&swept));
        }
    }
}

#[test]
fn charts_match_their_recordings() {
    for folder in folders().iter().filter(|folder| folder.join("charts").exists()) {
        let recordings: Vec<Recording> =
            recordings(folder).into_iter().map(|(_, recording)| recording).collect();
        for (name, svg) in charts(&recordings).into_iter().flatten().flat_map(|chart| chart.files()) {
            let there = read_to_string(folder.join("charts").join(&name)).unwrap();
            assert!(there == svg, "{}/charts/{name} is not what scripts/tables makes", folder.display());
        }
    }
}

/// A page without its embedded recordings, whose compression depends on the library.
fn without_data(page: &str) -> String {
    let mut parts = page.split(";base64,");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest))
}

#[test]
fn pages_match_their_recordings() {
    for folder in folders().iter().filter(|folder| folder.join("report.html").exists()) {
        let (names, recordings): (Vec<String>, Vec<Recording>) = recordings(folder).into_iter().unzip();
        let there = read_to_string(folder.join("report.html")).unwrap();
        let same = without_data(&there) == without_data(&page(&names, &recordings));
        assert!(same, "{}/report.html is not what scripts/tables makes", folder.display());
    }
}

#[test]
fn readme_images_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = read_to_string(root.join("README.md")).unwrap();
    let pictures: Vec<&str> = readme.split('"').filter(|text| text.ends_with(".svg")).collect();
    assert_eq!(pictures.len(), 6, "three in light and in dark");
    assert!(pictures.iter().all(|picture| root.join(picture).exists()), "{pictures:?}");
}

#[test]
fn readme_sections_match_result_folders() {
    let readme = read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let folders: Vec<Vec<Recording>> = folders()
        .iter()
        .map(|folder| recordings(folder).into_iter().map(|(_, recording)| recording).collect())
        .collect();
    for part in PARTS {
        let texts = folders.iter().filter_map(|recordings| text(part, recordings));
        let there: Vec<String> = texts.map(|text| format!("{}\n{text}{}", begin(part), end(part))).collect();
        assert!(
            there.iter().any(|text| readme.contains(text)),
            "{part}: make it by: bakeoff report results/.../*.json --splice README.md"
        );
    }
}
