//! The probes that are repeated: passes over all models, each in another random order, with the machine watched around them.

use fastrand::Rng;

use crate::model::{Concurrency, ModelEntry};
use crate::record::schema::{IdleCheck, Passes, ProbeRecord, Turn};
use crate::study::probe::{Probe, ProbeOptions, STARTED_ON, WAITS_US};

/// The number of passes: the fewest values that have an interval.
const PASSES: u64 = 6;

/// Makes all passes over `options` in the order that `seed` decides, until `ask` has no answer. `watch` looks at the machine after
/// a number of probes.
pub(super) fn passes(
    options: &ProbeOptions,
    seed: u64,
    mut ask: impl FnMut(&ModelEntry, &Probe) -> Option<ProbeRecord>,
    mut watch: impl FnMut(u64) -> IdleCheck,
) -> (Vec<ProbeRecord>, Passes) {
    let mut random = Rng::with_seed(seed);
    let mut records = vec![];
    let mut passes = Passes { seed, idle_checks: vec![watch(0)] };
    for pass in 0..if options.quick { 1 } else { PASSES } {
        for (place, (model, question)) in (0..).zip(turns(options, &mut random)) {
            let Some(record) = ask(&model, &question) else { return (records, passes) };
            records.push(ProbeRecord { turn: Some(Turn { pass, place }), ..record });
        }
        passes.idle_checks.push(watch(records.len() as u64));
    }
    (records, passes)
}

/// The probes of a pass in random order; all models have one probe before the next, so that what is compared is close in time.
fn turns(options: &ProbeOptions, random: &mut Rng) -> Vec<(ModelEntry, Probe)> {
    let mut questions = questions(options);
    random.shuffle(&mut questions);
    let mut turns = vec![];
    for question in questions {
        let mut models = asked(options, &question);
        random.shuffle(&mut models);
        for model in models {
            turns.push((model, question.clone()));
        }
    }
    turns
}

/// What a pass asks: about starting, and with bakeoff's own jobs about timers.
fn questions(options: &ProbeOptions) -> Vec<Probe> {
    if !options.of_user.is_empty() {
        return options.of_user.iter().map(|workload| Probe::Start(workload.name.clone())).collect();
    }
    let mut questions = vec![Probe::TimerBurst];
    questions.extend(STARTED_ON.map(|workload| Probe::Start(workload.to_owned())));
    questions.extend(WAITS_US.map(Probe::Wait));
    questions
}

/// The models that have an answer to a question.
fn asked(options: &ProbeOptions, question: &Probe) -> Vec<ModelEntry> {
    match question {
        Probe::Wait(_) => options.timers.clone(),
        Probe::TimerBurst => {
            let mut unlimited = options.timers.clone();
            unlimited.retain(|model| matches!(model.concurrency, Concurrency::Tasks { .. }));
            unlimited
        }
        _ => options.models.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;
    use std::path::PathBuf;

    use super::*;
    use crate::model::{models, timers};

    /// The passes with this seed over the native models; `answers` probes are answered.
    fn made(seed: u64, answers: usize) -> (Vec<ProbeRecord>, Passes) {
        let options = ProbeOptions {
            mpirun: None,
            exe: PathBuf::new(),
            models: models(),
            timers: timers(&models()),
            most_jobs: 1,
            most_bytes: 1,
            quick: false,
            of_user: vec![],
        };
        let mut asked = 0;
        let ask = |model: &ModelEntry, question: &Probe| {
            asked += 1;
            let (model, question) = (model.name.to_owned(), question.name());
            let record =
                ProbeRecord { model, question, turn: None, figures: Default::default(), failure: None };
            if asked > answers { None } else { Some(record) }
        };
        let watch = |after_launches| IdleCheck {
            after_launches,
            window_ns: NonZeroU64::MIN,
            alone: None,
            pressure_ns: None,
            busy_ns: None,
            stolen_ticks: None,
            all_ticks: None,
            suspended_ns: None,
        };
        passes(&options, seed, ask, watch)
    }

    fn of_pass(records: &[ProbeRecord], pass: u64) -> Vec<(String, String)> {
        let records = records.iter().filter(|record| record.turn.unwrap().pass == pass);
        records.map(|record| (record.question.clone(), record.model.clone())).collect()
    }

    #[test]
    fn every_pass_has_every_model_in_another_order() {
        let (records, passes) = made(7, usize::MAX);
        let first = of_pass(&records, 0);
        assert_eq!(first.len(), 2 * models().len() + 3 * 2 + 1);
        assert!(first.contains(&("start sleep".into(), "sequential".into())));
        for pass in 1..PASSES {
            let mut other = of_pass(&records, pass);
            assert_ne!(other, first, "pass {pass}");
            let mut sorted = first.clone();
            sorted.sort();
            other.sort();
            assert_eq!(other, sorted, "pass {pass}");
        }
        assert_eq!(records.len(), first.len() * 6);
        let watched: Vec<u64> = passes.idle_checks.iter().map(|check| check.after_launches).collect();
        let after_each: Vec<u64> = (0..=PASSES).map(|pass| pass * first.len() as u64).collect();
        assert_eq!(watched, after_each);
        assert_eq!((records, passes), made(7, usize::MAX), "the seed decides the order");
    }

    #[test]
    fn stopped_pass_keeps_what_it_has() {
        let of_pass = made(7, usize::MAX).0.len() / 6;
        let (records, passes) = made(7, of_pass + 3);
        assert_eq!((records.len(), passes.idle_checks.len()), (of_pass + 3, 2));
        assert_eq!(records[of_pass + 2].turn, Some(Turn { pass: 1, place: 2 }));
    }
}
