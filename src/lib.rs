//! Measures which execution model is the best tool for a task, with real work on the reader's own machine.
//!
//! The map, from a job to a table:
//!
//! - [`work`]: what a job is to the models; [`digest`]: its answer; [`clients`]: connections that outlive it; [`queue`]:
//!   what jobs share, in order of arrival; [`errand`]: a job made of steps
//! - [`workload`]: the kinds of jobs, one file each; [`stage`] and [`server`]: what they find outside themselves
//! - [`model`]: the ways to carry jobs out, one file each; [`process`] and `wire`: child processes and their frames
//! - [`lane`]: models with one baseline: this program's, and those of each CPython; [`python`]: interpreters and their script
//! - [`batch`]: the jobs of a run and what they must return; [`cell`]: a workload under a model at a width
//! - [`measure`]: the only clock; [`sample`]: one verified run; [`session`]: from cells to samples
//! - [`trace`]: who ran when, and what follows from it
//! - [`evidence`]: concurrent, parallel, threads, processes: what traces show of each model
//! - [`story`]: the post's worked examples, run for real
//! - [`costs`]: starting, handing out, memory, limits, timers: what models cost besides the time of a run
//! - [`scaling`] and [`comparison`]: what several recordings say together
//! - [`claims`]: the ledger: what the post says against the numbers
//! - [`diagnose`]: what the numbers rest on: the harness against hand-written code, interleaved
//! - [`study`]: launches, rounds and slots: from cells to a recording
//! - [`record`]: the versioned file that keeps a study
//! - [`stats`]: medians, intervals and verdicts, pure functions
//! - [`host`]: what machine this is; [`topology`]: which of its cores to use
//! - [`chart`]: values in, pictures out
//! - [`report`]: values in, text out; [`cmd`]: one file a subcommand

pub mod batch;
pub mod cell;
pub mod chart;
pub mod claims;
pub mod clients;
pub mod cmd;
pub mod comparison;
pub mod costs;
pub mod diagnose;
pub mod digest;
pub mod errand;
pub mod evidence;
mod guard;
pub mod host;
pub mod lane;
pub mod measure;
mod memory;
pub mod model;
pub mod process;
pub mod python;
pub mod queue;
pub mod record;
pub mod report;
pub mod sample;
pub mod scaling;
pub mod server;
pub mod session;
pub mod stage;
pub mod stats;
pub mod story;
pub mod study;
pub mod topology;
pub mod trace;
mod wire;
pub mod work;
pub mod workload;
