//! The exhibitor's activity between her moves.

use std::collections::BTreeMap;

use crate::engine::trace::{Phase, Span};

/// Her times between moves, by name, in addition to the trace `figures`.
pub(crate) fn visits(spans: &[Span]) -> Vec<(&'static str, u64)> {
    let mut moves: Vec<&Span> = spans.iter().filter(|span| span.phase == Phase::Compute).collect();
    moves.sort_by_key(|span| span.start);
    let (Some(first), Some(last)) = (moves.first(), moves.iter().map(|span| span.stop.ns()).max()) else {
        return vec![];
    };
    let (mut until, mut idle_ns, mut late) = (first.start.ns(), 0, 0);
    for span in &moves {
        let gap = span.start.ns().saturating_sub(until);
        // Hand-over takes several microseconds; a gap above a tenth of a move is a wait.
        if gap > first.len_ns() / 10 {
            late += 1;
            idle_ns += gap;
        }
        until = until.max(span.stop.ns());
    }
    let end = spans.iter().map(|span| span.stop.ns()).max().unwrap_or(last);
    vec![
        ("thinks_ns", thinks(&moves)),
        ("late_moves", late),
        ("idle_ns", idle_ns),
        ("after_last_move_ns", end - last),
    ]
}

/// The median time from the end of a move on a board to the beginning of the next one there.
fn thinks(moves: &[&Span]) -> u64 {
    let mut left: BTreeMap<u32, u64> = BTreeMap::new();
    let back = |span: &&Span| {
        let left = left.insert(span.job, span.stop.ns());
        left.map(|left| span.start.ns().saturating_sub(left))
    };
    let mut thinks: Vec<u64> = moves.iter().filter_map(back).collect();
    thinks.sort_unstable();
    thinks.get(thinks.len() / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::trace::overlap::tests::span;

    #[test]
    fn opponent_thinks_between_visits() {
        let spans =
            [span(0, Phase::Compute, 0..5), span(1, Phase::Compute, 5..10), span(0, Phase::Compute, 20..25)];
        let moves: Vec<&Span> = spans.iter().collect();
        assert_eq!(thinks(&moves), 15);
    }
}
