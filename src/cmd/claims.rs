//! `bakeoff claims`: the post's claims against measurements, made now or read from recordings.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::analysis::analysed::Analysed;
use crate::child::program::own_program;
use crate::cmd::platforms::{Platforms, models_of};
use crate::cmd::progress::{show, show_progress};
use crate::cmd::section::{Watch, place, recording_of, remove_part, save_section, show_results};
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{BadUsage, Exit, command_line, read_all, stop::Stop, unknown};
use crate::machine::host;
use crate::model::{Platform, models};
use crate::post::claims::{Claim, Needs, Sources, claims};
use crate::post::ledger::{judge, of_several_machines, render};
use crate::post::story::exhibition::Exhibition;
use crate::post::story::plays::play_all;
use crate::post::story::{STORIES, Story, StoryRequest, StoryRunner, chess};
use crate::record::place::{Place, Saved};
use crate::record::plain::tell;
use crate::record::schema::{EvidenceRecord, Recording, StoryRun};
use crate::report::escape;
use crate::report::export::Format;
use crate::report::footnotes::about_warnings;
use crate::study::evidence::{LOOKS, QUICK_LOOKS, gather};
use crate::study::run::{Request, run_and_save};
use crate::study::{cell::Cell, plan::Profile, run_environment::RunEnvironment};
use crate::workload::catalog::Catalog;

/// Which claims, and the source of their numbers.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these claims, in full: `C1`, `K3`
    ids: Vec<String>,
    /// Measure nothing: take the numbers from these recordings
    #[arg(long, value_name = "FILE", conflicts_with = "python")]
    from: Vec<PathBuf>,
    /// How much to measure
    #[arg(long, value_enum, default_value_t = Profile::Standard, conflicts_with = "from")]
    profile: Profile,
    #[command(flatten)]
    platforms: Platforms,
    /// Output format of the claims
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Folder for the recording; by default `bakeoff` in cargo's target folder, or for an installed program in your folder for data
    #[arg(long, value_name = "DIR", conflicts_with = "from")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let chosen = chosen(&args.ids)?;
    let platforms = args.platforms.to_measure()?;
    // Until here a signal ends the program at once: there is nothing to save.
    let stop = Stop::listen()?;
    let (recordings, saved) = if args.from.is_empty() {
        let place = place(args.out.as_deref())?;
        let (recording, study) = measure(args, catalog, &place, &chosen, &platforms, &stop)?;
        let saved = save_section(&recording, &place, "claims");
        if let Some(study) = study {
            remove_part(&study, &saved);
        }
        (vec![recording], Some(saved))
    } else {
        (read_all(&args.from)?, None)
    };
    let analysed = Analysed::all(&recordings);
    let judged = judge(chosen, &Sources::of_analysed(&analysed));
    let mut text = render(&judged, args.format, !args.ids.is_empty(), usual_style());
    if let Some(sentence) = of_several_machines(&recordings) {
        match args.format {
            Format::Table => text += &format!("\n{}", paragraph(&sentence)),
            Format::Markdown => text += &format!("\n{}\n", escape::markdown(&sentence)),
            // These have no place for a sentence.
            Format::Csv | Format::Json => tell(&sentence),
        }
    }
    let path = saved.as_ref().and_then(|saved| saved.path.as_ref());
    if let Some(path) = path.filter(|_| args.format == Format::Table) {
        for line in analysed.iter().flat_map(blocking_warnings) {
            text += &paragraph(&line);
        }
        text += &format!("\n{}", paragraph(&format!("The recording is {}", path.display())));
    }
    show_results(&text, saved, &recordings[0])?;
    let measured = if args.from.is_empty() { Exit::of_recording(&recordings[0]) } else { Exit::Ok };
    Ok(stop.exit().unwrap_or(measured))
}

/// The warnings that block verdicts of a study or of traces, each once.
fn blocking_warnings(of: &Analysed<'_>) -> Vec<String> {
    let all = of.summary.warnings.iter().chain(&of.summary.of_traces);
    about_warnings(all.filter(|warning| warning.blocks_verdicts()))
}

/// The claims of these ids, or all.
fn chosen(ids: &[String]) -> Result<Vec<&'static Claim>> {
    for id in ids {
        if !claims().any(|claim| claim.id.eq_ignore_ascii_case(id)) {
            if Path::new(id).is_file() {
                let why =
                    format!("{id} is a file, and no claim: --from comes before each file, as in --from {id}");
                return Err(BadUsage(why).into());
            }
            let known: Vec<String> = claims().map(|claim| claim.id.to_owned()).collect();
            return Err(BadUsage(unknown("claim", id, &known)).into());
        }
    }
    let mut chosen: Vec<&'static Claim> = claims().collect();
    if !ids.is_empty() {
        chosen.retain(|claim| ids.iter().any(|id| claim.id.eq_ignore_ascii_case(id)));
    }
    Ok(chosen)
}

/// Makes the measurements that `chosen` need, with the file of the study among them. Results from before a stop are kept and
/// marked partial.
fn measure(
    args: &Args,
    catalog: &Catalog,
    place: &Place,
    chosen: &[&'static Claim],
    platforms: &[Platform],
    stop: &Stop,
) -> Result<(Recording, Option<Saved>)> {
    let needed = needed(chosen, platforms)?;
    let (mut recording, mut of_study) = (recording_of(platforms, None, None), None);
    let is_study_needed = needed.contains(&&Needs::Study) || needed.contains(&&Needs::Python);
    if is_study_needed && !stop.is_asked() {
        let (measured, saved) = study(args, catalog, place, platforms, stop)?;
        of_study = Some(saved);
        recording.partial = measured.partial;
        recording.study = measured.study;
    }
    let quick = args.profile == Profile::Quick;
    let mut watch = Watch::begin();
    if needed.contains(&&Needs::Evidence) && !stop.is_asked() {
        recording.evidence = Some(evidence(catalog, platforms, quick, stop)?);
        watch.look();
    }
    for story in STORIES {
        if needed.contains(&&Needs::Story(story.name())) && !stop.is_asked() {
            let story_runs = run_story(catalog, *story, platforms, quick, stop)?;
            recording.stories.get_or_insert_default().extend(story_runs);
            watch.look();
        }
    }
    show("");
    recording.idle_checks = watch.checks();
    recording.partial |= stop.is_asked();
    Ok((recording, of_study))
}

/// What `chosen` need and this command can measure.
///
/// # Errors
/// If that is nothing.
fn needed(chosen: &[&'static Claim], platforms: &[Platform]) -> Result<Vec<&'static Needs>> {
    let mut needed = Vec::new();
    for needs in chosen.iter().flat_map(|claim| claim.needs) {
        if can_be_measured(needs, platforms) {
            needed.push(needs);
        }
    }
    ensure!(
        !needed.is_empty(),
        BadUsage(
            "these claims are decided by recordings of bakeoff costs or bakeoff sweep, or by CPython: bakeoff claims --from \
             FILE ID judges them, or says why not, and --python measures what is about Python"
                .into()
        )
    );
    Ok(needed)
}

/// Interpreters are optional: claims only about them are measured only if they are requested.
fn can_be_measured(needs: &Needs, platforms: &[Platform]) -> bool {
    match needs {
        Needs::Costs | Needs::Cores => false,
        Needs::Python => platforms.len() > 1,
        Needs::Study | Needs::Evidence | Needs::Story(_) => true,
    }
}

/// The stories in which models share only what an interpreter makes them share.
const IN_PYTHON: [&str; 6] = ["cakes", "downloads", "crunch", "four", "cook-eat", "stall"];

/// A study of every cell, and its own recording.
fn study(
    args: &Args,
    catalog: &Catalog,
    place: &Place,
    platforms: &[Platform],
    stop: &Stop,
) -> Result<(Recording, Saved)> {
    let request = Request {
        catalog: catalog.clone(),
        cells: Cell::all(catalog, platforms, host::cores()),
        sizes: vec![],
        workers: host::cores(),
        mpirun: None,
        exe: own_program()?,
        profile: args.profile,
        seed: None,
        place: place.clone(),
        name: None,
        command: command_line(),
    };
    run_and_save(&request, &stop.asked, show_progress)
}

fn evidence(
    catalog: &Catalog,
    platforms: &[Platform],
    quick: bool,
    stop: &Stop,
) -> Result<Vec<EvidenceRecord>> {
    let with = RunEnvironment::new(catalog, own_program()?, host::cores());
    let looks = if quick { QUICK_LOOKS } else { LOOKS };
    Ok(gather(&with, &models_of(platforms), looks, &stop.asked, |model, jobs| {
        show(&format!("tracing {} with {}", model.name, jobs.name()));
    }))
}

/// The runs of a story, including those of interpreters. What `pizza` has in common with `chess` is not
/// repeated.
fn run_story(
    catalog: &Catalog,
    story: &'static dyn Story,
    platforms: &[Platform],
    quick: bool,
    stop: &Stop,
) -> Result<Vec<StoryRun>> {
    let runner = StoryRunner::new(catalog, own_program()?, host::cores(), story.second());
    let mut request = StoryRequest { quick, ..StoryRequest::default() };
    if story.name() == chess::PIZZA.name {
        request.exhibition = Some(Exhibition::default());
        request.models = models().into_iter().filter(|model| model.name == "tokio-one").collect();
    }
    let mut results = play_all(story, &runner, &request, &stop.asked, show)?;
    for platform in platforms {
        if stop.is_asked() || *platform == Platform::Native || !IN_PYTHON.contains(&story.name()) {
            continue;
        }
        let mut models = platform.models();
        models.retain(|model| model.unavailable.is_none());
        let request = StoryRequest { models, quick, ..StoryRequest::default() };
        results.extend(play_all(story, &runner, &request, &stop.asked, show)?);
    }
    Ok(results.into_iter().map(|result| result.story_run).collect())
}
