//! Which arms of a row stop, or are measured again, after its latest launch: by the rule of the study.

use std::time::Duration;

use crate::engine::DEADLINE as OF_A_CHILD;
use crate::record::journal::Entry;
use crate::record::schema::{Kind, Launch, Role, Stop, StopReason, Stopping, Study, WorkloadEntry};
use crate::record::times::walls;
use crate::stats::ratio::{Times, noise_floor, speedup};
use crate::stats::verdict::{MARGIN, Verdict};
use crate::stats::{anytime, interval::LEVEL, look::verdicts_at_look, median, present};
use crate::study::{plan::LEAST_TO_SETTLE, runner::DEADLINE};
use crate::workload::fixture::PATIENCE;

/// What changes for the arms of a row after its latest launch, which `took` so long, as the journal has it.
pub(super) fn after_launch(study: &Study, row: &WorkloadEntry, took: Duration) -> Vec<Entry> {
    let row = Row::of(study, row);
    let launches = row.launches.len();
    if row.launches.last().is_some_and(|launch| was_in_vain(launch, took)) {
        return row.stop_all(StopReason::GivenUp);
    }
    let mut changes = row.give_up(took);
    changes.extend(match study.stopping {
        Some(Stopping::Race { far, .. }) if launches == 1 => row.out_of_race(far.get()),
        Some(Stopping::Race { clearly_percent: Some(percent), .. })
            if launches == 2 && study.launches_asked.get() > 2 =>
        {
            row.clearly_slower(percent.get())
        }
        Some(Stopping::Look { launches: look } | Stopping::Race { launches: look, .. })
            if look.get() == launches as u64 && look < study.launches_asked =>
        {
            row.changes(&row.judged(|baseline, cells| verdicts_at_look(baseline, cells, launches)))
        }
        Some(Stopping::Settled { .. }) if launches as u64 >= LEAST_TO_SETTLE => {
            row.changes(&row.judged(anytime::verdicts))
        }
        _ => vec![],
    });
    changes
}

/// The stops of the arms of a row that have not stopped: the time of the study is over.
pub(super) fn out_of_time(study: &Study, row: &WorkloadEntry) -> Vec<Entry> {
    Row::of(study, row).stop_all(StopReason::OutOfTime)
}

/// Whether a launch that `took` so long was silent, or each of its arms waited for something that did not answer.
fn was_in_vain(launch: &Launch, took: Duration) -> bool {
    if launch.failure.is_some() {
        return took >= DEADLINE;
    }
    let measures_nothing = launch.rounds.iter().all(|round| round.samples.is_empty());
    measures_nothing && !launch.rounds.is_empty() && took >= PATIENCE
}

/// Of two cells of a model, one that took longer by this factor in the first launch is the worse.
const WORSE: f64 = 1.25;

/// What was measured of a row so far.
struct Row<'a> {
    study: &'a Study,
    kind: Kind,
    launches: Vec<&'a Launch>,
    /// The indices of the arms that can be measured.
    arms: Vec<usize>,
}

/// A cell with its verdict for now.
struct Judged {
    arm: usize,
    verdict: Verdict,
}

impl<'a> Row<'a> {
    fn of(study: &'a Study, row: &WorkloadEntry) -> Self {
        let mut arms = vec![];
        for (index, arm) in study.arms.iter().enumerate() {
            if arm.is_of(row) && arm.unavailable.is_none() {
                arms.push(index);
            }
        }
        Row { study, kind: row.kind, launches: study.launches_of(row), arms }
    }

    /// Its cells with their verdicts by `rule`.
    fn judged(&self, rule: impl Fn(&Times, &[Times]) -> Vec<Verdict>) -> Vec<Judged> {
        let (mut cells, mut times, mut baseline) = (vec![], vec![], Times::new());
        for &arm in &self.arms {
            if self.study.arms[arm].role == Role::Cell && !self.study.is_out_of_race(arm) {
                cells.push(arm);
                times.push(walls(&self.launches, arm));
                if self.study.arms[arm].is_baseline() {
                    baseline = walls(&self.launches, arm);
                }
            }
        }
        let verdicts = rule(&baseline, &times);
        cells.into_iter().zip(verdicts).map(|(arm, verdict)| Judged { arm, verdict }).collect()
    }

    /// Slower cells stop, and go on if they are slower no more. Those within the margin go on while any cell does, since
    /// others are compared with them, and so does the baseline: speedups are over it.
    fn changes(&self, cells: &[Judged]) -> Vec<Entry> {
        if cells.iter().all(Judged::is_done) {
            return self.stop_all(StopReason::RowSettled);
        }
        let mut changes = vec![];
        for cell in cells {
            let is_slower = matches!(cell.verdict, Verdict::Slower(_));
            let has_stopped = self.study.stop_of(cell.arm).is_some();
            let is_given_up = matches!(cell.verdict, Verdict::Unmeasured);
            if has_stopped && !is_slower && !is_given_up {
                changes.push(Entry::Resume(cell.arm as u64));
            } else if is_slower && !has_stopped && !self.study.arms[cell.arm].is_baseline() {
                changes.push(self.stop(cell.arm, StopReason::Settled));
            }
        }
        for &arm in &self.arms {
            if self.study.stop_of(arm).is_none() && self.is_needless_control(arm) {
                changes.push(self.stop(arm, StopReason::NoiseKnown));
            }
        }
        changes
    }

    /// The stops of cells that take over `far` times as long as the fastest, and of those whose model is much faster with another number of
    /// jobs at once.
    fn out_of_race(&self, far: u64) -> Vec<Entry> {
        let medians = self.medians(0);
        let best = least(&medians);
        let mut stops = vec![];
        for &(arm, time) in &medians {
            let entry = &self.study.arms[arm];
            let is_worse = |other: &(usize, f64)| {
                self.study.arms[other.0].model() == entry.model() && time > WORSE * other.1
            };
            if entry.is_baseline() {
                continue;
            }
            if time > far as f64 * best {
                stops.push(self.stop(arm, StopReason::FarSlower));
            } else if medians.iter().any(is_worse) {
                stops.push(self.stop(arm, StopReason::WorseConcurrency));
            }
        }
        stops
    }

    /// The stops of cells that are slower than the best by over so many percent in each of the first two launches.
    fn clearly_slower(&self, percent: u64) -> Vec<Entry> {
        let launches = [self.medians(0), self.medians(1)];
        let is_clear = |arm: usize, medians: &[(usize, f64)]| {
            let limit = (1.0 + percent as f64 / 100.0) * least(medians);
            medians.iter().any(|&(other, time)| other == arm && time > limit)
        };
        let mut stops = vec![];
        for &(arm, _) in &launches[1] {
            let is_baseline = self.study.arms[arm].is_baseline();
            if !is_baseline && launches.iter().all(|medians| is_clear(arm, medians)) {
                stops.push(self.stop(arm, StopReason::ClearlySlower));
            }
        }
        stops
    }

    /// The times of the cells that have not stopped, in the launch of this number.
    fn medians(&self, launch: usize) -> Vec<(usize, f64)> {
        let mut medians = vec![];
        for &arm in &self.arms {
            let is_open = self.study.stop_of(arm).is_none() && self.study.arms[arm].role == Role::Cell;
            let times = present(&walls(&self.launches[launch..=launch], arm).concat());
            if let (true, Some(median)) = (is_open, median(&times)) {
                medians.push((arm, median));
            }
        }
        medians
    }

    /// The stops of cells that never had a sample and failed in the latest launch, if that was long enough to have waited for one of
    /// them in vain: one that hangs would cost every launch as much.
    fn give_up(&self, took: Duration) -> Vec<Entry> {
        let mut stops = vec![];
        let Some(launch) = self.launches.last() else { return stops };
        for &arm in &self.arms {
            let is_failed =
                launch.rounds.iter().flat_map(|round| &round.failures).any(|it| it.arm == arm as u64);
            let is_open = self.study.stop_of(arm).is_none() && !self.study.arms[arm].is_baseline();
            let has_samples = walls(&self.launches, arm).concat().iter().any(Option::is_some);
            if took >= OF_A_CHILD && is_failed && is_open && !has_samples {
                stops.push(self.stop(arm, StopReason::GivenUp));
            }
        }
        stops
    }

    /// Whether an arm is a control that hardly differs from the baseline. Where jobs compute, it tells a brief disturbance
    /// of the baseline's core from a lasting one, and is needed in each launch.
    fn is_needless_control(&self, arm: usize) -> bool {
        if self.study.arms[arm].role != Role::Control || self.kind == Kind::Computes {
            return false;
        }
        let Some(baseline) = self.arms.iter().find(|&&arm| self.study.arms[arm].is_baseline()) else {
            return false;
        };
        let a_to_a = speedup(&walls(&self.launches, *baseline), &walls(&self.launches, arm), LEVEL);
        a_to_a.as_ref().and_then(noise_floor).is_some_and(|floor| floor < MARGIN / 2.0)
    }

    fn stop_all(&self, why: StopReason) -> Vec<Entry> {
        let going_on = self.arms.iter().filter(|&&arm| self.study.stop_of(arm).is_none());
        going_on.map(|&arm| self.stop(arm, why)).collect()
    }

    fn stop(&self, arm: usize, why: StopReason) -> Entry {
        Entry::Stop(Stop { arm: arm as u64, after_launches: self.launches.len() as u64, why })
    }
}

/// The least of the times of cells.
fn least(times: &[(usize, f64)]) -> f64 {
    times.iter().map(|(_, time)| *time).fold(f64::INFINITY, f64::min)
}

impl Judged {
    /// Whether no launch is needed for it: it has its word, others are compared with it, or it never had a sample.
    fn is_done(&self) -> bool {
        self.verdict.is_word() || matches!(self.verdict, Verdict::Fastest | Verdict::Unmeasured)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Failure, Sample};

    fn number(number: u64) -> NonZeroU64 {
        NonZeroU64::new(number).unwrap()
    }

    fn look() -> Stopping {
        Stopping::Look { launches: number(12) }
    }

    fn settled() -> Stopping {
        Stopping::Settled { at_most_ns: number(1) }
    }

    /// `launches` launches of a row with a fastest cell, a baseline of twice its time, and a third cell that takes
    /// `percents` hundredths of the fastest's, one a launch.
    fn study(stopping: Stopping, percents: &[u64]) -> Study {
        let mut study = recording(percents.len() as u64, 50).study.unwrap();
        study.stopping = Some(stopping);
        study.launches_asked = number(18);
        study.arms.push(Arm { id: "hash/threads/jobs".into(), ..study.arms[1].clone() });
        for (launch, &percent) in study.launches.iter_mut().zip(percents) {
            let fastest = launch.rounds[0].samples[1];
            let wall_ns = number(fastest.wall_ns.get() * percent / 100);
            launch.rounds[0].samples.push(Sample { arm: 2, wall_ns, ..fastest });
        }
        study
    }

    /// The changes after the latest launch: the arm and why it stops, or that it goes on.
    fn changes(study: &Study) -> Vec<(u64, Option<StopReason>)> {
        let mut changes = vec![];
        for entry in after_launch(study, &study.workloads[0], Duration::ZERO) {
            changes.push(match entry {
                Entry::Stop(stop) => {
                    assert_eq!(stop.after_launches, study.launches.len() as u64);
                    (stop.arm, Some(stop.why))
                }
                Entry::Resume(arm) => (arm, None),
                other => panic!("{other:?}"),
            });
        }
        changes
    }

    use StopReason::{ClearlySlower, NoiseKnown, OutOfTime, RowSettled, Settled};

    #[test]
    fn race_stops_what_is_clearly_slower_twice() {
        let percent = number(50);
        let race = Stopping::Race { far: number(4), clearly_percent: Some(percent), launches: number(8) };
        let before = Stopping::Race { far: number(4), clearly_percent: None, launches: number(8) };
        for (rule, percents, stops) in [
            (race, &[160, 160][..], vec![(2, Some(ClearlySlower))]),
            (race, &[160], vec![]),
            (race, &[160, 140], vec![]),
            (race, &[140, 160], vec![]),
            (race, &[100, 160, 160], vec![]),
            (before, &[160, 160], vec![]),
        ] {
            assert_eq!(changes(&study(rule, percents)), stops, "{percents:?}");
        }
        let mut stopped = study(race, &[160, 160]);
        stopped.stops = vec![Stop { arm: 2, after_launches: 2, why: ClearlySlower }];
        assert!(stopped.is_out_of_race(2));
    }

    #[test]
    fn workload_is_given_up_after_a_launch_in_vain() {
        let (mut silent, long, short) = (study(look(), &[100]), PATIENCE, PATIENCE / 2);
        let stops = |study: &Study, took| after_launch(study, &study.workloads[0], took).len();
        assert_eq!(stops(&silent, DEADLINE), 0, "it has samples");
        silent.launches[0].rounds[0].samples.clear();
        assert_eq!((stops(&silent, short), stops(&silent, long)), (0, 3));
        silent.launches[0].failure = Some("it was killed".into());
        assert_eq!((stops(&silent, long), stops(&silent, DEADLINE)), (0, 3));
        silent.launches[0].failure = None;
        silent.launches[0].rounds.clear();
        assert_eq!(stops(&silent, DEADLINE), 0, "it was stopped");
    }

    #[test]
    fn cell_that_hangs_is_given_up_alone() {
        let reason = String::from("gave no answer for 30s");
        let mut hangs = study(settled(), &[100; 8]);
        for launch in &mut hangs.launches {
            launch.rounds[0].samples.pop();
            launch.rounds[0].failures.push(Failure { arm: 2, reason: reason.clone(), unavailable: false });
        }
        let stops = |study: &Study, took| {
            let mut stops = vec![];
            for entry in after_launch(study, &study.workloads[0], took) {
                stops.push(matches!(entry, Entry::Stop(Stop { arm: 2, why: StopReason::GivenUp, .. })));
            }
            stops
        };
        let mut first = hangs.clone();
        first.launches.truncate(1);
        assert_eq!(stops(&first, OF_A_CHILD / 2), Vec::<bool>::new());
        assert_eq!(stops(&first, OF_A_CHILD), [true]);
        let stopped = Stop { arm: 2, after_launches: 1, why: StopReason::GivenUp };
        hangs.stops = vec![stopped];
        assert!(!changes(&hangs).contains(&(2, None)), "it does not go on");
        let sample = first.launches[0].rounds[0].samples[0];
        first.launches[0].rounds[0].samples.push(Sample { arm: 2, ..sample });
        assert_eq!(stops(&first, OF_A_CHILD), Vec::<bool>::new());
    }

    #[test]
    fn look_is_once_and_stops_settled_cells() {
        for (launches, stops) in [(11, vec![]), (12, vec![(2, Some(Settled))]), (13, vec![])] {
            let mut study = study(look(), &vec![110; launches]);
            // Some launches of a fourth cell are within the margin.
            study.arms.push(Arm { id: "hash/gil/jobs".into(), ..study.arms[1].clone() });
            for (number, launch) in study.launches.iter_mut().enumerate() {
                let slow = launch.rounds[0].samples[if number % 2 == 0 { 1 } else { 2 }];
                launch.rounds[0].samples.push(Sample { arm: 3, ..slow });
            }
            assert_eq!(changes(&study), stops, "{launches}");
        }
    }

    #[test]
    fn row_stops_when_all_cells_are_settled() {
        let whole: Vec<_> = (0..3).map(|arm| (arm, Some(RowSettled))).collect();
        assert_eq!(changes(&study(look(), &[110; 12])), whole);
        assert_eq!(changes(&study(settled(), &[110; 12])), whole);
        assert_eq!(changes(&study(settled(), &[102; 12])), whole, "within the margin");
        assert_eq!(changes(&study(look(), &[102; 12])), [], "which a look leaves to the end");
        assert_eq!(changes(&study(settled(), &[110; 11])), [], "no row ends before its 12th launch");
    }

    #[test]
    fn unsettled_cells_go_on() {
        let mut percents = vec![110; 12];
        percents.extend([102; 12]);
        let mut study = study(settled(), &percents);
        assert_eq!(changes(&study), []);
        study.stops.push(Stop { arm: 2, after_launches: 12, why: Settled });
        assert_eq!(changes(&study), [(2, None)]);
    }

    #[test]
    fn steady_controls_of_waiting_jobs_stop_at_the_look() {
        let stops = [(3, Some(NoiseKnown))];
        for (kind, percent, stops) in
            [(Kind::Waits, 102, &stops[..]), (Kind::Waits, 103, &[]), (Kind::Computes, 102, &[])]
        {
            let mut study = study(look(), &[[110; 6], [102; 6]].concat());
            study.workloads[0].kind = kind;
            study.arms.push(Arm { role: Role::Control, ..study.arms[0].clone() });
            for launch in &mut study.launches {
                let baseline = launch.rounds[0].samples[0];
                let wall_ns = number(baseline.wall_ns.get() * percent / 100);
                launch.rounds[0].samples.push(Sample { arm: 3, wall_ns, ..baseline });
            }
            assert_eq!(changes(&study), stops, "{percent}");
        }
    }

    #[test]
    fn everything_stops_when_time_is_over() {
        let mut study = study(settled(), &[110; 3]);
        study.stops.push(Stop { arm: 2, after_launches: 2, why: Settled });
        let stops = out_of_time(&study, &study.workloads[0]);
        let stop = |arm| Entry::Stop(Stop { arm, after_launches: 3, why: OutOfTime });
        assert_eq!(stops, [stop(0), stop(1)]);
    }
}
