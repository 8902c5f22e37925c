//! Several plays of a story.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;
use std::time::Duration;

use anyhow::{Context, Result};
use crossbeam::channel::{RecvTimeoutError, unbounded};

use crate::post::story::progress::Progress;
use crate::post::story::{Story, StoryRequest, StoryResult, StoryRunner};

/// Plays of a story: the fewest that have a median and a range.
pub const PLAYS: usize = 3;

/// How often a stop is looked for while a run is made.
const LOOK: Duration = Duration::from_millis(50);

/// Plays `story` several times, all of its arrangements each time, so that what is slow for a moment meets different ones; `tell`
/// gets a line between runs, and an empty one at the end. Once `stop` is set, returns the runs that were made until then.
///
/// # Errors
/// As [`Story::play`], and when no thread can be started.
pub fn play_all(
    story: &'static dyn Story,
    runner: &StoryRunner,
    request: &StoryRequest,
    stop: &AtomicBool,
    tell: fn(&str),
) -> Result<Vec<StoryResult>> {
    let runs = story.runs(request).map(|runs| runs * PLAYS);
    let (sender, made) = unbounded();
    let progress = Arc::new(Progress::begin(story.name(), runs, sender, tell));
    let (stage, request) = (Arc::clone(&runner.with.stage), request.clone());
    let runner = StoryRunner { progress: Some(progress), ..runner.clone() };
    // In a thread of its own: a run may take minutes, and can't be interrupted.
    let plays = Builder::new().spawn(move || play_repeatedly(story, runner, &request));
    let plays = plays.context("cannot start a thread for the story")?;
    let mut results = vec![];
    let plays_are_over = loop {
        let result = made.recv_timeout(LOOK);
        let has_stopped = stop.load(Ordering::Relaxed);
        match result {
            // Ctrl-C reaches child processes too: a run that it broke has not failed.
            Ok(result) if has_stopped && result.story_run.unavailable.is_some() => {}
            Ok(result) => add(&mut results, result),
            Err(RecvTimeoutError::Disconnected) => break true,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if has_stopped {
            break false;
        }
    };
    tell("");
    if plays_are_over {
        plays.join().unwrap_or_else(|panic| resume_unwind(panic))?;
    } else {
        // The thread that still plays ends with this process.
        stage.close();
    }
    Ok(results)
}

/// Plays `story` [`PLAYS`] times. The runner, which has the way out of each result, goes at the end.
fn play_repeatedly(story: &dyn Story, runner: StoryRunner, request: &StoryRequest) -> Result<()> {
    for _ in 0..PLAYS {
        story.play(&runner, request)?;
        if let Some(progress) = &runner.progress {
            progress.end_play(PLAYS);
        }
    }
    drop(runner);
    Ok(())
}

/// Adds another play of an arrangement under a model. One that fails once is not available: what runs only sometimes is not
/// what its numbers say.
fn add(results: &mut Vec<StoryResult>, result: StoryResult) {
    let StoryResult { story_run: new, spans } = result;
    let is_same = |it: &&mut StoryResult| {
        (&it.story_run.arrangement, &it.story_run.model) == (&new.arrangement, &new.model)
    };
    match results.iter_mut().find(is_same) {
        None => results.push(StoryResult { story_run: new, spans }),
        Some(StoryResult { story_run, .. }) => {
            story_run.acts.extend(new.acts);
            // Of two reasons the failure is told.
            if story_run.unavailable.is_none() || (new.failed && !story_run.failed) {
                story_run.unavailable = new.unavailable.or(story_run.unavailable.take());
            }
            story_run.failed |= new.failed;
            if story_run.unavailable.is_some() {
                story_run.acts.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::schema::{StoryRun, TracedRun};

    /// One play of an arrangement: how long it took, or why it could not be.
    fn play(arrangement: &str, result: Result<u64, &str>) -> StoryResult {
        let acts = result.iter().map(|&wall_ns| TracedRun { wall_ns, figures: [].into() }).collect();
        StoryResult {
            story_run: StoryRun {
                story: "nap".into(),
                arrangement: arrangement.into(),
                model: "threads".into(),
                second_ns: 1.try_into().unwrap(),
                acts,
                unavailable: result.err().map(str::to_owned),
                failed: result.is_err(),
            },
            spans: vec![],
        }
    }

    #[test]
    fn plays_of_one_arrangement_are_joined() {
        let mut results = vec![];
        for (arrangement, result) in
            [("a", Ok(1)), ("b", Ok(2)), ("a", Ok(3)), ("b", Err("no thread")), ("b", Ok(4))]
        {
            add(&mut results, play(arrangement, result));
        }
        let [a, b] = [&results[0].story_run, &results[1].story_run];
        assert_eq!(a.acts.iter().map(|act| act.wall_ns).collect::<Vec<_>>(), [1, 3]);
        assert_eq!((b.acts.len(), b.unavailable.as_deref()), (0, Some("no thread")));
    }
}
