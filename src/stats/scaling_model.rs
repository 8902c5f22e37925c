//! Models of speedups by core count: Amdahl's law, or the Universal Scalability Law.
//!
//! With C(N) the speedup on N cores over that on one, and y(N) = N / C(N):
//!
//! - Amdahl: y - 1 = s (N - 1), where s is the share of the work that is serial (G. Amdahl, AFIPS 1967)
//! - Universal Scalability Law: y - 1 = s (N - 1) + k N (N - 1), where s is contention and k coherence (N. Gunther,
//!   "Guerrilla Capacity Planning", 2007)
//!
//! Both are linear in their parameters, so each launch gives its own least-squares estimate, weighted by 1 /
//! y^2, because noise is proportional to the speedup. Launches are independent: the interval is that of a
//! median, as everywhere.

use crate::stats::interval::{Interval, LEVEL, TooFew, interval};
use crate::stats::median;

/// Speedups on one core count: the logarithm of each launch's, if it has one.
#[derive(Clone, Debug)]
pub struct Point {
    /// Cores.
    pub cores: u64,
    /// Natural logarithms, by launch.
    pub logs: Vec<Option<f64>>,
}

/// A parameter with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// The median of the launches' estimates.
    pub value: f64,
    /// Its interval.
    pub interval: Interval,
    /// The whole interval is above zero even at [`CLAIMED`], so that the parameter is significant.
    pub is_significant: bool,
}

/// The fitted model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScalingModel {
    /// Three core counts or more, including 1: the serial share.
    Amdahl(Parameter),
    /// Five or more, the largest at least 16: contention and coherence.
    Universal(Parameter, Parameter),
}

/// Why nothing was fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FitError {
    /// Too few core counts.
    Cores(usize),
    /// The one-core reference is missing.
    NoSingle,
    /// Too few launches.
    Launches(TooFew),
}

/// The required core counts for a model with one parameter, and with two.
pub const FOR_AMDAHL: usize = 3;
/// Fewer can't separate contention from coherence.
pub const FOR_UNIVERSAL: usize = 5;
/// Coherence is visible on many cores only.
pub const MOST_FOR_UNIVERSAL: u64 = 16;

/// The significance level of a parameter: of a hundred curves without it, none should show it.
pub const CLAIMED: f64 = 0.999;

/// Fits the model that `points` allow.
///
/// # Errors
/// Why they allow none.
pub fn fit(points: &[Point]) -> Result<ScalingModel, FitError> {
    if points.len() < FOR_AMDAHL {
        return Err(FitError::Cores(points.len()));
    }
    let launches = launches(points).ok_or(FitError::NoSingle)?;
    let most = points.iter().map(|point| point.cores).max().unwrap_or(0);
    if points.len() >= FOR_UNIVERSAL && most >= MOST_FOR_UNIVERSAL {
        let (contention, coherence): (Vec<f64>, Vec<f64>) =
            launches.iter().filter_map(|launch| universal(launch)).unzip();
        return Ok(ScalingModel::Universal(parameter(&contention)?, parameter(&coherence)?));
    }
    let serial: Vec<f64> = launches.iter().filter_map(|launch| amdahl(launch)).collect();
    Ok(ScalingModel::Amdahl(parameter(&serial)?))
}

/// The serial share implied by a single speedup on several cores (A. Karp and H. Flatt, CACM 33(5), 1990).
pub fn karp_flatt(speedup: f64, cores: u64) -> Option<f64> {
    let n = cores as f64;
    if cores > 1 { Some((1.0 / speedup - 1.0 / n) / (1.0 - 1.0 / n)) } else { None }
}

/// N and y of each launch with a speedup on every core count; `None` if one core is missing.
fn launches(points: &[Point]) -> Option<Vec<Vec<(f64, f64)>>> {
    let single = points.iter().find(|point| point.cores == 1)?;
    let count = points.iter().map(|point| point.logs.len()).min()?;
    let launches = (0..count).filter_map(|at| launch(single.logs[at]?, points, at));
    Some(launches.collect())
}

/// N and y of one launch, whose logarithm on one core is `one`; `None` if a core count is missing.
fn launch(one: f64, points: &[Point], at: usize) -> Option<Vec<(f64, f64)>> {
    let mut launch = Vec::new();
    for point in points {
        if point.cores > 1 {
            let n = point.cores as f64;
            launch.push((n, n * (one - point.logs[at]?).exp()));
        }
    }
    Some(launch)
}

fn amdahl(launch: &[(f64, f64)]) -> Option<f64> {
    let (mut products, mut squares) = (0.0, 0.0);
    for &(n, y) in launch {
        let (a, b) = ((n - 1.0) / y, (y - 1.0) / y);
        products += a * b;
        squares += a * a;
    }
    if squares > 0.0 { Some(products / squares) } else { None }
}

fn universal(launch: &[(f64, f64)]) -> Option<(f64, f64)> {
    // The normal equations of two unknowns.
    let (mut aa, mut ac, mut cc, mut ab, mut cb) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(n, y) in launch {
        let (a, c, b) = ((n - 1.0) / y, n * (n - 1.0) / y, (y - 1.0) / y);
        aa += a * a;
        ac += a * c;
        cc += c * c;
        ab += a * b;
        cb += c * b;
    }
    let determinant = aa * cc - ac * ac;
    (determinant > 0.0).then(|| ((ab * cc - cb * ac) / determinant, (cb * aa - ab * ac) / determinant))
}

fn parameter(estimates: &[f64]) -> Result<Parameter, FitError> {
    let bounds = interval(estimates, LEVEL).map_err(FitError::Launches)?;
    let is_significant = interval(estimates, CLAIMED).is_ok_and(|strict| strict.low > 0.0);
    let value = median(estimates).expect("an interval has values");
    Ok(Parameter { value, interval: bounds, is_significant })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORES: [u64; 5] = [1, 2, 4, 8, 16];

    /// Sixteen launches on each core count that follow a model, with noise of several percent.
    fn points(cores: &[u64], contention: f64, coherence: f64, noise: f64, seed: u64) -> Vec<Point> {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut points = Vec::new();
        for &cores in cores {
            let n = cores as f64;
            let speedup = n / (1.0 + contention * (n - 1.0) + coherence * n * (n - 1.0));
            let mut logs = Vec::new();
            for _ in 0..16 {
                let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
                logs.push(Some(speedup.ln() + noise * normal));
            }
            points.push(Point { cores, logs });
        }
        points
    }

    fn covers(parameter: Parameter, truth: f64) -> bool {
        parameter.interval.low <= truth && truth <= parameter.interval.high
    }

    #[test]
    fn recovers_known_parameters_within_intervals() {
        for (contention, coherence, noise) in [(0.05, 0.002, 0.03), (0.2, 0.0, 0.03), (0.01, 0.0005, 0.01)] {
            let (mut contained, mut claimed) = ([0, 0], 0);
            for seed in 0..500 {
                let found = fit(&points(&CORES, contention, coherence, noise, seed));
                let Ok(ScalingModel::Universal(found_contention, found_coherence)) = found else {
                    panic!("{found:?}")
                };
                contained[0] += u32::from(covers(found_contention, contention));
                contained[1] += u32::from(covers(found_coherence, coherence));
                claimed += u32::from(found_coherence.is_significant);
            }
            assert!(contained.iter().all(|&seeds| seeds >= 465), "{contained:?} of 500");
            assert!(coherence > 0.0 || claimed == 0, "coherence claimed {claimed} times where there is none");
        }
    }

    #[test]
    fn recovers_serial_share_from_three_points() {
        let mut contained = 0;
        for seed in 0..500 {
            let found = fit(&points(&[1, 2, 4], 0.1, 0.0, 0.03, seed));
            let Ok(ScalingModel::Amdahl(serial)) = found else { panic!("{found:?}") };
            contained += u32::from(covers(serial, 0.1));
        }
        assert!(contained >= 465, "{contained} of 500");
    }

    #[test]
    fn insufficient_points_are_reported() {
        assert_eq!(fit(&points(&[1, 2], 0.1, 0.0, 0.0, 1)), Err(FitError::Cores(2)));
        assert_eq!(fit(&points(&[2, 4, 8], 0.1, 0.0, 0.0, 1)), Err(FitError::NoSingle));
        let mut few = points(&[1, 2, 4], 0.1, 0.0, 0.0, 1);
        few.iter_mut().for_each(|point| point.logs.truncate(3));
        assert_eq!(fit(&few), Err(FitError::Launches(TooFew { have: 3, need: 6 })));
        assert!(matches!(fit(&points(&[1, 2, 4, 8, 12], 0.1, 0.0, 0.0, 1)), Ok(ScalingModel::Amdahl(_))));
    }

    #[test]
    fn karp_flatt_matches_published_example() {
        // With half of a run serial: 4/3 on 2 cores, 1.6 on 4 cores.
        assert!((karp_flatt(4.0 / 3.0, 2).unwrap() - 0.5).abs() < 1e-12);
        assert!((karp_flatt(1.6, 4).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(karp_flatt(1.0, 1), None);
    }
}
