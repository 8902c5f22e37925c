//! CPython on this machine: the available interpreters, and the worker that carries out jobs under them.
//!
//! - [`interpreter`]: one interpreter, identified by running it
//! - [`find`](mod@find): finds interpreters
//! - `packages`: what is installed in its environment
//! - `serving`: jobs arrive under it over time
//! - `script`: starts one with the bundled worker, from a temporary folder: the Python files of `worker/`

pub mod find;
pub mod interpreter;
mod model;
mod packages;
pub(crate) mod script;
mod serving;

pub use find::{InterpreterChoice, find};
pub use interpreter::Interpreter;
pub use model::Python;
pub use model::every_model;
pub(crate) use model::{hand_out, made_of, names};
pub(crate) use serving::ServingPython;
