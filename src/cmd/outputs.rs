//! The files that a command writes: all of their names are checked before the first is written.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::cmd::BadUsage;
use crate::record::save::{replace, write_new};

/// A file to write.
pub(super) struct Output {
    pub(super) path: PathBuf,
    pub(super) contents: Vec<u8>,
}

/// Writes all of `outputs` or, if one of their names is refused, none.
///
/// # Errors
/// As [`check`], or names the file that could not be saved.
pub(super) fn write_all(outputs: &[Output], inputs: &[PathBuf], force: bool) -> Result<()> {
    let paths: Vec<&Path> = outputs.iter().map(|output| output.path.as_path()).collect();
    check(&paths, inputs, force)?;
    for Output { path, contents } in outputs {
        let save = if path.exists() { replace } else { write_new };
        save(path, contents)?;
    }
    Ok(())
}

/// Refuses the names of existing files, unless `force` replaces them, and always those of input files and the same name twice.
///
/// # Errors
/// [`BadUsage`], which names the first of them.
pub(super) fn check(paths: &[&Path], inputs: &[PathBuf], force: bool) -> Result<()> {
    for (index, path) in paths.iter().enumerate() {
        let shown = path.display();
        let twice = paths[..index].contains(path);
        ensure!(!twice, BadUsage(format!("{shown} can't be two files: give each a name of its own")));
        let is_input = inputs.iter().any(|input| is_same_file(input, path));
        ensure!(!is_input, BadUsage(format!("{shown} is read too, and would be lost: choose another name")));
        ensure!(
            force || !path.exists(),
            BadUsage(format!("{shown} already exists; use --force to overwrite"))
        );
    }
    Ok(())
}

/// Whether both names lead to one file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
