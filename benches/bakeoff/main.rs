//! `cargo bench`: runs criterion on every cell of both registries, then a study of the same cells, and prints
//! its table.

use std::any::Any;
use std::fmt;
use std::io::IsTerminal;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Error, Result, anyhow};
use bakeoff::internals::cmd::Exit;
use bakeoff::internals::cmd::progress::show_progress;
use bakeoff::internals::cmd::{stop::Stop, terminal::usual_style};
use bakeoff::internals::engine::error::Unavailable;
use bakeoff::internals::model::Platform;
use bakeoff::internals::model::cpython::find;
use bakeoff::internals::post::ledger::decided_by;
use bakeoff::internals::report::{screen::answer, study::beside_criterion};
use bakeoff::internals::study::cell::{Cell, with_baselines};
use bakeoff::internals::study::plan::Profile;
use bakeoff::internals::study::run::{Request, run_and_save};
use bakeoff::internals::study::session::{RunningCell, Session};
use bakeoff::internals::workload::catalog::Catalog;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, PlottingBackend, SamplingMode};

/// Criterion's warm-up time per cell, and its minimum measurement time.
const WARM_UP: Duration = Duration::from_millis(100);
const MEASUREMENT: Duration = Duration::from_millis(300);

/// The maximum measurement time per cell with `--quick`, after which criterion takes the runs that it has.
const QUICK_MEASUREMENT: Duration = Duration::from_millis(50);

/// A run that is planned to take so long is a sample by itself.
const LONG_RUN: Duration = Duration::from_millis(100);

/// The program that workers, the server and launches execute.
const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// Criterion's minimum number of samples.
const SAMPLES: u32 = 10;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("bakeoff: {error:#}");
        Exit::of(&error).into()
    })
}

fn run() -> Result<ExitCode> {
    let asked = BenchArgs::from_args(std::env::args().skip(1));
    if asked.quick_by_environment {
        return quickly();
    }
    let mut criterion = criterion(&asked);
    let mut bench = Bench::new(asked);
    if bench.asked.measures && !bench.asked.times {
        println!("Where a run takes 0.1 s or more, a sample is one run; criterion warns of that.");
    }
    // Cells are ordered by platform, and criterion keeps a group together only while its cells are consecutive.
    let names: Vec<&str> = table_order(&Catalog::builtin());
    let mut cells = bench.cells.clone();
    cells.sort_by_key(|cell| names.iter().position(|name| *name == cell.workload.name));
    for cells in cells.chunk_by(|a, b| a.workload.name == b.workload.name) {
        let mut group = criterion.benchmark_group(cells[0].workload.name);
        group.sampling_mode(SamplingMode::Flat);
        cells.iter().for_each(|&cell| bench.cell(&mut group, cell));
        group.finish();
    }
    if bench.asked.measures {
        criterion.final_summary();
    }
    bench.finish()
}

/// The names of all workloads: those of interpreters are the native ones and some more.
fn table_order(catalog: &Catalog) -> Vec<&'static str> {
    let in_python = catalog.workloads_in_python().iter();
    in_python.map(|workload| workload.name).collect()
}

/// Settings of the `Criterion` value; the command line overrides all of them.
fn criterion(asked: &BenchArgs) -> Criterion {
    Criterion::default()
        .sample_size(SAMPLES as usize)
        .warm_up_time(WARM_UP)
        .measurement_time(if asked.quick { QUICK_MEASUREMENT } else { MEASUREMENT })
        .nresamples(10_000)
        .plotting_backend(PlottingBackend::Plotters)
        .configure_from_args()
}

/// Runs this program again with criterion's `--quick`, which only criterion's own option parser can enable,
/// and without its plots, which take longer than the cells.
fn quickly() -> Result<ExitCode> {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let has_plots = !args.iter().any(|arg| arg == "--noplot" || arg == "-n");
    let mut again = Command::new(std::env::current_exe()?);
    again.args(&args).arg("--quick").args(has_plots.then_some("--noplot")).env_remove(QUICK);
    let code = again.status()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(Exit::Bug.into(), ExitCode::from))
}

/// The environment variable that asks for a run of under a minute.
const QUICK: &str = "BAKEOFF_QUICK";

/// The options of criterion's command line that also matter to the study.
struct BenchArgs {
    /// Cells are measured, and not only listed, run once, loaded or profiled.
    measures: bool,
    /// Cells are run once.
    tests: bool,
    /// Criterion decides the measurement time.
    times: bool,
    quick_by_environment: bool,
    /// The study is a quick one too.
    quick: bool,
    /// The command line without the arguments that cargo adds.
    words: Vec<String>,
}

impl BenchArgs {
    fn from_args(args: impl Iterator<Item = String>) -> Self {
        let args: Vec<String> = args.collect();
        let has = |option: &str| {
            let with_value = format!("{option}=");
            args.iter().any(|arg| arg == option || arg.starts_with(&with_value))
        };
        let tests = !has("--list") && (has("--test") || !has("--bench"));
        let measures = has("--bench")
            && !["--list", "--test", "--load-baseline", "--profile-time", "--ignored"].into_iter().any(has);
        let set = ["--quick", "--sample-size", "--measurement-time"].into_iter().any(has);
        let quick_by_environment =
            measures && !set && std::env::var_os(QUICK).is_some_and(|value| value == "1");
        let quick = has("--quick");
        let words = args.into_iter().filter(|arg| arg != "--bench").collect();
        BenchArgs { measures, tests, times: set, quick_by_environment, quick, words }
    }
}

/// A cell that criterion selected, and its outcome.
struct BenchRow {
    cell: Cell,
    outcome: Outcome,
}

/// The outcome of a cell under criterion.
enum Outcome {
    /// The median wall time of its runs, including warm-up runs.
    Measured(Duration),
    /// It can't be measured on this machine, and why.
    Unavailable(String),
    /// It failed, and why.
    Failed(String),
}

impl fmt::Display for BenchRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.cell.id();
        match &self.outcome {
            Outcome::Measured(median) => write!(f, "{id}: {median:?}"),
            Outcome::Unavailable(why) => write!(f, "{id} is not available: {why}"),
            Outcome::Failed(why) => write!(f, "{id} FAILED: {why}"),
        }
    }
}

/// The environment variable that asks for CPython's models too: 1, or as `--python` of the program has it.
const PYTHON: &str = "BAKEOFF_PYTHON";

/// The native platform and the requested interpreters.
fn platforms() -> Vec<Platform> {
    let asked = std::env::var(PYTHON).ok().filter(|value| !["", "0"].contains(&value.as_str()));
    Platform::all(&asked.and_then(|value| value.parse().ok()).map(|asked| find(&asked)).unwrap_or_default())
}

/// Every cell that criterion selects, with its outcome.
struct Bench {
    asked: BenchArgs,
    session: Session,
    cells: Vec<Cell>,
    rows: Vec<BenchRow>,
}

impl Bench {
    fn new(asked: BenchArgs) -> Self {
        let session = Session::new(Path::new(EXE));
        let cells = Cell::all(&Catalog::builtin(), &platforms(), session.cores);
        Bench { asked, session, cells, rows: Vec::new() }
    }

    /// Lets criterion measure `cell` if criterion selects it. A failing cell unwinds out of criterion, which
    /// then saves nothing for it; it becomes a row with its reason, and the remaining cells continue.
    fn cell(&mut self, group: &mut BenchmarkGroup<'_, WallTime>, cell: Cell) {
        if !self.asked.times {
            group.measurement_time(measurement_time(&cell, self.session.cores));
        }
        let mut measured = Measured::default();
        let id = BenchmarkId::new(cell.model.name, cell.width);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            group.bench_function(id, |bencher| {
                // Outside the time that criterion measures and plans with.
                measured.start(|| self.start(&cell));
                bencher.iter_custom(|runs| measured.sum_of(runs));
            });
        }));
        let outcome = match outcome {
            Ok(()) if measured.walls.is_empty() => return,
            Ok(()) => Outcome::Measured(measured.median()),
            Err(unwound) => why(unwound),
        };
        let row = BenchRow { cell, outcome };
        if !matches!(row.outcome, Outcome::Measured(_)) {
            println!("\n{row}\n");
        }
        self.show_progress(&cell);
        self.rows.push(row);
    }

    /// Starts the cell's model and verifies one run before criterion uses it.
    fn start(&mut self, cell: &Cell) -> Result<RunningCell> {
        let mut running = self.session.start(cell)?;
        running.sample()?;
        Ok(running)
    }

    /// Shows progress after each cell when a terminal is attached.
    fn show_progress(&self, cell: &Cell) {
        let all = &self.cells;
        let at = all.iter().position(|other| other.id() == cell.id()).map_or(0, |at| at + 1);
        if self.asked.measures && std::io::stderr().is_terminal() {
            eprintln!("                        cell {at} of {}", all.len());
        }
    }

    /// Studies the cells that criterion has measured, prints the table and returns the exit code.
    fn finish(self) -> Result<ExitCode> {
        let failed = self.rows.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_))).count();
        let of_criterion = if failed > 0 { Exit::CellFailed } else { Exit::Ok };
        if self.asked.measures && self.rows.is_empty() {
            eprintln!(
                "bakeoff: the filter matches no cell; ids are workload/model/width, and `cargo bench -- --list` lists them"
            );
            return Ok(Exit::Usage.into());
        }
        let count = |is: fn(&Outcome) -> bool| self.rows.iter().filter(|row| is(&row.outcome)).count();
        let measured = count(|outcome| matches!(outcome, Outcome::Measured(_)));
        if self.asked.tests {
            println!("{measured} passed, {failed} failed");
            // A filter of `cargo test` may be meant for other targets.
            if measured + failed == 0 && self.asked.words.iter().any(|word| word == "--test") {
                return Ok(Exit::CellFailed.into());
            }
        }
        if !self.asked.measures {
            return Ok(of_criterion.into());
        }
        let unavailable = count(|outcome| matches!(outcome, Outcome::Unavailable(_)));
        println!(
            "\ncriterion: {measured} cells measured, every run verified; {unavailable} not available, {failed} failed"
        );
        let of_study = self.study()?;
        Ok(if of_study == Exit::Ok { of_criterion } else { of_study }.into())
    }

    /// Runs the study of the cells that criterion has measured; writes its recording and its table.
    fn study(self) -> Result<Exit> {
        let Bench { asked, session, cells, rows } = self;
        let request = Request {
            catalog: Catalog::builtin(),
            cells: with_baselines(&rows.iter().map(|row| row.cell).collect::<Vec<_>>(), cells),
            workers: session.cores,
            exe: EXE.into(),
            profile: if asked.quick { Profile::Quick } else { Profile::Standard },
            seed: None,
            folder: None,
            name: None,
            command: ["cargo", "bench"].into_iter().map(str::to_owned).chain(asked.words).collect(),
        };
        // The study has its own stage and server.
        drop(session);
        let stop = Stop::listen()?;
        println!("\nThe study: fresh processes, every cell a turn in each round, in random order.\n");
        let (recording, path) = run_and_save(&request, &stop.asked, show_progress)?;
        let median = |row: &BenchRow| match row.outcome {
            Outcome::Measured(median) => Some((row.cell.id(), median.as_nanos() as f64)),
            _ => None,
        };
        let medians = rows.iter().filter_map(median);
        print!("{}", beside_criterion(&recording, &medians.collect(), usual_style()));
        // The answer comes last: a terminal shows the end of what was printed.
        if let Some(answer) = answer(&recording, usual_style()) {
            print!("\n{answer}");
        }
        println!("The recording is {}", path.display());
        println!("{}", decided_by(&recording));
        if recording.environment.interpreters.is_none() {
            println!(
                "CPython's models were not measured: {PYTHON}=1 cargo bench measures those of the newest python3 found"
            );
        }
        Ok(stop.exit().unwrap_or_else(|| Exit::of_study(&recording)))
    }
}

/// The measurement time of a cell. Criterion warns where a sample is one run, and so asks for more time: short runs get
/// that, and long ones, of which two a sample would take most of the time of a bench, do not.
fn measurement_time(cell: &Cell, cores: usize) -> Duration {
    let run = Duration::from_micros(cell.run_us(cores));
    if run >= LONG_RUN { MEASUREMENT } else { MEASUREMENT.max(run * 23 / 20 * SAMPLES) }
}

/// The runs of one cell.
#[derive(Default)]
struct Measured {
    running: Option<RunningCell>,
    walls: Vec<Duration>,
}

impl Measured {
    /// Starts the model only when criterion first asks for it, because criterion may select another cell.
    fn start(&mut self, start: impl FnOnce() -> Result<RunningCell>) {
        if self.running.is_none() {
            self.running = Some(start().unwrap_or_else(unwind));
        }
    }

    /// The wall time of `runs` runs together, each verified.
    fn sum_of(&mut self, runs: u64) -> Duration {
        let running = self.running.as_mut().expect("it was started before");
        let first = self.walls.len();
        for _ in 0..runs {
            self.walls.push(running.sample().unwrap_or_else(unwind).wall);
        }
        self.walls[first..].iter().sum()
    }

    fn median(&mut self) -> Duration {
        let middle = self.walls.len() / 2;
        *self.walls.select_nth_unstable(middle).1
    }
}

/// Criterion accepts no errors: unwinding through it is the only way out, and prints nothing by itself.
fn unwind<T>(error: Error) -> T {
    resume_unwind(Box::new(error))
}

/// The reason why a cell unwound: an error of this file, or a panic of criterion.
fn why(unwound: Box<dyn Any + Send>) -> Outcome {
    let error = unwound
        .downcast::<Error>()
        .map_or_else(|other| anyhow!("criterion panicked: {}", text(&other)), |e| *e);
    if error.is::<Unavailable>() {
        Outcome::Unavailable(format!("{error:#}"))
    } else {
        Outcome::Failed(format!("{error:#}"))
    }
}

fn text(panic: &Box<dyn Any + Send>) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}
