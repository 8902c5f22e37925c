//! GET from a server on this machine that answers after a pause.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::engine::digest::{Digest, pseudorandom_bytes, sampled_checksum};
use crate::engine::work::{Ctx, Phases, Work};
use crate::workload::fixture::server::Page;
use crate::workload::fixture::stage::Stage;
use crate::workload::{Job, Kind, Size, Workload, answer_of_parts, numbered};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "http",
    revision: 1,
    about: "GETs 16 KiB from a loopback server, a process of its own, that answers after 10 ms",
    answers_to: "web scraping, downloads",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    unit: "us until the server answers",
    size: Size { jobs: 24, each: 10_000 },
    tiny: Size { jobs: 24, each: 500 },
    job_us: 11_500,
    wait_us: 10_000,
    jobs: jobs::<0>,
};

/// Downloads whose pages take `PARTS` parts of 4 KiB of hashing to parse.
pub(crate) fn jobs<const PARTS: u64>(stage: &Stage, size: Size) -> Result<Vec<Job>> {
    let port = stage.server_port()?;
    let page = |seed| Page { seed, pause_us: size.each, len: BODY };
    Ok(numbered(size.jobs, |seed| Job::Http(Get { port, page: page(seed), parts: PARTS })))
}

/// Length of an answer's body in bytes: a small page.
const BODY: usize = 16 * 1024;

/// Downloads one page and parses it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Get {
    port: u16,
    page: Page,
    /// Simulates parsing: this number of 4 KiB parts is hashed, independent of the page.
    parts: u64,
}

impl Get {
    fn url(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.page.path())
    }

    fn digest(&self, body: &[u8]) -> Digest {
        let digest = Digest::new(self.page.seed, sampled_checksum(body));
        if self.parts == 0 { digest } else { digest.combine(answer_of_parts(self.page.seed, self.parts)) }
    }
}

impl Work for Get {
    fn expected(&self) -> Digest {
        self.digest(&pseudorandom_bytes(self.page.seed, self.page.len))
    }

    fn run<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        let url = self.url();
        let body = ctx.phases.wait(|| ctx.clients.get(&url))?;
        Ok(ctx.phases.compute(|| self.digest(&body)))
    }

    async fn run_async<P: Phases>(&self, ctx: &Ctx<'_, P>) -> Result<Digest> {
        let url = self.url();
        // Boxed: the client's future is large, and would enlarge every task of every workload.
        let body = ctx.phases.wait_async(Box::pin(ctx.clients.get_async(&url))).await?;
        Ok(ctx.phases.compute(|| self.digest(&body)))
    }

    fn waits(&self) -> Duration {
        Duration::from_micros(self.page.pause_us)
    }
}
