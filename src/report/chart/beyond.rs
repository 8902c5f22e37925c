//! What it costs to leave the process: to start workers, to hand out a job, and to send it bytes.

use crate::analysis::costs::AnalysedCosts;
use crate::report::beyond::engines;
use crate::report::chart::caption::{no_verdict, origin};
use crate::report::chart::cost::{CostPlots, Mark, Plot, described, finding};
use crate::report::chart::forms::{Words, in_both_forms};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::{Chart, rows, undrawn};
use crate::stats::units;

/// The chart of models that send jobs away, of all recordings together.
pub const KIND: Kind = Kind { charts: Charts::OfAll(charts), missing: None };

fn charts(of: &[Evaluated<'_>]) -> Vec<Chart> {
    let mut engines = engines(of.iter().map(|it| it.recording));
    let left_out = undrawn(engines.len().saturating_sub(rows::MOST), "models");
    engines.truncate(rows::MOST);
    let Some(first) = of.iter().find(|it| it.recording.costs.is_some()).filter(|_| !engines.is_empty())
    else {
        return vec![];
    };
    let mut warnings = Vec::new();
    for costs in of.iter().filter_map(|it| AnalysedCosts::of(it.recording)) {
        warnings.extend(costs.of_study.iter().chain(costs.warnings_of_passes()).cloned());
    }
    let names: Vec<String> = engines.iter().map(|engine| engine.name.clone()).collect();
    let [mut start, mut dispatch, mut shipped] = plots();
    for engine in &engines {
        start.costs.push(engine.start_ns.and_then(Mark::of_estimate));
        dispatch.costs.push(engine.dispatch_ns.and_then(Mark::of_estimate));
        shipped.costs.push(Mark::of_estimate(engine.shipped));
    }
    let plots = vec![dispatch, start, shipped];
    let words = Words {
        name: "beyond".into(),
        title: finding(&names, &plots),
        about: "Logarithmic axes; lines: 95 % intervals that are wider than a dot; -: not measured".into(),
        description: described(&names, &plots),
        source: no_verdict(&warnings) + &origin(first.recording) + &left_out,
    };
    in_both_forms(words, CostPlots { names, plots })
}

/// The plots, without values.
fn plots() -> [Plot; 3] {
    let plot = |title, says, shown, base| Plot { title, says, costs: vec![], shown, base };
    [
        plot("start", "Starting takes", units::nanoseconds as fn(f64) -> String, 10.0),
        plot("dispatch overhead per job", "Handing out a job takes", units::nanoseconds, 10.0),
        plot("sent a second", "A second sends", units::bytes, 32.0),
    ]
}

#[cfg(test)]
mod tests {
    use crate::report::beyond::tests::measured;
    use crate::report::chart::{draw::charts, palette::Mode};

    #[test]
    fn models_that_send_bytes_have_a_row_of_each_recording() {
        let names = |recordings: &[_]| {
            let mut names = Vec::new();
            for chart in charts(recordings).iter().flatten() {
                names.push((chart.name.clone(), chart.svg(Mode::Auto)));
            }
            names
        };
        let drawn = names(&[measured("ship"), measured("ship")]);
        let (_, svg) = drawn.iter().find(|(name, _)| name == "beyond").unwrap();
        assert!(svg.contains("sent a second") && svg.matches(">rayon<").count() == 2, "{svg}");
        assert!(names(&[measured("hash")]).iter().all(|(name, _)| name != "beyond"));
    }
}
