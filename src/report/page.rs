//! A self-contained page: no network, no script with data, light and dark mode, and the embedded recording.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::analysis::same::{Machine, hardware};
use crate::analysis::{analysed::Analysed, summary::Row};
use crate::record::{checksum::add_checksum, schema::Recording};
use crate::report::chart::caption::{date, source};
use crate::report::chart::{Form, kind::Drawn, palette::Mode};
use crate::report::page_answer::{answer, matrices_of_python, with_answer};
use crate::report::{
    arrivals, best, block::Block, costs, disclosure::summary, escape::plain, evidence,
    export::html as export, map, page_claims::Claims, platforms, section::Section, table::Table,
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
    pub pictures: Pictures,
    /// What all of them together decide.
    pub claims: Option<Claims>,
}

/// The charts of a page, by what they are about.
pub struct Pictures {
    /// Interpreters.
    pub python: Vec<Drawn>,
    /// Stories.
    pub stories: Vec<Drawn>,
    /// Costs.
    pub costs: Vec<Drawn>,
    /// Jobs that came over time.
    pub arrivals: Vec<Drawn>,
    /// Tasks of any length, of which any share waits.
    pub map: Vec<Drawn>,
    /// Numbers of cores.
    pub cores: Vec<Drawn>,
}

/// A part of a page, to which its contents bar links.
struct Part {
    id: &'static str,
    /// Its words in the contents bar.
    short: &'static str,
    heading: &'static str,
    content: Markup,
}

impl Page<'_> {
    /// The page as an HTML document.
    pub fn html(&self) -> String {
        let title = "bakeoff: which tool is best for which task?";
        let parts = self.parts();
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
                        (provenance(self.recordings))
                        nav aria-label="Contents" { @for part in &parts { a href={ "#" (part.id) } { (part.short) } " " } }
                        (answer(self.recordings))
                        @for part in &parts {
                            section id=(part.id) { h2 { (part.heading) } (part.content) }
                        }
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        markup.into_string() + "\n"
    }

    /// The parts behind the answer; without those that the recordings have nothing for.
    fn parts(&self) -> Vec<Part> {
        let part = |id, short, heading, content| Part { id, short, heading, content };
        let pictures = &self.pictures;
        let mut parts = vec![
            part("python", "Python", self.heading_of_python(), self.python()),
            part(
                "claims",
                "Claims",
                "Is the post right?",
                self.claims.as_ref().map(Claims::markup).unwrap_or_default(),
            ),
            part("stories", "Stories", "The post's worked examples", figures(&pictures.stories)),
            part(
                "tools",
                "Tools",
                "The tools, as traces show them",
                self.first_blocks(evidence::tools, "The tools"),
            ),
            part("costs", "Costs", "What each tool costs", self.costs()),
            part("arrivals", "Arrivals", arrivals::SECTION.heading, self.arrivals()),
            part("map", "Map", map::SECTION.heading, self.map()),
            part("cores", "Cores", "Other numbers of cores, other machines", self.cores()),
            part("numbers", "All numbers", "All numbers", self.numbers()),
            part("data", "Data", "The recordings", self.data()),
        ];
        parts.retain(|part| !part.content.0.is_empty());
        parts
    }

    /// What the first recording that has it says.
    fn first_blocks(&self, of: fn(&Analysed<'_>) -> Option<Vec<Block>>, heading: &str) -> Markup {
        html! { @if let Some(blocks) = self.recordings.iter().find_map(of) { (export::blocks(&blocks, heading)) } }
    }

    /// The post says nothing of users' functions.
    fn heading_of_python(&self) -> &'static str {
        let are_of_users = self.recordings.iter().all(|of| of.recording.of_user);
        if are_of_users { "In Python" } else { "Is the post's advice right for Python?" }
    }

    fn python(&self) -> Markup {
        html! {
            (self.first_blocks(platforms::advice, "The post's advice"))
            (matrices_of_python(self.recordings))
            (figures(&self.pictures.python))
        }
    }

    fn costs(&self) -> Markup {
        html! { (self.first_blocks(costs::narrow, "The main costs")) (figures(&self.pictures.costs)) }
    }

    fn arrivals(&self) -> Markup {
        let said = self.first_blocks(arrivals::SECTION.in_short, arrivals::SECTION.heading);
        html! { (said) (figures(&self.pictures.arrivals)) }
    }

    fn map(&self) -> Markup {
        html! { (self.first_blocks(map::in_words, map::SECTION.heading)) (figures(&self.pictures.map)) }
    }

    fn cores(&self) -> Markup {
        html! { (beside(self.recordings)) (figures(&self.pictures.cores)) }
    }

    /// Every table of each recording, and what blocks its verdicts.
    fn numbers(&self) -> Markup {
        html! {
            @for of in self.recordings {
                h3 { (plain(&summary(of.recording, self.sections))) }
                @for warning in of.summary.all_warnings() {
                    @if warning.blocks_verdicts() {
                        p.warning role="alert" { strong { "No verdict" } ": " (plain(&warning.to_string())) }
                    }
                }
                @for section in self.sections {
                    @for panel in section.on_page(of) { (export::folded(&panel, section.heading)) }
                }
            }
        }
    }

    /// Each recording: what is to be noted of its machine, and the file itself.
    fn data(&self) -> Markup {
        html! {
            @for (at, (name, of)) in self.names.iter().zip(self.recordings).enumerate() {
                h3 { (plain(&source(of.recording))) }
                (notes(of))
                p { (download(at, name, of.recording)) }
            }
        }
    }
}

/// Where the numbers of the answer come from.
fn provenance(recordings: &[Analysed<'_>]) -> Markup {
    let first = with_answer(recordings).or(recordings.first());
    html! { @if let Some(of) = first { p.source { (plain(&source(of.recording))) } } }
}

/// What is to be noted of the machine of a recording, folded.
fn notes(of: &Analysed<'_>) -> Markup {
    let mut notes = of.summary.all_warnings();
    notes.retain(|warning| !warning.blocks_verdicts());
    html! {
        @if !notes.is_empty() {
            details { summary { "Notes on the machine: " (notes.len()) }
                @for note in notes { p.note { (plain(&note.to_string())) } } }
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
    html! { @if studies.len() > 1 { (export::table("Best: within 5 % of the fastest, with the speedup of the fastest", &table)) } }
}

/// The number of the machine of each of `studies`, from 1: those that are not known to be of one machine are of two.
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

/// Charts, and why others are absent; nothing if there is no chart.
fn figures(charts: &[Drawn]) -> Markup {
    html! {
        @if charts.iter().any(Result::is_ok) {
            @for drawn in charts {
                @match drawn {
                    Ok(chart) => {
                        @let class = if chart.form == Form::Narrow { "narrow" } else { "usual" };
                        figure class=(class) { (PreEscaped(chart.svg(Mode::Auto))) }
                    }
                    Err(why) => p.note { "No chart of " (plain(why)) "." }
                }
            }
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
    use crate::analysis::arrivals::tests::recording_with_arrivals;
    use crate::analysis::same::tests::on_a_machine;
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;
    use crate::report::chart::draw::KINDS;
    use crate::report::chart::kind::draw_kinds;
    use crate::report::render::SECTIONS;

    fn page_of(recordings: &[Recording]) -> String {
        let names = vec!["some.json".to_owned(); recordings.len()];
        let recordings = &Analysed::all(recordings)[..];
        let drawn = draw_kinds(KINDS, recordings);
        let pictures = Pictures {
            python: vec![],
            stories: vec![],
            costs: drawn,
            arrivals: vec![],
            map: vec![],
            cores: vec![],
        };
        let claims = Some(Claims { result: "1 claim".into(), claims: vec![], checks: vec![] });
        Page { names: &names, recordings, sections: SECTIONS, pictures, claims }.html()
    }

    #[test]
    fn page_policy_forbids_all_loading() {
        let page = page_of(&inside());
        assert!(page.contains("default-src 'none'") && page.contains("<script>") && page.contains("<svg"));
        let loads = |text: &str| text.contains("src=\"") || text.contains("url(") || text.contains("@import");
        assert!(!loads(&page));
        let links = page
            .split("href=\"")
            .skip(1)
            .all(|link| link.starts_with('#') || link.starts_with("data:application/gzip;base64,"));
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
    fn arrivals_alone_are_a_part() {
        let page = page_of(&[recording_with_arrivals()]);
        let (_, part) =
            page.split_once("<section id=\"arrivals\"><h2>Jobs that come over time</h2>").unwrap();
        let (part, _) = part.split_once("</section>").unwrap();
        assert!(part.contains("can't keep up") && part.contains("over: +"), "{part}");
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
