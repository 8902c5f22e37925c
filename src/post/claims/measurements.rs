//! Extracts the measurements that claims need from recordings.

use crate::analysis::costs::CostSummary;
use crate::analysis::evidence::{Properties, properties};
use crate::analysis::scaling::{Scaled, scale};
use crate::analysis::sizes::SizeSeries;
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::post::claims::Needs;
use crate::post::claims::python::Interpreter;
use crate::record::schema::{InterpreterEntry, Recording, StoryRun};
use crate::report::costs::all_size_series;
use crate::stats::median;
use crate::stats::verdict::Verdict;

/// All available measurements.
#[derive(Debug)]
pub struct Measurements<'a> {
    recordings: &'a [Recording],
    findings: Vec<Summary>,
    all_size_series: Vec<SizeSeries>,
    scaled: Vec<Scaled>,
}

impl<'a> Measurements<'a> {
    /// The measurements of `recordings`; the first recording with a measurement takes precedence.
    pub fn of(recordings: &'a [Recording]) -> Self {
        let findings = recordings.iter().filter(|recording| recording.study.is_some()).map(Summary::of);
        let costs = recordings.iter().filter_map(|recording| Some((recording, recording.costs.as_ref()?)));
        let all_size_series = costs.flat_map(|(recording, costs)| all_size_series(recording, costs));
        let studies: Vec<Recording> = recordings.iter().filter(|it| it.study.is_some()).cloned().collect();
        let cpu = |recording: &Recording| recording.environment.cpu_model.clone();
        // Core counts are comparable on one machine only.
        let of_one: Vec<Recording> =
            studies.iter().filter(|it| cpu(it) == cpu(&studies[0])).cloned().collect();
        let scaled = scale(&of_one).into_iter().filter(|scaled| scaled.rows.len() > 1);
        Measurements {
            recordings,
            findings: findings.collect(),
            all_size_series: all_size_series.collect(),
            scaled: scaled.collect(),
        }
    }

    /// A story run.
    pub(crate) fn story_run(&self, story: &str, arrangement: &str, model: &str) -> Option<Tale<'a>> {
        let story_runs = self.recordings.iter().flat_map(|recording| recording.stories.iter().flatten());
        let is_it = |story_run: &&StoryRun| {
            (&*story_run.story, &*story_run.arrangement, &*story_run.model) == (story, arrangement, model)
        };
        story_runs.filter(is_it).find_map(Tale::of)
    }

    /// The trace evidence for a model on `cakes` or `files`.
    pub(crate) fn properties(&self, model: &str, jobs: &str) -> Option<Properties> {
        let evidence_records =
            self.recordings.iter().flat_map(|recording| recording.evidence.iter().flatten());
        evidence_records
            .filter(|evidence_record| evidence_record.model == model && evidence_record.jobs == jobs)
            .find_map(properties)
    }

    /// The median of a figure over the runs of an evidence record.
    pub(crate) fn witnessed(&self, model: &str, jobs: &str, figure: &str) -> Option<f64> {
        let mut evidence_records =
            self.recordings.iter().flat_map(|recording| recording.evidence.iter().flatten());
        let evidence_record = evidence_records
            .find(|evidence_record| evidence_record.model == model && evidence_record.jobs == jobs)?;
        let figures = evidence_record.seen.iter().filter_map(|act| act.figures.get(figure));
        median(&figures.map(|&figure| figure as f64).collect::<Vec<_>>())
    }

    /// The costs of a model.
    pub(crate) fn bill(&self, model: &str) -> Option<CostSummary<'a>> {
        let costs = self.recordings.iter().filter_map(|recording| recording.costs.as_ref());
        costs.flat_map(|costs| CostSummary::all(&costs.probes)).find(|bill| bill.model() == model)
    }

    /// The same work in other sizes.
    pub(crate) fn size_series(&self, series: &str) -> Option<&SizeSeries> {
        self.all_size_series
            .iter()
            .find(|size_series| size_series.series == series && !size_series.is_withheld())
    }

    /// The interpreters under which a series was measured, by their tags.
    pub(crate) fn series_of_python(&self, series: &str) -> Vec<String> {
        let tag = |size_series: &SizeSeries| {
            Some(size_series.series.strip_prefix(series)?.strip_prefix('@')?.to_owned())
        };
        let stands = self.all_size_series.iter().filter(|size_series| !size_series.is_withheld());
        let tags: std::collections::BTreeSet<String> = stands.filter_map(tag).collect();
        tags.into_iter().collect()
    }

    /// A workload on several core counts, none of which has a warning that blocks its verdicts.
    pub(crate) fn scaled(&self, workload: &str) -> Option<&Scaled> {
        let stands =
            |scaled: &&Scaled| scaled.name() == workload && scaled.rows.values().all(|row| !row.withheld);
        self.scaled.iter().find(stands)
    }

    /// The interpreters with valid rows; the first of several recordings takes precedence.
    pub(crate) fn interpreters(&self) -> Vec<Interpreter<'_>> {
        let mut interpreters: Vec<Interpreter<'_>> = Vec::new();
        let platforms =
            self.findings.iter().flat_map(|it| it.platforms().map(move |(tag, rows)| (tag, rows, &it.rows)));
        for (tag, rows, native) in platforms {
            let is_measured = |row: &&Row| !row.withheld && row.cells.iter().any(|it| it.speedup.is_some());
            let rows = rows.iter().filter(is_measured).map(|row| (row, native.as_slice()));
            match interpreters.iter_mut().find(|it| it.tag == tag) {
                Some(same) => same.rows.extend(rows),
                None => interpreters.push(Interpreter { tag, rows: rows.collect() }),
            }
        }
        interpreters.retain(|it| !it.rows.is_empty());
        interpreters
    }

    /// What interpreters report about themselves.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'a InterpreterEntry> {
        let mut seen = std::collections::BTreeSet::new();
        let entries = self.recordings.iter().flat_map(|it| it.environment.interpreters.iter().flatten());
        entries.filter(move |entry| seen.insert(&entry.tag))
    }

    /// The reason why there are no CPython results.
    pub(crate) fn why_no_python(&self) -> String {
        let unavailable = self.entries().find_map(|entry| entry.unavailable.clone());
        unavailable.unwrap_or_else(|| Needs::Python.to_string())
    }

    /// The models whose plain name is `plain` under any interpreter, as story runs and evidence records name
    /// them.
    pub(crate) fn under_interpreters(&self, plain: &str) -> Vec<&'a str> {
        let story_runs = self.recordings.iter().flat_map(|it| it.stories.iter().flatten());
        let evidence_records = self.recordings.iter().flat_map(|it| it.evidence.iter().flatten());
        let names =
            story_runs.map(|it| it.model.as_str()).chain(evidence_records.map(|it| it.model.as_str()));
        let mut of_plain: Vec<&str> =
            names.filter(|name| name.split_once('@').is_some_and(|(model, _)| model == plain)).collect();
        let mut seen = std::collections::BTreeSet::new();
        of_plain.retain(|name| seen.insert(*name));
        of_plain
    }

    /// The rows of a workload with valid verdicts.
    fn rows(&self, workload: &str) -> impl Iterator<Item = &Row> {
        let rows = self.findings.iter().flat_map(|findings| &findings.rows);
        rows.filter(move |row| row.workload.name == workload && !row.withheld)
    }

    /// The cell of a model on a workload, at its better concurrency.
    pub(crate) fn cell(&self, workload: &str, model: &str) -> Option<&CellResult> {
        let cells = self.rows(workload).flat_map(|row| &row.cells);
        let speedup = |cell: &&CellResult| cell.speedup.map_or(f64::NEG_INFINITY, |speedup| speedup.ratio);
        cells.filter(|cell| cell.model() == model).max_by(|a, b| speedup(a).total_cmp(&speedup(b)))
    }

    /// The fastest cell on a workload.
    pub(crate) fn fastest(&self, workload: &str) -> Option<&CellResult> {
        self.rows(workload).flat_map(|row| &row.cells).find(|cell| cell.verdict == Verdict::Fastest)
    }
}

/// A story run in story seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tale<'a> {
    story_run: &'a StoryRun,
    wall_ns: f64,
}

impl<'a> Tale<'a> {
    fn of(story_run: &'a StoryRun) -> Option<Self> {
        let wall_ns = median(&story_run.acts.iter().map(|act| act.wall_ns as f64).collect::<Vec<_>>())?;
        story_run.unavailable.is_none().then_some(Tale { story_run, wall_ns })
    }

    /// Its duration.
    pub(crate) fn seconds(&self) -> f64 {
        self.wall_ns / self.story_run.second_ns.get() as f64
    }

    /// The median of a figure.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        let figures = self.story_run.acts.iter().filter_map(|act| act.figures.get(name));
        median(&figures.map(|&figure| figure as f64).collect::<Vec<_>>())
    }

    /// A figure in nanoseconds, converted to story seconds.
    pub(crate) fn time(&self, name: &str) -> Option<f64> {
        Some(self.figure(name)? / self.story_run.second_ns.get() as f64)
    }

    /// The ratio of the time of its computing steps to `nominal` story seconds: a core that is slower or
    /// faster than
    /// at calibration affects every step alike.
    pub(crate) fn pace(&self, nominal: f64) -> Option<f64> {
        Some(self.time("compute_ns")? / self.figure("computes")? / nominal)
    }

    /// One figure over another.
    pub(crate) fn share(&self, part: &str, whole: &str) -> Option<f64> {
        Some(self.figure(part)? / self.figure(whole).filter(|&whole| whole > 0.0)?)
    }

    /// CPU time over wall time.
    pub(crate) fn busy_cores(&self) -> Option<f64> {
        Some(self.figure("cpu_ns")? / self.wall_ns)
    }
}
