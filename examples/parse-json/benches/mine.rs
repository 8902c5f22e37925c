//! Which tool parses JSON fastest?

use bakeoff::{Suite, Workload};
use parse_json::{documents, parse};

fn main() -> std::process::ExitCode {
    Suite::new()
        .workload(Workload::try_computes("parse", documents, |document| parse(document)).shipping())
        .main()
}
