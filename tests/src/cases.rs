//! External cases: responses to decode, and requests with a known result on the wire.

mod decode;
mod request;

use std::future::Future;

use crate::driver::Driver;

pub use decode::{Decode, check_answer};
pub use request::Request;

/// The result of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is as it should be.
    Passed,
    /// The differences.
    Failed(String),
    /// The operation is unknown.
    Skipped,
}

/// Counts of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As they should be.
    pub passed: usize,
    /// Not so.
    pub failed: usize,
    /// Of an unknown operation.
    pub skipped: usize,
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

/// How many cases run at a time, each with a server of its own.
const AT_A_TIME: usize = 16;

/// Runs jobs side by side, and gives what each made, in their order.
pub async fn run_all<J, T, F, Fut>(jobs: Vec<J>, run: F) -> Result<Vec<T>, String>
where
    J: Send + 'static,
    T: Send + 'static,
    F: Fn(Driver, J) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = (Driver, T)> + Send,
{
    let mut lanes: Vec<Vec<(usize, J)>> = (0..AT_A_TIME).map(|_| Vec::new()).collect();
    for (at, job) in jobs.into_iter().enumerate() {
        if let Some(lane) = lanes.get_mut(at % AT_A_TIME) {
            lane.push((at, job));
        }
    }
    let mut tasks = tokio::task::JoinSet::new();
    for lane in lanes.into_iter().filter(|lane| !lane.is_empty()) {
        let run = run.clone();
        tasks.spawn(async move {
            let mut driver = Driver::start().await.map_err(|e| e.to_string())?;
            let mut made = Vec::new();
            for (at, job) in lane {
                let one;
                (driver, one) = run(driver, job).await;
                made.push((at, one));
            }
            Ok::<_, String>(made)
        });
    }
    let mut all = Vec::new();
    while let Some(done) = tasks.join_next().await {
        all.extend(done.map_err(|e| e.to_string())??);
    }
    all.sort_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, one)| one).collect())
}
