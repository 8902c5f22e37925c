//! Finds interpreters.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use crate::model::cpython::interpreter::{Facts, Interpreter};

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
/// requested by
/// name; so is the absence of any interpreter.
pub fn find(asked: &InterpreterChoice) -> Vec<&'static Interpreter> {
    let found = match asked {
        InterpreterChoice::Newest => first(all()),
        InterpreterChoice::All => first_or_all(all()),
        InterpreterChoice::These(names) => named(names),
    };
    with_tags_of_their_own(merged(found)).into_iter().map(|it| &*Box::leak(Box::new(it))).collect()
}

/// All usable interpreters, the newest first; of one version the GIL build, the most common one, is first.
fn all() -> Vec<Interpreter> {
    let mut usable: Vec<Interpreter> =
        identify(&candidates()).into_iter().filter(|it| it.facts.is_ok()).collect();
    let order =
        |it: &Interpreter| it.facts.as_ref().map(|facts| (facts.release(), !facts.free_threaded)).ok();
    usable.sort_by_key(|it| std::cmp::Reverse(order(it)));
    usable
}

fn first(usable: Vec<Interpreter>) -> Vec<Interpreter> {
    let mut found = first_or_all(usable);
    found.truncate(1);
    found
}

fn first_or_all(usable: Vec<Interpreter>) -> Vec<Interpreter> {
    let none = || Interpreter::new(Path::new("none"), Err("no python3 on this machine".into()));
    if usable.is_empty() { vec![none()] } else { usable }
}

/// One interpreter for each of `names`: the first usable one on the search path.
fn named(names: &[String]) -> Vec<Interpreter> {
    names.iter().map(|name| of_version(name).unwrap_or_else(|| of_name(name))).collect()
}

/// The interpreter of a version such as `3.13t` or `3.11.7`, at any location.
fn of_version(name: &str) -> Option<Interpreter> {
    name.starts_with(|c: char| c.is_ascii_digit()).then(all)?.into_iter().find(|it| it.is_version(name))
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
        let ask = |path: &PathBuf| Interpreter::identify(path, DEADLINE);
        let start = |path| thread::Builder::new().spawn_scoped(scope, move || ask(path)).ok();
        let asked: Vec<_> = paths.iter().filter_map(start).collect();
        asked.into_iter().filter_map(|it| it.join().ok()).collect()
    })
}

/// Programs that may be interpreters, each once: known names on the search path, and pyenv's.
fn candidates() -> Vec<PathBuf> {
    let names = (9..=15).rev().flat_map(|minor| [format!("python3.{minor}t"), format!("python3.{minor}")]);
    let on_path = names.chain(["python3".into(), "python".into()]).flat_map(|name| on_path(&name));
    let mut seen = BTreeSet::new();
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    on_path.chain(of_pyenv()).filter(|path| seen.insert(real(path))).collect()
}

/// The programs called `name` in all folders of the search path: the first may be only a stub.
fn on_path(name: &str) -> Vec<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join(&name)).filter(|path| path.is_file()).collect()
}

fn of_pyenv() -> Vec<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".pyenv"));
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(home);
    let versions = root.and_then(|root| std::fs::read_dir(root.join("versions")).ok());
    let python = |entry: std::fs::DirEntry| entry.path().join("bin").join("python3");
    versions.into_iter().flatten().flatten().map(python).filter(|path| path.is_file()).collect()
}

/// Removes duplicates of one installation: links, stubs, virtual environments.
fn merged(found: Vec<Interpreter>) -> Vec<Interpreter> {
    let mut seen = BTreeSet::new();
    let installation = |it: &Interpreter| match &it.facts {
        Ok(facts) => (facts.prefix.clone(), facts.full_tag()),
        Err(_) => (it.path.clone(), String::new()),
    };
    found.into_iter().filter(|it| seen.insert(installation(it))).collect()
}

/// Gives the later of two equal tags its full version, or a number if that is also taken.
fn with_tags_of_their_own(found: Vec<Interpreter>) -> Vec<Interpreter> {
    let mut seen = BTreeSet::new();
    let mut own = |it: Interpreter| {
        let full = it.facts.as_ref().map(Facts::full_tag).ok();
        let numbered = (2..).map(|number| format!("{}-{number}", it.tag));
        let tags = std::iter::once(it.tag.clone()).chain(full).chain(numbered);
        let tag = tags.into_iter().find(|tag| seen.insert(tag.clone())).unwrap_or_default();
        it.called(tag)
    };
    found.into_iter().map(&mut own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cpython::interpreter::tests::facts;

    fn found(versions: &[(&str, bool)]) -> Vec<Interpreter> {
        let of =
            |&(version, free): &(&str, bool)| Interpreter::new(Path::new(version), Ok(facts(version, free)));
        versions.iter().map(of).collect()
    }

    #[test]
    fn aliases_of_one_interpreter_are_merged() {
        assert_eq!(merged(found(&[("3.11.7", false), ("3.11.7", false), ("3.11.2", false)])).len(), 2);
    }

    #[test]
    fn same_minor_versions_get_distinct_tags() {
        let tags = |versions| {
            with_tags_of_their_own(found(versions)).into_iter().map(|it| it.tag).collect::<Vec<_>>()
        };
        assert_eq!(
            tags(&[("3.13.5", false), ("3.13.5", true), ("3.13.0", false)]),
            ["3.13", "3.13t", "3.13.0"]
        );
        assert_eq!(
            tags(&[("3.11.7", false), ("3.11.7", false), ("3.11.7", false)]),
            ["3.11", "3.11.7", "3.11-2"]
        );
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
