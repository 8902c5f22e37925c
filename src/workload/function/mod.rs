//! A user's own function as a workload.
//!
//! - here: how a user describes it; `typed`: the function with its inputs and results
//! - `job`: a call of it, as the work of the engine
//! - `jobs`: the jobs of a batch, and what two fresh processes have found about them

mod job;
mod jobs;
mod typed;

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::engine::Context;
use crate::workload::{Kind, Workload as Described, series::Series};

pub use jobs::{FunctionJobs, Known, Rules};
use typed::{Forms, Inputs, Shipping, Typed};
pub(crate) use typed::{Function, hash_of};

/// A function and its inputs: what a [`Suite`](crate::Suite) measures. `I` is the type of an input, and `O` that of a result.
///
/// A job is one call of the function with one of the inputs. Each process makes the inputs once and keeps them for its life, so
/// that a job is lent a `&'static I`. Child processes run the same `main`: it must not depend on time, chance or arguments, and
/// the inputs must be the same, in the same order, in every process.
///
/// The results of all models are compared with those of one call after the other in two fresh processes, which must agree. A
/// result that is [`Serialize`] is compared as it is; [`Workload::answer`] makes another value of it that is.
///
/// ```
/// use bakeoff::{Suite, Workload};
///
/// fn words() -> Vec<String> {
///     (0..48).map(|n| "word ".repeat(1_000 + n)).collect()
/// }
///
/// let reversed = Workload::computes("reverse", words, |text: &String| text.chars().rev().collect::<String>());
/// let suite = Suite::new().workload(reversed.about("reverses 5,000 characters"));
/// ```
#[must_use = "a workload is measured by a suite: Suite::workload"]
pub struct Workload<I: 'static, O: 'static, A = ByItself> {
    name: String,
    about: String,
    revision: u32,
    kind: Kind,
    inputs: Inputs<I>,
    /// The inputs of each further size, by the name of the size.
    sizes: Vec<(String, Inputs<I>)>,
    forms: Forms<I, O>,
    rules: Rules,
    answered: PhantomData<A>,
}

/// What makes a hash of a result.
#[doc(hidden)]
pub type Hash<O> = dyn Fn(&O) -> Result<u64> + Send + Sync;

/// The results of a workload are compared as they are.
///
/// ```
/// use bakeoff::{ByItself, Workload};
///
/// let sums: Workload<u64, u64, ByItself> = Workload::computes("sum", || vec![1, 2], |n| n + 1);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ByItself;

/// The results of a workload are compared by a value that is made of them: by [`Workload::answer`].
///
/// ```
/// use std::time::{Duration, Instant};
///
/// use bakeoff::{ByAnswer, Workload};
///
/// fn timed(n: &u64) -> (u64, Duration) {
///     let start = Instant::now();
///     (n + 1, start.elapsed())
/// }
///
/// let sums = Workload::computes("sum", || vec![1, 2], timed);
/// let without_time: Workload<u64, (u64, Duration), ByAnswer> = sums.answer(|(sum, _)| *sum);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ByAnswer;

/// How the results of type `O` are compared: [`ByItself`] compares those that are [`Serialize`], [`ByAnswer`] all. Code that takes a
/// workload of any kind names it.
///
/// ```
/// use bakeoff::{Comparable, Suite, Workload};
///
/// fn suite_of<O, A>(workload: Workload<u64, O, A>) -> Suite
/// where
///     O: Send + 'static,
///     A: Comparable<O> + 'static,
/// {
///     Suite::new().workload(workload)
/// }
///
/// suite_of(Workload::computes("sum", || vec![1, 2], |n| n + 1));
/// ```
#[diagnostic::on_unimplemented(
    message = "results of type `{O}` can't be compared: they are not `Serialize`",
    label = "this workload needs `.answer(|result| ..)`",
    note = "`.answer(|result| ..)` makes a value of a result that can be serialized"
)]
pub trait Comparable<O> {
    /// The hash of a result; `of_answer` is that of the value of [`Workload::answer`].
    #[doc(hidden)]
    fn hash(result: &O, of_answer: &Hash<O>) -> Result<u64>;
}

impl<O: Serialize> Comparable<O> for ByItself {
    fn hash(result: &O, _: &Hash<O>) -> Result<u64> {
        hash_of(result)
    }
}

impl<O> Comparable<O> for ByAnswer {
    fn hash(result: &O, of_answer: &Hash<O>) -> Result<u64> {
        of_answer(result)
    }
}

impl<I: Send + Sync + 'static, O: Send + 'static> Workload<I, O> {
    /// A function that keeps a core busy.
    ///
    /// ```
    /// # use bakeoff::Workload;
    /// let sums = Workload::computes("sum", || (0..48).collect(), |n: &u64| (0..*n * 1_000).sum::<u64>());
    /// ```
    pub fn computes(
        name: impl Into<String>,
        inputs: impl Fn() -> Vec<I> + Send + Sync + 'static,
        function: impl Fn(&'static I) -> O + Send + Sync + 'static,
    ) -> Self {
        Self::of(name, Kind::Computes, inputs, move |input, ctx| Ok(ctx.compute(|| function(input))))
    }

    /// A function that computes and may fail: a job that returns an `Err` has failed with its text.
    pub fn try_computes<E: fmt::Display>(
        name: impl Into<String>,
        inputs: impl Fn() -> Vec<I> + Send + Sync + 'static,
        function: impl Fn(&'static I) -> Result<O, E> + Send + Sync + 'static,
    ) -> Self {
        Self::of(name, Kind::Computes, inputs, move |input, ctx| told(ctx.compute(|| function(input))))
    }

    /// A function that waits: for a network, a disk, a timer. [`Workload::or_async`] gives it an async form.
    pub fn waits(
        name: impl Into<String>,
        inputs: impl Fn() -> Vec<I> + Send + Sync + 'static,
        function: impl Fn(&'static I) -> O + Send + Sync + 'static,
    ) -> Self {
        Self::of(name, Kind::Waits, inputs, move |input, ctx| Ok(ctx.wait(|| function(input))))
    }

    /// A function that waits and may fail: a job that returns an `Err` has failed with its text.
    pub fn try_waits<E: fmt::Display>(
        name: impl Into<String>,
        inputs: impl Fn() -> Vec<I> + Send + Sync + 'static,
        function: impl Fn(&'static I) -> Result<O, E> + Send + Sync + 'static,
    ) -> Self {
        Self::of(name, Kind::Waits, inputs, move |input, ctx| told(ctx.wait(|| function(input))))
    }

    /// A function that waits and computes, and says by [`Context::wait`] and [`Context::compute`] which part does what.
    pub fn mixed(
        name: impl Into<String>,
        inputs: impl Fn() -> Vec<I> + Send + Sync + 'static,
        function: impl Fn(&'static I, &Context<'_>) -> O + Send + Sync + 'static,
    ) -> Self {
        Self::of(name, Kind::Mixed, inputs, move |input, ctx| Ok(function(input, ctx)))
    }

    /// A function that waits and computes and may fail: a job that returns an `Err` has failed with its text.
    pub fn try_mixed<E: fmt::Display>(
        name: impl Into<String>,
        inputs: impl Fn() -> Vec<I> + Send + Sync + 'static,
        function: impl Fn(&'static I, &Context<'_>) -> Result<O, E> + Send + Sync + 'static,
    ) -> Self {
        Self::of(name, Kind::Mixed, inputs, move |input, ctx| told(function(input, ctx)))
    }

    fn of(
        name: impl Into<String>,
        kind: Kind,
        inputs: impl Fn() -> Vec<I> + Send + Sync + 'static,
        function: impl Fn(&'static I, &Context<'_>) -> Result<O> + Send + Sync + 'static,
    ) -> Self {
        let about = match kind {
            Kind::Waits => "a function that waits",
            Kind::Mixed => "a function that waits and computes",
            Kind::Nothing | Kind::Computes => "a function that computes",
        };
        Workload {
            name: name.into(),
            about: about.into(),
            revision: 1,
            kind,
            inputs: Box::new(inputs),
            sizes: vec![],
            forms: Forms {
                blocking: Box::new(function),
                asynchronous: None,
                expected: None,
                shipping: None,
                hash: Box::new(|_| bail!("there is no way to compare results")),
            },
            rules: Rules::default(),
            answered: PhantomData,
        }
    }

    /// Compares results by the value that `answer` makes of them, after the clock has stopped: for results that are not
    /// [`Serialize`], or whose order or time is no part of the answer.
    pub fn answer<T: Serialize>(
        self,
        answer: impl Fn(&O) -> T + Send + Sync + 'static,
    ) -> Workload<I, O, ByAnswer> {
        let Workload { name, about, revision, kind, inputs, sizes, forms, rules, .. } = self;
        let forms = Forms { hash: Box::new(move |result| hash_of(&answer(result))), ..forms };
        Workload { name, about, revision, kind, inputs, sizes, forms, rules, answered: PhantomData }
    }
}

impl<I: Send + Sync + 'static, O: Send + 'static, A> Workload<I, O, A> {
    /// The async form of the same function: what `tokio-one` and `tokio-many` run. Without one they run the blocking form, which
    /// blocks their threads.
    pub fn or_async<F: Future<Output = O> + Send + 'static>(
        self,
        function: impl Fn(&'static I) -> F + Send + Sync + 'static,
    ) -> Self {
        self.or_async_form(move |input| {
            let future = function(input);
            Box::pin(async move { Ok(future.await) })
        })
    }

    /// The async form of a function that may fail.
    pub fn or_try_async<E: fmt::Display, F: Future<Output = Result<O, E>> + Send + 'static>(
        self,
        function: impl Fn(&'static I) -> F + Send + Sync + 'static,
    ) -> Self {
        self.or_async_form(move |input| {
            let future = function(input);
            Box::pin(async move { told(future.await) })
        })
    }

    fn or_async_form(
        mut self,
        form: impl Fn(&'static I) -> typed::Awaited<O> + Send + Sync + 'static,
    ) -> Self {
        self.forms.asynchronous = Some(Box::new(form));
        self
    }

    /// The results that `function` gives are the right ones; without it they are those of one call after the other.
    pub fn expecting(mut self, function: impl Fn(&'static I) -> O + Send + Sync + 'static) -> Self {
        self.forms.expected = Some(Box::new(function));
        self
    }

    /// Sends the input of each job to the processes that run it, while the clock runs: for functions where moving data is a part of the
    /// question. Without it every process makes all inputs for itself.
    pub fn shipping(mut self) -> Self
    where
        I: Serialize + DeserializeOwned,
    {
        self.forms.shipping = Some(Shipping {
            write: Box::new(|input| {
                postcard::to_stdvec(input).context("an input can't be serialized, and .shipping() sends it")
            }),
            read: Box::new(|bytes| Ok(postcard::from_bytes(bytes)?)),
        });
        self
    }

    /// At most so many jobs at once, whichever model runs them: for functions of which a service, a licence or the memory allows no more.
    ///
    /// ```
    /// # use bakeoff::Workload;
    /// # let urls = || vec![String::new()];
    /// # fn fetch(url: &String) -> usize { url.len() }
    /// let fetch = Workload::waits("fetch", urls, fetch).at_most(4);
    /// ```
    pub fn at_most(mut self, jobs: usize) -> Self {
        self.rules.at_most = Some(jobs);
        self
    }

    /// Measures each cell in a process of its own: for functions that keep something from one call to the next, such as a cache, which one
    /// model would otherwise find as another has left it. A model still finds what its own earlier runs have left.
    ///
    /// ```
    /// # use bakeoff::Workload;
    /// # fn looked_up(n: &u64) -> u64 { *n }
    /// let cached = Workload::computes("cached", || (0..48).collect(), looked_up).isolated();
    /// ```
    pub fn isolated(mut self) -> Self {
        self.rules.isolated = true;
        self
    }

    /// The same function with inputs of other sizes, from the smallest to the largest. The program's `costs` measures them, and says from
    /// which size of a job on each model is faster than one call after the other.
    ///
    /// ```
    /// # use bakeoff::Workload;
    /// fn sum(numbers: &Vec<u64>) -> u64 {
    ///     numbers.iter().sum()
    /// }
    ///
    /// fn lists(len: u64) -> Vec<Vec<u64>> {
    ///     (0..48).map(|first| (first..first + len).collect()).collect()
    /// }
    ///
    /// let sums = Workload::computes("sum", || lists(100_000), sum).sizes([100, 1_000, 10_000], |len| lists(*len));
    /// ```
    pub fn sizes<S: fmt::Display + Send + Sync + 'static>(
        mut self,
        sizes: impl IntoIterator<Item = S>,
        inputs: impl Fn(&S) -> Vec<I> + Send + Sync + 'static,
    ) -> Self {
        let inputs = Arc::new(inputs);
        for size in sizes {
            let inputs = Arc::clone(&inputs);
            self.sizes.push((size.to_string(), Box::new(move || inputs(&size))));
        }
        self
    }

    /// The revision of the work, from 1: raise it when the function or its inputs become other work, so that recordings before and after
    /// are not compared.
    pub fn revision(mut self, revision: u32) -> Self {
        self.revision = revision;
        self
    }

    /// What a job does, in a few words, for tables and pages.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }
}

impl<I: Send + Sync + 'static, O: Send + 'static, A: Comparable<O> + 'static> Workload<I, O, A> {
    /// As the catalog has it, and its other sizes. What they refer to is kept for the life of the process, as inputs are.
    pub(crate) fn described(self) -> (Described, Series) {
        let Workload { name, about, revision, kind, inputs, sizes, mut forms, rules, .. } = self;
        let of_answer = forms.hash;
        forms.hash = Box::new(move |result: &O| A::hash(result, &*of_answer));
        let (name, forms): (&'static str, _) = (name.leak(), Arc::new(forms));
        let mut workloads = Vec::with_capacity(sizes.len());
        for (size, inputs) in sizes {
            let jobs = FunctionJobs::new(Arc::new(Typed::new(inputs, Arc::clone(&forms))), rules);
            let (name, about) = (format!("{name}-{size}").leak(), format!("{about}, of size {size}"));
            workloads.push(Described { revision, kind, ..of_jobs(name, about, jobs) });
        }
        let series =
            Series { name, about: name, workloads: workloads.into(), in_python: vec![].into(), only: None };
        let jobs = FunctionJobs::new(Arc::new(Typed::new(inputs, forms)), rules);
        (Described { revision, kind, ..of_jobs(name, about, jobs) }, series)
    }
}

/// A workload of `jobs`, which are kept for the life of the process.
fn of_jobs(name: &'static str, about: String, jobs: FunctionJobs) -> Described {
    Described::of_user(name, about, Box::leak(Box::new(jobs)))
}

/// A result, or the text of why there is none.
fn told<O, E: fmt::Display>(result: Result<O, E>) -> Result<O> {
    result.map_err(|why| anyhow!("{why}"))
}

impl<I, O, A> fmt::Debug for Workload<I, O, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the workload {:?}", self.name)
    }
}
