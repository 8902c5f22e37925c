//! Jobs that arrive over time under two copies of one model, with the same arrivals: what differs between them is noise.

use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use bakeoff::internals::analysis::arrivals::{AnalysedArrivals, AtLoad, Kept};
use bakeoff::internals::machine::environment::environment;
use bakeoff::internals::machine::host;
use bakeoff::internals::model::{Platform, models};
use bakeoff::internals::record::place::Place;
use bakeoff::internals::record::schema::{Recording, SCHEMA, VERSION};
use bakeoff::internals::stats::interval::LEVEL;
use bakeoff::internals::stats::ratio::{Ratio, of_logs};
use bakeoff::internals::stats::schedule::Schedule;
use bakeoff::internals::study::arrivals::{ArrivalRequest, measure};
use bakeoff::internals::workload::catalog::Catalog;

/// Launches; and for how long jobs arrive in each.
const LAUNCHES: u64 = 12;
const LEVEL_OF_EACH: Duration = Duration::from_millis(1_500);

/// What two copies of a model did.
pub struct Copies {
    /// What each did.
    pub kept: [Kept; 2],
    /// The 99th percentile of the second over that of the first, launch by launch.
    pub p99: Option<Ratio>,
}

/// Measures two copies of `model` on `hash`, at `load` percent of what one can do.
///
/// # Errors
/// When nothing can be measured, or no copy keeps up.
pub fn copies(model: &str, load: u64, exe: &Path) -> Result<Copies> {
    let catalog = Catalog::builtin();
    let model = models().into_iter().find(|entry| entry.name == model).context("there is no such model")?;
    let hash = *catalog.workload(Platform::Native, "hash")?;
    let folder = tempfile::tempdir()?;
    let request = ArrivalRequest {
        catalog,
        workloads: vec![(hash, Platform::Native)],
        models: vec![model, model],
        loads: NonZeroU64::new(load).into_iter().collect(),
        schedule: Schedule::Poisson,
        launches: NonZeroU64::new(LAUNCHES).context("some are made")?,
        level: LEVEL_OF_EACH,
        first_jobs: false,
        seed: None,
        exe: exe.to_owned(),
        place: Place::prepare(folder.path())?,
        command: vec![],
    };
    let begun = Recording {
        schema: SCHEMA.into(),
        version: VERSION,
        partial: false,
        of_user: false,
        environment: environment(Path::new("/")),
        study: None,
        evidence: None,
        stories: None,
        costs: None,
        arrivals: None,
        map: None,
        idle_checks: None,
    };
    let (recording, _) = measure(&request, begun, &Arc::default(), |_, _| {})?;
    let arrivals = recording.arrivals.as_ref().context("jobs have arrived")?;
    let analysed = AnalysedArrivals::of(arrivals, host::cores() as u64);
    let found: Vec<&AtLoad> = analysed.subjects[0].models.iter().map(|model| &model.loads[0]).collect();
    let [AtLoad::Kept(one), AtLoad::Kept(other)] = found[..] else { bail!("{found:?}") };
    let mut logs = Vec::new();
    for pair in one.p99_by_launch.iter().zip(&other.p99_by_launch) {
        if let (Some(one), Some(other)) = pair {
            logs.push((other / one).ln());
        }
    }
    Ok(Copies { kept: [(**one).clone(), (**other).clone()], p99: of_logs(&logs, LEVEL) })
}
