//! `bakeoff list`: what there is to measure, from the registries.

use std::io::Write;

use anyhow::Result;

use super::Exit;
use crate::cell::Cell;
use crate::host;
use crate::model::{MOST_WORKERS, Shape, models};
use crate::report::table;
use crate::workload::WORKLOADS;

/// Prints the models, the workloads and how ids are made of them.
pub(super) fn run() -> Result<Exit> {
    let mut out = std::io::stdout().lock();
    write!(out, "{}\n{}\n{}", list_models(), list_workloads(), ids())?;
    Ok(Exit::Ok)
}

fn list_models() -> String {
    let width = |shape| match shape {
        Shape::One => "one".to_owned(),
        Shape::Workers => format!("cores, jobs (at most {MOST_WORKERS})"),
        Shape::Jobs { most: None } => "jobs".to_owned(),
        Shape::Jobs { most: Some(most) } => format!("jobs (at most {most})"),
    };
    let rows =
        models().into_iter().map(|model| vec![model.name.into(), width(model.shape), model.about.into()]);
    table::plain(&["model", "width", "what it is"], &[], rows)
}

fn list_workloads() -> String {
    let rows = WORKLOADS.iter().map(|workload| {
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

fn ids() -> String {
    let cells = Cell::all(host::cores());
    let example = cells.iter().map(Cell::id).find(|id| id.starts_with("hash/rayon")).unwrap_or_default();
    format!(
        "{} cells on this machine, workload/model/width; `cargo bench -- '^{example}$'` measures one of them.\n",
        cells.len()
    )
}
