//! `bakeoff map`: which tool is the best for tasks of any length, of which any share waits.

use std::path::PathBuf;

use anyhow::Result;

use crate::child::program::own_program;
use crate::cmd::platforms::Platforms;
use crate::cmd::progress::show;
use crate::cmd::section::{place, recording_of, show_results};
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{Exit, command_line, stop::Stop};
use crate::engine::now;
use crate::post::sections;
use crate::report::{export::Format, render::render};
use crate::stats::units;
use crate::study::map::{Effort, Extent, MapRequest, Progress, measure};

/// What to measure, and where to store it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    platforms: Platforms,
    /// Fewer points and launches: ranges, and hardly a verdict
    #[arg(long)]
    quick: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for the recording; by default `bakeoff` in cargo's target folder, or for an installed program in your folder for data
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let platforms = args.platforms.to_measure()?;
    let request = MapRequest {
        platforms: platforms.clone(),
        extent: Extent::Map(if args.quick { Effort::QUICK } else { Effort::STANDARD }),
        known: vec![],
        exe: own_program()?,
        place: place(args.out.as_deref())?,
        command: command_line(),
    };
    let stop = Stop::listen()?;
    let begun = recording_of(&platforms, None, None);
    let start = now();
    let (recording, saved) =
        measure(&request, begun, &stop.asked, |Progress { part, launches: [made, all], .. }| {
            show(&format!(
                "part {part} of 3, launch {made} of {all}, {} so far",
                units::duration(now() - start)
            ));
        })?;
    show("");
    let mut text = render(&recording, &sections(), args.format, usual_style());
    if let Some(path) = saved.path.as_ref().filter(|_| args.format == Format::Table) {
        text += &paragraph(&format!("The recording is {}", path.display()));
    }
    show_results(&text, Some(saved), &recording)?;
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}
