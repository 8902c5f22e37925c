//! The command line that a recording keeps.

use std::path::Path;

/// The command line, word by word, for a recording.
pub(super) fn command_line() -> Vec<String> {
    let mut words = vec!["bakeoff".to_owned()];
    for word in std::env::args_os().skip(1) {
        words.push(public(&word.to_string_lossy()));
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

#[cfg(all(test, unix))]
mod tests {
    use super::*;

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
