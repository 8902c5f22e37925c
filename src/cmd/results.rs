//! `bakeoff results`: prepares recordings for storage and sharing.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use crate::cmd::out::Out;
use crate::cmd::{Exit, terminal::paragraph};
use crate::post::sections;
use crate::record::read::read;
use crate::report::disclosure::{disclosure, summary};

/// What to do with recordings.
#[derive(Debug, clap::Subcommand)]
pub(super) enum ResultsCommand {
    /// Show in one line what each recording contains
    Show {
        /// Show everything that it discloses about the machine, word for word
        #[arg(long)]
        public: bool,
        /// Recordings
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

pub(super) fn run(command: &ResultsCommand) -> Result<Exit> {
    let ResultsCommand::Show { public, files } = command;
    let mut out = Out;
    for path in files {
        let recording = read(path)?;
        let text =
            if *public { disclosure(&recording, &sections()) } else { summary(&recording, &sections()) };
        write!(out, "{}", paragraph(&format!("{}: {text}", path.display())))?;
    }
    Ok(Exit::Ok)
}
