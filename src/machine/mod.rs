//! The machine: its cores, memory and limits, what else runs on it, and the programs that measure.

mod elsewhere;
pub mod environment;
pub mod file_limit;
pub mod host;
pub mod idle;
pub(crate) mod memory;
mod power;
mod processor;
#[cfg(target_os = "linux")]
mod quota;
pub mod study_lock;
mod system_file;
pub mod topology;

/// CPU quotas are known on Linux only.
#[cfg(not(target_os = "linux"))]
mod quota {
    pub(super) fn millicores(_: &std::path::Path) -> Option<u64> {
        None
    }
}
