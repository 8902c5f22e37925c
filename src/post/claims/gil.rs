//! The post's claims about Python's lock, its best tools and its two code samples.

use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, costs, python};
use crate::record::figure::Figure;

const DOWNLOADS: Needs = Needs::Story("downloads");
const FOUR: Needs = Needs::Story("four");

const GIL: &str = "Python Weirdness: the GIL";
const TABLE: &str = "Python Weirdness: the GIL, the table of best tools";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim {
        id: "G1",
        says: "CPython has a global interpreter lock",
        at: GIL,
        decided_by: "the interpreter's own flag",
        needs: &[Needs::Python],
        judge: has_a_lock,
    },
    Claim {
        id: "G2",
        says: "It keeps threads from running Python at the same time",
        at: GIL,
        decided_by: "the speedup of threads on pure Python, on every interpreter measured",
        needs: &[Needs::Python],
        judge: python::threads_gain_nothing,
    },
    Claim {
        id: "G3",
        says: "Threads still wait for IO at the same time",
        at: GIL,
        decided_by: "http and sleep under as many threads as jobs",
        needs: &[Needs::Python],
        judge: python::threads_wait_together,
    },
    Claim {
        id: "G4",
        says: "Multiprocessing gets around it",
        at: GIL,
        decided_by: "speedup and CPU time over wall time of processes on pure Python",
        needs: &[Needs::Python],
        judge: python::processes_get_around_the_lock,
    },
    Claim {
        id: "G5",
        says: "Web scraping: threads or async IO",
        at: TABLE,
        decided_by: "http over latencies and times of parsing, the better of both against all else; http under CPython",
        needs: &[Needs::Costs, Needs::Python],
        judge: |m| threads_or_async(m, "pages", &["http"]),
    },
    Claim {
        id: "G6",
        says: "Reading and writing files: threads or async IO",
        at: TABLE,
        decided_by: "warm and cold files of 4 KiB to 64 MiB under all models; reading and saving under CPython",
        needs: &[Needs::Costs, Needs::Python],
        judge: |m| threads_or_async(m, "files", &["warm-file", "cold-file", "save"]),
    },
    Claim {
        id: "G7",
        says: "Heavy math: processes",
        at: TABLE,
        decided_by: "primes by the size of a job: from which size on processes are faster than one after the other",
        needs: &[Needs::Costs, Needs::Python],
        judge: costs::processes_pay,
    },
    Claim {
        id: "G8",
        says: "Video processing: processes",
        at: TABLE,
        decided_by: "rows of a frame rendered under CPython, and frames of 1 MiB that are handed to its processes",
        needs: &[Needs::Python],
        judge: python::processes_render,
    },
    Claim {
        id: "D1",
        says: "Ten threads download at the same time",
        at: "In Code: the threading example",
        decided_by: "trace: tasks alive at once, with real downloads and with a body that only prints",
        needs: &[DOWNLOADS],
        judge: |m| {
            let mut cases = vec![
                alive(m, "a real download", "threads", "body=download"),
                alive(m, "a body that only prints", "threads", "body=print"),
            ];
            for model in m.under_interpreters("py-threading") {
                cases.push(alive(m, &format!("a real download, {model}"), model, "body=download"));
                cases.push(alive(m, &format!("a body that only prints, {model}"), model, "body=print"));
            }
            cases
        },
    },
    Claim {
        id: "D2",
        says: "Four processes crunch",
        at: "In Code: the multiprocessing example",
        decided_by: "the example as a script of CPython's, by fork, forkserver and spawn, with and without a guard: tasks that were done",
        needs: &[FOUR, Needs::Python],
        judge: four_processes,
    },
];

/// What each interpreter reports about its lock.
fn has_a_lock(m: &Measurements<'_>) -> Vec<Case> {
    let mut cases = vec![];
    for entry in m.interpreter_entries() {
        let name = format!("CPython {}", entry.version.as_deref().unwrap_or(&entry.tag));
        match entry.gil {
            Some(true) => cases.push(Case { name, result: CaseResult::Holds("it is in force".into()) }),
            Some(false) => {
                cases.push(Case { name, result: CaseResult::Fails("it was built without".into()) });
            }
            None => {}
        }
    }
    if cases.is_empty() { vec![Case::unknown("CPython", m.why_no_python())] } else { cases }
}

/// Sizes in Rust, and the workloads of the main tables under CPython.
fn threads_or_async(m: &Measurements<'_>, series: &str, in_python: &[&str]) -> Vec<Case> {
    let mut cases = costs::threads_or_async(m, series);
    cases.extend(python::best_is_made_of(m, in_python, costs::THREADS_OR_ASYNC));
    cases
}

/// Whether most of ten tasks are alive at once: one slow start does not indicate another tool.
fn alive(m: &Measurements<'_>, name: &str, model: &str, arrangement: &str) -> Case {
    let alive = m.story("downloads", arrangement, model).figure(Figure::InFlight).at_least(8.0);
    DOWNLOADS.case(name, alive.shows(|alive| format!("{alive:.0} of 10 alive at once")))
}

/// Whether all four tasks of the script finish.
fn four_processes(m: &Measurements<'_>) -> Vec<Case> {
    let models = m.under_interpreters("py-multiprocessing");
    if models.is_empty() {
        return vec![Case::unknown("CPython", m.why_no_python())];
    }
    let mut cases = vec![];
    for model in models {
        for start in ["fork", "forkserver", "spawn"] {
            for (guard, name) in [("yes", "with"), ("no", "without")] {
                let four = m.story("four", &format!("start={start} guard={guard}"), model);
                let right = four.figure(Figure::Right).is_all_of(four.figure(Figure::Tasks), "tasks");
                cases.push(FOUR.case(format!("{model}, {start}, {name} a __main__ guard"), right));
            }
        }
    }
    cases
}
