//! Moves marks apart, so that none covers half of another.

/// The edge of the box of a mark.
pub const BOX: f64 = 9.0;

/// How much of a box another may cover.
pub const MOST_COVERED: f64 = 0.3;

/// Places near `points`, in their order, of marks that do not cover each other. A point that has room keeps its place.
pub fn apart(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut placed: Vec<(f64, f64)> = Vec::new();
    for point in points {
        placed.push(nearest_free(*point, &placed));
    }
    placed
}

/// The nearest place with room, on ever larger circles.
fn nearest_free((x, y): (f64, f64), placed: &[(f64, f64)]) -> (f64, f64) {
    let mut radius = 0.0;
    // Each circle has room for one more mark than are placed within it, so that the search ends.
    loop {
        for step in 0..24 {
            let angle = std::f64::consts::TAU * f64::from(step) / 24.0;
            let place = (x + radius * angle.cos(), y + radius * angle.sin());
            if placed.iter().all(|other| covered(place, *other) <= MOST_COVERED) {
                return place;
            }
        }
        radius += 2.0;
    }
}

/// The share of a box that another one covers.
pub fn covered(one: (f64, f64), other: (f64, f64)) -> f64 {
    let width = (BOX - (one.0 - other.0).abs()).max(0.0);
    let height = (BOX - (one.1 - other.1).abs()).max(0.0);
    width * height / (BOX * BOX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crowded_marks_stay_visible_and_near() {
        let mut points = vec![(100.0, 100.0); 30];
        points.extend((0..30).map(|at| (100.0 + f64::from(at), 101.0)));
        let placed = apart(&points);
        for (at, one) in placed.iter().enumerate() {
            let (x, y) = (one.0 - points[at].0, one.1 - points[at].1);
            assert!(x.hypot(y) < 60.0, "{one:?}");
            assert!(placed[at + 1..].iter().all(|other| covered(*one, *other) < 0.5), "{one:?}");
        }
        assert_eq!(apart(&[(0.0, 0.0), (30.0, 0.0)]), [(0.0, 0.0), (30.0, 0.0)]);
    }
}
