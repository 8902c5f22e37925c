//! Remarks on a user's function: what its rows measure if it is very short, uses cores by itself, or waits without an async form.

use std::time::Duration;

use crate::record::schema::{FunctionFacts, WorkloadEntry};
use crate::stats::units;

/// The shortest job whose rows are mostly about its work: handing one out costs models some microseconds.
const SHORTEST_NS: u64 = 10_000;

/// The same for interpreters, whose pools take longer to hand one out.
const SHORTEST_IN_PYTHON_NS: u64 = 100_000;

/// A job that is this long makes handing it out a few percent of it.
const GOOD_NS: u64 = 100_000;

/// The number of cores that a function on one thread keeps busy, with room for what else its process does.
const ONE_CORE: f64 = 1.2;

/// The share of job time above which sending the inputs is reported.
const MUCH_SHIPPING: f64 = 0.05;

/// The least time of all calls from which their use of cores can be told.
const TELLING_NS: u64 = 10_000_000;

/// A remark on a user's function.
#[derive(Clone, Debug, PartialEq)]
pub enum FunctionRemark {
    /// The number of cores that one call keeps busy.
    Parallel(f64),
    /// The time of a job in nanoseconds.
    Short(u64),
    /// The time to make all inputs, and the time of a job, in nanoseconds.
    SlowInputs(u64, u64),
    /// The same of a function in Python.
    SlowInputsInPython(u64, u64),
    /// Sending the inputs to processes takes this share of job time.
    Shipping(f64),
    /// It waits, and has no async form.
    Blocking,
    /// It waits, and is no coroutine function.
    NoCoroutine,
    /// This module has switched the lock of a free-threaded build on again.
    LockBack(String),
    /// The program printed so many bytes before `Suite::main`.
    Printed(u64),
}

/// The remarks on `workload`, if it is a user's function.
pub(super) fn remarks(workload: &WorkloadEntry) -> Vec<FunctionRemark> {
    let Some(facts) = workload.function else { return vec![] };
    let FunctionFacts { inputs_ns, calls_ns, cpu_ns, shipping_ns, printed_bytes, asynchronous, .. } = facts;
    let mut remarks = Vec::new();
    let busy = cpu_ns.unwrap_or(0) as f64 / calls_ns.max(1) as f64;
    if calls_ns >= TELLING_NS && busy > ONE_CORE {
        remarks.push(FunctionRemark::Parallel(busy));
    }
    let job_ns = calls_ns / workload.jobs;
    let shortest = if workload.platform.is_some() { SHORTEST_IN_PYTHON_NS } else { SHORTEST_NS };
    if job_ns < shortest {
        remarks.push(FunctionRemark::Short(job_ns));
    }
    // Inputs that are sent are made once.
    if inputs_ns > job_ns && inputs_ns >= SHORTEST_NS && shipping_ns.is_none() {
        remarks.push(match workload.platform {
            Some(_) => FunctionRemark::SlowInputsInPython(inputs_ns, job_ns),
            None => FunctionRemark::SlowInputs(inputs_ns, job_ns),
        });
    }
    let shipping = shipping_ns.unwrap_or(0) as f64 / calls_ns.max(1) as f64;
    if shipping > MUCH_SHIPPING {
        remarks.push(FunctionRemark::Shipping(shipping));
    }
    if workload.kind.waits() && !asynchronous {
        let in_python = workload.platform.is_some();
        remarks.push(if in_python { FunctionRemark::NoCoroutine } else { FunctionRemark::Blocking });
    }
    if let Some(warning) = workload.python.as_ref().and_then(|facts| facts.lock_back.as_deref()) {
        remarks.push(FunctionRemark::LockBack(module_in(warning)));
    }
    if printed_bytes > 0 {
        remarks.push(FunctionRemark::Printed(printed_bytes));
    }
    remarks
}

impl FunctionRemark {
    /// What is remarkable about the function of `workload`.
    pub(super) fn cause(&self, workload: &str) -> String {
        match self {
            FunctionRemark::Parallel(cores) => format!(
                "{workload} is parallel itself: one call after the other keeps {cores:.1} cores busy, and models that run several calls \
                 at once compete with that"
            ),
            FunctionRemark::Short(ns) => format!(
                "a job of {workload} takes {}: its rows show what handing out a job costs, not the work",
                in_words(*ns)
            ),
            FunctionRemark::SlowInputs(inputs, job) | FunctionRemark::SlowInputsInPython(inputs, job) => {
                format!(
                    "making the inputs of {workload} takes {}, and a job {}: processes, a process for each job, makes all of them for each",
                    in_words(*inputs),
                    in_words(*job)
                )
            }
            FunctionRemark::Shipping(share) => {
                format!(
                    "sending the inputs of {workload} to processes takes {:.0} % of its jobs",
                    share * 100.0
                )
            }
            FunctionRemark::Blocking => format!(
                "{workload} has no async form: on tokio-one and tokio-many it blocks the threads that wait"
            ),
            FunctionRemark::NoCoroutine => {
                format!(
                    "{workload} is no coroutine function: py-asyncio runs it in threads (asyncio.to_thread)"
                )
            }
            FunctionRemark::LockBack(module) => format!(
                "{workload}: the GIL came back with {module}, which does not say that it runs without: this free-threaded build measures \
                 the function under a GIL"
            ),
            FunctionRemark::Printed(bytes) => format!(
                "the program prints {bytes} bytes before Suite::main, which are skipped in child processes"
            ),
        }
    }

    /// What to do about it.
    pub(super) fn advice(&self) -> Option<String> {
        match self {
            FunctionRemark::Short(ns) => {
                Some(format!("put {} calls into one job", (GOOD_NS / (*ns).max(1)).max(10)))
            }
            FunctionRemark::Blocking => Some("Workload::or_async gives it one".into()),
            FunctionRemark::SlowInputs(..) => Some("Workload::shipping sends each job its own".into()),
            FunctionRemark::SlowInputsInPython(..) => Some("--ship sends each job its own".into()),
            FunctionRemark::Parallel(_)
            | FunctionRemark::Shipping(_)
            | FunctionRemark::Printed(_)
            | FunctionRemark::NoCoroutine
            | FunctionRemark::LockBack(_) => None,
        }
    }
}

/// The module that an interpreter's `warning` names, as in "The global interpreter lock (GIL) has been enabled to load module 'x', ..".
fn module_in(warning: &str) -> String {
    let named = warning.split_once("module '").and_then(|(_, rest)| rest.split_once('\''));
    match named {
        Some((module, _)) => format!("module {module}"),
        None => "a module that the function needs".to_owned(),
    }
}

fn in_words(ns: u64) -> String {
    units::duration(Duration::from_nanos(ns))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::Kind;

    /// What is known of a function about which there is nothing to remark.
    pub(crate) fn plain_function() -> FunctionFacts {
        FunctionFacts {
            inputs_ns: 1_000,
            calls_ns: 50_000_000,
            cpu_ns: Some(50_000_000),
            shipping_ns: None,
            printed_bytes: 0,
            answers: None,
            asynchronous: false,
            at_most: None,
            isolated: false,
        }
    }

    #[test]
    fn remarks_tell_what_the_rows_of_a_function_measure() {
        let plain = plain_function();
        let of = |kind: Kind, function: Option<FunctionFacts>| {
            let study = recording(3, 50).study.unwrap();
            let jobs = 50.try_into().unwrap();
            remarks(&WorkloadEntry { kind, jobs, function, ..study.workloads[0].clone() })
        };
        assert_eq!(of(Kind::Computes, None), []);
        assert_eq!(of(Kind::Computes, Some(plain)), []);
        let parallel = FunctionFacts { cpu_ns: Some(155_000_000), ..plain };
        assert_eq!(of(Kind::Computes, Some(parallel)), [FunctionRemark::Parallel(3.1)]);
        let short = FunctionFacts { calls_ns: 499_000, cpu_ns: None, ..plain };
        assert_eq!(of(Kind::Computes, Some(short)), [FunctionRemark::Short(9_980)]);
        let slow = FunctionFacts { inputs_ns: 1_000_001, ..plain };
        assert_eq!(of(Kind::Computes, Some(slow)), [FunctionRemark::SlowInputs(1_000_001, 1_000_000)]);
        let advice = FunctionRemark::SlowInputsInPython(1_000_001, 1_000_000).advice().unwrap();
        assert_eq!(advice, "--ship sends each job its own");
        let sent = FunctionFacts { shipping_ns: Some(5_000_000), ..slow };
        assert_eq!(of(Kind::Computes, Some(sent)), [FunctionRemark::Shipping(0.1)]);
        assert_eq!(of(Kind::Waits, Some(plain)), [FunctionRemark::Blocking]);
        assert_eq!(of(Kind::Mixed, Some(FunctionFacts { asynchronous: true, ..plain })), []);
        let printed = FunctionFacts { printed_bytes: 3, ..plain };
        assert_eq!(of(Kind::Computes, Some(printed)), [FunctionRemark::Printed(3)]);
        let warning = "The global interpreter lock (GIL) has been enabled to load module 'a.b', which has not declared that ..";
        assert_eq!(module_in(warning), "module a.b");
        let cause = FunctionRemark::LockBack(module_in("")).cause("f");
        assert!(cause.contains("the GIL came back with a module that the function needs"), "{cause}");
        let advice = FunctionRemark::Short(200).advice().unwrap();
        assert_eq!(advice, "put 500 calls into one job");
    }
}
