//! Two things at exactly the same time: music on one core while a browser uses another.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;

use crate::engine::trace::overlap::union_ns;
use crate::engine::trace::{Performance, Span};
use crate::machine::host;
use crate::model::{ModelEntry, models};
use crate::post::story::{Prediction, Story, StoryRequest, StoryResult, StoryRunner};
use crate::record::schema::StoryRun;
use crate::study::run_environment::traced_run;
use crate::workload::script::{Action, Script};

/// Stretches that each of the two computes, and their length; each stretch samples the current core.
const STRETCHES: usize = 200;
const STRETCH: Duration = Duration::from_micros(2_500);

/// Models with a separate thread for each job: pinning a pool's or the caller's thread would outlive the job.
const OWN_THREADS: [&str; 2] = ["threads", "processes"];

/// The story. Its times are real, independent of the scale.
pub struct Music;

impl Story for Music {
    fn name(&self) -> &'static str {
        "music"
    }

    fn about(&self) -> &'static str {
        "two tasks that compute: which core each is on, when, and whether they stay there"
    }

    fn second(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn run(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<Vec<StoryResult>> {
        let own = |model: &ModelEntry| OWN_THREADS.contains(&model.name);
        let chosen: Vec<_> = if request.models.is_empty() {
            models().into_iter().filter(own).collect()
        } else {
            request.models.clone()
        };
        let story_runs = chosen.iter().flat_map(|model| [false, true].map(|pinned| (model, pinned)));
        Ok(story_runs.map(|(model, pinned)| story_run(runner, model, pinned)).collect())
    }

    fn prediction(&self, _: &StoryRun) -> Option<Prediction> {
        None
    }

    fn remarks(&self, story_run: &StoryRun) -> Vec<String> {
        let Some(act) = story_run.acts.first() else { return vec![] };
        let of = |name: &str| act.figures.get(name).copied().unwrap_or(0);
        let share = |name: &str| 100.0 * of(name) as f64 / of("computing_ns").max(1) as f64;
        vec![
            format!(
                "both compute for {:.0} % of the time, on different cores for {:.0} %",
                share("together_ns"),
                share("apart_ns")
            ),
            format!(
                "cores that the first was seen on: {}; the second: {}; moves from one to another: {}",
                of("cores_of_first"),
                of("cores_of_second"),
                of("migrations")
            ),
        ]
    }
}

fn story_run(runner: &StoryRunner, model: &ModelEntry, pinned: bool) -> StoryResult {
    let builder =
        runner.builder("music", &format!("pinned={}", if pinned { "yes" } else { "no" }), model.name);
    let pins = if pinned { host::allowed_cores() } else { vec![] };
    if pinned && !OWN_THREADS.contains(&model.name) {
        return builder
            .unavailable("its jobs have no threads of their own, and others would stay pinned".into());
    }
    if pinned && pins.len() < 2 {
        return builder.unavailable("there are no two cores that this system pins threads to".into());
    }
    match runner.perform(model, jobs(runner, &pins)) {
        Ok(performance) => {
            let act = traced_run(&performance, &extras(&performance));
            builder.finish(vec![act], performance.spans)
        }
        Err(why) => builder.unavailable(format!("{why:#}")),
    }
}

/// Two jobs, pinned to `pins` if there are any.
fn jobs(runner: &StoryRunner, pins: &[u32]) -> Vec<Script> {
    let compute = Action::Compute { parts: runner.with.calibration.parts(STRETCH) };
    let mut jobs = Vec::new();
    for seed in 0..2_u64 {
        let mut steps = Vec::new();
        if let Some(&cpu) = pins.get(usize::from(seed > 0)) {
            steps.push(Action::Pin { cpu }.freely());
        }
        steps.extend(std::iter::repeat_n(compute.clone().freely(), STRETCHES));
        jobs.push(Script { seed, steps });
    }
    jobs
}

/// The figures that only this story counts.
fn extras(performance: &Performance) -> Vec<(&'static str, u64)> {
    let of = |job: u32| -> Vec<Span> {
        performance.spans.iter().filter(|span| span.job == job).copied().collect()
    };
    let (first, second) = (of(0), of(1));
    let cores =
        |spans: &[Span]| spans.iter().filter_map(|span| span.cpu).collect::<BTreeSet<_>>().len() as u64;
    vec![
        ("together_ns", together_ns(&first, &second, |_, _| true)),
        ("apart_ns", together_ns(&first, &second, |one, other| one.cpu.is_some() && one.cpu != other.cpu)),
        ("cores_of_first", cores(&first)),
        ("cores_of_second", cores(&second)),
        ("cores_used", cores(&performance.spans)),
    ]
}

/// The overlap of spans of `first` and `second`, over the pairs that `counts` accepts.
fn together_ns(first: &[Span], second: &[Span], counts: impl Fn(&Span, &Span) -> bool) -> u64 {
    let pairs = first.iter().flat_map(|one| second.iter().map(move |other| (one, other)));
    let overlap = |(one, other): (&Span, &Span)| {
        let (start, stop) = (one.start.max(other.start).ns(), one.stop.min(other.stop).ns());
        (start < stop && counts(one, other)).then_some(start..stop)
    };
    union_ns(&pairs.filter_map(overlap).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::trace::Phase;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn detects_overlap_and_separate_cores() {
        let on = |cpu, ns| Span { cpu: Some(cpu), ..span(0, Phase::Compute, ns) };
        let (first, second) = ([on(0, 0..10), on(1, 10..20)], [on(1, 5..12), on(1, 30..40)]);
        assert_eq!(together_ns(&first, &second, |_, _| true), 7);
        assert_eq!(together_ns(&first, &second, |one, other| one.cpu != other.cpu), 5);
    }
}
