//! How far the plays of a story are, reported between two runs: nothing is written while one is measured.

use std::sync::Mutex;

use crossbeam::channel::Sender;

use crate::engine::{Timestamp, lock, now};
use crate::post::story::StoryResult;
use crate::stats::units;

/// What is reported, and where.
#[derive(Debug)]
pub(super) struct Progress {
    story: &'static str,
    start: Timestamp,
    tell: fn(&str),
    results: Sender<StoryResult>,
    counts: Mutex<Counts>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    made: usize,
    /// All runs of all plays; unknown during the first play of most stories.
    all: Option<usize>,
}

impl Progress {
    /// `all` runs are to come, if that is known; each result goes to `results`, and `tell` gets a line between runs.
    pub(super) fn begin(
        story: &'static str,
        all: Option<usize>,
        results: Sender<StoryResult>,
        tell: fn(&str),
    ) -> Self {
        tell(&format!("playing {story}"));
        Progress { story, start: now(), tell, results, counts: Mutex::new(Counts { made: 0, all }) }
    }

    /// A run was made.
    pub(super) fn add_run(&self, result: StoryResult) {
        // Nobody receives it after a stop.
        let _ = self.results.send(result);
        let mut counts = lock(&self.counts);
        counts.made += 1;
        (self.tell)(&counts.line(self.story, now() - self.start));
    }

    /// The first of these plays is over: the others have as many runs.
    pub(super) fn end_play(&self, plays: usize) {
        let mut counts = lock(&self.counts);
        counts.all = counts.all.or(Some(counts.made * plays));
    }
}

impl Counts {
    fn line(self, story: &str, elapsed: std::time::Duration) -> String {
        let made = self.made;
        match self.all {
            None => format!("playing {story}: run {made}"),
            Some(all) => {
                let left = elapsed.mul_f64(all.saturating_sub(made) as f64 / made.max(1) as f64);
                format!("playing {story}: run {made} of {all}, about {} left", units::duration(left))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn remaining_time_follows_from_runs_made() {
        let line = |made, all| Counts { made, all }.line("chess", Duration::from_secs(10));
        assert_eq!(line(2, None), "playing chess: run 2");
        assert_eq!(line(2, Some(6)), "playing chess: run 2 of 6, about 20.0 s left");
    }
}
