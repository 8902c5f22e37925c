//! A task that computes without yielding, beside one with a periodic beat.

use std::time::Duration;

use anyhow::Result;

use crate::engine::trace::Span;
use crate::model::{ModelEntry, models};
use crate::post::story::{Prediction, Story, StoryRequest, StoryResult, StoryRunner};
use crate::record::schema::StoryRun;
use crate::study::run_environment::traced_run;
use crate::workload::script::{Action, Script};

/// The interval between beats, in microseconds.
const BEAT_US: u64 = 1_000;

/// The duration of the beats, in milliseconds.
const LONG_MS: u64 = 2_000;
const QUICK_MS: u64 = 500;

/// Milliseconds for which the other task computes without yielding, and then waits; 0 means no other task.
const BLOCKS_MS: [u64; 4] = [0, 1, 10, 100];

/// The story. Its times are real, independent of the scale.
pub struct Stall;

impl Story for Stall {
    fn name(&self) -> &'static str {
        "stall"
    }

    fn about(&self) -> &'static str {
        "a beat each 1 ms, beside a task that computes for 1, 10 or 100 ms without yielding"
    }

    fn second(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn run(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<Vec<StoryResult>> {
        let (all_ms, blocks) =
            if request.quick { (QUICK_MS, &[10, 100][..]) } else { (LONG_MS, &BLOCKS_MS[..]) };
        let quick = ["threads", "tokio-one", "tokio-many", "tokio-blocking"];
        let is_wanted = |model: &ModelEntry| !request.quick || quick.contains(&model.name);
        let chosen = if request.models.is_empty() {
            models().into_iter().filter(is_wanted).collect()
        } else {
            request.models.clone()
        };
        let story_runs = blocks.iter().flat_map(|block| chosen.iter().map(move |model| (*block, model)));
        Ok(story_runs.map(|(block_ms, model)| story_run(runner, model, block_ms, all_ms)).collect())
    }

    fn prediction(&self, _: &StoryRun) -> Option<Prediction> {
        None
    }

    fn remarks(&self, story_run: &StoryRun) -> Vec<String> {
        let Some(act) = story_run.acts.first() else { return vec![] };
        let ms = |name: &str| act.figures.get(name).map_or(0.0, |&ns| ns as f64 / 1e6);
        let [p50, p99, most] = ["p50_ns", "p99_ns", "max_ns"].map(ms);
        let alone = act.figures.get("in_flight") == Some(&1) && story_run.setting("block_ms") != Some("0");
        let alone = if alone { "; but one task waited until the other was over" } else { "" };
        vec![format!(
            "beats are late by {p50:.2} ms at the median, {p99:.2} ms at the 99th of 100, {most:.2} ms at most{alone}"
        )]
    }
}

fn story_run(runner: &StoryRunner, model: &ModelEntry, block_ms: u64, all_ms: u64) -> StoryResult {
    let builder = runner.builder("stall", &format!("block_ms={block_ms}"), model.name);
    match runner.perform(model, jobs(runner, block_ms, all_ms)) {
        Ok(performance) => {
            let act = traced_run(&performance, &lateness(&performance.spans));
            builder.finish(vec![act], performance.spans)
        }
        Err(why) => builder.unavailable(format!("{why:#}")),
    }
}

/// The beats, and the computing task, if there is one.
fn jobs(runner: &StoryRunner, block_ms: u64, all_ms: u64) -> Vec<Script> {
    let beats = 0..all_ms * 1_000 / BEAT_US;
    let beats = beats.map(|beat| Action::WaitUntil { us: beat * BEAT_US }.freely()).collect();
    let mut jobs = vec![Script { seed: 0, steps: beats }];
    if let Some(turns) = (all_ms / 2).checked_div(block_ms) {
        let compute =
            Action::Compute { parts: runner.with.calibration.parts(Duration::from_millis(block_ms)) };
        let mut steps = Vec::new();
        for _ in 0..turns {
            steps.push(compute.clone().freely());
            steps.push(Action::Wait { us: block_ms * 1_000 }.freely());
        }
        jobs.push(Script { seed: 1, steps });
    }
    jobs
}

/// The delays of beats against a schedule that begins with the batch: no beat is omitted, and one that waits
/// for earlier beats is late as well.
fn lateness(spans: &[Span]) -> Vec<(&'static str, u64)> {
    let begun = spans.iter().map(|span| span.start.ns()).min().unwrap_or(0);
    let mut ends: Vec<u64> = spans.iter().filter(|span| span.job == 0).map(|span| span.stop.ns()).collect();
    ends.sort_unstable();
    let due = (0..).map(|beat: u64| begun + beat * BEAT_US * 1_000);
    let mut late: Vec<u64> = ends.iter().zip(due).map(|(end, due)| end.saturating_sub(due)).collect();
    late.sort_unstable();
    // By nearest rank.
    let percentile =
        |percent: usize| late.get((late.len() * percent).div_ceil(100).max(1) - 1).copied().unwrap_or(0);
    vec![
        ("beats", late.len() as u64),
        ("p50_ns", percentile(50)),
        ("p99_ns", percentile(99)),
        ("max_ns", percentile(100)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::trace::Phase;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn missed_beats_count_with_full_delay() {
        let ms = 1_000_000;
        // Blocked from 0 to 3 ms: the beats due at 0, 1 and 2 ms all occur at 3 ms, the next ones on time.
        let ends = [3 * ms, 3 * ms, 3 * ms, 3 * ms, 4 * ms];
        let mut spans = vec![span(1, Phase::Compute, 0..3 * ms)];
        spans.extend(ends.map(|end| span(0, Phase::Wait, end - 1..end)));
        assert_eq!(lateness(&spans), [("beats", 5), ("p50_ns", ms), ("p99_ns", 3 * ms), ("max_ns", 3 * ms)]);
    }
}
