//! The post's claims about cakes, and about the uses of threads and processes.

use crate::post::claims::concepts::is_great;
use crate::post::claims::measurements::Tale;
use crate::post::claims::thresholds::{HARDLY, NEARLY_ALL, PARALLEL};
use crate::post::claims::{Case, Claim, Measurements, Needs, cores, costs, python};

const STORY: Needs = Needs::Story("cakes");

const THREADING: &str = "Cute Kitchen Analogy, 1. Threading";
const PROCESSES: &str = "Cute Kitchen Analogy, 2. Multiprocessing";
const CONCURRENCY: &str = "Cute Kitchen Analogy, 3. Concurrency";

/// Seconds that three cakes take sequentially.
const ALONE: f64 = 1_980.0;

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "K1",
        says: "The oven is waiting, decorating is computing",
        at: "Cute Kitchen Analogy",
        decided_by: "CPU time over wall time, phase by phase, one cake after the other",
        needs: &[STORY],
        judge: |numbers| {
            let tale = kitchen(numbers, "alone", "sequential");
            let busy = |beside: &str, over: &str| {
                let tale = tale?;
                let (cpu, beside) =
                    (tale.figure("cpu_ns")?, if beside.is_empty() { 0.0 } else { tale.figure(beside)? });
                Some((cpu - beside).max(0.0) / tale.figure(over)?)
            };
            let words = |busy: f64| format!("{busy:.2} of a core busy");
            vec![
                Case::new(
                    "the oven",
                    STORY,
                    busy("compute_ns", "wait_ns").map(|busy| (busy <= HARDLY, words(busy))),
                ),
                Case::new(
                    "decorating",
                    STORY,
                    busy("", "compute_ns").map(|busy| (busy >= NEARLY_ALL, words(busy))),
                ),
            ]
        },
    },
    Claim {
        id: "K2",
        says: "With threads and one brain, one cake is decorated while others bake",
        at: THREADING,
        decided_by: "wall time under threads with one brain, against one cake after the other; trace: both at once",
        needs: &[STORY],
        judge: |numbers| {
            let tale = kitchen(numbers, "threading", "threads");
            vec![
                Case::new(
                    "it saves time",
                    STORY,
                    tale.map(|tale| {
                        let times = ALONE / tale.seconds();
                        (
                            times > 1.05,
                            format!("{:.1} min, {times:.2} times as fast as 33 min", tale.seconds() / 60.0),
                        )
                    }),
                ),
                Case::new(
                    "while others bake",
                    STORY,
                    tale.and_then(|tale| {
                        let baking = tale.figure("waits_at_once")?;
                        Some((baking > 1.0, format!("{baking:.0} in the oven at once")))
                    }),
                ),
            ]
        },
    },
    Claim {
        id: "K3",
        says: "With threads two cakes never bake at once, and yet nobody sits idle",
        at: THREADING,
        decided_by: "trace: cakes in the oven at once; the share of the time in which the one brain does nothing",
        needs: &[STORY],
        judge: |numbers| {
            let tale = kitchen(numbers, "threading", "threads");
            vec![
                Case::new(
                    "never two at once",
                    STORY,
                    tale.and_then(|tale| {
                        let baking = tale.figure("waits_at_once")?;
                        Some((baking <= 1.0, format!("{baking:.0} bake at once")))
                    }),
                ),
                Case::new(
                    "nobody idle",
                    STORY,
                    tale.and_then(|tale| {
                        let idle = 1.0 - tale.share("computing_ns", "extent_ns")?;
                        Some((
                            idle <= HARDLY,
                            format!("the brain is idle for {:.0} % of the time", 100.0 * idle),
                        ))
                    }),
                ),
            ]
        },
    },
    Claim {
        id: "K4",
        says: "Threads are great for work that waits for IO",
        at: THREADING,
        decided_by: "study: the speedup of `threads` on each workload that waits",
        needs: &[Needs::Study],
        judge: |numbers| {
            ["sleep", "http", "cold-file", "save", "warm-file"]
                .map(|workload| is_great(numbers, workload, "threads"))
                .into()
        },
    },
    Claim {
        id: "K5",
        says: "Threads are one process that switches",
        at: THREADING,
        decided_by: "trace: processes and threads at work",
        needs: &[STORY],
        judge: |numbers| {
            let found = kitchen(numbers, "threading", "threads").and_then(|tale| {
                let (children, threads) = (tale.figure("child_processes")?, tale.figure("threads")?);
                Some((
                    children == 0.0 && threads > 1.0,
                    format!("{children:.0} child processes, {threads:.0} threads"),
                ))
            });
            vec![Case::new("threads", STORY, found)]
        },
    },
    Claim {
        id: "K6",
        says: "Under the lock one thread at a time runs Python",
        at: THREADING,
        decided_by: "CPU time over wall time of CPython threads on pure Python",
        needs: &[Needs::Python],
        judge: python::threads_share_a_core,
    },
    Claim {
        id: "K7",
        says: "So threads are good only while they wait",
        at: THREADING,
        decided_by: "the speedup of CPython threads on pure Python, and on hash, in C code that lets go of the lock",
        needs: &[Needs::Python],
        judge: python::threads_are_good_only_at_waiting,
    },
    Claim {
        id: "K8",
        says: "Three processes are three ovens and three brains, all at once",
        at: PROCESSES,
        decided_by: "trace of three processes: baking at once, and cores busy while any decorates",
        needs: &[STORY],
        judge: |numbers| {
            let tale = kitchen(numbers, "clones", "processes");
            let ovens = tale.and_then(|tale| {
                let baking = tale.figure("waits_at_once")?;
                Some((baking == 3.0, format!("{baking:.0} bake at once")))
            });
            let cores = tale.and_then(|tale| tale.figure("cores"));
            let brains = match cores {
                Some(cores) if cores < 3.0 => Case::unknown(
                    "three brains",
                    format!("this machine has {cores:.0} cores, and three brains need three"),
                ),
                _ => Case::new(
                    "three brains",
                    STORY,
                    tale.and_then(|tale| {
                        let busy = tale.share("cpu_ns", "computing_ns")?;
                        Some((busy > 2.0, format!("{busy:.2} cores busy while any decorates")))
                    }),
                ),
            };
            vec![Case::new("three ovens", STORY, ovens), brains]
        },
    },
    Claim {
        id: "K9",
        says: "Multiprocessing is best for video, number crunching and encrypting",
        at: PROCESSES,
        decided_by: "study: processes that are kept, on hash, primes and frames; and on jobs of 1 us to 10 ms",
        needs: &[Needs::Study, Needs::Costs, Needs::Python],
        judge: costs::processes_are_best,
    },
    Claim {
        id: "K10",
        says: "Processes are separate, and no lock holds them back",
        at: PROCESSES,
        decided_by: "trace: processes at work; CPU time over wall time of four that compute",
        needs: &[Needs::Story("crunch"), Needs::Python],
        judge: |numbers| {
            let models = numbers.under_interpreters("py-multiprocessing");
            let cases = |model: &str| {
                let tale = numbers.story_run("crunch", "jobs=4", model);
                let separate = tale.and_then(|tale| {
                    let children = tale.figure("child_processes")?;
                    Some((children == 4.0, format!("{children:.0} child processes for 4 jobs")))
                });
                let free = tale.and_then(|tale| {
                    let busy = tale.busy_cores()?;
                    Some((busy > PARALLEL, format!("{busy:.2} cores busy")))
                });
                let story = Needs::Story("crunch");
                [("separate", separate), ("no lock", free)]
                    .map(|(name, found)| Case::new(format!("{name}, {model}"), story, found))
            };
            let mut all: Vec<Case> = cases("processes").into();
            all.extend(models.iter().flat_map(|model| cases(model)));
            if models.is_empty() {
                all.push(Case::unknown("CPython's processes", numbers.why_no_python()));
            }
            all
        },
    },
    Claim {
        id: "K11",
        says: "Processes are heavier on memory",
        at: PROCESSES,
        decided_by: "memory for each further task, thread and process",
        needs: &[Needs::Costs],
        judge: costs::processes_are_heavier,
    },
    Claim {
        id: "K12",
        says: "With one brain and one oven, cakes still overlap in progress",
        at: CONCURRENCY,
        decided_by: "trace and wall time in a kitchen with one oven",
        needs: &[STORY],
        judge: |numbers| {
            let tale = kitchen(numbers, "one-oven", "threads");
            vec![
                Case::new(
                    "one is decorated while another bakes",
                    STORY,
                    tale.and_then(|tale| {
                        let both = tale.share("both_ns", "computing_ns")?;
                        Some((both > HARDLY, format!("for {:.0} % of the decorating", 100.0 * both)))
                    }),
                ),
                Case::new(
                    "two bake at once",
                    STORY,
                    tale.and_then(|tale| {
                        let baking = tale.figure("waits_at_once")?;
                        let minutes = tale.seconds() / 60.0;
                        Some((
                            baking > 1.0,
                            format!("{baking:.0} at once; {minutes:.1} min, and 33 one after the other"),
                        ))
                    }),
                ),
            ]
        },
    },
    Claim {
        id: "K13",
        says: "Concurrency is not about how many CPUs there are",
        at: CONCURRENCY,
        decided_by: "workloads that wait, on 1, 2, 4 and more cores",
        needs: &[Needs::Cores],
        judge: cores::waiting_is_flat,
    },
];

fn kitchen<'a>(numbers: &Measurements<'a>, name: &str, model: &str) -> Option<Tale<'a>> {
    numbers.story_run("cakes", &format!("kitchen={name}"), model)
}
