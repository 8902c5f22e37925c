//! The cells and models that filters and names select.

use anyhow::{Result, ensure};
use regex::Regex;

use crate::cmd::program_call;
use crate::cmd::usage::{BadUsage, nearest, unknown};
use crate::model::{ModelEntry, Platform, plain_name};
use crate::study::cell::Cell;

/// Those of `cells` whose id the regular expression `filter` matches.
pub(super) fn select_of(cells: Vec<Cell>, filter: &str) -> Result<Vec<Cell>> {
    let regex = regex_of(filter)?;
    let mut selected = cells.clone();
    selected.retain(|cell| regex.is_match(&cell.id()));
    ensure!(!selected.is_empty(), BadUsage(no_cell(filter, &cells)));
    Ok(selected)
}

/// The regular expression `filter`.
pub(super) fn regex_of(filter: &str) -> Result<Regex> {
    Ok(Regex::new(filter)
        .map_err(|error| BadUsage(format!("the filter is no regular expression: {error}")))?)
}

/// That the filter matches none of `cells`: with a name that may have been meant.
fn no_cell(filter: &str, cells: &[Cell]) -> String {
    let mut known = Vec::new();
    for cell in cells {
        known.extend([cell.workload.name.to_owned(), cell.model.name.to_owned()]);
    }
    let text = format!("the filter {filter:?} matches no cell");
    for word in filter.split(|c: char| !c.is_alphanumeric() && !"-@.".contains(c)) {
        if !word.is_empty()
            && !known.iter().any(|name| name.contains(word))
            && let Some(other) = nearest(word, &known)
        {
            return format!("{text}: unknown name {word:?}; did you mean {other:?}?");
        }
    }
    format!("{text}; ids are workload/model/concurrency, and `{} list` names them", program_call())
}

/// The models of `all` with these names, with or without their interpreter; all of them if no name is given. A `+` before a name adds a
/// model to them that is not always measured: if all names have it, to all that are.
pub(super) fn models_named(all: Vec<ModelEntry>, names: &[String]) -> Result<Vec<ModelEntry>> {
    let mut every = all;
    for platform in platforms_of(&every) {
        every.extend(platform.every_model().into_iter().filter(|model| model.needs.is_some()));
    }
    let (mut only, mut more) = (vec![], vec![]);
    for name in names {
        match name.strip_prefix('+') {
            Some(name) => more.push(name),
            None => only.push(name.as_str()),
        }
    }
    for name in only.iter().chain(&more) {
        if !every.iter().any(|model| is_called(model, name)) {
            let known: Vec<String> = every.iter().map(|model| model.name.to_owned()).collect();
            let only_native = every.iter().all(|model| model.platform == Platform::Native);
            let python =
                if only_native && name.starts_with("py-") { "; --python has those of CPython" } else { "" };
            return Err(BadUsage(unknown("model", name, &known) + python).into());
        };
        if let Some(why) = lack(&every, name) {
            return Err(BadUsage(format!("{name}: {why}")).into());
        }
    }
    every.retain(|model| {
        let is_asked = |names: &[&str]| names.iter().any(|name| is_called(model, name));
        is_asked(&more) || is_asked(&only) || (only.is_empty() && model.needs.is_none())
    });
    Ok(every)
}

/// The platforms of `models`, each once.
fn platforms_of(models: &[ModelEntry]) -> Vec<Platform> {
    let mut platforms: Vec<Platform> = Vec::new();
    for model in models {
        if !platforms.contains(&model.platform) {
            platforms.push(model.platform);
        }
    }
    platforms
}

/// Why there is none of the models with this name, each of which is measured only if it is named: the reason of the first of them.
fn lack(models: &[ModelEntry], name: &str) -> Option<String> {
    let mut lack = None;
    for model in models.iter().filter(|model| is_called(model, name)) {
        model.needs?;
        lack = lack.or(Some(model.lack()?));
    }
    lack
}

/// Whether `name` is the model's, with or without its interpreter.
fn is_called(model: &ModelEntry, name: &str) -> bool {
    model.name == name || plain_name(model.name) == name
}

/// Whether `models` has the model of this name.
pub(super) fn has_model(models: &[ModelEntry], name: &str) -> bool {
    models.iter().any(|model| model.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workload::catalog::Catalog;

    #[test]
    fn filters_suggest_the_nearest_name() {
        let all = Cell::all(&Catalog::builtin(), &[Platform::Native], 2);
        for (filter, name) in [("^hahs/", "hash"), ("hash/rayn/", "rayon"), ("mandelbort", "mandelbrot")] {
            let refused = select_of(all.clone(), filter).unwrap_err().to_string();
            assert!(refused.contains(&format!("did you mean {name:?}")), "{refused}");
        }
        let other = select_of(all, "xyz").unwrap_err().to_string();
        assert!(!other.contains("did you mean") && other.contains(" list` names them"), "{other}");
    }
}
