//! The start of a post for a Jekyll blog with the Chirpy theme: front matter, image pairs, the table,
//! caveats, data.

use std::fmt::Write as _;

use anyhow::Result;

use crate::analysis::analysed::Analysed;
use crate::post::{charts::charts, ledger};
use crate::record::{checksum::add_checksum, schema::Recording};
use crate::report::chart::caption::{date, source};
use crate::report::chart::{Chart, HEIGHT, WIDTH};
use crate::report::escape::{markdown as escape, plain};
use crate::report::export::{csv, markdown};
use crate::report::{chart::png::png, footnotes::footnotes, study};

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
    // The table is of the first recording that has cells.
    let study = analysed.iter().find(|it| it.recording.study.is_some());
    let post = post(&analysed, study, &charts, repository);
    let mut files = vec![("post.md".to_owned(), post.into_bytes())];
    for chart in &charts {
        for (name, svg) in chart.files() {
            files.push((name, svg.into_bytes()));
        }
    }
    if let Some(values) = study.and_then(study::SECTION.values) {
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

fn post(
    recordings: &[Analysed<'_>],
    study: Option<&Analysed<'_>>,
    charts: &[Chart],
    repository: Option<&str>,
) -> String {
    let first = recordings[0].recording;
    let mut text = front_matter(first, preview(charts));
    for chart in charts {
        let _ = write!(text, "\n{}", picture(chart));
    }
    if let Some(study) = study {
        let blocks = (study::SECTION.in_short)(study).unwrap_or_default();
        let _ = write!(text, "\n{}\n{}", markdown::blocks(&blocks), caveats(study));
    }
    let _ = write!(text, "\nOf the post's {}\n", ledger::summary(&ledger::judge_all(recordings)));
    let _ = writeln!(text, "\n{} {}", data(recordings.len(), study.is_some()), origin(first, repository));
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
        // A JSON string is also a YAML string.
        let alt = serde_json::Value::from(plain(&chart.description));
        image = format!("image:\n  path: {PREVIEW}\n  alt: {alt}\n");
    }
    let day = recording.environment.started_unix_s.and_then(date).unwrap_or("1970-01-01".into());
    format!(
        "---\ntitle: \"Which tool is best for which task: measured\"\ndate: {day} 12:00:00 +0000\ncategories: [Performance]\n\
         tags: [concurrency, parallelism, async, benchmark]\nmedia_subpath: {MEDIA}\nimg_path: {MEDIA}\n{image}---\n"
    )
}

/// An image for light and one for dark mode, with the caption on the next line, as the theme requires.
fn picture(chart: &Chart) -> String {
    let alt = escape(&chart.description);
    let size = format!("width=\"{WIDTH}\" height=\"{HEIGHT}\"");
    let name = &chart.name;
    format!(
        "![{alt}]({name}-light.svg){{: .light {size} }}\n![{alt}]({name}-dark.svg){{: .dark {size} }}\n_{}_\n",
        escape(&chart.title)
    )
}

/// The caveats for readers, in a box.
fn caveats(of: &Analysed<'_>) -> String {
    let mut text = String::new();
    for note in footnotes(of) {
        let _ = writeln!(text, "> {}  ", escape(&note));
    }
    text + "{: .prompt-warning }\n"
}

/// The source of the numbers.
fn origin(recording: &Recording, repository: Option<&str>) -> String {
    let said = escape(&source(recording));
    match (repository, &recording.environment.commit) {
        (Some(address), Some(commit)) if commit.chars().all(|c| c.is_ascii_hexdigit()) => {
            format!("Measured by {said}: [the sources]({}/tree/{commit}).", address.trim_end_matches('/'))
        }
        _ => format!("Measured by {said}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;

    #[test]
    fn images_are_paired_with_captions() {
        let files = files(&inside(), None).unwrap();
        let post = std::str::from_utf8(&files[0].1).unwrap();
        let lines: Vec<&str> = post.lines().collect();
        let dark: Vec<usize> =
            (0..lines.len()).filter(|&at| lines[at].contains("-dark.svg){: .dark ")).collect();
        assert!(dark.len() >= 6);
        for at in dark {
            assert!(
                lines[at - 1].contains("-light.svg){: .light ") && lines[at + 1].starts_with('_'),
                "{}",
                lines[at]
            );
        }
        for name in post.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
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
    fn hostile_names_stay_text() {
        let mut hostile = recording(16, 50);
        hostile.environment.cpu_model = Some("[x](javascript:alert(1)) <script>\n# title".into());
        let study = Analysed::of(&hostile);
        let recordings = std::slice::from_ref(&study);
        let post = post(recordings, Some(&study), &[], Some("https://example.org/bakeoff"));
        assert!(!post.replace("\\]", "").contains("](javascript") && !post.contains("\n# title"), "{post}");
    }
}
