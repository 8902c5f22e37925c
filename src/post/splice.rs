//! Inserts the results of a recording into a page, between markers; the rest of the page is unchanged.

use crate::post::claims::{Measurements, claims as all_claims};
use crate::post::ledger;
use crate::record::schema::Recording;
use crate::report::{costs, evidence, formats, platforms};

/// The possible parts of a page, by the name in their markers.
pub const PARTS: [&str; 5] = ["table", "evidence", "costs", "claims", "python"];

/// The line before a part.
pub fn begin(part: &str) -> String {
    format!("<!-- bakeoff: {part} begins -->")
}

/// The line after it.
pub fn end(part: &str) -> String {
    format!("<!-- bakeoff: {part} ends -->")
}

/// `page` with everything that `recordings` have for its markers; `None` if there is nothing to insert, or a
/// marker is
/// missing, duplicated or out of order.
pub fn splice(page: &str, recordings: &[Recording]) -> Option<String> {
    let mut spliced = None;
    for part in PARTS {
        let current = spliced.as_deref().unwrap_or(page);
        if let Some(text) = text(part, recordings).filter(|_| current.contains(&begin(part))) {
            spliced = Some(replace(current, part, &text)?);
        }
    }
    spliced
}

/// The content of a part from the first recording that has it; all of them decide claims.
pub fn text(part: &str, recordings: &[Recording]) -> Option<String> {
    let first = |of: fn(&Recording) -> Option<String>| recordings.iter().find_map(of);
    match part {
        "evidence" => first(evidence::markdown),
        "costs" => first(costs::markdown),
        "python" => first(platforms::post_markdown),
        "claims" => {
            first(|it| it.stories.as_ref().map(|_| String::new())).map(|_| telling_claims(recordings))
        }
        // Interpreters have a separate part.
        _ => first(|recording| recording.study.as_ref().map(|_| formats::native_markdown(recording, ""))),
    }
}

/// The most informative claims, for a page without room for all.
const TELLING: [&str; 13] = ["C1", "C3", "C12", "T3", "K3", "K4", "K7", "G2", "D2", "A2", "A3", "A9", "A11"];

fn telling_claims(recordings: &[Recording]) -> String {
    let numbers = Measurements::of(recordings);
    let all = ledger::judge(all_claims(), &numbers);
    let (telling, _): (Vec<_>, Vec<_>) =
        all.iter().cloned().partition(|(claim, _)| TELLING.contains(&claim.id));
    format!("{}\n{}\n", ledger::rows(&telling), ledger::summary(&all))
}

fn replace(page: &str, part: &str, text: &str) -> Option<String> {
    let (begin, end) = (begin(part), end(part));
    let (above, rest) = page.split_once(&begin)?;
    let (_, below) = rest.split_once(&end)?;
    let once = !rest.contains(&begin) && !below.contains(&end) && !above.contains(&end);
    once.then(|| format!("{above}{begin}\n{text}{end}{below}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::evidence::tests::evidence_record;
    use crate::record::read::tests::recording;

    #[test]
    fn splice_is_idempotent_between_markers() {
        let (begin, end) = (begin("table"), end("table"));
        let page = format!("above\n{begin}\nold\n{end}\nbelow\n");
        let spliced = splice(&page, &[recording(16, 50)]).unwrap();
        assert!(spliced.starts_with("above\n") && spliced.ends_with("\nbelow\n") && !spliced.contains("old"));
        assert!(spliced.contains("| hash: encrypting data | rayon/cores |"), "{spliced}");
        assert_eq!(splice(&spliced, &[recording(16, 50)]).unwrap(), spliced);
    }

    #[test]
    fn parts_missing_from_recording_are_kept() {
        let figures = [("in_flight", 24), ("threads", 2), ("child_processes", 0)];
        let evidence = [Recording {
            study: None,
            evidence: Some(vec![evidence_record([190; 9], 190, figures)]),
            ..recording(1, 50)
        }];
        let parts = PARTS.map(|part| format!("{}\nold {part}\n{}\n", begin(part), end(part))).concat();
        let spliced = splice(&parts, &evidence).unwrap();
        assert!(spliced.contains("old table") && !spliced.contains("old evidence"), "{spliced}");
        assert_eq!(splice("neither", &evidence), None);
    }

    #[test]
    fn rejects_missing_or_misordered_markers() {
        let (begin, end) = (begin("table"), end("table"));
        for page in [
            "",
            &begin,
            &end,
            &format!("{end}{begin}"),
            &format!("{begin}{begin}{end}"),
            &format!("{begin}{end}{end}"),
        ] {
            assert_eq!(splice(page, &[recording(16, 50)]), None, "{page}");
        }
    }
}
