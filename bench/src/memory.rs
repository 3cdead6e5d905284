use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinSet;

use crate::scenario::Scenario;
use crate::{measure, ours};

/// How many calls are under way.
const IN_FLIGHT: usize = 64;

/// Sends messages, and prints how much memory was in use after each tenth of them. Nothing else is kept from call to
/// call, so that what grows is the client.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(base: &str, calls: usize) -> Result<()> {
    let sdk = ours::client(base)?;
    let (begun, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let step = (calls / 10).max(1);
    let mut tasks = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (sdk, begun, done) = (sdk.clone(), Arc::clone(&begun), Arc::clone(&done));
        tasks.spawn(async move {
            let mut points = Vec::with_capacity(10);
            while begun.fetch_add(1, Ordering::Relaxed) < calls {
                ours::call(&sdk, Scenario::Create).await?;
                if (done.fetch_add(1, Ordering::Relaxed) + 1) % step == 0 {
                    points.push((done.load(Ordering::Relaxed), measure::resident()?));
                }
            }
            anyhow::Ok(points)
        });
    }
    let mut points = Vec::new();
    while let Some(task) = tasks.join_next().await {
        points.extend(task??);
    }
    points.sort_unstable();
    let resident: Vec<u64> = points.into_iter().map(|(_, bytes)| bytes).collect();
    println!("{}", json!({ "step": step, "resident": resident }));
    Ok(())
}
