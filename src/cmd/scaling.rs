//! `bakeoff scaling`: speedups by core count, from recordings alone.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use crate::analysis::analysed::Analysed;
use crate::cmd::compare::{ensure_one_machine, ensure_same_work};
use crate::cmd::out::Out;
use crate::cmd::terminal::usual_style;
use crate::cmd::{Exit, read_all};
use crate::report::export::{Format, write};
use crate::report::scaling::{blocks, values};

/// Which recordings.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Recordings of one machine, each on a different number of cores
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let recordings = read_all(&args.files)?;
    ensure_same_work(&args.files, &recordings)?;
    ensure_one_machine(&args.files, &recordings)?;
    let analysed = Analysed::all(&recordings);
    write!(Out, "{}", write(args.format, &blocks(&analysed), &values(&analysed), usual_style()))?;
    Ok(Exit::Ok)
}
