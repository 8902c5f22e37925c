//! A function with its inputs and results.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::engine::io::Runtime;
use crate::engine::{Context, Unavailable, caught, caught_async, lock};
use crate::workload::hash::first_word;

/// What an async form returns.
pub(super) type Awaited<O> = Pin<Box<dyn Future<Output = Result<O>> + Send>>;

pub(super) type Inputs<I> = Box<dyn Fn() -> Vec<I> + Send + Sync>;
type Blocking<I, O> = Box<dyn Fn(&'static I, &Context<'_>) -> Result<O> + Send + Sync>;
type Asynchronous<I, O> = Box<dyn Fn(&'static I) -> Awaited<O> + Send + Sync>;
type Expected<I, O> = Box<dyn Fn(&'static I) -> O + Send + Sync>;
type Write<I> = Box<dyn Fn(&I) -> Result<Vec<u8>> + Send + Sync>;
type Read<I> = Box<dyn Fn(&[u8]) -> Result<I> + Send + Sync>;
type Hash<O> = Box<dyn Fn(&O) -> Result<u64> + Send + Sync>;

/// The forms of a function.
pub(super) struct Forms<I: 'static, O> {
    pub(super) blocking: Blocking<I, O>,
    pub(super) asynchronous: Option<Asynchronous<I, O>>,
    pub(super) expected: Option<Expected<I, O>>,
    pub(super) shipping: Option<Shipping<I>>,
    /// What makes a hash of a result.
    pub(super) hash: Hash<O>,
}

/// How inputs are sent to another process.
pub(super) struct Shipping<I> {
    pub(super) write: Write<I>,
    pub(super) read: Read<I>,
}

/// A function whose types are erased: models are compiled once for all functions, and a job costs a virtual call.
pub(crate) trait Function: Send + Sync {
    /// The number of inputs, which are made by the first call in this process.
    ///
    /// # Errors
    /// If making them panics.
    fn count(&self) -> Result<usize>;

    /// Calls the function with the input of a number, and keeps the result.
    ///
    /// # Errors
    /// What the function returns, or the text of its panic.
    fn run(&self, number: usize, ctx: &Context<'_>) -> Result<()>;

    /// The same by the async form; by the blocking one if there is no other.
    fn run_async<'a>(
        &'a self,
        number: usize,
        ctx: Context<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

    /// Whether it has an async form.
    fn is_async(&self) -> bool;

    /// The input of a job as bytes, if inputs are sent to other processes.
    ///
    /// # Errors
    /// If it can't be serialized.
    fn ship(&self, number: usize) -> Option<Result<Vec<u8>>>;

    /// Calls the function with the input in `bytes`, and gives the hash of its answer.
    ///
    /// # Errors
    /// As [`Function::run`], or if the input can't be read.
    fn run_shipped(&self, number: usize, bytes: &[u8], ctx: &Context<'_>) -> Result<u64>;

    /// Reads the input in `bytes`, and nothing else.
    ///
    /// # Errors
    /// If it can't be read.
    fn read_shipped(&self, number: usize, bytes: &[u8]) -> Result<()>;

    /// The hash of the results that were kept of a job, which are dropped: of more than one if copies of it ran at once.
    ///
    /// # Errors
    /// If there is none, or they differ.
    fn answer(&self, number: usize) -> Result<u64>;

    /// The hash of the expected result of a job, if the user has given a function for it.
    ///
    /// # Errors
    /// If that panics.
    fn expected(&self, number: usize) -> Option<Result<u64>>;

    /// Whether the user has given a function for what is expected.
    fn has_expected(&self) -> bool;

    /// Drops the results that were kept of a job.
    fn forget(&self, number: usize);
}

/// A function of `I` to `O`, with inputs of one size.
pub(super) struct Typed<I: 'static, O> {
    inputs: Inputs<I>,
    forms: Arc<Forms<I, O>>,
    made: OnceLock<Result<Made<I, O>, String>>,
    /// Inputs that were sent to this process, by the numbers of their jobs.
    received: Mutex<HashMap<usize, &'static I>>,
}

/// The inputs of this process, and a place for the results of each.
struct Made<I: 'static, O> {
    inputs: &'static [I],
    results: Box<[Mutex<Vec<O>>]>,
}

impl<I: Send + Sync + 'static, O: Send + 'static> Typed<I, O> {
    pub(super) fn new(inputs: Inputs<I>, forms: Arc<Forms<I, O>>) -> Self {
        Typed { inputs, forms, made: OnceLock::new(), received: Mutex::default() }
    }

    fn made(&self) -> Result<&Made<I, O>> {
        let made = self.made.get_or_init(|| {
            let inputs = caught(|| Ok((self.inputs)())).map_err(|why| format!("{why:#}"))?;
            // With room for a result, which no job then has to make in its thread.
            let results = inputs.iter().map(|_| Mutex::new(Vec::with_capacity(1))).collect();
            Ok(Made { inputs: inputs.leak(), results })
        });
        made.as_ref().map_err(|why| anyhow::anyhow!("making the inputs {why}"))
    }

    fn input(&self, number: usize) -> Result<&'static I> {
        let inputs = self.made()?.inputs;
        inputs.get(number).with_context(|| {
            format!("this process has {} inputs: they must be the same in every process", inputs.len())
        })
    }

    /// The input in `bytes`. It is made each time that it comes; a job is lent the first of them, as none can be freed.
    fn receive(&self, number: usize, bytes: &[u8]) -> Result<&'static I> {
        let shipping = self.forms.shipping.as_ref().context("inputs are not sent")?;
        let input = (shipping.read)(bytes).with_context(|| format!("the input of job {number}"))?;
        let mut received = lock(&self.received);
        if let Some(first) = received.get(&number) {
            return Ok(first);
        }
        let first: &'static I = Box::leak(Box::new(input));
        received.insert(number, first);
        Ok(first)
    }

    fn keep(&self, number: usize, result: O) -> Result<()> {
        lock(&self.made()?.results[number]).push(result);
        Ok(())
    }
}

impl<I: Send + Sync + 'static, O: Send + 'static> Function for Typed<I, O> {
    fn count(&self) -> Result<usize> {
        Ok(self.made()?.inputs.len())
    }

    fn run(&self, number: usize, ctx: &Context<'_>) -> Result<()> {
        let input = self.input(number)?;
        let result = caught(|| (self.forms.blocking)(input, ctx)).with_context(|| job(number))?;
        self.keep(number, result)
    }

    fn run_async<'a>(
        &'a self,
        number: usize,
        ctx: Context<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        let Some(form) = &self.forms.asynchronous else {
            return Box::pin(async move { self.run(number, &ctx) });
        };
        Box::pin(async move {
            if ctx.runtime() != Runtime::Tokio {
                bail!(Unavailable::new("its async form needs tokio"));
            }
            let input = self.input(number)?;
            let future = caught(|| Ok(form(input))).with_context(|| job(number))?;
            let result = ctx.wait_async(caught_async(future)).await.with_context(|| job(number))?;
            self.keep(number, result)
        })
    }

    fn ship(&self, number: usize) -> Option<Result<Vec<u8>>> {
        let shipping = self.forms.shipping.as_ref()?;
        Some(self.input(number).and_then(|input| (shipping.write)(input)))
    }

    fn run_shipped(&self, number: usize, bytes: &[u8], ctx: &Context<'_>) -> Result<u64> {
        let input = self.receive(number, bytes)?;
        let result = caught(|| (self.forms.blocking)(input, ctx)).with_context(|| job(number))?;
        caught(|| (self.forms.hash)(&result)).with_context(|| format!("the answer of job {number}"))
    }

    fn read_shipped(&self, number: usize, bytes: &[u8]) -> Result<()> {
        self.receive(number, bytes).map(drop)
    }

    fn is_async(&self) -> bool {
        self.forms.asynchronous.is_some()
    }

    fn answer(&self, number: usize) -> Result<u64> {
        let mut results = lock(&self.made()?.results[number]);
        let mut hash = None;
        for result in results.drain(..) {
            let of_this = caught(|| (self.forms.hash)(&result))
                .with_context(|| format!("the answer of job {number}"))?;
            let differs = hash.is_some_and(|hash| hash != of_this);
            ensure!(!differs, "job {number} gave different answers in two copies of it that ran at once");
            hash = Some(of_this);
        }
        hash.with_context(|| format!("job {number} has left no result: it did not run"))
    }

    fn expected(&self, number: usize) -> Option<Result<u64>> {
        let expected = self.forms.expected.as_ref()?;
        Some(self.input(number).and_then(|input| caught(|| (self.forms.hash)(&expected(input)))))
    }

    fn has_expected(&self) -> bool {
        self.forms.expected.is_some()
    }

    fn forget(&self, number: usize) {
        if let Some(Ok(made)) = self.made.get() {
            lock(&made.results[number]).clear();
        }
    }
}

fn job(number: usize) -> String {
    format!("job {number}")
}

/// The hash of a value as it is serialized.
pub(crate) fn hash_of(value: &impl Serialize) -> Result<u64> {
    let bytes = postcard::to_stdvec(value)
        .context("it can't be serialized: .answer(..) makes another value of it to compare")?;
    Ok(first_word(Sha256::new_with_prefix(bytes)))
}
