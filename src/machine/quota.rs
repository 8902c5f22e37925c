//! The CPU quota of this process: the tightest of its control groups and of all their ancestors.

use std::path::Path;

use procfs_core::process::MountInfo;
use procfs_core::{FromRead, ProcessCGroup, ProcessCGroups};

use crate::machine::system_file::read;

/// The quota in thousandths of a core; `None` if there is none, or if the system does not tell it. `root` contains
/// `/proc` and the mounted control groups: `/`, except in tests.
pub(super) fn millicores(root: &Path) -> Option<u64> {
    let groups = ProcessCGroups::from_file(root.join("proc/self/cgroup")).ok()?;
    let mut quotas = Vec::new();
    for line in read(root, "proc/self/mountinfo")?.lines() {
        let Ok(mount) = MountInfo::from_line(line) else { continue };
        for group in &groups {
            quotas.extend(of_group(root, group, &mount));
        }
    }
    quotas.into_iter().min()
}

/// The quotas of a group of this process and of its ancestors, as far as `mount` shows them.
fn of_group(root: &Path, group: &ProcessCGroup, mount: &MountInfo) -> Vec<u64> {
    let mut quotas = Vec::new();
    let Some(quota) = reader(group, mount) else { return quotas };
    // In a container, the mount may begin at the container's own group.
    let Ok(below) = Path::new(&group.pathname).strip_prefix(&mount.root) else { return quotas };
    let top = root.join(mount.mount_point.strip_prefix("/").unwrap_or(&mount.mount_point));
    for ancestor in below.ancestors() {
        quotas.extend(quota(&top.join(ancestor)));
    }
    quotas
}

/// What reads the quota of a group in the hierarchy of `mount`, if it is the one that divides CPU time.
fn reader(group: &ProcessCGroup, mount: &MountInfo) -> Option<fn(&Path) -> Option<u64>> {
    let is_cpu = group.controllers.iter().any(|controller| controller == "cpu");
    match mount.fs_type.as_str() {
        "cgroup2" if group.controllers.is_empty() => Some(of_version_2),
        "cgroup" if is_cpu && mount.super_options.contains_key("cpu") => Some(of_version_1),
        _ => None,
    }
}

/// Microseconds of a period, `-1` for no quota, and the microseconds of a period.
fn of_version_1(group: &Path) -> Option<u64> {
    share(&read(group, "cpu.cfs_quota_us")?, &read(group, "cpu.cfs_period_us")?)
}

/// One line: microseconds, `max` for no quota, and the microseconds of a period.
fn of_version_2(group: &Path) -> Option<u64> {
    let line = read(group, "cpu.max")?;
    let (quota, period) = line.split_once(' ')?;
    share(quota, period)
}

/// A share of a period, in thousandths of a core.
fn share(quota: &str, period: &str) -> Option<u64> {
    quota.parse::<u64>().ok()?.checked_mul(1_000)?.checked_div(period.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system_file::tests::machine;

    const VERSION_1: &str =
        "33 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n";
    const VERSION_2: &str =
        "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

    /// The quota of a process with these groups and mounts.
    fn quota(groups: &str, mounts: &str, files: &[(&str, &str)]) -> Option<u64> {
        let own = [("proc/self/cgroup", groups), ("proc/self/mountinfo", mounts)];
        millicores(machine(own.into_iter().chain(files.iter().copied())).path())
    }

    #[test]
    fn tightest_ancestor_counts_in_version_2() {
        let files = [
            ("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n"),
            ("sys/fs/cgroup/user.slice/app/cpu.max", "max 100000\n"),
            ("sys/fs/cgroup/user.slice/app/x/cpu.max", "300000 100000\n"),
            ("sys/fs/cgroup/other/cpu.max", "1000 100000\n"),
        ];
        assert_eq!(quota("0::/user.slice/app/x\n", VERSION_2, &files), Some(1_500));
        assert_eq!(quota("0::/user.slice/app\n", VERSION_2, &files[1..]), None);
        assert_eq!(quota("0::/\n", VERSION_2, &[("sys/fs/cgroup/cpu.max", "50000 100000")]), Some(500));
    }

    #[test]
    fn version_1_has_quota_and_period() {
        let groups = "5:memory:/qa\n4:cpu,cpuacct:/qa\n1:name=systemd:/\n0::/\n";
        let files = [
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
            ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/qa/cpu.cfs_quota_us", "75000\n"),
            ("sys/fs/cgroup/cpu,cpuacct/qa/cpu.cfs_period_us", "50000\n"),
        ];
        assert_eq!(quota(groups, VERSION_1, &files), Some(1_500));
        assert_eq!(quota(groups, VERSION_1, &files[..2]), None);
    }

    #[test]
    fn container_sees_its_own_groups() {
        let own = VERSION_2.replace(" / /", " /docker/a /");
        let files =
            [("sys/fs/cgroup/cpu.max", "200000 100000\n"), ("sys/fs/cgroup/in/cpu.max", "max 100000")];
        assert_eq!(quota("0::/docker/a/in\n", &own, &files), Some(2_000));
        assert_eq!(quota("0::/docker/another\n", &own, &files), None);
    }

    #[test]
    fn malformed_quotas_are_unknown() {
        for line in ["", "max", "1 0", "99999999999999999999 1", "-1 100000", "a b"] {
            assert_eq!(quota("0::/\n", VERSION_2, &[("sys/fs/cgroup/cpu.max", line)]), None, "{line}");
        }
        let file = [("sys/fs/cgroup/cpu.max", "50000 100000")];
        assert_eq!(quota("0::/\n", "garbage\n", &file), None);
        assert_eq!(quota("0::/\n", &format!("garbage\n{VERSION_2}"), &file), Some(500));
        assert_eq!(quota("garbage\n", VERSION_2, &file), None);
    }
}
