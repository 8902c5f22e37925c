//! `bakeoff sweep`: the study for each of several core counts, each in a separate process.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::child::job::Job;
use crate::child::program::{self, own_program};
use crate::cmd::out::Out;
use crate::cmd::swept::{Planned, cells};
use crate::cmd::terminal::{paragraph, usual_style};
use crate::cmd::{
    BadUsage, Exit, command_line, learned_by_filter, run::PartOfSweep, section::place, stop::Stop,
};
use crate::machine::{environment::environment, host};
use crate::record::{place::Place, plain::tell, read::read};
use crate::report::scaling::terminal;
use crate::study::plan::Profile;
use crate::workload::catalog::Catalog;

/// Which core counts, and what to measure on each.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Regular expression on cell ids, workload/model/concurrency: `hash`, `/rayon/`
    #[arg(default_value = "")]
    filter: String,
    /// Core counts; by default 1, 2, 4, ... and all cores
    #[arg(long, value_delimiter = ',', value_name = "N,..")]
    cores: Vec<u64>,
    /// How much to measure on each
    #[arg(long, value_enum, default_value_t = Profile::Standard)]
    profile: Profile,
    /// Folder for the recordings, cores-N.json; existing ones are not measured again
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// The interval at which a waiting sweep checks whether to stop the study.
const LOOK: Duration = Duration::from_millis(50);

pub(super) fn run(args: &Args, catalog: &Catalog) -> Result<Exit> {
    let numbers = numbers(&args.cores, host::cores() as u64)?;
    let catalog = &learned_by_filter(catalog, &args.filter)?;
    // A filter that matches nothing is refused before anything is measured.
    cells(catalog, &args.filter, 1)?;
    refuse_under_quota(&numbers)?;
    let into = match &args.into {
        Some(folder) => place(Some(folder))?,
        None => Place::prepare(&place(None)?.folder().join("sweep"))?,
    };
    let into = into.folder().to_owned();
    let missing = missing(args, catalog, &numbers, &into)?;
    let stop = Stop::listen_silently()?;
    let mut exit = Exit::Ok;
    for &cores in &missing {
        tell(&format!("measuring on {cores} of {} cores", host::cores()));
        let status = measure(args, cores, &into, &stop)?;
        if let Some(stopped) = stop.exit() {
            return Ok(stopped);
        }
        match status.code() {
            Some(0) => {}
            Some(code) if code == Exit::CellFailed as i32 => exit = Exit::CellFailed,
            Some(code) if code == Exit::Usage as i32 => return Ok(Exit::Usage),
            Some(code) if code == Exit::SaveError as i32 => return Ok(Exit::SaveError),
            _ => {
                tell(&format!("the study on {cores} cores ended: {status}"));
                exit = Exit::CellFailed;
            }
        }
    }
    show(&numbers, &into)?;
    Ok(exit)
}

/// Shows the recordings of these core counts together, if there are any.
fn show(numbers: &[u64], into: &Path) -> Result<()> {
    let mut recordings = Vec::new();
    for &cores in numbers {
        let path = path(into, cores);
        // Without it, its study has failed.
        if path.exists() {
            recordings.push(read(&path)?);
        }
    }
    if !recordings.is_empty() {
        write!(Out, "{}", terminal(&recordings, usual_style()))?;
        write!(Out, "\n{}", paragraph(&format!("The recordings are in {}", into.display())))?;
    }
    Ok(())
}

/// The requested core counts, or 1, 2, 4, ... and all.
fn numbers(asked: &[u64], all: u64) -> Result<Vec<u64>> {
    if asked.is_empty() {
        let (mut numbers, mut cores) = (Vec::new(), 1);
        while cores < all {
            numbers.push(cores);
            cores *= 2;
        }
        numbers.push(all);
        return Ok(numbers);
    }
    let mut seen = BTreeSet::new();
    for &cores in asked {
        ensure!(
            (1..=all).contains(&cores),
            BadUsage::new(format!("--cores has {cores}, and there are from 1 to {all}"))
        );
        ensure!(seen.insert(cores), BadUsage::new(format!("--cores has {cores} twice")));
    }
    Ok(asked.to_vec())
}

/// Under a quota, more cores give no more time: a curve of them would show only the quota.
fn refuse_under_quota(numbers: &[u64]) -> Result<()> {
    let most = numbers.iter().copied().max().unwrap_or(1);
    let quota = environment(Path::new("/")).quota_millicores.filter(|&quota| quota < most * 1_000);
    ensure!(
        quota.is_none(),
        BadUsage::new(format!(
            "a CPU quota allows {:.2} cores, and {most} were to be measured: lift it, or ask for fewer --cores",
            quota.unwrap_or_default() as f64 / 1e3
        ))
    );
    Ok(())
}

fn path(into: &Path, cores: u64) -> PathBuf {
    into.join(format!("cores-{cores}.json"))
}

/// The core counts that have no recording in `into`; what is there has to be of this sweep.
fn missing(args: &Args, catalog: &Catalog, numbers: &[u64], into: &Path) -> Result<Vec<u64>> {
    let here = environment(Path::new("/"));
    let mut missing = Vec::new();
    for &cores in numbers {
        let path = path(into, cores);
        if !path.exists() {
            missing.push(cores);
            continue;
        }
        let cells = cells(catalog, &args.filter, cores)?;
        let planned = Planned { here: &here, cores, profile: args.profile, cells };
        if let Some(what) = planned.differs(&read(&path)?) {
            let why = format!("{} is {what}: take it away, or sweep into another folder", path.display());
            return Err(BadUsage::new(why).into());
        }
        tell(&format!("{} already exists, and is not measured again", path.display()));
    }
    Ok(missing)
}

/// The study on `cores` cores, in a process that limits itself to them before it starts anything.
fn measure(args: &Args, cores: u64, into: &Path, stop: &Stop) -> Result<ExitStatus> {
    let profile = args.profile.name();
    let (sweep, name) = (std::process::id(), format!("cores-{cores}"));
    let part = PartOfSweep { sweep, name, command: command_line() };
    let mut study = apart(&mut program::command(&own_program()?)?)
        .args([PART_OF_SWEEP, &serde_json::to_string(&part)?])
        .args(["run", &args.filter, "--profile", profile, "--cores", &cores.to_string(), "--out"])
        .arg(into)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .context("cannot start this program for a study")?;
    let _job = Job::of(&study);
    let mut told = false;
    loop {
        if let Some(status) = study.try_wait()? {
            return Ok(status);
        }
        if stop.is_asked() && !told {
            tell_to_stop(&study);
            told = true;
        }
        std::thread::sleep(LOOK);
    }
}

/// The hidden first word of the command line of a study that is part of a sweep; the second is a [`PartOfSweep`].
pub(super) const PART_OF_SWEEP: &str = "part-of-sweep";

/// In a separate process group, Ctrl-C does not reach a study directly: a second signal would end it unsaved.
#[cfg(unix)]
fn apart(command: &mut Command) -> &mut Command {
    std::os::unix::process::CommandExt::process_group(command, 0)
}

#[cfg(not(unix))]
fn apart(command: &mut Command) -> &mut Command {
    command
}

/// Asks a study to save and to end.
#[cfg(unix)]
fn tell_to_stop(study: &Child) {
    use nix::sys::signal::{Signal, kill};
    let pid = i32::try_from(study.id()).map(nix::unistd::Pid::from_raw);
    let _ = pid.map(|pid| kill(pid, Signal::SIGTERM));
}

/// Elsewhere Ctrl-C reaches all processes of a console.
#[cfg(not(unix))]
fn tell_to_stop(_: &Child) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_counts_default_to_powers_of_two() {
        assert_eq!(numbers(&[], 1).unwrap(), [1]);
        assert_eq!(numbers(&[], 2).unwrap(), [1, 2]);
        assert_eq!(numbers(&[], 12).unwrap(), [1, 2, 4, 8, 12]);
        assert_eq!(numbers(&[3, 1], 4).unwrap(), [3, 1]);
        for (wrong, why) in [(&[0][..], "has 0"), (&[5], "from 1 to 4"), (&[1, 2, 1], "1 twice")] {
            assert!(numbers(wrong, 4).unwrap_err().to_string().contains(why), "{wrong:?}");
        }
    }
}
