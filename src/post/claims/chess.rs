//! The post's claims about the chess exhibition.

use crate::post::claims::thresholds::{HARDLY, NEAR, NEARLY_ALL};
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, each};
use crate::post::{claims::measured::Measured, claims::measurements::MeasuredStory};
use crate::record::figure::Figure;

const STORY: Needs = Needs::Story("chess");
const PIZZA: Needs = Needs::Story("pizza");

const POST: &str = "boards=24 exhibitors=1 order=ready think=fixed";

/// Seconds that a move takes.
const MOVE: f64 = 5.0;

/// Seconds that a reply takes.
const REPLY: f64 = 55.0;

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
        judge: |m| each_model(m, |it| near(it.seconds() / it.pace(MOVE), 3_600.0, "s")),
    },
    Claim {
        id: "C2",
        says: "The exhibition is over when the exhibitor has made all her moves",
        at: "In the asynchronous version",
        decided_by: "trace: from her last move to the last event, against half a reply",
        needs: &[STORY],
        judge: |m| {
            let her_last = near(moving(post(m, MODELS[0])), 3_600.0, "s to her last move");
            let mut cases = each_model(m, |it| {
                let after = it.time(Figure::AfterLastMoveNs);
                after.below(REPLY / 2.0).shows(|s| format!("it goes on for {s:.1} s after her last move"))
            });
            cases.push(STORY.case("her last move", her_last));
            cases
        },
    },
    Claim {
        id: "C3",
        says: "The exhibitor is the bottleneck, not her opponents",
        at: "TLDR",
        decided_by: "trace: the share of the time in which she moves, over 1 to 48 boards",
        needs: &[STORY],
        judge: |m| {
            each(BOARDS, |boards| {
                let busy = swept(m, boards, 1).share(Figure::ComputingNs, Figure::ExtentNs);
                let she_moves = busy
                    .at_least(NEARLY_ALL)
                    .shows(|busy| format!("she moves for {:.0} % of the time", 100.0 * busy));
                STORY.case(format!("boards: {boards}"), she_moves)
            })
        },
    },
    Claim {
        id: "C4",
        says: "The exhibition is a pipeline, and so it is parallel",
        at: "TLDR",
        decided_by: "trace: how many replies and how many moves there are at one instant",
        needs: &[STORY],
        judge: |m| {
            let play = post(m, "threads");
            vec![
                STORY.case("replies", several_at_once(play.figure(Figure::WaitsAtOnce))),
                STORY.case("moves", several_at_once(play.figure(Figure::ComputesAtOnce))),
            ]
        },
    },
    Claim {
        id: "C5",
        says: "Opponents think while she is at other boards",
        at: "TLDR",
        decided_by: "trace: the share of her moving time in which somebody thinks",
        needs: &[STORY],
        judge: |m| {
            each_model(m, |it| {
                let both = it.share(Figure::BothNs, Figure::ComputingNs);
                both.at_least(NEARLY_ALL).shows(|both| format!("for {:.0} % of her moves", 100.0 * both))
            })
        },
    },
    Claim {
        id: "C6",
        says: "A round of 24 boards takes her 24 x 5 = 120 s",
        at: "In the asynchronous version",
        decided_by: "trace: from her first move to her last, over 30 rounds, at the pace of her traced moves",
        needs: &[STORY],
        judge: |m| each_model(m, |it| near(moving(it) / 30.0, 120.0, "s a round")),
    },
    Claim {
        id: "C7",
        says: "A game is 30 moves of hers and 30 replies",
        at: "One game needs",
        decided_by: "trace: count of events in 24 games, beside the digest of each",
        needs: &[STORY],
        judge: |m| {
            each_model(m, |it| {
                let events = it.figure(Figure::Computes) + it.figure(Figure::Waits);
                events.is(1_440.0).shows(|events| format!("{events:.0} events in 24 games"))
            })
        },
    },
    Claim {
        id: "C8",
        says: "An opponent has 120 s to think",
        at: "One game needs",
        decided_by: "trace: from leaving a board to the next move there, and from visit to visit",
        needs: &[STORY],
        judge: |m| {
            let play = post(m, "threads");
            // In units of her own traced move, so that a slow machine affects neither.
            let a_move = play.time(Figure::ComputeNs) / play.figure(Figure::Computes);
            let thinks = play.time(Figure::ThinksNs) / a_move;
            vec![
                STORY.case("from leaving to coming back", in_moves(thinks)),
                STORY.case("from visit to visit", in_moves(thinks + 1.0)),
            ]
        },
    },
    Claim {
        id: "C9",
        says: "Opponents never keep her waiting",
        at: "One game needs",
        decided_by: "trace: the share of the time between her first and last move in which she waits",
        needs: &[STORY],
        judge: |m| {
            vec![
                she_waits(m, "all think for 55 s", "order=ready think=fixed"),
                she_waits(
                    m,
                    "exponential times, she goes to whoever is ready",
                    "order=ready think=exponential",
                ),
                she_waits(m, "exponential times, she keeps her route", "order=route think=exponential"),
            ]
        },
    },
    Claim {
        id: "C10",
        says: "(55 - 5) x 30 x 24 is wrong: waits overlap, so nothing is to be multiplied by 24",
        at: "Why the other formula does not apply",
        decided_by: "wall time against that formula; trace: sums of waits and of moves",
        needs: &[STORY],
        judge: nothing_is_multiplied,
    },
    Claim {
        id: "C11",
        says: "A courier's rounds take as long as 30 rounds of her own work",
        at: "Pizza delivery",
        decided_by: "wall time of the same run under its other names, and with few houses",
        needs: &[Needs::Story("pizza"), STORY],
        judge: |m| {
            let mut cases = vec![rounds_take(24, m.story("pizza", POST, "tokio-one"))];
            cases.extend(each([4, 12, 48], |houses| rounds_take(houses, swept(m, houses, 1))));
            cases
        },
    },
    Claim {
        id: "C12",
        says: "One board after the other takes 12 hours",
        at: "the talk and the article that the post answers",
        decided_by: "wall time of `sequential` at scale, within 5 %",
        needs: &[STORY],
        judge: |m| vec![STORY.case("sequential", near(post(m, "sequential").seconds(), 43_200.0, "s"))],
    },
    Claim {
        id: "C13",
        says: "Beyond the post: with more exhibitors it is over sooner",
        at: "-",
        decided_by: "wall time of 2, 3 and 4 exhibitors against that of one less",
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

/// The time from her first move to the end of her last, in story seconds at the pace of her traced moves.
fn moving(play: MeasuredStory<'_>) -> Measured {
    (play.time(Figure::ExtentNs) - play.time(Figure::AfterLastMoveNs)) / play.pace(MOVE)
}

fn near(measured: Measured, expected: f64, unit: &str) -> Option<CaseResult> {
    measured.near(expected).shows(|measured| format!("{measured:.0} {unit}, against {expected:.0}"))
}

fn several_at_once(most: Measured) -> Option<CaseResult> {
    most.above(1.0).shows(|most| format!("{most:.0} at once"))
}

/// Whether a time is that of 24 moves.
fn in_moves(thinks: Measured) -> Option<CaseResult> {
    thinks.rounds_to(24.0).shows(|thinks| format!("{thinks:.1} moves of 5 s, where 120 s are 24"))
}

/// Whether her opponents hardly keep her waiting.
fn she_waits(m: &Measurements<'_>, name: &str, order_and_think: &str) -> Case {
    let play = m.story("chess", &format!("boards=24 exhibitors=1 {order_and_think}"), "tokio-one");
    let idle = play.share(Figure::IdleNs, Figure::ExtentNs).at_most(HARDLY);
    STORY.case(name, idle.shows(|idle| format!("she waits for {:.1} % of the time", 100.0 * idle)))
}

fn nothing_is_multiplied(m: &Measurements<'_>) -> Vec<Case> {
    let play = post(m, "threads");
    let formula = play.seconds().far_from(36_000.0);
    let replies = play.share(Figure::WaitNs, Figure::ExtentNs).above(2.0);
    let moves = (play.time(Figure::ComputeNs) / (30.0 * MOVE)).below(2.0);
    vec![
        STORY.case("the formula", formula.shows(|s| format!("{s:.0} s, and the formula gives 36,000 s"))),
        STORY.case(
            "replies are not multiplied",
            replies.shows(|times| format!("replies add up to {times:.1} times the exhibition")),
        ),
        STORY.case(
            "moves are not multiplied",
            moves.shows(|rounds| format!("her moves add up to {rounds:.1} x 30 x 5 s")),
        ),
    ]
}

/// Whether 30 rounds of deliveries take as long as the courier's own work.
fn rounds_take(houses: u64, play: MeasuredStory<'_>) -> Case {
    let rounds = 30.0 * MOVE * houses as f64;
    PIZZA.case(format!("houses: {houses}"), near(play.seconds() / play.pace(MOVE), rounds, "s"))
}

fn faster_than_with_one_less(m: &Measurements<'_>, exhibitors: u64) -> Case {
    let fewer = swept(m, 24, exhibitors - 1).seconds();
    let more = swept(m, 24, exhibitors).seconds();
    let faster = (fewer / more).above(1.0 + NEAR);
    STORY.case(
        format!("exhibitors: {exhibitors}"),
        faster.shows(|times| format!("{more:.0} s, {times:.2} times as fast as with one less")),
    )
}
