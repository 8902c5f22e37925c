//! What is shown fits the terminal, and has only what the terminal can show.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::process::Command;

/// The folder of a recording with CPython, costs and two core counts, and others of other machines and versions.
const FULL: &str = "results/2026-11-26-cloud-vm-python-2c";
const OLD: &str = "results/2026-11-23-cloud-vm-sweep-2c";

const WIDTHS: [usize; 3] = [80, 120, 200];

/// Every table that is drawn of recordings, and those of registries.
fn commands() -> Vec<Vec<String>> {
    let (study, costs, old) =
        (format!("{FULL}/recording.json"), format!("{FULL}/costs.json"), format!("{OLD}/recording.json"));
    let cores = [1, 2].map(|cores| format!("{FULL}/cores-{cores}.json"));
    let mut commands = vec![
        vec!["list"],
        vec!["story"],
        vec!["report", &costs, "--section", "costs"],
        vec!["compare", &study, &old],
        vec!["compare", &old, &old],
        vec!["scaling", &cores[0], &cores[1]],
        vec!["claims", "--from", &study, "--from", &costs],
        vec!["claims", "--from", &study, "C1", "K3", "A1"],
        vec!["results", "show", &study, &costs],
        vec!["results", "show", "--public", &study],
    ];
    for file in [&study, &old] {
        commands.extend([
            vec!["report", file],
            vec!["report", file, "--all"],
            vec!["report", file, "--bars"],
        ]);
        for section in ["study", "evidence", "stories"] {
            commands.push(vec!["report", file, "--section", section]);
        }
        for workload in ["noop", "save", "cake"] {
            commands.push(vec!["report", file, "--workload", workload]);
        }
    }
    commands.iter().map(|words| words.iter().map(|word| (*word).to_owned()).collect()).collect()
}

/// What a command writes with these variables; it writes to a pipe.
fn written(words: &[String], variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bakeoff"));
    command.args(words).current_dir(env!("CARGO_MANIFEST_DIR"));
    for name in ["COLUMNS", "TERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The lines of more than `width` columns. Addresses and paths stay in one piece, to be copied.
fn too_long(text: &str, width: usize) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.retain(|line| line.chars().count() > width && line.trim().contains(' '));
    lines
}

#[test]
fn every_table_fits_the_terminal() {
    for words in commands() {
        for width in WIDTHS {
            let text = written(&words, &[("COLUMNS", &width.to_string()), ("LANG", "C.UTF-8")]);
            assert!(text.lines().count() > 1, "{words:?}: {text}");
            assert_eq!(too_long(&text, width), [""; 0], "{words:?} at {width}");
        }
    }
}

#[test]
fn wider_terminals_show_more_columns() {
    let words = ["report", &format!("{FULL}/recording.json"), "--workload", "hash"].map(str::to_owned);
    let at = |width: &str| written(&words, &[("COLUMNS", width)]);
    let narrow = at("80");
    let note = narrow.lines().find(|line| line.starts_with("Left out at 80 columns: ")).unwrap();
    assert!(note.contains("CPU") && narrow.contains("COLUMNS="), "{narrow}");
    assert!(!at("200").contains("Left out") && at("200").contains("CPU"));
    assert_eq!(written(&words, &[]), narrow, "an output that is no terminal has 80 columns");
}

#[test]
fn dumb_terminals_and_c_locales_get_ascii_alone() {
    let bars = ["report", &format!("{FULL}/recording.json"), "--bars"].map(str::to_owned);
    assert!(!written(&bars, &[("LANG", "C.UTF-8")]).is_ascii());
    for words in commands() {
        for variables in [
            &[("TERM", "dumb"), ("LANG", "C.UTF-8")][..],
            &[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")],
            &[("LC_CTYPE", "POSIX"), ("LANG", "en_US.UTF-8")],
        ] {
            // Consoles of Windows show all characters, whatever these variables of Unix say.
            if cfg!(windows) && variables[0].0 != "TERM" {
                continue;
            }
            let text = written(&words, variables);
            let other = text.bytes().position(|byte| byte != b'\n' && !(b' '..=b'~').contains(&byte));
            assert_eq!(other, None, "{words:?} with {variables:?}: {}", &text[other.unwrap_or(0)..]);
        }
    }
}

#[test]
fn colours_are_written_on_request_alone() {
    let words = ["report", &format!("{FULL}/recording.json"), "--all"].map(str::to_owned);
    let with = |more: &[&str], variables: &[(&str, &str)]| {
        let more = more.iter().map(|word| (*word).to_owned());
        written(&words.iter().cloned().chain(more).collect::<Vec<_>>(), variables).contains('\u{1b}')
    };
    assert!(!with(&[], &[]), "into a pipe");
    assert!(with(&["--color", "always"], &[]));
    assert!(!with(&["--color", "never"], &[]));
}
