//! Finds interpreters.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use crate::model::cpython::interpreter::Interpreter;

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

/// All usable interpreters, the newest first; of one version the GIL build, the most common one, is first.
fn all() -> Vec<Interpreter> {
    let mut usable = identify(&candidates());
    usable.retain(|it| it.facts.is_ok());
    usable.sort_by_key(|it| std::cmp::Reverse(age(it)));
    usable
}

fn age(interpreter: &Interpreter) -> Option<(Vec<u32>, bool)> {
    let facts = interpreter.facts.as_ref().ok()?;
    Some((facts.release(), !facts.free_threaded))
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
    let is_path = name.contains(std::path::MAIN_SEPARATOR);
    let mut found = identify(&if is_path { vec![PathBuf::from(name)] } else { on_path(name) });
    let usable = found.iter().position(|it| it.facts.is_ok()).unwrap_or(0);
    if found.is_empty() {
        let why = format!("no {name} on the search path or among pyenv's versions");
        return Interpreter::new(Path::new(name), Err(why));
    }
    found.swap_remove(usable)
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
    for minor in (9..=15).rev() {
        paths.extend(on_path(&format!("python3.{minor}t")));
        paths.extend(on_path(&format!("python3.{minor}")));
    }
    paths.extend(on_path("python3"));
    paths.extend(on_path("python"));
    paths.extend(of_pyenv());
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    paths
}

/// The programs called `name` in all folders of the search path: the first may be only a stub.
fn on_path(name: &str) -> Vec<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let mut paths = Vec::new();
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        paths.push(folder.join(&name));
    }
    paths.retain(|path| path.is_file());
    paths
}

fn of_pyenv() -> Vec<PathBuf> {
    let mut paths = Vec::new();
    if let Some(root) = pyenv_root()
        && let Ok(versions) = std::fs::read_dir(root.join("versions"))
    {
        for version in versions.flatten() {
            paths.push(version.path().join("bin").join("python3"));
        }
    }
    paths.retain(|path| path.is_file());
    paths
}

fn pyenv_root() -> Option<PathBuf> {
    match std::env::var_os("PYENV_ROOT") {
        Some(root) => Some(root.into()),
        None => Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv")),
    }
}

/// Removes duplicates of one installation: links, stubs, virtual environments.
fn merged(mut found: Vec<Interpreter>) -> Vec<Interpreter> {
    let mut seen = BTreeSet::new();
    found.retain(|it| {
        seen.insert(match &it.facts {
            Ok(facts) => (facts.prefix.clone(), facts.full_tag()),
            Err(_) => (it.path.clone(), String::new()),
        })
    });
    found
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
    fn missing_interpreter_is_reported() {
        let none = first(vec![]);
        assert_eq!((none[0].tag.as_str(), none[0].facts.is_err()), ("none", true));
    }
}
