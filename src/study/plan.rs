//! The plan of a study: its cells, their repetitions and their order.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::engine::{WhyNot, nanoseconds};
use crate::machine::host;
use crate::model::{Concurrency, Platform};
use crate::record::schema::{Arm, Role, Stopping, Width, WorkloadEntry};
use crate::study::cell::Cell;
use crate::study::slot::{TIMED, WARM_UP};
use crate::workload::{Kind, Workload, catalog::Catalog};

/// The launches before the look. Ten on one side have a probability of 1/1024: for 12 contenders that takes 1.2 of a row's
/// 5 %, and what later launches then decide more than makes up for it.
const LOOK: u64 = 10;

/// The launches before any cell of a study is settled that measures until all are. With nine contenders or more no
/// evidence is enough before.
pub const LEAST_TO_SETTLE: u64 = 12;

/// A bound for studies that measure until all cells are settled, which end by their time.
const MOST_LAUNCHES: u64 = 1_000;

/// How much a study measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Profile {
    /// 3 launches of 1 round: ranges, no verdicts
    Quick,
    /// 19 launches of 1 round; cells slower in each of the first 10 sit out
    Standard,
    /// 20 launches of 3 rounds; cells slower in each of the first 10 sit out
    Long,
    /// Launches of 1 round until every cell is settled
    #[cfg_attr(feature = "cli", value(skip))]
    Settled {
        /// The longest duration of the study.
        at_most: Duration,
    },
    /// 9 launches of 1 round of the cells alone: the fewest whose interval leaves one out at each end; for what models cost
    #[cfg_attr(feature = "cli", value(skip))]
    Series,
}

impl Profile {
    /// Launches of each workload, and rounds of each launch.
    pub fn size(self) -> (NonZeroU64, NonZeroU64) {
        match self {
            Profile::Quick => (positive(3), positive(1)),
            Profile::Standard => (positive(19), positive(1)),
            Profile::Long => (positive(20), positive(3)),
            Profile::Settled { .. } => (positive(MOST_LAUNCHES), positive(1)),
            Profile::Series => (positive(9), positive(1)),
        }
    }

    /// The rule by which arms stop before the last launch, if there is one.
    pub fn stopping(self) -> Option<Stopping> {
        match self {
            Profile::Standard | Profile::Long => Some(Stopping::Look { launches: positive(LOOK) }),
            Profile::Settled { at_most } => {
                let at_most_ns = NonZeroU64::new(nanoseconds(at_most)).unwrap_or(NonZeroU64::MIN);
                Some(Stopping::Settled { at_most_ns })
            }
            Profile::Quick | Profile::Series => None,
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Quick => "quick",
            Profile::Standard => "standard",
            Profile::Long => "long",
            Profile::Settled { .. } => "settled",
            Profile::Series => "series",
        }
    }
}

fn positive(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).expect("every profile measures something")
}

/// An arm of a row's rounds: the subject of measurement, and its role.
#[derive(Clone, Copy, Debug)]
pub struct PlannedArm {
    /// The platform of the row that it belongs to: a reference's model is on another platform.
    pub platform: Platform,
    /// The cell, or the baseline's.
    pub cell: Cell,
    /// What it is there for.
    pub role: Role,
    /// How many of the jobs it runs, if not all.
    pub jobs: Option<usize>,
}

impl PlannedArm {
    /// An arm that runs all jobs.
    pub fn new(platform: Platform, cell: Cell, role: Role) -> Self {
        PlannedArm { platform, cell, role, jobs: None }
    }
}

/// The arms of each row of `cells`, which is a workload on a platform: its cells; beside the baseline its control, except
/// in a quick study; if the native platform has other jobs, its baseline and its textbook tool as references; and, for
/// computing jobs, the capacity of the machine. A series has its cells alone: it has many rows, and the copies of a
/// capacity arm take longer to start than its smallest jobs take.
pub fn arms(catalog: &Catalog, cells: &[Cell], profile: Profile) -> Vec<PlannedArm> {
    let mut arms = Vec::new();
    for cells in cells.chunk_by(is_same_row) {
        arms.extend(of_row(catalog, cells, profile));
    }
    arms
}

/// The approximate time of a launch of each row of `arms`, for models of this many `workers`, on a quiet machine.
pub fn launch_time(arms: &[PlannedArm], workers: usize) -> Duration {
    let mut time = Duration::ZERO;
    for arm in arms {
        time += WARM_UP + TIMED.max(Duration::from_micros(arm.cell.run_us(workers)));
    }
    time
}

fn is_same_row(a: &Cell, b: &Cell) -> bool {
    a.workload.name == b.workload.name && a.platform() == b.platform()
}

fn of_row(catalog: &Catalog, cells: &[Cell], profile: Profile) -> Vec<PlannedArm> {
    let platform = cells[0].platform();
    let mut arms = Vec::new();
    for &cell in cells {
        arms.push(PlannedArm::new(platform, cell, Role::Cell));
    }
    if profile == Profile::Series {
        return arms;
    }
    if let Some(&cell) = cells.iter().find(|cell| cell.is_baseline()) {
        // Few launches have no interval, and so no noise floor.
        if profile != Profile::Quick {
            arms.push(PlannedArm::new(platform, cell, Role::Control));
        }
        if !catalog.is_of_user() && !is_native_too(catalog, &cell.workload) {
            for cell in references(&cell.workload) {
                arms.push(PlannedArm::new(platform, cell, Role::Reference));
            }
        }
        if cell.workload.kind == Kind::Computes && cell.workload.at_most() >= host::cores() {
            // Twice, to distinguish a brief disturbance from a missing core, which slows both.
            arms.extend([PlannedArm::new(platform, cell, Role::Capacity); 2]);
        }
    }
    arms
}

/// The native baseline on a workload, and after it the textbook tool.
fn references(workload: &Workload) -> Vec<Cell> {
    let (tool, tool_width) = textbook_tool(workload.kind);
    let mut references = Vec::new();
    for model in Platform::Native.models() {
        let width = match model.concurrency {
            Concurrency::One => Width::One,
            _ if model.name == tool => tool_width,
            _ => continue,
        };
        references.push(Cell { workload: *workload, model, width });
    }
    references
}

/// The native tool for a kind of jobs. It is named before anything is measured: the fastest of several would be
/// chosen for its luck, too.
fn textbook_tool(kind: Kind) -> (&'static str, Width) {
    match kind {
        Kind::Nothing | Kind::Computes => ("rayon", Width::Cores),
        Kind::Waits => ("tokio-one", Width::Jobs),
        // Each waits, and then needs a core.
        Kind::Mixed => ("threads", Width::Jobs),
    }
}

/// Whether the native platform has the same jobs.
fn is_native_too(catalog: &Catalog, workload: &Workload) -> bool {
    let Ok(native) = catalog.workload(Platform::Native, workload.name) else { return false };
    // The description tells Python's cake, which is decorated with the lock held, from the native one.
    native.revision == workload.revision
        && native.size.each == workload.size.each
        && native.about == workload.about
}

impl PlannedArm {
    /// As the recording has it.
    pub fn entry(&self, workers: usize, why_not: Option<WhyNot>) -> Arm {
        let in_flight = self.cell.in_flight(workers) as u64;
        let in_flight = NonZeroU64::new(in_flight).expect("at least one job runs at once");
        Arm {
            id: self.cell.id(),
            platform: self.platform.tag().map(str::to_owned),
            role: self.role,
            revision: Some(self.cell.model.revision),
            in_flight,
            failed: why_not.as_ref().is_some_and(|why| !why.is_lack),
            unavailable: why_not.map(|why| why.reason),
        }
    }
}

/// As the recording has it.
pub fn workload_entry(workload: &Workload, platform: Platform) -> WorkloadEntry {
    let Workload { name, revision, about, answers_to, post_says, kind, size, .. } = workload;
    WorkloadEntry {
        name: (*name).into(),
        platform: platform.tag().map(str::to_owned),
        about: (*about).into(),
        answers_to: (*answers_to).into(),
        post_says: (*post_says).into(),
        kind: *kind,
        revision: Some(*revision),
        jobs: NonZeroU64::new(size.jobs as u64).expect("a batch has jobs"),
        each: Some(size.each),
        definition: None,
        function: workload.function_facts(),
        python: workload.python_facts(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cpython::Interpreter;
    use crate::model::cpython::interpreter::tests::facts;

    #[test]
    fn plan_adds_control_and_capacity_arms() {
        let arms = arms(
            &Catalog::builtin(),
            &Cell::all(&Catalog::builtin(), &[Platform::Native], 2),
            Profile::Standard,
        );
        let with = |workload: &str, role| {
            arms.iter().filter(|arm| arm.cell.workload.name == workload && arm.role == role).count()
        };
        for workload in Catalog::builtin().workloads(Platform::Native) {
            assert_eq!(with(workload.name, Role::Control), 1, "{}", workload.name);
            let capacity = if workload.kind == Kind::Computes { 2 } else { 0 };
            assert_eq!(with(workload.name, Role::Capacity), capacity, "{}", workload.name);
        }
    }

    #[test]
    fn quick_plan_has_no_control() {
        let cells = Cell::all(&Catalog::builtin(), &[Platform::Native], 2);
        let arms = arms(&Catalog::builtin(), &cells, Profile::Quick);
        assert!(arms.iter().all(|arm| arm.role != Role::Control));
        assert_eq!(arms.iter().filter(|arm| arm.role == Role::Cell).count(), cells.len());
    }

    #[test]
    fn look_is_before_the_last_launch() {
        for profile in [Profile::Standard, Profile::Long] {
            let Some(Stopping::Look { launches }) = profile.stopping() else { panic!("{profile:?} looks") };
            assert!(launches < profile.size().0);
        }
        assert_eq!((Profile::Quick.stopping(), Profile::Series.stopping()), (None, None));
    }

    #[test]
    fn python_plan_adds_native_references() {
        let known = Interpreter::known("3.11", "python3".as_ref(), facts("3.11.7", false));
        let cells = Cell::all(&Catalog::builtin(), &[Platform::Python(known)], 2);
        let arms = arms(&Catalog::builtin(), &cells, Profile::Standard);
        let of = |role| arms.iter().filter(move |arm| arm.role == role);
        assert!(of(Role::Control).chain(of(Role::Capacity)).all(|arm| arm.cell.model.name == "py-loop@3.11"));
        let references: Vec<String> = of(Role::Reference).map(|arm| arm.cell.id()).collect();
        // The jobs of the other rows are the native ones.
        let mut expected = vec![];
        for workload in ["sha-loop", "primes", "mandelbrot", "frame"] {
            expected.extend([format!("{workload}/sequential/one"), format!("{workload}/rayon/cores")]);
        }
        expected.extend(["cake/sequential/one".to_owned(), "cake/threads/jobs".to_owned()]);
        assert_eq!(references, expected);
        assert!(arms.iter().all(|arm| arm.platform == Platform::Python(known)));
    }

    #[test]
    fn series_has_cells_alone() {
        let cells = Cell::all(&Catalog::builtin(), &[Platform::Native], 2);
        let arms = arms(&Catalog::builtin(), &cells, Profile::Series);
        assert_eq!(arms.len(), cells.len());
        assert!(arms.iter().all(|arm| arm.role == Role::Cell));
    }

    #[test]
    fn textbook_tools_are_native_cells() {
        for kind in [Kind::Nothing, Kind::Waits, Kind::Computes, Kind::Mixed] {
            let catalog = Catalog::builtin();
            let workloads = catalog.workloads(Platform::Native);
            let workload = workloads.iter().find(|workload| workload.kind == kind).unwrap();
            let cells: Vec<String> = Cell::of(workload, Platform::Native, 2).iter().map(Cell::id).collect();
            let references = references(workload);
            assert_eq!(references.len(), 2, "the baseline and a tool for {kind:?}");
            assert!(references.iter().all(|it| cells.contains(&it.id())), "{references:?}");
        }
    }

    #[test]
    fn no_control_without_baseline() {
        let pools: Vec<Cell> = Cell::all(&Catalog::builtin(), &[Platform::Native], 2)
            .into_iter()
            .filter(|cell| !cell.is_baseline())
            .collect();
        assert!(
            arms(&Catalog::builtin(), &pools, Profile::Standard).iter().all(|arm| arm.role == Role::Cell)
        );
    }
}
