//! Each claim on numbers just inside its thresholds, and just outside.

use super::*;
use crate::record::schema::{IdleCheck, Recording};

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

/// Numbers inside every threshold.
pub(crate) fn inside() -> Vec<Recording> {
    numbers::made_up(Side::Inside)
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
        assert!(![claim.says, claim.at, claim.decided_by].contains(&""), "{}", claim.id);
        assert!(!claim.needs.is_empty(), "{}", claim.id);
    }
}

#[test]
fn claims_without_data_are_inconclusive() {
    for claim in claims() {
        let judgement = claim.judge(&Measurements::of(&[]));
        assert_eq!(judgement.verdict, ClaimVerdict::NotMeasured, "{}", claim.id);
        assert!(!judgement.cases.is_empty(), "{}", claim.id);
        for case in judgement.cases {
            let CaseResult::Unknown(why) = case.result else { panic!("{} is decided", claim.id) };
            assert!(!why.is_empty(), "{}", claim.id);
        }
    }
}

#[test]
fn every_claim_has_numbers_on_both_sides() {
    for side in [Side::Inside, Side::Outside] {
        let recordings = numbers::made_up(side);
        let numbers = Measurements::of(&recordings);
        for claim in claims() {
            for case in claim.judge(&numbers).cases {
                if let CaseResult::Unknown(why) = case.result {
                    panic!("tests/numbers.rs has no number for {}, {}: {why}", claim.id, case.name);
                }
            }
        }
    }
}

#[test]
fn claims_flip_exactly_at_thresholds() {
    // Cases that can't all hold together with those of other claims.
    let mixed = ["C8", "C10", "A8"];
    // The opposite of another claim: it holds where the other fails.
    let opposite = ["K3", "A11"];
    let (inside, outside) = (numbers::made_up(Side::Inside), numbers::made_up(Side::Outside));
    let (inside, outside) = (Measurements::of(&inside), Measurements::of(&outside));
    let mut wrong = vec![];
    for claim in claims() {
        let verdicts = (claim.judge(&inside).verdict, claim.judge(&outside).verdict);
        let expected = match claim.id {
            id if opposite.contains(&id) => (ClaimVerdict::False, ClaimVerdict::True),
            id if mixed.contains(&id) => (ClaimVerdict::Qualified, ClaimVerdict::False),
            _ => (ClaimVerdict::True, ClaimVerdict::False),
        };
        if verdicts != expected {
            wrong.push((claim.id, verdicts, expected));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn study_without_verdicts_decides_no_claims() {
    let mut recordings = inside();
    for recording in &mut recordings {
        recording.environment.quota_millicores = Some(500);
    }
    let great = claims().find(|claim| claim.id == "K4").unwrap();
    assert_eq!(great.judge(&Measurements::of(&recordings)).verdict, ClaimVerdict::NotMeasured);
}

#[test]
fn traces_of_a_busy_machine_decide_no_claims() {
    let mut recordings = inside();
    let quiet = recordings.iter().find_map(|recording| recording.study.as_ref()).unwrap().idle_checks[0];
    for recording in &mut recordings {
        let busy = IdleCheck { alone: Some(false), ..quiet };
        recording.idle_checks = Some(vec![quiet, busy]);
    }
    let numbers = Measurements::of(&recordings);
    for (id, expected) in
        [("C1", ClaimVerdict::NotMeasured), ("A2", ClaimVerdict::NotMeasured), ("K4", ClaimVerdict::True)]
    {
        let claim = claims().find(|claim| claim.id == id).unwrap();
        assert_eq!(claim.judge(&numbers).verdict, expected, "{id}");
    }
}

#[test]
fn unknown_models_decide_no_claims() {
    let mut recordings = inside();
    for recording in &mut recordings {
        let sizes = recording.costs.iter_mut().flat_map(|costs| &mut costs.sizes);
        for study in sizes.map(|sizes| &mut sizes.study).chain(&mut recording.study) {
            for arm in &mut study.arms {
                arm.id = arm.id.replace("threads/", "of-later/").replace("py-threading@", "py-of-later@");
            }
        }
    }
    let numbers = Measurements::of(&recordings);
    let files = claims().find(|claim| claim.id == "G6").unwrap().judge(&numbers);
    assert!(matches!(files.cases[0].result, CaseResult::Unknown(_)), "{:?}", files.cases);
    for claim in claims() {
        claim.judge(&numbers);
    }
}
