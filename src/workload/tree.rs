//! A job that divides itself: the sum over a binary tree, whose parts take a few nanoseconds or about a microsecond.

use anyhow::Result;

use crate::engine::{Context, Digest, Fork, Work};
use crate::workload::primes::{FIRST, is_prime};
use crate::workload::{Each, Kind, Size, Workload, no_setup};

/// Its nodes are added: a few nanoseconds each.
pub(crate) const NODES: Workload = Workload {
    name: "tree-nodes",
    revision: 1,
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

/// A tree, and what is done at its leaves.
pub(super) struct Tree {
    seed: u64,
    nodes: u64,
    numbers: u64,
    root: Node,
}

struct Node {
    value: u64,
    below: Option<Box<[Node; 2]>>,
}

impl Tree {
    /// A tree of so many `levels`, whose leaves count the primes among as many `numbers`, if any.
    fn new(seed: u64, levels: u64, numbers: u64) -> Self {
        let mut nodes = 0;
        let root = grown(seed, levels, &mut nodes);
        Tree { seed, nodes, numbers, root }
    }

    fn sum(&self, node: &Node, fork: &mut Fork<'_, '_>) -> u64 {
        let Some(below) = &node.below else { return self.leaf(node.value) };
        let [left, right] = &**below;
        let (left, right) = fork.join(|fork| self.sum(left, fork), |fork| self.sum(right, fork));
        left.wrapping_add(right).wrapping_add(if self.numbers == 0 { node.value } else { 0 })
    }

    fn leaf(&self, value: u64) -> u64 {
        if self.numbers == 0 {
            return value;
        }
        let first = FIRST + value % STARTS;
        (first..first + self.numbers).filter(|&number| is_prime(number)).count() as u64
    }
}

/// A node of so many levels with those below it, numbered from the top down and from left to right.
fn grown(seed: u64, levels: u64, nodes: &mut u64) -> Node {
    let value = value_of(seed, *nodes);
    *nodes += 1;
    let below =
        (levels > 1).then(|| Box::new([grown(seed, levels - 1, nodes), grown(seed, levels - 1, nodes)]));
    Node { value, below }
}

/// The value of a node by its number.
fn value_of(seed: u64, number: u64) -> u64 {
    (seed << 32 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20
}

impl Work for Tree {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        Ok(Digest::new(self.seed, ctx.fork(|fork| self.sum(&self.root, fork))?))
    }

    /// Goes over the nodes one after the other.
    fn expected(&self) -> Result<Digest> {
        let mut sum = 0_u64;
        let mut open = vec![&self.root];
        let mut number = 0;
        while let Some(node) = open.pop() {
            sum = sum.wrapping_add(match &node.below {
                None => self.leaf(value_of(self.seed, number)),
                Some(_) if self.numbers > 0 => 0,
                Some(_) => value_of(self.seed, number),
            });
            number += 1;
            if let Some(below) = &node.below {
                let [left, right] = &**below;
                open.extend([right, left]);
            }
        }
        anyhow::ensure!(number == self.nodes, "the tree has {} nodes and {number} were counted", self.nodes);
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
            assert_eq!(tree.nodes, 511);
            let by_parts = Nesting::Threads(2).run(|fork| tree.sum(&tree.root, fork));
            assert_eq!(Digest::new(3, by_parts), tree.expected().unwrap(), "{numbers}");
        }
    }
}
