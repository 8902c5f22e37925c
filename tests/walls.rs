//! Rooms of `src/` use only those below them.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::Path;

use regex::Regex;

/// From the ground up, as `lib.rs` lists them.
const ROOMS: [&str; 12] = [
    "stats", "record", "engine", "child", "model", "workload", "machine", "study", "analysis", "report",
    "post", "cmd",
];

/// Files (or the folders of several) that use a room above theirs, the room, and why.
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

fn place(room: &str) -> usize {
    let place = ROOMS.iter().position(|known| *known == room);
    place.unwrap_or_else(|| panic!("src/{room} has no place in the list of rooms"))
}

/// Adds file and room of each use of a higher room under `folder` to `found`; unit tests may look anywhere.
fn find_upward_uses(src: &Path, folder: &Path, found: &mut Vec<(String, String)>) {
    let tests = Regex::new(r"#\[cfg\((all\()?test.*\]\s+(pub\S* )?mod tests").unwrap();
    let used = Regex::new(r"\bcrate::(\w+|\{)").unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = path.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/");
        if path.is_dir() {
            find_upward_uses(src, &path, found);
            continue;
        }
        let Some((room, _)) = file.split_once('/') else { continue };
        if !file.ends_with(".rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let code = tests.split(&text).next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for name in used.captures_iter(line) {
                assert_ne!(&name[1], "{", "src/{file}: one room a line: {line}");
                let is_room = src.join(&name[1]).is_dir();
                if is_room && place(&name[1]) > place(room) {
                    found.push((file.clone(), name[1].to_owned()));
                }
            }
        }
    }
}

#[test]
fn rooms_use_only_those_below() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut upward = Vec::new();
    find_upward_uses(&src, &src, &mut upward);
    let mut needed = [false; EXCEPTIONS.len()];
    upward.retain(|(file, room)| {
        let known = EXCEPTIONS.iter().position(|(known, to, _)| file.starts_with(known) && room == to);
        known.map(|index| needed[index] = true).is_none()
    });
    assert!(upward.is_empty(), "these use a room above theirs: {upward:?}");
    let left = needed.iter().filter(|needed| **needed).count();
    eprintln!("{left} exceptions; {} of the list are no longer needed", EXCEPTIONS.len() - left);
}

/// Files that write to a standard stream themselves, and why.
const WRITERS: [(&str, &str); 6] = [
    ("record/plain.rs", "all that is told beside results goes through it"),
    ("cmd/out.rs", "all results go through it"),
    ("cmd/terminal.rs", "asks what the terminal can do, and writes nothing"),
    ("cmd/progress.rs", "a line that clears itself"),
    ("child/channel.rs", "frames for the parent"),
    ("post/browser.rs", "tests alone"),
];

#[test]
fn all_text_leaves_through_the_escaper() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let writes =
        Regex::new(r"\be?print(ln)?!|\bstdout\(\)(\.lock\(\))?\s*[,).;]|\bstderr\(\)\.(lock|write)").unwrap();
    let mut found = Vec::new();
    find_lines(&src, &src, &writes, &mut found);
    found.retain(|line| WRITERS.iter().all(|(file, _)| !line.starts_with(file)));
    assert!(found.is_empty(), "use cmd::out::Out or record::plain::tell: {found:#?}");
}

/// Adds the lines of code under `folder` in which `wanted` is found, each with its file.
fn find_lines(src: &Path, folder: &Path, wanted: &Regex, found: &mut Vec<String>) {
    let tests = Regex::new(r"#\[cfg\((all\()?test.*\]\s+(pub\S* )?mod tests").unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_lines(src, &path, wanted, found);
            continue;
        }
        let file = path.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&text);
        for line in tests.split(&text).next().unwrap().lines().filter(|line| wanted.is_match(line)) {
            if line.trim_start().starts_with("//") {
                continue;
            }
            found.push(format!("{file}: {}", line.trim()));
        }
    }
}
