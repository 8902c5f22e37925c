//! The workloads that a program has.

use std::collections::BTreeMap;
#[cfg(feature = "cli")]
use std::collections::HashSet;

use anyhow::{Context, Result};

use crate::engine::{Kept, OwnJobs, Recipe};
use crate::model::Platform;
use crate::workload::point::PointJobs;
use crate::workload::python::{self, PythonTask};
use crate::workload::series::{SERIES, Series};
use crate::workload::{
    IN_PYTHON, OPTIONAL, OPTIONAL_IN_PYTHON, WORKLOADS, Workload, fixture::stage::Stage, script, service,
};

/// The workloads of each platform in table order, and series of sizes beside them.
#[derive(Clone, Debug)]
pub struct Catalog {
    native: Vec<Workload>,
    in_python: Vec<Workload>,
    /// A user's function in Python, a row for each interpreter by its tag: each has answers of its own.
    tasks: BTreeMap<&'static str, [Workload; 1]>,
    series: Vec<Series>,
    /// Those whose jobs arrive over time, and that are in no table.
    served: Vec<Workload>,
    /// Whether some are a user's own.
    is_of_user: bool,
}

impl Catalog {
    /// The built-in workloads.
    pub fn builtin() -> Self {
        Catalog {
            native: WORKLOADS.to_vec(),
            in_python: IN_PYTHON.to_vec(),
            tasks: BTreeMap::new(),
            series: SERIES.to_vec(),
            served: vec![service::WORKLOAD],
            is_of_user: false,
        }
    }

    /// No workloads, for those of a user.
    pub(crate) fn empty() -> Self {
        Catalog {
            native: vec![],
            in_python: vec![],
            tasks: BTreeMap::new(),
            series: vec![],
            served: vec![],
            is_of_user: true,
        }
    }

    /// A user's function in Python on each of `platforms` that is an interpreter.
    pub fn of_python(task: &PythonTask, platforms: &[Platform]) -> Self {
        let mut catalog = Catalog::empty();
        for platform in platforms {
            if let Some(tag) = platform.tag() {
                catalog.tasks.insert(tag, [python::workload(task)]);
            }
        }
        catalog
    }

    /// The functions in Python, those of series too, to be changed, by the tags of their interpreters.
    pub(crate) fn tasks_mut(&mut self) -> Vec<(&'static str, &mut Workload)> {
        let mut tasks: Vec<_> = self.tasks.iter_mut().map(|(tag, [workload])| (*tag, workload)).collect();
        for series in &mut self.series {
            let Some(tag) = series.only else { continue };
            tasks.extend(series.in_python.to_mut().iter_mut().map(|workload| (tag, workload)));
        }
        tasks
    }

    /// The same with another native workload, a user's, which is the last of its tables.
    pub(crate) fn with(mut self, workload: Workload) -> Self {
        self.native.push(workload);
        self.is_of_user = true;
        self
    }

    /// The same with other sizes of a user's workload, if there are any.
    pub(crate) fn with_sizes(mut self, sizes: Series) -> Self {
        if !sizes.workloads.is_empty() || !sizes.in_python.is_empty() {
            self.series.push(sizes);
        }
        self
    }

    /// Why its workloads can't be measured, if they can't: their names are the first parts of ids, and a batch has jobs.
    #[cfg(feature = "cli")]
    pub(crate) fn mistake(&self) -> Option<String> {
        let mut seen = HashSet::new();
        let of_series = self.series.iter().flat_map(|series| series.of(Platform::Native));
        for workload in self.native.iter().chain(of_series) {
            let name = workload.name;
            let refused = |c: char| "/@".contains(c) || c.is_control() || c.is_whitespace();
            if name.is_empty() {
                return Some("a workload has an empty name".into());
            }
            if let Some(c) = name.chars().find(|c| refused(*c)) {
                return Some(format!("the workload {name:?} has {c:?} in its name, which ids can't have"));
            }
            if !seen.insert(name) {
                return Some(format!("two workloads have the name {name:?}"));
            }
            if workload.at_most() == 0 {
                return Some(format!("the workload {name:?} allows at most 0 jobs at once: 1 is the least"));
            }
            if workload.size.jobs == 0 {
                return Some(format!(
                    "the workload {name:?} has a size of 0 jobs: there is nothing to measure"
                ));
            }
        }
        let why = "the suite has no workload: Suite::workload and Suite::task add one";
        self.native.is_empty().then(|| why.into())
    }

    /// Whether some are a user's own: the program is then no `bakeoff`, and understands the command lines of cargo.
    pub(crate) fn is_of_user(&self) -> bool {
        self.is_of_user
    }

    /// The native workloads, those of series too, to be changed.
    pub(crate) fn native_mut(&mut self) -> Vec<&mut Workload> {
        let mut workloads: Vec<&mut Workload> = self.native.iter_mut().collect();
        for series in &mut self.series {
            workloads.extend(series.workloads.to_mut());
        }
        workloads
    }

    /// The workloads of the tables of a platform. Languages that are slower by orders of magnitude have smaller jobs.
    pub fn workloads(&self, platform: Platform) -> &[Workload] {
        match platform {
            Platform::Native => &self.native,
            Platform::Python(interpreter) => match self.tasks.get(interpreter.tag.as_str()) {
                Some(task) => task,
                None => &self.in_python,
            },
        }
    }

    /// The workloads of the tables of interpreters.
    pub fn workloads_in_python(&self) -> &[Workload] {
        &self.in_python
    }

    /// The workloads of a platform that are measured only where a filter names them.
    pub fn optional(&self, platform: Platform) -> &'static [Workload] {
        match platform {
            _ if self.is_of_user => &[],
            Platform::Native => OPTIONAL,
            Platform::Python(_) => OPTIONAL_IN_PYTHON,
        }
    }

    /// Workloads that differ in their size only.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// The workloads whose jobs can arrive over time: a user's own, or a few of bakeoff's, of which the first two are the usual ones.
    pub fn arriving(&self, platform: Platform) -> Vec<Workload> {
        if self.is_of_user {
            return self.workloads(platform).to_vec();
        }
        let mut arriving = Vec::new();
        for name in ["hash", "service", "http"] {
            arriving.extend(self.workload(platform, name).ok().copied());
        }
        arriving
    }

    /// The workload of a name, of the tables of a platform or of a series, or a point of the map.
    ///
    /// # Errors
    /// If there is none.
    pub fn workload(&self, platform: Platform, name: &str) -> Result<&Workload> {
        let in_series = self.series.iter().flat_map(|series| series.of(platform));
        let mut all = self
            .workloads(platform)
            .iter()
            .chain(in_series)
            .chain(&self.served)
            .chain(self.optional(platform));
        let of_point = || Some(PointJobs::named(name)?.workload(platform != Platform::Native));
        all.find(|workload| workload.name == name)
            .or_else(of_point)
            .with_context(|| format!("there is no workload {name}"))
    }

    /// Makes the jobs of a recipe, in a child process of this program.
    ///
    /// # Errors
    /// If there is no such workload, or as [`crate::workload::MakeJobs::own`].
    pub fn own_jobs(&self, recipe: &Recipe, kept: &mut Kept) -> Result<Box<dyn OwnJobs>> {
        if recipe.origin.workload == script::NAME {
            return script::own(recipe, kept);
        }
        let stage = Stage::attach_only(recipe.origin.fixture.clone());
        self.workload(Platform::Native, &recipe.origin.workload)?.jobs.own(recipe, &stage, kept)
    }
}
