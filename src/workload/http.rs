//! GET from a server on this machine that answers after a pause.

use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Context, Digest, Work, pseudorandom_bytes, sampled_checksum};
use crate::workload::{
    Each, Kind, Size, Workload, answer_of_parts,
    fixture::clients::Clients,
    fixture::server::{LONGEST, Page},
    fixture::stage::Stage,
    in_python, no_setup,
};

/// The workload.
pub(crate) const WORKLOAD: Workload = Workload {
    name: "http",
    revision: 2,
    about: "GETs 16 KiB from a loopback server, a process of its own, that answers after 10 ms",
    answers_to: "web scraping, downloads",
    post_says: "threading, asyncio",
    kind: Kind::Waits,
    waits_for_files: false,
    unit: "us until the server answers",
    size: Size { jobs: 24, each: 10_000 },
    tiny: Size { jobs: 24, each: 500 },
    job_us: 11_500,
    wait_us: 10_000,
    jobs: &Each { setup: &no_setup, job: &get::<0> },
};

/// The download of a number, whose page is parsed by hashing `PARTS` parts of 4 KiB.
pub(super) fn get<const PARTS: u64>(stage: &Stage, size: Size, seed: u64) -> Result<Get> {
    let page = Page { seed, pause_us: size.each, len: BODY };
    Ok(Get { port: stage.server_port()?, page, parts: PARTS })
}

/// Length of an answer's body in bytes.
const BODY: usize = LONGEST;

/// Downloads one page and parses it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Get {
    port: u16,
    page: Page,
    /// The computing that a parser would do: this number of parts of 4 KiB is hashed, whatever the page is.
    parts: u64,
}

impl Get {
    fn digest(&self, body: &[u8]) -> Digest {
        let digest = Digest::new(self.page.seed, sampled_checksum(body));
        if self.parts == 0 { digest } else { digest.combine(answer_of_parts(self.page.seed, self.parts)) }
    }
}

impl Work for Get {
    type Shared = Clients;

    fn run(&self, clients: &Clients, ctx: &Context<'_>) -> Result<Digest> {
        let path = self.page.path();
        let body = ctx.wait(|| clients.get(self.port, &path))?;
        Ok(ctx.compute(|| self.digest(&body)))
    }

    async fn run_async(&self, clients: &Clients, ctx: &Context<'_>) -> Result<Digest> {
        let path = self.page.path();
        let body = ctx.wait_async(clients.get_async(ctx.runtime(), self.port, &path)).await?;
        Ok(ctx.compute(|| self.digest(&body)))
    }

    fn expected(&self) -> Result<Digest> {
        Ok(self.digest(&pseudorandom_bytes(self.page.seed, self.page.len)))
    }

    fn waits(&self) -> Duration {
        Duration::from_micros(self.page.pause_us)
    }

    fn in_python(&self) -> Result<Value> {
        in_python("Http", self)
    }
}
