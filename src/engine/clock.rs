//! The only clock, and the resource usage of processes.

use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A timestamp of the one clock: nanoseconds since an origin that all processes of this machine share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Nanoseconds since the origin.
    pub fn ns(self) -> u64 {
        self.0
    }

    /// The timestamp `ns` nanoseconds after the origin.
    pub fn at_ns(ns: u64) -> Self {
        Timestamp(ns)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, time: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(nanoseconds(time)))
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    /// The time since `earlier`, or zero if `earlier` is later.
    fn sub(self, earlier: Timestamp) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// The current time. The clock is monotonic, is comparable across processes, stops while the machine is
/// suspended, and continues while this process is stopped or waits for a core.
#[cfg(unix)]
pub fn now() -> Timestamp {
    Timestamp(unix::clock(unix::AWAKE).expect("every Unix has a monotonic clock"))
}

/// The current time. The clock is monotonic; between processes it is as accurate as the system time was when
/// each of them first read it. It goes on while the machine is suspended.
#[cfg(not(unix))]
pub fn now() -> Timestamp {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<(Instant, Duration)> = LazyLock::new(|| {
        (Instant::now(), since_1970().expect("the system's clock is set to some time after 1970"))
    });
    let elapsed = START.1 + START.0.elapsed();
    Timestamp(u64::try_from(elapsed.as_nanos()).expect("u64 nanoseconds last until the year 2554"))
}

/// Sleeps until `due`. Linux wakes a thread up to 50 us late so that it can wake several at once: not this one, while it sleeps here.
/// Threads that it starts later are woken as ever.
pub(crate) fn sleep_until(due: Timestamp) {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::prctl::{get_timerslack, set_timerslack};
        use std::ffi::c_ulong;

        let usual = get_timerslack().ok().and_then(|ns| c_ulong::try_from(ns).ok());
        if let Some(usual) = usual
            && set_timerslack(1).is_ok()
        {
            std::thread::sleep(due - now());
            // What could be lowered can be raised again.
            let _ = set_timerslack(usual);
            return;
        }
    }
    std::thread::sleep(due - now());
}

/// A duration in nanoseconds, up to the largest number.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The calendar time in seconds since 1970 (UTC), for file names only: it may jump, and measures nothing.
pub(crate) fn unix_seconds() -> Option<u64> {
    Some(since_1970()?.as_secs())
}

fn since_1970() -> Option<Duration> {
    std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).ok()
}

/// Resource usage of a model since its start; `None` is unknown, never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// CPU time, user and system, of this process and all its workers, in nanoseconds.
    pub cpu_ns: Option<u64>,
    /// Bytes read from block devices.
    pub device_bytes: Option<u64>,
    /// Voluntary context switches.
    pub gave_way: Option<u64>,
    /// Involuntary context switches.
    pub was_preempted: Option<u64>,
}

impl Usage {
    /// No usage.
    pub const ZERO: Usage =
        Usage { cpu_ns: Some(0), device_bytes: Some(0), gave_way: Some(0), was_preempted: Some(0) };

    /// Resource usage of this process and of the children that it has waited for, since their start.
    #[cfg(unix)]
    pub fn of_this_process() -> Usage {
        unix::usage()
    }

    /// Resource usage of this process: not available on this system.
    #[cfg(not(unix))]
    pub fn of_this_process() -> Usage {
        Usage { cpu_ns: None, device_bytes: None, gave_way: None, was_preempted: None }
    }

    fn join(self, other: Usage, join: fn(u64, u64) -> u64) -> Usage {
        Usage {
            cpu_ns: both(self.cpu_ns, other.cpu_ns, join),
            device_bytes: both(self.device_bytes, other.device_bytes, join),
            gave_way: both(self.gave_way, other.gave_way, join),
            was_preempted: both(self.was_preempted, other.was_preempted, join),
        }
    }
}

/// Of two unknown numbers, or of one, nothing is known.
fn both(a: Option<u64>, b: Option<u64>, join: fn(u64, u64) -> u64) -> Option<u64> {
    Some(join(a?, b?))
}

impl Add for Usage {
    type Output = Usage;

    fn add(self, other: Usage) -> Usage {
        self.join(other, u64::saturating_add)
    }
}

impl Sub for Usage {
    type Output = Usage;

    fn sub(self, earlier: Usage) -> Usage {
        self.join(earlier, u64::saturating_sub)
    }
}

/// The time for which this machine has been suspended since boot, in nanoseconds; known on Linux and macOS only.
#[cfg(any(target_os = "linux", target_vendor = "apple"))]
pub(crate) fn suspended_ns() -> Option<u64> {
    let awake = unix::clock(unix::AWAKE)?;
    Some(unix::clock(unix::SINCE_BOOT)?.saturating_sub(awake))
}

/// The time for which this machine has been suspended: unknown.
#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(crate) fn suspended_ns() -> Option<u64> {
    None
}

#[cfg(unix)]
mod unix {
    use nix::sys::resource::{Usage as Resources, UsageWho, getrusage};
    use nix::sys::time::TimeValLike;
    use nix::time::{ClockId, clock_gettime};

    use super::Usage;

    /// The clock that stops while the machine is suspended. On Apple's systems the monotonic one goes on then, in steps of a
    /// microsecond.
    #[cfg(target_vendor = "apple")]
    pub(crate) const AWAKE: ClockId = ClockId::from_raw(nix::libc::CLOCK_UPTIME_RAW);
    #[cfg(not(target_vendor = "apple"))]
    pub(crate) const AWAKE: ClockId = ClockId::CLOCK_MONOTONIC;

    /// The same clock, which goes on.
    #[cfg(target_vendor = "apple")]
    pub(crate) const SINCE_BOOT: ClockId = ClockId::from_raw(nix::libc::CLOCK_MONOTONIC_RAW);
    #[cfg(target_os = "linux")]
    pub(crate) const SINCE_BOOT: ClockId = ClockId::CLOCK_BOOTTIME;

    pub(crate) fn clock(id: ClockId) -> Option<u64> {
        u64::try_from(clock_gettime(id).ok()?.num_nanoseconds()).ok()
    }

    pub(crate) fn usage() -> Usage {
        Usage {
            cpu_ns: cpu_ns(),
            device_bytes: device_bytes(),
            gave_way: count(Resources::voluntary_context_switches),
            was_preempted: count(Resources::involuntary_context_switches),
        }
    }

    fn cpu_ns() -> Option<u64> {
        // The clock has nanosecond resolution and getrusage only microseconds, but no clock covers children.
        let children = getrusage(UsageWho::RUSAGE_CHILDREN).ok()?;
        let waited_for = (children.user_time() + children.system_time()).num_nanoseconds();
        Some(clock(ClockId::CLOCK_PROCESS_CPUTIME_ID)? + u64::try_from(waited_for).ok()?)
    }

    /// A count of this process and of the children that it has waited for.
    fn count(of: fn(&Resources) -> i64) -> Option<u64> {
        let own = of(&getrusage(UsageWho::RUSAGE_SELF).ok()?);
        let children = of(&getrusage(UsageWho::RUSAGE_CHILDREN).ok()?);
        Some(u64::try_from(own).ok()? + u64::try_from(children).ok()?)
    }

    #[cfg(target_os = "linux")]
    fn device_bytes() -> Option<u64> {
        /// The unit of the count, in bytes: `include/linux/task_io_accounting_ops.h` of the kernel.
        const BLOCK: u64 = 512;
        Some(count(Resources::block_reads)? * BLOCK)
    }

    /// On other systems the count has another meaning.
    #[cfg(not(target_os = "linux"))]
    fn device_bytes() -> Option<u64> {
        None
    }
}
