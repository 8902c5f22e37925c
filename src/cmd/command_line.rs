//! The command line that a recording keeps.

use std::any::TypeId;
use std::path::PathBuf;

use clap::CommandFactory;

use crate::cmd::{Cli, platforms::with_joined_python};
use crate::model::cpython::InterpreterChoice;

/// The command line as it was typed, word by word, for a recording; of paths only their last part.
pub(super) fn command_line() -> Vec<String> {
    let mut words = Vec::new();
    for word in with_joined_python(std::env::args_os().skip(1)) {
        words.push(word.to_string_lossy().into_owned());
    }
    let mut command = vec!["bakeoff".to_owned()];
    command.extend(public(&words));
    command
}

/// `words` with the last part alone of the values of those options that take paths. Filters have slashes too, and are kept.
fn public(words: &[String]) -> Vec<String> {
    let options = options_of_paths(words.first());
    let mut public: Vec<String> = Vec::new();
    let mut is_path = false;
    for word in words {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        let named = options.iter().find(|path_option| path_option.name == option);
        public.push(if is_path {
            without_folders(word)
        } else if named.is_some() && word.contains('=') {
            format!("{option}={}", without_folders(value))
        } else {
            word.clone()
        });
        is_path = named.is_some_and(|path_option| path_option.value_may_follow) && !word.contains('=');
    }
    public
}

/// An option whose value is a path, or may be.
struct PathOption {
    name: String,
    /// The next word is its value, unless it has one behind a `=`.
    value_may_follow: bool,
}

/// Those of a subcommand.
fn options_of_paths(subcommand: Option<&String>) -> Vec<PathOption> {
    let command = Cli::command();
    let subcommand = subcommand.and_then(|name| command.find_subcommand(name));
    let mut options = Vec::new();
    for arg in subcommand.unwrap_or(&command).get_arguments() {
        let value = arg.get_value_parser().type_id();
        if value == TypeId::of::<PathBuf>() || value == TypeId::of::<InterpreterChoice>() {
            let name = format!("--{}", arg.get_long().unwrap_or_default());
            options.push(PathOption { name, value_may_follow: !arg.is_require_equals_set() });
        }
    }
    options
}

/// Paths in a list, each without its folders: they may name the user.
fn without_folders(value: &str) -> String {
    let mut public = Vec::new();
    for path in value.split(',') {
        let last = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
        public.push(if last == path { path.to_owned() } else { format!(".../{last}") });
    }
    public.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_folders_and_filters_keep_slashes() {
        for (typed, kept) in [
            ("run /rayon/ --out /home/alice/out", "run /rayon/ --out .../out"),
            ("run ^hash/rayon/ --out=home/alice/out", "run ^hash/rayon/ --out=.../out"),
            ("run --out=file:///home/alice/x/", "run --out=.../x"),
            ("run --out here --seed 3", "run --out here --seed 3"),
            ("run --python=3.13t,/home/alice/python hash/", "run --python=3.13t,.../python hash/"),
            ("run --python ^hash/rayon/", "run --python ^hash/rayon/"),
            ("sweep a/b --into c/d", "sweep a/b --into .../d"),
            ("claims --from a/b --from=c/d", "claims --from .../b --from=.../d"),
            ("costs --out C:\\Users\\alice\\x", "costs --out .../x"),
        ] {
            let words: Vec<String> = typed.split(' ').map(str::to_owned).collect();
            assert_eq!(public(&words).join(" "), kept);
        }
    }
}
