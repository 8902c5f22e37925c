//! Selects the charts that recordings support, and explains the missing ones.

use crate::analysis::scaling::scale;
use crate::analysis::summary::Summary;
use crate::post::knee;
use crate::record::schema::Recording;
use crate::report::chart::{Chart, best, break_even, cost, heatmap, scaling};
use crate::report::costs::all_size_series;
use crate::stats::units;

/// A chart, or a sentence that explains its absence.
pub type Drawn = Result<Chart, String>;

/// Every chart of `recordings`; each kind uses the first recording with the required data.
pub fn charts(recordings: &[Recording]) -> Vec<Drawn> {
    let mut drawn = vec![
        of_study(recordings, best::chart, "best-tool: no recording has a study with speedups (bakeoff run)"),
        of_study(recordings, heatmap::chart, "heat: no recording has a study with speedups (bakeoff run)"),
        first(
            recordings,
            knee::chart,
            "knee: no recording has chess on several numbers of boards (bakeoff story chess)",
        ),
        first(recordings, cost::chart, "cost: no recording has what models cost (bakeoff costs)"),
        first(
            recordings,
            break_even_chart,
            "break-even: no recording has jobs of several sizes that no stamp withholds (bakeoff costs)",
        ),
    ];
    drawn.extend(of_platforms(recordings));
    drawn.extend(over_cores(recordings));
    drawn
}

fn first(recordings: &[Recording], chart: fn(&Recording, String) -> Option<Chart>, why: &str) -> Drawn {
    recordings.iter().find_map(|recording| chart(recording, origin(recording))).ok_or_else(|| why.to_owned())
}

fn of_study(recordings: &[Recording], chart: fn(&Summary, String) -> Option<Chart>, why: &str) -> Drawn {
    let of = |recording: &Recording| chart(&Summary::of(recording), source(recording));
    recordings.iter().find_map(of).ok_or_else(|| why.to_owned())
}

/// A chart for each interpreter of the first study that has interpreters.
fn of_platforms(recordings: &[Recording]) -> Vec<Drawn> {
    let of = |it: &Recording| {
        Some(best::charts_of_platforms(&Summary::of(it), &source(it))).filter(|it| !it.is_empty())
    };
    recordings.iter().find_map(of).into_iter().flatten().map(Ok).collect()
}

fn break_even_chart(recording: &Recording, origin: String) -> Option<Chart> {
    let costs = recording.costs.as_ref()?;
    let grains =
        all_size_series(recording, costs).into_iter().find(|size_series| size_series.series == "grains")?;
    let launches = costs.sizes.first().map_or(0, |sizes| sizes.study.launches_asked.get());
    break_even::chart(&grains, format!("{origin}; {launches} launches, 95 % intervals"))
}

/// A chart for each workload that computes.
fn over_cores(recordings: &[Recording]) -> Vec<Drawn> {
    let cpu = |recording: &Recording| recording.environment.cpu_model.clone();
    let studies = recordings.iter().filter(|recording| recording.study.is_some());
    let of_one: Vec<Recording> =
        studies.filter(|recording| cpu(recording) == cpu(&recordings[0])).cloned().collect();
    let charts = scale(&of_one).into_iter().filter_map(|scaled| scaling::chart(&scaled, source(&of_one[0])));
    let charts: Vec<Drawn> = charts.map(Ok).collect();
    if charts.is_empty() {
        return vec![Err(
            "scaling: no recordings of one machine have several numbers of cores (bakeoff sweep)".into(),
        )];
    }
    charts
}

/// The source of a study's numbers, and the number of launches behind them and their intervals.
pub fn source(recording: &Recording) -> String {
    let launches =
        recording.study.as_ref().map(|study| format!("; {} launches, 95 % intervals", study.launches_asked));
    origin(recording) + &launches.unwrap_or_default()
}

/// The source of numbers: machine, date, program.
pub fn origin(recording: &Recording) -> String {
    let environment = &recording.environment;
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let cores = units::cores(environment.cores);
    let date = environment.started_unix_s.and_then(date).map_or(String::new(), |date| format!("; {date}"));
    let commit = environment.commit.as_deref().and_then(|commit| commit.get(..7));
    let commit = commit.map_or(String::new(), |commit| format!(" ({commit})"));
    let (os, arch, bakeoff) = (&environment.os, &environment.arch, &environment.bakeoff);
    format!("{cpu}, {cores}, {os} on {arch}{date}; bakeoff {bakeoff}{commit}")
}

/// The date of a Unix time, as `2026-11-23`.
pub fn date(unix_s: u64) -> Option<String> {
    let moment = time::OffsetDateTime::from_unix_timestamp(i64::try_from(unix_s).ok()?).ok()?;
    Some(moment.date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Launch, Sample, WorkloadEntry};
    use crate::report::chart::palette::Mode;
    use crate::report::chart::{HEIGHT, WIDTH};

    /// Every chart of generated recordings, in every mode.
    fn drawn(recordings: &[Recording]) -> Vec<(String, String)> {
        let charts = charts(recordings).into_iter().flatten();
        charts.flat_map(|chart| chart.files()).collect()
    }

    #[test]
    fn charts_are_xml_with_title_and_source() {
        let drawn = drawn(&inside());
        assert!(drawn.len() >= 3 * 6, "{:?}", drawn.iter().map(|(name, _)| name).collect::<Vec<_>>());
        for (name, svg) in drawn {
            let document = roxmltree::Document::parse(&svg).unwrap_or_else(|why| panic!("{name}: {why}"));
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"), "{name}");
            let text = |tag: &str| {
                root.children().find(|child| child.has_tag_name(("http://www.w3.org/2000/svg", tag)))
            };
            for tag in ["title", "desc"] {
                assert!(
                    text(tag).and_then(|it| it.text()).is_some_and(|text| text.len() > 10),
                    "{name}: {tag}"
                );
            }
            let texts = document.descendants().filter(|node| node.tag_name().name() == "text");
            assert!(texts.filter_map(|node| node.text()).any(|text| text.contains("bakeoff")), "{name}");
        }
    }

    /// A study of `models` models on `tasks` tasks with long names; the slowest takes thousands of times the
    /// fastest.
    fn crowd(models: u32, tasks: usize) -> Recording {
        let mut crowd = recording(16, 50);
        let study = crowd.study.as_mut().unwrap();
        let (task, arms, launches) =
            (study.workloads.remove(0), std::mem::take(&mut study.arms), std::mem::take(&mut study.launches));
        for at in 0..tasks {
            let name = format!("a-task-of-a-rather-long-name-{at}");
            let first = study.arms.len() as u64;
            study.arms.extend((0..models).map(|model| {
                let model = if model == 0 {
                    "sequential/one".into()
                } else {
                    format!("a-model-of-a-long-name-{model}/jobs")
                };
                Arm { id: format!("{name}/{model}"), ..arms[0].clone() }
            }));
            study.launches.extend(launches.iter().map(|launch| {
                let mut launch = Launch { workload: name.clone(), ..launch.clone() };
                let template = launch.rounds[0].samples[0];
                // From the baseline's ten milliseconds up to minutes, and down to microseconds.
                let wall = |model: u32| {
                    let factor = 1_u64 << (model / 2);
                    if model.is_multiple_of(2) { 10_000_000 * factor } else { 10_000_000 / factor }
                };
                let sample = |model: u32| Sample {
                    arm: first + u64::from(model),
                    place: u64::from(model),
                    wall_ns: (wall(model) + launch.number).try_into().unwrap(),
                    ..template
                };
                launch.rounds[0].samples = (0..models).map(sample).collect();
                launch
            }));
            study.workloads.push(WorkloadEntry { name, ..task.clone() });
        }
        crowd
    }

    /// The extent of a text in chart units: its left, upper, right and lower end.
    fn extent(node: &roxmltree::Node<'_, '_>) -> [f64; 4] {
        let number = |key: &str| node.attribute(key).unwrap().parse::<f64>().unwrap();
        let (x, y, size) = (number("x"), number("y"), number("font-size"));
        // The average letter width of this font.
        let width = 0.53 * size * node.text().unwrap_or_default().chars().count() as f64;
        let left = match node.attribute("text-anchor") {
            Some("end") => x - width,
            Some("middle") => x - width / 2.0,
            _ => x,
        };
        [left, y - 0.75 * size, left + width, y]
    }

    #[test]
    fn text_never_overlaps_or_leaves_chart() {
        let crowds =
            [(1, 1), (2, 12), (24, 1), (24, 12), (40, 30)].map(|(models, tasks)| vec![crowd(models, tasks)]);
        for (name, svg) in [inside()].iter().chain(&crowds).flat_map(|recordings| drawn(recordings)) {
            let document = roxmltree::Document::parse(&svg).unwrap();
            let texts: Vec<_> =
                document.descendants().filter(|node| node.tag_name().name() == "text").collect();
            for (at, one) in texts.iter().enumerate() {
                let [left, top, right, bottom] = extent(one);
                let text = one.text().unwrap_or_default();
                let is_inside = left >= -1.0 && right <= WIDTH + 1.0 && top >= 0.0 && bottom <= HEIGHT;
                assert!(is_inside, "{name}: {text:?} from {left}, {top} to {right}, {bottom}");
                for other in &texts[at + 1..] {
                    let [from, upper, to, lower] = extent(other);
                    let is_apart = right <= from || to <= left || bottom <= upper || lower <= top;
                    assert!(is_apart, "{name}: {text:?} stands on {:?}", other.text());
                }
            }
        }
    }

    #[test]
    fn missing_chart_data_is_explained() {
        let nothing = Recording { study: None, ..recording(1, 50) };
        let sentences: Vec<String> = charts(&[nothing]).into_iter().filter_map(Result::err).collect();
        assert_eq!(sentences.len(), 6);
        assert!(sentences.iter().all(|sentence| sentence.contains("(bakeoff ")), "{sentences:?}");
    }

    #[test]
    fn hostile_names_stay_text() {
        let mut hostile = recording(16, 50);
        let study = hostile.study.as_mut().unwrap();
        let name = "</text><script>alert(1)</script>\u{202e}\u{0}&quot;";
        study.workloads[0].name = name.into();
        study.arms.iter_mut().for_each(|arm| arm.id = arm.id.replace("hash", name));
        study.launches.iter_mut().for_each(|launch| launch.workload = name.into());
        hostile.environment.cpu_model = Some("<!-- ]]> \u{7}".into());
        let count = |svg: &str| roxmltree::Document::parse(svg).unwrap().descendants().count();
        let harmless = drawn(&[recording(16, 50)]);
        let hostile = drawn(&[hostile]);
        assert!(!hostile.is_empty());
        for ((name, hostile), (_, harmless)) in hostile.iter().zip(&harmless) {
            assert_eq!(count(hostile), count(harmless), "{name}");
            assert!(!hostile.contains("<script") && !hostile.contains('\u{202e}'), "{name}");
        }
    }

    #[test]
    fn extreme_and_empty_intervals_are_drawn() {
        for (launches, percent) in [(16, 5_000), (16, 1), (3, 50), (1, 50)] {
            for (name, svg) in drawn(&[recording(launches, percent)]) {
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
            }
        }
    }

    #[test]
    fn best_tool_chart_of_sample_data() {
        let chart = best::chart(&Summary::of(&recording(16, 50)), "source".into()).unwrap();
        insta::assert_snapshot!(chart.svg(Mode::Auto));
    }
}
