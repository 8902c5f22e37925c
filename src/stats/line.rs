//! A straight line through points.

/// Intercept and slope of the least-squares line through `points` along y; `None` if there are fewer than two
/// different x.
pub fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    let x = points.iter().map(|point| point.0).sum::<f64>() / n;
    let y = points.iter().map(|point| point.1).sum::<f64>() / n;
    let (mut squares, mut products) = (0.0, 0.0);
    for point in points {
        squares += (point.0 - x).powi(2);
        products += (point.0 - x) * (point.1 - y);
    }
    if squares > 0.0 { Some((y - products / squares * x, products / squares)) } else { None }
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
