//! `bakeoff verify`: every cell once, each job's digest compared.

use std::io::Write;

use anyhow::Result;

use crate::child::program::own_program;
use crate::cmd::out::Out;
use crate::cmd::{Exit, learned_by_filter, platforms::Platforms, select_of, terminal::paragraph};
use crate::engine::{Sample, Unavailable};
use crate::machine::host;
use crate::model::{Needs, Platform, built_in_models, plain_name};
use crate::study::{cell::Cell, session::Session};
use crate::workload::catalog::Catalog;

/// Which cells.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Regular expression on cell ids, workload/model/concurrency: `hash`, `/rayon/`, `^hash/rayon/cores$`
    #[arg(default_value = "")]
    filter: String,
    #[command(flatten)]
    platforms: Platforms,
}

/// Prints a line for each cell; a failing cell does not prevent the verification of the others.
pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let catalog = learned_by_filter(catalog, &args.filter)?;
    let mut cells = Vec::new();
    for platform in args.platforms.to_measure()? {
        let mut models = match platform {
            Platform::Native => built_in_models(),
            Platform::Python(_) => platform.every_model(),
        };
        // What takes packages of others is started where its name says so.
        models.retain(|model| {
            !matches!(model.needs, Some(Needs::Package(_))) || args.filter.contains(plain_name(model.name))
        });
        for workload in catalog.workloads(platform).iter().chain(catalog.optional(platform)) {
            cells.extend(Cell::under(workload, &models, host::cores()));
        }
    }
    verify(&select_of(cells, &args.filter)?)
}

/// Runs each of `cells` once.
pub(super) fn verify(cells: &[Cell]) -> Result<Exit> {
    let mut session = Session::new(&own_program()?);
    let mut counts = Counts::default();
    for cells in cells.chunk_by(|one, other| one.workload.name == other.workload.name) {
        let workload = &cells[0].workload;
        if let Some(why) = workload.why_unknown() {
            counts.failed += cells.len();
            write!(Out, "{}", paragraph(&format!("{:<32} FAILED: {why}", workload.name)))?;
            continue;
        }
        for cell in cells {
            let line = counts.add(cell, session.start(cell).and_then(|mut running| running.sample()));
            write!(Out, "{}", paragraph(&format!("{:<32} {line}", cell.id())))?;
        }
    }
    let Counts { passed, failed, unavailable, lacking } = counts;
    write!(
        Out,
        "{}",
        paragraph(&format!("{passed} cells verified, {failed} failed, {unavailable} not available"))
    )?;
    // Where nothing was verified, nothing has passed, unless this machine can't have it.
    Ok(if failed > 0 || passed + lacking == 0 { Exit::CellFailed } else { Exit::Ok })
}

/// What became of the cells.
#[derive(Default)]
struct Counts {
    passed: usize,
    failed: usize,
    unavailable: usize,
    /// Those of [`Counts::unavailable`] that this machine can't have.
    lacking: usize,
}

impl Counts {
    /// Counts a cell by its sample: the words for it.
    fn add(&mut self, cell: &Cell, sample: Result<Sample>) -> String {
        match sample {
            Ok(_) => {
                self.passed += 1;
                "ok".to_owned()
            }
            Err(error) if error.is::<Unavailable>() => {
                self.unavailable += 1;
                // An interpreter that is not there was not measured.
                self.lacking += usize::from(cell.platform().is_usable());
                format!("not available: {error:#}")
            }
            Err(error) => {
                self.failed += 1;
                format!("FAILED: {error:#}")
            }
        }
    }
}
