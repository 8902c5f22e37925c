//! `bakeoff costs`: start-up, memory, dispatch overhead and limits of models.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::child::program::own_program;
use crate::cmd::cost_rows::{RUNNING, copied};
use crate::cmd::mpirun::MpiArgs;
use crate::cmd::platforms::{Platforms, models_of, with_baseline};
use crate::cmd::progress::{show, show_progress};
use crate::cmd::section::{place, recording_of, remove_part, save_section, show_results};
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{BadUsage, Exit, command_line, has_model, learned, models_named, stop::Stop, unknown};
use crate::machine::host;
use crate::model::{MadeOf, ModelEntry, Platform, one_of_each_kind, timers};
use crate::post::sections;
use crate::record::place::{Place, Saved};
use crate::record::schema::{Costs, Recording};
use crate::report::{export::Format, render::render};
use crate::study::cell::Cell;
use crate::study::plan::Profile;
use crate::study::probe::{Gathered, ProbeOptions, ProbedWorkload, gather};
use crate::study::run::{Request, run_and_save};
use crate::study::sizes::SizeCells;
use crate::workload::catalog::Catalog;
use crate::workload::series::BREAK_EVEN;

/// What to measure, and where to store it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these models, and `sequential`; with a plus before each, these too (`+smol`)
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    #[command(flatten)]
    platforms: Platforms,
    #[command(flatten)]
    mpi: MpiArgs,
    /// Take dispatch overhead and CPU time from the study in this recording of this machine, instead of measuring noop and hash
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Measure each cost once, with few jobs at once, and skip the series of job sizes
    #[arg(long)]
    quick: bool,
    /// Only these series of job sizes: grains, pages, files or frames; by default all
    #[arg(long, value_delimiter = ',', value_name = "NAME,..", conflicts_with = "quick")]
    series: Vec<String>,
    /// Maximum number of jobs that wait at once
    #[arg(long, default_value_t = 1_000_000, value_name = "JOBS", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    most: u32,
    /// Maximum memory of all waiting jobs together, in MiB
    #[arg(long, default_value_t = 1024, value_name = "MIB", value_parser = clap::value_parser!(u32).range(16..))]
    memory: u32,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for the recording; by default `bakeoff` in cargo's target folder, or for an installed program in your folder for data
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    if args.from.is_some() && catalog.is_of_user() {
        let why = "--from takes dispatch overhead and CPU time from tasks of bakeoff itself: leave it out";
        return Err(BadUsage(why.into()).into());
    }
    let catalog = &learned(catalog, |_| true)?;
    let platforms = args.platforms.to_measure()?;
    let named = models_named(models_of(&platforms), &args.models)?;
    let models = with_baseline(Platform::Native, &named);
    let begun = Recording { of_user: catalog.is_of_user(), ..recording_of(&platforms, None, None) };
    let copied = args.from.as_deref().map(|path| copied(path, &begun, catalog)).transpose()?;
    let stop = Stop::listen()?;
    let place = place(args.out.as_deref())?;
    let mut running = if copied.is_none() { running(catalog, &models) } else { vec![] };
    let sent = if args.models.is_empty() { vec![] } else { processes(&platforms, &named) };
    running.extend(shipping(catalog, &platforms, &sent)?);
    let sizes = if args.quick { vec![] } else { sizes(args, catalog, &platforms, &named)? };
    let measured = measured(args, catalog, running, sizes, &place, &stop)?;
    let of_user = of_user(catalog);
    let mut started = models;
    for model in sent {
        if !has_model(&started, model.name) {
            started.push(model);
        }
    }
    let Gathered { probes, passes } = gathered(args, of_user, started, &platforms, &named, &stop)?;
    show("");
    let (study, sizes) = match &measured {
        Some((recording, _)) => (recording.study.clone(), recording.costs.clone()),
        None => (None, None),
    };
    let mut environment = begun.environment.clone();
    if let Some((recording, _)) = &measured
        && recording.environment.interpreters.is_some()
    {
        // These have the packages that models take.
        environment.interpreters = recording.environment.interpreters.clone();
    }
    let costs = Costs {
        command: command_line(),
        probes,
        study: copied.or(study),
        sizes: sizes.unwrap_or_default().sizes,
        passes: Some(passes),
    };
    let recording = Recording { partial: stop.is_asked(), costs: Some(costs), environment, ..begun };
    let saved = save_section(&recording, &place, "costs");
    if let Some((_, study)) = measured {
        remove_part(&study, &saved);
    }
    let mut text = render(&recording, &sections(), args.format, usual_style());
    if let Some(path) = saved.path.as_ref().filter(|_| args.format == Format::Table) {
        let end = format!("{}\nThe recording is {}", host::describe(), path.display());
        text += &format!("\n{}", paragraph(&end));
    }
    show_results(&text, Some(saved), &recording)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}

/// The rows that show dispatch and CPU time.
fn running(catalog: &Catalog, models: &[ModelEntry]) -> Vec<Cell> {
    let mut cells = vec![];
    for workload in catalog.workloads(Platform::Native) {
        if RUNNING.contains(&workload.name) {
            cells.extend(Cell::widest(workload, models, host::cores()));
        }
    }
    cells
}

/// The named models of processes.
fn processes(platforms: &[Platform], named: &[ModelEntry]) -> Vec<ModelEntry> {
    let mut processes = Vec::new();
    for &platform in platforms {
        processes.extend(with_baseline(platform, named));
    }
    processes.retain(|model| model.made_of == MadeOf::Processes);
    processes
}

/// The rows that show what it costs `processes` to send bytes, and those of interpreters to hand out a job.
fn shipping(catalog: &Catalog, platforms: &[Platform], processes: &[ModelEntry]) -> Result<Vec<Cell>> {
    let mut cells = vec![];
    if catalog.is_of_user() {
        return Ok(cells);
    }
    for &platform in platforms {
        let models = with_baseline(platform, processes);
        cells.extend(Cell::widest(catalog.workload(platform, "ship")?, &models, host::cores()));
        if platform != Platform::Native {
            cells.extend(Cell::widest(catalog.workload(platform, "noop")?, &models, host::cores()));
        }
    }
    Ok(cells)
}

/// The series on each platform. If no model is named, each model has a break-even size, and the others have one of each kind.
fn sizes(
    args: &Args,
    catalog: &Catalog,
    platforms: &[Platform],
    named: &[ModelEntry],
) -> Result<Vec<SizeCells>> {
    let known: Vec<String> = catalog.series().iter().map(|series| series.name.to_owned()).collect();
    for name in &args.series {
        ensure!(known.contains(name), BadUsage(unknown("series", name, &known)));
    }
    let mut sizes = Vec::new();
    for series in catalog.series() {
        if !args.series.is_empty() && !args.series.iter().any(|name| name == series.name) {
            continue;
        }
        for &platform in platforms {
            let mut models = with_baseline(platform, named);
            if args.models.is_empty() && series.name != BREAK_EVEN && !catalog.is_of_user() {
                models = one_of_each_kind(&models);
            }
            sizes.extend(SizeCells::of(series, platform, &models));
        }
    }
    Ok(sizes)
}

/// One study of all these cells, and its own recording; `None` if there is nothing to measure.
fn measured(
    args: &Args,
    catalog: &Catalog,
    running: Vec<Cell>,
    sizes: Vec<SizeCells>,
    place: &Place,
    stop: &Stop,
) -> Result<Option<(Recording, Saved)>> {
    let mut cells = running;
    for of_series in &sizes {
        cells.extend(&of_series.cells);
    }
    if cells.is_empty() {
        return Ok(None);
    }
    let request = Request {
        catalog: catalog.clone(),
        cells,
        sizes,
        workers: host::cores(),
        mpirun: args.mpi.command()?,
        exe: own_program()?,
        profile: if args.quick { Profile::Quick } else { Profile::Series },
        seed: None,
        place: place.clone(),
        name: None,
        command: command_line(),
    };
    run_and_save(&request, &stop.asked, show_progress).map(Some)
}

/// The users' workloads that models are started on.
fn of_user(catalog: &Catalog) -> Vec<ProbedWorkload> {
    let mut of_user = Vec::new();
    if !catalog.is_of_user() {
        return of_user;
    }
    for workload in catalog.workloads(Platform::Native) {
        let expected = match workload.jobs.of_function() {
            Some(jobs) => jobs.expected(workload.size).map(Some).map_err(|why| format!("{why:#}")),
            None => Ok(None),
        };
        of_user.push(ProbedWorkload { name: workload.name.to_owned(), expected });
    }
    of_user
}

fn gathered(
    args: &Args,
    of_user: Vec<ProbedWorkload>,
    models: Vec<ModelEntry>,
    platforms: &[Platform],
    named: &[ModelEntry],
    stop: &Stop,
) -> Result<Gathered> {
    let mut of_all = Vec::new();
    for &platform in platforms {
        of_all.extend(with_baseline(platform, named));
    }
    let options = ProbeOptions {
        exe: own_program()?,
        mpirun: args.mpi.command()?,
        models,
        timers: timers(&of_all),
        most_jobs: usize::try_from(args.most)?,
        most_bytes: u64::from(args.memory) << 20,
        quick: args.quick,
        of_user,
    };
    Ok(gather(&options, &stop.asked, |model, question| show(&format!("asking {model}: {question}"))))
}
