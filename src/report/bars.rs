//! The fastest time of each task as a bar with a whisker, and beneath it the best tools, for a terminal of any width.

use anstyle::{AnsiColor, Style};

use crate::analysis::answer::Answer;
use crate::analysis::summary::{Row, Summary};
use crate::report::best::in_full;
use crate::report::{escape::plain, footnotes::about_warnings, style::TerminalStyle};
use crate::stats::{ratio::Ratio, units};

/// Columns of the labels before a bar: task and speedup.
const TASK: usize = 12;
const SPEEDUP: usize = 8;

/// The minimum number of columns of a useful bar.
const LEAST: usize = 10;

/// A bar from 1 to the speedup of each workload's fastest cell, on a common logarithmic axis, with a whisker over its
/// interval; its best tools; and the warnings.
pub fn bars(findings: &Summary, terminal_style: TerminalStyle) -> String {
    let mut measured = Vec::new();
    let mut most: f64 = 1.0;
    for row in &findings.rows {
        if let Some(speedup) = row.fastest().and_then(|fastest| fastest.speedup) {
            most = most.max(bounds(&speedup).1.log2());
            measured.push((row, speedup));
        }
    }
    let labels = TASK + SPEEDUP + 2;
    let axis = Axis { most, room: terminal_style.width.saturating_sub(labels).max(LEAST) };
    let mut text = String::new();
    for (row, speedup) in measured {
        text += &line(row, &speedup, terminal_style, axis);
        let tools = plain(&in_full(&Answer::of(row)));
        for line in textwrap::wrap(&tools, axis.room) {
            text += &format!("{:labels$}{line}\n", "");
        }
    }
    let (from, to) = ("1x", units::ratio(most.exp2()));
    let rest = axis.room - from.len();
    text += &format!("{:labels$}{from}{to:>rest$}\n", "");
    for warning in about_warnings(&findings.warnings) {
        for line in terminal_style.wrapped(&warning, "  ") {
            text += &(line + "\n");
        }
    }
    text
}

/// The interval of a speedup; without one, the speedup twice.
fn bounds(speedup: &Ratio) -> (f64, f64) {
    match speedup.interval {
        Ok(interval) => (interval.low, interval.high),
        Err(_) => (speedup.ratio, speedup.ratio),
    }
}

/// The common axis of all bars.
#[derive(Clone, Copy)]
struct Axis {
    /// The logarithm of its end.
    most: f64,
    /// Its columns.
    room: usize,
}

impl Axis {
    fn column(self, ratio: f64) -> f64 {
        ((ratio.log2() / self.most).clamp(0.0, 1.0) * (self.room - 1) as f64).round()
    }
}

fn line(row: &Row, speedup: &Ratio, terminal_style: TerminalStyle, axis: Axis) -> String {
    let (low, high) = bounds(speedup);
    let [low, middle, high] = [low, speedup.ratio, high].map(|ratio| axis.column(ratio));
    let bar = bar(low, middle, high, axis.room, terminal_style.ascii);
    let mut style = Style::new();
    if terminal_style.coloured {
        style = style.fg_color(Some(AnsiColor::Cyan.into()));
    }
    format!(
        "{} {:>SPEEDUP$} {style}{}{style:#}\n",
        fitted(&row.workload.name, TASK),
        units::ratio(speedup.ratio),
        bar.trim_end()
    )
}

/// Filled up to `middle`, with a whisker from `low` to `high`.
fn bar(low: f64, middle: f64, high: f64, room: usize, ascii: bool) -> String {
    let [full, whisker, end] = if ascii { ['#', '-', '|'] } else { ['█', '─', '┤'] };
    let mut bar = String::new();
    for column in 0..room {
        let column = column as f64;
        bar.push(if column == high && high > middle {
            end
        } else if column <= middle && (column < low || column == middle || low == high) {
            full
        } else if column <= middle {
            // The part of the bar within the interval.
            if ascii { '=' } else { '▓' }
        } else if column < high {
            whisker
        } else {
            ' '
        });
    }
    bar
}

/// `text` padded or truncated to exactly `columns` columns.
fn fitted(text: &str, columns: usize) -> String {
    format!("{:<columns$}", crate::report::chart::canvas::cut(&plain(text), columns))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    fn of(percent: u64, terminal_style: TerminalStyle) -> String {
        bars(&Summary::of(&recording(16, percent)), terminal_style)
    }

    const LOOK: TerminalStyle = TerminalStyle { width: 80, ascii: true, coloured: false };

    #[test]
    fn bars_end_at_speedup_and_fit_width() {
        insta::assert_snapshot!([of(50, LOOK), of(30, TerminalStyle { ascii: false, ..LOOK })].concat());
        for width in [0, 20, 60, 200] {
            let longest = of(50, TerminalStyle { width, ..LOOK })
                .lines()
                .map(|line| line.chars().count())
                .max()
                .unwrap();
            assert!(longest <= width.max(TASK + SPEEDUP + 2 + 2 * LEAST), "{longest} of {width}");
        }
    }

    #[test]
    fn busy_machine_is_told_beside_the_bars() {
        let mut busy = recording(16, 50);
        busy.environment.quota_millicores = Some(1_500);
        let text = bars(&Summary::of(&busy), LOOK);
        assert!(text.contains(" no verdict\n"), "{text}");
        assert!(text.lines().any(|line| line.starts_with("NO VERDICT: a CPU quota")), "{text}");
    }

    #[test]
    fn whisker_spans_the_interval() {
        assert_eq!(bar(2.0, 4.0, 7.0, 10, true), "##==#--|  ");
        assert_eq!(bar(4.0, 4.0, 4.0, 6, true), "##### ");
        assert_eq!(bar(0.0, 0.0, 0.0, 3, true), "#  ");
    }

    #[test]
    fn colours_appear_only_when_enabled() {
        assert!(
            !of(50, LOOK).contains('\u{1b}')
                && of(50, TerminalStyle { coloured: true, ..LOOK }).contains('\u{1b}')
        );
    }
}
