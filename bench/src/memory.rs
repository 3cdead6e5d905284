use anyhow::Result;
use serde_json::json;

use crate::scenario::Scenario;
use crate::{measure, ours};

/// How many calls are under way.
const IN_FLIGHT: usize = 64;

/// Sends messages, and prints how much memory was in use after a tenth of them and after all.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(base: &str, calls: usize) -> Result<()> {
    let sdk = ours::client(base)?;
    let call = move || {
        let sdk = sdk.clone();
        async move { ours::call(&sdk, Scenario::Create).await }
    };
    let mut points = Vec::new();
    let step = calls / 10;
    for _ in 0..10 {
        // What was measured is not kept, so that the measurement does not grow.
        drop(measure::run(step, IN_FLIGHT, call.clone()).await?);
        points.push(measure::resident()?);
    }
    println!("{}", json!({ "step": step, "resident": points }));
    Ok(())
}
