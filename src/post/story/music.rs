//! Two things at exactly the same time: music on one core while a browser uses another.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::engine::{
    Span, Unavailable,
    trace::overlap::{has_cores, union_ns},
};
use crate::machine::host;
use crate::model::ModelEntry;
use crate::post::story::{Ran, Story, StoryRequest, StoryRunner, count};
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};
use crate::workload::answer_of_parts;
use crate::workload::script::{Action, Script};

/// Stretches that each of the two computes, and their length; each stretch samples the current core.
const STRETCHES: usize = 200;
const STRETCH: Duration = Duration::from_micros(2_500);

/// Models with a separate thread for each job: pinning a pool's or the caller's thread would outlive the job. By name,
/// because what a model is made of does not tell whether its threads outlive their jobs, as tokio's blocking ones do.
const OWN_THREADS: [&str; 2] = ["threads", "processes"];

/// Parts of 4 KiB that a thread of the load computes between two looks at whether it is to end: about 0.1 ms.
const LOAD_PARTS: u64 = 40;

/// An arrangement of the two.
#[derive(Clone, Copy)]
struct Arrangement {
    name: &'static str,
    /// Each is kept on a core.
    pinned: bool,
    /// On each core another thread computes meanwhile.
    busy: bool,
}

const ARRANGEMENTS: [Arrangement; 3] = [
    Arrangement { name: "pinned=no", pinned: false, busy: false },
    Arrangement { name: "pinned=no busy=yes", pinned: false, busy: true },
    Arrangement { name: "pinned=yes", pinned: true, busy: false },
];

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

    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()> {
        for model in request.chosen(has_own_threads) {
            for arrangement in ARRANGEMENTS {
                let ran = run(runner, &model, arrangement);
                runner.report(self.name(), arrangement.name.into(), model.name, ran);
            }
        }
        Ok(())
    }

    fn remarks_on(&self, _: &StoryRun, act: &TracedRun) -> Vec<String> {
        let computing = count(act, Figure::ComputingNs).max(1) as f64;
        let together = 100.0 * count(act, Figure::TogetherNs) as f64 / computing;
        let both = format!("both compute for {together:.0} % of the time");
        let Some(apart_ns) = act.get(Figure::ApartNs) else {
            return vec![both, "this system does not tell on which cores".into()];
        };
        let apart = 100.0 * apart_ns as f64 / computing;
        let (first, second) = (count(act, Figure::CoresOfFirst), count(act, Figure::CoresOfSecond));
        let moves = count(act, Figure::Migrations);
        vec![
            format!("{both}, on different cores for {apart:.0} %"),
            format!(
                "cores that the first was seen on: {first}; the second: {second}; moves from one to another: {moves}"
            ),
        ]
    }
}

fn has_own_threads(model: &ModelEntry) -> bool {
    OWN_THREADS.contains(&model.name)
}

fn run(
    runner: &StoryRunner,
    model: &ModelEntry,
    Arrangement { pinned, busy, .. }: Arrangement,
) -> Result<Ran> {
    let pins = if pinned { host::allowed_cores() } else { vec![] };
    ensure!(
        !pinned || has_own_threads(model),
        Unavailable::new("its jobs have no threads of their own, and others would stay pinned")
    );
    ensure!(
        !pinned || pins.len() >= 2,
        Unavailable::new("there are no two cores that this system pins threads to")
    );
    let load = if busy { Some(Load::start(runner.with.cores)?) } else { None };
    let performance = runner.perform(model, jobs(runner, &pins))?;
    drop(load);
    let extra = extras(&performance.spans);
    let mut ran = Ran::once(performance, &extra);
    if busy {
        // It has that of the load in it.
        for act in &mut ran.acts {
            act.figures.remove(Figure::CpuNs.name());
        }
    }
    Ok(ran)
}

/// Threads that compute until they are dropped.
struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// A thread for each of `cores`.
    fn start(cores: usize) -> Result<Self> {
        let mut load = Load { stop: Arc::default(), threads: vec![] };
        for _ in 0..cores {
            let stop = Arc::clone(&load.stop);
            let compute = move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::black_box(answer_of_parts(0, LOAD_PARTS));
                }
            };
            load.threads.push(Builder::new().spawn(compute).context("cannot start a thread")?);
        }
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // It only computes: there is nothing that it could tell.
            let _ = thread.join();
        }
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
fn extras(spans: &[Span]) -> Vec<(Figure, u64)> {
    let (first, second) = (of_job(spans, 0), of_job(spans, 1));
    let mut figures = vec![(Figure::TogetherNs, together_ns(&first, &second, |_, _| true))];
    if has_cores(spans) {
        figures.extend([
            (Figure::ApartNs, together_ns(&first, &second, |one, other| one.cpu != other.cpu)),
            (Figure::CoresOfFirst, cores(&first)),
            (Figure::CoresOfSecond, cores(&second)),
            (Figure::CoresUsed, cores(spans)),
        ]);
    }
    figures
}

fn of_job(spans: &[Span], job: u32) -> Vec<Span> {
    let mut spans = spans.to_vec();
    spans.retain(|span| span.job == job);
    spans
}

/// The number of cores that `spans` began on.
fn cores(spans: &[Span]) -> u64 {
    let mut cores = BTreeSet::new();
    for span in spans {
        cores.extend(span.cpu);
    }
    cores.len() as u64
}

/// The overlap of spans of `first` and `second`, over the pairs that `counts` accepts.
fn together_ns(first: &[Span], second: &[Span], counts: fn(&Span, &Span) -> bool) -> u64 {
    let mut overlaps = vec![];
    for one in first {
        for other in second {
            let (start, stop) = (one.start.max(other.start).ns(), one.stop.min(other.stop).ns());
            if start < stop && counts(one, other) {
                overlaps.push(start..stop);
            }
        }
    }
    union_ns(&overlaps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Phase;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn detects_overlap_and_separate_cores() {
        let on = |cpu, ns| Span { cpu: Some(cpu), ..span(0, Phase::Compute, ns) };
        let (first, second) = ([on(0, 0..10), on(1, 10..20)], [on(1, 5..12), on(1, 30..40)]);
        assert_eq!(together_ns(&first, &second, |_, _| true), 7);
        assert_eq!(together_ns(&first, &second, |one, other| one.cpu != other.cpu), 5);
        let all = [span(0, Phase::Compute, 0..10), span(1, Phase::Compute, 5..12)];
        assert_eq!(extras(&all), [(Figure::TogetherNs, 5)], "where cores are unknown");
    }
}
