//! The post's claims about cakes, and about the uses of threads and processes.

use crate::post::claims::thresholds::{HARDLY, NEARLY_ALL, PARALLEL};
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, cores, costs, each, python};
use crate::post::{
    claims::concepts::is_great, claims::measured::Measured, claims::measurements::MeasuredStory,
};
use crate::record::figure::Figure;

const STORY: Needs = Needs::Story("cakes");
const CRUNCH: Needs = Needs::Story("crunch");

const THREADING: &str = "Cute Kitchen Analogy, 1. Threading";
const PROCESSES: &str = "Cute Kitchen Analogy, 2. Multiprocessing";
const CONCURRENCY: &str = "Cute Kitchen Analogy, 3. Concurrency";

/// Seconds that three cakes take sequentially.
const ALONE: f64 = 1_980.0;

/// Workloads that wait.
const WAITING: [&str; 5] = ["sleep", "http", "cold-file", "save", "warm-file"];

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "K1",
        says: "The oven is waiting, decorating is computing",
        at: "Cute Kitchen Analogy",
        decided_by: "CPU time over wall time, phase by phase, one cake after the other",
        needs: &[STORY],
        judge: |m| {
            let cakes = kitchen(m, "alone", "sequential");
            let cpu = cakes.figure(Figure::CpuNs);
            let in_the_oven =
                (cpu - cakes.figure(Figure::ComputeNs)).or_zero() / cakes.figure(Figure::WaitNs);
            let decorating = cpu.or_zero() / cakes.figure(Figure::ComputeNs);
            vec![
                STORY.case("the oven", in_the_oven.at_most(HARDLY).shows(of_a_core)),
                STORY.case("decorating", decorating.at_least(NEARLY_ALL).shows(of_a_core)),
            ]
        },
    },
    Claim {
        id: "K2",
        says: "With threads and one brain, one cake is decorated while others bake",
        at: THREADING,
        decided_by: "wall time under threads with one brain, against one cake after the other; trace: both at once",
        needs: &[STORY],
        judge: |m| {
            let cakes = kitchen(m, "threading", "threads");
            let minutes = cakes.seconds() / 60.0;
            let saves = (Measured::from(ALONE) / cakes.seconds()).above(1.05);
            vec![
                STORY.case(
                    "it saves time",
                    saves.shows(|times| format!("{minutes:.1} min, {times:.2} times as fast as 33 min")),
                ),
                STORY.case(
                    "while others bake",
                    baking(cakes).above(1.0).shows(|baking| format!("{baking:.0} in the oven at once")),
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
        judge: |m| {
            let cakes = kitchen(m, "threading", "threads");
            let idle = Measured::from(1.0) - cakes.share(Figure::ComputingNs, Figure::ExtentNs);
            vec![
                STORY.case("never two at once", baking(cakes).at_most(1.0).shows(bake_at_once)),
                STORY.case(
                    "nobody idle",
                    idle.at_most(HARDLY)
                        .shows(|idle| format!("the brain is idle for {:.0} % of the time", 100.0 * idle)),
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
        judge: |m| each(WAITING, |workload| is_great(m, workload, "threads")),
    },
    Claim {
        id: "K5",
        says: "Threads are one process that switches",
        at: THREADING,
        decided_by: "trace: processes and threads at work",
        needs: &[STORY],
        judge: |m| vec![STORY.case("threads", threads_of_one_process(m))],
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
        judge: three_of_each,
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
        judge: |m| {
            let mut cases = separate_and_free(m, "processes");
            let pythons = m.under_interpreters("py-multiprocessing");
            for model in &pythons {
                cases.extend(separate_and_free(m, model));
            }
            if pythons.is_empty() {
                cases.push(Case::unknown("CPython's processes", m.why_no_python()));
            }
            cases
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
        judge: |m| {
            let cakes = kitchen(m, "one-oven", "threads");
            let both = cakes.share(Figure::BothNs, Figure::ComputingNs).above(HARDLY);
            let minutes = cakes.seconds() / 60.0;
            vec![
                STORY.case(
                    "one is decorated while another bakes",
                    both.shows(|both| format!("for {:.0} % of the decorating", 100.0 * both)),
                ),
                STORY.case(
                    "two bake at once",
                    baking(cakes).above(1.0).shows(|baking| {
                        format!("{baking:.0} at once; {minutes:.1} min, and 33 one after the other")
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

fn kitchen<'a>(m: &Measurements<'a>, name: &str, model: &str) -> MeasuredStory<'a> {
    m.story("cakes", &format!("kitchen={name}"), model)
}

/// The most cakes in the oven at one instant.
fn baking(cakes: MeasuredStory<'_>) -> Measured {
    cakes.figure(Figure::WaitsAtOnce)
}

fn bake_at_once(baking: f64) -> String {
    format!("{baking:.0} bake at once")
}

fn of_a_core(busy: f64) -> String {
    format!("{busy:.2} of a core busy")
}

fn threads_of_one_process(m: &Measurements<'_>) -> Option<CaseResult> {
    let cakes = kitchen(m, "threading", "threads");
    let children = cakes.figure(Figure::ChildProcesses).value()?;
    let threads = cakes.figure(Figure::Threads).value()?;
    let numbers = format!("{children:.0} child processes, {threads:.0} threads");
    Some(CaseResult::of(children == 0.0 && threads > 1.0, numbers))
}

/// Whether three processes have three ovens and, where the machine has as many cores, three brains.
fn three_of_each(m: &Measurements<'_>) -> Vec<Case> {
    let cakes = kitchen(m, "clones", "processes");
    let ovens = STORY.case("three ovens", baking(cakes).is(3.0).shows(bake_at_once));
    let brains = match cakes.figure(Figure::Cores).value() {
        Some(cores) if cores < 3.0 => Case::unknown(
            "three brains",
            format!("this machine has {cores:.0} cores, and three brains need three"),
        ),
        _ => {
            let busy = cakes.share(Figure::CpuNs, Figure::ComputingNs).above(2.0);
            STORY.case("three brains", busy.shows(|busy| format!("{busy:.2} cores busy while any decorates")))
        }
    };
    vec![ovens, brains]
}

/// Whether four jobs have a process each, and compute at the same time.
fn separate_and_free(m: &Measurements<'_>, model: &str) -> Vec<Case> {
    let crunch = m.story("crunch", "jobs=4", model);
    let separate = crunch.figure(Figure::ChildProcesses).is(4.0);
    let free = crunch.busy_cores().above(PARALLEL);
    vec![
        CRUNCH.case(
            format!("separate, {model}"),
            separate.shows(|children| format!("{children:.0} child processes for 4 jobs")),
        ),
        CRUNCH.case(format!("no lock, {model}"), free.shows(|busy| format!("{busy:.2} cores busy"))),
    ]
}
