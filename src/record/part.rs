//! A part of a study: some of its workloads, with all that was measured of them.

use crate::record::schema::{Launch, Study, WorkloadEntry};

impl Study {
    /// The part of it that measured some of its workloads.
    pub fn of_workloads(&self, is_kept: impl Fn(&WorkloadEntry) -> bool) -> Study {
        let mut part =
            Study { workloads: vec![], arms: vec![], launches: vec![], stops: vec![], ..self.clone() };
        part.workloads.extend(self.workloads.iter().filter(|workload| is_kept(workload)).cloned());
        let mut moved = Moved(vec![None; self.arms.len()]);
        for (arm, place) in self.arms.iter().zip(&mut moved.0) {
            if part.workloads.iter().any(|workload| arm.is_of(workload)) {
                *place = Some(part.arms.len() as u64);
                part.arms.push(arm.clone());
            }
        }
        for mut stop in self.stops.iter().copied() {
            if moved.set(&mut stop.arm) {
                part.stops.push(stop);
            }
        }
        for launch in &self.launches {
            if part.workloads.iter().any(|workload| launch.is_of(workload)) {
                part.launches.push(moved.launch(launch.clone()));
            }
        }
        part
    }
}

/// Where each arm is among those of the part, if it is there.
struct Moved(Vec<Option<u64>>);

impl Moved {
    /// Gives `arm` its new index, if it has one.
    fn set(&self, arm: &mut u64) -> bool {
        let place = usize::try_from(*arm).ok().and_then(|arm| *self.0.get(arm)?);
        *arm = place.unwrap_or(*arm);
        place.is_some()
    }

    /// `launch` with the new indices of its arms.
    fn launch(&self, mut launch: Launch) -> Launch {
        for round in &mut launch.rounds {
            round.samples.retain_mut(|sample| self.set(&mut sample.arm));
            round.copies.retain_mut(|copies| self.set(&mut copies.arm));
            round.failures.retain_mut(|failure| self.set(&mut failure.arm));
        }
        launch
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, CopyTimes, Failure, Stop, StopReason};

    #[test]
    fn part_of_study_has_its_own_arms() {
        let hash = recording(2, 50).study.unwrap();
        let mut both = hash.clone();
        both.workloads.insert(0, WorkloadEntry { name: "noop".into(), ..hash.workloads[0].clone() });
        both.arms.insert(0, Arm { id: "noop/sequential/one".into(), ..hash.arms[0].clone() });
        for launch in &mut both.launches {
            let round = &mut launch.rounds[0];
            round.samples.iter_mut().for_each(|sample| sample.arm += 1);
            round.failures.push(Failure { arm: 2, reason: "it broke".into(), unavailable: false });
            round.copies.push(CopyTimes { arm: 1, ns: vec![NonZeroU64::MIN] });
        }
        both.launches.push(Launch::begun("noop".into(), None, 0));
        both.stops = [0, 2].map(|arm| Stop { arm, after_launches: 12, why: StopReason::Settled }).to_vec();
        let part = both.of_workloads(|workload| workload.name == "hash");
        assert_eq!((&part.workloads, &part.arms), (&hash.workloads, &hash.arms));
        assert_eq!(part.launches.len(), 2);
        for (launch, whole) in part.launches.iter().zip(&hash.launches) {
            let round = &launch.rounds[0];
            assert_eq!(round.samples, whole.rounds[0].samples);
            assert_eq!((round.failures[0].arm, round.copies[0].arm), (1, 0));
        }
        let stops: Vec<u64> = part.stops.iter().map(|stop| stop.arm).collect();
        assert_eq!(stops, [1]);
    }
}
