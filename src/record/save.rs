//! Saving a recording: a new file, whole and on the device, or none.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::schema::Recording;
use super::seal::seal;

/// A recording that could not be saved.
#[derive(Debug)]
pub struct Unsaved {
    path: PathBuf,
    why: std::io::Error,
}

impl Unsaved {
    /// What could not be written, and why.
    pub fn new(path: &Path, why: std::io::Error) -> Self {
        Unsaved { path: path.to_owned(), why }
    }
}

impl fmt::Display for Unsaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(
            f,
            "cannot save {path}: {}; no file was changed; make room, or choose another folder (--out)",
            self.why
        )
    }
}

impl std::error::Error for Unsaved {}

/// Saves `recording` as the new file `path`: written beside it, flushed, renamed, and the folder flushed. A file that
/// is there already is never replaced.
///
/// # Errors
/// Names the file; nothing of it is left.
pub fn save(recording: &Recording, path: &Path) -> Result<(), Unsaved> {
    try_save(recording, path).map_err(|why| Unsaved::new(path, why))
}

fn try_save(recording: &Recording, path: &Path) -> std::io::Result<()> {
    let text = seal(&serde_json::to_string(recording)?);
    let written = written_beside(path, text.as_bytes())?;
    written.persist_noclobber(path)?;
    sync_folder(folder(path))
}

/// Gives the file `path`, a page and no recording, new contents: the old ones or the new, never a part of either.
///
/// # Errors
/// Names the file, which is as it was.
pub fn replace(path: &Path, contents: &[u8]) -> Result<(), Unsaved> {
    let replace = || {
        let written = written_beside(path, contents)?;
        written.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
        written.persist(path)?;
        sync_folder(folder(path))
    };
    replace().map_err(|why| Unsaved::new(path, why))
}

/// A temporary file in the folder of `path`, on the device. Removed when dropped: on every way out but the last.
fn written_beside(path: &Path, contents: &[u8]) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // As any new file: the umask decides who may read it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".bakeoff-").tempfile_in(folder(path))?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
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
    use super::super::read::read;
    use super::super::read::tests::recording;
    use super::*;

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

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = save(&recording(1, 50), Path::new("/no/such/folder/a.json")).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder/a.json") && error.contains("--out"), "{error}");
    }
}
