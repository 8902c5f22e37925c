//! Where recordings go if no folder is named.

use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, base_strategy::choose_native_strategy};

/// The name of the folder of recordings inside cargo's or the user's own.
const NAME: &str = "bakeoff";

/// The environment variable that sets the folder for everything that has no other place.
pub const STAGE_VARIABLE: &str = "BAKEOFF_STAGE";

/// How deep a program lies in cargo's folder: `target/TRIPLE/release/deps/PROGRAM` at most.
const DEEPEST: usize = 4;

/// The folder in which cargo has built `exe`, if it still lies there. A folder that cargo has made has a `CACHEDIR.TAG`; one that
/// was there before has only the notes that cargo keeps in it, and a copy of a build has only its name.
pub fn target_folder(exe: &Path) -> Option<&Path> {
    let folders = || exe.ancestors().skip(1).take(DEEPEST);
    let has_notes =
        |folder: &&Path| folder.join("CACHEDIR.TAG").is_file() || folder.join(".rustc_info.json").is_file();
    let has_name = |folder: &&Path| folder.file_name() == Some("target".as_ref());
    // The folder of the program itself is that of a profile.
    let is_of_profile = |folder: &&Path| exe.parent() != Some(folder);
    folders().find(has_notes).or_else(|| folders().filter(is_of_profile).find(has_name))
}

/// The folder of recordings of the program `exe`: inside that of [`STAGE_VARIABLE`], inside cargo's folder, or for an installed program in the user's own folder for
/// data, by the convention of the system.
pub fn default_folder(exe: &Path) -> PathBuf {
    if let Some(stage) = std::env::var_os(STAGE_VARIABLE) {
        return Path::new(&stage).join(NAME);
    }
    match (target_folder(exe), data_folder()) {
        (Some(target), _) => target.join(NAME),
        (None, Some(data)) => data,
        (None, None) => std::env::temp_dir().join(NAME),
    }
}

/// The user's own folder for the data of this program; none if nobody knows the user's home.
pub(super) fn data_folder() -> Option<PathBuf> {
    Some(choose_native_strategy().ok()?.data_dir().join(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn target_folder_is_found_however_it_was_made() {
        let root = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let folder = root.path().join(name);
            std::fs::create_dir_all(&folder).unwrap();
            folder
        };
        std::fs::write(folder("tagged").join("CACHEDIR.TAG"), "").unwrap();
        std::fs::write(folder("older").join(".rustc_info.json"), "").unwrap();
        for (program, target) in [
            ("tagged/release/bakeoff", Some("tagged")),
            ("tagged/x86_64-unknown-linux-musl/release/deps/bakeoff", Some("tagged")),
            ("older/debug/bakeoff", Some("older")),
            ("v/target/release/bakeoff", Some("v/target")),
            ("v/target/bakeoff", None),
            ("v/bin/bakeoff", None),
            ("tagged/registry/some/where/far/away/bakeoff", None),
        ] {
            let found = target_folder(&root.path().join(program)).map(Path::to_owned);
            assert_eq!(found, target.map(|target| root.path().join(target)), "{program}");
        }
    }

    #[test]
    fn installed_program_uses_folder_of_its_user() {
        let folder = default_folder(Path::new("/usr/local/bin/bakeoff"));
        assert!(folder.ends_with(NAME) && Some(folder) == data_folder());
    }
}
