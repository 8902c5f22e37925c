//! The same for tools that are measured only if they are named, of those that are built in.

#[cfg(any(feature = "chili", feature = "smol"))]
use std::hint::black_box;

use anyhow::Result;

use crate::bare::{Bare, Run};
#[cfg(any(feature = "chili", feature = "smol"))]
use bakeoff::work::Digest;

/// Each, and whether it is.
const MODELS: [(&str, bool); 4] = [
    ("chili", cfg!(feature = "chili")),
    ("tokio-local", cfg!(feature = "tokio-local")),
    ("compio", cfg!(feature = "compio")),
    ("smol", cfg!(feature = "smol")),
];

/// Their names.
pub fn models() -> impl Iterator<Item = &'static str> {
    MODELS.into_iter().filter(|(_, is_built_in)| *is_built_in).map(|(name, _)| name)
}

/// The hand-written code under the model called `model`.
///
/// # Errors
/// As [`Bare::under`].
pub fn under(bare: Bare, model: &str, cores: usize) -> Result<Run> {
    match model {
        #[cfg(feature = "chili")]
        "chili" => under_chili(bare, cores),
        #[cfg(feature = "tokio-local")]
        "tokio-local" => local::under(bare, cores, local::tokio),
        #[cfg(feature = "compio")]
        "compio" => local::under(bare, cores, local::compio),
        #[cfg(feature = "smol")]
        "smol" => under_smol(bare, cores),
        other => anyhow::bail!("there is no hand-written code for {bare:?} under {other} on {cores} cores"),
    }
}

#[cfg(feature = "chili")]
fn under_chili(bare: Bare, cores: usize) -> Result<Run> {
    fn part(scope: &mut chili::Scope<'_>, bare: Bare, first: u64, found: &mut [Option<Digest>]) {
        match found {
            [] => {}
            [one] => *one = Some(bare.job(first)),
            more => {
                let middle = more.len() / 2;
                let (below, above) = more.split_at_mut(middle);
                let next = first + middle as u64;
                scope.join(|scope| part(scope, bare, first, below), |scope| part(scope, bare, next, above));
            }
        }
    }

    let thread_count = std::num::NonZero::new(cores);
    let pool = chili::ThreadPool::with_config(chili::Config { thread_count, ..chili::Config::default() });
    Ok(Box::new(move || {
        let mut found = vec![None; usize::try_from(bare.jobs())?];
        part(&mut pool.scope(), bare, 0, &mut found);
        black_box(found);
        Ok(())
    }))
}

#[cfg(feature = "smol")]
fn under_smol(bare: Bare, cores: usize) -> Result<Run> {
    use std::sync::Arc;

    async fn job(bare: Bare, seed: u64) -> Digest {
        match bare {
            Bare::Sleep { pause, .. } => {
                smol::Timer::after(pause).await;
                Digest::new(seed, 0)
            }
            _ => bare.job(seed),
        }
    }

    let executor: Arc<smol::Executor<'static>> = Arc::default();
    for _ in 0..cores {
        let executor = Arc::clone(&executor);
        std::thread::Builder::new()
            .spawn(move || smol::block_on(executor.run(std::future::pending::<()>())))?;
    }
    Ok(Box::new(move || {
        smol::block_on(async {
            let mut tasks = Vec::new();
            for seed in 0..bare.jobs() {
                tasks.push(executor.spawn(job(bare, seed)));
            }
            let mut found = Vec::new();
            for task in tasks {
                found.push(task.await);
            }
            black_box(found);
        });
        Ok(())
    }))
}

/// A runtime for each of several threads, which is sent every so many of the jobs.
#[cfg(any(feature = "compio", feature = "tokio-local"))]
mod local {
    use std::hint::black_box;

    use anyhow::{Context, Result};
    use bakeoff::work::Digest;
    use crossbeam::channel::{Sender, bounded};
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use crate::bare::{Bare, Run};

    /// The jobs of a thread, and where it says that they have ended.
    pub struct Share {
        bare: Bare,
        first: u64,
        step: usize,
        ended: Sender<Vec<Digest>>,
    }

    impl Share {
        fn seeds(&self) -> impl Iterator<Item = u64> + use<> {
            (self.first..self.bare.jobs()).step_by(self.step)
        }
    }

    pub fn under(bare: Bare, cores: usize, serve: fn(UnboundedReceiver<Share>) -> Result<()>) -> Result<Run> {
        let mut inboxes = Vec::new();
        for _ in 0..cores {
            let (inbox, shares) = unbounded_channel();
            std::thread::Builder::new().spawn(move || serve(shares))?;
            inboxes.push(inbox);
        }
        Ok(Box::new(move || {
            let (ended, all_ended) = bounded(cores);
            for (first, inbox) in (0..).zip(&inboxes) {
                inbox
                    .send(Share { bare, first, step: cores, ended: ended.clone() })
                    .ok()
                    .context("a thread has ended")?;
            }
            let mut found = Vec::new();
            for _ in 0..cores {
                found.push(all_ended.recv()?);
            }
            black_box(found);
            Ok(())
        }))
    }

    #[cfg(feature = "tokio-local")]
    pub fn tokio(mut shares: UnboundedReceiver<Share>) -> Result<()> {
        async fn job(bare: Bare, seed: u64) -> Digest {
            match bare {
                Bare::Sleep { pause, .. } => {
                    tokio::time::sleep(pause).await;
                    Digest::new(seed, 0)
                }
                _ => bare.job(seed),
            }
        }

        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            while let Some(share) = shares.recv().await {
                let mut tasks = Vec::new();
                for seed in share.seeds() {
                    tasks.push(tokio::spawn(job(share.bare, seed)));
                }
                let mut found = Vec::new();
                for task in tasks {
                    found.push(task.await?);
                }
                share.ended.send(found)?;
            }
            Ok(())
        })
    }

    #[cfg(feature = "compio")]
    pub fn compio(mut shares: UnboundedReceiver<Share>) -> Result<()> {
        async fn job(bare: Bare, seed: u64) -> Digest {
            match bare {
                Bare::Sleep { pause, .. } => {
                    compio::time::sleep(pause).await;
                    Digest::new(seed, 0)
                }
                _ => bare.job(seed),
            }
        }

        compio::runtime::Runtime::new()?.block_on(async {
            while let Some(share) = shares.recv().await {
                let mut tasks = Vec::new();
                for seed in share.seeds() {
                    tasks.push(compio::runtime::spawn(job(share.bare, seed)));
                }
                let mut found = Vec::new();
                for task in tasks {
                    found.push(task.await.ok().context("a task panicked")?);
                }
                share.ended.send(found)?;
            }
            Ok(())
        })
    }
}
