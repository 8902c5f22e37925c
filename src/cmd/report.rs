//! `bakeoff report`: the table of a recording, from its file alone.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use super::Exit;
use crate::record::read::read;
use crate::report::best::{Format, render};

/// Which recording, and how it is written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The recording
    file: PathBuf,
    /// How the table is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let recording = read(&args.file)?;
    write!(std::io::stdout(), "{}", render(&recording, args.format, &BTreeMap::new()))?;
    Ok(Exit::Ok)
}
