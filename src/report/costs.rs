//! Tables of the costs of models: a row for each model, a column for each probe.

use std::fmt::Write as _;

use crate::analysis::costs::{CostSummary, Most};
use crate::analysis::sizes::{BreakEven, Side, SizeSeries, side};
use crate::analysis::summary::Row;
use crate::record::schema::{Costs, Recording};
use crate::report::formats::bounds;
use crate::report::sheet::Table;
use crate::report::table;
use crate::stats::units;
use crate::study::probe::{BURST, STARTED_JOBS, STARTED_ON, WAITS_US};
use serde_json::Value;

/// The costs of models in `recording`; `None` if it has no such section.
pub fn terminal(recording: &Recording) -> Option<String> {
    let costs = recording.costs.as_ref()?;
    let bills = CostSummary::all(&costs.probes);
    let mut text = [starting(&bills), running(&bills), memory(&bills), waiting(&bills)].join("\n");
    for size_series in all_size_series(recording, costs) {
        let _ = write!(text, "\n{}", sizes(&size_series));
    }
    let _ = write!(text, "\n{}", troubles(&bills));
    Some(text.trim_end().to_owned() + "\n")
}

/// The main costs of models in `recording`, in Markdown; `None` if it has no such section.
pub fn markdown(recording: &Recording) -> Option<String> {
    let costs = recording.costs.as_ref()?;
    let all_size_series = all_size_series(recording, costs);
    let grains = all_size_series
        .iter()
        .find(|size_series| size_series.series == BREAK_EVEN && !size_series.is_withheld());
    let header = [
        "model",
        "start",
        "handing out a job",
        "a waiting job",
        "kernel",
        "most at once",
        "pays from jobs of",
    ];
    let row = |bill: &CostSummary<'_>| {
        let memory = bill.memory();
        let pays = match grains.map(|size_series| (size_series, size_series.break_even(bill.model()))) {
            Some((size_series, BreakEven::From(row))) => time(size_series.job_ns(row)),
            _ if bill.model() == "sequential" => "-".into(),
            Some((_, BreakEven::Inconclusive)) => "not told".into(),
            Some((_, BreakEven::Never)) => "never".into(),
            _ => "-".into(),
        };
        vec![
            bill.model().to_owned(),
            time(bill.starting(STARTED_ON[0]).map(|it| it.start_ns)),
            time(bill.dispatch_ns()),
            memory.map_or("-".into(), |memory| units::bytes(memory.bytes)),
            memory.and_then(|memory| memory.kernel_bytes).map_or("-".into(), units::bytes),
            bill.most().map_or("-".into(), |most| units::count(most.jobs)),
            pays,
        ]
    };
    let rows = table::markdown(&header, &header[1..], CostSummary::all(&costs.probes).iter().map(row));
    let note = "A waiting job: memory that each further one takes, of the process and its children; kernel: stacks and page tables \
                besides. Most at once: as far as it was asked for or possible. Pays: faster than `sequential` from computing jobs of \
                this size on, by the whole 95 % interval; not told: not told from it at the largest.";
    Some(format!("{rows}\n{note}\n"))
}

/// The costs of models in `recording`, a row for each result, in nanoseconds, bytes and jobs; `None` if it
/// has no
/// such section.
pub fn sheet(recording: &Recording) -> Option<Table> {
    let costs = recording.costs.as_ref()?;
    let answers = CostSummary::all(&costs.probes).into_iter().flat_map(|bill| {
        answers(&bill).into_iter().map(move |(what, unit, value)| {
            [
                bill.model().into(),
                what.into(),
                Value::Null,
                unit.into(),
                value.into(),
                Value::Null,
                Value::Null,
            ]
        })
    });
    let sizes = all_size_series(recording, costs).into_iter().flat_map(|size_series| {
        let cells = |(at, row): (usize, &Row)| {
            let models = size_series.models().into_iter();
            let cell = |model: &str| {
                let [speedup, low, high] = bounds(size_series.speedup(at, model).as_ref());
                [
                    model.into(),
                    "speedup".into(),
                    row.workload.name.clone().into(),
                    "x".into(),
                    speedup,
                    low,
                    high,
                ]
            };
            models.map(cell).collect::<Vec<_>>()
        };
        size_series.rows.iter().enumerate().flat_map(cells).collect::<Vec<_>>()
    });
    Some(Table::new(["model", "what", "of", "unit", "value", "low", "high"], answers.chain(sizes)))
}

/// All results of a model: name, unit, value.
fn answers(bill: &CostSummary<'_>) -> Vec<(String, &'static str, f64)> {
    let starting = STARTED_ON.iter().filter_map(|on| Some((on, bill.starting(on)?)));
    let starting = starting.flat_map(|(on, it)| {
        let times = [
            ("start", it.start_ns),
            ("first run", it.first_ns),
            ("warm run", it.warm_ns),
            ("end", it.stop_ns),
        ];
        times.map(|(what, ns)| (format!("{what}, {on}"), "ns", Some(ns)))
    });
    let memory = bill.memory();
    let most = bill.most();
    let others = [
        ("handing out a job".to_owned(), "ns", bill.dispatch_ns()),
        ("CPU over sequential".to_owned(), "x", bill.cpu()),
        ("memory of a waiting job".to_owned(), "bytes", memory.map(|it| it.bytes)),
        ("kernel memory of a waiting job".to_owned(), "bytes", memory.and_then(|it| it.kernel_bytes)),
        ("most at once".to_owned(), "jobs", most.map(|it| it.jobs as f64)),
        (format!("{BURST} waits of 10 ms at once"), "ns", bill.burst_ns()),
    ];
    let waits = WAITS_US.map(|us| (format!("a wait of {} ms", us / 1_000), "ns", bill.wait_ns(us)));
    let all = starting.chain(others).chain(waits);
    all.filter_map(|(what, unit, value)| Some((what, unit, value?))).collect()
}

/// The evaluated sizes of `costs`.
pub fn all_size_series(recording: &Recording, costs: &Costs) -> Vec<SizeSeries> {
    costs.sizes.iter().map(|sizes| SizeSeries::of(recording, sizes)).collect()
}

fn starting(bills: &[CostSummary<'_>]) -> String {
    let header = [
        "model",
        "start",
        "end",
        "hash: first",
        "warm",
        "pays back after",
        "sleep: first",
        "warm",
        "pays back after",
    ];
    let row = |bill: &CostSummary<'_>| {
        let on_first = bill.starting(STARTED_ON[0]);
        let mut row = vec![bill.model().to_owned()];
        row.extend([on_first.map(|it| it.start_ns), on_first.map(|it| it.stop_ns)].map(time));
        for workload in STARTED_ON {
            let (own, baseline) = (bill.starting(workload), bills[0].starting(workload));
            row.extend([own.map(|it| it.first_ns), own.map(|it| it.warm_ns)].map(time));
            let runs = own.zip(baseline).map(|(own, baseline)| own.pays_back_after(&baseline));
            row.push(match runs {
                _ if bill.model() == bills[0].model() => "-".into(),
                None => "-".into(),
                Some(None) => "never".into(),
                Some(Some(runs)) if runs < 1.5 => "1 run".into(),
                Some(Some(runs)) => format!("{runs:.0} runs"),
            });
        }
        row
    };
    format!(
        "Starting a model, on runs of {STARTED_JOBS} jobs; medians over fresh processes\n{}\
         pays back: from so many runs on, start, runs and end together take less than under {}.\n",
        table::plain(&header, &header[1..], bills.iter().map(row)),
        bills.first().map_or("the baseline", |bill| bill.model()),
    )
}

fn running(bills: &[CostSummary<'_>]) -> String {
    let header = ["model", "handing out a job", "CPU", "gave way", "preempted"];
    let row = |bill: &CostSummary<'_>| {
        let switches = bill.switches().map(|kinds| kinds.map(|a_job| format!("{a_job:.2}")));
        let [gave_way, preempted] = switches.unwrap_or(["-".into(), "-".into()]);
        let cpu = bill.cpu().map_or("-".into(), units::times);
        vec![bill.model().to_owned(), time(bill.dispatch_ns()), cpu, gave_way, preempted]
    };
    format!(
        "Running warm\n{}handing out: of 240 that do nothing. CPU: time of all cores over sequential's for the same hashes; \
         gave way, preempted: context switches for each of them.\n",
        table::plain(&header, &header[1..], bills.iter().map(row))
    )
}

fn memory(bills: &[CostSummary<'_>]) -> String {
    let header = ["model", "a waiting job", "kernel", "most at once", "taking", "why no more"];
    let row = |bill: &CostSummary<'_>| {
        let memory = bill.memory();
        let most = bill.most();
        let taking = most.as_ref().and_then(|most| most.bytes);
        let why = match &most {
            _ if bill.no_crowd().is_some() => "see below".into(),
            None => "one at a time".into(),
            Some(Most { why_no_more: Some((jobs, _)), .. }) => format!("{} failed", units::count(*jobs)),
            Some(Most { why_no_more: None, .. }) => "not asked for more".into(),
        };
        vec![
            bill.model().to_owned(),
            memory.map_or("-".into(), |memory| units::bytes(memory.bytes)),
            memory.and_then(|memory| memory.kernel_bytes).map_or("-".into(), units::bytes),
            most.map_or("-".into(), |most| units::count(most.jobs)),
            taking.map_or("-".into(), |bytes| units::bytes(bytes as f64)),
            why,
        ]
    };
    format!(
        "Memory of jobs that wait\n{}a waiting job: what each further one takes of the process's own memory and its children's. \
         kernel: stacks and page tables, from the figures of the whole machine.\n",
        table::plain(&header, &header[1..5], bills.iter().map(row))
    )
}

fn waiting(bills: &[CostSummary<'_>]) -> String {
    let burst = format!("{} of 10 ms at once", units::count(BURST as u64));
    let waits: Vec<String> = WAITS_US.iter().map(|us| format!("{} ms", us / 1_000)).collect();
    let header: Vec<&str> =
        std::iter::once("model").chain(waits.iter().map(String::as_str)).chain([burst.as_str()]).collect();
    let row = |bill: &CostSummary<'_>| {
        let mut row = vec![bill.model().to_owned()];
        row.extend(WAITS_US.map(|us| time(bill.wait_ns(us))));
        row.push(time(bill.burst_ns()));
        row
    };
    format!("What waits really take\n{}", table::plain(&header, &header[1..], bills.iter().map(row)))
}

/// Speedups by size and model.
fn sizes(size_series: &SizeSeries) -> String {
    let models = size_series.models();
    let header: Vec<&str> = ["size", "a job"].into_iter().chain(models.iter().copied().skip(1)).collect();
    let entry = |row: usize, model: &str| {
        size_series.speedup(row, model).map_or("-".into(), |speedup| {
            let mark = if side(&speedup) == Side::Inconclusive { "?" } else { "" };
            format!("{}{mark}", units::ratio(speedup.ratio))
        })
    };
    let rows = size_series.rows.iter().enumerate().map(|(at, row)| {
        let label = [row.workload.name.clone(), time(size_series.job_ns(at))];
        label.into_iter().chain(models.iter().skip(1).map(|model| entry(at, model))).collect()
    });
    let title =
        crate::workload::series::SERIES.iter().find(|series| series.name == size_series.plain_series());
    let baseline = size_series.baseline();
    let title = title.map_or(size_series.series.as_str(), |series| series.about);
    let mut text = format!(
        "Speedup over {baseline}: {title}\n{}a job: as long as one takes under {baseline}. ?: the 95 % interval contains 1, or there is none.\n",
        table::plain(&header, &header[1..], rows)
    );
    for warning in size_series.warnings.iter().filter(|warning| warning.blocks_verdicts()) {
        let _ = writeln!(text, "WITHHELD, what follows from these numbers: {warning}");
    }
    if size_series.plain_series() == BREAK_EVEN && !size_series.is_withheld() {
        for model in models.iter().skip(1) {
            let _ = writeln!(text, "{model}: {}", break_even(size_series, model));
        }
    }
    text
}

/// The series that varies only the job size.
const BREAK_EVEN: &str = "grains";

/// The break-even size of a model, in words.
pub fn break_even(size_series: &SizeSeries, model: &str) -> String {
    let baseline = size_series.baseline();
    match size_series.break_even(model) {
        BreakEven::From(row) => {
            format!("faster than {baseline} from jobs of {} on", time(size_series.job_ns(row)))
        }
        BreakEven::Inconclusive => format!("not told from {baseline} at the largest jobs"),
        BreakEven::Never => format!("slower than {baseline} up to the largest jobs"),
        BreakEven::Unknown => "not measured at every size".into(),
    }
}

/// The failures, with reasons.
fn troubles(bills: &[CostSummary<'_>]) -> String {
    let mut text = String::new();
    for bill in bills {
        if let Some((question, why)) = bill.failure() {
            let _ = writeln!(text, "{}, {question}: {why}", bill.model());
        }
        if let Some((jobs, why)) = bill.most().and_then(|most| most.why_no_more) {
            let _ = writeln!(text, "{}, {} jobs at once: {why}", bill.model(), units::count(jobs));
        }
        if let Some(why) = bill.no_crowd() {
            let _ = writeln!(text, "{}, many jobs at once: {why}", bill.model());
        }
    }
    text
}

fn time(ns: Option<f64>) -> String {
    ns.map_or("-".into(), units::nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::costs::tests::record;
    use crate::analysis::sizes::tests::size_series;
    use crate::record::schema::ProbeRecord;

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
                crowd(64),
                crowd(256),
                ProbeRecord { failure: Some("no more threads".into()), ..record("crowd 1024", &[]) },
            ];
            probes.map(|probe| ProbeRecord { model: name.into(), ..probe })
        };
        let probes = [model("sequential", 1), model("threads", 2)].concat();
        let bills = CostSummary::all(&probes);
        let text =
            [starting(&bills), running(&bills), memory(&bills), waiting(&bills), troubles(&bills)].join("\n");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn sizes_are_rows_with_break_even_text() {
        insta::assert_snapshot!(sizes(&size_series(&[300, 100, 50])));
    }
}
