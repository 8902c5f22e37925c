//! `bakeoff charts`: charts of recordings, from their files alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::cmd::{BadUsage, Exit};
use crate::post::charts::charts;
use crate::record::read::read;
use crate::record::save::{SaveError, replace, write_new};
use crate::report::chart::png::png;

/// Which recordings, and where their pictures go.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Recordings; each chart is of the first that has what it needs, scaling of all of one machine
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder for the pictures: NAME.svg follows the reader's light or dark mode, NAME-light.svg and NAME-dark.svg do not
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write NAME.png besides, 1200 by 630 pixels; needs a build with --features png
    #[arg(long)]
    png: bool,
    /// Replace pictures that are there already
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let recordings = args.files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    std::fs::create_dir_all(&args.out).map_err(|why| SaveError::new(&args.out, why))?;
    let mut out = std::io::stdout().lock();
    for drawn in charts(&recordings) {
        match drawn {
            Err(why) => writeln!(out, "no chart of {why}")?,
            Ok(chart) => {
                for (name, svg) in chart.files() {
                    write(&args.out.join(name), svg.as_bytes(), args.force)?;
                }
                if args.png {
                    write(&args.out.join(format!("{}.png", chart.name)), &png(&chart)?, args.force)?;
                }
                writeln!(out, "{}", args.out.join(chart.name + ".svg").display())?;
            }
        }
    }
    Ok(Exit::Ok)
}

/// Writes an image; overwrites an existing one only on request.
pub(super) fn write(path: &Path, picture: &[u8], force: bool) -> Result<()> {
    ensure!(
        force || !path.exists(),
        BadUsage::new(format!("{} is there already: --force replaces it", path.display()))
    );
    let save = if force && path.exists() { replace } else { write_new };
    save(path, picture)?;
    Ok(())
}
