//! Values in, text out.

pub mod bars;
mod best;
#[cfg(test)]
mod browser;
pub mod chirpy;
pub mod claims;
pub mod compare;
pub mod costs;
pub mod disclosure;
pub mod escape;
pub mod evidence;
pub mod findings;
mod footnotes;
pub mod formats;
pub mod html;
pub(crate) mod lanes;
pub mod progress;
pub mod scaling;
pub mod sheet;
pub mod splice;
pub mod stories;
#[cfg(test)]
mod strangers;
pub mod table;
pub mod terminal;
pub mod timeline;
pub mod units;
