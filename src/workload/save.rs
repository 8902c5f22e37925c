//! Writing a file and waiting until the device has stored it.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Context, Digest, Work, pseudorandom_bytes};
use crate::workload::{Each, Kind, Size, Workload, in_python};

/// The workload. Flushing is `fsync` on Linux, `F_FULLFSYNC` on macOS and `FlushFileBuffers` on Windows: it is
/// what [`File::sync_all`] does there, and on macOS the only one that reaches the device.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "save",
    revision: 2,
    about: if cfg!(target_vendor = "apple") {
        "writes a file of 64 KiB and flushes it to the device (F_FULLFSYNC)"
    } else if cfg!(windows) {
        "writes a file of 64 KiB and flushes it to the device (FlushFileBuffers)"
    } else {
        "writes a file of 64 KiB and flushes it to the device (fsync)"
    },
    answers_to: "file write",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    waits_for_files: true,
    unit: "bytes",
    size: Size { jobs: 24, each: 64 * 1024 },
    tiny: Size { jobs: 24, each: 1024 },
    job_us: 1_000,
    wait_us: 0,
    jobs: &Each {
        setup: &|stage, _| {
            stage.ensure_on_disk()?;
            stage.folder("save").map(drop)
        },
        job: &|stage, size, seed| {
            let path = stage.path("save")?.join(format!("{seed}.bin"));
            Ok(Save { seed, len: size.each, path })
        },
    },
};

/// Saves its content under its path.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Save {
    seed: u64,
    len: u64,
    path: PathBuf,
}

impl Save {
    fn content(&self) -> Vec<u8> {
        pseudorandom_bytes(self.seed, usize::try_from(self.len).expect("a test file fits into memory"))
    }

    fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| self.failed("remove"))
            }
            _ => Ok(()),
        }
    }

    fn failed(&self, verb: &str) -> String {
        format!("cannot {verb} {}", self.path.display())
    }
}

/// What [`Context::write`] does on a thread for files.
fn save(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

impl Work for Save {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        let bytes = ctx.compute(|| self.content());
        ctx.wait(|| save(&self.path, &bytes)).with_context(|| self.failed("save"))?;
        self.expected()
    }

    async fn run_async(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        let bytes = ctx.compute(|| self.content());
        ctx.write(self.path.clone(), bytes).await.with_context(|| self.failed("save"))?;
        self.expected()
    }

    fn expected(&self) -> Result<Digest> {
        Ok(Digest::new(self.seed, self.len))
    }

    fn reset(&self) -> Result<()> {
        self.remove()
    }

    /// The saved file is read again, compared, and then removed.
    fn check(&self) -> Result<()> {
        let found = std::fs::read(&self.path).with_context(|| self.failed("read back"))?;
        ensure!(found == self.content(), "{} does not hold what was to be saved", self.path.display());
        self.remove()
    }

    fn in_python(&self) -> Result<Value> {
        in_python("Save", self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::fixture::stage::tests::temporary_stage;

    #[test]
    fn missing_or_wrong_save_fails_check() {
        let stage = temporary_stage();
        let path = stage.folder("save-test").unwrap().join("0.bin");
        let save = Save { seed: 1, len: 600, path: path.clone() };
        assert!(save.check().is_err(), "nothing was written");
        let mut wrong = save.content();
        wrong[599] ^= 1;
        std::fs::write(&path, &wrong).unwrap();
        assert!(save.check().is_err(), "one bit is wrong");
        std::fs::write(&path, save.content()).unwrap();
        save.check().unwrap();
        assert!(!path.exists(), "it is cleaned up");
    }
}
