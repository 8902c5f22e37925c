//! The cells and models that filters and names select.

use anyhow::{Result, ensure};
use regex::Regex;

use crate::cmd::{BadUsage, unknown};
use crate::model::{ModelEntry, Platform};
use crate::study::cell::Cell;

/// Those of `cells` whose id the regular expression `filter` matches.
pub(super) fn select_of(cells: Vec<Cell>, filter: &str) -> Result<Vec<Cell>> {
    let regex = Regex::new(filter)
        .map_err(|error| BadUsage(format!("the filter is no regular expression: {error}")))?;
    let mut cells = cells;
    cells.retain(|cell| regex.is_match(&cell.id()));
    ensure!(
        !cells.is_empty(),
        BadUsage(format!(
            "the filter {filter:?} matches no cell; ids are workload/model/concurrency, and `bakeoff list` names them"
        ))
    );
    Ok(cells)
}

/// The models of `all` with these names, with or without their interpreter; all of them if no name is given.
pub(super) fn models_named(all: Vec<ModelEntry>, names: &[String]) -> Result<Vec<ModelEntry>> {
    if names.is_empty() {
        return Ok(all);
    }
    for name in names {
        if !all.iter().any(|model| is_called(model, name)) {
            let known: Vec<String> = all.iter().map(|model| model.name.to_owned()).collect();
            let only_native = all.iter().all(|model| model.platform == Platform::Native);
            let python = if only_native { "; --python has those of CPython" } else { "" };
            return Err(BadUsage(unknown("model", name, &known) + python).into());
        }
    }
    let mut models = all;
    models.retain(|model| names.iter().any(|name| is_called(model, name)));
    Ok(models)
}

/// Whether `name` is the model's, with or without its interpreter.
fn is_called(model: &ModelEntry, name: &str) -> bool {
    model.name == name || model.name.split('@').next() == Some(name)
}

/// Whether `models` has the model of this name.
pub(super) fn has_model(models: &[ModelEntry], name: &str) -> bool {
    models.iter().any(|model| model.name == name)
}
