//! Every view of a study names the same best tools, and the same that are undecided.

use serde_json::Value;

use crate::analysis::analysed::Analysed;
use crate::analysis::answer::{Answer, tests::row};
use crate::analysis::summary::{CellResult, Summary};
use crate::post::splice::{Part, text};
use crate::post::{chirpy, page::page, sections};
use crate::record::schema::{Kind, Recording};
use crate::report::bars::bars;
use crate::report::export::Format;
use crate::report::style::TerminalStyle;
use crate::report::{render::render, screen::answer};

const STYLE: TerminalStyle = TerminalStyle { width: 100, ascii: true, coloured: false };

/// The models that are the best, and those that are undecided, in the order of a table.
#[derive(Debug, Default, PartialEq)]
struct Sets {
    best: Vec<String>,
    undecided: Vec<String>,
}

impl Sets {
    fn of(best: &[&CellResult], undecided: &[&CellResult]) -> Self {
        let names = |cells: &[&CellResult]| cells.iter().map(|cell| cell.model().to_owned()).collect();
        Sets { best: names(best), undecided: names(undecided) }
    }
}

/// Studies of one task, by what is special about them.
fn studies() -> Vec<(&'static str, Recording)> {
    let mut busy = row(&[[101, 101]]);
    busy.environment.quota_millicores = Some(500);
    let mut studies = vec![
        ("a tie", row(&[[101, 101], [150, 150]])),
        ("undecided", row(&[[101, 101], [101, 120], [150, 150], [160, 160]])),
        ("no winner", row(&[[101, 120], [101, 130]])),
        ("no verdict", busy),
    ];
    for (_, study) in &mut studies {
        study.study.as_mut().unwrap().workloads[0].kind = Kind::Computes;
    }
    studies
}

/// The sets in the lines of a Markdown or plain table, the columns of which are in `columns`.
fn in_markdown(text: &str, columns: [usize; 2]) -> Sets {
    let line = text.lines().find(|line| line.starts_with("| hash")).unwrap();
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let names = |column: usize| {
        let is_set = !cells[column].starts_with("no ") && cells[column] != "-";
        let names = cells[column].split(", ").filter(|_| is_set);
        names.map(str::to_owned).collect()
    };
    Sets { best: names(columns[0]), undecided: names(columns[1]) }
}

/// The sets by the signs behind the speedups of the matrix of a terminal.
fn on_screen(text: &str, models: &[String]) -> Sets {
    let line = text.lines().find(|line| line.starts_with("hash")).unwrap();
    let mut sets = Sets::default();
    for (cell, model) in line.split_whitespace().skip(1).zip(models) {
        match cell.chars().last() {
            Some('*') => sets.best.push(model.clone()),
            Some('?') => sets.undecided.push(model.clone()),
            _ => {}
        }
    }
    sets
}

/// The sets by the classes of the cells of the matrix of a page.
fn on_page(page: &str, models: &[String]) -> Sets {
    let row = page.split("<small>hash").nth(1).unwrap().split("</tr>").next().unwrap();
    let mut sets = Sets::default();
    for (cell, model) in row.split("<td ").skip(1).zip(models) {
        if cell.contains("class=\"best\"") {
            sets.best.push(model.clone());
        }
        if cell.contains("class=\"may-be\"") {
            sets.undecided.push(model.clone());
        }
    }
    sets
}

/// The sets in the values for programs.
fn in_values(json: &str) -> Sets {
    let document: Value = serde_json::from_str(json).unwrap();
    let mut sets = Sets::default();
    for cell in document["cells"].as_array().unwrap() {
        let model = cell["cell"].as_str().unwrap().split('/').next().unwrap().to_owned();
        match cell["tool"].as_str() {
            Some("best") => sets.best.push(model),
            Some("undecided") => sets.undecided.push(model),
            _ => {}
        }
    }
    sets
}

#[test]
fn every_view_has_the_same_sets() {
    for (name, study) in studies() {
        let summary = Summary::of(&study);
        let of_row = Answer::of(&summary.rows[0]);
        let expected = Sets::of(&of_row.best(), &of_row.undecided());
        let models: Vec<String> = of_row.tools.iter().map(|tool| tool.cell.model().to_owned()).collect();
        let analysed = Analysed::all(std::slice::from_ref(&study));
        let readme = text(Part::Answer, &analysed).unwrap();
        assert_eq!(in_markdown(&readme, [1, 3]), expected, "{name} in README");
        let files = chirpy::files(std::slice::from_ref(&study), None).unwrap();
        let post = String::from_utf8(files[0].1.clone()).unwrap();
        assert_eq!(in_markdown(&post, [1, 3]), expected, "{name} in the post");
        // Columns of a family stand side by side: unknown models last.
        assert_eq!(on_screen(&answer(&study, STYLE).unwrap(), &models), expected, "{name} on a terminal");
        let page = page(&["some.json".into()], std::slice::from_ref(&study));
        assert_eq!(on_page(&page, &models), expected, "{name} on the page");
        assert_eq!(
            in_values(&render(&study, &sections(), Format::Json, TerminalStyle::UNLIMITED)),
            expected,
            "{name} in JSON"
        );
        let bars = bars(&summary, STYLE).split_whitespace().collect::<Vec<_>>().join(" ");
        for set in [&expected.best, &expected.undecided] {
            assert!(bars.contains(&set.join(", ")), "{name} in bars: {bars}");
        }
    }
}
