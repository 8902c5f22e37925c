//! The map of tasks: which tools are the best, by how long a job takes, how much of that it waits, and how many jobs there are.

use crate::analysis::map::{PlatformMap, Point, maps};
use crate::record::schema::{MapPoint, Purpose, Recording};
use crate::report::best::{in_full, short_name};
use crate::report::chart::caption::{no_verdict, origin};
use crate::report::chart::forms::{Words, in_both_forms};
use crate::report::chart::kind::{Charts, Evaluated, Kind};
use crate::report::chart::map_finding::{finding, in_time};
use crate::report::chart::map_looks::{Look, best_groups};
use crate::report::chart::map_plot::{Map, Panel, Row, Spot, jobs};
use crate::report::chart::{Chart, undrawn};
use crate::stats::units;

/// A chart for each platform of a recording that has a map.
pub const KIND: Kind = Kind {
    charts: Charts::OfEach(charts),
    missing: Some("map: no recording has tasks of any length, of which any share waits (bakeoff map)"),
};

fn charts(of: &Evaluated<'_>) -> Vec<Chart> {
    let mut charts = Vec::new();
    for map in maps(std::slice::from_ref(of.recording)) {
        let name = match &map.platform {
            Some(tag) => format!("map-python-{}", of.name_of(tag)),
            None => "map".to_owned(),
        };
        charts.extend(chart(of.recording, &map, name));
    }
    charts
}

fn chart(recording: &Recording, map: &PlatformMap, name: String) -> Vec<Chart> {
    let points = drawn(map);
    if points.is_empty() {
        return vec![];
    }
    let default = map.default_tool();
    let left_out = undrawn(numbers(map).len().saturating_sub(MOST_PANELS), "numbers of jobs");
    let words = Words {
        name,
        title: finding(map),
        about: ABOUT.into(),
        description: described(map, &points),
        source: no_verdict(&map.warnings)
            + &origin(recording)
            + &launches(recording, map.platform.as_deref())
            + &left_out,
    };
    let default_name = default.map(|model| short_name(model).to_owned());
    let picture = Map { panels: panels(&points, default), default: default_name, ranking: ranking(&points) };
    in_both_forms(words, picture)
}

const ABOUT: &str = "Each dot is a measured point: how long a job takes alone, and how much of that it waits. The best are within 5 % of the \
                     fastest, or undecided. A label names one that is so at all dots of its region; +2: so are two more.";

/// The most panels.
const MOST_PANELS: usize = 8;

/// The numbers of jobs, each once.
fn numbers(map: &PlatformMap) -> Vec<usize> {
    let mut numbers: Vec<usize> = map.of(Purpose::Advice).map(|point| point.asked.jobs).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The points that are drawn, by number of jobs, share and length.
pub(super) fn drawn(map: &PlatformMap) -> Vec<&Point> {
    let mut numbers = numbers(map);
    numbers.truncate(MOST_PANELS);
    let mut points: Vec<&Point> = map.of(Purpose::Advice).collect();
    // A logarithmic axis has no place for zero.
    points.retain(|point| point.asked.job_ns > 0 && numbers.contains(&point.asked.jobs));
    points.sort_by_key(|point| (point.asked.jobs, point.asked));
    points
}

fn panels(points: &[&Point], default: Option<&str>) -> Vec<Panel> {
    let mut shares: Vec<u64> = points.iter().map(|point| point.asked.wait_percent).collect();
    shares.sort_unstable();
    shares.dedup();
    let mut panels = Vec::new();
    for points in points.chunk_by(|a, b| a.asked.jobs == b.asked.jobs) {
        let mut rows = Vec::new();
        // Panels side by side have the same rows, from the upper end to the last that is measured.
        for share in shares.iter().rev().filter(|share| **share >= points[0].asked.wait_percent) {
            let of_row = points.iter().filter(|point| point.asked.wait_percent == *share);
            rows.push(Row {
                wait_percent: *share,
                spots: of_row.map(|point| spot(point, default)).collect(),
            });
        }
        panels.push(Panel { jobs: points[0].asked.jobs, rows });
    }
    panels
}

fn spot(point: &Point, default: Option<&str>) -> Spot {
    Spot {
        job_ns: point.asked.job_ns as f64,
        look: Look::of(point),
        loss: default.and_then(|model| point.loss(model)),
    }
}

/// Every point that is drawn, its best tools, and how many times as long the default tool takes.
fn described(map: &PlatformMap, points: &[&Point]) -> String {
    let default = map.default_tool();
    let mut text = String::from(
        "A panel for each number of jobs, a row for each share that waits, and how long a job takes from left to right.",
    );
    if let Some(model) = default {
        text += &format!(" In brackets: how many times as long as the best {model} takes.");
    }
    for point in points {
        let best = match Look::of(point) {
            Look::Nothing(why) => why.to_owned(),
            _ => in_full(&point.answer()),
        };
        let loss = default.and_then(|model| point.loss(model));
        let loss = loss.map_or(String::new(), |loss| format!(" ({})", units::times(loss)));
        let (number, length) = (jobs(point.asked.jobs as u64), in_time(point.asked.job_ns));
        text += &format!(" {number} of {length}, {} % waits: {best}{loss}.", point.asked.wait_percent);
    }
    text
}

/// The models, the one first that is the best at most points.
fn ranking(points: &[&Point]) -> Vec<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for point in points {
        let best = if best_groups(point).is_empty() { vec![] } else { point.may_be_best() };
        for model in point.row.plain_models() {
            let is_best = usize::from(best.contains(&model));
            match counts.iter_mut().find(|(known, _)| known == model) {
                Some((_, count)) => *count += is_best,
                None => counts.push((model.to_owned(), is_best)),
            }
        }
    }
    // Those that are as often the best stay in table order.
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts.into_iter().map(|(model, _)| model).collect()
}

/// The launches of each point that is drawn.
fn launches(recording: &Recording, platform: Option<&str>) -> String {
    let is_drawn =
        |point: &MapPoint| point.purpose == Purpose::Advice && point.platform.as_deref() == platform;
    let mut most = 0;
    for part in recording.map.iter().flat_map(|map| &map.parts) {
        if part.points.iter().any(is_drawn) {
            most = most.max(part.study.launches_asked.get());
        }
    }
    format!("; up to {most} launches of a point")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::{
        Arm, Kind, Launch, MapPart, MapPoint, Round, Sample, TaskMap, WorkloadEntry,
    };
    use crate::report::chart::{Form, draw, palette::Mode};

    /// A point: number of jobs, share that waits in percent, length in microseconds, and how long each model takes, in milliseconds.
    pub(crate) type MadePoint<'a> = ([u64; 3], &'a [u64]);

    /// A map of these models, the first of which is the baseline.
    pub(crate) fn map_of(models: &[&str], points: &[MadePoint<'_>], launches: u64) -> Recording {
        let mut made = recording(launches, 50);
        let mut study = made.study.take().unwrap();
        let (workload, arm) = (study.workloads.remove(0), study.arms.remove(0));
        let sample = study.launches[0].rounds[0].samples[0];
        (study.arms, study.launches) = (vec![], vec![]);
        let mut asked = Vec::new();
        for ([jobs, wait_percent, job_us], times) in points {
            let name = format!("w{wait_percent}-c{job_us}-n{jobs}");
            let jobs = (*jobs).try_into().unwrap();
            let first = study.arms.len() as u64;
            for (model, width) in models.iter().zip(std::iter::once("one").chain(std::iter::repeat("cores")))
            {
                study.arms.push(Arm { id: format!("{name}/{model}/{width}"), ..arm.clone() });
            }
            for number in 0..launches {
                let mut samples = Vec::new();
                for (place, ms) in (0..).zip(*times) {
                    let wall_ns = (ms * 1_000_000 + number).try_into().unwrap();
                    samples.push(Sample { arm: first + place, place, wall_ns, ..sample });
                }
                let round = Round { samples, ..Round::default() };
                study
                    .launches
                    .push(Launch { rounds: vec![round], ..Launch::begun(name.clone(), None, number) });
            }
            study.workloads.push(WorkloadEntry {
                name: name.clone(),
                jobs,
                kind: Kind::Mixed,
                ..workload.clone()
            });
            asked.push(MapPoint {
                workload: name,
                platform: None,
                job_ns: job_us * 1_000,
                wait_percent: *wait_percent,
                jobs,
                purpose: Purpose::Advice,
            });
        }
        let command = vec!["bakeoff".into(), "map".into()];
        made.map = Some(TaskMap { command, parts: vec![MapPart { points: asked, study }] });
        made
    }

    const MODELS: [&str; 5] = ["sequential", "threads", "rayon", "prefork", "tokio-many"];

    /// One of each look.
    const SAMPLE: [MadePoint<'_>; 7] = [
        ([24, 0, 10], &[100, 400, 300, 900, 310]),
        ([24, 0, 100], &[100, 80, 50, 90, 51]),
        ([24, 0, 1_000], &[100, 51, 50, 51, 50]),
        ([24, 90, 1_111], &[400, 50, 40, 60, 64]),
        ([24, 90, 10_000], &[400, 41, 40, 60, 50]),
        ([200, 90, 1_111], &[900, 90, 80, 90, 40]),
        ([200, 99, 10_000], &[900, 90, 80, 90, 40]),
    ];

    fn of(recording: Recording) -> Chart {
        let mut charts = draw::charts(&[recording]).into_iter().flatten();
        charts.find(|chart| chart.name == "map" && chart.form == Form::Usual).unwrap()
    }

    #[test]
    fn map_of_sample_data() {
        insta::assert_snapshot!(of(map_of(&MODELS, &SAMPLE, 16)).svg(Mode::Auto));
    }

    #[test]
    fn map_in_words() {
        insta::assert_snapshot!(of(map_of(&MODELS, &SAMPLE, 16)).description);
    }

    #[test]
    fn titles_are_true() {
        assert_eq!(
            of(map_of(&MODELS, &SAMPLE, 16)).title,
            "Among the best for computing: threads and pools (2 of 3 points); for waiting: threads and pools up to 24 jobs, then tasks (4 of 4 \
             points). tokio-many for all takes over 1.25x as long at 2 of 7, at most 3.10x."
        );
        let close = [([24, 0, 10], &[100, 60, 50, 60, 55][..]), ([24, 0, 100], &[100, 70, 50, 60, 51])];
        assert_eq!(
            of(map_of(&MODELS, &close, 16)).title,
            "Among the best for computing: threads and pools (2 of 2 points). rayon for all takes at most 1.00x as long as the best."
        );
        assert_eq!(
            of(map_of(&MODELS, &close, 3)).title,
            "No group of tools is known to be among the best at half of the points. rayon for all takes at most 1.00x as long as the best."
        );
    }
}
