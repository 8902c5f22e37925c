//! Extracts the measurements that claims need from recordings.

use std::rc::Rc;

use crate::analysis::evidence::{Properties, properties};
use crate::analysis::same::scales_with;
use crate::analysis::scaling::{Scaled, scale};
use crate::analysis::sizes::SizeSeries;
use crate::analysis::summary::Row;
use crate::analysis::warning::Warning;
use crate::analysis::{analysed::Analysed, costs::AnalysedCosts, costs::CostSummary};
use crate::model::{MadeOf, made_of};
use crate::post::claims::interpreter::{Build, Interpreter};
use crate::post::claims::{CaseResult, Needs, measured::Measured, story::MeasuredStory};
use crate::record::figure::Figure;
use crate::record::schema::{Environment, EvidenceRecord, InterpreterEntry, Kind, Recording, StoryRun};
use crate::report::costs::all_size_series;
use crate::study::evidence::JobsOf;

/// The measurements of a recording, or of several together.
#[derive(Debug)]
pub struct Measurements<'a> {
    parts: Vec<Rc<Part<'a>>>,
    scaled: Vec<Scaled>,
    /// Why the traces among them allow no verdict: the cases that they decide have none either.
    pub(crate) no_verdict: Option<String>,
}

/// What is computed of a recording once.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    analysed: Analysed<'a>,
    /// Series of sizes whose verdicts no warning blocks.
    size_series: Vec<SizeSeries>,
}

impl<'a> Part<'a> {
    pub(crate) fn of(analysed: Analysed<'a>) -> Self {
        let mut size_series = vec![];
        if let Some(costs) = &analysed.recording.costs {
            size_series = all_size_series(analysed.recording, costs);
        }
        size_series.retain(|it| !it.has_no_verdict());
        Part { analysed, size_series }
    }

    pub(crate) fn environment(&self) -> &'a Environment {
        &self.analysed.recording.environment
    }

    pub(super) fn recording(&self) -> &'a Recording {
        self.analysed.recording
    }

    /// Why its traces allow no verdict.
    fn no_verdict(&self) -> Option<String> {
        let mut reasons = vec![];
        for reason in self.analysed.summary.of_traces.iter().filter_map(Warning::reason) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        if reasons.is_empty() { None } else { Some(reasons.join(", ")) }
    }
}

impl<'a> Measurements<'a> {
    /// The measurements of one recording.
    pub(crate) fn of_one(part: Rc<Part<'a>>) -> Self {
        let no_verdict = part.no_verdict();
        Measurements { parts: vec![part], scaled: vec![], no_verdict }
    }

    /// The measurements of all `parts`; of several, without traces that allow no verdict. The first recording with a
    /// measurement takes precedence.
    pub(crate) fn of_all(parts: Vec<Rc<Part<'a>>>) -> Self {
        if let [part] = &parts[..] {
            return Measurements::of_one(Rc::clone(part));
        }
        // Core counts are comparable on one machine only.
        let mut of_one_machine: Vec<Analysed<'a>> = vec![];
        for Part { analysed, .. } in parts.iter().map(Rc::as_ref) {
            let first = of_one_machine.first().unwrap_or(analysed).recording;
            let is_same = scales_with(first, analysed.recording);
            if analysed.recording.study.is_some() && is_same {
                of_one_machine.push(analysed.clone());
            }
        }
        let mut scaled = scale(&of_one_machine);
        scaled.retain(|it| it.rows.len() > 1);
        Measurements { parts, scaled, no_verdict: None }
    }

    /// A story in an arrangement under a model.
    pub(crate) fn story(&self, story: &str, arrangement: &str, model: &str) -> MeasuredStory<'a> {
        let asked = (story, arrangement, model);
        for (environment, run) in self.story_runs() {
            let is_asked = (&*run.story, &*run.arrangement, &*run.model) == asked;
            if is_asked && run.unavailable.is_none() && !run.acts.is_empty() {
                return MeasuredStory::of(run, environment);
            }
        }
        MeasuredStory::default()
    }

    /// The trace evidence for a model on one kind of jobs.
    pub(crate) fn evidence(&self, model: &str, jobs: JobsOf) -> Option<Properties> {
        properties(self.evidence_record(model, jobs)?)
    }

    /// A figure over the traced runs of a model on one kind of jobs.
    pub(crate) fn evidence_figure(&self, model: &str, jobs: JobsOf, figure: Figure) -> Measured {
        let runs = self.evidence_record(model, jobs).map_or(&[][..], |record| &record.seen);
        Measured::of(figure.of(runs))
    }

    /// The costs of a model.
    pub(crate) fn costs(&self, model: &str) -> Option<CostSummary<'a>> {
        let costs = self.parts.iter().filter_map(|part| AnalysedCosts::of(part.recording()));
        costs.flat_map(|costs| costs.models).find(|it| it.model() == model)
    }

    /// The same work in other sizes.
    pub(crate) fn size_series(&self, series: &str) -> Option<&SizeSeries> {
        self.parts.iter().flat_map(|part| &part.size_series).find(|it| it.series == series)
    }

    /// The same under the interpreters of a build, each with its tag.
    pub(crate) fn size_series_under(&self, series: &str, build: Build) -> Vec<(&str, &SizeSeries)> {
        let mut under = vec![];
        for part in &self.parts {
            for measured in &part.size_series {
                if let Some((name, tag)) = measured.series.split_once('@')
                    && name == series
                    && Build::of(part.environment(), tag) == build
                {
                    under.push((tag, measured));
                }
            }
        }
        under
    }

    /// A workload on several core counts, none of which has a warning that blocks its verdicts.
    pub(crate) fn scaling(&self, workload: &str) -> Option<&Scaled> {
        self.scaled.iter().find(|it| it.name() == workload && !it.rows.values().any(Row::has_no_verdict))
    }

    /// The interpreters with rows; the first of several recordings takes precedence.
    pub(crate) fn interpreters(&self) -> Vec<Interpreter<'_>> {
        let mut interpreters: Vec<Interpreter<'_>> = vec![];
        for part in &self.parts {
            let (environment, summary) = (part.environment(), &part.analysed.summary);
            for (tag, rows) in summary.platforms() {
                let rows = Interpreter::rows_on(environment.cores, rows, &summary.rows);
                match interpreters.iter_mut().find(|it| it.tag == tag) {
                    Some(same) => same.rows.extend(rows),
                    None => interpreters.push(Interpreter { tag, build: Build::of(environment, tag), rows }),
                }
            }
        }
        interpreters
    }

    /// What interpreters report about themselves.
    pub(crate) fn interpreter_entries(&self) -> Vec<&'a InterpreterEntry> {
        let mut entries: Vec<&InterpreterEntry> = vec![];
        for part in &self.parts {
            for entry in part.environment().interpreters.iter().flatten() {
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

    /// The models of interpreters that are made of `group`, as story runs and evidence records name them, each with the build
    /// of its interpreter.
    pub(crate) fn under_interpreters(&self, group: MadeOf) -> Vec<(&'a str, Build)> {
        let mut named = vec![];
        for part in &self.parts {
            let (environment, recording) = (part.environment(), part.recording());
            for run in recording.stories.iter().flatten() {
                named.push((run.model.as_str(), environment));
            }
            for record in recording.evidence.iter().flatten() {
                named.push((record.model.as_str(), environment));
            }
        }
        let mut models: Vec<(&str, Build)> = vec![];
        for (name, environment) in named {
            let is_new = models.iter().all(|(known, _)| *known != name);
            if let Some((_, tag)) = name.split_once('@')
                && made_of(name) == Some(group)
                && is_new
            {
                models.push((name, Build::of(environment, tag)));
            }
        }
        models
    }

    /// What the native rows of a workload show that have verdicts: the first that decides something, or else that shows
    /// something. On one core nothing that computes can be faster than sequential.
    pub(crate) fn of_row(
        &self,
        workload: &str,
        shown: impl Fn(&Row) -> Option<CaseResult>,
    ) -> Option<CaseResult> {
        let mut undecided = None;
        for part in &self.parts {
            for row in &part.analysed.summary.rows {
                let could_show_it = row.workload.kind != Kind::Computes || part.environment().cores > 1;
                if row.workload.name != workload || row.has_no_verdict() || !could_show_it {
                    continue;
                }
                match shown(row) {
                    Some(result) if result.is_decided() => return Some(result),
                    result => undecided = undecided.or(result),
                }
            }
        }
        undecided
    }

    /// The recording of a part, if its traces are among the measurements.
    fn traced(&self, part: &Part<'a>) -> Option<&'a Recording> {
        let is_among = self.no_verdict.is_some() || !part.analysed.summary.traces_have_no_verdict();
        is_among.then_some(part.recording())
    }

    fn story_runs(&self) -> impl Iterator<Item = (&'a Environment, &'a StoryRun)> {
        self.parts
            .iter()
            .filter_map(|part| self.traced(part))
            .flat_map(|recording| recording.stories.iter().flatten().map(|run| (&recording.environment, run)))
    }

    /// The first record of a model on one kind of jobs that has enough runs.
    fn evidence_record(&self, model: &str, jobs: JobsOf) -> Option<&'a EvidenceRecord> {
        let traced = self.parts.iter().filter_map(|part| self.traced(part));
        let mut records = traced.flat_map(|recording| recording.evidence.iter().flatten());
        records.find(|it| it.model == model && it.jobs == jobs.name() && properties(it).is_some())
    }
}
