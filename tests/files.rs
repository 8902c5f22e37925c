//! Files: what studies read and write, and what they leave alone.
#![cfg(unix)]
#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what fails here fails the test, and what is skipped is told"
)]

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use bakeoff::internals::record::read::{parse, read};
use bakeoff::internals::record::schema::Recording;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

/// Nothing of these tests takes so long unless it hangs.
const HANGS: Duration = Duration::from_secs(120);

/// A folder in which everything of a test lies: outputs, temporary files, the home of the user, and what studies share.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        let room = Room(tempfile::tempdir().unwrap());
        for name in ["tmp", "home", "studies", "stage"] {
            fs::create_dir(room.path(name)).unwrap();
        }
        room
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program, in this folder.
    fn bakeoff(&self, args: &[&str]) -> Command {
        self.program(Path::new(EXE), args)
    }

    fn program(&self, program: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.0.path()).env_remove("XDG_DATA_HOME");
        for (name, folder) in [("TMPDIR", "tmp"), ("HOME", "home"), ("BAKEOFF_STUDIES", "studies")] {
            command.env(name, self.path(folder));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A copy of a committed recording.
    fn recording(&self, name: &str) {
        let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/2026-11-23-cloud-vm-2c");
        fs::copy(results.join("recording.json"), self.path(name)).unwrap();
    }

    /// The names in a folder.
    fn names(&self, folder: &str) -> Vec<String> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.path(folder)).unwrap() {
            names.push(entry.unwrap().file_name().into_string().unwrap());
        }
        names.sort();
        names
    }

    /// The recordings in a folder.
    fn recordings(&self, folder: &str) -> Vec<Recording> {
        let mut recordings = Vec::new();
        for name in self.names(folder) {
            if name.ends_with(".json") {
                recordings.push(read(&self.path(folder).join(name)).unwrap());
            }
        }
        recordings
    }

    fn pipe(&self, name: &str) {
        assert!(Command::new("mkfifo").arg(self.path(name)).status().unwrap().success());
    }

    /// Waits until the journal of a study is in this folder.
    fn wait_for_journal(&self, folder: &str) -> PathBuf {
        let start = Instant::now();
        while start.elapsed() < HANGS {
            for entry in fs::read_dir(self.path(folder)).into_iter().flatten().flatten() {
                if entry.path().extension() == Some("journal".as_ref())
                    && fs::read_to_string(entry.path()).is_ok_and(|text| text.contains("Round"))
                {
                    return entry.path();
                }
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("no study writes a journal into {folder}");
    }
}

/// The shortest study.
const STUDY: [&str; 4] = ["run", "^noop/sequential/", "--profile", "quick"];

/// A study of several seconds.
const LONG_STUDY: [&str; 2] = ["run", "^noop/(sequential|threads|rayon)/"];

/// How `command` ended: its exit code, and what it wrote. A command that hangs is killed, and fails the test.
fn ended(mut command: Command) -> (Option<i32>, String, String) {
    let said = format!("{command:?}");
    finished(command.spawn().unwrap(), &said)
}

fn finished(mut child: Child, command: &str) -> (Option<i32>, String, String) {
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read_out = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        out.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let read_err = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        err.read_to_end(&mut bytes).unwrap();
        bytes
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > HANGS {
            child.kill().unwrap();
            panic!("it hangs: {command}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(read_out.join().unwrap()), text(read_err.join().unwrap()))
}

#[test]
fn files_of_others_are_left_alone() {
    let room = Room::new();
    for command in [
        &["run", "^noop/sequential/", "--profile", "quick", "--out", "out"][..],
        &["sweep", "^noop/sequential/", "--profile", "quick", "--cores", "1", "--into", "out"],
        &["costs", "--quick", "--models", "sequential", "--out", "out"],
    ] {
        let _ = fs::remove_dir_all(room.path("out"));
        fs::create_dir(room.path("out")).unwrap();
        for (name, text) in [("ledger.journal", "2026-01-01 opening\n"), ("ledger.unreadable", "older\n")] {
            fs::write(room.path("out").join(name), text).unwrap();
        }
        fs::create_dir(room.path("out/x.journal")).unwrap();
        for name in ["out/a.journal", "out/cores-1.journal", "out/study-1-1.journal"] {
            room.pipe(name);
        }
        symlink("ledger.journal", room.path("out/cores-2.journal")).unwrap();
        let before = room.names("out");
        let (code, out, err) = ended(room.bakeoff(command));
        assert_eq!((code, err.contains("journal")), (Some(0), false), "{out}{err}");
        let mut after = room.names("out");
        after.retain(|name| !name.ends_with(".json"));
        assert_eq!(after, before, "{command:?}");
        for (name, text) in [("ledger.journal", "2026-01-01 opening\n"), ("ledger.unreadable", "older\n")] {
            assert_eq!(fs::read_to_string(room.path("out").join(name)).unwrap(), text);
        }
    }
}

#[test]
fn unusable_outputs_are_found_before_measuring() {
    let room = Room::new();
    fs::write(room.path("file"), "mine").unwrap();
    let long = "x".repeat(300);
    for args in [
        &["run", "^noop/", "--out", "file"][..],
        &["sweep", "^noop/", "--into", "file/x"],
        &["claims", "C1", "T3", "--out", "file"],
        &["evidence", "--out", "file/x"],
        &["costs", "--quick", "--out", "file"],
        &["story", "chess", "--out", "file"],
        &["story", "chess", "--trace", "nowhere/t.json"],
        &["story", "chess", "--trace", &long],
        &["story", "chess", "--chart", "file/c.svg", "--out", "good"],
    ] {
        let start = Instant::now();
        let (code, out, err) = ended(room.bakeoff(args));
        assert_eq!((code, out.as_str()), (Some(5), ""), "{args:?}: {err}");
        assert!(err.contains("cannot save") && !err.contains(".bakeoff-"), "{err}");
        assert!(start.elapsed() < Duration::from_secs(5), "{args:?} measured first");
    }
    assert_eq!(fs::read_to_string(room.path("file")).unwrap(), "mine");
}

#[test]
fn links_are_followed_and_streams_written_into() {
    let room = Room::new();
    room.recording("r.json");
    let page = "<!-- bakeoff: answer begins -->\n<!-- bakeoff: answer ends -->\n";
    fs::write(room.path("real.md"), page).unwrap();
    fs::write(room.path("real.html"), "old").unwrap();
    for (link, to) in [("l.md", "real.md"), ("l.html", "real.html"), ("new.html", "nowhere.html")] {
        symlink(to, room.path(link)).unwrap();
    }
    for (args, link, to) in [
        (&["--splice", "l.md"][..], "l.md", "real.md"),
        (&["--html", "l.html", "--force"], "l.html", "real.html"),
        (&["--html", "new.html"], "new.html", "nowhere.html"),
    ] {
        let (code, _, err) = ended(room.bakeoff(&[&["report", "r.json"], args].concat()));
        assert_eq!(code, Some(0), "{args:?}: {err}");
        assert!(
            room.path(link).is_symlink() && fs::metadata(room.path(to)).unwrap().len() > 1_000,
            "{args:?}"
        );
    }
    let (code, out, err) = ended(room.bakeoff(&["report", "r.json", "--html", "/dev/stdout"]));
    assert!(code == Some(0) && out.contains("</html>"), "{err}");
    room.pipe("pipe");
    let pipe = room.path("pipe");
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    let (code, _, err) = ended(room.bakeoff(&["report", "r.json", "--html", "pipe"]));
    assert!(code == Some(0) && reader.join().unwrap().contains("</html>"), "{err}");
    assert!(!room.path("pipe").is_file());
    let (code, _, err) = ended(room.bakeoff(&["report", "r.json", "--html", "pipe"]));
    assert!(code == Some(2) && err.contains("nobody reads"), "{code:?} {err}");
}

#[test]
fn inputs_are_never_overwritten() {
    let room = Room::new();
    room.recording("r.json");
    let before = fs::read(room.path("r.json")).unwrap();
    symlink("r.json", room.path("link.svg")).unwrap();
    for args in [
        &["report", "r.json", "--html", "r.json", "--force"][..],
        &["report", "r.json", "--html", "link.svg", "--force"],
        &["report", "link.svg", "--html", "r.json", "--force"],
        &["report", "r.json", "--splice", "r.json"],
    ] {
        let (code, _, err) = ended(room.bakeoff(args));
        assert!(code == Some(2) && err.contains("is read too"), "{args:?}: {err}");
    }
    fs::create_dir(room.path("charts")).unwrap();
    symlink("../r.json", room.path("charts/matrix.svg")).unwrap();
    let (code, _, err) = ended(room.bakeoff(&["charts", "r.json", "--out", "charts", "--force"]));
    assert!(code == Some(2) && err.contains("is read too"), "{err}");
    assert_eq!((room.names("charts").len(), fs::read(room.path("r.json")).unwrap()), (1, before));
}

#[test]
fn post_with_an_existing_file_writes_nothing() {
    let room = Room::new();
    room.recording("r.json");
    fs::create_dir(room.path("post")).unwrap();
    fs::write(room.path("post/cells.csv"), "mine").unwrap();
    let (code, _, err) = ended(room.bakeoff(&["report", "r.json", "--chirpy", "post"]));
    assert!(code == Some(2) && err.contains("cells.csv"), "{err}");
    assert_eq!(room.names("post"), ["cells.csv"]);
}

#[test]
fn reading_commands_wait_for_no_pipe() {
    let room = Room::new();
    room.recording("r.json");
    room.pipe("pipe");
    for args in [
        &["report", "pipe"][..],
        &["compare", "r.json", "pipe"],
        &["scaling", "pipe"],
        &["charts", "pipe", "--out", "charts"],
        &["results", "show", "pipe"],
        &["claims", "--from", "pipe"],
        &["costs", "--quick", "--from", "pipe"],
    ] {
        let (code, _, err) = ended(room.bakeoff(args));
        assert!(code == Some(4) && err.contains("no regular file"), "{args:?}: {code:?} {err}");
    }
    let mut piped = room.bakeoff(&["report", "/dev/stdin"]);
    let recording = fs::File::open(room.path("r.json")).unwrap();
    let (code, out, err) = ended({
        piped.stdin(recording);
        piped
    });
    assert!(code == Some(0) && out.contains("Which tool is best"), "what is given open is read: {err}");
}

#[test]
fn locks_of_others_are_not_waited_for() {
    let room = Room::new();
    room.pipe("studies/bakeoff-studies.lock");
    for held in [false, true] {
        let lock = room.path("studies/bakeoff-studies.lock");
        if held {
            fs::remove_file(&lock).unwrap();
        }
        let file = held.then(|| fs::File::create(&lock).unwrap());
        if let Some(file) = &file {
            file.lock().unwrap();
        }
        let (code, out, err) = ended(room.bakeoff(&STUDY));
        assert!(code == Some(0) && out.contains("whether another study ran is not known"), "{out}{err}");
    }
}

#[test]
fn leftovers_of_killed_runs_are_removed() {
    let room = Room::new();
    room.recording("r.json");
    fs::create_dir(room.path("out")).unwrap();
    let (ours, other) = (room.path("out/.bakeoff-Ab3dEf"), room.path("out/.bakeoff-notes.txt"));
    for args in [
        &[&STUDY[..], &["--out", "out"]].concat()[..],
        &["charts", "r.json", "--out", "out"],
        &["report", "r.json", "--html", "out/page.html"],
    ] {
        for path in [&ours, &other] {
            let file = fs::File::create(path).unwrap();
            file.set_modified(std::time::SystemTime::now() - Duration::from_secs(3_600)).unwrap();
        }
        let (code, _, err) = ended(room.bakeoff(args));
        assert_eq!((code, ours.exists(), other.exists()), (Some(0), false, true), "{args:?}: {err}");
    }
}

#[test]
fn failed_set_up_is_no_success() {
    let room = Room::new();
    fs::write(room.path("file"), "").unwrap();
    let mut run = room.bakeoff(&["run", "^(save|noop)/sequential/", "--profile", "quick", "--out", "out"]);
    let (code, out, err) = ended({
        run.env("BAKEOFF_STAGE", room.path("file"));
        run
    });
    assert!(code == Some(3) && out.contains("cannot make a folder"), "{out}{err}");
}

#[test]
fn recording_outlives_its_folder() {
    let room = Room::new();
    let study = room.bakeoff(&[&LONG_STUDY[..], &["--out", "out"]].concat()).spawn().unwrap();
    room.wait_for_journal("out");
    fs::remove_dir_all(room.path("out")).unwrap();
    Command::new("kill").args(["-INT", &study.id().to_string()]).status().unwrap();
    let (code, out, err) = finished(study, "a study");
    assert!(code == Some(5) && out.contains("noop"), "the results are shown: {out}{err}");
    let [recording] = &room.recordings("home/.local/share/bakeoff")[..] else { panic!("one recording") };
    assert!(recording.partial && err.contains("home/.local/share/bakeoff/study-"), "{err}");
    assert!(!err.contains(".journal"), "no file is named that is not there: {err}");
}

#[test]
fn recording_without_any_folder_is_printed() {
    let room = Room::new();
    let mut study = room.bakeoff(&[&LONG_STUDY[..], &["--out", "out"]].concat());
    study.env("TMPDIR", "/proc/nowhere").env("HOME", "/proc/nowhere");
    let study = study.spawn().unwrap();
    room.wait_for_journal("out");
    fs::remove_dir_all(room.path("out")).unwrap();
    Command::new("kill").args(["-INT", &study.id().to_string()]).status().unwrap();
    let (code, out, err) = finished(study, "a study");
    let printed = &out[out.find("{\"schema\"").unwrap_or_else(|| panic!("no recording: {out}{err}"))..];
    assert!(code == Some(5) && parse(printed.as_bytes()).unwrap().partial, "{err}");
}

#[test]
fn limit_of_file_sizes_is_told() {
    let room = Room::new();
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -f 1; exec \"$@\"", "sh"]);
    let study = room.bakeoff(&[&STUDY[..], &["--out", "out"]].concat());
    limited.arg(study.get_program()).args(study.get_args()).current_dir(room.0.path());
    limited.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (code, _, err) = ended(limited);
    assert!(code == Some(5) && err.contains("ulimit -f"), "{code:?} {err}");
    assert!(room.names("out").is_empty(), "{:?}", room.names("out"));
}

#[test]
fn studies_after_a_kill_recover_it_once() {
    let room = Room::new();
    let mut killed = room.bakeoff(&[&LONG_STUDY[..], &["--out", "out"]].concat()).spawn().unwrap();
    room.wait_for_journal("out");
    killed.kill().unwrap();
    killed.wait().unwrap();
    let mut studies = Vec::new();
    for _ in 0..4 {
        studies.push(room.bakeoff(&[&STUDY[..], &["--out", "out"]].concat()).spawn().unwrap());
    }
    let mut told = String::new();
    for study in studies {
        let (code, _, err) = finished(study, "a study");
        assert_eq!(code, Some(0), "{err}");
        told += &err;
    }
    assert_eq!(told.matches("was ended before it was saved").count(), 1, "{told}");
    let names = room.names("out");
    assert_eq!(names.iter().filter(|name| name.ends_with(".recovered.json")).count(), 1, "{names:?}");
    assert_eq!((names.len(), room.recordings("out").len()), (5, 5), "{names:?}");
}

#[test]
fn sweep_killed_twice_goes_on() {
    let room = Room::new();
    let sweep = ["sweep", "^noop/(sequential|threads|rayon)/", "--cores", "1", "--into", "out"];
    let modified = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    for first in [None, Some(room.path("out/cores-1.recovered.json"))] {
        let mut killed = room.bakeoff(&sweep).spawn().unwrap();
        let mut journal = room.wait_for_journal("out");
        // The journal of the first sweep is no longer meant once it is recovered.
        while first.as_ref().is_some_and(|first| !first.exists() || modified(&journal) <= modified(first)) {
            journal = room.wait_for_journal("out");
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
        // The study of a sweep ends with it.
        let start = Instant::now();
        // Unlocked at once: a process that another test starts meanwhile has this file too until it is another program.
        let is_unlocked =
            || fs::File::open(&journal).is_ok_and(|file| file.try_lock().is_ok() && file.unlock().is_ok());
        while !is_unlocked() {
            assert!(start.elapsed() < HANGS, "the study goes on");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let quick = ["sweep", "^noop/sequential/", "--profile", "quick", "--cores", "1", "--into", "out"];
    let (code, _, err) = ended(room.bakeoff(&quick));
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(room.names("out"), ["cores-1-2.recovered.json", "cores-1.json", "cores-1.recovered.json"]);
}

#[test]
fn claims_keep_their_study_in_their_folder() {
    let room = Room::new();
    let mut claims = room.bakeoff(&["claims", "K4", "--profile", "quick", "--out", "out"]);
    let claims = claims.env("BAKEOFF_STAGE", room.path("stage")).spawn().unwrap();
    room.wait_for_journal("out");
    Command::new("kill").args(["-INT", &claims.id().to_string()]).status().unwrap();
    let (code, _, err) = finished(claims, "claims");
    assert_eq!(code, Some(130), "{err}");
    let names = room.names("out");
    assert!(names.len() == 1 && names[0].starts_with("claims-"), "{names:?}");
    assert!(room.names("stage").is_empty(), "{:?}", room.names("stage"));
}

#[test]
fn recordings_go_beside_builds_or_to_their_user() {
    let room = Room::new();
    for (program, folder) in
        [("v/target/release/bakeoff", "v/target/bakeoff"), ("bin/bakeoff", "home/.local/share/bakeoff")]
    {
        let program = room.path(program);
        fs::create_dir_all(program.parent().unwrap()).unwrap();
        fs::copy(EXE, &program).unwrap();
        let mut study = room.program(&program, &STUDY);
        let (code, out, err) = ended({
            study.env("COLUMNS", "400");
            study
        });
        assert!(code == Some(0) && out.contains(&format!("{folder}/study-")), "{out}{err}");
        assert_eq!(room.recordings(folder).len(), 1);
    }
    let mut homeless = room.program(&room.path("bin/bakeoff"), &STUDY);
    let (code, out, err) = ended({
        homeless.env("HOME", "/proc/nowhere").env("COLUMNS", "400");
        homeless
    });
    assert!(code == Some(0) && err.contains("recordings go to"), "{err}");
    assert!(out.contains("/tmp/bakeoff-recordings-"), "{out}");
}

/// Systems without something, by a library that takes it away.
mod lacking {
    use super::*;

    /// The library, if there is a C compiler and a linker that preloads it.
    fn shim(room: &Room) -> Option<PathBuf> {
        let library = room.path("shim.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shared/shim.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
        let made = compiler.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if !made || !cfg!(target_os = "linux") {
            eprintln!("skipped: no C compiler, or no library that can be preloaded");
            return None;
        }
        Some(library)
    }

    fn lacking(what: &str, shim: &Path, mut command: Command) -> Command {
        command.env("MISSING", what).env("LD_PRELOAD", shim);
        command
    }

    #[test]
    fn missing_locks_or_flushing_stop_no_study() {
        let room = Room::new();
        let Some(shim) = shim(&room) else { return };
        for what in ["locks", "read-only locks", "folder flushing"] {
            let _ = fs::remove_dir_all(room.path("out"));
            let study = room.bakeoff(&[&STUDY[..], &["--out", "out"]].concat());
            let (code, _, err) = ended(lacking(what, &shim, study));
            assert_eq!((code, err.as_str()), (Some(0), ""), "without {what}");
            let names = room.names("out");
            assert!(names.len() == 1 && names[0].ends_with(".json"), "without {what}: {names:?}");
        }
    }

    #[test]
    fn running_study_keeps_its_journal_without_locks() {
        let room = Room::new();
        let Some(shim) = shim(&room) else { return };
        for (what, recovered) in [("read-only locks", true), ("locks", false)] {
            let _ = fs::remove_dir_all(room.path("out"));
            let study = room.bakeoff(&[&LONG_STUDY[..], &["--out", "out"]].concat());
            let mut running = lacking(what, &shim, study).spawn().unwrap();
            let journal = room.wait_for_journal("out");
            let quick = || room.bakeoff(&[&STUDY[..], &["--out", "out"]].concat());
            let (code, _, err) = ended(lacking(what, &shim, quick()));
            assert!(code == Some(0) && journal.exists(), "without {what}: {err}");
            running.kill().unwrap();
            running.wait().unwrap();
            let kept = read(&journal).unwrap();
            assert!(kept.partial && !kept.study.unwrap().launches.is_empty(), "a journal can be read");
            let (code, _, err) = ended(lacking(what, &shim, quick()));
            assert!(code == Some(0) && journal.exists() != recovered, "without {what}: {err}");
            let told = if recovered { "was ended before it was saved" } else { "bakeoff report" };
            assert!(err.contains(told), "without {what}: {err}");
        }
    }
}

/// Several users, which only the first of them can arrange.
mod users {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;

    use super::*;

    fn is_root() -> bool {
        let id = Command::new("id").arg("-u").output();
        let is_root = id.is_ok_and(|Output { stdout, .. }| stdout == b"0\n");
        if !is_root {
            eprintln!("skipped: only root can be several users");
        }
        is_root
    }

    /// A room that all users can use, with the program in it.
    fn shared_room() -> Room {
        let room = Room::new();
        fs::copy(EXE, room.path("bakeoff")).unwrap();
        for (name, mode) in [(".", 0o755), ("tmp", 0o1777), ("studies", 0o1777), ("bakeoff", 0o755)] {
            fs::set_permissions(room.path(name), PermissionsExt::from_mode(mode)).unwrap();
        }
        room
    }

    #[test]
    fn users_of_one_program_do_not_meet_in_folders() {
        if !is_root() {
            return;
        }
        let room = shared_room();
        for user in [1, 65_534] {
            // The home is root's.
            let mut study = room.program(&room.path("bakeoff"), &STUDY);
            let (code, out, err) = ended({
                study.uid(user).gid(user);
                study
            });
            assert_eq!(code, Some(0), "{user}: {out}{err}");
        }
    }

    #[test]
    fn journals_of_other_users_are_left_to_them() {
        if !is_root() {
            return;
        }
        let room = shared_room();
        fs::create_dir(room.path("out")).unwrap();
        fs::set_permissions(room.path("out"), PermissionsExt::from_mode(0o1777)).unwrap();
        let program = room.path("bakeoff");
        let study = |words: &[&str], user| {
            let mut study = room.program(&program, &[words, &["--out", "out"]].concat());
            study.uid(user).gid(user);
            study
        };
        let mut killed = study(&LONG_STUDY, 1).spawn().unwrap();
        let journal = room.wait_for_journal("out");
        killed.kill().unwrap();
        killed.wait().unwrap();
        for (user, is_left) in [(65_534, true), (0, true), (1, false)] {
            let (code, _, err) = ended(study(&STUDY, user));
            assert_eq!((code, journal.exists()), (Some(0), is_left), "{user}: {err}");
        }
    }

    #[test]
    fn studies_of_two_users_see_each_other() {
        if !is_root() {
            return;
        }
        let room = shared_room();
        let mut studies = Vec::new();
        for user in [1, 65_534] {
            let out = format!("out-{user}");
            fs::create_dir(room.path(&out)).unwrap();
            fs::set_permissions(room.path(&out), PermissionsExt::from_mode(0o777)).unwrap();
            let mut study =
                room.program(&room.path("bakeoff"), &[&LONG_STUDY[..], &["--out", &out]].concat());
            study.uid(user).gid(user);
            studies.push(study.spawn().unwrap());
            room.wait_for_journal(&out);
        }
        for study in studies {
            Command::new("kill").args(["-INT", &study.id().to_string()]).status().unwrap();
            finished(study, "a study");
        }
        let [second] = &room.recordings("out-65534")[..] else { panic!("one recording") };
        let checks = &second.study.as_ref().unwrap().idle_checks;
        assert!(!checks.is_empty() && checks[0].alone == Some(false), "{checks:?}");
    }
}
