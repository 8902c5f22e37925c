//! The chess exhibition: one exhibitor, many boards.

use anyhow::Result;

use super::{Asked, Law, Story, Teller, Told};
use crate::record::schema::Play;

/// How an exhibition is arranged.
#[derive(Clone, Debug, Default)]
pub struct Exhibition {}

/// The story.
pub struct Chess;

impl Story for Chess {
    fn name(&self) -> &'static str {
        "chess"
    }

    fn about(&self) -> &'static str {
        "a chess master plays 24 boards at once"
    }

    fn tell(&self, _: &Teller, _: &Asked) -> Result<Vec<Told>> {
        Ok(vec![])
    }

    fn law(&self, _: &Play) -> Option<Law> {
        None
    }

    fn remarks(&self, _: &Play) -> Vec<String> {
        vec![]
    }
}
