//! `bakeoff run`: a study, its recording and its table.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::stop::Stop;
use super::{BadUsage, Exit, select};
use crate::cell::{Cell, Width};
use crate::host;
use crate::measure::{Moment, now};
use crate::model::models;
use crate::record::journal::{EXTENSION, Journal, abandoned, recover};
use crate::record::save::{Unsaved, save};
use crate::record::schema::{Recording, SCHEMA, Study, VERSION};
use crate::report::best::{Format, render};
use crate::report::units;
use crate::stage::Stage;
use crate::study::conduct::{Prepared, conduct};
use crate::study::environment::environment;
use crate::study::plan::{Profile, arms, workload_entry};
use crate::study::slot::{TIMED, WARM_IN};

/// What to measure, how much of it, and where to keep it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Regular expression on ids, workload/model/width: `hash`, `/rayon/`, `^hash/rayon/cores$`
    #[arg(default_value = "")]
    filter: String,
    /// How much to measure
    #[arg(long, value_enum, default_value_t = Profile::Standard)]
    profile: Profile,
    /// Only these models, and `sequential` beside them
    #[arg(long, value_delimiter = ',', value_name = "NAME,..")]
    models: Vec<String>,
    /// Decides the order of launches and slots; drawn where it is not given, and recorded
    #[arg(long)]
    seed: Option<u64>,
    /// Folder for the recording; by default `bakeoff` in the target folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// How the table is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    let exe = std::env::current_exe()?;
    let cells = cells(args)?;
    let folder = args.out.clone().unwrap_or_else(|| Stage::default_place(&exe).join("bakeoff"));
    std::fs::create_dir_all(&folder).map_err(|why| Unsaved::new(&folder, why))?;
    recover_all(&folder)?;
    let stop = Stop::listen()?;
    let prepared = Prepared::new(arms(&cells), host::cores(), &exe);
    let recording = not_yet_measured(args, &prepared);
    let stem = folder.join(stem(&recording));
    let mut journal = Journal::begin(&stem.with_extension(EXTENSION), recording)?;
    let start = now();
    let conducted =
        conduct(&prepared, &mut journal, &stop.asked, |made, all| show_progress(start, made, all));
    let recording = Recording { partial: !is_complete(journal.recording()), ..journal.recording().clone() };
    let path = stem.with_extension("json");
    save(&recording, &path)?;
    journal.remove();
    conducted?;
    report(args, &recording, &path)?;
    Ok(stop.exit().unwrap_or_else(|| exit(&recording)))
}

/// The cells that the filter and the models select, each workload's baseline among them.
fn cells(args: &Args) -> Result<Vec<Cell>> {
    let known: Vec<&str> = models().iter().map(|model| model.name).collect();
    if let Some(unknown) = args.models.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(BadUsage(format!("there is no model {unknown:?}; there are {}", known.join(", "))).into());
    }
    let selected = select(&args.filter)?;
    let wanted =
        |cell: &Cell| args.models.is_empty() || args.models.iter().any(|name| name == cell.model.name);
    let is_selected = |cell: &Cell| selected.iter().any(|other| other.id() == cell.id()) && wanted(cell);
    let has_selected = |baseline: &Cell| {
        selected.iter().any(|cell| cell.workload.name == baseline.workload.name && wanted(cell))
    };
    let is_wanted = |cell: &Cell| is_selected(cell) || (cell.width == Width::One && has_selected(cell));
    let cells: Vec<Cell> = Cell::all(host::cores()).into_iter().filter(is_wanted).collect();
    if cells.is_empty() {
        return Err(BadUsage("no cell of these models matches the filter".into()).into());
    }
    Ok(cells)
}

/// Makes recordings of the journals that killed studies have left in `folder`, and says so.
fn recover_all(folder: &Path) -> Result<()> {
    for journal in abandoned(folder) {
        let path = journal.with_extension("recovered.json");
        match recover(&journal) {
            Ok(recording) => {
                save(&recording, &path)?;
                let _ = std::fs::remove_file(&journal);
                eprintln!(
                    "bakeoff: a study was ended before it was saved; what it kept is in {}",
                    path.display()
                );
            }
            Err(why) => {
                let aside = journal.with_extension("unreadable");
                let _ = std::fs::rename(&journal, &aside);
                eprintln!("bakeoff: a journal could not be read ({why:#}); it is now {}", aside.display());
            }
        }
    }
    Ok(())
}

fn not_yet_measured(args: &Args, prepared: &Prepared) -> Recording {
    let (launches_asked, rounds_asked) = args.profile.size();
    let nanoseconds = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    Recording {
        schema: SCHEMA.into(),
        version: VERSION,
        partial: false,
        environment: environment(Path::new("/")),
        study: Study {
            command: std::iter::once("bakeoff".into()).chain(std::env::args().skip(1)).collect(),
            profile: args.profile.name().into(),
            launches_asked,
            rounds_asked,
            seed: args.seed.unwrap_or_else(|| fastrand::u64(..)),
            warm_in_ns: nanoseconds(WARM_IN),
            slot_ns: nanoseconds(TIMED),
            workloads: prepared.workloads().map(workload_entry).collect(),
            arms: prepared.arms(),
            launches: vec![],
            quiet: vec![],
        },
    }
}

/// A name that no other study has.
fn stem(recording: &Recording) -> String {
    let started = recording.environment.started_unix_s.unwrap_or_default();
    format!("study-{started}-{}", std::process::id())
}

/// Whether every launch that was asked for was made, be it that it failed.
fn is_complete(recording: &Recording) -> bool {
    let study = &recording.study;
    let rounds = usize::try_from(study.rounds_asked.get()).unwrap_or(usize::MAX);
    let ended =
        study.launches.iter().filter(|launch| launch.rounds.len() == rounds || launch.failure.is_some());
    let prefix = |name: &str| format!("{name}/");
    let is_available = |name: &str| {
        study.arms.iter().any(|arm| arm.id.starts_with(&prefix(name)) && arm.unavailable.is_none())
    };
    let workloads = study.workloads.iter().filter(|workload| is_available(&workload.name)).count() as u64;
    ended.count() as u64 == workloads * study.launches_asked.get()
}

fn exit(recording: &Recording) -> Exit {
    let failed = |launch: &crate::record::schema::Launch| {
        launch.failure.is_some() || launch.rounds.iter().any(|round| !round.failures.is_empty())
    };
    if recording.study.launches.iter().any(failed) { Exit::CellFailed } else { Exit::Ok }
}

/// One line on a terminal, written between launches: nothing ticks while a clock runs.
fn show_progress(start: Moment, made: usize, all: usize) {
    if std::io::stderr().is_terminal() {
        let left = (now() - start).mul_f64((all - made) as f64 / made as f64);
        let end = if made == all { "\r\x1b[2K" } else { "" };
        eprint!("\r\x1b[2Klaunch {made} of {all}, about {} left{end}", units::duration(left));
    }
}

fn report(args: &Args, recording: &Recording, path: &Path) -> Result<()> {
    let mut out = std::io::stdout().lock();
    write!(out, "{}", render(recording, args.format))?;
    if args.format == Format::Table {
        writeln!(out, "The recording is {}", path.display())?;
    }
    Ok(())
}
