//! A kind of chart: what it is drawn from, and what is said where no recording has that.

use crate::analysis::{analysed::Analysed, summary::Summary};
use crate::record::schema::Recording;
use crate::report::{chart::Chart, chart::interpreters::Interpreters, chart::legend::Marks};

/// A chart, or a sentence that explains its absence.
pub type Drawn = Result<Chart, &'static str>;

/// A kind of chart.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Draws its charts.
    pub charts: Charts,
    /// What is missing where there are none: its name, the data, and the command that measures it. Nothing is
    /// said if absent.
    pub missing: Option<&'static str>,
}

/// How the charts of a kind are drawn; they are none where the data is missing.
#[derive(Clone, Copy)]
pub enum Charts {
    /// From the first recording that has the data.
    OfFirst(fn(&Evaluated<'_>) -> Vec<Chart>),
    /// From each recording; of charts of one name, the first.
    OfEach(fn(&Evaluated<'_>) -> Vec<Chart>),
    /// From all recordings together.
    OfAll(fn(&[Evaluated<'_>]) -> Vec<Chart>),
}

/// A recording with what its charts have in common.
pub struct Evaluated<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// Its statistics and verdicts.
    pub summary: &'a Summary,
    /// The marks of the models of all recordings that are drawn together.
    pub marks: &'a Marks,
    /// Their interpreters.
    pub interpreters: &'a Interpreters,
}

impl Evaluated<'_> {
    /// An interpreter of this recording as a part of a file's name; those of one tag and other builds have several.
    pub fn name_of(&self, tag: &str) -> String {
        self.interpreters.name(self.recording, tag)
    }
}

impl Kind {
    fn draw(&self, recordings: &[Evaluated<'_>]) -> Vec<Chart> {
        match self.charts {
            Charts::OfAll(charts) => charts(recordings),
            Charts::OfEach(charts) => {
                let mut all: Vec<Chart> = Vec::new();
                for recording in recordings {
                    for chart in charts(recording) {
                        if all.iter().all(|other| other.name != chart.name) {
                            all.push(chart);
                        }
                    }
                }
                all
            }
            Charts::OfFirst(charts) => {
                for recording in recordings {
                    let charts = charts(recording);
                    if !charts.is_empty() {
                        return charts;
                    }
                }
                Vec::new()
            }
        }
    }
}

/// Every chart of `kinds` that `recordings` have, in the order of `kinds`. Recordings on fewer cores than the machine has come last:
/// by the names of their files they are often first.
pub fn draw_kinds(kinds: &[Kind], recordings: &[Analysed<'_>]) -> Vec<Drawn> {
    let marks = Marks::of(recordings.iter().map(|it| it.recording));
    let interpreters = Interpreters::of(recordings);
    let mut evaluated = Vec::new();
    for Analysed { recording, summary } in recordings {
        evaluated.push(Evaluated { recording, summary, marks: &marks, interpreters: &interpreters });
    }
    evaluated.sort_by_key(|it| it.recording.environment.limited_by.is_some());
    let mut drawn = Vec::new();
    for kind in kinds {
        let charts = kind.draw(&evaluated);
        match kind.missing {
            Some(missing) if charts.is_empty() => drawn.push(Err(missing)),
            _ => drawn.extend(charts.into_iter().map(Ok)),
        }
    }
    drawn
}
