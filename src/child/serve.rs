//! What a worker process does: it reads requests, makes and runs their jobs, and answers.

use std::ops::Range;

use anyhow::{Context, Result};

use crate::child::worker::{ONCE, Reply, Request, SUBCOMMAND, VERSION};
use crate::child::{channel::Channel, parent_death, program, wire};
use crate::engine::{Kept, OwnJobs, Recipe, Spans, Usage};

/// Makes the jobs of a recipe with the same code as the parent does.
pub type MakeJobs<'a> = &'a dyn Fn(&Recipe, &mut Kept) -> Result<Box<dyn OwnJobs>>;

/// Serves as a worker if `args`, a program's arguments without its name, say so. This precedes all other command-line parsing,
/// which would cost a tenth of a process that lives for one job.
///
/// # Errors
/// When a request is no frame or an answer can't be written.
pub fn serve_if_asked(mut args: impl Iterator<Item = String>, make: MakeJobs<'_>) -> Option<Result<()>> {
    args.next().filter(|name| name == SUBCOMMAND)?;
    let parent = args.next()?.parse().ok()?;
    let once = args.next().is_some_and(|option| option == ONCE);
    Some(serve(parent, once, make))
}

/// Serves requests on the standard streams until the parent closes them or ends, or only the first one.
fn serve(parent: u32, once: bool, make: MakeJobs<'_>) -> Result<()> {
    parent_death::hold(parent)?;
    program::show_name();
    if !once {
        parent_death::watch(parent)?;
    }
    let Channel { mut requests, mut replies } = Channel::open()?;
    wire::write(&mut replies, &Reply::Hello(VERSION))?;
    let mut state = State::default();
    while let Some(request) = wire::read(&mut requests)? {
        let reply = match request {
            Request::Run(new, range) => match state.run(new, range, make) {
                Ok(digests) => digests,
                Err(why) => Reply::failed(&why),
            },
            Request::Usage => Reply::Usage(Usage::of_this_process()),
            Request::End => break,
        };
        wire::write(&mut replies, &reply)?;
        if once {
            break;
        }
    }
    Ok(())
}

/// The jobs that a worker has made, what they share, and where their spans are recorded.
#[derive(Default)]
pub(super) struct State {
    jobs: Option<Box<dyn OwnJobs>>,
    kept: Kept,
    spans: Option<Spans>,
}

impl State {
    /// Makes the jobs of a new recipe, if there is one, and runs those of `range`.
    ///
    /// # Errors
    /// When jobs can't be made, or one fails.
    pub(super) fn run(
        &mut self,
        new: Option<Recipe>,
        range: Range<usize>,
        make: MakeJobs<'_>,
    ) -> Result<Reply> {
        if let Some(recipe) = new {
            self.jobs = Some(make(&recipe, &mut self.kept)?);
            self.spans = if recipe.traced { Some(Spans::default()) } else { None };
        }
        let jobs = self.jobs.as_ref().context("no jobs were made")?;
        let mut digests = Vec::with_capacity(range.len());
        for index in range {
            digests.push(jobs.run(index, self.spans.as_ref())?);
        }
        let spans = self.spans.as_ref().map(Spans::take).unwrap_or_default();
        Ok(Reply::Digests(digests, spans))
    }
}
