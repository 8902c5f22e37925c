//! Queues for resources that a model's jobs share: a limited number of jobs hold a resource at once, in
//! order.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::engine::lock;

/// A resource that a job holds for a while, and the job's turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The resource: jobs with the same number share it.
    pub thing: u32,
    /// How many jobs can hold it at once.
    pub capacity: u64,
    /// The position in a fixed order, from 0; without it the order is that of arrival.
    pub turn: Option<u64>,
}

/// The queues of one started model; each is created when a job first needs its resource.
#[derive(Debug, Default)]
pub struct Queues(Mutex<BTreeMap<u32, Arc<Queue>>>);

impl Queues {
    /// Blocks the calling thread until it is the job's turn.
    pub fn hold(&self, need: &Need) -> Held {
        let (held, turn) = self.line_up(need);
        if let Some(turn) = turn {
            turn.blocking_recv().expect("the queue outlives those who wait in it");
        }
        held
    }

    /// Yields the thread until it is the job's turn.
    pub async fn hold_async(&self, need: &Need) -> Held {
        let (held, turn) = self.line_up(need);
        if let Some(turn) = turn {
            turn.await.expect("the queue outlives those who wait in it");
        }
        held
    }

    /// Joins the queue. The resource is held at once, or from the time when the receiver, if any, is
    /// notified.
    fn line_up(&self, need: &Need) -> (Held, Option<oneshot::Receiver<()>>) {
        let queue = Arc::clone(lock(&self.0).entry(need.thing).or_default());
        let turn = queue.line_up(need);
        (Held { queue, capacity: need.capacity }, turn)
    }
}

/// A held resource; on drop it passes to the next in the queue.
#[derive(Debug)]
pub struct Held {
    queue: Arc<Queue>,
    capacity: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.queue.give_back(self.capacity);
    }
}

/// A queue with numbered turns: with a capacity of `c`, turn `t` may begin once `t - c + 1` turns have ended.
#[derive(Debug, Default)]
struct Queue(Mutex<Turns>);

#[derive(Debug, Default)]
struct Turns {
    ended: u64,
    /// The turn of the next job without a fixed one.
    next: u64,
    waiting: BTreeMap<u64, oneshot::Sender<()>>,
}

impl Queue {
    fn line_up(&self, need: &Need) -> Option<oneshot::Receiver<()>> {
        let mut turns = lock(&self.0);
        let turn = need.turn.unwrap_or(turns.next);
        turns.next += 1;
        if turn < need.capacity + turns.ended {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        turns.waiting.insert(turn, sender);
        Some(receiver)
    }

    fn give_back(&self, capacity: u64) {
        let mut turns = lock(&self.0);
        let now_due = turns.ended + capacity;
        turns.ended += 1;
        // A job that is due but has not arrived yet will not have to wait.
        if let Some(waiting) = turns.waiting.remove(&now_due) {
            let _ = waiting.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    fn need(capacity: u64, turn: Option<u64>) -> Need {
        Need { thing: 0, capacity, turn }
    }

    #[test]
    fn holders_never_exceed_capacity() {
        for capacity in [1, 3] {
            let (queues, holding, most) = (Queues::default(), AtomicU64::new(0), AtomicU64::new(0));
            thread::scope(|scope| {
                for _ in 0..16 {
                    scope.spawn(|| {
                        let _held = queues.hold(&need(capacity, None));
                        most.fetch_max(holding.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        thread::sleep(std::time::Duration::from_millis(1));
                        holding.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            });
            assert_eq!(most.into_inner(), capacity);
        }
    }

    #[test]
    fn queue_is_first_come_first_served() {
        let queues = Queues::default();
        let first = queues.hold(&need(1, None));
        let waiting: Vec<_> = (0..8).map(|_| queues.line_up(&need(1, None))).collect();
        drop(first);
        for (held, turn) in waiting {
            assert!(turn.unwrap().try_recv().is_ok(), "the one before has given it back, the next ones wait");
            drop(held);
        }
    }

    #[test]
    fn fixed_order_waits_for_next_in_turn() {
        let queues = Arc::new(Queues::default());
        let (served, order) = mpsc::channel();
        let spawn = |turn: u64| {
            let (queues, served) = (Arc::clone(&queues), served.clone());
            thread::spawn(move || {
                let _held = queues.hold(&need(1, Some(turn)));
                served.send(turn).unwrap();
            })
        };
        let threads: Vec<_> = [3, 1, 2, 0].into_iter().map(spawn).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(order.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn waiting_task_does_not_block_thread() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let queues = Arc::new(Queues::default());
        let held = queues.hold(&need(1, None));
        let waiting = Arc::clone(&queues);
        runtime.block_on(async move {
            let task = tokio::spawn(async move { drop(waiting.hold_async(&need(1, None)).await) });
            tokio::task::yield_now().await;
            assert!(!task.is_finished());
            drop(held);
            task.await.unwrap();
        });
    }
}
