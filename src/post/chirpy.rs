//! The start of a post for a Jekyll blog with the Chirpy theme: front matter, image pairs, the table,
//! caveats, data.

use std::fmt::Write as _;

use crate::post::ledger;
use anyhow::Result;

use crate::analysis::summary::Summary;
use crate::post::charts::charts;
use crate::post::claims::{Measurements, claims as all_claims};
use crate::record::checksum::add_checksum;
use crate::record::schema::Recording;
use crate::report::chart::caption::{date, source};
use crate::report::chart::png::png;
use crate::report::chart::{Chart, HEIGHT, WIDTH};
use crate::report::escape::{markdown as escape, plain};
use crate::report::footnotes::footnotes;
use crate::report::formats::{Format, markdown, render};

/// The blog's image folder below its root; the theme before 7.1 calls it `img_path`.
const MEDIA: &str = "/assets/bakeoff/";

/// Every cell, in machine-readable form.
const CELLS: &str = "cells.csv";

/// The image shown in links to the post.
const PREVIEW: &str = "preview.png";

/// The files of the post: their names and contents; the post itself is first. `repository` is the address for
/// links to
/// commits.
///
/// # Errors
/// When the preview can't be drawn: this machine has no font.
pub fn files(recordings: &[Recording], repository: Option<&str>) -> Result<Vec<(String, Vec<u8>)>> {
    let charts: Vec<Chart> = charts(recordings).into_iter().flatten().collect();
    let mut files = vec![("post.md".to_owned(), post(recordings, &charts, repository))];
    files.extend(charts.iter().flat_map(Chart::files));
    files.extend(cells(recordings).map(|csv| (CELLS.to_owned(), csv)));
    for (at, recording) in recordings.iter().enumerate() {
        files.push((name(at), add_checksum(&serde_json::to_string(recording)?)));
    }
    let mut files: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    if let Some(chart) = preview(&charts) {
        files.push((PREVIEW.to_owned(), png(chart)?));
    }
    Ok(files)
}

/// Every cell of the first recording that has cells.
fn cells(recordings: &[Recording]) -> Option<String> {
    recordings.iter().find(|it| it.study.is_some()).map(|it| render(it, Format::Csv))
}

/// The file name of a recording, independent of its original name.
fn name(at: usize) -> String {
    format!("recording-{}.json", at + 1)
}

/// The chart for the preview image, in builds with PNG support.
fn preview(charts: &[Chart]) -> Option<&Chart> {
    charts.first().filter(|_| cfg!(feature = "png"))
}

fn post(recordings: &[Recording], charts: &[Chart], repository: Option<&str>) -> String {
    let first = &recordings[0];
    let mut text = front_matter(first, preview(charts));
    for chart in charts {
        let _ = write!(text, "\n{}", picture(chart));
    }
    if let Some(study) = recordings.iter().find(|recording| recording.study.is_some()) {
        let _ = write!(text, "\n{}\n{}", markdown(study), caveats(study));
    }
    let judged = ledger::judge(all_claims(), &Measurements::of(recordings));
    let _ = write!(text, "\nOf the post's {}\n", ledger::summary(&judged));
    let _ = writeln!(text, "\n{} {}", data(recordings), origin(first, repository));
    text
}

/// Links to the data.
fn data(recordings: &[Recording]) -> String {
    let cells = cells(recordings).map(|_| format!("[every cell]({MEDIA}{CELLS}) as comma-separated values"));
    let all = (0..recordings.len()).map(|at| format!("[recording {}]({MEDIA}{})", at + 1, name(at)));
    format!("The data: {}.", cells.into_iter().chain(all).collect::<Vec<_>>().join(", "))
}

fn front_matter(recording: &Recording, preview: Option<&Chart>) -> String {
    // A JSON string is also a YAML string.
    let said = |text: &str| serde_json::Value::from(plain(text)).to_string();
    let image = preview
        .map(|chart| format!("image:\n  path: {PREVIEW}\n  alt: {}\n", said(&chart.description)))
        .unwrap_or_default();
    let day = recording.environment.started_unix_s.and_then(date).unwrap_or_else(|| "1970-01-01".into());
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
fn caveats(recording: &Recording) -> String {
    let notes = footnotes(recording, &Summary::of(recording));
    let lines: String = notes.iter().map(|note| format!("> {}  \n", escape(note))).collect();
    format!("{lines}{{: .prompt-warning }}\n")
}

/// The source of the numbers.
fn origin(recording: &Recording, repository: Option<&str>) -> String {
    let said = escape(&source(recording));
    let commit = recording
        .environment
        .commit
        .as_deref()
        .filter(|commit| commit.chars().all(|c| c.is_ascii_hexdigit()));
    match repository.zip(commit) {
        Some((address, commit)) => {
            format!("Measured by {said}: [the sources]({}/tree/{commit}).", address.trim_end_matches('/'))
        }
        None => format!("Measured by {said}."),
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
        let post = post(&[hostile], &[], Some("https://example.org/bakeoff"));
        assert!(!post.replace("\\]", "").contains("](javascript") && !post.contains("\n# title"), "{post}");
    }
}
