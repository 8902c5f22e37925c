//! Tasks as users have them, the right one and the wrong ones.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use bakeoff::work::{Digest, Kind, Size, Stage, Task, Unavailable, Work};
use bakeoff::{Context, Suite};

/// What is wrong with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Nothing,
    SetupPanics,
    Unavailable,
    JobPanics,
    ExpectedPanics,
    RunPanics,
    RunFails,
    WrongDigest,
    WritesNothing,
    NoJobs,
}

/// Writes its number into a file that must not be there.
struct Write {
    number: u64,
    path: PathBuf,
    fault: Fault,
}

impl Work for Write {
    type Shared = ();

    fn run(&self, _: &(), ctx: &Context<'_>) -> Result<Digest> {
        let is_odd_one = self.number == 7;
        assert!(!(is_odd_one && self.fault == Fault::RunPanics), "seven is not my number");
        ensure!(!(is_odd_one && self.fault == Fault::RunFails), "seven is not found");
        if !(is_odd_one && self.fault == Fault::WritesNothing) {
            ctx.wait(|| fs::File::create_new(&self.path).and_then(|_| fs::write(&self.path, self.text())))?;
        }
        Ok(Digest::new(self.number, u64::from(is_odd_one && self.fault == Fault::WrongDigest)))
    }

    fn expected(&self) -> Result<Digest> {
        assert!(self.fault != Fault::ExpectedPanics, "nobody knows");
        Ok(Digest::new(self.number, 0))
    }

    fn if_wrong(&self) -> &'static str {
        ": as it was meant to be"
    }

    fn reset(&self) -> Result<()> {
        if self.path.exists() {
            fs::remove_file(&self.path)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let found = fs::read_to_string(&self.path).unwrap_or_default();
        ensure!(found == self.text(), "{} has {found:?} in it", self.path.display());
        Ok(())
    }
}

impl Write {
    fn text(&self) -> String {
        format!("job {}", self.number)
    }
}

fn setup(stage: &Stage, fault: Fault) -> Result<()> {
    assert!(fault != Fault::SetupPanics, "no room");
    ensure!(fault != Fault::Unavailable, Unavailable::new("this machine has no printer"));
    stage.folder("written").map(drop)
}

fn write(fault: Fault) -> Task<Write> {
    let size = Size { jobs: if fault == Fault::NoJobs { 0 } else { 24 }, each: 1 };
    let task = Task::new("write", Kind::Waits, size, move |stage, _, number| {
        assert!(fault != Fault::JobPanics, "there is no such number");
        Ok(Write { number, path: stage.path("written")?.join(number.to_string()), fault })
    });
    task.setup(move |stage, _| setup(stage, fault)).waits_for_files().revision(3)
}

/// `suite` with the task of a name, if there is one.
pub(crate) fn of(name: &str, suite: Suite) -> Suite {
    let fault = match name {
        "task" => Fault::Nothing,
        "task-setup-panics" => Fault::SetupPanics,
        "task-unavailable" => Fault::Unavailable,
        "task-job-panics" => Fault::JobPanics,
        "task-expected-panics" => Fault::ExpectedPanics,
        "task-run-panics" => Fault::RunPanics,
        "task-run-fails" => Fault::RunFails,
        "task-wrong-digest" => Fault::WrongDigest,
        "task-writes-nothing" => Fault::WritesNothing,
        "task-no-jobs" => Fault::NoJobs,
        _ => return suite,
    };
    suite.task(write(fault))
}
