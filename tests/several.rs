//! Several recordings, as compared by users, and the exit codes for scripts.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::process::Command;

use bakeoff::internals::record::read::read;
use bakeoff::internals::record::save::save;
use bakeoff::internals::record::schema::Recording;

fn bakeoff(command: &str, files: &[&Path], options: &[&str]) -> (Option<i32>, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_bakeoff")).arg(command).args(files).args(options).output().unwrap();
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

/// Makes a cell a tenth slower in every sample.
fn slow(recording: &mut Recording, id: &str) {
    let study = recording.study.as_mut().unwrap();
    let arm = study.arms.iter().position(|arm| arm.id == id).unwrap() as u64;
    let rounds = study.launches.iter_mut().flat_map(|launch| &mut launch.rounds);
    for sample in rounds.flat_map(|round| &mut round.samples).filter(|sample| sample.arm == arm) {
        sample.wall_ns = NonZeroU64::new(sample.wall_ns.get() * 11 / 10).unwrap();
    }
}

#[test]
fn compare_reports_only_slowed_cells() {
    let folder = tempfile::tempdir().unwrap();
    let original = committed();
    let (code, said) = bakeoff("compare", &[&original, &original], &["--fail-on", "slower"]);
    assert!(code == Some(0) && said.contains("0 faster, 0 slower, 118 equal"), "{said}");
    let slower = changed(folder.path(), "slower.json", |it| slow(it, "hash/tokio-many/jobs"));
    let (code, said) = bakeoff("compare", &[&original, &slower], &["--fail-on", "slower"]);
    assert!(code == Some(7) && said.contains("0 faster, 1 slower, 117 equal"), "{said}");
    assert!(
        said.lines().any(|line| line.contains("hash/tokio-many/jobs") && line.contains("SLOWER")),
        "{said}"
    );
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
    assert!(code == Some(0) && said.contains("0 faster, 0 slower, 118 equal"), "{said}");
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
    let without = changed(folder.path(), "without.json", |it| it.study = None);
    let foreign = folder.path().join("foreign.json");
    std::fs::write(&foreign, "{}").unwrap();
    let missing = folder.path().join("missing.json");
    for (command, file, code, why) in [
        ("compare", &other_work, 6, "mean different work by warm-file"),
        ("scaling", &other_machine, 6, "different processors"),
        ("compare", &without, 6, "has no study"),
        ("compare", &foreign, 4, "seal"),
        ("compare", &missing, 4, "No such file"),
    ] {
        let (found, said) = bakeoff(command, &[&original, file], &[]);
        assert_eq!(found, Some(code), "{command} {}: {said}", file.display());
        assert!(said.contains(why) && said.contains(file.file_name().unwrap().to_str().unwrap()), "{said}");
    }
    assert_eq!(bakeoff("compare", &[&original], &[]).0, Some(2));
    assert_eq!(bakeoff("compare", &[&original, &other_machine], &["--fail-on", "slower"]).0, Some(0));
}
