//! Cells against each other, and against what they are compared with, interleaved.

use std::time::Duration;

use anyhow::Result;
use regex::Regex;

use crate::bare::Bare;
use crate::interleave::{Arm, Turn, interleave};
use crate::optional;
use crate::{median, paired, table};
use bakeoff::internals::machine::host;
use bakeoff::internals::model::{Platform, built_in_models};
use bakeoff::internals::stats::interval::{LEVEL, interval};
use bakeoff::internals::stats::units;
use bakeoff::internals::study::cell::Cell;
use bakeoff::internals::study::session::{RunningCell, Session};
use bakeoff::internals::workload::catalog::Catalog;

/// The native cells of this machine whose id the regular expression `filter` matches.
fn select(filter: &str) -> Result<Vec<Cell>> {
    let filter = Regex::new(filter)?;
    let mut cells = Vec::new();
    for workload in Catalog::builtin().workloads(Platform::Native) {
        cells.extend(Cell::under(workload, &built_in_models(), host::cores()));
    }
    cells.retain(|cell| filter.is_match(&cell.id()));
    Ok(cells)
}

/// Cells over hand-written code that does the same.
pub fn harness(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let mut rows = Vec::new();
    let nothing = Bare::Nothing { jobs: 240 };
    let hash = Bare::Hash { jobs: 48, blocks: 64 };
    let sleep = Bare::Sleep { jobs: 24, pause: Duration::from_millis(10) };
    for (workload, bare) in [("noop", nothing), ("hash", hash), ("sleep", sleep)] {
        for model in ["sequential", "threads", "rayon", "tokio-one"].into_iter().chain(optional::models()) {
            let cell = select(&format!("^{workload}/{model}/"))?.remove(0);
            let mut running = session.start(&cell)?;
            let mut arms = [
                Arm::new("harness", || Ok(running.sample()?.wall)),
                Arm::timed("bare", bare.under(model, session.cores)?),
            ];
            let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
            let ratios = paired(&turns[0], &turns[1], |harness, bare| harness / bare);
            rows.push(vec![
                cell.id(),
                units::nanoseconds(median(&turns[0])),
                units::nanoseconds(median(&turns[1])),
                format!("{:.4}", median(&ratios)),
            ]);
        }
    }
    let header = ["cell", "harness", "hand-written", "ratio"];
    Ok(table::plain(&header, &header[1..], rows))
}

/// How much of what independent copies of `sequential` reach each model reaches.
pub fn capacity(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let cores = session.cores;
    let mut rows = Vec::new();
    for workload in ["hash", "primes", "mandelbrot"] {
        let cells = select(&format!("^{workload}/"))?;
        let mut copies = start(&mut session, &vec![cells[0]; cores])?;
        let mut running = start(&mut session, &cells)?;
        let mut arms = arms(&cells, &mut running);
        arms.push(Arm::timed("capacity", || at_once(&mut copies)));
        let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
        let (copies, models) = turns.split_last().expect("there is at least the capacity arm");
        let reached = median(&paired(&models[0], copies, |one, all| cores as f64 * one / all));
        for (cell, times) in cells.iter().zip(models) {
            let speedup = median(&paired(&models[0], times, |one, model| one / model));
            rows.push(vec![
                cell.id(),
                units::nanoseconds(median(times)),
                units::ratio(speedup),
                units::ratio(reached),
                format!("{:.3}", speedup / reached),
            ]);
        }
    }
    let header = ["cell", "median", "speedup", "capacity", "share"];
    Ok(table::plain(&header, &header[1..], rows))
}

fn start(session: &mut Session, cells: &[Cell]) -> Result<Vec<RunningCell>> {
    cells.iter().map(|cell| session.start(cell)).collect()
}

/// An arm for each cell, which is running.
fn arms<'a>(cells: &[Cell], running: &'a mut [RunningCell]) -> Vec<Arm<'a>> {
    let mut arms = Vec::new();
    for (cell, running) in cells.iter().zip(running) {
        arms.push(Arm::new(cell.id(), || Ok(running.sample()?.wall)));
    }
    arms
}

/// Runs each of `copies` once, all at the same time.
fn at_once(copies: &mut [RunningCell]) -> Result<()> {
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for copy in copies {
            threads.push(scope.spawn(|| copy.sample()));
        }
        for thread in threads {
            thread.join().expect("a sample does not panic")?;
        }
        Ok(())
    })
}

/// What the dispatch of one `noop` job costs under each model.
pub fn dispatch(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let cells = select("^noop/")?;
    let mut running = start(&mut session, &cells)?;
    let mut best = vec![f64::INFINITY; cells.len()];
    let mut arms = Vec::new();
    for ((cell, running), best) in cells.iter().zip(&mut running).zip(&mut best) {
        arms.push(Arm::new(cell.id(), || {
            let wall = running.sample()?.wall;
            *best = best.min(wall.as_nanos() as f64);
            Ok(wall)
        }));
    }
    let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
    drop(arms);
    let mut rows = Vec::new();
    for ((cell, turns), best) in cells.iter().zip(&turns).zip(best) {
        let [median, best] = [median(turns), best].map(|ns| ns / cell.workload.size.jobs as f64);
        rows.push(vec![cell.id(), units::nanoseconds(median), units::nanoseconds(best)]);
    }
    let header = ["cell", "a job, median", "a job, best run"];
    Ok(table::plain(&header, &header[1..], rows))
}

/// Speedups on `hash` after warm-ups of several lengths, in turns as short as a warm-up allows: the speedup
/// of a model that wakes up slowly rises with it.
pub fn warm_up(rounds: usize) -> Result<String> {
    /// Two on each of two cores: about 5 ms.
    const JOBS: usize = 4;
    let mut session = Session::new(&std::env::current_exe()?);
    let cells = select("^hash/(sequential|crossbeam|rayon|prefork|tokio-many)/")?;
    let mut running = Vec::new();
    for cell in &cells {
        running.push(session.start(cell)?.shortened(JOBS));
    }
    let mut rows = Vec::new();
    for warm_up in [0, 5, 10, 20, 40, 80].map(Duration::from_millis) {
        let turn = Turn { warm_up, timed: Duration::from_millis(1) };
        let turns = interleave(&mut arms(&cells, &mut running), rounds, turn)?;
        let mut row = vec![format!("{} ms", warm_up.as_millis())];
        for times in &turns[1..] {
            row.push(units::ratio(median(&paired(&turns[0], times, |one, model| one / model))));
        }
        rows.push(row);
    }
    let mut header = vec!["warm-up"];
    header.extend(cells[1..].iter().map(|cell| cell.model.name));
    Ok(table::plain(&header, &header, rows))
}

/// `hash` under each model twice untraced and once traced: the difference between the first two is noise.
pub fn tracing(rounds: usize) -> Result<String> {
    let mut session = Session::new(&std::env::current_exe()?);
    let mut rows = Vec::new();
    for cell in select("^hash/")? {
        let (mut one, mut other) = (session.start(&cell)?, session.start(&cell)?);
        let (mut performer, batch) = session.start_traced(&cell)?;
        let mut arms = [
            Arm::new("untraced", || Ok(one.sample()?.wall)),
            Arm::new("untraced again", || Ok(other.sample()?.wall)),
            Arm::new("traced", || Ok(performer.perform(&batch)?.sample.wall)),
        ];
        let turns = interleave(&mut arms, rounds, Turn::SLOT)?;
        let mut row = vec![cell.id(), units::nanoseconds(median(&turns[0]))];
        for times in &turns[1..] {
            let ratios = paired(times, &turns[0], |it, untraced| it / untraced);
            row.push(format!("{:.3}", median(&ratios)));
            row.push(match interval(&ratios, LEVEL) {
                Ok(interval) => format!("{:.3} .. {:.3}", interval.low, interval.high),
                Err(_) => "too few rounds".into(),
            });
        }
        rows.push(row);
    }
    let header = ["cell", "untraced", "again", "95 %", "traced", "95 % "];
    Ok(table::plain(&header, &header[1..], rows))
}
