//! Functions and tasks as users have them, the right ones and the wrong ones: `FUNCTIONS=NAME` chooses. Tests run it; a user's guide is in the
//! documentation of `Suite`.

#![expect(clippy::print_stdout, reason = "functions of users print")]

mod tasks;

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bakeoff::{Suite, Workload};

fn numbers() -> Vec<u64> {
    (0..24).collect()
}

/// Sums squares: about 0.1 ms with optimisation.
fn sum(n: &u64) -> u64 {
    (0..100_000_u64).fold(*n, |sum, k| sum.wrapping_mul(31).wrapping_add(std::hint::black_box(k)))
}

fn sleep_ms(n: &u64) -> u64 {
    std::thread::sleep(Duration::from_millis(2));
    *n
}

async fn sleep_ms_async(n: &u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(2)).await;
    *n
}

/// Counts to `n`.
fn count(n: &u64) -> u64 {
    (0..*n).fold(0, |sum, k| sum + std::hint::black_box(k) % 2)
}

/// The jobs that run at once in this process.
static AT_ONCE: AtomicU64 = AtomicU64::new(0);

/// How many of at most three jobs run at once: fails if there are more.
fn enter(n: &u64) -> u64 {
    assert!(AT_ONCE.fetch_add(1, Ordering::SeqCst) < 3, "more than three jobs at once");
    *n
}

fn alone(n: &u64) -> u64 {
    let n = enter(n);
    std::thread::sleep(Duration::from_millis(2));
    AT_ONCE.fetch_sub(1, Ordering::SeqCst);
    n
}

async fn alone_async(n: &u64) -> u64 {
    let n = enter(n);
    tokio::time::sleep(Duration::from_millis(2)).await;
    AT_ONCE.fetch_sub(1, Ordering::SeqCst);
    n
}

/// Fails if some of its jobs have run on the main thread of this process and others have not.
fn on_one_kind_of_thread(n: &u64) -> u64 {
    static ON_MAIN: AtomicU64 = AtomicU64::new(0);
    static ON_OTHERS: AtomicU64 = AtomicU64::new(0);
    let is_main = std::thread::current().name() == Some("main");
    if is_main { &ON_MAIN } else { &ON_OTHERS }.store(1, Ordering::SeqCst);
    let kinds = ON_MAIN.load(Ordering::SeqCst) + ON_OTHERS.load(Ordering::SeqCst);
    assert!(kinds == 1, "two models have run in this process");
    sum(n)
}

/// A number that no two processes have.
fn chance() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    u64::from(now) << 32 | u64::from(std::process::id())
}

fn right(suite: Suite) -> Suite {
    suite
        .workload(Workload::computes("sum", numbers, sum).about("sums 100,000 products"))
        .workload(Workload::waits("sleep", numbers, sleep_ms).or_async(sleep_ms_async))
        .workload(Workload::computes("sent", numbers, sum).shipping().revision(2))
        .workload(Workload::mixed("page", numbers, |n, ctx| {
            let waited = ctx.wait(|| sleep_ms(n));
            ctx.compute(|| sum(&waited))
        }))
}

fn wrong(name: &str, suite: Suite) -> Suite {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    match name {
        "chance" => suite.workload(Workload::computes("chance", numbers, |n| n + chance())),
        "chance-in-inputs" => {
            suite.workload(Workload::computes("inputs", || vec![chance(), chance() + 1], sum))
        }
        "count" => suite.workload(Workload::computes(
            "count",
            || vec![1; 1 + usize::from(chance().to_le_bytes()[4] % 97)],
            sum,
        )),
        "order" => suite.workload(Workload::computes(
            "order",
            || (0..64).collect::<HashSet<u64>>().into_iter().collect(),
            sum,
        )),
        "panic" => suite.workload(Workload::computes("panic", numbers, |n| {
            assert!(*n != 7, "seven is not my number");
            *n
        })),
        "panic-in-inputs" => {
            suite.workload(Workload::computes("inputs", || -> Vec<u64> { panic!("no disk") }, sum))
        }
        "error" => suite.workload(Workload::try_computes("error", numbers, |n| {
            if *n == 7 { Err("seven is not found") } else { Ok(*n) }
        })),
        "late" => suite.workload(Workload::try_waits("late", numbers, |n| {
            if *n == 7 { Err("seven does not come") } else { Ok(*n) }
        })),
        "memory" => {
            suite.workload(Workload::computes("memory", numbers, |_| CALLS.fetch_add(1, Ordering::Relaxed)))
        }
        "unexpected" => suite.workload(Workload::computes("unexpected", numbers, sum).expecting(|n| n + 1)),
        "prints" => suite.workload(Workload::computes("prints", numbers, |n| {
            println!("job {n}");
            sum(n)
        })),
        "reads" => suite.workload(Workload::computes("reads", numbers, |n| {
            let mut line = String::new();
            let read = std::io::stdin().read_line(&mut line).unwrap_or(0);
            sum(n) + read as u64
        })),
        "moves" => suite.workload(Workload::computes("moves", numbers, |n| {
            std::env::set_current_dir(std::env::temp_dir()).expect("there is a temporary folder");
            sum(n)
        })),
        "nested" => suite.workload(Workload::computes("nested", numbers, |n| {
            use rayon::prelude::*;
            (0..8_u64).into_par_iter().map(|k| sum(&(n + k))).reduce(|| 0, u64::wrapping_add)
        })),
        "hangs" => suite.workload(Workload::computes("hangs", numbers, |n| {
            if *n == 3 {
                std::thread::sleep(Duration::from_secs(3_600));
            }
            *n
        })),
        "limited" => suite
            .workload(Workload::waits("limited", numbers, alone).or_async(alone_async).at_most(3))
            .workload(Workload::computes("one", numbers, sum).at_most(1)),
        "isolated" => {
            suite.workload(Workload::computes("isolated", numbers, on_one_kind_of_thread).isolated())
        }
        "sized" => suite.workload(
            Workload::computes("sized", || vec![1_000; 24], count).sizes([10, 100_000], |to| vec![*to; 24]),
        ),
        "no-job-at-once" => suite.workload(Workload::computes("none", numbers, sum).at_most(0)),
        "empty" => suite,
        "none" => suite.workload(Workload::computes("none", Vec::new, sum)),
        "twice" => right(right(suite)),
        "slash" => suite.workload(Workload::computes("a/b", numbers, sum)),
        "nameless" => suite.workload(Workload::computes("", numbers, sum)),
        "tiny" => suite.workload(Workload::computes("tiny", numbers, |n| n + 1)),
        task if task.starts_with("task") => tasks::of(task, suite),
        _ => right(suite),
    }
}

fn main() -> ExitCode {
    let name = std::env::var_os("FUNCTIONS").unwrap_or_default().to_string_lossy().into_owned();
    if name == "prints" {
        println!("a line before the suite, and no end of the next");
        print!("...");
    }
    let suite = wrong(&name, Suite::new());
    if name == "runtime" {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        return runtime.block_on(async { suite.main() });
    }
    suite.main()
}
