//! Changes of the structure of a recording. Some keep what refers to each other, so that the result is read and shown.

use bakeoff::internals::record::checksum::hash;
use bakeoff::internals::record::schema::{Recording, WorkloadEntry};
use fastrand::Rng;
use serde_json::Value;

/// A part of every hostile text, by which it is found in what is shown.
pub(crate) const MARK: &str = "qq77xx";

/// Texts that would be markup, templates, formulas, controls, or hidden, if they were not escaped.
const HOSTILE: [&str; 22] = [
    "<b qq77xx>",
    "\"><script>qq77xx</script>",
    "</title><qq77xx>",
    "]]><qq77xx>",
    "<!-- qq77xx",
    "{% qq77xx %}",
    "{{ qq77xx }}",
    "{%- raw -%}qq77xx",
    "{: .qq77xx}",
    "[qq77xx](javascript:qq77xx)",
    "![qq77xx](http://example.org/qq77xx)",
    "a | qq77xx | b",
    "\n\n# qq77xx",
    "`qq77xx",
    "=qq77xx()",
    "@qq77xx",
    "\u{1b}[2Jqq77xx",
    "\u{1b}]0;qq77xx\u{7}",
    "\u{9b}31mqq77xx",
    "\u{202e}qq77xx\u{2066}",
    "\u{200b}\u{feff}\u{e0041}qq77xx",
    "../../qq77xx/..\\qq77xx",
];

/// Numbers at the ends of their types.
const NUMBERS: [u64; 9] = [0, 1, 2, 1_000, 1 << 32, 1 << 53, 1 << 62, u64::MAX - 1, u64::MAX];

/// A mutated recording.
pub(crate) struct Mutated {
    /// What was done to it.
    pub(crate) what: String,
    pub(crate) bytes: Vec<u8>,
    /// It contradicts itself: it may be refused, or have no verdict, and nothing else.
    pub(crate) is_nonsense: bool,
}

/// `recording` after one to three changes, with a right checksum.
pub(crate) fn mutated(recording: &Recording, random: &mut Rng) -> Mutated {
    let mut document = serde_json::to_value(smaller(recording, random)).unwrap();
    let (mut what, mut is_nonsense) = (Vec::new(), false);
    for _ in 0..random.usize(1..=2) {
        let (said, contradicts) = match random.u8(0..10) {
            0..3 => (anywhere(&mut document, random), false),
            3..6 => (rename(&mut document, random), false),
            6..9 => (everywhere(&mut document, random), false),
            _ => contradict(&mut document, random),
        };
        what.push(said);
        is_nonsense |= contradicts;
    }
    // Another change may have removed the contradiction with all that it was about.
    is_nonsense &= what.len() == 1;
    Mutated { what: what.join("; "), bytes: sealed(&document), is_nonsense }
}

/// The document with the checksum of its bytes as they are, controls included.
fn sealed(document: &Value) -> Vec<u8> {
    let json = document.to_string();
    let body = format!("{},\n", json.strip_suffix('}').unwrap_or(&json));
    let hash = hash(body.as_bytes());
    format!("{body}\"seal\":\"{hash}\"}}\n").into_bytes()
}

/// A few of its workloads and series, so that most mutations are quick to read; sometimes all.
fn smaller(recording: &Recording, random: &mut Rng) -> Recording {
    let mut smaller = recording.clone();
    if random.u8(0..12) == 0 {
        return smaller;
    }
    let (modulus, rest) = (random.usize(3..6), random.usize(0..3));
    if let Some(study) = &mut smaller.study {
        let names: Vec<String> = study.workloads.iter().map(WorkloadEntry::called).collect();
        let place = |called: &str| names.iter().position(|name| name == called).unwrap_or(0);
        *study = study.of_workloads(|it| place(&it.called()) % modulus == rest);
    }
    if let Some(costs) = &mut smaller.costs {
        let first = random.usize(0..costs.sizes.len().max(1));
        costs.sizes = costs.sizes.drain(first..).take(1).collect();
    }
    if let Some(stories) = &mut smaller.stories {
        let mut at = 0;
        stories.retain(|_| {
            at += 1;
            at % modulus == rest
        });
    }
    smaller
}

/// Changes one value or list, wherever it is.
fn anywhere(document: &mut Value, random: &mut Rng) -> String {
    let other = pick(document, random).clone();
    let (path, value) = {
        let mut path = String::new();
        let value = pick_mut(document, random, &mut path);
        (path, value)
    };
    let change = random.u8(0..16);
    match (change, &mut *value) {
        (0, _) => *value = Value::Null,
        (1, _) => *value = other,
        (2, Value::Array(items)) if !items.is_empty() => drop(items.remove(random.usize(0..items.len()))),
        (2, Value::Object(fields)) => {
            let keys: Vec<String> = fields.keys().cloned().collect();
            if let Some(key) = random.choice(keys) {
                fields.remove(&key);
            }
        }
        (3, Value::Array(items)) if !items.is_empty() => {
            let item = items[random.usize(0..items.len())].clone();
            items.push(item);
        }
        (4, Value::Array(items)) => items.clear(),
        (5, Value::Array(items)) => items.reverse(),
        (6, Value::Array(items)) => random.shuffle(items),
        (7, Value::Array(items)) if items.len() > 1 => items.truncate(1),
        (8, _) => *value = Value::Array(vec![other]),
        (_, Value::Number(_)) => *value = random.choice(NUMBERS).unwrap_or(0).into(),
        (_, Value::String(text)) => *text = hostile(text, random),
        (_, Value::Bool(flag)) => *flag = !*flag,
        (_, _) => *value = "a text".into(),
    }
    format!("{path}: change {change}")
}

/// Puts a hostile text before a name wherever the name is, so that what refers to it still does.
fn rename(document: &mut Value, random: &mut Rng) -> String {
    let mut names = Vec::new();
    leaves(document, "", &mut |_, leaf| {
        if let Value::String(text) = leaf {
            names.extend(text.split(['/', ' ']).filter(|name| name.len() > 2).map(str::to_owned));
        }
    });
    let name = random.choice(names).unwrap_or_default();
    let new = hostile(&name, random);
    leaves(document, "", &mut |path, leaf| {
        if let Value::String(text) = leaf
            && !path.ends_with("schema")
            && !name.is_empty()
        {
            *text = text.replace(&name, &new);
        }
    });
    format!("{name:?} is called {:?}", new.chars().take(40).collect::<String>())
}

/// Gives all values of a key, or those of one place in lists, the same change.
fn everywhere(document: &mut Value, random: &mut Rng) -> String {
    let mut paths = Vec::new();
    leaves(document, "", &mut |path, leaf| {
        if !leaf.is_string() {
            paths.push(path.to_owned());
        }
    });
    paths.sort();
    paths.dedup();
    // What numbers refer to others would be refused.
    let refers = ["version", "/arm", "/number", "_asked", "/after_launches", "/runs"];
    paths.retain(|path| !refers.iter().any(|end| path.ends_with(end)));
    let Some(path) = random.choice(paths) else { return "nothing".into() };
    let (change, number) = (random.u8(0..4), random.choice(NUMBERS).unwrap_or(0));
    let mut at: u64 = 0;
    leaves(document, "", &mut |leaf_path, leaf| {
        if leaf_path != path {
            return;
        }
        at += 1;
        let old = leaf.as_u64();
        match (change, old) {
            (0, _) => *leaf = Value::Null,
            (1, _) => *leaf = number.into(),
            (2, Some(old)) => *leaf = old.saturating_mul(at % 7 + 1).into(),
            (_, Some(old)) => *leaf = (old / (at % 5 + 1)).into(),
            (_, None) => *leaf = number.into(),
        }
    });
    format!("all {path}: change {change}, {number}")
}

/// A contradiction between parts of the study, if there is one with several launches.
fn contradict(document: &mut Value, random: &mut Rng) -> (String, bool) {
    let kind = random.u8(0..6);
    if kind == 5 {
        let Some(cores) = document.pointer_mut("/environment/cores") else {
            return ("nothing".into(), false);
        };
        *cores = 0.into();
        return ("no cores".into(), true);
    }
    let Some(launches) = document.pointer_mut("/study/launches").and_then(Value::as_array_mut) else {
        return ("nothing".into(), false);
    };
    if launches.len() < 8 {
        return ("nothing".into(), false);
    }
    let at = random.usize(0..launches.len());
    let (said, contradicts) = match kind {
        0 => {
            let launch = launches[at].clone();
            launches.push(launch);
            ("a launch twice", true)
        }
        1 => {
            launches.remove(at);
            ("a launch is missing", true)
        }
        2 => {
            let rounds = launches[at].get("rounds").cloned().unwrap_or_default();
            for launch in launches.iter_mut().filter_map(Value::as_object_mut) {
                launch.insert("rounds".into(), rounds.clone());
            }
            ("all launches have the samples of one", true)
        }
        3 => match launches[at].pointer_mut("/rounds/0/samples").and_then(Value::as_array_mut) {
            Some(samples) if !samples.is_empty() => {
                samples.push(samples[0].clone());
                ("a sample twice", true)
            }
            _ => ("nothing", false),
        },
        _ => match launches[at].pointer_mut("/rounds/0/samples").and_then(Value::as_array_mut) {
            Some(samples) if !samples.is_empty() => {
                let wall_ns = samples[0].get_mut("wall_ns").map(|wall_ns| *wall_ns = 1.into());
                ("a slot of 1 ns", wall_ns.is_some())
            }
            _ => ("nothing", false),
        },
    };
    (said.into(), contradicts)
}

fn hostile(text: &str, random: &mut Rng) -> String {
    match random.u8(0..14) {
        0 => String::new(),
        1 => text.repeat(random.usize(2..2_000)).chars().take(100_000).collect(),
        2 => HOSTILE.concat() + text,
        _ => format!("{}{text}", random.choice(HOSTILE).unwrap_or_default()),
    }
}

/// Calls `change` with each leaf and its path, without list indices.
fn leaves(value: &mut Value, path: &str, change: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                leaves(field, &format!("{path}/{name}"), change);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| leaves(item, path, change)),
        leaf => change(path, leaf),
    }
}

/// A value at a random depth.
fn pick<'a>(value: &'a Value, random: &mut Rng) -> &'a Value {
    let inner: Vec<&Value> = match value {
        Value::Object(fields) => fields.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => return value,
    };
    match random.choice(inner) {
        Some(inner) if random.u8(0..8) > 0 => pick(inner, random),
        _ => value,
    }
}

fn pick_mut<'a>(value: &'a mut Value, random: &mut Rng, path: &mut String) -> &'a mut Value {
    let is_inner = match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if !is_inner || random.u8(0..8) == 0 {
        return value;
    }
    match value {
        Value::Object(fields) => {
            let at = random.usize(0..fields.len());
            let (name, field) = fields.iter_mut().nth(at).expect("it is one of them");
            path.push('/');
            path.push_str(name);
            pick_mut(field, random, path)
        }
        Value::Array(items) => {
            let at = random.usize(0..items.len());
            path.push_str(&format!("/{at}"));
            pick_mut(&mut items[at], random, path)
        }
        leaf => leaf,
    }
}
