//! A cell is a workload under a model at a concurrency: the unit of measurement.

use std::path::Path;

use anyhow::Result;

use crate::engine::{Batch, Resources, Started};
use crate::model::{Concurrency, MOST_WORKERS, MadeOf, ModelEntry, Platform};
pub use crate::record::schema::Width;
use crate::workload::{Workload, catalog::Catalog};

/// A workload under a model at a concurrency.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// What is done.
    pub workload: Workload,
    /// The model that carries it out.
    pub model: ModelEntry,
    /// How many jobs run at once.
    pub width: Width,
}

impl Cell {
    /// Every cell of `catalog` on `platforms`, for models of this many `workers`, by platform and workload.
    pub fn all(catalog: &Catalog, platforms: &[Platform], workers: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        for &platform in platforms {
            for workload in catalog.workloads(platform) {
                cells.extend(Cell::of(workload, platform, workers));
            }
        }
        cells
    }

    /// The cells of one workload on a platform. A model with workers has two if jobs wait and outnumber them.
    pub fn of(workload: &Workload, platform: Platform, workers: usize) -> Vec<Cell> {
        Cell::under(workload, &platform.models(), workers)
    }

    /// The cells of one workload under these `models`.
    pub fn under(workload: &Workload, models: &[ModelEntry], workers: usize) -> Vec<Cell> {
        let wide = workload.kind.waits() && workers < workload.size.jobs.min(workload.at_most());
        let mut cells = Vec::new();
        for &model in models {
            let widths: &[Width] = match model.concurrency {
                Concurrency::One => &[Width::One],
                Concurrency::Jobs { .. } | Concurrency::Tasks { .. } => &[Width::Jobs],
                Concurrency::Workers if wide => &[Width::Cores, Width::Jobs],
                Concurrency::Workers | Concurrency::Cores | Concurrency::AllButOne => &[Width::Cores],
            };
            for &width in widths {
                cells.push(Cell { workload: *workload, model, width });
            }
        }
        cells
    }

    /// The cells of `models` on a workload, without those limited to the core count when wider ones exist.
    pub fn widest(workload: &Workload, models: &[ModelEntry], workers: usize) -> Vec<Cell> {
        let cells = Cell::under(workload, models, workers);
        let mut widest = Vec::new();
        for cell in &cells {
            let is_wider = |other: &Cell| other.model.name == cell.model.name && other.width != cell.width;
            let is_limited = cell.width == Width::Cores && cells.iter().any(is_wider);
            if !is_limited {
                widest.push(*cell);
            }
        }
        widest
    }

    /// The platform that it is compared on.
    pub fn platform(&self) -> Platform {
        self.model.platform
    }

    /// Whether it is its platform's baseline for its workload.
    pub fn is_baseline(&self) -> bool {
        self.width == Width::One
    }

    /// `workload/model/width`.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.workload.name, self.model.name, self.width)
    }

    /// How many jobs of the default batch the model takes on at once: each has a worker, a thread, a process or a task.
    pub fn taken_on(&self, workers: usize) -> usize {
        let jobs = self.workload.size.jobs.min(self.workload.at_most());
        match (self.width, self.model.concurrency) {
            (Width::One, _) => 1,
            (Width::Cores, Concurrency::AllButOne) => (workers.min(jobs) - 1).max(1),
            (Width::Cores, _) => workers.min(jobs),
            (Width::Jobs, Concurrency::Tasks { .. }) => jobs,
            (Width::Jobs, Concurrency::Jobs { max_concurrent }) => max_concurrent.min(jobs),
            (Width::Jobs, _) => MOST_WORKERS.min(jobs),
        }
    }

    /// How many jobs of the default batch run at once, as a trace of it shows: of those that the model takes on, some
    /// only wait for a thread or a lock.
    pub fn in_flight(&self, workers: usize) -> usize {
        let Workload { kind, waits_for_files, .. } = self.workload;
        let taken_on = self.taken_on(workers);
        match (self.model.concurrency, self.model.made_of) {
            (Concurrency::Tasks { files, .. }, _) if waits_for_files => files.min(taken_on),
            (Concurrency::Tasks { threads: Width::One, .. }, _) if !kind.waits() => 1,
            (Concurrency::Tasks { .. }, _) if !kind.waits() => workers.min(taken_on),
            (_, MadeOf::ThreadsUnderLock) if !kind.waits() => 1,
            _ => taken_on,
        }
    }

    /// Starts the cell's model for the jobs of `batch` and others of their type; untimed.
    ///
    /// # Errors
    /// When its threads or processes can't be started; [`crate::engine::error::Unavailable`] when this machine can't support it.
    pub fn start(&self, batch: &Batch, workers: usize, exe: &Path) -> Result<Box<dyn Started>> {
        self.model.start(batch, &self.resources(workers, exe))
    }

    /// Whether it is `other`, or the baseline that `other` is compared with.
    fn is_needed_by(&self, other: &Cell) -> bool {
        let same_row = other.workload.name == self.workload.name && other.platform() == self.platform();
        other.id() == self.id() || (self.is_baseline() && same_row)
    }

    /// The resources that its model receives.
    pub fn resources(&self, workers: usize, exe: &Path) -> Resources {
        let workers = match (self.width, self.model.concurrency) {
            (Width::Jobs, Concurrency::Workers) => self.taken_on(workers),
            _ => workers,
        };
        let resources = self.model.resources(workers, exe).limited_to(self.workload.at_most());
        let with_packages = self.workload.jobs.of_python().is_some();
        Resources { with_packages, deadline: resources.deadline + self.workload.long_batch(), ..resources }
    }

    /// The approximate time of one run in microseconds, if its waits overlap and its computing does not. For
    /// planning only, never for a result.
    pub fn run_us(&self, workers: usize) -> u64 {
        let Workload { size, job_us, wait_us, .. } = self.workload;
        let turns = size.jobs.div_ceil(self.in_flight(workers));
        wait_us * turns as u64 + (job_us - wait_us) * size.jobs as u64
    }
}

/// The cells of `selected` and the baseline of each of their workloads, in the order of `all`. Ratios need the baseline.
pub fn with_baselines(selected: &[Cell], all: Vec<Cell>) -> Vec<Cell> {
    let mut cells = all;
    cells.retain(|cell| selected.iter().any(|other| cell.is_needed_by(other)));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cpython::Interpreter;
    use crate::model::cpython::interpreter::tests::facts;

    #[test]
    fn ids_are_unique_and_never_overlap() {
        let [plain, free] =
            ["3.13", "3.13t"].map(|tag| Interpreter::known(tag, "python3".as_ref(), facts(tag, false)));
        let platforms = Platform::all(&[plain, free]);
        let ids: Vec<String> = Cell::all(&Catalog::builtin(), &platforms, 2).iter().map(Cell::id).collect();
        for (at, id) in ids.iter().enumerate() {
            let others = ids.iter().enumerate().filter(|(other, _)| *other != at);
            assert!(others.map(|(_, other)| other).all(|other| !other.contains(id.as_str())), "{id}");
        }
    }

    #[test]
    fn id_without_interpreter_matches_all_interpreters() {
        let known = Interpreter::known("3.11", "python3".as_ref(), facts("3.11.7", false));
        let cells = Cell::all(&Catalog::builtin(), &[Platform::Python(known)], 2);
        assert!(cells.iter().all(|cell| cell.id().contains("@3.11/")));
        assert!(cells.iter().any(|cell| cell.id() == "primes/py-threading@3.11/cores"));
    }

    #[test]
    fn waiting_pools_run_at_both_concurrencies() {
        let widths = |workload: &str, cores| {
            let pool = |cell: &Cell| cell.workload.name == workload && cell.model.name == "rayon";
            Cell::all(&Catalog::builtin(), &[Platform::Native], cores)
                .iter()
                .filter(|cell| pool(cell))
                .map(|cell| cell.width)
                .collect::<Vec<_>>()
        };
        assert_eq!(widths("sleep", 2), [Width::Cores, Width::Jobs]);
        assert_eq!(widths("sleep", 24), [Width::Cores]);
        assert_eq!(widths("cake", 2), [Width::Cores, Width::Jobs]);
        assert_eq!(widths("hash", 2), [Width::Cores]);
    }

    #[test]
    fn concurrency_never_exceeds_model_cap() {
        for cell in Cell::all(&Catalog::builtin(), &[Platform::Native], 2) {
            let all_at_once = matches!(cell.model.concurrency, Concurrency::Tasks { .. });
            let in_flight = cell.in_flight(2);
            assert!(in_flight >= 1 && in_flight <= cell.workload.size.jobs, "{}", cell.id());
            assert!(all_at_once || in_flight <= MOST_WORKERS, "{}", cell.id());
        }
    }
}
