//! Makes a table fit a number of columns: headers and lists wrap, and then columns leave.

use textwrap::WordSplitter;
use textwrap::core::display_width;

use crate::report::style::{wrap, wrapping};
use crate::report::table::{Column, Table};

/// The space between two columns.
pub(super) const GAP: u16 = 2;

/// A list or a sentence is not wrapped to less than this, unless it is all shorter.
const LEAST_TEXT: usize = 18;

/// What is before all lines of a wrapped cell but its first.
const INDENT: &str = "  ";

/// A table that fits.
#[derive(Debug, PartialEq)]
pub(super) struct Fitted {
    /// The columns that are shown, in order, and how wide they are.
    pub(super) shown: Vec<(usize, usize)>,
    /// Those that have no room.
    pub(super) left_out: Vec<usize>,
    /// The width at which all have room.
    pub(super) needed: usize,
}

impl Fitted {
    /// `table` with the texts of its rows, fitted to `width`.
    pub(super) fn of(table: &Table, texts: &[Vec<String>], width: usize) -> Self {
        let mut columns = Vec::new();
        for (at, column) in table.columns().iter().enumerate() {
            columns.push(Extent::of(at, column, texts));
        }
        let needed = total(&columns, |it| it.least);
        let mut left_out = Vec::new();
        while total(&columns, |it| it.least) > width {
            let Some(leaves) = next_to_leave(&columns) else { break };
            left_out.push(columns.remove(leaves).at);
        }
        left_out.sort_unstable();
        squeeze(&mut columns, width);
        widen(&mut columns, width);
        let shown = columns.iter().map(|it| (it.at, it.least)).collect();
        Fitted { shown, left_out, needed }
    }
}

/// How wide a column is.
struct Extent {
    at: usize,
    /// When nothing of it is wrapped.
    natural: usize,
    /// When all is wrapped that may be.
    least: usize,
    leaves: Option<u8>,
}

impl Extent {
    fn of(at: usize, column: &Column, texts: &[Vec<String>]) -> Self {
        let (mut longest, mut longest_word) = (0, 0);
        for row in texts {
            longest = longest.max(display_width(&row[at]));
            if column.wraps {
                longest_word = longest_word.max(longest_word_of(&row[at]));
            }
        }
        let header = longest_part(&column.name);
        let least = if column.wraps { longest.min(longest_word.max(LEAST_TEXT)) } else { longest };
        Extent {
            at,
            natural: longest.max(display_width(&column.name)),
            least: least.max(header),
            leaves: column.leaves,
        }
    }
}

/// The width of the longest word of a cell, on the line that it has if each word has its own.
fn longest_word_of(cell: &str) -> usize {
    longest(&wrap(cell, wrapping(1).break_words(false).subsequent_indent(INDENT)))
}

/// The longest part of a header that is never broken.
fn longest_part(header: &str) -> usize {
    longest(&wrap(header, header_wrapping(1).break_words(false)))
}

fn longest(lines: &[String]) -> usize {
    lines.iter().map(|line| display_width(line)).max().unwrap_or_default()
}

/// Headers are names, which are broken at their hyphens too.
fn header_wrapping<'a>(width: usize) -> textwrap::Options<'a> {
    wrapping(width).word_splitter(WordSplitter::HyphenSplitter)
}

fn total(columns: &[Extent], of: fn(&Extent) -> usize) -> usize {
    let gaps = usize::from(GAP) * columns.len().saturating_sub(1);
    columns.iter().map(of).sum::<usize>() + gaps
}

/// The place of the column that leaves first: of those with the lowest number the last.
fn next_to_leave(columns: &[Extent]) -> Option<usize> {
    let mut first: Option<(u8, usize)> = None;
    for (place, column) in columns.iter().enumerate() {
        if let Some(order) = column.leaves
            && first.is_none_or(|(least, _)| order <= least)
        {
            first = Some((order, place));
        }
    }
    first.map(|(_, place)| place)
}

/// Narrows the widest column again and again if even the columns that never leave have no room: words are broken.
fn squeeze(columns: &mut [Extent], width: usize) {
    while total(columns, |it| it.least) > width {
        let Some(widest) = columns.iter_mut().max_by_key(|it| it.least).filter(|it| it.least > 1) else {
            return;
        };
        widest.least -= 1;
        widest.natural = widest.least;
    }
}

/// Gives the room that is left to the columns that lack most.
fn widen(columns: &mut [Extent], width: usize) {
    let mut room = width.saturating_sub(total(columns, |it| it.least));
    while room > 0 {
        let Some(most) = columns.iter_mut().max_by_key(|it| it.natural - it.least) else { return };
        if most.natural == most.least {
            return;
        }
        most.least += 1;
        room -= 1;
    }
}

/// The header of a column in lines.
pub(super) fn header_lines(name: &str, width: usize) -> Vec<String> {
    wrap(name, header_wrapping(width))
}

/// A cell in lines; those after the first are indented if there is room for that.
pub(super) fn cell_lines(cell: &str, width: usize) -> Vec<String> {
    let indent = if width >= LEAST_TEXT { INDENT } else { "" };
    wrap(cell, wrapping(width).subsequent_indent(indent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::Unit;

    const ROWS: [(&str, &str); 2] = [("rayon", "crossbeam, prefork, tokio-blocking"), ("gil", "")];

    fn table() -> Table {
        Table::of(&ROWS)
            .left("model", |it| it.0)
            .right("CPU time", Unit::Plain, |_| 1_u64)
            .leaves(2)
            .left("within 5 %", |it| it.1)
            .wraps()
            .right("launches", Unit::Plain, |_| 19_u64)
            .leaves(1)
            .build()
    }

    fn fitted(width: usize) -> Fitted {
        Fitted::of(&table(), &table().texts(), width)
    }

    #[test]
    fn headers_and_lists_wrap_before_columns_leave() {
        assert_eq!(fitted(100).shown, [(0, 5), (1, 8), (2, 34), (3, 8)]);
        assert_eq!(fitted(41).shown, [(0, 5), (1, 4), (2, 18), (3, 8)]);
        assert_eq!(fitted(41).needed, 41);
    }

    #[test]
    fn columns_leave_in_the_order_of_the_table() {
        assert_eq!((fitted(40).left_out, fitted(30).left_out), (vec![3], vec![1, 3]));
        assert_eq!(fitted(12).shown, [(0, 5), (2, 5)], "what never leaves is broken");
    }

    #[test]
    fn cells_wrap_between_words_with_indent() {
        assert_eq!(cell_lines(ROWS[0].1, 18), ["crossbeam,", "  prefork,", "  tokio-blocking"]);
        assert_eq!(header_lines("py-processpool-chunks", 12), ["py-", "processpool-", "chunks"]);
    }
}
