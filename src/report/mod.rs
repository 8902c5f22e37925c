//! Values in, text out.

pub mod bars;
pub(crate) mod best;
#[cfg(test)]
mod browser;
pub mod chart;
pub mod compare;
pub mod costs;
pub mod disclosure;
pub mod escape;
pub mod evidence;
pub(crate) mod footnotes;
pub mod formats;
pub mod page;
pub(crate) mod platforms;
pub mod scaling;
pub mod sheet;
pub mod table;
pub mod terminal;
pub mod timeline;
#[cfg(test)]
mod untrusted_input;
