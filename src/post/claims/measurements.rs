//! Extracts the measurements that claims need from recordings.

use std::collections::BTreeSet;

use crate::analysis::evidence::{Properties, properties};
use crate::analysis::same::scales_with;
use crate::analysis::scaling::{Scaled, scale};
use crate::analysis::sizes::{SizeSeries, fastest};
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::analysis::{analysed::Analysed, costs::AnalysedCosts, costs::CostSummary};
use crate::post::{claims::Needs, claims::interpreter::Interpreter, claims::measured::Measured};
use crate::record::figure::Figure;
use crate::record::schema::{EvidenceRecord, InterpreterEntry, Recording, StoryRun, TracedRun};
use crate::report::costs::all_size_series;
use crate::study::evidence::JobsOf;

/// All available measurements.
#[derive(Debug)]
pub struct Measurements<'a> {
    recordings: Vec<&'a Recording>,
    /// Those whose traces may be judged.
    traced: Vec<&'a Recording>,
    summaries: Vec<Summary>,
    size_series: Vec<SizeSeries>,
    scaled: Vec<Scaled>,
}

impl<'a> Measurements<'a> {
    /// The measurements of `recordings`; the first recording with a measurement takes precedence.
    pub fn of(recordings: &'a [Recording]) -> Self {
        Measurements::of_analysed(&Analysed::all(recordings))
    }

    /// The same of recordings that are analysed already.
    pub fn of_analysed(all: &[Analysed<'a>]) -> Self {
        let (mut recordings, mut summaries, mut size_series) = (vec![], vec![], vec![]);
        let mut traced = vec![];
        // Core counts are comparable on one machine only.
        let mut of_one_machine: Vec<Analysed<'a>> = vec![];
        for analysed in all {
            let recording = analysed.recording;
            recordings.push(recording);
            if !analysed.summary.traces_have_no_verdict() {
                traced.push(recording);
            }
            if let Some(costs) = &recording.costs {
                size_series.extend(all_size_series(recording, costs));
            }
            if recording.study.is_none() {
                continue;
            }
            summaries.push(analysed.summary.clone());
            let first = of_one_machine.first().unwrap_or(analysed).recording;
            if scales_with(first, recording) {
                of_one_machine.push(analysed.clone());
            }
        }
        size_series.retain(|it| !it.has_no_verdict());
        let mut scaled = scale(&of_one_machine);
        scaled.retain(|it| it.rows.len() > 1);
        Measurements { recordings, traced, summaries, size_series, scaled }
    }

    /// A story in an arrangement under a model.
    pub(crate) fn story(&self, story: &str, arrangement: &str, model: &str) -> MeasuredStory<'a> {
        let asked = (story, arrangement, model);
        for run in self.story_runs() {
            let is_asked = (&*run.story, &*run.arrangement, &*run.model) == asked;
            if is_asked && run.unavailable.is_none() && !run.acts.is_empty() {
                return MeasuredStory { acts: &run.acts, second_ns: run.second_ns.get() as f64 };
            }
        }
        MeasuredStory { acts: &[], second_ns: 1.0 }
    }

    /// The trace evidence for a model on one kind of jobs.
    pub(crate) fn evidence(&self, model: &str, jobs: JobsOf) -> Option<Properties> {
        properties(self.evidence_record(model, jobs)?)
    }

    /// The median of a figure over the traced runs of a model on one kind of jobs.
    pub(crate) fn evidence_figure(&self, model: &str, jobs: JobsOf, figure: Figure) -> Measured {
        let runs = self.evidence_record(model, jobs).map_or(&[][..], |record| &record.seen);
        Measured::median(&figure.of(runs))
    }

    /// The costs of a model.
    pub(crate) fn costs(&self, model: &str) -> Option<CostSummary<'a>> {
        let costs = self.recordings.iter().filter_map(|recording| AnalysedCosts::of(recording));
        costs.flat_map(|costs| costs.models).find(|it| it.model() == model)
    }

    /// The same work in other sizes.
    pub(crate) fn size_series(&self, series: &str) -> Option<&SizeSeries> {
        self.size_series.iter().find(|it| it.series == series)
    }

    /// The interpreters under which a series was measured, by their tags.
    pub(crate) fn interpreters_with_sizes(&self, series: &str) -> BTreeSet<&str> {
        let mut tags = BTreeSet::new();
        for it in &self.size_series {
            if let Some((name, tag)) = it.series.split_once('@')
                && name == series
            {
                tags.insert(tag);
            }
        }
        tags
    }

    /// A workload on several core counts, none of which has a warning that blocks its verdicts.
    pub(crate) fn scaling(&self, workload: &str) -> Option<&Scaled> {
        self.scaled.iter().find(|it| it.name() == workload && !it.rows.values().any(Row::has_no_verdict))
    }

    /// The interpreters with valid rows; the first of several recordings takes precedence.
    pub(crate) fn interpreters(&self) -> Vec<Interpreter<'_>> {
        let mut interpreters: Vec<Interpreter<'_>> = vec![];
        for summary in &self.summaries {
            for (tag, rows) in summary.platforms() {
                let rows = Interpreter::valid_rows(rows, &summary.rows);
                match interpreters.iter_mut().find(|it| it.tag == tag) {
                    _ if rows.is_empty() => {}
                    Some(same) => same.rows.extend(rows),
                    None => interpreters.push(Interpreter { tag, rows }),
                }
            }
        }
        interpreters
    }

    /// What interpreters report about themselves.
    pub(crate) fn interpreter_entries(&self) -> Vec<&'a InterpreterEntry> {
        let mut entries: Vec<&InterpreterEntry> = vec![];
        for recording in &self.recordings {
            for entry in recording.environment.interpreters.iter().flatten() {
                if entries.iter().all(|known| known.tag != entry.tag) {
                    entries.push(entry);
                }
            }
        }
        entries
    }

    /// The reason why there are no CPython results.
    pub(crate) fn why_no_python(&self) -> String {
        let why = self.interpreter_entries().into_iter().find_map(|entry| entry.unavailable.clone());
        why.unwrap_or_else(|| Needs::Python.to_string())
    }

    /// The models whose plain name is `plain` under any interpreter, as story runs and evidence records name
    /// them.
    pub(crate) fn under_interpreters(&self, plain: &str) -> Vec<&'a str> {
        let mut models: Vec<&str> = vec![];
        let with_stories = self.story_runs().map(|run| run.model.as_str());
        for name in with_stories.chain(self.evidence_records().map(|record| record.model.as_str())) {
            if let Some((model, _)) = name.split_once('@')
                && model == plain
                && !models.contains(&name)
            {
                models.push(name);
            }
        }
        models
    }

    /// The cell of a model on a workload, at its better concurrency.
    pub(crate) fn cell(&self, workload: &str, model: &str) -> Option<&CellResult> {
        fastest(self.cells(workload).filter(|cell| cell.model() == model))
    }

    /// The fastest cell on a workload, by its verdict.
    pub(crate) fn fastest(&self, workload: &str) -> Option<&CellResult> {
        self.valid_rows(workload).find_map(Row::fastest)
    }

    /// The native cells on a workload, of rows with valid verdicts.
    fn cells(&self, workload: &str) -> impl Iterator<Item = &CellResult> {
        self.valid_rows(workload).flat_map(|row| &row.cells)
    }

    /// The native rows of a workload that have verdicts.
    fn valid_rows(&self, workload: &str) -> impl Iterator<Item = &Row> {
        let rows = self.summaries.iter().flat_map(|summary| &summary.rows);
        rows.filter(move |row| row.workload.name == workload && !row.has_no_verdict())
    }

    fn story_runs(&self) -> impl Iterator<Item = &'a StoryRun> {
        self.traced.iter().flat_map(|recording| recording.stories.iter().flatten())
    }

    fn evidence_records(&self) -> impl Iterator<Item = &'a EvidenceRecord> {
        self.traced.iter().flat_map(|recording| recording.evidence.iter().flatten())
    }

    /// The first record of a model on one kind of jobs that has enough runs.
    fn evidence_record(&self, model: &str, jobs: JobsOf) -> Option<&'a EvidenceRecord> {
        let mut records = self.evidence_records();
        records.find(|it| it.model == model && it.jobs == jobs.name() && properties(it).is_some())
    }
}

/// A story in one arrangement under one model; its numbers are absent if no recording has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MeasuredStory<'a> {
    acts: &'a [TracedRun],
    /// The length of a story second.
    second_ns: f64,
}

impl MeasuredStory<'_> {
    /// Its duration in story seconds.
    pub(crate) fn seconds(self) -> Measured {
        self.wall_ns() / self.second_ns
    }

    /// The median of a figure.
    pub(crate) fn figure(self, figure: Figure) -> Measured {
        Measured::median(&figure.of(self.acts))
    }

    /// A figure in nanoseconds, converted to story seconds.
    pub(crate) fn time(self, figure: Figure) -> Measured {
        self.figure(figure) / self.second_ns
    }

    /// The ratio of the time of its computing steps to `nominal` story seconds: a core that is slower or
    /// faster than at calibration affects every step alike.
    pub(crate) fn pace(self, nominal: f64) -> Measured {
        self.time(Figure::ComputeNs) / self.figure(Figure::Computes) / nominal
    }

    /// The ratio of a figure to another one.
    pub(crate) fn share(self, part: Figure, whole: Figure) -> Measured {
        self.figure(part) / self.figure(whole).positive()
    }

    /// CPU time over its duration.
    pub(crate) fn busy_cores(self) -> Measured {
        self.figure(Figure::CpuNs) / self.wall_ns()
    }

    fn wall_ns(self) -> Measured {
        Measured::median(&self.acts.iter().map(|act| act.wall_ns as f64).collect::<Vec<_>>())
    }
}
