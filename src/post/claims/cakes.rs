//! The post's claims about cakes, and about the uses of threads and processes.

use crate::model::MadeOf;
use crate::post::claims::concepts::is_great;
use crate::post::claims::measured::Measured;
use crate::post::claims::python::{PROCESSES, WITH_GIL, by_models};
use crate::post::claims::story::MeasuredStory;
use crate::post::claims::thresholds::{HARDLY, NEARLY_ALL, PARALLEL, WAITING};
use crate::post::claims::words::headings::{CONCURRENCY, KITCHEN, MULTIPROCESSING, THREADING};
use crate::post::claims::words::quote;
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, cores, costs, each, python};
use crate::stats::spread::Spread;

use crate::record::figure::Figure;

const STORY: Needs = Needs::Story("cakes");
const CRUNCH: Needs = Needs::Story("crunch");

/// Seconds that three cakes take sequentially.
const ALONE: f64 = 1_980.0;

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "K1",
        says: quote(
            "Needs 10 minutes in the oven (IO-bound) ... Needs 1 minute of intense decorating (CPU-bound)",
            KITCHEN,
        ),
        decided_by: "CPU time over wall time, phase by phase, sequentially",
        needs: &[STORY],
        judge: |m| {
            let cakes = kitchen(m, "alone", "sequential");
            let cpu = cakes.figure(Figure::CpuNs);
            let in_the_oven =
                (cpu.clone() - cakes.figure(Figure::ComputeNs)).or_zero() / cakes.figure(Figure::WaitNs);
            let decorating = cpu / cakes.figure(Figure::ComputeNs);
            vec![
                STORY.check("the oven", in_the_oven.at_most(HARDLY).passes(of_a_core)),
                STORY.check("decorating", decorating.at_least(NEARLY_ALL).passes(of_a_core)),
            ]
        },
    },
    Claim {
        id: "K2",
        says: quote("While A is baking, you decorate B.", THREADING),
        decided_by: "wall time under threads with one brain, against sequential; trace: both at once",
        needs: &[STORY],
        judge: |m| {
            let cakes = kitchen(m, "threading", "threads");
            let saves = cakes.seconds().map(|seconds| ALONE / seconds).above(1.05);
            vec![
                STORY.check(
                    "it saves time",
                    saves.passes(|times| {
                        format!("{:.1} min, {times:.2} times as fast as 33 min", ALONE / 60.0 / times.median)
                    }),
                ),
                STORY.check("while others bake", baking(cakes).above(1.0).passes(bake_at_once)),
            ]
        },
    },
    Claim {
        id: "K3",
        says: quote("You never bake 2 at once, but you juggle between them without sitting idle.", THREADING),
        decided_by: "trace, with one oven and with three: cakes in the oven at once; the share of the time in which the one brain does nothing",
        needs: &[STORY],
        judge: |m| vec![STORY.case("never two at once, and not idle", busy_with_one_oven(m))],
    },
    Claim {
        id: "K4",
        says: quote("Great for I/O-heavy tasks (waiting for oven = waiting for file/net/db).", THREADING),
        decided_by: "study: the speedup of threads on each workload that waits, in Python and in Rust; no memory copy is one",
        needs: &[Needs::Study, Needs::Python],
        judge: |m| {
            let mut cases = python::threads_are_great(m, &WAITING);
            cases.extend(each(WAITING, |workload| is_great(m, workload, "threads")));
            cases
        },
    },
    Claim {
        id: "K5",
        says: quote("Still one brain (process), just juggling faster.", THREADING),
        decided_by: "trace: processes and threads at work",
        needs: &[STORY],
        judge: |m| vec![STORY.check("threads", threads_of_one_process(m))],
    },
    Claim {
        id: "K6",
        says: quote("GIL says \"only one thread at a time runs Python bytecode.\"", THREADING),
        decided_by: "CPU time over wall time of CPython threads on pure Python, by build",
        needs: &[Needs::Python],
        judge: python::threads_share_a_core,
    },
    Claim {
        id: "K7",
        says: quote("So threading's good only when you wait on stuff (IO).", THREADING),
        decided_by: "the speedup of CPython threads, by build, on pure Python, and on hash, in C code that lets go of the lock",
        needs: &[Needs::Python],
        judge: python::threads_are_good_only_at_waiting,
    },
    Claim {
        id: "K8",
        says: quote(
            "Each one has their own oven, own spatula, own brain. ... You all bake and decorate at once.",
            MULTIPROCESSING,
        ),
        decided_by: "trace of three processes: baking at once, and cores busy while any decorates",
        needs: &[STORY],
        judge: three_of_each,
    },
    Claim {
        id: "K9",
        says: quote(
            "Great for CPU-heavy stuff - like video rendering, crunching numbers, encrypting data.",
            MULTIPROCESSING,
        ),
        decided_by: "study: are processes within 5 % of the best on frames, primes and hashing, which stands for encrypting; and on the smallest jobs, faster than sequential",
        needs: &[Needs::Study, Needs::Costs, Needs::Python],
        judge: costs::processes_are_best,
    },
    Claim {
        id: "K10",
        says: quote("Python creates separate processes (no GIL!).", MULTIPROCESSING),
        decided_by: "trace: processes at work; CPU time over wall time of four that compute",
        needs: &[CRUNCH, Needs::Python],
        judge: separate_and_free,
    },
    Claim {
        id: "K11",
        says: quote("But heavier on memory.", MULTIPROCESSING),
        decided_by: "memory for each further task, thread and process",
        needs: &[Needs::Costs],
        judge: costs::processes_are_heavier,
    },
    Claim {
        id: "K12",
        says: quote(
            "You don't \"do multiple things at the same nanosecond\", but they overlap in progress.",
            CONCURRENCY,
        ),
        decided_by: "trace and wall time in a kitchen with one brain and one oven",
        needs: &[STORY],
        judge: overlap_with_one_oven,
    },
    Claim {
        id: "K13",
        says: quote("So concurrency is about task scheduling, not raw CPU force.", CONCURRENCY),
        decided_by: "workloads that wait, from the fewest cores measured to the most: is the speedup the same within 5 %",
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

fn bake_at_once(baking: Spread) -> String {
    format!("{baking:.0} bake at once")
}

fn of_a_core(busy: Spread) -> String {
    format!("{busy:.2} of a core busy")
}

/// Whether one kitchen has both halves of the claim. They contradict each other where the brain is idle for less of the time only
/// where several cakes bake at once.
fn busy_with_one_oven(m: &Measurements<'_>) -> Option<CaseResult> {
    let (one, three) = (kitchen(m, "one-oven", "threads"), kitchen(m, "threading", "threads"));
    let (idle_with_one, idle_with_three) = (idle(one), idle(three));
    let (at_once, idle_s) = (baking(three).spread()?, idle_with_one.spread()?);
    let numbers = format!(
        "with one oven {:.0} bakes at a time, and the brain is idle for {:.0} % of the time; with three {at_once:.0} bake at \
         once, and it is idle for {:.0} %",
        baking(one).spread()?,
        idle_s * 100.0,
        idle_with_three.spread()? * 100.0
    );
    let both =
        baking(one).zip(&idle_with_one, |baking, idle| f64::from(u8::from(baking <= 1.0 && idle <= HARDLY)));
    let less_idle = idle_with_one.zip(&idle_with_three, |one, three| one - three);
    let trades =
        less_idle.zip(&baking(three), |less, baking| f64::from(u8::from(less > 0.0 && baking > 1.0)));
    Some(match (both.is(1.0).shows(|_| numbers.clone())?, trades.is(1.0).shows(|_| numbers.clone())?) {
        (CaseResult::Fails(_), CaseResult::Holds(_)) => CaseResult::Contradicts(numbers),
        (CaseResult::Fails(_), CaseResult::Undecided(_)) => CaseResult::Undecided(numbers),
        (both, _) => both,
    })
}

/// The share of the time in which nobody decorates.
fn idle(cakes: MeasuredStory<'_>) -> Measured {
    cakes.share(Figure::ComputingNs, Figure::ExtentNs).map(|busy| 1.0 - busy)
}

fn threads_of_one_process(m: &Measurements<'_>) -> Option<CaseResult> {
    let cakes = kitchen(m, "threading", "threads");
    let (children, threads) = (cakes.figure(Figure::ChildProcesses), cakes.figure(Figure::Threads));
    let seen = children.spread()?;
    let alone = threads.zip(&children, |threads, children| if children == 0.0 { threads } else { 0.0 });
    alone.above(1.0).passes(|threads| format!("{seen:.0} child processes, {threads:.0} threads"))
}

/// Whether three processes have three ovens and, where the machine has as many cores, three brains.
fn three_of_each(m: &Measurements<'_>) -> Vec<Case> {
    let cakes = kitchen(m, "clones", "processes");
    let ovens = STORY.check("three ovens", baking(cakes).is(3.0).passes(bake_at_once));
    let brains = match cakes.cores() {
        Some(cores) if cores < 3 => Case::missing(
            "three brains",
            format!("this machine has {cores} cores, and three brains need three"),
        ),
        _ => {
            let busy = cakes.share(Figure::CpuNs, Figure::ComputingNs).above(2.0);
            STORY.case("three brains", busy.shows(|busy| format!("{busy:.2} cores busy while any decorates")))
        }
    };
    vec![ovens, brains]
}

/// Whether four jobs have a process each, and compute at the same time.
fn separate_and_free(m: &Measurements<'_>) -> Vec<Case> {
    let separate = |model: &str| {
        let children = crunch(m, model).figure(Figure::ChildProcesses).is(4.0);
        children.passes(|children| format!("{children:.0} child processes for 4 jobs"))
    };
    let free = |model: &str| match crunch(m, model).cores() {
        Some(1) => None,
        _ => crunch(m, model).busy_cores().above(PARALLEL).shows(|busy| format!("{busy:.2} cores busy")),
    };
    let mut cases = vec![
        CRUNCH.check("separate: processes in Rust", separate("processes")),
        CRUNCH.case("no lock: processes in Rust", free("processes")),
    ];
    let processes: MadeOf = PROCESSES[0];
    for case in by_models(m, "separate: processes", processes, WITH_GIL, separate) {
        cases.push(case.into_check());
    }
    cases.extend(by_models(m, "no lock: processes", processes, WITH_GIL, free));
    cases
}

fn crunch<'a>(m: &Measurements<'a>, model: &str) -> MeasuredStory<'a> {
    m.story("crunch", "jobs=4", model)
}

/// Whether one cake is decorated while another bakes in the only oven.
fn overlap_with_one_oven(m: &Measurements<'_>) -> Vec<Case> {
    let cakes = kitchen(m, "one-oven", "threads");
    let both = cakes.share(Figure::BothNs, Figure::ComputingNs).above(HARDLY);
    let minutes = cakes.seconds().map(|seconds| seconds / 60.0).spread();
    vec![
        STORY.case(
            "one is decorated while another bakes",
            minutes.and_then(|minutes| {
                both.shows(|both| {
                    format!(
                        "for {:.0} % of the decorating; {minutes:.1} min, and 33 sequentially",
                        both * 100.0
                    )
                })
            }),
        ),
        STORY.check("never two in the oven", baking(cakes).at_most(1.0).passes(bake_at_once)),
    ]
}
