//! `bakeoff evidence`: which models are concurrent and parallel, and what they use for it, derived from traces.

use std::path::PathBuf;

use anyhow::Result;

use crate::child::program::own_program;
use crate::cmd::platforms::{Platforms, models_of};
use crate::cmd::section::{Watch, place, recording_of, save_section, show_results};
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{Exit, learned, models_named, progress::show, stop::Stop};
use crate::machine::host;
use crate::model::{ModelEntry, Platform};
use crate::post::sections;
use crate::record::schema::Recording;
use crate::report::{export::Format, render::render};
use crate::study::cell::Cell;
use crate::study::evidence::{JobsOf, LOOKS, gather, gather_functions};
use crate::study::run_environment::RunEnvironment;
use crate::workload::catalog::Catalog;

/// What to trace, and where to store it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these models; with a plus before each, these too (`+smol`)
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    #[command(flatten)]
    platforms: Platforms,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Store the evidence as a recording in this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let platforms = args.platforms.to_measure()?;
    let models = models_named(models_of(&platforms), &args.models)?;
    let place = args.out.as_deref().map(|folder| place(Some(folder))).transpose()?;
    let with = RunEnvironment::new(catalog, own_program()?, host::cores());
    let stop = Stop::listen()?;
    let mut watch = Watch::begin();
    let evidence = if catalog.is_of_user() {
        let cells = cells(&learned(catalog, |_| true)?, &models);
        gather_functions(&with, &cells, LOOKS, &stop.asked, tell_cell)
    } else {
        gather(&with, &models, LOOKS, &stop.asked, tell_progress)
    };
    watch.look();
    let recording = Recording {
        partial: stop.is_asked(),
        of_user: catalog.is_of_user(),
        idle_checks: watch.checks(),
        ..recording_of(&platforms, Some(evidence), None)
    };
    let saved = place.map(|place| save_section(&recording, &place, "evidence"));
    let mut text = render(&recording, &sections(), args.format, usual_style());
    let path = saved.as_ref().and_then(|saved| saved.path.as_ref());
    if let Some(path) = path.filter(|_| args.format == Format::Table) {
        text += &paragraph(&format!("The recording is {}", path.display()));
    }
    show_results(&text, saved, &recording)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}

/// The cells of users' functions under `models`.
fn cells(catalog: &Catalog, models: &[ModelEntry]) -> Vec<Cell> {
    let mut cells = Vec::new();
    for workload in catalog.workloads(Platform::Native) {
        cells.extend(Cell::widest(workload, models, host::cores()));
    }
    cells
}

/// One line on a terminal, written before a cell is traced.
fn tell_cell(cell: &Cell) {
    show(&format!("tracing {} with {}", cell.model.name, cell.workload.name));
}

/// One line on a terminal, written before a model is traced.
fn tell_progress(model: &ModelEntry, jobs: JobsOf) {
    show(&format!("tracing {} with {}", model.name, jobs.name()));
}
