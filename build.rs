//! Records how the program was built, for its recordings: what is checked out when it measures may be something else.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages whose versions are part of a result: those that models use, and the other benchmark.
const LIBRARIES: [&str; 4] = ["tokio", "rayon", "crossbeam", "criterion"];

/// What a build is made from, beside Git's own files.
const INPUTS: [&str; 5] = ["build.rs", "Cargo.toml", "Cargo.lock", "src", "benches"];

/// The files by which Git says which commit is checked out. The log of `HEAD` changes with every commit, even where
/// the branch is packed.
const STATE_OF_GIT: [&str; 5] = ["HEAD", "logs/HEAD", "refs/heads", "packed-refs", "index"];

/// The variables that would lead Git to another repository.
const VARIABLES_OF_GIT: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
];

fn main() -> io::Result<()> {
    built::write_built_file()?;
    watch(&INPUTS.map(PathBuf::from));
    tell("LIBRARIES", &libraries(&fs::read_to_string("Cargo.lock").unwrap_or_default()));
    tell("BUILD_FLAGS", &build_flags().join("\t"));
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    tell("COMMIT", &git(&root, &["rev-parse", "HEAD"]).unwrap_or_default());
    tell("DIRTY", is_dirty(&root));
    for file in STATE_OF_GIT {
        if let Some(path) = git(&root, &["rev-parse", "--git-path", file]) {
            watch(&[root.join(path)]);
        }
    }
    Ok(())
}

/// The settings of a profile that change the code, as variables of Cargo name them.
const SETTINGS: [&str; 6] =
    ["OPT_LEVEL", "LTO", "CODEGEN_UNITS", "OVERFLOW_CHECKS", "DEBUG_ASSERTIONS", "PANIC"];

/// What changes the code of the program and is not in its sources: flags for code generation (`-C target-cpu=native`), whether
/// from `RUSTFLAGS` or a configuration of Cargo, and variables that set a profile (`CARGO_PROFILE_RELEASE_LTO=fat`). A flag with
/// a path says nothing about the code, and would disclose a folder.
fn build_flags() -> Vec<String> {
    let mut flags = Vec::new();
    let encoded = env::var_os("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let encoded = encoded.to_string_lossy();
    let mut words = encoded.split('\u{1f}');
    while let Some(word) = words.next() {
        let flag = match word.strip_prefix("-C").or(word.strip_prefix("--codegen")) {
            Some("") => words.next().unwrap_or_default(),
            Some(flag) => flag.trim_start_matches('='),
            None => continue,
        };
        let has_path = flag.contains(['/', '\\']);
        if !flag.is_empty() && !has_path {
            flags.push(format!("-C {flag}"));
        }
    }
    for profile in profiles() {
        for setting in SETTINGS {
            let name = format!("CARGO_PROFILE_{profile}_{setting}");
            println!("cargo::rerun-if-env-changed={name}");
            if let Some(value) = env::var_os(&name) {
                flags.push(format!("{name}={}", value.to_string_lossy()));
            }
        }
    }
    flags.sort();
    flags
}

/// The names of the profiles that this build may have, by the folder that it is made in.
fn profiles() -> Vec<String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let folder = out.ancestors().nth(3).and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    match &*folder {
        "debug" => vec!["DEV".into(), "TEST".into()],
        "release" => vec!["RELEASE".into(), "BENCH".into()],
        other => vec![other.to_uppercase().replace('-', "_")],
    }
}

/// Whether the sources differ from the commit; empty if there is none.
fn is_dirty(root: &Path) -> &'static str {
    // Without its locks, Git does not refresh the index, which would count as a change of it.
    let status = ["--no-optional-locks", "status", "--porcelain", "--untracked-files=normal", "--"];
    match (git(root, &["rev-parse", "HEAD"]), git(root, &[&status[..], &INPUTS].concat())) {
        (Some(_), Some(changes)) if changes.is_empty() => "no",
        (Some(_), Some(_)) => "yes",
        _ => "",
    }
}

/// Sets a variable for `env!`; empty if it is unknown.
fn tell(name: &str, value: &str) {
    println!("cargo::rustc-env=BAKEOFF_{name}={value}");
}

/// Has this script run again when a path changes. One that does not exist would always count as changed.
fn watch(paths: &[PathBuf]) {
    for path in paths {
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
}

/// Git's output about the repository whose root is `root`: no other, as an unpacked archive may lie in one.
fn git(root: &Path, args: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    for variable in VARIABLES_OF_GIT {
        command.env_remove(variable);
    }
    command.arg("--git-dir").arg(root.join(".git")).arg("--work-tree").arg(root);
    let output = command.current_dir(root).args(args).output().ok()?;
    if !output.status.success() {
        return None;
    }
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// `name version, ...` of those of [`LIBRARIES`] that the lock file has.
fn libraries(lock: &str) -> String {
    let mut found = Vec::new();
    for package in lock.split("[[package]]") {
        if let (Some(name), Some(version)) = (field(package, "name"), field(package, "version"))
            && LIBRARIES.contains(&name)
        {
            found.push(format!("{name} {version}"));
        }
    }
    found.join(", ")
}

/// The text of a field of a package in the lock file.
fn field<'a>(package: &'a str, name: &str) -> Option<&'a str> {
    for line in package.lines() {
        if let Some((key, value)) = line.split_once(" = ")
            && key == name
        {
            return Some(value.trim_matches('"'));
        }
    }
    None
}
