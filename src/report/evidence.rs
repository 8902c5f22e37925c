//! Trace evidence as a table: a row for each model, an answer in each cell with its number.

use crate::analysis::evidence::{Observation, Properties, properties};
use crate::record::schema::{EvidenceRecord, Recording};
use serde_json::Value;

use crate::report::escape;
use crate::report::sheet::Table;
use crate::report::table;

const HEADER: [&str; 6] = ["model", "jobs", "concurrent?", "parallel?", "threads?", "processes?"];

/// How each answer is derived, one line each.
const HOW: [&str; 5] = [
    "Each cell is derived from traces of real runs; what a model is called plays no part.",
    "concurrent: several jobs had begun and not ended at one instant; the number is the most of them.",
    "parallel: more CPU time than 1.1 times the time in which any job computed, also at the lower bound; the number is that ratio.",
    "threads: several threads of one process were at work, those of a runtime's own pool included. processes: of children.",
    "cakes wait 5 ms for a timer and compute for 10 ms; files read 64 KiB and compute for 5 ms; 24 jobs, 9 runs each.",
];

/// The evidence of `recording` for a terminal; `None` where it has none.
pub fn terminal(recording: &Recording) -> Option<String> {
    let evidence_records = recording.evidence.as_ref()?;
    let notes: String = notes(evidence_records).map(|note| format!("{note}\n")).collect();
    Some(format!("{}\n{notes}", table::plain(&HEADER, &[], evidence_records.iter().map(row))))
}

/// The evidence of `recording` in Markdown; `None` where it has none.
pub fn markdown(recording: &Recording) -> Option<String> {
    let evidence_records = recording.evidence.as_ref()?;
    let notes: String =
        notes(evidence_records).map(|note| format!("\n{}  ", escape::markdown(&note))).collect();
    Some(format!("{}{notes}\n", table::markdown(&HEADER, &[], evidence_records.iter().map(row))))
}

/// The evidence of `recording` as plain values; `None` where it has none.
pub fn sheet(recording: &Recording) -> Option<Table> {
    let row = |evidence_record: &EvidenceRecord| {
        let mut cells = row(evidence_record).into_iter().map(Value::from);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    };
    let columns = ["model", "jobs", "concurrent", "parallel", "threads", "processes"];
    Some(Table::new(columns, recording.evidence.as_ref()?.iter().map(row)))
}

/// How answers are derived, and why some are missing.
fn notes(evidence_records: &[EvidenceRecord]) -> impl Iterator<Item = String> {
    let unseen = evidence_records
        .iter()
        .filter_map(|evidence_record| Some((evidence_record, properties(evidence_record)?)));
    let unseen = unseen.flat_map(
        |(
            EvidenceRecord { model, jobs, .. },
            Properties { concurrent, parallel, threads, processes, .. },
        )| {
            let reason = |(question, answer)| match answer {
                Observation::Inconclusive(why) => {
                    Some(format!("{question} not seen of {model} with {jobs}: {why}."))
                }
                _ => None,
            };
            let parallel = [("parallel", parallel.0), ("concurrent", concurrent.0)];
            parallel
                .into_iter()
                .chain([("threads", threads.0), ("processes", processes.0)])
                .filter_map(reason)
                .collect::<Vec<_>>()
        },
    );
    HOW.into_iter().map(str::to_owned).chain(unseen)
}

fn row(evidence_record: &EvidenceRecord) -> Vec<String> {
    let name = [evidence_record.model.clone(), evidence_record.jobs.clone()];
    let cells = match (&evidence_record.unavailable, properties(evidence_record)) {
        (Some(why), _) => vec![format!("unavailable: {why}")],
        (None, None) => vec!["too few runs".into()],
        (None, Some(properties)) => cells(&properties).into(),
    };
    name.into_iter().chain(cells).collect()
}

fn cells(properties: &Properties) -> [String; 4] {
    let cell = |answer: &Observation, number: String| match answer {
        Observation::Yes => format!("yes, {number}"),
        Observation::No => format!("no, {number}"),
        Observation::Inconclusive(_) => format!("not seen, {number}"),
    };
    let Properties { concurrent, parallel, busy_cores, threads, processes } = properties;
    [
        cell(&concurrent.0, format!("{:.0}", concurrent.1)),
        cell(&parallel.0, format!("{busy_cores:.2}")),
        cell(&threads.0, format!("{:.0}", threads.1)),
        cell(&processes.0, format!("{:.0}", processes.1)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::evidence::tests::evidence_record;
    use crate::record::read::tests::recording;

    #[test]
    fn every_cell_shows_answer_and_number() {
        let figures = [("in_flight", 24), ("threads", 2), ("child_processes", 0)];
        let unavailable = EvidenceRecord {
            unavailable: Some("no process could be started".into()),
            ..evidence_record([100; 9], 190, figures)
        };
        let evidence_records = vec![
            evidence_record([190; 9], 190, figures),
            evidence_record([100; 9], 105, figures),
            unavailable,
        ];
        let recording = Recording { evidence: Some(evidence_records), ..recording(1, 50) };
        insta::assert_snapshot!(terminal(&recording).unwrap());
        assert_eq!(markdown(&recording).unwrap().lines().filter(|line| line.starts_with('|')).count(), 5);
    }
}
