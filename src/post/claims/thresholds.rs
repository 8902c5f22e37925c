//! The borders between one word and another, each with its reason.

/// How near to a closed form a measured time counts as it: timers, hand-overs and a core that others use for a moment
/// take some percent of the stories.
pub const NEAR: f64 = 0.05;

/// The share of a time from which on something happens nearly all of it.
pub const NEARLY_ALL: f64 = 0.9;

/// The share of a time up to which something happens hardly at all.
pub const HARDLY: f64 = 0.05;

/// How many times as fast as one after the other a tool has to be to be called great, at the lower bound: what is told
/// from noise in any row, and worth a change of a program.
pub const GREAT: f64 = 1.5;

/// How many cores have to be busy at the least, by the whole interval, for several to be: dispatch and the kernel's own work
/// keep some hundredths of a second one busy. The same for how many times as fast as one after the other something is.
pub const PARALLEL: f64 = 1.1;

/// Up to how many times as large as another a speedup has the same shape, by the whole interval: interpreters hand out jobs more
/// slowly than Rust does, and what is asked is whether they scale.
pub const SAME_SHAPE: f64 = 1.25;

/// How soon is at once, in nanoseconds: a tick of the coarsest timer here.
pub const AT_ONCE_NS: f64 = 1e6;

/// The share of another task's block by which a beat is late when it has to wait for it: a beat may come at any moment
/// of a block, and the worst of a hundred near its beginning.
pub const BLOCKED: f64 = 0.5;

/// Whether `measured` is near `expected`.
pub fn is_near(measured: f64, expected: f64) -> bool {
    (measured / expected - 1.0).abs() <= NEAR
}
