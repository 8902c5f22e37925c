//! A post for a Jekyll blog with the Chirpy theme: the answer, the post's advice, its claims, pictures in pairs, and the data.

use std::fmt::Write as _;

use anyhow::Result;

use crate::analysis::analysed::Analysed;
use crate::analysis::warning_groups::in_groups;
use crate::post::{charts::charts, claims::words, ledger, ledger::Judged};
use crate::record::{checksum::add_checksum, schema::Recording};
use crate::report::arrivals_finding::{at_one_load, sentences};
use crate::report::block::Block;
use crate::report::chart::caption::{date, source};
use crate::report::chart::{Chart, Form, Size};
use crate::report::escape::{markdown as escape, plain};
use crate::report::export::{csv, markdown};
use crate::report::footnotes::counted;
use crate::report::{arrivals, chart::png::png, platforms, study};

/// The blog's image folder below its root; the theme before 7.1 calls it `img_path`.
const MEDIA: &str = "/assets/bakeoff/";

/// Every cell, in machine-readable form.
const CELLS: &str = "cells.csv";

/// The image shown in links to the post.
const PREVIEW: &str = "preview.png";

/// The files of the post: their names and contents; the post itself is first. `repository` is the address for
/// links to commits.
///
/// # Errors
/// When the preview can't be drawn: this machine has no font.
pub fn files(recordings: &[Recording], repository: Option<&str>) -> Result<Vec<(String, Vec<u8>)>> {
    let analysed = Analysed::all(recordings);
    let charts: Vec<Chart> = charts(&analysed).into_iter().flatten().collect();
    let post = post(&analysed, &charts, repository);
    let mut files = vec![("post.md".to_owned(), post.into_bytes())];
    for chart in &charts {
        for (name, svg) in chart.files() {
            files.push((name, svg.into_bytes()));
        }
    }
    if let Some(values) = with_cells(&analysed).and_then(study::SECTION.values) {
        files.push((CELLS.to_owned(), csv::table(&values).into_bytes()));
    }
    for (at, recording) in recordings.iter().enumerate() {
        files.push((name(at), add_checksum(&serde_json::to_string(recording)?).into_bytes()));
    }
    if let Some(chart) = preview(&charts) {
        files.push((PREVIEW.to_owned(), png(chart)?));
    }
    Ok(files)
}

/// The file name of a recording, independent of its original name.
fn name(at: usize) -> String {
    format!("recording-{}.json", at + 1)
}

/// The chart for the preview image, in builds with PNG support.
fn preview(charts: &[Chart]) -> Option<&Chart> {
    charts.first().filter(|_| cfg!(feature = "png"))
}

/// The first recording that has cells: the tables are of it.
fn with_cells<'a>(recordings: &'a [Analysed<'a>]) -> Option<&'a Analysed<'a>> {
    recordings.iter().find(|it| it.recording.study.is_some())
}

/// The post itself, which links to the files of `charts`.
pub(super) fn post(recordings: &[Analysed<'_>], charts: &[Chart], repository: Option<&str>) -> String {
    let study = with_cells(recordings);
    let first = recordings[0].recording;
    let mut text = front_matter(first, preview(charts));
    let _ = write!(text, "\n{}\n\n{}\n", style(), introduction(recordings));
    let of_study = |name: &str| name == "matrix";
    let of_python = |name: &str| name.starts_with("matrix-python") || name == "gil";
    let of_arrivals = |name: &str| name.starts_with("arrivals-");
    let of_map = |name: &str| name == "map" || name.starts_with("map-python-");
    if let Some(study) = study.filter(|study| !study.summary.rows.is_empty()) {
        let mut blocks = study::answer(study).unwrap_or_default();
        // The post names its machine at its end.
        blocks.truncate(2);
        let _ = write!(text, "\n## Which tool is best?\n\n{}", markdown::blocks(&blocks));
        text += &pictures(charts, of_study);
        let _ = write!(text, "\n{}", warning(study));
    }
    if let Some(mut advice) = recordings.iter().find_map(platforms::advice) {
        // The pictures say what its sentences say.
        advice.retain(|block| matches!(block, Block::Table { .. }));
        let _ = write!(text, "\n## Is the post's advice right?\n\n{}", markdown::blocks(&advice));
        text += &pictures(charts, of_python);
    }
    if let Some(judged) = ledger::judge_if_any(recordings) {
        let _ = write!(text, "\n## What became of its claims\n\n{}", claims_of(recordings, &judged));
    }
    if let Some(arrived) = recordings.iter().find_map(arrived) {
        let _ = write!(text, "\n## {}\n\n{}", arrivals::SECTION.heading, markdown::blocks(&arrived));
        text += &pictures(charts, of_arrivals);
    }
    let map = pictures(charts, of_map);
    if !map.is_empty() {
        let _ = write!(text, "\n## The map of tasks\n{map}");
    }
    let is_elsewhere = |name: &str| of_study(name) || of_python(name) || of_arrivals(name) || of_map(name);
    let rest = pictures(charts, |name| !is_elsewhere(name));
    if !rest.is_empty() {
        let _ = write!(text, "\n## Why\n{rest}");
    }
    let _ = writeln!(
        text,
        "\n## The data\n\n{} {}",
        data(recordings.len(), study.is_some()),
        origin(first, repository)
    );
    text
}

/// What was measured, and why.
fn introduction(recordings: &[Analysed<'_>]) -> String {
    let plural = if recordings.len() == 1 { "" } else { "s" };
    format!(
        "[async IO, coroutines & concurrency explained like cake]({}) ends in a table: which tool for which task. bakeoff measured it, \
         with real waiting and real computing. This is generated from {} recording{plural}. A tool is the best if it is within 5 % of the \
         fastest, and undecided where a study can't tell.",
        words::POST,
        recordings.len(),
    )
}

/// What the latencies of a recording say, and a table of one load of each workload.
fn arrived(of: &Analysed<'_>) -> Option<Vec<Block>> {
    let analysed = arrivals::analysed(of.recording)?;
    let mut blocks = Vec::new();
    for subject in &analysed.subjects {
        let sentences = sentences(&analysed, subject);
        if !sentences.is_empty() {
            blocks.push(Block::Notes(sentences));
        }
        blocks.extend(at_one_load(&analysed, subject));
    }
    Some(blocks)
}

/// The pictures of the charts whose names `is` accepts, each for a screen and for a phone.
fn pictures(charts: &[Chart], is: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    for chart in charts {
        // The name of the form for phones is longer.
        let (plain, class) = match chart.form {
            Form::Usual => (chart.name.as_str(), WIDE),
            Form::Narrow => (chart.name.strip_suffix("-narrow").unwrap_or(&chart.name), NARROW),
        };
        if is(plain) {
            let _ = write!(text, "\n{}", picture(chart, class));
        }
    }
    text
}

/// The classes of pictures for a screen and for a phone, and the style that shows one of them.
const WIDE: &str = ".on-a-screen";
const NARROW: &str = ".on-a-phone";

fn style() -> String {
    format!(
        "<style>@media (max-width: 500px) {{ {WIDE} {{ display: none !important; }} }} @media (min-width: 501px) {{ {NARROW} {{ \
         display: none !important; }} }}</style>"
    )
}

/// How many claims have which verdict, by which recordings, and each claim of the post with its verdict.
fn claims_of(recordings: &[Analysed<'_>], judged: &[Judged]) -> String {
    let mut text = format!("By {} recordings: {}\n\n", recordings.len(), ledger::findings(judged));
    if let Some(sentence) = ledger::of_several_machines(recordings.iter().map(|it| it.recording)) {
        let _ = write!(text, "{}\n\n", escape(&sentence));
    }
    for (claim, judgement) in judged {
        if claim.is_of_the_post() && !judgement.is_check() {
            let _ = writeln!(text, "- \"{}\": **{}**", escape(claim.says.text()), judgement.verdict);
        }
    }
    text
}

/// Links to the data.
fn data(recordings: usize, has_cells: bool) -> String {
    let mut links = Vec::new();
    if has_cells {
        links.push(format!("[every cell]({MEDIA}{CELLS}) as comma-separated values"));
    }
    for at in 0..recordings {
        links.push(format!("[recording {}]({MEDIA}{})", at + 1, name(at)));
    }
    format!("The data: {}.", links.join(", "))
}

fn front_matter(recording: &Recording, preview: Option<&Chart>) -> String {
    let mut image = String::new();
    if let Some(chart) = preview {
        // A JSON string is also a YAML string; what a theme makes of it is unknown.
        let alt = serde_json::Value::from(without_markup(&chart.description));
        image = format!("image:\n  path: {PREVIEW}\n  alt: {alt}\n");
    }
    let day = recording.environment.started_unix_s.and_then(date).unwrap_or("1970-01-01".into());
    format!(
        "---\ntitle: \"Which tool is best for which task: measured\"\ndate: {day} 12:00:00 +0000\ncategories: [Performance]\n\
         tags: [concurrency, parallelism, async, benchmark]\nmedia_subpath: {MEDIA}\nimg_path: {MEDIA}\n{image}---\n"
    )
}

/// `text` without the characters that begin or end markup, attributes or templates.
fn without_markup(text: &str) -> String {
    let mut plain_text = String::with_capacity(text.len());
    for c in plain(text).chars() {
        plain_text.push(match c {
            '<' | '{' | '[' => '(',
            '>' | '}' | ']' => ')',
            '"' => '\'',
            other => other,
        });
    }
    plain_text
}

/// An image for light and one for dark mode. The picture has its title in it, so that no caption repeats it.
fn picture(chart: &Chart, class: &str) -> String {
    let alt = escape(&format!("{}. {}", chart.title.trim_end_matches('.'), chart.description));
    let Size { width, height } = chart.extent();
    let size = format!("width=\"{width}\" height=\"{height}\"");
    let name = &chart.name;
    format!(
        "![{alt}]({name}-light.svg){{: .light {class} {size} }}\n![{alt}]({name}-dark.svg){{: .dark {class} {size} }}\n"
    )
}

/// What readers are to be wary of, in a box of two lines.
fn warning(of: &Analysed<'_>) -> String {
    format!(
        "> These are the numbers of one machine: run it on yours. Differences below 5 % count as none.  \n> {}.\n{{: .prompt-warning }}\n",
        counted(&in_groups(of.summary.all_warnings()))
    )
}

/// The source of the numbers.
fn origin(recording: &Recording, repository: Option<&str>) -> String {
    let said = escape(&source(recording));
    match (repository, &recording.environment.commit) {
        (Some(address), Some(commit)) if commit.chars().all(|c| c.is_ascii_hexdigit()) => {
            format!("Measured on {said}: [the sources]({}/tree/{commit}).", address.trim_end_matches('/'))
        }
        _ => format!("Measured on {said}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::arrivals::tests::recording_with_arrivals;
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;

    #[test]
    fn images_are_paired_by_mode_and_form() {
        let files = files(&inside(), None).unwrap();
        let post = std::str::from_utf8(&files[0].1).unwrap();
        let lines: Vec<&str> = post.lines().collect();
        let (mut wide, mut narrow) = (0, 0);
        for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("-dark.svg){: .dark ")) {
            assert!(lines[at - 1].contains("-light.svg){: .light "), "{line}");
            wide += usize::from(line.contains(WIDE));
            narrow += usize::from(line.contains(NARROW) && line.contains("-narrow-dark.svg"));
        }
        assert!(wide >= 6 && wide == narrow, "{wide} for screens, {narrow} for phones");
        for name in post.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if name == words::POST {
                continue;
            }
            let name = name.trim_start_matches(MEDIA);
            assert!(files.iter().any(|(file, _)| file == name), "{name} is linked to and not there");
        }
        assert!(
            post.starts_with("---\ntitle: ")
                && post.contains("media_subpath: ")
                && post.contains("img_path: ")
        );
    }

    #[test]
    fn arrivals_have_a_table_of_four_columns() {
        let files = files(&[recording_with_arrivals()], None).unwrap();
        let post = std::str::from_utf8(&files[0].1).unwrap();
        let (_, part) = post.split_once("\n## Jobs that come over time\n").unwrap();
        assert!(
            part.contains("can't keep up")
                && part.contains("| sequential | 1,000 | over capacity | over capacity |"),
            "{part}"
        );
        assert!(
            part.contains("](arrivals-hash-light.svg)") && part.contains("](arrivals-hash-narrow-dark.svg)")
        );
        assert!(!post.contains("\n## Why"), "the chart stands there once");
    }

    #[test]
    fn preview_text_has_no_markup() {
        assert_eq!(without_markup("<b> {% x %}\"\u{202e}"), "(b) (% x %)'\u{fffd}");
    }

    #[test]
    fn hostile_names_stay_text() {
        let mut hostile = recording(16, 50);
        hostile.environment.cpu_model = Some("[x](javascript:alert(1)) <script>\n# title".into());
        let study = Analysed::of(&hostile);
        let recordings = std::slice::from_ref(&study);
        let post = post(recordings, &[], Some("https://example.org/bakeoff"));
        assert!(!post.replace("\\]", "").contains("](javascript") && !post.contains("\n# title"), "{post}");
    }
}
