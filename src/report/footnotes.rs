//! The context of a table: machine, command, warnings, noise, and how to read it.

use crate::analysis::warning_groups::{WarningGroup, in_groups};
use crate::analysis::{analysed::Analysed, summary::Summary, warning::Warning};
use crate::record::schema::{Environment, Stopping, Study};
use crate::stats::{units, verdict::MARGIN};

/// The lines below the tables of a recording.
pub(crate) fn footnotes(of: &Analysed<'_>) -> Vec<String> {
    let Analysed { recording, summary } = of;
    let mut notes = vec![machine(&recording.environment), programs(&recording.environment)];
    if let Some(of_study) = &recording.study {
        notes.push(study(of_study));
    }
    notes.extend(about_warnings(&summary.warnings));
    notes.push(noise(summary));
    notes.push(format!(
        "Speedups are over `sequential`, paired by round, with 95 % intervals over launches. CPU: time of all cores over \
         `sequential`'s. Within {0:.0} % and slower: than the fastest, by more than {0:.0} %, with at most a 5 % chance of any wrong \
         word in a row; undecided: launches lie on both sides of {1} times its time.",
        MARGIN * 100.0,
        1.0 + MARGIN
    ));
    notes.extend(of_platforms(of));
    notes
}

/// Warnings in the words of all tables and charts: those of one kind on several workloads are one.
pub(crate) fn about_warnings<'a>(warnings: impl IntoIterator<Item = &'a Warning>) -> Vec<String> {
    let mut notes = Vec::new();
    for group in in_groups(warnings) {
        let mark = if group.blocks_verdicts { "NO VERDICT" } else { "note" };
        notes.push(format!("{mark}: {}", group.text));
    }
    notes
}

/// How many notes on the machine there are, and how many of them block verdicts.
pub(crate) fn counted(groups: &[WarningGroup]) -> String {
    let blocking = groups.iter().filter(|group| group.blocks_verdicts).count();
    let notes = match groups.len() {
        1 => "1 note on the machine".to_owned(),
        all => format!("{all} notes on the machine"),
    };
    match blocking {
        0 => format!("{notes}; no verdict that is shown depends on them"),
        1 => format!("{notes}; 1 blocks verdicts"),
        blocking => format!("{notes}; {blocking} block verdicts"),
    }
}

/// The first of many names.
pub(crate) fn some_of(names: &[&str]) -> String {
    match names {
        [first, second, third, _, rest @ ..] => {
            format!("{first}, {second}, {third} and {} more", rest.len() + 1)
        }
        few => few.join(", "),
    }
}

/// How to read the tables of interpreters.
const READING: &str = "In Python speedups are over `py-loop`.";

/// The same of bakeoff's own tasks.
const READING_OF_TASKS: &str = "Under asyncio files are read and written by asyncio.to_thread, in its own \
                   few threads, and HTTP, which it has none of, is a minimal GET. primes and mandelbrot have \
                   smaller jobs in Python, and sha-loop is pure Python against Rust's SHA-256 library. Rust's sequential: how many times as fast it is as py-loop on the \
                   same jobs. Time of Python's best over its: over that of Rust's tool on the same jobs. Where the jobs are the native \
                   ones, that is Rust's best; elsewhere it is the faster of sequential and one tool, in the same rounds, or none.";

/// How to read the tables of interpreters, if there are any, and why some are missing.
pub(crate) fn of_platforms(of: &Analysed<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    for interpreter in of.recording.environment.interpreters.iter().flatten() {
        if let Some(why) = &interpreter.unavailable {
            notes.push(format!("CPython {}: {why}", interpreter.tag));
        }
    }
    if !of.summary.others.is_empty() {
        notes.push(match of.recording.of_user {
            true => READING.to_owned(),
            false => format!("{READING} {READING_OF_TASKS}"),
        });
    }
    notes
}

fn machine(environment: &Environment) -> String {
    let Environment { cores, os, arch, sha256, .. } = environment;
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let mut kernel = String::new();
    if let Some(release) = &environment.kernel {
        kernel = format!(" {release}");
    }
    let smt = match environment.smt {
        Some(true) => " with SMT",
        Some(false) => " without SMT",
        None => "",
    };
    let mut unlike = String::new();
    if !environment.core_classes.is_empty() {
        let classes: Vec<String> = environment.core_classes.iter().map(ToString::to_string).collect();
        unlike = format!(" ({} of unlike kinds)", classes.join(" + "));
    }
    let plural = if *cores == 1 { "" } else { "s" };
    format!("{cpu}, {cores} core{plural}{smt}{unlike}, {os}{kernel} on {arch}; {sha256}")
}

fn programs(environment: &Environment) -> String {
    let commit = match &environment.commit {
        Some(commit) => commit.get(..7).unwrap_or(commit),
        None => "no commit known",
    };
    let dirty = if environment.dirty == Some(true) { ", changed since" } else { "" };
    let rustc = environment.rustc.as_deref().unwrap_or("rustc of unknown version");
    let rustc = rustc.split(" (").next().unwrap_or(rustc);
    let libraries = environment.libraries.join(", ");
    let flags = match &environment.build_flags {
        Some(flags) if !flags.is_empty() => format!(" with {}", flags.join(" ")),
        _ => String::new(),
    };
    format!(
        "bakeoff {} ({commit}{dirty}), {rustc}, {}{flags}; {libraries}",
        environment.bakeoff, environment.profile
    )
}

fn study(study: &Study) -> String {
    let (launches, rounds) = (study.launches_text(), study.rounds_asked);
    let plural = if rounds.get() == 1 { "" } else { "s" };
    format!(
        "{} study: {launches} launches of each workload, {rounds} round{plural} each{}, seed {}; command: {}",
        study.profile,
        rule(study),
        study.seed,
        study.command.join(" ")
    )
}

/// The rule by which cells stop before the last launch.
fn rule(study: &Study) -> String {
    match study.stopping {
        None => String::new(),
        Some(Stopping::Look { launches }) => {
            format!(" (cells slower than the fastest in each of the first {launches} sit out the rest)")
        }
        Some(Stopping::Race { far, clearly_percent, launches }) => {
            let twice = clearly_percent.map_or_else(String::new, |percent| {
                format!(
                    ", those slower than the best by over {percent} % in each of the first two after these"
                )
            });
            format!(
                " (cells that take over {far} times as long as the best of the first stop after it{twice}, and cells slower than the fastest in \
                 each of the first {launches} sit out the rest)"
            )
        }
        Some(Stopping::Settled { at_most_ns }) => format!(
            " (until every cell is settled, or {} are over; slower cells sit out)",
            units::nanoseconds(at_most_ns.get() as f64)
        ),
    }
}

/// The extent of the A/A intervals of the baseline: of the quietest and of the noisiest row.
fn noise(summary: &Summary) -> String {
    let mut floors: Vec<(f64, String)> = Vec::new();
    for row in summary.all_rows() {
        if let Some(floor) = row.noise_floor() {
            floors.push((floor, row.workload.called()));
        }
    }
    floors.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let reaches = match &floors[..] {
        [] => return "noise floor (A/A test): unknown, as launches or the baseline are missing.".into(),
        [only] => reach(only),
        [least, .., most] => format!("{} to {}", reach(least), reach(most)),
    };
    let mut note = format!(
        "A/A: the baseline against itself; its intervals reach {reaches} from 1, though nothing differs."
    );
    let noisy: Vec<&str> =
        floors.iter().filter(|(floor, _)| floor.exp_m1() > MARGIN).map(|(_, name)| name.as_str()).collect();
    if !noisy.is_empty() {
        note += &format!(" Above {:.0} % (can't say within {0:.0} %): {}.", MARGIN * 100.0, noisy.join(", "));
    }
    note
}

fn reach((floor, name): &(f64, String)) -> String {
    format!("{:.1} % ({name})", floor.exp_m1() * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocking_notes_are_counted_apart() {
        let group = |blocks_verdicts| WarningGroup { blocks_verdicts, text: String::new() };
        assert_eq!(counted(&[group(true)]), "1 note on the machine; 1 blocks verdicts");
        assert_eq!(
            counted(&[group(false), group(true), group(true)]),
            "3 notes on the machine; 2 block verdicts"
        );
    }
}
