//! What jobs find outside themselves: files in a folder of their own, and the loopback server.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

use crate::server::Server;

/// Names the environment variable that puts the stage somewhere else.
pub const STAGE_VARIABLE: &str = "BAKEOFF_STAGE";

/// The folder's prefix inside of the place that the stage lies in.
const PREFIX: &str = "bakeoff-stage-";

/// Held open and locked while its stage lives, so that an abandoned stage can be told from a used one.
const LOCK: &str = "in-use";

/// A folder of its own, made when first asked for and removed on drop, and a server process, likewise.
#[derive(Debug)]
pub struct Stage {
    place: PathBuf,
    exe: PathBuf,
    folder: Mutex<Option<Folder>>,
    server: Mutex<Option<Server>>,
    /// Another process's stage that this one only uses.
    attached: Attached,
}

/// The folder of a stage and the port of its server, as far as it has them.
pub type Attached = (Option<PathBuf>, Option<u16>);

impl Stage {
    /// A stage inside of `place`, whose server runs `exe`; nothing is made or started yet.
    pub fn new(place: &Path, exe: &Path) -> Self {
        Stage {
            place: place.to_owned(),
            exe: exe.to_owned(),
            folder: Mutex::default(),
            server: Mutex::default(),
            attached: (None, None),
        }
    }

    /// The stage of another process, which owns its folder and its server; what that stage does not have, this one
    /// makes for itself.
    pub fn attach(attached: Attached, exe: &Path) -> Self {
        Stage { attached, ..Stage::new(&Stage::default_place(exe), exe) }
    }

    /// What a process that attaches to this stage has to know.
    pub fn attachment(&self) -> Attached {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        (folder.as_ref().map(|folder| folder.path.clone()), server.as_ref().map(Server::port))
    }

    /// Where a stage lies by default: in [`STAGE_VARIABLE`], else in the target folder that `exe` lies in, else in
    /// the system's temporary folder (which may be memory).
    pub fn default_place(exe: &Path) -> PathBuf {
        let in_target = || exe.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
        std::env::var_os(STAGE_VARIABLE)
            .map(PathBuf::from)
            .or_else(|| in_target().map(Path::to_owned))
            .unwrap_or_else(std::env::temp_dir)
    }

    /// The folder `name` of this stage, made if need be.
    ///
    /// # Errors
    /// Names the folder.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root()?.join(name);
        fs::create_dir_all(&folder).with_context(|| cannot("make the folder", &folder))?;
        Ok(folder)
    }

    /// The stage's own folder, made when first asked for.
    fn root(&self) -> Result<PathBuf> {
        if let Some(root) = &self.attached.0 {
            return Ok(root.clone());
        }
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() {
            *folder = Some(Folder::new(&self.place)?);
        }
        Ok(folder.as_ref().expect("it was just made").path.clone())
    }

    /// Writes `path` with `content` and flushes it, unless a file of `len` bytes is there.
    ///
    /// # Errors
    /// Names the file.
    pub fn ensure_file(&self, path: &Path, len: u64, content: impl FnOnce() -> Vec<u8>) -> Result<()> {
        if fs::metadata(path).is_ok_and(|found| found.len() == len) {
            return Ok(());
        }
        write_flushed(path, &content()).with_context(|| cannot("write", path))
    }

    /// The port of the loopback server, which is started if need be.
    ///
    /// # Errors
    /// Where it cannot be started, or bind a port.
    pub fn server_port(&self) -> Result<u16> {
        if let Some(port) = self.attached.1 {
            return Ok(port);
        }
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if server.is_none() {
            *server = Some(Server::start(&self.exe)?);
        }
        Ok(server.as_ref().expect("it was just started").port())
    }

    /// Refuses a stage whose files are memory: flushing would cost nothing there.
    ///
    /// # Errors
    /// [`Unavailable`] on a memory file system.
    pub fn ensure_on_disk(&self) -> Result<()> {
        let root = self.root()?;
        if is_memory(&root) {
            return Err(
                Unavailable(format!("{} is on a memory file system; {MOVE_IT}", root.display())).into()
            );
        }
        Ok(())
    }

    /// Refuses a stage whose files cannot be evicted from the page cache, or not be proved to have been.
    ///
    /// # Errors
    /// [`Unavailable`] on a memory file system and on other systems than Linux.
    pub fn ensure_evictable(&self) -> Result<()> {
        self.ensure_on_disk()?;
        if !cfg!(target_os = "linux") {
            let why = "only Linux tells which reads came from the device, so cold can't be proved here";
            return Err(Unavailable(why.into()).into());
        }
        Ok(())
    }
}

/// The stage's folder, locked while it is in use.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// Unlocked by closing.
    _lock: File,
}

impl Folder {
    /// A new folder inside of `place`; those that a killed run has left there are removed.
    fn new(place: &Path) -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        // Jobs carry their paths, and cross process boundaries as text.
        ensure!(
            place.to_str().is_some(),
            "the folder {} has a name that is not UTF-8; {MOVE_IT}",
            place.display()
        );
        remove_abandoned(place);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = place.join(format!("{PREFIX}{}-{count}", std::process::id()));
        let lock = lock_new(&path).with_context(|| cannot("make the folder", &path))?;
        Ok(Folder { path, _lock: lock })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What can't be removed now is removed by the next stage in the same place.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Why a cell cannot be measured on this machine: a row with a reason, not a failure.
#[derive(Debug)]
pub struct Unavailable(pub String);

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// What to do about a stage in a wrong place.
const MOVE_IT: &str = "set BAKEOFF_STAGE to a folder on a disk with 100 MiB of room";

fn cannot(verb: &str, path: &Path) -> String {
    format!("cannot {verb} {}; {MOVE_IT}", path.display())
}

fn lock_new(root: &Path) -> std::io::Result<File> {
    fs::create_dir_all(root)?;
    let lock = File::create(root.join(LOCK))?;
    lock.lock()?;
    Ok(lock)
}

fn write_flushed(path: &Path, content: &[u8]) -> std::io::Result<()> {
    fs::write(path, content)?;
    // A page that is not on the device yet can't be evicted.
    File::open(path)?.sync_all()
}

/// Removes the stages in `place` whose lock nobody holds.
fn remove_abandoned(place: &Path) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    for folder in entries.map(|entry| entry.path()).filter(|path| is_stage(path)) {
        if File::open(folder.join(LOCK)).is_ok_and(|lock| lock.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn is_stage(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PREFIX))
}

#[cfg(target_os = "linux")]
fn is_memory(path: &Path) -> bool {
    use nix::sys::statfs::{FsType, TMPFS_MAGIC, statfs};
    /// `RAMFS_MAGIC` of the kernel's `linux/magic.h`.
    const RAMFS: FsType = FsType(0x8584_58f6);
    statfs(path).is_ok_and(|fs| [TMPFS_MAGIC, RAMFS].contains(&fs.filesystem_type()))
}

#[cfg(not(target_os = "linux"))]
fn is_memory(_path: &Path) -> bool {
    false
}

/// Takes the pages of `path` out of the page cache. Asking first which are there would pull some in.
///
/// # Errors
/// Names the file.
#[cfg(target_os = "linux")]
pub fn evict(path: &Path) -> Result<()> {
    use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    posix_fadvise(&file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)
        .with_context(|| format!("cannot evict {}", path.display()))
}

/// Takes the pages of `path` out of the page cache.
///
/// # Errors
/// Always: [`Stage::ensure_evictable`] has said so before.
#[cfg(not(target_os = "linux"))]
pub fn evict(path: &Path) -> Result<()> {
    anyhow::bail!("{} can't be evicted on this system", path.display())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A stage for tests that need no server.
    pub(crate) fn temporary_stage() -> Stage {
        let exe = std::env::current_exe().unwrap();
        Stage::new(&Stage::default_place(&exe), Path::new("no-server-in-unit-tests"))
    }

    #[test]
    fn a_stage_leaves_nothing_behind_and_removes_what_was_abandoned_but_not_what_is_in_use() {
        let place = tempfile::tempdir().unwrap();
        let abandoned = place.path().join("bakeoff-stage-1-0");
        lock_new(&abandoned).unwrap();
        let foreign = place.path().join("bakeoff-stage-notes");
        fs::create_dir(&foreign).unwrap();
        let stages = [Stage::new(place.path(), Path::new("")), Stage::new(place.path(), Path::new(""))];
        let roots: Vec<PathBuf> = stages.iter().map(|stage| stage.root().unwrap()).collect();
        assert!(!abandoned.exists(), "nobody holds its lock");
        assert!(foreign.exists(), "it has no lock: it is not ours");
        assert!(roots.iter().all(|root| root.exists()), "two stages do not disturb each other");
        drop(stages);
        assert!(roots.iter().all(|root| !root.exists()));
    }

    #[test]
    fn a_place_that_is_no_folder_is_named_with_what_to_do() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = format!("{:#}", Stage::new(file.path(), Path::new("")).root().unwrap_err());
        assert!(error.contains(file.path().to_str().unwrap()) && error.contains(STAGE_VARIABLE), "{error}");
    }
}
