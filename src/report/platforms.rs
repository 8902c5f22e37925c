//! The best-tool table of each interpreter, and the post's own table: its tools for Python, beside Rust's
//! results.

use crate::analysis::analysed::Analysed;
use crate::analysis::answer::{Answer, Outcome};
use crate::analysis::platforms::{
    Advice, NamedTool, ToolVerdict, judge_tools, named_tools, python_over_rust,
};
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::{InterpreterEntry, Recording};
use crate::report::answer::{computing, finding_on_advice, listed};
use crate::report::best::{BestRow, ratio_and_interval};
use crate::report::table::{Table, Unit};
use crate::report::{best, block::Block, functions};
use crate::stats::units;

/// Two tables of each interpreter.
pub(crate) fn blocks(of: &Analysed<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (tag, rows) in of.summary.platforms() {
        let interpreter = describe(of.recording, tag);
        let title = format!("The best tool in Python, speedups over py-loop: {interpreter}");
        blocks.push(Block::titled(title, best_tools(rows), vec![]));
        let post = post_table(rows, &of.summary);
        if !post.is_empty() {
            blocks.push(Block::titled(format!("What the post says of Python: {interpreter}"), post, vec![]));
        }
    }
    blocks
}

/// The post's advice against the first interpreter, in a sentence and a narrow table, and what computes fastest under the others;
/// `None` if the recording has none.
pub(crate) fn advice(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let mut platforms: Vec<(&str, &[Row])> = of.summary.platforms().collect();
    platforms.retain(|(_, rows)| rows.iter().any(|row| !row.cells.is_empty()));
    let (tag, rows) = *platforms.first()?;
    if of.recording.of_user {
        return Some(vec![Block::Notes(functions::sentences(of.recording, &of.summary))]);
    }
    let named: Vec<BestRow<'_>> = BestRow::all(rows).into_iter().filter(is_named).collect();
    let table = Table::of(&named)
        .left("task", |it| best::task(it.row))
        .left("the post's pick", |it| format!("\"{}\"", it.row.workload.post_says))
        .left("best in CPython", with_speedup)
        .left("is the post right?", |it| verdict(&judge_tools(it.row)))
        .build();
    let finding = format!("{}: {}.", name_of(of.recording, tag), finding_on_advice(rows));
    let mut blocks = vec![Block::Paragraph(finding), Block::table(table)];
    for (tag, rows) in &platforms[1..] {
        let name = name_of(of.recording, tag);
        blocks.push(Block::Paragraph(format!("{name}, computing: {}", computing(of.recording, rows))));
    }
    Some(blocks)
}

/// The best tools with the speedup of the fastest.
fn with_speedup(it: &BestRow<'_>) -> String {
    match it.speedup() {
        Some(speedup) => format!("{} ({})", it.tools(), units::ratio(speedup)),
        None => it.tools(),
    }
}

fn is_named(it: &BestRow<'_>) -> bool {
    !named_tools(&it.row.workload.post_says).is_empty()
}

/// The name of an interpreter: its version, and whether it has a GIL.
pub(crate) fn name_of(recording: &Recording, tag: &str) -> String {
    match entry(recording, tag) {
        Some(InterpreterEntry { version: Some(version), gil, .. }) => {
            let build = if *gil == Some(false) { "free-threaded" } else { "GIL" };
            format!("CPython {version} ({build} build)")
        }
        _ => format!("CPython {tag}"),
    }
}

/// A description of an interpreter.
pub(crate) fn describe(recording: &Recording, tag: &str) -> String {
    let name = name_of(recording, tag);
    match entry(recording, tag) {
        Some(InterpreterEntry { version: Some(_), build, start_method, .. }) => {
            let of_build = build.as_ref().map(|build| format!(", built {build}")).unwrap_or_default();
            format!("{name}{of_build}; processes started by {start_method}")
        }
        _ => name,
    }
}

fn entry<'a>(recording: &'a Recording, tag: &str) -> Option<&'a InterpreterEntry> {
    recording.environment.interpreters.iter().flatten().find(|entry| entry.tag == tag)
}

/// The best-tool table of an interpreter, with the speedup of Rust's `sequential` in the last column if it ran the same jobs.
fn best_tools(rows: &[Row]) -> Table {
    let all = BestRow::all(rows);
    let columns = best::columns(&all);
    if rows.iter().all(|row| row.reference.is_none()) {
        return columns.build();
    }
    columns
        .right("Rust's sequential", Unit::Speedup, |it| {
            it.of_fastest(|_| Some(it.row.reference.as_ref()?.speedup.ratio))
        })
        .leaves(1)
        .build()
}

/// A row of the post's table.
struct PostRow<'a> {
    row: &'a Row,
    /// The row of the same task in Rust.
    native: Option<&'a Row>,
}

/// The tasks of `rows` that the post mentions.
fn post_table(rows: &[Row], summary: &Summary) -> Table {
    let mut tasks = Vec::new();
    for row in rows {
        if !named_tools(&row.workload.post_says).is_empty() {
            let native = summary.rows.iter().find(|native| native.workload.name == row.workload.name);
            tasks.push(PostRow { row, native });
        }
    }
    Table::of(&tasks)
        .left("task", |it| best::task(it.row))
        .wraps()
        .left("best tool in Python", PostRow::in_python)
        .wraps()
        .left("the post says", |it| it.row.workload.post_says.as_str())
        .wraps()
        .left("verdict", |it| verdict(&judge_tools(it.row)))
        .wraps()
        .left("tool in Rust", PostRow::in_rust)
        .wraps()
        .leaves(2)
        .left("time of Python's best over its", PostRow::python_over_rust)
        .leaves(1)
        .build()
}

impl PostRow<'_> {
    fn in_python(&self) -> String {
        best::in_words(&Answer::of(self.row))
    }

    fn in_rust(&self) -> String {
        if let Some(tool) = &self.row.native_tool {
            return tool.name.clone();
        }
        let Some(native) = self.native else { return "not measured".into() };
        let answer = Answer::of(native);
        let tools = best::in_words(&answer);
        let has_other_jobs = answer.outcome == Outcome::Best && !native.is_same_work(self.row);
        if has_other_jobs { format!("{tools} (other jobs)") } else { tools }
    }

    fn python_over_rust(&self) -> Option<String> {
        let python = self.row.fastest()?;
        let is_native_judged = self.row.native_tool.is_none();
        let native_best = self.native.filter(|_| is_native_judged).and_then(Row::fastest);
        if [Some(python), native_best].into_iter().flatten().any(CellResult::has_no_verdict) {
            return None;
        }
        Some(ratio_and_interval(Some(&python_over_rust(self.row, python, self.native)?)))
    }
}

/// Whether the post's tools are the best, and why not simply so.
pub(crate) fn verdict(advice: &Advice) -> String {
    let word = match advice.verdict {
        ToolVerdict::NoVerdict => return "no verdict".into(),
        ToolVerdict::Unknown => return "not measured, or in too few launches".into(),
        ToolVerdict::True => "true",
        ToolVerdict::Qualified => "qualified",
        ToolVerdict::Undecided => "undecided",
        ToolVerdict::False => "false",
    };
    let Advice { named, others, .. } = advice;
    let mut reasons = Vec::new();
    if matches!(advice.verdict, ToolVerdict::Undecided | ToolVerdict::Qualified) {
        reasons.extend(said(&named.best, "is best", "are best"));
        if !named.best.is_empty() {
            reasons.extend(said(&others.best, "too", "too"));
        }
        reasons.extend(said(&named.undecided, "may be best", "may be best"));
        reasons.extend(said(&named.slower, "is slower", "are slower"));
    }
    if !named.best.is_empty() {
        reasons.extend(said(&others.undecided, "may be best too", "may be best too"));
    }
    if reasons.is_empty() { word.into() } else { format!("{word}: {}", reasons.join(", ")) }
}

/// What is said of `tools`; `None` if there are none.
fn said(tools: &[NamedTool], of_one: &str, of_many: &str) -> Option<String> {
    let names: Vec<String> = tools.iter().map(name).collect();
    match names.len() {
        0 => None,
        1 => Some(format!("{} {of_one}", names[0])),
        _ => Some(format!("{} {of_many}", listed(&names))),
    }
}

/// A tool in the post's word, or by its model.
fn name(tool: &NamedTool) -> String {
    tool.word.unwrap_or(best::short_name(&tool.model)).to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Launch, Role, Sample, WorkloadEntry};
    use crate::report::export::{Format, markdown};
    use crate::report::style::TerminalStyle;
    use crate::report::{render, study};

    /// A recording of a workload with a native model that takes `native` percent of the time of `sequential`,
    /// and, under CPython 3.11, `models` with their percentage of `py-loop`, which takes three times as long
    /// as `sequential`.
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
            packages: vec![],
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
        verdict(&judge_tools(&Summary::of(&recording).others[0]))
    }

    #[test]
    fn post_choice_is_true_qualified_or_false() {
        let (threading, asyncio) = ("py-threading@3.11/jobs", "py-asyncio@3.11/jobs");
        assert_eq!(word("threading, asyncio", &[(threading, 50), (asyncio, 51)]), "true");
        assert_eq!(
            word("threading, asyncio", &[(threading, 50), (asyncio, 60)]),
            "qualified: threading is best, asyncio is slower"
        );
        assert_eq!(
            word("multiprocessing", &[(threading, 50), ("py-multiprocessing@3.11/cores", 60)]),
            "false"
        );
        // Any pool of processes is multiprocessing.
        let chunks = ("py-processpool-chunks@3.11/cores", 50);
        assert_eq!(word("multiprocessing", &[chunks, ("py-multiprocessing@3.11/cores", 60)]), "true");
        // The better of two concurrencies counts.
        let both = [(threading, 50), ("py-threading@3.11/cores", 90)];
        assert_eq!(word("threading", &both), "true");
        // A tool that the post does not name may be the best too.
        assert_eq!(
            word("threading", &[(threading, 50), (asyncio, 51)]),
            "qualified: threading is best, asyncio too"
        );
        assert_eq!(word("asyncio", &[(threading, 90)]), "not measured, or in too few launches");
    }

    #[test]
    fn best_point_estimate_alone_is_undecided() {
        let mut recording = with_python(
            "hash",
            "threading",
            RAYON,
            &[("py-threading@3.11/jobs", 50), ("py-asyncio@3.11/jobs", 52)],
        );
        let study = recording.study.as_mut().unwrap();
        let asyncio = study.arms.len() as u64 - 1;
        for (number, launch) in study.launches.iter_mut().enumerate() {
            for sample in &mut launch.rounds[0].samples {
                if sample.arm == asyncio && number % 2 == 0 {
                    sample.wall_ns = (sample.wall_ns.get() * 104 / 100).try_into().unwrap();
                }
            }
        }
        assert_eq!(
            verdict(&judge_tools(&Summary::of(&recording).others[0])),
            "undecided: threading is best, asyncio may be best too"
        );
    }

    /// The recording of [`with_python`], and in it Rust's sequential in a third of py-loop's time and Rust's tool in a quarter,
    /// in Python's own rounds.
    fn with_native_tool(mut recording: Recording) -> Recording {
        let study = recording.study.as_mut().unwrap();
        for (name, part) in [("sequential/one", 3), ("rayon/cores", 4)] {
            let arm = study.arms.len() as u64;
            let id = format!("hash/{name}");
            study.arms.push(Arm { id, role: Role::Reference, ..study.arms[2].clone() });
            for launch in study.launches.iter_mut().filter(|launch| launch.platform.is_some()) {
                let py_loop = launch.rounds[0].samples[0];
                let wall_ns = (py_loop.wall_ns.get() / part).try_into().unwrap();
                launch.rounds[0].samples.push(Sample { arm, wall_ns, ..py_loop });
            }
        }
        recording
    }

    /// Rust's tool, and the time of Python's best over its.
    fn over_rust(recording: &Recording) -> (String, Option<String>) {
        let summary = Summary::of(recording);
        let row = PostRow { row: &summary.others[0], native: summary.rows.first() };
        (row.in_rust(), row.python_over_rust())
    }

    #[test]
    fn best_tools_compare_on_the_same_jobs() {
        let recording = with_python("hash", "threading", RAYON, &[("py-threading@3.11/cores", 50)]);
        let ratio = |ratio: &str| Some(format!("{ratio} ({ratio} .. {ratio})"));
        // Python's best takes 1.5 times as long as sequential, Rust's best half of it.
        assert_eq!(over_rust(&recording), ("rayon".into(), ratio("3.00x")));
        assert_eq!(best_tools(&Summary::of(&recording).others).texts()[0].last().unwrap(), "3.00x");
        let mut other_jobs = recording;
        let workload = &mut other_jobs.study.as_mut().unwrap().workloads[1];
        workload.jobs = 7.try_into().unwrap();
        assert_eq!(over_rust(&other_jobs), ("rayon (other jobs)".into(), None));
        assert_eq!(over_rust(&with_native_tool(other_jobs)), ("rayon/cores".into(), ratio("2.00x")));
    }

    #[test]
    fn interpreter_study_in_terminal_and_markdown() {
        let recording =
            with_python("hash", "multiprocessing", RAYON, &[("py-multiprocessing@3.11/cores", 55)]);
        insta::assert_snapshot!(render::render(
            &recording,
            &[&study::SECTION],
            Format::Table,
            TerminalStyle::UNLIMITED
        ));
        let blocks = advice(&Analysed::of(&recording)).unwrap();
        insta::assert_snapshot!(markdown::blocks(&blocks));
    }

    #[test]
    fn tasks_absent_from_post_are_skipped() {
        let recording = with_python("hash", "", RAYON, &[]);
        assert_eq!(blocks(&Analysed::of(&recording)).len(), 1);
    }
}
