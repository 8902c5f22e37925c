//! The costs of models, as requested by users, with generous and with tight resource limits.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::process::{Command, Output};

use bakeoff::internals::analysis::costs::AnalysedCosts;
use bakeoff::internals::model::{Concurrency, models, timers};
use bakeoff::internals::record::read::read;
use bakeoff::internals::record::schema::Recording;

#[cfg(target_os = "linux")]
mod shared;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

fn costs(program: &str, args: &[&str], folder: &Path) -> (Output, Recording) {
    let output = Command::new(program)
        .args(args)
        .arg(folder)
        .env("BAKEOFF_TEST", folder)
        .env("COLUMNS", "1000")
        .output()
        .unwrap();
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
    let costs = AnalysedCosts::of(&recording).unwrap();
    assert_eq!(costs.models.len(), models().len());
    let timers = timers(&models());
    for (summary, model) in costs.models.iter().zip(models()) {
        assert_eq!((summary.model(), summary.failure()), (model.name, None));
        assert!(summary.starting("sleep").is_some(), "{}", model.name);
        // Other systems do not tell what a process that has ended has used.
        assert_eq!(summary.cpu().is_some(), cfg!(unix), "{}", model.name);
        assert_eq!(summary.dispatch_ns().is_some(), model.concurrency != Concurrency::One, "{}", model.name);
        let wait_ns = summary.wait_ns(10_000).map(|wait| wait.value);
        let is_timer = timers.iter().any(|timer| timer.name == model.name);
        assert_eq!(wait_ns.is_some_and(|ns| ns >= 1e7), is_timer, "{}", model.name);
        // Others have as many jobs at once as there are cores, and no more.
        let takes_more = !matches!(model.concurrency, Concurrency::One | Concurrency::Cores);
        assert_eq!(summary.most().map(|most| most.jobs), takes_more.then_some(4), "{}", model.name);
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
    let costs = AnalysedCosts::of(&recording).unwrap();
    let [_, threads, tasks] = &costs.models[..] else { panic!("three models") };
    let most = threads.most().unwrap_or_else(|| panic!("{said}"));
    let (failed, why) = most.why_no_more.unwrap_or_else(|| panic!("{said}"));
    // A process that its runtime has ended leaves a message of several lines, which are one in a table.
    let begins: String = why.chars().take(30).collect();
    assert!(most.jobs < failed && !why.is_empty() && said.contains(&begins), "{said}");
    assert!(tasks.most().unwrap().why_no_more.is_none(), "{said}");
    assert_eq!(shared::running(folder.path().to_str().unwrap(), "environ"), [""; 0]);
}
