//! `bakeoff run`: a study, its recording and its table.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::child::{
    parent_death,
    program::{own_program, show_name},
};
use crate::cmd::platforms::{Platforms, models_of, with_baseline};
use crate::cmd::{
    BadUsage, Exit, command_line, has_model, learned_by_filter, models_named,
    mpirun::MpiArgs,
    program_call,
    progress::show_progress,
    section::{place, show_results},
    select_of,
    stop::Stop,
    task::TaskArgs,
    terminal::{paragraph, usual_style},
    until::Until,
};
use crate::machine::host;
use crate::model::Platform;
use crate::post::sections;
use crate::record::schema::Recording;
use crate::report::{export::Format, render::render, screen::answer};
use crate::study::cell::{Cell, with_baselines};
use crate::study::plan::{Profile, arms};
use crate::study::run::{Request, run_and_save};
use crate::study::sizes::SizeCells;
use crate::workload::{Workload, catalog::Catalog};

/// What to measure, how much of it, and where to store it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Regular expression on cell ids, workload/model/concurrency: `hash`, `/rayon/`, `^hash/rayon/cores$`
    #[arg(default_value = "")]
    filter: String,
    /// How much to measure
    #[arg(long, value_enum, default_value_t = Profile::Standard)]
    profile: Profile,
    /// The same as --profile quick
    #[arg(long, conflicts_with_all = ["profile", "until"])]
    quick: bool,
    #[command(flatten)]
    until: Until,
    /// Only these models, and `sequential`; with a plus before each, these too (`+smol`)
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    #[command(flatten)]
    platforms: Platforms,
    #[command(flatten)]
    task: TaskArgs,
    #[command(flatten)]
    mpi: MpiArgs,
    /// Number of workers of every pool and runtime; by default the number of cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    workers: Option<u16>,
    /// Number of jobs of every batch; results are comparable only with those of the same number
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Use this many cores: by an affinity mask that is set before anything starts, physical and fast cores first; by pool
    /// sizes alone if the system has no masks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    cores: Option<u16>,
    /// Seed for the order of launches and slots; random by default; stored in the recording
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for the recording; by default `bakeoff` in cargo's target folder, or for an installed program in your folder for data
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// A study that is part of a sweep.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PartOfSweep {
    /// The process of the sweep, with which this one ends.
    pub(super) sweep: u32,
    /// The name of the recording's file, without its extension.
    pub(super) name: String,
    /// The command line of the sweep, for the recording.
    pub(super) command: Vec<String>,
}

/// Measures what `args` say, for a sweep if it is part of one.
pub(super) fn run(args: &Args, catalog: &Catalog, part: Option<PartOfSweep>) -> Result<Exit> {
    if let Some(part) = &part {
        parent_death::hold(part.sweep)?;
        show_name();
    }
    if let Some(cores) = args.cores {
        limit_to(cores.into())?;
    }
    let mpirun = args.mpi.command()?;
    let workers = args.workers.map_or_else(host::cores, usize::from);
    let catalog = &match args.task.of_python(&args.platforms)? {
        Some(of_python) => of_python,
        None => learned_by_filter(catalog, &args.filter)?,
    };
    let (mut cells, profile) = (cells(args, catalog, workers)?, args.profile());
    let sizes = sizes(args, catalog)?;
    for of_series in &sizes {
        cells.extend(&of_series.cells);
    }
    args.until.ensure_enough_time(&arms(catalog, &cells, profile), workers)?;
    let place = place(args.out.as_deref())?;
    let request = Request {
        catalog: catalog.clone(),
        cells,
        sizes,
        workers,
        mpirun,
        exe: own_program()?,
        profile,
        seed: args.seed,
        place,
        name: part.as_ref().map(|part| part.name.clone()),
        command: part.map_or_else(command_line, |part| part.command),
    };
    let stop = Stop::listen()?;
    let (recording, saved) = run_and_save(&request, &stop.asked, show_progress)?;
    let text = text(args, &recording, saved.path.as_deref());
    show_results(&text, Some(saved), &recording)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}

/// Limits this process to this many cores.
pub(super) fn limit_to(cores: usize) -> Result<()> {
    let there = num_cpus::get();
    if cores > there {
        return Err(BadUsage(format!("{cores} cores were asked for, and there are {there}")).into());
    }
    host::limit_to(cores)
}

/// The cells that the filter and the models select, including each workload's baseline.
fn cells(args: &Args, catalog: &Catalog, workers: usize) -> Result<Vec<Cell>> {
    let platforms = args.platforms.to_measure()?;
    let models = models_named(models_of(&platforms), &args.models)?;
    let mut all = Vec::new();
    for platform in platforms {
        for workload in workloads(catalog, platform, &args.filter) {
            let workload = match args.jobs {
                Some(jobs) => workload.with_jobs(jobs.into()),
                None => workload,
            };
            let mut asked = platform.every_model();
            asked.retain(|model| model.needs.is_none() || has_model(&models, model.name));
            all.extend(Cell::under(&workload, &asked, workers));
        }
    }
    let mut selected = select_of(all.clone(), &args.filter)?;
    selected.retain(|cell| has_model(&models, cell.model.name));
    let cells = with_baselines(&selected, all);
    if cells.is_empty() {
        return Err(BadUsage("no cell of these models matches the filter".into()).into());
    }
    Ok(cells)
}

/// The workloads of a platform, with those others that the filter names.
fn workloads(catalog: &Catalog, platform: Platform, filter: &str) -> Vec<Workload> {
    let mut workloads = catalog.workloads(platform).to_vec();
    workloads.extend(catalog.optional(platform).iter().filter(|workload| is_named(workload, filter)));
    workloads
}

/// Whether a filter has the first word of the workload's name, up to a dash, in it.
fn is_named(workload: &Workload, filter: &str) -> bool {
    workload.name.split('-').next().is_some_and(|word| filter.contains(word))
}

/// The cells of a function's other sizes, if it has some.
fn sizes(args: &Args, catalog: &Catalog) -> Result<Vec<SizeCells>> {
    let platforms = args.platforms.to_measure()?;
    let models = models_named(models_of(&platforms), &args.models)?;
    let mut sizes = Vec::new();
    // Those of other workloads take minutes, and `costs` measures them.
    for series in catalog.series().iter().filter(|series| series.only.is_some()) {
        for &platform in &platforms {
            sizes.extend(SizeCells::of(series, platform, &with_baseline(platform, &models)));
        }
    }
    Ok(sizes)
}

impl Args {
    /// How much is measured.
    fn profile(&self) -> Profile {
        if self.quick { Profile::Quick } else { self.until.profile(self.profile) }
    }
}

/// What `run` prints of a recording, which is at `path`.
fn text(args: &Args, recording: &Recording, path: Option<&Path>) -> String {
    let mut text = match answer(recording, usual_style()) {
        Some(answer) if args.format == Format::Table => answer,
        _ => render(recording, &sections(), args.format, usual_style()),
    };
    if let Some(path) = path.filter(|_| args.format == Format::Table) {
        let end = format!(
            "The recording is {}; {} report --all shows every cell of it.",
            path.display(),
            program_call()
        );
        text += &paragraph(&end);
    }
    text
}
