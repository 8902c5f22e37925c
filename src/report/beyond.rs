//! What it costs to leave the process, and the machine: models that send jobs to processes, of several recordings side by side.

use crate::analysis::costs::{AnalysedCosts, CostSummary};
use crate::analysis::sizes::SizeSeries;
use crate::model::plain_name;
use crate::record::schema::Recording;
use crate::report::costs::started_on;
use crate::report::sizes::{all_size_series, metg, pays_from};
use crate::report::table::{Cell, Table, Unit};
use crate::report::{block::Block, cost_tables::no_verdict, cost_tables::time_apart};
use crate::stats::{estimate::Estimate, units};
use crate::workload::series::BREAK_EVEN;

/// A model that sends jobs away, in one recording.
pub(crate) struct Engine {
    /// Its name, and what starts it if that was named.
    pub(crate) name: String,
    /// The time of its start, in nanoseconds.
    pub(crate) start_ns: Option<Estimate>,
    /// The time of a job that does nothing beyond that under the baseline, in nanoseconds.
    pub(crate) dispatch_ns: Option<Estimate>,
    /// The bytes that its workers are sent in a second.
    pub(crate) shipped: Estimate,
    metg: Cell,
    pays_from: Cell,
}

/// The models of `recordings` that were measured sending bytes.
pub(crate) fn engines<'a>(recordings: impl IntoIterator<Item = &'a Recording>) -> Vec<Engine> {
    let mut engines = Vec::new();
    for recording in recordings {
        let (Some(costs), Some(analysed)) = (&recording.costs, AnalysedCosts::of(recording)) else {
            continue;
        };
        let mut grains = all_size_series(recording, costs);
        grains.retain(|series| series.plain_series() == BREAK_EVEN && !series.has_no_verdict());
        let started_on = started_on(&costs.probes).first().copied();
        for model in &analysed.models {
            let name = match (plain_name(model.model()), option(&costs.command, "--mpirun")) {
                ("mpi", Some(mpirun)) => format!("mpi ({mpirun})"),
                _ => model.model().to_owned(),
            };
            engines.extend(engine(model, name, started_on, &grains));
        }
    }
    engines
}

/// The value of an option of a command.
fn option<'a>(command: &'a [String], name: &str) -> Option<&'a str> {
    for (at, word) in command.iter().enumerate() {
        if word == name {
            return Some(command.get(at + 1)?);
        }
        if let Some((option, value)) = word.split_once('=')
            && option == name
        {
            return Some(value);
        }
    }
    None
}

fn engine(
    model: &CostSummary<'_>,
    name: String,
    started_on: Option<&str>,
    grains: &[SizeSeries],
) -> Option<Engine> {
    let model_name = model.model();
    let series = grains.iter().find(|series| series.models().contains(&model_name));
    Some(Engine {
        name,
        start_ns: started_on.and_then(|workload| Some(model.starting(workload)?.start_ns)),
        dispatch_ns: model.dispatch_ns(),
        shipped: model.shipped()?,
        metg: series.map_or(Cell::Missing, |series| metg(series, model_name)),
        pays_from: series.map_or(Cell::Missing, |series| pays_from(series, model_name)),
    })
}

/// The table of all of them; `None` if there is none.
pub(crate) fn block<'a>(recordings: impl IntoIterator<Item = &'a Recording> + Clone) -> Option<Block> {
    let engines = engines(recordings.clone());
    if engines.is_empty() {
        return None;
    }
    let table = Table::of(&engines)
        .left("model", |it| it.name.as_str())
        .with_interval("start", 3, |it| it.start_ns.map(time_apart))
        .with_interval("dispatch overhead per job", 2, |it| it.dispatch_ns.map(time_apart))
        .with_interval("sent a second", 1, |it| Some(it.shipped.shown_apart(units::bytes)))
        .right("METG", Unit::Nanoseconds, |it| it.metg.clone())
        .leaves(5)
        .right("break-even job size", Unit::Nanoseconds, |it| it.pays_from.clone())
        .build();
    let mut notes = vec![HOW.to_owned()];
    for recording in recordings {
        if let Some(costs) = AnalysedCosts::of(recording) {
            notes.extend(no_verdict(costs.warnings_of_passes()));
            notes.extend(no_verdict(&costs.of_study));
        }
    }
    notes.dedup();
    Some(Block::titled("Leaving the process", table, notes))
}

/// How to read it.
const HOW: &str = "Times and rates are medians. dispatch overhead: beyond the time under one job at a time. sent a second: jobs that bring 1 MiB each, sent as a user's inputs are, to \
    workers that read a word of each sector. METG: the smallest computing job at which a model keeps half of its largest speedup; break-even: faster than one job at a time \
    from such jobs on. Python's are over py-loop, with jobs in pure Python.";

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::analysis::costs::tests::{passes, recording_of};
    use crate::report::{export::terminal, style::TerminalStyle};

    /// A recording whose rows are `noop` and one of this name, with jobs of 1 MiB.
    pub(crate) fn measured(name: &str) -> Recording {
        let mut recording = recording_of(passes(), 150);
        let study = recording.costs.as_mut().unwrap().study.as_mut().unwrap();
        study.workloads[0].name = name.into();
        study.workloads[0].each = Some(1 << 20);
        for arm in &mut study.arms {
            arm.id = arm.id.replace("hash", name);
        }
        for launch in &mut study.launches {
            launch.workload = launch.workload.replace("hash", name);
        }
        recording
    }

    #[test]
    fn option_of_a_command_follows_it_or_its_sign() {
        for (words, value) in [
            (&["costs", "--mpirun", "m -x"][..], Some("m -x")),
            (&["costs", "--mpirun=m"], Some("m")),
            (&["costs", "--mpirun"], None),
            (&["costs", "--mpirunner=m"], None),
        ] {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(option(&words, "--mpirun"), value, "{words:?}");
        }
    }

    #[test]
    fn engines_of_several_recordings_stand_side_by_side() {
        let [sending, other, again] = ["ship", "hash", "ship"].map(measured);
        assert!(block([&other]).is_none());
        let text = terminal::blocks(&[block([&sending, &other, &again]).unwrap()], TerminalStyle::UNLIMITED);
        assert_eq!(text.matches("rayon").count(), 2, "{text}");
        assert!(text.contains("10.0 us") && text.contains("50.0 ms") && text.contains("MiB"), "{text}");
    }
}
