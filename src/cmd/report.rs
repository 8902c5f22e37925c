//! `bakeoff report`: the table of a recording, from its file alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{BadUsage, Exit};
use crate::record::read::read;
use crate::record::save::replace;
use crate::record::schema::Recording;
use crate::report::formats::{Format, render};
use crate::report::splice::{PARTS, begin, end, splice};

/// Which recordings, and how they are written.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The recording; with --splice, all that the page is about
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How the table is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write what the recordings have into this Markdown page instead, between its markers
    #[arg(long, value_name = "PAGE", conflicts_with = "format")]
    splice: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let recordings = args.files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    match (&args.splice, &recordings[..]) {
        (Some(page), recordings) => splice_into(page, recordings)?,
        (None, [recording]) => write!(std::io::stdout(), "{}", render(recording, args.format))?,
        (None, _) => {
            let why =
                "report shows one recording at a time: bakeoff compare and bakeoff scaling show several";
            return Err(BadUsage::new(why).into());
        }
    }
    Ok(Exit::Ok)
}

fn splice_into(page: &Path, recordings: &[Recording]) -> Result<()> {
    let old = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let Some(new) = splice(&old, recordings) else {
        let (begin, end) = (begin(PARTS[0]), end(PARTS[0]));
        let why = format!(
            "{} needs a line {begin} and below it a line {end}, one of each, or those of another part that the recordings \
             have ({})",
            page.display(),
            PARTS.join(", ")
        );
        return Err(BadUsage(why).into());
    };
    Ok(replace(page, new.as_bytes())?)
}
