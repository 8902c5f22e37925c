//! Facts that are not in files below a root folder: systems other than Linux tell them in their own ways.

use std::path::Path;

/// What `ask` tells of this machine, if `root` is its own: the made-up machines of tests have other facts.
pub(super) fn of_this_machine<T: Default>(root: &Path, ask: impl FnOnce() -> T) -> T {
    if root == Path::new("/") { ask() } else { T::default() }
}

/// What a program of the system prints, without white space around it; `None` if it does not exist, fails or prints nothing.
#[cfg(all(unix, not(target_os = "linux")))]
fn said(program: &str, args: &[&str]) -> Option<String> {
    let output = std::process::Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The value of a number of the kernel.
#[cfg(all(unix, not(target_os = "linux")))]
fn sysctl(name: &str) -> Option<String> {
    said("sysctl", &["-n", name])
}

#[cfg(all(unix, not(target_os = "linux")))]
pub(super) fn kernel() -> Option<String> {
    said("uname", &["-r"])
}

#[cfg(target_os = "macos")]
mod system {
    use super::{said, sysctl};

    pub(in crate::machine) fn processor() -> Option<String> {
        sysctl("machdep.cpu.brand_string")
    }

    pub(in crate::machine) fn physical_cores() -> Option<u64> {
        sysctl("hw.physicalcpu")?.parse().ok()
    }

    pub(in crate::machine) fn memory_bytes() -> Option<u64> {
        sysctl("hw.memsize")?.parse().ok()
    }

    pub(in crate::machine) fn on_battery() -> Option<bool> {
        said("pmset", &["-g", "batt"]).map(|text| text.contains("'Battery Power'"))
    }

    /// The number of logical cores at each performance level, the fastest first.
    pub(in crate::machine) fn core_classes() -> Vec<u64> {
        let mut classes = Vec::new();
        while let Some(cores) = sysctl(&format!("hw.perflevel{}.logicalcpu", classes.len()))
            && let Ok(cores) = cores.parse()
        {
            classes.push(cores);
        }
        classes
    }
}

/// The BSDs.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "macos"))))]
mod system {
    use super::sysctl;

    pub(in crate::machine) fn processor() -> Option<String> {
        sysctl("hw.model")
    }

    pub(in crate::machine) fn physical_cores() -> Option<u64> {
        sysctl("kern.smp.cores")?.parse().ok()
    }

    pub(in crate::machine) fn memory_bytes() -> Option<u64> {
        sysctl("hw.physmem")?.parse().ok()
    }

    /// 0 is off and 1 on line; others are unknown (acpi(4)).
    pub(in crate::machine) fn on_battery() -> Option<bool> {
        match sysctl("hw.acpi.acline")?.as_str() {
            "0" => Some(true),
            "1" => Some(false),
            _ => None,
        }
    }

    pub(in crate::machine) fn core_classes() -> Vec<u64> {
        Vec::new()
    }
}

#[cfg(windows)]
mod system {
    use sysinfo::System;

    /// What remains where the processor tells no name: its family.
    pub(in crate::machine) fn processor() -> Option<String> {
        std::env::var("PROCESSOR_IDENTIFIER").ok()
    }

    pub(in crate::machine) fn physical_cores() -> Option<u64> {
        System::physical_core_count().map(|cores| cores as u64)
    }

    pub(in crate::machine) fn memory_bytes() -> Option<u64> {
        let mut system = System::new();
        system.refresh_memory();
        Some(system.total_memory()).filter(|bytes| *bytes > 0)
    }

    pub(in crate::machine) fn kernel() -> Option<String> {
        System::kernel_version()
    }

    pub(in crate::machine) fn on_battery() -> Option<bool> {
        None
    }

    pub(in crate::machine) fn core_classes() -> Vec<u64> {
        Vec::new()
    }
}

/// All of it is in files.
#[cfg(not(any(windows, all(unix, not(target_os = "linux")))))]
mod system {
    pub(in crate::machine) fn processor() -> Option<String> {
        None
    }

    pub(in crate::machine) fn physical_cores() -> Option<u64> {
        None
    }

    pub(in crate::machine) fn memory_bytes() -> Option<u64> {
        None
    }

    pub(in crate::machine) fn kernel() -> Option<String> {
        None
    }

    pub(in crate::machine) fn on_battery() -> Option<bool> {
        None
    }

    pub(in crate::machine) fn core_classes() -> Vec<u64> {
        Vec::new()
    }
}

#[cfg(any(windows, not(unix), target_os = "linux"))]
pub(super) use system::kernel;
pub(super) use system::{core_classes, memory_bytes, on_battery, physical_cores, processor};
