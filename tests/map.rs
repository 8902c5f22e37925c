//! The map of tasks, and advice from it.
#![expect(clippy::unwrap_used, reason = "a test fails where this panics")]

use std::path::Path;
use std::process::{Command, Output};

use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::{Purpose, StopReason};

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

fn bakeoff(args: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(EXE);
    command.args(args).arg("--out").arg(folder).env("COLUMNS", "1000").output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn asked_point_is_measured_under_every_tool() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["advise", "--job", "2ms", "--wait", "90%", "--jobs", "70", "--measure"];
    let said = bakeoff(&args, folder.path());
    assert!(said.status.success(), "{said:?}");
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let map = read(&file).unwrap().map.unwrap();
    let [part] = &map.parts[..] else { panic!("{} parts", map.parts.len()) };
    let [point] = &part.points[..] else { panic!("{:?}", part.points) };
    assert_eq!((point.job_ns, point.wait_percent, point.jobs.get()), (2_000_000, 90, 70));
    assert_eq!(point.purpose, Purpose::Advice);
    for launch in &part.study.launches {
        assert!(launch.failure.is_none() && launch.rounds[0].failures.is_empty(), "{launch:?}");
    }
    // One job at a time has run some of the jobs in each launch; two at a time take too long for any.
    for launch in &part.study.launches {
        let baseline = launch.rounds[0].samples.iter().find(|sample| sample.arm == 0).unwrap();
        assert!(baseline.part.is_some_and(|part| part.jobs < part.of && part.of.get() == 70), "{baseline:?}");
    }
    let stopped = |why: StopReason| part.study.stops.iter().filter(|stop| stop.why == why).count();
    assert!(stopped(StopReason::FarSlower) > 0, "{:?}", part.study.stops);
    // The recording is shown from its file alone.
    let shown = Command::new(EXE).arg("report").arg(&file).env("COLUMNS", "1000").output().unwrap();
    assert!(text(&shown).contains("2.00 ms"), "{shown:?}");
}

#[test]
fn wrong_tasks_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let study = concat!(env!("CARGO_MANIFEST_DIR"), "/results/2026-11-23-cloud-vm-2c/recording.json");
    for (args, code, why) in [
        ("--job 0ms --wait 0% --jobs 24", 2, "a job takes some time"),
        ("--job 3 --wait 0% --jobs 24", 2, "40us, 3ms"),
        ("--job 3ms --wait 101% --jobs 24", 2, "101 % of a job can't wait"),
        ("--job 3ms --wait 0% --jobs 0", 2, "zero"),
        ("--job 3ms", 2, "--wait"),
        ("", 2, "--job, --wait and --jobs say which task"),
        ("--job 3ms --wait 0% --jobs 24", 2, "has no map of this machine"),
        ("--job 1s --wait 0% --jobs 1000 --measure", 2, "with fewer --jobs"),
        ("--job 3ms --wait 0% --jobs 24 --from STUDY", 6, "has no map"),
    ] {
        let args: Vec<&str> =
            args.split_whitespace().map(|word| if word == "STUDY" { study } else { word }).collect();
        let said = bakeoff(&[&["advise"], &args[..]].concat(), folder.path());
        assert!(said.status.code() == Some(code) && text(&said).contains(why), "{args:?}: {said:?}");
    }
}
