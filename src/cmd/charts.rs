//! `bakeoff charts`: charts of recordings, from their files alone.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;

use crate::analysis::analysed::Analysed;
use crate::cmd::out::Out;
use crate::cmd::outputs::{Output, write_all_in};
use crate::cmd::terminal::paragraph;
use crate::cmd::{Exit, read_all};
use crate::post::charts::charts;
use crate::report::chart::png::{hint, png};

/// Which recordings, and the folder for their charts.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Recordings; each chart uses the first one that has its data, on all cores if there is one; those of interpreters and of scaling use all
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder for the charts: NAME.svg follows the reader's light or dark mode, NAME-light.svg and NAME-dark.svg do not
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Also write NAME.png, 1200 by 630 pixels; needs a build with --features png
    #[arg(long)]
    png: bool,
    /// Overwrite existing files
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let recordings = read_all(&args.files)?;
    let (mut pictures, mut lines) = (Vec::new(), Vec::new());
    for drawn in charts(&Analysed::all(&recordings)) {
        let chart = match drawn {
            Ok(chart) => chart,
            Err(why) => {
                lines.push(format!("no chart of {why}"));
                continue;
            }
        };
        for (name, svg) in chart.files() {
            pictures.push(Output { path: args.out.join(name), contents: svg.into_bytes() });
        }
        if args.png {
            let path = args.out.join(format!("{}.png", chart.name));
            pictures.push(Output { path, contents: png(&chart)? });
        }
        lines.push(args.out.join(chart.name + ".svg").display().to_string());
    }
    write_all_in(&args.out, &pictures, &args.files, args.force)?;
    let mut out = Out;
    for line in lines {
        write!(out, "{}", paragraph(&line))?;
    }
    if let Some(hint) = hint() {
        writeln!(out, "{hint}")?;
    }
    Ok(Exit::Ok)
}
