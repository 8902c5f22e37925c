//! What a terminal can show.

use anstyle::Style;

use crate::report::escape;

/// All that controls a terminal in the text of this program: bold, dim, the colour of bars, and their end.
pub const SEQUENCES: [&str; 4] = ["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[36m", "\u{1b}[0m"];

/// The capabilities of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalStyle {
    /// Columns.
    pub width: usize,
    /// ASCII characters only.
    pub ascii: bool,
    /// With bold, dim and colours.
    pub coloured: bool,
}

impl TerminalStyle {
    /// For a page that scrolls: nothing is wrapped or left out.
    pub const UNLIMITED: TerminalStyle = TerminalStyle { width: usize::MAX, ascii: false, coloured: false };

    /// `text` of a recording or of this program as this terminal can show it.
    pub fn text(self, text: &str) -> String {
        let text = escape::lines(text);
        if self.ascii { escape::ascii(&text) } else { text }
    }

    /// `text` in bold letters, if there are any.
    pub fn bold(self, text: &str) -> String {
        self.styled(Style::new().bold(), text)
    }

    /// `text` in dim letters, if there are any.
    pub fn dim(self, text: &str) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    fn styled(self, style: Style, text: &str) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// `text` in lines that fit; `indent` is before all of a paragraph but its first line.
    pub fn wrapped(self, text: &str, indent: &str) -> Vec<String> {
        self.wrapped_with(text, "", indent)
    }

    /// The same with another indent before the first line.
    pub fn wrapped_with(self, text: &str, first: &str, indent: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in self.text(text).lines() {
            // An address or a path stays in one piece, to be copied.
            let options =
                wrapping(self.width).break_words(false).initial_indent(first).subsequent_indent(indent);
            lines.extend(wrap(paragraph, options));
        }
        lines
    }
}

/// `text` in lines. A number stays on the line of its percent sign.
pub(crate) fn wrap(text: &str, options: textwrap::Options<'_>) -> Vec<String> {
    let text = text.replace(" %", "\u{a0}%");
    let mut lines = Vec::new();
    for line in textwrap::wrap(&text, options) {
        lines.push(line.replace("\u{a0}%", " %"));
    }
    lines
}

/// Breaks between words alone, and names with hyphens are words; one that is longer than a line is broken anywhere.
pub(crate) fn wrapping<'a>(width: usize) -> textwrap::Options<'a> {
    textwrap::Options::new(width.max(1))
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_with_hanging_indent() {
        let style = TerminalStyle { width: 12, ascii: true, coloured: false };
        assert_eq!(style.wrapped("tokio-one, tokio-many\nå 1", "  "), ["tokio-one,", "  tokio-many", "? 1"]);
        assert_eq!(style.bold("x"), "x");
        assert_eq!(TerminalStyle { coloured: true, ..style }.dim("x"), "\u{1b}[2mx\u{1b}[0m");
    }
}
