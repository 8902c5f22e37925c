//! Committed recordings give the numbers and verdicts that they gave before, and the README shows theirs.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs::read_to_string;
use std::path::{Path, PathBuf};
use std::process::Command;

use bakeoff::internals::analysis::analysed::Analysed;
use bakeoff::internals::post::splice::{Part, begin, end, text};
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;
use regex::Regex;
use serde_json::{Map, Value, json};

/// The folders of recordings.
fn folders() -> Vec<PathBuf> {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let paths = std::fs::read_dir(results).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Those whose numbers are kept: a folder for each version of the format and each kind of recording.
fn kept_folders() -> Vec<PathBuf> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut folders = folders();
    folders.retain(|folder| kept.join(folder.file_name().unwrap()).with_extension("json").exists());
    assert_eq!(folders.len(), 5, "each kept file has a folder of recordings");
    folders
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

/// What is kept of each table that the program prints as JSON, by its keys there.
const COLUMNS: [(&str, &str); 7] = [
    ("cells", "workload cell verdict launches in_flight wall_ns speedup speedup_low speedup_high cpu_ratio"),
    ("costs", "what model of unit value low high"),
    (
        "arrivals",
        "workload model load_percent state capacity_per_s rate_per_s offered completed mean_ns p50_ns p99_ns ideal_p50_ns ideal_p99_ns mean_over_ideal mean_over_ideal_low mean_over_ideal_high p99_over_ideal wait_over_ideal",
    ),
    ("evidence", "jobs model concurrent parallel threads processes"),
    ("stories", "story arrangement model wall_ns law_s second_ns"),
    (
        "scaling",
        "workload cell cores speedup speedup_low speedup_high efficiency efficiency_low efficiency_high",
    ),
    ("compare", "cell recording change ratio ratio_low ratio_high speedup speedup_low speedup_high time"),
];

/// What the program prints as JSON; paths are relative to the package.
fn printed(subcommand: &str, args: &[String]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bakeoff"));
    command.arg(subcommand).args(args).args(["--format", "json"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// The rows of a table of [`COLUMNS`], without the names of its columns.
fn rows(name: &str, table: &Value) -> Value {
    let (_, columns) = COLUMNS.iter().find(|(key, _)| *key == name).unwrap();
    let mut rows = Vec::new();
    for row in table.as_array().unwrap() {
        rows.push(columns.split(' ').map(|column| row[column].clone()).collect::<Value>());
    }
    Value::Array(rows)
}

/// The numbers of a sentence, which may be reworded.
fn numbers(sentence: &Value) -> Vec<Value> {
    let number = Regex::new(r"[0-9]+(\.[0-9]+)?").unwrap();
    let sentence = sentence.as_str().unwrap().replace(',', "");
    number.find_iter(&sentence).map(|digits| digits.as_str().parse::<f64>().unwrap().into()).collect()
}

/// Missing verdicts, warnings and tables of a recording, added to `tables` under the name of its file.
fn add_report(tables: &mut Map<String, Value>, file: &str) {
    let report = printed("report", &[file.to_owned()]);
    let stem = Path::new(file).file_stem().unwrap().to_str().unwrap();
    let warnings = report["warnings"].as_array().unwrap().iter().map(numbers);
    tables.insert(format!("{stem} no verdict"), report["no_verdict"].clone());
    tables.insert(format!("{stem} warnings"), warnings.collect());
    for name in ["cells", "costs", "evidence", "stories"] {
        if report[name].as_array().is_some_and(|table| !table.is_empty()) {
            tables.insert(format!("{stem} {name}"), rows(name, &report[name]));
        }
    }
}

/// Each claim's verdict word, and for each of its cases whether it holds and its numbers.
fn claims(files: &[String]) -> Value {
    let mut sources = Vec::new();
    for file in files {
        sources.extend(["--from".to_owned(), file.clone()]);
    }
    let mut claims = Vec::new();
    for claim in printed("claims", &sources).as_array().unwrap() {
        let mut cases = Vec::new();
        for case in claim["cases"].as_array().unwrap() {
            let mut row = vec![case["holds"].clone()];
            row.extend(numbers(&case["numbers"]));
            cases.push(row);
        }
        claims.push(json!([claim["id"], claim["verdict"], cases]));
    }
    Value::Array(claims)
}

/// Adds every difference between two values to `found`; numbers are kept with ten digits.
fn differences(at: &str, kept: &Value, now: &Value, found: &mut Vec<String>) {
    let same = match (kept, now) {
        (Value::Array(kept), Value::Array(now)) if kept.len() == now.len() => {
            for (index, (kept, now)) in kept.iter().zip(now).enumerate() {
                differences(&format!("{at}, {index}"), kept, now, found);
            }
            true
        }
        (Value::Object(kept), Value::Object(now)) if kept.keys().eq(now.keys()) => {
            for (name, kept) in kept {
                differences(name, kept, &now[name], found);
            }
            true
        }
        (Value::Number(kept), Value::Number(now)) => {
            let (kept, now) = (kept.as_f64().unwrap(), now.as_f64().unwrap());
            (kept - now).abs() <= 1e-9 * kept.abs()
        }
        _ => kept == now,
    };
    if !same {
        found.push(format!("{at}: {now} instead of {kept}"));
    }
}

/// Asserts that `now` is what version 0.1.0 printed, which is kept in `tests/recordings`.
fn assert_as_kept(name: &str, now: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings").join(format!("{name}.json"));
    let kept: Value = serde_json::from_str(&read_to_string(path).unwrap()).unwrap();
    let mut found = Vec::new();
    differences(name, &kept, now, &mut found);
    assert!(found.is_empty(), "{name}: {} differences\n{}", found.len(), found.join("\n"));
}

#[test]
fn old_recordings_give_the_same_numbers() {
    for folder in kept_folders() {
        let name = folder.file_name().unwrap().to_str().unwrap();
        let names = recordings(&folder).into_iter().map(|(file, _)| format!("results/{name}/{file}"));
        let files: Vec<String> = names.collect();
        let mut tables = Map::new();
        for file in &files {
            add_report(&mut tables, file);
        }
        tables.insert("claims".into(), claims(&files));
        let swept: Vec<String> = files.into_iter().filter(|file| file.contains("/cores-")).collect();
        if !swept.is_empty() {
            tables.insert("scaling".into(), rows("scaling", &printed("scaling", &swept)));
        }
        assert_as_kept(name, &Value::Object(tables));
    }
}

#[test]
fn recorded_arrivals_give_the_same_numbers() {
    let report = printed("report", &["results/2026-11-27-cloud-vm-arrivals-2c/arrivals.json".into()]);
    assert_as_kept("arrivals", &json!({ "arrivals": rows("arrivals", &report["arrivals"]) }));
}

#[test]
fn old_recordings_compare_as_before() {
    let mut files = Vec::new();
    for folder in kept_folders() {
        files.push(format!("results/{}/recording.json", folder.file_name().unwrap().to_str().unwrap()));
    }
    let now = json!({ "compare": rows("compare", &printed("compare", &files)) });
    assert_as_kept("compare", &now);
}

#[test]
fn readme_images_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = read_to_string(root.join("README.md")).unwrap();
    let pictures: Vec<&str> = readme.split('"').filter(|text| text.ends_with(".svg")).collect();
    assert!(pictures.len() >= 4, "for wide and narrow screens, in light and in dark: {pictures:?}");
    assert!(pictures.iter().all(|picture| root.join(picture).exists()), "{pictures:?}");
}

#[test]
fn readme_sections_match_result_folders() {
    let readme = read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let folders: Vec<Vec<Recording>> = folders()
        .iter()
        .map(|folder| recordings(folder).into_iter().map(|(_, recording)| recording).collect())
        .collect();
    for part in Part::ALL {
        let texts = folders.iter().filter_map(|recordings| text(part, &Analysed::all(recordings)));
        let there: Vec<String> = texts.map(|text| format!("{}\n{text}{}", begin(part), end(part))).collect();
        assert!(
            there.iter().any(|text| readme.contains(text)),
            "{part:?}: make it by: bakeoff report results/.../recording.json OTHERS.. --splice README.md"
        );
    }
}
