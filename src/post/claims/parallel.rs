//! The post's claims about two things at the exact same time.

use crate::post::claims::thresholds::{HARDLY, NEARLY_ALL};
use crate::post::claims::{Case, Claim, Needs, cores};

const STORY: Needs = Needs::Story("music");

const AT: &str = "Cute Kitchen Analogy, 4. Parallelism";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "K14",
        says: "Parallel is at the exact same time on several CPUs",
        at: AT,
        decided_by: "trace: spans of two jobs on different cores at one instant",
        needs: &[STORY],
        judge: |numbers| {
            let apart = |model: &str| {
                let found = numbers.story_run("music", "pinned=no", model).and_then(|tale| {
                    let apart = tale.share("apart_ns", "computing_ns")?;
                    Some((
                        apart > HARDLY,
                        format!("on different cores at once for {:.0} % of the time", 100.0 * apart),
                    ))
                });
                Case::new(format!("two jobs under {model}"), STORY, found)
            };
            ["threads", "processes"].map(apart).into()
        },
    },
    Claim {
        id: "K15",
        says: "The system runs music on one core and the browser on another",
        at: AT,
        decided_by: "trace of two processes that nobody pinned: which core, when, and moves",
        needs: &[STORY],
        judge: |numbers| {
            let tale = numbers.story_run("music", "pinned=no", "processes");
            let apart = tale.and_then(|tale| {
                let apart = tale.share("apart_ns", "together_ns")?;
                Some((
                    apart >= NEARLY_ALL,
                    format!("of the time that both compute, {:.0} % on different cores", 100.0 * apart),
                ))
            });
            let stay = tale.and_then(|tale| {
                let moves = tale.figure("migrations")?;
                Some((moves == 0.0, format!("{moves:.0} moves to another core")))
            });
            vec![
                Case::new("on different cores", STORY, apart),
                Case::new("each on its own core", STORY, stay),
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
