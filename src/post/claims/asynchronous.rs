//! The post's claims about async IO and coroutines.

use crate::analysis::evidence::Properties;
use crate::model::MadeOf;
use crate::post::claims::concepts::{as_observed, cores_busy};
use crate::post::claims::measured::{Compared, Measured};
use crate::post::claims::python::{WITH_GIL, by_models};
use crate::post::claims::story::MeasuredStory;
use crate::post::claims::thresholds::{AT_ONCE_NS, BLOCKED};
use crate::post::claims::words::headings::{ASYNC, CONCURRENT, COROUTINE, DOING, OUTPUT};
use crate::post::claims::words::quote;
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs};
use crate::record::figure::Figure;
use crate::stats::units;
use crate::study::evidence::JobsOf;

const EVIDENCE: Needs = Needs::Evidence;
const STORY: Needs = Needs::Story("cook-eat");
const STALL: Needs = Needs::Story("stall");

/// The event loops of the ledger, tokio's; asyncio's are those of the interpreters measured.
const ONE_THREAD: &[&str] = &["tokio-one"];
const RUNTIMES: &[&str] = &["tokio-one", "tokio-many"];

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "A1",
        says: quote("Async IO is concurrent", ASYNC),
        decided_by: "trace: jobs at once",
        needs: &[EVIDENCE],
        judge: |m| {
            by_evidence(m, RUNTIMES, JobsOf::Cakes, |Properties { concurrent: (seen, most), .. }| {
                as_observed(&[(seen, true)], format!("{most:.0} jobs at once"))
            })
        },
    },
    Claim {
        id: "A2",
        says: quote("Async IO is concurrent, but not parallel.", ASYNC),
        decided_by: "trace: CPU time over the time in which any job computes",
        needs: &[EVIDENCE],
        judge: |m| {
            by_evidence(m, RUNTIMES, JobsOf::Cakes, |seen| {
                as_observed(&[(&seen.parallel.0, false)], cores_busy(seen))
            })
        },
    },
    Claim {
        id: "A3",
        says: quote("Not by using threads or CPUs-but by using coroutines that can pause.", DOING),
        decided_by: "trace: threads at work, on timers, on files, and on names (lookup_host, and the loop's getaddrinfo)",
        needs: &[EVIDENCE],
        judge: |m| {
            let mut cases = vec![];
            for (jobs, name) in
                [(JobsOf::Cakes, "timers"), (JobsOf::Files, "files"), (JobsOf::Names, "names")]
            {
                for mut case in by_evidence(m, ONE_THREAD, jobs, no_thread_but_one) {
                    case.name = format!("{name}: {}", case.name);
                    cases.push(case);
                }
            }
            cases
        },
    },
    Claim {
        id: "A4",
        says: quote("1 thread, 1 process.", DOING),
        decided_by: "trace: child processes at work",
        needs: &[EVIDENCE],
        judge: |m| {
            let cases = by_evidence(
                m,
                RUNTIMES,
                JobsOf::Files,
                |Properties { processes: (answer, count), .. }| {
                    as_observed(&[(answer, false)], format!("child processes: {count:.0}"))
                },
            );
            cases.into_iter().map(Case::into_check).collect()
        },
    },
    Claim {
        id: "A5",
        says: quote("Yes, but only with async scheduling.", CONCURRENT),
        decided_by: "trace of two that are never awaited, awaited in turn, and joined",
        needs: &[STORY],
        judge: |m| {
            let mut cases = vec![];
            for (name, way, expected) in [
                ("never awaited", "unscheduled", 0.0),
                ("awaited in turn", "in-turn", 1.0),
                ("joined", "joined", 2.0),
            ] {
                let at_once = |model: &str| {
                    let waits = cook_eat(m, way, model).figure(Figure::WaitsAtOnce).is(expected);
                    waits.passes(|waits| format!("{waits:.0} under way at once"))
                };
                cases.extend(by_loops(m, STORY, name, at_once));
            }
            cases.into_iter().map(Case::into_check).collect()
        },
    },
    Claim {
        id: "A6",
        says: quote("coroutines | (if scheduled) | No | No (just 1 thread) | No", ASYNC),
        decided_by: "trace: cores, threads and processes of tasks on both runtimes",
        needs: &[EVIDENCE],
        judge: |m| by_evidence(m, RUNTIMES, JobsOf::Cakes, one_of_each),
    },
    Claim {
        id: "A7",
        says: quote(
            "Coroutines are units of async code, and they run one at a time, but can pause for others.",
            ASYNC,
        ),
        decided_by: "trace: tasks that compute at once, and tasks under way at once",
        needs: &[EVIDENCE],
        judge: |m| {
            let mut cases = vec![];
            for model in RUNTIMES {
                cases.push(EVIDENCE.case(*model, one_at_a_time(m, model)));
            }
            let python = |model: &str| one_at_a_time(m, model);
            cases.extend(by_models(m, "asyncio", MadeOf::TasksOnOneThread, WITH_GIL, python));
            cases
        },
    },
    Claim {
        id: "A8",
        says: quote("when you're waiting on something ... you start doing something else immediately", DOING),
        decided_by: "trace, while one waits: from the start of its wait to the start of the next one",
        needs: &[STORY],
        judge: |m| {
            by_loops(m, STORY, "while it waits", |model| {
                let gap = cook_eat(m, "joined", model).figure(Figure::GapNs).below(AT_ONCE_NS);
                gap.shows(|ns| format!("after {}", ns.with(units::nanoseconds)))
            })
        },
    },
    Claim {
        id: "A9",
        says: quote("all coroutines must behave and yield when they're waiting", COROUTINE),
        decided_by: "the p99 delay of a beat beside a task that computes in blocks without yielding",
        needs: &[STALL],
        judge: |m| {
            let mut cases = vec![];
            for (model, block_ms) in [("tokio-one", 10), ("tokio-one", 100), ("tokio-many", 100)] {
                let name = format!("blocks of {block_ms} ms under {model}");
                cases.push(STALL.case(name, blocks(m, model, block_ms)));
            }
            for block_ms in [10, 100] {
                let name = format!("blocks of {block_ms} ms: asyncio");
                cases.extend(by_models(m, &name, MadeOf::TasksOnOneThread, WITH_GIL, |model| {
                    blocks(m, model, block_ms)
                }));
            }
            cases
        },
    },
    Claim {
        id: "A10",
        says: quote("Coroutines are not inherently concurrent.", CONCURRENT),
        decided_by: "wall time of cooking 2 s, then eating 1 s, awaited in turn, within 5 % of 3 s",
        needs: &[STORY],
        judge: |m| {
            let in_turn = |model: &str| {
                let seconds = cook_eat(m, "in-turn", model).seconds().near(3.0);
                seconds.passes(|seconds| format!("{seconds:.2} s"))
            };
            let cases = by_loops(m, STORY, "awaited in turn", in_turn);
            cases.into_iter().map(Case::into_check).collect()
        },
    },
    Claim {
        id: "A11",
        says: quote(
            "But when you await them inside an async def, and use something like asyncio.run(), then you're scheduling them \
             concurrently.",
            CONCURRENT,
        ),
        decided_by: "wall time of two that are awaited inside one: in turn, as the sentence says, and by gather, as the code below it does; nearer to 2 s, or to 3 s",
        needs: &[STORY],
        judge: |m| {
            let mut cases = vec![];
            for (name, way) in [("awaited in turn", "in-turn"), ("awaited by gather or join", "joined")] {
                let at_once = |model: &str| timed(m, way, model, |seconds| seconds.below(2.5));
                cases.extend(by_loops(m, STORY, name, at_once));
            }
            cases
        },
    },
    Claim {
        id: "A12",
        says: quote("Cooking started ... Eating started ... Eating done ... Cooking done", OUTPUT),
        decided_by: "order of the four events over many runs",
        needs: &[STORY],
        judge: |m| {
            let mut cases = vec![];
            for (name, way, model) in [
                ("joined in one task under tokio-one", "joined", "tokio-one"),
                ("spawned under tokio-one", "spawned", "tokio-one"),
                ("spawned under tokio-many", "spawned", "tokio-many"),
            ] {
                cases.push(STORY.case(name, in_order(m, way, model)));
            }
            for (name, way) in [("gathered: asyncio", "joined"), ("tasks: asyncio", "spawned")] {
                cases.extend(by_models(m, name, MadeOf::TasksOnOneThread, WITH_GIL, |model| {
                    in_order(m, way, model)
                }));
            }
            cases
        },
    },
    Claim {
        id: "A13",
        says: quote("they interleave thanks to await", OUTPUT),
        decided_by: "wall time of both, joined, within 5 % of 2 s",
        needs: &[STORY],
        judge: |m| {
            by_loops(m, STORY, "joined", |model| timed(m, "joined", model, |seconds| seconds.near(2.0)))
        },
    },
];

/// A case for each of tokio's `runtimes`, and one for asyncio, by their traces.
fn by_evidence(
    m: &Measurements<'_>,
    runtimes: &[&str],
    jobs: JobsOf,
    result: impl Fn(&Properties) -> CaseResult,
) -> Vec<Case> {
    let of_model = |model: &str| m.evidence(model, jobs).map(|it| result(&it));
    let mut cases = vec![];
    for model in runtimes {
        cases.push(EVIDENCE.case(*model, of_model(model)));
    }
    cases.extend(by_models(m, "asyncio", MadeOf::TasksOnOneThread, WITH_GIL, of_model));
    cases
}

/// A case for tokio's loop of one thread, and one for asyncio's.
fn by_loops(
    m: &Measurements<'_>,
    needs: Needs,
    name: &str,
    result: impl Fn(&str) -> Option<CaseResult>,
) -> Vec<Case> {
    let mut cases = vec![needs.case(format!("{name} under tokio-one"), result("tokio-one"))];
    cases.extend(by_models(m, &format!("{name}: asyncio"), MadeOf::TasksOnOneThread, WITH_GIL, result));
    cases
}

fn no_thread_but_one(seen: &Properties) -> CaseResult {
    as_observed(&[(&seen.threads.0, false)], threads_at_work(seen))
}

fn threads_at_work(seen: &Properties) -> String {
    seen.threads.1.map_or_else(|| "threads: unknown".into(), |threads| format!("threads: {threads:.0}"))
}

/// Whether no trace shows parallel computing, a second thread or a child process.
fn one_of_each(seen: &Properties) -> CaseResult {
    let Properties { parallel, threads, processes, .. } = seen;
    let numbers =
        format!("{}, {}, child processes: {:.0}", cores_busy(seen), threads_at_work(seen), processes.1);
    as_observed(&[(&parallel.0, false), (&threads.0, false), (&processes.0, false)], numbers)
}

/// Whether one task computes at a time while several are under way.
fn one_at_a_time(m: &Measurements<'_>, model: &str) -> Option<CaseResult> {
    let computing = m.evidence_figure(model, JobsOf::Cakes, Figure::ComputesAtOnce);
    let under_way = m.evidence_figure(model, JobsOf::Cakes, Figure::InFlight);
    let (most, all) = (computing.spread()?, under_way.spread()?);
    let one = computing.zip(&under_way, |computing, all| if all > 1.0 { computing } else { 0.0 });
    one.is(1.0).shows(|_| format!("{most:.0} compute at once, {all:.0} are under way"))
}

fn cook_eat<'a>(m: &Measurements<'a>, way: &str, model: &str) -> MeasuredStory<'a> {
    m.story("cook-eat", &format!("way={way}"), model)
}

fn timed(
    m: &Measurements<'_>,
    way: &str,
    model: &str,
    expected: fn(&Measured) -> Compared,
) -> Option<CaseResult> {
    expected(&cook_eat(m, way, model).seconds()).shows(|seconds| format!("{seconds:.2} s"))
}

/// Whether a beat has to wait for a task that computes in blocks.
fn blocks(m: &Measurements<'_>, model: &str, block_ms: u64) -> Option<CaseResult> {
    let stall = m.story("stall", &format!("block_ms={block_ms}"), model);
    // The measured block length: interpreters hash more slowly than the calibration code.
    let measured = stall.share(Figure::ComputeNs, Figure::Computes).spread();
    let block_ns = measured.map_or(block_ms as f64 * 1e6, |block| block.median);
    let late = stall.figure(Figure::P99Ns).at_least(BLOCKED * block_ns);
    late.shows(|ns| format!("p99 delay {:.1} ms", ns * 1e-6))
}

/// Whether the events of all runs have the post's order.
fn in_order(m: &Measurements<'_>, way: &str, model: &str) -> Option<CaseResult> {
    let events = m.story("cook-eat", &format!("way={way} order=1"), model);
    let runs = events.figure(Figure::Runs).spread()?;
    let in_order = events.figure(Figure::InOrder) / events.figure(Figure::Runs).positive();
    // Each play has many runs, of which none may differ.
    in_order.at_least(1.0).passes(|share| format!("{:.0} of {:.0} times", share * runs.median, runs.median))
}
