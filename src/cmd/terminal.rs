//! What the terminal can do, and the options that say otherwise.

use std::ffi::OsString;
use std::io::IsTerminal;

use crate::report::style::TerminalStyle;

/// The width of an output that is no terminal, unless `COLUMNS` has another.
pub(super) const WIDTH: usize = 80;

/// The most columns that are used.
const WIDEST: usize = 1_000;

/// The variables that name the locale of characters; the first that is set counts.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

/// How text is drawn.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Drawing {
    /// Draw with characters that every terminal has, as under TERM=dumb and in a locale without UTF-8
    #[arg(long)]
    ascii: bool,
    /// Write in bold, dim and colour; NO_COLOR and TERM=dumb turn `auto` off
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto, value_name = "WHEN")]
    color: clap::ColorChoice,
}

impl Drawing {
    /// The capabilities of the terminal, and what was asked for.
    pub(super) fn style(self) -> TerminalStyle {
        let usual = usual_style();
        let coloured = match self.color {
            clap::ColorChoice::Always => true,
            clap::ColorChoice::Never => false,
            clap::ColorChoice::Auto => usual.coloured,
        };
        TerminalStyle { ascii: self.ascii || usual.ascii, coloured, ..usual }
    }
}

/// The capabilities of the terminal where nothing is asked for.
pub fn usual_style() -> TerminalStyle {
    let environment = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    TerminalStyle {
        width: width(environment),
        ascii: is_dumb(environment) || is_ascii(environment),
        coloured: std::io::stdout().is_terminal()
            && has_sequences(environment)
            && environment("NO_COLOR").is_none(),
    }
}

/// `text` in lines that fit, with a hanging indent.
pub(super) fn paragraph(text: &str) -> String {
    usual_style().wrapped(text, "  ").join("\n") + "\n"
}

/// `COLUMNS` if it is a number, or what the terminal has.
fn width(environment: impl Fn(&str) -> Option<OsString>) -> usize {
    let asked: Option<usize> = environment("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
    match asked.filter(|columns| *columns > 0) {
        // No line is longer; what pads lines can't take any number.
        Some(columns) => columns.min(WIDEST),
        None => of_terminal().unwrap_or(WIDTH),
    }
}

fn of_terminal() -> Option<usize> {
    let (columns, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(columns.0)).filter(|columns| *columns > 0)
}

fn is_dumb(environment: impl Fn(&str) -> Option<OsString>) -> bool {
    environment("TERM").is_some_and(|term| term == "dumb")
}

/// Whether the terminal has colours and can clear a line: not one that says nothing of itself. Consoles of Windows have no such
/// variable.
pub(super) fn has_sequences(environment: impl Fn(&str) -> Option<OsString>) -> bool {
    environment("TERM").filter(|term| !term.is_empty()).map_or(cfg!(windows), |term| term != "dumb")
}

/// Whether the locale has no UTF-8; without any it is C. Consoles of Windows show all characters, and have no such variables.
fn is_ascii(environment: impl Fn(&str) -> Option<OsString>) -> bool {
    let locale = LOCALE.iter().find_map(|name| environment(name)).unwrap_or_default();
    let locale = locale.to_string_lossy().to_lowercase();
    cfg!(unix) && !locale.contains("utf-8") && !locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The environment of these variables.
    fn with<'a>(variables: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        move |asked| Some(variables.iter().find(|(name, _)| *name == asked)?.1.into())
    }

    #[test]
    fn width_is_that_of_columns() {
        assert_eq!(width(with(&[("COLUMNS", "123")])), 123);
        for other in ["0", "wide", "-1"] {
            assert_eq!(width(with(&[("COLUMNS", other)])), width(with(&[])));
        }
    }

    #[cfg(unix)]
    #[test]
    fn silent_terminal_gets_no_sequences() {
        for (term, has) in [("dumb", false), ("", false), ("xterm", true)] {
            assert_eq!(has_sequences(with(&[("TERM", term)])), has, "{term:?}");
        }
        assert!(!has_sequences(with(&[])));
    }

    #[cfg(unix)]
    #[test]
    fn first_locale_variable_decides_on_characters() {
        for (variables, ascii) in [
            (&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")][..], true),
            (&[("LC_CTYPE", "en_US.utf8"), ("LANG", "C")], false),
            (&[("LANG", "POSIX")], true),
            (&[("LANG", "C.UTF-8")], false),
            (&[], true),
        ] {
            assert_eq!(is_ascii(with(variables)), ascii, "{variables:?}");
        }
    }
}
