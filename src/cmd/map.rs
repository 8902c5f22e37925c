//! `bakeoff map`: which tool is the best for tasks of any length, of which any share waits.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::analysis::advice_check::AdviceCheck;
use crate::analysis::map::maps;
use crate::analysis::same::{Machine, machine};
use crate::child::program::own_program;
use crate::cmd::compare::Incomparable;
use crate::cmd::out::Out;
use crate::cmd::platforms::Platforms;
use crate::cmd::progress::show;
use crate::cmd::run::limit_to;
use crate::cmd::section::{place, recording_of, show_results};
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{Exit, command_line, read_all, stop::Stop};
use crate::engine::now;
use crate::post::sections;
use crate::record::read::read;
use crate::record::schema::Recording;
use crate::report::advice_check::{check_values, checked};
use crate::report::block::Block;
use crate::report::export::{Format, write};
use crate::report::render::render;
use crate::stats::units;
use crate::study::map::{Extent, MapRequest, Progress, measure};

/// What to measure, and where to store it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    platforms: Platforms,
    /// Fewer points and launches: ranges, and hardly a verdict
    #[arg(long)]
    quick: bool,
    /// Use this many cores, as run --cores does
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    cores: Option<u16>,
    /// Measure what the recordings of this machine in this folder do not have yet, and store it there
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "check"])]
    into: Option<PathBuf>,
    /// Measure nothing: show how often advice from the first of these recordings is right, on the points of all of them that it does not rest on
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["python", "quick", "out"])]
    check: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for the recording; by default `bakeoff` in cargo's target folder, or for an installed program in your folder for data
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    if !args.check.is_empty() {
        return check(args);
    }
    if let Some(cores) = args.cores {
        limit_to(cores.into())?;
    }
    let platforms = args.platforms.to_measure()?;
    let place = place(args.into.as_deref().or(args.out.as_deref()))?;
    let begun = recording_of(&platforms, None, None);
    let known = args.into.as_deref().map(|folder| maps_of_machine(folder, &begun)).unwrap_or_default();
    let request = MapRequest {
        platforms,
        extent: if args.quick { Extent::Quick } else { Extent::Standard },
        known,
        exe: own_program()?,
        place,
        command: command_line(),
    };
    let stop = Stop::listen()?;
    let Some((recording, saved)) = measure(&request, begun, &stop.asked, show_part())? else {
        writeln!(Out, "{}", paragraph("Nothing is missing: all points of these maps are there."))?;
        return Ok(Exit::Ok);
    };
    show("");
    let mut text = render(&recording, &sections(), args.format, usual_style());
    if let Some(path) = saved.path.as_ref().filter(|_| args.format == Format::Table) {
        text += &paragraph(&format!("The recording is {}", path.display()));
    }
    show_results(&text, Some(saved), &recording)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}

/// Shows how far a map is, between launches.
pub(super) fn show_part() -> impl FnMut(Progress) {
    let start = now();
    move |Progress { platform, part, launches: [made, all] }| {
        let name = platform.tag().map_or(String::new(), |tag| format!("Python {tag}, "));
        let so_far = units::duration(now() - start);
        show(&format!("{name}part {part} of 3, launch {made} of {all}, {so_far} so far"));
    }
}

/// The recordings of this machine in a folder that have a map.
fn maps_of_machine(folder: &Path, here: &Recording) -> Vec<Recording> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "json")
            && let Ok(recording) = read(&path)
            && recording.map.is_some()
            && machine(&recording, here) == Machine::Same
        {
            found.push(recording);
        }
    }
    found
}

/// How often advice from the first recording is right.
fn check(args: &Args) -> Result<Exit> {
    let recordings = read_all(&args.check)?;
    for (path, recording) in args.check.iter().zip(&recordings) {
        let has_no_map = || Incomparable(format!("{} has no map; bakeoff map measures one", path.display()));
        ensure!(recording.map.is_some(), has_no_map());
        let is_same = recording.environment.cores == recordings[0].environment.cores;
        let why = format!(
            "{} was measured on another number of cores than {}",
            path.display(),
            args.check[0].display()
        );
        ensure!(is_same, Incomparable(why));
    }
    let mut all = Vec::new();
    for recording in &recordings {
        all.push(maps(std::slice::from_ref(recording)));
    }
    let mut blocks = Vec::new();
    let mut values = None;
    for map in &all[0] {
        for (path, truths) in args.check.iter().zip(&all) {
            let Some(truth) = truths.iter().find(|truth| truth.platform == map.platform) else { continue };
            let check = AdviceCheck::of(map, truth);
            let name = map.platform.as_ref().map_or("Rust".to_owned(), |tag| format!("Python {tag}"));
            blocks.push(Block::Paragraph(format!("{name}: points of {}", path.display())));
            blocks.extend(checked(&check));
            values.get_or_insert_with(|| check_values(&check));
        }
    }
    let values =
        values.ok_or_else(|| Incomparable("no two of these recordings have a map of one platform".into()))?;
    write!(Out, "{}", write(args.format, &blocks, &values, usual_style()))?;
    Ok(Exit::Ok)
}
