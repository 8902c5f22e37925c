//! CPython on this machine: which interpreters there are, and the script that carries out jobs under them.
//!
//! - [`interpreter`]: one of them, identified by running it
//! - [`find`](mod@find): where they are looked for
//! - `script`: starts one with a bundled script, from a file of its own

pub mod find;
pub mod interpreter;
pub(crate) mod model;
pub(crate) mod script;

pub use find::{InterpreterChoice, find};
pub use interpreter::Interpreter;
