//! Values in, text out.
//!
//! - [`table`]: the one type of tables, and [`export`]: one file a format over it
//! - [`section`]: a section of a recording: [`study`], [`evidence`], [`costs`], [`arrivals`]; [`render`]: every format walks over them
//! - `best`, `beyond`, `platforms`, `cost_tables`, `arrivals_finding`, [`sizes`], `footnotes`, [`disclosure`]: parts of a section; [`block`]: a piece of a section
//! - [`compare`], [`scaling`]: tables of several recordings; [`bars`], [`timeline`]: text that draws
//! - [`chart`]: pictures; [`page`]: everything in one file; [`escape`]: text of others, made harmless; [`style`]: what a terminal can show

pub(crate) mod advice;
pub(crate) mod advice_against;
pub(crate) mod advice_check;
pub(crate) mod answer;
pub mod arrivals;
pub(crate) mod arrivals_finding;
pub mod bars;
pub(crate) mod best;
pub(crate) mod beyond;
pub mod block;
pub mod chart;
pub mod compare;
pub(crate) mod cost_tables;
pub mod costs;
pub mod disclosure;
pub mod escape;
pub mod evidence;
pub mod export;
pub(crate) mod footnotes;
mod functions;
pub mod map;
pub(crate) mod matrix;
pub mod page;
pub(crate) mod page_answer;
pub mod page_claims;
pub(crate) mod per_job;
pub(crate) mod platforms;
pub mod render;
pub mod scaling;
pub mod screen;
pub mod section;
pub mod sizes;
pub mod study;
pub mod style;
pub mod table;
pub mod timeline;
