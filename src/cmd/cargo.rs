//! The command lines that cargo and test runners give to a bench target without a harness of its own: `--bench` to measure,
//! `--test` or nothing to run every cell once, `--list` to name the cells.

use std::ffi::OsString;

use anyhow::Result;
use clap::CommandFactory;

use crate::cmd::out::Out;
use crate::cmd::{BadUsage, Cli, Exit, learned, verify};
use crate::machine::host;
use crate::model::Platform;
use crate::study::cell::Cell;
use crate::workload::catalog::Catalog;

/// Options of test runners that take a value and change nothing here.
const WITH_VALUE: [&str; 4] = ["--format", "--color", "--test-threads", "--logfile"];

/// Options of test runners that change nothing here.
const WITHOUT_EFFECT: [&str; 7] =
    ["--test", "--nocapture", "--no-capture", "--show-output", "--quiet", "-q", "--include-ignored"];

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A command of this program, with these words.
    Command(Vec<OsString>),
    /// The names of the cells.
    List(CellFilter),
    /// Every cell once.
    Test(CellFilter),
}

/// Which cells a test runner selects.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CellFilter {
    /// Parts of ids, or ids if `exact`; all cells without any.
    names: Vec<String>,
    /// Parts of ids that are left out.
    skipped: Vec<String>,
    exact: bool,
    /// Only those that are ignored: there are none.
    ignored: bool,
}

impl CellFilter {
    fn selects(&self, id: &str) -> bool {
        let is_named = |name: &String| if self.exact { id == name } else { id.contains(name.as_str()) };
        !self.ignored
            && (self.names.is_empty() || self.names.iter().any(is_named))
            && !self.skipped.iter().any(is_named)
    }
}

/// What `words`, the command line with the program's name, ask for: cargo adds `--bench` to them.
///
/// # Errors
/// [`BadUsage`] for an option that no test runner has.
pub(super) fn asked(mut words: Vec<OsString>) -> Result<Asked> {
    let measures = words.iter().skip(1).any(|word| word == "--bench");
    words.retain(|word| word != "--bench");
    let is_command = words.get(1).and_then(|word| word.to_str()).is_some_and(|word| {
        let own = Cli::command();
        own.find_subcommand(word).is_some() || ["help", "--help", "-h", "--version", "-V"].contains(&word)
    });
    let has = |option: &str| words.iter().any(|word| word == option);
    if is_command {
        return Ok(Asked::Command(words));
    }
    if has("--list") {
        return Ok(Asked::List(cell_filter(&words)?));
    }
    if has("--test") || !measures {
        return Ok(Asked::Test(cell_filter(&words)?));
    }
    Ok(Asked::Command(of_run(words)))
}

/// The words of a study: a filter that is exact becomes a regular expression that is.
fn of_run(words: Vec<OsString>) -> Vec<OsString> {
    let is_exact = words.iter().any(|word| word == "--exact");
    let with_value = options_with_value("run");
    let mut of_run: Vec<OsString> = Vec::with_capacity(words.len() + 2);
    let mut is_value = false;
    for (at, word) in words.into_iter().enumerate() {
        let is_name = at > 0 && !is_value;
        is_value = word.to_str().is_some_and(|word| with_value.iter().any(|option| option == word));
        match word.to_str() {
            Some("--exact") if is_name => {}
            Some("--quick") if is_name => of_run.extend(["--profile".into(), "quick".into()]),
            Some(id) if is_name && is_exact && !id.starts_with('-') => {
                of_run.push(format!("^{}$", regex::escape(id)).into());
            }
            _ => of_run.push(word),
        }
        if at == 0 {
            of_run.push("run".into());
        }
    }
    of_run
}

/// The long options of a command whose value is the next word.
fn options_with_value(command: &str) -> Vec<String> {
    let mut options = Vec::new();
    if let Some(command) = Cli::command().find_subcommand(command) {
        for option in command.get_opts() {
            if option.get_action().takes_values() && !option.is_require_equals_set() {
                options.extend(option.get_long().map(|long| format!("--{long}")));
            }
        }
    }
    options
}

fn cell_filter(words: &[OsString]) -> Result<CellFilter> {
    let mut filter = CellFilter::default();
    let mut words = words.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        match &*word {
            "--exact" => filter.exact = true,
            "--ignored" => filter.ignored = true,
            "--skip" => filter.skipped.extend(words.next().map(String::from)),
            "--list" => {}
            option if WITH_VALUE.contains(&option) => drop(words.next()),
            option if WITHOUT_EFFECT.contains(&option) => {}
            option if WITH_VALUE.iter().any(|known| option.starts_with(&format!("{known}="))) => {}
            option if option.starts_with('-') => {
                let why = format!(
                    "unknown option {option}: every cell is run once here; cargo bench measures, and --help lists the commands"
                );
                return Err(BadUsage(why).into());
            }
            name => filter.names.push(name.to_owned()),
        }
    }
    Ok(filter)
}

/// Prints the ids of the selected cells as test runners read them.
pub(super) fn list(filter: &CellFilter, catalog: &Catalog) -> Result<Exit> {
    use std::io::Write as _;

    let catalog = learned(catalog, |id| filter.selects(id))?;
    let mut cells = Cell::all(&catalog, &[Platform::Native], host::cores());
    cells.retain(|cell| filter.selects(&cell.id()));
    for cell in cells {
        writeln!(Out, "{}: benchmark", cell.id())?;
    }
    Ok(Exit::Ok)
}

/// Runs the selected cells once each.
pub(super) fn test(filter: &CellFilter, catalog: &Catalog) -> Result<Exit> {
    let catalog = learned(catalog, |id| filter.selects(id))?;
    let mut cells = Vec::new();
    for workload in catalog.workloads(Platform::Native) {
        let mut of_workload = Cell::of(workload, Platform::Native, host::cores());
        if workload.why_unknown().is_some() {
            // A function that failed has no number of jobs, so that the cell that was asked for may not be there: any other fails too.
            of_workload.truncate(1);
        } else {
            of_workload.retain(|cell| filter.selects(&cell.id()));
        }
        cells.extend(of_workload);
    }
    if cells.is_empty() {
        // A filter of `cargo test` may be meant for other targets.
        return Ok(Exit::Ok);
    }
    verify::verify(&cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Asked {
        asked(line.split(' ').map(OsString::from).collect()).unwrap()
    }

    fn command(words: &str) -> Asked {
        Asked::Command(words.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn command_lines_of_cargo_and_test_runners_are_understood() {
        assert_eq!(of("mine --bench"), command("mine run"));
        assert_eq!(of("mine page --quick --bench"), command("mine run page --profile quick"));
        assert_eq!(of("mine --exact a/rayon/cores --bench"), command("mine run ^a/rayon/cores$"));
        assert_eq!(
            of("mine --out /tmp/a/b --exact a/rayon/cores --bench"),
            command("mine run --out /tmp/a/b ^a/rayon/cores$")
        );
        assert_eq!(of("mine --python --exact a/b/c --bench"), command("mine run --python ^a/b/c$"));
        assert_eq!(of("mine report x.json --bench"), command("mine report x.json"));
        for line in
            ["mine", "mine --test", "mine --test --bench", "mine -q --test-threads 1", "mine --format=json"]
        {
            assert_eq!(of(line), Asked::Test(CellFilter::default()), "{line}");
        }
        let Asked::List(none) = of("mine --ignored --list --format terse") else { panic!("it is a list") };
        assert!(!none.selects("a/rayon/cores"));
        let Asked::Test(one) = of("mine a/rayon/cores --exact --nocapture") else { panic!("it is a test") };
        assert!(one.selects("a/rayon/cores") && !one.selects("a/rayon/jobs"));
        assert!(asked(["mine", "--quack"].map(OsString::from).to_vec()).is_err());
    }
}
