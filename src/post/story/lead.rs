//! The result of a story in a sentence.

use crate::analysis::stories::wall_ns;
use crate::post::story::Story;
use crate::record::schema::StoryRun;

/// The median time of a run in seconds of its story; `None` if it could not run.
pub(super) fn seconds(run: &StoryRun) -> Option<f64> {
    Some(wall_ns(run)? / run.second_ns.get() as f64)
}

/// The fastest of `runs`, and its seconds.
pub(super) fn fastest<'a>(runs: impl Iterator<Item = &'a StoryRun>) -> Option<(&'a StoryRun, f64)> {
    let mut fastest: Option<(&StoryRun, f64)> = None;
    for run in runs {
        if let Some(seconds) = seconds(run)
            && fastest.is_none_or(|(_, least)| seconds < least)
        {
            fastest = Some((run, seconds));
        }
    }
    fastest
}

/// For each arrangement that has a prediction, the time of the fastest model beside it; else the first remark.
pub(super) fn of_arrangements(story: &(impl Story + ?Sized), runs: &[&StoryRun]) -> Option<String> {
    let mut parts = Vec::new();
    let mut seen = Vec::new();
    for run in runs {
        if seen.contains(&&run.arrangement) {
            continue;
        }
        seen.push(&run.arrangement);
        let same = runs.iter().copied().filter(|other| other.arrangement == run.arrangement);
        if let Some((fastest, seconds)) = fastest(same)
            && let Some(prediction) = story.prediction(fastest)
        {
            let what = run.arrangement.split_once('=').map_or(run.arrangement.as_str(), |(_, what)| what);
            let by = &fastest.model;
            parts.push(format!(
                "{what}: {} by {by} (predicted {})",
                clock(seconds),
                clock(prediction.seconds)
            ));
        }
    }
    if parts.is_empty() { first_remark(story, runs) } else { Some(parts.join("; ") + ".") }
}

fn first_remark(story: &(impl Story + ?Sized), runs: &[&StoryRun]) -> Option<String> {
    let mut remarks = runs.iter().filter_map(|run| Some((run, story.remarks(run).into_iter().next()?)));
    let (run, remark) = remarks.next()?;
    Some(format!("{}, {}: {remark}.", run.model, run.arrangement))
}

/// Seconds as a clock shows them: `1 h 0 min 55 s`, `12 h`, `2.04 s`.
pub(super) fn clock(seconds: f64) -> String {
    if seconds < 59.995 {
        return format!("{seconds:.2} s");
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "hours at the most, and positive"
    )]
    let whole = seconds.round() as u64;
    let (hours, minutes, seconds) = (whole / 3_600, whole / 60 % 60, whole % 60);
    let mut parts = Vec::new();
    if hours > 0 {
        parts.push(format!("{hours} h"));
    }
    if minutes > 0 || hours > 0 && seconds > 0 {
        parts.push(format!("{minutes} min"));
    }
    if seconds > 0 {
        parts.push(format!("{seconds} s"));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_shows_hours_minutes_and_seconds() {
        let shown = [43_200.0, 3_655.2, 3_660.0, 780.0, 59.999, 2.044].map(clock);
        assert_eq!(shown, ["12 h", "1 h 0 min 55 s", "1 h 1 min", "13 min", "1 min", "2.04 s"]);
    }
}
