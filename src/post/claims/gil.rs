//! The post's claims about Python's lock, its best tools and its two code samples.

use crate::record::schema::InterpreterEntry;

use crate::post::claims::{Case, CaseResult, Claim, Measurements, Needs, costs, python};

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
        judge: |numbers| threads_or_async(numbers, "pages", &["http"]),
    },
    Claim {
        id: "G6",
        says: "Reading and writing files: threads or async IO",
        at: TABLE,
        decided_by: "warm and cold files of 4 KiB to 64 MiB under all models; reading and saving under CPython",
        needs: &[Needs::Costs, Needs::Python],
        judge: |numbers| threads_or_async(numbers, "files", &["warm-file", "cold-file", "save"]),
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
        needs: &[Needs::Story("downloads")],
        judge: |numbers| {
            let case = |name: &str, model: &str, arrangement: &str| {
                let found = numbers.story_run("downloads", arrangement, model).and_then(|tale| {
                    let alive = tale.figure("in_flight")?;
                    // Most of them: one slow start does not indicate another tool.
                    Some((alive >= 8.0, format!("{alive:.0} of 10 alive at once")))
                });
                Case::new(name, Needs::Story("downloads"), found)
            };
            let mut cases = vec![
                case("a real download", "threads", "body=download"),
                case("a body that only prints", "threads", "body=print"),
            ];
            for model in numbers.under_interpreters("py-threading") {
                cases.push(case(&format!("a real download, {model}"), model, "body=download"));
                cases.push(case(&format!("a body that only prints, {model}"), model, "body=print"));
            }
            cases
        },
    },
    Claim {
        id: "D2",
        says: "Four processes crunch",
        at: "In Code: the multiprocessing example",
        decided_by: "the example as a script of CPython's, by fork, forkserver and spawn, with and without a guard: tasks that were done",
        needs: &[Needs::Story("four"), Needs::Python],
        judge: four_processes,
    },
];

/// What each interpreter reports about its lock.
fn has_a_lock(numbers: &Measurements<'_>) -> Vec<Case> {
    let case = |entry: &InterpreterEntry| {
        let name = format!("CPython {}", entry.version.as_deref().unwrap_or(&entry.tag));
        let result = match entry.gil? {
            true => CaseResult::Holds("it is in force".into()),
            false => CaseResult::Fails("it was built without".into()),
        };
        Some(Case { name, result })
    };
    let cases: Vec<Case> = numbers.entries().filter_map(case).collect();
    if cases.is_empty() { vec![Case::unknown("CPython", numbers.why_no_python())] } else { cases }
}

/// Sizes in Rust, and the workloads of the main tables under CPython.
fn threads_or_async(numbers: &Measurements<'_>, series: &str, in_python: &[&str]) -> Vec<Case> {
    let mut cases = costs::threads_or_async(numbers, series);
    cases.extend(python::best_is_one_of(numbers, in_python, &["py-threading", "py-asyncio"]));
    cases
}

/// Whether all four tasks of the script finish.
fn four_processes(numbers: &Measurements<'_>) -> Vec<Case> {
    let models = numbers.under_interpreters("py-multiprocessing");
    if models.is_empty() {
        return vec![Case::unknown("CPython", numbers.why_no_python())];
    }
    let case = |model: &str, start: &str, guard: &str, name: &str| {
        let found =
            numbers.story_run("four", &format!("start={start} guard={guard}"), model).and_then(|tale| {
                let (right, of) = (tale.figure("right")?, tale.figure("of")?);
                Some((right == of, format!("{right:.0} of {of:.0} tasks")))
            });
        Case::new(format!("{model}, {start}, {name} a __main__ guard"), Needs::Story("four"), found)
    };
    let of_model = |model: &&str| {
        ["fork", "forkserver", "spawn"]
            .into_iter()
            .flat_map(|start| [case(model, start, "yes", "with"), case(model, start, "no", "without")])
            .collect::<Vec<_>>()
    };
    models.iter().flat_map(of_model).collect()
}
