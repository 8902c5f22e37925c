//! Scripts that record refuse what they could not keep.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a script of a copy of them in `folder`, with this `cargo`.
fn script(folder: &Path, name: &str, cargo: &str) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for made in ["scripts", "bin"] {
        fs::create_dir_all(folder.join(made)).unwrap();
    }
    for copied in ["record", "program"] {
        fs::copy(root.join("scripts").join(copied), folder.join("scripts").join(copied)).unwrap();
    }
    let stub = folder.join("bin/cargo");
    fs::write(&stub, format!("#!/bin/sh\n{cargo}\n")).unwrap();
    fs::set_permissions(&stub, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.join("bin").display(), std::env::var_os("PATH").unwrap().display());
    Command::new("bash").arg(folder.join("scripts").join(name)).arg("x").env("PATH", path).output().unwrap()
}

#[test]
fn recording_without_a_commit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = script(folder.path(), "record", "echo built >&2; exit 1");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("no checkout of Git"), "{said}");
    assert!(!said.contains("built"), "{said}");
}

#[test]
fn program_is_where_cargo_says() {
    let folder = tempfile::tempdir().unwrap();
    let cargo = r#"echo '{"reason":"compiler-artifact","executable":null}'
echo '{"reason":"compiler-artifact","executable":"/elsewhere/a-target/release/bakeoff"}'"#;
    let output = script(folder.path(), "program", cargo);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "/elsewhere/a-target/release/bakeoff\n");
}
