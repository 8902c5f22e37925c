//! A measured story, for claims.

use crate::post::claims::measured::Measured;
use crate::record::figure::Figure;
use crate::record::schema::{Environment, StoryRun, TracedRun};

/// A story in one arrangement under one model; its numbers are absent if no recording has it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MeasuredStory<'a> {
    run: Option<(&'a StoryRun, &'a Environment)>,
}

impl<'a> MeasuredStory<'a> {
    pub(crate) fn of(run: &'a StoryRun, environment: &'a Environment) -> Self {
        MeasuredStory { run: Some((run, environment)) }
    }

    /// The cores that its models were given.
    pub(crate) fn cores(self) -> Option<u64> {
        Some(self.run?.1.cores)
    }

    /// Its duration in story seconds.
    pub(crate) fn seconds(self) -> Measured {
        self.in_seconds(self.wall_ns())
    }

    /// A figure of each play.
    pub(crate) fn figure(self, figure: Figure) -> Measured {
        Measured::of(figure.of(self.plays()))
    }

    /// A figure in nanoseconds, converted to story seconds.
    pub(crate) fn time(self, figure: Figure) -> Measured {
        self.in_seconds(self.figure(figure))
    }

    /// The time of a computing step in story seconds, as measured: a core that is slower or faster than at calibration affects
    /// every step alike.
    pub(crate) fn step(self) -> Measured {
        self.time(Figure::ComputeNs) / self.figure(Figure::Computes).positive()
    }

    /// The ratio of a figure to another one.
    pub(crate) fn share(self, part: Figure, whole: Figure) -> Measured {
        self.figure(part) / self.figure(whole).positive()
    }

    /// CPU time over its duration.
    pub(crate) fn busy_cores(self) -> Measured {
        self.figure(Figure::CpuNs) / self.wall_ns()
    }

    fn plays(self) -> &'a [TracedRun] {
        self.run.map_or(&[], |(run, _)| &run.acts)
    }

    fn in_seconds(self, ns: Measured) -> Measured {
        let second_ns = self.run.map_or(1.0, |(run, _)| run.second_ns.get() as f64);
        ns.map(|ns| ns / second_ns)
    }

    fn wall_ns(self) -> Measured {
        Measured::of(self.plays().iter().map(|act| act.wall_ns as f64).collect())
    }
}
