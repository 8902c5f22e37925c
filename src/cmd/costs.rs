//! `bakeoff costs`: start-up, memory, dispatch overhead and limits of models.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::cmd::platforms::{Platforms, models_of};
use crate::cmd::progress::{show, show_progress};
use crate::cmd::section::{folder, recording_of, save_section};
use crate::cmd::{Exit, command_line, has_model, models_named, stop::Stop};
use crate::machine::host;
use crate::model::{ModelEntry, Platform};
use crate::post::sections;
use crate::record::figure::ProbeKind;
use crate::record::schema::{Costs, ProbeRecord, Recording, Sizes};
use crate::report::{export::Format, render::render};
use crate::study::cell::{Cell, Width};
use crate::study::plan::Profile;
use crate::study::probe::{ProbeOptions, gather};
use crate::study::run::{Request, run_and_save};
use crate::workload::{Workload, catalog::Catalog};

/// What to ask, and where to keep the answers.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these models, and `sequential` beside them
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    #[command(flatten)]
    platforms: Platforms,
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

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let platforms = args.platforms.all();
    let named = models_named(models_of(&platforms), &args.models)?;
    let folder = folder(args.out.as_deref())?;
    let stop = Stop::listen()?;
    let begun = recording_of(&platforms, None, None);
    let probes = probes(args, &with_baseline(Platform::Native, &named), &stop)?;
    let (mut sizes, mut kept) = (Vec::new(), Vec::new());
    let series = if args.quick { &[][..] } else { catalog.series() };
    for series in series {
        for &platform in &platforms {
            let models = with_baseline(platform, &named);
            if models.is_empty() || stop.is_asked() {
                continue;
            }
            show(&format!("comparing sizes: {}", series.about));
            let (recording, path) = study(catalog, series.of(platform), &models, &folder, &stop)?;
            if let Some(study) = recording.study {
                sizes.push(Sizes { series: name_on(series.name, platform), study });
            }
            kept.push(path);
        }
    }
    show("");
    let costs = Costs { command: command_line(), probes, sizes };
    let recording = Recording { partial: stop.is_asked(), costs: Some(costs), ..begun };
    let path = save_section(&recording, &folder, "costs")?;
    // Removed only now: until this point they held the only copy of their samples.
    for path in kept {
        let _ = std::fs::remove_file(path);
    }
    let mut out = std::io::stdout().lock();
    write!(out, "{}", render(&recording, &sections(), args.format))?;
    if args.format == Format::Table {
        writeln!(out, "\n{}\nThe recording is {}", host::describe(), path.display())?;
    }
    Ok(stop.exit().unwrap_or_else(|| exit(&recording)))
}

/// The name of a series on a platform.
fn name_on(series: &str, platform: Platform) -> String {
    match platform.tag() {
        Some(tag) => format!("{series}@{tag}"),
        None => series.to_owned(),
    }
}

/// The named models of a platform, its baseline first; empty if none is named.
fn with_baseline(platform: Platform, named: &[ModelEntry]) -> Vec<ModelEntry> {
    let mut models = platform.models();
    if !models.iter().any(|model| has_model(named, model.name)) {
        return vec![];
    }
    let baseline = models[0].name;
    models.retain(|model| model.name == baseline || has_model(named, model.name));
    models
}

fn probes(args: &Args, models: &[ModelEntry], stop: &Stop) -> Result<Vec<ProbeRecord>> {
    let options = ProbeOptions {
        exe: std::env::current_exe()?,
        models: models.to_vec(),
        most_jobs: usize::try_from(args.most)?,
        most_bytes: u64::from(args.memory) << 20,
        quick: args.quick,
    };
    Ok(gather(&options, &stop.asked, |model, question| show(&format!("asking {model}: {question}"))))
}

/// A study of the sizes of a series; each model runs at its greatest concurrency.
fn study(
    catalog: &Catalog,
    sizes: &[Workload],
    models: &[ModelEntry],
    folder: &Path,
    stop: &Stop,
) -> Result<(Recording, PathBuf)> {
    let request = Request {
        catalog: catalog.clone(),
        cells: sizes.iter().flat_map(|workload| widest(workload, models)).collect(),
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

/// The cells of `models` on a workload, without those limited to the core count when wider ones exist.
fn widest(workload: &Workload, models: &[ModelEntry]) -> Vec<Cell> {
    let platform = models.first().map_or(Platform::Native, |model| model.platform);
    let cells = Cell::of(workload, platform, host::cores());
    let mut widest = Vec::new();
    for cell in &cells {
        let is_limited = cell.width == Width::Cores
            && cells.iter().any(|other| other.model.name == cell.model.name && other.width != cell.width);
        if has_model(models, cell.model.name) && !is_limited {
            widest.push(*cell);
        }
    }
    widest
}

/// Whether some probe failed for a reason other than too many jobs.
fn exit(recording: &Recording) -> Exit {
    let Some(costs) = &recording.costs else { return Exit::Ok };
    for probe in &costs.probes {
        if probe.failure.is_some() && !matches!(probe.kind(), Some(ProbeKind::ConcurrencyLimit(..))) {
            return Exit::CellFailed;
        }
    }
    Exit::Ok
}
