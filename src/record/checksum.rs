//! The checksum: a SHA-256 as the last key of a recording, so that the file remains one JSON document.
//!
//! It covers every byte before `"seal":"`; the bytes after that are fixed except for the hash itself. Any
//! changed or missing byte is therefore detected: before the checksum by the hash, in and after it by
//! comparison.

use sha2::{Digest, Sha256};

use crate::record::plain;

const KEY: &str = "\"seal\":\"";
const END: &str = "\"}\n";

/// Adds the checksum to `json`, the text of one JSON object. A file that is shown on a terminal does not control it.
pub fn add_checksum(json: &str) -> String {
    let body = json.trim_end().strip_suffix('}').expect("an object ends with a brace");
    let body = format!("{},\n", plain::json(body));
    let hash = hash(body.as_bytes());
    format!("{body}{KEY}{hash}{END}")
}

/// The JSON text of the object without its checksum; `None` if the checksum is missing or does not match.
pub fn strip_checksum(bytes: &[u8]) -> Option<String> {
    let tail = KEY.len() + 64 + END.len();
    let (body, tail) = bytes.split_at_checked(bytes.len().checked_sub(tail)?)?;
    if tail != format!("{KEY}{}{END}", hash(body)).as_bytes() {
        return None;
    }
    let object = std::str::from_utf8(body).ok()?.strip_suffix(",\n")?;
    Some(format!("{object}}}"))
}

/// SHA-256 in lower-case hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksummed_document_round_trips() {
        let sealed = add_checksum("{\"a\":1}");
        assert_eq!(strip_checksum(sealed.as_bytes()).as_deref(), Some("{\"a\":1}"));
        assert!(serde_json::from_str::<serde_json::Value>(&sealed).is_ok());
    }

    #[test]
    fn checksum_detects_truncation_and_bit_flips() {
        let sealed = add_checksum(&format!("{{\"a\":{:?}}}", "x".repeat(200))).into_bytes();
        for cut in 0..sealed.len() {
            assert_eq!(strip_checksum(&sealed[..cut]), None, "cut at {cut}");
        }
        for bit in 0..8 * sealed.len() {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(strip_checksum(&flipped), None, "bit {bit}");
        }
        assert_eq!(strip_checksum(&[&sealed[..], b"\n"].concat()), None, "a byte too many");
    }
}
