//! A task that computes without yielding, beside one with a periodic beat.

use std::time::Duration;

use anyhow::Result;

use crate::engine::Span;
use crate::model::{MadeOf, ModelEntry};
use crate::post::story::{Ran, Story, StoryRequest, StoryRunner, count};
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};
use crate::workload::script::{Action, Script};

/// The interval between beats, in microseconds.
const BEAT_US: u64 = 1_000;

/// The duration of the beats of a play, in milliseconds.
const LONG_MS: u64 = 700;
const QUICK_MS: u64 = 300;

/// Milliseconds for which the other task computes without yielding, and then waits; 0 means no other task.
const BLOCKS_MS: [u64; 4] = [0, 1, 10, 100];

/// What the models of a quick run are made of: those whose tasks share threads.
const QUICK: [MadeOf; 2] = [MadeOf::Tasks, MadeOf::TasksOnOneThread];

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

    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()> {
        let (all_ms, blocks): (u64, &[u64]) =
            if request.quick { (QUICK_MS, &[10, 100]) } else { (LONG_MS, &BLOCKS_MS) };
        let mut chosen = request.chosen(|_| true);
        if request.quick {
            chosen.retain(|model| QUICK.contains(&model.made_of));
        }
        for &block_ms in blocks {
            for model in &chosen {
                let ran = run(runner, model, block_ms, all_ms);
                runner.report(self.name(), format!("block_ms={block_ms}"), model.name, ran);
            }
        }
        Ok(())
    }

    fn lead(&self, runs: &[&StoryRun]) -> Option<String> {
        let longest = runs.iter().filter_map(|run| block_ms(run)).max()?;
        let mut delays = Vec::new();
        for run in runs.iter().filter(|run| block_ms(run) == Some(longest)) {
            if let Some(act) = run.acts.first() {
                delays.push((count(act, Figure::P99Ns), run.model.as_str()));
            }
        }
        let (least, most) = (delays.iter().min()?, delays.iter().max()?);
        Some(format!(
            "A task that computes for {longest} ms without yielding delays the beats of another task by {:.2} ms (p99) under {}, and by \
             {:.2} ms under {}.",
            least.0 as f64 / 1e6,
            least.1,
            most.0 as f64 / 1e6,
            most.1
        ))
    }

    fn remarks_on(&self, story_run: &StoryRun, act: &TracedRun) -> Vec<String> {
        let [p50, p99, most] =
            [Figure::P50Ns, Figure::P99Ns, Figure::MaxNs].map(|figure| count(act, figure) as f64 / 1e6);
        let alone = act.get(Figure::InFlight) == Some(1) && story_run.setting("block_ms") != Some("0");
        let alone = if alone { "; but one task waited until the other was over" } else { "" };
        vec![format!("delay of beats: p50 {p50:.2} ms, p99 {p99:.2} ms, at most {most:.2} ms{alone}")]
    }
}

/// For how long the task of a run computes without yielding.
fn block_ms(run: &StoryRun) -> Option<u64> {
    run.setting("block_ms")?.parse().ok()
}

fn run(runner: &StoryRunner, model: &ModelEntry, block_ms: u64, all_ms: u64) -> Result<Ran> {
    let performance = runner.perform(model, jobs(runner, block_ms, all_ms))?;
    let extra = lateness(&performance.spans);
    Ok(Ran::once(performance, &extra))
}

/// The beats, and the computing task, if there is one.
fn jobs(runner: &StoryRunner, block_ms: u64, all_ms: u64) -> Vec<Script> {
    let mut beats = vec![];
    for beat in 0..all_ms * 1_000 / BEAT_US {
        beats.push(Action::WaitUntil { us: beat * BEAT_US }.freely());
    }
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
fn lateness(spans: &[Span]) -> Vec<(Figure, u64)> {
    let (mut begun, mut ends) = (u64::MAX, vec![]);
    for span in spans {
        begun = begun.min(span.start.ns());
        if span.job == 0 {
            ends.push(span.stop.ns());
        }
    }
    ends.sort_unstable();
    let mut late = vec![];
    for (beat, end) in (0..).zip(ends) {
        late.push(end.saturating_sub(begun + beat * BEAT_US * 1_000));
    }
    late.sort_unstable();
    vec![
        (Figure::Beats, late.len() as u64),
        (Figure::P50Ns, percentile(&late, 50)),
        (Figure::P99Ns, percentile(&late, 99)),
        (Figure::MaxNs, percentile(&late, 100)),
    ]
}

/// A percentile by nearest rank; zero of nothing.
fn percentile(sorted: &[u64], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Phase;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn missed_beats_count_with_full_delay() {
        let ms = 1_000_000;
        // Blocked from 0 to 3 ms: the beats due at 0, 1 and 2 ms all occur at 3 ms, the next ones on time.
        let ends = [3 * ms, 3 * ms, 3 * ms, 3 * ms, 4 * ms];
        let mut spans = vec![span(1, Phase::Compute, 0..3 * ms)];
        spans.extend(ends.map(|end| span(0, Phase::Wait, end - 1..end)));
        let late = [(Figure::P50Ns, ms), (Figure::P99Ns, 3 * ms), (Figure::MaxNs, 3 * ms)];
        assert_eq!(lateness(&spans), [&[(Figure::Beats, 5)], &late[..]].concat());
    }
}
