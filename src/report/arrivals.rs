//! Jobs that arrived over time: latencies by load and model, what models can do at most, and jobs after a time without any.

use crate::analysis::analysed::Analysed;
use crate::analysis::arrivals::{AnalysedArrivals, AtLoad, FirstJob, Kept, ServedModel, Subject};
use crate::analysis::warning::Warning;
use crate::analysis::warnings::warnings_around;
use crate::record::schema::{Recording, WorkloadEntry};
use crate::report::arrivals_finding::sentences;
use crate::report::best::ratio_and_interval;
use crate::report::block::Block;
use crate::report::footnotes::about_warnings;
use crate::report::section::Section;
use crate::report::table::{Cell, Table, Unit};
use crate::stats::{estimate::Estimate, ratio::Ratio, schedule::Schedule, units};

/// Jobs that arrived over time.
pub static SECTION: Section = Section {
    name: "arrivals",
    key: "arrivals",
    heading: "Jobs that come over time",
    is_in: |recording| recording.arrivals.is_some(),
    in_full,
    in_short,
    panels: None,
    values,
    commands,
};

fn commands(recording: &Recording) -> Vec<&[String]> {
    recording.arrivals.iter().map(|arrivals| &arrivals.command[..]).collect()
}

/// The evaluated arrivals of a recording.
pub(crate) fn analysed(recording: &Recording) -> Option<AnalysedArrivals<'_>> {
    let arrivals = recording.arrivals.as_ref()?;
    Some(AnalysedArrivals::of(arrivals, recording.environment.cores))
}

fn in_short(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let analysed = analysed(of.recording)?;
    let mut blocks = Vec::new();
    let mut warnings = warnings_around(of.recording, &analysed.arrivals.idle_checks);
    warnings.retain(Warning::blocks_verdicts);
    if !warnings.is_empty() {
        blocks.push(Block::Notes(about_warnings(&warnings)));
    }
    for subject in &analysed.subjects {
        let sentences = sentences(&analysed, subject);
        if !sentences.is_empty() {
            blocks.push(Block::Notes(sentences));
        }
        blocks.push(latencies(&analysed, subject));
    }
    Some(blocks)
}

fn in_full(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let analysed = analysed(of.recording)?;
    let mut blocks = in_short(of)?;
    for subject in &analysed.subjects {
        blocks.push(over_ideal(&analysed, subject));
        blocks.extend(after_idling(subject));
    }
    blocks.push(Block::Notes(notes(of.recording, &analysed)));
    Some(blocks)
}

/// A row of a table: a model at a load.
struct Row<'a> {
    model: &'a ServedModel<'a>,
    load: u64,
    at: &'a AtLoad,
}

fn rows<'a>(analysed: &AnalysedArrivals<'a>, subject: &'a Subject<'a>) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for (number, load) in analysed.arrivals.loads.iter().enumerate() {
        for model in &subject.models {
            rows.push(Row { model, load: load.get(), at: &model.loads[number] });
        }
    }
    rows
}

impl Row<'_> {
    fn kept(&self) -> Option<&Kept> {
        match self.at {
            AtLoad::Kept(kept) => Some(kept),
            _ => None,
        }
    }
}

/// A row for each model, and a column for each load: the time that 99 of 100 jobs do not exceed.
fn latencies(analysed: &AnalysedArrivals<'_>, subject: &Subject<'_>) -> Block {
    let mut columns = Table::of(&subject.models).left("model", |it| it.arm.model.as_str()).right(
        "jobs/s at most",
        Unit::Plain,
        |it| it.capacity.map(|capacity| units::whole(capacity.value)),
    );
    for (number, load) in analysed.arrivals.loads.iter().enumerate() {
        columns = columns.right(format!("at {load} %"), Unit::Plain, move |it| in_cell(&it.loads[number]));
    }
    let Subject { workload, job_ns, .. } = subject;
    let title = format!(
        "{}: {}. Alone a job takes {}. p50, p99 by load",
        workload.called(),
        workload.about,
        units::nanoseconds(*job_ns)
    );
    let mut notes = Vec::new();
    for model in &subject.models {
        if let Some(why) = model.failure {
            notes.push(format!("{}: {why}", model.arm.model));
        }
    }
    Block::titled(title, columns.build(), notes)
}

/// The median and the 99th percentile, or why there are none.
fn in_cell(at: &AtLoad) -> String {
    match at {
        AtLoad::Kept(kept) => format!("{}, {}", value(kept.p50), value(kept.p99)),
        AtLoad::OverCapacity(growth) => format!("over: +{}/s", units::whole(*growth)),
        AtLoad::Late(us) => format!("void: {} late", units::nanoseconds(us * 1e3)),
        AtLoad::Impossible(ratio) => format!("error: {} of the ideal", units::ratio(*ratio)),
        AtLoad::Unmeasured => "-".into(),
    }
}

fn value(estimate: Option<Estimate>) -> String {
    estimate.map_or("-".into(), |it| units::nanoseconds(it.value))
}

/// What was measured over what an ideal machine does with the same arrivals.
fn over_ideal(analysed: &AnalysedArrivals<'_>, subject: &Subject<'_>) -> Block {
    let mut rows = rows(analysed, subject);
    rows.retain(|row| row.kept().is_some());
    let table = Table::of(&rows)
        .left("load", |it| format!("{} %", it.load))
        .left("model", |it| it.model.arm.model.as_str())
        .right("jobs/s", Unit::Plain, |it| it.kept().map(|kept| units::whole(kept.rate)))
        .left("offered, done", |it| it.kept().map(|kept| format!("{}, {}", kept.offered, kept.completed)))
        .leaves(1)
        .left("mean", |it| it.kept().map(|kept| kept.mean.shown(units::nanoseconds)))
        .wraps()
        .left("mean over ideal", |it| ratio(it.kept().and_then(|kept| kept.mean_over_ideal)))
        .wraps()
        .left("p99 (95 %)", |it| it.kept()?.p99.map(|p99| p99.shown(units::nanoseconds)))
        .wraps()
        .left("p99 over ideal", |it| ratio(it.kept().and_then(|kept| kept.p99_over_ideal)))
        .wraps()
        .build();
    Block::titled(format!("{}: over an ideal machine", subject.workload.called()), table, vec![])
}

fn ratio(found: Option<Ratio>) -> String {
    ratio_and_interval(found.as_ref())
}

/// A row for each model: how much longer the first jobs take after a time without any; a table for each number of jobs that come at once.
fn after_idling(subject: &Subject<'_>) -> Vec<Block> {
    let mut models: Vec<&ServedModel<'_>> = subject.models.iter().collect();
    models.retain(|model| !model.first_jobs.is_empty());
    let Some(first) = models.first() else { return vec![] };
    let mut counts: Vec<usize> = first.first_jobs.iter().map(|it| it.jobs).collect();
    counts.dedup();
    let mut blocks = Vec::new();
    for jobs in counts {
        let mut columns = Table::of(&models).left("model", |it| it.arm.model.as_str());
        for idle_us in first.first_jobs.iter().filter(|it| it.jobs == jobs).map(|it| it.idle_us) {
            if idle_us > 0 {
                let name = format!("after {}", units::nanoseconds(idle_us as f64 * 1e3));
                columns = columns
                    .left(name, move |it| ratio(first_job(it, jobs, idle_us).and_then(|it| it.over_hot)))
                    .wraps();
            }
        }
        columns = columns.right("busy while idle", Unit::Plain, move |it| {
            let of_count = it.first_jobs.iter().filter(|first| first.jobs == jobs);
            let cores = of_count.filter_map(|first| first.idle_cores).next_back();
            cores.map_or(Cell::Missing, |cores| format!("{:.2} % of a core", cores * 100.0).into())
        });
        let what = if jobs == 1 { "one job".to_owned() } else { format!("{jobs} jobs at once") };
        let title = format!(
            "{}: {what} after a time without any, over the same directly after others",
            subject.workload.called()
        );
        blocks.push(Block::titled(title, columns.leaves(1).build(), vec![]));
    }
    blocks
}

fn first_job<'a>(model: &'a ServedModel<'_>, jobs: usize, idle_us: u64) -> Option<&'a FirstJob> {
    model.first_jobs.iter().find(|it| it.jobs == jobs && it.idle_us == idle_us)
}

fn notes(recording: &Recording, analysed: &AnalysedArrivals<'_>) -> Vec<String> {
    let arrivals = analysed.arrivals;
    let schedule = match arrivals.schedule {
        Schedule::Poisson => "at random (Poisson)",
        Schedule::Constant => "at equal distances",
    };
    let mut notes = vec![format!(
        "Jobs arrive {schedule} for {} at each load, which is a share of what the best model of a launch can do, in {} launches, each model with the \
         same arrivals. Times count from when a job was due. p50, p99: what 50 and 99 of 100 jobs do not exceed, where a job \
         that had not ended is slower than all that had (\"at least\": no upper bound); -: fewer than ten jobs were slower. \
         over: the model can't keep up, and so many jobs a second are added to its queue. void: jobs were handed over too late by this program itself.",
        units::nanoseconds(arrivals.level_ns.get() as f64),
        arrivals.launches_asked
    )];
    notes.push(
        "ideal: the same arrivals on a machine on which nothing but the jobs' own waiting and computing takes time, with as many cores and the model's \
         limit of jobs at once."
            .into(),
    );
    let mut warnings = warnings_around(recording, &arrivals.idle_checks);
    // The others stand above the tables.
    warnings.retain(|warning| !warning.blocks_verdicts());
    notes.extend(about_warnings(&warnings));
    notes
}

fn values(of: &Analysed<'_>) -> Option<Table> {
    let analysed = analysed(of.recording)?;
    let mut all = Vec::new();
    for subject in &analysed.subjects {
        for row in rows(&analysed, subject) {
            all.push((subject.workload, row));
        }
    }
    let kept = |it: &(&WorkloadEntry, Row<'_>), of: fn(&Kept) -> Option<f64>| it.1.kept().and_then(of);
    let table = Table::of(&all)
        .left("workload", |it| it.0.name.as_str())
        .left("platform", |it| it.0.platform.clone())
        .left("model", |it| it.1.model.arm.model.as_str())
        .left("load_percent", |it| Some(it.1.load as f64))
        .left("state", |it| state(it.1.at))
        .left("capacity_per_s", |it| it.1.model.capacity.map(|capacity| capacity.value))
        .left("rate_per_s", |it| kept(it, |kept| Some(kept.rate)))
        .left("offered", |it| kept(it, |kept| Some(kept.offered as f64)))
        .left("completed", |it| kept(it, |kept| Some(kept.completed as f64)))
        .left("mean_ns", |it| kept(it, |kept| Some(kept.mean.value)))
        .left("p50_ns", |it| kept(it, |kept| kept.p50.map(|it| it.value)))
        .left("p99_ns", |it| kept(it, |kept| kept.p99.map(|it| it.value)))
        .left("ideal_p50_ns", |it| kept(it, |kept| kept.ideal_p50))
        .left("ideal_p99_ns", |it| kept(it, |kept| kept.ideal_p99))
        .ratio("mean_over_ideal", |it| it.1.kept()?.mean_over_ideal)
        .ratio("wait_over_ideal", |it| it.1.kept()?.wait_over_ideal)
        .ratio("p99_over_ideal", |it| it.1.kept()?.p99_over_ideal);
    Some(table.build())
}

/// What became of a model at a load, for programs.
fn state(at: &AtLoad) -> &'static str {
    match at {
        AtLoad::Kept(_) => "kept up",
        AtLoad::OverCapacity(_) => "over capacity",
        AtLoad::Late(_) => "void",
        AtLoad::Impossible(_) => "error",
        AtLoad::Unmeasured => "not measured",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::arrivals::tests::recording_with_arrivals;
    use crate::record::schema::FirstJobs;
    use crate::report::{export::Format, render::render, style::TerminalStyle};

    #[test]
    fn tables_of_sample_data() {
        let mut recording = recording_with_arrivals();
        for launch in &mut recording.arrivals.as_mut().unwrap().launches {
            for (idle_us, latency_us) in [(0, 1_000), (100_000, 1_500)] {
                let idle_cpu_ns = (idle_us > 0).then_some(1_000_000);
                launch.first_jobs.push(FirstJobs {
                    arm: 0,
                    idle_us,
                    latency_us: vec![latency_us],
                    idle_cpu_ns,
                });
            }
        }
        let style = TerminalStyle { width: 100, ascii: true, coloured: false };
        insta::assert_snapshot!(render(&recording, &[&SECTION], Format::Table, style));
    }

    #[test]
    fn busy_machine_stands_above_the_tables() {
        let mut busy = recording_with_arrivals();
        busy.environment.quota_millicores = Some(500);
        let blocks = in_short(&Analysed::of(&busy)).unwrap();
        let Block::Notes(notes) = &blocks[0] else { panic!("{blocks:?}") };
        assert!(notes[0].starts_with("NO VERDICT: "), "{notes:?}");
    }
}
