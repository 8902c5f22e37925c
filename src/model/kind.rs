//! Which models stand for others that are made of the same.

use std::mem::discriminant;

use crate::model::{Concurrency, MadeOf, ModelEntry};

/// One of `models` for each combination of a platform, of what carries jobs out, and of how many at once: the first that computes
/// several jobs side by side, or else the first.
pub fn one_of_each_kind(models: &[ModelEntry]) -> Vec<ModelEntry> {
    let mut chosen: Vec<ModelEntry> = vec![];
    for model in models {
        match chosen.iter_mut().find(|other| is_same_kind(other, model)) {
            None => chosen.push(*model),
            Some(other) if other.made_of.is_one_at_a_time() && !model.made_of.is_one_at_a_time() => {
                *other = *model;
            }
            Some(_) => {}
        }
    }
    chosen
}

fn is_same_kind(a: &ModelEntry, b: &ModelEntry) -> bool {
    let is_made_alike = a.made_of.plain() == b.made_of.plain();
    let is_limited_alike = discriminant(&a.concurrency) == discriminant(&b.concurrency);
    is_made_alike && is_limited_alike && a.platform == b.platform
}

/// Those of `models` whose waits show the timers: each platform's baseline, whose thread sleeps, and its first model of tasks.
pub fn timers(models: &[ModelEntry]) -> Vec<ModelEntry> {
    let mut timers: Vec<ModelEntry> = vec![];
    for model in models {
        let is_first_of_tasks = model.made_of.plain() == MadeOf::Tasks
            && !timers.iter().any(|it| it.platform == model.platform && it.made_of.plain() == MadeOf::Tasks);
        if model.concurrency == Concurrency::One || is_first_of_tasks {
            timers.push(*model);
        }
    }
    timers
}

impl MadeOf {
    /// The same, whether one job computes at a time or several do.
    fn plain(self) -> Self {
        match self {
            MadeOf::ThreadsUnderLock => MadeOf::Threads,
            MadeOf::TasksOnOneThread => MadeOf::Tasks,
            other => other,
        }
    }

    /// Whether one job computes at a time, of several that have begun.
    fn is_one_at_a_time(self) -> bool {
        self.plain() != self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::cpython::Interpreter;
    use crate::model::cpython::interpreter::tests::facts;
    use crate::model::{Platform, models};

    fn names(models: &[ModelEntry]) -> Vec<&str> {
        models.iter().map(|model| model.name).collect()
    }

    #[test]
    fn parallel_models_stand_for_their_kind() {
        let chosen = one_of_each_kind(&models());
        assert_eq!(
            names(&chosen),
            ["sequential", "threads", "crossbeam", "chunks", "processes", "prefork", "tokio-many"]
        );
        assert_eq!(names(&one_of_each_kind(&models()[2..3])), ["gil"], "nothing else is of its kind");
    }

    #[test]
    fn each_platform_has_its_timers() {
        let python = Platform::Python(Interpreter::known("3.11", "python3".as_ref(), facts("3.11.7", false)));
        let all: Vec<ModelEntry> =
            [Platform::Native, python].iter().flat_map(|platform| platform.models()).collect();
        assert_eq!(names(&timers(&all)), ["sequential", "tokio-one", "py-loop@3.11", "py-asyncio@3.11"]);
    }
}
