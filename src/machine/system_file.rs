//! Reads the files below `/proc` and `/sys` in which Linux tells about itself.
//!
//! Each fact is looked up alone: sandboxes and old kernels lack some lines, and the others are still true.

use std::path::Path;

/// The trimmed text of the file `path` in `folder`; `None` if it can't be read.
pub(crate) fn read(folder: &Path, path: &str) -> Option<String> {
    let text = std::fs::read_to_string(folder.join(path)).ok()?;
    Some(text.trim().to_owned())
}

/// The value of the first line `name: value`.
pub(crate) fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    for line in text.lines() {
        if let Some((key, value)) = line.split_once(':')
            && key.trim_end() == name
        {
            return Some(value.trim());
        }
    }
    None
}

/// The bytes of the first line `name: value kB`, in units of 1,024 bytes.
pub(crate) fn bytes(text: &str, name: &str) -> Option<u64> {
    let kib: u64 = field(text, name)?.strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A folder with the files of a simulated machine.
    pub(crate) fn machine<'a>(
        files: impl IntoIterator<Item = (impl AsRef<Path>, &'a str)>,
    ) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn parses_kibibyte_lines_or_returns_none() {
        let text = "KernelStack:      3312 kB\nPageTables:      10 kB\nPss:  many kB\n";
        assert_eq!((bytes(text, "KernelStack"), bytes(text, "Pss")), (Some(3_312 * 1024), None));
        assert_eq!(bytes(text, "VmHWM"), None);
    }

    #[test]
    fn field_names_may_be_padded() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC: 2\n\nmodel name\t: other\n";
        assert_eq!((field(text, "model name"), field(text, "model")), (Some("AMD EPYC: 2"), None));
    }
}
