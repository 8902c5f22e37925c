//! What a recording does not disclose: folders. The reasons of failures come from the system, from interpreters and from other
//! programs, and name files.

use std::path::{Path, PathBuf};

use serde::Serializer;

/// Serializes the reason of a failure without folders.
///
/// # Errors
/// Those of the serializer.
pub(crate) fn reason<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_folders(text))
}

/// As [`reason`], where there may be none.
///
/// # Errors
/// Those of the serializer.
pub(crate) fn optional_reason<S: Serializer>(
    text: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match text {
        Some(text) => serializer.serialize_some(&without_folders(text)),
        None => serializer.serialize_none(),
    }
}

/// `text` with the last part of every absolute path alone: `.../stage`.
pub fn without_folders(text: &str) -> String {
    let mut rest = without_known_folders(text);
    let mut public = String::with_capacity(rest.len());
    while let Some(start) = start_of_path(&public, &rest) {
        let length = rest[start..].find(ends_path).unwrap_or(rest.len() - start);
        let path = rest[start..start + length].trim_end_matches(['/', '\\', '.', ':']);
        public.push_str(&rest[..start]);
        public.push_str("...");
        if let Some(last) = path.rfind(['/', '\\']) {
            public.push_str(&path[last..]);
        }
        rest = rest[start + path.len().max(1)..].to_owned();
    }
    public + &rest
}

/// `text` without the folders of this process, whose names may have spaces: `...` stands for each.
fn without_known_folders(text: &str) -> String {
    let mut folders: Vec<PathBuf> = Vec::new();
    for variable in ["BAKEOFF_STAGE", "HOME", "USERPROFILE", "TMPDIR"] {
        folders.extend(std::env::var_os(variable).map(PathBuf::from));
    }
    folders.push(std::env::temp_dir());
    folders.extend(std::env::current_dir());
    folders.extend(std::env::current_exe().ok().as_deref().and_then(Path::parent).map(Path::to_owned));
    // The longest first: some are inside others.
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.as_os_str().len()));
    let mut text = text.to_owned();
    for folder in folders {
        if folder.is_absolute() && folder.parent().is_some() {
            text = without_folder(&text, &folder.to_string_lossy());
        }
    }
    text
}

/// `text` with `...` for each path that is `folder` or in it: not for parts of other names.
fn without_folder(text: &str, folder: &str) -> String {
    let mut public = String::with_capacity(text.len());
    let mut before = 0;
    for (at, _) in text.match_indices(folder) {
        let is_inside = text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/".contains(c));
        let goes_on =
            text[at + folder.len()..].starts_with(|c: char| c.is_alphanumeric() || "._-".contains(c));
        if !is_inside && !goes_on {
            public += &text[before..at];
            public += "...";
            before = at + folder.len();
        }
    }
    public + &text[before..]
}

/// Where the first absolute path of `rest` begins, which stands behind `before`.
fn start_of_path(before: &str, rest: &str) -> Option<usize> {
    let mut previous = before.chars().next_back();
    for (at, c) in rest.char_indices() {
        let is_unix = c == '/' && begins_path(previous, &rest[at..]);
        let is_windows = c.is_ascii_alphabetic()
            && !previous.is_some_and(char::is_alphanumeric)
            && [":\\", ":/"].iter().any(|root| rest[at + 1..].starts_with(root))
            && !rest[at + 1..].starts_with("://");
        // A share of another machine, on Windows.
        let is_network = previous != Some('\\')
            && rest[at..].strip_prefix("\\\\").is_some_and(|name| name.starts_with(char::is_alphanumeric));
        if is_unix || is_windows || is_network {
            return Some(at);
        }
        previous = Some(c);
    }
    None
}

/// Whether the slash that `rest` begins with is the root: not that of a relative path, a fraction or an address.
fn begins_path(previous: Option<char>, rest: &str) -> bool {
    let is_inside = previous.is_some_and(|c| c.is_alphanumeric() || "._-~/%*$".contains(c));
    let is_address = previous == Some(':') && rest.starts_with("//") && !rest.starts_with("///");
    let has_name = rest.trim_start_matches('/').starts_with(|c: char| !c.is_whitespace() && !ends_path(c));
    !is_inside && !is_address && has_name
}

fn ends_path(c: char) -> bool {
    c.is_whitespace() || "\"'`,;()<>|*?".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_keep_their_last_part() {
        for (text, public) in [
            ("cannot make the folder /dev/shm/me/x: Read-only", "cannot make the folder .../x: Read-only"),
            ("/home/alice/out", ".../out"),
            ("File \"/home/alice/w.py\", line 3", "File \".../w.py\", line 3"),
            ("'/proc/24216/io' and (/etc/passwd).", "'.../io' and (.../passwd)."),
            ("--out=/home/alice/, then", "--out=.../alice/, then"),
            ("file:///home/alice/x", "file:.../x"),
            ("C:\\Users\\alice\\x.exe is gone", "...\\x.exe is gone"),
            ("no \\\\nas\\homes\\alice\\x there", "no ...\\x there"),
            ("\\\\?\\C:\\Users\\alice\\x", "\\\\?\\...\\x"),
            (
                "GET http://127.0.0.1:4711/5: 1/2 of hash/rayon/cores",
                "GET http://127.0.0.1:4711/5: 1/2 of hash/rayon/cores",
            ),
            ("3 / 4, a/b, ../c, ./d, ~/e", "3 / 4, a/b, ../c, ./d, ~/e"),
            ("nothing", "nothing"),
            ("/", "/"),
        ] {
            assert_eq!(without_folders(text), public, "{text}");
        }
    }

    #[test]
    fn known_folders_may_have_spaces() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(without_folders(&format!("no {}/a b/c", here.display())), "no .../a b/c");
        assert_eq!(
            without_folder("/t/a of hash/threads, /te/b: /t", "/t"),
            ".../a of hash/threads, /te/b: ..."
        );
    }
}
