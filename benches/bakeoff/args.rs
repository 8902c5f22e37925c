//! The command line of `cargo bench`, the part that matters to the study.

use std::process::{Command, ExitCode};

use anyhow::Result;
use bakeoff::internals::cmd::variables::is_asked;

/// The environment variable that asks for a run of under a minute: 1. The same program with criterion's options for that has
/// [`BEGUN`] there.
const QUICK: &str = "BAKEOFF_QUICK";
const BEGUN: &str = "begun";

/// The options that a quick run gives to criterion.
const QUICK_OPTIONS: [&str; 2] = ["--quick", "--noplot"];

/// The options of criterion's command line that also matter to the study.
pub(crate) struct BenchArgs {
    /// Cells are measured, and not only listed, run once, loaded or profiled.
    pub(crate) measures: bool,
    /// Cells are run once.
    pub(crate) tests: bool,
    /// Criterion decides the measurement time.
    pub(crate) times: bool,
    pub(crate) quick_by_environment: bool,
    /// The study is a quick one too.
    pub(crate) quick: bool,
    /// Nothing was asked for: the answer is what counts, and criterion's own report is kept in a file.
    pub(crate) is_plain: bool,
    /// The command line without the arguments that cargo adds.
    pub(crate) words: Vec<String>,
}

impl BenchArgs {
    /// From the command line and the environment. A word that is not UTF-8 is criterion's to refuse.
    pub(crate) fn of_this_run() -> Result<Self> {
        let mut args = Vec::new();
        for arg in std::env::args_os().skip(1) {
            args.push(arg.to_string_lossy().into_owned());
        }
        let has = |option: &str| {
            let with_value = format!("{option}=");
            args.iter().any(|arg| arg == option || arg.starts_with(&with_value))
        };
        let tests = !has("--list") && (has("--test") || !has("--bench"));
        let measures = has("--bench")
            && !["--list", "--test", "--load-baseline", "--profile-time", "--ignored"].into_iter().any(has);
        let times = ["--quick", "--sample-size", "--measurement-time"].into_iter().any(has);
        let has_begun = std::env::var_os(QUICK).is_some_and(|value| value == BEGUN);
        let quick_by_environment = !has_begun && is_asked(QUICK)? && measures && !times;
        let quick = has("--quick");
        let words: Vec<String> = args.into_iter().filter(|arg| arg != "--bench").collect();
        let is_ours = |word: &String| has_begun && QUICK_OPTIONS.contains(&word.as_str());
        let is_plain = measures && words.iter().all(is_ours);
        Ok(BenchArgs { measures, tests, times, quick_by_environment, quick, is_plain, words })
    }
}

/// Runs this program again with criterion's `--quick`, which only criterion's own option parser can enable,
/// and without its plots, which take longer than the cells.
pub(crate) fn quickly() -> Result<ExitCode> {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let has_plots = !args.iter().any(|arg| arg == "--noplot" || arg == "-n");
    let [quick, no_plots] = QUICK_OPTIONS;
    let mut again = Command::new(std::env::current_exe()?);
    again.args(&args).arg(quick).args(has_plots.then_some(no_plots)).env(QUICK, BEGUN);
    run_instead(again)
}

/// Becomes `command`, so that no second process can outlive this one.
#[cfg(unix)]
fn run_instead(mut command: Command) -> Result<ExitCode> {
    Err(std::os::unix::process::CommandExt::exec(&mut command).into())
}

/// Runs `command`, which ends with this process.
#[cfg(not(unix))]
fn run_instead(mut command: Command) -> Result<ExitCode> {
    let mut child = command.spawn()?;
    let _job = bakeoff::internals::child::job::Job::of(&child);
    let code = child.wait()?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(bakeoff::internals::cmd::Exit::Bug.into(), ExitCode::from))
}
