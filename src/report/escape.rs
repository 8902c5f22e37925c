//! What stands in recordings, made harmless for what it is shown in. Recordings come from strangers: a name may turn text
//! around, clear a terminal, be a formula to a spreadsheet or markup to a page.

/// One line of text for any reader: characters that steer terminals, turn text around or are in no XML are replaced.
/// Markup of SVG and HTML is escaped where it is written.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// As [`plain`], but lines stay lines.
pub fn lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| line.strip_suffix('\n').map_or_else(|| plain(line), |line| plain(line) + "\n"))
        .collect()
}

/// Text that Markdown takes for text: no link, no tag, no cell of a table begins or ends in it, no attribute that kramdown
/// or a template that Liquid would see, and options keep both of their hyphens.
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in plain(text).chars() {
        let is_dash = c == '-' && escaped.ends_with('-');
        if matches!(c, '\\' | '[' | ']' | '<' | '>' | '|' | '{') || is_dash {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A quoted field of comma-separated values, and no formula to a spreadsheet.
pub fn csv(text: &str) -> String {
    let formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, plain(text).replace('"', "\"\""))
}

fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What strangers may write into a field of text.
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
            "\u{0}",
            "\u{8}",
            "\u{7f}",
            "\u{fffe}",
        ];
        let twice = begin.iter().flat_map(|text| [(*text).to_owned(), format!("name {text} name")]);
        twice.collect()
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_left_in_any_format() {
        for text in hostile() {
            for shown in [plain(&text), markdown(&text), csv(&text), lines(&text).replace('\n', "")] {
                assert!(!shown.chars().any(steers), "{text:?}: {shown:?}");
            }
        }
        assert_eq!(lines("a\nb\u{7}\n\nc"), "a\nb\u{fffd}\n\nc");
    }

    #[test]
    fn markdown_sees_no_link_no_tag_and_no_cell() {
        for text in hostile() {
            let shown = markdown(&text);
            for (at, c) in shown.char_indices().filter(|(_, c)| "[]<>|{".contains(*c)) {
                let slashes = shown[..at].chars().rev().take_while(|c| *c == '\\').count();
                assert!(slashes % 2 == 1, "{c} in {shown:?}");
            }
        }
    }

    #[test]
    fn a_spreadsheet_sees_no_formula() {
        assert_eq!([csv("=1+1"), csv(" @x"), csv("a\"b")], ["\"'=1+1\"", "\"' @x\"", "\"a\"\"b\""]);
    }
}
