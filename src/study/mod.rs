//! The study: interleaved measurement, from which verdicts come.
//!
//! - [`plan`]: which cells, how often, in which order
//! - [`launch`]: a fresh process that measures one workload
//! - `slot`: an arm's turn in a round: warm-in, then timed runs
//! - `capacity`: what this machine can give at all
//! - [`run`](mod@run): a whole study, to its saved recording
//! - [`conduct`](mod@conduct): walks over the launches and keeps what they measure
//! - [`environment`]: the machine and the programs
//! - [`company`]: whether another study runs
//! - [`quiet`]: what others do with the machine meanwhile
//! - [`stamp`]: what about a study withholds its verdicts, or should be known; [`stamps`]: which of it was so

mod capacity;
pub mod company;
pub mod conduct;
pub mod environment;
pub mod launch;
pub mod plan;
pub mod quiet;
pub mod run;
pub(crate) mod slot;
pub mod stamp;
pub mod stamps;
