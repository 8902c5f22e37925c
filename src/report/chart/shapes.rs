//! The shapes of markers: as many as models that are drawn together, to distinguish them without colours.

use std::fmt::Write as _;

use crate::report::chart::canvas::place;

/// The radius of a marker.
const R: f64 = 4.0;

/// Corners of shapes, in radii from the middle; the circle, which has none, comes before them.
const CORNERS: [&[(f64, f64)]; 11] = [
    // Square, triangle, diamond, triangle upside down, cross.
    &[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)],
    &[(0.0, -1.2), (1.2, 1.0), (-1.2, 1.0)],
    &[(0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)],
    &[(0.0, 1.2), (1.2, -1.0), (-1.2, -1.0)],
    &[
        (-1.2, -0.4),
        (-0.4, -0.4),
        (-0.4, -1.2),
        (0.4, -1.2),
        (0.4, -0.4),
        (1.2, -0.4),
        (1.2, 0.4),
        (0.4, 0.4),
        (0.4, 1.2),
        (-0.4, 1.2),
        (-0.4, 0.4),
        (-1.2, 0.4),
    ],
    // Hourglass, upright bar, lying bar, bow tie, triangles to the left and to the right.
    &[(-1.1, -1.2), (1.1, -1.2), (-1.1, 1.2), (1.1, 1.2)],
    &[(-0.5, -1.3), (0.5, -1.3), (0.5, 1.3), (-0.5, 1.3)],
    &[(-1.3, -0.5), (1.3, -0.5), (1.3, 0.5), (-1.3, 0.5)],
    &[(-1.2, -1.1), (-1.2, 1.1), (1.2, -1.1), (1.2, 1.1)],
    &[(-1.2, 0.0), (1.0, -1.2), (1.0, 1.2)],
    &[(1.2, 0.0), (-1.0, -1.2), (-1.0, 1.2)],
];

/// The outline of the shape of a mark around a place.
pub(super) fn outline(mark: usize, x: f64, y: f64) -> String {
    let Some(corners) = (mark % (CORNERS.len() + 1)).checked_sub(1).map(|at| CORNERS[at]) else {
        let (left, right, y) = (place(x - R), place(x + R), place(y));
        return format!("M{left} {y} A{R} {R} 0 1 1 {right} {y} A{R} {R} 0 1 1 {left} {y} Z");
    };
    let mut path = String::new();
    for (at, (dx, dy)) in corners.iter().enumerate() {
        let command = if at == 0 { "M" } else { " L" };
        let _ = write!(path, "{command}{} {}", place(x + dx * R), place(y + dy * R));
    }
    path + " Z"
}
