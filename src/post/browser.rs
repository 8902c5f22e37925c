//! Tests the page in a real browser, if one is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::post::untrusted_input::{fields, with};
use crate::post::{self, claims::tests::inside};
use crate::record::schema::Recording;
use crate::report::{escape::tests::hostile, page};

/// The audit that a page runs on itself.
const AUDIT: &str = include_str!("audit.js");

/// The result of opening a page in a browser.
struct Visit {
    /// The result of [`AUDIT`].
    audit: Value,
    /// The lines of its console.
    console: Vec<String>,
    /// The page's network requests.
    requests: Vec<String>,
}

/// Chromium under any of its names.
fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let mut places = folders.iter().flat_map(|folder| names.map(|name| folder.join(name)));
    places.find(|place| place.is_file())
}

/// Opens `page` in `browser`; the page's policy admits the audit by its hash, like its own script.
fn visit(browser: &Path, page: &str, dark: bool) -> Visit {
    let folder = tempfile::tempdir().unwrap();
    let [file, net, profile] = ["page.html", "net.json", "profile"].map(|name| folder.path().join(name));
    let hash = page::hash_of(AUDIT);
    let page = page.replacen("script-src ", &format!("script-src {hash} "), 1).replacen(
        "</body>",
        &format!("<script>{AUDIT}</script></body>"),
        1,
    );
    std::fs::write(&file, page).unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        .args(["--disable-component-update", "--no-first-run", "--enable-logging=stderr", "--dump-dom"])
        .args(["--window-size=800,1000", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)))
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--log-net-log={}", net.display()))
        .arg(&file)
        .output()
        .unwrap();
    let (dom, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    let title = title.unwrap_or_else(|| panic!("no page: {log}")).replace("&lt;", "<").replace("&gt;", ">");
    let audit = serde_json::from_str(&title.replace("&amp;", "&"))
        .unwrap_or_else(|why| panic!("{why}: {title}\n{log}"));
    let net = std::fs::read_to_string(net).unwrap();
    // One line for each request; the browser's own requests have no initiator.
    let of_page = |line: &&str| line.contains("\"initiator\":") && !line.contains("not an origin");
    Visit {
        audit,
        console: log.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect(),
        requests: net.lines().filter(of_page).map(str::to_owned).collect(),
    }
}

/// `recordings` with the untrusted `text` in every text field.
fn with_untrusted(recordings: &[Recording], text: &str) -> Vec<Recording> {
    recordings.iter().map(|it| with(it, &fields(it, true), text).unwrap()).collect()
}

fn page(recordings: &[Recording]) -> String {
    post::page::page(&vec!["some.json".to_owned(); recordings.len()], recordings)
}

#[test]
fn browser_loads_nothing_and_escapes_text() {
    let Some(browser) = browser() else {
        eprintln!("skipped: no Chromium to open the page with");
        return;
    };
    let recordings = inside();
    let everything = hostile().concat();
    let pages = [
        page(&recordings),
        page(&with_untrusted(&recordings, "harmless")),
        page(&with_untrusted(&recordings, &everything)),
    ];
    let visits: Vec<Visit> =
        pages.iter().zip([true, false, false]).map(|(page, dark)| visit(&browser, page, dark)).collect();
    for (visit, dark) in visits.iter().zip([true, false, false]) {
        assert_eq!(
            (visit.audit["wrong"].clone(), visit.audit["dark"].clone()),
            (Value::Array(vec![]), dark.into())
        );
        assert_eq!((&visit.console, &visit.requests), (&vec![], &vec![]));
    }
    assert_eq!(visits[1].audit["elements"], visits[2].audit["elements"]);
}
