//! The post's claims about async IO and coroutines.

use crate::analysis::evidence::{Observation, Properties};
use crate::post::claims::measured::{Compared, Measured};
use crate::post::claims::measurements::MeasuredStory;
use crate::post::claims::thresholds::{AT_ONCE_NS, BLOCKED};
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, each};
use crate::record::figure::Figure;
use crate::stats::units;
use crate::study::evidence::JobsOf;

const EVIDENCE: Needs = Needs::Evidence;
const STORY: Needs = Needs::Story("cook-eat");
const STALL: Needs = Needs::Story("stall");

const TABLE: &str = "async IO & coroutines, the table";
const COROUTINE: &str = "What is a coroutine?";
const CONCURRENT: &str = "Are coroutines concurrent?";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "A1",
        says: "Async IO is concurrent",
        at: TABLE,
        decided_by: "trace: jobs in flight at once",
        needs: &[EVIDENCE],
        judge: |m| {
            each_runtime(m, JobsOf::Cakes, |Properties { concurrent: (answer, most), .. }| {
                is(answer, Observation::Yes, format!("{most:.0} in flight"))
            })
        },
    },
    Claim {
        id: "A2",
        says: "Async IO is not parallel",
        at: TABLE,
        decided_by: "trace: CPU time over the time in which any job computes",
        needs: &[EVIDENCE],
        judge: |m| {
            each_runtime(m, JobsOf::Cakes, |Properties { parallel: (answer, cores), .. }| {
                is(answer, Observation::No, format!("{:.2} cores at once", cores.low))
            })
        },
    },
    Claim {
        id: "A3",
        says: "Async IO uses no threads but one",
        at: TABLE,
        decided_by: "trace: threads at work, on timers and on files",
        needs: &[EVIDENCE],
        judge: |m| {
            let mut cases = vec![];
            for model in loops(m) {
                cases.push(no_thread_but_one(m, model, JobsOf::Cakes, "timers"));
                cases.push(no_thread_but_one(m, model, JobsOf::Files, "files"));
            }
            cases
        },
    },
    Claim {
        id: "A4",
        says: "Async IO uses no processes",
        at: TABLE,
        decided_by: "trace: child processes at work",
        needs: &[EVIDENCE],
        judge: |m| {
            each_runtime(m, JobsOf::Files, |Properties { processes: (answer, count), .. }| {
                is(answer, Observation::No, format!("child processes: {count:.0}"))
            })
        },
    },
    Claim {
        id: "A5",
        says: "Coroutines are concurrent only if they are scheduled",
        at: TABLE,
        decided_by: "trace of two that are never awaited, awaited in turn, and joined",
        needs: &[STORY],
        judge: |m| {
            let mut cases = vec![];
            for model in loops(m) {
                cases.push(under_way(m, model, "never awaited", "unscheduled", 0.0));
                cases.push(under_way(m, model, "awaited in turn", "in-turn", 1.0));
                cases.push(under_way(m, model, "joined", "joined", 2.0));
            }
            cases
        },
    },
    Claim {
        id: "A6",
        says: "Coroutines are not parallel, and live in one thread of one process",
        at: TABLE,
        decided_by: "trace: cores, threads and processes of tasks on both runtimes",
        needs: &[EVIDENCE],
        judge: |m| each_runtime(m, JobsOf::Cakes, one_of_each),
    },
    Claim {
        id: "A7",
        says: "Coroutines run one at a time, and can pause for each other",
        at: TABLE,
        decided_by: "trace: tasks that compute at once, and tasks in flight at once",
        needs: &[EVIDENCE],
        judge: |m| each(runtimes(m), |model| EVIDENCE.case(model, one_at_a_time(m, model))),
    },
    Claim {
        id: "A8",
        says: "While one waits, another starts at once",
        at: "What's async IO doing?",
        decided_by: "trace: from the start of one to that of the next; beats beside a task that computes",
        needs: &[STORY, STALL],
        judge: |m| {
            let mut cases = vec![];
            for model in loops(m) {
                let idle = cook_eat(m, "joined", model).figure(Figure::GapNs);
                let loaded = m.story("stall", "block_ms=100", model).figure(Figure::P99Ns);
                let beside = of_loop("beside a task that computes for 100 ms", model);
                cases.push(STORY.case(of_loop("on an idle thread", model), at_once(idle)));
                cases.push(STALL.case(beside, at_once(loaded)));
            }
            cases
        },
    },
    Claim {
        id: "A9",
        says: "It is cooperative: who does not yield keeps all others waiting",
        at: COROUTINE,
        decided_by: "how late one beat of a hundred is beside a task that computes in blocks",
        needs: &[STALL],
        judge: |m| {
            let mut cases =
                vec![blocks(m, "tokio-one", 10), blocks(m, "tokio-one", 100), blocks(m, "tokio-many", 100)];
            for model in m.under_interpreters("py-asyncio") {
                cases.extend([blocks(m, model, 10), blocks(m, model, 100)]);
            }
            cases
        },
    },
    Claim {
        id: "A10",
        says: "Awaited one after the other, coroutines are not concurrent",
        at: CONCURRENT,
        decided_by: "wall time of cooking 2 s, then eating 1 s",
        needs: &[STORY],
        judge: |m| timed(m, "in-turn", |seconds| seconds.near(3.0)),
    },
    Claim {
        id: "A11",
        says: "To await them inside an async function, under a runtime, makes them concurrent",
        at: CONCURRENT,
        decided_by: "wall time of two that are awaited in turn inside one: nearer to 2 s, or to 3 s",
        needs: &[STORY],
        judge: |m| timed(m, "in-turn", |seconds| seconds.below(2.5)),
    },
    Claim {
        id: "A12",
        says: "Cooking starts, eating starts, eating is done, cooking is done: in this order",
        at: "Output",
        decided_by: "order of the four events over many runs",
        needs: &[STORY],
        judge: |m| {
            let mut cases = vec![
                in_order(m, "joined in one task", "joined", "tokio-one"),
                in_order(m, "spawned on one thread", "spawned", "tokio-one"),
                in_order(m, "spawned on several threads", "spawned", "tokio-many"),
            ];
            for model in m.under_interpreters("py-asyncio") {
                cases.push(in_order(m, &format!("gathered, {model}"), "joined", model));
                cases.push(in_order(m, &format!("tasks, {model}"), "spawned", model));
            }
            cases
        },
    },
    Claim {
        id: "A13",
        says: "Joined, they take 2 s and not 3 s",
        at: "Output",
        decided_by: "wall time of both, joined, within 5 %",
        needs: &[STORY],
        judge: |m| timed(m, "joined", |seconds| seconds.near(2.0)),
    },
];

/// The single-threaded event loops: tokio's, and asyncio of each interpreter.
fn loops<'a>(m: &Measurements<'a>) -> Vec<&'a str> {
    let mut loops = vec!["tokio-one"];
    loops.extend(m.under_interpreters("py-asyncio"));
    loops
}

/// Both tokio runtimes, and asyncio of each interpreter.
fn runtimes<'a>(m: &Measurements<'a>) -> Vec<&'a str> {
    let mut runtimes = loops(m);
    runtimes.insert(1, "tokio-many");
    runtimes
}

/// The case name of an event loop; tokio is implied when there is no other.
fn of_loop(name: &str, model: &str) -> String {
    if model == "tokio-one" { name.to_owned() } else { format!("{name}, {model}") }
}

/// A case for each runtime, by its trace.
fn each_runtime(
    m: &Measurements<'_>,
    jobs: JobsOf,
    result: impl Fn(&Properties) -> Option<CaseResult>,
) -> Vec<Case> {
    each(runtimes(m), |model| EVIDENCE.case(model, m.evidence(model, jobs).and_then(|it| result(&it))))
}

/// Whether `answer` is the one that a claim expects; `None` if it is inconclusive.
fn is(answer: &Observation, expected: Observation, numbers: String) -> Option<CaseResult> {
    answer.seen()?;
    Some(CaseResult::of(*answer == expected, numbers))
}

fn no_thread_but_one(m: &Measurements<'_>, model: &str, jobs: JobsOf, name: &str) -> Case {
    let threads = m.evidence(model, jobs).and_then(|Properties { threads: (answer, count), .. }| {
        is(&answer, Observation::No, format!("threads: {count:.0}"))
    });
    EVIDENCE.case(of_loop(name, model), threads)
}

/// Whether no trace shows parallel computing, a second thread or a child process.
fn one_of_each(properties: &Properties) -> Option<CaseResult> {
    let Properties { parallel: (parallel, cores), threads, processes, .. } = properties;
    let (parallel, several_threads, children) = (parallel.seen()?, threads.0.seen()?, processes.0.seen()?);
    let numbers = format!(
        "{:.2} cores at once, threads: {:.0}, child processes: {:.0}",
        cores.low, threads.1, processes.1
    );
    Some(CaseResult::of(!(parallel || several_threads || children), numbers))
}

/// Whether one task computes at a time while several are under way.
fn one_at_a_time(m: &Measurements<'_>, model: &str) -> Option<CaseResult> {
    let computing = m.evidence_figure(model, JobsOf::Cakes, Figure::ComputesAtOnce).value()?;
    let in_flight = m.evidence_figure(model, JobsOf::Cakes, Figure::InFlight).value()?;
    let numbers = format!("{computing:.0} compute at once, {in_flight:.0} are in flight");
    Some(CaseResult::of(computing == 1.0 && in_flight > 1.0, numbers))
}

fn cook_eat<'a>(m: &Measurements<'a>, way: &str, model: &str) -> MeasuredStory<'a> {
    m.story("cook-eat", &format!("way={way}"), model)
}

/// Whether as many coroutines as `expected` are under way at once.
fn under_way(m: &Measurements<'_>, model: &str, name: &str, way: &str, expected: f64) -> Case {
    let waits = cook_eat(m, way, model).figure(Figure::WaitsAtOnce).is(expected);
    STORY.case(of_loop(name, model), waits.shows(|waits| format!("{waits:.0} under way at once")))
}

fn timed(m: &Measurements<'_>, way: &str, expected: fn(Measured) -> Compared) -> Vec<Case> {
    each(loops(m), |model| {
        let seconds = expected(cook_eat(m, way, model).seconds());
        STORY.case(model, seconds.shows(|seconds| format!("{seconds:.2} s")))
    })
}

fn at_once(ns: Measured) -> Option<CaseResult> {
    ns.below(AT_ONCE_NS).shows(|ns| format!("after {}", units::nanoseconds(ns)))
}

/// Whether a beat has to wait for a task that computes in blocks.
fn blocks(m: &Measurements<'_>, model: &str, block_ms: u64) -> Case {
    let stall = m.story("stall", &format!("block_ms={block_ms}"), model);
    // The measured block length: interpreters hash more slowly than the calibration code.
    let measured_ms = stall.share(Figure::ComputeNs, Figure::Computes) / 1e6;
    let block = measured_ms.value().unwrap_or(block_ms as f64);
    let late_ms = (stall.figure(Figure::P99Ns) / 1e6).at_least(BLOCKED * block);
    let words = late_ms.shows(|late_ms| format!("a beat of a hundred is {late_ms:.1} ms late"));
    STALL.case(format!("{model}, blocks of {block_ms} ms"), words)
}

/// Whether the events of all runs have the post's order.
fn in_order(m: &Measurements<'_>, name: &str, way: &str, model: &str) -> Case {
    let events = m.story("cook-eat", &format!("way={way} order=1"), model);
    STORY.case(name, events.figure(Figure::InOrder).is_all_of(events.figure(Figure::Runs), "times"))
}
