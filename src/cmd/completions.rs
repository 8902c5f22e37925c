//! `bakeoff completions`: what a shell needs to complete command lines.

use std::io::Write;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};

use crate::cmd::out::RawOut;
use crate::cmd::{Cli, Exit};
use crate::model::models;
use crate::post::claims::claims;
use crate::post::story::STORIES;

/// Which shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    RawOut.write_all(&script(args.shell))?;
    Ok(Exit::Ok)
}

/// The script, whole: a reader that stops early must not cause a panic.
fn script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut with_names(Cli::command()), "bakeoff", &mut script);
    script
}

/// `command` with the possible names of stories, models and claims. Outside of completions those of models depend on interpreters,
/// and unknown names suggest the nearest.
fn with_names(command: Command) -> Command {
    let stories: Vec<&str> = STORIES.iter().map(|story| story.name()).collect();
    let models: Vec<&str> = models().into_iter().map(|model| model.name).collect();
    let claims: Vec<&str> = claims().map(|claim| claim.id).collect();
    let mut command = with_values(command, "story", "name", stories);
    command = with_values(command, "claims", "ids", claims);
    for (subcommand, argument) in
        [("run", "models"), ("costs", "models"), ("evidence", "models"), ("story", "model")]
    {
        command = with_values(command, subcommand, argument, models.clone());
    }
    command
}

/// `command` with these possible values of an argument of a subcommand.
fn with_values(
    command: Command,
    subcommand: &'static str,
    argument: &'static str,
    values: Vec<&'static str>,
) -> Command {
    command.mut_subcommand(subcommand, |subcommand| {
        subcommand.mut_arg(argument, |argument| argument.value_parser(PossibleValuesParser::new(values)))
    })
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn scripts_offer_names_and_nothing_hidden() {
        for shell in clap_complete::Shell::value_variants() {
            let script = String::from_utf8(script(*shell)).unwrap();
            // The generators of the other shells know no values, or none of arguments without a name.
            let names: &[&str] = match shell {
                clap_complete::Shell::Bash | clap_complete::Shell::Zsh => &["chess", "tokio-many", "K14"],
                clap_complete::Shell::Fish => &["tokio-many"],
                _ => &["--models"],
            };
            for name in names {
                assert!(script.contains(name), "{shell}: {name}");
            }
            let hidden = Cli::command();
            let hidden = hidden.get_subcommands().flat_map(Command::get_arguments);
            assert_eq!(hidden.filter(|argument| argument.is_hide_set()).count(), 0, "they would be offered");
        }
    }
}
