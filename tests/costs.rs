//! The costs of models, as requested by users, with generous and with tight resource limits.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::process::{Command, Output};

use bakeoff::internals::analysis::costs::CostSummary;
use bakeoff::internals::model::{Concurrency, models};
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;

#[cfg(target_os = "linux")]
mod shared;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

fn costs(program: &str, args: &[&str], folder: &Path) -> (Output, Recording) {
    let output = Command::new(program).args(args).arg(folder).env("BAKEOFF_TEST", folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let recording = read(&files.next().unwrap_or_else(|| panic!("no recording: {said}"))).unwrap();
    assert_eq!(files.next(), None, "{said}");
    (output, recording)
}

#[test]
fn every_model_answers_every_probe() {
    let folder = tempfile::tempdir().unwrap();
    let (output, recording) = costs(EXE, &["costs", "--quick", "--most", "4", "--out"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let probes = recording.costs.unwrap().probes;
    let bills = CostSummary::all(&probes);
    assert_eq!(bills.len(), models().len());
    for (bill, model) in bills.iter().zip(models()) {
        assert_eq!((bill.model(), bill.failure()), (model.name, None));
        assert!(bill.dispatch_ns().is_some() && bill.starting("sleep").is_some(), "{}", model.name);
        assert!(bill.wait_ns(3_000).unwrap() >= 3e6, "{}", model.name);
        assert_eq!(
            bill.most().map(|most| most.jobs),
            (model.concurrency != Concurrency::One).then_some(4),
            "{}",
            model.name
        );
    }
}

/// Address space for the stacks of more than 64 threads and of fewer than 256, whatever the allocator reserves for each.
#[cfg(target_os = "linux")]
const LIMITED: &str = "export MALLOC_ARENA_MAX=1; ulimit -v 450000; exec \"$0\" \"$@\"";

#[cfg(target_os = "linux")]
#[test]
fn thread_limit_fails_only_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let args =
        ["-c", LIMITED, EXE, "costs", "--quick", "--models", "threads,tokio-one", "--most", "2000", "--out"];
    let (output, recording) = costs("sh", &args, folder.path());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let probes = recording.costs.unwrap().probes;
    let bills = CostSummary::all(&probes);
    let [_, threads, tasks] = &bills[..] else { panic!("three models") };
    let most = threads.most().unwrap_or_else(|| panic!("{said}"));
    let (failed, why) = most.why_no_more.unwrap_or_else(|| panic!("{said}"));
    assert!(most.jobs < failed && !why.is_empty() && said.contains(why), "{said}");
    assert!(tasks.most().unwrap().why_no_more.is_none(), "{said}");
    assert_eq!(shared::running(folder.path().to_str().unwrap(), "environ"), [""; 0]);
}
