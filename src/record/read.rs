//! A strict and bounded reader: its result was written by this program, and is complete and unmodified.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::record::checksum::strip_checksum;
use crate::record::journal::recording_of;
use crate::record::limits::check_texts;
use crate::record::regular_file::{Access, Links, open};
use crate::record::schema::{Recording, SCHEMA, VERSION};
use crate::record::target::is_own_descriptor;

/// The maximum file length, in bytes: a long study of all cells takes a tenth of it.
pub const LONGEST: u64 = 64 << 20;

/// A file that can't be read, and why.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    why: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.path.display(), self.why)
    }
}

impl std::error::Error for ReadError {}

/// The recording in the file `path`, which may be the journal of a study that was not saved.
///
/// # Errors
/// Names the file and the reason.
pub fn read(path: &Path) -> Result<Recording, ReadError> {
    bytes(path).and_then(|bytes| parse_either(&bytes)).map_err(|why| ReadError { path: path.to_owned(), why })
}

fn parse_either(bytes: &[u8]) -> Result<Recording, String> {
    match recording_of(bytes) {
        Some(recording) => {
            check_texts(&String::from_utf8_lossy(bytes))?;
            recording.check().map(|()| recording)
        }
        None => parse(bytes),
    }
}

/// The bytes of a regular file, or of a pipe that this process was given open. Opening any other pipe would wait for its writer.
fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let opened =
        if is_own_descriptor(path) { File::open(path) } else { open(path, Links::Followed, Access::Read) };
    let file = opened.map_err(|error| error.to_string())?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes, and no recording is"));
    }
    Ok(bytes)
}

/// Parses `bytes` as a recording.
///
/// # Errors
/// Why they are not a recording.
pub fn parse(bytes: &[u8]) -> Result<Recording, String> {
    let text = strip_checksum(bytes)
        .ok_or("not a bakeoff recording, or truncated or modified (checksum mismatch)")?;
    check_version(&text)?;
    check_texts(&text)?;
    let recording: Recording = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    recording.check()?;
    Ok(recording)
}

/// Reads the two keys that every version has, to distinguish a newer version from a damaged file.
fn check_version(text: &str) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Head {
        schema: String,
        version: u64,
    }
    let head: Head = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if head.schema != SCHEMA {
        return Err(format!("its schema is {:?} and not {SCHEMA:?}", head.schema));
    }
    match head.version {
        1..=VERSION => Ok(()),
        newer if newer > VERSION => {
            Err(format!("it has version {newer}, this program reads up to {VERSION}: use a newer bakeoff"))
        }
        older => Err(format!("there never was a version {older}")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::checksum::add_checksum;
    use crate::record::schema::{
        Arm, Environment, IdleCheck, Kind, Launch, Role, Round, Sample, Study, WorkloadEntry,
    };

    fn one() -> std::num::NonZeroU64 {
        std::num::NonZeroU64::MIN
    }

    fn arm(id: &str) -> Arm {
        Arm {
            id: id.into(),
            platform: None,
            role: Role::Cell,
            revision: Some(1),
            in_flight: one(),
            unavailable: None,
            failed: false,
        }
    }

    fn sample(arm: u64, ms: u64, launch: u64) -> Sample {
        let wall_ns = (1_000_000 * ms + launch).try_into().unwrap();
        Sample { arm, place: arm, runs: one(), wall_ns, cpu_ns: Some(99_000_000), part: None }
    }

    /// A recording of `launches` launches of one round, of two cells of `hash`; the second takes `percent` of
    /// the first.
    pub(crate) fn recording(launches: u64, percent: u64) -> Recording {
        let mut made = Vec::new();
        for number in 0..launches {
            let samples = vec![sample(0, 100, number), sample(1, percent, number)];
            let round = Round { samples, ..Round::default() };
            made.push(Launch { rounds: vec![round], ..Launch::begun("hash".into(), None, number) });
        }
        Recording {
            schema: SCHEMA.into(),
            version: VERSION,
            partial: false,
            of_user: false,
            environment: Environment {
                cores: 2,
                os: "linux".into(),
                profile: "release".into(),
                ..Environment::default()
            },
            evidence: None,
            stories: None,
            costs: None,
            arrivals: None,
            map: None,
            idle_checks: None,
            study: Some(Study {
                command: vec!["bakeoff".into(), "run".into()],
                profile: "standard".into(),
                launches_asked: launches.try_into().unwrap(),
                rounds_asked: one(),
                stopping: None,
                stops: vec![],
                seed: 7,
                workers: None,
                warm_up_ns: 40_000_000,
                slot_ns: 20_000_000,
                workloads: vec![WorkloadEntry {
                    name: "hash".into(),
                    platform: None,
                    about: "SHA-256".into(),
                    answers_to: "encrypting data".into(),
                    post_says: "multiprocessing".into(),
                    kind: Kind::Computes,
                    revision: Some(1),
                    jobs: one(),
                    each: Some(64),
                    definition: None,
                    function: None,
                    python: None,
                }],
                arms: vec![arm("hash/sequential/one"), arm("hash/rayon/cores")],
                launches: made,
                idle_checks: vec![IdleCheck {
                    after_launches: 0,
                    window_ns: one(),
                    alone: Some(true),
                    pressure_ns: Some(0),
                    busy_ns: Some(0),
                    stolen_ticks: None,
                    all_ticks: None,
                    suspended_ns: None,
                }],
            }),
        }
    }

    fn sealed(json: &str) -> Vec<u8> {
        add_checksum(json).into_bytes()
    }

    #[test]
    fn recording_round_trips() {
        let recording = recording(16, 50);
        let text = serde_json::to_string(&recording).unwrap();
        assert_eq!(parse(&sealed(&text)).unwrap(), recording);
    }

    #[test]
    fn earlier_versions_have_first_revisions() {
        let text = serde_json::to_string(&recording(16, 50)).unwrap();
        let defined = format!("\"definition\":\"{}\"", "ab".repeat(32));
        let old = text.replace("\"version\":6", "\"version\":4").replace("\"revision\":1,", "");
        let old = parse(&sealed(&old.replace("\"each\":64", &defined))).unwrap();
        let rewritten = serde_json::to_string(&old).unwrap();
        for unknown in ["revision", "copies", "stopping", "stops"] {
            assert!(!rewritten.contains(unknown), "its version knows no {unknown}");
        }
        let study = old.study.unwrap();
        assert!(study.arms.iter().all(|arm| arm.revision() == 1));
        let workload = &study.workloads[0];
        assert_eq!((workload.revision(), workload.each), (1, None));
        assert_eq!(workload.definition.as_deref(), Some("ab".repeat(32).as_str()));
    }

    #[test]
    fn rejects_every_truncation_and_bit_flip() {
        let text = serde_json::to_string(&recording(100, 50)).unwrap();
        let whole = sealed(&text);
        assert!((15_000..30_000).contains(&whole.len()), "{}", whole.len());
        // The checksum's own test covers the rest of the file: this is a sample, at steps prime to any period
        // of the text.
        for cut in (0..whole.len()).step_by(13) {
            assert!(parse(&whole[..cut]).is_err(), "cut at {cut}");
        }
        for bit in (0..8 * whole.len()).step_by(131) {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(parse(&flipped).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn rejects_invalid_content_with_valid_checksum() {
        let good = serde_json::to_string(&recording(1, 50)).unwrap();
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let cases = [
            ("\"version\":6", "\"version\":7", "use a newer bakeoff"),
            ("\"version\":6", "\"version\":0", "never was"),
            ("\"version\":6", "\"version\":-1", "integer"),
            ("\"version\":6", "\"version\":6,\"version\":6", "duplicate"),
            ("bakeoff-recording", "other-recording", "schema"),
            ("\"partial\":false", "\"partial\":false,\"extra\":1", "unknown field"),
            ("\"partial\":false,", "", "missing field"),
            ("\"kind\":\"computes\"", "\"kind\":\"dreams\"", "unknown variant `dreams`"),
            ("\"seed\":7", "\"seed\":7.5", "float"),
            ("\"seed\":7", "\"seed\":99999999999999999999999", "u64"),
            ("\"runs\":1", "\"runs\":0", "nonzero"),
            ("\"runs\":1", "\"runs\":1,\"runs\":1", "duplicate field"),
            ("\"wall_ns\":100000000", "\"wall_ns\":-5", "u64"),
            ("\"arm\":1", "\"arm\":2", "arm 2"),
            ("\"seed\":7", &format!("\"seed\":{nested}"), "expected u64"),
            ("\"partial\":false", &format!("\"partial\":false,\"extra\":{nested}"), "unknown field"),
        ];
        for (from, to, why) in cases {
            assert!(good.contains(from), "{from}");
            let error = parse(&sealed(&good.replacen(from, to, 1))).unwrap_err();
            assert!(error.contains(why), "{to:.60}: {error}");
        }
    }

    #[test]
    fn rejects_oversized_file_by_length() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 30).unwrap();
        let refused = read(file.path()).unwrap_err().to_string();
        assert!(
            refused.contains("longer than") && refused.contains(file.path().to_str().unwrap()),
            "{refused}"
        );
    }
}
