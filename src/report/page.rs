//! A self-contained page: no network, no script with data, light and dark mode, and the embedded recording.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::analysis::same::{Machine, hardware};
use crate::analysis::{analysed::Analysed, summary::Row};
use crate::record::{checksum::add_checksum, schema::Recording};
use crate::report::{
    best, chart::Form, chart::caption::date, chart::kind::Drawn, chart::palette::Mode, disclosure::summary,
    escape::plain, export::html as export, page_answer::answer, section::Section, table::Table,
};
use crate::stats::units;

/// Sorts a table by the column whose button is pressed: numbers by value, other columns as text.
const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// What a page shows.
pub struct Page<'a> {
    /// The names of the files of its recordings.
    pub names: &'a [String],
    /// Its recordings.
    pub recordings: &'a [Analysed<'a>],
    /// The sections that recordings may have.
    pub sections: &'a [&'a Section],
    /// Their charts.
    pub charts: Vec<Drawn>,
    /// What all of them together decide.
    pub appendix: Appendix,
}

/// The last section of a page.
pub struct Appendix {
    /// Its heading.
    pub heading: &'static str,
    /// Its result in a sentence.
    pub result: String,
    /// What its table is folded under.
    pub folded: &'static str,
    /// The class of its table for the style sheet.
    pub class: &'static str,
    /// The caption of its table.
    pub caption: &'static str,
    /// Its table.
    pub table: Table,
}

impl Page<'_> {
    /// The page as an HTML document.
    pub fn html(&self) -> String {
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
                        h1 { "Which tool is best for which task?" }
                        (answer(self.recordings))
                        (beside(self.recordings))
                        @for (at, (name, recording)) in self.names.iter().zip(self.recordings).enumerate() {
                            (self.section(at, name, recording))
                        }
                        (pictures(&self.charts))
                        (appendix(&self.appendix))
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        markup.into_string() + "\n"
    }

    /// A recording: first its warnings, then its sections, then the file.
    fn section(&self, at: usize, name: &str, of: &Analysed<'_>) -> Markup {
        let warnings = of.summary.all_warnings();
        let (withheld, told): (Vec<_>, Vec<_>) =
            warnings.into_iter().partition(|warning| warning.blocks_verdicts());
        html! {
            section {
                h2 { (plain(&summary(of.recording, self.sections))) }
                @for warning in withheld { p.warning role="alert" { strong { "No verdict" } ": " (plain(&warning.to_string())) } }
                @if !told.is_empty() {
                    details { summary { "Notes on the machine: " (told.len()) }
                        @for warning in told { p.note { (plain(&warning.to_string())) } } }
                }
                @for section in self.sections {
                    @for panel in section.on_page(of) { (export::panel(&panel)) }
                }
                p { (download(at, name, of.recording)) }
            }
        }
    }
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

/// The best tools of several studies side by side; studies of one machine are adjacent.
fn beside(recordings: &[Analysed<'_>]) -> Markup {
    let mut studies = Vec::new();
    let mut tasks: Vec<&Row> = Vec::new();
    for it in recordings {
        if it.summary.rows.iter().any(|row| !row.cells.is_empty()) {
            studies.push(it);
        }
    }
    let of_machine = numbered(&studies);
    let mut studies: Vec<(usize, &Analysed<'_>)> = of_machine.into_iter().zip(studies).collect();
    studies.sort_by_key(|(number, it)| (*number, it.recording.environment.cores));
    let machines = studies.last().map_or(0, |(number, _)| *number);
    for row in studies.iter().flat_map(|(_, it)| &it.summary.rows) {
        // By name: what the table calls a workload may change.
        if tasks.iter().all(|known| known.workload.name != row.workload.name) {
            tasks.push(row);
        }
    }
    let mut columns = Table::of(&tasks).left("task", |row| best::task(row));
    for (number, study) in &studies {
        let column = match machines {
            1 => machine(study.recording),
            _ => format!("machine {number}: {}", machine(study.recording)),
        };
        columns = columns.left(column, |row| best::in_short(&study.summary, row));
    }
    let table = columns.build();
    html! { @if studies.len() > 1 { section { (export::table("The best tool on each machine", &table)) } } }
}

/// The number of the machine of each of `studies`, from 1: those that can't be told to be of one machine are of two.
fn numbered(studies: &[&Analysed<'_>]) -> Vec<usize> {
    let mut firsts: Vec<&Analysed<'_>> = Vec::new();
    let mut numbers = Vec::new();
    for study in studies {
        let environment = &study.recording.environment;
        let known = firsts
            .iter()
            .position(|first| hardware(&first.recording.environment, environment) == Machine::Same);
        if known.is_none() {
            firsts.push(study);
        }
        numbers.push(known.map_or(firsts.len(), |at| at + 1));
    }
    numbers
}

/// A machine and its measurement date, as a column header.
fn machine(recording: &Recording) -> String {
    let environment = &recording.environment;
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let cores = units::cores(environment.cores);
    match environment.started_unix_s.and_then(date) {
        Some(day) => format!("{cpu}, {cores}, {day}"),
        None => format!("{cpu}, {cores}"),
    }
}

fn pictures(charts: &[Drawn]) -> Markup {
    html! {
        section {
            h2 { "Pictures" }
            @for drawn in charts {
                @match drawn {
                    Ok(chart) => @if chart.form == Form::Usual { figure { (PreEscaped(chart.svg(Mode::Auto))) } }
                    Err(why) => p.note { "No chart of " (plain(why)) "." }
                }
            }
        }
    }
}

fn appendix(appendix: &Appendix) -> Markup {
    html! {
        section {
            h2 { (appendix.heading) }
            p { (appendix.result) }
            details { summary { (appendix.folded) }
                div class=(appendix.class) { (export::table(appendix.caption, &appendix.table)) } }
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
    use crate::analysis::same::tests::on_a_machine;
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;
    use crate::report::chart::draw::KINDS;
    use crate::report::chart::kind::draw_kinds;
    use crate::report::render::SECTIONS;

    fn page_of(recordings: &[Recording]) -> String {
        let names = vec!["some.json".to_owned(); recordings.len()];
        let table = Table::of(&["C1"]).left("claim", |id| *id).build();
        let appendix = Appendix {
            heading: "Claims",
            result: "1 claim".into(),
            folded: "All",
            class: "claims",
            caption: "Claims",
            table,
        };
        let recordings = &Analysed::all(recordings)[..];
        let charts = draw_kinds(KINDS, recordings);
        Page { names: &names, recordings, sections: SECTIONS, charts, appendix }.html()
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
    fn warnings_stand_beneath_the_matrix() {
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        let page = page_of(&[busy]);
        let (matrix, rest) = page.split_once("</table>").unwrap();
        assert!(matrix.contains("class=\"none\"") && !matrix.contains("class=\"best\""));
        assert!(rest.find("No verdict").unwrap() < rest.find("<table").unwrap());
    }

    #[test]
    fn task_with_new_title_keeps_its_row() {
        let (mut old, new) = (recording(16, 50), recording(16, 50));
        old.study.as_mut().unwrap().workloads[0].answers_to = "an older title".into();
        let beside = beside(&Analysed::all(&[old, new])).into_string();
        let rows = beside.matches("<tr>").count();
        assert_eq!(rows, 1 + recording(16, 50).study.unwrap().workloads.len(), "{beside}");
    }

    #[test]
    fn machines_of_one_name_are_told_apart() {
        let one = on_a_machine(recording(16, 50));
        let mut larger = one.clone();
        larger.environment.memory_bytes = Some(1 << 40);
        let page = page_of(&[one.clone(), larger, one.clone()]);
        assert_eq!(page.matches("machine 1: a processor").count(), 2);
        assert_eq!(page.matches("machine 2: a processor").count(), 1);
        assert!(!page_of(&[one.clone(), one]).contains("machine 1"));
        assert!(page_of(&[recording(16, 50), recording(16, 50)]).contains("machine 2: unknown processor"));
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
