//! `bakeoff costs`: what models cost besides the time of a warm run.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::section::{folder, recording_of, save_section};
use super::stop::Stop;
use super::{Exit, command_line, models_named};
use crate::cell::{Cell, Width};
use crate::costs::{Asking, gather};
use crate::host;
use crate::lane::Lane;
use crate::model::{ModelEntry, models};
use crate::record::schema::{Costs, Probed, Recording, Sizes};
use crate::report::formats::{Format, render};
use crate::report::progress::{show, show_progress};
use crate::study::plan::Profile;
use crate::study::run::{Request, run_and_save};
use crate::workload::Workload;
use crate::workload::series::{SERIES, Series};

/// What to ask, and where to keep the answers.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these models, and `sequential` beside them
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    /// Ask each question once, in small crowds, and leave the other sizes of the same work out
    #[arg(long)]
    quick: bool,
    /// The most jobs that wait at once
    #[arg(long, default_value_t = 1_000_000, value_name = "JOBS", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    most: u32,
    /// The most memory that waiting jobs may take together, in MiB
    #[arg(long, default_value_t = 1024, value_name = "MIB", value_parser = clap::value_parser!(u32).range(16..))]
    memory: u32,
    /// How the tables are written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for the recording; by default `bakeoff` in the target folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let models = models_and_baseline(&args.models)?;
    let folder = folder(args.out.as_deref())?;
    let stop = Stop::listen()?;
    let begun = recording_of(None, None);
    let probes = probes(args, &models, &stop)?;
    let (mut sizes, mut kept) = (Vec::new(), Vec::new());
    let series = if args.quick { &[][..] } else { SERIES };
    for series in series.iter().filter(|_| !stop.is_asked()) {
        show(&format!("comparing sizes: {}", series.about));
        let (recording, path) = study(series, &models, &folder, &stop)?;
        sizes.extend(recording.study.map(|study| Sizes { series: series.name.into(), study }));
        kept.push(path);
    }
    show("");
    let costs = Costs { command: command_line(), probes, sizes };
    let recording = Recording { partial: stop.is_asked(), costs: Some(costs), ..begun };
    let path = save_section(&recording, &folder, "costs")?;
    // Only now: until then they were the only place where their samples were.
    kept.iter().for_each(|path| drop(std::fs::remove_file(path)));
    let mut out = std::io::stdout().lock();
    write!(out, "{}", render(&recording, args.format))?;
    if args.format == Format::Table {
        writeln!(out, "\n{}\nThe recording is {}", host::describe(), path.display())?;
    }
    Ok(stop.exit().unwrap_or_else(|| exit(&recording)))
}

/// The models of these names, the baseline first.
fn models_and_baseline(names: &[String]) -> Result<Vec<ModelEntry>> {
    let (all, named) = (models(), models_named(models(), names)?);
    let is_wanted =
        |(at, model): &(usize, ModelEntry)| *at == 0 || named.iter().any(|it| it.name == model.name);
    Ok(all.into_iter().enumerate().filter(is_wanted).map(|(_, model)| model).collect())
}

fn probes(args: &Args, models: &[ModelEntry], stop: &Stop) -> Result<Vec<Probed>> {
    let asking = Asking {
        exe: std::env::current_exe()?,
        models: models.to_vec(),
        most_jobs: usize::try_from(args.most)?,
        most_bytes: u64::from(args.memory) << 20,
        quick: args.quick,
    };
    Ok(gather(&asking, &stop.asked, |model, question| show(&format!("asking {model}: {question}"))))
}

/// A study of the sizes of a series; each model at its greatest width.
fn study(series: &Series, models: &[ModelEntry], folder: &Path, stop: &Stop) -> Result<(Recording, PathBuf)> {
    let request = Request {
        cells: series.workloads.iter().flat_map(|workload| widest(workload, models)).collect(),
        workers: host::cores(),
        exe: std::env::current_exe()?,
        profile: Profile::Series,
        seed: None,
        folder: Some(folder.to_owned()),
        name: None,
        command: command_line(),
    };
    run_and_save(&request, &stop.asked, show_progress)
}

/// The cells of `models` on a workload, without those of pools that are no wider than the cores where there are wider ones.
fn widest(workload: &Workload, models: &[ModelEntry]) -> Vec<Cell> {
    let cells = Cell::of(workload, Lane::Native, host::cores());
    let wider = |cell: &Cell| {
        cells.iter().any(|other| other.model.name == cell.model.name && other.width != cell.width)
            && cell.width == Width::Cores
    };
    let is_wanted = |cell: &&Cell| models.iter().any(|model| model.name == cell.model.name) && !wider(cell);
    cells.iter().filter(is_wanted).copied().collect()
}

/// Whether some probe failed for another reason than a crowd that was too large.
fn exit(recording: &Recording) -> Exit {
    let probes = recording.costs.iter().flat_map(|costs| &costs.probes);
    let failed = |probe: &Probed| probe.failure.is_some() && !probe.question.starts_with("crowd ");
    if probes.into_iter().any(failed) { Exit::CellFailed } else { Exit::Ok }
}
