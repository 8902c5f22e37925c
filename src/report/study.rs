//! The study of a recording: the best-tool tables, every cell, and their context.

use crate::analysis::analysed::Analysed;
use crate::analysis::answer::{Answer, Standing};
use crate::analysis::criterion::{Medians, drifts, median_of};
use crate::analysis::summary::{CellResult, Row, Summary};
use crate::record::schema::{Kind, Recording};
use crate::report::block::{Block, Panel};
use crate::report::chart::caption::source;
use crate::report::table::{Columns, Table, Unit};
use crate::report::{
    answer::sentences, best, best::BestRow, export::terminal, footnotes::footnotes, functions, platforms,
    section::Section, style::TerminalStyle,
};

/// The study.
pub static SECTION: Section = Section {
    name: "study",
    key: "cells",
    heading: "The best tool for each task",
    is_in: |recording| recording.study.is_some(),
    in_full: |of| blocks(of, &Medians::new()),
    in_short: main_blocks,
    panels: Some(panels),
    values,
    commands: |recording| recording.study.iter().map(|study| &study.command[..]).collect(),
};

fn main_blocks(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let [best_tools, notes] = native(of)?;
    let mut blocks = vec![best_tools];
    blocks.extend(platforms::blocks(of));
    blocks.push(notes);
    Some(blocks)
}

fn panels(of: &Analysed<'_>) -> Vec<Panel> {
    let mut tables = Vec::new();
    if !of.summary.rows.is_empty() {
        tables.push(Block::titled(SECTION.heading, best_tools(&of.summary), vec![]));
    }
    tables.extend(platforms::blocks(of));
    let cells = all_cells(&of.summary);
    let every = Table::of(&cells).left("workload", |it| it.row.workload.name.as_str());
    let every = Block::titled("Every cell", shown(every, Shown::of(of.recording)).build(), vec![]);
    vec![
        Panel::Open(tables),
        Panel::Folded("Every cell", vec![every]),
        Panel::Folded("Machine, programs, how to read it", vec![Block::Notes(footnotes(of))]),
    ]
}

fn values(of: &Analysed<'_>) -> Option<Table> {
    of.recording.study.as_ref()?;
    let values = Table::of(&all_cells(&of.summary))
        .left("workload", |it| it.row.workload.name.as_str())
        .left("cell", |it| it.cell.name.as_str())
        .left("in_flight", |it| it.cell.in_flight)
        .left("wall_ns", |it| it.cell.wall_ns)
        .ratio("speedup", |it| it.cell.speedup)
        .left("launches", |it| Some(it.cell.speedup?.launches as u64))
        .left("cpu_ratio", |it| Some(it.cell.cpu_ratio?.ratio))
        .left("verdict", |it| best::verdict(it.cell))
        .ratio("over_fastest", |it| it.cell.verdict.over_fastest())
        .left("tool", |it| of_tool(it.row, it.cell))
        .build();
    Some(values)
}

/// The answer for a page in which it is the first thing: sentences, and a narrow table. What does nothing is no task.
pub fn answer(of: &Analysed<'_>) -> Option<Vec<Block>> {
    of.recording.study.as_ref()?;
    let mut rows = BestRow::all(&of.summary.rows);
    rows.retain(|it| it.row.workload.kind != Kind::Nothing);
    let table = Table::of(&rows)
        .left("task", |it| best::task(it.row))
        .left("best: within 5 % of the fastest", BestRow::tools)
        .right("as fast as one at a time", Unit::Speedup, |it| {
            it.of_fastest(|fastest| Some(fastest.speedup?.ratio))
        })
        .left("undecided", BestRow::undecided)
        .build();
    let measured = format!("Measured on {}.", source(of.recording));
    let sentences = sentences(of.recording, &of.summary.rows);
    Some(vec![Block::Notes(sentences), Block::table(table), Block::Paragraph(measured)])
}

/// The native best-tool table and its notes.
fn native(of: &Analysed<'_>) -> Option<[Block; 2]> {
    of.recording.study.as_ref()?;
    Some([Block::table(best_tools(&of.summary)), Block::Notes(footnotes(of))])
}

/// The text for a terminal, with the `criterion` medians of the cells.
pub fn beside_criterion(recording: &Recording, criterion: &Medians, style: TerminalStyle) -> String {
    terminal::blocks(&blocks(&Analysed::of(recording), criterion).unwrap_or_default(), style)
}

/// All cells of the workload of this name, on each platform; `None` if the recording has none.
pub fn of_workload(recording: &Recording, name: &str, style: TerminalStyle) -> Option<String> {
    let of = Analysed::of(recording);
    let mut blocks = Vec::new();
    for row in of.summary.all_rows() {
        if row.workload.name == name {
            blocks.push(of_row(row, &Medians::new(), recording));
        }
    }
    if blocks.is_empty() {
        return None;
    }
    blocks.push(Block::Notes(footnotes(&of)));
    Some(terminal::blocks(&blocks, style))
}

fn blocks(of: &Analysed<'_>, criterion: &Medians) -> Option<Vec<Block>> {
    let [best_tools, notes] = native(of)?;
    let Summary { rows, others, .. } = &of.summary;
    let is_empty = rows.is_empty() && !others.is_empty();
    let mut blocks = vec![if is_empty { Block::Notes(vec![]) } else { best_tools }];
    let sentences = functions::sentences(of.recording, &of.summary);
    if !sentences.is_empty() {
        blocks.push(Block::Notes(sentences));
    }
    blocks.extend(platforms::blocks(of));
    for row in of.summary.all_rows() {
        blocks.push(of_row(row, criterion, of.recording));
    }
    blocks.push(notes);
    Some(blocks)
}

/// The cells of a row; if none of them was measured, for one reason, that reason once.
fn of_row(row: &Row, criterion: &Medians, recording: &Recording) -> Block {
    match why_nothing(row) {
        Some(why) => Block::Paragraph(format!("{}. Not measured: {why}", title(row))),
        None => Block::titled(title(row), cells(row, criterion, Shown::of(recording)), vec![]),
    }
}

/// Why no cell of a row was measured, if that is one reason.
fn why_nothing(row: &Row) -> Option<&str> {
    let why = row.cells.first()?.error.as_deref()?;
    for cell in &row.cells {
        if cell.wall_ns.is_some() || cell.error.as_deref() != Some(why) {
            return None;
        }
    }
    Some(why)
}

fn best_tools(summary: &Summary) -> Table {
    let rows = BestRow::all(&summary.rows);
    let columns = best::columns(&rows);
    if rows.iter().all(|it| it.row.workload.post_says.is_empty()) {
        return columns.build();
    }
    columns.left("the post says", |it| it.row.workload.post_says.as_str()).wraps().leaves(1).build()
}

fn title(row: &Row) -> String {
    let workload = &row.workload;
    let mut title = best::task(row);
    if let Some(platform) = &workload.platform {
        title += &format!(", in Python {platform}");
    }
    let jobs = if workload.jobs.get() == 1 { "job" } else { "jobs" };
    title += &format!(". {} {jobs}, each {}", workload.jobs, workload.about);
    if let Some(function) = &workload.function {
        if let Some(jobs) = function.at_most {
            title += &format!("; at most {jobs} at once");
        }
        if function.isolated {
            title += "; a process for each cell";
        }
    }
    if let Some(floor) = row.noise_floor() {
        title += &format!("; A/A within {:.1} %", floor.exp_m1() * 100.0);
    }
    title
}

/// A cell in its row.
#[derive(Clone, Copy)]
struct CellOf<'a> {
    row: &'a Row,
    cell: &'a CellResult,
}

impl CellOf<'_> {
    fn speedup(&self) -> f64 {
        self.cell.speedup.map_or(f64::NEG_INFINITY, |speedup| speedup.ratio)
    }
}

/// What is known of the tool at the better of its concurrencies; nothing of another.
fn of_tool(row: &Row, cell: &CellResult) -> Option<&'static str> {
    let tool = Answer::of(row).tools.into_iter().find(|tool| tool.cell.name == cell.name)?;
    Some(match tool.standing {
        Standing::Best => "best",
        Standing::Undecided => "undecided",
        Standing::Slower => "slower",
        Standing::NoVerdict | Standing::TooFew => "no verdict",
        Standing::NotMeasured => "not measured",
    })
}

fn cells_of(row: &Row) -> impl Iterator<Item = CellOf<'_>> {
    row.cells.iter().map(move |cell| CellOf { row, cell })
}

fn all_cells(summary: &Summary) -> Vec<CellOf<'_>> {
    summary.all_rows().flat_map(cells_of).collect()
}

/// The cells of a row, the fastest first.
fn cells(row: &Row, criterion: &Medians, what: Shown) -> Table {
    let mut sorted: Vec<CellOf<'_>> = cells_of(row).collect();
    sorted.sort_by(|a, b| b.speedup().total_cmp(&a.speedup()));
    let columns = shown(Table::of(&sorted), what);
    if criterion.is_empty() {
        return columns.build();
    }
    columns
        .right("criterion", Unit::Nanoseconds, |it| median_of(criterion, row, it.cell))
        .left("", |it| if drifts(criterion, row, it.cell) { "drift" } else { "" })
        .build()
}

/// What is shown of cells besides their times.
#[derive(Clone, Copy)]
enum Shown {
    /// Nothing: all cells have equally many launches.
    Times,
    /// The number of their launches.
    Launches,
}

impl Shown {
    fn of(recording: &Recording) -> Self {
        match &recording.study {
            Some(study) if study.stopping.is_some() => Shown::Launches,
            _ => Shown::Times,
        }
    }
}

/// The columns of cells for readers.
fn shown<'a>(columns: Columns<'a, CellOf<'a>>, what: Shown) -> Columns<'a, CellOf<'a>> {
    let mut columns = columns
        .left("model/concurrency", |it| best::labelled(it.cell, &it.cell.name))
        .right("jobs at once", Unit::Plain, |it| it.cell.in_flight)
        .leaves(2)
        .right("speedup", Unit::Speedup, |it| Some(it.cell.speedup?.ratio))
        .left("95 %", |it| Some(best::interval(it.cell.speedup.as_ref()?)));
    if let Shown::Launches = what {
        columns =
            columns.right("launches", Unit::Plain, |it| Some(it.cell.speedup?.launches as u64)).leaves(1);
    }
    columns
        .right("time", Unit::Nanoseconds, |it| it.cell.wall_ns)
        .leaves(5)
        .right("CPU", Unit::Multiple, |it| Some(it.cell.cpu_ratio?.ratio))
        .leaves(3)
        .left("verdict", |it| best::verdict(it.cell))
        .wraps()
        .left("time over the fastest's", |it| {
            Some(best::ratio_and_interval(Some(&it.cell.verdict.over_fastest()?)))
        })
        .leaves(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::Role;
    use crate::report::export::Format;
    use crate::report::render;

    fn render(recording: &Recording, format: Format) -> String {
        render::render(recording, &[&SECTION], format, TerminalStyle::UNLIMITED)
    }

    #[test]
    fn renders_verdicts_in_each_format() {
        let recording = recording(16, 50);
        for (name, format) in [
            ("table", Format::Table),
            ("markdown", Format::Markdown),
            ("csv", Format::Csv),
            ("json", Format::Json),
        ] {
            // What has all digits of its numbers.
            if cfg!(all(windows, target_env = "gnu")) && ["csv", "json"].contains(&name) {
                eprintln!("skipped in part: mingw's pow has other last digits in threads");
                continue;
            }
            insta::assert_snapshot!(format!("verdicts-{name}"), render(&recording, format));
        }
    }

    #[test]
    fn blocking_warning_keeps_numbers_without_verdicts() {
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        let text = render(&busy, Format::Table);
        assert!(text.contains("2.00x") && text.contains("NO VERDICT: a CPU quota"), "{text}");
        assert!(!text.contains("slower\n") && !text.contains("  fastest\n"), "{text}");
    }

    #[test]
    fn too_few_processes_report_required_number() {
        let text = render(&recording(3, 50), Format::Table);
        assert!(
            text.contains("no verdict: too few launches") && text.contains("range 2.00x .. 2.00x"),
            "{text}"
        );
    }

    #[test]
    fn criterion_drift_is_reported() {
        let mut recording = recording(16, 50);
        let study = recording.study.as_mut().unwrap();
        let control = crate::record::schema::Arm { role: Role::Control, ..study.arms[0].clone() };
        study.arms.push(control);
        for round in study.launches.iter_mut().flat_map(|launch| &mut launch.rounds) {
            let wall_ns = 101_000_000.try_into().unwrap();
            round.samples.push(crate::record::schema::Sample { arm: 2, wall_ns, ..round.samples[0] });
        }
        let table = |rayon: f64| {
            let medians = [("hash/sequential/one".to_owned(), 1e8), ("hash/rayon/cores".to_owned(), rayon)];
            beside_criterion(&recording, &Medians::from(medians), TerminalStyle::UNLIMITED)
        };
        assert!(!table(5e7).contains("drift") && table(5e7).contains("criterion"));
        assert!(table(6e7).contains("60.0 ms  drift"), "{}", table(6e7));
    }

    #[test]
    fn row_that_failed_as_a_whole_tells_why_once() {
        let mut failed = recording(3, 50);
        let study = failed.study.as_mut().unwrap();
        study.launches.clear();
        for arm in &mut study.arms {
            arm.unavailable = Some("no two processes agree".into());
        }
        let text = of_workload(&failed, "hash", TerminalStyle::UNLIMITED).unwrap();
        assert!(text.contains("Not measured: no two processes agree"), "{text}");
        assert_eq!(text.matches("no two processes agree").count(), 1, "{text}");
        failed.study.as_mut().unwrap().arms[1].unavailable = Some("another reason".into());
        let text = of_workload(&failed, "hash", TerminalStyle::UNLIMITED).unwrap();
        assert!(text.contains("another reason") && text.contains("rayon/cores"), "{text}");
    }
}
