//! Places for labels beside the ends of lines, so that none stands on another.

/// Places near `wanted`, in their order, that are at least `line` apart between `top` and `bottom`, if there is room for all of them.
pub(super) fn spread(wanted: &[f64], line: f64, [top, bottom]: [f64; 2]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].total_cmp(&wanted[b]));
    let mut places = wanted.to_vec();
    let mut least = top;
    for &at in &order {
        places[at] = wanted[at].max(least);
        least = places[at] + line;
    }
    let mut most = bottom;
    for &at in order.iter().rev() {
        places[at] = places[at].min(most);
        most = places[at] - line;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_apart_and_near_their_lines() {
        assert_eq!(spread(&[50.0, 10.0], 16.0, [0.0, 100.0]), [50.0, 10.0]);
        assert_eq!(spread(&[50.0, 49.0, 51.0], 16.0, [0.0, 100.0]), [65.0, 49.0, 81.0]);
        assert_eq!(spread(&[99.0, 98.0, 97.0], 16.0, [0.0, 100.0]), [100.0, 84.0, 68.0]);
    }
}
