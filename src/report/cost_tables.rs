//! Tables of the costs of models for a terminal.

use crate::analysis::costs::{AnalysedCosts, CostSummary, Most};
use crate::analysis::starting::{BreaksEven, Gain};
use crate::analysis::warning::Warning;
use crate::model::{MadeOf, made_of};
use crate::record::figure::{ProbeFigure, ProbeKind};
use crate::record::schema::{ProbeRecord, Recording};
use crate::report::block::Block;
use crate::report::costs::{dispatch, job_bytes, kernel_bytes, most_jobs, started_on, time, waits_us};
use crate::report::table::{Table, Unit};
use crate::stats::{estimate::Estimate, units};
use crate::study::probe::{BURST, STARTED_JOBS};

/// The tables of a recording's costs; sizes have theirs.
pub(super) fn blocks(recording: &Recording) -> Option<Vec<Block>> {
    let probes = &recording.costs.as_ref()?.probes;
    let costs = AnalysedCosts::of(recording)?;
    let mut blocks = vec![];
    for workload in started_on(probes) {
        blocks.extend(starting(&costs, workload, jobs_of_a_run(probes, workload)));
    }
    blocks.extend(running(&costs, recording));
    blocks.extend(memory(&costs, probes));
    blocks.extend(waiting(&costs, &waits_us(probes)));
    Some(blocks)
}

/// How to read times: those of recordings before version 5 have no intervals.
pub(super) fn reading(costs: &AnalysedCosts<'_>) -> &'static str {
    match costs.of_passes {
        Some(_) => {
            "Times are medians, with 95 % intervals of six values or more: where two overlap or are missing, the order says nothing."
        }
        None => {
            "Times are medians of three processes, one model after another, without intervals: the order of two says nothing."
        }
    }
}

/// The warnings after which nothing is said about numbers, in words.
pub(super) fn no_verdict(warnings: &[Warning]) -> Vec<String> {
    let mut notes = vec![];
    for warning in warnings {
        if warning.blocks_verdicts() {
            notes.push(format!("NO VERDICT from these numbers: {warning}"));
        }
    }
    notes
}

/// The models that have some value, in order.
fn having<'a, T>(
    costs: &AnalysedCosts<'a>,
    value: impl Fn(&CostSummary<'a>) -> Option<T>,
) -> Vec<CostSummary<'a>> {
    let mut models = costs.models.clone();
    models.retain(|model| value(model).is_some());
    models
}

/// The number of jobs that models were started on: those of older recordings do not say it.
fn jobs_of_a_run(probes: &[ProbeRecord], workload: &str) -> u64 {
    for probe in probes {
        if probe.kind() == Some(ProbeKind::Start(workload))
            && let Some(jobs) = probe.get(ProbeFigure::Jobs)
            && let Some(runs @ 1..) = probe.get(ProbeFigure::WarmRuns)
        {
            return jobs / runs;
        }
    }
    STARTED_JOBS as u64
}

fn starting(costs: &AnalysedCosts<'_>, workload: &str, jobs: u64) -> Option<Block> {
    let models = having(costs, |model| model.starting(workload));
    if models.is_empty() {
        return None;
    }
    let baseline = costs.baseline();
    let mut columns = Table::of(&models)
        .left("model", CostSummary::model)
        .with_interval("start", 4, |it| Some(time_apart(it.starting(workload)?.start_ns)))
        .with_interval("end", 2, |it| Some(time_apart(it.starting(workload)?.stop_ns)))
        .right("first run", Unit::Nanoseconds, |it| Some(it.starting(workload)?.first_ns.value))
        .leaves(1)
        .right("warm run", Unit::Nanoseconds, |it| Some(it.starting(workload)?.warm_ns.value));
    let mut notes = vec![reading(costs).to_owned()];
    if costs.of_passes.is_some() {
        columns = columns
            .with_interval("gain of a warm run", 3, |it| Some(time_apart(costs.gain(it, workload)?.a_run_ns)))
            .right("breaks even after", Unit::Plain, |it| {
                Some(breaks_even(costs, costs.gain(it, workload)?))
            });
        notes.push(format!(
            "gain: over {baseline} in the same pass. breaks even after: the number of runs from which on start, runs and end together take less \
             than under {baseline}, if the whole interval of the gain is above 0."
        ));
    }
    notes.extend(no_verdict(costs.warnings_of_passes()));
    Some(Block::titled(
        format!("Starting a model, on runs of {jobs} jobs of {workload}; medians over fresh processes"),
        columns.build(),
        notes,
    ))
}

/// The number of runs from which on a model has paid for its start, in words.
fn breaks_even(costs: &AnalysedCosts<'_>, gain: Gain) -> String {
    match gain.breaks_even {
        _ if costs.has_no_verdict() => "no verdict".into(),
        BreaksEven::After(runs) if runs.value < 1.5 && runs.interval.is_ok_and(|it| it.high < 1.5) => {
            "1 run".into()
        }
        BreaksEven::After(runs) => format!("{} runs", runs.shown(whole)),
        BreaksEven::Never => "never".into(),
        BreaksEven::Undecided => "undecided".into(),
        BreaksEven::TooFew(few) => format!("{} of {} passes", few.have, few.need),
    }
}

fn whole(number: f64) -> String {
    format!("{number:.0}")
}

/// `None` if nothing was asked about it, as for users' functions.
fn running(costs: &AnalysedCosts<'_>, recording: &Recording) -> Option<Block> {
    let dispatch = dispatch(recording);
    let models = having(costs, |model| model.dispatch_ns().or(model.cpu()));
    if models.is_empty() {
        return None;
    }
    let table = Table::of(&models)
        .left("model", CostSummary::model)
        .with_interval(dispatch, 2, |it| it.dispatch_ns().map(time_apart))
        .with_interval("CPU", 1, |it| Some(it.cpu()?.shown_apart(units::times)))
        .right("voluntary", Unit::Hundredths, |it| Some(it.switches()?[0]))
        .right("involuntary", Unit::Hundredths, |it| Some(it.switches()?[1]))
        .build();
    let mut notes = vec![];
    if let Some(own) = costs.empty_job_ns {
        let baseline = costs.baseline();
        notes.push(format!(
            "{dispatch}: the time of a job that does nothing beyond the {} that it takes under {baseline}, from the rows noop and hash \
             of a study.",
            time(own)
        ));
    }
    notes.push(
        "CPU: time of all cores over that of the baseline for the same hashes; voluntary, involuntary: context switches for each job \
         of hash."
            .into(),
    );
    notes.extend(no_verdict(&costs.of_study));
    Some(Block::titled("Running warm", table, notes))
}

/// A time and its interval.
pub(super) fn time_apart(estimate: Estimate) -> (String, Option<String>) {
    estimate.shown_apart(units::nanoseconds)
}

fn memory(costs: &AnalysedCosts<'_>, probes: &[ProbeRecord]) -> Option<Block> {
    let is_crowd = |probe: &ProbeRecord| matches!(probe.kind(), Some(ProbeKind::ConcurrencyLimit(_)));
    if !probes.iter().any(is_crowd) {
        return None;
    }
    let mut models = having(costs, |model| model.starting("hash"));
    models.retain(|model| !model.is_of_interpreter());
    let table = Table::of(&models)
        .left("model", CostSummary::model)
        .right("a waiting job", Unit::Bytes, job_bytes)
        .right("kernel", Unit::Bytes, kernel_bytes)
        .leaves(3)
        .right("most at once", Unit::Count, most_jobs)
        .right("taking", Unit::Bytes, |it| Some(it.most()?.bytes? as f64))
        .leaves(1)
        .left("why no more", why_no_more)
        .wraps()
        .leaves(2)
        .build();
    Some(Block::titled(
        "Memory of jobs that wait",
        table,
        vec![
            "a waiting job: what each further one takes of the process's own memory and its children's. kernel: stacks and \
             page tables, from the figures of the whole machine."
                .into(),
        ],
    ))
}

fn why_no_more(model: &CostSummary<'_>) -> String {
    match model.most() {
        _ if model.no_crowd().is_some() => "see below".into(),
        None => "one at a time".into(),
        Some(Most { why_no_more: Some((jobs, _)), .. }) => format!("{} failed", units::count(jobs)),
        Some(Most { why_no_more: None, .. }) => "not asked for more".into(),
    }
}

fn waiting(costs: &AnalysedCosts<'_>, waits_us: &[u64]) -> Option<Block> {
    if waits_us.is_empty() {
        return None;
    }
    let models = having(costs, |model| waits_us.iter().find_map(|us| model.wait_ns(*us)));
    let mut columns = Table::of(&models)
        .left("model", CostSummary::model)
        .left("waits by", |it| timer(it.model()))
        .leaves(2);
    for us in waits_us {
        columns =
            columns.with_interval(format!("{} ms", us / 1_000), 1, |it| it.wait_ns(*us).map(time_apart));
    }
    let burst = format!("{} of 10 ms at once", units::count(BURST as u64));
    let table = columns.with_interval(burst, 1, |it| it.burst_ns().map(time_apart)).build();
    Some(Block::titled("What waits really take", table, no_verdict(costs.warnings_of_passes())))
}

/// What a model waits by; unknown if today's registry has no such model.
fn timer(model: &str) -> Option<&'static str> {
    let is_async = matches!(made_of(model)?, MadeOf::Tasks | MadeOf::TasksOnOneThread);
    Some(match (is_async, model.contains('@')) {
        (false, false) => "thread::sleep",
        (true, false) if model == "compio" => "compio::time::sleep",
        (true, false) if model == "smol" => "smol::Timer",
        (true, false) => "tokio::time::sleep",
        (false, true) => "time.sleep",
        (true, true) => "asyncio.sleep",
    })
}

/// What failed, with reasons.
pub(super) fn failures(recording: &Recording) -> Option<Block> {
    let mut notes = Vec::new();
    for model in AnalysedCosts::of(recording)?.models {
        let name = model.model();
        if let Some((question, why)) = model.failure() {
            notes.push(format!("{name}, {question}: {why}"));
        }
        if let Some(Most { why_no_more: Some((jobs, why)), .. }) = model.most() {
            notes.push(format!("{name}, {} jobs at once: {why}", units::count(jobs)));
        }
        if let Some(why) = model.no_crowd() {
            notes.push(format!("{name}, many jobs at once: {why}"));
        }
    }
    if notes.is_empty() { None } else { Some(Block::Notes(notes)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analysed::Analysed;
    use crate::analysis::costs::tests::{record, recording_of};
    use crate::record::schema::{ProbeRecord, Turn};
    use crate::report::style::TerminalStyle;
    use crate::report::{costs::narrow, export::terminal};

    /// What is shown of a recording, sizes apart.
    fn shown(recording: &Recording) -> String {
        let mut blocks = blocks(recording).unwrap();
        blocks.extend(failures(recording));
        terminal::blocks(&blocks, TerminalStyle::UNLIMITED)
    }

    /// The probes of a model in six passes; a warm run takes `warm_us` in each.
    fn passes(model: &str, start_us: u64, warm_us: [u64; 6]) -> Vec<ProbeRecord> {
        let mut probes = vec![];
        for (pass, warm_us) in (0..).zip(warm_us) {
            let start = [
                ("start_ns", (start_us + pass) * 1_000),
                ("first_ns", warm_us * 1_100),
                ("warm_ns", warm_us * 3_000),
                ("warm_runs", 3),
                ("stop_ns", 90 + pass),
                ("jobs", 24),
                ("gave_way", 12),
                ("were_preempted", 1),
            ];
            let wait = [("wall_ns", 2_110_000 + pass * 10_000), ("runs", 2)];
            let of_pass = [record("start hash", &start), record("wait 1000", &wait)];
            let turn = Some(Turn { pass, place: 0 });
            probes.extend(of_pass.map(|probe| ProbeRecord { turn, ..probe }));
        }
        probes.extend([64, 256].map(|jobs| {
            let taken = [
                ("own_bytes", jobs * 9_800),
                ("kernel_bytes", jobs * 20_000),
                ("children_bytes", 0),
                ("jobs", jobs),
            ];
            record(&format!("crowd {jobs}"), &taken)
        }));
        probes.push(ProbeRecord { failure: Some("no more threads".into()), ..record("crowd 1024", &[]) });
        probes.iter_mut().for_each(|probe| probe.model = model.to_owned());
        probes
    }

    #[test]
    fn costs_are_shown_with_intervals() {
        let same = [18_000, 18_100, 18_200, 18_300, 18_400, 18_500];
        let mut probes = passes("sequential", 1, same);
        probes.extend(passes("rayon", 900, same.map(|warm| warm / 2)));
        probes.extend(passes("gil", 2, [18_100, 18_000, 18_300, 18_200, 18_400, 18_600]));
        let mut recording = recording_of(probes, 150);
        insta::assert_snapshot!(shown(&recording));
        let passes = recording.costs.as_mut().unwrap().passes.as_mut().unwrap();
        passes.idle_checks[0].alone = Some(false);
        let disturbed = shown(&recording);
        assert!(disturbed.contains("NO VERDICT from these numbers: another study ran"), "{disturbed}");
        assert!(disturbed.contains("no verdict") && !disturbed.contains(" run\n"), "{disturbed}");
        let narrow = terminal::blocks(&narrow(&Analysed::of(&recording)).unwrap(), TerminalStyle::UNLIMITED);
        assert!(narrow.contains("another study ran"), "{narrow}");
    }

    #[test]
    fn old_costs_are_shown_without_intervals() {
        let mut probes = vec![];
        for model in ["sequential", "threads"] {
            let mut of_model = passes(model, 1, [18_000; 6]);
            of_model.retain(|probe| probe.turn.is_none_or(|turn| turn.pass < 3));
            let work = [("cpu_ns", 101), ("sequential_cpu_ns", 100), ("jobs", 80), ("gave_way", 40)];
            of_model.push(record("dispatch", &[("wall_ns", 2_400_000), ("runs", 10), ("jobs", 240)]));
            of_model.push(record("work", &[&work[..], &[("were_preempted", 2)]].concat()));
            of_model.push(ProbeRecord { failure: Some("it hung".into()), ..record("wait 3000", &[]) });
            for mut probe in of_model {
                if probe.question == "start hash" {
                    probe.figures.retain(|name, _| name.ends_with("_ns") || name == "warm_runs");
                }
                probes.push(ProbeRecord { model: model.into(), turn: None, ..probe });
            }
        }
        let mut recording = recording_of(probes, 150);
        let costs = recording.costs.as_mut().unwrap();
        (costs.study, costs.passes) = (None, None);
        insta::assert_snapshot!(shown(&recording));
    }

    #[test]
    fn runtimes_wait_by_timers_of_their_own() {
        for (model, by) in [
            ("sequential", "thread::sleep"),
            ("tokio-local", "tokio::time::sleep"),
            ("compio", "compio::time::sleep"),
            ("smol", "smol::Timer"),
            ("py-asyncio@3.13", "asyncio.sleep"),
        ] {
            assert_eq!(timer(model), Some(by), "{model}");
        }
    }
}
