//! No process is left behind, however the parent ends.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

mod shared;
use shared::running;

const EXE: &str = env!("CARGO_BIN_EXE_bakeoff");

#[test]
fn no_process_outlives_a_parent_that_is_killed_at_any_moment() {
    for (moment, cells) in
        [(0, "prefork"), (37, "processes"), (120, "^(http|hash)/(prefork|processes)"), (240, "^http")]
    {
        let mark = format!("BAKEOFF_TEST_MARK={}-{moment}", std::process::id());
        let (name, value) = mark.split_once('=').unwrap();
        let mut parent = Command::new(EXE);
        let mut parent =
            parent.args(["verify", cells]).env(name, value).stdout(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(moment));
        parent.kill().unwrap();
        parent.wait().unwrap();
        // A worker in the middle of starting first has to come to where it asks for its parent.
        let left = (0..20).find_map(|_| {
            sleep(Duration::from_millis(50));
            running(&mark, "environ").is_empty().then_some(())
        });
        assert!(left.is_some(), "a second after the kill at {moment} ms: {:?}", running(&mark, "environ"));
    }
}
