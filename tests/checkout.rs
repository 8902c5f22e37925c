//! A checkout of Git has the bytes that were committed, whatever the user's settings are.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn git(folder: &Path, args: &[&str]) {
    let user = ["-c", "user.name=n", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(user).args(args).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn checkout_with_autocrlf_keeps_all_bytes() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let (sources, clone) = (folder.path().join("sources"), folder.path().join("clone"));
    fs::create_dir(&sources).unwrap();
    let files = [".gitattributes", "README.md", "scripts/check", "tests/recordings/compare.json"];
    for file in files {
        let copy = sources.join(file);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(root.join(file), copy).unwrap();
    }
    git(&sources, &["init", "--quiet"]);
    git(&sources, &["add", "."]);
    git(&sources, &["commit", "--quiet", "--message=m"]);
    let names = [sources.to_str().unwrap(), clone.to_str().unwrap()];
    git(folder.path(), &["clone", "--quiet", "--config=core.autocrlf=true", names[0], names[1]]);
    for file in files {
        assert!(fs::read(root.join(file)).unwrap() == fs::read(clone.join(file)).unwrap(), "{file}");
    }
}
