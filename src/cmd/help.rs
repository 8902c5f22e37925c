//! The help, which fits the terminal: what is below the list of commands, and how wide it is.

use std::fmt::Write as _;

use clap::{Command, CommandFactory};

use crate::cmd::Cli;
use crate::cmd::terminal::usual_style;
use crate::report::style::TerminalStyle;

/// What a word of a list means.
struct Entry {
    word: &'static str,
    means: &'static str,
}

/// Makes entries of words and their meanings.
macro_rules! entries {
    ($($word:literal: $means:expr,)+) => { &[$(Entry { word: $word, means: $means }),+] };
}

const CODES: &[Entry] = entries! {
    "0": "measured, verified, saved",
    "1": "a bug",
    "2": "a wrong option, a filter that matches nothing, or a named interpreter that is not there",
    "3": "some cell failed or returned a wrong result, and the rest was saved; or nothing could be measured",
    "4": "an input file could not be read",
    "5": "results could not be saved, or not be printed",
    "6": "recordings that can't be compared, or of which `compare --fail-on slower` could judge no cell",
    "7": "`compare --fail-on slower` found a cell that is slower, failed since, or is not measured any more",
    "129, 130, 143": "stopped by a closed terminal, Ctrl-C or a request to terminate, after saving",
};

const ENVIRONMENT: &[Entry] = entries! {
    "BAKEOFF_PYTHON=1": "`cargo bench` measures CPython's tools too",
    "BAKEOFF_QUICK=1": "`cargo bench` takes under two minutes: ranges, no verdicts",
    "BAKEOFF_STAGE=DIR": "where the files of file workloads lie while a run lasts, and recordings in bakeoff beside them",
    "BAKEOFF_STUDIES=DIR": "where the studies of a machine see each other; by default /tmp for all users, whatever TMPDIR says",
    "COLUMNS=N": "the width of tables, text and help; without it that of the terminal, or 80 where the output is no terminal. Columns of a table \
        that have no room are named beneath it; --format csv or json has all of them",
    "NO_COLOR": "no colour, no bold, no dim",
    "TERM=dumb": "the same, and ASCII alone",
    "LC_ALL, LC_CTYPE, LANG": "the first that is set decides: without UTF-8 in it all text is ASCII",
};

/// The command line with a help that fits the terminal.
pub(super) fn command() -> Command {
    fitted(usual_style())
}

fn fitted(style: TerminalStyle) -> Command {
    Cli::command().term_width(style.width).after_help(below(style))
}

/// What is below the list of commands.
fn below(style: TerminalStyle) -> String {
    let mut text = String::from("Exit codes:\n");
    text += &list(CODES, style);
    for line in
        style.wrapped("Through `cargo bench` any code but 0 becomes 101, and cargo names the code.", "")
    {
        let _ = writeln!(text, "{line}");
    }
    text + "\nEnvironment:\n" + &list(ENVIRONMENT, style)
}

/// Words in one column, and their meanings beside them.
fn list(entries: &[Entry], style: TerminalStyle) -> String {
    let width = entries.iter().map(|entry| entry.word.len()).max().unwrap_or_default();
    let mut text = String::new();
    for Entry { word, means } in entries {
        let first = format!("  {word:<width$}  ");
        for line in style.wrapped_with(means, &first, &" ".repeat(first.len())) {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_help_fits_and_is_ascii() {
        for width in [80, 120] {
            let mut command = fitted(TerminalStyle { width, ascii: true, coloured: false });
            command.build();
            let mut helps = vec![command.clone().render_long_help().to_string()];
            for subcommand in command.get_subcommands_mut() {
                helps.push(subcommand.render_help().to_string());
                helps.push(subcommand.render_long_help().to_string());
            }
            assert!(helps.len() > 20);
            for line in helps.iter().flat_map(|help| help.lines()) {
                assert!(line.is_ascii() && line.len() <= width, "{width}: {line}");
            }
        }
    }
}
