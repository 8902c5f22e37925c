//! `--task`: a user's function in Python instead of bakeoff's own jobs.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::cmd::BadUsage;
use crate::cmd::platforms::Platforms;
use crate::study::python_reference;
use crate::workload::Kind;
use crate::workload::catalog::Catalog;
use crate::workload::python::PythonTask;

/// A function in Python, and its inputs.
#[derive(Debug, clap::Args)]
pub(super) struct TaskArgs {
    /// Measure this function of yours, of one argument, as `module:function`, under the interpreters of --python
    #[arg(long, value_name = "MODULE:FUNCTION", requires_all = ["python", "inputs"])]
    task: Option<String>,
    /// Its inputs, as `module:list`, or `module:function` that makes the list
    #[arg(long, value_name = "MODULE:NAME", requires = "task")]
    inputs: Option<String>,
    /// Its inputs in other sizes, as `module:name`: a dictionary of lists by size, the smallest first, or a function that makes it
    #[arg(long, value_name = "MODULE:NAME", requires = "task")]
    sizes: Option<String>,
    /// Where their modules are; by default the current folder
    #[arg(long, value_name = "DIR", requires = "task")]
    path: Vec<PathBuf>,
    /// At most so many jobs at once, under every model
    #[arg(long, value_name = "N", requires = "task", value_parser = clap::value_parser!(u16).range(1..))]
    jobs_at_once: Option<u16>,
    /// Send each job its input while the clock runs, instead of making all inputs in each process
    #[arg(long, requires = "task")]
    ship: bool,
}

impl TaskArgs {
    /// A catalog of the function alone, about which fresh interpreters have been asked; `None` if there is none.
    ///
    /// # Errors
    /// If an interpreter can't load it, or the names are none.
    pub(super) fn of_python(&self, platforms: &Platforms) -> Result<Option<Catalog>> {
        let (Some(function), Some(inputs)) = (&self.task, &self.inputs) else { return Ok(None) };
        let sizes = self.sizes.iter().map(|sizes| ("--sizes", sizes));
        for (option, name) in [("--task", function), ("--inputs", inputs)].into_iter().chain(sizes) {
            if !is_name(name) {
                let why = format!("{option} {name:?} is no `module:name`, as in `--task photos:thumbnail`");
                return Err(BadUsage::new(why).into());
            }
        }
        let mut paths = Vec::with_capacity(self.path.len().max(1));
        for path in &self.path {
            paths.push(folder(path)?);
        }
        if paths.is_empty() {
            paths.push(folder(Path::new("."))?);
        }
        let task = PythonTask {
            function: function.clone(),
            inputs: inputs.clone(),
            size: None,
            paths,
            ship: self.ship,
            at_most: self.jobs_at_once.map(usize::from),
            kind: Kind::Computes,
            job_us: 0,
        };
        let platforms = platforms.to_measure()?;
        let mut catalog = Catalog::of_python(&task, &platforms);
        if let Some(sizes) = &self.sizes {
            let task = PythonTask { inputs: sizes.clone(), ..task };
            catalog = python_reference::with_sizes(catalog, &task, &platforms)?;
        }
        python_reference::learn(&mut catalog, &platforms)?;
        Ok(Some(catalog))
    }
}

/// Whether `name` is a module and a name in it.
fn is_name(name: &str) -> bool {
    let is_path =
        |path: &str| path.split('.').all(|part| !part.is_empty() && !part.contains(char::is_whitespace));
    name.split_once(':')
        .is_some_and(|(module, name)| is_path(module) && is_path(name) && !name.contains(['/', '@', ':']))
}

/// The folder `path`, from the root on: processes may change theirs.
fn folder(path: &Path) -> Result<PathBuf> {
    let found = std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))?;
    if !found.is_dir() {
        return Err(BadUsage::new(format!("--path {} is no folder", path.display())).into());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_have_a_module_and_a_name() {
        for name in ["photos:thumbnail", "a.b:C.method"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["photos", ":thumbnail", "photos:", "a b:c", "a:b/c", "a:b:c", "a..b:c"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
