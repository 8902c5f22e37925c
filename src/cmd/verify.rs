//! `bakeoff verify`: every cell once, each job's digest compared.

use std::io::Write;

use anyhow::Result;

use crate::child::program::own_program;
use crate::cmd::out::Out;
use crate::cmd::{Exit, platforms::Platforms, select_of, terminal::paragraph};
use crate::engine::Unavailable;
use crate::machine::host;
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
    let cells = select_of(Cell::all(catalog, &args.platforms.to_measure()?, host::cores()), &args.filter)?;
    let mut session = Session::new(&own_program()?);
    let mut out = Out;
    let (mut passed, mut failed, mut unavailable, mut lacking) = (0, 0, 0, 0);
    for cell in cells {
        let line = match session.start(&cell).and_then(|mut running| running.sample()) {
            Ok(_) => {
                passed += 1;
                "ok".to_owned()
            }
            Err(error) if error.is::<Unavailable>() => {
                unavailable += 1;
                // An interpreter that is not there was not measured.
                lacking += usize::from(cell.platform().is_usable());
                format!("not available: {error:#}")
            }
            Err(error) => {
                failed += 1;
                format!("FAILED: {error:#}")
            }
        };
        write!(out, "{}", paragraph(&format!("{:<32} {line}", cell.id())))?;
    }
    write!(
        out,
        "{}",
        paragraph(&format!("{passed} cells verified, {failed} failed, {unavailable} not available"))
    )?;
    // Where nothing was verified, nothing has passed, unless this machine can't have it.
    Ok(if failed > 0 || passed + lacking == 0 { Exit::CellFailed } else { Exit::Ok })
}
