//! A queue without a clock: when jobs end that arrive over time, if nothing but the work itself takes time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// A job that arrives, in nanoseconds from the beginning on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// When it is due.
    pub due_ns: u64,
    /// How long it waits first, beside all others.
    pub wait_ns: u64,
    /// How long it computes then, on a core for itself.
    pub compute_ns: u64,
}

/// What happens to a job, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Due(usize),
    WaitEnds(usize),
    Ends(usize),
}

/// When each of `arrivals` ends, in nanoseconds, if they are sorted by their due time: at most `limit` jobs are begun and not ended,
/// first come first served, and computing takes its turn on `cores` in the order in which waits end.
pub fn ends_ns(arrivals: &[Arrival], cores: usize, limit: usize) -> Vec<u64> {
    let mut queue = Queue::new(arrivals, cores, limit);
    while let Some((time_ns, event)) = queue.next() {
        match event {
            Event::Due(job) => queue.outside.push_back(job),
            Event::WaitEnds(job) => queue.ready.push_back(job),
            Event::Ends(job) => {
                queue.ends_ns[job] = time_ns;
                queue.idle_cores += 1;
                queue.places += 1;
            }
        }
        queue.begin_jobs(time_ns);
    }
    queue.ends_ns
}

struct Queue<'a> {
    arrivals: &'a [Arrival],
    /// The first that is not due yet.
    due: usize,
    /// What happens to the others, the next one first. Events of one time come in the order of their kind and number.
    events: BinaryHeap<Reverse<(u64, Event)>>,
    /// Due, and not begun.
    outside: VecDeque<usize>,
    /// Waits for a core.
    ready: VecDeque<usize>,
    idle_cores: usize,
    /// How many more jobs may be begun.
    places: usize,
    ends_ns: Vec<u64>,
}

impl<'a> Queue<'a> {
    fn new(arrivals: &'a [Arrival], cores: usize, limit: usize) -> Self {
        Queue {
            arrivals,
            due: 0,
            events: BinaryHeap::new(),
            outside: VecDeque::new(),
            ready: VecDeque::new(),
            idle_cores: cores,
            places: limit,
            ends_ns: vec![0; arrivals.len()],
        }
    }

    /// What happens next, and when.
    fn next(&mut self) -> Option<(u64, Event)> {
        let due_ns = self.arrivals.get(self.due).map(|arrival| arrival.due_ns);
        match (self.events.peek(), due_ns) {
            (Some(Reverse((time_ns, _))), Some(due_ns)) if *time_ns < due_ns => {}
            (_, None) => {}
            (_, Some(due_ns)) => {
                self.due += 1;
                return Some((due_ns, Event::Due(self.due - 1)));
            }
        }
        self.events.pop().map(|Reverse(next)| next)
    }

    /// Begins the jobs and the computing that have a place now.
    fn begin_jobs(&mut self, time_ns: u64) {
        while self.places > 0
            && let Some(job) = self.outside.pop_front()
        {
            self.places -= 1;
            self.events.push(Reverse((time_ns + self.arrivals[job].wait_ns, Event::WaitEnds(job))));
        }
        while self.idle_cores > 0
            && let Some(job) = self.ready.pop_front()
        {
            self.idle_cores -= 1;
            self.events.push(Reverse((time_ns + self.arrivals[job].compute_ns, Event::Ends(job))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::schedule::Schedule;

    const NO_LIMIT: usize = usize::MAX;
    const SERVICE_NS: u64 = 1_000_000;

    fn arrivals(due_ns: &[u64], wait_ns: u64, compute_ns: u64) -> Vec<Arrival> {
        due_ns.iter().map(|&due_ns| Arrival { due_ns, wait_ns, compute_ns }).collect()
    }

    #[test]
    fn jobs_compute_in_turn_and_wait_beside_each_other() {
        let of = |wait_ns, compute_ns, cores, limit| {
            ends_ns(&arrivals(&[0, 0, 1], wait_ns, compute_ns), cores, limit)
        };
        assert_eq!(of(0, 10, 1, NO_LIMIT), [10, 20, 30]);
        assert_eq!(of(0, 10, 2, NO_LIMIT), [10, 10, 20]);
        assert_eq!(of(100, 10, 1, NO_LIMIT), [110, 120, 130]);
        assert_eq!(of(100, 10, 2, 1), [110, 220, 330]);
        assert_eq!(of(100, 10, 2, 2), [110, 110, 220]);
    }

    /// The mean time until a core is free of a million jobs that keep `cores` cores busy for a share of `load` of the time, in parts
    /// of the service time.
    fn mean_wait(cores: usize, load: f64) -> f64 {
        let rate = load * cores as f64 / (SERVICE_NS as f64 / 1e9);
        let due_ns = Schedule::Poisson.due_ns(rate, 1e6 / rate, 7);
        let ends = ends_ns(&arrivals(&due_ns, 0, SERVICE_NS), cores, NO_LIMIT);
        let total: u64 = ends.iter().zip(&due_ns).map(|(end, due)| end - due - SERVICE_NS).sum();
        total as f64 / due_ns.len() as f64 / SERVICE_NS as f64
    }

    /// The same by theory: the number of jobs in the system one service time later is that before, without those that were served,
    /// and with what arrives meanwhile. By Little's law the mean number that waits gives their mean wait.
    fn theory(cores: usize, load: f64) -> f64 {
        let arriving = load * cores as f64;
        let mut poisson = vec![(-arriving).exp()];
        for count in 1..20 {
            poisson.push(poisson[count - 1] * arriving / count as f64);
        }
        let mut states = vec![0.0; 150];
        states[0] = 1.0;
        for _ in 0..1_500 {
            let mut next = vec![0.0; 150];
            for (jobs, share) in states.iter().enumerate() {
                for (count, chance) in poisson.iter().enumerate() {
                    let left = jobs.saturating_sub(cores) + count;
                    next[left.min(149)] += share * chance;
                }
            }
            states = next;
        }
        let waiting: f64 =
            states.iter().enumerate().map(|(jobs, share)| jobs.saturating_sub(cores) as f64 * share).sum();
        waiting / arriving
    }

    #[test]
    fn mean_waits_are_those_of_queueing_theory() {
        // Of one core, by the formula of Pollaczek and Khinchine.
        assert!((theory(1, 0.5) - 0.5).abs() < 1e-6 && (theory(1, 0.8) - 2.0).abs() < 1e-6);
        for (cores, load) in [(1, 0.5), (1, 0.8), (2, 0.5), (2, 0.8)] {
            let (found, right) = (mean_wait(cores, load), theory(cores, load));
            assert!((found / right - 1.0).abs() < 0.02, "{cores} cores at {load}: {found} for {right}");
        }
    }
}
