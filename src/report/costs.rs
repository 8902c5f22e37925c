//! The costs of models: a row for each model, a column for each cost.

use crate::analysis::analysed::Analysed;
use crate::analysis::costs::{AnalysedCosts, CostSummary};
use crate::analysis::sizes::SizeSeries;
use crate::analysis::starting::BreaksEven;
use crate::record::figure::ProbeKind;
use crate::record::schema::{ProbeRecord, Recording};
pub use crate::report::sizes::{all_size_series, break_even};
use crate::report::table::{Cell, Table, Unit};
use crate::report::{beyond, block::Block, cost_tables, section::Section, sizes, sizes::CostValue};
use crate::stats::{estimate::Estimate, units};
use crate::study::probe::BURST;
use crate::workload::series::BREAK_EVEN;

/// The costs of models.
pub static SECTION: Section = Section {
    name: "costs",
    key: "costs",
    heading: "What models cost",
    is_in: |recording| recording.costs.is_some(),
    in_full,
    in_short,
    panels: None,
    values,
    commands,
};

fn in_full(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let costs = of.recording.costs.as_ref()?;
    let mut blocks = cost_tables::blocks(of.recording)?;
    blocks.extend(all_size_series(of.recording, costs).iter().map(sizes::block));
    blocks.extend(beyond::block([of.recording]));
    blocks.extend(cost_tables::failures(of.recording));
    Some(blocks)
}

fn values(of: &Analysed<'_>) -> Option<Table> {
    let costs = of.recording.costs.as_ref()?;
    let analysed = AnalysedCosts::of(of.recording)?;
    let mut values = Vec::new();
    for model in &analysed.models {
        values.extend(Values::of(model, &analysed, of.recording).values);
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
        commands.extend(costs.studies().map(|study| &study.command[..]));
    }
    commands
}

/// The workloads that models were started on, in alphabetical order: that of the probes is random.
pub(super) fn started_on(probes: &[ProbeRecord]) -> Vec<&str> {
    let mut workloads = Vec::new();
    for probe in probes {
        if let Some(ProbeKind::Start(workload)) = probe.kind()
            && !workloads.contains(&workload)
        {
            workloads.push(workload);
        }
    }
    workloads.sort_unstable();
    workloads
}

/// The waits that were measured, in microseconds, in ascending order.
pub(super) fn waits_us(probes: &[ProbeRecord]) -> Vec<u64> {
    let mut waits = Vec::new();
    for probe in probes {
        if let Some(ProbeKind::Wait(us)) = probe.kind()
            && !waits.contains(&us)
        {
            waits.push(us);
        }
    }
    waits.sort_unstable();
    waits
}

/// The name of what a job that does nothing costs: with a study it is beyond the baseline's time.
pub(crate) fn dispatch(recording: &Recording) -> &'static str {
    match &recording.costs {
        Some(costs) if costs.study.is_some() => "dispatch overhead per job",
        _ => "handing out a job",
    }
}

/// What the tables of the main costs have in common.
struct MainCosts<'a> {
    analysed: AnalysedCosts<'a>,
    /// The workloads that models were started on; the first counts.
    started_on: Vec<&'a str>,
    /// The series that tells from which job size on a model pays.
    break_even: Option<SizeSeries>,
}

impl<'a> MainCosts<'a> {
    fn of(of: &Analysed<'a>) -> Option<Self> {
        let costs = of.recording.costs.as_ref()?;
        let analysed = AnalysedCosts::of(of.recording)?;
        let mut series = all_size_series(of.recording, costs);
        series.retain(|it| it.series == BREAK_EVEN && !it.is_of_function() && !it.has_no_verdict());
        let break_even = series.into_iter().next();
        Some(MainCosts { analysed, started_on: started_on(&costs.probes), break_even })
    }

    /// The models that were started.
    fn models(&self) -> Vec<CostSummary<'a>> {
        let mut models = self.analysed.models.clone();
        models.retain(|model| self.started_on.iter().any(|workload| model.starting(workload).is_some()));
        models
    }

    fn start(&self, model: &CostSummary<'_>) -> Option<Estimate> {
        Some(model.starting(self.started_on.first()?)?.start_ns)
    }

    fn pays_from(&self, model: &CostSummary<'_>) -> Cell {
        match &self.break_even {
            Some(series) => sizes::pays_from(series, model.model()),
            None => Cell::Missing,
        }
    }

    fn metg(&self, model: &CostSummary<'_>) -> Cell {
        match &self.break_even {
            Some(series) => sizes::metg(series, model.model()),
            None => Cell::Missing,
        }
    }

    /// Why some of them have no verdict.
    fn warnings(&self) -> Vec<Block> {
        let mut warnings = cost_tables::no_verdict(self.analysed.warnings_of_passes());
        warnings.extend(cost_tables::no_verdict(&self.analysed.of_study));
        warnings.dedup();
        warnings.into_iter().map(Block::Paragraph).collect()
    }
}

/// A column for each of the main costs, and how to read them. Of users' workloads other things are asked: all of them are shown.
fn in_short(of: &Analysed<'_>) -> Option<Vec<Block>> {
    if of.recording.of_user {
        return in_full(of);
    }
    let costs = MainCosts::of(of)?;
    let table = Table::of(&costs.models())
        .left("model", CostSummary::model)
        .with_interval("start", 3, |it| costs.start(it).map(cost_tables::time_apart))
        .with_interval(dispatch(of.recording), 2, |it| it.dispatch_ns().map(cost_tables::time_apart))
        .right("memory of a waiting job", Unit::Bytes, job_bytes)
        .right("kernel memory", Unit::Bytes, kernel_bytes)
        .leaves(1)
        .right("most at once", Unit::Count, most_jobs)
        .leaves(4)
        .right("METG", Unit::Nanoseconds, |it| costs.metg(it))
        .leaves(5)
        .right("break-even job size", Unit::Nanoseconds, |it| costs.pays_from(it))
        .build();
    let times = cost_tables::reading(&costs.analysed);
    let mut blocks = vec![Block::table(table), Block::Paragraph(format!("{times} {HOW}"))];
    blocks.extend(costs.warnings());
    Some(blocks)
}

/// The three costs that matter most, for a page.
pub(crate) fn narrow(of: &Analysed<'_>) -> Option<Vec<Block>> {
    if of.recording.of_user {
        return in_full(of);
    }
    let costs = MainCosts::of(of)?;
    let table = Table::of(&costs.models())
        .left("tool", CostSummary::model)
        .right("start", Unit::Nanoseconds, |it| Some(costs.start(it)?.value))
        .right("memory of a waiting job", Unit::Bytes, |it| {
            Some(job_bytes(it)? + kernel_bytes(it).unwrap_or(0.0))
        })
        .right("pays for jobs from", Unit::Nanoseconds, |it| costs.pays_from(it))
        .build();
    let mut blocks = vec![Block::table(table)];
    blocks.extend(costs.warnings());
    Some(blocks)
}

/// How to read the main costs.
const HOW: &str = "Memory of a waiting job: what each further one takes, of the \
     process and its children; kernel memory: stacks and page tables besides. Most at once: up to the limit that was asked for, or what is possible. \
     Break-even job size: faster than `sequential` from computing jobs of this size on, by the whole 95 % interval; inconclusive: not \
     decided at the largest. METG: the smallest computing job at which a model keeps half of its largest speedup.";

/// A time with its interval.
pub(super) fn time(estimate: Estimate) -> String {
    estimate.shown(units::nanoseconds)
}

pub(super) fn job_bytes(model: &CostSummary<'_>) -> Option<f64> {
    Some(model.memory()?.bytes)
}

pub(super) fn kernel_bytes(model: &CostSummary<'_>) -> Option<f64> {
    model.memory()?.kernel_bytes
}

pub(super) fn most_jobs(model: &CostSummary<'_>) -> Option<u64> {
    Some(model.most()?.jobs)
}

/// The results of a model for programs.
struct Values {
    model: String,
    values: Vec<CostValue>,
}

impl Values {
    fn of(model: &CostSummary<'_>, costs: &AnalysedCosts<'_>, recording: &Recording) -> Self {
        let mut values = Values { model: model.model().to_owned(), values: vec![] };
        let probes = recording.costs.as_ref().map_or(&[][..], |costs| &costs.probes);
        for on in started_on(probes) {
            values.add_starting(model, costs, on);
        }
        values.add(dispatch(recording), "ns", model.dispatch_ns());
        values.add("CPU over sequential", "x", model.cpu());
        values.add("sent a second", "bytes", model.shipped());
        values.add_number("memory of a waiting job", "bytes", job_bytes(model));
        values.add_number("kernel memory of a waiting job", "bytes", kernel_bytes(model));
        values.add_number("most at once", "jobs", most_jobs(model).map(|jobs| jobs as f64));
        values.add(&format!("{BURST} waits of 10 ms at once"), "ns", model.burst_ns());
        for us in waits_us(probes) {
            values.add(&format!("a wait of {} ms", us / 1_000), "ns", model.wait_ns(us));
        }
        values
    }

    fn add_starting(&mut self, model: &CostSummary<'_>, costs: &AnalysedCosts<'_>, on: &str) {
        let Some(starting) = model.starting(on) else { return };
        self.add(&format!("start, {on}"), "ns", Some(starting.start_ns));
        self.add(&format!("first run, {on}"), "ns", Some(starting.first_ns));
        self.add(&format!("warm run, {on}"), "ns", Some(starting.warm_ns));
        self.add(&format!("end, {on}"), "ns", Some(starting.stop_ns));
        let Some(gain) = costs.gain(model, on) else { return };
        self.add(&format!("gain of a warm run, {on}"), "ns", Some(gain.a_run_ns));
        if let BreaksEven::After(runs) = gain.breaks_even
            && !costs.has_no_verdict()
        {
            self.add(&format!("runs to break even, {on}"), "runs", Some(runs));
        }
    }

    fn add(&mut self, what: &str, unit: &'static str, estimate: Option<Estimate>) {
        if let Some(Estimate { value, interval }) = estimate {
            let (model, what) = (self.model.clone(), what.to_owned());
            let interval = interval.ok();
            self.values.push(CostValue { model, what, of: None, unit, value: Some(value), interval });
        }
    }

    fn add_number(&mut self, what: &str, unit: &'static str, value: Option<f64>) {
        if value.is_some() {
            let (model, what) = (self.model.clone(), what.to_owned());
            self.values.push(CostValue { model, what, of: None, unit, value, interval: None });
        }
    }
}
