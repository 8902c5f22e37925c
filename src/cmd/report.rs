//! `bakeoff report`: the table of a recording, from its file alone.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::analysis::summary::Summary;
use crate::cmd::out::Out;
use crate::cmd::outputs::{Output, Outputs, write_all, write_all_in};
use crate::cmd::{
    BadUsage, Exit, read_all,
    terminal::{Drawing, paragraph},
    unknown,
};
use crate::post::splice::{Part, begin, end, splice};
use crate::post::{chirpy, page::page, sections};
use crate::record::regular_file::{self, Access, Links};
use crate::record::schema::Recording;
use crate::report::{
    bars::bars,
    chart::png::hint,
    export::Format,
    render::{main_results, render},
    screen::answer,
    study,
};

/// Which recordings, and their output format.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The recording; several with --splice, --html or --chirpy
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Write the results into this Markdown page instead, between its markers
    #[arg(long, value_name = "PAGE", conflicts_with = "format")]
    splice: Option<PathBuf>,
    /// Show everything that the recording has, not the answer alone
    #[arg(long, conflicts_with_all = ["format", "splice", "html", "chirpy", "bars"])]
    all: bool,
    /// Show one section: study, evidence, costs, arrivals or stories
    #[arg(long, value_name = "NAME", conflicts_with_all = ["format", "splice", "html", "chirpy", "bars", "all"])]
    section: Option<String>,
    /// Show all cells of one workload
    #[arg(long, value_name = "NAME", conflicts_with_all = ["format", "splice", "html", "chirpy", "bars", "all", "section"])]
    workload: Option<String>,
    /// Show the speedup of each task's fastest tool as a bar with a whisker
    #[arg(long, conflicts_with_all = ["format", "splice", "html", "chirpy"])]
    bars: bool,
    #[command(flatten)]
    drawing: Drawing,
    /// Write one page with everything in the recordings, to open offline
    #[arg(long, value_name = "PAGE", conflicts_with_all = ["format", "splice"])]
    html: Option<PathBuf>,
    /// Write a post for a Jekyll blog with the Chirpy theme into this folder: post.md, charts, data
    #[arg(long, value_name = "DIR", conflicts_with_all = ["format", "splice", "html"])]
    chirpy: Option<PathBuf>,
    /// URL of this project, for links to the commit that a recording names
    #[arg(long, value_name = "URL", requires = "chirpy")]
    repository: Option<String>,
    /// Overwrite existing files
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let (names, recordings) = whole_machines_first(&args.files, read_all(&args.files)?);
    if let Some(file) = &args.html {
        let contents = page(&names, &recordings).into_bytes();
        write_all(&[Output { path: file.clone(), contents }], &args.files, args.force)?;
        return Ok(Exit::Ok);
    }
    if let Some(folder) = &args.chirpy {
        let mut post = Vec::new();
        for (name, contents) in chirpy::files(&recordings, args.repository.as_deref())? {
            post.push(Output { path: folder.join(name), contents });
        }
        write_all_in(folder, &post, &args.files, args.force)?;
        if let Some(hint) = hint() {
            writeln!(Out, "{hint}")?;
        }
        return Ok(Exit::Ok);
    }
    match (&args.splice, &recordings[..]) {
        (Some(page), recordings) => splice_into(page, &args.files, recordings)?,
        (None, [recording]) => write!(Out, "{}", text(args, recording)?)?,
        (None, _) => {
            let why =
                "report shows one recording at a time: bakeoff compare and bakeoff scaling show several";
            return Err(BadUsage::new(why).into());
        }
    }
    Ok(Exit::Ok)
}

/// Recordings and the names of their files; those on fewer cores than the machine has come last, because by the names of their files
/// they are often first, and the first that has an answer gives it.
fn whole_machines_first(files: &[PathBuf], recordings: Vec<Recording>) -> (Vec<String>, Vec<Recording>) {
    let mut named = Vec::new();
    for (path, recording) in files.iter().zip(recordings) {
        named.push((path.display().to_string(), recording));
    }
    named.sort_by_key(|(_, recording)| recording.environment.limited_by.is_some());
    named.into_iter().unzip()
}

/// What is shown of a recording.
fn text(args: &Args, recording: &Recording) -> Result<String> {
    if args.bars {
        return Ok(bars(&Summary::of(recording), args.drawing.style()));
    }
    if let Some(name) = &args.workload {
        let of_workload = study::of_workload(recording, name, args.drawing.style());
        let names = || workloads(recording);
        return of_workload.ok_or_else(|| BadUsage(unknown("workload", name, &names())).into());
    }
    let mut all = sections();
    if let Some(name) = &args.section {
        let names: Vec<String> = all.iter().map(|section| section.name.to_owned()).collect();
        all.retain(|section| section.name == *name);
        if all.is_empty() {
            return Err(BadUsage(unknown("section", name, &names)).into());
        }
    }
    let is_whole = args.all || args.section.is_some() || args.format != Format::Table;
    let style = args.drawing.style();
    match answer(recording, style) {
        Some(answer) if !is_whole => Ok(answer + &paragraph(MORE)),
        None if !is_whole && recording.study.is_none() => {
            Ok(main_results(recording, &all, style) + "\n" + &paragraph(MORE))
        }
        _ => Ok(render(recording, &all, args.format, style)),
    }
}

/// The line below the answer.
const MORE: &str = "More: --all, --section, --workload; --html PAGE for everything on one page; --format csv or json for programs.";

fn workloads(recording: &Recording) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for workload in recording.study.iter().flat_map(|study| &study.workloads) {
        // Each platform has them.
        if !names.contains(&workload.name) {
            names.push(workload.name.clone());
        }
    }
    names
}

fn splice_into(page: &Path, inputs: &[PathBuf], recordings: &[Recording]) -> Result<()> {
    let outputs = Outputs::open(&[page.to_owned()], inputs, true)?;
    let mut old = String::new();
    regular_file::open(page, Links::Followed, Access::Read)
        .and_then(|mut file| file.read_to_string(&mut old))
        .map_err(|why| BadUsage(format!("{} is no page to splice into: {why}", page.display())))?;
    let Some(new) = splice(&old, recordings) else {
        let (begin, end) = (begin(Part::ALL[0]), end(Part::ALL[0]));
        let parts = Part::ALL.map(Part::name);
        let why = format!(
            "{} needs a line {begin} and below it a line {end}, one of each, or those of another part that the recordings \
             have ({})",
            page.display(),
            parts.join(", ")
        );
        return Err(BadUsage(why).into());
    };
    outputs.write(&[Output { path: page.to_owned(), contents: new.into_bytes() }])
}
