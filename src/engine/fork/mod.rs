//! Jobs that divide themselves: two parts at a time, as the model that carries them out does it.

use std::panic::resume_unwind;
use std::thread::{self, Builder};

#[cfg_attr(not(feature = "chili"), path = "absent.rs")]
mod of_chili;

pub use of_chili::Pool;

/// How a model runs two parts of a job.
#[derive(Clone, Debug)]
pub enum Nesting {
    /// One after the other.
    InTurn,
    /// On the pool of rayon on whose thread the job runs: another thread may steal one of them.
    Rayon,
    /// One of them in a new thread, to this depth.
    Threads(u32),
    /// On this pool of chili.
    Chili(Pool),
}

impl Nesting {
    /// Runs `job`, which divides itself so.
    pub(crate) fn run<T>(&self, job: impl FnOnce(&mut Fork<'_, '_>) -> T) -> T {
        match self {
            Nesting::InTurn => job(&mut Fork(Way::InTurn)),
            Nesting::Rayon => job(&mut Fork(Way::Rayon)),
            Nesting::Threads(depth) => job(&mut Fork(Way::Threads(*depth))),
            Nesting::Chili(pool) => of_chili::run(pool, job),
        }
    }
}

/// What a job that divides itself runs its parts by.
///
/// ```
/// use bakeoff::{Context, work::Fork};
///
/// fn leaves(levels: u32, fork: &mut Fork<'_, '_>) -> u64 {
///     if levels == 0 {
///         return 1;
///     }
///     let (left, right) = fork.join(|fork| leaves(levels - 1, fork), |fork| leaves(levels - 1, fork));
///     left + right
/// }
///
/// assert_eq!(Context::default().fork(|fork| leaves(10, fork))?, 1024);
/// # anyhow::Ok(())
/// ```
#[derive(Debug)]
pub struct Fork<'a, 'pool>(Way<'a, 'pool>);

#[derive(Debug)]
enum Way<'a, 'pool> {
    InTurn,
    Rayon,
    Threads(u32),
    #[cfg_attr(not(feature = "chili"), expect(dead_code, reason = "it is not built in"))]
    Chili(of_chili::Scope<'a, 'pool>),
}

impl Fork<'_, '_> {
    /// Runs both, at once if the model has a thread for it, and returns what they return.
    ///
    /// # Panics
    /// If one of them does, or if no thread can be started where the model has a new one for it.
    pub fn join<A: Send, B: Send>(
        &mut self,
        a: impl FnOnce(&mut Fork<'_, '_>) -> A + Send,
        b: impl FnOnce(&mut Fork<'_, '_>) -> B + Send,
    ) -> (A, B) {
        match &mut self.0 {
            Way::InTurn | Way::Threads(0) => {
                let mut fork = Fork(Way::InTurn);
                (a(&mut fork), b(&mut fork))
            }
            Way::Rayon => rayon::join(|| a(&mut Fork(Way::Rayon)), || b(&mut Fork(Way::Rayon))),
            Way::Threads(depth) => {
                let below = *depth - 1;
                thread::scope(|scope| {
                    let other = Builder::new().spawn_scoped(scope, || a(&mut Fork(Way::Threads(below))));
                    let other = other.expect("a thread for a part of a job can be started");
                    let b = b(&mut Fork(Way::Threads(below)));
                    (other.join().unwrap_or_else(|panic| resume_unwind(panic)), b)
                })
            }
            Way::Chili(scope) => of_chili::join(scope, a, b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers below `end`, added by halves.
    fn sum(first: u64, end: u64, fork: &mut Fork<'_, '_>) -> u64 {
        if end - first == 1 {
            return first;
        }
        let middle = first.midpoint(end);
        let (below, above) = fork.join(|fork| sum(first, middle, fork), |fork| sum(middle, end, fork));
        below + above
    }

    #[test]
    fn parts_of_every_nesting_add_up() {
        let mut all = vec![Nesting::InTurn, Nesting::Rayon, Nesting::Threads(0), Nesting::Threads(3)];
        all.extend(Pool::of(2).map(Nesting::Chili));
        for nesting in all {
            assert_eq!(nesting.run(|fork| sum(0, 1_000, fork)), 499_500, "{nesting:?}");
        }
    }

    #[test]
    fn panic_of_a_part_is_that_of_the_job() {
        let broken = |fork: &mut Fork<'_, '_>| fork.join(|_| panic!("a part"), |_| 1).1;
        for nesting in [Nesting::InTurn, Nesting::Threads(1)] {
            let outcome = crate::engine::catch_panic(|| Ok(nesting.run(broken)));
            assert!(format!("{:#}", outcome.unwrap_err()).contains("a part"), "{nesting:?}");
        }
    }
}
