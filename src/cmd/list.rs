//! `bakeoff list`: what there is to measure, from the registries.

use std::io::Write;

use anyhow::Result;

use crate::cmd::Exit;
use crate::cmd::platforms::Lanes;
use crate::engine::platform::Lane;
use crate::machine::host;
use crate::model::{MOST_WORKERS, ModelEntry, Shape};
use crate::report::table;
use crate::study::cell::Cell;

/// Of which lanes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    lanes: Lanes,
}

/// Prints the models and the workloads of each lane, and how ids are made of them.
pub(super) fn run(args: &Args) -> Result<Exit> {
    let lanes = args.lanes.all();
    let mut out = std::io::stdout().lock();
    for &lane in &lanes {
        if let Lane::Python(interpreter) = lane {
            writeln!(out, "{}: {}\n", interpreter.path.display(), interpreter.about())?;
        }
        writeln!(out, "{}", list_models(lane))?;
        // Interpreters have the same ones.
        if lane == lanes[0] || lane == lanes[1] {
            writeln!(out, "{}", list_workloads(lane))?;
        }
    }
    write!(out, "{}", ids(&lanes))?;
    Ok(Exit::Ok)
}

fn list_models(lane: Lane) -> String {
    let width = |shape| match shape {
        Shape::One => "one".to_owned(),
        Shape::Workers => format!("cores, jobs (at most {MOST_WORKERS})"),
        Shape::Jobs { most: None } => "jobs".to_owned(),
        Shape::Jobs { most: Some(most) } => format!("jobs (at most {most})"),
    };
    let about = |model: &ModelEntry| match model.unavailable {
        Some(why) => format!("not available: {why}"),
        None => model.about.to_owned(),
    };
    let rows = lane.models().into_iter();
    let rows = rows.map(|model| vec![model.name.into(), width(model.shape), about(&model)]);
    table::plain(&["model", "width", "what it is"], &[], rows)
}

fn list_workloads(lane: Lane) -> String {
    let rows = lane.workloads().iter().map(|workload| {
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

fn ids(lanes: &[Lane]) -> String {
    let cells = Cell::all(lanes, host::cores());
    let example = cells.iter().map(Cell::id).find(|id| id.starts_with("hash/rayon")).unwrap_or_default();
    format!(
        "{} cells on this machine, workload/model/width; `cargo bench -- '^{example}$'` measures one of them.\n",
        cells.len()
    )
}
