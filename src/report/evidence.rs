//! Trace evidence as a table: a row for each model, an answer in each cell with its number.

use std::collections::BTreeSet;

use crate::analysis::analysed::Analysed;
use crate::analysis::evidence::{Observation, PARALLEL, Properties, properties};
use crate::model::{Concurrency, MadeOf, ModelEntry, cpython, models};
use crate::record::{figure::Figure, schema::EvidenceRecord};
use crate::report::best::short_name;
use crate::report::footnotes::{about_warnings, some_of};
use crate::report::table::{Cell, Table};
use crate::report::{block::Block, section::Section};
use crate::study::evidence::JobsOf;

/// The evidence.
pub static SECTION: Section = Section {
    name: "evidence",
    key: "evidence",
    heading: "Who is concurrent, who is parallel, and by what",
    is_in: |recording| recording.evidence.is_some(),
    in_full: blocks,
    in_short: blocks,
    panels: None,
    values: |of| Some(table(&rows(of)?, Reader::Program)),
    commands: |_| vec![],
};

fn blocks(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let rows = rows(of)?;
    let mut notes = notes(&rows);
    notes.extend(about_warnings(&of.summary.of_traces));
    Some(vec![Block::table(table(&rows, Reader::Person)), Block::Notes(notes)])
}

/// The native tools with what the evidence shows of them, and the tools of Python that are made of the same, for a page.
pub(crate) fn tools(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let mut rows = rows(of)?;
    rows.retain(|it| it.is_about(JobsOf::Cakes) && !it.record.model.contains('@'));
    let of_python = busy_in_python(of);
    let models = models();
    let entry = |it: &EvidenceRow<'_>| models.iter().find(|model| model.name == it.record.model);
    let table = Table::of(&rows)
        .left("tool", |it| it.record.model.as_str())
        .left("in Rust", |it| entry(it).map(|model| model.about))
        .left("in Python (cores busy)", |it| entry(it).map(|model| in_python(model, &of_python)))
        .left("concurrent; parallel", EvidenceRow::overlap)
        .left("runs on", EvidenceRow::runs_on)
        .build();
    Some(vec![Block::table(table)])
}

/// The cores that the models of the first interpreter with traces keep busy.
fn busy_in_python(of: &Analysed<'_>) -> Vec<(String, f64)> {
    let mut busy: Vec<(String, f64)> = Vec::new();
    for row in rows(of).unwrap_or_default() {
        let Some((model, _)) = row.record.model.split_once('@') else { continue };
        if row.is_about(JobsOf::Cakes)
            && let Some(properties) = row.properties
            && let Some(busy_cores) = properties.busy_cores
            && busy.iter().all(|(known, _)| known != model)
        {
            busy.push((model.to_owned(), busy_cores));
        }
    }
    busy
}

/// The models of Python that are made of the same, each with the cores that it keeps busy. Python's processes are pools.
fn in_python(model: &ModelEntry, busy: &[(String, f64)]) -> String {
    let is_per_job = matches!(model.concurrency, Concurrency::Jobs { .. });
    let mut names = Vec::new();
    for (name, made_of) in cpython::names() {
        if made_of != model.made_of || made_of == MadeOf::Processes && is_per_job {
            continue;
        }
        let cores = busy.iter().find(|(known, _)| known == name).map(|(_, cores)| format!(" ({cores:.2})"));
        names.push(format!("{}{}", short_name(name), cores.unwrap_or_default()));
    }
    if names.is_empty() { "-".into() } else { names.join(", ") }
}

/// A record and what it shows.
struct EvidenceRow<'a> {
    record: &'a EvidenceRecord,
    properties: Option<Properties>,
}

fn rows<'a>(of: &Analysed<'a>) -> Option<Vec<EvidenceRow<'a>>> {
    let mut rows = Vec::new();
    for record in of.recording.evidence.as_ref()? {
        let properties = if record.unavailable.is_none() { properties(record) } else { None };
        rows.push(EvidenceRow { record, properties });
    }
    Some(rows)
}

/// Who reads the answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Person,
    Program,
}

/// The answers. A person finds reasons beneath them, and the names of questions with a question mark.
fn table(rows: &[EvidenceRow<'_>], reader: Reader) -> Table {
    let mark = if reader == Reader::Person { "?" } else { "" };
    Table::of(rows)
        .left("model", |it| it.record.model.as_str())
        .left("jobs", |it| it.record.jobs.as_str())
        .left(format!("concurrent{mark}"), |it| match (&it.properties, &it.record.unavailable) {
            (Some(properties), _) => {
                answer(&properties.concurrent.0, &format!("{:.0}", properties.concurrent.1))
            }
            (None, Some(_)) if reader == Reader::Person => "unavailable".into(),
            (None, Some(why)) => format!("unavailable: {why}"),
            (None, None) => "too few runs".into(),
        })
        .left(format!("parallel{mark}"), |it| it.cell(|it| answer(&it.parallel.0, &cores_busy(it))))
        .left(format!("threads{mark}"), |it| it.cell(|it| answer(&it.threads.0, &threads(it))))
        .left(format!("processes{mark}"), |it| {
            it.cell(|it| answer(&it.processes.0, &format!("{:.0}", it.processes.1)))
        })
        .build()
}

impl EvidenceRow<'_> {
    /// Whether it is about jobs of this kind.
    fn is_about(&self, kind: JobsOf) -> bool {
        self.record.jobs == kind.name() && !self.record.of_user
    }

    /// How many jobs at once, and how many cores busy.
    fn overlap(&self) -> Cell {
        self.cell(|it| {
            let concurrent = answer(&it.concurrent.0, &format!("{:.0} at once", it.concurrent.1));
            format!("{concurrent}; {}", answer(&it.parallel.0, &format!("{} cores", cores_busy(it))))
        })
    }

    /// Its processes, if it has several, or its threads.
    fn runs_on(&self) -> Cell {
        self.cell(|it| match (&it.processes.0, &it.threads.0) {
            (Observation::Yes, _) => format!("{:.0} processes", it.processes.1),
            (_, Observation::Yes) => format!("{} threads", threads(it)),
            (_, Observation::Unknown(_)) => "unknown".into(),
            _ => "one thread".into(),
        })
    }

    fn cell(&self, of: fn(&Properties) -> String) -> Cell {
        match &self.properties {
            Some(properties) => of(properties).into(),
            None => Cell::Blank,
        }
    }
}

fn cores_busy(properties: &Properties) -> String {
    properties.busy_cores.map_or_else(String::new, |cores| format!("{cores:.2}"))
}

fn threads(properties: &Properties) -> String {
    properties.threads.1.map_or_else(String::new, |threads| format!("{threads:.0}"))
}

fn answer(answer: &Observation, number: &str) -> String {
    match answer {
        Observation::Yes => format!("yes, {number}"),
        Observation::No => format!("no, {number}"),
        Observation::Inconclusive(_) => format!("not seen, {number}"),
        Observation::Unknown(_) => "unknown".into(),
    }
}

/// How answers are derived, and why some are missing.
fn notes(rows: &[EvidenceRow<'_>]) -> Vec<String> {
    let mut notes = vec![
        "Each cell is derived from traces of real runs; what a model is called plays no part.".to_owned(),
        "concurrent: several jobs had begun and not ended at one instant; the number is the most of them.".into(),
        format!(
            "parallel: more CPU time than {PARALLEL} times the time in which any job computed, also at the lower bound; the number is that ratio."
        ),
        "threads: several threads of one process were at work, those of a runtime's own pool included. processes: of children.".into(),
    ];
    let mut jobs = vec![];
    for kind in JobsOf::ALL {
        if rows.iter().any(|it| it.is_about(kind)) {
            jobs.push(kind.about());
        }
    }
    let of_user = users_jobs(rows);
    if !of_user.is_empty() {
        jobs.push(&of_user);
    }
    notes.push(format!("{}{}.", jobs.join("; "), amount(rows)));
    for NotSeen { question, why, of } in not_seen(rows) {
        let of: Vec<&str> = of.iter().map(String::as_str).collect();
        notes.push(format!("{question} not seen of {}: {why}.", some_of(&of)));
    }
    for (why, models) in unavailable(rows) {
        notes.push(format!("unavailable: {} ({why})", models.join(", ")));
    }
    notes
}

/// The jobs of users' functions.
fn users_jobs(rows: &[EvidenceRow<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for EvidenceRow { record, .. } in rows {
        if record.of_user && !names.contains(&&*record.jobs) {
            names.push(&record.jobs);
        }
    }
    names.join(", ")
}

/// A question that has no answer for one reason.
struct NotSeen<'a> {
    question: &'static str,
    why: &'a str,
    /// The models, and with which jobs.
    of: Vec<String>,
}

/// The questions without an answer, in the order of rows; those of the same reason together.
fn not_seen<'a>(rows: &'a [EvidenceRow<'_>]) -> Vec<NotSeen<'a>> {
    let mut all: Vec<NotSeen<'_>> = vec![];
    for EvidenceRow { record, properties } in rows {
        let Some(Properties { parallel, concurrent, threads, processes, .. }) = properties else { continue };
        let answers = [
            ("parallel", &parallel.0),
            ("concurrent", &concurrent.0),
            ("threads", &threads.0),
            ("processes", &processes.0),
        ];
        for (question, answer) in answers {
            let Some(why) = why_not(answer) else { continue };
            let of = format!("{} with {}", record.model, record.jobs);
            match all.iter_mut().find(|it| it.question == question && it.why == why) {
                Some(same) => same.of.push(of),
                None => all.push(NotSeen { question, why, of: vec![of] }),
            }
        }
    }
    all
}

/// Why a question has no answer, if it has none.
fn why_not(answer: &Observation) -> Option<&str> {
    match answer {
        Observation::Yes | Observation::No => None,
        Observation::Inconclusive(why) => Some(why),
        Observation::Unknown(why) => Some(why),
    }
}

/// The models that were not traced, by the reason.
fn unavailable<'a>(rows: &'a [EvidenceRow<'_>]) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for EvidenceRow { record, .. } in rows {
        let Some(why) = &record.unavailable else { continue };
        match reasons.iter_mut().find(|(reason, _)| reason == why) {
            Some((_, models)) if models.contains(&record.model.as_str()) => {}
            Some((_, models)) => models.push(&record.model),
            None => reasons.push((why, vec![&record.model])),
        }
    }
    reasons
}

/// The numbers of jobs and of runs, as `; 24 jobs, 9 runs each`, of the records that have some.
fn amount(rows: &[EvidenceRow<'_>]) -> String {
    let (mut jobs, mut runs) = (BTreeSet::new(), BTreeSet::new());
    for EvidenceRow { record, .. } in rows {
        if !record.seen.is_empty() {
            runs.insert(record.seen.len() as u64);
        }
        for run in &record.seen {
            // A job of any kind waits once: for its timer, its file or its name. Those of users may wait as often as they like.
            if !record.of_user {
                jobs.extend(run.get(Figure::Waits));
            }
        }
    }
    let mut amount = String::new();
    if let Some(jobs) = range(&jobs) {
        amount += &format!("; {jobs} jobs");
    }
    if let Some(runs) = range(&runs) {
        let separator = if amount.is_empty() { ";" } else { "," };
        amount += &format!("{separator} {runs} runs each");
    }
    amount
}

/// `9`, or `6 to 9` where not all are equal.
fn range(numbers: &BTreeSet<u64>) -> Option<String> {
    let (least, most) = (numbers.first()?, numbers.last()?);
    Some(if least == most { least.to_string() } else { format!("{least} to {most}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::evidence::tests::evidence_record;
    use crate::record::read::tests::recording;
    use crate::record::schema::Recording;
    use crate::report::export::Format;
    use crate::report::render::render;
    use crate::report::style::TerminalStyle;

    #[test]
    fn every_cell_shows_answer_and_number() {
        let figures = [("in_flight", 24), ("threads", 2), ("child_processes", 0)];
        let unavailable = EvidenceRecord {
            unavailable: Some("no process could be started".into()),
            ..evidence_record([100; 9], 190, figures)
        };
        let alone = evidence_record([100; 9], 105, figures);
        let evidence_records = vec![
            evidence_record([190; 9], 190, figures),
            alone.clone(),
            EvidenceRecord { jobs: "files".into(), ..alone },
            unavailable,
        ];
        let mut recording = Recording { evidence: Some(evidence_records), ..recording(1, 50) };
        for run in recording.evidence.iter_mut().flatten().flat_map(|record| &mut record.seen) {
            run.figures.insert("waits".into(), 24);
        }
        insta::assert_snapshot!(render(&recording, &[&SECTION], Format::Table, TerminalStyle::UNLIMITED));
        let mut busy = recording.clone();
        busy.idle_checks = busy.study.as_ref().map(|study| study.idle_checks.clone());
        busy.idle_checks.as_mut().unwrap()[0].alone = Some(false);
        assert!(
            render(&busy, &[&SECTION], Format::Table, TerminalStyle::UNLIMITED)
                .contains("NO VERDICT: another study ran")
        );
        let markdown = render(&recording, &[&SECTION], Format::Markdown, TerminalStyle::UNLIMITED);
        assert_eq!(markdown.lines().filter(|line| line.starts_with('|')).count(), 6);
    }
}
