//! Text that steers nothing: recordings, file names and what other programs said are untrusted, and may have characters that
//! control a terminal, reverse text, or hide.

use std::fmt::Write as _;
use std::io::Write as _;

/// One line of text for any reader: replaces characters that control terminals, reverse or hide text, or are invalid in XML.
/// Markup of SVG and HTML is escaped on output.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// As [`plain`], but keeps line breaks.
pub fn lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(plain).collect();
    lines.join("\n")
}

/// A JSON document with the same values, in which such characters are written as numbers.
pub fn json(document: &str) -> String {
    let mut escaped = String::with_capacity(document.len());
    for c in document.chars() {
        if !steers(c) || c == '\n' {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// Tells the user something beside the results, on standard error: the one way of all rooms.
pub fn tell(text: &str) {
    // A reader that has closed it is no reason to end: what is measured would be lost.
    let _ = writeln!(std::io::stderr(), "bakeoff: {}", lines(text));
}

/// Whether a character is none that is seen: controls (ISO/IEC 6429) and characters of format (Unicode's category Cf, and
/// those that are proposed for it).
pub fn steers(c: char) -> bool {
    let is_format = matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    c.is_control() || is_format || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_alone_are_kept() {
        assert_eq!(
            lines("a\nb\u{7}\r\n\u{202e}c\u{200b}\u{e0041}"),
            "a\nb\u{fffd}\u{fffd}\n\u{fffd}c\u{fffd}\u{fffd}"
        );
        assert_eq!(plain("x\n\u{9b}31m \u{fffd} é 漢"), "x\u{fffd}\u{fffd}31m \u{fffd} é 漢");
    }

    #[test]
    fn json_keeps_values_and_shows_no_control() {
        let text = "\u{1b}[2J\u{9b}\u{202e}\u{e0041}\"\\ é";
        let document = format!("{:#}", serde_json::json!({ "a": text }));
        let escaped = json(&document);
        assert!(escaped.chars().all(|c| !steers(c) || c == '\n'), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap()["a"], text);
    }
}
