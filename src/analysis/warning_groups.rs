//! Warnings of one kind on several workloads, as one.

use std::mem::discriminant;

use crate::analysis::warning::{Warning, WorkloadWarning};

/// A warning on anything, or those of one kind on several workloads.
#[derive(Clone, Debug, PartialEq)]
pub struct WarningGroup {
    /// Whether it blocks verdicts.
    pub blocks_verdicts: bool,
    /// What happened, and the advice.
    pub text: String,
}

/// `warnings` in the order of the first of each group.
pub fn in_groups<'a>(warnings: impl IntoIterator<Item = &'a Warning>) -> Vec<WarningGroup> {
    let mut kinds: Vec<Vec<&Warning>> = Vec::new();
    for warning in warnings {
        match kinds.iter_mut().find(|kind| is_like(kind[0], warning)) {
            Some(kind) => kind.push(warning),
            None => kinds.push(vec![warning]),
        }
    }
    let mut groups = Vec::new();
    for kind in kinds {
        let text = of_several(&kind).unwrap_or_else(|| kind[0].to_string());
        groups.push(WarningGroup { blocks_verdicts: kind[0].blocks_verdicts(), text });
    }
    groups
}

fn is_like(one: &Warning, other: &Warning) -> bool {
    match (one, other) {
        (Warning::OfWorkload(_, one), Warning::OfWorkload(_, other)) => {
            discriminant(one) == discriminant(other)
        }
        (one, other) => one == other,
    }
}

/// A sentence on several workloads; `None` for one warning.
fn of_several(kind: &[&Warning]) -> Option<String> {
    let mut each = Vec::new();
    let mut first = None;
    for warning in kind {
        let Warning::OfWorkload(workload, warning) = warning else { return None };
        each.push(format!("{workload} ({})", warning.figure()));
        first = first.or(Some(*warning));
    }
    let warning = first.filter(|_| each.len() > 1)?;
    let cause = match warning {
        WorkloadWarning::CoreTaken(..) => "not all of the cores were free on",
        WorkloadWarning::Slow(..) => {
            "the machine was slow in some launches, with this share of what it gave to good ones at worst, on"
        }
        WorkloadWarning::Drift(_) => "the baseline took longer in one third of the study than in another on",
        WorkloadWarning::CapacityBelowCores(_) => {
            "all cores together give less than as many times one core, with this share, on"
        }
    };
    Some(format!("{cause} {}: {}", each.join(", "), warning.advice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::warning::LaunchCount;

    fn of(workload: &str, warning: WorkloadWarning) -> Warning {
        Warning::OfWorkload(workload.into(), warning)
    }

    #[test]
    fn warnings_of_one_kind_name_their_workloads() {
        let slow = |share, some| WorkloadWarning::Slow(share, LaunchCount { some, all: 19 });
        let warnings = [
            of("save", slow(0.338, 6)),
            Warning::Turbo,
            of("hash", WorkloadWarning::Drift(1.1)),
            of("cake", slow(0.84, 1)),
        ];
        let groups = in_groups(&warnings);
        assert_eq!(groups.len(), 3);
        assert!(
            groups[0].text.contains("save (6 of 19, 33.8 %), cake (1 of 19, 84.0 %): "),
            "{}",
            groups[0].text
        );
        assert_eq!(groups[1].text, Warning::Turbo.to_string());
        assert_eq!(groups[2].text, warnings[2].to_string());
    }

    #[test]
    fn groups_block_verdicts_like_their_warnings() {
        let taken = WorkloadWarning::CoreTaken(0.9, 0.97);
        let groups = in_groups(&[of("hash", taken), of("primes", taken)]);
        assert!(groups.len() == 1 && groups[0].blocks_verdicts, "{groups:?}");
    }
}
