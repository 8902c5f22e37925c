//! Compares bakeoff's runs of the other examples with the same work in code written by hand: one after the other, in pairs, in turns.
//!
//! `cargo run --release [PAIRS]` prints the median of the paired ratios of each, bakeoff's time over the other, with its 95 % interval.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bakeoff::internals::child::program::own_program;
use bakeoff::internals::model::Platform;
use bakeoff::internals::stats::interval::interval;
use bakeoff::internals::study::reference::learn;
use bakeoff::internals::study::{cell::Cell, session::Session};
use bakeoff::{Suite, Workload};
use rayon::prelude::*;

/// Written by hand: the results of all inputs.
type ByHand = Box<dyn Fn() -> Duration>;

fn main() -> ExitCode {
    let suite = Suite::new()
        .workload(Workload::try_computes("hash-files", tree, |file| hash_files::hash(file)))
        .workload(
            Workload::computes("thumbnail", resize_pictures::pictures, resize_pictures::thumbnail)
                .answer(|picture| picture.as_raw().clone()),
        )
        .workload(Workload::try_computes("parse", parse_json::documents, |document| parse_json::parse(document)));
    let result = match suite.serve_if_asked() {
        Some(served) => served,
        None => compare(&suite),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn tree() -> Vec<PathBuf> {
    hash_files::files(&hash_files::tree())
}

fn compare(suite: &Suite) -> Result<()> {
    let pairs = std::env::args().nth(1).map_or(Ok(200), |word| word.parse()).context("PAIRS is a number")?;
    let mut catalog = suite.catalog().clone();
    let program = own_program()?;
    learn(&mut catalog, &program, &Arc::default(), |_| true)?;
    let mut session = Session::new(&program);
    for (workload, [one_by_one, on_rayon, on_threads]) in [
        ("hash-files", versions(tree(), |file| hash_files::hash(file).expect("the file is there"))),
        ("thumbnail", versions(resize_pictures::pictures(), resize_pictures::thumbnail)),
        ("parse", versions(parse_json::documents(), |document| parse_json::parse(document).expect("it is JSON"))),
    ] {
        let cells = Cell::of(catalog.workload(Platform::Native, workload)?, Platform::Native, session.cores);
        for (model, by_hand) in [("sequential", one_by_one), ("rayon", on_rayon), ("threads", on_threads)] {
            let cell = cells.iter().find(|cell| cell.model.name == model).context("the model is there")?;
            let mut running = session.start(cell)?;
            let mut ratios = Vec::with_capacity(pairs);
            let mut best = [Duration::MAX; 2];
            for pair in 0..pairs {
                // Each of a pair is the first in every other one.
                let (mine, other);
                if pair % 2 == 0 {
                    (mine, other) = (running.sample()?.wall, by_hand());
                } else {
                    let first = by_hand();
                    (mine, other) = (running.sample()?.wall, first);
                }
                best = [best[0].min(mine), best[1].min(other)];
                ratios.push(mine.as_secs_f64() / other.as_secs_f64());
            }
            let shown = match interval(&ratios, 0.95) {
                Ok(interval) => format!("{:.3} .. {:.3}", interval.low, interval.high),
                Err(_) => "too few pairs for an interval".into(),
            };
            ratios.sort_by(f64::total_cmp);
            println!("{:<28} {:.3}  {shown}  fastest {best:?}", cell.id(), ratios[pairs / 2]);
        }
    }
    Ok(())
}

/// A loop, a parallel iterator of rayon, and a thread for each job, at most 64 at once. The results are dropped after the clock.
fn versions<I, O>(inputs: Vec<I>, function: impl Fn(&I) -> O + Copy + Send + Sync + 'static) -> [ByHand; 3]
where
    I: Send + Sync + 'static,
    O: Send + 'static,
{
    let inputs: &'static [I] = inputs.leak();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().expect("threads can be started");
    [
        Box::new(move || timed(|| inputs.iter().map(function).collect::<Vec<O>>())),
        Box::new(move || {
            timed(|| pool.install(|| inputs.par_iter().with_max_len(1).map(function).collect::<Vec<O>>()))
        }),
        Box::new(move || timed(|| in_threads(inputs, function))),
    ]
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let results = work();
    let time = start.elapsed();
    drop(results);
    time
}

fn in_threads<I: Sync, O: Send>(inputs: &'static [I], function: impl Fn(&I) -> O + Copy + Send + Sync) -> Vec<O> {
    let mut results = Vec::with_capacity(inputs.len());
    thread::scope(|scope| {
        let mut running = std::collections::VecDeque::new();
        for input in inputs {
            if running.len() == 64
                && let Some(oldest) = running.pop_front()
            {
                let oldest: thread::ScopedJoinHandle<'_, O> = oldest;
                results.push(oldest.join().expect("no job panics"));
            }
            running.push_back(scope.spawn(move || function(input)));
        }
        for thread in running {
            results.push(thread.join().expect("no job panics"));
        }
    });
    results
}
