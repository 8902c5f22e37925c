//! Less data never gives a stronger word.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::*;
use crate::post::claims::measurements::Part;

/// Numbers some of which are inside of their thresholds and some outside, drawn by `seed`. A workload is on one side in all
/// recordings: which of two that disagree is missing makes a difference.
fn mixed(seed: u64) -> Vec<Recording> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut is_outside = BTreeMap::new();
    let mut mixed = all_inside();
    for (recording, outside) in mixed.iter_mut().zip(numbers::made_up(Side::Outside)) {
        let stories = recording.stories.iter_mut().flatten().zip(outside.stories.into_iter().flatten());
        for (run, other) in stories.filter(|_| random.bool()) {
            *run = other;
        }
        let evidence = recording.evidence.iter_mut().flatten().zip(outside.evidence.into_iter().flatten());
        for (record, other) in evidence.filter(|_| random.bool()) {
            *record = other;
        }
        let launches = recording.study.iter_mut().flat_map(|study| &mut study.launches);
        for (launch, other) in launches.zip(outside.study.into_iter().flat_map(|study| study.launches)) {
            let workload = (launch.workload.clone(), launch.platform.clone());
            if *is_outside.entry(workload).or_insert_with(|| random.bool()) {
                *launch = other;
            }
        }
    }
    mixed
}

/// `recording` without each single thing that was measured in it.
fn without_one(recording: &Recording) -> Vec<Recording> {
    let mut fewer = vec![];
    let mut push = |remove: &dyn Fn(&mut Recording)| {
        let mut less = recording.clone();
        remove(&mut less);
        fewer.push(less);
    };
    for at in 0..recording.stories.iter().flatten().count() {
        push(&|it| drop(it.stories.as_mut().unwrap().remove(at)));
    }
    for at in 0..recording.evidence.iter().flatten().count() {
        push(&|it| drop(it.evidence.as_mut().unwrap().remove(at)));
    }
    let study = || recording.study.iter();
    for workload in study().flat_map(|study| &study.workloads) {
        push(&|it| remove_arms(it, |id| id.starts_with(&format!("{}/", workload.name))));
    }
    let models: BTreeSet<&str> = study().flat_map(|study| &study.arms).map(|arm| model(&arm.id)).collect();
    for removed in models {
        push(&|it| remove_arms(it, |id| model(id) == removed));
    }
    if let Some(costs) = &recording.costs {
        for probe in &costs.probes {
            push(&|it| it.costs.as_mut().unwrap().probes.retain(|other| other.model != probe.model));
        }
        for at in 0..costs.sizes.len() {
            push(&|it| drop(it.costs.as_mut().unwrap().sizes.remove(at)));
        }
    }
    fewer
}

/// The model of a cell's id.
fn model(id: &str) -> &str {
    id.split('/').nth(1).unwrap()
}

/// Removes every sample of the arms whose id `is` accepts.
fn remove_arms(recording: &mut Recording, is: impl Fn(&str) -> bool) {
    let study = recording.study.as_mut().unwrap();
    for round in study.launches.iter_mut().flat_map(|launch| &mut launch.rounds) {
        round.samples.retain(|sample| !is(&study.arms[usize::try_from(sample.arm).unwrap()].id));
    }
}

/// Fails if a claim gets a stronger word than `words` from `parts` in place of all.
fn assert_no_stronger(words: &[Judgement], parts: Vec<Rc<Part<'_>>>) {
    let less = Sources::of_parts(parts);
    for (claim, more) in claims().zip(words) {
        let less = claim.judge(&less);
        let is_as_strong = is_as_strong(more.verdict, less.verdict);
        assert!(is_as_strong, "{}: {more:#?} becomes {less:#?}", claim.id);
    }
}

#[test]
fn less_data_never_gives_stronger_words() {
    for recordings in [all_inside(), mixed(1)] {
        let mut parts = vec![];
        for analysed in Analysed::all(&recordings) {
            parts.push(Rc::new(Part::of(analysed)));
        }
        let sources = Sources::of_parts(parts.clone());
        let words: Vec<Judgement> = claims().map(|claim| claim.judge(&sources)).collect();
        for (at, recording) in recordings.iter().enumerate() {
            let mut others = parts.clone();
            others.remove(at);
            assert_no_stronger(&words, others.clone());
            for fewer in without_one(recording) {
                let fewer = Rc::new(Part::of(Analysed::of(&fewer)));
                assert_no_stronger(&words, [&others[..], &[fewer]].concat());
            }
        }
    }
}
