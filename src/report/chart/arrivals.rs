//! Latencies of jobs that arrive over time, by load: a line for each model, the ideal, and which models can't keep up.

use crate::analysis::arrivals::{AnalysedArrivals, AtLoad, Kept, Subject};
use crate::analysis::warnings::warnings_around;
use crate::report::arrivals::analysed;
use crate::report::arrivals_finding::finding;
use crate::report::best::short_name;
use crate::report::chart::arrivals_plot::{Latencies, Line, Panel, Place};
use crate::report::chart::caption::{no_verdict, origin};
use crate::report::chart::forms::{Words, in_both_forms};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::legend::{MOST, MarkedModel, Marks};
use crate::report::chart::{Chart, part_of_file_name, undrawn};
use crate::stats::{estimate::Estimate, interval::LEVEL, interval::need, units};

/// A chart for each workload whose jobs arrived.
pub const KIND: Kind = Kind {
    charts: Charts::OfEach(charts),
    missing: Some(
        "arrivals: no recording has latencies of jobs that came over time and were handed over in time (bakeoff arrivals)",
    ),
};

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let Some(analysed) = analysed(of.recording) else { return vec![] };
    let warnings = warnings_around(of.recording, &analysed.arrivals.idle_checks);
    let source = no_verdict(&warnings) + &origin(of.recording);
    let mut charts = Vec::new();
    for subject in &analysed.subjects {
        let name = part_of_file_name(&subject.workload.name);
        let name = match &subject.workload.platform {
            Some(tag) => format!("arrivals-{name}-python-{}", of.name_of(tag)),
            None => format!("arrivals-{name}"),
        };
        charts.extend(chart(of.marks, &analysed, subject, name, &source));
    }
    charts
}

fn chart(
    marks: &Marks,
    analysed: &AnalysedArrivals<'_>,
    subject: &Subject<'_>,
    name: String,
    source: &str,
) -> Vec<Chart> {
    let mut panels = Vec::new();
    for percentile in [Percentile::P99, Percentile::P50] {
        let panel = panel(marks, analysed, subject, percentile);
        if panel.has_points() {
            panels.push(panel);
        }
    }
    if panels.is_empty() {
        return vec![];
    }
    let left_out = undrawn(subject.models.len().saturating_sub(MOST), "models");
    let words = Words {
        name,
        title: finding(analysed, subject),
        about: about(subject),
        description: described(analysed, subject),
        source: format!("{source}; {}{left_out}", launches(analysed)),
    };
    let loads = analysed.arrivals.loads.iter().map(|load| load.get() as f64).collect();
    in_both_forms(words, Latencies { loads, panels })
}

/// A percentile that has a panel.
#[derive(Clone, Copy)]
enum Percentile {
    P50,
    P99,
}

impl Percentile {
    fn title(self) -> &'static str {
        match self {
            Percentile::P50 => "Half of all jobs are done within (p50)",
            Percentile::P99 => "99 of 100 jobs are done within (p99)",
        }
    }

    fn of(self, kept: &Kept) -> Option<Estimate> {
        match self {
            Percentile::P50 => kept.p50,
            Percentile::P99 => kept.p99,
        }
    }

    fn of_ideal(self, kept: &Kept) -> Option<f64> {
        match self {
            Percentile::P50 => kept.ideal_p50,
            Percentile::P99 => kept.ideal_p99,
        }
    }
}

fn panel(
    marks: &Marks,
    analysed: &AnalysedArrivals<'_>,
    subject: &Subject<'_>,
    percentile: Percentile,
) -> Panel {
    let mut lines = Vec::new();
    for model in subject.models.iter().take(MOST) {
        let places: Vec<Place> = model.loads.iter().map(|at| place(at, percentile)).collect();
        let mark = marks.model(&model.arm.model).mark;
        lines.push(Line {
            model: MarkedModel { name: short_name(&model.arm.model).to_owned(), mark },
            places,
        });
    }
    let loads = 0..analysed.arrivals.loads.len();
    let ideal = loads.map(|number| ideal_at(subject, number, percentile)).collect();
    Panel { title: percentile.title(), lines, ideal }
}

fn place(at: &AtLoad, percentile: Percentile) -> Place {
    match at {
        AtLoad::OverCapacity(_) => Place::Over,
        AtLoad::Kept(kept) => match percentile.of(kept) {
            // A logarithmic axis has no place for zero.
            Some(Estimate { value, interval }) if value > 0.0 => {
                let bounds = interval.ok().filter(|it| it.low > 0.0).map(|it| [it.low, it.high]);
                Place::At { ns: value, bounds }
            }
            _ => Place::Nowhere,
        },
        AtLoad::Late(_) | AtLoad::Impossible(_) | AtLoad::Unmeasured => Place::Nowhere,
    }
}

/// The least that an ideal machine needs at a load, with the limit of any of the models.
fn ideal_at(subject: &Subject<'_>, number: usize, percentile: Percentile) -> Option<f64> {
    let mut least: Option<f64> = None;
    for model in &subject.models {
        if let AtLoad::Kept(kept) = &model.loads[number]
            && let Some(ideal) = percentile.of_ideal(kept)
        {
            least = Some(least.map_or(ideal, |least| least.min(ideal)));
        }
    }
    least.filter(|ideal| *ideal > 0.0)
}

fn about(subject: &Subject<'_>) -> String {
    let mut most = 0.0_f64;
    for model in &subject.models {
        most = most.max(model.capacity.map_or(0.0, |capacity| capacity.value));
    }
    format!(
        "Time from when a job was due until it was done; alone it takes {}. A load of 100 % is what the best model can do, about {} jobs a second. \
         Ideal: nothing but the jobs themselves takes time",
        units::nanoseconds(subject.job_ns),
        units::whole(most)
    )
}

fn launches(analysed: &AnalysedArrivals<'_>) -> String {
    let asked = analysed.arrivals.launches_asked.get();
    let are_enough = usize::try_from(asked).is_ok_and(|asked| asked >= need(LEVEL));
    let intervals = if are_enough { "95 % intervals" } else { "too few for intervals" };
    format!("{asked} {}, {intervals}", if asked == 1 { "launch" } else { "launches" })
}

/// Every number that is drawn.
fn described(analysed: &AnalysedArrivals<'_>, subject: &Subject<'_>) -> String {
    let mut text =
        String::from("Lines over the load on logarithmic axes of time; p50 and p99 of each model.");
    for (number, load) in analysed.arrivals.loads.iter().enumerate() {
        let mut models = Vec::new();
        for model in subject.models.iter().take(MOST) {
            let said = match &model.loads[number] {
                AtLoad::Kept(kept) => format!("{} and {}", time(kept.p50), time(kept.p99)),
                AtLoad::OverCapacity(_) => "over capacity".into(),
                AtLoad::Late(_) | AtLoad::Impossible(_) | AtLoad::Unmeasured => "not measured".into(),
            };
            models.push(format!("{} {said}", model.arm.model));
        }
        let ideal = [Percentile::P50, Percentile::P99].map(|it| ideal_at(subject, number, it));
        if let [Some(p50), Some(p99)] = ideal {
            models.push(format!("ideal {} and {}", units::nanoseconds(p50), units::nanoseconds(p99)));
        }
        text += &format!(" At {load} % load: {}.", models.join(", "));
    }
    text
}

fn time(estimate: Option<Estimate>) -> String {
    estimate.map_or("-".into(), |it| units::nanoseconds(it.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::arrivals::tests::{Served, arrivals_of, recording_with_arrivals};
    use crate::record::schema::Recording;
    use crate::report::chart::{Form, draw, palette::Mode};

    fn of(recording: Recording) -> Option<Chart> {
        let mut charts = draw::charts(&[recording]).into_iter().flatten();
        charts.find(|chart| chart.name == "arrivals-hash" && chart.form == Form::Usual)
    }

    #[test]
    fn chart_of_sample_data() {
        insta::assert_snapshot!(of(recording_with_arrivals()).unwrap().svg(Mode::Auto));
    }

    #[test]
    fn description_has_every_number() {
        let chart = of(recording_with_arrivals()).unwrap();
        insta::assert_snapshot!(format!("{}\n{}", chart.title, chart.description));
    }

    #[test]
    fn platforms_of_a_workload_have_a_chart_each() {
        let mut recording = arrivals_of(&[Served::new("py-loop@3.13", 1, 1_000, 110)], &[20, 50]);
        let arrivals = recording.arrivals.as_mut().unwrap();
        arrivals.workloads[0].platform = Some("3.13".into());
        arrivals.arms[0].platform = Some("3.13".into());
        for launch in &mut arrivals.launches {
            launch.platform = Some("3.13".into());
        }
        let chart = draw::charts(&[recording]).into_iter().flatten().next().unwrap();
        assert_eq!(chart.name, "arrivals-hash-python-3.13");
        assert!(chart.title.starts_with("hash in Python 3.13: at 50 % load p99 is "), "{}", chart.title);
        assert!(chart.svg(Mode::Light).contains(">loop "), "labels are short");
    }

    #[test]
    fn void_levels_leave_a_gap() {
        let mut recording = arrivals_of(&[Served::new("rayon", 2, 2_000, 110)], &[20, 50, 80]);
        // Thick lines in the colour of the model.
        let line = "stroke=\"#3b3b3b\" stroke-width=\"2\"";
        let lines =
            |recording: &Recording| of(recording.clone()).unwrap().svg(Mode::Auto).matches(line).count();
        assert_eq!(lines(&recording), 2);
        let void = |recording: &mut Recording, void: &[usize]| {
            for launch in &mut recording.arrivals.as_mut().unwrap().launches {
                for level in void {
                    launch.levels[*level].late_us.fill(1_000);
                }
            }
        };
        void(&mut recording, &[1]);
        assert_eq!(lines(&recording), 4);
        void(&mut recording, &[0, 2]);
        assert!(of(recording).is_none());
    }
}
