//! The facts about a machine that a recording discloses, for review before sharing it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::record::schema::Recording;
use crate::report::section::Section;
use crate::stats::units;

/// Everything that `recording` discloses, except the samples.
pub fn disclosure(recording: &Recording, sections: &[&Section]) -> String {
    let summary = summary(recording, sections);
    let mut text = format!("{summary}\n\nOf the machine and the programs it has, word by word:\n\n");
    if let Ok(Value::Object(environment)) = serde_json::to_value(&recording.environment) {
        for (key, value) in environment {
            let _ = writeln!(text, "  {key:<22} {value}");
        }
    }
    for section in sections {
        for command in (section.commands)(recording) {
            let _ = writeln!(text, "  {:<22} {}", "command", command.join(" "));
        }
    }
    let reasons = reasons(recording);
    if !reasons.is_empty() {
        text += "\nWhy something was not measured or has failed, word by word:\n\n";
    }
    for reason in reasons {
        let _ = writeln!(text, "  {reason}");
    }
    text + "\nBesides these it has names of workloads and models, times and counts. It has no name of a host or of a user, no \
            address and no path of an absolute kind.\n"
}

/// Every reason of what was not measured or has failed, each once.
fn reasons(recording: &Recording) -> BTreeSet<String> {
    let mut reasons = BTreeSet::new();
    if let Ok(document) = serde_json::to_value(recording) {
        add_reasons(&document, &mut reasons);
    }
    reasons
}

/// Adds the texts of the fields that have reasons, wherever they are.
fn add_reasons(value: &Value, reasons: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| add_reasons(value, reasons)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(reason) if REASONS.contains(&name.as_str()) => {
                        reasons.insert(reason.clone());
                    }
                    value => add_reasons(value, reasons),
                }
            }
        }
        _ => {}
    }
}

/// The fields of a recording that have reasons.
const REASONS: [&str; 3] = ["unavailable", "failure", "reason"];

/// A one-line summary of its sections.
pub fn summary(recording: &Recording, sections: &[&Section]) -> String {
    let environment = &recording.environment;
    let mut names = Vec::new();
    for section in sections {
        if (section.is_in)(recording) {
            names.push(section.name);
        }
    }
    let cores = units::cores(environment.cores);
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let partial = if recording.partial { ", ended early" } else { "" };
    format!("{cpu}, {cores}, {} on {}: {}{partial}", environment.os, environment.arch, names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;
    use crate::record::schema::Failure;
    use crate::report::render::SECTIONS;

    #[test]
    fn shows_every_reason() {
        let mut failed = recording(2, 50);
        let study = failed.study.as_mut().unwrap();
        study.launches[0].failure = Some("the launch fell over".into());
        study.launches[1].rounds[0].failures.push(Failure {
            arm: 0,
            reason: "a job was lost".into(),
            unavailable: false,
        });
        study.arms[0].unavailable = Some("there is no such thing".into());
        let text = disclosure(&failed, SECTIONS);
        for reason in ["the launch fell over", "a job was lost", "there is no such thing"] {
            assert!(text.contains(reason), "{text}");
        }
    }

    #[test]
    fn shows_every_known_machine_fact() {
        let text = disclosure(&recording(1, 50), SECTIONS);
        let environment = serde_json::to_value(recording(1, 50).environment).unwrap();
        for key in environment.as_object().unwrap().keys() {
            assert!(text.contains(&format!("  {key} ")), "{key}");
        }
        assert!(
            text.starts_with("unknown processor, 2 cores, linux on : study\n")
                && text.contains("bakeoff run"),
            "{text}"
        );
    }
}
