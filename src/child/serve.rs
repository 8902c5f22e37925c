//! The worker process: it reads requests, runs their jobs and answers.

use std::io::{Read, Write};

use anyhow::Result;

use crate::child::parent_death;
use crate::child::wire;
use crate::child::wire::{Reply, Request};
use crate::engine::clock::Usage;
use crate::engine::digest::Digest;
use crate::engine::trace::Traced;
use crate::engine::work::{Kit, Phases, Plain, Work};
use crate::workload::Job;

/// The hidden subcommand that runs a worker; its first argument is the parent's process id.
pub const SUBCOMMAND: &str = "worker";

/// The second argument of a worker that ends after its first answer.
pub const ONCE: &str = "--once";

/// The last argument of a worker that records spans.
pub const TRACED: &str = "--traced";

/// Serves as a worker if `args`, the program's arguments without its name, request it. It runs before other
/// command-line parsing, which would cost a tenth of a process that lives for one job.
///
/// # Errors
/// As [`serve`].
pub fn serve_if_asked(mut args: impl Iterator<Item = String>) -> Option<Result<()>> {
    args.next().filter(|name| name == SUBCOMMAND)?;
    let parent = args.next()?.parse().ok()?;
    let options: Vec<String> = args.collect();
    let has = |option: &str| options.iter().any(|other| other == option);
    Some(serve(parent, has(ONCE), has(TRACED)))
}

/// Serves requests on the standard streams until the parent closes them or ends, or only the first one.
/// Records
/// spans if `traced`.
///
/// # Errors
/// When a request is not a valid frame or an answer can't be written.
pub fn serve(parent: u32, once: bool, traced: bool) -> Result<()> {
    parent_death::hold(parent)?;
    if !once {
        parent_death::watch_pipe()?;
    }
    let most = if once { 1 } else { usize::MAX };
    let (requests, replies) = (&mut std::io::stdin().lock(), &mut std::io::stdout().lock());
    if traced {
        converse(Traced::default(), requests, replies, most)
    } else {
        converse(Plain, requests, replies, most)
    }
}

fn converse<P: Phases>(
    phases: P,
    requests: &mut impl Read,
    replies: &mut impl Write,
    most: usize,
) -> Result<()> {
    wire::write(replies, &Reply::Hello(wire::VERSION))?;
    let kit = Kit::new(phases.clone());
    for _ in 0..most {
        let Some(request) = wire::read(requests)? else {
            break;
        };
        let reply = match request {
            Request::Run(first, jobs) => run(&kit, &phases, first, &jobs),
            Request::Usage => Reply::Usage(Usage::of_this_process()),
        };
        wire::write(replies, &reply)?;
    }
    Ok(())
}

fn run<P: Phases>(kit: &Kit<P>, phases: &P, first: usize, jobs: &[Job]) -> Reply {
    let run = |(offset, job): (usize, &Job)| job.run(&kit.ctx(first + offset));
    let digests: Result<Vec<Digest>> = jobs.iter().enumerate().map(run).collect();
    let spans = phases.spans().map(|spans| spans.take()).unwrap_or_default();
    digests.map_or_else(|error| Reply::Failed(format!("{error:#}")), |digests| Reply::Digests(digests, spans))
}
