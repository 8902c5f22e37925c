//! The post's claims about two things at the exact same time.

use crate::post::claims::measurements::MeasuredStory;
use crate::post::claims::thresholds::{HARDLY, NEARLY_ALL};
use crate::post::claims::{Claim, Measurements, Needs, cores, each};
use crate::record::figure::Figure;

const STORY: Needs = Needs::Story("music");

const AT: &str = "Cute Kitchen Analogy, 4. Parallelism";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "K14",
        says: "Parallel is at the exact same time on several CPUs",
        at: AT,
        decided_by: "trace: spans of two jobs on different cores at one instant",
        needs: &[STORY],
        judge: |m| {
            each(["threads", "processes"], |model| {
                let apart = music(m, model).share(Figure::ApartNs, Figure::ComputingNs).above(HARDLY);
                let words = apart
                    .shows(|it| format!("on different cores at once for {:.0} % of the time", 100.0 * it));
                STORY.case(format!("two jobs under {model}"), words)
            })
        },
    },
    Claim {
        id: "K15",
        says: "The system runs music on one core and the browser on another",
        at: AT,
        decided_by: "trace of two processes that nobody pinned: which core, when, and moves",
        needs: &[STORY],
        judge: |m| {
            let music = music(m, "processes");
            let apart = music.share(Figure::ApartNs, Figure::TogetherNs).at_least(NEARLY_ALL);
            let stay = music.figure(Figure::Migrations).is(0.0);
            vec![
                STORY.case(
                    "on different cores",
                    apart.shows(|it| {
                        format!("of the time that both compute, {:.0} % on different cores", 100.0 * it)
                    }),
                ),
                STORY.case(
                    "each on its own core",
                    stay.shows(|moves| format!("{moves:.0} moves to another core")),
                ),
            ]
        },
    },
    Claim {
        id: "K16",
        says: "Simulations and model training are parallel",
        at: AT,
        decided_by: "number crunching over numbers of cores",
        needs: &[Needs::Cores],
        judge: cores::crunching_rises,
    },
];

/// Two jobs that compute, on cores of the system's choice.
fn music<'a>(m: &Measurements<'a>, model: &str) -> MeasuredStory<'a> {
    m.story("music", "pinned=no", model)
}
