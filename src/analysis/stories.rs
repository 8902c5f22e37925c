//! Worked examples in a recording.

use crate::record::schema::StoryRun;
use crate::stats::median;

/// The median time of the runs of a worked example, in nanoseconds; `None` if it has none.
pub fn wall_ns(story_run: &StoryRun) -> Option<f64> {
    let times: Vec<f64> = story_run.acts.iter().map(|run| run.wall_ns as f64).collect();
    median(&times)
}
