//! `--until settled --at-most T`: a study that ends when its cells are settled.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::cmd::BadUsage;
use crate::study::plan::{LEAST_TO_SETTLE, PlannedArm, Profile, launch_time};

/// The end of a study, if it is not after a number of launches.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Until {
    /// Measure until all cells are settled, by a rule that is valid after every launch; slower cells and settled rows sit out
    #[arg(long, value_enum, value_name = "GOAL", requires = "at_most", conflicts_with = "profile")]
    until: Option<Goal>,
    /// Maximum duration of such a study: 90s, 10m, 1h
    #[arg(long, value_name = "T", requires = "until", value_parser = duration)]
    at_most: Option<Duration>,
}

/// What ends a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Goal {
    /// Every cell is slower than the fastest of its row or within 5 % of it
    Settled,
}

impl Until {
    /// The profile of the study: `otherwise` if no goal is set.
    pub(super) fn profile(self, otherwise: Profile) -> Profile {
        match (self.until, self.at_most) {
            (Some(Goal::Settled), Some(at_most)) => Profile::Settled { at_most },
            _ => otherwise,
        }
    }

    /// Refuses a time in which nothing can be settled.
    pub(super) fn ensure_enough_time(self, arms: &[PlannedArm], workers: usize) -> Result<()> {
        let Some(at_most) = self.at_most else { return Ok(()) };
        let launches = u32::try_from(LEAST_TO_SETTLE)?;
        let needed = launch_time(arms, workers) * launches;
        ensure!(
            at_most >= needed,
            BadUsage::new(format!(
                "--at-most {} is too short: no cell is settled before launch {launches}, and {launches} launches of these cells take about \
                 {}; give more time, or a filter for fewer cells",
                text(at_most),
                text(needed)
            ))
        );
        Ok(())
    }
}

/// The duration that a word means.
pub(super) fn duration(word: &str) -> Result<Duration, String> {
    let digits = word.trim_end_matches(|it: char| !it.is_ascii_digit());
    let unit = match &word[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err("a duration is a number and a unit, as in 90s, 10m or 1h".into()),
    };
    let number: u32 =
        digits.parse().map_err(|_| "a duration is a whole number and a unit, as in 90s, 10m or 1h")?;
    match u64::from(number) * unit {
        0 => Err("no time at all".into()),
        seconds => Ok(Duration::from_secs(seconds)),
    }
}

/// A duration as it is given: `90s`, `3m 20s`; parts of a second count as one.
pub(super) fn text(duration: Duration) -> String {
    let seconds = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds}s"),
        (minutes, 0) => format!("{minutes}m"),
        (minutes, seconds) => format!("{minutes}m {seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Platform;
    use crate::study::{cell::Cell, plan::arms};
    use crate::workload::catalog::Catalog;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        for (word, seconds) in [("90s", 90), ("10m", 600), ("1h", 3_600)] {
            assert_eq!(duration(word), Ok(Duration::from_secs(seconds)));
        }
        for word in ["", "90", "s", "-1s", "1.5h", "1d", "0s", "99999999999s", "10 m"] {
            assert!(duration(word).is_err(), "{word}");
        }
        assert_eq!([59, 60, 200].map(|it| text(Duration::from_secs(it))), ["59s", "1m", "3m 20s"]);
    }

    #[test]
    fn time_for_fewer_than_12_launches_is_refused() {
        let cells = Cell::all(&Catalog::builtin(), &[Platform::Native], 2);
        let until = |seconds| {
            let at_most = Duration::from_secs(seconds);
            let arms = arms(&Catalog::builtin(), &cells, Profile::Settled { at_most });
            Until { until: Some(Goal::Settled), at_most: Some(at_most) }.ensure_enough_time(&arms, 2)
        };
        let refused = until(90).unwrap_err();
        assert!(refused.is::<BadUsage>() && refused.to_string().contains("--at-most 1m 30s"), "{refused}");
        assert!(until(600).is_ok());
    }
}
