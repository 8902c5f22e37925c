//! `bakeoff list`: the available models and workloads, from the registries.

use std::io::Write;

use anyhow::Result;

use crate::cmd::Exit;
use crate::cmd::platforms::Platforms;
use crate::machine::host;
use crate::model::Platform;
use crate::model::{Concurrency, MOST_WORKERS, ModelEntry};
use crate::report::table;
use crate::study::cell::Cell;
use crate::workload::catalog::Catalog;

/// Of which lanes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    platforms: Platforms,
}

/// Prints the models and workloads of each platform, and the structure of ids.
pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let platforms = args.platforms.all();
    let mut out = std::io::stdout().lock();
    for &platform in &platforms {
        if let Platform::Python(interpreter) = platform {
            writeln!(out, "{}: {}\n", interpreter.path.display(), interpreter.about())?;
        }
        writeln!(out, "{}", list_models(platform))?;
        // Interpreters share the same workloads.
        if platform == platforms[0] || platform == platforms[1] {
            writeln!(out, "{}", list_workloads(catalog, platform))?;
        }
    }
    write!(out, "{}", ids(catalog, &platforms))?;
    Ok(Exit::Ok)
}

fn list_models(platform: Platform) -> String {
    let width = |concurrency| match concurrency {
        Concurrency::One => "one".to_owned(),
        Concurrency::Workers => format!("cores, jobs (at most {MOST_WORKERS})"),
        Concurrency::Jobs { max_concurrent: None } => "jobs".to_owned(),
        Concurrency::Jobs { max_concurrent: Some(most) } => format!("jobs (at most {most})"),
    };
    let about = |model: &ModelEntry| match model.unavailable {
        Some(why) => format!("not available: {why}"),
        None => model.about.to_owned(),
    };
    let rows = platform.models().into_iter();
    let rows = rows.map(|model| vec![model.name.into(), width(model.concurrency), about(&model)]);
    table::plain(&["model", "width", "what it is"], &[], rows)
}

fn list_workloads(catalog: &Catalog, platform: Platform) -> String {
    let rows = catalog.workloads(platform).iter().map(|workload| {
        vec![
            workload.name.into(),
            workload.size.jobs.to_string(),
            workload.kind.to_string(),
            workload.about.into(),
            workload.answers_to.into(),
        ]
    });
    table::plain(&["workload", "jobs", "kind", "each job", "in the post"], &["jobs"], rows)
}

fn ids(catalog: &Catalog, platforms: &[Platform]) -> String {
    let cells = Cell::all(catalog, platforms, host::cores());
    let example = cells.iter().map(Cell::id).find(|id| id.starts_with("hash/rayon")).unwrap_or_default();
    format!(
        "{} cells on this machine, workload/model/width; `cargo bench -- '^{example}$'` measures one of them.\n",
        cells.len()
    )
}
