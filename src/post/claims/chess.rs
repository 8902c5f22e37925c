//! The post's claims about the chess exhibition.

use crate::post::claims::measurements::Tale;
use crate::post::claims::thresholds::{HARDLY, NEAR, NEARLY_ALL, is_near};
use crate::post::claims::{Case, Claim, Measurements, Needs};

const STORY: Needs = Needs::Story("chess");

const POST: &str = "boards=24 exhibitors=1 order=ready think=fixed";

/// Seconds that a move takes.
const MOVE: f64 = 5.0;

/// Models that run all boards at once.
const MODELS: [&str; 2] = ["threads", "tokio-one"];

/// Boards of the sweep, which runs under threads.
const BOARDS: [u64; 9] = [1, 4, 8, 11, 12, 13, 16, 24, 48];

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "C1",
        says: "One exhibitor at 24 boards is done after 120 s x 30 = 3,600 s",
        at: "Asynchronous Chess Exhibition",
        decided_by: "wall time at scale and at the pace of her traced moves, within 5 %",
        needs: &[STORY],
        judge: |numbers| each_model(numbers, |tale| near(tale.seconds() / tale.pace(MOVE)?, 3_600.0, "s")),
    },
    Claim {
        id: "C2",
        says: "The exhibition is over when the exhibitor has made all her moves",
        at: "In the asynchronous version",
        decided_by: "trace: from her last move to the last event, against half a reply",
        needs: &[STORY],
        judge: |numbers| {
            let mut cases = each_model(numbers, |tale| {
                let after = tale.time("after_last_move_ns")?;
                Some((after < 55.0 / 2.0, format!("it goes on for {after:.1} s after her last move")))
            });
            cases.push(Case::new(
                "her last move",
                STORY,
                numbers
                    .story_run("chess", POST, MODELS[0])
                    .and_then(|tale| near(moving(tale)?, 3_600.0, "s to her last move")),
            ));
            cases
        },
    },
    Claim {
        id: "C3",
        says: "The exhibitor is the bottleneck, not her opponents",
        at: "TLDR",
        decided_by: "trace: the share of the time in which she moves, over 1 to 48 boards",
        needs: &[STORY],
        judge: |numbers| {
            let case = |boards: u64| {
                let found = swept(numbers, boards, 1).and_then(|tale| {
                    let busy = tale.share("computing_ns", "extent_ns")?;
                    Some((busy >= NEARLY_ALL, format!("she moves for {:.0} % of the time", 100.0 * busy)))
                });
                Case::new(format!("boards: {boards}"), STORY, found)
            };
            BOARDS.map(case).into()
        },
    },
    Claim {
        id: "C4",
        says: "The exhibition is a pipeline, and so it is parallel",
        at: "TLDR",
        decided_by: "trace: how many replies and how many moves there are at one instant",
        needs: &[STORY],
        judge: |numbers| {
            let tale = numbers.story_run("chess", POST, "threads");
            let at_once = |figure: &str| {
                let most = tale?.figure(figure)?;
                Some((most > 1.0, format!("{most:.0} at once")))
            };
            vec![
                Case::new("replies", STORY, at_once("waits_at_once")),
                Case::new("moves", STORY, at_once("computes_at_once")),
            ]
        },
    },
    Claim {
        id: "C5",
        says: "Opponents think while she is at other boards",
        at: "TLDR",
        decided_by: "trace: the share of her moving time in which somebody thinks",
        needs: &[STORY],
        judge: |numbers| {
            each_model(numbers, |tale| {
                let both = tale.share("both_ns", "computing_ns")?;
                Some((both >= NEARLY_ALL, format!("for {:.0} % of her moves", 100.0 * both)))
            })
        },
    },
    Claim {
        id: "C6",
        says: "A round of 24 boards takes her 24 x 5 = 120 s",
        at: "In the asynchronous version",
        decided_by: "trace: from her first move to her last, over 30 rounds, at the pace of her traced moves",
        needs: &[STORY],
        judge: |numbers| each_model(numbers, |tale| near(moving(tale)? / 30.0, 120.0, "s a round")),
    },
    Claim {
        id: "C7",
        says: "A game is 30 moves of hers and 30 replies",
        at: "One game needs",
        decided_by: "trace: count of events in 24 games, beside the digest of each",
        needs: &[STORY],
        judge: |numbers| {
            each_model(numbers, |tale| {
                let events = tale.figure("computes")? + tale.figure("waits")?;
                Some((events == 1_440.0, format!("{events:.0} events in 24 games")))
            })
        },
    },
    Claim {
        id: "C8",
        says: "An opponent has 120 s to think",
        at: "One game needs",
        decided_by: "trace: from leaving a board to the next move there, and from visit to visit",
        needs: &[STORY],
        judge: |numbers| {
            let tale = numbers.story_run("chess", POST, "threads");
            // In units of her own traced move, so that a slow machine affects neither.
            let in_moves = |extra: f64| {
                let tale = tale?;
                let a_move = tale.time("compute_ns")? / tale.figure("computes")?;
                let thinks = tale.time("thinks_ns")? / a_move + extra;
                Some(((thinks - 24.0).abs() < 0.5, format!("{thinks:.1} moves of 5 s, where 120 s are 24")))
            };
            vec![
                Case::new("from leaving to coming back", STORY, in_moves(0.0)),
                Case::new("from visit to visit", STORY, in_moves(1.0)),
            ]
        },
    },
    Claim {
        id: "C9",
        says: "Opponents never keep her waiting",
        at: "One game needs",
        decided_by: "trace: the share of the time between her first and last move in which she waits",
        needs: &[STORY],
        judge: |numbers| {
            let case = |name: &str, order: &str, think: &str| {
                let arrangement = format!("boards=24 exhibitors=1 order={order} think={think}");
                let found = numbers.story_run("chess", &arrangement, "tokio-one").and_then(|tale| {
                    let idle = tale.share("idle_ns", "extent_ns")?;
                    Some((idle <= HARDLY, format!("she waits for {:.1} % of the time", 100.0 * idle)))
                });
                Case::new(name, STORY, found)
            };
            vec![
                case("all think for 55 s", "ready", "fixed"),
                case("exponential times, she goes to whoever is ready", "ready", "exponential"),
                case("exponential times, she keeps her route", "route", "exponential"),
            ]
        },
    },
    Claim {
        id: "C10",
        says: "(55 - 5) x 30 x 24 is wrong: waits overlap, so nothing is to be multiplied by 24",
        at: "Why the other formula does not apply",
        decided_by: "wall time against that formula; trace: sums of waits and of moves",
        needs: &[STORY],
        judge: |numbers| {
            let tale = numbers.story_run("chess", POST, "threads");
            let waits = tale.and_then(|tale| {
                let times = tale.share("wait_ns", "extent_ns")?;
                Some((times > 2.0, format!("replies add up to {times:.1} times the exhibition")))
            });
            let formula = tale.map(|tale| {
                let seconds = tale.seconds();
                (
                    (seconds / 36_000.0 - 1.0).abs() > NEAR,
                    format!("{seconds:.0} s, and the formula gives 36,000 s"),
                )
            });
            let moves = tale.and_then(|tale| {
                let rounds = tale.time("compute_ns")? / (30.0 * 5.0);
                Some((rounds < 2.0, format!("her moves add up to {rounds:.1} x 30 x 5 s")))
            });
            vec![
                Case::new("the formula", STORY, formula),
                Case::new("replies are not multiplied", STORY, waits),
                Case::new("moves are not multiplied", STORY, moves),
            ]
        },
    },
    Claim {
        id: "C11",
        says: "A courier's rounds take as long as 30 rounds of her own work",
        at: "Pizza delivery",
        decided_by: "wall time of the same run under its other names, and with few houses",
        needs: &[Needs::Story("pizza"), STORY],
        judge: |numbers| {
            let case = |houses: u64, tale: Option<Tale<'_>>| {
                let rounds = 30.0 * 5.0 * houses as f64;
                Case::new(
                    format!("houses: {houses}"),
                    Needs::Story("pizza"),
                    tale.and_then(|tale| near(tale.seconds() / tale.pace(MOVE)?, rounds, "s")),
                )
            };
            let swept = [4, 12, 48].map(|houses| case(houses, swept(numbers, houses, 1)));
            let post = case(24, numbers.story_run("pizza", POST, "tokio-one"));
            std::iter::once(post).chain(swept).collect()
        },
    },
    Claim {
        id: "C12",
        says: "One board after the other takes 12 hours",
        at: "the talk and the article that the post answers",
        decided_by: "wall time of `sequential` at scale, within 5 %",
        needs: &[STORY],
        judge: |numbers| {
            let found = numbers
                .story_run("chess", POST, "sequential")
                .and_then(|tale| near(tale.seconds(), 43_200.0, "s"));
            vec![Case::new("sequential", STORY, found)]
        },
    },
    Claim {
        id: "C13",
        says: "Beyond the post: with more exhibitors it is over sooner",
        at: "-",
        decided_by: "wall time of 2, 3 and 4 exhibitors against that of one less",
        needs: &[STORY],
        judge: |numbers| {
            let case = |exhibitors: u64| {
                let pair = swept(numbers, 24, exhibitors - 1).zip(swept(numbers, 24, exhibitors));
                let found = pair.map(|(fewer, more)| {
                    let times = fewer.seconds() / more.seconds();
                    (
                        times > 1.0 + NEAR,
                        format!("{:.0} s, {times:.2} times as fast as with one less", more.seconds()),
                    )
                });
                Case::new(format!("exhibitors: {exhibitors}"), STORY, found)
            };
            [2, 3, 4].map(case).into()
        },
    },
];

fn swept<'a>(numbers: &Measurements<'a>, boards: u64, exhibitors: u64) -> Option<Tale<'a>> {
    numbers.story_run(
        "chess",
        &format!("boards={boards} exhibitors={exhibitors} order=ready think=fixed"),
        "threads",
    )
}

/// A case for each model that the post's exhibition runs under.
fn each_model(numbers: &Measurements<'_>, found: impl Fn(Tale<'_>) -> Option<(bool, String)>) -> Vec<Case> {
    let case =
        |model: &str| Case::new(model, STORY, numbers.story_run("chess", POST, model).and_then(&found));
    MODELS.map(case).into()
}

/// The time from her first move to the end of her last, in story seconds at the pace of her traced moves.
fn moving(tale: Tale<'_>) -> Option<f64> {
    Some((tale.time("extent_ns")? - tale.time("after_last_move_ns")?) / tale.pace(MOVE)?)
}

fn near(measured: f64, expected: f64, unit: &str) -> Option<(bool, String)> {
    let numbers = format!("{measured:.0} {unit}, against {expected:.0}");
    Some((is_near(measured, expected), numbers))
}
