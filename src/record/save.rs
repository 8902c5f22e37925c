//! Saves a recording: either a complete, durable new file or none.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::record::{checksum::add_checksum, schema::Recording};

/// A recording that could not be saved.
#[derive(Debug)]
pub struct SaveError {
    path: PathBuf,
    why: std::io::Error,
}

impl SaveError {
    /// The file that could not be written, and why.
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

/// Saves `recording` as the new file `path`: written to a temporary file beside it, flushed and renamed; then
/// the folder is flushed. An existing file is never replaced.
///
/// # Errors
/// Names the file; nothing of it remains.
pub fn save(recording: &Recording, path: &Path) -> Result<(), SaveError> {
    try_save(recording, path, &Device).map_err(|why| SaveError::new(path, why))
}

fn try_save(recording: &Recording, path: &Path, disk: &impl Disk) -> std::io::Result<()> {
    let text = add_checksum(&serde_json::to_string(recording)?);
    publish(text.as_bytes(), path, disk)
}

/// Saves `contents`, a page or an image, as the new file `path`, as [`save`] does.
///
/// # Errors
/// Names the file; nothing of it remains.
pub fn write_new(path: &Path, contents: &[u8]) -> Result<(), SaveError> {
    publish(contents, path, &Device).map_err(|why| SaveError::new(path, why))
}

fn publish(contents: &[u8], path: &Path, disk: &impl Disk) -> std::io::Result<()> {
    let written = written_beside(path, contents, disk)?;
    disk.publish(written, path)?;
    disk.sync_folder(folder(path))
}

/// The steps until a file is durable; tests substitute one that fails.
trait Disk {
    /// Waits until the contents of `file` are durable.
    fn sync(&self, file: &File) -> std::io::Result<()> {
        file.sync_all()
    }

    /// Gives `file` its name, unless the name exists.
    fn publish(&self, file: NamedTempFile, path: &Path) -> std::io::Result<()> {
        Ok(file.persist_noclobber(path).map(drop)?)
    }

    /// Waits until the names in `folder` are durable.
    fn sync_folder(&self, folder: &Path) -> std::io::Result<()> {
        sync_folder(folder)
    }
}

/// The real implementation.
struct Device;

impl Disk for Device {}

/// Replaces the contents of `path`, a page and not a recording: the file has its old or its new contents,
/// never a mix.
///
/// # Errors
/// Names the file, which is unchanged.
pub fn replace(path: &Path, contents: &[u8]) -> Result<(), SaveError> {
    try_replace(path, contents).map_err(|why| SaveError::new(path, why))
}

fn try_replace(path: &Path, contents: &[u8]) -> std::io::Result<()> {
    let written = written_beside(path, contents, &Device)?;
    written.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    written.persist(path)?;
    sync_folder(folder(path))
}

/// A durable temporary file in the folder of `path`. It is removed on drop, unless the last step succeeds.
fn written_beside(path: &Path, contents: &[u8], disk: &impl Disk) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // Like any new file, its permissions follow the umask.
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

/// A new name may be lost until its folder is flushed.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Other systems can't open a folder for flushing.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::read;
    use crate::record::read::tests::recording;

    #[test]
    fn saved_recording_is_never_overwritten() {
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
    fn failed_save_leaves_whole_file_or_none() {
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
    fn missing_folder_is_named() {
        let error = save(&recording(1, 50), Path::new("/no/such/folder/a.json")).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder/a.json") && error.contains("--out"), "{error}");
    }
}
