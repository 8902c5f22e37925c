//! What `cargo package` takes: sources and texts, and no recordings.
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use regex::Regex;

/// The files of the package; `None` where there is no cargo.
fn packaged() -> Option<BTreeSet<PathBuf>> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["package", "--list", "--allow-dirty", "--offline"]);
    let Ok(output) = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output() else {
        eprintln!("skipped: the cargo that built this is not a program of this system");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap().lines().map(PathBuf::from).collect())
}

#[test]
fn package_has_no_recordings_and_no_tests_of_them() {
    let Some(files) = packaged() else { return };
    let mut roots = BTreeSet::new();
    for file in &files {
        if file.components().count() > 1 {
            let root = file.components().next().unwrap();
            roots.insert(root.as_os_str().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(roots.into_iter().collect::<Vec<_>>(), ["benches", "examples", "src"]);
    for text in ["README.md", "METHODOLOGY.md", "BIAS.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"] {
        assert!(files.contains(Path::new(text)), "{text}");
    }
}

#[test]
fn package_has_every_file_that_its_sources_name() {
    let Some(files) = packaged() else { return };
    let named = Regex::new(r#"(?:include_(?:str|bytes)!\(|#\[path = )"([^"]+)""#).unwrap();
    let mut count = 0;
    for file in files.iter().filter(|file| file.extension().is_some_and(|it| it == "rs")) {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        for found in named.captures_iter(&text) {
            let other = plain(&file.parent().unwrap().join(&found[1]));
            assert!(files.contains(&other), "{} names {}", file.display(), other.display());
            count += 1;
        }
    }
    assert!(count > 30, "it found {count} names");
}

/// The path without its `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}
