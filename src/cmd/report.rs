//! `bakeoff report`: the table of a recording, from its file alone.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::analysis::summary::Summary;
use crate::cmd::outputs::{Output, write_all};
use crate::cmd::{BadUsage, Exit, read_all};
use crate::post::splice::{Part, begin, end, splice};
use crate::post::{chirpy, page::page, sections};
use crate::record::save::{SaveError, replace};
use crate::record::schema::Recording;
use crate::report::bars::{TerminalStyle, bars};
use crate::report::{export::Format, render::render};

/// Which recordings, and their output format.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The recording; several with --splice, --html or --chirpy
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write the results into this Markdown page instead, between its markers
    #[arg(long, value_name = "PAGE", conflicts_with = "format")]
    splice: Option<PathBuf>,
    /// Show the best tools for each task as bars with whiskers
    #[arg(long, conflicts_with_all = ["format", "splice", "html", "chirpy"])]
    bars: bool,
    /// Draw bars with ASCII characters only
    #[arg(long, requires = "bars")]
    ascii: bool,
    /// When to draw bars in colour; auto follows NO_COLOR
    #[arg(long, value_enum, default_value_t = clap::ColorChoice::Auto, value_name = "WHEN")]
    color: clap::ColorChoice,
    /// Write one page with everything in the recordings, to open offline
    #[arg(long, value_name = "PAGE", conflicts_with_all = ["format", "splice"])]
    html: Option<PathBuf>,
    /// Write a post for a Jekyll blog with the Chirpy theme into this folder: post.md, charts, data
    #[arg(long, value_name = "DIR", conflicts_with_all = ["format", "splice", "html"])]
    chirpy: Option<PathBuf>,
    /// URL of this project, for links to the commit that a recording names
    #[arg(long, value_name = "URL", requires = "chirpy")]
    repository: Option<String>,
    /// Overwrite existing files
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let recordings = read_all(&args.files)?;
    if let Some(file) = &args.html {
        let names: Vec<String> = args.files.iter().map(|path| path.display().to_string()).collect();
        let contents = page(&names, &recordings).into_bytes();
        write_all(&[Output { path: file.clone(), contents }], &args.files, args.force)?;
        return Ok(Exit::Ok);
    }
    if let Some(folder) = &args.chirpy {
        let mut post = Vec::new();
        for (name, contents) in chirpy::files(&recordings, args.repository.as_deref())? {
            post.push(Output { path: folder.join(name), contents });
        }
        std::fs::create_dir_all(folder).map_err(|why| SaveError::new(folder, why))?;
        write_all(&post, &args.files, args.force)?;
        return Ok(Exit::Ok);
    }
    match (&args.splice, &recordings[..]) {
        (Some(page), recordings) => splice_into(page, recordings)?,
        (None, [recording]) if args.bars => {
            write!(std::io::stdout(), "{}", bars(&Summary::of(recording), terminal_style(args)))?;
        }
        (None, [recording]) => write!(std::io::stdout(), "{}", render(recording, &sections(), args.format))?,
        (None, _) => {
            let why =
                "report shows one recording at a time: bakeoff compare and bakeoff scaling show several";
            return Err(BadUsage::new(why).into());
        }
    }
    Ok(Exit::Ok)
}

/// The capabilities of the terminal, and the requested options.
fn terminal_style(args: &Args) -> TerminalStyle {
    let is_terminal = std::io::stdout().is_terminal();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let width = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0));
    let coloured = match args.color {
        clap::ColorChoice::Always => true,
        clap::ColorChoice::Never => false,
        clap::ColorChoice::Auto => is_terminal && !no_color,
    };
    TerminalStyle { width, ascii: args.ascii, coloured }
}

fn splice_into(page: &Path, recordings: &[Recording]) -> Result<()> {
    let old = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let Some(new) = splice(&old, recordings) else {
        let (begin, end) = (begin(Part::ALL[0]), end(Part::ALL[0]));
        let parts = Part::ALL.map(Part::name);
        let why = format!(
            "{} needs a line {begin} and below it a line {end}, one of each, or those of another part that the recordings \
             have ({})",
            page.display(),
            parts.join(", ")
        );
        return Err(BadUsage(why).into());
    };
    Ok(replace(page, new.as_bytes())?)
}
