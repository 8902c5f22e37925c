//! Whether the machine runs on a battery.

use std::fs::read_dir;
use std::path::Path;

use crate::machine::system_file::read;

/// What the supplies below `root` tell; `None` if they tell nothing. Batteries of mice and headsets keep no machine running.
pub(super) fn on_battery(root: &Path) -> Option<bool> {
    let mut told = Told::default();
    for supply in read_dir(root.join("sys/class/power_supply")).ok()?.flatten() {
        if read(&supply.path(), "scope").as_deref() != Some("Device") {
            told.add(&supply.path());
        }
    }
    told.on_battery()
}

/// What all supplies together tell.
#[derive(Default)]
struct Told {
    /// Some battery or charger is there.
    is_known: bool,
    /// Some charger gives power.
    is_online: bool,
    /// Some battery gives power.
    is_discharging: bool,
    /// Some battery says that it gives none.
    is_idle: bool,
}

impl Told {
    fn add(&mut self, supply: &Path) {
        let kind = read(supply, "type").unwrap_or_default();
        if kind == "Battery" {
            // A bay without its battery has an entry too.
            self.is_known |= read(supply, "present").as_deref() != Some("0");
            match read(supply, "status").as_deref() {
                Some("Discharging") => self.is_discharging = true,
                Some("Charging" | "Full" | "Not charging") => self.is_idle = true,
                _ => {}
            }
        } else if kind == "Mains" || kind == "Wireless" || kind.starts_with("USB") {
            self.is_known = true;
            self.is_online |= read(supply, "online").is_some_and(|online| online != "0");
        }
    }

    /// A battery that gives power decides: a weak charger may be online as well.
    fn on_battery(&self) -> Option<bool> {
        if self.is_discharging {
            return Some(true);
        }
        self.is_known.then_some(!self.is_online && !self.is_idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::system_file::tests::machine;

    /// The files of a supply: `name: type, what it tells..`.
    fn on(supplies: &[(&str, &[(&str, &str)])]) -> Option<bool> {
        let mut files = vec![("sys/class/power_supply/none".to_owned(), "")];
        for (name, told) in supplies {
            for (file, text) in *told {
                files.push((format!("sys/class/power_supply/{name}/{file}"), text));
            }
        }
        on_battery(machine(files).path())
    }

    const DISCHARGING: (&str, &[(&str, &str)]) =
        ("BAT0", &[("type", "Battery\n"), ("status", "Discharging\n")]);
    const CHARGING: (&str, &[(&str, &str)]) = ("BAT0", &[("type", "Battery"), ("status", "Charging")]);
    const UNPLUGGED: (&str, &[(&str, &str)]) = ("AC", &[("type", "Mains"), ("online", "0")]);
    const USB: (&str, &[(&str, &str)]) = ("ucsi-source-psy-1", &[("type", "USB"), ("online", "1")]);
    const MOUSE: (&str, &[(&str, &str)]) =
        ("hidpp_battery_0", &[("type", "Battery"), ("scope", "Device"), ("status", "Discharging")]);

    #[test]
    fn mouse_is_no_battery_of_the_machine() {
        assert_eq!(on(&[MOUSE]), None);
        assert_eq!(on(&[MOUSE, USB, CHARGING]), Some(false));
        assert_eq!(on(&[MOUSE, DISCHARGING]), Some(true));
    }

    #[test]
    fn what_gives_power_decides() {
        assert_eq!(on(&[UNPLUGGED, DISCHARGING]), Some(true));
        assert_eq!(on(&[UNPLUGGED, USB, ("BAT0", &[("type", "Battery")])]), Some(false));
        assert_eq!(on(&[USB, DISCHARGING]), Some(true), "the charger is too weak");
        assert_eq!(
            on(&[("BAT1", &[("type", "Battery"), ("status", "Not charging")]), DISCHARGING]),
            Some(true)
        );
        assert_eq!(on(&[UNPLUGGED, ("BAT0", &[("type", "Battery"), ("status", "Unknown")])]), Some(true));
        assert_eq!(on(&[("BAT1", &[("type", "Battery"), ("present", "0")])]), None);
        assert_eq!((on(&[]), on_battery(Path::new("/no/such/root"))), (None, None));
    }
}
