//! What the terminal can do, and the options that say otherwise.

use std::io::IsTerminal;

use crate::report::bars::TerminalStyle;

/// How text is drawn.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Drawing {
    /// Draw with characters that every terminal has
    #[arg(long)]
    ascii: bool,
    /// Draw in bold and colour; NO_COLOR is heeded where nothing is said
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto, value_name = "WHEN")]
    color: clap::ColorChoice,
}

impl Drawing {
    /// The capabilities of the terminal, and what was asked for.
    pub(super) fn style(self) -> TerminalStyle {
        let coloured = match self.color {
            clap::ColorChoice::Always => true,
            clap::ColorChoice::Never => false,
            clap::ColorChoice::Auto => is_coloured(),
        };
        TerminalStyle { width: width(), ascii: self.ascii, coloured }
    }
}

/// The capabilities of the terminal where nothing is asked for.
pub fn usual_style() -> TerminalStyle {
    TerminalStyle { width: width(), ascii: false, coloured: is_coloured() }
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}

fn is_coloured() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stdout().is_terminal() && !no_color && !is_dumb
}
