//! The thresholds between verdicts, each with its reason, and what claims about IO are tested on.

/// Workloads that wait for IO, a memory copy (`warm-file`) being none.
pub const WAITING: [&str; 4] = ["sleep", "http", "cold-file", "save"];

/// The relative tolerance between a closed form and a measured time: timers, hand-overs and brief use of a
/// core by other programs take several percent of the stories.
pub const NEAR: f64 = 0.05;

/// The share of a time from which something counts as happening nearly all of it.
pub const NEARLY_ALL: f64 = 0.9;

/// The share of a time up to which something counts as hardly happening.
pub const HARDLY: f64 = 0.05;

/// The minimum lower bound of a speedup over sequential for a tool to be called great: clearly above noise in
/// any row, and worth changing a program.
pub const GREAT: f64 = 1.5;

/// The minimum number of busy cores, by the whole interval, for parallelism: dispatch and the kernel's own
/// work keep several hundredths of a second core busy. The same threshold applies to speedups over
/// sequential.
pub const PARALLEL: f64 = 1.1;

/// The maximum ratio of two speedups that have the same shape, by the whole interval: interpreters dispatch
/// jobs more slowly than Rust does, and the question is whether they scale.
pub const SAME_SHAPE: f64 = 1.25;

/// The maximum delay that counts as immediate, in nanoseconds: a tick of the coarsest timer here.
pub const AT_ONCE_NS: f64 = 1e6;

/// The minimum delay of a beat that has to wait for another task's block, as a share of the block: a beat may
/// arrive at any time within a block, and the worst of a hundred arrives near its beginning.
pub const BLOCKED: f64 = 0.5;

/// Whether `measured` is near `expected`.
pub fn is_near(measured: f64, expected: f64) -> bool {
    (measured / expected - 1.0).abs() <= NEAR
}
