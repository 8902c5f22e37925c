//! The post's claims about two things at the exact same time.

use crate::post::claims::story::MeasuredStory;
use crate::post::claims::thresholds::{HARDLY, NEARLY_ALL};
use crate::post::claims::words::{headings::PARALLELISM, quote};
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, cores, each};
use crate::record::figure::Figure;

const STORY: Needs = Needs::Story("music");

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "K14",
        says: quote("Tasks run at the exact same time on multiple CPUs", PARALLELISM),
        decided_by: "trace: spans of two jobs on different cores at one instant",
        needs: &[STORY],
        judge: |m| {
            each(["threads", "processes"], |model| {
                on_two_cores(format!("two jobs under {model}"), music(m, model), |music| {
                    let apart = music.share(Figure::ApartNs, Figure::ComputingNs).above(HARDLY);
                    apart
                        .shows(|it| format!("on different cores at once for {:.0} % of the time", it * 100.0))
                })
            })
        },
    },
    Claim {
        id: "K15",
        says: quote(
            "It's like your OS running the music player on Core 1, and Firefox on Core 2.",
            PARALLELISM,
        ),
        decided_by: "trace of two processes that nobody pinned, in several runs, with nothing beside them and with a computing thread for each core: which core, when, and moves",
        needs: &[STORY],
        judge: |m| {
            let mut cases = vec![];
            for (beside, arrangement) in
                [("an idle machine", "pinned=no"), ("a busy machine", "pinned=no busy=yes")]
            {
                let music = m.story("music", arrangement, "processes");
                let name = format!("on different cores of {beside}");
                cases.push(on_two_cores(name, music, on_different_cores));
                cases.push(on_two_cores(format!("each on one core of {beside}"), music, each_on_its_own));
            }
            cases
        },
    },
    Claim {
        id: "K16",
        says: quote(
            "Think examples like real-time simulations, machine learning model training, etc.",
            PARALLELISM,
        ),
        decided_by: "number crunching and rendering over numbers of cores: they stand for both, since no workload here is a simulation or a training",
        needs: &[Needs::Cores],
        judge: |m| {
            let mut cases = cores::crunching_rises(m);
            let why = "no workload here is one, number crunching and rendering stand for them";
            cases.push(Case::missing("simulation and training themselves", why));
            cases
        },
    },
];

/// Two jobs that compute, on cores of the system's choice.
fn music<'a>(m: &Measurements<'a>, model: &str) -> MeasuredStory<'a> {
    m.story("music", "pinned=no", model)
}

/// A case that one core can't show.
fn on_two_cores(
    name: String,
    music: MeasuredStory<'_>,
    result: fn(MeasuredStory<'_>) -> Option<CaseResult>,
) -> Case {
    match music.cores() {
        Some(1) => Case::missing(name, "this machine has one core"),
        _ => STORY.case(name, result(music)),
    }
}

fn on_different_cores(music: MeasuredStory<'_>) -> Option<CaseResult> {
    let apart = music.share(Figure::ApartNs, Figure::TogetherNs).at_least(NEARLY_ALL);
    apart.shows(|it| format!("of the time that both compute, {:.0} % on different cores", it * 100.0))
}

fn each_on_its_own(music: MeasuredStory<'_>) -> Option<CaseResult> {
    let stay = music.figure(Figure::Migrations).is(0.0);
    stay.shows(|moves| format!("{moves:.0} moves to another core"))
}
