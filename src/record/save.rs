//! Saves files: either a complete, durable file or none.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::record::{checksum::add_checksum, schema::Recording};

/// How the names of temporary files begin, before they have their own.
pub(super) const TEMPORARY: &str = ".bakeoff-";

/// A file that could not be saved.
#[derive(Debug)]
pub struct SaveError {
    path: PathBuf,
    why: Error,
    /// Another file, which has its content.
    kept: Option<PathBuf>,
    /// It is the folder for recordings.
    is_place: bool,
}

impl SaveError {
    /// The file that could not be written, and why.
    pub fn new(path: &Path, why: Error) -> Self {
        SaveError { path: path.to_owned(), why: without_path(why), kept: None, is_place: false }
    }

    /// The same about the folder for recordings, which options name.
    #[must_use]
    pub(super) fn of_place(self) -> Self {
        SaveError { is_place: true, ..self }
    }

    /// Whether another file has the content.
    pub fn is_kept(&self) -> bool {
        self.kept.is_some()
    }

    /// The same, with the file that has the content instead.
    #[must_use]
    pub fn kept_in(self, other: Option<&Path>) -> Self {
        SaveError { kept: other.map(Path::to_owned), ..self }
    }
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot save {}: {}; {}", self.path.display(), self.why, advice(&self.why))?;
        if self.is_place {
            write!(f, " (--out or BAKEOFF_STAGE)")?;
        }
        match &self.kept {
            Some(kept) => write!(f, "; what was measured is in {}", kept.display()),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SaveError {}

/// What helps against `why`.
fn advice(why: &Error) -> &'static str {
    match why.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room, or choose another folder",
        ErrorKind::FileTooLarge => "raise the limit of file sizes (ulimit -f)",
        ErrorKind::AlreadyExists => "choose another name, or another folder",
        ErrorKind::InvalidFilename => "choose a shorter name",
        ErrorKind::NotFound => "make the folder first, or choose another name",
        ErrorKind::NotADirectory | ErrorKind::IsADirectory => "choose another name",
        _ => "choose another folder",
    }
}

/// Saves `recording` as the new file `path`: written to a temporary file beside it, flushed and renamed; then
/// the folder is flushed. An existing file is never replaced.
///
/// # Errors
/// Names the file; nothing of it remains.
pub fn save(recording: &Recording, path: &Path) -> Result<(), SaveError> {
    try_save(recording, path, &Device).map_err(|why| SaveError::new(path, why))
}

/// As [`save`], with the next free one of the names `NAME.ENDING`, `NAME-2.ENDING` and so on in `folder`.
///
/// # Errors
/// Names the last file that was tried.
pub fn save_as(recording: &Recording, folder: &Path, name: &str, ending: &str) -> Result<PathBuf, SaveError> {
    with_free_name(folder, name, ending, |path| try_save(recording, path, &Device)).map(|(path, ())| path)
}

/// How many names are tried before all of them are taken for occupied.
const NAMES: usize = 100;

/// The first of the names `NAME.ENDING`, `NAME-2.ENDING` and so on in `folder` with which `create` does not find an existing
/// file, and what it made.
///
/// # Errors
/// Names the file that could not be made.
pub(super) fn with_free_name<T>(
    folder: &Path,
    name: &str,
    ending: &str,
    mut create: impl FnMut(&Path) -> std::io::Result<T>,
) -> Result<(PathBuf, T), SaveError> {
    let mut path = folder.join(format!("{name}.{ending}"));
    for number in 2..=NAMES {
        match create(&path) {
            Ok(made) => return Ok((path, made)),
            Err(why) if why.kind() == ErrorKind::AlreadyExists => {
                path = folder.join(format!("{name}-{number}.{ending}"));
            }
            Err(why) => return Err(SaveError::new(&path, why)),
        }
    }
    Err(SaveError::new(&path, ErrorKind::AlreadyExists.into()))
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
        if_possible(file.sync_all())
    }

    /// Gives `file` its name, unless the name exists.
    fn publish(&self, file: NamedTempFile, path: &Path) -> std::io::Result<()> {
        match file.persist_noclobber(path) {
            Ok(_) => Ok(()),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => Err(failed.error),
            Err(failed) => rename_to_new(failed.file, path),
        }
    }

    /// Waits until the names in `folder` are durable.
    fn sync_folder(&self, folder: &Path) -> std::io::Result<()> {
        sync_folder(folder)
    }
}

/// Gives `file` its name by way of an empty file of that name, which nobody else can have made: some file systems have neither a
/// renaming that keeps existing files nor hard links.
fn rename_to_new(file: NamedTempFile, path: &Path) -> std::io::Result<()> {
    drop(OpenOptions::new().write(true).create_new(true).open(path)?);
    file.persist(path).map(drop).map_err(|failed| {
        // It is empty, and ours.
        let _ = std::fs::remove_file(path);
        failed.error
    })
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
    match written.persist(path) {
        Ok(_) => sync_folder(folder(path)),
        // A file that is mounted on its own, as containers do it, can only be written into.
        Err(why) if why.error.kind() == ErrorKind::ResourceBusy => std::fs::write(path, contents),
        Err(why) => Err(why.error),
    }
}

/// A durable temporary file in the folder of `path`. It is removed on drop, unless the last step succeeds.
fn written_beside(path: &Path, contents: &[u8], disk: &impl Disk) -> std::io::Result<NamedTempFile> {
    let mut file = temporary(folder(path))?;
    file.write_all(contents)?;
    disk.sync(file.as_file())?;
    Ok(file)
}

/// A temporary file in `folder`. It is locked until it is closed, to distinguish it from those of killed runs.
pub(super) fn temporary(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // Like any new file, its permissions follow the umask.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.prefix(TEMPORARY).tempfile_in(folder)?;
    // Where it can't be locked, it is not recognised as left behind either.
    let _ = file.as_file().try_lock();
    Ok(file)
}

/// The error without the name of a temporary file, which `tempfile` adds and which is of no use to anybody.
pub fn without_path(why: Error) -> Error {
    match why.to_string().split_once(" at path ") {
        Some((of_system, _)) => Error::new(why.kind(), of_system.to_owned()),
        None => why,
    }
}

/// The folder of the file `path`.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new name may be lost until its folder is flushed.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Other systems can't open a folder for flushing; and a folder that can be written can't always be read.
    match File::open(folder) {
        Ok(folder) if cfg!(unix) => if_possible(folder.sync_all()),
        _ => Ok(()),
    }
}

/// The result of flushing; where a file system has no flushing, what it keeps is as durable as it can be.
pub(super) fn if_possible(flushed: std::io::Result<()>) -> std::io::Result<()> {
    match flushed {
        Err(why) if [ErrorKind::InvalidInput, ErrorKind::Unsupported].contains(&why.kind()) => Ok(()),
        flushed => flushed,
    }
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
            if self.0 == step { Err(Error::other("the device is gone")) } else { Ok(()) }
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
        assert!(error.contains("/no/such/folder/a.json") && error.contains("make the folder"), "{error}");
    }

    #[test]
    fn name_is_given_without_links_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let written = |text: &str| written_beside(&path, text.as_bytes(), &Device).unwrap();
        rename_to_new(written("first"), &path).unwrap();
        let refused = rename_to_new(written("second"), &path).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn missing_flushing_is_no_error() {
        for kind in [ErrorKind::InvalidInput, ErrorKind::Unsupported] {
            if_possible(Err(kind.into())).unwrap();
        }
        if_possible(Err(ErrorKind::StorageFull.into())).unwrap_err();
    }

    #[test]
    fn advice_fits_the_reason() {
        for (kind, advice) in [
            (ErrorKind::StorageFull, "make room"),
            (ErrorKind::FileTooLarge, "ulimit -f"),
            (ErrorKind::AlreadyExists, "another name"),
            (ErrorKind::InvalidFilename, "shorter name"),
            (ErrorKind::PermissionDenied, "another folder"),
            (ErrorKind::NotFound, "make the folder"),
        ] {
            let said = SaveError::new(Path::new("a.json"), kind.into()).to_string();
            assert!(said.contains(advice) && said.contains("a.json"), "{said}");
            assert_eq!(said.contains("make room"), kind == ErrorKind::StorageFull, "{said}");
        }
    }
}
