//! The answer of a study in sentences. Each is made from the verdicts, so that it can say nothing else.

use crate::analysis::answer::{Answer, Group, Outcome, groups};
use crate::analysis::platforms::{ToolVerdict, judge_tools, named_tools};
use crate::analysis::summary::Row;
use crate::record::schema::{Kind, Recording};
use crate::report::best::short_name;
use crate::report::per_job::{in_counts, on_processes};
use crate::stats::units;

/// Three sentences on the native tools of a study: waiting, computing, a process for each job.
pub(crate) fn sentences(recording: &Recording, rows: &[Row]) -> Vec<String> {
    let groups = groups(rows);
    vec![
        format!("Waiting: {}", on(&groups, Kind::Waits, "")),
        format!("Computing: {}", computing(recording, rows)),
        on_processes(&groups),
    ]
}

/// What is to be said of computing.
pub(crate) fn computing(recording: &Recording, rows: &[Row]) -> String {
    on(&groups(rows), Kind::Computes, &on_cores(recording))
}

/// The finding of a study in a title: how much faster, and whether a process for each job pays.
pub(crate) fn finding(recording: &Recording, rows: &[Row]) -> String {
    let groups = groups(rows);
    let waiting = up_to(&groups, Kind::Waits, "");
    let computing = up_to(&groups, Kind::Computes, &on_cores(recording));
    format!("Waiting: {waiting}. Computing: {computing}. {}", in_counts(&groups))
}

/// The finding on the tools that the post names for an interpreter, in a title.
pub(crate) fn finding_on_advice(rows: &[Row]) -> String {
    let (mut best, mut open, mut slower, mut missing) = (0, vec![], vec![], vec![]);
    for row in rows {
        if named_tools(&row.workload.post_says).is_empty() || Answer::of(row).outcome != Outcome::Best {
            continue;
        }
        let advice = judge_tools(row);
        let name = row.workload.name.as_str();
        if !advice.named.best.is_empty() {
            best += 1;
        } else {
            match advice.verdict {
                ToolVerdict::False => slower.push(name),
                ToolVerdict::Unknown => missing.push(name),
                _ => open.push(name),
            }
        }
    }
    let decided = best + open.len() + slower.len() + missing.len();
    if decided == 0 {
        return "the post's pick: nothing could be decided".into();
    }
    let mut text = format!("the post's pick is among the best on {best} of {decided} tasks with a winner");
    if !open.is_empty() {
        text += &format!(", may be on {}", listed(&open));
    }
    if !slower.is_empty() {
        text += &format!(", is slower on {}", listed(&slower));
    }
    if !missing.is_empty() {
        text += &format!(", was not measured on {}", listed(&missing));
    }
    text
}

fn on_cores(recording: &Recording) -> String {
    format!(" on {}", units::cores(recording.environment.cores))
}

/// The answers of a kind that have best tools.
fn decided<'a, 'b>(groups: &'b [Group<'a>], kind: Kind) -> Vec<&'b Answer<'a>> {
    let mut decided = Vec::new();
    for answer in of_kind(groups, kind) {
        if answer.outcome == Outcome::Best {
            decided.push(answer);
        }
    }
    decided
}

fn of_kind<'a, 'b>(groups: &'b [Group<'a>], kind: Kind) -> &'b [Answer<'a>] {
    groups.iter().find(|group| group.kind == kind).map_or(&[], |group| &group.answers)
}

/// The speedups of the fastest tools, the lowest first.
fn speedups(answers: &[&Answer<'_>]) -> Vec<f64> {
    let mut speedups = Vec::new();
    for answer in answers {
        if let Some(speedup) = answer.row.fastest().and_then(|fastest| fastest.speedup) {
            speedups.push(speedup.ratio);
        }
    }
    speedups.sort_by(f64::total_cmp);
    speedups
}

/// The highest speedup of the tasks that have verdicts, with a winner or without.
fn highest(answers: &[Answer<'_>]) -> Option<f64> {
    let mut judged = Vec::new();
    for answer in answers {
        if matches!(answer.outcome, Outcome::Best | Outcome::NoWinner { .. }) {
            judged.push(answer);
        }
    }
    speedups(&judged).last().copied()
}

fn up_to(groups: &[Group<'_>], kind: Kind, where_: &str) -> String {
    let all = of_kind(groups, kind);
    match highest(all) {
        Some(highest) => format!("up to {}{where_}", units::ratio(highest)),
        None => nothing(all).into(),
    }
}

/// Why nothing is said of `answers`, none of which has best tools.
fn nothing(answers: &[Answer<'_>]) -> &'static str {
    let (mut measured, mut too_few) = (0, 0);
    for answer in answers {
        match answer.outcome {
            Outcome::NotMeasured(_) => {}
            Outcome::TooFew => too_few += 1,
            _ => measured += 1,
        }
    }
    match (measured, too_few) {
        (0, 0) => "not measured",
        (0, _) => "too few launches for verdicts",
        _ => "nothing could be decided",
    }
}

/// How many tasks of a kind have a winner, which tools win and by how much, and the tasks without.
fn on(groups: &[Group<'_>], kind: Kind, where_: &str) -> String {
    let all = of_kind(groups, kind);
    let decided = decided(groups, kind);
    if decided.is_empty() {
        return match highest(all) {
            Some(highest) => {
                let (speed, without) = (units::ratio(highest), without_best(all));
                format!("up to {speed} as fast as one job at a time{where_}{without}.")
            }
            None => format!("{}.", nothing(all)),
        };
    }
    let speed = format!("{} as fast as one job at a time{where_}", range(&speedups(&decided)));
    let mut text = match &decided[..] {
        [only] => {
            let winners = winners(&decided);
            format!("{} the best on {}, {speed}", winners.with_verb(), only.row.workload.name)
        }
        _ => {
            let have = match all.len() {
                2 if decided.len() == 2 => "both tasks have a winner".into(),
                all if all == decided.len() => format!("all {all} tasks have a winner"),
                all => format!("{} of {all} tasks have a winner", decided.len()),
            };
            format!("{have}, {speed}; {}", most_often(&decided))
        }
    };
    text += &without_best(all);
    text + "."
}

/// The tasks without best tools, by the reason.
fn without_best(all: &[Answer<'_>]) -> String {
    let (mut no_winner, mut no_verdict, mut not_measured) = (vec![], vec![], vec![]);
    for answer in all {
        let reason = match answer.outcome {
            Outcome::Best => continue,
            Outcome::NoWinner { .. } => &mut no_winner,
            Outcome::NoVerdict | Outcome::TooFew => &mut no_verdict,
            Outcome::NotMeasured(_) => &mut not_measured,
        };
        reason.push(answer.row.workload.name.as_str());
    }
    let mut text = String::new();
    for (reason, tasks) in
        [("no winner on", no_winner), ("no verdict on", no_verdict), ("not measured:", not_measured)]
    {
        if !tasks.is_empty() {
            text += &format!("; {reason} {}", listed(&tasks));
        }
    }
    text
}

/// `1.92x`, or `1.92x to 23.5x`; `speedups` are in order, and not empty.
fn range(speedups: &[f64]) -> String {
    let text = |speedup: Option<&f64>| speedup.map_or("-".into(), |ratio| units::ratio(*ratio));
    let (lowest, highest) = (text(speedups.first()), text(speedups.last()));
    if lowest == highest { highest } else { format!("{lowest} to {highest}") }
}

/// The tools that are among the best on most tasks.
struct Winners<'a> {
    names: Vec<&'a str>,
    /// On this many.
    tasks: usize,
}

impl Winners<'_> {
    fn with_verb(&self) -> String {
        let verb = if self.names.len() == 1 { "is" } else { "are" };
        format!("{} {verb}", listed(&self.names))
    }
}

fn winners<'a>(decided: &[&Answer<'a>]) -> Winners<'a> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for answer in decided {
        for cell in answer.best() {
            match counts.iter_mut().find(|(model, _)| *model == cell.plain_model()) {
                Some((_, count)) => *count += 1,
                None => counts.push((cell.plain_model(), 1)),
            }
        }
    }
    let tasks = counts.iter().map(|(_, count)| *count).max().unwrap_or_default();
    let mut names = Vec::new();
    for (model, count) in counts {
        if count == tasks {
            names.push(short_name(model));
        }
    }
    Winners { names, tasks }
}

/// The tools that are among the best on each of several tasks, or on most of them.
fn most_often(decided: &[&Answer<'_>]) -> String {
    let winners = winners(decided);
    match (decided.len(), winners.tasks) {
        (2, 2) => format!("{} among the best on both", winners.with_verb()),
        (all, tasks) if tasks == all => format!("{} among the best on each of them", winners.with_verb()),
        (_, 1) => "no tool is among the best on more than one of them".into(),
        (_, tasks) => {
            format!("no tool is among the best on each of them, {} on {tasks}", winners.with_verb())
        }
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(names: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match &names[..] {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::answer::tests::row;
    use crate::analysis::summary::Summary;
    use crate::record::read::tests::recording;
    use crate::record::schema::Kind;

    /// The sentences on a study of a task of `kind`, of `sequential`, `rayon` in half its time, and others, whose launches take
    /// these percents of rayon's time in turn.
    fn said(kind: Kind, noisy: &[[u64; 2]]) -> Vec<String> {
        let mut recording = row(noisy);
        recording.study.as_mut().unwrap().workloads[0].kind = kind;
        sentences(&recording, &Summary::of(&recording).rows)
    }

    #[test]
    fn best_tools_are_named_as_a_set() {
        let [waiting, computing, processes] =
            said(Kind::Waits, &[[101, 101], [150, 150]]).try_into().unwrap();
        assert_eq!(
            waiting,
            "Waiting: rayon and other0 are the best on hash, 2.00x as fast as one job at a time."
        );
        assert_eq!(computing, "Computing: not measured.");
        assert_eq!(processes, "A process for each job: not measured.");
    }

    #[test]
    fn nothing_is_said_of_what_is_not_decided() {
        let no_winner = [[101, 120], [101, 130]];
        assert_eq!(
            said(Kind::Computes, &no_winner)[1],
            "Computing: up to 2.00x as fast as one job at a time on 2 cores; no winner on hash."
        );
        let mut busy = row(&[]);
        busy.environment.quota_millicores = Some(500);
        assert_eq!(sentences(&busy, &Summary::of(&busy).rows)[1], "Computing: nothing could be decided.");
        let few = recording(3, 50);
        assert_eq!(sentences(&few, &Summary::of(&few).rows)[1], "Computing: too few launches for verdicts.");
        let nothing = sentences(&busy, &[]);
        assert_eq!(nothing[0], "Waiting: not measured.");
    }

    /// A study of several tasks: each a copy of the one of [`row`] with these percents, and `processes` in its place `at` if it
    /// has one.
    fn tasks(each: &[(&str, [u64; 2], [u64; 2])]) -> Vec<Row> {
        let mut rows = Vec::new();
        for (name, crossbeam, processes) in each {
            let mut recording = row(&[*crossbeam, *processes]);
            let study = recording.study.as_mut().unwrap();
            study.arms[2].id = "hash/crossbeam/cores".into();
            study.arms[3].id = "hash/processes/jobs".into();
            let mut of_task = Summary::of(&recording).rows;
            of_task[0].workload.name = (*name).into();
            rows.extend(of_task);
        }
        rows
    }

    #[test]
    fn tools_that_are_not_best_everywhere_are_counted() {
        let recording = row(&[]);
        let (slow, best) = ([150, 150], [80, 80]);
        let said = |each: &[_]| sentences(&recording, &tasks(each))[1].clone();
        let on_all = said(&[("a", [101, 101], slow), ("b", slow, slow)]);
        assert!(on_all.ends_with("; rayon is among the best on both."), "{on_all}");
        let on_most = said(&[("a", best, slow), ("b", slow, slow), ("c", slow, slow)]);
        assert!(
            on_most.ends_with("; no tool is among the best on each of them, rayon is on 2."),
            "{on_most}"
        );
        let open = said(&[("a", slow, slow), ("b", [101, 120], [101, 120])]);
        assert!(
            open.ends_with(
                "rayon is the best on a, 2.00x as fast as one job at a time on 2 cores; no winner on b."
            ),
            "{open}"
        );
    }

    #[test]
    fn a_process_for_each_job_is_judged_by_its_verdicts() {
        let (even, best, worse) = ([150, 150], [80, 80], [400, 400]);
        let rows = tasks(&[("a", even, best), ("b", even, worse), ("c", even, even)]);
        let said = &sentences(&row(&[]), &rows)[2];
        assert_eq!(
            said,
            "A process for each job: among the best on a, surely slower than one job at a time on b."
        );
        let open = tasks(&[("a", even, best), ("b", even, worse), ("c", even, [101, 120])]);
        let recording = row(&[]);
        assert_eq!(
            sentences(&recording, &open)[2],
            "A process for each job: among the best on a, undecided on c, surely slower than one job at a time on b."
        );
        assert_eq!(
            finding(&recording, &open),
            "Waiting: not measured. Computing: up to 2.50x on 2 cores. A process for each job: among the best on 1 of 3 tasks, \
             undecided on 1, surely slower than one at a time on 1."
        );
        let none = &sentences(&row(&[]), &tasks(&[("c", even, even)]))[2];
        assert_eq!(none, "A process for each job: among the best on no task.");
    }
}
