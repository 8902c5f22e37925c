//! What can go wrong with a user's function in Python, through the command line: it is named, nothing hangs, and no process is left.
#![cfg(unix)]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

mod shared;

use std::fs::write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bakeoff::internals::model::cpython::interpreter::Facts;
use bakeoff::internals::model::cpython::{InterpreterChoice, find};

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// What each module ends with.
const RIGHT: &str = "
numbers = list(range(8))

def right(n):
    return sum(range(5_000))
";

/// What else is wrong with a function only in processes of a pool: its errors can be sent, but not received.
const ONLY_IN_POOLS: &str = "
import multiprocessing, threading

is_worker = multiprocessing.parent_process() is not None

class Needs(Exception):
    def __init__(self, one, two):
        super().__init__(f'{one} and {two}')

class Input:
    def __init__(self, n):
        self.n, self.cant_be_sent = n, threading.Lock()

inputs = [Input(n) for n in range(8)]

def fails_there(it):
    if is_worker and it.n == 3:
        raise Needs(1, 2)
    return it.n
";

/// An extension as most were written until lately: it says nothing of other interpreters, nor of running without the GIL.
const EXTENSION: &str = r#"
#include <Python.h>
static struct PyModuleDef definition = { PyModuleDef_HEAD_INIT, "written_once", NULL, -1, NULL };
PyMODINIT_FUNC PyInit_written_once(void) { return PyModule_Create(&definition); }
"#;

/// The interpreters of this machine that `is_wanted`; tells if there is none.
fn pythons(what: &str, is_wanted: impl Fn(&Facts) -> bool) -> Vec<&'static Path> {
    let mut paths = vec![];
    for found in find(&InterpreterChoice::All) {
        if found.facts.as_ref().is_ok_and(&is_wanted) {
            paths.push(found.path.as_path());
        }
    }
    if paths.is_empty() {
        eprintln!("skipped: no {what} on this machine");
    }
    paths
}

/// What a study of a function prints, whose module is in `folder`.
fn run(python: &Path, folder: &Path, task: &str, inputs: &str, models: &str) -> Output {
    let mut command = Command::new(EXE);
    command.arg("run").arg(format!("--python={}", python.display()));
    command.args(["--quick", "--task", task, "--inputs", inputs, "--models", models, "--out", "recordings"]);
    command.current_dir(folder).env("TMPDIR", folder).env("COLUMNS", "1000").output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr[..]].concat()).unwrap()
}

#[test]
fn modules_that_cannot_be_loaded_are_named() {
    let Some(&python) = pythons("python3", |_| true).last() else { return };
    const GUARD: &str = r#"belongs under `if __name__ == "__main__":`"#;
    const POOL: &str = "import multiprocessing\nmultiprocessing.Pool(2).map(abs, [1])";
    const EXECUTOR: &str = "
from concurrent.futures import ProcessPoolExecutor
def helper(n):
    return n
with ProcessPoolExecutor(2) as pool:
    list(pool.map(helper, [1]))";
    for (module, text, inputs, why) in [
        ("pools", POOL, "numbers", GUARD),
        ("executes", EXECUTOR, "numbers", GUARD),
        ("ends", "import sys\nsys.exit(0)", "numbers", "ends exits when it is imported (SystemExit: 0)"),
        ("interrupts", "raise KeyboardInterrupt", "numbers", "CPython 3"),
        ("unfinished", "def f(", "numbers", "SyntaxError: "),
        (
            "lacks",
            "import no_such_package",
            "numbers",
            "ModuleNotFoundError: No module named 'no_such_package'",
        ),
        ("json", "", "numbers", "json.py: give yours another name"),
        (
            "yields",
            "def inputs():\n    yield 1",
            "inputs",
            "TypeError: yields:inputs is no list, but generator",
        ),
        ("maps", "inputs = {1: 2}", "inputs", "TypeError: maps:inputs is no list, but dict"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path().join(module).with_extension("py"), format!("{text}\n{RIGHT}")).unwrap();
        let (task, inputs) = (format!("{module}:right"), format!("{module}:{inputs}"));
        let output = run(python, folder.path(), &task, &inputs, "py-loop");
        let said = said(&output);
        assert!(output.status.code() == Some(2) && said.contains(why), "{module}: {said}");
        let left = shared::running(folder.path().to_str().unwrap(), "cmdline");
        assert!(left.is_empty(), "{module}: {left:?}");
    }
}

#[test]
fn task_needs_an_interpreter() {
    let output =
        Command::new(EXE).args(["run", "--task", "mine:right", "--inputs", "mine:numbers"]).output().unwrap();
    assert!(output.status.code() == Some(2) && said(&output).contains("--python"), "{}", said(&output));
}

#[test]
fn failures_in_processes_are_told_in_answer() {
    let Some(&python) = pythons("python3", |_| true).last() else { return };
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("mine.py"), ONLY_IN_POOLS).unwrap();
    let models = "py-threading,py-multiprocessing,py-processpool";
    let output = run(python, folder.path(), "mine:fails_there", "mine:inputs", models);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    for model in ["multiprocessing", "processpool"] {
        let told =
            said.lines().find(|line| line.starts_with(&format!("fails_there with {model}: not measured")));
        assert!(told.is_some_and(|told| told.contains("job 3: Needs: 1 and 2")), "{model}: {said}");
    }
    assert!(!said.contains("with threading"), "{said}");
}

/// Builds the extension for an interpreter with the headers of `of`; `false` if there is no compiler, or no headers.
fn has_built(folder: &Path, of: &Path, flags: &[&str], file: &str) -> bool {
    let ask = ["-c", "import sysconfig; print(sysconfig.get_path('include'))"];
    let answer = Command::new(of).args(ask).output().unwrap().stdout;
    let headers = PathBuf::from(String::from_utf8(answer).unwrap().trim());
    write(folder.join("written_once.c"), EXTENSION).unwrap();
    let mut compile = Command::new("cc");
    compile.args(["-shared", "-fPIC", "-I"]).arg(&headers).args(flags);
    compile.arg("written_once.c").arg("-o").arg(file).current_dir(folder);
    if cfg!(target_os = "macos") {
        compile.args(["-undefined", "dynamic_lookup"]);
    }
    headers.join("Python.h").exists() && compile.status().is_ok_and(|status| status.success())
}

#[test]
fn module_that_brings_gil_back_is_named() {
    let free = pythons("free-threaded interpreter", |facts| facts.free_threaded && !facts.gil);
    let Some(&python) = free.last() else { return };
    let folder = tempfile::tempdir().unwrap();
    if !has_built(folder.path(), python, &[], "written_once.so") {
        eprintln!("skipped: no cc, or no headers of {}", python.display());
        return;
    }
    // Even when no module but a call imports it.
    let late = RIGHT.replace("    return", "    import written_once\n    return");
    write(folder.path().join("mine.py"), late).unwrap();
    let output = run(python, folder.path(), "mine:right", "mine:numbers", "py-loop");
    let said = said(&output);
    assert!(output.status.success() && said.contains("the GIL came back with module written_once"), "{said}");
}

fn minor(facts: &Facts) -> u32 {
    facts.version.split('.').nth(1).unwrap().parse().unwrap()
}

#[test]
fn module_of_one_interpreter_is_named() {
    let new = pythons("CPython from 3.14 on with a GIL", |facts| minor(facts) >= 14 && !facts.free_threaded);
    let Some(&python) = new.last() else { return };
    let folder = tempfile::tempdir().unwrap();
    // Its stable form is the same in all versions.
    let stable = ["-DPy_LIMITED_API=0x03090000"];
    let with_gil = pythons("python3", |facts| !facts.free_threaded);
    if !with_gil.iter().any(|of| has_built(folder.path(), of, &stable, "written_once.abi3.so")) {
        eprintln!("skipped: no cc, or no headers of python3");
        return;
    }
    write(folder.path().join("mine.py"), format!("import written_once\n{RIGHT}")).unwrap();
    let output = run(python, folder.path(), "mine:right", "mine:numbers", "py-threading,py-interpreters");
    let said = said(&output);
    let why = "with interpreters: not measured: in the warm-up: it can't be loaded there: ImportError: module written_once does not \
               support loading in subinterpreters";
    assert!(output.status.success() && said.contains(why), "{said}");
}
