//! `bakeoff story`: the post's worked examples, run for real.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::analysis::analysed::Analysed;
use crate::child::program::own_program;
use crate::cmd::out::Out;
use crate::cmd::outputs::{Output, Outputs};
use crate::cmd::platforms::{Platforms, models_of};
use crate::cmd::progress::show;
use crate::cmd::section::{Watch, place, recording_of, save_section, show_results};
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{BadUsage, Exit, models_named, stop::Stop, unknown};
use crate::engine::trace::chrome;
use crate::machine::host;
use crate::model::{MOST_WORKERS, Platform};
use crate::post::stories;
use crate::post::story::exhibition::{BoardOrder, Exhibition, Think};
use crate::post::story::plays::play_all;
use crate::post::story::{STORIES, Story, StoryRequest, StoryResult, StoryRunner};
use crate::record::plain::tell;
use crate::record::schema::Recording;
use crate::report::chart::timeline::Panel;
use crate::report::chart::{Chart, Form, png, timeline};
use crate::report::{chart::caption::origin, chart::palette::Mode, export::terminal, table::Table};
use crate::workload::catalog::Catalog;

/// The minimum length of a story second, in milliseconds: a move of 5 s then takes 0.1 ms, several times a
/// hand-over.
const LEAST_SCALE: f64 = 0.02;

/// The maximum length: real time.
const MOST_SCALE: f64 = 1_000.0;

/// The maximum number of boards: beyond it, the threads of most models would take turns.
const MOST_BOARDS: u64 = MOST_WORKERS as u64;

/// Which story, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Name of the story; without it, all stories are listed
    name: Option<String>,
    /// Milliseconds that a second of story time takes, such as 1; by default each story's own, the shortest that is accurate enough
    #[arg(long, value_name = "MS")]
    scale: Option<f64>,
    /// Only under these models
    #[arg(long, alias = "models", value_delimiter = ',', value_name = "NAME,..")]
    model: Vec<String>,
    #[command(flatten)]
    platforms: Platforms,
    /// Every arrangement under every model
    #[arg(long)]
    all: bool,
    /// Fewer runs, and no series of boards or exhibitors
    #[arg(long)]
    quick: bool,
    /// chess, pizza: number of boards or houses
    #[arg(long, value_name = "N")]
    boards: Option<u64>,
    /// chess, pizza: number of exhibitors who go from one to the next
    #[arg(long, value_name = "K")]
    exhibitors: Option<u64>,
    /// chess, pizza: where exhibitors go next
    #[arg(long, value_enum)]
    order: Option<BoardOrder>,
    /// chess, pizza: how long opponents think
    #[arg(long, value_enum)]
    think: Option<Think>,
    /// chess, pizza: seed for the times of opponents whose times vary
    #[arg(long)]
    seed: Option<u64>,
    /// Store the measurements as a recording in this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the trace of the first run for Perfetto or Chromium
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Draw timelines as SVG, and for phones beside it as NAME-narrow.svg
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
    /// Overwrite existing files
    #[arg(long)]
    force: bool,
}

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let Some(name) = &args.name else { return list() };
    let story = named(name)?;
    let platforms = args.platforms.to_measure()?;
    let request = request(args, &platforms, story)?;
    let second = second(args, story)?;
    let files = Outputs::open(&files(args), &[], args.force)?;
    let place = args.out.as_deref().map(|folder| place(Some(folder))).transpose()?;
    let runner = StoryRunner::new(catalog, own_program()?, host::cores(), second);
    let stop = Stop::listen()?;
    let mut watch = Watch::begin();
    let results = play_all(story, &runner, &request, &stop.asked, show)?;
    if let Some(exit) = stop.exit().filter(|_| results.is_empty()) {
        tell("no run of the story had ended: nothing is saved");
        return Ok(exit);
    }
    watch.look();
    ensure!(
        !results.is_empty(),
        BadUsage(format!("{} is a story of Python's: bakeoff story {} --python", story.name(), story.name()))
    );
    let story_runs = results.iter().map(|result| result.story_run.clone()).collect();
    let recording = Recording {
        partial: stop.is_asked(),
        idle_checks: watch.checks(),
        ..recording_of(&platforms, None, Some(story_runs))
    };
    let mut text = stories::text(story, &results, &Analysed::of(&recording), usual_style());
    let saved = place.map(|place| save_section(&recording, &place, "stories"));
    if let Some(path) = saved.as_ref().and_then(|saved| saved.path.as_ref()) {
        text += &format!("\n{}", paragraph(&format!("The recording is {}", path.display())));
    }
    let written = outputs(args, story, &results).and_then(|outputs| files.write(&outputs));
    show_results(&text, saved, &recording)?;
    written?;
    if let (Some(path), Some(hint)) = (&args.chart, png::hint()) {
        writeln!(Out, "\nThe timelines are {}. {hint}", path.display())?;
    }
    Ok(stop.exit().unwrap_or_else(|| Exit::of_recording(&recording)))
}

/// The files that are to be written.
fn files(args: &Args) -> Vec<PathBuf> {
    let mut files = Vec::new();
    files.extend(args.trace.clone());
    if let Some(path) = &args.chart {
        files.extend([path.clone(), narrow(path)]);
    }
    files
}

fn list() -> Result<Exit> {
    let table = Table::of(STORIES)
        .left("story", |story| story.name())
        .left("what happens", |story| story.about())
        .wraps()
        .build();
    write!(Out, "{}", terminal::table(&table, usual_style()))?;
    Ok(Exit::Ok)
}

fn named(name: &str) -> Result<&'static dyn Story> {
    for story in STORIES {
        if story.name() == name {
            return Ok(*story);
        }
    }
    let known: Vec<String> = STORIES.iter().map(|story| story.name().to_owned()).collect();
    Err(BadUsage(unknown("story", name, &known)).into())
}

fn second(args: &Args, story: &dyn Story) -> Result<Duration> {
    let Some(scale) = args.scale else { return Ok(story.second()) };
    ensure!(
        (LEAST_SCALE..=MOST_SCALE).contains(&scale),
        BadUsage(format!(
            "a second of a story can take from {LEAST_SCALE} to {MOST_SCALE} ms, not {scale}: timers can't follow shorter ones"
        ))
    );
    Ok(Duration::from_secs_f64(scale / 1e3))
}

fn request(args: &Args, platforms: &[Platform], story: &dyn Story) -> Result<StoryRequest> {
    let all = models_of(platforms);
    let python = all.iter().filter(|model| model.platform != Platform::Native).copied().collect();
    // If interpreters are requested, only they are measured.
    let models = if args.model.is_empty() { python } else { models_named(all, &args.model)? };
    let exhibition = exhibition(args)?;
    ensure!(
        exhibition.is_none() || ["chess", "pizza"].contains(&story.name()),
        BadUsage("--boards, --exhibitors, --order, --think and --seed belong to chess and pizza".into())
    );
    Ok(StoryRequest { models, all: args.all, quick: args.quick, exhibition })
}

/// The exhibition, if any option differs from the post's.
fn exhibition(args: &Args) -> Result<Option<Exhibition>> {
    let post = Exhibition::default();
    let exhibition = Exhibition {
        boards: args.boards.unwrap_or(post.boards),
        exhibitors: args.exhibitors.unwrap_or(post.exhibitors),
        order: args.order.unwrap_or_default(),
        think: args.think.unwrap_or_default(),
        seed: args.seed.unwrap_or(post.seed),
    };
    for (what, number) in [("boards", exhibition.boards), ("exhibitors", exhibition.exhibitors)] {
        let why = format!(
            "there can be from 1 to {MOST_BOARDS} {what}, not {number}: each board takes a thread under most models"
        );
        ensure!((1..=MOST_BOARDS).contains(&number), BadUsage(why));
    }
    let given = args.boards.is_some() || args.exhibitors.is_some() || args.seed.is_some();
    Ok((given || args.order.is_some() || args.think.is_some()).then_some(exhibition))
}

/// The trace of the first run that has one, and the timelines, if they are requested.
fn outputs(args: &Args, story: &dyn Story, results: &[StoryResult]) -> Result<Vec<Output>> {
    let mut outputs = Vec::new();
    if let Some(path) = &args.trace {
        let traced = results.iter().find(|result| !result.spans.is_empty());
        let spans = traced.map_or(&[][..], |result| &result.spans);
        let contents = chrome::document(spans).to_string().into_bytes();
        outputs.push(Output { path: path.clone(), contents });
    }
    if let Some(path) = &args.chart {
        let charts = timelines(story, results);
        ensure!(!charts.is_empty(), "no play of this story has a trace that could be drawn");
        for chart in charts {
            let path = if chart.form == Form::Narrow { narrow(path) } else { path.clone() };
            outputs.push(Output { path, contents: chart.svg(Mode::Auto).into_bytes() });
        }
    }
    Ok(outputs)
}

/// The name of the chart for phones beside the other.
fn narrow(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-narrow.svg"))
}

/// The timelines of the runs that the story's picture shows, or of all.
fn timelines(story: &dyn Story, results: &[StoryResult]) -> Vec<Chart> {
    let has_pictured = results.iter().any(|it| !it.spans.is_empty() && story.is_pictured(&it.story_run));
    let mut panels = Vec::new();
    for StoryResult { story_run, spans } in results {
        if story.is_pictured(story_run) || !has_pictured {
            let heading = story.heading(story_run);
            panels.extend(Panel::of(spans, story_run.second_ns.get(), heading, |job| story.job_name(job)));
        }
    }
    timeline::charts(story.name(), panels, story.phases(), origin(&recording_of(&[], None, None)))
}
