//! The answer on a user's function in Python, in sentences: the best tools under each interpreter, and what a free-threaded build changes.

use crate::analysis::answer::{Answer, Outcome};
use crate::analysis::builds::Builds;
use crate::analysis::sizes::{BreakEven, SizeSeries};
use crate::analysis::summary::{Row, Summary};
use crate::model::MadeOf;
use crate::record::schema::Recording;
use crate::report::best::{in_full, in_words, interval, short_name, undecided};
use crate::report::platforms::name_of;
use crate::stats::{ratio::Ratio, units};

/// A sentence for each interpreter and function, and one on the builds of each function; none without a user's function in Python.
pub(crate) fn sentences(recording: &Recording, summary: &Summary) -> Vec<String> {
    let mut sentences = Vec::new();
    if !recording.of_user {
        return sentences;
    }
    for row in &summary.others {
        let tag = row.workload.platform.as_deref().unwrap_or_default();
        sentences.push(format!("{} under {}: {}.", row.workload.name, name_of(recording, tag), best(row)));
        sentences.extend(failures(recording, row));
    }
    let mut names: Vec<&str> = summary.others.iter().map(|row| row.workload.name.as_str()).collect();
    names.dedup();
    for name in names {
        let rows: Vec<&Row> = summary.others.iter().filter(|row| row.workload.name == name).collect();
        if let Some(builds) = Builds::of(recording, &rows) {
            sentences.push(on_builds(name, &builds));
        }
    }
    for sizes in recording.costs.iter().flat_map(|costs| &costs.sizes) {
        let series = SizeSeries::of(recording, sizes);
        if let Some((_, tag)) = series.series.split_once('@') {
            sentences.push(on_sizes(&series, &name_of(recording, tag)));
        }
    }
    sentences
}

/// What failed in a row of which other cells were measured; a model that there is not is none of these.
fn failures(recording: &Recording, row: &Row) -> Vec<String> {
    let mut failures = Vec::new();
    let arms = recording.study.iter().flat_map(|study| &study.arms);
    let lacks: Vec<&str> = arms.filter_map(|arm| arm.unavailable.as_deref()).collect();
    if row.fastest().is_none() {
        return failures;
    }
    for cell in &row.cells {
        if let Some(why) = cell.error.as_deref().filter(|why| !lacks.contains(why)) {
            failures.push(format!(
                "{} with {}: not measured: {why}.",
                row.workload.name,
                short_name(cell.model())
            ));
        }
    }
    failures
}

/// From which size of a job on processes pay.
fn on_sizes(series: &SizeSeries, interpreter: &str) -> String {
    const PROCESSES: &[MadeOf] = &[MadeOf::Processes];
    let job = |row: usize| series.job_ns(row).map_or("-".into(), units::nanoseconds);
    let largest = job(series.rows.len().saturating_sub(1));
    let pays = match series.pays_from(PROCESSES) {
        _ if series.has_no_verdict() => "no verdict on the size from which processes pay".to_owned(),
        BreakEven::From(row) => {
            let lead = match series.leads_from(PROCESSES) {
                Some(row) => format!(", and than every other tool from {} on", job(row)),
                None => {
                    format!(
                        "; at the largest jobs, of {largest}, they are not surely faster than every other tool"
                    )
                }
            };
            format!("processes are faster than one job at a time from jobs of {} on{lead}", job(row))
        }
        BreakEven::Inconclusive => {
            format!(
                "whether processes are faster than one job at a time is undecided, up to jobs of {largest}"
            )
        }
        BreakEven::Never => format!("processes are slower than one job at a time up to jobs of {largest}"),
        BreakEven::Unknown => "processes were not measured at every size".to_owned(),
    };
    format!("{} under {interpreter}: {pays}.", series.plain_series())
}

/// The best tools, and how fast the fastest is.
fn best(row: &Row) -> String {
    let answer = Answer::of(row);
    let Some(speedup) = row.fastest().and_then(|fastest| fastest.speedup) else { return in_full(&answer) };
    if answer.outcome != Outcome::Best {
        return in_full(&answer);
    }
    let (tools, speed) = (in_words(&answer), units::ratio(speedup.ratio));
    let verb = if answer.best().len() == 1 { "is" } else { "are" };
    let undecided = undecided(&answer).map(|tools| format!("; undecided: {tools}")).unwrap_or_default();
    format!("{tools} {verb} best, {speed} as fast as one job at a time{undecided}")
}

fn on_builds(name: &str, builds: &Builds<'_>) -> String {
    let Builds { tags: [locked, free], one_thread, all_cores } = builds;
    let mut sentence = format!(
        "{name} without the GIL: one job at a time, {free} is {} as fast as {locked} ({})",
        units::ratio(one_thread.ratio),
        interval(one_thread)
    );
    if let Some(all_cores @ Ratio { ratio, .. }) = all_cores {
        sentence += &format!(
            "; each with its fastest tool, {} as fast ({})",
            units::ratio(*ratio),
            interval(all_cores)
        );
    }
    sentence + "."
}

/// The best tools of each of `rows`, which are of one interpreter, for a title.
pub(crate) fn finding(rows: &[Row]) -> String {
    let findings: Vec<String> =
        rows.iter().map(|row| format!("{}: {}", row.workload.name, best(row))).collect();
    findings.join("; ")
}
