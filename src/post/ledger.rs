//! The ledger of claims: a row for each claim, and each in full.

use std::fmt::Write as _;

use serde_json::Value;

use crate::analysis::{analysed::Analysed, same::another_machine};
use crate::post::claims::words::Source;
use crate::post::claims::{
    Case, CaseKind, CaseResult, Claim, ClaimVerdict, Judgement, Sources, Words, claims,
};
use crate::record::schema::Recording;
use crate::report::escape;
use crate::report::export::{Format, csv, json};
use crate::report::footnotes::some_of;
use crate::report::page_claims::{ClaimOnPage, Claims};
use crate::report::style::TerminalStyle;
use crate::report::table::{Columns, Table};

/// What is before a claim's words in a list, and before the facts about it where it stands alone.
const LIST: &str = "                         ";
const ALONE: &str = "     ";

/// A claim and its verdict.
pub type Judged = (&'static Claim, Judgement);

/// The verdict of `sources` on each of `claims`.
pub fn judge(claims: impl IntoIterator<Item = &'static Claim>, sources: &Sources<'_>) -> Vec<Judged> {
    claims.into_iter().map(|claim| (claim, claim.judge(sources))).collect()
}

/// The verdict of `recordings` on every claim.
pub fn judge_all(recordings: &[Analysed<'_>]) -> Vec<Judged> {
    judge(claims(), &Sources::of_analysed(recordings))
}

/// The ledger in `format`; in a terminal each claim can be shown in full.
pub fn render(judged: &[Judged], format: Format, in_full: bool, style: TerminalStyle) -> String {
    match format {
        Format::Table if in_full => judged.iter().map(|it| full(it, style)).collect::<Vec<_>>().join("\n"),
        Format::Table => terminal(judged, style),
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
        "The recordings are not known to be of one machine: {another}. Each case is judged on each recording that has it."
    ))
}

/// The verdicts of `recordings` on every claim; none if they measured nothing that any claim is about, as those of a user's functions, or those of
/// a map alone, which know no more than which interpreters there are.
pub fn judge_if_any(recordings: &[Analysed<'_>]) -> Option<Vec<Judged>> {
    if !recordings.iter().any(|of| has_what_claims_are_about(of.recording)) {
        return None;
    }
    let judged = judge_all(recordings);
    let is_measured = |(_, judgement): &Judged| judgement.verdict != ClaimVerdict::NotMeasured;
    judged.iter().any(is_measured).then_some(judged)
}

fn has_what_claims_are_about(recording: &Recording) -> bool {
    let Recording { study, evidence, stories, costs, .. } = recording;
    study.is_some() || evidence.is_some() || stories.is_some() || costs.is_some()
}

/// All claims on the page of `recordings`: those that are not true first.
pub fn on_page(recordings: &[Analysed<'_>]) -> Option<Claims> {
    let mut judged = judge_if_any(recordings)?;
    let mut result = summary(&judged);
    if let Some(sentence) = of_several_machines(recordings.iter().map(|it| it.recording)) {
        result = format!("{result} {sentence}");
    }
    // A stable sort: within a verdict the order of the post stands.
    judged.sort_by_key(|(_, judgement)| judgement.verdict.place_on_page());
    let (mut claims, mut checks) = (vec![], vec![]);
    for (claim, judgement) in judged {
        let list = if judgement.is_check() { &mut checks } else { &mut claims };
        list.push(claim_on_page(claim, &judgement));
    }
    Some(Claims { result, claims, checks })
}

fn claim_on_page(claim: &Claim, judgement: &Judgement) -> ClaimOnPage {
    let mut cases = Vec::new();
    for case in &judgement.cases {
        cases.push(format!("{}{}: {}, {}", check(case), case.name, case.result.word(), case.numbers()));
    }
    ClaimOnPage {
        id: claim.id,
        says: claim.says.to_string(),
        link: claim.says.link(),
        verdict: judgement.verdict.to_string(),
        condition: judgement.condition_in_short(),
        cases,
    }
}

/// At least two lines for each claim, with its verdict and numbers, and a line with the totals.
fn terminal(judged: &[Judged], style: TerminalStyle) -> String {
    let mut text = String::new();
    for (claim, judgement) in judged {
        let first = format!("{:<4} {:<18}  ", claim.id, judgement.verdict);
        for line in style.wrapped_with(&claim.says.to_string(), &first, LIST) {
            let _ = writeln!(text, "{}", style.bold(&line));
        }
        if let Some(condition) = judgement.condition() {
            text += &indented(&condition, LIST, style);
        }
        text += &indented(&cases(judgement), LIST, style);
    }
    let end = format!("{}\nHow each was decided: bakeoff claims ID.", summary(judged));
    format!("{text}\n{}", indented(&end, "", style))
}

/// How many of the post's claims have which verdict. Checks of this program are counted apart, and no word is given for them.
pub fn summary(judged: &[Judged]) -> String {
    let checks = verdicts(judged, CaseKind::Check);
    let findings = findings(judged);
    if checks.is_empty() {
        return findings;
    }
    let passed = count(&checks, ClaimVerdict::CheckPassed);
    let failed = count(&checks, ClaimVerdict::CheckFailed);
    let all = checks.len();
    let without = match all - passed - failed {
        0 => String::new(),
        others => format!(", {others} without verdict"),
    };
    format!(
        "{findings} {all} more follow by definition and check bakeoff itself: {passed} passed, {failed} failed{without}."
    )
}

/// How many of the post's claims that measurements decide have which verdict.
pub fn findings(judged: &[Judged]) -> String {
    let findings = verdicts(judged, CaseKind::Finding);
    let mut parts = vec![];
    for verdict in ClaimVerdict::OF_FINDINGS {
        parts.push(format!("{} {verdict}", count(&findings, verdict)));
    }
    format!("{} claims: {}.", findings.len(), parts.join(", "))
}

/// The verdicts on the post's claims that cases of this kind decide.
fn verdicts(judged: &[Judged], kind: CaseKind) -> Vec<ClaimVerdict> {
    let mut verdicts = vec![];
    for (claim, judgement) in judged {
        if claim.is_of_the_post() && judgement.kind() == kind {
            verdicts.push(judgement.verdict);
        }
    }
    verdicts
}

fn count(verdicts: &[ClaimVerdict], wanted: ClaimVerdict) -> usize {
    verdicts.iter().filter(|verdict| **verdict == wanted).count()
}

/// What `recording` alone says of the post's claims.
pub fn decided_by(recording: &Recording) -> String {
    let judged = judge_all(&[Analysed::of(recording)]);
    format!("The post by this recording alone, {} More: bakeoff claims", findings(&judged))
}

/// A verdict with its condition.
fn in_a_sentence(judgement: &Judgement) -> String {
    match condition_after(judgement) {
        Some(condition) => format!("{}: {condition}", judgement.verdict),
        None => judgement.verdict.to_string(),
    }
}

/// The condition as it reads behind the verdict, whose word it may begin with.
fn condition_after(judgement: &Judgement) -> Option<String> {
    let condition = judgement.condition()?;
    let word = format!("{}: ", judgement.verdict);
    Some(condition.strip_prefix(&word).unwrap_or(&condition).to_owned())
}

fn full((claim, judgement): &Judged, style: TerminalStyle) -> String {
    let mut text = String::new();
    for line in style.wrapped(&format!("{}: {}", claim.id, in_a_sentence(judgement)), ALONE) {
        let _ = writeln!(text, "{}", style.bold(&line));
    }
    let mut facts = vec![(whose(claim.says), claim.says.text()), ("below", claim.says.at())];
    let link = claim.says.link();
    facts.extend(link.as_deref().map(|link| ("there", link)));
    facts.push(("decided by", claim.decided_by));
    for (name, fact) in facts {
        text += &indented(&format!("{name}: {fact}"), ALONE, style);
    }
    for case in &judgement.cases {
        let name = &case.name;
        let said = format!("{}{name}: {}, {}", check(case), case.result.word(), case.numbers());
        text += &indented(&said, ALONE, style);
    }
    text
}

fn whose(says: Words) -> &'static str {
    match says.source() {
        Source::Post(_) => "the post says",
        Source::Talk => "the talk says",
        Source::Bakeoff => "bakeoff says",
    }
}

fn check(case: &Case) -> &'static str {
    match case.kind {
        CaseKind::Finding => "",
        CaseKind::Check => "check, ",
    }
}

/// All cases in one line: first the measured ones, then those without a verdict and the others, by reason.
fn cases(judgement: &Judgement) -> String {
    let mut said = vec![];
    let (mut without_verdict, mut unmeasured) = (Reasons::default(), Reasons::default());
    for case in &judgement.cases {
        if let CaseResult::Missing(why) = &case.result {
            unmeasured.add(why, &case.name);
            continue;
        }
        said.push(format!("{}{}: {}", check(case), case.name, case.result.numbers()));
        if let Some(why) = &case.no_verdict {
            without_verdict.add(why, &case.name);
        }
    }
    let measured = said.len();
    for (why, names) in without_verdict.all {
        said.push(match names.len() == measured {
            true => format!("no verdict: {why}"),
            false => format!("no verdict on {}: {why}", some_of(&names)),
        });
    }
    for (why, names) in unmeasured.all {
        said.push(format!("not measured: {} ({why})", some_of(&names)));
    }
    said.join("; ")
}

/// Reasons, each with the cases that it holds for.
#[derive(Default)]
struct Reasons<'a> {
    all: Vec<(&'a str, Vec<&'a str>)>,
}

impl<'a> Reasons<'a> {
    fn add(&mut self, why: &'a str, name: &'a str) {
        match self.all.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, names)) => names.push(name),
            None => self.all.push((why, vec![name])),
        }
    }
}

/// A table in Markdown with a row for each claim, as pages have it between their markers.
pub fn rows(judged: &[Judged]) -> String {
    let mut text = String::from("| | the post says | verdict | numbers |\n|---|---|---|---|\n");
    for (claim, judgement) in judged {
        let (says, numbers) = (in_markdown(claim.says), escape::markdown(&cases(judgement)));
        let condition =
            condition_after(judgement).map_or(String::new(), |condition| format!(": {condition}"));
        let (verdict, condition) = (judgement.verdict, escape::markdown(&condition));
        let _ = writeln!(text, "| {} | {says} | **{verdict}**{condition} | {numbers} |", claim.id);
    }
    text
}

/// A line of a list in Markdown for each claim: its words, and its verdict with the condition in short.
pub fn sentences(judged: &[Judged]) -> String {
    let mut text = String::new();
    for (claim, judgement) in judged {
        let condition = judgement.condition_in_short().unwrap_or_else(|| some_numbers(judgement));
        let (says, verdict) = (in_markdown(claim.says), judgement.verdict);
        let _ = writeln!(text, "- {says}: **{verdict}**: {}.", escape::markdown(&condition));
    }
    text
}

/// The numbers of the first case of each name, for a claim without conditions.
fn some_numbers(judgement: &Judgement) -> String {
    let mut numbers = Vec::new();
    for case in judgement.cases.iter().filter(|case| case.kind == judgement.kind()).take(2) {
        numbers.push(format!("{}: {}", case.name, case.numbers()));
    }
    numbers.join("; ")
}

/// Words in quotation marks that link to the heading that they stand under.
fn in_markdown(says: Words) -> String {
    let words = escape::markdown(&says.to_string());
    match says.link() {
        Some(link) => format!("[{words}]({link})"),
        None => words,
    }
}

/// The columns of claims that every format for programs has.
fn columns(judged: &[Judged]) -> Columns<'_, Judged> {
    Table::of(judged)
        .left("id", |(claim, _)| claim.id)
        .left("says", |(claim, _)| claim.says.text())
        .left("at", |(claim, _)| claim.says.at())
        .left("link", |(claim, _)| claim.says.link())
        .left("decided_by", |(claim, _)| claim.decided_by)
        .left("verdict", |(_, judgement)| judgement.verdict.to_string())
        .left("condition", |(_, judgement)| judgement.condition())
}

/// The claims with their cases.
fn with_cases(judged: &[Judged]) -> Value {
    let mut claims = json::rows(&columns(judged).build());
    for (at, (_, Judgement { cases, .. })) in judged.iter().enumerate() {
        let table = Table::of(cases)
            .left("name", |case| case.name.as_str())
            .left("check", |case| case.kind == CaseKind::Check)
            .left("holds", |case| holds(&case.result))
            .left("numbers", Case::numbers)
            .build();
        claims[at]["cases"] = json::rows(&table);
    }
    claims
}

fn holds(result: &CaseResult) -> Option<bool> {
    match result {
        CaseResult::Holds(_) => Some(true),
        CaseResult::Fails(_) | CaseResult::Partly(_) | CaseResult::Contradicts(_) => Some(false),
        CaseResult::Undecided(_) | CaseResult::Missing(_) => None,
    }
}

/// `text` in indented lines that fit.
fn indented(text: &str, indent: &str, style: TerminalStyle) -> String {
    let mut lines = String::new();
    for line in style.wrapped_with(text, indent, indent) {
        lines += &line;
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::same::tests::on_a_machine;
    use crate::post::claims::tests::{inside, someone_else_measured_beside};
    use crate::record::read::tests::recording;

    const STYLE: TerminalStyle = TerminalStyle { width: 100, ascii: false, coloured: false };

    fn some(ids: &[&str]) -> Vec<Judged> {
        let recordings = inside();
        let all = judge(claims(), &Sources::of(&recordings));
        all.into_iter().filter(|(claim, _)| ids.contains(&claim.id)).collect()
    }

    #[test]
    fn claims_show_verdict_and_numbers() {
        insta::assert_snapshot!(render(&some(&["C1", "C8", "T3", "G1"]), Format::Table, false, STYLE));
        insta::assert_snapshot!(render(&some(&["T3"]), Format::Table, true, STYLE));
        insta::assert_snapshot!(render(&some(&["C8", "G1"]), Format::Markdown, false, STYLE));
    }

    #[test]
    fn blocked_verdicts_have_their_reason_once() {
        let mut recordings = inside();
        someone_else_measured_beside(&mut recordings);
        let judged = judge(claims(), &Sources::of(&recordings));
        let (_, chess) = judged.iter().find(|(claim, _)| claim.id == "C1").unwrap();
        assert!(chess.cases.len() > 1);
        let cases = cases(chess);
        assert_eq!(cases.matches("no verdict").count(), 1, "{cases}");
        assert!(cases.ends_with("; no verdict: another study ran"), "{cases}");
        assert!(summary(&judged).ends_with("0 passed, 0 failed, 9 without verdict."), "{}", summary(&judged));
        let (_, coroutines) = judged.iter().find(|(claim, _)| claim.id == "A1").unwrap();
        assert_eq!(in_a_sentence(coroutines).matches("undecided").count(), 1);
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
        assert!(on_page(&Analysed::all(&all)).is_none(), "nothing that a claim is about");
        let measured = [&inside()[..], &all].concat();
        let page = on_page(&Analysed::all(&measured)).unwrap();
        assert!(page.result.contains("not known to be of one machine"), "{}", page.result);
    }

    #[test]
    fn csv_and_json_contain_every_claim() {
        let all: Vec<&str> = claims().map(|claim| claim.id).collect();
        let judged = some(&all);
        assert_eq!(render(&judged, Format::Csv, false, STYLE).lines().count(), all.len() + 1);
        let json: Value = serde_json::from_str(&render(&judged, Format::Json, false, STYLE)).unwrap();
        assert_eq!(json.as_array().unwrap().len(), all.len());
    }
}
