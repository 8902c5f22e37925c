//! Every command that reads recordings, and what no output of them may have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bakeoff::internals::post::splice::{Part, begin, end};
use bakeoff::internals::record::plain::steers;
use regex::Regex;

use crate::mutation::MARK;

/// The most memory, in KiB: 500 MB.
const MEMORY: u64 = 500_000;

/// How long a command may take. A hang is found in any build; builds without optimisation are slower by an order of magnitude.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 120 } else { 10 });

/// The exit codes of commands that read; 1 would be a bug.
const EXITS: [i32; 5] = [0, 2, 4, 6, 7];

/// The command lines that read FILE, some of them with OTHER, which no mutation changed; they write into OUT.
pub(crate) const COMMANDS: [&str; 34] = [
    "report FILE",
    "report FILE --all",
    "report FILE --bars",
    "report FILE --bars --color always --ascii",
    "report FILE --section study",
    "report FILE --section evidence",
    "report FILE --section costs",
    "report FILE --section stories",
    "report FILE --workload noop",
    "report FILE --workload hash",
    "report FILE --format markdown",
    "report FILE --format csv",
    "report FILE --format json",
    "report FILE --html OUT/page.html",
    "report FILE OTHER --html OUT/page.html",
    "report FILE --chirpy OUT/post --repository https://example.org/x",
    "report FILE OTHER --splice OUT/spliced.md",
    "charts FILE --out OUT/charts",
    "charts OTHER FILE --out OUT/charts",
    "compare FILE OTHER",
    "compare OTHER FILE",
    "compare OTHER FILE --fail-on slower",
    "compare FILE OTHER --format markdown",
    "compare FILE OTHER --format csv",
    "compare FILE OTHER --format json",
    "scaling FILE OTHER",
    "scaling OTHER FILE --format markdown",
    "scaling FILE --format csv",
    "claims --from FILE",
    "claims --from FILE --from OTHER --format markdown",
    "claims --from FILE --format csv",
    "claims --from FILE --format json",
    "results show FILE",
    "results show --public FILE",
];

/// What became of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Shown,
    Refused,
}

/// What a command did.
struct Done {
    code: Option<i32>,
    texts: Vec<(String, Vec<u8>)>,
}

/// Runs a command on a mutated recording. What is wrong with it, if anything is.
pub(crate) fn read(command: &str, file: &Path, other: &Path, is_nonsense: bool) -> Result<Read, String> {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("spliced.md"), page()).unwrap();
    let mut words = Vec::new();
    for word in command.split(' ') {
        let out = out.path().to_str().unwrap();
        words.push(
            word.replace("FILE", file.to_str().unwrap())
                .replace("OTHER", other.to_str().unwrap())
                .replace("OUT", out),
        );
    }
    let done = run(&words, out.path())?;
    if !done.code.is_some_and(|code| EXITS.contains(&code)) {
        return Err(format!("it ended with {:?}: {}", done.code, texts(&done)));
    }
    for (name, bytes) in &done.texts {
        check(name, command, bytes)?;
    }
    let judges = ["report FILE", "report FILE --all", "report FILE --section study"].contains(&command);
    if is_nonsense && judges && done.code == Some(0) && !texts(&done).to_lowercase().contains("no verdict") {
        return Err("verdicts of nonsense".into());
    }
    Ok(if done.code == Some(4) { Read::Refused } else { Read::Shown })
}

/// A page with the markers of every part.
fn page() -> String {
    Part::ALL.map(|part| format!("{}\n{}\n", begin(part), end(part))).concat()
}

fn texts(done: &Done) -> String {
    let mut all = String::new();
    for (name, bytes) in done.texts.iter().take(2) {
        let text: String = String::from_utf8_lossy(bytes).chars().take(2_000).collect();
        all += &format!("{name}: {text}\n");
    }
    all
}

fn run(words: &[String], out: &Path) -> Result<Done, String> {
    let mut command = limited(env!("CARGO_BIN_EXE_bakeoff"));
    command.args(words).env("LANG", "C.UTF-8").env("RUST_BACKTRACE", "0").env_remove("LC_ALL");
    // Files and not pipes: nobody reads while it runs.
    let [stdout, stderr] = ["stdout", "stderr"].map(|name| out.join(name));
    command.stdin(Stdio::null()).stdout(fs::File::create(&stdout).unwrap());
    command.stderr(fs::File::create(&stderr).unwrap());
    let mut child = command.spawn().unwrap();
    let code = wait(&mut child)?;
    let mut done = Done { code, texts: vec![] };
    for path in [stdout, stderr] {
        done.texts.push((path.file_name().unwrap().to_str().unwrap().into(), fs::read(&path).unwrap()));
        fs::remove_file(path).unwrap();
    }
    for path in files(out) {
        if path.extension().is_some_and(|it| it == "png") {
            continue;
        }
        done.texts.push((path.file_name().unwrap().to_str().unwrap().into(), fs::read(&path).unwrap()));
    }
    Ok(done)
}

/// The program with at most [`MEMORY`], where that can be limited.
#[cfg(target_os = "linux")]
fn limited(program: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""), program]);
    command
}

#[cfg(not(target_os = "linux"))]
fn limited(program: &str) -> Command {
    let _ = MEMORY;
    Command::new(program)
}

fn wait(child: &mut Child) -> Result<Option<i32>, String> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return Ok(status.code());
        }
        if begun.elapsed() > LONGEST {
            child.kill().unwrap();
            child.wait().unwrap();
            return Err(format!("it took more than {LONGEST:?}"));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}

/// What no text may have: controls, and markup, templates or formulas of the recording.
fn check(name: &str, command: &str, bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|why| format!("{name}: {why}"))?;
    let styles = Regex::new("\u{1b}\\[(0|1|2|36)m").unwrap();
    let unstyled =
        if command.contains("--color always") { styles.replace_all(text, "") } else { text.into() };
    if let Some(c) = unstyled.chars().find(|&c| steers(c) && c != '\n') {
        return Err(format!("{name} has {c:?}"));
    }
    let ending = name.rsplit('.').next().unwrap_or_default();
    let format = match (ending, command) {
        ("html" | "svg" | "md" | "csv" | "json", _) => ending,
        ("stdout", _) if command.contains("--format markdown") => "md",
        ("stdout", _) if command.contains("--format csv") => "csv",
        ("stdout", _) if command.contains("--format json") => "json",
        _ => "text",
    };
    match format {
        "html" | "svg" => refuse(name, text, "<(b |script>|!-- )?qq77xx")?,
        // A backslash before them makes them text; Liquid knows none.
        "md" => {
            refuse(name, text, r"(^|[^\\])(\\\\)*<[^>\n]{0,30}qq77xx")?;
            refuse(name, text, r"\{[%{:][^}\n]{0,9}qq77xx|\{%-")?;
            refuse(name, text, r"(^|[^\\])(\\\\)*\]\((javascript|http)[^)\n]{0,30}qq77xx")?;
            refuse(name, text, "(?m)^# qq77xx")?;
        }
        "csv" => refuse(name, text, "(?m)(^|,)\"?[=@]qq77xx")?,
        "json" if !text.is_empty() => {
            serde_json::from_str::<serde_json::Value>(text).map_err(|why| format!("{name}: {why}"))?;
        }
        _ => {}
    }
    if format == "svg" {
        roxmltree::Document::parse(text).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

/// Fails where `pattern` is found, which has [`MARK`] in it.
fn refuse(name: &str, text: &str, pattern: &str) -> Result<(), String> {
    if !text.contains(MARK) {
        return Ok(());
    }
    match Regex::new(pattern).unwrap().find(text) {
        Some(found) => {
            Err(format!("{name} has {:?} of {pattern}", found.as_str().chars().take(200).collect::<String>()))
        }
        None => Ok(()),
    }
}
