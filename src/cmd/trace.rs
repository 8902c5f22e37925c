//! `bakeoff trace`: one run of one cell, as a timeline of its jobs.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::child::program::own_program;
use crate::cmd::outputs::{Output, Outputs};
use crate::cmd::{BadUsage, Exit, learned_by_filter, select_of};
use crate::engine::trace::chrome;
use crate::machine::host;
use crate::model::Platform;
use crate::record::plain::tell;
use crate::study::cell::Cell;
use crate::study::session::Session;
use crate::workload::catalog::Catalog;

/// Which cell, and where its trace goes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The cell, workload/model/concurrency, or a regular expression that only it matches
    cell: String,
    /// File for the trace, in the Trace Event Format
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let catalog = learned_by_filter(catalog, &args.cell)?;
    let all = Cell::all(&catalog, &[Platform::Native], host::cores());
    let named = all.iter().find(|cell| cell.id() == args.cell).copied();
    let selected = named.map_or_else(|| select_of(all, &args.cell), |cell| Ok(vec![cell]))?;
    let [cell] = selected[..] else {
        let why = format!("{} cells match {:?}, and a trace is of one", selected.len(), args.cell);
        return Err(BadUsage(why).into());
    };
    let outputs = Outputs::open(std::slice::from_ref(&args.to), &[], args.force)?;
    let mut session = Session::new(&own_program()?);
    let (mut performer, batch) = session.start_traced(&cell)?;
    // Creates threads, connections and files before the run that is kept.
    performer.perform(&batch)?;
    let spans = performer.perform(&batch)?.spans;
    ensure!(!spans.is_empty(), "the jobs of {} say nothing of what they do: there is no trace", cell.id());
    let contents = chrome::document(&spans).to_string().into_bytes();
    outputs.write(&[Output { path: args.to.clone(), contents }])?;
    tell(&format!("{} jobs of {} are in {}", batch.expected().len(), cell.id(), args.to.display()));
    Ok(Exit::Ok)
}
