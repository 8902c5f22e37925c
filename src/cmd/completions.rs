//! `bakeoff completions`: what a shell needs to complete command lines.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;

use crate::cmd::out::Out;
use crate::cmd::{Cli, Exit};

/// Which shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args) -> Result<Exit> {
    // Generated in full first: a reader that stops early must not cause a panic.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "bakeoff", &mut script);
    Out.write_all(&script)?;
    Ok(Exit::Ok)
}
