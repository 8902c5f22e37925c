//! The study: interleaved measurement for verdicts.
//!
//! - [`plan`]: the cells, their repetitions and their order
//! - [`launch`]: a fresh process that measures one workload; `isolated`: a process for each of its cells
//! - `slot`: an arm's turn in a round: warm-up, then timed runs; `arm_model`: when its model is started
//! - `capacity`: the capacity of this machine
//! - [`run`](mod@run): a whole study, to its saved recording
//! - [`runner`]: walks over the launches and keeps what they measure; `stops`: arms that need no more of them
//! - [`sizes`]: the same work in other sizes, beside a study
//! - [`arrivals`]: jobs that arrive over time; [`map`]: tasks of any length, of which any share waits
//! - [`cell`]: a workload under a model at a width; [`session`]: from cells to samples in this process
//! - [`probe`]: what fresh processes are asked about one model; [`evidence`]: traced runs of each model
//! - [`reference`](mod@reference): what the jobs of a user's function must return; [`python_reference`]: of one in Python, as told by
//!   a `python_fresh` interpreter
//! - [`run_environment`]: what traced runs are made with; [`calibration`]: how much computing takes how long here
//! - [`children`]: what a child process of this program serves as

mod arm_model;
pub mod arrivals;
pub mod calibration;
mod capacity;
pub mod cell;
pub mod children;
pub mod evidence;
mod isolated;
pub mod launch;
pub mod map;
pub mod plan;
pub mod probe;
mod python_fresh;
pub mod python_reference;
pub mod reference;
pub mod run;
pub mod run_environment;
pub mod runner;
pub mod session;
pub mod sizes;
pub mod slot;
mod stops;
