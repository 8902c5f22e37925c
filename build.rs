//! Records how the program was built, for its recordings.

use std::env;
use std::fs;
use std::process::Command;

/// The packages whose versions are part of a result: those that models use, and the other benchmark.
const LIBRARIES: [&str; 4] = ["tokio", "rayon", "crossbeam", "criterion"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let set = |name: &str, value: String| println!("cargo::rustc-env=BAKEOFF_{name}={value}");
    set("RUSTC", rustc().unwrap_or_default());
    set("PROFILE", format!("{} at opt-level {}", var("PROFILE"), var("OPT_LEVEL")));
    set("LIBRARIES", libraries(&fs::read_to_string("Cargo.lock").unwrap_or_default()));
}

fn var(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

fn rustc() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// `name version, ...` of those of [`LIBRARIES`] that the lock file has.
fn libraries(lock: &str) -> String {
    let field = |package: &str, name: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let packages = lock.split("[[package]]");
    let known = packages.filter_map(|package| Some((field(package, "name")?, field(package, "version")?)));
    let ours = known.filter(|(name, _)| LIBRARIES.contains(&name.as_str()));
    ours.map(|(name, version)| format!("{name} {version}")).collect::<Vec<_>>().join(", ")
}
