//! Each claim on numbers just inside its thresholds, and just outside.

use super::*;
use crate::analysis::analysed::Analysed;
use crate::record::figure::Figure;
use crate::record::schema::{IdleCheck, Recording};

mod fewer;
mod numbers;

/// The side of each border that numbers are on.
#[derive(Clone, Copy)]
enum Side {
    Inside,
    Outside,
}

impl Side {
    /// `a` inside, `b` outside.
    fn pick<T>(self, a: T, b: T) -> T {
        match self {
            Side::Inside => a,
            Side::Outside => b,
        }
    }
}

/// Numbers inside every threshold, without repetitions that only claims tell apart: for what shows recordings.
pub(crate) fn inside() -> Vec<Recording> {
    let mut recordings = numbers::made_up(Side::Inside);
    recordings.truncate(5);
    for costs in recordings.iter_mut().filter_map(|recording| recording.costs.as_mut()) {
        costs.sizes.truncate(1);
    }
    recordings
}

/// Numbers inside every threshold.
fn all_inside() -> Vec<Recording> {
    numbers::made_up(Side::Inside)
}

/// Makes another study run beside the traces of each recording.
pub(crate) fn someone_else_measured_beside(recordings: &mut [Recording]) {
    let quiet = recordings.iter().find_map(|recording| recording.study.as_ref()).unwrap().idle_checks[0];
    for recording in recordings {
        let busy = IdleCheck { alone: Some(false), ..quiet };
        recording.idle_checks = Some(vec![quiet, busy]);
    }
}

/// The verdict of `recordings` on the claim of an id.
fn judged(id: &str, recordings: &[Recording]) -> Judgement {
    claims().find(|claim| claim.id == id).unwrap().judge(&Sources::of(recordings))
}

/// Whether a word of fewer data says no more than the one of more data.
pub(crate) fn is_as_strong(more: ClaimVerdict, fewer: ClaimVerdict) -> bool {
    more == fewer || strength(fewer) < strength(more)
}

fn strength(verdict: ClaimVerdict) -> u8 {
    use ClaimVerdict as V;
    match verdict {
        V::True | V::False | V::ContradictsItself | V::CheckFailed => 3,
        V::Qualified | V::CheckPassed => 2,
        V::Undecided => 1,
        V::NotMeasured => 0,
    }
}

#[test]
fn ledger_lists_each_claim_in_order() {
    // Sections in the post's order, and in each the numbers from 1 on.
    let (mut sections, mut number) = (String::new(), 0);
    for claim in claims() {
        let (section, of_section) = claim.id.split_at(1);
        if !sections.ends_with(section) {
            sections += section;
            number = 0;
        }
        number += 1;
        assert_eq!(of_section, number.to_string(), "{}", claim.id);
    }
    assert_eq!(sections, "CTKGDAB");
    let of_the_post = claims().filter(|claim| claim.is_of_the_post()).count();
    for (file, text) in [
        ("README.md", include_str!("../../../../README.md")),
        ("METHODOLOGY.md", include_str!("../../../../METHODOLOGY.md")),
    ] {
        let words = format!("`bakeoff claims` judges {of_the_post} sentences of the post");
        assert!(text.contains(&words), "{file} lacks: {words}");
    }
    for claim in claims() {
        assert!(![claim.says.text(), claim.says.at(), claim.decided_by].contains(&""), "{}", claim.id);
        assert!(!claim.needs.is_empty(), "{}", claim.id);
    }
}

#[test]
fn claims_without_data_are_inconclusive() {
    for claim in claims() {
        let judgement = claim.judge(&Sources::of(&[]));
        assert_eq!(judgement.verdict, ClaimVerdict::NotMeasured, "{}", claim.id);
        assert!(!judgement.cases.is_empty(), "{}", claim.id);
        for case in judgement.cases {
            let CaseResult::Missing(why) = case.result else { panic!("{} is decided", claim.id) };
            assert!(!why.is_empty(), "{}", claim.id);
        }
    }
}

#[test]
fn cases_are_the_same_with_and_without_data() {
    let recordings = all_inside();
    for claim in claims() {
        let (with, without) = (claim.judge(&Sources::of(&recordings)), claim.judge(&Sources::of(&[])));
        let names = |judgement: &Judgement| -> Vec<(String, CaseKind)> {
            judgement.cases.iter().map(|case| (case.name.clone(), case.kind)).collect()
        };
        assert_eq!(names(&with), names(&without), "{}", claim.id);
        let mut unique = names(&with);
        unique.sort_by(|a, b| a.0.cmp(&b.0));
        unique.dedup_by(|a, b| a.0 == b.0);
        assert_eq!(unique.len(), with.cases.len(), "{}: two cases share a name", claim.id);
    }
}

#[test]
fn every_claim_has_numbers_on_both_sides() {
    for side in [Side::Inside, Side::Outside] {
        let recordings = numbers::made_up(side);
        let sources = Sources::of(&recordings);
        for claim in claims() {
            for case in claim.judge(&sources).cases {
                // What no workload measures has no numbers.
                let is_stand_in =
                    (claim.id, case.name.as_str()) == ("K16", "simulation and training themselves");
                if let CaseResult::Missing(why) = case.result
                    && !is_stand_in
                {
                    panic!("tests/numbers.rs has no number for {}, {}: {why}", claim.id, case.name);
                }
            }
        }
    }
}

/// Claims whose words differ from true inside and false outside: what one build does the other does not, some cases can't all
/// hold together with those of other claims, and some can't fail while a closed form holds.
const OTHERS: [(&str, ClaimVerdict, ClaimVerdict); 4] = [
    ("C13", ClaimVerdict::True, ClaimVerdict::Undecided),
    ("K16", ClaimVerdict::Qualified, ClaimVerdict::Undecided),
    ("G1", ClaimVerdict::Qualified, ClaimVerdict::Qualified),
    ("A11", ClaimVerdict::Qualified, ClaimVerdict::True),
];

#[test]
fn claims_flip_exactly_at_thresholds() {
    let (inside, outside) = (numbers::made_up(Side::Inside), numbers::made_up(Side::Outside));
    let (inside, outside) = (Sources::of(&inside), Sources::of(&outside));
    let mut wrong = vec![];
    for claim in claims() {
        let (inside, outside) = (claim.judge(&inside), claim.judge(&outside));
        let other = OTHERS.iter().find(|(id, ..)| *id == claim.id);
        let expected = match other {
            Some((_, inside, outside)) => (*inside, *outside),
            None if inside.is_check() => (ClaimVerdict::CheckPassed, ClaimVerdict::CheckFailed),
            None => (ClaimVerdict::True, ClaimVerdict::False),
        };
        if (inside.verdict, outside.verdict) != expected {
            wrong.push((claim.id, inside.verdict, outside.verdict, inside.condition(), outside.condition()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn study_without_verdicts_decides_no_claims() {
    let mut recordings = all_inside();
    for recording in &mut recordings {
        recording.environment.quota_millicores = Some(500);
    }
    let verdict = judged("K4", &recordings).verdict;
    assert!(matches!(verdict, ClaimVerdict::NotMeasured | ClaimVerdict::Undecided), "{verdict}");
}

#[test]
fn few_launches_are_undecided_and_say_so() {
    let mut recordings = all_inside();
    for recording in &mut recordings {
        recording.costs = None;
        if let Some(study) = &mut recording.study {
            study.launches.retain(|launch| launch.number < 3);
        }
    }
    for id in ["T2", "K4", "K6", "K9"] {
        let judgement = judged(id, &recordings);
        assert_eq!(judgement.verdict, ClaimVerdict::Undecided, "{id}: {judgement:?}");
        let numbers = judgement.cases[0].numbers();
        assert!(
            numbers.contains("3 launches, and it takes") && !numbers.contains("not measured"),
            "{numbers}"
        );
    }
}

#[test]
fn model_that_came_later_is_not_missing() {
    let mut recordings = inside();
    recordings.truncate(2);
    for arm in recordings.iter_mut().filter_map(|it| it.study.as_mut()).flat_map(|study| &mut study.arms) {
        arm.id = arm.id.replace("/chunks/", "/unknown/");
    }
    for (version, verdict, words) in
        [(5, ClaimVerdict::True, "chunks came later"), (6, ClaimVerdict::Undecided, "chunks not measured")]
    {
        for recording in &mut recordings {
            recording.version = version;
        }
        let judgement = judged("T2", &recordings);
        assert_eq!(judgement.verdict, verdict, "{judgement:?}");
        assert!(judgement.cases[0].numbers().contains(words), "{judgement:?}");
    }
}

#[test]
fn traces_of_a_busy_machine_decide_no_claims() {
    let mut recordings = all_inside();
    someone_else_measured_beside(&mut recordings);
    for (id, expected) in [
        ("C1", ClaimVerdict::Undecided),
        ("C6", ClaimVerdict::Undecided),
        ("A2", ClaimVerdict::Undecided),
        ("T2", ClaimVerdict::NotMeasured),
        ("K4", ClaimVerdict::True),
    ] {
        assert_eq!(judged(id, &recordings).verdict, expected, "{id}");
    }
    let chess = judged("C1", &recordings);
    assert!(chess.cases[0].numbers().contains("no verdict: another study ran"), "{chess:?}");
}

#[test]
fn order_of_recordings_changes_no_word() {
    let mut recordings = [all_inside(), numbers::made_up(Side::Outside)].concat();
    let words = |recordings: &[Recording]| -> Vec<Judgement> {
        let sources = Sources::of(recordings);
        claims().map(|claim| claim.judge(&sources)).collect()
    };
    for (day, recording) in (0..).zip(&mut recordings) {
        recording.environment.started_unix_s = Some(86_400 * day);
    }
    let before = words(&recordings);
    recordings.reverse();
    assert_eq!(words(&recordings), before);
}

#[test]
fn unknown_models_decide_no_claims() {
    let mut recordings = all_inside();
    for recording in &mut recordings {
        let sizes = recording.costs.iter_mut().flat_map(|costs| &mut costs.sizes);
        for study in sizes.map(|sizes| &mut sizes.study).chain(&mut recording.study) {
            for arm in &mut study.arms {
                arm.id = arm.id.replace("threads/", "of-later/").replace("py-threading@", "py-of-later@");
            }
        }
    }
    let files = judged("G6", &recordings);
    for case in &files.cases {
        let is_of_threads = case.name.ends_with("in Rust") || case.name.ends_with("-file in Python");
        assert!(!is_of_threads || !case.result.is_decided(), "{case:?}");
    }
    for claim in claims() {
        claim.judge(&Sources::of(&recordings));
    }
}

#[test]
fn what_a_system_does_not_tell_decides_no_claim() {
    let mut recordings = all_inside();
    for recording in &mut recordings {
        let evidence =
            recording.evidence.iter_mut().flatten().flat_map(|it| it.seen.iter_mut().chain(&mut it.control));
        let stories = recording.stories.iter_mut().flatten().flat_map(|it| &mut it.acts);
        for run in evidence.chain(stories) {
            for unknown in [Figure::CpuNs, Figure::Threads, Figure::ApartNs, Figure::Migrations] {
                run.figures.remove(unknown.name());
            }
        }
    }
    for id in ["A2", "A3", "A6", "K14", "K15"] {
        assert_ne!(judged(id, &all_inside()).verdict, ClaimVerdict::NotMeasured, "{id}");
        let judgement = judged(id, &recordings);
        assert!(!judgement.cases.iter().any(|case| case.result.is_decided()), "{id}: {judgement:?}");
    }
}
