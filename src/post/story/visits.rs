//! The exhibitor's activity between her moves.

use std::collections::BTreeMap;

use crate::engine::{Phase, Span};
use crate::record::figure::Figure;

/// Her times between moves, by name, in addition to the trace `figures`.
pub(crate) fn visits(spans: &[Span]) -> Vec<(Figure, u64)> {
    let mut moves = spans.to_vec();
    moves.retain(|span| span.phase == Phase::Compute);
    moves.sort_by_key(|span| span.start);
    let Some(first) = moves.first() else { return vec![] };
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
    let end = spans.iter().map(|span| span.stop.ns()).max().unwrap_or(until);
    vec![
        (Figure::ThinksNs, thinks(&moves)),
        (Figure::LateMoves, late),
        (Figure::IdleNs, idle_ns),
        (Figure::AfterLastMoveNs, end - until),
    ]
}

/// The median time from the end of a move on a board to the beginning of the next one there.
fn thinks(moves: &[Span]) -> u64 {
    let (mut left, mut thinks) = (BTreeMap::new(), vec![]);
    for span in moves {
        if let Some(left) = left.insert(span.job, span.stop.ns()) {
            thinks.push(span.start.ns().saturating_sub(left));
        }
    }
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
        assert_eq!(thinks(&spans), 15);
    }
}
