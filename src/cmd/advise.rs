//! `bakeoff advise`: the best tool for a task, from a map.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::analysis::map::{PlatformMap, maps};
use crate::analysis::summary::Summary;
use crate::child::program::own_program;
use crate::cmd::compare::Incomparable;
use crate::cmd::out::Out;
use crate::cmd::platforms::Platforms;
use crate::cmd::section::{place, recording_of, show_results};
use crate::cmd::task::TaskArgs;
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{BadUsage, Exit, command_line, learned, map::show_part, read_all, stop::Stop};
use crate::machine::host;
use crate::model::Platform;
use crate::post::sections;
use crate::record::read::read;
use crate::record::schema::Recording;
use crate::report::advice::{Advised, advice_values};
use crate::report::advice_against::{Against, against, against_values};
use crate::report::block::Block;
use crate::report::export::{Format, write};
use crate::report::render::render;
use crate::stats::units;
use crate::study::map::{Extent, MapRequest, measure, points::Asked};
use crate::workload::{Workload, catalog::Catalog};

/// A task, and where its map is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How long a job takes alone: 40us, 3ms, 0.1s; by default your own functions are placed by what fresh processes find out about them
    #[arg(long, value_name = "T", value_parser = job_ns, requires_all = ["wait", "jobs"])]
    job: Option<u64>,
    /// How much of that it waits: 0 to 99 percent
    #[arg(long, value_name = "PERCENT", value_parser = percent, requires = "job")]
    wait: Option<u64>,
    /// How many jobs there are
    #[arg(long, value_name = "N", requires = "job")]
    jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    platforms: Platforms,
    #[command(flatten)]
    task: TaskArgs,
    /// Recordings with a map; by default the latest of this machine in the usual folder
    #[arg(long, value_name = "FILE,..", value_delimiter = ',', num_args = 1..)]
    from: Vec<PathBuf>,
    /// The number of cores that the map was measured on; by default that of this machine
    #[arg(long, value_name = "N")]
    cores: Option<u64>,
    /// Advice on each task of this recording's study, beside what was measured
    #[arg(long, value_name = "FILE", conflicts_with_all = ["job", "measure"])]
    against: Option<PathBuf>,
    /// Measure this task itself, in under 30 s
    #[arg(long, requires = "job", conflicts_with_all = ["from", "cores"])]
    measure: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for the recording of --measure, and of maps if --from names none; by default `bakeoff` in cargo's target folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What --measure can have of an ideal machine, in nanoseconds, so that it takes under 30 s.
const LONGEST_NS: f64 = 250e6;

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    if args.measure {
        return measured(args);
    }
    if let Some(study) = &args.against {
        return against_study(args, study);
    }
    let platforms = args.platforms.all();
    let asked = asked(args, catalog, &platforms)?;
    let recordings = recordings(args)?;
    let maps = maps(&recordings);
    let mut advised = Vec::new();
    for (platform, name, task) in asked {
        let map = of_platform(&maps, platform)?;
        advised.push(Advised::of(map, name, task));
    }
    let blocks: Vec<Block> = advised.iter().map(Advised::block).collect();
    write!(Out, "{}", write(args.format, &blocks, &advice_values(&advised), usual_style()))?;
    Ok(Exit::Ok)
}

/// Advice on each task of the study in the file `path`, of which platforms there is a map.
fn against_study(args: &Args, path: &Path) -> Result<Exit> {
    let study = read(path)?;
    ensure!(study.study.is_some(), Incomparable(format!("{} has no study", path.display())));
    let recordings = recordings(args)?;
    let (maps, summary) = (maps(&recordings), Summary::of(&study));
    let mut tasks = Vec::new();
    for row in summary.all_rows() {
        if let Some(map) = maps.iter().find(|map| map.platform == row.workload.platform) {
            tasks.extend(Against::of(map, row));
        }
    }
    let why = format!("{} has no task of a platform that there is a map of", path.display());
    ensure!(!tasks.is_empty(), Incomparable(why));
    let blocks = [against(&tasks)];
    write!(Out, "{}", write(args.format, &blocks, &against_values(&tasks), usual_style()))?;
    Ok(Exit::Ok)
}

/// A task of a platform, and the name of the function that it is.
type Task = (Platform, Option<&'static str>, Asked);

/// What was asked for, on each platform; a user's functions, if nothing was.
fn asked(args: &Args, catalog: &Catalog, platforms: &[Platform]) -> Result<Vec<Task>> {
    if let (Some(job_ns), Some(wait_percent), Some(jobs)) = (args.job, args.wait, args.jobs) {
        let asked = Asked { wait_percent, jobs: jobs.get(), job_ns };
        return Ok(platforms.iter().map(|&platform| (platform, None, asked)).collect());
    }
    let catalog = match args.task.of_python(&args.platforms)? {
        Some(of_python) => of_python,
        None => learned(catalog, |_| true)?,
    };
    let mut asked = Vec::new();
    if catalog.is_of_user() {
        for &platform in platforms {
            for workload in catalog.workloads(platform) {
                // Fresh processes are asked about functions, and about no other work.
                if workload.function_facts().is_some() || workload.python_facts().is_some() {
                    asked.push((platform, Some(workload.name), of_workload(workload)));
                }
            }
        }
    }
    let why = "--job, --wait and --jobs say which task: --job 3ms --wait 80% --jobs 200";
    ensure!(!asked.is_empty(), BadUsage(why.into()));
    Ok(asked)
}

/// Where a function is on the map, by what a fresh process has found out about it.
fn of_workload(workload: &Workload) -> Asked {
    let job_us = workload.job_us.max(1);
    Asked {
        wait_percent: (100 * workload.wait_us / job_us).min(100),
        jobs: workload.size.jobs,
        job_ns: job_us * 1_000,
    }
}

/// The recordings with a map on as many cores as were asked for.
fn recordings(args: &Args) -> Result<Vec<Recording>> {
    let mut recordings = if args.from.is_empty() { usual(args)? } else { read_all(&args.from)? };
    for (path, recording) in args.from.iter().zip(&recordings) {
        ensure!(
            recording.map.is_some(),
            Incomparable(format!("{} has no map; bakeoff map measures one", path.display()))
        );
    }
    let mut known: Vec<u64> = recordings.iter().map(|recording| recording.environment.cores).collect();
    known.sort_unstable();
    known.dedup();
    let cores = match args.cores {
        Some(cores) => cores,
        // A single one was meant.
        None if known.len() == 1 => known[0],
        None => host::cores() as u64,
    };
    recordings.retain(|recording| recording.environment.cores == cores);
    let known: Vec<String> = known.iter().map(u64::to_string).collect();
    ensure!(
        !recordings.is_empty(),
        Incomparable(format!("no map was measured on {cores} cores; there are maps on {}", known.join(", ")))
    );
    Ok(recordings)
}

/// The maps in the usual folder, the latest first.
fn usual(args: &Args) -> Result<Vec<Recording>> {
    let place = place(args.out.as_deref())?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(place.folder())?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("map-") && Path::new(&name).extension().is_some_and(|it| it == "json") {
            found.extend(read(&entry.path()).ok().filter(|recording| recording.map.is_some()));
        }
    }
    found.sort_by_key(|recording| std::cmp::Reverse(recording.environment.started_unix_s));
    let folder = place.folder().display();
    ensure!(
        !found.is_empty(),
        BadUsage(format!(
            "{folder} has no map of this machine; bakeoff map measures one in 10 minutes, --from names another, and --measure measures the task \
             itself"
        ))
    );
    Ok(found)
}

fn of_platform(maps: &[PlatformMap], platform: Platform) -> Result<&PlatformMap> {
    let found = maps.iter().find(|map| map.platform.as_deref() == platform.tag());
    let called = |tag: Option<&str>| tag.map_or("Rust".to_owned(), |tag| format!("Python {tag}"));
    let known: Vec<String> = maps.iter().map(|map| called(map.platform.as_deref())).collect();
    found.ok_or_else(|| {
        let why =
            format!("there is no map of {}; there are maps of {}", called(platform.tag()), known.join(", "));
        Incomparable(why).into()
    })
}

/// Measures the task itself.
fn measured(args: &Args) -> Result<Exit> {
    let platforms = args.platforms.to_measure()?;
    let asked = asked(args, &Catalog::builtin(), &platforms)?;
    let (_, _, task) = asked[0];
    let ideal = task.ideal_ns(host::cores());
    ensure!(
        ideal <= LONGEST_NS,
        BadUsage(format!(
            "these jobs take {} on an ideal machine of {} cores, and at most {} are measured: with fewer --jobs or a shorter --job the answer is \
             the same",
            units::nanoseconds(ideal),
            host::cores(),
            units::nanoseconds(LONGEST_NS)
        ))
    );
    let request = MapRequest {
        platforms: platforms.clone(),
        extent: Extent::Point(task),
        known: vec![],
        exe: own_program()?,
        place: place(args.out.as_deref())?,
        command: command_line(),
    };
    let stop = Stop::listen()?;
    let begun = recording_of(&platforms, None, None);
    let measured = measure(&request, begun, &stop.asked, show_part())?;
    let (recording, saved) = measured.context("a point that nobody knows is measured")?;
    let mut text = render(&recording, &sections(), args.format, usual_style());
    if let Some(path) = saved.path.as_ref().filter(|_| args.format == Format::Table) {
        text += &paragraph(&format!("The recording is {}", path.display()));
    }
    show_results(&text, Some(saved), &recording)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}

/// The nanoseconds that a word means.
fn job_ns(word: &str) -> Result<u64, String> {
    let digits = word.trim_end_matches(|it: char| !it.is_ascii_digit());
    let unit = match &word[digits.len()..] {
        "us" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => return Err("a duration is a number and us, ms or s: 40us, 3ms".into()),
    };
    match digits.parse::<f64>() {
        Ok(number) if number > 0.0 && number * unit <= 1e12 => {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is positive, and short"
            )]
            let ns = (number * unit).round() as u64;
            Ok(ns)
        }
        Ok(_) => Err("a job takes some time, and at most 1,000 s".into()),
        Err(why) => Err(why.to_string()),
    }
}

/// The percent that a word means.
fn percent(word: &str) -> Result<u64, String> {
    match word.strip_suffix('%').unwrap_or(word).parse::<u64>() {
        Ok(percent) if percent <= 100 => Ok(percent),
        Ok(percent) => Err(format!("{percent} % of a job can't wait: 100 at most")),
        Err(why) => Err(why.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_shares_are_read() {
        assert_eq!(job_ns("3ms"), Ok(3_000_000));
        assert_eq!(job_ns("0.5s"), Ok(500_000_000));
        assert_eq!(job_ns("40us"), Ok(40_000));
        assert_eq!((percent("80%"), percent("0")), (Ok(80), Ok(0)));
        for wrong in ["0ms", "3", "ms", "-1us", "1e9s"] {
            assert!(job_ns(wrong).is_err(), "{wrong}");
        }
        assert!(percent("101%").is_err() && percent("-1").is_err());
    }
}
