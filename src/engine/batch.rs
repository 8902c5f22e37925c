//! A batch: the jobs of one run, together with the digests that they must return.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::engine::{
    Digest, InvalidRun, Jobs, Origin, Reads, Resources, Serving, Spans, Started, Unavailable, Work,
};

/// The jobs of one run, whatever their type, and their expected digests.
#[derive(Clone)]
pub struct Batch {
    work: Arc<dyn AnyWork>,
    expected: Box<[Digest]>,
    /// Kept, because the jobs need it: their files and their server.
    _fixture: Arc<dyn Any + Send + Sync>,
}

/// Jobs whose type is erased. There is one virtual call a run, not one a job.
pub trait AnyWork: StartModel + Any + Send + Sync {
    /// As [`Work::reset`], of the first `len`.
    ///
    /// # Errors
    /// As [`Work::reset`].
    fn reset(&self, len: usize) -> Result<()>;

    /// As [`Work::answer`], of each job whose digest was returned.
    ///
    /// # Errors
    /// As [`Work::answer`]; names the job.
    fn answers(&self, returned: Vec<Digest>) -> Result<Vec<Digest>>;

    /// As [`Work::answer`], of a job.
    ///
    /// # Errors
    /// As [`Work::answer`].
    fn answer(&self, job: usize, returned: Digest) -> Result<Digest>;

    /// As [`Work::if_wrong`], of a job.
    fn if_wrong(&self, job: usize) -> &'static str;

    /// As [`Work::check`], of the first `len`.
    ///
    /// # Errors
    /// As [`Work::check`].
    fn check(&self, len: usize) -> Result<()>;

    /// The longest wait of the first `len`.
    fn longest_wait(&self, len: usize) -> Duration;

    /// What the first `len` read.
    fn reads(&self, len: usize) -> Vec<Reads>;
}

/// Jobs for which models can be started. It is implemented where the registry of models is: there, both the type of the jobs
/// and the models are known.
pub trait StartModel {
    /// Starts the model `model` for jobs of this type; its runs are recorded in `spans`, if there are any.
    ///
    /// # Errors
    /// If its threads or processes can't be started; [`crate::engine::error::Unavailable`] if this machine can't have it.
    fn start(
        &self,
        model: &str,
        resources: &Resources,
        spans: Option<&Arc<Spans>>,
    ) -> Result<Box<dyn Started>>;

    /// Starts the model `model` for jobs of this type that arrive over time.
    ///
    /// # Errors
    /// As [`StartModel::start`].
    fn serve(&self, model: &str, resources: &Resources) -> Result<Box<dyn Serving>>;
}

/// Jobs of one type, and where they come from.
pub struct TypedWork<W: Work> {
    work: Arc<[W]>,
    origin: Arc<Origin>,
}

impl<W: Work> TypedWork<W> {
    /// The first `len` of them, as a started model runs them.
    pub(crate) fn jobs(&self, len: usize, shared: &Arc<W::Shared>, spans: Option<&Arc<Spans>>) -> Jobs<W> {
        Jobs::new(&self.work, len, shared, spans, &self.origin)
    }
}

impl<W: Work> AnyWork for TypedWork<W>
where
    TypedWork<W>: StartModel,
{
    fn reset(&self, len: usize) -> Result<()> {
        self.work[..len].iter().try_for_each(Work::reset)
    }

    fn answers(&self, mut returned: Vec<Digest>) -> Result<Vec<Digest>> {
        for (work, digest) in self.work.iter().zip(&mut returned) {
            *digest = work.answer(*digest)?;
        }
        Ok(returned)
    }

    fn answer(&self, job: usize, returned: Digest) -> Result<Digest> {
        self.work[job].answer(returned)
    }

    fn if_wrong(&self, job: usize) -> &'static str {
        self.work[job].if_wrong()
    }

    fn check(&self, len: usize) -> Result<()> {
        self.work[..len].iter().try_for_each(Work::check)
    }

    fn longest_wait(&self, len: usize) -> Duration {
        let mut longest = Duration::ZERO;
        for work in &self.work[..len] {
            longest = longest.max(work.waits());
        }
        longest
    }

    fn reads(&self, len: usize) -> Vec<Reads> {
        self.work[..len].iter().map(Work::reads).collect()
    }
}

/// The minimum share of expected device reads that must be observed: the kernel may hold pages of a file's start or end
/// for its own reasons.
const PROOF_PERCENT: u64 = 95;

/// The maximum number of bytes that a run may read from the device besides its files: mostly program pages.
const OTHER_READS: u64 = 256 * 1024;

impl Batch {
    /// A batch of `work`, which comes from `origin` and needs `fixture`. The expected digests are `expected`, or are
    /// found here if nobody has found them yet.
    ///
    /// # Errors
    /// If an expected digest can't be found.
    pub fn new<W: Work>(
        work: Vec<W>,
        origin: Origin,
        fixture: Arc<dyn Any + Send + Sync>,
        expected: Option<Vec<Digest>>,
    ) -> Result<Self>
    where
        TypedWork<W>: StartModel,
    {
        let expected = match expected {
            Some(expected) => expected,
            None => work.iter().map(Work::expected).collect::<Result<_>>()?,
        };
        let (digests, jobs) = (expected.len(), work.len());
        ensure!(digests == jobs, "{digests} digests are expected of {jobs} jobs");
        let work = TypedWork { work: work.into(), origin: Arc::new(origin) };
        Ok(Batch { work: Arc::new(work), expected: expected.into(), _fixture: fixture })
    }

    /// Starts the model `model` for the jobs of this batch and others of their type.
    ///
    /// # Errors
    /// As [`StartModel::start`].
    pub fn start(
        &self,
        model: &str,
        resources: &Resources,
        spans: Option<&Arc<Spans>>,
    ) -> Result<Box<dyn Started>> {
        self.work.start(model, resources, spans)
    }

    /// Starts the model `model` for the jobs of this batch, which arrive over time.
    ///
    /// # Errors
    /// As [`StartModel::serve`].
    pub fn serve(&self, model: &str, resources: &Resources) -> Result<Box<dyn Serving>> {
        self.work.serve(model, resources)
    }

    /// The jobs, their type erased.
    pub(crate) fn work(&self) -> &dyn AnyWork {
        &*self.work
    }

    /// The digests that the jobs must return.
    pub fn expected(&self) -> &[Digest] {
        &self.expected
    }

    /// A batch of the first `jobs` jobs of this one, or of all.
    pub fn first(&self, jobs: usize) -> Self {
        let jobs = jobs.min(self.expected.len());
        Batch { expected: self.expected[..jobs].into(), ..self.clone() }
    }

    /// Undoes the effects of an earlier run before the clock starts.
    ///
    /// # Errors
    /// When a job can't be reset.
    pub fn reset(&self) -> Result<()> {
        self.work.reset(self.expected.len())
    }

    /// The digests of the results that the jobs of a run have left, of which `returned` came back: after the clock has stopped.
    ///
    /// # Errors
    /// As [`Work::answer`].
    pub fn answers(&self, returned: Vec<Digest>) -> Result<Vec<Digest>> {
        self.work.answers(returned)
    }

    /// Compares job by job: a sum would not detect two swapped digests.
    ///
    /// # Errors
    /// Names the first job that differs, with the expected and the actual digest.
    pub fn verify(&self, digests: &[Digest]) -> Result<()> {
        for (job, found) in digests.iter().enumerate().take(self.expected.len()) {
            self.verify_job(job, *found)?;
        }
        let (jobs, found) = (self.expected.len(), digests.len());
        ensure!(jobs == found, "{jobs} jobs were to return {jobs} digests, and {found} came");
        Ok(())
    }

    fn verify_job(&self, job: usize, found: Digest) -> Result<()> {
        let expected = self.expected[job];
        if expected != found {
            let (hint, meaning) = (self.hint(found), self.work.if_wrong(job));
            bail!("job {job} returned the digest {found}, expected {expected}{hint}{meaning}");
        }
        Ok(())
    }

    /// Verifies jobs that have arrived over time, each of which may have run more than once: `returned` has the digests that came back
    /// of each job that ran.
    ///
    /// # Errors
    /// As [`Batch::verify`] and [`Batch::answers`].
    pub fn verify_arrived(&self, returned: &BTreeMap<usize, Vec<Digest>>) -> Result<()> {
        for (&job, digests) in returned {
            let Some((&first, others)) = digests.split_first() else { continue };
            for &other in others {
                ensure!(
                    first == other,
                    "job {job} returned the digest {first}, and when it ran again {other}"
                );
            }
            // Results that were kept are compared with each other here.
            self.verify_job(job, self.work.answer(job, first)?)?;
        }
        Ok(())
    }

    /// Checks, after the clock has stopped, that the jobs left behind what they should.
    ///
    /// # Errors
    /// Names what is missing.
    pub fn check(&self) -> Result<()> {
        self.work.check(self.expected.len())
    }

    /// Rejects a run that is shorter than the longest wait among its jobs.
    ///
    /// # Errors
    /// States both times.
    pub fn check_time(&self, wall: Duration) -> Result<()> {
        let least = self.work.longest_wait(self.expected.len());
        ensure!(
            wall >= least,
            "the run took {wall:?}, but one of its jobs waits for {least:?}: it was not waited for"
        );
        Ok(())
    }

    /// Whether its jobs read files from the device.
    pub fn reads_device(&self) -> bool {
        let reads = self.work.reads(self.expected.len());
        reads.iter().any(|reads| matches!(reads, Reads::Device(_)))
    }

    /// Rejects a run whose files did not come from where the workload requires: it is [`InvalidRun`].
    ///
    /// # Errors
    /// States the bytes read from the device and the bytes of the files; [`Unavailable`] if nobody counts them.
    pub fn check_reads(&self, device_bytes: Option<u64>) -> Result<()> {
        let (mut cold, mut warm) = (0, 0);
        for reads in self.work.reads(self.expected.len()) {
            match reads {
                Reads::Nothing => {}
                Reads::Device(bytes) => cold += bytes,
                Reads::Cache(bytes) => warm += bytes,
            }
        }
        let Some(read) = device_bytes else {
            let why =
                "the system does not tell what these processes read from devices, so cold can't be proved";
            ensure!(cold == 0, Unavailable::new(why));
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
        match self.expected.iter().position(|&expected| expected == digest) {
            Some(other) => format!(" (it is the digest of job {other})"),
            None => String::new(),
        }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a batch of {} jobs", self.expected.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::tests;

    #[test]
    fn detects_dropped_doubled_swapped_and_wrong_digests() {
        let batch = tests::batch(Duration::ZERO, Reads::Nothing);
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
        let batch = tests::batch(Duration::from_micros(500), Reads::Nothing);
        batch.check_time(Duration::from_micros(500)).unwrap();
        assert!(batch.check_time(Duration::from_micros(499)).is_err());
    }

    #[test]
    fn warm_run_with_device_reads_is_invalid() {
        let batch = tests::batch(Duration::ZERO, Reads::Cache(4096));
        let some = OTHER_READS + 24 * 4 * 1024 / 20;
        batch.check_reads(Some(some)).unwrap();
        assert!(batch.check_reads(Some(some + 1)).unwrap_err().is::<InvalidRun>());
        batch.check_reads(None).unwrap();
    }

    #[test]
    fn cold_run_without_device_reads_is_invalid() {
        let batch = tests::batch(Duration::ZERO, Reads::Device(64 * 1024));
        let bytes: u64 = 24 * 64 * 1024;
        batch.check_reads(Some((bytes * 95).div_ceil(100))).unwrap();
        assert!(batch.check_reads(Some(bytes * 95 / 100)).unwrap_err().is::<InvalidRun>());
        assert!(batch.check_reads(None).unwrap_err().is::<Unavailable>(), "cold can't be proved");
    }
}
