//! The model of an arm, which waits for its slots: as it was started, or not started before its slot.

use anyhow::Result;

use crate::engine::{Batch, Resources, Started};
use crate::model::ModelEntry;

/// The model of an arm.
pub(super) enum ArmModel<'a> {
    /// One that uses nothing while it waits for the slots of others.
    Started(Box<dyn Started>),
    /// One that uses CPU time while it waits, which would slow others down: it is started for each of its slots, untimed.
    StartedForSlot { model: ModelEntry, batch: &'a Batch, resources: Box<Resources> },
}

impl<'a> ArmModel<'a> {
    /// `model` for jobs of the type of `batch`.
    ///
    /// # Errors
    /// As [`ModelEntry::start`].
    pub(super) fn of(model: ModelEntry, batch: &'a Batch, resources: Resources) -> Result<Self> {
        if model.is_busy_when_idle() {
            Ok(ArmModel::StartedForSlot { model, batch, resources: Box::new(resources) })
        } else {
            Ok(ArmModel::Started(model.start(batch, &resources)?))
        }
    }

    /// The model, if it is started.
    pub(super) fn started(&mut self) -> Option<&mut dyn Started> {
        match self {
            ArmModel::Started(model) => Some(model.as_mut()),
            ArmModel::StartedForSlot { .. } => None,
        }
    }

    /// What `measure` finds out about the started model, which is as before afterwards.
    ///
    /// # Errors
    /// Those of `measure` and as [`ModelEntry::start`].
    pub(super) fn for_a_slot<T>(&mut self, measure: impl FnOnce(&mut dyn Started) -> Result<T>) -> Result<T> {
        match self {
            ArmModel::Started(model) => measure(model.as_mut()),
            ArmModel::StartedForSlot { model, batch, resources } => {
                measure(model.start(batch, resources)?.as_mut())
            }
        }
    }
}
