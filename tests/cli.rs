//! The program, as called by users.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use bakeoff::internals::model::{Needs, Platform, every_model, optional_models};
use bakeoff::internals::workload::catalog::Catalog;

fn bakeoff(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bakeoff"));
    command.args(args).stdin(Stdio::null());
    command
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn list_shows_every_model_and_workload() {
    let (code, out, _) = said(&bakeoff(&["list"]).output().unwrap());
    assert_eq!(code, Some(0));
    let names = every_model().into_iter().map(|model| model.name);
    for name in
        names.chain(Catalog::builtin().workloads(Platform::Native).iter().map(|workload| workload.name))
    {
        assert!(out.lines().any(|line| line.trim_start().starts_with(name)), "{name}");
    }
}

#[test]
fn verify_runs_only_matching_cells() {
    let (code, out, _) = said(&bakeoff(&["verify", "^(noop|cake)/(rayon|prefork)/"]).output().unwrap());
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("noop/rayon/cores") && out.contains("cake/prefork/"), "{out}");
    assert!(!out.contains("sequential") && !out.contains("FAILED"), "{out}");
}

#[test]
fn invalid_usage_suggests_alternatives() {
    for args in [&["verify", "no-such-cell"][..], &["verify", "("], &["verify", "--fast"], &["bake"], &[]] {
        let (code, _, err) = said(&bakeoff(args).output().unwrap());
        assert_eq!(code, Some(2), "{args:?}: {err}");
        assert!(!err.is_empty(), "{args:?}");
    }
    let (_, _, err) = said(&bakeoff(&["verify", "no-such-cell"]).output().unwrap());
    assert!(err.contains("no-such-cell") && err.contains("bakeoff list"), "{err}");
    let (code, _, err) = said(&bakeoff(&["costs", "--series", "grain"]).output().unwrap());
    assert!(code == Some(2) && err.contains(r#"did you mean "grains"?"#), "{err}");
}

#[test]
fn invalid_ends_of_a_study_are_explained() {
    for (args, why) in [
        (&["--until", "bored", "--at-most", "10m"][..], "possible values: settled"),
        (&["--until", "settled"], "--at-most <T>"),
        (&["--at-most", "10m"], "--until <GOAL>"),
        (&["--until", "settled", "--at-most", "soon"], "90s, 10m or 1h"),
        (&["--until", "settled", "--at-most", "10m", "--profile", "long"], "cannot be used with"),
        (&["--until", "settled", "--at-most", "90s"], "12 launches of these cells take about"),
        (&["--until", "settled", "--at-most", "1s", "^noop/rayon/"], "12 launches of these cells take about"),
    ] {
        let (code, _, err) = said(&bakeoff(&["run"]).args(args).output().unwrap());
        assert_eq!(code, Some(2), "{args:?}: {err}");
        assert!(err.contains(why), "{args:?}: {err}");
    }
}

#[test]
fn process_of_mpi_measures_nothing() {
    for variable in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"] {
        let (code, _, err) = said(&bakeoff(&["run", "^noop/"]).env(variable, "2").output().unwrap());
        assert!(code == Some(2) && err.contains("run it without mpirun"), "{variable}: {err}");
        assert_eq!(said(&bakeoff(&["list"]).env(variable, "2").output().unwrap()).0, Some(0));
    }
}

#[test]
fn optional_models_are_measured_where_they_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = |models: &str| {
        let out = folder.path().to_str().unwrap();
        said(&bakeoff(&["run", "^noop/", "--quick", "--models", models, "--out", out]).output().unwrap())
    };
    let (code, _, err) = run("+smoll");
    assert!(code == Some(2) && err.contains("did you mean \"smol\"?"), "{err}");
    for model in optional_models() {
        let (code, out, err) = run(&format!("rayon,+{}", model.name));
        if model.unavailable.is_some() {
            let Some(Needs::Feature(feature)) = model.needs else { panic!("{model:?}") };
            let feature = format!("--features {feature}");
            assert!(code == Some(2) && err.contains(&feature), "{err}");
        } else {
            assert!(
                code == Some(0)
                    && out.contains("rayon/cores")
                    && out.contains(model.name)
                    && !out.contains("crossbeam/"),
                "{out}{err}"
            );
        }
    }
}

#[test]
fn unusable_folder_is_reported_with_exit_3() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut verify = bakeoff(&["verify", "^(noop|warm-file|cold-file|save)/sequential/"]);
    let (code, out, _) =
        said(&verify.env("BAKEOFF_STAGE", file.path()).env("COLUMNS", "400").output().unwrap());
    assert_eq!(code, Some(3), "{out}");
    let row = |name: &str| out.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    for name in ["warm-file", "cold-file", "save"] {
        let row = row(name);
        assert!(row.contains("FAILED") && row.contains(file.path().to_str().unwrap()), "{row}");
        assert!(row.contains("set BAKEOFF_STAGE"), "{row}");
    }
    assert!(row("noop").ends_with("ok"), "what needs no folder is verified all the same: {out}");
}

#[test]
fn nothing_verified_or_measured_has_not_passed() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let mut run = bakeoff(&["run", "^save/sequential/", "--profile", "quick", "--out", out]);
    let (code, out, _) = said(&run.env("BAKEOFF_STAGE", file.path()).output().unwrap());
    assert!(code == Some(3) && out.contains("not measured"), "{out}");
    for command in ["verify", "run", "evidence"] {
        let mut missing = bakeoff(&[command, "--python=/nowhere/python3.99"]);
        let (code, out, err) = said(&missing.current_dir(folder.path()).output().unwrap());
        assert!(code == Some(2) && err.contains("--python: "), "{command}: {out}{err}");
    }
}

/// Every command that prints, in a folder with a recording `r.json`.
const PRINTING: &[&[&str]] = &[
    &["list"],
    &["verify", "^noop/sequential/"],
    &["run", "^noop/sequential/", "--profile", "quick", "--out", "."],
    &["story"],
    &["story", "downloads", "--quick", "--out", "."],
    &["completions", "bash"],
    &["report", "r.json"],
    &["report", "r.json", "--format", "json"],
    &["results", "show", "r.json"],
    &["compare", "r.json", "r.json"],
    &["scaling", "r.json"],
    &["charts", "r.json", "--out", "."],
    &["claims", "--from", "r.json"],
    &["--help"],
];

#[test]
fn closed_output_pipe_is_no_error() {
    for args in PRINTING {
        let folder = folder_with_recording();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = bakeoff(args).current_dir(folder.path()).stdout(writer).output().unwrap();
        let (code, _, err) = said(&output);
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn full_output_is_told_and_loses_nothing() {
    for args in PRINTING {
        let folder = folder_with_recording();
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = bakeoff(args).current_dir(folder.path()).stdout(full).output().unwrap();
        let (code, _, err) = said(&output);
        assert_eq!(code, Some(5), "{args:?}: {err}");
        assert!(err.contains("cannot write the output"), "{args:?}: {err}");
        if args.contains(&"--out") && args[0] != "charts" {
            assert!(err.contains("the recording is "), "{args:?}: {err}");
        }
    }
}

#[cfg(unix)]
#[test]
fn words_may_be_any_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = folder_with_recording();
    let name = OsStr::from_bytes(b"caf\xe9");
    for args in [
        &["run", "^noop/sequential/", "--profile", "quick", "--out"][..],
        &["costs", "--quick", "--models", "threads", "--most", "2", "--out"],
        &["story", "downloads", "--quick", "--out"],
        &["charts", "r.json", "--out"],
    ] {
        let mut command = bakeoff(args);
        let (code, _, err) = said(&command.arg(name).current_dir(folder.path()).output().unwrap());
        assert_eq!(code, Some(0), "{args:?}: {err}");
        assert!(std::fs::read_dir(folder.path().join(name)).unwrap().count() > 0, "{args:?}");
        std::fs::remove_dir_all(folder.path().join(name)).unwrap();
    }
    for args in [&[][..], &["run"], &["report"], &["compare"], &["verify"], &["claims"], &["story"]] {
        let output = bakeoff(args).arg(name).current_dir(folder.path()).output().unwrap();
        assert!(matches!(output.status.code(), Some(2 | 4)), "{args:?}: {output:?}");
    }
}

/// A folder with a copy of a committed recording, `r.json`.
fn folder_with_recording() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/2026-11-23-cloud-vm-2c");
    std::fs::copy(results.join("recording.json"), folder.path().join("r.json")).unwrap();
    folder
}

#[test]
fn output_never_replaces_an_input() {
    let folder = folder_with_recording();
    let before = std::fs::read(folder.path().join("r.json")).unwrap();
    for name in ["r.json", "./r.json"] {
        let args = ["report", "r.json", "--html", name, "--force"];
        let (code, _, err) = said(&bakeoff(&args).current_dir(folder.path()).output().unwrap());
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("r.json") && err.contains("another name"), "{err}");
        assert_eq!(std::fs::read(folder.path().join("r.json")).unwrap(), before);
    }
}

#[test]
fn existing_output_needs_force() {
    let folder = folder_with_recording();
    let place = |name: &str| folder.path().join(name);
    std::fs::create_dir(place("charts")).unwrap();
    for name in ["charts/matrix.svg", "page.html", "trace.json", "timeline.svg"] {
        std::fs::write(place(name), "mine").unwrap();
    }
    for args in [
        &["charts", "r.json", "--out", "charts"][..],
        &["report", "r.json", "--html", "page.html"],
        &["story", "cakes", "--quick", "--trace", "trace.json"],
        &["story", "cakes", "--quick", "--chart", "timeline.svg"],
    ] {
        let (code, out, err) = said(&bakeoff(args).current_dir(folder.path()).output().unwrap());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert!(err.contains("already exists") && err.contains("--force"), "{err}");
    }
    assert_eq!(std::fs::read_dir(place("charts")).unwrap().count(), 1, "no chart of the set is written");
    let forced = ["report", "r.json", "--html", "page.html", "--force"];
    assert_eq!(said(&bakeoff(&forced).current_dir(folder.path()).output().unwrap()).0, Some(0));
    assert!(std::fs::read_to_string(place("page.html")).unwrap().contains("<html"));
}
