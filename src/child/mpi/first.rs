//! What the first rank does: it takes requests from the parent and hands the jobs out to the other ranks, or runs them itself if there
//! are none.

use std::io::Write;
use std::ops::Range;
use std::time::Duration;

use anyhow::Result;
use mpi::topology::{Rank, SimpleCommunicator};
use mpi::traits::Communicator;

use crate::child::channel::Channel;
use crate::child::mpi::message::{FIRST, REST, Received, WORK, Wait, receive, send};
use crate::child::mpi::other::outcome;
use crate::child::queue::{Queue, in_order};
use crate::child::serve::{MakeJobs, State};
use crate::child::wire;
use crate::child::worker::{Reply, Request, VERSION};
use crate::engine::{Digest, Recipe, Span, Timestamp, Usage, now};

/// The parent hears of a run at least so often while parts of it are done.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// Serves requests on the standard streams until the parent closes them or says that this is the end.
///
/// # Errors
/// When a request or a message is none, or an answer can't be written.
pub(super) fn serve(world: &SimpleCommunicator, make: MakeJobs<'_>) -> Result<()> {
    let Channel { mut requests, mut replies } = Channel::open()?;
    wire::write(&mut replies, &Reply::Hello(VERSION))?;
    let mut first = First { world, make, own: State::default() };
    while let Some(request) = wire::read(&mut requests)? {
        let is_run = matches!(&request, Request::Run(_, range) if !range.is_empty());
        let reply = match request {
            Request::Run(recipe, range) if range.is_empty() => first.make_ready(recipe)?,
            Request::Run(recipe, range) => first.run(recipe, range, &mut replies)?,
            Request::Usage => first.usage()?,
            Request::End => break,
        };
        wire::write(&mut replies, &reply)?;
        // After the answer: the clock of the parent has stopped by then.
        if is_run {
            first.tell_all(REST, &[]);
        }
    }
    first.tell_all(WORK, &postcard::to_stdvec(&Request::End)?);
    Ok(())
}

/// The first rank.
struct First<'a> {
    world: &'a SimpleCommunicator,
    make: MakeJobs<'a>,
    /// The jobs that it has made for itself: those that it runs if there is no other rank.
    own: State,
}

impl First<'_> {
    /// The ranks that run jobs, if there are any besides this one.
    fn others(&self) -> Range<Rank> {
        FIRST + 1..self.world.size()
    }

    fn tell_all(&self, tag: i32, bytes: &[u8]) {
        for rank in self.others() {
            send(&self.world.process_at_rank(rank), tag, bytes);
        }
    }

    fn request(&self, rank: Rank, recipe: Option<Recipe>, part: Range<usize>) -> Result<()> {
        let bytes = postcard::to_stdvec(&Request::Run(recipe, part))?;
        send(&self.world.process_at_rank(rank), WORK, &bytes);
        Ok(())
    }

    fn answer(&self) -> Received {
        receive(&self.world.any_process(), Wait::Spinning)
    }

    /// Every rank that runs jobs makes those of `recipe`, and spins from then on.
    fn make_ready(&mut self, recipe: Option<Recipe>) -> Result<Reply> {
        if self.others().is_empty() {
            return Ok(outcome(|| self.own.run(recipe, 0..0, self.make)));
        }
        self.tell_all(WORK, &postcard::to_stdvec(&Request::Run(recipe, 0..0))?);
        let mut ready = Reply::Digests(vec![], vec![]);
        for _ in self.others() {
            let answered = self.answer().content()?;
            if !matches!(answered, Reply::Digests(..)) {
                ready = answered;
            }
        }
        Ok(ready)
    }

    /// Runs the jobs of `range`, and writes to `parent` that it is still at it. Each part of `recipe` goes along with its jobs.
    fn run(&mut self, recipe: Option<Recipe>, range: Range<usize>, parent: &mut impl Write) -> Result<Reply> {
        let mut run = Run {
            queue: Queue::new(range.len(), self.others().len().max(1)),
            first: range.start,
            recipe,
            parts: Vec::new(),
            spans: Vec::new(),
            failed: None,
            told: now(),
        };
        if self.others().is_empty() {
            while let Some((recipe, part)) = run.next() {
                let reply = outcome(|| self.own.run(recipe, part.clone(), self.make));
                run.add(part, reply, parent)?;
            }
            return Ok(run.reply());
        }
        self.hand_out(&mut run, parent)?;
        Ok(run.reply())
    }

    /// Gives each of the other ranks a part, and the next as soon as it has answered.
    fn hand_out(&self, run: &mut Run, parent: &mut impl Write) -> Result<()> {
        let mut given = vec![0..0; self.others().len() + 1];
        let mut working = 0;
        for rank in self.others() {
            if let Some((recipe, part)) = run.next() {
                given[place(rank)] = part.clone();
                self.request(rank, recipe, part)?;
                working += 1;
            }
        }
        while working > 0 {
            let answer = self.answer();
            let done = given[place(answer.from)].clone();
            // Before the answer is read: the rank has no reason to wait for that.
            match run.next() {
                Some((recipe, part)) => {
                    given[place(answer.from)] = part.clone();
                    self.request(answer.from, recipe, part)?;
                }
                None => working -= 1,
            }
            run.add(done, answer.content()?, parent)?;
        }
        Ok(())
    }

    fn usage(&self) -> Result<Reply> {
        let mut usage = Usage::of_this_process();
        self.tell_all(WORK, &postcard::to_stdvec(&Request::Usage)?);
        for _ in self.others() {
            match self.answer().content()? {
                Reply::Usage(of_rank) => usage = usage + of_rank,
                other => return Ok(Reply::Failed(format!("a rank answered {other:?} to another question"))),
            }
        }
        Ok(Reply::Usage(usage))
    }
}

/// Where a rank stands in a list of all.
fn place(rank: Rank) -> usize {
    usize::try_from(rank).expect("ranks are numbered from 0")
}

/// A run, and what has come back of it.
struct Run {
    queue: Queue,
    /// The index of its first job.
    first: usize,
    /// All of its jobs, if they are sent to those who run them.
    recipe: Option<Recipe>,
    parts: Vec<(usize, Vec<Digest>)>,
    spans: Vec<Span>,
    failed: Option<Reply>,
    /// When the parent has heard of it.
    told: Timestamp,
}

impl Run {
    /// The next part to be run; none after a failure.
    fn next(&self) -> Option<(Option<Recipe>, Range<usize>)> {
        if self.failed.is_some() {
            return None;
        }
        let part = self.queue.take()?;
        let part = self.first + part.start..self.first + part.end;
        let recipe = self.recipe.as_ref().map(|whole| whole.part(part.clone()));
        Some((recipe, part))
    }

    /// Takes note of what came back of `part`.
    fn add(&mut self, part: Range<usize>, reply: Reply, parent: &mut impl Write) -> Result<()> {
        match reply {
            Reply::Digests(digests, spans) if digests.len() == part.len() => {
                self.parts.push((part.start, digests));
                self.spans.extend(spans);
            }
            Reply::Failed(_) | Reply::Lacking(_) => self.failed = Some(reply),
            other => {
                self.failed = Some(Reply::Failed(format!("a rank answered {other:?} for jobs {part:?}")));
            }
        }
        if now() - self.told > SIGN_OF_LIFE {
            wire::write(parent, &Reply::Running)?;
            self.told = now();
        }
        Ok(())
    }

    fn reply(self) -> Reply {
        match self.failed {
            Some(failed) => failed,
            None => Reply::Digests(in_order(self.parts), self.spans),
        }
    }
}
