//! Saving a recording: a new file, whole and on the device, or none.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::record::checksum::add_checksum;
use crate::record::schema::Recording;

/// A recording that could not be saved.
#[derive(Debug)]
pub struct SaveError {
    path: PathBuf,
    why: std::io::Error,
}

impl SaveError {
    /// What could not be written, and why.
    pub fn new(path: &Path, why: std::io::Error) -> Self {
        SaveError { path: path.to_owned(), why }
    }
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(
            f,
            "cannot save {path}: {}; no file was changed; make room, or choose another folder (--out)",
            self.why
        )
    }
}

impl std::error::Error for SaveError {}

/// Saves `recording` as the new file `path`: written beside it, flushed, renamed, and the folder flushed. A file that
/// is there already is never replaced.
///
/// # Errors
/// Names the file; nothing of it is left.
pub fn save(recording: &Recording, path: &Path) -> Result<(), SaveError> {
    try_save(recording, path, &Device).map_err(|why| SaveError::new(path, why))
}

fn try_save(recording: &Recording, path: &Path, disk: &impl Disk) -> std::io::Result<()> {
    let text = add_checksum(&serde_json::to_string(recording)?);
    publish(text.as_bytes(), path, disk)
}

/// Saves `contents`, a page or a picture, as the new file `path`, as [`save`] does.
///
/// # Errors
/// Names the file; nothing of it is left.
pub fn write_new(path: &Path, contents: &[u8]) -> Result<(), SaveError> {
    publish(contents, path, &Device).map_err(|why| SaveError::new(path, why))
}

fn publish(contents: &[u8], path: &Path, disk: &impl Disk) -> std::io::Result<()> {
    let written = written_beside(path, contents, disk)?;
    disk.publish(written, path)?;
    disk.sync_folder(folder(path))
}

/// What a file goes through until it is safe; tests replace it by one that fails.
trait Disk {
    /// Waits until the contents of `file` are on the device.
    fn sync(&self, file: &File) -> std::io::Result<()> {
        file.sync_all()
    }

    /// Gives `file` its name, unless something has it.
    fn publish(&self, file: NamedTempFile, path: &Path) -> std::io::Result<()> {
        Ok(file.persist_noclobber(path).map(drop)?)
    }

    /// Waits until the names in `folder` are on the device.
    fn sync_folder(&self, folder: &Path) -> std::io::Result<()> {
        sync_folder(folder)
    }
}

/// The real one.
struct Device;

impl Disk for Device {}

/// Gives the file `path`, a page and no recording, new contents: the old ones or the new, never a part of either.
///
/// # Errors
/// Names the file, which is as it was.
pub fn replace(path: &Path, contents: &[u8]) -> Result<(), SaveError> {
    let replace = || {
        let written = written_beside(path, contents, &Device)?;
        written.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
        written.persist(path)?;
        sync_folder(folder(path))
    };
    replace().map_err(|why| SaveError::new(path, why))
}

/// A temporary file in the folder of `path`, on the device. Removed when dropped: on every way out but the last.
fn written_beside(path: &Path, contents: &[u8], disk: &impl Disk) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // As any new file: the umask decides who may read it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".bakeoff-").tempfile_in(folder(path))?;
    file.write_all(contents)?;
    disk.sync(file.as_file())?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Until its folder is flushed, a new name may be lost.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Elsewhere a folder can't be opened to be flushed.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::read;
    use crate::record::read::tests::recording;

    #[test]
    fn what_was_saved_is_read_back_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        save(&recording(2, 50), &path).unwrap();
        assert_eq!(read(&path).unwrap(), recording(2, 50));
        let error = save(&recording(3, 50), &path).unwrap_err().to_string();
        assert!(error.contains("a.json"), "{error}");
        assert_eq!(read(&path).unwrap(), recording(2, 50), "the old file is intact");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    /// Fails at one of the three steps.
    struct Faulty(usize);

    impl Faulty {
        fn step(&self, step: usize) -> std::io::Result<()> {
            if self.0 == step { Err(std::io::Error::other("the device is gone")) } else { Ok(()) }
        }
    }

    impl Disk for Faulty {
        fn sync(&self, _: &File) -> std::io::Result<()> {
            self.step(0)
        }

        fn publish(&self, file: NamedTempFile, path: &Path) -> std::io::Result<()> {
            self.step(1)?;
            Device.publish(file, path)
        }

        fn sync_folder(&self, _: &Path) -> std::io::Result<()> {
            self.step(2)
        }
    }

    #[test]
    fn wherever_the_device_fails_there_is_the_whole_file_or_none_and_the_failure_is_told() {
        for (step, files) in [(0, 0), (1, 0), (2, 1)] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.json");
            let error = try_save(&recording(2, 50), &path, &Faulty(step)).unwrap_err();
            assert!(error.to_string().contains("the device is gone"));
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), files, "step {step}");
            assert!(files == 0 || read(&path).unwrap() == recording(2, 50));
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = save(&recording(1, 50), Path::new("/no/such/folder/a.json")).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder/a.json") && error.contains("--out"), "{error}");
    }
}
