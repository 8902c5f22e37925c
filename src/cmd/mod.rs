//! The command line: one file a subcommand.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Error, Result, ensure};
use clap::{Parser, Subcommand};
use regex::Regex;

use crate::cmd::compare::Incomparable;
use crate::model::{ModelEntry, Platform};
use crate::record::read::{ReadError, read};
use crate::record::{save::SaveError, schema::Recording};
use crate::study::{cell::Cell, children};
use crate::workload::catalog::Catalog;

mod charts;
mod claims;
mod compare;
mod completions;
mod cost_rows;
mod costs;
mod evidence;
mod examples;
mod list;
mod outputs;
mod platforms;
pub mod progress;
mod report;
mod results;
mod run;
mod scaling;
mod section;
pub mod stop;
mod story;
mod sweep;
mod swept;
pub mod terminal;
mod until;
mod verify;

/// How a run ended; the exit codes are in the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Measured, verified, saved.
    Ok = 0,
    /// A bug of this program.
    Bug = 1,
    /// A wrong option, or a filter that matches nothing.
    Usage = 2,
    /// Some cell failed, and the rest was measured; or nothing could be measured at all.
    CellFailed = 3,
    /// An input file could not be read.
    ReadError = 4,
    /// Results could not be saved.
    SaveError = 5,
    /// Recordings that can't be compared.
    Incomparable = 6,
    /// A comparison found a condition of --fail-on.
    FailedOn = 7,
    /// Stopped because its terminal was closed, after saving.
    HangUp = 129,
    /// Stopped by Ctrl-C, after saving.
    Interrupt = 130,
    /// Stopped by a request to terminate, after saving.
    Terminate = 143,
}

impl Exit {
    /// The exit code of a study that was not stopped.
    pub fn of_study(recording: &Recording) -> Self {
        let Some(study) = &recording.study else { return Exit::Ok };
        let mut has_samples = false;
        for launch in &study.launches {
            if launch.failure.is_some() || launch.rounds.iter().any(|round| !round.failures.is_empty()) {
                return Exit::CellFailed;
            }
            has_samples |= launch.rounds.iter().any(|round| !round.samples.is_empty());
        }
        if has_samples { Exit::Ok } else { Exit::CellFailed }
    }

    /// The exit code of a run that `error` has ended.
    pub fn of(error: &Error) -> Self {
        if error.is::<BadUsage>() {
            Exit::Usage
        } else if error.is::<ReadError>() {
            Exit::ReadError
        } else if error.is::<Incomparable>() {
            Exit::Incomparable
        } else if error.is::<SaveError>() {
            Exit::SaveError
        } else {
            Exit::Bug
        }
    }
}

/// Invalid usage: names the problem and the alternatives.
#[derive(Debug)]
pub struct BadUsage(String);

impl BadUsage {
    /// The problem, with alternatives.
    pub fn new(why: impl Into<String>) -> Self {
        BadUsage(why.into())
    }
}

impl fmt::Display for BadUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadUsage {}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// What is below the list of commands.
const CODES: &str = "Exit codes:
  0    measured, verified, saved
  1    a bug
  2    a wrong option, a filter that matches nothing, or a named interpreter that is not there
  3    some cell failed or returned a wrong result, and the rest was saved; or nothing could be measured
  4    an input file could not be read
  5    results could not be saved
  6    recordings that can't be compared, or of which `compare --fail-on slower` could judge no cell
  7    `compare --fail-on slower` found a cell that is slower, failed since, or is not measured any more
  129, 130, 143   stopped by a closed terminal, Ctrl-C or a request to terminate, after saving
Through `cargo bench` any code but 0 becomes 101, and cargo names the code.

Environment:
  BAKEOFF_PYTHON=1   `cargo bench` measures CPython's tools too
  BAKEOFF_QUICK=1    `cargo bench` takes under two minutes: ranges, no verdicts
  BAKEOFF_STAGE=DIR  where the files of file workloads lie while a run lasts
  NO_COLOR           no colour and no bold";

/// Measures which execution models are the best tools for a task, with real work on this machine.
#[derive(Debug, Parser)]
#[command(version, about, after_help = CODES)]
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
    /// Run one of the blog post's worked examples with real timers and computing, or list them
    #[command(after_help = examples::STORY)]
    Story(story::Args),
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

/// Executes the command line of a program with the workloads of `catalog`; hidden commands of its child processes come first.
pub fn main(catalog: &Catalog) -> ExitCode {
    match run(catalog) {
        Ok(exit) => exit.into(),
        Err(error) if is_closed_pipe(&error) => Exit::Ok.into(),
        Err(error) => {
            eprintln!("bakeoff: {error:#}");
            Exit::of(&error).into()
        }
    }
}

fn run(catalog: &Catalog) -> Result<Exit> {
    match children::serve_if_asked(catalog) {
        Some(served) => served.map(|()| Exit::Ok),
        None => Cli::parse().run(catalog),
    }
}

/// A reader that closes the output early is no error: `bakeoff list | head -1`.
fn is_closed_pipe(error: &Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

impl Cli {
    fn run(self, catalog: &Catalog) -> Result<Exit> {
        match self.command {
            CliCommand::List(args) => list::run(&args, catalog),
            CliCommand::Verify(args) => verify::run(&args, catalog),
            CliCommand::Claims(args) => claims::run(&args, catalog),
            CliCommand::Evidence(args) => evidence::run(&args, catalog),
            CliCommand::Costs(args) => costs::run(&args, catalog),
            CliCommand::Story(args) => story::run(&args, catalog),
            CliCommand::Run(args) => run::run(&args, catalog),
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

/// The recordings in these files.
fn read_all(paths: &[PathBuf]) -> Result<Vec<Recording>, ReadError> {
    let mut recordings = Vec::with_capacity(paths.len());
    for path in paths {
        recordings.push(read(path)?);
    }
    Ok(recordings)
}

/// The command line, word by word, for a recording.
fn command_line() -> Vec<String> {
    let mut words = vec!["bakeoff".to_owned()];
    for word in std::env::args().skip(1) {
        words.push(public(&word));
    }
    words
}

/// A word of the command line without the folders of an absolute path, which are private.
fn public(word: &str) -> String {
    let values = word.split_once('=').map_or(word, |(_, values)| values);
    let option = &word[..word.len() - values.len()];
    let values: Vec<String> = values.split(',').map(without_folders).collect();
    format!("{option}{}", values.join(","))
}

fn without_folders(value: &str) -> String {
    let path = Path::new(value);
    match path.file_name() {
        Some(name) if path.is_absolute() => format!(".../{}", name.to_string_lossy()),
        _ => value.to_owned(),
    }
}

/// That there is no `what` of this name: with the name that is nearest, or with all of them.
fn unknown(what: &str, name: &str, known: &[String]) -> String {
    let mut nearest: Option<(f64, &String)> = None;
    for other in known {
        let likeness = strsim::jaro_winkler(name, other);
        if likeness > LEAST_LIKENESS && nearest.is_none_or(|(most, _)| likeness > most) {
            nearest = Some((likeness, other));
        }
    }
    match nearest {
        Some((_, other)) => format!("unknown {what} {name:?}; did you mean {other:?}?"),
        None => format!("unknown {what} {name:?}; there are {}", known.join(", ")),
    }
}

/// Names less like than that are not meant.
const LEAST_LIKENESS: f64 = 0.8;

/// Those of `cells` whose id the regular expression `filter` matches.
fn select_of(cells: Vec<Cell>, filter: &str) -> Result<Vec<Cell>> {
    let regex = Regex::new(filter)
        .map_err(|error| BadUsage(format!("the filter is no regular expression: {error}")))?;
    let mut cells = cells;
    cells.retain(|cell| regex.is_match(&cell.id()));
    ensure!(
        !cells.is_empty(),
        BadUsage(format!(
            "the filter {filter:?} matches no cell; ids are workload/model/width, and `bakeoff list` names them"
        ))
    );
    Ok(cells)
}

/// The models of `all` with these names, with or without their interpreter; all of them if no name is given.
fn models_named(all: Vec<ModelEntry>, names: &[String]) -> Result<Vec<ModelEntry>> {
    if names.is_empty() {
        return Ok(all);
    }
    for name in names {
        if !all.iter().any(|model| is_called(model, name)) {
            let known: Vec<String> = all.iter().map(|model| model.name.to_owned()).collect();
            let only_native = all.iter().all(|model| model.platform == Platform::Native);
            let python = if only_native { "; --python has those of CPython" } else { "" };
            return Err(BadUsage(unknown("model", name, &known) + python).into());
        }
    }
    let mut models = all;
    models.retain(|model| names.iter().any(|name| is_called(model, name)));
    Ok(models)
}

/// Whether `name` is the model's, with or without its interpreter.
fn is_called(model: &ModelEntry, name: &str) -> bool {
    model.name == name || model.name.split('@').next() == Some(name)
}

/// Whether `models` has the model of this name.
fn has_model(models: &[ModelEntry], name: &str) -> bool {
    models.iter().any(|model| model.name == name)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn study_without_samples_has_not_passed() {
        let mut study = recording(3, 50);
        assert_eq!(Exit::of_study(&study), Exit::Ok);
        study.study.as_mut().unwrap().launches.clear();
        assert_eq!(Exit::of_study(&study), Exit::CellFailed);
    }

    #[test]
    fn unknown_names_suggest_the_nearest() {
        let known = ["chess", "cakes", "music"].map(str::to_owned);
        assert_eq!(unknown("story", "ches", &known), r#"unknown story "ches"; did you mean "chess"?"#);
        assert_eq!(
            unknown("story", "pizza", &known),
            r#"unknown story "pizza"; there are chess, cakes, music"#
        );
    }

    #[test]
    fn absolute_paths_keep_last_component_only() {
        for (word, kept) in [
            ("/home/alice/out", ".../out"),
            ("--out=/home/alice/out", "--out=.../out"),
            ("--python=3.13t,/home/alice/python", "--python=3.13t,.../python"),
            ("results/here", "results/here"),
            ("/", "/"),
            ("^hash/rayon/", "^hash/rayon/"),
        ] {
            assert_eq!(public(word), kept);
        }
    }
}
