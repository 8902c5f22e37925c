//! All charts: those of every recording, and the post's own.

use crate::analysis::analysed::Analysed;
use crate::post::knee;
use crate::report::chart::draw::KINDS;
use crate::report::chart::kind::{Drawn, Kind, draw_kinds};
use crate::report::chart::{arrivals, beyond, break_even, cost, cpu, gil, map, scaling};
use crate::report::page::Pictures;

/// The post's own charts stand behind this number of others: those of a study.
const OF_STUDY: usize = 4;

/// Every chart of `recordings`, or why there is none of its kind, in the order in which pages show them.
pub fn charts(recordings: &[Analysed<'_>]) -> Vec<Drawn> {
    let mut kinds = KINDS.to_vec();
    kinds.insert(OF_STUDY, knee::KIND);
    draw_kinds(&kinds, recordings)
}

/// The charts of a page, by what they are about. The matrices are tables there.
pub fn pictures(recordings: &[Analysed<'_>]) -> Pictures {
    let of = |kinds: &[Kind]| draw_kinds(kinds, recordings);
    Pictures {
        python: of(&[gil::KIND]),
        stories: of(&[knee::KIND]),
        costs: of(&[break_even::KIND, cost::KIND, beyond::KIND, cpu::KIND]),
        arrivals: of(&[arrivals::KIND]),
        map: of(&[map::KIND]),
        cores: of(&[scaling::KIND]),
    }
}

#[cfg(test)]
mod tests {
    use roxmltree::Document;

    use super::*;
    use crate::analysis::arrivals::tests::{Served, arrivals_of};
    use crate::post::claims::tests::inside;
    use crate::record::read::tests::recording;
    use crate::record::schema::{Arm, Kind, Launch, Recording, Sample, Sizes, WorkloadEntry};
    use crate::report::chart::interpreters::tests::python;
    use crate::report::chart::map::tests::map_of;
    use crate::report::chart::palette::{Color, GROUPS};

    /// Every chart of `recordings`, in every mode.
    fn drawn(recordings: &[Recording]) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for chart in charts(&Analysed::all(recordings)).into_iter().flatten() {
            files.extend(chart.files());
        }
        files
    }

    #[test]
    fn page_has_every_chart_but_the_matrices() {
        let kept = inside();
        let recordings = &Analysed::all(&kept)[..];
        let Pictures { python, stories, costs, arrivals, map, cores } = pictures(recordings);
        let mut on_page = 0;
        for drawn in [python, stories, costs, arrivals, map, cores] {
            on_page += drawn.iter().flatten().count();
        }
        let all = charts(recordings).into_iter().flatten();
        assert_eq!(on_page, all.filter(|chart| !chart.name.starts_with("matrix")).count());
    }

    /// The texts of the elements with this name.
    fn texts<'a>(document: &'a Document<'_>, tag: &str) -> Vec<&'a str> {
        let elements = document.descendants().filter(|node| node.tag_name().name() == tag);
        elements.map(|node| node.text().unwrap_or_default()).collect()
    }

    #[test]
    fn charts_are_xml_with_title_and_source() {
        let drawn = drawn(&inside());
        assert!(drawn.len() >= 3 * 6, "{}", drawn.len());
        for (name, svg) in drawn {
            let document = Document::parse(&svg).unwrap_or_else(|why| panic!("{name}: {why}"));
            let root = document.root_element();
            assert_eq!(root.attribute("role"), Some("img"), "{name}");
            for tag in ["title", "desc"] {
                assert!(root.children().any(|child| child.has_tag_name(("http://www.w3.org/2000/svg", tag))));
                assert!(texts(&document, tag)[0].len() > 10, "{name}: {tag}");
            }
            assert!(texts(&document, "text").concat().contains("bakeoff"), "{name}");
        }
    }

    #[test]
    fn charts_of_a_busy_machine_say_so() {
        let mut busy = inside();
        for recording in &mut busy {
            recording.environment.quota_millicores = Some(500);
        }
        let without_verdict = drawn(&busy);
        assert!(without_verdict.len() >= 3 * 5, "{}", without_verdict.len());
        for (name, svg) in without_verdict {
            // These costs are older than passes, which are what is watched.
            let is_unwatched = name.starts_with("cost");
            assert!(is_unwatched || svg.contains("NO VERDICT: a CPU quota"), "{name}");
        }
    }

    /// The id of a model's cell; names are long.
    fn id(task: &str, model: u32) -> String {
        match model {
            0 => format!("{task}/sequential/one"),
            _ => format!("{task}/a-model-of-a-long-name-{model}/jobs"),
        }
    }

    /// A sample of a model, from the baseline's ten milliseconds up to minutes, and down to microseconds.
    fn sample(template: Sample, first_arm: usize, model: u32, launch: u64) -> Sample {
        let factor = 1_u64 << (model / 2);
        let wall_ns = if model.is_multiple_of(2) { 10_000_000 * factor } else { 10_000_000 / factor };
        Sample {
            arm: first_arm as u64 + u64::from(model),
            place: u64::from(model),
            wall_ns: (wall_ns + launch).try_into().unwrap(),
            ..template
        }
    }

    /// A study of `models` models on `tasks` tasks.
    fn crowd(models: u32, tasks: usize) -> Recording {
        let mut crowd = recording(16, 50);
        let study = crowd.study.as_mut().unwrap();
        let (task, arm) = (study.workloads.remove(0), study.arms[0].clone());
        let launches = std::mem::take(&mut study.launches);
        study.arms.clear();
        for at in 0..tasks {
            let name = format!("a-task-of-a-rather-long-name-{at}");
            let first = study.arms.len();
            study.arms.extend((0..models).map(|model| Arm { id: id(&name, model), ..arm.clone() }));
            for launch in &launches {
                let mut launch = Launch { workload: name.clone(), ..launch.clone() };
                let samples = &mut launch.rounds[0].samples;
                let template = samples[0];
                samples.clear();
                samples.extend((0..models).map(|model| sample(template, first, model, launch.number)));
                study.launches.push(launch);
            }
            // Every second task waits, so that it has a chart of CPU use.
            let kind = if at % 2 == 1 { Kind::Waits } else { Kind::Computes };
            study.workloads.push(WorkloadEntry { name, kind, ..task.clone() });
        }
        crowd
    }

    /// Recordings of crowds: studies, several core counts, costs and interpreters.
    fn crowds() -> Vec<Vec<Recording>> {
        let mut crowds = vec![inside()];
        for (models, tasks) in [(1, 1), (2, 12), (24, 1), (24, 12), (40, 30)] {
            crowds.push(vec![crowd(models, tasks)]);
        }
        let mut cores = vec![crowd(24, 2), crowd(24, 2), crowd(24, 2)];
        for (recording, cores) in cores.iter_mut().zip([1, 2, 4]) {
            on_one_machine(recording);
            recording.environment.cores = cores;
        }
        crowds.push(cores);
        let mut costs = inside().into_iter().find(|recording| recording.costs.is_some()).unwrap();
        let study = crowd(24, 6).study.unwrap();
        costs.costs.as_mut().unwrap().sizes = vec![Sizes { series: "grains".into(), study }];
        crowds.push(vec![costs]);
        let mut interpreters = Vec::new();
        for (tag, gil) in [("3.11", true), ("3.13", true), ("3.13t", false), ("3.14", true), ("3.14t", false)]
        {
            interpreters.push(python(tag, tag, gil, 60));
        }
        interpreters.iter_mut().for_each(on_one_machine);
        crowds.push(interpreters);
        for models in [8, 24] {
            crowds.push(vec![crowd_of_arrivals(models)]);
            crowds.push(vec![crowd_of_map(models)]);
        }
        crowds
    }

    /// Jobs that came over time to models that lie close together; every eighth can't keep up.
    fn crowd_of_arrivals(models: u64) -> Recording {
        let mut served = Vec::new();
        for model in 0..models {
            let (limit, capacity) = if model % 8 == 7 { (1, 1_000) } else { (2, 2_000) };
            let name = format!("a-model-of-a-long-name-{model}");
            served.push(Served::new(&name, limit, capacity, 105 + model / 2));
        }
        arrivals_of(&served, &[20, 50, 80, 95])
    }

    /// Points close together, each with as many of the models among the best as its number says.
    fn crowd_of_map(models: u64) -> Recording {
        let mut names = vec!["sequential".to_owned()];
        names.extend((1..models).map(|model| format!("a-model-of-a-long-name-{model}")));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut points = Vec::new();
        for jobs in [1, 24, 200, 1_000] {
            for wait_percent in [0, 25, 50, 75, 99] {
                for job_us in [10, 31, 100, 316, 420, 1_000, 100_000] {
                    points.push([jobs, wait_percent, job_us]);
                }
            }
        }
        let mut times = Vec::new();
        for number in 0..points.len() as u64 {
            times.push((0..models).map(|model| if model <= number % models { 100 } else { 300 }).collect());
        }
        let made: Vec<_> = points.into_iter().zip(times.iter().map(Vec::as_slice)).collect();
        map_of(&names, &made, 16)
    }

    fn on_one_machine(recording: &mut Recording) {
        let environment = &mut recording.environment;
        environment.cpu_model = Some("a processor".into());
        environment.physical_cores = Some(4);
        environment.memory_bytes = Some(1 << 30);
    }

    /// The charts of all crowds, in every mode.
    fn drawn_crowds() -> Vec<(String, String)> {
        crowds().iter().flat_map(|recordings| drawn(recordings)).collect()
    }

    /// The boxes of the marks of a chart: cells and bars, dots, and markers of models. What dots stand on is none.
    fn marks(document: &Document<'_>) -> Vec<[f64; 4]> {
        let mut marks = Vec::new();
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            let class = node.attribute("class").unwrap_or_default();
            if is_region(&node, class) {
                continue;
            }
            let mut mark = match node.tag_name().name() {
                "rect" if class != "ground" => {
                    let [x, y] = ["x", "y"].map(|key| number(&node, key));
                    [x, y, x + number(&node, "width"), y + number(&node, "height")]
                }
                "circle" => {
                    let [x, y, r] = ["cx", "cy", "r"].map(|key| number(&node, key));
                    [x - r, y - r, x + r, y + r]
                }
                "path" if node.attribute("fill") != Some("none") && !class.starts_with("mark") => {
                    outline(node.attribute("d").unwrap())
                }
                _ => continue,
            };
            for transform in node.ancestors().filter_map(|node| node.attribute("transform")) {
                mark = transformed(mark, transform);
            }
            marks.push(mark);
        }
        marks
    }

    /// Whether it is the ground of a region of a map, or a part of it.
    fn is_region(node: &roxmltree::Node<'_, '_>, class: &str) -> bool {
        let is_hatch = node.tag_name().name() == "path" && class == Color::Bar.class();
        is_hatch || (0..GROUPS).any(|group| class == Color::Group(group).class())
    }

    /// The extent of a marker: a circle, or lines between corners.
    fn outline(path: &str) -> [f64; 4] {
        let numbers: Vec<f64> =
            path.split([' ', 'M', 'L', 'A', 'Z']).filter_map(|number| number.parse().ok()).collect();
        if path.contains('A') {
            let [left, y, radius] = [0, 1, 2].map(|at| numbers[at]);
            return [left, y - radius, left + 2.0 * radius, y + radius];
        }
        let mut extent = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        for corner in numbers.chunks_exact(2) {
            extent = [
                extent[0].min(corner[0]),
                extent[1].min(corner[1]),
                extent[2].max(corner[0]),
                extent[3].max(corner[1]),
            ];
        }
        extent
    }

    /// The share of the smaller mark that both have.
    fn shared([left, top, right, bottom]: [f64; 4], [from, upper, to, lower]: [f64; 4]) -> f64 {
        let width = (right.min(to) - left.max(from)).max(0.0);
        let height = (bottom.min(lower) - top.max(upper)).max(0.0);
        let areas = [(right - left) * (bottom - top), (to - from) * (lower - upper)];
        width * height / areas[0].min(areas[1])
    }

    #[test]
    fn no_mark_covers_half_of_another() {
        let (mut charts, mut boxes) = (0, 0);
        for (name, svg) in drawn_crowds() {
            let document = Document::parse(&svg).unwrap();
            let marks = marks(&document);
            (charts, boxes) = (charts + 1, boxes + marks.len());
            for (at, one) in marks.iter().enumerate() {
                for other in &marks[at + 1..] {
                    assert!(shared(*one, *other) < 0.5, "{name}: {one:?} and {other:?}");
                }
            }
        }
        assert!(charts > 100 && boxes > 20 * charts, "{charts} charts with {boxes} marks");
    }

    /// A number of an element.
    fn number(node: &roxmltree::Node<'_, '_>, key: &str) -> f64 {
        node.attribute(key).unwrap().parse().unwrap()
    }

    /// A text and its extent in chart units: its left, upper, right and lower end.
    fn extent<'a>(node: &roxmltree::Node<'a, '_>) -> (&'a str, [f64; 4]) {
        let text = node.text().unwrap_or_default();
        let (x, y, size) = (number(node, "x"), number(node, "y"), number(node, "font-size"));
        // The average letter width of this font.
        let width = 0.53 * size * text.chars().count() as f64;
        let left = match node.attribute("text-anchor") {
            Some("end") => x - width,
            Some("middle") => x - width / 2.0,
            _ => x,
        };
        let mut extent = [left, y - 0.75 * size, left + width, y];
        for transform in node.ancestors().filter_map(|node| node.attribute("transform")) {
            extent = transformed(extent, transform);
        }
        (text, extent)
    }

    /// The extent of what is shifted down, or turned about its start to read upwards.
    fn transformed([left, top, right, bottom]: [f64; 4], transform: &str) -> [f64; 4] {
        if transform.starts_with("rotate(-90 ") {
            return [left - (bottom - top), bottom - (right - left), left, bottom];
        }
        let shift = transform.strip_prefix("translate(0 ").and_then(|rest| rest.strip_suffix(')'));
        let shift: f64 = shift.unwrap().parse().unwrap();
        [left, top + shift, right, bottom + shift]
    }

    #[test]
    fn text_never_overlaps_or_leaves_chart() {
        for (name, svg) in drawn_crowds() {
            let document = Document::parse(&svg).unwrap();
            let (width, height) =
                (number(&document.root_element(), "width"), number(&document.root_element(), "height"));
            let nodes = document.descendants().filter(|node| node.tag_name().name() == "text");
            let extents: Vec<(&str, [f64; 4])> = nodes.map(|node| extent(&node)).collect();
            for (at, (text, [left, top, right, bottom])) in extents.iter().enumerate() {
                let is_inside = *left >= -1.0 && *right <= width + 1.0 && *top >= 0.0 && *bottom <= height;
                assert!(is_inside, "{name}: {text:?} from {left}, {top} to {right}, {bottom}");
                for (other, [from, upper, to, lower]) in &extents[at + 1..] {
                    let is_apart = right <= from || to <= left || bottom <= upper || lower <= top;
                    assert!(is_apart, "{name}: {text:?} stands on {other:?}");
                }
            }
        }
    }

    #[test]
    fn missing_chart_data_is_explained() {
        let nothing = Recording { study: None, ..recording(1, 50) };
        let mut names = Vec::new();
        for drawn in charts(&Analysed::all(&[nothing])) {
            let Err(why) = drawn else { panic!("a chart of nothing") };
            assert!(why.contains("(bakeoff "), "{why}");
            names.extend(why.split_once(':').map(|(name, _)| name));
        }
        assert_eq!(
            names,
            ["matrix", "gil", "cpu", "knee", "cost", "break-even", "arrivals", "map", "scaling"]
        );
    }
}
