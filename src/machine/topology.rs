//! Selects a subset of cores: one thread of each physical core before any second thread, and fast cores
//! before slow cores.

use std::path::Path;

use crate::machine::system_file::read;

/// A logical core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Core {
    number: u32,
    /// Its index among the threads of its physical core, from 0.
    thread: usize,
    /// Whether the machine has faster cores.
    slow: bool,
}

/// Some of the machine's logical cores, with a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Their numbers.
    pub numbers: Vec<u32>,
    /// In words: `2 cores`, `4 fast and 2 slow cores, 2 of them second threads`.
    pub about: String,
}

/// The first `count` of the `allowed` cores, or all if there are fewer. `root` contains `/sys`: `/`, except
/// in tests.
pub fn choose(root: &Path, allowed: &[u32], count: usize) -> Choice {
    let mut cores = Vec::new();
    for &number in allowed {
        cores.push(core(root, number));
    }
    let is_hybrid = cores.iter().any(|core| core.slow);
    cores.sort_by_key(|core| (core.thread, core.slow, core.number));
    cores.truncate(count);
    let mut numbers: Vec<u32> = cores.iter().map(|core| core.number).collect();
    numbers.sort_unstable();
    Choice { numbers, about: in_words(&cores, is_hybrid) }
}

/// The cores that were chosen on a machine that has slow cores, or has none.
fn in_words(cores: &[Core], is_hybrid: bool) -> String {
    let (mut slow, mut second) = (0, 0);
    for core in cores {
        slow += usize::from(core.slow);
        second += usize::from(core.thread > 0);
    }
    let mut about = match cores.len() - slow {
        fast if is_hybrid => format!("{fast} fast and {slow} slow cores"),
        1 => "1 core".into(),
        all => format!("{all} cores"),
    };
    if second > 0 {
        about += &format!(", {second} of them second threads");
    }
    about
}

fn core(root: &Path, number: u32) -> Core {
    let cpu = format!("sys/devices/system/cpu/cpu{number}");
    let siblings = list(root, &format!("{cpu}/topology/thread_siblings_list"));
    let thread = siblings.iter().position(|&sibling| sibling == number).unwrap_or(0);
    // Intel systems list their slow cores; Arm systems give the capacity of each core, of at most 1,024.
    let is_listed = list(root, "sys/devices/cpu_atom/cpus").contains(&number);
    let capacity = read(root, &format!("{cpu}/cpu_capacity")).and_then(|text| text.parse::<u32>().ok());
    Core { number, thread, slow: is_listed || capacity.is_some_and(|capacity| capacity < 1024) }
}

/// The numbers in a file that lists cores; none if it can't be read.
pub(crate) fn list(root: &Path, path: &str) -> Vec<u32> {
    read(root, path).and_then(|list| numbers(&list)).unwrap_or_default()
}

/// The numbers in a list as `0-3,8`, in order.
fn numbers(list: &str) -> Option<Vec<u32>> {
    let mut numbers = Vec::new();
    for range in list.trim().split(',') {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        numbers.extend(first.parse::<u32>().ok()?..=last.parse().ok()?);
    }
    numbers.sort_unstable();
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system_file::tests::machine;

    fn siblings(number: u32) -> String {
        format!("sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list")
    }

    fn chosen(root: &tempfile::TempDir, count: usize) -> (Vec<u32>, String) {
        let Choice { numbers, about } = choose(root.path(), &[0, 1, 2, 3], count);
        (numbers, about)
    }

    #[test]
    fn physical_cores_precede_smt_siblings() {
        let root = machine([
            (siblings(0), "0-1\n"),
            (siblings(1), "0-1\n"),
            (siblings(2), "2-3\n"),
            (siblings(3), "2-3\n"),
        ]);
        assert_eq!(chosen(&root, 2), (vec![0, 2], "2 cores".into()));
        assert_eq!(chosen(&root, 3).1, "3 cores, 1 of them second threads");
        assert_eq!(chosen(&root, 9).0, [0, 1, 2, 3]);
    }

    #[test]
    fn fast_cores_precede_slow_cores_and_siblings() {
        let root = machine([
            (siblings(0), "0-1"),
            (siblings(1), "0-1"),
            (siblings(2), "2"),
            (siblings(3), "3"),
            ("sys/devices/cpu_atom/cpus".into(), "2-3\n"),
        ]);
        assert_eq!(chosen(&root, 1), (vec![0], "1 fast and 0 slow cores".into()));
        assert_eq!(chosen(&root, 3), (vec![0, 2, 3], "1 fast and 2 slow cores".into()));
        assert_eq!(chosen(&root, 4).1, "2 fast and 2 slow cores, 1 of them second threads");
        let arm = machine([
            ("sys/devices/system/cpu/cpu0/cpu_capacity", "400\n"),
            ("sys/devices/system/cpu/cpu1/cpu_capacity", "1024\n"),
        ]);
        assert_eq!(choose(arm.path(), &[0, 1], 1).numbers, [1]);
    }

    #[test]
    fn unknown_topology_uses_allowed_cores_in_order() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(choose(root.path(), &[3, 5, 7], 2).numbers, [3, 5]);
    }

    #[test]
    fn parses_kernel_cpu_lists() {
        assert_eq!(numbers("0-3,8\n"), Some(vec![0, 1, 2, 3, 8]));
        assert_eq!((numbers(""), numbers("a-b")), (None, None));
    }
}
