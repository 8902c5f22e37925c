//! Observes the activity of other programs while the study measures nothing.

use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

use crate::engine::clock::{nanoseconds, now, suspended_ns};
use crate::machine::{study_lock::StudyLock, system_file::read};
use crate::record::schema::IdleCheck;

/// The duration of the observation.
pub const WINDOW: Duration = Duration::from_millis(500);

/// Observes the machine for half a second while idle. `root` contains `/proc`: `/`, except in tests.
pub fn watch(root: &Path, study_lock: &StudyLock, after_launches: u64) -> IdleCheck {
    let (start, before, ticks_before) = (now(), pressure_us(root), ticks_of(root));
    std::thread::sleep(WINDOW);
    let window = nanoseconds(now() - start);
    let pressure = match (before, pressure_us(root)) {
        (Some(before), Some(after)) => Some(after.saturating_sub(before) * 1_000),
        _ => None,
    };
    let ticks = ticks_of(root);
    let busy = match (ticks_before, ticks) {
        (Some(before), Some(after)) => busy_ns(before, after, window),
        _ => None,
    };
    IdleCheck {
        after_launches,
        window_ns: NonZeroU64::new(window).expect("a sleep takes some time"),
        alone: study_lock.is_alone(),
        pressure_ns: pressure,
        busy_ns: busy,
        stolen_ticks: ticks.map(|ticks| ticks.stolen),
        all_ticks: ticks.map(|ticks| ticks.all),
        suspended_ns: suspended_ns(),
    }
}

fn pressure_us(root: &Path) -> Option<u64> {
    some_total(&read(root, "proc/pressure/cpu")?)
}

/// The time since boot for which some task has waited for a core, in microseconds; on Linux with PSI only.
fn some_total(pressure: &str) -> Option<u64> {
    let line = pressure.lines().find(|line| line.starts_with("some "))?;
    line.split("total=").nth(1)?.parse().ok()
}

/// The ticks of all cores since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Ticks {
    cores: u64,
    busy: u64,
    stolen: u64,
    all: u64,
}

fn ticks_of(root: &Path) -> Option<Ticks> {
    ticks(&read(root, "proc/stat")?)
}

/// The ticks of a `/proc/stat`: its first line has those of user, nice, system, idle, waiting for a disk, interrupts (two
/// kinds) and stolen; later numbers are included in others (proc(5)). A line for each core follows.
fn ticks(stat: &str) -> Option<Ticks> {
    let mut lines = stat.lines();
    let mut ticks = [0_u64; 8];
    let mut numbers = lines.next()?.strip_prefix("cpu ")?.split_whitespace();
    for ticks in &mut ticks {
        *ticks = numbers.next()?.parse().ok()?;
    }
    let [user, nice, system, _, _, interrupts, soft_interrupts, stolen] = ticks;
    let cores = lines.take_while(|line| line.starts_with("cpu")).count() as u64;
    let busy = user + nice + system + interrupts + soft_interrupts;
    Some(Ticks { cores, busy, stolen, all: ticks.iter().sum() })
}

/// How long all cores together were busy in a window of `window_ns`; `None` if no tick of it was counted.
fn busy_ns(before: Ticks, after: Ticks, window_ns: u64) -> Option<u64> {
    let all = after.all.checked_sub(before.all)?;
    let busy = after.busy.checked_sub(before.busy)?;
    (after.cores * window_ns * busy).checked_div(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_idle_figures_are_unknown() {
        let root = tempfile::tempdir().unwrap();
        let study_lock = StudyLock::join(root.path());
        let silent = watch(root.path(), &study_lock, 3);
        assert_eq!((silent.pressure_ns, silent.stolen_ticks, silent.all_ticks), (None, None, None));
        assert_eq!(silent.busy_ns, None);
        assert!(silent.after_launches == 3 && silent.window_ns.get() >= 500_000_000);
        std::fs::create_dir_all(root.path().join("proc/pressure")).unwrap();
        std::fs::write(root.path().join("proc/pressure/cpu"), "some avg10=0.00 total=7\n").unwrap();
        std::fs::write(root.path().join("proc/stat"), "cpu  1 1 1 1 1 1 1 5 0 0\n").unwrap();
        let told = watch(root.path(), &study_lock, 4);
        assert_eq!((told.pressure_ns, told.stolen_ticks, told.all_ticks), (Some(0), Some(5), Some(12)));
    }

    #[test]
    fn parses_kernel_files() {
        assert_eq!(
            some_total("some avg10=0.00 avg60=1.00 avg300=0.00 total=3310622\nfull total=0"),
            Some(3_310_622)
        );
        let ticks_of_two = ticks("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1\ncpu1 2\nintr 7");
        assert_eq!(ticks_of_two, Some(Ticks { cores: 2, busy: 19, stolen: 8, all: 36 }));
        for garbage in ["", "cpu", "cpu  1 2", "some total=x", "cpu  a b c d e f g h"] {
            assert_eq!((some_total(garbage), ticks(garbage)), (None, None), "{garbage}");
        }
    }

    #[test]
    fn one_busy_core_of_two_is_busy_for_the_window() {
        let before = Ticks { cores: 2, busy: 7, stolen: 0, all: 1_000 };
        let after = Ticks { busy: 57, all: 1_100, ..before };
        assert_eq!(busy_ns(before, after, 500_000_000), Some(500_000_000));
        assert_eq!((busy_ns(before, before, 500), busy_ns(after, before, 500)), (None, None));
    }
}
