//! A straight line through points.

/// Intercept and slope of the least-squares line through `points` along y; `None` if there are fewer than two
/// different x.
pub fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / n;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let squares: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    let products: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    (squares > 0.0).then(|| (y - products / squares * x, products / squares))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_exactly_collinear_points() {
        let points = [1.0, 2.0, 7.0].map(|x| (x, 3.0 + 0.5 * x));
        let (intercept, slope) = line(&points).unwrap();
        assert!((intercept - 3.0).abs() < 1e-12 && (slope - 0.5).abs() < 1e-12);
        assert_eq!((line(&[]), line(&[(1.0, 1.0), (1.0, 2.0)])), (None, None));
    }
}
