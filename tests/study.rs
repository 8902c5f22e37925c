//! Studies, as users run, stop and break them.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::{Recording, StopReason, Study};

/// `bakeoff run` of two cells of `noop`, as short as a study can be.
fn study(folder: &Path) -> Command {
    study_of_cells("^noop/(sequential|rayon)/", folder)
}

fn study_of_cells(pattern: &str, folder: &Path) -> Command {
    let mut command = bakeoff_run(pattern, folder);
    command.args(["--profile", "quick"]);
    command
}

fn bakeoff_run(pattern: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bakeoff"));
    command.args(["run", pattern, "--seed", "7", "--out"]).arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn study_of(recording: &Recording) -> &Study {
    recording.study.as_ref().expect("it is a study's recording")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.to_str().unwrap().ends_with(extension)).collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn report(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bakeoff")).arg("report").args(args).output().unwrap()
}

#[test]
fn report_reproduces_table_of_saved_study() {
    let folder = tempfile::tempdir().unwrap();
    let output = study(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let [file] = &files(folder.path(), ".json")[..] else { panic!("one recording") };
    assert!(files(folder.path(), ".journal").is_empty());
    let recording = read(file).unwrap();
    assert!(!recording.partial && study_of(&recording).launches.len() == 3);
    assert_eq!(study_of(&recording).seed, 7);
    let shown = report(&[file.to_str().unwrap()]);
    assert!(text(&output.stdout).starts_with(&text(&shown.stdout)), "the same table");
    for format in ["markdown", "csv", "json"] {
        let shown = text(&report(&[file.to_str().unwrap(), "--format", format]).stdout);
        assert!(shown.contains("noop"), "{format}: {shown}");
    }
}

#[test]
fn capacity_slots_tell_each_copy() {
    let folder = tempfile::tempdir().unwrap();
    let output = study_of_cells("^hash/sequential/", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let [file] = &files(folder.path(), ".json")[..] else { panic!("one recording") };
    let recording = read(file).unwrap();
    for round in study_of(&recording).launches.iter().flat_map(|launch| &launch.rounds) {
        // The baseline, and the capacity of all cores twice.
        assert_eq!((round.samples.len(), round.copies.len()), (3, 2));
        for copies in &round.copies {
            assert_eq!(copies.ns.len() as u64, recording.environment.cores);
            let sample = round.samples.iter().find(|sample| sample.arm == copies.arm).unwrap();
            assert!(copies.ns.iter().all(|own_ns| *own_ns <= sample.wall_ns), "{copies:?} in {sample:?}");
        }
    }
}

#[test]
fn study_ends_when_its_cells_are_settled() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = bakeoff_run("^noop/(sequential|threads)/", folder.path());
    let output = command.args(["--until", "settled", "--at-most", "10m"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let [file] = &files(folder.path(), ".json")[..] else { panic!("one recording") };
    let recording = read(file).unwrap();
    let study = study_of(&recording);
    // Starting a thread for each job takes far longer than the jobs: no launch tells it otherwise.
    assert_eq!((recording.partial, study.launches.len(), study.stops.len()), (false, 12, study.arms.len()));
    assert!(study.stops.iter().all(|stop| stop.why == StopReason::RowSettled && stop.after_launches == 12));
    assert!(text(&output.stdout).contains("12 launches of each workload"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).starts_with(&text(&report(&[file.to_str().unwrap()]).stdout)));
}

#[test]
fn workers_use_files_and_server_of_study() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        study_of_cells("^(http|save)/(sequential|processes|prefork)/", folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn modified_recording_is_rejected_with_exit_4() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.json");
    std::fs::write(&path, "{\"schema\":\"bakeoff-recording\"}").unwrap();
    let output = report(&[path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("changed.json"), "{}", text(&output.stderr));
}

#[test]
fn save_and_usage_errors_have_exit_codes() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let output = study(file.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains(file.path().to_str().unwrap()));
    let output = study(file.path()).args(["--models", "goroutines"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("goroutines") && text(&output.stderr).contains("rayon"));
}

#[test]
fn closing_table_output_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = study(folder.path()).stdout(writer).status().unwrap();
    assert_eq!((status.code(), files(folder.path(), ".json").len()), (Some(0), 1));
}

/// A device that is full after a number of bytes: no file of this process may grow beyond them.
#[cfg(target_os = "linux")]
#[test]
fn full_device_keeps_old_files_with_exit_5() {
    let folder = tempfile::tempdir().unwrap();
    let old = folder.path().join("old.json");
    std::fs::write(&old, "old").unwrap();
    for blocks in ["0", "1", "3", "5", "6"] {
        let study = study(folder.path());
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f $1; shift; exec \"$@\"", "sh", blocks]);
        limited.arg(study.get_program()).args(study.get_args());
        let output = limited.output().unwrap();
        assert_eq!(output.status.code(), Some(5), "{blocks}: {}", text(&output.stderr));
        assert!(text(&output.stderr).contains(folder.path().to_str().unwrap()), "{}", text(&output.stderr));
        assert_eq!(std::fs::read_to_string(&old).unwrap(), "old");
        let left =
            files(folder.path(), "").into_iter().filter(|path| path.to_str().unwrap().contains(".bakeoff-"));
        assert_eq!(left.count(), 0, "half a file stays nowhere");
    }
}

#[cfg(target_os = "linux")]
mod ended_early {
    use std::time::Duration;

    use super::*;

    /// Sends `signal` to the process `pid`.
    fn send(signal: &str, pid: u32) {
        assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
    }

    /// Waits until the running study in `folder` has stored a round.
    fn wait_for_a_round(folder: &Path) {
        let has_round =
            |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.contains("Round"));
        while !files(folder, ".journal").iter().any(has_round) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The process of the current launch of the running study `study`.
    fn launch_of(study: u32) -> Option<u32> {
        let pids = std::fs::read_to_string(format!("/proc/{study}/task/{study}/children")).ok()?;
        let is_launch = |pid: &&str| {
            std::fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|words| text(&words).contains("\0launch\0"))
        };
        pids.split_whitespace().find(is_launch)?.parse().ok()
    }

    #[test]
    fn suspended_process_is_noted_in_recording() {
        let folder = tempfile::tempdir().unwrap();
        let mut study = study(folder.path()).spawn().unwrap();
        while study.try_wait().unwrap().is_none() {
            if let Some(launch) = launch_of(study.id()) {
                // It may just have ended.
                let again = ["-STOP", "-CONT"].map(|signal| {
                    Command::new("kill").args([signal, &launch.to_string()]).stderr(Stdio::null()).status()
                });
                assert!(again.iter().all(Result::is_ok));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let output = study.wait_with_output().unwrap();
        assert!(text(&output.stdout).contains("rounds were stopped"), "{}", text(&output.stdout));
    }

    /// Whether this process ignores the signal of this number, as under `nohup`, and so does what it starts.
    fn is_ignored(signal: u32) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        ignored.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
    }

    #[test]
    fn signals_save_partial_recordings_with_exit_codes() {
        for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
            if is_ignored(number) {
                eprintln!("skipped in part: this process ignores {signal}");
                continue;
            }
            let code = 128 + i32::try_from(number).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let study = study(folder.path()).spawn().unwrap();
            wait_for_a_round(folder.path());
            send(signal, study.id());
            let output = study.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
            let [file] = &files(folder.path(), ".json")[..] else { panic!("one recording") };
            let recording = read(file).unwrap();
            assert!(recording.partial && !study_of(&recording).launches[0].rounds.is_empty());
            assert!(text(&output.stdout).contains("ended before its last launch"));
        }
    }

    #[test]
    fn next_study_recovers_killed_study() {
        let folder = tempfile::tempdir().unwrap();
        let mut killed = study(folder.path()).spawn().unwrap();
        wait_for_a_round(folder.path());
        killed.kill().unwrap();
        killed.wait().unwrap();
        let output = study(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let [recovered] = &files(folder.path(), ".recovered.json")[..] else {
            panic!("one recovered recording")
        };
        assert!(text(&output.stderr).contains(recovered.to_str().unwrap()));
        let recording = read(recovered).unwrap();
        assert!(recording.partial && !study_of(&recording).launches[0].rounds.is_empty());
        assert!(files(folder.path(), ".journal").is_empty());
    }

    #[test]
    fn killed_process_fails_only_its_cells() {
        let folder = tempfile::tempdir().unwrap();
        let study = study(folder.path()).spawn().unwrap();
        let launch = std::iter::repeat_with(|| launch_of(study.id())).flatten().next().unwrap();
        send("-KILL", launch);
        let output = study.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
        let recording = read(&files(folder.path(), ".json")[0]).unwrap();
        let failures = study_of(&recording).launches.iter().filter(|launch| launch.failure.is_some());
        assert_eq!((failures.count(), study_of(&recording).launches.len(), recording.partial), (1, 3, false));
    }
}
