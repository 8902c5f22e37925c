//! The program that child processes run: the one that began, whatever takes its place in the file system meanwhile.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::engine::Unavailable;

/// The path by which this program starts itself. On Linux it is the kernel's link to the running program, so that a file that
/// replaces the program, or its removal, changes nothing.
///
/// # Errors
/// [`Unavailable`] when the system does not say where this program is: then nothing can be measured.
pub fn own_program() -> Result<PathBuf, Unavailable> {
    #[cfg(target_os = "linux")]
    let found = std::fs::symlink_metadata(OWN).map(|_| PathBuf::from(OWN));
    #[cfg(not(target_os = "linux"))]
    let found = std::env::current_exe().and_then(|path| held(&path));
    found.map_err(|error| Unavailable::new(format!("this program can't start itself{WHY_NOT}: {error}")))
}

/// What its start needs here.
const WHY_NOT: &str = if cfg!(target_os = "linux") { ", for which /proc has to be mounted" } else { "" };

#[cfg(target_os = "linux")]
const OWN: &str = "/proc/self/exe";

/// The path by which this process starts the program that `path` leads to now. On Linux the file stays open until this process
/// ends, and a child process gets it from its parent's descriptor.
///
/// # Errors
/// When the file can't be opened.
#[cfg(target_os = "linux")]
pub fn held(path: &Path) -> io::Result<PathBuf> {
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::sync::Mutex;

    static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let file = File::open(path)?;
    let link = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    crate::engine::lock(&HELD).push(file);
    Ok(link)
}

/// The path by which this process starts the program that `path` leads to now. Other systems than Linux can't start an open
/// file: [`command`] refuses a file that has changed.
///
/// # Errors
/// When the file can't be found.
#[cfg(not(target_os = "linux"))]
pub fn held(path: &Path) -> io::Result<PathBuf> {
    let found = identity(path)?;
    crate::engine::lock(&HELD).insert(path.to_owned(), found);
    Ok(path.to_owned())
}

/// The files of [`held`] as they were.
#[cfg(not(target_os = "linux"))]
static HELD: std::sync::Mutex<std::collections::BTreeMap<PathBuf, Identity>> =
    std::sync::Mutex::new(std::collections::BTreeMap::new());

/// What differs between two files of one name: the length and the time of the last change.
#[cfg(not(target_os = "linux"))]
type Identity = (u64, Option<std::time::SystemTime>);

#[cfg(not(target_os = "linux"))]
fn identity(path: &Path) -> io::Result<Identity> {
    let about = std::fs::metadata(path)?;
    Ok((about.len(), about.modified().ok()))
}

/// A command that runs `program` under the name of this one.
///
/// # Errors
/// When its file is no longer the one that was held.
pub(crate) fn command(program: &Path) -> io::Result<Command> {
    #[cfg(not(target_os = "linux"))]
    if let Some(held) = crate::engine::lock(&HELD).get(program)
        && *held != identity(program)?
    {
        return Err(io::Error::other("the program was replaced after this study had begun"));
    }
    Ok(named(Command::new(program)))
}

/// `command` under the name of this program.
#[cfg(unix)]
fn named(mut command: Command) -> Command {
    std::os::unix::process::CommandExt::arg0(&mut command, name());
    command
}

/// Processes have the names of their files here.
#[cfg(not(unix))]
fn named(command: Command) -> Command {
    command
}

/// `program` for a message, which may stand in a recording: its folders are private.
pub(crate) fn shown(program: &Path) -> String {
    if program.starts_with("/proc/self") {
        return "this program".into();
    }
    program.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The name of this program without its folders.
#[cfg(unix)]
fn name() -> std::ffi::OsString {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    called.file_name().unwrap_or("bakeoff".as_ref()).to_owned()
}

/// Shows the name of this program as that of this process, where the kernel took it from a link.
pub(crate) fn show_name() {
    #[cfg(target_os = "linux")]
    if let Ok(name) = std::ffi::CString::new(name().as_encoded_bytes()) {
        // Without it the process has a misleading name, and nothing else.
        let _ = nix::sys::prctl::set_name(&name);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn held_program_survives_replacement_and_removal() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        fs::copy("/bin/echo", &program).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let held = held(&program).unwrap();
        fs::remove_file(&program).unwrap();
        let output = command(&held).unwrap().arg("removed").output().unwrap();
        assert_eq!(output.stdout, b"removed\n");
        fs::write(&program, "#!/bin/sh\necho swapped\n").unwrap();
        let output = command(&held).unwrap().arg("replaced").output().unwrap();
        assert_eq!(output.stdout, b"replaced\n");
    }
}
