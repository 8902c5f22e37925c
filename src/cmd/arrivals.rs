//! `bakeoff arrivals`: jobs that come over time, and how long each takes under load.

use std::num::NonZeroU64;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::child::program::own_program;
use crate::cmd::platforms::{Platforms, models_of};
use crate::cmd::progress::show;
use crate::cmd::section::{place, recording_of, show_results};
use crate::cmd::task::TaskArgs;
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{BadUsage, Exit, command_line, learned, models_named, stop::Stop, unknown, until};
use crate::engine::now;
use crate::model::{ModelEntry, Platform, plain_name};
use crate::post::sections;
use crate::record::schema::Recording;
use crate::report::{export::Format, render::render};
use crate::stats::{schedule::Schedule, units};
use crate::study::arrivals::{ArrivalRequest, measure};
use crate::workload::{Workload, catalog::Catalog};

/// What to measure, and where to store it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Whose jobs arrive: hash, service or http, or a workload of yours; by default hash and service, or all of yours
    #[arg(value_name = "WORKLOAD")]
    workloads: Vec<String>,
    /// Loads, in percent of what the best model of a launch can do
    #[arg(long, value_delimiter = ',', value_name = "PERCENT,..", default_values_t = [20, 50, 80, 95], value_parser = clap::value_parser!(u64).range(1..=200))]
    load: Vec<u64>,
    /// How jobs arrive
    #[arg(long, value_enum, default_value_t = Schedule::Poisson)]
    schedule: Schedule,
    #[command(flatten)]
    platforms: Platforms,
    #[command(flatten)]
    task: TaskArgs,
    /// Only these models, or with a plus before each these too (`+smol`); by default all but `gil`, `chunks`, `processes` and
    /// `py-processpool-chunks`
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    /// Three models, three launches, and levels of half a second
    #[arg(long)]
    quick: bool,
    /// Launches of each workload; 6 by default, which give an interval of 97 %
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    launches: Option<u64>,
    /// How long jobs arrive at each level: 2s, 1m
    #[arg(long, value_name = "T", value_parser = until::duration, conflicts_with = "quick")]
    level: Option<Duration>,
    /// Seed for the order of levels and for when jobs arrive; random by default; stored in the recording
    #[arg(long)]
    seed: Option<u64>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for the recording; by default `bakeoff` in cargo's target folder, or for an installed program in your folder for data
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How many of bakeoff's own workloads are measured if none is named.
const USUAL: usize = 2;

/// Launches of each workload: an interval over six has a chance of 97 %.
const LAUNCHES: u64 = 6;
const QUICK_LAUNCHES: u64 = 3;

/// How long jobs arrive at a level.
const LEVEL: Duration = Duration::from_millis(750);
const QUICK_LEVEL: Duration = Duration::from_millis(500);

/// The models of a quick measurement: one job at a time, a pool and tasks.
const QUICK_MODELS: [&str; 6] =
    ["sequential", "rayon", "tokio-many", "py-loop", "py-threading", "py-asyncio"];

/// Models that nobody would choose for jobs that arrive: measured if they are named.
const NOT_USUAL: [&str; 4] = ["gil", "chunks", "processes", "py-processpool-chunks"];

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let catalog = &match args.task.of_python(&args.platforms)? {
        Some(of_python) => of_python,
        None => learned(catalog, |_| true)?,
    };
    let platforms = args.platforms.to_measure()?;
    let workloads = workloads(args, catalog, &platforms)?;
    let models = models(args, &platforms)?;
    let mut loads: Vec<NonZeroU64> = args.load.iter().copied().filter_map(NonZeroU64::new).collect();
    loads.sort_unstable();
    loads.dedup();
    let launches = args.launches.unwrap_or(if args.quick { QUICK_LAUNCHES } else { LAUNCHES });
    let level = args.level.unwrap_or(if args.quick { QUICK_LEVEL } else { LEVEL });
    ensure_long_enough(&workloads, level)?;
    let request = ArrivalRequest {
        catalog: catalog.clone(),
        workloads,
        models,
        loads,
        schedule: args.schedule,
        launches: NonZeroU64::new(launches).expect("some launches are made"),
        level,
        first_jobs: !args.quick,
        seed: args.seed,
        exe: own_program()?,
        place: place(args.out.as_deref())?,
        command: command_line(),
    };
    let stop = Stop::listen()?;
    let begun = Recording { of_user: catalog.is_of_user(), ..recording_of(&platforms, None, None) };
    let start = now();
    let (recording, saved) = measure(&request, begun, &stop.asked, |made, all| {
        let left = (now() - start).mul_f64((all - made) as f64 / made as f64);
        show(&format!("level {made} of {all}, about {} left", units::duration(left)));
    })?;
    show("");
    let mut text = render(&recording, &sections(), args.format, usual_style());
    if let Some(path) = saved.path.as_ref().filter(|_| args.format == Format::Table) {
        text += &paragraph(&format!("The recording is {}", path.display()));
    }
    show_results(&text, Some(saved), &recording)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}

/// The named workloads, or the usual ones.
fn workloads(args: &Args, catalog: &Catalog, platforms: &[Platform]) -> Result<Vec<(Workload, Platform)>> {
    let mut known: Vec<String> = Vec::new();
    let mut named = Vec::new();
    for &platform in platforms {
        let all = catalog.arriving(platform);
        let usual = if catalog.is_of_user() { all.len() } else { USUAL };
        for (number, workload) in all.into_iter().enumerate() {
            let is_named = args.workloads.iter().any(|name| name == workload.name);
            if is_named || args.workloads.is_empty() && number < usual {
                named.push((workload, platform));
            }
            known.push(workload.name.to_owned());
        }
    }
    for name in &args.workloads {
        if !known.contains(name) {
            return Err(BadUsage::new(unknown("workload whose jobs arrive", name, &known)).into());
        }
    }
    Ok(named)
}

/// The named models, or the usual ones.
fn models(args: &Args, platforms: &[Platform]) -> Result<Vec<ModelEntry>> {
    let mut models = models_named(models_of(platforms), &args.models)?;
    // Names with a plus add to those that are measured anyway.
    if args.models.iter().all(|name| name.starts_with('+')) {
        models.retain(|model| {
            let name = plain_name(model.name);
            let is_usual = if args.quick { QUICK_MODELS.contains(&name) } else { !NOT_USUAL.contains(&name) };
            is_usual || model.needs.is_some()
        });
    }
    Ok(models)
}

/// Refuses levels in which hardly a job ends.
fn ensure_long_enough(workloads: &[(Workload, Platform)], level: Duration) -> Result<()> {
    for (workload, _) in workloads {
        let job = Duration::from_micros(workload.job_us);
        if job * 10 > level {
            return Err(BadUsage::new(format!(
                "a job of {} takes {}, and a level {}: in that time hardly one ends; --level with at least {} measures it",
                workload.name,
                units::duration(job),
                units::duration(level),
                until::text(job * 10)
            ))
            .into());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_has_time_for_ten_jobs() {
        let mut slow = Catalog::builtin().arriving(Platform::Native)[0];
        slow.job_us = 60_000;
        let refused = ensure_long_enough(&[(slow, Platform::Native)], QUICK_LEVEL).unwrap_err();
        assert!(refused.to_string().contains("--level with at least 1s"), "{refused}");
        slow.job_us = 50_000;
        ensure_long_enough(&[(slow, Platform::Native)], QUICK_LEVEL).unwrap();
    }
}
