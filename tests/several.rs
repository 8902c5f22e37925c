//! Several recordings, as compared by users, and the exit codes for scripts.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::Command;

use bakeoff::internals::record::read::read;
use bakeoff::internals::record::save::save;
use bakeoff::internals::record::schema::Recording;

fn bakeoff(command: &str, files: &[&Path], options: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bakeoff"))
        .arg(command)
        .args(files)
        .args(options)
        .env("COLUMNS", "200")
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code(), said)
}

/// A committed recording of a quiet study.
fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("results/2026-11-23-cloud-vm-2c/recording.json")
}

/// That recording after `change`, in a separate file.
fn changed(folder: &Path, name: &str, change: impl FnOnce(&mut Recording)) -> PathBuf {
    let mut recording = read(&committed()).unwrap();
    change(&mut recording);
    let path = folder.join(name);
    save(&recording, &path).unwrap();
    path
}

/// Makes a cell take `percent` of its time in every sample.
fn take(recording: &mut Recording, id: &str, percent: u64) {
    let study = recording.study.as_mut().unwrap();
    let arm = study.arms.iter().position(|arm| arm.id == id).unwrap() as u64;
    let rounds = study.launches.iter_mut().flat_map(|launch| &mut launch.rounds);
    for sample in rounds.flat_map(|round| &mut round.samples).filter(|sample| sample.arm == arm) {
        sample.wall_ns = NonZeroU64::new(sample.wall_ns.get() * percent / 100).unwrap();
    }
}

/// The line that counts the cells of the second recording, by word.
fn counts(said: &str) -> &str {
    said.lines().find(|line| line.starts_with("B: ") && line.ends_with(" cells")).unwrap_or(said)
}

#[test]
fn compare_reports_only_slowed_cells() {
    let folder = tempfile::tempdir().unwrap();
    let original = committed();
    let (code, said) = bakeoff("compare", &[&original, &original], &["--fail-on", "slower"]);
    assert!(code == Some(0) && counts(&said).starts_with("B: 0 faster, 0 slower, "), "{said}");
    assert!(said.contains(" 10 baseline, of 118 cells"), "{said}");
    let slower = changed(folder.path(), "slower.json", |it| {
        take(it, "hash/crossbeam/cores", 120);
        take(it, "sleep/rayon/jobs", 110);
        take(it, "cake/tokio-one/jobs", 110);
    });
    let (code, said) = bakeoff("compare", &[&original, &slower], &["--fail-on", "slower"]);
    assert!(code == Some(7) && counts(&said).starts_with("B: 0 faster, 3 slower, "), "{said}");
    for cell in ["hash/crossbeam/cores", "sleep/rayon/jobs", "cake/tokio-one/jobs"] {
        assert!(said.lines().any(|line| line.contains(cell) && line.contains("SLOWER")), "{said}");
    }
    let moved = changed(folder.path(), "moved.json", |it| {
        take(it, "hash/crossbeam/cores", 120);
        it.environment.memory_bytes = it.environment.memory_bytes.map(|bytes| bytes + 300 * 4096);
    });
    let (code, said) = bakeoff("compare", &[&original, &moved], &["--fail-on", "slower"]);
    assert_eq!((code, said.matches("SLOWER").count()), (Some(7), 1), "{said}");
}

#[test]
fn studies_of_one_machine_differ_in_no_word() {
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    let [one, two, three, four] =
        ["23-cloud-vm-2c", "23-cloud-vm-ledger-2c", "23-cloud-vm-sweep-2c", "25-cloud-vm-python-2c"]
            .map(|folder| results.join(format!("2026-11-{folder}/recording.json")));
    let studies = [one, two, results.join("2026-11-23-cloud-vm-sweep-2c/cores-2.json"), three, four];
    for (at, first) in studies.iter().enumerate() {
        for second in &studies[at + 1..] {
            let (code, said) = bakeoff("compare", &[first, second], &["--fail-on", "slower"]);
            let counts = counts(&said);
            assert!(code == Some(0) && counts.starts_with("B: 0 faster, 0 slower, "), "{counts}");
        }
    }
}

/// The file of a changed recording, what is said of it, and the change.
type Change = (&'static str, &'static str, fn(&mut Recording));

#[test]
fn comparison_that_judged_nothing_has_not_passed() {
    let folder = tempfile::tempdir().unwrap();
    let original = committed();
    let changes: [Change; 4] = [
        ("machine.json", "processor differs", |it| it.environment.cpu_model = Some("another".into())),
        ("unknown.json", "can't tell whether", |it| it.environment.physical_cores = None),
        ("busy.json", "no cell of it was judged", |it| it.environment.quota_millicores = Some(500)),
        ("quick.json", "no cell of it was judged", |it| {
            let study = it.study.as_mut().unwrap();
            study.launches_asked = 3.try_into().unwrap();
            study.launches.retain(|launch| launch.number < 3);
        }),
    ];
    for (name, why, change) in changes {
        let other = changed(folder.path(), name, change);
        assert_eq!(bakeoff("compare", &[&original, &other], &[]).0, Some(0), "{name}");
        let (code, said) = bakeoff("compare", &[&original, &other], &["--fail-on", "slower"]);
        assert!(code == Some(6) && said.contains(why) && said.contains(name), "{said}");
        assert!(said.contains("speedup over sequential"), "the table comes first: {said}");
    }
}

#[test]
fn failed_and_vanished_cells_fail_the_comparison() {
    let folder = tempfile::tempdir().unwrap();
    let original = committed();
    let failed = changed(folder.path(), "failed.json", |it| {
        let launches = &mut it.study.as_mut().unwrap().launches;
        for launch in launches.iter_mut().filter(|launch| launch.workload == "hash") {
            launch.rounds.clear();
            launch.failure = Some("the launch failed: (signal: 6)".into());
        }
    });
    let (code, said) = bakeoff("compare", &[&original, &failed], &["--fail-on", "slower"]);
    assert!(code == Some(7) && counts(&said).contains(", 10 failed, "), "{said}");
    let gone = changed(folder.path(), "gone.json", |it| {
        let study = it.study.as_mut().unwrap();
        *study = study.of_workloads(|workload| workload.name == "noop");
    });
    let (code, said) = bakeoff("compare", &[&original, &gone], &["--fail-on", "slower"]);
    assert!(code == Some(7) && counts(&said).contains(", 108 not measured any more, "), "{said}");
    assert_eq!(bakeoff("compare", &[&gone, &original], &["--fail-on", "slower"]).0, Some(0), "new cells");
}

#[test]
fn only_another_revision_is_incomparable() {
    let folder = tempfile::tempdir().unwrap();
    let original = committed();
    // `save` describes itself by how the system flushes a file.
    let reworded = changed(folder.path(), "reworded.json", |it| {
        let workloads = &mut it.study.as_mut().unwrap().workloads;
        let save = workloads.iter_mut().find(|workload| workload.name == "save").unwrap();
        save.about = "writes 4 KiB to a new file and flushes it by F_FULLFSYNC".into();
        save.definition = Some("ab".repeat(32));
    });
    let (code, said) = bakeoff("compare", &[&original, &reworded], &[]);
    assert!(code == Some(0) && said.contains(" 10 baseline, of 118 cells"), "{said}");
    let revised = changed(folder.path(), "revised.json", |it| {
        for workload in &mut it.study.as_mut().unwrap().workloads {
            workload.revision = (workload.name == "save").then_some(2);
        }
    });
    let (code, said) = bakeoff("compare", &[&original, &revised], &["--format", "csv"]);
    let cells = said.lines().filter(|line| line.starts_with("\"save/"));
    let (first, second): (Vec<_>, Vec<_>) = cells.partition(|line| line.contains("recording.json"));
    assert_eq!((code, first.len()), (Some(0), second.len()), "{said}");
    assert!(second.iter().all(|line| line.contains("contender changed")), "{said}");
    assert_eq!(said.matches("contender changed").count(), second.len());
    let (code, said) = bakeoff("scaling", &[&original, &revised], &[]);
    assert!(code == Some(0) && !said.contains("contender changed"), "one number of cores: {said}");
}

#[test]
fn incomparable_recordings_are_rejected_with_reason() {
    let folder = tempfile::tempdir().unwrap();
    let original = committed();
    let other_work = changed(folder.path(), "work.json", |it| {
        it.study.as_mut().unwrap().workloads[3].jobs = NonZeroU64::MIN;
    });
    let other_machine =
        changed(folder.path(), "machine.json", |it| it.environment.cpu_model = Some("another".into()));
    let unknown_machine = changed(folder.path(), "unknown.json", |it| it.environment.cpu_model = None);
    let without = changed(folder.path(), "without.json", |it| it.study = None);
    let foreign = folder.path().join("foreign.json");
    std::fs::write(&foreign, "{}").unwrap();
    let missing = folder.path().join("missing.json");
    // Each system has its own words.
    let absent = std::fs::read(&missing).unwrap_err().to_string();
    for (command, file, code, why) in [
        ("compare", &other_work, 6, "mean different work by warm-file"),
        ("scaling", &other_machine, 6, "another machine (processor differs)"),
        ("scaling", &unknown_machine, 6, "can't tell whether it is one machine (processor unknown)"),
        ("compare", &without, 6, "has no study"),
        ("compare", &foreign, 4, "not a bakeoff recording"),
        ("compare", &missing, 4, &absent),
    ] {
        let (found, said) = bakeoff(command, &[&original, file], &[]);
        assert_eq!(found, Some(code), "{command} {}: {said}", file.display());
        assert!(said.contains(why) && said.contains(file.file_name().unwrap().to_str().unwrap()), "{said}");
    }
    assert_eq!(bakeoff("compare", &[&original], &[]).0, Some(2));
}

#[test]
fn claims_of_several_machines_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let other = changed(folder.path(), "other.json", |it| it.environment.cpu_model = Some("another".into()));
    for format in ["table", "markdown", "csv", "json"] {
        let from: Vec<PathBuf> = vec!["--from".into(), committed(), "--from".into(), other.clone()];
        let from: Vec<&Path> = from.iter().map(PathBuf::as_path).collect();
        let (code, said) = bakeoff("claims", &from, &["--format", format]);
        let words: Vec<&str> = said.split_whitespace().collect();
        let said_so = words.join(" ").contains("not known to be of one machine");
        assert!(code == Some(0) && said_so, "{format}: {said}");
    }
    let bundle = folder.path().join("bundle");
    let to = ["--chirpy", bundle.to_str().unwrap(), "--repository", "https://example.org/x"];
    let (code, said) = bakeoff("report", &[&committed(), &other], &to);
    let post = std::fs::read_to_string(bundle.join("post.md"));
    assert!(code == Some(0) && post.unwrap().contains("not known to be of one machine"), "{said}");
}
