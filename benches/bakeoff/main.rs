//! `cargo bench`: runs criterion on every cell of both registries, then a study of the same cells, and prints
//! the answer.

mod args;
mod measured;
mod output;

use std::fs;
use std::io::{IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use args::{BenchArgs, quickly};
use bakeoff::internals::analysis::criterion::Medians;
use bakeoff::internals::child::{limits, program::held};
use bakeoff::internals::cmd::progress::show_progress;
use bakeoff::internals::cmd::{Exit, out::is_closed_pipe};
use bakeoff::internals::cmd::{show_results, stop::Stop, terminal::usual_style, variables::platforms};
use bakeoff::internals::engine::now;
use bakeoff::internals::machine::file_limit;
use bakeoff::internals::post::ledger::decided_by;
use bakeoff::internals::record::place::Place;
use bakeoff::internals::record::plain::tell;
use bakeoff::internals::report::{screen::answer, study::beside_criterion};
use bakeoff::internals::stats::units;
use bakeoff::internals::study::cell::{Cell, with_baselines};
use bakeoff::internals::study::plan::{Profile, arms, launch_time};
use bakeoff::internals::study::run::{Request, run_and_save};
use bakeoff::internals::study::session::{RunningCell, Session};
use bakeoff::internals::workload::catalog::Catalog;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, PlottingBackend, SamplingMode};
use measured::{BenchRow, Measured, Outcome, why};
use output::{Output, errors, say};

/// Criterion's warm-up time per cell, and its minimum measurement time.
const WARM_UP: Duration = Duration::from_millis(100);
const MEASUREMENT: Duration = Duration::from_millis(300);

/// The maximum measurement time per cell with `--quick`, after which criterion takes the runs that it has.
const QUICK_MEASUREMENT: Duration = Duration::from_millis(50);

/// A run that is planned to take so long is a sample by itself.
const LONG_RUN: Duration = Duration::from_millis(100);

/// What criterion takes for a cell besides its runs: resampling and plots, on a slow core.
const ANALYSIS: Duration = Duration::from_millis(500);

/// The program that workers, the server and launches execute.
const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// Criterion's minimum number of samples.
const SAMPLES: u32 = 10;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        if is_closed_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        tell(&format!("{error:#}"));
        Exit::of(&error).into()
    })
}

fn run() -> Result<ExitCode> {
    file_limit::is_an_error();
    limits::raise_open_files();
    let asked = BenchArgs::of_this_run()?;
    if asked.quick_by_environment {
        return quickly();
    }
    let mut bench = Bench::new(asked)?;
    output::end_quietly_when_closed(Arc::downgrade(&bench.session.stage()));
    let mut criterion = criterion(&bench.asked);
    // Cells are ordered by platform, and criterion keeps a group together only while its cells are consecutive.
    let names: Vec<&str> = table_order(&Catalog::builtin());
    let mut cells = bench.cells.clone();
    cells.sort_by_key(|cell| names.iter().position(|name| *name == cell.workload.name));
    for cells in cells.chunk_by(|a, b| a.workload.name == b.workload.name) {
        let start = now();
        let mut group = criterion.benchmark_group(cells[0].workload.name);
        group.sampling_mode(SamplingMode::Flat);
        for &cell in cells {
            bench.cell(&mut group, cell)?;
        }
        group.finish();
        bench.tell_group(cells, now() - start)?;
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

/// The environment variable that asks for CPython's models too: 1, or as `--python` of the program has it.
const PYTHON: &str = "BAKEOFF_PYTHON";

/// Every cell that criterion selects, with its outcome.
struct Bench {
    asked: BenchArgs,
    /// [`EXE`] as it was when the bench began.
    program: PathBuf,
    session: Session,
    cells: Vec<Cell>,
    rows: Vec<BenchRow>,
    output: Output,
    /// Where the study's recording will be, if there is one.
    place: Option<Place>,
}

impl Bench {
    fn new(asked: BenchArgs) -> Result<Self> {
        // Before criterion, which takes minutes.
        let place = asked.measures.then(|| Place::prepare_or_default(None, Path::new(EXE))).transpose()?;
        let program = held(Path::new(EXE)).with_context(|| format!("cannot open {EXE}"))?;
        let session = Session::new(&program);
        let cells = Cell::all(&Catalog::builtin(), &platforms(PYTHON)?, session.cores);
        let mut bench =
            Bench { asked, program, session, cells, rows: Vec::new(), output: Output::Through, place };
        if bench.asked.is_plain {
            say(&bench.plan())?;
            bench.output = Output::kept(beside_program("criterion-report.txt"))?;
        } else if bench.asked.measures && !bench.asked.times {
            say("Where a run takes 0.1 s or more, a sample is one run; criterion warns of that.")?;
        }
        Ok(bench)
    }

    fn profile(&self) -> Profile {
        if self.asked.quick { Profile::Quick } else { Profile::Standard }
    }

    /// What will come, and how long it takes about.
    fn plan(&self) -> String {
        let cores = self.session.cores;
        let arms = arms(&Catalog::builtin(), &self.cells, self.profile());
        let (launches, _) = self.profile().size();
        let launches = u32::try_from(launches.get()).unwrap_or(u32::MAX);
        let time = self.time_of_criterion() + launch_time(&arms, cores) * launches;
        format!(
            "{} cells in two parts, {} in all: criterion measures each cell,\nthen a study \
             measures them in fresh processes: it gives the answer, at the end.\n",
            self.cells.len(),
            in_minutes(time)
        )
    }

    /// The approximate time of criterion's part: warm-up, samples, and what a cell takes besides.
    fn time_of_criterion(&self) -> Duration {
        let mut time = Duration::ZERO;
        for cell in &self.cells {
            let run = Duration::from_micros(cell.run_us(self.session.cores));
            time += if self.asked.quick {
                QUICK_MEASUREMENT.max(run * 2)
            } else {
                WARM_UP.max(run) + measurement_time(cell, self.session.cores).max(run * SAMPLES) + ANALYSIS
            };
        }
        time
    }

    /// Lets criterion measure `cell` if criterion selects it. A failing cell unwinds out of criterion, which
    /// then saves nothing for it; it becomes a row with its reason, and the remaining cells continue.
    fn cell(&mut self, group: &mut BenchmarkGroup<'_, WallTime>, cell: Cell) -> Result<()> {
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
            Ok(()) if measured.walls.is_empty() => return Ok(()),
            Ok(()) => Outcome::Measured(measured.median()),
            Err(unwound) => why(unwound),
        };
        let row = BenchRow { cell, outcome };
        if !matches!(row.outcome, Outcome::Measured(_)) {
            self.output.say(&format!("\n{row}\n"))?;
        }
        self.show_progress(&cell);
        self.rows.push(row);
        Ok(())
    }

    /// Tells that criterion has measured the cells of a workload, where its own report does not.
    fn tell_group(&mut self, cells: &[Cell], time: Duration) -> Result<()> {
        if !self.asked.is_plain {
            return Ok(());
        }
        let name = cells[0].workload.name;
        self.output.say(&format!("criterion: {name}, {} cells in {}", cells.len(), units::duration(time)))
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
            let _ = writeln!(std::io::stderr(), "                        cell {at} of {}", all.len());
        }
    }

    /// Studies the cells that criterion has measured, prints the answer and returns the exit code.
    fn finish(mut self) -> Result<ExitCode> {
        let report = self.output.path().map(Path::to_owned);
        self.output = Output::Through;
        let failed = self.rows.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_))).count();
        let of_criterion = if failed > 0 { Exit::CellFailed } else { Exit::Ok };
        if self.asked.measures && self.rows.is_empty() {
            tell(
                "the filter matches no cell; ids are task/tool/concurrency, and `cargo bench -- --list` lists them",
            );
            return Ok(Exit::Usage.into());
        }
        let count = |is: fn(&Outcome) -> bool| self.rows.iter().filter(|row| is(&row.outcome)).count();
        let measured = count(|outcome| matches!(outcome, Outcome::Measured(_)));
        if self.asked.tests {
            say(&format!("{measured} passed, {failed} failed"))?;
            // A filter of `cargo test` may be meant for other targets.
            if measured + failed == 0 && self.asked.words.iter().any(|word| word == "--test") {
                return Ok(Exit::CellFailed.into());
            }
        }
        if !self.asked.measures {
            return Ok(of_criterion.into());
        }
        let unavailable = count(|outcome| matches!(outcome, Outcome::Unavailable(_)));
        say(&format!(
            "\ncriterion: {measured} cells measured, every run verified; {unavailable} not available, {failed} failed"
        ))?;
        if let Some(report) = report {
            tell_report(&report)?;
        }
        let Some(place) = self.place.take() else { return Ok(of_criterion.into()) };
        let of_study = self.study(place)?;
        Ok(if of_study == Exit::Ok { of_criterion } else { of_study }.into())
    }

    /// Runs the study of the cells that criterion has measured; writes its recording and its answer.
    fn study(self, place: Place) -> Result<Exit> {
        let profile = self.profile();
        let Bench { asked, program, session, cells, rows, .. } = self;
        let request = Request {
            catalog: Catalog::builtin(),
            cells: with_baselines(&rows.iter().map(|row| row.cell).collect::<Vec<_>>(), cells),
            sizes: vec![],
            workers: session.cores,
            mpirun: None,
            exe: program,
            profile,
            seed: None,
            place,
            name: None,
            command: ["cargo", "bench"].into_iter().map(str::to_owned).chain(asked.words).collect(),
        };
        // The study has its own stage and server.
        drop(session);
        let stop = Stop::listen()?;
        say("\nThe study: fresh processes, every cell a turn in each round, in random order.\n")?;
        let (recording, saved) = run_and_save(&request, &stop.asked, show_progress)?;
        let style = usual_style();
        let every_cell = beside_criterion(&recording, &medians(&rows), style);
        // The answer comes last: a terminal shows the end of what was printed.
        let mut text = if asked.is_plain { String::new() } else { every_cell.clone() + "\n" };
        text += &answer(&recording, style).map(|answer| answer + "\n").unwrap_or_default();
        let mut last = Vec::new();
        last.extend(saved.path.as_ref().map(|path| format!("The recording is {}", path.display())));
        if asked.is_plain {
            last.push(match write_beside_program("cells.txt", &every_cell) {
                Ok(file) => format!("Every cell beside criterion's medians: {}", file.display()),
                Err(why) => format!("{why:#}: bakeoff report --all shows every cell"),
            });
        }
        last.push(decided_by(&recording));
        if recording.environment.interpreters.is_none() {
            last.push(format!(
                "CPython's tools were not measured: {PYTHON}=1 cargo bench measures them too."
            ));
        }
        for line in last {
            text += &(style.wrapped(&line, "  ").join("\n") + "\n");
        }
        show_results(&text, Some(saved), &recording)?;
        Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
    }
}

fn write_beside_program(name: &str, text: &str) -> Result<PathBuf> {
    let file = beside_program(name);
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

/// Where criterion's report is, and what went wrong in it.
fn tell_report(report: &Path) -> Result<()> {
    let text = fs::read_to_string(report).unwrap_or_default();
    let errors = errors(&text);
    if let Some(first) = errors.first() {
        say(&format!("criterion could not keep all of its files, {} errors: {first}", errors.len()))?;
    }
    say(&format!("Its report: {}", report.display()))
}

/// The medians of criterion in nanoseconds, by the ids of their cells.
fn medians(rows: &[BenchRow]) -> Medians {
    let mut medians = Medians::new();
    for row in rows {
        if let Outcome::Measured(median) = row.outcome {
            medians.insert(row.cell.id(), median.as_nanos() as f64);
        }
    }
    medians
}

/// A file in the folder of the program, which is cargo's for what it builds.
fn beside_program(name: &str) -> PathBuf {
    Path::new(EXE).with_file_name(name)
}

fn in_minutes(time: Duration) -> String {
    match time.as_secs().div_ceil(60) {
        1 => "about a minute".into(),
        minutes => format!("about {minutes} minutes"),
    }
}

/// The measurement time of a cell. Criterion warns where a sample is one run, and so asks for more time: short runs get
/// that, and long ones, of which two a sample would take most of the time of a bench, do not.
fn measurement_time(cell: &Cell, cores: usize) -> Duration {
    let run = Duration::from_micros(cell.run_us(cores));
    if run >= LONG_RUN { MEASUREMENT } else { MEASUREMENT.max(run * 23 / 20 * SAMPLES) }
}
