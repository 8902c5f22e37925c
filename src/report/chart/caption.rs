//! The source of a chart's numbers, in words.

use crate::analysis::warning::Warning;
use crate::record::schema::{Recording, Study};
use crate::report::chart::kind::Evaluated;
use crate::stats::interval::{LEVEL, need};
use crate::stats::units;

/// The source of a study's numbers, and the number of launches behind them and their intervals. Why they have no verdict
/// comes first: the end of a long line may be cut.
pub fn source_of(of: &Evaluated<'_>) -> String {
    no_verdict(&of.summary.warnings) + &source(of.recording)
}

/// Why numbers with these warnings have no verdict; empty if they may have some.
pub fn no_verdict<'a>(warnings: impl IntoIterator<Item = &'a Warning>) -> String {
    let mut reasons = Vec::new();
    for warning in warnings {
        if let Some(reason) = warning.reason()
            && !reasons.contains(&reason)
        {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() { String::new() } else { format!("NO VERDICT: {}. ", reasons.join(", ")) }
}

/// The same without that.
pub fn source(recording: &Recording) -> String {
    match &recording.study {
        Some(study) => format!("{}; {}", origin(recording), launches(study)),
        None => origin(recording),
    }
}

/// The launches behind numbers, and whether they are enough for intervals.
fn launches(study: &Study) -> String {
    match study.launches_text().as_str() {
        "1" => "1 launch, too few for intervals".into(),
        few if few.parse().is_ok_and(|launches: usize| launches < need(LEVEL)) => {
            format!("{few} launches, too few for intervals")
        }
        launches => format!("{launches} launches, 95 % intervals"),
    }
}

/// The source of numbers: machine, date, program.
pub fn origin(recording: &Recording) -> String {
    let environment = &recording.environment;
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let cores = units::cores(environment.cores);
    let date = environment.started_unix_s.and_then(date).map_or(String::new(), |date| format!("; {date}"));
    let commit = environment.commit.as_deref().and_then(|commit| commit.get(..7));
    let commit = commit.map_or(String::new(), |commit| format!(" ({commit})"));
    let (os, arch, bakeoff) = (&environment.os, &environment.arch, &environment.bakeoff);
    format!("{cpu}, {cores}, {os} on {arch}{date}; bakeoff {bakeoff}{commit}")
}

/// The date of a Unix time, as `2026-11-23`.
pub fn date(unix_s: u64) -> Option<String> {
    let moment = time::OffsetDateTime::from_unix_timestamp(i64::try_from(unix_s).ok()?).ok()?;
    Some(moment.date().to_string())
}
