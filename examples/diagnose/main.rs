//! The harness's own overhead and accuracy on this machine:
//!
//! ```sh
//! cargo run --release --example diagnose -- harness
//! ```
#![expect(unreachable_pub, reason = "an example is no library")]

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;

use self::arriving::{Copies, copies};
use self::cells::{capacity, dispatch, harness, tracing, warm_up};
use self::pipe::Piped;
use self::sleeps::sleeps;
use bakeoff::internals::machine::host;
use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use bakeoff::internals::model::{ModelEntry, Platform, models};
use bakeoff::internals::record::figure::ProbeFigure;
use bakeoff::internals::stats;
use bakeoff::internals::stats::ratio::Ratio;
use bakeoff::internals::stats::units;
use bakeoff::internals::study::probe::{Asked, Probe, probe};
use bakeoff::internals::study::python_reference;
use bakeoff::internals::workload::Kind;
use bakeoff::internals::workload::catalog::Catalog;
use bakeoff::internals::workload::python::PythonTask;

mod arriving;
mod bare;
mod cells;
mod interleave;
mod optional;
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
    /// Show what the dispatch of one `noop` job costs under each model
    Dispatch(Rounds),
    /// Show what a slot reads after shorter and longer warm-ups
    WarmUp(Rounds),
    /// Show what it costs to trace each model, and what it costs not to
    Tracing(Rounds),
    /// Show what a waiting thread and a waiting task take of memory, and in hand-written code
    Memory(Rounds),
    /// Show how long waits of 1 ms and of 10 ms really take
    Sleep(Rounds),
    /// Let jobs arrive over time under two copies of a model, and show how much they differ, from each other and from an ideal machine
    Arrivals(ArrivalArgs),
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

/// Which model, and at which load.
#[derive(Debug, clap::Args)]
struct ArrivalArgs {
    /// The model of which there are two copies
    #[arg(default_value = "rayon")]
    model: String,
    /// The load, in percent of what the better copy can do
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=200))]
    load: u64,
}

/// How long to look, and at which interpreter.
#[derive(Debug, clap::Args)]
struct Pipe {
    #[command(flatten)]
    rounds: Rounds,
    /// The interpreter, by path, name or version; the newest one found where it is not given
    #[arg(long, value_name = "PYTHON", default_value = "newest")]
    python: InterpreterChoice,
    /// Instead of bakeoff's own jobs a function, as `module:function`, under its models on these inputs
    #[arg(long, value_name = "MODULE:FUNCTION", requires_all = ["inputs", "path"])]
    task: Option<String>,
    /// Its inputs, as `module:list`
    #[arg(long, value_name = "MODULE:NAME")]
    inputs: Option<String>,
    /// The folder of their modules
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
}

impl Pipe {
    /// The jobs that are run.
    fn catalog(&self, platform: Platform) -> Result<Catalog> {
        let (Some(function), Some(inputs), Some(path)) = (&self.task, &self.inputs, &self.path) else {
            return Ok(Catalog::builtin());
        };
        let task = PythonTask {
            function: function.clone(),
            inputs: inputs.clone(),
            size: None,
            paths: vec![std::path::absolute(path)?],
            ship: false,
            at_most: None,
            kind: Kind::Computes,
            job_us: 0,
        };
        let mut catalog = Catalog::of_python(&task, &[platform]);
        python_reference::learn(&mut catalog, &[platform])?;
        Ok(catalog)
    }
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
        DiagnoseCommand::WarmUp(rounds) => warm_up(rounds.rounds.into())?,
        DiagnoseCommand::Tracing(rounds) => tracing(rounds.rounds.into())?,
        DiagnoseCommand::Memory(rounds) => memory(rounds.rounds.into())?,
        DiagnoseCommand::Sleep(rounds) => sleep(rounds.rounds.into())?,
        DiagnoseCommand::Arrivals(args) => arrivals(&args)?,
        DiagnoseCommand::Pipe(args) => pipe(&args)?,
    };
    write!(std::io::stdout(), "{text}\n{}\n", host::describe())?;
    Ok(())
}

/// The largest job counts that are probed here, under the model and hand-written, in fresh processes.
fn memory(rounds: usize) -> Result<String> {
    let mut rows = Vec::new();
    for (model, jobs, us) in [("threads", 4_000, 1_000_000), ("tokio-one", 1_000_000, 8_000_000)] {
        let model = models().into_iter().find(|entry| entry.name == model).context("it is registered")?;
        let through = own_bytes(&model, &Probe::ConcurrencyLimit(jobs, us), rounds)?;
        let bare = own_bytes(&model, &Probe::Bare(jobs, us), rounds)?;
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

/// The memory of a process that is probed; the median of at most three.
fn own_bytes(model: &ModelEntry, question: &Probe, rounds: usize) -> Result<f64> {
    let (exe, stop) = (std::env::current_exe()?, Arc::default());
    let mut bytes = Vec::new();
    for _ in 0..rounds.min(3) {
        let probed = probe(&exe, model, question, Asked::default(), &stop).context("nobody stops it")?;
        let Some(own) = probed.get(ProbeFigure::OwnBytes) else {
            bail!(probed.failure.unwrap_or_else(|| "not available on this system".into()));
        };
        bytes.push(own as f64);
    }
    Ok(median(&bytes))
}

fn sleep(rounds: usize) -> Result<String> {
    /// Waits are short; their tail is of interest.
    const WAITS_A_ROUND: usize = 10;
    let mut rows = Vec::new();
    for pause in [1, 10].map(Duration::from_millis) {
        for way in sleeps(pause, rounds * WAITS_A_ROUND)? {
            let most = way.took.iter().copied().fold(0.0, f64::max);
            rows.push(vec![
                way.by.to_owned(),
                units::duration(pause),
                units::nanoseconds(median(&way.took)),
                units::nanoseconds(most),
            ]);
        }
    }
    let header = ["by", "asked for", "median", "longest"];
    Ok(table::plain(&header, &header[1..], rows))
}

/// Two copies of a model with the same arrivals.
fn arrivals(args: &ArrivalArgs) -> Result<String> {
    let Copies { kept, p99 } = copies(&args.model, args.load, &std::env::current_exe()?)?;
    let shown = |ratio: Option<Ratio>| match ratio {
        Some(ratio) => match ratio.bounds() {
            Some((low, high)) => format!("{:.3} ({low:.3} .. {high:.3})", ratio.ratio),
            None => format!("{:.3}", ratio.ratio),
        },
        None => "-".into(),
    };
    let mut rows = Vec::new();
    for (name, kept) in ["first copy", "second copy"].into_iter().zip(&kept) {
        rows.push(vec![
            name.to_owned(),
            units::count(kept.completed as u64),
            units::nanoseconds(kept.mean.value),
            kept.p99.map_or("-".into(), |p99| units::nanoseconds(p99.value)),
            shown(kept.mean_over_ideal),
            shown(kept.wait_over_ideal),
            shown(kept.p99_over_ideal),
        ]);
    }
    let header = ["", "jobs", "mean", "p99", "mean over ideal", "mean wait over ideal", "p99 over ideal"];
    let table = table::plain(&header, &header[1..], rows);
    Ok(format!(
        "{table}
p99 of the second copy over the first: {}",
        shown(p99)
    ))
}

/// Every run twice: by the clock around the pipe, and by Python's clock around the run itself.
fn pipe(args: &Pipe) -> Result<String> {
    let interpreter = find(&args.python)[0];
    let catalog = args.catalog(Platform::Python(interpreter))?;
    let piped = pipe::pipe(interpreter, &catalog, args.rounds.rounds.into(), &std::env::current_exe()?)?;
    let mut rows = Vec::new();
    for Piped { id, outside, inside } in piped {
        let added = median(&paired(&outside, &inside, |outside, inside| outside - inside));
        let inside = median(&inside);
        let share = format!("{:.2} %", 100.0 * added / inside);
        rows.push(vec![id, units::nanoseconds(inside), units::nanoseconds(added), share]);
    }
    let header = ["cell", "by Python's clock", "the pipe adds", "share"];
    Ok(format!("{}\n\n{}", interpreter.about(), table::plain(&header, &header[1..], rows)))
}

fn paired(a: &[f64], b: &[f64], join: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    a.iter().zip(b).map(|(&a, &b)| join(a, b)).collect()
}

fn median(values: &[f64]) -> f64 {
    stats::median(values).expect("there is at least one round")
}
