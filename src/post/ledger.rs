//! The ledger of claims: a row for each claim, and each in full.

use std::fmt::Write as _;

use crate::post::claims::{Case, CaseResult, Claim, ClaimVerdict, Judgement, Measurements, claims};
use crate::record::schema::Recording;
use crate::report::escape;
use crate::report::formats::Format;
use crate::report::sheet::Table;
use serde_json::Value;

/// The text width in columns.
const WIDTH: usize = 100;

/// A claim and its verdict.
pub type Judged = (&'static Claim, Judgement);

/// The verdict of `numbers` on each of `claims`.
pub fn judge(claims: impl IntoIterator<Item = &'static Claim>, numbers: &Measurements<'_>) -> Vec<Judged> {
    claims.into_iter().map(|claim| (claim, claim.judge(numbers))).collect()
}

/// The ledger in `format`; in a terminal each claim can be shown in full.
pub fn render(judged: &[Judged], format: Format, in_full: bool) -> String {
    match format {
        Format::Table if in_full => judged.iter().map(full).collect::<Vec<_>>().join("\n"),
        Format::Table => terminal(judged),
        Format::Markdown => markdown(judged),
        Format::Csv => csv(judged),
        Format::Json => json(judged),
    }
}

/// At least two lines for each claim, with its verdict and numbers, and a line with the totals.
fn terminal(judged: &[Judged]) -> String {
    let row = |(claim, judgement): &Judged| {
        let head = format!("{:<4} {:<17}  {}\n", claim.id, judgement.verdict, claim.says);
        head + &wrapped(&cases(judgement), 24)
    };
    let rows: String = judged.iter().map(row).collect();
    format!("{rows}\n{}\nHow each was decided: bakeoff claims ID.\n", summary(judged))
}

/// `31 confirmed, 9 refined, ...` for the post's claims.
pub fn summary(judged: &[Judged]) -> String {
    let of_the_post: Vec<&Judged> = judged.iter().filter(|(claim, _)| claim.is_of_the_post()).collect();
    let count = |verdict: ClaimVerdict| {
        of_the_post.iter().filter(|(_, judgement)| judgement.verdict == verdict).count()
    };
    let words =
        [ClaimVerdict::Confirmed, ClaimVerdict::Refined, ClaimVerdict::Refuted, ClaimVerdict::NotMeasured];
    let counts: Vec<String> = words.iter().map(|&word| format!("{} {word}", count(word))).collect();
    format!("{} claims: {}.", of_the_post.len(), counts.join(", "))
}

fn full((claim, judgement): &Judged) -> String {
    let mut text = format!("{}: {}\n", claim.id, judgement.verdict);
    let mut line = |name: &str, said: &str| {
        let _ = write!(text, "{}", wrapped(&format!("{name}: {said}"), 5));
    };
    line("the post says", claim.says);
    line("where", claim.at);
    line("decided by", claim.decided_by);
    for Case { name, result } in &judgement.cases {
        line(name, &in_words(result));
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
pub(crate) fn cases(judgement: &Judgement) -> String {
    let is_alone = judgement.cases.len() == 1;
    let mut said = Vec::new();
    let mut unmeasured: Vec<(&str, Vec<&str>)> = Vec::new();
    for Case { name, result } in &judgement.cases {
        match result {
            CaseResult::Unknown(why) => match unmeasured.iter_mut().find(|(reason, _)| reason == why) {
                Some((_, names)) => names.push(name),
                None => unmeasured.push((why, vec![name])),
            },
            _ if is_alone => said.push(in_words(result)),
            _ => said.push(format!("{name}: {}", in_words(result))),
        }
    }
    said.extend(unmeasured.into_iter().map(|(why, names)| match is_alone {
        true => why.to_owned(),
        false => format!("not measured: {} ({why})", names.join(", ")),
    }));
    said.join("; ")
}

/// The number of claims that `recording` decides by itself, by verdict.
pub fn decided_by(recording: &Recording) -> String {
    let of_the_post = claims().filter(|claim| claim.is_of_the_post());
    let judged = judge(of_the_post, &Measurements::of(std::slice::from_ref(recording)));
    let count =
        |verdict: ClaimVerdict| judged.iter().filter(|(_, judgement)| judgement.verdict == verdict).count();
    format!(
        "Of {} claims of the post this recording decides {}: {} confirmed, {} refined, {} refuted. For the others: bakeoff \
         claims",
        judged.len(),
        judged.len() - count(ClaimVerdict::NotMeasured),
        count(ClaimVerdict::Confirmed),
        count(ClaimVerdict::Refined),
        count(ClaimVerdict::Refuted)
    )
}

fn markdown(judged: &[Judged]) -> String {
    format!("{}\n{}\n", rows(judged), summary(judged))
}

/// A table in Markdown with a row for each claim.
pub fn rows(judged: &[Judged]) -> String {
    let mut text = String::from("| | the post says | verdict | numbers |\n|---|---|---|---|\n");
    for (claim, judgement) in judged {
        let numbers = escape::markdown(&cases(judgement));
        let _ = writeln!(text, "| {} | {} | **{}** | {numbers} |", claim.id, claim.says, judgement.verdict);
    }
    text
}

fn csv(judged: &[Judged]) -> String {
    let row = |(claim, judgement): &Judged| {
        let [id, says, at, decided_by] = [claim.id, claim.says, claim.at, claim.decided_by].map(Value::from);
        [id, says, at, decided_by, judgement.verdict.to_string().into(), cases(judgement).into()]
    };
    let columns = ["id", "says", "at", "decided_by", "verdict", "numbers"];
    Table::new(columns, judged.iter().map(row)).csv()
}

fn json(judged: &[Judged]) -> String {
    let case = |case: &Case| {
        let (holds, numbers) = match &case.result {
            CaseResult::Holds(numbers) => (Some(true), numbers),
            CaseResult::Fails(numbers) => (Some(false), numbers),
            CaseResult::Unknown(why) => (None, why),
        };
        serde_json::json!({ "name": case.name, "holds": holds, "numbers": numbers })
    };
    let record = |(claim, judgement): &Judged| {
        serde_json::json!({
            "id": claim.id,
            "says": claim.says,
            "at": claim.at,
            "decided_by": claim.decided_by,
            "verdict": judgement.verdict.to_string(),
            "cases": judgement.cases.iter().map(case).collect::<Vec<_>>(),
        })
    };
    let records: Vec<_> = judged.iter().map(record).collect();
    format!("{:#}\n", Value::from(records))
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
    use crate::post::claims::tests::inside;

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
    fn csv_and_json_contain_every_claim() {
        let all: Vec<&str> = claims().map(|claim| claim.id).collect();
        let judged = some(&all);
        assert_eq!(render(&judged, Format::Csv, false).lines().count(), all.len() + 1);
        let json: Value = serde_json::from_str(&render(&judged, Format::Json, false)).unwrap();
        assert_eq!(json.as_array().unwrap().len(), all.len());
    }
}
