//! Which processor this is, and how many cores it has, by several sources: unknown where they differ or say nothing.

use std::collections::BTreeSet;
use std::path::Path;

use crate::machine::elsewhere::{self, of_this_machine};
use crate::machine::system_file::{field, read};
use crate::machine::topology::list;

/// Its name. `root` contains `/proc`: `/`, except in tests.
pub(super) fn name(root: &Path) -> Option<String> {
    let cpuinfo = read(root, "proc/cpuinfo").unwrap_or_default();
    let own = of_this_machine(root, own_name);
    told(&cpuinfo, own.as_deref()).or_else(|| of_this_machine(root, elsewhere::processor))
}

/// What the system and the processor tell; `None` where they differ. A processor that an emulator plays has a system of another
/// architecture, which tells the real one.
fn told(cpuinfo: &str, own: Option<&str>) -> Option<String> {
    let listed = match (field(cpuinfo, "model name"), own) {
        (Some(listed), Some(own)) if !listed.split_whitespace().eq(own.split_whitespace()) => return None,
        _ => name_in(cpuinfo),
    };
    listed.or(own.map(str::to_owned))
}

/// The name that the processor itself tells.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn own_name() -> Option<String> {
    let brand = raw_cpuid::CpuId::new().get_processor_brand_string()?;
    let name = brand.as_str().trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Other processors tell programs nothing.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn own_name() -> Option<String> {
    None
}

/// The name in a `/proc/cpuinfo`: each architecture has fields of its own.
fn name_in(cpuinfo: &str) -> Option<String> {
    for name in ["model name", "Model Name", "cpu model", "uarch", "cpu"] {
        if let Some(value) = field(cpuinfo, name)
            && !value.is_empty()
        {
            return Some(value.to_owned());
        }
    }
    arm_name(cpuinfo)
}

/// The names of all kinds of cores of an Arm system, in the order of the cores.
fn arm_name(cpuinfo: &str) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let mut implementer = None;
    for line in cpuinfo.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        match key.trim() {
            "CPU implementer" => implementer = hexadecimal(value),
            "CPU part" => {
                let name = core_name(implementer?, hexadecimal(value)?);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            _ => {}
        }
    }
    (!names.is_empty()).then(|| names.join(" and "))
}

fn hexadecimal(text: &str) -> Option<u32> {
    u32::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok()
}

/// The name of a core by its implementer and its part, of which Arm's documentation of `MIDR_EL1` tells those of Arm.
fn core_name(implementer: u32, part: u32) -> String {
    let name = match (implementer, part) {
        (0x41, 0xd03) => "Cortex-A53",
        (0x41, 0xd05) => "Cortex-A55",
        (0x41, 0xd07) => "Cortex-A57",
        (0x41, 0xd08) => "Cortex-A72",
        (0x41, 0xd09) => "Cortex-A73",
        (0x41, 0xd0a) => "Cortex-A75",
        (0x41, 0xd0b) => "Cortex-A76",
        (0x41, 0xd0c) => "Neoverse-N1",
        (0x41, 0xd40) => "Neoverse-V1",
        (0x41, 0xd41) => "Cortex-A78",
        (0x41, 0xd44) => "Cortex-X1",
        (0x41, 0xd49) => "Neoverse-N2",
        (0x41, 0xd4f) => "Neoverse-V2",
        (0x41, 0xd84) => "Neoverse-V3",
        (0x41, 0xd8e) => "Neoverse-N3",
        (0xc0, 0xac3) => "Ampere-1",
        (0xc0, 0xac4) => "Ampere-1A",
        _ => return format!("Arm {implementer:#x} part {part:#x}"),
    };
    name.to_owned()
}

/// The number of physical cores that are online, whatever this process may use of them.
pub(super) fn physical_cores(root: &Path) -> Option<u64> {
    let text = read(root, "proc/cpuinfo").unwrap_or_default();
    match (by_siblings(root), by_ids(&text)) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (one, other) => one.or(other).or_else(|| of_this_machine(root, elsewhere::physical_cores)),
    }
}

/// By the logical cores that each one shares a physical core with.
fn by_siblings(root: &Path) -> Option<u64> {
    let mut cores = BTreeSet::new();
    for number in list(root, "sys/devices/system/cpu/online") {
        let siblings =
            list(root, &format!("sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list"));
        cores.insert(*siblings.first()?);
    }
    (!cores.is_empty()).then_some(cores.len() as u64)
}

/// By the numbers that x86 systems list: of the socket, and of the core in it.
fn by_ids(cpuinfo: &str) -> Option<u64> {
    let mut cores = BTreeSet::new();
    for core in cpuinfo.split("\n\n").filter(|core| !core.trim().is_empty()) {
        cores.insert((field(core, "physical id")?, field(core, "core id")?));
    }
    (!cores.is_empty()).then_some(cores.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system_file::tests::machine;

    fn arm(implementer: &str, part: &str) -> String {
        format!(
            "processor\t: 0\nBogoMIPS\t: 50.00\nCPU implementer\t: {implementer}\nCPU architecture: 8\nCPU part\t: {part}\n\n"
        )
    }

    #[test]
    fn each_architecture_tells_its_name() {
        for (cpuinfo, name) in [
            ("processor\t: 0\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC: 2\n", "AMD EPYC: 2"),
            ("processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"),
            ("processor\t: 0\nisa\t: rv64imafdc\nuarch\t: sifive,u74-mc\n", "sifive,u74-mc"),
            ("Model Name\t\t: Loongson-3A5000\n", "Loongson-3A5000"),
            (&arm("0x41", "0xd0c"), "Neoverse-N1"),
            (&arm("0x51", "0x001"), "Arm 0x51 part 0x1"),
            (&[arm("0x41", "0xd05"), arm("0x41", "0xd0b")].concat().repeat(2), "Cortex-A55 and Cortex-A76"),
        ] {
            assert_eq!(super::name(machine([("proc/cpuinfo", cpuinfo)]).path()).as_deref(), Some(name));
        }
    }

    #[test]
    fn untold_or_contradictory_name_is_unknown() {
        for cpuinfo in
            ["", "garbage", "processor\t: 0\nmodel name\t:\n", "CPU part\t: 0xd0c\n", &arm("0x41", "d0c")]
        {
            assert_eq!(name_in(cpuinfo), None, "{cpuinfo:?}");
        }
        assert_eq!(told("model name\t: a  b\n", Some("a b")).as_deref(), Some("a  b"));
        assert_eq!(told("model name\t: a\n", Some("b")), None);
        assert_eq!(told(&arm("0x41", "0xd0c"), Some("QEMU TCG CPU")).as_deref(), Some("Neoverse-N1"));
        assert_eq!((told("", Some("own")).as_deref(), told("", None)), (Some("own"), None));
    }

    #[test]
    fn physical_cores_are_counted_by_two_sources() {
        let ids = |cores: &[&str]| -> String {
            cores.iter().map(|core| format!("physical id\t: 0\ncore id\t\t: {core}\n\n")).collect()
        };
        let siblings =
            |number: u32| format!("sys/devices/system/cpu/cpu{number}/topology/thread_siblings_list");
        let of = |cpuinfo: &str, pairs: [&str; 4]| {
            let online = ("sys/devices/system/cpu/online".to_owned(), "0-3\n");
            let lists = (0..4).map(|number| (siblings(number), pairs[number as usize]));
            let root = machine(lists.chain([online, ("proc/cpuinfo".to_owned(), cpuinfo)]));
            physical_cores(root.path())
        };
        let smt = ["0-1", "0-1", "2-3", "2-3"];
        assert_eq!(of(&ids(&["0", "0", "1", "1"]), smt), Some(2));
        assert_eq!(of("CPU part\t: 0xd0c\n", smt), Some(2));
        assert_eq!(of(&ids(&["0", "1", "2", "3"]), smt), None, "they differ");
        assert_eq!(physical_cores(machine([("proc/cpuinfo", ids(&["0", "1"]).as_str())]).path()), Some(2));
        assert_eq!(by_siblings(machine([("proc/cpuinfo", "")]).path()), None);
    }
}
