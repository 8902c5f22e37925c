//! Cook and eat: two waiting coroutines, started in each of the ways that a program can.

use std::time::Duration;

use anyhow::Result;

use crate::engine::{Span, nanoseconds, now};
use crate::model::{MadeOf, ModelEntry, Platform};
use crate::post::story::event_loop::{Coroutines, EventLoop};
use crate::post::story::way::Way;
use crate::post::story::{Prediction, Ran, Story, StoryRequest, StoryRunner, count, known};
use crate::record::figure::Figure;
use crate::record::schema::{StoryRun, TracedRun};
use crate::study::run_environment::traced_run;

/// The length of a second: the shortest of 100, 50, 30, 20 and 10 ms at which the error is clearly under 5 %; timers add about 1 ms.
const SECOND: Duration = Duration::from_millis(30);

/// Timed runs of each way in a play.
const RUNS: usize = 4;

/// Runs of a play that check the order of events, and the length of a second in them.
const ORDER_RUNS: u64 = 200;
const ORDER_SECOND: Duration = Duration::from_millis(5);

const NAME: &str = "cook-eat";

/// The story.
pub struct CookEat;

impl Story for CookEat {
    fn name(&self) -> &'static str {
        NAME
    }

    fn about(&self) -> &'static str {
        "cooking waits 2 s, eating 1 s: never awaited, awaited in turn, joined, spawned"
    }

    fn second(&self) -> Duration {
        SECOND
    }

    fn play(&self, runner: &StoryRunner, request: &StoryRequest) -> Result<()> {
        let runs = if request.quick { (1, ORDER_RUNS / 5) } else { (RUNS, ORDER_RUNS) };
        for mut event_loop in [EventLoop::one()?, EventLoop::many(runner.with.cores)?] {
            if request.models.is_empty() || request.models.iter().any(|it| it.name == event_loop.model) {
                on(runner, &mut event_loop, runs);
            }
        }
        for model in &request.models {
            if model.made_of == MadeOf::TasksOnOneThread && model.platform != Platform::Native {
                on_asyncio(runner, model, runs);
            }
        }
        Ok(())
    }

    fn prediction(&self, story_run: &StoryRun) -> Option<Prediction> {
        if story_run.setting("order").is_some() {
            return None;
        }
        let way = Way::ALL.into_iter().find(|way| story_run.setting("way") == Some(way.name()))?;
        Some(way.prediction())
    }

    fn remarks_on(&self, _: &StoryRun, act: &TracedRun) -> Vec<String> {
        if let (Some(in_order), Some(runs)) = (act.get(Figure::InOrder), act.get(Figure::Runs)) {
            return vec![format!(
                "cook starts, eat starts, eat is done, cook is done: {in_order} of {runs} times"
            )];
        }
        let (waits, threads) = (count(act, Figure::WaitsAtOnce), known(act.get(Figure::Threads)));
        vec![format!("waiting at once: {waits}; threads: {threads}")]
    }
}

/// Timed runs, and runs that check the order of events.
type Runs = (usize, u64);

/// All ways on asyncio; an interpreter that fails does not affect others.
fn on_asyncio(runner: &StoryRunner, model: &ModelEntry, runs: Runs) {
    match EventLoop::asyncio(model, runner) {
        Ok(mut event_loop) => on(runner, &mut event_loop, runs),
        Err(why) => runner.report(NAME, format!("way={}", Way::Joined.name()), model.name, Err(why)),
    }
}

/// Both started on `event_loop` in each way, until one fails.
fn on(runner: &StoryRunner, event_loop: &mut EventLoop, (runs, order_runs): Runs) {
    // On several threads the other ways behave as on one, because they are a single task.
    let ways = if event_loop.has_threads { &[Way::Spawned][..] } else { &Way::ALL };
    let faster = StoryRunner { second: ORDER_SECOND, ..runner.clone() };
    for &way in ways {
        let arrangement = format!("way={}", way.name());
        let ran = timed(runner, event_loop, way, runs);
        let has_failed = ran.is_err();
        runner.report(NAME, arrangement.clone(), event_loop.model, ran);
        if has_failed {
            break;
        }
        if matches!(way, Way::Joined | Way::Spawned) {
            let ran = in_order(event_loop, way, order_runs);
            faster.report(NAME, format!("{arrangement} order=1"), event_loop.model, ran);
        }
    }
}

fn timed(runner: &StoryRunner, event_loop: &mut EventLoop, way: Way, runs: usize) -> Result<Ran> {
    let coroutines = Coroutines::of(runner.second);
    let mut ran = Ran::default();
    for _ in 0..runs {
        let performance = event_loop.run(way, &coroutines)?;
        ran.acts.push(traced_run(&performance, &gap(&performance.spans)));
        ran.spans = performance.spans;
    }
    Ok(ran)
}

/// The spans of cooking and of eating, if both were started.
fn both(spans: &[Span]) -> Option<(&Span, &Span)> {
    let cook = spans.iter().find(|span| span.job == 0)?;
    let eat = spans.iter().find(|span| span.job == 1)?;
    Some((cook, eat))
}

/// The time from the start of the first to the start of the second.
fn gap(spans: &[Span]) -> Vec<(Figure, u64)> {
    let Some((cook, eat)) = both(spans) else { return vec![] };
    vec![(Figure::GapNs, cook.start.ns().abs_diff(eat.start.ns()))]
}

/// How often the four events have the post's order, at a scale that allows many runs.
fn in_order(event_loop: &mut EventLoop, way: Way, runs: u64) -> Result<Ran> {
    let coroutines = Coroutines::of(ORDER_SECOND);
    let start = now();
    let mut count = 0;
    for _ in 0..runs {
        count += u64::from(is_in_order(&event_loop.run(way, &coroutines)?.spans));
    }
    // The mean time of a run, because runs are not timed individually.
    let wall_ns = nanoseconds(now() - start) / runs;
    let figures = Figure::recorded([(Figure::Runs, runs), (Figure::InOrder, count)]);
    Ok(Ran { acts: vec![TracedRun { wall_ns, figures }], spans: vec![] })
}

/// Cook starts, eat starts, eat is done, cook is done.
fn is_in_order(spans: &[Span]) -> bool {
    let Some((cook, eat)) = both(spans) else { return false };
    cook.start <= eat.start && eat.stop <= cook.stop
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Phase;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn unawaited_future_never_starts() {
        let mut event_loop = EventLoop::one().unwrap();
        let mut spans = |way| event_loop.run(way, &Coroutines::of(Duration::from_millis(2))).unwrap().spans;
        assert_eq!(spans(Way::Unscheduled), []);
        let in_turn = spans(Way::InTurn);
        assert!(in_turn[0].stop <= in_turn[1].start, "one after the other");
        for way in [Way::Joined, Way::Spawned] {
            let both = spans(way);
            assert!(both[0].start < both[1].stop && both[1].start < both[0].stop, "{way:?}: together");
        }
    }

    #[test]
    fn order_is_derived_from_four_events() {
        let order = |cook, eat| is_in_order(&[span(0, Phase::Wait, cook), span(1, Phase::Wait, eat)]);
        assert!(order(0..9, 1..5));
        assert!(!order(2..9, 1..5) && !order(0..4, 1..5) && !is_in_order(&[]));
    }
}
