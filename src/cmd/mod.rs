//! The command line: one file a subcommand.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::{FromArgMatches, Parser, Subcommand};

use crate::child::program::own_program;
use crate::model::Platform;
use crate::record::plain::tell;
use crate::record::read::{ReadError, read};
use crate::record::schema::Recording;
use crate::record::schema::Width;
use crate::study::{children, reference};
use crate::workload::{Workload, catalog::Catalog};

use command_line::{command_line, program_call};
pub use exit::Exit;
use out::is_closed_pipe;
use platforms::with_joined_python;
pub use section::show_results;
use select::{has_model, models_named, regex_of, select_of};
pub use usage::BadUsage;
use usage::unknown;

mod advise;
mod arrivals;
mod cargo;
mod charts;
mod claims;
mod command_line;
mod compare;
mod completions;
mod cost_rows;
mod costs;
mod evidence;
mod examples;
mod exit;
mod help;
mod list;
mod map;
mod mpirun;
pub mod out;
mod outputs;
mod platforms;
pub mod progress;
mod report;
mod results;
mod run;
mod scaling;
mod section;
mod select;
pub mod stop;
mod story;
mod sweep;
mod swept;
mod task;
pub mod terminal;
mod trace;
mod until;
mod usage;
pub mod variables;
mod verify;

/// Measures which execution models are the best tools for a task, with real work on this machine.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Debug, Subcommand)]
enum CliCommand {
    /// List the models and workloads, and with --python the interpreters
    List(list::Args),
    /// Run every cell once and check each job's digest against the known-good one; exit 3 if one differs
    #[command(after_help = examples::VERIFY)]
    Verify(verify::Args),
    /// Show from traces which models are concurrent and parallel, and by which threads and processes
    #[command(after_help = examples::EVIDENCE)]
    Evidence(evidence::Args),
    /// Check the blog post's claims against measurements, new or from recordings
    #[command(after_help = examples::CLAIMS)]
    Claims(claims::Args),
    /// Measure start-up, memory, dispatch overhead, limits, timers and break-even job sizes of models
    #[command(after_help = examples::COSTS)]
    Costs(costs::Args),
    /// Measure how long jobs take that come over time, at several loads: waits in the queue, latencies and capacities
    #[command(after_help = examples::ARRIVALS)]
    Arrivals(arrivals::Args),
    /// Measure tasks of any length, of which any share waits: which tool is the best where
    #[command(after_help = examples::MAP)]
    Map(map::Args),
    /// Say which tool is the best for a task of any length, from a map, or by measuring it
    #[command(after_help = examples::ADVISE)]
    Advise(advise::Args),
    /// Run one of the blog post's worked examples with real timers and computing, or list them
    #[command(after_help = examples::STORY)]
    Story(story::Args),
    /// Run one cell, and write who ran when for Perfetto or Chromium
    #[command(after_help = examples::TRACE)]
    Trace(trace::Args),
    /// Measure cells in fresh processes and interleaved rounds, and save a recording
    #[command(after_help = examples::RUN)]
    Run(run::Args),
    /// Measure on 1, 2, 4, ... and all cores, with a recording for each
    #[command(after_help = examples::SWEEP)]
    Sweep(sweep::Args),
    /// Show speedups by core count, from recordings
    #[command(after_help = examples::SCALING)]
    Scaling(scaling::Args),
    /// Compare recordings of several machines, or of one machine before and after a change
    #[command(after_help = examples::COMPARE)]
    Compare(compare::Args),
    /// Draw charts of recordings as SVG
    #[command(after_help = examples::CHARTS)]
    Charts(charts::Args),
    /// Print the completion script of a shell: `bakeoff completions bash`
    #[command(after_help = examples::COMPLETIONS)]
    Completions(completions::Args),
    /// Show what recordings contain, and what they disclose
    #[command(subcommand)]
    Results(results::ResultsCommand),
    /// Show the tables of a recording, from its file alone
    #[command(after_help = examples::REPORT)]
    Report(report::Args),
}

impl CliCommand {
    /// Whether it measures something, and does not only show what was measured.
    fn measures(&self) -> bool {
        !matches!(
            self,
            CliCommand::List(_)
                | CliCommand::Scaling(_)
                | CliCommand::Compare(_)
                | CliCommand::Charts(_)
                | CliCommand::Completions(_)
                | CliCommand::Results(_)
                | CliCommand::Report(_)
        )
    }

    /// Its name, if it measures nothing but tasks that bakeoff has itself.
    fn about_built_in_tasks(&self) -> Option<&'static str> {
        match self {
            CliCommand::Claims(_) => Some("claims"),
            CliCommand::Story(_) => Some("story"),
            _ => None,
        }
    }
}

/// Executes the command line of a program with the workloads of `catalog`; hidden commands of its child processes come first.
pub fn main(catalog: &Catalog) -> ExitCode {
    match run(catalog) {
        Ok(exit) => exit.into(),
        Err(error) if is_closed_pipe(&error) => Exit::Ok.into(),
        Err(error) => {
            tell(&terminal::usual_style().text(&format!("{error:#}")));
            Exit::of(&error).into()
        }
    }
}

fn run(catalog: &Catalog) -> Result<Exit> {
    if let Some(served) = children::serve_if_asked(catalog) {
        return served.map(|()| Exit::Ok);
    }
    if let Some(why) = catalog.mistake() {
        return Err(BadUsage(why).into());
    }
    let mut words: Vec<OsString> = std::env::args_os().collect();
    let part = part_of_sweep(&mut words)?;
    if catalog.is_of_user() {
        match cargo::asked(words)? {
            cargo::Asked::List(filter) => return cargo::list(&filter, catalog),
            cargo::Asked::Test(filter) => return cargo::test(&filter, catalog),
            cargo::Asked::Command(asked) => words = asked,
        }
    }
    let parsed = help::command().try_get_matches_from(with_joined_python(words.into_iter()));
    match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli.run(catalog, part),
        Err(error) if error.use_stderr() => error.exit(),
        // The help, or the version.
        Err(error) => {
            error.print().map_err(out::marked)?;
            Ok(Exit::Ok)
        }
    }
}

/// What a sweep says of one of its studies at the beginning of the command line, where it is no option that a user could find;
/// takes it away from `words`.
fn part_of_sweep(words: &mut Vec<OsString>) -> Result<Option<run::PartOfSweep>> {
    if words.len() < 3 || words[1] != sweep::PART_OF_SWEEP {
        return Ok(None);
    }
    let part = serde_json::from_str(&words[2].to_string_lossy())?;
    words.drain(1..3);
    Ok(Some(part))
}

impl Cli {
    fn run(self, catalog: &Catalog, part: Option<run::PartOfSweep>) -> Result<Exit> {
        if let Some(name) = self.command.about_built_in_tasks()
            && catalog.is_of_user()
        {
            let why = "is about the tasks of bakeoff itself, which its own program measures";
            return Err(BadUsage(format!("{name} {why}")).into());
        }
        if self.command.measures() {
            mpirun::refuse_in_rank()?;
        }
        match self.command {
            CliCommand::List(args) => list::run(&args, catalog),
            CliCommand::Verify(args) => verify::run(&args, catalog),
            CliCommand::Claims(args) => claims::run(&args, catalog),
            CliCommand::Evidence(args) => evidence::run(&args, catalog),
            CliCommand::Arrivals(args) => arrivals::run(&args, catalog),
            CliCommand::Map(args) => map::run(&args),
            CliCommand::Advise(args) => advise::run(&args, catalog),
            CliCommand::Costs(args) => costs::run(&args, catalog),
            CliCommand::Story(args) => story::run(&args, catalog),
            CliCommand::Trace(args) => trace::run(&args, catalog),
            CliCommand::Run(args) => run::run(&args, catalog, part),
            CliCommand::Sweep(args) => sweep::run(&args, catalog),
            CliCommand::Scaling(args) => scaling::run(&args),
            CliCommand::Compare(args) => compare::run(&args),
            CliCommand::Charts(args) => charts::run(&args),
            CliCommand::Completions(args) => completions::run(&args),
            CliCommand::Results(command) => results::run(&command),
            CliCommand::Report(args) => report::run(&args),
        }
    }
}

/// `catalog`, where fresh processes have been asked about the functions of which some cell is selected.
fn learned(catalog: &Catalog, selects: impl Fn(&str) -> bool) -> Result<Catalog> {
    let mut learned = catalog.clone();
    let is_wanted = |workload: &Workload| {
        let mut ids = Vec::new();
        for model in Platform::Native.models() {
            for width in [Width::One, Width::Cores, Width::Jobs] {
                ids.push(format!("{}/{}/{width}", workload.name, model.name));
            }
        }
        ids.iter().any(|id| selects(id))
    };
    reference::learn(&mut learned, &own_program()?, &Arc::default(), is_wanted)?;
    Ok(learned)
}

/// The same by a regular expression on ids.
fn learned_by_filter(catalog: &Catalog, filter: &str) -> Result<Catalog> {
    let regex = regex_of(filter)?;
    learned(catalog, |id| regex.is_match(id))
}

/// The recordings in these files.
fn read_all(paths: &[PathBuf]) -> Result<Vec<Recording>, ReadError> {
    let mut recordings = Vec::with_capacity(paths.len());
    for path in paths {
        recordings.push(read(path)?);
    }
    Ok(recordings)
}
