//! What the answer says of a process for each job.

use crate::analysis::answer::{Group, Standing};
use crate::model::{Concurrency, MadeOf, models};
use crate::report::answer::listed;

/// A process for each job: the tasks on which it has a verdict, by what that is.
struct PerJob<'a> {
    /// It was measured somewhere.
    is_measured: bool,
    judged: usize,
    best: Vec<&'a str>,
    undecided: Vec<&'a str>,
    /// Slower than one job at a time.
    worse: Vec<&'a str>,
}

fn per_job<'a>(groups: &[Group<'a>]) -> PerJob<'a> {
    let model = models().into_iter().find(|model| {
        model.made_of == MadeOf::Processes && matches!(model.concurrency, Concurrency::Jobs { .. })
    });
    let mut per_job =
        PerJob { is_measured: false, judged: 0, best: vec![], undecided: vec![], worse: vec![] };
    for answer in groups.iter().flat_map(|group| &group.answers) {
        let Some(tool) = model.as_ref().and_then(|model| answer.tool(model.name)) else { continue };
        per_job.is_measured |= tool.standing != Standing::NotMeasured;
        if !matches!(tool.standing, Standing::Best | Standing::Undecided | Standing::Slower) {
            continue;
        }
        per_job.judged += 1;
        let name = answer.row.workload.name.as_str();
        match tool.standing {
            Standing::Best => per_job.best.push(name),
            Standing::Undecided => per_job.undecided.push(name),
            _ => {}
        }
        if tool.is_slower_than_baseline() {
            per_job.worse.push(name);
        }
    }
    per_job
}

/// The sentence on a process for each job.
pub(crate) fn on_processes(groups: &[Group<'_>]) -> String {
    let of = per_job(groups);
    let said = |tasks: &[&str]| if tasks.is_empty() { "no task".to_owned() } else { listed(tasks) };
    sentence_of(&of, &said(&of.best), &said(&of.undecided), &said(&of.worse), "one job at a time")
}

/// The same with numbers of tasks instead of their names.
pub(crate) fn in_counts(groups: &[Group<'_>]) -> String {
    let of = &per_job(groups);
    let best = format!("{} of {} tasks", of.best.len(), of.judged);
    let [undecided, worse] = [&of.undecided, &of.worse].map(|tasks| tasks.len().to_string());
    sentence_of(of, &best, &undecided, &worse, "one at a time")
}

fn sentence_of(of: &PerJob<'_>, best: &str, undecided: &str, worse: &str, baseline: &str) -> String {
    if of.judged == 0 {
        let why = if of.is_measured { "no verdict" } else { "not measured" };
        return format!("A process for each job: {why}.");
    }
    let mut text = format!("A process for each job: among the best on {best}");
    if !of.undecided.is_empty() {
        text += &format!(", undecided on {undecided}");
    }
    if !of.worse.is_empty() {
        text += &format!(", surely slower than {baseline} on {worse}");
    }
    text + "."
}
