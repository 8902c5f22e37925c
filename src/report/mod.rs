//! Values in, text out.

mod best;
pub mod claims;
pub mod compare;
pub mod costs;
pub mod disclosure;
pub mod evidence;
pub mod findings;
mod footnotes;
pub mod formats;
pub mod progress;
pub mod scaling;
pub mod splice;
pub mod stories;
pub mod table;
pub mod terminal;
pub mod timeline;
pub mod units;
