//! The command line that a recording keeps.

use std::any::TypeId;
use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::cmd::mpirun::Mpirun;
use crate::cmd::{Cli, platforms::with_joined_python};
use crate::model::cpython::InterpreterChoice;

/// The command line as it was typed, word by word, for a recording; of paths only their last part.
pub(super) fn command_line() -> Vec<String> {
    let mut words = Vec::new();
    for word in with_joined_python(std::env::args_os().skip(1)) {
        words.push(word.to_string_lossy().into_owned());
    }
    let mut command = vec![program_name()];
    command.extend(public(&words));
    command
}

/// What a user types before a command of this program.
pub(super) fn program_call() -> String {
    let name = program_name();
    let is_of_cargo = std::env::args_os().next().is_some_and(|program| {
        Path::new(&program).parent().and_then(Path::file_name).is_some_and(|folder| folder == "deps")
    });
    if is_of_cargo { format!("cargo bench --bench {name} --") } else { name }
}

/// The name of this program, without what cargo adds to those of benches.
fn program_name() -> String {
    let program = PathBuf::from(std::env::args_os().next().unwrap_or_default());
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    without_hash(name.strip_suffix(".exe").unwrap_or(&name)).to_owned()
}

fn without_hash(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((bench, hash)) if hash.len() == 16 && hash.chars().all(|c| c.is_ascii_hexdigit()) => bench,
        _ => name,
    }
}

/// `words` with the last part alone of the values of those options that take paths. Filters have slashes too, and are kept.
fn public(words: &[String]) -> Vec<String> {
    let options = options_of_paths(words.first());
    let mut public: Vec<String> = Vec::new();
    let mut expected: Option<&PathOption> = None;
    for word in words {
        let (option, value) = word.split_once('=').unwrap_or((word, ""));
        let named = options.iter().find(|path_option| path_option.name == option);
        public.push(match (expected, named) {
            (Some(before), _) => without_folders(word, before.separator),
            (None, Some(named)) if word.contains('=') => {
                format!("{option}={}", without_folders(value, named.separator))
            }
            (None, _) => word.clone(),
        });
        expected = named.filter(|path_option| path_option.value_may_follow && !word.contains('='));
    }
    public
}

/// An option whose value is a path, or may be.
struct PathOption {
    name: String,
    /// The next word is its value, unless it has one behind a `=`.
    value_may_follow: bool,
    /// What stands between several paths.
    separator: char,
}

/// Those of a subcommand; without one, as cargo calls a bench, they are those of a study.
fn options_of_paths(subcommand: Option<&String>) -> Vec<PathOption> {
    let command = Cli::command();
    let subcommand = subcommand.and_then(|name| command.find_subcommand(name));
    let subcommand = subcommand.or_else(|| command.find_subcommand("run"));
    let mut options = Vec::new();
    for arg in subcommand.into_iter().flat_map(clap::Command::get_arguments) {
        let value = arg.get_value_parser().type_id();
        let is_mpirun = value == TypeId::of::<Mpirun>();
        if is_mpirun || value == TypeId::of::<PathBuf>() || value == TypeId::of::<InterpreterChoice>() {
            options.push(PathOption {
                name: format!("--{}", arg.get_long().unwrap_or_default()),
                value_may_follow: !arg.is_require_equals_set(),
                separator: if is_mpirun { ' ' } else { ',' },
            });
        }
    }
    options
}

/// Paths in a list, each without its folders: they may name the user.
fn without_folders(value: &str, separator: char) -> String {
    let mut public = Vec::new();
    for path in value.split(separator) {
        let last = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
        public.push(if last == path { path.to_owned() } else { format!(".../{last}") });
    }
    public.join(&separator.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_are_called_by_their_names() {
        let names = ["mine", "mine-89109aaa02ab0317", "my-bench-89109aaa02ab0317", "my-bench"];
        assert_eq!(names.map(without_hash), ["mine", "mine", "my-bench", "my-bench"]);
    }

    #[test]
    fn paths_lose_folders_and_filters_keep_slashes() {
        for (typed, kept) in [
            ("run /rayon/ --out /home/alice/out", "run /rayon/ --out .../out"),
            ("run ^hash/rayon/ --out=home/alice/out", "run ^hash/rayon/ --out=.../out"),
            ("run --out=file:///home/alice/x/", "run --out=.../x"),
            ("run --out here --seed 3", "run --out here --seed 3"),
            ("run --python=3.13t,/home/alice/python hash/", "run --python=3.13t,.../python hash/"),
            ("run --python ^hash/rayon/", "run --python ^hash/rayon/"),
            ("run --mpirun=/home/alice/mpirun", "run --mpirun=.../mpirun"),
            ("sweep a/b --into c/d", "sweep a/b --into .../d"),
            ("claims --from a/b --from=c/d", "claims --from .../b --from=.../d"),
            ("--quick --out /home/alice/out page --bench", "--quick --out .../out page --bench"),
            ("costs --out C:\\Users\\alice\\x", "costs --out .../x"),
        ] {
            let words: Vec<String> = typed.split(' ').map(str::to_owned).collect();
            assert_eq!(public(&words).join(" "), kept);
        }
        let words = ["run", "--mpirun", "/opt/bin/mpirun --hostfile /home/alice/hosts"].map(str::to_owned);
        assert_eq!(public(&words)[2], ".../mpirun --hostfile .../hosts");
    }
}
