//! How often advice is right, beside fixed rules on the same points.

use crate::analysis::advice_check::{AdviceCheck, Losses};
use crate::report::advice::named;
use crate::report::block::Block;
use crate::report::table::{Table, Unit};
use crate::stats::units;

/// How often advice is right, and how often fixed rules are.
pub(crate) fn checked(check: &AdviceCheck<'_>) -> Vec<Block> {
    let losses = check.losses();
    let (right, times) = check.right_times();
    let mut lines = vec![format!(
        "Advice on {} points that it does not rest on: {} of {} tools are within 5 % of the best{}, and there is no advice on {} of the points.",
        check.rows.len(),
        losses.hits(),
        losses.0.len(),
        missed(check),
        share(check.abstained())
    )];
    if let (Some(half), Some(most)) = (losses.at(0.5), losses.at(0.95)) {
        lines.push(format!(
            "The advised tool takes {} as long as the best (median), and at most {} at 95 % of the points. {right} of {times} predicted times are \
             within 20 % of the measured ones.",
            units::ratio(half),
            units::ratio(most)
        ));
    }
    let rules = Table::of(&check.rules)
        .left("rule", |it| it.name.as_str())
        .wraps()
        .left("right, where advice is given", |it| hits(&it.given))
        .wraps()
        .left("median, 95 %", |it| median_and_most(&it.given))
        .wraps()
        .left("right, everywhere", |it| hits(&it.all))
        .wraps()
        .left("median, 95 %", |it| median_and_most(&it.all))
        .wraps()
        .build();
    let points = Table::of(&check.rows)
        .left("task", |it| it.point.asked.to_string())
        .wraps()
        .left("advice", |it| named(&it.advice))
        .left("fastest", |it| it.point.times().first().map(|time| time.model.to_owned()))
        .right("it takes", Unit::Plain, |it| it.loss.map(units::ratio))
        .right("predicted", Unit::Plain, |it| it.predicted.map(units::ratio))
        .build();
    vec![
        Block::Notes(lines),
        Block::titled("Fixed rules on the same points: how many times as long as the best", rules, vec![]),
        Block::titled(
            "Each point",
            points,
            vec!["it takes: the advised tool's time over the best one's. predicted: its predicted time over the measured one.".into()],
        ),
    ]
}

/// How many advised tools are not within the margin for certain.
fn missed(check: &AdviceCheck<'_>) -> String {
    let losses = check.losses();
    match losses.0.len() - losses.hits() {
        0 => String::new(),
        missed => format!(" ({} of the other {missed} by more than noise)", check.slower()),
    }
}

fn hits(losses: &Losses) -> String {
    format!("{} of {}", losses.hits(), losses.0.len())
}

fn median_and_most(losses: &Losses) -> String {
    let text = |share| losses.at(share).map_or("-".into(), ratio_or_more);
    format!("{}, {}", text(0.5), text(0.95))
}

/// A tool that was too slow to be measured loses more than any number.
fn ratio_or_more(loss: f64) -> String {
    if loss.is_finite() { units::ratio(loss) } else { "not measured".into() }
}

fn share(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// The values of a check, for programs.
pub(crate) fn check_values(check: &AdviceCheck<'_>) -> Table {
    Table::of(&check.rows)
        .left("jobs", |it| it.point.asked.jobs as u64)
        .left("job_ns", |it| it.point.asked.job_ns)
        .left("wait_percent", |it| it.point.asked.wait_percent)
        .left("advice", |it| it.given().map(|given| given.tool.model.to_owned()))
        .left("fastest", |it| it.point.times().first().map(|time| time.model.to_owned()))
        .left("loss", |it| it.loss)
        .left("predicted_over_measured", |it| it.predicted)
        .build()
}
