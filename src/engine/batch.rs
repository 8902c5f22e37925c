//! A batch: the jobs of one run, together with the digests that they must return.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::engine::digest::Digest;
use crate::engine::work::{Reads, Work};
use crate::workload::fixture::stage::Stage;
use crate::workload::{Job, Size, Workload};

/// The jobs of one run, their expected digests and their obligations.
#[derive(Clone, Debug)]
pub struct Batch {
    jobs: Arc<[Job]>,
    expected: Box<[Digest]>,
    /// Kept, because the jobs need its files and its server.
    _stage: Arc<Stage>,
}

/// The minimum share of expected device reads that must be observed: the kernel may hold pages of a file's
/// start
/// or end for its own reasons.
const PROOF_PERCENT: u64 = 95;

/// The maximum number of bytes that a run may read from the device besides its files: mostly program pages.
const OTHER_READS: u64 = 256 * 1024;

/// A run that was correct but is no valid measurement of its workload, with the reason: memory pressure
/// evicted
/// the files of `warm-file`, or another program read those of `cold-file` beforehand.
#[derive(Debug)]
pub struct InvalidRun(String);

impl fmt::Display for InvalidRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidRun {}

impl Batch {
    /// A batch of `workload` whose files and server are on `stage`.
    ///
    /// # Errors
    /// When the stage can't be set, or, as [`crate::workload::fixture::stage::Unavailable`], when this machine can't measure it.
    pub fn new(workload: &Workload, size: Size, stage: &Arc<Stage>) -> Result<Self> {
        Ok(Batch::of((workload.jobs)(stage, size)?, stage))
    }

    /// A batch of `jobs`, which may need what is on the stage.
    pub fn of(jobs: Vec<Job>, stage: &Arc<Stage>) -> Self {
        let expected = jobs.iter().map(Work::expected).collect();
        Batch { jobs: jobs.into(), expected, _stage: Arc::clone(stage) }
    }

    /// The default batch of `workload`, with digests that another process has computed.
    ///
    /// # Errors
    /// As [`Batch::new`].
    pub fn with_expected(workload: &Workload, expected: Vec<Digest>, stage: &Arc<Stage>) -> Result<Self> {
        let jobs = (workload.jobs)(stage, workload.size)?;
        Ok(Batch { jobs: jobs.into(), expected: expected.into(), _stage: Arc::clone(stage) })
    }

    /// The digests that the jobs must return.
    pub fn expected(&self) -> &[Digest] {
        &self.expected
    }

    /// A batch of the first `jobs` jobs of this one, or of all.
    pub fn first(&self, jobs: usize) -> Self {
        let jobs = jobs.min(self.jobs.len());
        Batch { jobs: self.jobs[..jobs].into(), expected: self.expected[..jobs].into(), ..self.clone() }
    }

    /// The jobs, in the order of their digests.
    pub fn jobs(&self) -> &Arc<[Job]> {
        &self.jobs
    }

    /// Undoes the effects of an earlier run before the clock starts.
    ///
    /// # Errors
    /// When a job can't be reset.
    pub fn reset(&self) -> Result<()> {
        self.jobs.iter().try_for_each(Work::reset)
    }

    /// Compares job by job: a sum would not detect two swapped digests.
    ///
    /// # Errors
    /// Names the first job that differs, with the expected and the actual digest.
    pub fn verify(&self, digests: &[Digest]) -> Result<()> {
        for (job, (expected, found)) in self.expected.iter().zip(digests).enumerate() {
            if expected != found {
                let hint = self.hint(*found);
                bail!("job {job} returned the digest {found}, expected {expected}{hint}");
            }
        }
        let (jobs, found) = (self.expected.len(), digests.len());
        ensure!(jobs == found, "{jobs} jobs were to return {jobs} digests, and {found} came");
        Ok(())
    }

    /// Checks, after the clock has stopped, that the jobs left behind what they should.
    ///
    /// # Errors
    /// Names what is missing.
    pub fn check(&self) -> Result<()> {
        self.jobs.iter().try_for_each(Work::check)
    }

    /// Rejects a run that is shorter than the longest wait among its jobs.
    ///
    /// # Errors
    /// States both times.
    pub fn check_time(&self, wall: Duration) -> Result<()> {
        let least = self.jobs.iter().map(Work::waits).max().unwrap_or_default();
        ensure!(
            wall >= least,
            "the run took {wall:?}, but one of its jobs waits for {least:?}: it was not waited for"
        );
        Ok(())
    }

    /// Rejects a run whose files did not come from where the workload requires: it is [`InvalidRun`].
    ///
    /// # Errors
    /// States the bytes read from the device and the bytes of the files.
    pub fn check_reads(&self, device_bytes: Option<u64>) -> Result<()> {
        let (cold, warm) =
            self.jobs.iter().map(Work::reads).fold((0, 0), |(cold, warm), reads| match reads {
                Reads::Nothing => (cold, warm),
                Reads::Device(bytes) => (cold + bytes, warm),
                Reads::Cache(bytes) => (cold, warm + bytes),
            });
        let Some(read) = device_bytes else {
            ensure!(cold == 0, "nobody counted what was read from the device, so cold can't be proved");
            return Ok(());
        };
        ensure!(
            read.saturating_mul(100) >= cold * PROOF_PERCENT,
            InvalidRun(format!("{read} of {cold} bytes were read from the device: the files were not cold"))
        );
        ensure!(
            warm == 0 || read.saturating_sub(OTHER_READS).saturating_mul(100) <= warm * (100 - PROOF_PERCENT),
            InvalidRun(format!("{read} of {warm} bytes were read from the device: the files were not warm"))
        );
        Ok(())
    }

    fn hint(&self, digest: Digest) -> String {
        let other = self.expected.iter().position(|&expected| expected == digest);
        other.map_or_else(String::new, |other| format!(" (it is the digest of job {other})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::WORKLOADS;
    use crate::workload::fixture::stage::tests::temporary_stage;

    fn batch(name: &str) -> Batch {
        let workload = WORKLOADS.iter().find(|workload| workload.name == name).unwrap();
        Batch::new(workload, workload.tiny, &Arc::new(temporary_stage())).unwrap()
    }

    #[test]
    fn detects_dropped_doubled_swapped_and_wrong_digests() {
        let batch = batch("primes");
        let right = batch.expected.to_vec();
        batch.verify(&right).unwrap();
        let says = |digests: Vec<Digest>| format!("{:#}", batch.verify(&digests).unwrap_err());
        assert!(says(right[..23].to_vec()).contains("24 jobs were to return 24 digests, and 23 came"));
        assert!(says([&right[..], &right[..1]].concat()).contains("and 25 came"));
        let mut swapped = right.clone();
        swapped.swap(3, 5);
        assert!(says(swapped).contains("job 3 returned") && !says(right[1..].to_vec()).is_empty());
        let mut wrong = right.clone();
        wrong[23] = Digest::new(0, 0);
        assert!(says(wrong).starts_with("job 23 returned the digest "));
    }

    #[test]
    fn rejects_runs_shorter_than_longest_wait() {
        let batch = batch("sleep");
        batch.check_time(Duration::from_micros(500)).unwrap();
        assert!(batch.check_time(Duration::from_micros(499)).is_err());
    }

    #[test]
    fn warm_run_with_device_reads_is_invalid() {
        let batch = batch("warm-file");
        let some = OTHER_READS + 24 * 4 * 1024 / 20;
        batch.check_reads(Some(some)).unwrap();
        assert!(batch.check_reads(Some(some + 1)).is_err());
        batch.check_reads(None).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn cold_run_without_device_reads_is_invalid() {
        let stage = Arc::new(temporary_stage());
        let workload = WORKLOADS.iter().find(|workload| workload.name == "cold-file").unwrap();
        let Ok(batch) = Batch::new(workload, workload.tiny, &stage) else {
            eprintln!("skipped: the target folder is on a memory file system");
            return;
        };
        let bytes: u64 = 24 * 64 * 1024;
        batch.check_reads(Some((bytes * 95).div_ceil(100))).unwrap();
        assert!(batch.check_reads(Some(bytes * 95 / 100)).is_err());
        assert!(batch.check_reads(None).is_err());
    }
}
