//! The program `bakeoff`: the built-in workloads.

use std::process::ExitCode;

fn main() -> ExitCode {
    bakeoff::Suite::builtin().main()
}
