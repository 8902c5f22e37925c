//! The post's claims about async IO and coroutines.

use crate::analysis::evidence::{Observation, Properties};
use crate::post::claims::concepts::told;
use crate::post::claims::measurements::Tale;
use crate::post::claims::thresholds::{AT_ONCE_NS, BLOCKED, is_near};
use crate::post::claims::{Case, Claim, Measurements, Needs};

const STORY: Needs = Needs::Story("cook-eat");

const TABLE: &str = "async IO & coroutines, the table";
const COROUTINE: &str = "What is a coroutine?";
const CONCURRENT: &str = "Are coroutines concurrent?";

/// The two tokio runtimes: single-threaded and multi-threaded.
const MODELS: [&str; 2] = ["tokio-one", "tokio-many"];

/// The tokio runtimes, and asyncio of each interpreter.
fn runtimes<'a>(numbers: &Measurements<'a>) -> Vec<&'a str> {
    MODELS.into_iter().chain(numbers.under_interpreters("py-asyncio")).collect()
}

/// The single-threaded event loops: tokio's, and asyncio of each interpreter.
fn loops<'a>(numbers: &Measurements<'a>) -> Vec<&'a str> {
    runtimes(numbers).into_iter().filter(|model| *model != "tokio-many").collect()
}

/// The case name of an event loop; tokio is implied when there is no other.
fn of_loop(name: &str, model: &str) -> String {
    if model == "tokio-one" { name.to_owned() } else { format!("{name}, {model}") }
}

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "A1",
        says: "Async IO is concurrent",
        at: TABLE,
        decided_by: "trace: jobs in flight at once",
        needs: &[Needs::Evidence],
        judge: |numbers| {
            each_runtime(numbers, "cakes", |properties| {
                is(&properties.concurrent.0, true, format!("{:.0} in flight", properties.concurrent.1))
            })
        },
    },
    Claim {
        id: "A2",
        says: "Async IO is not parallel",
        at: TABLE,
        decided_by: "trace: CPU time over the time in which any job computes",
        needs: &[Needs::Evidence],
        judge: |numbers| {
            each_runtime(numbers, "cakes", |properties| {
                is(&properties.parallel.0, false, format!("{:.2} cores at once", properties.parallel.1.low))
            })
        },
    },
    Claim {
        id: "A3",
        says: "Async IO uses no threads but one",
        at: TABLE,
        decided_by: "trace: threads at work, on timers and on files",
        needs: &[Needs::Evidence],
        judge: |numbers| {
            let case = |model: &str, jobs: &str, name: &str| {
                let found = numbers.properties(model, jobs);
                let found = found.and_then(|properties| {
                    is(&properties.threads.0, false, format!("threads: {:.0}", properties.threads.1))
                });
                Case::new(of_loop(name, model), Needs::Evidence, found)
            };
            let both = |model: &str| [case(model, "cakes", "timers"), case(model, "files", "files")];
            loops(numbers).into_iter().flat_map(both).collect()
        },
    },
    Claim {
        id: "A4",
        says: "Async IO uses no processes",
        at: TABLE,
        decided_by: "trace: child processes at work",
        needs: &[Needs::Evidence],
        judge: |numbers| {
            each_runtime(numbers, "files", |properties| {
                is(&properties.processes.0, false, format!("child processes: {:.0}", properties.processes.1))
            })
        },
    },
    Claim {
        id: "A5",
        says: "Coroutines are concurrent only if they are scheduled",
        at: TABLE,
        decided_by: "trace of two that are never awaited, awaited in turn, and joined",
        needs: &[STORY],
        judge: |numbers| {
            let case = |model: &str, (name, way, expected): (&str, &str, f64)| {
                let found = told_by(numbers, way, model).and_then(|tale| {
                    let waits = tale.figure("waits_at_once")?;
                    Some((waits == expected, format!("{waits:.0} under way at once")))
                });
                Case::new(of_loop(name, model), STORY, found)
            };
            let ways = [
                ("never awaited", "unscheduled", 0.0),
                ("awaited in turn", "in-turn", 1.0),
                ("joined", "joined", 2.0),
            ];
            loops(numbers).into_iter().flat_map(|model| ways.map(|way| case(model, way))).collect()
        },
    },
    Claim {
        id: "A6",
        says: "Coroutines are not parallel, and live in one thread of one process",
        at: TABLE,
        decided_by: "trace: cores, threads and processes of tasks on both runtimes",
        needs: &[Needs::Evidence],
        judge: |numbers| {
            each_runtime(numbers, "cakes", |properties| {
                let Properties { parallel, threads, processes, .. } = properties;
                let any = told(&[&parallel.0, &threads.0, &processes.0])?.contains(&true);
                let numbers = format!(
                    "{:.2} cores at once, threads: {:.0}, child processes: {:.0}",
                    parallel.1.low, threads.1, processes.1
                );
                Some((!any, numbers))
            })
        },
    },
    Claim {
        id: "A7",
        says: "Coroutines run one at a time, and can pause for each other",
        at: TABLE,
        decided_by: "trace: tasks that compute at once, and tasks in flight at once",
        needs: &[Needs::Evidence],
        judge: |numbers| {
            let case = |model: &str| {
                let of = |figure: &str| numbers.witnessed(model, "cakes", figure);
                let found = of("computes_at_once").zip(of("in_flight"));
                let found = found.map(|(computing, in_flight)| {
                    let words = format!("{computing:.0} compute at once, {in_flight:.0} are in flight");
                    (computing == 1.0 && in_flight > 1.0, words)
                });
                Case::new(model, Needs::Evidence, found)
            };
            runtimes(numbers).into_iter().map(case).collect()
        },
    },
    Claim {
        id: "A8",
        says: "While one waits, another starts at once",
        at: "What's async IO doing?",
        decided_by: "trace: from the start of one to that of the next; beats beside a task that computes",
        needs: &[STORY, Needs::Story("stall")],
        judge: |numbers| {
            let cases = |model: &str| {
                let idle = told_by(numbers, "joined", model).and_then(|tale| at_once(tale.figure("gap_ns")?));
                let loaded = numbers.story_run("stall", "block_ms=100", model);
                let loaded = loaded.and_then(|tale| at_once(tale.figure("p99_ns")?));
                let beside = of_loop("beside a task that computes for 100 ms", model);
                [
                    Case::new(of_loop("on an idle thread", model), STORY, idle),
                    Case::new(beside, Needs::Story("stall"), loaded),
                ]
            };
            loops(numbers).into_iter().flat_map(cases).collect()
        },
    },
    Claim {
        id: "A9",
        says: "It is cooperative: who does not yield keeps all others waiting",
        at: COROUTINE,
        decided_by: "how late one beat of a hundred is beside a task that computes in blocks",
        needs: &[Needs::Story("stall")],
        judge: |numbers| {
            let case = |(model, block_ms): (&str, u64)| {
                let found =
                    numbers.story_run("stall", &format!("block_ms={block_ms}"), model).and_then(|tale| {
                        let late_ms = tale.figure("p99_ns")? / 1e6;
                        // The measured block length: interpreters hash more slowly than the calibration code.
                        let block =
                            tale.share("compute_ns", "computes").map_or(block_ms as f64, |ns| ns / 1e6);
                        let words = format!("a beat of a hundred is {late_ms:.1} ms late");
                        Some((late_ms >= BLOCKED * block, words))
                    });
                Case::new(format!("{model}, blocks of {block_ms} ms"), Needs::Story("stall"), found)
            };
            let pythons = numbers.under_interpreters("py-asyncio");
            let pythons = pythons.iter().flat_map(|model| [(*model, 10), (*model, 100)]);
            [("tokio-one", 10), ("tokio-one", 100), ("tokio-many", 100)]
                .into_iter()
                .chain(pythons)
                .map(case)
                .collect()
        },
    },
    Claim {
        id: "A10",
        says: "Awaited one after the other, coroutines are not concurrent",
        at: CONCURRENT,
        decided_by: "wall time of cooking 2 s, then eating 1 s",
        needs: &[STORY],
        judge: |numbers| timed(numbers, "in-turn", |seconds| is_near(seconds, 3.0)),
    },
    Claim {
        id: "A11",
        says: "To await them inside an async function, under a runtime, makes them concurrent",
        at: CONCURRENT,
        decided_by: "wall time of two that are awaited in turn inside one: nearer to 2 s, or to 3 s",
        needs: &[STORY],
        judge: |numbers| timed(numbers, "in-turn", |seconds| seconds < 2.5),
    },
    Claim {
        id: "A12",
        says: "Cooking starts, eating starts, eating is done, cooking is done: in this order",
        at: "Output",
        decided_by: "order of the four events over many runs",
        needs: &[STORY],
        judge: |numbers| {
            let case = |name: &str, way: &str, model: &str| {
                let found =
                    numbers.story_run("cook-eat", &format!("way={way} order=1"), model).and_then(|tale| {
                        let (count, runs) = (tale.figure("in_order")?, tale.figure("runs")?);
                        Some((count == runs, format!("{count:.0} of {runs:.0} times")))
                    });
                Case::new(name, STORY, found)
            };
            let mut cases = vec![
                case("joined in one task", "joined", "tokio-one"),
                case("spawned on one thread", "spawned", "tokio-one"),
                case("spawned on several threads", "spawned", "tokio-many"),
            ];
            for model in numbers.under_interpreters("py-asyncio") {
                cases.push(case(&format!("gathered, {model}"), "joined", model));
                cases.push(case(&format!("tasks, {model}"), "spawned", model));
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
        judge: |numbers| timed(numbers, "joined", |seconds| is_near(seconds, 2.0)),
    },
];

fn each_runtime(
    numbers: &Measurements<'_>,
    jobs: &str,
    found: impl Fn(Properties) -> Option<(bool, String)>,
) -> Vec<Case> {
    let case =
        |model: &str| Case::new(model, Needs::Evidence, numbers.properties(model, jobs).and_then(&found));
    runtimes(numbers).into_iter().map(case).collect()
}

/// Whether `answer` is the one that a claim expects; `None` if it is inconclusive.
fn is(answer: &Observation, expected: bool, numbers: String) -> Option<(bool, String)> {
    Some((told(&[answer])? == [expected], numbers))
}

fn told_by<'a>(numbers: &Measurements<'a>, way: &str, model: &str) -> Option<Tale<'a>> {
    numbers.story_run("cook-eat", &format!("way={way}"), model)
}

fn timed(numbers: &Measurements<'_>, way: &str, holds: fn(f64) -> bool) -> Vec<Case> {
    let case = |model: &str| {
        let found = told_by(numbers, way, model)
            .map(|tale| (holds(tale.seconds()), format!("{:.2} s", tale.seconds())));
        Case::new(model, STORY, found)
    };
    loops(numbers).into_iter().map(case).collect()
}

fn at_once(ns: f64) -> Option<(bool, String)> {
    Some((ns < AT_ONCE_NS, format!("after {}", crate::stats::units::nanoseconds(ns))))
}
