//! `bakeoff run`: a study, its recording and its table.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::stop::Stop;
use super::{BadUsage, Exit, models_named, select};
use crate::cell::{Cell, with_baselines};
use crate::host;
use crate::record::schema::Recording;
use crate::report::formats::{Format, render};
use crate::report::progress::show_progress;
use crate::study::plan::Profile;
use crate::study::run::{Request, run_and_save};

/// What to measure, how much of it, and where to keep it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Regular expression on ids, workload/model/width: `hash`, `/rayon/`, `^hash/rayon/cores$`
    #[arg(default_value = "")]
    filter: String,
    /// How much to measure
    #[arg(long, value_enum, default_value_t = Profile::Standard)]
    profile: Profile,
    /// Only these models, and `sequential` beside them
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    /// Decides the order of launches and slots; drawn where it is not given, and recorded
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for the recording; by default `bakeoff` in the target folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How the table is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let request = Request {
        cells: cells(args)?,
        cores: host::cores(),
        exe: std::env::current_exe()?,
        profile: args.profile,
        seed: args.seed,
        folder: args.out.clone(),
        command: std::iter::once("bakeoff".into()).chain(std::env::args().skip(1)).collect(),
    };
    let stop = Stop::listen()?;
    let (recording, path) = run_and_save(&request, &stop.asked, show_progress)?;
    report(args, &recording, &path)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_study(&recording)))
}

/// The cells that the filter and the models select, each workload's baseline among them.
fn cells(args: &Args) -> Result<Vec<Cell>> {
    let models = models_named(&args.models)?;
    let is_wanted = |cell: &Cell| models.iter().any(|model| model.name == cell.model.name);
    let selected: Vec<Cell> = select(&args.filter)?.into_iter().filter(is_wanted).collect();
    let cells = with_baselines(&selected, host::cores());
    if cells.is_empty() {
        return Err(BadUsage("no cell of these models matches the filter".into()).into());
    }
    Ok(cells)
}

fn report(args: &Args, recording: &Recording, path: &Path) -> Result<()> {
    let mut out = std::io::stdout().lock();
    write!(out, "{}", render(recording, args.format))?;
    if args.format == Format::Table {
        writeln!(out, "The recording is {}", path.display())?;
    }
    Ok(())
}
