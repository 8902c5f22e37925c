//! The facts about a machine that a recording discloses, for review before sharing it.

use std::fmt::Write as _;

use crate::record::schema::Recording;
use crate::report::section::Section;
use crate::stats::units;

/// Everything that `recording` discloses, except the samples.
pub fn disclosure(recording: &Recording, sections: &[&Section]) -> String {
    let summary = summary(recording, sections);
    let mut text = format!("{summary}\n\nOf the machine and the programs it has, word by word:\n\n");
    if let Ok(serde_json::Value::Object(environment)) = serde_json::to_value(&recording.environment) {
        for (key, value) in environment {
            let _ = writeln!(text, "  {key:<22} {value}");
        }
    }
    for section in sections {
        for command in (section.commands)(recording) {
            let _ = writeln!(text, "  {:<22} {}", "command", command.join(" "));
        }
    }
    text + "\nBesides these it has names of workloads and models, times, counts, and the reasons of what failed, which may name \
            programs. It has no name of a host or of a user, no address and no path of an absolute kind.\n"
}

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
    use crate::report::render::SECTIONS;

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
