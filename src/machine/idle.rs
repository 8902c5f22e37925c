//! Observes the activity of other programs while the study measures nothing.

use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

use crate::engine::clock::{now, suspended_ns};
use crate::machine::{study_lock::StudyLock, system_file::read};
use crate::record::schema::IdleCheck;

/// The duration of the observation.
const WINDOW: Duration = Duration::from_millis(500);

/// Observes the machine for half a second while idle. `root` contains `/proc`: `/`, except in tests.
pub fn watch(root: &Path, study_lock: &StudyLock, after_launches: u64) -> IdleCheck {
    let (start, before) = (now(), pressure_us(root));
    std::thread::sleep(WINDOW);
    let window = u64::try_from((now() - start).as_nanos()).unwrap_or(u64::MAX);
    let pressure = match (before, pressure_us(root)) {
        (Some(before), Some(after)) => Some(after.saturating_sub(before) * 1_000),
        _ => None,
    };
    let ticks = read(root, "proc/stat").and_then(|text| ticks(&text));
    IdleCheck {
        after_launches,
        window_ns: NonZeroU64::new(window).expect("a sleep takes some time"),
        alone: study_lock.is_alone(),
        pressure_ns: pressure,
        stolen_ticks: ticks.map(|(stolen, _)| stolen),
        all_ticks: ticks.map(|(_, all)| all),
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

/// Stolen ticks and all ticks of a `/proc/stat`: the eighth number of its first line, and the sum of the
/// first eight (later numbers are included in others; proc(5)).
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let mut numbers = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    let (mut stolen, mut all) = (0, 0);
    for _ in 0..8 {
        stolen = numbers.next()?.parse::<u64>().ok()?;
        all += stolen;
    }
    Some((stolen, all))
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
        assert_eq!(ticks("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1"), Some((8, 36)));
        for garbage in ["", "cpu", "cpu  1 2", "some total=x", "cpu  a b c d e f g h"] {
            assert_eq!((some_total(garbage), ticks(garbage)), (None, None), "{garbage}");
        }
    }
}
