//! The best-tool table of each interpreter, and the post's own table: its tools for Python, beside Rust's
//! results.

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::{InterpreterEntry, Recording};
use crate::report::best;
use crate::report::best::ratio_and_interval;
use crate::report::table;
use crate::stats::interval::LEVEL;
use crate::stats::ratio::{Ratio, of_logs};
use crate::stats::units;
use crate::stats::verdict::Verdict;

/// The columns of an interpreter's best-tool table.
pub(crate) const HEADER: [&str; 10] = [
    "task",
    "best tool",
    "in flight",
    "speedup",
    "95 %",
    "time",
    "CPU",
    "as good",
    "not separated",
    "Rust's sequential",
];

/// The columns of the post's table.
pub(crate) const POST: [&str; 6] =
    ["task", "best tool in Python", "the post says", "verdict", "best tool in Rust", "over Python's best"];

/// Columns of numbers.
pub(crate) const RIGHT: &[&str] = &["in flight", "speedup", "time", "CPU", "Rust's sequential"];

/// A table of an interpreter: its title, its header, its rows.
pub(crate) struct PlatformTable {
    pub(crate) title: String,
    pub(crate) header: &'static [&'static str],
    pub(crate) rows: Vec<Vec<String>>,
}

/// Two tables of each interpreter.
pub(crate) fn tables(recording: &Recording, findings: &Summary) -> Vec<PlatformTable> {
    let of_platform = |(tag, rows): (&str, &[Row])| {
        let interpreter = describe(recording, tag);
        [
            PlatformTable {
                title: format!("The best tool in Python, speedups over py-loop: {interpreter}"),
                header: &HEADER,
                rows: rows.iter().map(line).collect(),
            },
            PlatformTable {
                title: format!("What the post says of Python: {interpreter}"),
                header: &POST,
                rows: rows.iter().filter_map(|row| post(row, findings)).collect(),
            },
        ]
    };
    findings.platforms().flat_map(of_platform).filter(|table| !table.rows.is_empty()).collect()
}

/// All of them for a terminal.
pub(crate) fn terminal(recording: &Recording, findings: &Summary) -> String {
    let table = |it: PlatformTable| format!("{}\n{}\n", it.title, table::plain(it.header, RIGHT, it.rows));
    tables(recording, findings).into_iter().map(table).collect()
}

/// All of them in Markdown.
pub(crate) fn markdown(recording: &Recording, findings: &Summary) -> String {
    let table = |it: PlatformTable| {
        let title = super::escape::markdown(&it.title);
        format!("{title}:\n\n{}\n", table::markdown(it.header, RIGHT, it.rows))
    };
    tables(recording, findings).into_iter().map(table).collect()
}

/// The post's table of the first interpreter, in Markdown, with its caption; `None` if the recording has
/// none.
pub(crate) fn post_markdown(recording: &Recording) -> Option<String> {
    let findings = Summary::of(recording);
    let notes = super::footnotes::of_platforms(recording, &findings);
    let (tag, rows) = findings.platforms().find(|(_, rows)| rows.iter().any(|row| !row.cells.is_empty()))?;
    let lines = rows.iter().filter_map(|row| post(row, &findings));
    let notes = [describe(recording, tag)].into_iter().chain(notes);
    let notes: String = notes.map(|note| format!("\n{}  ", super::escape::markdown(&note))).collect();
    Some(format!("{}{notes}\n", table::markdown(&POST, &[], lines)))
}

/// A description of an interpreter.
pub(crate) fn describe(recording: &Recording, tag: &str) -> String {
    let entry = recording.environment.interpreters.iter().flatten().find(|entry| entry.tag == tag);
    let Some(InterpreterEntry { version: Some(version), build, gil, start_method, .. }) = entry else {
        return format!("CPython {tag}");
    };
    let lock = if *gil == Some(false) { "without a lock" } else { "with its lock" };
    let build = build.as_ref().map(|build| format!(", built {build}")).unwrap_or_default();
    format!("CPython {version} {lock}{build}; processes started by {start_method}")
}

/// A row of an interpreter's table, with the speedup of Rust's `sequential` in the last column.
fn line(row: &Row) -> Vec<String> {
    let mut line = best::line(row);
    if line.len() == HEADER.len() {
        line.pop();
        line.push(row.reference.as_ref().map_or("-".into(), |it| units::ratio(it.speedup.ratio)));
    }
    line
}

/// A row of the post's table; `None` if the post does not mention such a task.
fn post(row: &Row, findings: &Summary) -> Option<Vec<String>> {
    let named = named(&row.workload.post_says);
    if named.is_empty() {
        return None;
    }
    let native = findings.rows.iter().find(|native| native.workload.name == row.workload.name);
    let (tool, over) = rust(row, native);
    let best = match fastest(row) {
        None => "not measured".into(),
        Some(_) if row.withheld => "withheld".into(),
        Some(best) => in_short(best),
    };
    let verdict = verdict(row, &named);
    Some(vec![best::task(row), best, row.workload.post_says.clone(), verdict, tool, over])
}

/// The models of the tools that the post names.
fn named(post_says: &str) -> Vec<String> {
    let tools = ["threading", "asyncio", "multiprocessing"];
    tools.into_iter().filter(|tool| post_says.contains(tool)).map(|tool| format!("py-{tool}")).collect()
}

fn fastest(row: &Row) -> Option<&CellResult> {
    row.cells.iter().find(|cell| cell.verdict == Verdict::Fastest)
}

fn in_short(cell: &CellResult) -> String {
    let (ratio, interval) = cell.speedup.as_ref().map_or(("-".into(), "-".into()), ratio_and_interval);
    // The interpreter is named above the table.
    let name = cell.name.replacen(cell.model(), cell.plain_model(), 1);
    format!("{name} {ratio} ({interval})")
}

/// The verdict on a tool, at the better of its two concurrencies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Slower,
    NotSeparated,
    Best,
}

/// The verdict on the tools that the post names.
fn verdict(row: &Row, named: &[String]) -> String {
    if row.withheld {
        return "withheld".into();
    }
    let standing = |tool: &String| {
        let cells = row.cells.iter().filter(|cell| cell.plain_model() == tool);
        let of = |cell: &CellResult| match cell.verdict {
            Verdict::Fastest | Verdict::AsGood(_) => Some(Standing::Best),
            Verdict::NotSeparated(_) => Some(Standing::NotSeparated),
            Verdict::Slower(_) => Some(Standing::Slower),
            Verdict::TooFew(_) | Verdict::Unmeasured => None,
        };
        cells.filter_map(of).max()
    };
    let standings: Vec<(&String, Standing)> =
        named.iter().filter_map(|tool| Some((tool, standing(tool)?))).collect();
    let those = |is: Standing| {
        let tools = standings.iter().filter(|(_, standing)| *standing == is).map(|(tool, _)| tool.as_str());
        tools.collect::<Vec<_>>().join(", ")
    };
    let has = |is: Standing| standings.iter().any(|(_, standing)| *standing == is);
    match (has(Standing::Best), has(Standing::NotSeparated), has(Standing::Slower)) {
        (true, _, false) => "confirmed".into(),
        (true, _, true) => format!("refined: {} slower", those(Standing::Slower)),
        (false, true, _) => format!("not separated: {}", those(Standing::NotSeparated)),
        (false, false, true) => "refuted".into(),
        (false, false, false) => "not measured, or in too few launches".into(),
    }
}

/// The best tool in Rust, and its speedup over Python's best. On Python's jobs, `sequential` is measured
/// beside Python's
/// models; the gain of a better tool is measured on the native platform's jobs. Launches are paired by
/// number.
fn rust(row: &Row, native: Option<&Row>) -> (String, String) {
    if row.withheld || native.is_some_and(|native| native.withheld) {
        return ("withheld".into(), "-".into());
    }
    let best = native.and_then(fastest);
    if native.is_some() && best.is_none() {
        return ("not measured".into(), "-".into());
    }
    let name = best.map_or("sequential (alone)".to_owned(), |cell| cell.name.clone());
    let over = over(row, best).map_or("-".into(), |ratio| {
        let (ratio, interval) = ratio_and_interval(&ratio);
        format!("{ratio} ({interval})")
    });
    (name, over)
}

/// ln(Python's best / `sequential`) + ln(`sequential` / Rust's best), launch by launch.
fn over(row: &Row, best: Option<&CellResult>) -> Option<Ratio> {
    let (reference, python) = (&row.reference.as_ref()?.logs, &fastest(row)?.logs);
    let launches = reference.iter().zip(python).enumerate().map(|(launch, (reference, python))| {
        let native = best.map_or(Some(0.0), |cell| *cell.logs.get(launch)?)?;
        Some((*reference)? - (*python)? + native)
    });
    of_logs(&launches.flatten().collect::<Vec<_>>(), LEVEL)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Launch, Role, Sample, WorkloadEntry};

    /// A recording of a workload with a native model that takes `native` percent of the time of `sequential`,
    /// and, under
    /// CPython 3.11, `models` with their percentage of `py-loop`, which takes three times as long as
    /// `sequential`.
    pub(crate) fn with_python(
        workload: &str,
        post_says: &str,
        native: (&str, u64),
        models: &[(&str, u64)],
    ) -> Recording {
        let mut recording = recording(16, native.1);
        recording.environment.interpreters = Some(vec![InterpreterEntry {
            tag: "3.11".into(),
            version: Some("3.11.7".into()),
            build: Some("main".into()),
            free_threaded: Some(false),
            gil: Some(true),
            start_method: "fork".into(),
            unavailable: None,
        }]);
        let study = recording.study.as_mut().unwrap();
        let platform = Some("3.11".to_owned());
        study.workloads[0].name = workload.into();
        study.workloads[0].post_says = post_says.into();
        study.arms[0].id = format!("{workload}/sequential/one");
        study.arms[1].id = format!("{workload}/{}", native.0);
        study.launches.iter_mut().for_each(|launch| launch.workload = workload.into());
        study.workloads.push(WorkloadEntry { platform: platform.clone(), ..study.workloads[0].clone() });
        let all = [("py-loop@3.11/one", 100)].into_iter().chain(models.iter().copied());
        let cells: Vec<(String, u64)> =
            all.map(|(name, percent)| (format!("{workload}/{name}"), percent)).collect();
        let arms = cells.iter().map(|(id, _)| Arm {
            id: id.clone(),
            platform: platform.clone(),
            role: Role::Cell,
            ..study.arms[0].clone()
        });
        let arms: Vec<Arm> = arms.collect();
        let first = study.arms.len() as u64;
        study.arms.extend(arms);
        for native in study.launches.clone() {
            let sample = native.rounds[0].samples[0];
            let of = |(arm, (_, percent)): (u64, &(String, u64))| Sample {
                arm,
                wall_ns: (sample.wall_ns.get() * 3 * percent / 100).try_into().unwrap(),
                cpu_ns: Some(300_000_000),
                ..sample
            };
            let mut launch = Launch { platform: platform.clone(), ..native };
            launch.rounds[0].samples = (first..).zip(&cells).map(of).collect();
            study.launches.push(launch);
        }
        recording
    }

    const RAYON: (&str, u64) = ("rayon/cores", 50);

    fn word(post_says: &str, models: &[(&str, u64)]) -> String {
        let recording = with_python("hash", post_says, RAYON, models);
        let findings = Summary::of(&recording);
        post(&findings.others[0], &findings).unwrap()[3].clone()
    }

    #[test]
    fn post_choice_is_confirmed_qualified_or_refuted() {
        let (threading, asyncio) = ("py-threading@3.11/jobs", "py-asyncio@3.11/jobs");
        assert_eq!(word("threading, asyncio", &[(threading, 50), (asyncio, 51)]), "confirmed");
        assert_eq!(
            word("threading, asyncio", &[(threading, 50), (asyncio, 60)]),
            "refined: py-asyncio slower"
        );
        assert_eq!(
            word("multiprocessing", &[(threading, 50), ("py-multiprocessing@3.11/cores", 60)]),
            "refuted"
        );
        // The better of two concurrencies counts.
        let both = [(threading, 50), ("py-threading@3.11/cores", 90)];
        assert_eq!(word("threading", &both), "confirmed");
    }

    #[test]
    fn rust_over_python_ratio_uses_sequential() {
        let recording = with_python("hash", "threading", RAYON, &[("py-threading@3.11/cores", 50)]);
        let findings = Summary::of(&recording);
        let row = post(&findings.others[0], &findings).unwrap();
        // Python's best takes 1.5 times as long as sequential, Rust's best half of it.
        assert_eq!((row[4].as_str(), row[5].as_str()), ("rayon/cores", "3.00x (3.00x .. 3.00x)"));
        assert_eq!(line(&findings.others[0]).last().map(String::as_str), Some("3.00x"));
    }

    #[test]
    fn interpreter_study_in_terminal_and_markdown() {
        let recording =
            with_python("hash", "multiprocessing", RAYON, &[("py-multiprocessing@3.11/cores", 55)]);
        insta::assert_snapshot!(super::super::formats::render(
            &recording,
            super::super::formats::Format::Table
        ));
        insta::assert_snapshot!(post_markdown(&recording).unwrap());
    }

    #[test]
    fn tasks_absent_from_post_are_skipped() {
        let recording = with_python("hash", "", RAYON, &[]);
        let findings = Summary::of(&recording);
        assert_eq!(post(&findings.others[0], &findings), None);
        assert_eq!(tables(&recording, &findings).len(), 1);
    }
}
