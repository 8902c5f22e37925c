//! Tables of the costs of models: a row for each model, a column for each probe.

use std::collections::BTreeSet;

use crate::analysis::analysed::Analysed;
use crate::analysis::costs::{CostSummary, Most};
use crate::record::figure::ProbeKind;
use crate::record::schema::{ProbeRecord, Recording};
pub use crate::report::sizes::{all_size_series, break_even};
use crate::report::table::{Cell, Table, Unit};
use crate::report::{block::Block, section::Section, sizes, sizes::CostValue};
use crate::stats::units;
use crate::study::probe::{BURST, STARTED_JOBS};

/// The costs of models.
pub static SECTION: Section = Section {
    name: "costs",
    key: "costs",
    heading: "What models cost",
    is_in: |recording| recording.costs.is_some(),
    in_full,
    in_short: |of| Some(vec![Block::table(main_costs(of)?), Block::Paragraph(HOW.into())]),
    panels: None,
    values,
    commands,
};

fn in_full(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let costs = of.recording.costs.as_ref()?;
    let bills = CostSummary::all(&costs.probes);
    let mut blocks = tables(&costs.probes, &bills);
    blocks.extend(all_size_series(of.recording, costs).iter().map(sizes::block));
    blocks.extend(troubles(&bills));
    Some(blocks)
}

fn values(of: &Analysed<'_>) -> Option<Table> {
    let costs = of.recording.costs.as_ref()?;
    let mut values = Vec::new();
    for bill in CostSummary::all(&costs.probes) {
        values.extend(results(&costs.probes, &bill));
    }
    for series in all_size_series(of.recording, costs) {
        values.extend(sizes::values(&series));
    }
    let table = Table::of(&values)
        .left("model", |it| it.model.as_str())
        .left("what", |it| it.what.as_str())
        .left("of", |it| it.of.as_deref())
        .left("unit", |it| it.unit)
        .left("value", |it| it.value)
        .left("low", |it| Some(it.interval?.low))
        .left("high", |it| Some(it.interval?.high));
    Some(table.build())
}

fn commands(recording: &Recording) -> Vec<&[String]> {
    let mut commands = Vec::new();
    if let Some(costs) = &recording.costs {
        commands.push(&costs.command[..]);
        commands.extend(costs.sizes.iter().map(|sizes| &sizes.study.command[..]));
    }
    commands
}

/// The tables of probes for a terminal.
fn tables(probes: &[ProbeRecord], bills: &[CostSummary<'_>]) -> Vec<Block> {
    vec![
        starting(&started_on(probes), bills),
        running(bills),
        memory(bills),
        waiting(&waits_us(probes), bills),
    ]
}

/// The workloads that models were started on.
fn started_on(probes: &[ProbeRecord]) -> Vec<&str> {
    let mut workloads = Vec::new();
    for probe in probes {
        if let Some(ProbeKind::Start(workload)) = probe.kind()
            && !workloads.contains(&workload)
        {
            workloads.push(workload);
        }
    }
    workloads
}

/// The waits that were measured, in microseconds.
fn waits_us(probes: &[ProbeRecord]) -> BTreeSet<u64> {
    let mut waits = BTreeSet::new();
    for probe in probes {
        if let Some(ProbeKind::Wait(us)) = probe.kind() {
            waits.insert(us);
        }
    }
    waits
}

/// How to read the main costs.
const HOW: &str = "A waiting job: memory that each further one takes, of the process and its children; kernel: stacks and page tables \
     besides. Most at once: as far as it was asked for or possible. Pays: faster than `sequential` from computing jobs of \
     this size on, by the whole 95 % interval; not told: not told from it at the largest.";

/// A column for each of the main costs.
fn main_costs(of: &Analysed<'_>) -> Option<Table> {
    let costs = of.recording.costs.as_ref()?;
    let bills = CostSummary::all(&costs.probes);
    let started_on = started_on(&costs.probes);
    let all_size_series = all_size_series(of.recording, costs);
    let grains = all_size_series.iter().find(|it| it.series == sizes::BREAK_EVEN && !it.is_withheld());
    let table = Table::of(&bills)
        .left("model", CostSummary::model)
        .right("start", Unit::Nanoseconds, |it| Some(it.starting(started_on.first()?)?.start_ns))
        .right("handing out a job", Unit::Nanoseconds, CostSummary::dispatch_ns)
        .right("a waiting job", Unit::Bytes, job_bytes)
        .right("kernel", Unit::Bytes, kernel_bytes)
        .right("most at once", Unit::Count, most_jobs)
        .right("pays from jobs of", Unit::Nanoseconds, |it| match grains {
            Some(grains) => sizes::pays_from(grains, it.model()),
            None => Cell::Missing,
        });
    Some(table.build())
}

fn job_bytes(bill: &CostSummary<'_>) -> Option<f64> {
    Some(bill.memory()?.bytes)
}

fn kernel_bytes(bill: &CostSummary<'_>) -> Option<f64> {
    bill.memory()?.kernel_bytes
}

fn most_jobs(bill: &CostSummary<'_>) -> Option<u64> {
    Some(bill.most()?.jobs)
}

/// All results of a model.
fn results(probes: &[ProbeRecord], bill: &CostSummary<'_>) -> Vec<CostValue> {
    let mut results = Vec::new();
    for on in started_on(probes) {
        if let Some(starting) = bill.starting(on) {
            results.push((format!("start, {on}"), "ns", Some(starting.start_ns)));
            results.push((format!("first run, {on}"), "ns", Some(starting.first_ns)));
            results.push((format!("warm run, {on}"), "ns", Some(starting.warm_ns)));
            results.push((format!("end, {on}"), "ns", Some(starting.stop_ns)));
        }
    }
    results.extend([
        ("handing out a job".into(), "ns", bill.dispatch_ns()),
        ("CPU over sequential".into(), "x", bill.cpu()),
        ("memory of a waiting job".into(), "bytes", job_bytes(bill)),
        ("kernel memory of a waiting job".into(), "bytes", kernel_bytes(bill)),
        ("most at once".into(), "jobs", most_jobs(bill).map(|jobs| jobs as f64)),
        (format!("{BURST} waits of 10 ms at once"), "ns", bill.burst_ns()),
    ]);
    for us in waits_us(probes) {
        results.push((format!("a wait of {} ms", us / 1_000), "ns", bill.wait_ns(us)));
    }
    results.retain(|(_, _, value)| value.is_some());
    let model = bill.model();
    let mut values = Vec::new();
    for (what, unit, value) in results {
        values.push(CostValue { model: model.into(), what, of: None, unit, value, interval: None });
    }
    values
}

fn starting(started_on: &[&str], bills: &[CostSummary<'_>]) -> Block {
    let mut columns = Table::of(bills)
        .left("model", CostSummary::model)
        .right("start", Unit::Nanoseconds, |it| Some(it.starting(started_on.first()?)?.start_ns))
        .right("end", Unit::Nanoseconds, |it| Some(it.starting(started_on.first()?)?.stop_ns));
    for on in started_on {
        columns = columns
            .right(format!("{on}: first"), Unit::Nanoseconds, |it| Some(it.starting(on)?.first_ns))
            .right("warm", Unit::Nanoseconds, |it| Some(it.starting(on)?.warm_ns))
            .right("pays back after", Unit::Plain, |it| pays_back_after(it, &bills[0], on));
    }
    Block::titled(
        format!("Starting a model, on runs of {STARTED_JOBS} jobs; medians over fresh processes"),
        columns.build(),
        vec![format!(
            "pays back: from so many runs on, start, runs and end together take less than under {}.",
            bills.first().map_or("the baseline", CostSummary::model),
        )],
    )
}

/// The number of runs from which on a model pays, in words; unknown for the baseline itself.
fn pays_back_after(bill: &CostSummary<'_>, baseline: &CostSummary<'_>, workload: &str) -> Option<String> {
    if bill.model() == baseline.model() {
        return None;
    }
    let runs = bill.starting(workload)?.pays_back_after(&baseline.starting(workload)?);
    Some(match runs {
        None => "never".into(),
        Some(runs) if runs < 1.5 => "1 run".into(),
        Some(runs) => format!("{runs:.0} runs"),
    })
}

fn running(bills: &[CostSummary<'_>]) -> Block {
    let table = Table::of(bills)
        .left("model", CostSummary::model)
        .right("handing out a job", Unit::Nanoseconds, CostSummary::dispatch_ns)
        .right("CPU", Unit::Multiple, CostSummary::cpu)
        .right("gave way", Unit::Hundredths, |it| Some(it.switches()?[0]))
        .right("preempted", Unit::Hundredths, |it| Some(it.switches()?[1]))
        .build();
    let mut of = String::new();
    if let Some(jobs) = bills.iter().find_map(CostSummary::dispatched_jobs) {
        of = format!("{jobs} ");
    }
    Block::titled(
        "Running warm",
        table,
        vec![format!(
            "handing out: of {of}that do nothing. CPU: time of all cores over sequential's for the same hashes; gave way, \
             preempted: context switches for each of them."
        )],
    )
}

fn memory(bills: &[CostSummary<'_>]) -> Block {
    let table = Table::of(bills)
        .left("model", CostSummary::model)
        .right("a waiting job", Unit::Bytes, job_bytes)
        .right("kernel", Unit::Bytes, kernel_bytes)
        .right("most at once", Unit::Count, most_jobs)
        .right("taking", Unit::Bytes, |it| Some(it.most()?.bytes? as f64))
        .left("why no more", why_no_more)
        .build();
    Block::titled(
        "Memory of jobs that wait",
        table,
        vec![
            "a waiting job: what each further one takes of the process's own memory and its children's. kernel: stacks and \
             page tables, from the figures of the whole machine."
                .into(),
        ],
    )
}

fn why_no_more(bill: &CostSummary<'_>) -> String {
    match bill.most() {
        _ if bill.no_crowd().is_some() => "see below".into(),
        None => "one at a time".into(),
        Some(Most { why_no_more: Some((jobs, _)), .. }) => format!("{} failed", units::count(jobs)),
        Some(Most { why_no_more: None, .. }) => "not asked for more".into(),
    }
}

fn waiting(waits_us: &BTreeSet<u64>, bills: &[CostSummary<'_>]) -> Block {
    let mut columns = Table::of(bills).left("model", CostSummary::model);
    for us in waits_us {
        columns = columns.right(format!("{} ms", us / 1_000), Unit::Nanoseconds, |it| it.wait_ns(*us));
    }
    let burst = format!("{} of 10 ms at once", units::count(BURST as u64));
    let table = columns.right(burst, Unit::Nanoseconds, CostSummary::burst_ns).build();
    Block::titled("What waits really take", table, vec![])
}

/// The failures, with reasons.
fn troubles(bills: &[CostSummary<'_>]) -> Option<Block> {
    let mut notes = Vec::new();
    for bill in bills {
        let model = bill.model();
        if let Some((question, why)) = bill.failure() {
            notes.push(format!("{model}, {question}: {why}"));
        }
        if let Some(Most { why_no_more: Some((jobs, why)), .. }) = bill.most() {
            notes.push(format!("{model}, {} jobs at once: {why}", units::count(jobs)));
        }
        if let Some(why) = bill.no_crowd() {
            notes.push(format!("{model}, many jobs at once: {why}"));
        }
    }
    if notes.is_empty() { None } else { Some(Block::Notes(notes)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::costs::tests::record;
    use crate::report::export::terminal;

    #[test]
    fn each_probe_has_column_and_failure_note() {
        let model = |name: &str, factor: u64| {
            let crowd = |jobs: u64| {
                let taken = [("own_bytes", jobs * 9_800 * factor), ("kernel_bytes", jobs * 20_000)];
                record(&format!("crowd {jobs}"), &[&taken[..], &[("jobs", jobs)]].concat())
            };
            let start = [
                ("start_ns", 0),
                ("first_ns", 20_400_000),
                ("warm_ns", 60_000_000 / factor),
                ("warm_runs", 3),
                ("stop_ns", 90),
            ];
            let work = [
                ("cpu_ns", 101),
                ("sequential_cpu_ns", 100),
                ("jobs", 80),
                ("gave_way", 40),
                ("were_preempted", 2),
            ];
            let probes = [
                record("start hash", &start),
                record("start sleep", &start),
                record("dispatch", &[("wall_ns", 2_400_000), ("runs", 10), ("jobs", 240)]),
                record("work", &work),
                record("wait 1000", &[("wall_ns", 3_300_000), ("runs", 3)]),
                ProbeRecord { failure: Some("it hung".into()), ..record("wait 3000", &[]) },
                record("wait 10000", &[]),
                record("wait 30000", &[]),
                record("wait 100000", &[]),
                crowd(64),
                crowd(256),
                ProbeRecord { failure: Some("no more threads".into()), ..record("crowd 1024", &[]) },
            ];
            probes.map(|probe| ProbeRecord { model: name.into(), ..probe })
        };
        let probes = [model("sequential", 1), model("threads", 2)].concat();
        let bills = CostSummary::all(&probes);
        let mut blocks = tables(&probes, &bills);
        blocks.extend(troubles(&bills));
        insta::assert_snapshot!(terminal::blocks(&blocks));
    }
}
