//! What is installed in an interpreter's environment, of the packages that models take.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::model::cpython::Interpreter;
use crate::model::cpython::interpreter::{NO_PACKAGES, OPTIONS, run_for};
use crate::model::cpython::model::packages;

/// The installed packages by name, and their versions.
pub(super) type Packages = BTreeMap<String, String>;

/// Prints [`Packages`] of those that are its arguments. None is imported: that takes seconds.
const QUESTION: &str = "
import importlib.metadata, json, sys

found = {}
for name in sys.argv[1:]:
    try:
        found[name] = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(found))
";

/// The maximum time for the answer: files of the environment may have to be read from a slow device.
const DEADLINE: Duration = Duration::from_secs(10);

impl Interpreter {
    /// Name and version of those of `packages` that are installed for it, of the ones that models take; none if it can't tell.
    pub fn versions_of(&self, packages: &[&str]) -> Vec<String> {
        let mut versions = Vec::new();
        // An interpreter that is asked for nothing is not started.
        if self.facts.is_ok() && !packages.is_empty() {
            for (name, version) in self.known_packages().iter().flatten() {
                if packages.contains(&name.as_str()) {
                    versions.push(format!("{name} {version}"));
                }
            }
        }
        versions
    }

    /// Why a model can't have `package` there.
    pub(crate) fn lack_of(&self, package: &str) -> Option<String> {
        match self.known_packages() {
            Err(why) => Some(format!("its packages are unknown: {why}")),
            Ok(packages) if packages.contains_key(package) => None,
            Ok(_) => Some(format!(
                "it needs the package {package}: pip install {package}, into a virtual environment that --python names"
            )),
        }
    }

    /// Asks once.
    fn known_packages(&self) -> &Result<Packages, String> {
        self.packages.get_or_init(|| self.ask_packages().map_err(|why| format!("{why:#}")))
    }

    fn ask_packages(&self) -> Result<Packages> {
        let mut command = Command::new(&self.path);
        command.args(OPTIONS.iter().filter(|option| **option != NO_PACKAGES));
        command.args(["-c", QUESTION]).args(packages());
        let output = run_for(&mut command, DEADLINE)?;
        // Before it, anything of the environment may print.
        let answer = output.said.lines().last().context("it gave no answer")?;
        serde_json::from_str(answer).context("its answer names no packages")
    }
}
