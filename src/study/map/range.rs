//! What lies between the measured points of a map.

use crate::study::map::points::{Asked, MOST_PERCENT};

/// What lies between measured points: advice is given there, and nowhere else.
#[derive(Clone, Debug)]
pub struct Range {
    /// The measured shares.
    shares: Vec<u64>,
    points: Vec<Asked>,
}

impl Range {
    /// That of these points.
    pub fn of(points: &[Asked]) -> Self {
        let shares = sorted(points.iter().map(|point| point.wait_percent));
        Range { shares, points: points.to_vec() }
    }

    /// Whether it lies between measured points.
    pub fn contains(&self, asked: Asked) -> bool {
        self.around(asked).is_some()
    }

    /// The measured points around one, each with its weight, which are 1 in all: of the next smaller and the next larger share, of those the
    /// next smaller and the next larger number of jobs, and of those the next shorter and the next longer job. Weights are linear in the
    /// logarithms of length, number and of what does not wait.
    ///
    /// With some share or number, longer jobs or more of them are not measured than with another, since batches would take too long. There the
    /// last point counts. `None` if the share, or the number with both shares, or the length with all of these, is beyond what was measured.
    pub fn around(&self, asked: Asked) -> Option<Vec<(Asked, f64)>> {
        let shares =
            sides(&self.shares, asked.wait_percent.min(MOST_PERCENT), |share| ((100 - share) as f64).ln());
        let (mut around, mut has_jobs, mut has_length) = (Vec::new(), false, false);
        for &(share, of_share) in &shares.values {
            let jobs = sorted(self.of_share(share).map(|point| point.jobs));
            let jobs = sides(&jobs, asked.jobs, |jobs| (jobs as f64).ln());
            has_jobs |= jobs.are_around;
            for &(jobs, of_jobs) in &jobs.values {
                let lengths = sorted(self.of_share(share).filter(|it| it.jobs == jobs).map(|it| it.job_ns));
                let lengths = sides(&lengths, asked.job_ns, |ns| (ns as f64).ln());
                has_length |= lengths.are_around;
                for &(job_ns, of_length) in &lengths.values {
                    let point = Asked { wait_percent: share, jobs, job_ns };
                    around.push((point, of_share * of_jobs * of_length));
                }
            }
        }
        (shares.are_around && has_jobs && has_length).then_some(around)
    }

    /// The measured shares of waiting, in percent.
    pub fn shares(&self) -> &[u64] {
        &self.shares
    }

    /// The measured numbers of jobs.
    pub fn jobs(&self) -> Vec<usize> {
        sorted(self.points.iter().map(|point| point.jobs))
    }

    /// The shortest and the longest job that were measured with the nearest share of waiting and the nearest number of jobs.
    pub fn lengths_near(&self, asked: Asked) -> Option<[u64; 2]> {
        let share = *self.shares.iter().min_by_key(|share| share.abs_diff(asked.wait_percent))?;
        let jobs = sorted(self.of_share(share).map(|point| point.jobs));
        let jobs = *jobs.iter().min_by_key(|jobs| jobs.abs_diff(asked.jobs))?;
        let lengths =
            sorted(self.of_share(share).filter(|point| point.jobs == jobs).map(|point| point.job_ns));
        Some([*lengths.first()?, *lengths.last()?])
    }

    fn of_share(&self, share: u64) -> impl Iterator<Item = &Asked> {
        self.points.iter().filter(move |point| point.wait_percent == share)
    }
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut sorted: Vec<T> = values.collect();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
}

/// Measured values on both sides of one, with their weights.
struct Sides<T> {
    values: Vec<(T, f64)>,
    /// Whether there are some on both sides.
    are_around: bool,
}

/// The largest of sorted `values` that is not above `value`, and the smallest that is not below, with their weights on the scale of `place`;
/// one alone if it is the value itself, and the last one beyond all.
fn sides<T: Copy + Ord>(values: &[T], value: T, place: impl Fn(T) -> f64) -> Sides<T> {
    let below = values.iter().rev().find(|it| **it <= value).copied();
    let above = values.iter().find(|it| **it >= value).copied();
    let (values, are_around) = match (below, above) {
        (Some(below), Some(above)) if below < above => {
            let share = (place(value) - place(below)) / (place(above) - place(below));
            (vec![(below, 1.0 - share), (above, share)], true)
        }
        (Some(only), Some(_)) => (vec![(only, 1.0)], true),
        (Some(only), None) | (None, Some(only)) => (vec![(only, 1.0)], false),
        (None, None) => (vec![], false),
    };
    Sides { values, are_around }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(wait_percent: u64, jobs: usize, job_ns: u64) -> Asked {
        Asked { wait_percent, jobs, job_ns }
    }

    #[test]
    fn range_ends_at_measured_points() {
        let mut points = vec![];
        for (share, job_ns) in [(75, 1_333_000), (75, 3_162_000), (90, 1_111_000), (90, 10_000_000)] {
            points.push(asked(share, 200, job_ns));
        }
        let range = Range::of(&points);
        assert!(range.contains(asked(80, 200, 3_000_000)));
        let weights = range.around(asked(80, 200, 3_000_000)).unwrap();
        assert_eq!(weights.len(), 4);
        assert!((weights.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-12);
        // With a share of 75 % the longest job stands for longer ones.
        assert_eq!(range.around(asked(80, 200, 5_000_000)).unwrap().len(), 3);
        for outside in [asked(80, 199, 3_000_000), asked(95, 200, 3_000_000), asked(80, 200, 11_000_000)] {
            assert!(!range.contains(outside), "{outside:?}");
        }
        assert!(range.contains(asked(90, 200, 5_000_000)), "it needs no other share");
    }
}
