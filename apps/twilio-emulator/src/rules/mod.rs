//! Rules: which requests get which faults, and when.

mod file;
mod matcher;
mod plan;

pub use matcher::RequestMatcher;
pub use plan::{FaultHandle, FaultPlan, FaultRule};
