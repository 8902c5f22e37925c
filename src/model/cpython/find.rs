//! Finds interpreters.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use crate::model::cpython::interpreter::{Facts, Interpreter, run_for};

/// The maximum time for an interpreter to identify itself.
const DEADLINE: Duration = Duration::from_secs(5);

/// Which interpreters to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InterpreterChoice {
    /// The newest available one.
    Newest,
    /// Every one.
    All,
    /// The given ones, by path, or by name or version on the search path.
    These(Vec<String>),
}

impl FromStr for InterpreterChoice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "" | "1" | "newest" => InterpreterChoice::Newest,
            "all" => InterpreterChoice::All,
            names => InterpreterChoice::These(names.split(',').map(str::to_owned).collect()),
        })
    }
}

/// The requested interpreters, the newest first. An unusable one is included with the reason if it was
/// requested by name; so is the absence of any interpreter.
pub fn find(asked: &InterpreterChoice) -> Vec<&'static Interpreter> {
    let found = match asked {
        InterpreterChoice::Newest => first(all()),
        InterpreterChoice::All => first_or_all(all()),
        InterpreterChoice::These(names) => named(names),
    };
    let mut interpreters = Vec::new();
    for interpreter in with_tags_of_their_own(merged(found)) {
        interpreters.push(&*Box::leak(Box::new(interpreter)));
    }
    interpreters
}

/// All usable interpreters, the newest final release first.
fn all() -> Vec<Interpreter> {
    let mut usable = identify(&candidates());
    usable.retain(|it| it.facts.is_ok());
    usable.sort_by_key(|it| std::cmp::Reverse(it.facts.as_ref().ok().map(Facts::age)));
    usable
}

fn first(usable: Vec<Interpreter>) -> Vec<Interpreter> {
    let mut found = first_or_all(usable);
    found.truncate(1);
    found
}

fn first_or_all(usable: Vec<Interpreter>) -> Vec<Interpreter> {
    if usable.is_empty() {
        return vec![Interpreter::new(Path::new("none"), Err("no python3 on this machine".into()))];
    }
    usable
}

/// One interpreter for each of `names`: the first usable one on the search path.
fn named(names: &[String]) -> Vec<Interpreter> {
    let mut found = Vec::new();
    for name in names {
        let interpreter = match of_version(name) {
            Some(interpreter) => interpreter,
            None => of_name(name),
        };
        found.push(interpreter);
    }
    found
}

/// The interpreter of a version such as `3.13t` or `3.11.7`, at any location.
fn of_version(name: &str) -> Option<Interpreter> {
    if !name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    all().into_iter().find(|it| it.is_version(name))
}

fn of_name(name: &str) -> Interpreter {
    // Windows knows two separators.
    let is_path = Path::new(name).parent().is_some_and(|folder| folder != Path::new(""));
    let mut found = identify(&match in_virtual_environment(Path::new(name)) {
        Some(interpreter) => vec![interpreter],
        None if is_path => vec![PathBuf::from(name)],
        None => on_path(name),
    });
    let usable = found.iter().position(|it| it.facts.is_ok()).unwrap_or(0);
    if found.is_empty() {
        let why = format!("no {name} on the search path or among pyenv's versions");
        return Interpreter::new(Path::new(name), Err(why));
    }
    found.swap_remove(usable)
}

/// The interpreter of the virtual environment in `folder`, if it is one.
fn in_virtual_environment(folder: &Path) -> Option<PathBuf> {
    let interpreter = if cfg!(windows) { "Scripts\\python.exe" } else { "bin/python" };
    if folder.join("pyvenv.cfg").is_file() { Some(folder.join(interpreter)) } else { None }
}

/// Identifies all of them in parallel; omits those for which no thread can be started.
fn identify(paths: &[PathBuf]) -> Vec<Interpreter> {
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for path in paths {
            let start = thread::Builder::new();
            threads.extend(start.spawn_scoped(scope, || Interpreter::identify(path, DEADLINE)));
        }
        let mut found = Vec::new();
        for thread in threads {
            found.extend(thread.join());
        }
        found
    })
}

/// Programs that may be interpreters, each once: known names on the search path, and pyenv's.
fn candidates() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for folder in folders_of_path() {
        paths.extend(interpreters_in(&folder));
    }
    for versions in folders_of_versions() {
        for version in std::fs::read_dir(versions).into_iter().flatten().flatten() {
            paths.push(version.path().join("bin").join("python3"));
        }
    }
    paths.extend(of_launcher());
    paths.retain(|path| path.is_file());
    each_once(paths)
}

/// The programs in `folder` that are named like interpreters: `python`, `python3`, `python3.13`, `python3.13t`.
fn interpreters_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if is_interpreter(&entry.path()) {
            paths.push(entry.path());
        }
    }
    // The order of a folder is anybody's.
    paths.sort_by_key(|path| std::cmp::Reverse(path.clone()));
    paths
}

fn is_interpreter(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(std::env::consts::EXE_SUFFIX).unwrap_or(&name);
    let Some(version) = name.strip_prefix("python") else { return false };
    let version = version.strip_suffix('t').unwrap_or(version);
    version.is_empty() || version == "3" || version.strip_prefix("3.").is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `paths` without those that are links to another interpreter among them. A link to a program of another name is kept: a
/// version manager decides by the name of the link what it runs.
fn each_once(mut paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    paths.retain(|path| {
        let real = path.canonicalize().ok().filter(|real| is_interpreter(real));
        seen.insert(real.unwrap_or_else(|| path.clone()))
    });
    paths
}

/// The programs called `name` in all folders of the search path: the first may be only a stub.
fn on_path(name: &str) -> Vec<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let mut paths = Vec::new();
    for folder in folders_of_path() {
        paths.push(folder.join(&name));
    }
    paths.retain(|path| path.is_file());
    paths
}

fn folders_of_path() -> Vec<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect()
}

/// Where version managers keep what their stubs on the search path start.
fn folders_of_versions() -> Vec<PathBuf> {
    let home = std::env::home_dir().unwrap_or_default();
    let of = |variable: &str, usual: &str| match std::env::var_os(variable) {
        Some(root) => PathBuf::from(root),
        None => home.join(usual),
    };
    vec![
        of("PYENV_ROOT", ".pyenv").join("versions"),
        of("MISE_DATA_DIR", ".local/share/mise").join("installs/python"),
    ]
}

/// The interpreters that Python's launcher for Windows knows: those of python.org are not on the search path.
fn of_launcher() -> Vec<PathBuf> {
    if !cfg!(windows) {
        return vec![];
    }
    match run_for(Command::new("py").arg("-0p"), DEADLINE) {
        Ok(output) => listed(&output.said),
        Err(_) => vec![],
    }
}

/// The paths in the list of Python's launcher, at the end of its lines: ` -V:3.13 *        C:\\Python313\\python.exe`.
fn listed(list: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for line in list.lines() {
        let line = line.trim();
        if let Some((tag, path)) = line.split_once(char::is_whitespace)
            && tag.starts_with('-')
        {
            paths.push(PathBuf::from(path.trim_matches(['*', ' ', '\t'])));
        }
    }
    paths
}

/// Removes what says of itself to be another one's equal: links, stubs, virtual environments. The one that needs no stub is
/// kept.
fn merged(found: Vec<Interpreter>) -> Vec<Interpreter> {
    let mut kept: Vec<Interpreter> = Vec::new();
    for interpreter in found {
        match kept.iter_mut().find(|other| is_same(other, &interpreter)) {
            None => kept.push(interpreter),
            Some(other) if !is_itself(other) && is_itself(&interpreter) => *other = interpreter,
            Some(_) => {}
        }
    }
    kept
}

/// Whether both say to be the same program, of the same build.
fn is_same(one: &Interpreter, other: &Interpreter) -> bool {
    match (&one.facts, &other.facts) {
        (Ok(one), Ok(other)) => {
            let (real, other_real) = (one.real_executable(), other.real_executable());
            Facts { executable: real, ..one.clone() } == Facts { executable: other_real, ..other.clone() }
        }
        _ => one.path == other.path,
    }
}

/// Whether what runs is the file that was found.
fn is_itself(interpreter: &Interpreter) -> bool {
    interpreter.facts.as_ref().is_ok_and(|facts| facts.executable == interpreter.path)
}

/// Gives the later of two equal tags its full version, or a number if that is also taken.
fn with_tags_of_their_own(found: Vec<Interpreter>) -> Vec<Interpreter> {
    let mut seen = BTreeSet::new();
    let mut tagged = Vec::new();
    for interpreter in found {
        let mut tag = interpreter.tag.clone();
        if let (true, Ok(facts)) = (seen.contains(&tag), &interpreter.facts) {
            tag = facts.full_tag();
        }
        let mut number = 2;
        while !seen.insert(tag.clone()) {
            tag = format!("{}-{number}", interpreter.tag);
            number += 1;
        }
        tagged.push(interpreter.called(tag));
    }
    tagged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cpython::interpreter::tests::facts;

    fn found(versions: &[(&str, bool)]) -> Vec<Interpreter> {
        let mut found = Vec::new();
        for &(version, free_threaded) in versions {
            found.push(Interpreter::new(Path::new(version), Ok(facts(version, free_threaded))));
        }
        found
    }

    #[test]
    fn aliases_of_one_interpreter_are_merged() {
        assert_eq!(merged(found(&[("3.11.7", false), ("3.11.7", false), ("3.11.2", false)])).len(), 2);
        let at = |path: &str, build: &str| {
            let facts =
                Facts { build: build.into(), executable: "/opt/3.11".into(), ..facts("3.11.7", false) };
            let mut found = Interpreter::new(Path::new(path), Ok(facts));
            // On Windows it is that of its program.
            found.path = path.into();
            found
        };
        let merged =
            merged(vec![at("/shims/python3", "main"), at("/opt/3.11", "main"), at("/shims/3.11", "debug")]);
        let paths: Vec<&Path> = merged.iter().map(|it| it.path.as_path()).collect();
        assert_eq!(paths, [Path::new("/opt/3.11"), Path::new("/shims/3.11")]);
    }

    #[test]
    fn names_of_interpreters_are_recognised() {
        for name in ["python", "python3", "python3.9", "python3.13t", "python3.16"] {
            assert!(is_interpreter(
                &Path::new("/bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
            ));
        }
        for name in
            ["python2", "python3-config", "python3.", "python3.11-dbg", "pythonw3", "mise", "ipython3"]
        {
            assert!(!is_interpreter(&Path::new("/bin").join(name)), "{name}");
        }
    }

    #[test]
    fn launcher_list_ends_with_paths() {
        let list = " -V:3.13 *        C:\\Python313\\python.exe\n -V:3.12          C:\\Program Files\\Python312\\python.exe\r\n \
                    -3.8-64        C:\\Python38\\python.exe *\nNo installed Pythons found!\n";
        let paths = listed(list);
        assert_eq!(
            paths[..2],
            ["C:\\Python313\\python.exe", "C:\\Program Files\\Python312\\python.exe"].map(PathBuf::from)
        );
        assert_eq!(paths[2..], [PathBuf::from("C:\\Python38\\python.exe")]);
    }

    #[test]
    fn same_minor_versions_get_distinct_tags() {
        let mixed = [("3.13.5", false), ("3.13.5", true), ("3.13.0", false)];
        for (versions, expected) in
            [(mixed, ["3.13", "3.13t", "3.13.0"]), ([("3.11.7", false); 3], ["3.11", "3.11.7", "3.11-2"])]
        {
            let tagged = with_tags_of_their_own(found(&versions));
            let tags: Vec<&str> = tagged.iter().map(|it| it.tag.as_str()).collect();
            assert_eq!(tags, expected);
        }
    }

    #[test]
    fn selects_newest_all_or_named_interpreters() {
        assert_eq!("1".parse(), Ok(InterpreterChoice::Newest));
        assert_eq!("all".parse(), Ok(InterpreterChoice::All));
        assert_eq!(
            "3.13t,/opt/python".parse(),
            Ok(InterpreterChoice::These(vec!["3.13t".into(), "/opt/python".into()]))
        );
    }

    #[test]
    fn folder_of_a_virtual_environment_names_its_interpreter() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(in_virtual_environment(folder.path()), None);
        std::fs::write(folder.path().join("pyvenv.cfg"), "").unwrap();
        assert!(in_virtual_environment(folder.path()).unwrap().starts_with(folder.path()));
    }

    #[test]
    fn missing_interpreter_is_reported() {
        let none = first(vec![]);
        assert_eq!((none[0].tag.as_str(), none[0].facts.is_err()), ("none", true));
    }
}
