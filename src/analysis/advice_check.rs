//! Checks advice against points that it never rests on, beside fixed rules on the same points.

use crate::analysis::advice::{Advice, Advisor, Given};
use crate::analysis::map::{PlatformMap, Point};
use crate::model::{MadeOf, made_of};
use crate::record::schema::Purpose;
use crate::stats::verdict::MARGIN;

/// Advice on points that it does not rest on.
#[derive(Clone, Debug)]
pub struct AdviceCheck<'a> {
    /// A row for each of the points.
    pub rows: Vec<Checked<'a>>,
    /// Fixed rules on the same points.
    pub rules: Vec<FixedRule>,
}

/// A point that advice is checked against.
#[derive(Clone, Debug)]
pub struct Checked<'a> {
    /// The point.
    pub point: &'a Point,
    /// What is said of it.
    pub advice: Advice<'a>,
    /// How many times as long as the fastest the advised tool took; `None` if none was advised.
    pub loss: Option<f64>,
    /// Whether the verdict of the point is that the advised tool is slower than the fastest by more than the margin.
    pub is_slower: bool,
    /// The predicted time of the advised tool over the measured one.
    pub predicted: Option<f64>,
}

/// A rule that always says the same, on the points that advice is checked against.
#[derive(Clone, Debug)]
pub struct FixedRule {
    /// What it says.
    pub name: String,
    /// On the points that advice was given for, and on all.
    pub given: Losses,
    /// See [`FixedRule::given`].
    pub all: Losses,
}

/// How many times as long as the fastest some tools took, in ascending order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Losses(pub Vec<f64>);

impl Losses {
    fn of(mut losses: Vec<f64>) -> Self {
        losses.sort_by(f64::total_cmp);
        Losses(losses)
    }

    /// How many are within the margin.
    pub fn hits(&self) -> usize {
        self.0.iter().filter(|loss| **loss <= 1.0 + MARGIN).count()
    }

    /// The smallest that a share of them does not exceed.
    pub fn at(&self, share: f64) -> Option<f64> {
        let rank = (self.0.len() as f64 * share).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank among losses")]
        self.0.get((rank as usize).saturating_sub(1)).copied()
    }
}

/// A predicted time that differs by at most this share from the measured one is right.
const RIGHT_TIME: f64 = 0.2;

impl<'a> AdviceCheck<'a> {
    /// What `map` says of the points of `truth` that advice is checked against.
    pub fn of(map: &'a PlatformMap, truth: &'a PlatformMap) -> Self {
        let advisor = Advisor::of(map);
        let mut rows = Vec::new();
        for point in truth.of(Purpose::Check) {
            rows.push(Checked::of(point, advisor.advise(point.asked)));
        }
        let mut check = AdviceCheck { rows, rules: vec![] };
        for model in map.models() {
            check.add_rule(format!("always {model}"), |point| point.loss(model));
        }
        check.add_rule("the post: waiting asyncio, computing multiprocessing".into(), post_says);
        check
    }

    fn add_rule(&mut self, name: String, loss: impl Fn(&Point) -> Option<f64>) {
        let (mut given, mut all) = (Vec::new(), Vec::new());
        for row in &self.rows {
            // A tool that is so slow that it was not measured loses without a number.
            let loss = loss(row.point).unwrap_or(f64::INFINITY);
            all.push(loss);
            if row.given().is_some() {
                given.push(loss);
            }
        }
        self.rules.push(FixedRule { name, given: Losses::of(given), all: Losses::of(all) });
    }

    /// How many advised tools are slower than the fastest by the verdict, which noise can't explain.
    pub fn slower(&self) -> usize {
        self.rows.iter().filter(|row| row.is_slower).count()
    }

    /// The points that advice was given for.
    pub fn losses(&self) -> Losses {
        Losses::of(self.rows.iter().filter_map(|row| row.loss).collect())
    }

    /// The share of the points that no advice was given for.
    pub fn abstained(&self) -> f64 {
        let given = self.rows.iter().filter(|row| row.given().is_some()).count();
        1.0 - given as f64 / self.rows.len().max(1) as f64
    }

    /// How many predicted times are right, and how many there are.
    pub fn right_times(&self) -> (usize, usize) {
        let predicted: Vec<f64> = self.rows.iter().filter_map(|row| row.predicted).collect();
        let right = predicted.iter().filter(|ratio| (**ratio - 1.0).abs() <= RIGHT_TIME).count();
        (right, predicted.len())
    }
}

impl<'a> Checked<'a> {
    fn of(point: &'a Point, advice: Advice<'a>) -> Self {
        let (mut loss, mut is_slower, mut predicted) = (None, false, None);
        if let Advice::Given(given) = &advice {
            // A tool that was not measured at the point is too slow for that.
            loss = Some(point.loss(given.tool.model).unwrap_or(f64::INFINITY));
            is_slower = point.is_slower(given.tool.model);
            let measured = point.cell(given.tool.model).and_then(|cell| cell.wall_ns);
            predicted = measured.map(|measured| given.tool.ns / measured);
        }
        Checked { point, advice, loss, is_slower, predicted }
    }

    /// The advice, if some was given.
    pub fn given(&self) -> Option<&Given<'a>> {
        match &self.advice {
            Advice::Given(given) => Some(given),
            _ => None,
        }
    }
}

/// The post's table: jobs that wait, for asyncio; jobs that compute, for multiprocessing. Of several tools that are made of the same the best
/// one counts.
fn post_says(point: &Point) -> Option<f64> {
    let kind = if point.asked.wait_percent >= 50 { MadeOf::TasksOnOneThread } else { MadeOf::Processes };
    let mut least: Option<f64> = None;
    for cell in &point.row.cells {
        if made_of(cell.model()) == Some(kind)
            && let Some(loss) = point.loss(cell.model())
        {
            least = Some(least.map_or(loss, |least| least.min(loss)));
        }
    }
    least
}
