//! Inserts the results of a recording into a page, between markers; the rest of the page is unchanged.

use crate::analysis::analysed::Analysed;
use crate::post::{claims::ClaimVerdict, ledger};
use crate::record::schema::Recording;
use crate::report::{beyond, block::Block, costs, evidence, export::markdown, platforms, study};

/// A part of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The answer: sentences and a table.
    Answer,
    /// The tools, with what the evidence shows of them.
    Tools,
    /// The main costs.
    Costs,
    /// What it costs to leave the process.
    Beyond,
    /// The most informative claims.
    Claims,
    /// The post's table of Python's tools.
    Python,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 6] =
        [Part::Answer, Part::Tools, Part::Costs, Part::Beyond, Part::Claims, Part::Python];

    /// Its name in markers.
    pub fn name(self) -> &'static str {
        match self {
            Part::Answer => "answer",
            Part::Tools => "tools",
            Part::Costs => "costs",
            Part::Beyond => "beyond",
            Part::Claims => "claims",
            Part::Python => "python",
        }
    }

    /// What a recording has for it; all recordings together decide claims, and say what leaving the process costs.
    fn blocks(self, of: &Analysed<'_>) -> Option<Vec<Block>> {
        match self {
            Part::Answer => study::answer(of),
            Part::Tools => evidence::tools(of),
            Part::Costs => costs::narrow(of),
            Part::Beyond | Part::Claims => None,
            Part::Python => platforms::advice(of),
        }
    }
}

/// The line before a part.
pub fn begin(part: Part) -> String {
    format!("<!-- bakeoff: {} begins -->", part.name())
}

/// The line after it.
pub fn end(part: Part) -> String {
    format!("<!-- bakeoff: {} ends -->", part.name())
}

/// `page` with everything that `recordings` have for its markers; `None` if there is nothing to insert, or a marker is
/// missing, duplicated or out of order.
pub fn splice(page: &str, recordings: &[Recording]) -> Option<String> {
    let recordings = &Analysed::all(recordings)[..];
    let mut spliced = None;
    for part in Part::ALL {
        let current = spliced.as_deref().unwrap_or(page);
        if current.contains(&begin(part))
            && let Some(text) = text(part, recordings)
        {
            spliced = Some(replace(current, part, &text)?);
        }
    }
    spliced
}

/// The content of a part from the first recording that has it; all of them decide claims.
pub fn text(part: Part, recordings: &[Analysed<'_>]) -> Option<String> {
    if part == Part::Claims {
        let has_stories = recordings.iter().any(|it| it.recording.stories.is_some());
        return has_stories.then(|| telling_claims(recordings));
    }
    if part == Part::Beyond {
        let block = beyond::block(recordings.iter().map(|it| it.recording))?;
        return Some(markdown::blocks(&[block]));
    }
    for recording in recordings {
        if let Some(blocks) = part.blocks(recording) {
            return Some(markdown::blocks(&blocks));
        }
    }
    None
}

/// The claims of most interest whose verdict has a condition, for a page without room for all; those that are false or contradict
/// themselves are all there.
const TELLING: [&str; 3] = ["G1", "G2", "A2"];

fn telling_claims(recordings: &[Analysed<'_>]) -> String {
    let all = ledger::judge_all(recordings);
    let mut telling = all.clone();
    telling.retain(|(claim, judgement)| {
        let is_told = match judgement.verdict {
            ClaimVerdict::False | ClaimVerdict::ContradictsItself => true,
            ClaimVerdict::Qualified => TELLING.contains(&claim.id),
            _ => false,
        };
        claim.is_of_the_post() && is_told
    });
    format!("{}\n{}\n", ledger::sentences(&telling), ledger::summary(&all))
}

fn replace(page: &str, part: Part, text: &str) -> Option<String> {
    let (begin, end) = (begin(part), end(part));
    let (above, rest) = page.split_once(&begin)?;
    let (_, below) = rest.split_once(&end)?;
    let once = !rest.contains(&begin) && !below.contains(&end) && !above.contains(&end);
    // The lines of a page all end alike.
    let ending = if rest.starts_with("\r\n") { "\r\n" } else { "\n" };
    let inserted = format!("\n{text}").replace('\n', ending);
    once.then(|| format!("{above}{begin}{inserted}{end}{below}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::evidence::tests::evidence_record;
    use crate::record::read::tests::recording;

    #[test]
    fn splice_is_idempotent_between_markers() {
        let (begin, end) = (begin(Part::Answer), end(Part::Answer));
        let page = format!("above\n{begin}\nold\n{end}\nbelow\n");
        let spliced = splice(&page, &[recording(16, 50)]).unwrap();
        assert!(spliced.starts_with("above\n") && spliced.ends_with("\nbelow\n") && !spliced.contains("old"));
        assert!(spliced.contains("| hash: encrypting data | rayon |"), "{spliced}");
        assert_eq!(splice(&spliced, &[recording(16, 50)]).unwrap(), spliced);
    }

    #[test]
    fn line_endings_of_the_page_are_kept() {
        let (begin, end) = (begin(Part::Answer), end(Part::Answer));
        let page = format!("above\r\n{begin}\r\nold\r\n{end}\r\nbelow\r\n");
        let spliced = splice(&page, &[recording(16, 50)]).unwrap();
        assert_eq!(spliced.matches('\n').count(), spliced.matches("\r\n").count(), "{spliced:?}");
        assert!(spliced.contains("| rayon |") && !spliced.contains("\r\r"));
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
        let parts =
            Part::ALL.map(|part| format!("{}\nold {}\n{}\n", begin(part), part.name(), end(part))).concat();
        let spliced = splice(&parts, &evidence).unwrap();
        assert!(spliced.contains("old answer") && !spliced.contains("old tools"), "{spliced}");
        assert_eq!(splice("neither", &evidence), None);
    }

    #[test]
    fn rejects_missing_or_misordered_markers() {
        let (begin, end) = (begin(Part::Answer), end(Part::Answer));
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
