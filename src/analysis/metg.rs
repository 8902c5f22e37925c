//! METG, the minimum effective task granularity of Task Bench (E. Slaughter et al., SC 2020): the smallest job at which a model keeps
//! half of its efficiency.

use crate::analysis::sizes::SizeSeries;
use crate::stats::{estimate::Estimate, median};

/// The share of its largest speedup that a model keeps.
const KEPT: f64 = 0.5;

/// The smallest job at which a model keeps half of its efficiency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metg {
    /// A job of this time in nanoseconds, between two sizes that were measured.
    At(Estimate),
    /// The smallest that was measured, of this time, or a smaller one.
    AtMost(f64),
    /// Not measured at every size, or in too few launches.
    Unknown,
}

impl SizeSeries {
    /// The METG of a model: of each launch the size at which its speedup falls below half of its largest one, on straight lines between
    /// the logarithms of the sizes, and of these the median.
    pub fn metg(&self, model: &str) -> Metg {
        let launches = self.rows.first().map_or(0, |row| row.baseline_ns.len());
        let (mut found, mut smallest, mut measured) = (Vec::new(), Vec::new(), 0);
        for launch in 0..launches {
            let Some(points) = self.points(model, launch) else { continue };
            measured += 1;
            match below_half(&points) {
                Some(ln_ns) => found.push(ln_ns.exp()),
                None => smallest.extend(points.first().map(|point| point.ln_ns.exp())),
            }
        }
        if measured == 0 {
            return Metg::Unknown;
        }
        if smallest.len() * 2 >= measured {
            return median(&smallest).map_or(Metg::Unknown, Metg::AtMost);
        }
        Estimate::of(&found).map_or(Metg::Unknown, Metg::At)
    }

    /// The sizes of a launch, from the smallest; `None` if one was not measured.
    fn points(&self, model: &str, launch: usize) -> Option<Vec<Point>> {
        let mut points = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let cell = row.cells.iter().find(|cell| cell.model() == model)?;
            let ln_speedup = cell.logs.get(launch).copied().flatten()?;
            let baseline_ns = row.baseline_ns.get(launch).copied().flatten()?;
            points.push(Point { ln_ns: (baseline_ns / row.workload.jobs.get() as f64).ln(), ln_speedup });
        }
        Some(points)
    }
}

/// A size of jobs and a speedup, as logarithms.
#[derive(Clone, Copy, Debug)]
struct Point {
    ln_ns: f64,
    ln_speedup: f64,
}

/// The logarithm of the size at which the speedup falls below half of the largest; `None` if it does not.
fn below_half(points: &[Point]) -> Option<f64> {
    let largest = points.iter().map(|point| point.ln_speedup).fold(f64::NEG_INFINITY, f64::max);
    let half = largest + KEPT.ln();
    let below = points.iter().rposition(|point| point.ln_speedup < half)?;
    let (low, high) = (points[below], *points.get(below + 1)?);
    let share = (half - low.ln_speedup) / (high.ln_speedup - low.ln_speedup);
    Some(low.ln_ns + share * (high.ln_ns - low.ln_ns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sizes::tests::size_series;

    fn points(speedups: &[f64]) -> Vec<Point> {
        // The first job takes 1 ns, and each other ten times as long as the one before.
        let mut ln_ns = -10.0_f64.ln();
        let mut points = Vec::new();
        for speedup in speedups {
            ln_ns += 10.0_f64.ln();
            points.push(Point { ln_ns, ln_speedup: speedup.ln() });
        }
        points
    }

    #[test]
    fn half_of_the_largest_speedup_lies_between_two_sizes() {
        let at = |speedups: &[f64]| below_half(&points(speedups)).map(f64::exp);
        assert!((at(&[0.5, 1.0, 2.0]).unwrap() - 10.0).abs() < 1e-9);
        assert!((at(&[0.25, 1.0, 1.0]).unwrap() - 10.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!(at(&[1.0, 1.0, 1.9]), None);
        // It counts where a model falls below for the last time.
        assert!(at(&[1.0, 0.4, 2.0]).unwrap() > 10.0);
    }

    #[test]
    fn model_that_keeps_half_everywhere_has_the_smallest_size() {
        assert!(matches!(size_series(&[60, 50]).metg("rayon"), Metg::AtMost(_)));
        assert_eq!(size_series(&[60]).metg("gil"), Metg::Unknown);
        let Metg::At(found) = size_series(&[500, 100, 50]).metg("rayon") else {
            panic!("it falls below half")
        };
        assert!(found.interval.is_ok(), "{found:?}");
    }
}
