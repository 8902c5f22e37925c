//! A folder for recordings: it is tried before anything is measured, and what can't be saved in it goes elsewhere.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::record::default_folder::{data_folder, default_folder};
use crate::record::left_behind::remove_left_behind;
use crate::record::plain::tell;
use crate::record::save::{SaveError, if_possible, save_as, temporary};
use crate::record::schema::Recording;
use crate::record::target::resolved;

/// A folder that could be written when it was prepared.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
}

/// Where a recording is.
#[derive(Debug)]
pub struct Saved {
    /// Its file; none if it could be saved nowhere.
    pub path: Option<PathBuf>,
    /// Why it is not where it was to be.
    pub error: Option<SaveError>,
}

impl Saved {
    /// The same; it is an error if it has another name than `path`, which somebody may look for.
    #[must_use]
    pub fn under(self, path: &Path) -> Self {
        match self {
            Saved { path: Some(other), error: None } if other != path => {
                let why = SaveError::new(path, std::io::ErrorKind::AlreadyExists.into());
                Saved { error: Some(why.kept_in(Some(&other))), path: Some(other) }
            }
            saved => saved,
        }
    }

    /// The same; if it could be saved nowhere, `journal` has it, if that is still there.
    #[must_use]
    pub fn or_kept_in(self, journal: Option<&Path>) -> Self {
        match self {
            Saved { path: None, error: Some(why) } => Saved { path: None, error: Some(why.kept_in(journal)) },
            saved => saved,
        }
    }

    /// Whether some file has the recording.
    pub fn is_kept(&self) -> bool {
        self.path.is_some() || self.error.as_ref().is_some_and(SaveError::is_kept)
    }
}

impl Place {
    /// The folder `folder`, which is made if it does not exist. Files that killed runs have left in it are removed.
    ///
    /// # Errors
    /// Names the folder, if no file can be written in it.
    pub fn prepare(folder: &Path) -> Result<Self, SaveError> {
        match try_out(folder) {
            Ok(()) => {
                remove_left_behind(folder);
                Ok(Place { folder: folder.to_owned() })
            }
            Err(why) => Err(SaveError::new(folder, why).of_place()),
        }
    }

    /// The folder `asked`, or the default one of the program `exe`. If an installed program can't write there, its user is told of
    /// a new folder that it can write.
    ///
    /// # Errors
    /// As [`Place::prepare`].
    pub fn prepare_or_default(asked: Option<&Path>, exe: &Path) -> Result<Self, SaveError> {
        let folder = match asked {
            Some(folder) => return Place::prepare(folder),
            None => default_folder(exe),
        };
        let why = match Place::prepare(&folder) {
            Err(why) if Some(&folder) == data_folder().as_ref() => why,
            prepared => return prepared,
        };
        let Some(own) = own_folder() else { return Err(why) };
        let place = Place::prepare(&own)?;
        tell(&format!("{why}; until then recordings go to {}", own.display()));
        Ok(place)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Saves `recording` under the next free one of the names `NAME.json`, `NAME-2.json` and so on; elsewhere if the folder does not
    /// take it any more.
    pub fn save(&self, recording: &Recording, name: &str) -> Saved {
        let mut others = Vec::new();
        others.extend(data_folder());
        others.push(std::env::temp_dir());
        self.save_or_in(&others, recording, name)
    }

    /// As [`Place::save`], elsewhere in the first of `others` that takes it.
    fn save_or_in(&self, others: &[PathBuf], recording: &Recording, name: &str) -> Saved {
        let why = match save_as(recording, &self.folder, name, "json") {
            Ok(path) => return Saved { path: Some(path), error: None },
            Err(why) => why,
        };
        for folder in others {
            if make(folder).is_ok()
                && let Ok(path) = save_as(recording, folder, name, "json")
            {
                return Saved { error: Some(why.kept_in(Some(&path))), path: Some(path) };
            }
        }
        Saved { path: None, error: Some(why) }
    }
}

/// Makes `folder`, or the one that it is a link to.
///
/// # Errors
/// When it can't be made.
pub fn make(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(resolved(folder)?)
}

/// A new folder that nobody else can have made.
fn own_folder() -> Option<PathBuf> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    Some(builder.prefix("bakeoff-recordings-").tempdir().ok()?.keep())
}

/// Makes `folder`, and a file in it that is removed again.
fn try_out(folder: &Path) -> std::io::Result<()> {
    make(folder)?;
    let mut file = temporary(folder)?;
    // A full disk takes names that it has no room for.
    file.write_all(b"bakeoff\n")?;
    if_possible(file.as_file().sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read::{read, tests::recording};

    #[test]
    fn unusable_folder_is_found_before_measuring() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for folder in [file.path(), &file.path().join("in-a-file")] {
            let why = Place::prepare(folder).unwrap_err().to_string();
            assert!(why.contains(folder.to_str().unwrap()) && why.contains("--out"), "{why}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn link_to_a_new_folder_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("new", folder.path().join("link")).unwrap();
        let place = Place::prepare(&folder.path().join("link")).unwrap();
        assert!(
            place.save(&recording(1, 50), "a").path.is_some() && folder.path().join("new/a.json").is_file()
        );
    }

    #[test]
    fn names_of_recordings_never_collide() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::prepare(&folder.path().join("new")).unwrap();
        let paths = [1, 2].map(|launches| place.save(&recording(launches, 50), "study-1-1").path.unwrap());
        assert!(paths[0].ends_with("study-1-1.json") && paths[1].ends_with("study-1-1-2.json"));
        assert_eq!(paths.map(|path| read(&path).unwrap()), [1, 2].map(|launches| recording(launches, 50)));
        assert_eq!(std::fs::read_dir(place.folder()).unwrap().count(), 2, "nothing else is left");
    }

    #[test]
    fn recording_survives_loss_of_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::prepare(&folder.path().join("out")).unwrap();
        std::fs::remove_dir_all(place.folder()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        let others = [file.path().to_owned(), folder.path().join("other")];
        let Saved { path, error } = place.save_or_in(&others, &recording(2, 50), "a");
        let (path, error) = (path.unwrap(), error.unwrap().to_string());
        assert_eq!(path, others[1].join("a.json"));
        assert_eq!(read(&path).unwrap(), recording(2, 50));
        assert!(error.contains(path.to_str().unwrap()) && error.contains("out"), "{error}");
        let nowhere = place.save_or_in(&others[..1], &recording(2, 50), "a");
        assert!(!nowhere.is_kept() && nowhere.error.is_some());
    }
}
