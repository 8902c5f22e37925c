//! The harness's own overhead and accuracy on this machine:
//!
//! ```sh
//! cargo run --release --example diagnose -- harness
//! ```
#![expect(unreachable_pub, reason = "an example is no library")]

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use regex::Regex;

use self::bare::Bare;
use self::interleave::{Arm, Turn, interleave};
use self::pipe::Piped;
use self::sleeps::sleeps;
use bakeoff::internals::machine::host;
use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use bakeoff::internals::model::{Platform, models};
use bakeoff::internals::stats;
use bakeoff::internals::stats::interval::LEVEL;
use bakeoff::internals::stats::units;
use bakeoff::internals::study::cell::Cell;
use bakeoff::internals::study::probe::{Probe, probe};
use bakeoff::internals::study::session::{RunningCell, Session};
use bakeoff::internals::workload::catalog::Catalog;

mod bare;
mod interleave;
mod pipe;
mod sleeps;
mod table;

/// Shows the overhead and the accuracy of the harness on this machine.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: DiagnoseCommand,
}

/// What to show.
#[derive(Debug, clap::Subcommand)]
enum DiagnoseCommand {
    /// Compare cells with hand-written code that does the same, interleaved
    Harness(Rounds),
    /// Show how much of what N independent copies of `sequential` reach each model reaches
    Capacity(Rounds),
    /// Show what handing out one `noop` job costs under each model
    Dispatch(Rounds),
    /// Show what a slot reads after shorter and longer warm-ins
    WarmIn(Rounds),
    /// Show what it costs to trace each model, and what it costs not to
    Tracing(Rounds),
    /// Show what a waiting thread and a waiting task take of memory, and in hand-written code
    Memory(Rounds),
    /// Show how long waits of 1 ms and of 10 ms really take
    Sleep(Rounds),
    /// Show what the pipe to an interpreter adds to what Python's own clock says
    Pipe(Pipe),
}

/// How long to look.
#[derive(Debug, clap::Args)]
struct Rounds {
    /// Rounds; each arm has one turn in each
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
}

/// How long to look, and at which interpreter.
#[derive(Debug, clap::Args)]
struct Pipe {
    #[command(flatten)]
    rounds: Rounds,
    /// The interpreter, by path, name or version; the newest one found where it is not given
    #[arg(long, value_name = "PYTHON", default_value = "newest")]
    python: InterpreterChoice,
}

fn main() -> Result<()> {
    // The program is its own worker.
    if let Some(served) = bakeoff::Suite::builtin().serve_if_asked() {
        return served;
    }
    let text = match Cli::parse().command {
        DiagnoseCommand::Harness(rounds) => harness(rounds.rounds.into())?,
        DiagnoseCommand::Capacity(rounds) => capacity(rounds.rounds.into())?,
        DiagnoseCommand::Dispatch(rounds) => dispatch(rounds.rounds.into())?,
        DiagnoseCommand::WarmIn(rounds) => warm_up(rounds.rounds.into())?,
        DiagnoseCommand::Tracing(rounds) => tracing(rounds.rounds.into())?,
        DiagnoseCommand::Memory(rounds) => memory(rounds.rounds.into())?,
        DiagnoseCommand::Sleep(rounds) => sleep(rounds.rounds.into())?,
        DiagnoseCommand::Pipe(args) => pipe(&args)?,
    };
    write!(std::io::stdout(), "{text}\n{}\n", host::describe())?;
    Ok(())
}

/// The native cells of this machine whose id the regular expression `filter` matches.
fn select(filter: &str) -> Result<Vec<Cell>> {
    let filter = Regex::new(filter)?;
    let mut cells = Cell::all(&Catalog::builtin(), &[Platform::Native], host::cores());
    cells.retain(|cell| filter.is_match(&cell.id()));
    Ok(cells)
}

fn harness(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let mut rows = Vec::new();
    let hash = Bare::Hash { jobs: 48, blocks: 64 };
    let sleep = Bare::Sleep { jobs: 24, pause: Duration::from_millis(10) };
    for (workload, bare) in [("hash", hash), ("sleep", sleep)] {
        for model in ["sequential", "threads", "rayon", "tokio-one"] {
            let cell = select(&format!("^{workload}/{model}/"))?.remove(0);
            let mut running = session.start(&cell)?;
            let mut arms = [
                Arm::new("harness", || Ok(running.sample()?.wall)),
                Arm::timed("bare", bare.under(model, session.cores)?),
            ];
            let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
            let ratios = paired(&turns[0], &turns[1], |harness, bare| harness / bare);
            rows.push(vec![
                cell.id(),
                units::nanoseconds(median(&turns[0])),
                units::nanoseconds(median(&turns[1])),
                format!("{:.4}", median(&ratios)),
            ]);
        }
    }
    let header = ["cell", "harness", "hand-written", "ratio"];
    Ok(table::plain(&header, &header[1..], rows))
}

fn capacity(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let mut rows = Vec::new();
    for workload in ["hash", "primes", "mandelbrot"] {
        let cells = select(&format!("^{workload}/"))?;
        let mut copies = (0..session.cores).map(|_| session.start(&cells[0])).collect::<Result<Vec<_>>>()?;
        let mut running = cells.iter().map(|cell| session.start(cell)).collect::<Result<Vec<_>>>()?;
        let mut arms: Vec<Arm<'_>> = cells
            .iter()
            .zip(&mut running)
            .map(|(cell, running)| Arm::new(cell.id(), || Ok(running.sample()?.wall)))
            .collect();
        arms.push(Arm::timed("capacity", || at_once(&mut copies)));
        let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
        let (copies, models) = turns.split_last().expect("there is at least the capacity arm");
        let cores = session.cores as f64;
        let reached = median(&paired(&models[0], copies, |one, all| cores * one / all));
        for (cell, times) in cells.iter().zip(models) {
            let speedup = median(&paired(&models[0], times, |one, model| one / model));
            rows.push(vec![
                cell.id(),
                units::nanoseconds(median(times)),
                units::ratio(speedup),
                units::ratio(reached),
                format!("{:.3}", speedup / reached),
            ]);
        }
    }
    let header = ["cell", "median", "speedup", "capacity", "share"];
    Ok(table::plain(&header, &header[1..], rows))
}

/// Runs each of `copies` once, all at the same time.
fn at_once(copies: &mut [RunningCell]) -> Result<()> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = copies.iter_mut().map(|copy| scope.spawn(|| copy.sample())).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a sample does not panic").map(drop))
    })
}

fn dispatch(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let cells = select("^noop/")?;
    let mut running = cells.iter().map(|cell| session.start(cell)).collect::<Result<Vec<_>>>()?;
    let best = &mut vec![f64::INFINITY; cells.len()];
    let mut arms: Vec<Arm<'_>> = cells
        .iter()
        .zip(&mut running)
        .zip(best.iter_mut())
        .map(|((cell, running), best)| {
            Arm::new(cell.id(), || {
                let wall = running.sample()?.wall;
                *best = best.min(wall.as_nanos() as f64);
                Ok(wall)
            })
        })
        .collect();
    let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
    drop(arms);
    let rows = cells.iter().zip(&turns).zip(best.iter()).map(|((cell, turns), best)| {
        let jobs = cell.workload.size.jobs as f64;
        let a_job = |ns: f64| units::nanoseconds(ns / jobs);
        vec![cell.id(), a_job(median(turns)), a_job(*best)]
    });
    let header = ["cell", "a job, median", "a job, best run"];
    Ok(table::plain(&header, &header[1..], rows))
}

/// Speedups on `hash` after warm-ups of several lengths, in turns as short as a warm-up allows: the speedup
/// of a model that wakes up slowly rises with it.
fn warm_up(rounds: usize) -> Result<String> {
    /// Two on each of two cores: about 5 ms.
    const JOBS: usize = 4;
    let mut session = Session::new(&std::env::current_exe()?);
    let cells = select("^hash/(sequential|crossbeam|rayon|prefork|tokio-many)/")?;
    let start = |cell| Ok(session.start(cell)?.shortened(JOBS));
    let mut running = cells.iter().map(start).collect::<Result<Vec<_>>>()?;
    let mut rows = Vec::new();
    for warm_up in [0, 5, 10, 20, 40, 80].map(Duration::from_millis) {
        let arms = cells.iter().zip(&mut running);
        let arms = arms.map(|(cell, running)| Arm::new(cell.id(), || Ok(running.sample()?.wall)));
        let turn = Turn { warm_up, timed: Duration::from_millis(1) };
        let turns = interleave(&mut arms.collect::<Vec<_>>(), rounds, turn)?;
        let speedup =
            |times: &Vec<f64>| units::ratio(median(&paired(&turns[0], times, |one, model| one / model)));
        let row =
            std::iter::once(format!("{} ms", warm_up.as_millis())).chain(turns[1..].iter().map(speedup));
        rows.push(row.collect());
    }
    let header: Vec<&str> =
        std::iter::once("warm-in").chain(cells[1..].iter().map(|cell| cell.model.name)).collect();
    Ok(table::plain(&header, &header, rows))
}

/// The largest job counts that are probed here, under the model and hand-written, in fresh processes.
fn memory(rounds: usize) -> Result<String> {
    let exe = std::env::current_exe()?;
    let stop: Arc<AtomicBool> = Arc::default();
    let mut rows = Vec::new();
    for (model, jobs, us) in [("threads", 4_000, 1_000_000), ("tokio-one", 1_000_000, 8_000_000)] {
        let model = models().into_iter().find(|entry| entry.name == model).context("it is registered")?;
        let a_job = |question: &Probe| {
            let bytes = |_| {
                let probed = probe(&exe, &model, question, &stop).context("nobody stops it")?;
                let bytes = probed.figures.get("own_bytes").copied();
                Ok(bytes.with_context(|| {
                    probed.failure.unwrap_or_else(|| "not available on this system".into())
                })? as f64)
            };
            Ok::<f64, anyhow::Error>(median(&(0..rounds.min(3)).map(bytes).collect::<Result<Vec<f64>>>()?))
        };
        let [through, bare] = [a_job(&Probe::ConcurrencyLimit(jobs, us))?, a_job(&Probe::Bare(jobs, us))?];
        rows.push(vec![
            model.name.to_owned(),
            units::count(jobs as u64),
            units::bytes(through),
            units::bytes(through / jobs as f64),
            units::bytes(bare / jobs as f64),
        ]);
    }
    let header = ["model", "jobs", "all of them", "a job", "by hand"];
    Ok(table::plain(&header, &header[1..], rows))
}

/// `hash` under each model twice untraced and once traced: the difference between the first two is noise.
fn tracing(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let mut rows = Vec::new();
    for cell in select("^hash/")? {
        let (mut one, mut other) = (session.start(&cell)?, session.start(&cell)?);
        let (mut performer, batch) = session.start_traced(&cell)?;
        let mut arms = [
            Arm::new("untraced", || Ok(one.sample()?.wall)),
            Arm::new("untraced again", || Ok(other.sample()?.wall)),
            Arm::new("traced", || Ok(performer.perform(&batch)?.sample.wall)),
        ];
        let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
        let ratio = |times: &Vec<f64>| {
            let ratios = paired(times, &turns[0], |it, untraced| it / untraced);
            let interval = stats::interval::interval(&ratios, LEVEL);
            let bounds =
                interval.map_or("too few rounds".into(), |it| format!("{:.3} .. {:.3}", it.low, it.high));
            [format!("{:.3}", median(&ratios)), bounds]
        };
        let row = [cell.id(), units::nanoseconds(median(&turns[0]))].into_iter();
        rows.push(row.chain(ratio(&turns[1])).chain(ratio(&turns[2])).collect());
    }
    let header = ["cell", "untraced", "again", "95 %", "traced", "95 % "];
    Ok(table::plain(&header, &header[1..], rows))
}

fn sleep(rounds: usize) -> Result<String> {
    /// Waits are short; their tail is of interest.
    const WAITS_A_ROUND: usize = 10;
    let mut rows = Vec::new();
    for pause in [1, 10].map(Duration::from_millis) {
        for way in sleeps(pause, rounds * WAITS_A_ROUND)? {
            let most = way.took.iter().copied().fold(0.0, f64::max);
            let took = [median(&way.took), most].map(units::nanoseconds);
            rows.push([way.by.to_owned(), units::duration(pause)].into_iter().chain(took).collect());
        }
    }
    let header = ["by", "asked for", "median", "longest"];
    Ok(table::plain(&header, &header[1..], rows))
}

/// Every run twice: by the clock around the pipe, and by Python's clock around the run itself.
fn pipe(args: &Pipe) -> Result<String> {
    let interpreter = find(&args.python)[0];
    let piped = pipe::pipe(interpreter, args.rounds.rounds.into(), &std::env::current_exe()?)?;
    let row = |it: Piped| {
        let added = median(&paired(&it.outside, &it.inside, |outside, inside| outside - inside));
        let inside = median(&it.inside);
        let share = format!("{:.2} %", 100.0 * added / inside);
        vec![it.id, units::nanoseconds(inside), units::nanoseconds(added), share]
    };
    let header = ["cell", "by Python's clock", "the pipe adds", "share"];
    Ok(format!(
        "{}\n\n{}",
        interpreter.about(),
        table::plain(&header, &header[1..], piped.into_iter().map(row))
    ))
}

fn paired(a: &[f64], b: &[f64], join: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter().zip(b).map(|(&a, &b)| join(a, b)).collect()
}

fn median(values: &[f64]) -> f64 {
    stats::median(values).expect("there is at least one round")
}
