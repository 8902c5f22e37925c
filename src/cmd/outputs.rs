//! The files that a command writes: all of their names are checked, and all of them are tried, before anything is measured or
//! written.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::cmd::BadUsage;
use crate::record::place::make;
use crate::record::plain::tell;
use crate::record::save::SaveError;
use crate::record::target::Target;

/// A file to write.
pub(super) struct Output {
    pub(super) path: PathBuf,
    pub(super) contents: Vec<u8>,
}

/// Files that can be written.
pub(super) struct Outputs {
    targets: Vec<(PathBuf, Target)>,
}

/// Writes all of `outputs` or, if one of their names is refused, none.
///
/// # Errors
/// As [`Outputs::open`] and [`Outputs::write`].
pub(super) fn write_all(outputs: &[Output], inputs: &[PathBuf], force: bool) -> Result<()> {
    let paths: Vec<PathBuf> = outputs.iter().map(|output| output.path.clone()).collect();
    Outputs::open(&paths, inputs, force)?.write(outputs)
}

/// As [`write_all`], with a folder that is made for them if it does not exist.
///
/// # Errors
/// As [`write_all`].
pub(super) fn write_all_in(folder: &Path, outputs: &[Output], inputs: &[PathBuf], force: bool) -> Result<()> {
    let paths: Vec<PathBuf> = outputs.iter().map(|output| output.path.clone()).collect();
    let outputs_there = Outputs::named(&paths, inputs, force)?;
    make(folder).map_err(|why| SaveError::new(folder, why))?;
    outputs_there.tried()?.write(outputs)
}

impl Outputs {
    /// Opens pipes and devices, and tries whether the others can be written. Refuses the names of existing files, unless `force`
    /// overwrites them, and always those of input files and the same file twice.
    ///
    /// # Errors
    /// [`BadUsage`] or [`SaveError`], which names the first of them.
    pub(super) fn open(paths: &[PathBuf], inputs: &[PathBuf], force: bool) -> Result<Self> {
        Outputs::named(paths, inputs, force)?.tried()
    }

    fn named(paths: &[PathBuf], inputs: &[PathBuf], force: bool) -> Result<Self> {
        let mut outputs = Outputs { targets: Vec::new() };
        for path in paths {
            let target = target(path)?;
            outputs.ensure_free(path, &target, inputs, force)?;
            outputs.targets.push((path.clone(), target));
        }
        Ok(outputs)
    }

    /// Whether nothing is lost if `target` is written.
    fn ensure_free(&self, path: &Path, target: &Target, inputs: &[PathBuf], force: bool) -> Result<()> {
        let shown = path.display();
        let is_stream = matches!(target, Target::Stream(..));
        let twice = !is_stream && self.targets.iter().any(|(_, other)| is_same(other.path(), target.path()));
        ensure!(!twice, BadUsage(format!("{shown} can't be two files: give each a name of its own")));
        let is_input = !is_stream && inputs.iter().any(|input| is_same(input, target.path()));
        ensure!(!is_input, BadUsage(format!("{shown} is read too, and would be lost: choose another name")));
        let is_kept = !force && matches!(target, Target::File(_));
        ensure!(!is_kept, BadUsage(format!("{shown} already exists; use --force to overwrite")));
        Ok(())
    }

    fn tried(self) -> Result<Self> {
        for (path, target) in &self.targets {
            target.try_out().map_err(|why| SaveError::new(path, why))?;
        }
        Ok(self)
    }

    /// Writes all of `outputs`; one that fails does not keep the others from being written.
    ///
    /// # Errors
    /// Names the first file that could not be saved; the others are told before.
    pub(super) fn write(mut self, outputs: &[Output]) -> Result<()> {
        let mut failed = None;
        for Output { path, contents } in outputs {
            let Some((_, target)) = self.targets.iter_mut().find(|(known, _)| known == path) else {
                continue;
            };
            match (target.write(contents), &failed) {
                (Ok(()), _) => {}
                (Err(why), None) => failed = Some(why),
                (Err(why), Some(_)) => tell(&why.to_string()),
            }
        }
        failed.map_or(Ok(()), |why| Err(why.into()))
    }
}

/// What a name leads to, if that can be a file.
fn target(path: &Path) -> Result<Target> {
    let shown = path.display();
    let is_named_as_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    ensure!(!is_named_as_folder, BadUsage(format!("{shown} is the name of a folder: name a file in it")));
    Target::of(path).map_err(|why| match why.kind() {
        ErrorKind::IsADirectory | ErrorKind::Other => {
            BadUsage(format!("{shown} can't be written: {why}")).into()
        }
        _ => SaveError::new(path, why).into(),
    })
}

/// Whether both names lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other || is_same_inode(&one, &other),
        // Of new files only the names can be compared.
        _ => one == other || is_same_new(one, other),
    }
}

/// Whether both names are of one file that does not exist yet.
fn is_same_new(one: &Path, other: &Path) -> bool {
    let folder = |path: &Path| path.parent().map(|folder| Path::new(".").join(folder).canonicalize().ok());
    one.file_name() == other.file_name() && folder(one) == folder(other)
}

#[cfg(unix)]
fn is_same_inode(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (one.metadata(), other.metadata()) {
        (Ok(one), Ok(other)) => (one.dev(), one.ino()) == (other.dev(), other.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_inode(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(folder: &Path, names: &[&str]) -> Vec<Output> {
        let mut outputs = Vec::new();
        for name in names {
            outputs.push(Output { path: folder.join(name), contents: b"new".to_vec() });
        }
        outputs
    }

    fn is_not_found(why: std::io::Error) -> bool {
        why.kind() == ErrorKind::NotFound
    }

    #[test]
    fn refused_name_keeps_whole_set_from_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        for name in ["mine", "input"] {
            std::fs::write(place(name), name).unwrap();
        }
        std::fs::create_dir(place("folder")).unwrap();
        std::fs::hard_link(place("input"), place("linked")).unwrap();
        let inputs = [place("input")];
        for (names, force, why) in [
            (&["new", "mine"][..], false, "already exists; use --force"),
            (&["new", "input"], true, "is read too"),
            (&["new", "linked"], true, "is read too"),
            (&["new", "./new"], true, "can't be two files"),
            (&["new", "folder/../new"], true, "can't be two files"),
            (&["new", "folder"], true, "it is a folder"),
            (&["new", "other/"], true, "name of a folder"),
        ] {
            // Elsewhere the standard library does not tell that two names are of one file.
            if cfg!(not(unix)) && names.contains(&"linked") {
                continue;
            }
            let refused = write_all(&outputs(folder.path(), names), &inputs, force).unwrap_err();
            assert!(refused.is::<BadUsage>() && refused.to_string().contains(why), "{names:?}: {refused}");
            assert!(!place("new").exists(), "{names:?}");
        }
        let long = "x".repeat(300);
        for names in [&["new", "nowhere/new"][..], &["new", &long]] {
            if cfg!(windows) && names.contains(&&*long) && place(&long).metadata().is_err_and(is_not_found) {
                eprintln!("skipped in part: Wine says of a name that is too long that it is not there");
                continue;
            }
            let refused = write_all(&outputs(folder.path(), names), &inputs, true).unwrap_err();
            assert!(refused.is::<SaveError>() && !place("new").exists(), "{refused}");
        }
        write_all(&outputs(folder.path(), &["new", "mine"]), &inputs, true).unwrap();
        assert_eq!(std::fs::read(place("mine")).unwrap(), b"new");
    }

    #[test]
    fn failing_output_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("gone")).unwrap();
        let outputs = outputs(folder.path(), &["gone/first", "second"]);
        let paths: Vec<PathBuf> = outputs.iter().map(|output| output.path.clone()).collect();
        let opened = Outputs::open(&paths, &[], false).unwrap();
        std::fs::remove_dir(folder.path().join("gone")).unwrap();
        let failed = opened.write(&outputs).unwrap_err().to_string();
        assert!(failed.contains("gone/first"), "{failed}");
        assert_eq!(std::fs::read(&paths[1]).unwrap(), b"new");
    }
}
