//! When a study measures some of its arms no further, though others go on.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::record::schema::{Study, WorkloadEntry};

/// The rule by which arms stop before the last launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Stopping {
    /// One look, after this many launches of a row: cells that are slower than the fastest in all of them sit out.
    Look {
        /// The launches before it.
        launches: NonZeroU64,
    },
    /// A look after each launch, by evidence that is valid at any time: slower cells sit out, and the study ends when
    /// every cell is slower or within the margin, or after so long.
    Settled {
        /// The longest duration of the study, in nanoseconds.
        at_most_ns: NonZeroU64,
    },
    /// Cells stop after the first launch if they take several times as long as the best, and so does the worse of two cells of a model if it
    /// took a quarter longer. After the second, those stop that were clearly slower than the best in both. Then one look as in
    /// [`Stopping::Look`], if there are launches after it.
    Race {
        /// The factor by which they take longer.
        far: NonZeroU64,
        /// By how many percent cells that stop after the second launch are slower than the best in each of the two; from version 6 on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clearly_percent: Option<NonZeroU64>,
        /// The launches before the look.
        launches: NonZeroU64,
    },
}

/// An arm that stopped before the last launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Index of the arm.
    pub arm: u64,
    /// The number of launches of its row until then.
    pub after_launches: u64,
    /// Why.
    pub why: StopReason,
}

/// Why an arm stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopReason {
    /// The cell is settled, by the study's rule.
    Settled,
    /// All cells of its row are.
    RowSettled,
    /// The control of a row of little noise.
    NoiseKnown,
    /// The time of the study was over.
    OutOfTime,
    /// A launch was waited for in vain: its row was silent, or this cell gave no answer. Another one would be waited for as well.
    GivenUp,
    /// The cell takes several times as long as the best: so it was in the first launch, or the waiting of so few jobs at once alone takes
    /// so much longer than that of all, and it was not measured at all.
    FarSlower,
    /// The same model took over a quarter less time with another number of jobs at once in the first launch.
    WorseConcurrency,
    /// The cell was clearly slower than the best in each of the first two launches.
    ClearlySlower,
}

impl Study {
    /// The stop of an arm.
    pub fn stop_of(&self, arm: usize) -> Option<&Stop> {
        self.stops.iter().find(|stop| stop.arm == arm as u64)
    }

    /// Whether a cell was not measured after the first launches, which had shown that it is far from the best.
    pub fn is_out_of_race(&self, arm: usize) -> bool {
        use StopReason::{ClearlySlower, FarSlower, WorseConcurrency};
        let Some(stop) = self.stop_of(arm) else { return false };
        matches!(stop.why, FarSlower | WorseConcurrency | ClearlySlower)
    }

    /// The launches that a row has, or will have unless more of its arms stop; 0 if none of its arms can be measured.
    pub fn launches_due(&self, row: &WorkloadEntry) -> u64 {
        let mut due = 0;
        for (index, arm) in self.arms.iter().enumerate() {
            if arm.is_of(row) && arm.unavailable.is_none() {
                due = due.max(self.launches_until(index));
            }
        }
        due
    }

    /// The launches of an arm, or those that were asked for if it has not stopped.
    fn launches_until(&self, arm: usize) -> u64 {
        self.stop_of(arm).map_or(self.launches_asked.get(), |stop| stop.after_launches)
    }

    /// The launches of its arms, for readers: `16`, `12 to 18`.
    pub fn launches_text(&self) -> String {
        let asked = self.launches_asked.get();
        let (mut least, mut most) = (asked, 0);
        for (index, arm) in self.arms.iter().enumerate() {
            if arm.unavailable.is_none() {
                let launches = self.launches_until(index);
                (least, most) = (least.min(launches), most.max(launches));
            }
        }
        match (least, most) {
            (_, 0) => asked.to_string(),
            (least, most) if least == most => most.to_string(),
            (least, most) => format!("{least} to {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    fn stop(arm: u64, after_launches: u64) -> Stop {
        Stop { arm, after_launches, why: StopReason::Settled }
    }

    #[test]
    fn row_ends_with_its_last_arm() {
        let mut study = recording(18, 50).study.unwrap();
        let row = study.workloads[0].clone();
        assert_eq!((study.launches_due(&row), study.launches_text().as_str()), (18, "18"));
        study.stops.push(stop(1, 12));
        assert_eq!((study.launches_due(&row), study.launches_text().as_str()), (18, "12 to 18"));
        study.stops.push(stop(0, 14));
        assert_eq!((study.launches_due(&row), study.launches_text().as_str()), (14, "12 to 14"));
        study.arms[0].unavailable = Some("no such model".into());
        assert_eq!(study.launches_due(&row), 12);
    }

    #[test]
    fn rules_and_stops_are_recorded_in_words() {
        let launches = NonZeroU64::new(12).unwrap();
        let look = serde_json::to_string(&Stopping::Look { launches }).unwrap();
        assert_eq!(look, r#"{"look":{"launches":12}}"#);
        assert_eq!(
            serde_json::to_string(&stop(3, 12)).unwrap(),
            r#"{"arm":3,"after_launches":12,"why":"settled"}"#
        );
    }
}
