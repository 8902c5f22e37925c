//! `bakeoff list`: the available models and workloads, from the registries.

use std::io::Write;

use anyhow::Result;

use crate::cmd::out::Out;
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{Exit, platforms::Platforms, program_call};
use crate::machine::host;
use crate::model::{Concurrency, MOST_WORKERS, ModelEntry, Platform, plain_name};
use crate::report::export::terminal;
use crate::report::table::{Table, Unit};
use crate::study::cell::Cell;
use crate::workload::{Workload, catalog::Catalog};

/// Of which platforms.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    platforms: Platforms,
}

/// Prints the models and workloads of each platform, and the structure of ids.
pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let platforms = args.platforms.all();
    let mut out = Out;
    for &platform in &platforms {
        if let Platform::Python(interpreter) = platform {
            writeln!(
                out,
                "{}",
                paragraph(&format!("{}: {}", interpreter.path.display(), interpreter.about()))
            )?;
        }
        writeln!(out, "{}", list_models(platform))?;
        // Interpreters share the same workloads.
        if platform == platforms[0] || platform == platforms[1] {
            writeln!(out, "{}", list_workloads(catalog.workloads(platform)))?;
        }
        if platform == Platform::Native && !catalog.optional(platform).is_empty() {
            writeln!(
                out,
                "Measured only where the filter names them:\n\n{}",
                list_workloads(catalog.optional(platform))
            )?;
        }
    }
    write!(out, "{}", paragraph(&ids(catalog, &platforms)))?;
    // A named interpreter that can't be used is a wrong option here too, beside what there is.
    args.platforms.to_measure()?;
    Ok(Exit::Ok)
}

fn list_models(platform: Platform) -> String {
    let models = platform.every_model();
    let table = Table::of(&models)
        .left("model", |model| model.name)
        .left("jobs at once", |model| jobs_at_once(model.concurrency))
        .left("what it is", about)
        .wraps()
        .build();
    terminal::table(&table, usual_style())
}

fn jobs_at_once(concurrency: Concurrency) -> String {
    match concurrency {
        Concurrency::One => "one".to_owned(),
        Concurrency::Workers => format!("cores, jobs (at most {MOST_WORKERS})"),
        Concurrency::Cores => "cores".to_owned(),
        Concurrency::AllButOne => "cores but one".to_owned(),
        Concurrency::Jobs { max_concurrent } => format!("jobs (at most {max_concurrent})"),
        Concurrency::Tasks { files: usize::MAX, .. } => "jobs".to_owned(),
        Concurrency::Tasks { files, .. } => format!("jobs (at most {files} in files)"),
    }
}

fn about(model: &ModelEntry) -> String {
    match (model.lack(), model.needs) {
        (Some(why), _) => format!("not available: {why}"),
        (None, Some(_)) => format!("{}; measured with --models +{}", model.about, plain_name(model.name)),
        (None, None) => model.about.to_owned(),
    }
}

fn list_workloads(workloads: &[Workload]) -> String {
    let table = Table::of(workloads)
        .left("workload", |workload| workload.name)
        .right("jobs", Unit::Plain, |workload| workload.size.jobs as u64)
        .left("kind", |workload| workload.kind.to_string())
        .left("each job", |workload| workload.about)
        .wraps()
        .left("in the post", |workload| workload.answers_to)
        .wraps()
        .build();
    terminal::table(&table, usual_style())
}

fn ids(catalog: &Catalog, platforms: &[Platform]) -> String {
    let cells = Cell::all(catalog, platforms, host::cores());
    let named = cells.iter().find(|cell| cell.workload.name == "hash" && cell.model.name == "rayon");
    let example = named.or(cells.first()).map(Cell::id).unwrap_or_default();
    format!(
        "{} cells on this machine, workload/model/concurrency; `{} run '^{example}$'` measures one of them.",
        cells.len(),
        program_call()
    )
}
