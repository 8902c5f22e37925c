//! What the post says of Python's lock, of its best tools, and of its two code samples.

use super::{Case, Claim, Needs, costs, unmeasured};

const TABLE: &str = "Python Weirdness: the GIL, the table of best tools";

pub(super) const CLAIMS: &[Claim] = &[
    python(
        "G1",
        "CPython has a global interpreter lock",
        "Python Weirdness: the GIL",
        "the interpreter's own flag",
    ),
    python(
        "G2",
        "It keeps threads from running Python at the same time",
        "Python Weirdness: the GIL",
        "CPU time over wall time of threads on every interpreter found",
    ),
    python(
        "G3",
        "Threads still wait for IO at the same time",
        "Python Weirdness: the GIL",
        "http under 1 to 64 threads",
    ),
    python(
        "G4",
        "Multiprocessing gets around it",
        "Python Weirdness: the GIL",
        "speedup and CPU time over wall time of processes",
    ),
    Claim {
        id: "G5",
        says: "Web scraping: threads or async IO",
        at: TABLE,
        decided_by: "http over latencies and times of parsing, the better of both against all else",
        needs: &[Needs::Costs],
        judge: |numbers| costs::threads_or_async(numbers, "pages"),
    },
    Claim {
        id: "G6",
        says: "Reading and writing files: threads or async IO",
        at: TABLE,
        decided_by: "warm and cold files of 4 KiB to 64 MiB under all models",
        needs: &[Needs::Costs],
        judge: |numbers| costs::threads_or_async(numbers, "files"),
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
        decided_by: "jobs with large buffers: what it costs to move a MiB",
        needs: &[Needs::Transfer],
        judge: |_| unmeasured(Needs::Transfer),
    },
    Claim {
        id: "D1",
        says: "Ten threads download at the same time",
        at: "In Code: the threading example",
        decided_by: "trace: tasks alive at once, with real downloads and with a body that only prints",
        needs: &[Needs::Story("downloads")],
        judge: |numbers| {
            let case = |name: &str, arrangement: &str| {
                let found = numbers.play("downloads", arrangement, "threads").and_then(|tale| {
                    let alive = tale.figure("in_flight")?;
                    // Most of them: a slow start of one is not another tool.
                    Some((alive >= 8.0, format!("{alive:.0} of 10 alive at once")))
                });
                Case::new(name, Needs::Story("downloads"), found)
            };
            vec![case("a real download", "body=download"), case("a body that only prints", "body=print")]
        },
    },
    python(
        "D2",
        "Four processes crunch",
        "In Code: the multiprocessing example",
        "CPython under fork, forkserver and spawn",
    ),
];

/// A claim that only CPython can decide.
const fn python(id: &'static str, says: &'static str, at: &'static str, decided_by: &'static str) -> Claim {
    Claim { id, says, at, decided_by, needs: &[Needs::Python], judge: |_| unmeasured(Needs::Python) }
}
