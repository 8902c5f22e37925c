//! The post's claims about the chess exhibition.

use crate::post::claims::exhibition::{as_predicted, predicted, she_binds};
use crate::post::claims::measured::Measured;
use crate::post::claims::story::MeasuredStory;
use crate::post::claims::thresholds::{HARDLY, NEAR, NEARLY_ALL};
use crate::post::claims::words::headings::{ASYNCHRONOUS, ONE_GAME, OTHER_FORMULA, PIZZA as COURIER, TLDR};
use crate::post::claims::words::{of_the_talk, our_own, quote};
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, each};
use crate::post::story::exhibition::{MOVE, PAIRS, REPLY};
use crate::record::figure::Figure;
use crate::stats::spread::Spread;

const STORY: Needs = Needs::Story("chess");
const PIZZA: Needs = Needs::Story("pizza");

const POST: &str = "boards=24 exhibitors=1 order=ready think=fixed";

/// Models that run all boards at once.
const MODELS: [&str; 2] = ["threads", "tokio-one"];

/// Boards on both sides of the 12 at which her moves take a round as long as a move and a reply. At 12 itself both bind.
const BOARDS: [u64; 8] = [1, 4, 8, 11, 13, 16, 24, 48];

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "C1",
        says: quote("30 moves/game * 120s/move cycle = 3600 seconds", ONE_GAME),
        decided_by: "wall time at scale and at the pace of her traced moves, within 5 %",
        needs: &[STORY],
        judge: |m| each_model(m, |it| at_pace(it).near(3_600.0).shows(against(3_600.0, "s"))),
    },
    Claim {
        id: "C2",
        says: quote("Total time = Judit's total effort", ONE_GAME),
        decided_by: "trace: from her last move to the last event, against half a reply",
        needs: &[STORY],
        judge: |m| {
            let her_last = moving(post(m, MODELS[0])).near(3_600.0).shows(against(3_600.0, "s"));
            let mut cases = each_model(m, |it| {
                let after = it.time(Figure::AfterLastMoveNs);
                after.below(REPLY / 2.0).shows(|s| format!("it goes on for {s:.1} s after her last move"))
            });
            for case in &mut cases {
                case.name = format!("the end under {}", case.name);
            }
            cases.push(STORY.case("her last move", her_last));
            cases
        },
    },
    Claim {
        id: "C3",
        says: quote("Judit is the bottleneck, not the opponents", TLDR),
        decided_by: "wall time at 1 to 48 boards: as her moves alone give it, or as the replies do, at the pace of her traced moves",
        needs: &[STORY],
        judge: |m| {
            each(BOARDS, |boards| STORY.case(boards_in_words(boards), she_binds(swept(m, boards, 1), boards)))
        },
    },
    Claim {
        id: "C4",
        says: quote("The whole system is pipelined-parallelized", TLDR),
        decided_by: "trace: how many replies and how many moves there are at one instant",
        needs: &[STORY],
        judge: |m| {
            let play = post(m, "threads");
            vec![
                STORY.case("replies", several_at_once(&play.figure(Figure::WaitsAtOnce))),
                STORY.case("moves", several_at_once(&play.figure(Figure::ComputesAtOnce))),
            ]
        },
    },
    Claim {
        id: "C5",
        says: quote("The opponents think during the time she's playing others.", TLDR),
        decided_by: "trace: the share of her moving time in which somebody thinks",
        needs: &[STORY],
        judge: |m| {
            each_model(m, |it| {
                let both = it.share(Figure::BothNs, Figure::ComputingNs);
                both.at_least(NEARLY_ALL).shows(|both| format!("for {:.0} % of her moves", both * 100.0))
            })
        },
    },
    Claim {
        id: "C6",
        says: quote("That takes her 24 * 5 = 120s (2 minutes per full round of 24 boards).", ASYNCHRONOUS),
        decided_by: "trace: from her first move to her last, over 30 rounds, at the pace of her traced moves",
        needs: &[STORY],
        judge: |m| {
            into_checks(each_model(m, |it| {
                moving(it)
                    .map(|seconds| seconds / PAIRS as f64)
                    .near(120.0)
                    .passes(against(120.0, "s a round"))
            }))
        },
    },
    Claim {
        id: "C7",
        says: quote("30 moves by Judit. ... 30 moves by the opponent.", ONE_GAME),
        decided_by: "trace: count of events in 24 games, beside the digest of each",
        needs: &[STORY],
        judge: |m| {
            into_checks(each_model(m, |it| {
                let events = it.figure(Figure::Computes) + it.figure(Figure::Waits);
                events.is(1_440.0).passes(|events| format!("{events:.0} events in 24 games"))
            }))
        },
    },
    Claim {
        id: "C8",
        says: quote("So every opponent gets 120 seconds of think time before she returns.", ONE_GAME),
        decided_by: "trace: 115 s, which are 23 moves, from leaving a board to the next move there, and 120 s from visit to visit",
        needs: &[STORY],
        judge: |m| {
            let play = post(m, "threads");
            // In units of her own traced move, so that a slow machine affects neither.
            let thinks = play.time(Figure::ThinksNs) / play.step();
            vec![
                STORY.check("from leaving to coming back", in_moves(&thinks, 23.0)),
                STORY.check("from visit to visit", in_moves(&thinks.map(|moves| moves + 1.0), 24.0)),
            ]
        },
    },
    Claim {
        id: "C9",
        says: quote("They don't delay her.", ONE_GAME),
        decided_by: "trace: the share of the time between her first and last move in which she waits",
        needs: &[STORY],
        judge: |m| {
            vec![
                she_waits(m, "55 s for every reply", "order=ready think=fixed"),
                she_waits(
                    m,
                    "exponential times if she goes to the boards that are ready",
                    "order=ready think=exponential",
                ),
                she_waits(m, "exponential times if she keeps her route", "order=route think=exponential"),
            ]
        },
    },
    Claim {
        id: "C10",
        says: quote(
            "So multiplying by 24 is unnecessary because the time isn't additive, it's overlapping.",
            OTHER_FORMULA,
        ),
        decided_by: "wall time against the closed form in which replies overlap, within 5 %; trace: sums of waits and of moves",
        needs: &[STORY],
        judge: nothing_is_multiplied,
    },
    Claim {
        id: "C11",
        says: quote("The total time is just how long she takes to cycle 30 times.", COURIER),
        decided_by: "wall time of the same run under its other names, and with few houses; at her traced pace where she binds",
        needs: &[PIZZA, STORY],
        judge: |m| {
            let mut cases = vec![rounds_take(24, m.story("pizza", POST, "tokio-one"))];
            cases.extend(each([4, 16, 48], |houses| rounds_take(houses, swept(m, houses, 1))));
            cases
        },
    },
    Claim {
        id: "C12",
        says: of_the_talk("One board after the other takes 12 hours"),
        decided_by: "wall time of `sequential` at scale, within 5 %",
        needs: &[STORY],
        judge: |m| {
            vec![STORY.check(
                "sequential",
                post(m, "sequential").seconds().near(43_200.0).passes(against(43_200.0, "s")),
            )]
        },
    },
    Claim {
        id: "C13",
        says: our_own("With more exhibitors it is over sooner"),
        decided_by: "wall time of 2, 3 and 4 exhibitors against that of one less, where both are within 5 % of their closed form",
        needs: &[STORY],
        judge: |m| each([2, 3, 4], |exhibitors| faster_than_with_one_less(m, exhibitors)),
    },
];

/// The post's exhibition.
fn post<'a>(m: &Measurements<'a>, model: &str) -> MeasuredStory<'a> {
    m.story("chess", POST, model)
}

/// The exhibition with other numbers of boards and exhibitors.
fn swept<'a>(m: &Measurements<'a>, boards: u64, exhibitors: u64) -> MeasuredStory<'a> {
    let arrangement = format!("boards={boards} exhibitors={exhibitors} order=ready think=fixed");
    m.story("chess", &arrangement, "threads")
}

/// A case for each model that the post's exhibition runs under.
fn each_model(m: &Measurements<'_>, result: impl Fn(MeasuredStory<'_>) -> Option<CaseResult>) -> Vec<Case> {
    each(MODELS, |model| STORY.case(model, result(post(m, model))))
}

fn into_checks(cases: Vec<Case>) -> Vec<Case> {
    cases.into_iter().map(Case::into_check).collect()
}

/// Its duration in story seconds of her pace: those in which her traced move takes five.
fn at_pace(play: MeasuredStory<'_>) -> Measured {
    play.seconds().zip(&play.step(), |seconds, step| seconds / (step / MOVE))
}

/// The time from her first move to the end of her last, in story seconds at the pace of her traced moves.
fn moving(play: MeasuredStory<'_>) -> Measured {
    let moving = play.time(Figure::ExtentNs) - play.time(Figure::AfterLastMoveNs);
    moving.zip(&play.step(), |seconds, step| seconds / (step / MOVE))
}

/// A measured number beside the expected one.
fn against(expected: f64, unit: &str) -> impl Fn(Spread) -> String {
    move |measured| format!("{measured:.0} {unit}, against {expected:.0}")
}

fn boards_in_words(boards: u64) -> String {
    if boards == 1 { "1 board".into() } else { format!("{boards} boards") }
}

fn several_at_once(most: &Measured) -> Option<CaseResult> {
    most.above(1.0).shows(|most| format!("{most:.0} at once"))
}

/// Whether a time is that of this many moves.
fn in_moves(thinks: &Measured, moves: f64) -> Option<CaseResult> {
    thinks.rounds_to(moves).passes(|thinks| format!("{thinks:.1} moves of 5 s"))
}

/// Whether her opponents hardly keep her waiting.
fn she_waits(m: &Measurements<'_>, name: &str, order_and_think: &str) -> Case {
    let play = m.story("chess", &format!("boards=24 exhibitors=1 {order_and_think}"), "tokio-one");
    let idle = play.share(Figure::IdleNs, Figure::ExtentNs).at_most(HARDLY);
    STORY.case(name, idle.shows(|idle| format!("she waits for {:.1} % of the time", idle * 100.0)))
}

fn nothing_is_multiplied(m: &Measurements<'_>) -> Vec<Case> {
    let play = post(m, "threads");
    let replies = play.share(Figure::WaitNs, Figure::ExtentNs).above(2.0);
    let moves = play.time(Figure::ComputeNs).map(|seconds| seconds / (PAIRS as f64 * MOVE)).above(2.0);
    vec![
        STORY.case("replies overlap", as_predicted(play, 24, 1)),
        STORY.check(
            "replies are not multiplied",
            replies.passes(|times| format!("replies add up to {times:.1} times the exhibition")),
        ),
        STORY.check(
            "her moves are",
            moves.passes(|rounds| format!("her moves add up to {rounds:.1} x 30 x 5 s")),
        ),
    ]
}

/// Whether 30 rounds of deliveries take as long as the courier's own work.
fn rounds_take(houses: u64, play: MeasuredStory<'_>) -> Case {
    let rounds = (PAIRS * houses) as f64 * MOVE;
    // Where timers bind, a slow core does not make it longer.
    let seconds = if houses as f64 * MOVE > MOVE + REPLY { at_pace(play) } else { play.seconds() };
    PIZZA.case(format!("{houses} houses"), seconds.near(rounds).shows(against(rounds, "s")))
}

fn faster_than_with_one_less(m: &Measurements<'_>, exhibitors: u64) -> Case {
    let (fewer, more) = (swept(m, 24, exhibitors - 1), swept(m, 24, exhibitors));
    let undisturbed = [(fewer, exhibitors - 1), (more, exhibitors)]
        .iter()
        .all(|(play, exhibitors)| matches!(as_predicted(*play, 24, *exhibitors), Some(CaseResult::Holds(_))));
    let law = predicted(fewer, 24, exhibitors - 1) / predicted(more, 24, exhibitors);
    let times = (fewer.seconds() / more.seconds())
        .judged(|times| if undisturbed { Some(times > 1.0 + NEAR) } else { None });
    let law = law.spread();
    let faster = law.and_then(|law| {
        times.shows(|times| format!("{times:.2} times as fast as with one less, {law:.2} by the closed form"))
    });
    STORY.case(format!("{exhibitors} exhibitors"), faster)
}
