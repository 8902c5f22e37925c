//! Evaluates the map: which tools are the best for tasks of any length, of which any share waits.

#[cfg(test)]
pub(crate) mod tests;

use crate::analysis::answer::{Answer, Standing};
use crate::analysis::sizes::summary_of;
use crate::analysis::summary::{CellResult, Row};
use crate::analysis::warning::Warning;
use crate::record::schema::{MapPart, MapPoint, Purpose, Recording, TaskMap};
use crate::stats::median;
use crate::study::map::points::Asked;

/// A tool takes hardly longer than the fastest if it does so by less than this factor.
const HARDLY: f64 = 1.25;

/// The map of a platform.
#[derive(Clone, Debug)]
pub struct PlatformMap {
    /// The tag of its interpreter; none in Rust.
    pub platform: Option<String>,
    /// What was measured, in the order of the recording.
    pub points: Vec<Point>,
    /// What affects the numbers.
    pub warnings: Vec<Warning>,
}

/// A measured point.
#[derive(Clone, Debug)]
pub struct Point {
    /// What was asked for.
    pub asked: Asked,
    /// What it was measured for.
    pub purpose: Purpose,
    /// Its cells.
    pub row: Row,
}

/// A tool at a point, at the better of its numbers of jobs at once.
#[derive(Clone, Copy, Debug)]
pub struct ToolTime<'a> {
    /// The model, with its interpreter.
    pub model: &'a str,
    /// How long a batch took, in nanoseconds: the median over launches.
    pub ns: f64,
    /// Whether it was measured in all launches, and not stopped after the first.
    pub is_near: bool,
}

/// The maps of `recordings`, one for each platform: of the same point in two of them the first counts.
pub fn maps(recordings: &[Recording]) -> Vec<PlatformMap> {
    let mut maps: Vec<PlatformMap> = Vec::new();
    for recording in recordings {
        for part in recording.map.iter().flat_map(|map: &TaskMap| &map.parts) {
            let summary = summary_of(recording, &part.study);
            for row in summary.all_rows() {
                let Some(point) = point_of(part, row) else { continue };
                let map = map_of(&mut maps, row.workload.platform.as_deref());
                map.add(Point { asked: Asked::of(point), purpose: point.purpose, row: row.clone() });
            }
            for point in &part.points {
                let map = map_of(&mut maps, point.platform.as_deref());
                for warning in &summary.warnings {
                    let warning = in_words(warning, part);
                    if !map.warnings.contains(&warning) {
                        map.warnings.push(warning);
                    }
                }
            }
        }
    }
    maps
}

/// The same warning, about the task of a point instead of its workload, whose name is made of numbers.
fn in_words(warning: &Warning, part: &MapPart) -> Warning {
    if let Warning::OfWorkload(name, of_workload) = warning {
        for row in &part.study.workloads {
            let point = part.points.iter().find(|it| it.workload == row.name && it.platform == row.platform);
            if let Some(point) = point.filter(|_| row.called() == *name) {
                return Warning::OfWorkload(Asked::of(point).to_string(), *of_workload);
            }
        }
    }
    warning.clone()
}

fn point_of<'a>(part: &'a MapPart, row: &Row) -> Option<&'a MapPoint> {
    part.points.iter().find(|it| it.workload == row.workload.name && it.platform == row.workload.platform)
}

fn map_of<'a>(maps: &'a mut Vec<PlatformMap>, platform: Option<&str>) -> &'a mut PlatformMap {
    let known = maps.iter().position(|map| map.platform.as_deref() == platform);
    let at = known.unwrap_or_else(|| {
        maps.push(PlatformMap { platform: platform.map(str::to_owned), points: vec![], warnings: vec![] });
        maps.len() - 1
    });
    &mut maps[at]
}

impl PlatformMap {
    fn add(&mut self, point: Point) {
        if !self.points.iter().any(|it| it.asked == point.asked && it.purpose == point.purpose) {
            self.points.push(point);
        }
    }

    /// The points of a purpose.
    pub fn of(&self, purpose: Purpose) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(move |point| point.purpose == purpose)
    }

    /// The models, in the order of the recording.
    pub fn models(&self) -> Vec<&str> {
        let mut models: Vec<&str> = Vec::new();
        for cell in self.points.iter().flat_map(|point| &point.row.cells) {
            if !models.contains(&cell.model()) {
                models.push(cell.model());
            }
        }
        models
    }

    /// The model that loses least over all points that are drawn, if one has to be taken for all: that with the smallest mean of the
    /// logarithms of its times over the best's. None if no model was measured everywhere.
    pub fn default_tool(&self) -> Option<&str> {
        let mut best: Option<(&str, f64)> = None;
        for model in self.models() {
            let losses: Option<Vec<f64>> = self.of(Purpose::Advice).map(|point| point.loss(model)).collect();
            let Some(losses) = losses.filter(|losses| !losses.is_empty()) else { continue };
            let mean = losses.iter().map(|loss| loss.ln()).sum::<f64>() / losses.len() as f64;
            if best.is_none_or(|(_, least)| mean < least) {
                best = Some((model, mean));
            }
        }
        Some(best?.0)
    }
}

impl Point {
    /// What the tools give together, and each of them.
    pub fn answer(&self) -> Answer<'_> {
        Answer::of(&self.row)
    }

    /// The tools that are the best or may be, without their interpreter, in table order.
    pub fn may_be_best(&self) -> Vec<&str> {
        let mut models = Vec::new();
        for tool in self.answer().tools {
            if matches!(tool.standing, Standing::Best | Standing::Undecided) {
                models.push(tool.cell.plain_model());
            }
        }
        models
    }

    /// Whether a tool is slower than the fastest by its verdict, or was too slow to be measured.
    pub fn is_slower(&self, model: &str) -> bool {
        let answer = self.answer();
        let tool = answer.tools.iter().find(|tool| tool.cell.model() == model);
        tool.is_none_or(|tool| tool.standing == Standing::Slower)
    }

    /// Whether a tool that takes hardly longer than the fastest has too few launches for a verdict: more may be the best than are known.
    pub fn may_have_more(&self) -> bool {
        let Some(fastest) = self.row.fastest().and_then(|cell| cell.wall_ns) else { return false };
        self.answer().tools.iter().any(|tool| {
            tool.standing == Standing::TooFew && tool.cell.wall_ns.is_some_and(|ns| ns < HARDLY * fastest)
        })
    }

    /// The times of all tools that were measured, from the fastest on.
    pub fn times(&self) -> Vec<ToolTime<'_>> {
        let launches =
            self.row.cells.iter().map(|cell| cell.logs.iter().flatten().count()).max().unwrap_or(0);
        let mut times: Vec<ToolTime<'_>> = Vec::new();
        for cell in &self.row.cells {
            let Some(ns) = cell.wall_ns else { continue };
            let is_near = 2 * cell.logs.iter().flatten().count() > launches;
            let time = ToolTime { model: cell.model(), ns, is_near };
            match times.iter_mut().find(|it| it.model == time.model) {
                Some(other) if time.ns < other.ns => *other = time,
                Some(_) => {}
                None => times.push(time),
            }
        }
        times.sort_by(|a, b| a.ns.total_cmp(&b.ns));
        times
    }

    /// The faster cell of a tool.
    pub fn cell(&self, model: &str) -> Option<&CellResult> {
        faster_cell(&self.row, model)
    }

    /// How many times as long as the fastest a tool took, at least once: the median over the launches of both.
    pub fn loss(&self, model: &str) -> Option<f64> {
        loss(&self.row, model)
    }
}

fn faster_cell<'a>(row: &'a Row, model: &str) -> Option<&'a CellResult> {
    let mut faster: Option<&CellResult> = None;
    for cell in row.cells.iter().filter(|cell| cell.model() == model && cell.wall_ns.is_some()) {
        if faster.is_none_or(|other| cell.wall_ns < other.wall_ns) {
            faster = Some(cell);
        }
    }
    faster
}

/// How many times as long as the fastest of `row` a tool took, at least once: the median over the launches of both.
pub fn loss(row: &Row, model: &str) -> Option<f64> {
    let (fastest, cell) = (row.fastest()?, faster_cell(row, model)?);
    let mut logs = Vec::new();
    for pair in fastest.logs.iter().zip(&cell.logs) {
        if let (Some(fastest), Some(of_cell)) = pair {
            logs.push(fastest - of_cell);
        }
    }
    Some(median(&logs)?.exp().max(1.0))
}

/// Where a row of a study is on the map: how long a job takes under the baseline, and how much of that no core is busy.
pub fn place(row: &Row) -> Option<Asked> {
    let baseline = row.baseline()?;
    let jobs = usize::try_from(row.workload.jobs.get()).ok()?;
    let busy = baseline.busy_cores.map_or(1.0, |busy| busy.ratio);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time and a share of it")]
    let (job_ns, wait_percent) = (
        (baseline.wall_ns? / jobs as f64).round() as u64,
        (100.0 * (1.0 - busy)).clamp(0.0, 100.0).round() as u64,
    );
    Some(Asked { wait_percent, jobs, job_ns })
}
