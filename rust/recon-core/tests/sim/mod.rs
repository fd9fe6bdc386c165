//! A sweep over a modelled path, from the numbers' generator to the summary. Shared by tests and plots; it checks nothing.
#![allow(dead_code, unreachable_pub, reason = "each test uses its part of the models")]

pub mod path;
pub mod random;
pub mod run;
pub mod sample;
