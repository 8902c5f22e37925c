//! The facts about a machine that a recording discloses, for review before sharing it.

use std::fmt::Write as _;

use crate::record::schema::Recording;
use crate::stats::units;

/// Everything that `recording` discloses, except the samples.
pub fn disclosure(recording: &Recording) -> String {
    let mut text =
        format!("{}\n\nOf the machine and the programs it has, word by word:\n\n", summary(recording));
    let environment = serde_json::to_value(&recording.environment).ok();
    for (key, value) in environment.iter().filter_map(|value| value.as_object()).flatten() {
        let _ = writeln!(text, "  {key:<22} {value}");
    }
    for command in commands(recording) {
        let _ = writeln!(text, "  {:<22} {}", "command", command.join(" "));
    }
    text + "\nBesides these it has names of workloads and models, times, counts, and the reasons of what failed, which may name \
            programs. It has no name of a host or of a user, no address and no path of an absolute kind.\n"
}

/// A one-line summary of its sections.
pub fn summary(recording: &Recording) -> String {
    let environment = &recording.environment;
    let sections = [
        ("study", recording.study.is_some()),
        ("evidence", recording.evidence.is_some()),
        ("stories", recording.stories.is_some()),
        ("costs", recording.costs.is_some()),
    ];
    let there: Vec<&str> = sections.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    let cores = units::cores(environment.cores);
    let cpu = environment.cpu_model.as_deref().unwrap_or("unknown processor");
    let partial = if recording.partial { ", ended early" } else { "" };
    format!("{cpu}, {cores}, {} on {}: {}{partial}", environment.os, environment.arch, there.join(", "))
}

/// Its command lines.
fn commands(recording: &Recording) -> Vec<&[String]> {
    let study = recording.study.iter().map(|study| &study.command[..]);
    let costs = recording.costs.iter().map(|costs| &costs.command[..]);
    let sizes =
        recording.costs.iter().flat_map(|costs| costs.sizes.iter().map(|sizes| &sizes.study.command[..]));
    study.chain(costs).chain(sizes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::tests::recording;

    #[test]
    fn shows_every_known_machine_fact() {
        let text = disclosure(&recording(1, 50));
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
