//! What `build.rs` records of the sources, shown on a small crate that is built by a copy of it.
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MANIFEST: &str = r#"
[package]
name = "facts"
version = "0.1.0"
edition = "2024"

[build-dependencies]
built = "*"

[workspace]
"#;

const MAIN: &str = r#"fn main() { print!("{},{}", env!("BAKEOFF_COMMIT"), env!("BAKEOFF_DIRTY")) }"#;

/// Prints the flags of its build.
const FLAGS: &str = r#"fn main() { print!("{}", env!("BAKEOFF_BUILD_FLAGS")) }"#;

/// Makes the crate in a new folder.
fn unpack(folder: &Path) {
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("build.rs"), folder.join("build.rs")).unwrap();
    fs::write(folder.join("Cargo.toml"), MANIFEST).unwrap();
    fs::write(folder.join("src/main.rs"), MAIN).unwrap();
    fs::write(folder.join(".gitignore"), "Cargo.lock\n").unwrap();
}

/// Builds the crate in `folder` and returns the commit and the dirty flag that it then has. The environment points to
/// a repository that does not exist.
fn built(folder: &Path) -> (String, String) {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.parent().unwrap().join("target"))
        .env("GIT_DIR", folder.join("no-repository"))
        .env("GIT_WORK_TREE", folder.join("no-folder"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let facts = String::from_utf8(output.stdout).unwrap();
    let (commit, dirty) = facts.split_once(',').unwrap();
    (commit.to_owned(), dirty.to_owned())
}

fn git(folder: &Path, args: &[&str]) -> String {
    let user = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(user).args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(folder: &Path) -> String {
    git(folder, &["add", "."]);
    git(folder, &["commit", "--quiet", "--allow-empty", "--message=m"]);
    git(folder, &["rev-parse", "HEAD"])
}

/// A temporary folder; `None` where there is no Git.
fn folder() -> Option<(tempfile::TempDir, PathBuf)> {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    Some((folder, path))
}

#[test]
fn build_knows_its_commit_and_changes() {
    let Some((_folder, path)) = folder() else { return };
    let sources = path.join("facts");
    unpack(&sources);
    git(&sources, &["init", "--quiet"]);
    let first = commit(&sources);
    assert_eq!(built(&sources), (first.clone(), "no".into()));
    fs::write(sources.join("src/main.rs"), format!("{MAIN}\n")).unwrap();
    assert_eq!(built(&sources), (first, "yes".into()), "a source was edited");
    let second = commit(&sources);
    assert_eq!(built(&sources), (second.clone(), "no".into()), "the edit was committed");
    fs::write(sources.join("src/other.rs"), "").unwrap();
    assert_eq!(built(&sources), (second.clone(), "yes".into()), "a file is untracked");
    fs::remove_file(sources.join("src/other.rs")).unwrap();
    fs::write(sources.join("notes.md"), "").unwrap();
    assert_eq!(built(&sources), (second, "no".into()), "nothing is built from a file beside the sources");
    git(&sources, &["pack-refs", "--all"]);
    let third = commit(&sources);
    assert_eq!(built(&sources), (third.clone(), "no".into()), "the branch was packed");
    git(&sources, &["worktree", "add", "--quiet", "../tree"]);
    assert_eq!(built(&path.join("tree")), (third, "no".into()), "its .git is a file");
}

#[test]
fn archive_inside_another_repository_is_unknown() {
    let Some((_folder, path)) = folder() else { return };
    git(&path, &["init", "--quiet"]);
    let sources = path.join("facts");
    unpack(&sources);
    commit(&path);
    assert_eq!(built(&sources), (String::new(), String::new()));
}

#[test]
fn build_flags_that_change_code_are_recorded_without_paths() {
    if Command::new(env!("CARGO")).arg("--version").output().is_err() {
        eprintln!("skipped: the cargo that built this is not a program of this system");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let sources = folder.path().canonicalize().unwrap().join("facts");
    unpack(&sources);
    fs::write(sources.join("src/main.rs"), FLAGS).unwrap();
    let flags_with = |rustflags: &str, lto: Option<&str>| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["run", "--quiet", "--offline"])
            .current_dir(&sources)
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        cargo.env("CARGO_TARGET_DIR", folder.path().join("target")).env("RUSTFLAGS", rustflags);
        if let Some(lto) = lto {
            cargo.env("CARGO_PROFILE_DEV_LTO", lto);
        }
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(flags_with("", None), "");
    let flags =
        flags_with("-Coverflow-checks=yes -C opt-level=1 --remap-path-prefix=/home/me=x", Some("thin"));
    assert_eq!(flags, "-C opt-level=1\t-C overflow-checks=yes\tCARGO_PROFILE_DEV_LTO=thin");
    assert_eq!(flags_with("", None), "", "and no longer");
}
