//! What the jobs of a user's function must return: two fresh processes call it with each input, one call after the other, and must
//! agree.

use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::child::reporting::{Next, ReportingChild};
use crate::child::{channel::Channel, parent_death, program, wire};
use crate::engine::{Context, Usage, nanoseconds, now};
use crate::model::Platform;
use crate::record::schema::FunctionFacts;
use crate::workload::function::{Function, FunctionJobs, Known, Rules, hash_of};
use crate::workload::{MakeJobs as _, Workload, catalog::Catalog};

/// The hidden subcommand that finds the answers of a function; its argument is the parent's process id.
pub const SUBCOMMAND: &str = "reference";

/// The longest time that a call, or making the inputs, may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Calls that take longer all together are not made a second time, only to be timed without what is between them.
const LONG: Duration = Duration::from_secs(5);

/// What a fresh process is asked.
#[derive(Debug, Serialize, Deserialize)]
struct Order {
    workload: String,
    /// Only this job, twice.
    twice: Option<usize>,
    /// The answers of the user's function for what is expected, if there is one.
    of_expected: bool,
}

/// What it tells.
#[derive(Debug, Serialize, Deserialize)]
enum Report {
    /// The number of inputs, and how long it took to make them.
    Inputs { count: usize, ns: u64 },
    /// The hash of the answer of the next job.
    Answer(u64),
    /// All jobs are done: their time, and the CPU time in it.
    Done { calls_ns: u64, cpu_ns: Option<u64>, shipping_ns: Option<u64> },
    /// A job failed, or the inputs could not be made.
    Failed(String),
}

/// Serves as a fresh process on the standard streams.
///
/// # Errors
/// When the order can't be read or the parent has ended.
pub(super) fn serve(parent: u32, _: &Path, catalog: &Catalog) -> Result<()> {
    parent_death::hold(parent)?;
    program::show_name();
    parent_death::watch(parent)?;
    let mut channel = Channel::open()?;
    let order: Order = wire::read(&mut channel.requests)?.context("the parent gave no order")?;
    let workload = catalog.workload(Platform::Native, &order.workload)?;
    let jobs = workload.jobs.of_function().context("only functions are asked for their answers")?;
    if let Err(why) = answer(&order, jobs.function(), &mut channel) {
        wire::write(&mut channel.replies, &Report::Failed(format!("{why:#}")))?;
    }
    Ok(())
}

fn answer(order: &Order, function: &dyn Function, channel: &mut Channel) -> Result<()> {
    let start = now();
    let count = function.count()?;
    wire::write(&mut channel.replies, &Report::Inputs { count, ns: nanoseconds(now() - start) })?;
    let numbers = match order.twice {
        Some(number) => vec![number, number],
        None => (0..count).collect(),
    };
    let (first, before) = (now(), Usage::of_this_process());
    for &number in &numbers {
        let hash = if order.of_expected {
            function.expected(number).context("nothing is expected")??
        } else {
            function.run(number, &Context::default())?;
            function.answer(number)?
        };
        wire::write(&mut channel.replies, &Report::Answer(hash))?;
    }
    let is_long = now() - first > LONG;
    let (calls_ns, cpu_ns) = if is_long || order.of_expected || order.twice.is_some() {
        let used = Usage::of_this_process() - before;
        (nanoseconds(now() - first), used.cpu_ns)
    } else {
        timed(&numbers, function)?
    };
    let shipping_ns = shipping(&numbers, function)?;
    wire::write(&mut channel.replies, &Report::Done { calls_ns, cpu_ns, shipping_ns })
}

/// The time of all calls, one after the other and with nothing between them, and the CPU time of this process in it.
fn timed(numbers: &[usize], function: &dyn Function) -> Result<(u64, Option<u64>)> {
    let (start, before) = (now(), Usage::of_this_process());
    for &number in numbers {
        function.run(number, &Context::default())?;
    }
    let (time, used) = (now() - start, Usage::of_this_process() - before);
    Ok((nanoseconds(time), used.cpu_ns))
}

/// The time of writing all inputs and reading them again, if they are sent to processes.
fn shipping(numbers: &[usize], function: &dyn Function) -> Result<Option<u64>> {
    let mut time = Duration::ZERO;
    for &number in numbers {
        let start = now();
        let Some(bytes) = function.ship(number) else { return Ok(None) };
        function.read_shipped(number, &bytes?)?;
        time += now() - start;
    }
    Ok(Some(nanoseconds(time)))
}

/// What a fresh process has told.
struct Told {
    answers: Vec<u64>,
    facts: FunctionFacts,
}

/// Asks fresh processes about the functions in `catalog` that `is_wanted` names, and gives these workloads their size. Where that
/// fails, the workload has the reason.
pub fn learn(
    catalog: &mut Catalog,
    exe: &Path,
    stop: &Arc<AtomicBool>,
    is_wanted: impl Fn(&Workload) -> bool,
) -> Result<()> {
    for workload in catalog.native_mut() {
        let Some(jobs) = workload.jobs.of_function() else { continue };
        if !is_wanted(workload) {
            continue;
        }
        let asked = Asked { exe, stop, workload: workload.name, jobs };
        if jobs.known().is_none() {
            jobs.learn(asked.known().map_err(|why| format!("{why:#}")));
        }
        if let Some(Ok(known)) = jobs.known() {
            ensure!(!known.answers.is_empty(), NoInputs(workload.name.to_owned()));
            workload.take_size_of(known);
        }
    }
    Ok(())
}

/// A workload has no inputs.
#[derive(Debug)]
pub struct NoInputs(pub String);

impl std::fmt::Display for NoInputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the workload {:?} has no inputs: its list is empty, and there is nothing to measure",
            self.0
        )
    }
}

impl std::error::Error for NoInputs {}

struct Asked<'a> {
    exe: &'a Path,
    stop: &'a Arc<AtomicBool>,
    workload: &'static str,
    jobs: &'a FunctionJobs,
}

impl Asked<'_> {
    fn known(&self) -> Result<Known> {
        let has_expected = self.jobs.function().has_expected();
        let first = self.ask(None, has_expected)?;
        let second = self.ask(None, false)?;
        let (one, other) = (&first.answers, &second.answers);
        ensure!(
            one.len() == other.len(),
            "two processes made {} and {} inputs: they must not depend on time, chance, arguments or what earlier runs left",
            one.len(),
            other.len()
        );
        let job = match difference(one, other) {
            None => return Ok(Known { answers: second.answers, facts: second.facts, python: None }),
            Some(Differ::At(job) | Differ::InOrder(job)) if has_expected => {
                bail!("job {job} does not give the expected answer")
            }
            Some(Differ::InOrder(job)) => {
                bail!(
                    "two processes gave the same answers in another order, from job {job} on: sort the inputs"
                )
            }
            Some(Differ::At(job)) => job,
        };
        let twice = self.ask(Some(job), false)?.answers;
        if twice[0] == twice[1] {
            bail!(
                "job {job} gave different answers in two processes: its input, or what it reads, differs between them; both must be \
                 the same in every process"
            );
        }
        bail!(
            "job {job} gave another answer when it ran again: results that depend on time, chance or earlier jobs can't be compared; \
             .answer(..) can leave out what may differ"
        )
    }

    fn ask(&self, twice: Option<usize>, of_expected: bool) -> Result<Told> {
        let order = Order { workload: self.workload.to_owned(), twice, of_expected };
        let mut process = ReportingChild::<Report>::start(self.exe, SUBCOMMAND, &order, DEADLINE, self.stop)?;
        let (mut answers, mut inputs) = (vec![], None);
        loop {
            match process.next() {
                Next::Report(Report::Inputs { count, ns }) => {
                    inputs = Some(ns);
                    answers.reserve(count);
                }
                Next::Report(Report::Answer(hash)) => answers.push(hash),
                Next::Report(Report::Done { calls_ns, cpu_ns, shipping_ns }) => {
                    let inputs_ns = inputs.context("the inputs were not made")?;
                    let printed_bytes = process.printed() as u64;
                    process.finish();
                    let asynchronous = self.jobs.function().is_async();
                    let Rules { at_most, isolated } = self.jobs.rules();
                    let facts = FunctionFacts {
                        inputs_ns,
                        calls_ns,
                        cpu_ns,
                        shipping_ns,
                        printed_bytes,
                        answers: Some(hash_of_all(&answers)?),
                        asynchronous,
                        at_most: at_most.and_then(|jobs| NonZeroU64::new(jobs as u64)),
                        isolated,
                    };
                    return Ok(Told { answers, facts });
                }
                Next::Report(Report::Failed(why)) => bail!("{why}"),
                Next::Failed(why) => bail!("{}", died(&answers, inputs.is_some(), &why)),
                Next::Stopped => bail!("the study was stopped before"),
            }
        }
    }
}

/// How the answers of two processes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Differ {
    /// From this job on, and only in their order.
    InOrder(usize),
    /// This is the first job with another answer.
    At(usize),
}

/// How two equally long lists of answers differ.
pub(super) fn difference(one: &[u64], other: &[u64]) -> Option<Differ> {
    let job = one.iter().zip(other).position(|(one, other)| one != other)?;
    let sorted = [one, other].map(|answers| {
        let mut sorted = answers.to_vec();
        sorted.sort_unstable();
        sorted
    });
    Some(if sorted[0] == sorted[1] { Differ::InOrder(job) } else { Differ::At(job) })
}

/// The first 53 bits of the hash of all answers, which every reader of JSON keeps.
pub(super) fn hash_of_all(answers: &[u64]) -> Result<u64> {
    Ok(hash_of(&answers)? >> 11)
}

/// Why a process has told no more after `answers`.
fn died(answers: &[u64], has_inputs: bool, why: &str) -> String {
    if has_inputs { format!("job {}: {why}", answers.len()) } else { format!("making the inputs: {why}") }
}
