//! Several plays of a story.

use std::sync::Arc;

use anyhow::Result;

use crate::post::story::progress::Progress;
use crate::post::story::{Story, StoryRequest, StoryResult, StoryRunner};

/// Plays of a story: the fewest that have a median and a range.
pub const PLAYS: usize = 3;

/// Plays `story` several times, all of its arrangements each time, so that what is slow for a moment meets different ones; `tell`
/// gets a line between runs, and an empty one at the end.
///
/// # Errors
/// As [`Story::play`].
pub fn play_all(
    story: &dyn Story,
    runner: &StoryRunner,
    request: &StoryRequest,
    tell: fn(&str),
) -> Result<Vec<StoryResult>> {
    let runs = story.runs(request).map(|runs| runs * PLAYS);
    let progress = Arc::new(Progress::begin(story.name(), runs, tell));
    let runner = StoryRunner { progress: Some(progress.clone()), ..runner.clone() };
    let mut results = vec![];
    for _ in 0..PLAYS {
        for result in story.play(&runner, request)? {
            add(&mut results, result);
        }
        progress.end_play(PLAYS);
    }
    progress.end();
    Ok(results)
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
            story_run.unavailable = story_run.unavailable.take().or(new.unavailable);
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
