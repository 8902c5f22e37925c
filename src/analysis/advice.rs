//! Advice: which tool is the best for a task that lies between the points of a map.
//!
//! A tool's time is that of its cost model, times what the measured points around the task took over theirs, most of it: the mean of the
//! logarithms, with the weights of [`Range::around`]. Advice is one tool: the one that loses least, both by that prediction and by the point around
//! that speaks against it most.

use crate::analysis::cost_model::{CostModel, Parts};
use crate::analysis::map::{PlatformMap, Point};
use crate::model::{HandOut, hand_out};
use crate::record::schema::Purpose;
use crate::stats::interval::Interval;
use crate::stats::verdict::MARGIN;
use crate::study::map::points::Asked;
use crate::study::map::range::Range;

/// The largest factor by which another tool may be faster by one of the points around: with a larger one there is no advice.
const MOST_DOUBT: f64 = 1.15;

/// How much the point that speaks most against a tool counts, beside the prediction.
const CAUTION: f64 = 0.25;

/// How much of what a measured point took over its predicted time counts, in logarithms: the rest is taken for its noise.
const TRUST: f64 = 0.75;

/// By how much a tool that gives each worker one part of a batch has to be faster than others, in logarithms: the jobs of a map are alike, and
/// if those of the task are not, it waits for its slowest part.
const UNLIKE_JOBS: f64 = 0.02;

/// A point around with less weight has no doubts.
const LEAST_WEIGHT: f64 = 0.02;

/// What a map says of tasks between its points.
#[derive(Debug)]
pub struct Advisor<'a> {
    map: &'a PlatformMap,
    range: Range,
    models: Vec<CostModel<'a>>,
}

/// What is said of a task.
#[derive(Clone, Debug)]
pub enum Advice<'a> {
    /// A tool.
    Given(Box<Given<'a>>),
    /// Nothing is measured on some side of it.
    OutOfRange,
    /// The points around disagree: each of these tools may be the best.
    Undecided(Vec<Predicted<'a>>),
}

/// A tool, and what is known of it.
#[derive(Clone, Debug)]
pub struct Given<'a> {
    /// The tool.
    pub tool: Predicted<'a>,
    /// The others, from the fastest on.
    pub others: Vec<Predicted<'a>>,
    /// How many times as fast as one job at a time.
    pub speedup: f64,
    /// The least and the most of that by the intervals of the points around.
    pub bounds: [f64; 2],
    /// The points around, the nearest first.
    pub around: Vec<&'a Point>,
}

/// The predicted time of a tool.
#[derive(Clone, Copy, Debug)]
pub struct Predicted<'a> {
    /// The tool.
    pub model: &'a str,
    /// The time of a batch, in nanoseconds.
    pub ns: f64,
    /// What the cost model alone says.
    pub parts: Parts,
    /// How many times as long as the fastest it may take, by the point around that speaks most against it.
    doubt: f64,
}

/// A measured point around a task, with its weight.
struct Neighbour<'a> {
    point: &'a Point,
    weight: f64,
}

impl<'a> Advisor<'a> {
    /// What `map` says; its points that advice is checked against are not used.
    pub fn of(map: &'a PlatformMap) -> Self {
        let asked: Vec<Asked> = map.of(Purpose::Advice).map(|point| point.asked).collect();
        let mut models = Vec::new();
        for model in map.models() {
            models.extend(CostModel::of(map, model));
        }
        Advisor { map, range: Range::of(&asked), models }
    }

    /// What lies between the measured points.
    pub fn range(&self) -> &Range {
        &self.range
    }

    /// The cost model of a tool.
    pub fn cost_model(&self, model: &str) -> Option<&CostModel<'a>> {
        self.models.iter().find(|it| it.model == model)
    }

    /// How many times as fast as one job at a time a tool computes.
    pub fn cores(&self, model: &str) -> f64 {
        self.cost_model(model).map_or(1.0, CostModel::cores)
    }

    /// What is said of a task.
    pub fn advise(&self, asked: Asked) -> Advice<'a> {
        let Some(around) = self.around(asked) else { return Advice::OutOfRange };
        let mut predicted = self.predicted(asked, &around);
        predicted.sort_by(|a, b| a.ns.total_cmp(&b.ns));
        let Some(fastest) = predicted.first().copied() else { return Advice::OutOfRange };
        let cost = |it: &Predicted<'_>| {
            let unlike = if matches!(hand_out(it.model), HandOut::Parts { of_each: 1, .. }) {
                UNLIKE_JOBS
            } else {
                0.0
            };
            (it.ns / fastest.ns).ln() + CAUTION * it.doubt.ln() + unlike
        };
        let tool = predicted.iter().min_by(|a, b| cost(a).total_cmp(&cost(b))).copied().unwrap_or(fastest);
        if tool.doubt > MOST_DOUBT {
            predicted.retain(|it| it.ns <= MOST_DOUBT * fastest.ns);
            return Advice::Undecided(predicted);
        }
        let (speedup, bounds) = self.speedup(asked, tool, &around);
        predicted.retain(|it| it.model != tool.model);
        let around = around.iter().map(|it| it.point).collect();
        Advice::Given(Box::new(Given { tool, others: predicted, speedup, bounds, around }))
    }

    /// The measured points around a task, the one of the most weight first.
    fn around(&self, asked: Asked) -> Option<Vec<Neighbour<'a>>> {
        let mut around = Vec::new();
        for (place, weight) in self.range.around(asked)? {
            let point = self.map.of(Purpose::Advice).find(|point| point.asked == place)?;
            around.push(Neighbour { point, weight });
        }
        around.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        Some(around)
    }

    /// The times of all tools that were measured at all points around.
    fn predicted(&self, asked: Asked, around: &[Neighbour<'_>]) -> Vec<Predicted<'a>> {
        let mut predicted = Vec::new();
        // For each tool its time by each point around alone.
        let mut by_points: Vec<Vec<f64>> = Vec::new();
        for cost in &self.models {
            let parts = cost.parts(asked);
            let by_point: Option<Vec<f64>> =
                around.iter().map(|it| by_point(cost, asked, it.point)).collect();
            let Some(by_point) = by_point else { continue };
            let logs = by_point.iter().zip(around).map(|(ns, it)| it.weight * ns.ln());
            predicted.push(Predicted { model: cost.model, ns: logs.sum::<f64>().exp(), parts, doubt: 1.0 });
            by_points.push(by_point);
        }
        for (tool, times) in predicted.iter_mut().zip(&by_points) {
            for (at, ns) in times.iter().enumerate() {
                let best = by_points.iter().map(|times| times[at]).fold(f64::INFINITY, f64::min);
                if around[at].weight >= LEAST_WEIGHT {
                    tool.doubt = tool.doubt.max(ns / best);
                }
            }
        }
        predicted
    }

    /// How many times as fast as one job at a time a tool is by each point around, and the least and the most of that by their intervals.
    fn speedup(&self, asked: Asked, tool: Predicted<'a>, around: &[Neighbour<'_>]) -> (f64, [f64; 2]) {
        let (mut log, mut bounds) = (0.0, [f64::INFINITY, 0.0_f64]);
        let (Some(one), Some(cost)) = (self.models.first(), self.cost_model(tool.model)) else {
            return (1.0, [1.0; 2]);
        };
        for Neighbour { point, weight } in around {
            let measured = point.cell(tool.model).and_then(|cell| cell.speedup);
            let (Some(measured), Some(one_ns), Some(ns)) =
                (measured, by_point(one, asked, point), by_point(cost, asked, point))
            else {
                continue;
            };
            let speedup = one_ns / ns;
            log += weight * speedup.ln();
            let Interval { low, high, .. } = measured.interval.unwrap_or(Interval {
                low: measured.range.0,
                high: measured.range.1,
                coverage: 0.0,
            });
            bounds[0] = bounds[0].min(speedup * low / measured.ratio);
            bounds[1] = bounds[1].max(speedup * high / measured.ratio);
        }
        (log.exp(), bounds)
    }
}

/// The time of a tool by a measured point: that of the cost model, longer or shorter as the point was.
fn by_point(cost: &CostModel<'_>, asked: Asked, point: &Point) -> Option<f64> {
    let times = point.times();
    let measured = times.iter().find(|time| time.model == cost.model)?;
    let over = measured.ns / cost.parts(point.asked).all();
    Some(cost.parts(asked).all() * over.powf(TRUST))
}

impl Given<'_> {
    /// The others that are within the margin of the advised tool.
    pub fn within(&self) -> Vec<&str> {
        let near = self.others.iter().filter(|other| other.ns <= (1.0 + MARGIN) * self.tool.ns);
        near.map(|other| other.model).collect()
    }
}
