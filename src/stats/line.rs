//! A straight line through points.

/// Intercept and slope of the least-squares line through `points` along y; `None` if there are fewer than two
/// different x.
pub fn line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    weighted_line(points, |_| 1.0)
}

/// The same, where a point counts as much as its relative distance from the line; y are positive.
pub fn relative_line(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    weighted_line(points, |y| y.powi(-2))
}

fn weighted_line(points: &[(f64, f64)], weight: fn(f64) -> f64) -> Option<(f64, f64)> {
    let (mut weights, mut x, mut y) = (0.0, 0.0, 0.0);
    for point in points {
        weights += weight(point.1);
        x += weight(point.1) * point.0;
        y += weight(point.1) * point.1;
    }
    (x, y) = (x / weights, y / weights);
    let (mut squares, mut products) = (0.0, 0.0);
    for point in points {
        squares += weight(point.1) * (point.0 - x).powi(2);
        products += weight(point.1) * (point.0 - x) * (point.1 - y);
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
        assert_eq!(relative_line(&points).map(|(intercept, _)| (intercept * 1e9).round()), Some(3e9));
        // The small value decides, and not the large one that is as far away.
        let (intercept, slope) = relative_line(&[(0.0, 1.0), (1.0, 2.0), (2.0, 300.0)]).unwrap();
        assert!(intercept + slope < line(&[(0.0, 1.0), (1.0, 2.0), (2.0, 300.0)]).unwrap().1, "{slope}");
        assert_eq!((line(&[]), line(&[(1.0, 1.0), (1.0, 2.0)])), (None, None));
    }
}
