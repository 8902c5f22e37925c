//! The post's claims about Python's lock, its best tools and its two code samples.

use crate::model::MadeOf;
use crate::post::claims::interpreter::Build;
use crate::post::claims::python::{self, PROCESSES, WITH_GIL, by_models, named_tools, of_interpreters};
use crate::post::claims::words::headings::{GIL, MULTIPROCESSING_EXAMPLE, THREADING_EXAMPLE};
use crate::post::claims::words::quote;
use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, costs};
use crate::record::figure::Figure;

const DOWNLOADS: Needs = Needs::Story("downloads");
const FOUR: Needs = Needs::Story("four");

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "G1",
        says: quote("Python (specifically CPython) has a GIL (Global Interpreter Lock).", GIL),
        decided_by: "the interpreter's own flag",
        needs: &[Needs::Python],
        judge: has_a_lock,
    },
    Claim {
        id: "G2",
        says: quote("This prevents multiple threads from running Python code at the same time.", GIL),
        decided_by: "the speedup of threads on pure Python, by build",
        needs: &[Needs::Python],
        judge: python::threads_gain_nothing,
    },
    Claim {
        id: "G3",
        says: quote("BUT you can do concurrent IO using threading.", GIL),
        decided_by: "http and sleep under as many threads as jobs",
        needs: &[Needs::Python],
        judge: python::threads_wait_together,
    },
    Claim {
        id: "G4",
        says: quote("AND multiprocessing bypasses the GIL.", GIL),
        decided_by: "speedup and CPU time over wall time of processes on pure Python",
        needs: &[Needs::Python],
        judge: python::processes_get_around_the_lock,
    },
    Claim {
        id: "G5",
        says: quote("Web scraping ... threading, asyncio", GIL),
        decided_by: "http under CPython by the judge of the post's table; pages over latencies and times of parsing: is the better of both within 5 % of all else",
        needs: &[Needs::Costs, Needs::Python],
        judge: |m| {
            let mut cases = named_tools(m, WITH_GIL, &["http"]);
            cases.extend(costs::threads_or_async(m, "pages"));
            cases
        },
    },
    Claim {
        id: "G6",
        says: quote("file read/write ... threading, asyncio", GIL),
        decided_by: "reading and saving under CPython by the judge of the post's table; warm and cold files of 4 KiB to 64 MiB: is the better of both within 5 % of all else",
        needs: &[Needs::Costs, Needs::Python],
        judge: |m| {
            let mut cases = named_tools(m, WITH_GIL, &["warm-file", "cold-file", "save"]);
            cases.extend(costs::threads_or_async(m, "files"));
            cases
        },
    },
    Claim {
        id: "G7",
        says: quote("Heavy math ... multiprocessing, concurrent.futures.ProcessPoolExecutor", GIL),
        decided_by: "primes under CPython by the judge of the post's table; by the size of a job, in Rust and in Python: are processes within 5 % of the best",
        needs: &[Needs::Costs, Needs::Python],
        judge: |m| {
            let mut cases = named_tools(m, Build::ALL, &["primes"]);
            cases.extend(costs::processes_by_size(m));
            cases
        },
    },
    Claim {
        id: "G8",
        says: quote("video processing ... multiprocessing, concurrent.futures.ProcessPoolExecutor", GIL),
        decided_by: "rows of a frame rendered under CPython, and frames of 1 MiB that are handed to its processes, by the judge of the post's table; the same frames with 1 to 64 times the work for each MiB: are processes within 5 % of the best",
        needs: &[Needs::Costs, Needs::Python],
        judge: |m| {
            let mut cases = named_tools(m, Build::ALL, &["mandelbrot", "frame"]);
            cases.extend(costs::in_python_at_sizes(m, "frames", PROCESSES, Build::ALL));
            cases
        },
    },
    Claim {
        id: "D1",
        says: quote("for _ in range(10): ... t = threading.Thread(target=download_file)", THREADING_EXAMPLE),
        decided_by: "trace: tasks alive at once, with real downloads and with a body that only prints",
        needs: &[DOWNLOADS],
        judge: ten_threads,
    },
    Claim {
        id: "D2",
        says: quote("for _ in range(4): ... p = Process(target=crunch_data)", MULTIPROCESSING_EXAMPLE),
        decided_by: "the example as a script of CPython's, by fork, forkserver and spawn, with and without a guard: tasks that were done",
        needs: &[FOUR, Needs::Python],
        judge: four_processes,
    },
];

/// What each interpreter reports about its lock.
fn has_a_lock(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = vec![];
    for build in Build::ALL {
        let mut results = vec![];
        for entry in m.interpreter_entries() {
            let result = match (entry.gil, build) {
                (Some(true), Build::Gil) => CaseResult::Holds("it is in force".into()),
                (Some(false), Build::FreeThreaded) => CaseResult::Fails("it is not in force".into()),
                _ => continue,
            };
            results.push((entry.version.clone().unwrap_or_else(|| entry.tag.clone()), result));
        }
        let name = match build {
            Build::Gil => "the default build",
            Build::FreeThreaded => "the free-threaded build",
        };
        cases.push(of_interpreters(m, name.into(), &results));
    }
    cases
}

/// Whether the ten threads of the example are alive at once: with what it is about, and with what it does.
fn ten_threads(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = vec![];
    for (name, arrangement) in
        [("a real download", "body=download"), ("a body that only prints", "body=print")]
    {
        cases.push(DOWNLOADS.case(format!("{name} in Rust"), alive(m, "threads", arrangement)));
        let python = |model: &str| alive(m, model, arrangement);
        cases.extend(by_models(m, name, MadeOf::Threads, WITH_GIL, python));
    }
    cases
}

/// Whether most of ten tasks are alive at once: one slow start does not indicate another tool.
fn alive(m: &Measurements<'_>, model: &str, arrangement: &str) -> Option<CaseResult> {
    let alive = m.story("downloads", arrangement, model).figure(Figure::InFlight).at_least(8.0);
    alive.shows(|alive| format!("{alive:.0} of 10 alive at once"))
}

/// Whether all four tasks of the script finish.
fn four_processes(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = vec![];
    for start in ["fork", "forkserver", "spawn"] {
        for (guard, name) in [("yes", "with"), ("no", "without")] {
            let done = |model: &str| {
                let four = m.story("four", &format!("start={start} guard={guard}"), model);
                let all = four.figure(Figure::Tasks).spread()?;
                let right = four.figure(Figure::Right) / four.figure(Figure::Tasks).positive();
                right.at_least(1.0).shows(|right| format!("{:.0} of {all:.0} tasks", right * all.median))
            };
            let name = format!("{start} {name} a __main__ guard");
            cases.extend(by_models(m, &name, PROCESSES[0], WITH_GIL, done));
        }
    }
    cases
}
