//! A self-contained page: no network, no script with data, light and dark mode, and the embedded recording.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::analysis::summary::{CellResult, Row, Summary};
use crate::post::charts::charts;
use crate::post::claims::{Measurements, claims as all_claims};
use crate::post::ledger;
use crate::post::ledger::Judged;
use crate::post::stories;
use crate::record::checksum::add_checksum;
use crate::record::schema::Recording;
use crate::report::best;
use crate::report::best::{HEADER, ratio_and_interval};
use crate::report::chart::caption::date;
use crate::report::chart::palette::Mode;
use crate::report::disclosure::summary;
use crate::report::escape::{lines, plain};
use crate::report::footnotes::footnotes;
use crate::report::{costs, evidence, platforms};
use crate::stats::units;

/// Sorts a table by the column whose button is pressed: numbers by value, other columns as text.
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// The page of `recordings`, whose files have `names`.
pub fn page(names: &[String], recordings: &[Recording]) -> String {
    let title = "bakeoff: which execution model is the best tool for the task";
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { "Which tool is best for which task" }
                    (beside(recordings))
                    @for (at, (name, recording)) in names.iter().zip(recordings).enumerate() {
                        (section(at, name, recording))
                    }
                    (pictures(recordings))
                    (ledger(recordings))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string() + "\n"
}

/// Nothing is loaded, and only the page's own script and styles run.
fn policy() -> String {
    let hash = hash_of(SCRIPT);
    format!(
        "default-src 'none'; script-src {hash}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
}

/// The policy source that admits `script`.
pub(crate) fn hash_of(script: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(Sha256::digest(script.as_bytes())))
}

/// A recording: first its warnings, then its tables, then the file.
fn section(at: usize, name: &str, recording: &Recording) -> Markup {
    let findings = Summary::of(recording);
    let (withheld, told): (Vec<_>, Vec<_>) =
        findings.warnings.iter().partition(|warning| warning.blocks_verdicts());
    html! {
        section {
            h2 { (plain(&summary(recording))) }
            @for warning in withheld { p.warning role="alert" { strong { "Verdicts withheld" } ": " (plain(&warning.to_string())) } }
            @for warning in told { p.note { "Note: " (plain(&warning.to_string())) } }
            @if recording.study.is_some() {
                (study(recording, &findings))
                details { summary { "Machine, programs, how to read it" }
                    @for note in footnotes(recording, &findings) { p { (plain(&note)) } } }
            }
            @for (title, text) in [
                ("Who is concurrent, who is parallel, and by what", evidence::terminal(recording)),
                ("The worked examples", stories::terminal(recording)),
                ("What models cost", costs::terminal(recording)),
            ] {
                @if let Some(text) = text { details { summary { (title) } pre tabindex="0" role="group" aria-label=(title) { (lines(&text)) } } }
            }
            p { (download(at, name, recording)) }
        }
    }
}

/// The best tools of several studies side by side; studies of one machine are adjacent.
fn beside(recordings: &[Recording]) -> Markup {
    let mut studies: Vec<&Recording> =
        recordings.iter().filter(|it| Summary::of(it).rows.iter().any(|row| !row.cells.is_empty())).collect();
    studies.sort_by_key(|recording| (recording.environment.cpu_model.clone(), recording.environment.cores));
    let findings: Vec<Summary> = studies.iter().map(|recording| Summary::of(recording)).collect();
    let mut tasks: Vec<String> = Vec::new();
    for row in findings.iter().flat_map(|findings| &findings.rows) {
        if !tasks.contains(&best::task(row)) {
            tasks.push(best::task(row));
        }
    }
    let heads = studies.iter().map(|recording| machine(recording));
    let header: Vec<String> = std::iter::once("task".to_owned()).chain(heads).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows = tasks.iter().map(|task| {
        let cells = findings.iter().map(|findings| best::in_short(findings, task));
        std::iter::once(task.clone()).chain(cells).collect()
    });
    html! { @if studies.len() > 1 { section { (table("The best tool on each machine", &header, rows)) } } }
}

/// A machine and its measurement date, as a column header.
fn machine(recording: &Recording) -> String {
    let environment = &recording.environment;
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let cores = units::cores(environment.cores);
    let day = environment.started_unix_s.and_then(date).map_or(String::new(), |day| format!(", {day}"));
    format!("{cpu}, {cores}{day}")
}

/// Pads rows to the number of columns: unmeasured cells have a reason and no numbers.
fn filled(rows: impl IntoIterator<Item = Vec<String>>, columns: usize) -> impl Iterator<Item = Vec<String>> {
    rows.into_iter().map(move |mut cells| {
        cells.resize(columns, String::new());
        cells
    })
}

fn study(recording: &Recording, findings: &Summary) -> Markup {
    let tools = filled(best::lines(findings), HEADER.len());
    let cells = findings.all_rows().flat_map(|row| row.cells.iter().map(move |cell| every_cell(row, cell)));
    let header = ["workload", "model/width", "in flight", "speedup", "95 %", "time", "CPU", "verdict"];
    html! {
        @if !findings.rows.is_empty() { (table("The best tool for each task", &HEADER, tools)) }
        @for platform in platforms::tables(recording, findings) {
            (table(&plain(&platform.title), platform.header, filled(platform.rows, platform.header.len())))
        }
        details { summary { "Every cell" } (table("Every cell", &header, cells)) }
    }
}

fn every_cell(row: &Row, cell: &CellResult) -> Vec<String> {
    let (ratio, interval) = cell.speedup.as_ref().map_or(("-".into(), "-".into()), ratio_and_interval);
    vec![
        row.workload.name.clone(),
        cell.name.clone(),
        cell.in_flight.to_string(),
        ratio,
        interval,
        cell.wall_ns.map_or("-".into(), units::nanoseconds),
        cell.cpu_ratio.map_or("-".into(), units::times),
        best::verdict(row, cell),
    ]
}

/// A table with sortable columns.
fn table(caption: &str, header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Markup {
    html! {
        div.wide tabindex="0" role="group" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for name in header { th scope="col" { button type="button" { (plain(name)) } } } } }
                tbody {
                    @for row in rows {
                        tr { @for (at, cell) in row.iter().enumerate() {
                            @if at == 0 { th scope="row" { (plain(cell)) } } @else { td { (plain(cell)) } }
                        } }
                    }
                }
            }
        }
    }
}

fn pictures(recordings: &[Recording]) -> Markup {
    html! {
        section {
            h2 { "Pictures" }
            @for drawn in charts(recordings) {
                @match drawn {
                    Ok(chart) => figure { (PreEscaped(chart.svg(Mode::Auto))) }
                    Err(why) => p.note { "No chart of " (plain(why)) "." }
                }
            }
        }
    }
}

fn ledger(recordings: &[Recording]) -> Markup {
    let judged = ledger::judge(all_claims(), &Measurements::of(recordings));
    let row = |(claim, judgement): &Judged| {
        vec![
            claim.id.to_owned(),
            claim.says.to_owned(),
            judgement.verdict.to_string(),
            ledger::cases(judgement),
        ]
    };
    html! {
        section {
            h2 { "What becomes of the post's claims" }
            p { (ledger::summary(&judged)) }
            details { summary { "All of them" }
                div.claims { (table("Claims", &["claim", "the post says", "verdict", "numbers"], judged.iter().map(row))) } }
        }
    }
}

/// The recording itself, compressed.
fn download(at: usize, name: &str, recording: &Recording) -> Markup {
    let file = std::path::Path::new(name)
        .file_name()
        .map_or(format!("recording-{at}.json"), |it| it.to_string_lossy().into());
    let Some(bytes) = compressed(recording) else { return html! {} };
    html! {
        a download={ (plain(&file)) ".gz" } href={ "data:application/gzip;base64," (BASE64.encode(bytes)) } {
            "The recording, " (plain(&file)) ".gz"
        }
    }
}

fn compressed(recording: &Recording) -> Option<Vec<u8>> {
    let text = add_checksum(&serde_json::to_string(recording).ok()?);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;

    fn page_of(recordings: &[Recording]) -> String {
        page(&vec!["some.json".to_owned(); recordings.len()], recordings)
    }

    #[test]
    fn page_policy_forbids_all_loading() {
        let page = page_of(&inside());
        assert!(page.contains("default-src 'none'") && page.contains("<script>") && page.contains("<svg"));
        let loads = |text: &str| text.contains("src=\"") || text.contains("url(") || text.contains("@import");
        assert!(!loads(&page));
        let links =
            page.split("href=\"").skip(1).all(|link| link.starts_with("data:application/gzip;base64,"));
        assert!(links);
    }

    #[test]
    fn page_embeds_the_original_recording() {
        let page = page_of(&[recording(16, 50)]);
        let data = page.split("base64,").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let mut text = String::new();
        let bytes = BASE64.decode(data).unwrap();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
        assert_eq!(crate::record::read::parse(text.as_bytes()).unwrap(), recording(16, 50));
    }

    #[test]
    fn warnings_precede_all_tables() {
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        let page = page_of(&[busy]);
        assert!(page.find("Verdicts withheld").unwrap() < page.find("<table").unwrap());
    }

    #[test]
    fn hostile_names_are_escaped() {
        let mut hostile = recording(16, 50);
        let name = "</td><script>alert(1)</script><img src=x onerror=alert(1)>\u{1b}[2J\u{202e}";
        let study = hostile.study.as_mut().unwrap();
        study.workloads[0].about = name.into();
        study.workloads[0].answers_to = name.into();
        study.workloads[0].post_says = name.into();
        study.command = vec![name.into()];
        hostile.environment.cpu_model = Some(name.into());
        hostile.environment.governor = Some(name.into());
        let count = |page: &str| page.matches('<').count();
        let mut harmless = recording(16, 50);
        harmless.environment.governor = Some("harmless".into());
        let page = page_of(&[hostile]);
        assert_eq!(count(&page), count(&page_of(&[harmless])));
        assert!(
            !page.contains('\u{1b}') && !page.contains('\u{202e}') && page.matches("<script").count() == 1
        );
    }
}
