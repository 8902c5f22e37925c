//! A job that divides itself: the sum over a binary tree, whose parts take a few nanoseconds or about a microsecond.

use anyhow::Result;

use crate::engine::{Context, Digest, Fork, Work};
use crate::workload::primes::{FIRST, is_prime};
use crate::workload::{Each, Kind, Size, Workload, no_setup};

/// Its nodes are added: a few nanoseconds each.
pub(crate) const NODES: Workload = Workload {
    name: "tree-nodes",
    revision: 2,
    about: "adds the 1,048,575 nodes of a binary tree, and divides itself at each",
    answers_to: "",
    post_says: "",
    kind: Kind::Computes,
    waits_for_files: false,
    unit: "levels of the tree",
    size: Size { jobs: 1, each: 20 },
    tiny: Size { jobs: 24, each: 5 },
    job_us: 6_000,
    wait_us: 0,
    jobs: &Each { setup: &no_setup, job: &|_, size, seed| Ok(Tree::new(seed, size.each, 0)) },
};

/// Its leaves count primes.
pub(crate) const LEAVES: Workload = Workload {
    name: "tree-leaves",
    about: "counts primes for about 1 us at each of the 65,536 leaves of a binary tree, and divides itself at each node",
    size: Size { jobs: 1, each: 17 },
    job_us: 65_000,
    jobs: &Each { setup: &no_setup, job: &|_, size, seed| Ok(Tree::new(seed, size.each, NUMBERS)) },
    ..NODES
};

/// Among how many numbers a leaf counts the primes, as a job of `grain-1us` does.
const NUMBERS: u64 = 14;

/// Leaves count among these numbers, so that they are alike.
const STARTS: u64 = 1 << 20;

/// A tree, and what is done at its leaves. Nodes are numbered from the root, which is 1; below a node are those of twice its number and the next.
/// It has no memory: the layout of one would decide how fast it is walked in which order.
pub(super) struct Tree {
    seed: u64,
    /// The first node that is a leaf.
    first_leaf: u64,
    numbers: u64,
}

impl Tree {
    /// A tree of so many `levels`, whose leaves count the primes among as many `numbers`, if any.
    fn new(seed: u64, levels: u64, numbers: u64) -> Self {
        Tree { seed, first_leaf: 1 << (levels - 1), numbers }
    }

    fn sum(&self, node: u64, fork: &mut Fork<'_, '_>) -> u64 {
        if node >= self.first_leaf {
            return self.value(node);
        }
        let (left, right) = fork.join(|fork| self.sum(2 * node, fork), |fork| self.sum(2 * node + 1, fork));
        left.wrapping_add(right).wrapping_add(self.value(node))
    }

    /// A multiplication, or at leaves the primes among some numbers.
    fn value(&self, node: u64) -> u64 {
        let value = (self.seed << 32 | node).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        match self.numbers {
            0 => value,
            _ if node < self.first_leaf => 0,
            numbers => {
                let first = FIRST + value % STARTS;
                (first..first + numbers).filter(|&number| is_prime(number)).count() as u64
            }
        }
    }
}

impl Work for Tree {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        Ok(Digest::new(self.seed, ctx.fork(|fork| self.sum(1, fork))?))
    }

    /// Goes over the nodes one after the other.
    fn expected(&self) -> Result<Digest> {
        let sum = (1..2 * self.first_leaf).fold(0, |sum: u64, node| sum.wrapping_add(self.value(node)));
        Ok(Digest::new(self.seed, sum))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fork::Nesting;

    #[test]
    fn sum_by_parts_is_that_of_all_nodes() {
        for numbers in [0, NUMBERS] {
            let tree = Tree::new(3, 9, numbers);
            assert_eq!(2 * tree.first_leaf - 1, 511, "nodes");
            let by_parts = Nesting::Threads(2).run(|fork| tree.sum(1, fork));
            assert_eq!(Digest::new(3, by_parts), tree.expected().unwrap(), "{numbers}");
        }
    }
}
