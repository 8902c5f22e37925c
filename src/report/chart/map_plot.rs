//! Draws a map: a panel for each number of jobs, a row for each share that waits, a region around each measured point, and a line
//! around those where one tool for all takes much longer than the best.

use maud::{Markup, html};

use crate::report::chart::axis;
use crate::report::chart::canvas::{Anchor, Canvas, Rectangle};
use crate::report::chart::forms::{Layout, Picture, width_of};
use crate::report::chart::map_key::{entries, signs};
use crate::report::chart::map_looks::Look;
use crate::report::chart::{EDGE, palette::Color, scale::Log};
use crate::stats::units;

/// The widths of the lines around where a default tool takes longer than the best by some factor.
pub(super) const LINES: [(f64, f64); 2] = [(1.25, 1.6), (2.0, 3.2)];

/// The largest factor between a point and the end of its region where there is no other point.
const FARTHEST: f64 = 1.778;

/// Panels over the same lengths of jobs.
pub(super) struct Map {
    /// At least one, by the number of jobs.
    pub(super) panels: Vec<Panel>,
    /// The tool that loses least if one has to be taken for all.
    pub(super) default: Option<String>,
    /// The models, the one first that is the best at most points.
    pub(super) ranking: Vec<String>,
}

/// The points of a number of jobs.
pub(super) struct Panel {
    pub(super) jobs: usize,
    /// From the largest share on.
    pub(super) rows: Vec<Row>,
}

/// The points of a share of the time of jobs that waits.
pub(super) struct Row {
    pub(super) wait_percent: u64,
    /// By length; none if this panel has none of its share.
    pub(super) spots: Vec<Spot>,
}

/// A measured point and its region.
pub(super) struct Spot {
    pub(super) job_ns: f64,
    pub(super) look: Look,
    /// How many times as long as the best the default tool takes.
    pub(super) loss: Option<f64>,
}

/// Heights: of the heading of a panel, of a row, of what is between panels, of a line of the key.
const HEADING: f64 = 24.0;
const ROW: f64 = 32.0;
const GAP: f64 = 14.0;
const KEY_LINE: f64 = 22.0;

/// The height of the dots of a row, from its upper edge on.
const DOT: f64 = 24.5;

/// The names of the axes: a job waits so much of the time that it takes.
const WAITS: &str = "waits";
const TAKES: &str = "takes";

impl Spot {
    /// Whether the default tool takes longer than the best by more than this factor.
    pub(super) fn is_over(&self, most: f64) -> bool {
        self.loss.is_some_and(|loss| loss > most)
    }

    /// How many lines are around it.
    fn lines(&self) -> usize {
        LINES.iter().filter(|(most, _)| self.is_over(*most)).count()
    }
}

/// Regions side by side: the numbers of the first and the last, and what they have in common.
struct Run {
    first: usize,
    last: usize,
    look: Look,
}

impl Row {
    /// The ends of each region, in nanoseconds.
    fn sides(&self) -> Vec<[f64; 2]> {
        let lengths: Vec<f64> = self.spots.iter().map(|spot| spot.job_ns).collect();
        let mut sides = Vec::new();
        for (at, ns) in lengths.iter().enumerate() {
            // Half of the way on a logarithmic axis.
            let below = at.checked_sub(1).map(|below| (ns / lengths[below]).sqrt());
            let above = lengths.get(at + 1).map(|above| (above / ns).sqrt());
            let below_end = above.unwrap_or(FARTHEST).min(FARTHEST);
            let above_end = below.unwrap_or(FARTHEST).min(FARTHEST);
            sides.push([ns / below.unwrap_or(below_end), ns * above.unwrap_or(above_end)]);
        }
        sides
    }

    /// Regions side by side that look the same.
    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for (at, spot) in self.spots.iter().enumerate() {
            if let Some(run) = runs.last_mut()
                && spot.lines() == self.spots[run.last].lines()
                && let Some(look) = run.look.joined(&spot.look)
            {
                (run.last, run.look) = (at, look);
            } else {
                runs.push(Run { first: at, last: at, look: spot.look.clone() });
            }
        }
        runs
    }

    /// The parts of the row where the default tool takes longer than the best by more than this factor.
    fn over(&self, most: f64, x: &Log) -> Vec<[f64; 2]> {
        let mut parts: Vec<[f64; 2]> = Vec::new();
        let mut is_over_before = false;
        for (spot, [from, to]) in self.spots.iter().zip(self.sides()) {
            let is_over = spot.is_over(most);
            match parts.last_mut() {
                Some(part) if is_over && is_over_before => part[1] = x.place(to),
                _ if is_over => parts.push([x.place(from), x.place(to)]),
                _ => {}
            }
            is_over_before = is_over;
        }
        parts
    }
}

impl Panel {
    fn height(&self) -> f64 {
        HEADING + ROW * self.rows.len() as f64 + axis::HEIGHT
    }

    fn draw(
        &self,
        canvas: &Canvas<'_>,
        layout: &Layout,
        x: &Log,
        ranking: &[String],
        [left, top]: [f64; 2],
    ) -> Markup {
        let plot = top + HEADING;
        let bottom = plot + ROW * self.rows.len() as f64;
        let ticks = axis::log_ticks(x, layout, units::nanoseconds);
        html! {
            (canvas.bold(left, plot - 7.0, Anchor::Start, Color::Text, layout.label, &jobs(self.jobs as u64)))
            (canvas.text(left - 8.0, plot - 7.0, Anchor::End, Color::Faint, layout.small, WAITS))
            (canvas.text(left - 8.0, bottom + layout.small + 4.0, Anchor::End, Color::Faint, layout.small, TAKES))
            (axis::grid(canvas, layout, &ticks, [plot, bottom]))
            @for (number, row) in self.rows.iter().enumerate() {
                @let y = plot + ROW * number as f64;
                (canvas.text(left - 8.0, y + ROW / 2.0 + 0.35 * layout.small, Anchor::End, Color::Text, layout.small, &format!("{} %", row.wait_percent)))
                (draw_row(canvas, layout, x, row, ranking, y))
            }
            @for (most, width) in LINES {
                @let edges = self.edges(most, x, plot);
                @if !edges.is_empty() { (canvas.edges(&edges, Color::Text, width)) }
            }
        }
    }

    /// The edges around all regions where the default tool takes longer than the best by more than this factor.
    fn edges(&self, most: f64, x: &Log, plot: f64) -> Vec<[(f64, f64); 2]> {
        let mut edges = Vec::new();
        let mut above: Vec<[f64; 2]> = Vec::new();
        for number in 0..=self.rows.len() {
            let y = plot + ROW * number as f64;
            let below = self.rows.get(number).map_or(vec![], |row| row.over(most, x));
            for [from, to] in &below {
                edges.push([(*from, y), (*from, y + ROW)]);
                edges.push([(*to, y), (*to, y + ROW)]);
            }
            for [from, to] in in_one_only(&above, &below) {
                edges.push([(from, y), (to, y)]);
            }
            above = below;
        }
        edges
    }
}

fn draw_row(
    canvas: &Canvas<'_>,
    layout: &Layout,
    x: &Log,
    row: &Row,
    ranking: &[String],
    top: f64,
) -> Markup {
    let sides = row.sides();
    html! {
        @for run in row.runs() {
            @let (from, to) = (x.place(sides[run.first][0]), x.place(sides[run.last][1]));
            // What looks different is apart.
            @let at = Rectangle { x: from + 0.75, y: top + 0.75, width: (to - from - 1.5).max(0.5), height: ROW - 1.5 };
            (run.look.ground().draw(canvas, at))
            (run.look.draw_label(canvas, layout, ranking, at))
            @for spot in &row.spots[run.first..=run.last] {
                (canvas.dot(x.place(spot.job_ns), top + DOT, 2.6, Color::Text))
            }
        }
    }
}

/// What is in some part of one list and in none of the other.
fn in_one_only(one: &[[f64; 2]], other: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut ends: Vec<f64> = one.iter().chain(other).flatten().copied().collect();
    ends.sort_by(f64::total_cmp);
    let mut found = Vec::new();
    for pair in ends.windows(2) {
        let middle = f64::midpoint(pair[0], pair[1]);
        let [is_in_one, is_in_other] =
            [one, other].map(|parts| parts.iter().any(|[from, to]| *from < middle && middle < *to));
        if is_in_one != is_in_other && pair[1] - pair[0] > 0.05 {
            found.push([pair[0], pair[1]]);
        }
    }
    found
}

impl Picture for Map {
    fn height(&self, layout: &Layout) -> f64 {
        let signs = signs(self);
        let lines = entries(&signs, layout, EDGE).last().map_or(0, |entry| entry.line + 1);
        self.key_top(layout) + KEY_LINE * lines as f64
    }

    fn draw(&self, canvas: &Canvas<'_>, layout: &Layout) -> Markup {
        let signs = signs(self);
        let key = self.key_top(layout) + KEY_LINE / 2.0;
        let mut panels = Vec::new();
        let mut top = 0.0;
        for line in self.panels.chunks(self.columns(layout)) {
            for (column, panel) in line.iter().enumerate() {
                let [left, right] = self.sides(layout, column);
                let x = self.scale(left, right);
                panels.push(panel.draw(canvas, layout, &x, &self.ranking, [left, top]));
            }
            top += tallest(line) + GAP;
        }
        html! {
            @for panel in panels { (panel) }
            @for entry in entries(&signs, layout, EDGE) {
                (entry.draw(canvas, layout, key + KEY_LINE * entry.line as f64))
            }
        }
    }
}

/// The height of panels side by side.
fn tallest(panels: &[Panel]) -> f64 {
    panels.iter().map(Panel::height).fold(0.0, f64::max)
}

impl Map {
    /// The number of panels side by side.
    fn columns(&self, layout: &Layout) -> usize {
        if layout.is_narrow() || self.panels.len() == 1 { 1 } else { 2 }
    }

    /// The edges of the plot of a column.
    fn sides(&self, layout: &Layout, column: usize) -> [f64; 2] {
        let columns = self.columns(layout) as f64;
        let names = width_of(WAITS, layout.small) + 8.0;
        let room = (layout.right() - EDGE - GAP * (columns - 1.0)) / columns;
        let left = EDGE + (room + GAP) * column as f64;
        [left + names, left + room]
    }

    fn key_top(&self, layout: &Layout) -> f64 {
        let mut top = 0.0;
        for line in self.panels.chunks(self.columns(layout)) {
            top += tallest(line) + GAP;
        }
        top
    }

    pub(super) fn spots(&self) -> impl Iterator<Item = &Spot> {
        self.panels.iter().flat_map(|panel| &panel.rows).flat_map(|row| &row.spots)
    }

    /// From the left end of the first region to the right end of the last.
    fn scale(&self, left: f64, right: f64) -> Log {
        let mut ends = Vec::new();
        for row in self.panels.iter().flat_map(|panel| &panel.rows) {
            ends.extend(row.sides().concat());
        }
        Log::beyond(&ends, 1.0, 10.0, left, right)
    }
}

/// A number of jobs, in words.
pub(super) fn jobs(number: u64) -> String {
    format!("{} {}", units::count(number), if number == 1 { "job" } else { "jobs" })
}
