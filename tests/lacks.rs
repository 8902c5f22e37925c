//! What a machine lacks is told as not available, with its reason and exit code 0, by every command alike; what fails there
//! for another reason has failed.
#![cfg(target_os = "linux")]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use bakeoff::internals::model::cpython::{InterpreterChoice, find};
use tempfile::TempDir;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// A machine that may lack something: a private folder for temporary files and recordings.
struct Machine {
    folder: TempDir,
    /// What takes things away from programs, if there is a C compiler.
    lacking: Option<PathBuf>,
}

/// How a program ended, and what it printed, without its line breaks.
#[derive(Debug)]
struct Outcome {
    code: Option<i32>,
    said: String,
}

impl Machine {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("lacking.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shared/lacking.c");
        let mut compile = Command::new("cc");
        compile.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
        let is_made = compile.output().is_ok_and(|output| output.status.success());
        if !is_made {
            eprintln!("skipped: no C compiler takes anything away from this machine");
        }
        Machine { lacking: is_made.then_some(library), folder }
    }

    /// Runs bakeoff with these `words` where `what` is lacking; `None` without a C compiler.
    fn without(&self, what: &str, words: &str) -> Option<Outcome> {
        let mut command = self.bakeoff(words);
        command.env("LD_PRELOAD", self.lacking.as_ref()?).env("LACKING", what);
        Some(outcome(&mut command))
    }

    /// Runs a script of the shell in which `$bakeoff` is the program and `$folder` an empty folder.
    fn shell(&self, script: &str) -> Outcome {
        outcome(&mut self.sh(script))
    }

    /// The same as root of namespaces of its own, whose mounts and networks are nobody else's; `None` where it may not.
    fn apart(&self, script: &str) -> Option<Outcome> {
        let sh = self.sh(script);
        let mut command = Command::new("unshare");
        command.args(["--mount", "--net"]).arg(sh.get_program()).args(sh.get_args());
        command.envs(sh.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let outcome = outcome(&mut command);
        if outcome.said.contains("unshare:") {
            eprintln!("skipped: no namespaces without root");
            return None;
        }
        Some(outcome)
    }

    fn sh(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-ec", script]).env("bakeoff", EXE).env("folder", self.folder.path());
        command.env("TMPDIR", self.folder.path());
        command
    }

    fn bakeoff(&self, words: &str) -> Command {
        let mut command = Command::new(EXE);
        command.args(words.split(' ')).env("TMPDIR", self.folder.path());
        if words.starts_with("run ") {
            command.args(["--profile", "quick", "--out"]).arg(self.folder.path().join("out"));
        }
        command
    }
}

fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let words: Vec<String> = String::from_utf8(said).unwrap().split_whitespace().map(str::to_owned).collect();
    Outcome { code: output.status.code(), said: words.join(" ") }
}

impl Outcome {
    /// It ended well, and told that something is not available here for this reason.
    fn is_lacking(&self, why: &str) -> bool {
        let told = self.said.contains("not available:") || self.said.contains("not measured:");
        self.code == Some(0) && told && self.said.contains(why) && !self.said.contains("FAILED")
    }
}

#[test]
fn machine_without_loopback_lacks_http() {
    let machine = Machine::new();
    for lacking in ["sockets", "ports", "connections"] {
        for words in ["verify ^http/sequential", "run ^http/sequential"] {
            let Some(outcome) = machine.without(lacking, words) else { return };
            let why = "programs of this machine can't";
            assert!(outcome.is_lacking(why), "{words} without {lacking}: {outcome:?}");
        }
    }
    let Some(outcome) = machine.apart("$bakeoff verify ^http/sequential") else { return };
    assert!(outcome.is_lacking("Network is unreachable"), "{outcome:?}");
}

#[test]
fn machine_without_its_name_lacks_only_names() {
    let Some(outcome) = Machine::new().without("names", "evidence --models tokio-one") else { return };
    let why = "this machine does not know the name localhost";
    assert!(outcome.code == Some(0) && outcome.said.contains(why), "{outcome:?}");
}

#[test]
fn files_that_stay_cached_are_never_cold() {
    let machine = Machine::new();
    for words in ["verify ^(cold-file|save)/sequential", "run ^(cold-file|save)/sequential"] {
        let Some(outcome) = machine.without("eviction", words) else { return };
        assert!(outcome.is_lacking("files can't be") || outcome.said.contains("on a disk"), "{outcome:?}");
    }
}

#[test]
fn memory_behind_an_overlay_is_no_disk() {
    let script = "mkdir $folder/m; mount -t tmpfs none $folder/m; cd $folder/m; mkdir upper work lower merged
        mount -t overlay none -o lowerdir=lower,upperdir=upper,workdir=work merged
        BAKEOFF_STAGE=$folder/m/merged $bakeoff verify '^(save|cold-file)/sequential'";
    let Some(outcome) = Machine::new().apart(script) else { return };
    assert!(outcome.is_lacking("does not reach a device"), "{outcome:?}");
    assert!(outcome.said.ends_with("0 cells verified, 0 failed, 2 not available"), "{outcome:?}");
}

/// The option that asks for an interpreter of this machine.
fn python() -> Option<String> {
    let found = find(&InterpreterChoice::Newest)[0];
    if found.facts.is_err() {
        eprintln!("skipped: no python3 on this machine");
        return None;
    }
    Some(format!("--python={}", found.path.display()))
}

#[test]
fn processes_whose_reads_nobody_counts_are_measured() {
    let (machine, Some(python)) = (Machine::new(), python()) else { return };
    for command in ["verify", "run"] {
        let words = format!("{command} ^(noop|cold-file)/py-(loop|multiprocessing) {python}");
        let Some(outcome) = machine.without("io counts", &words) else { return };
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        // In memory, nothing is cold to begin with.
        let is_told = outcome.said.contains("does not tell what these processes read");
        assert!(command == "run" || is_told || outcome.said.contains("on a disk"), "{outcome:?}");
    }
}

#[test]
fn processes_without_shared_memory_are_lacking() {
    let Some(python) = python() else { return };
    let script = format!(
        "mount -t tmpfs -o ro none /dev/shm
        $bakeoff verify '^noop/py-(loop|multi)' {python}
        $bakeoff run '^noop/py-multi' {python} --profile quick --out $folder/out
        $bakeoff story four {python}"
    );
    let Some(outcome) = Machine::new().apart(&script) else { return };
    assert!(
        outcome.is_lacking("can't share semaphores here (OSError: Read-only file system)"),
        "{outcome:?}"
    );
    assert!(outcome.said.contains("1 cells verified, 0 failed, 1 not available"), "{outcome:?}");
}

#[test]
fn long_temporary_folder_refutes_nothing() {
    let Some(python) = python() else { return };
    let script =
        format!("long=$folder/{}; mkdir $long; TMPDIR=$long $bakeoff story four {python}", "x".repeat(100));
    let outcome = Machine::new().shell(&script);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let sentence = "start=forkserver guard=yes: 4 of 4 tasks were done";
    assert!(
        outcome.said.contains(sentence) || outcome.said.contains("no socket can be bound"),
        "{outcome:?}"
    );
}

#[test]
fn soft_limit_of_open_files_is_raised() {
    let outcome = Machine::new().shell(
        "ulimit -Sn 40; $bakeoff verify '^sleep/(processes|prefork|threads)'
        $bakeoff run '^sleep/(sequential|processes)' --profile quick --out $folder/out",
    );
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn missing_thread_is_named_and_nothing_hangs() {
    // As another user, who may have few threads: root has no such limit.
    let script = "test $(id -u) = 0 && command -v setpriv prlimit >$folder/which || { echo skipped; exit 0; }
        mkdir $folder/o; cp $bakeoff $folder/o/bakeoff; chmod 777 $folder $folder/o; cd /
        export BAKEOFF_STAGE=$folder/o RUST_BACKTRACE=0
        for threads in 1 2 3 14; do
          timeout 60 prlimit --nproc=$threads setpriv --reuid=47114 --regid=47114 --clear-groups \\
            $folder/o/bakeoff verify '^(noop|sleep)/(tokio|rayon|crossbeam)' || test $? = 3
        done";
    let outcome = Machine::new().shell(script);
    if outcome.said == "skipped" {
        eprintln!("skipped: only root can be another user with few threads");
        return;
    }
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let advice = "raise the limit on processes (ulimit -u, or the container's pids limit)";
    let (failed, advised) = (outcome.said.matches("FAILED:").count(), outcome.said.matches(advice).count());
    assert!(failed > 0 && failed == advised, "{failed} failed, {advised} advised: {}", outcome.said);
}

#[test]
fn system_without_proc_is_named() {
    let script = "umount -l /proc; cd $folder
        for words in 'verify ^noop' 'run ^noop' 'sweep ^noop --into s' 'evidence' 'claims T3' 'story cakes' 'costs --quick'; do
          $bakeoff $words && exit 1 || test $? = 3
        done";
    let Some(outcome) = Machine::new().apart(script) else { return };
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.said.matches("for which /proc has to be mounted").count(), 7, "{outcome:?}");
}

#[test]
fn place_without_room_for_files_is_a_failure() {
    let machine = Machine::new();
    for words in ["verify ^(save|noop)/sequential", "run ^(save|noop)/sequential"] {
        let outcome = outcome(machine.bakeoff(words).env("BAKEOFF_STAGE", "/proc"));
        assert_eq!(outcome.code, Some(3), "{words}: {outcome:?}");
        assert!(outcome.said.contains("cannot make a folder in"), "{words}: {outcome:?}");
    }
}
