//! The kinds of charts, one file and one line each.

use crate::analysis::analysed::Analysed;
use crate::record::schema::Recording;
use crate::report::chart::kind::{Drawn, Kind, draw_kinds};
use crate::report::chart::{arrivals, beyond, break_even, cost, cpu, gil, map, matrix, scaling};

/// The kinds of charts that need nothing but a recording, in the order in which pages show them.
pub const KINDS: &[Kind] = &[
    matrix::NATIVE,
    matrix::INTERPRETED,
    gil::KIND,
    cpu::KIND,
    cost::KIND,
    beyond::KIND,
    break_even::KIND,
    arrivals::KIND,
    map::KIND,
    scaling::KIND,
];

/// Every chart of `recordings`, or why there is none of its kind.
pub fn charts(recordings: &[Recording]) -> Vec<Drawn> {
    draw_kinds(KINDS, &Analysed::all(recordings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::report::chart::palette::Mode;

    /// The charts of a study, in one mode.
    fn drawn(recording: Recording) -> Vec<String> {
        charts(&[recording]).iter().flatten().map(|chart| chart.svg(Mode::Auto)).collect()
    }

    /// The number of elements of `charts` but their lines of text: a long text has several.
    fn elements(charts: &[String]) -> Vec<usize> {
        let mut counts = Vec::new();
        for svg in charts {
            let document = roxmltree::Document::parse(svg).unwrap();
            let elements =
                document.descendants().filter(|node| node.is_element() && node.tag_name().name() != "text");
            counts.push(elements.count());
        }
        counts
    }

    #[test]
    fn every_kind_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/chart");
        let mut kinds = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                kinds += std::fs::read_to_string(path).unwrap().matches(": Kind\x20=").count();
            }
        }
        assert_eq!(kinds, KINDS.len());
    }

    #[test]
    fn hostile_names_stay_text() {
        let mut hostile = recording(16, 50);
        let study = hostile.study.as_mut().unwrap();
        let name = "</text><script>alert(1)</script>\u{202e}\u{0}&quot;";
        study.workloads[0].name = name.into();
        for arm in &mut study.arms {
            arm.id = arm.id.replace("hash", name);
        }
        for launch in &mut study.launches {
            launch.workload = name.into();
        }
        hostile.environment.cpu_model = Some("<!-- ]]> \u{7}".into());
        let hostile = drawn(hostile);
        assert!(!hostile.is_empty());
        assert_eq!(elements(&hostile), elements(&drawn(recording(16, 50))));
        let text = hostile.concat();
        assert!(!text.contains("<script") && !text.contains('\u{202e}'));
    }

    #[test]
    fn extreme_and_empty_intervals_are_drawn() {
        for (launches, percent) in [(16, 5_000), (16, 1), (3, 50), (1, 50)] {
            for svg in drawn(recording(launches, percent)) {
                assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
            }
        }
    }

    #[test]
    fn recordings_on_fewer_cores_come_last() {
        let whole = recording(16, 50);
        let mut limited = whole.clone();
        limited.environment.cores = 1;
        limited.environment.limited_by = Some("a mask of 1 core".into());
        let Ok(matrix) = charts(&[limited, whole]).remove(0) else { panic!("no chart") };
        assert!(matrix.title.contains("on 2 cores"), "{}", matrix.title);
    }

    #[test]
    fn matrix_of_sample_data() {
        insta::assert_snapshot!(drawn(recording(16, 50))[0]);
    }
}
