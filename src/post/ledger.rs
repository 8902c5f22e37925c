//! The ledger of claims: a row for each claim, and each in full.

use std::fmt::Write as _;

use serde_json::Value;

use crate::analysis::{analysed::Analysed, same::another_machine};
use crate::post::claims::{Case, CaseResult, Claim, ClaimVerdict, Judgement, Measurements, claims};
use crate::record::schema::Recording;
use crate::report::export::{Format, csv, json};
use crate::report::table::{Columns, Table};
use crate::report::{escape, page::Appendix};

/// The text width in columns.
const WIDTH: usize = 100;

/// A claim and its verdict.
pub type Judged = (&'static Claim, Judgement);

/// The verdict of `numbers` on each of `claims`.
pub fn judge(claims: impl IntoIterator<Item = &'static Claim>, numbers: &Measurements<'_>) -> Vec<Judged> {
    claims.into_iter().map(|claim| (claim, claim.judge(numbers))).collect()
}

/// The verdict of `recordings` on every claim.
pub fn judge_all(recordings: &[Analysed<'_>]) -> Vec<Judged> {
    judge(claims(), &Measurements::of_analysed(recordings))
}

/// The ledger in `format`; in a terminal each claim can be shown in full.
pub fn render(judged: &[Judged], format: Format, in_full: bool) -> String {
    match format {
        Format::Table if in_full => judged.iter().map(full).collect::<Vec<_>>().join("\n"),
        Format::Table => terminal(judged),
        Format::Markdown => format!("{}\n{}\n", rows(judged), summary(judged)),
        Format::Csv => {
            csv::table(&columns(judged).left("numbers", |(_, judgement)| cases(judgement)).build())
        }
        Format::Json => json::document(&with_cases(judged)),
    }
}

/// A sentence for a ledger of several machines, or of what may be several.
pub fn of_several_machines<'a>(recordings: impl IntoIterator<Item = &'a Recording>) -> Option<String> {
    let mut environments = recordings.into_iter().map(|recording| &recording.environment);
    let another = another_machine(environments.next()?, environments)?;
    Some(format!(
        "The recordings are not known to be of one machine: {another}. Each number is of the first that has it."
    ))
}

/// The section of all claims at the end of the page of `recordings`.
pub fn appendix(recordings: &[Analysed<'_>]) -> Appendix {
    let judged = judge_all(recordings);
    let mut result = summary(&judged);
    if let Some(sentence) = of_several_machines(recordings.iter().map(|it| it.recording)) {
        result = format!("{result} {sentence}");
    }
    let table = Table::of(&judged)
        .left("claim", |(claim, _)| claim.id)
        .left("the post says", |(claim, _)| claim.says)
        .left("verdict", |(_, judgement)| judgement.verdict.to_string())
        .left("numbers", |(_, judgement)| cases(judgement))
        .build();
    Appendix {
        heading: "What becomes of the post's claims",
        result,
        folded: "All of them",
        class: "claims",
        caption: "Claims",
        table,
    }
}

/// At least two lines for each claim, with its verdict and numbers, and a line with the totals.
fn terminal(judged: &[Judged]) -> String {
    let mut text = String::new();
    for (claim, judgement) in judged {
        let _ = writeln!(text, "{:<4} {:<17}  {}", claim.id, judgement.verdict, claim.says);
        text += &wrapped(&cases(judgement), 24);
    }
    format!("{text}\n{}\nHow each was decided: bakeoff claims ID.\n", summary(judged))
}

/// `31 confirmed, 9 refined, ...` for the post's claims.
pub fn summary(judged: &[Judged]) -> String {
    let mut counts = Vec::new();
    for verdict in
        [ClaimVerdict::True, ClaimVerdict::Qualified, ClaimVerdict::False, ClaimVerdict::NotMeasured]
    {
        counts.push(format!("{} {verdict}", count(judged, Some(verdict))));
    }
    format!("{} claims: {}.", count(judged, None), counts.join(", "))
}

/// The number of claims of the post with `verdict`, or of all.
fn count(judged: &[Judged], verdict: Option<ClaimVerdict>) -> usize {
    let mut count = 0;
    for (claim, judgement) in judged {
        if claim.is_of_the_post() && verdict.is_none_or(|verdict| judgement.verdict == verdict) {
            count += 1;
        }
    }
    count
}

/// The number of claims that `recording` decides by itself, by verdict.
pub fn decided_by(recording: &Recording) -> String {
    let judged = judge_all(&[Analysed::of(recording)]);
    let all = count(&judged, None);
    format!(
        "Of {all} claims of the post this recording decides {}: {} confirmed, {} refined, {} refuted. For the others: bakeoff \
         claims",
        all - count(&judged, Some(ClaimVerdict::NotMeasured)),
        count(&judged, Some(ClaimVerdict::True)),
        count(&judged, Some(ClaimVerdict::Qualified)),
        count(&judged, Some(ClaimVerdict::False))
    )
}

fn full((claim, judgement): &Judged) -> String {
    let mut text = format!("{}: {}\n", claim.id, judgement.verdict);
    let facts = [("the post says", claim.says), ("where", claim.at), ("decided by", claim.decided_by)];
    for (name, fact) in facts {
        text += &wrapped(&format!("{name}: {fact}"), 5);
    }
    for Case { name, result } in &judgement.cases {
        text += &wrapped(&format!("{name}: {}", in_words(result)), 5);
    }
    text
}

fn in_words(result: &CaseResult) -> String {
    match result {
        CaseResult::Holds(numbers) => format!("holds, {numbers}"),
        CaseResult::Fails(numbers) => format!("does not hold, {numbers}"),
        CaseResult::Unknown(why) => format!("not measured, {why}"),
    }
}

/// All cases in one line: first the measured ones, then the others by reason.
fn cases(judgement: &Judgement) -> String {
    if let [Case { result, .. }] = &judgement.cases[..] {
        return match result {
            CaseResult::Unknown(why) => why.clone(),
            measured => in_words(measured),
        };
    }
    let mut said = Vec::new();
    let mut unmeasured: Vec<(&str, Vec<&str>)> = Vec::new();
    for Case { name, result } in &judgement.cases {
        match result {
            CaseResult::Unknown(why) => match unmeasured.iter_mut().find(|(reason, _)| reason == why) {
                Some((_, names)) => names.push(name),
                None => unmeasured.push((why, vec![name])),
            },
            measured => said.push(format!("{name}: {}", in_words(measured))),
        }
    }
    for (why, names) in unmeasured {
        said.push(format!("not measured: {} ({why})", names.join(", ")));
    }
    said.join("; ")
}

/// A table in Markdown with a row for each claim, as pages have it between their markers.
pub fn rows(judged: &[Judged]) -> String {
    let mut text = String::from("| | the post says | verdict | numbers |\n|---|---|---|---|\n");
    for (claim, judgement) in judged {
        let numbers = escape::markdown(&cases(judgement));
        let _ = writeln!(text, "| {} | {} | **{}** | {numbers} |", claim.id, claim.says, judgement.verdict);
    }
    text
}

/// The columns of claims that every format for programs has.
fn columns(judged: &[Judged]) -> Columns<'_, Judged> {
    Table::of(judged)
        .left("id", |(claim, _)| claim.id)
        .left("says", |(claim, _)| claim.says)
        .left("at", |(claim, _)| claim.at)
        .left("decided_by", |(claim, _)| claim.decided_by)
        .left("verdict", |(_, judgement)| judgement.verdict.to_string())
}

/// The claims with their cases.
fn with_cases(judged: &[Judged]) -> Value {
    let mut claims = json::rows(&columns(judged).build());
    for (at, (_, Judgement { cases, .. })) in judged.iter().enumerate() {
        let table = Table::of(cases)
            .left("name", |case| case.name.as_str())
            .left("holds", |case| holds(&case.result))
            .left("numbers", |case| numbers(&case.result))
            .build();
        claims[at]["cases"] = json::rows(&table);
    }
    claims
}

fn holds(result: &CaseResult) -> Option<bool> {
    match result {
        CaseResult::Holds(_) => Some(true),
        CaseResult::Fails(_) => Some(false),
        CaseResult::Unknown(_) => None,
    }
}

/// The numbers of a case, or why there are none.
fn numbers(result: &CaseResult) -> &str {
    match result {
        CaseResult::Holds(text) | CaseResult::Fails(text) | CaseResult::Unknown(text) => text,
    }
}

/// `text` in indented lines of at most [`WIDTH`] columns.
fn wrapped(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let (mut lines, mut line) = (String::new(), margin.clone());
    for word in text.split_whitespace() {
        if line.chars().count() + word.chars().count() >= WIDTH {
            lines += &(std::mem::replace(&mut line, margin.clone()).trim_end().to_owned() + "\n");
        }
        line += word;
        line += " ";
    }
    lines + line.trim_end() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::same::tests::on_a_machine;
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;

    fn some(ids: &[&str]) -> Vec<Judged> {
        let recordings = inside();
        let all = judge(claims(), &Measurements::of(&recordings));
        all.into_iter().filter(|(claim, _)| ids.contains(&claim.id)).collect()
    }

    #[test]
    fn claims_show_verdict_and_numbers() {
        insta::assert_snapshot!(render(&some(&["C1", "C8", "T3", "G1"]), Format::Table, false));
        insta::assert_snapshot!(render(&some(&["T3"]), Format::Table, true));
        insta::assert_snapshot!(render(&some(&["C8", "G1"]), Format::Markdown, false));
    }

    #[test]
    fn ledger_of_several_machines_says_so() {
        let one = on_a_machine(recording(16, 50));
        let mut smaller = one.clone();
        smaller.environment.cores = 1;
        assert_eq!(of_several_machines([&one, &smaller]), None);
        let mut other = one.clone();
        other.environment.memory_bytes = None;
        let all = [one, smaller, other];
        assert!(of_several_machines(&all).unwrap().contains("(memory unknown)"));
        let page = appendix(&Analysed::all(&all));
        assert!(page.result.contains("not known to be of one machine"), "{}", page.result);
    }

    #[test]
    fn csv_and_json_contain_every_claim() {
        let all: Vec<&str> = claims().map(|claim| claim.id).collect();
        let judged = some(&all);
        assert_eq!(render(&judged, Format::Csv, false).lines().count(), all.len() + 1);
        let json: Value = serde_json::from_str(&render(&judged, Format::Json, false)).unwrap();
        assert_eq!(json.as_array().unwrap().len(), all.len());
    }
}
