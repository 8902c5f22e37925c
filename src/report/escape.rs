//! Escapes text of recordings for each output format. Recordings are untrusted input: a name may reverse text
//! direction, clear a terminal, or be a spreadsheet formula or page markup.

pub use crate::record::plain::{lines, plain};

/// Text for a terminal or a locale that has ASCII characters alone; the others become the nearest, or a question mark.
pub fn ascii(text: &str) -> String {
    let mut ascii = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii() => ascii.push(c),
            '\u{2018}' | '\u{2019}' => ascii.push('\''),
            '\u{201c}' | '\u{201d}' => ascii.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => ascii.push('-'),
            '\u{2026}' => ascii.push_str("..."),
            '\u{d7}' => ascii.push('x'),
            '\u{b5}' | '\u{3bc}' => ascii.push('u'),
            '\u{a0}' => ascii.push(' '),
            _ => ascii.push('?'),
        }
    }
    ascii
}

/// Text that Markdown treats as plain text: it contains no link, tag, entity or table cell boundary, no kramdown attribute and
/// no Liquid template, which is replaced before Markdown is read; options keep both of their hyphens, and code that is begun
/// is ended.
pub fn markdown(text: &str) -> String {
    let text = plain(text);
    let ends_code = text.matches('`').count().is_multiple_of(2);
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let is_dash = c == '-' && escaped.ends_with('-');
        match c {
            '{' => escaped.push_str("&#123;"),
            '&' if begins_entity(&text[at + 1..]) => escaped.push_str("&amp;"),
            '\\' | '[' | ']' | '<' | '>' | '|' => escaped.extend(['\\', c]),
            '`' if !ends_code => escaped.extend(['\\', c]),
            '-' if is_dash => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Whether an ampersand before `rest` begins an entity.
fn begins_entity(rest: &str) -> bool {
    rest.starts_with(|c: char| c == '#' || c.is_ascii_alphabetic())
}

/// A quoted field of comma-separated values that no spreadsheet treats as a formula.
pub fn csv(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, plain(text).replace('"', "\"\""))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::plain::steers;

    /// Hostile content for a text field.
    pub(crate) fn hostile() -> Vec<String> {
        let begin = [
            "<script>alert(1)</script>",
            "</text><script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<!--",
            "]]>",
            "&lt;",
            "[x](javascript:alert(1))",
            "![x](http://example.org/x.png)",
            "| a | b |",
            "\n# title",
            "\r\n\r\nx",
            "`x`",
            "{{ x }}",
            "{% include x %}",
            "{% raw %}{%- x -%}",
            "{: .x}",
            "`{{ x",
            "=1+1",
            "+1",
            "-1",
            "@SUM(1)",
            "\t=1",
            "\"",
            "'",
            "\\",
            "\u{1b}[2J",
            "\u{1b}]0;x\u{7}",
            "\u{9b}31m",
            "\u{202e}x",
            "\u{2066}x",
            "\u{61c}x",
            "\u{200b}\u{feff}x",
            "\u{0}",
            "\u{8}",
            "\u{7f}",
            "\u{fffe}",
        ];
        // At the beginning of a field, and inside it.
        begin.iter().map(|text| format!("{text} name {text} name")).collect()
    }

    #[test]
    fn terminal_control_characters_are_removed() {
        for text in hostile() {
            for shown in [plain(&text), markdown(&text), csv(&text), lines(&text).replace('\n', "")] {
                assert!(!shown.chars().any(steers), "{text:?}: {shown:?}");
            }
        }
    }

    #[test]
    fn markdown_escapes_links_tags_and_cells() {
        for text in hostile() {
            let shown = markdown(&text);
            assert!(!shown.contains('{'), "Liquid knows no backslash: {shown:?}");
            for (at, c) in shown.char_indices().filter(|(_, c)| "[]<>|".contains(*c)) {
                let slashes = shown[..at].chars().rev().take_while(|c| *c == '\\').count();
                assert!(slashes % 2 == 1, "{c} in {shown:?}");
            }
        }
    }

    #[test]
    fn markdown_shows_the_same_text() {
        assert_eq!(markdown("{% x %} & AT&T &lt; `a` --b"), "&#123;% x %} & AT&amp;T &amp;lt; `a` -\\-b");
        assert_eq!(markdown("`a"), "\\`a");
    }

    #[test]
    fn csv_escapes_spreadsheet_formulas() {
        assert_eq!([csv("=1+1"), csv(" @x"), csv("a\"b")], ["\"'=1+1\"", "\"' @x\"", "\"a\"\"b\""]);
    }
}
