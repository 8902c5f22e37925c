//! What differs between recordings of machines and programs.

use crate::analysis::same::workers;
use crate::record::schema::{Environment, InterpreterEntry, Recording, Stopping, Study};

/// The differences between recordings: what differs, and its value in each.
pub fn differences(recordings: &[Recording]) -> Vec<(&'static str, Vec<String>)> {
    let mut differences: Vec<(&'static str, Vec<String>)> = Vec::new();
    for (at, recording) in recordings.iter().enumerate() {
        for (fact, (name, value)) in facts(recording).into_iter().enumerate() {
            if at == 0 {
                differences.push((name, Vec::new()));
            }
            differences[fact].1.push(value);
        }
    }
    differences.retain(|(_, values)| values.iter().any(|value| *value != values[0]));
    differences
}

/// Everything that may differ, in display order.
fn facts(recording: &Recording) -> Vec<(&'static str, String)> {
    let environment = &recording.environment;
    let launches = match &recording.study {
        None => "none".into(),
        Some(study) => amount(study),
    };
    vec![
        ("processor", text(&environment.cpu_model)),
        ("cores", environment.cores.to_string()),
        ("limited by", environment.limited_by.clone().unwrap_or_else(|| "nothing".into())),
        ("workers", workers(recording).to_string()),
        ("physical cores", number(environment.physical_cores)),
        ("SMT", flag(environment.smt)),
        ("classes of cores", format!("{:?}", environment.core_classes)),
        ("memory in bytes", number(environment.memory_bytes)),
        ("system", format!("{} on {}", environment.os, environment.arch)),
        ("kernel", text(&environment.kernel)),
        ("governor", text(&environment.governor)),
        ("turbo", flag(environment.turbo)),
        ("on a battery", flag(environment.on_battery)),
        ("quota in millicores", number(environment.quota_millicores)),
        ("SHA-256", environment.sha256.clone()),
        ("bakeoff", environment.bakeoff.clone()),
        ("commit", text(&environment.commit)),
        ("changed since", flag(environment.dirty)),
        ("rustc", text(&environment.rustc)),
        ("profile", environment.profile.clone()),
        ("build flags", environment.build_flags_text()),
        ("libraries", environment.libraries.join(", ")),
        ("interpreters", interpreters(environment)),
        ("launches x rounds", launches),
    ]
}

/// How much a study was to measure.
fn amount(study: &Study) -> String {
    let (launches, rounds) = (study.launches_asked, study.rounds_asked);
    match study.stopping {
        None => format!("{launches} x {rounds}"),
        Some(Stopping::Look { launches: look }) => format!("{launches} x {rounds}, a look after {look}"),
        Some(Stopping::Race { far, clearly_percent, launches: look }) => {
            let twice =
                clearly_percent.map_or_else(String::new, |percent| format!(", two if {percent} % slower"));
            format!("{launches} x {rounds}, one if {far} times as long{twice}, a look after {look}")
        }
        Some(Stopping::Settled { at_most_ns }) => {
            format!("until settled, at most {} s", at_most_ns.get() / 1_000_000_000)
        }
    }
}

fn text(text: &Option<String>) -> String {
    text.clone().unwrap_or_else(unknown)
}

fn number(number: Option<u64>) -> String {
    number.map_or_else(unknown, |number| number.to_string())
}

fn flag(flag: Option<bool>) -> String {
    match flag {
        None => unknown(),
        Some(true) => "yes".into(),
        Some(false) => "no".into(),
    }
}

fn unknown() -> String {
    "unknown".into()
}

/// Version and build of each interpreter.
fn interpreters(environment: &Environment) -> String {
    let mut all = Vec::new();
    for InterpreterEntry { tag, version, build, packages, .. } in environment.interpreters.iter().flatten() {
        let mut facts = vec![text(version), text(build)];
        facts.extend(packages.iter().cloned());
        all.push(format!("{tag} ({})", facts.join(", ")));
    }
    if all.is_empty() { "none".into() } else { all.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::same::tests::on_a_machine;
    use crate::record::read::tests::recording;

    #[test]
    fn only_what_differs_is_listed() {
        let one = on_a_machine(recording(16, 50));
        assert_eq!(differences(&[one.clone(), one.clone()]), []);
        let mut other = one.clone();
        other.environment.cpu_model = None;
        let values = ["a processor", "unknown"].map(str::to_owned).to_vec();
        assert_eq!(differences(&[one, other]), [("processor", values)]);
    }
}
