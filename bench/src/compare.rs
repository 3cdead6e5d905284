use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::bare::Bare;
use crate::measure::{self, Taken};
use crate::ours;
use crate::scenario::Scenario;

/// Makes the same calls with the SDK and with bare reqwest by turns, and prints what each took.
///
/// Both share this process, its allocator and its single thread, so that whatever else the machine does meets
/// both alike; the order changes from round to round.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn run(
    base: &str,
    scenario: Scenario,
    in_flight: usize,
    calls: usize,
    rounds: usize,
) -> Result<()> {
    let (sdk, bare) = (ours::client(base)?, Bare::new(base)?);
    let ours = move || {
        let sdk = sdk.clone();
        async move { ours::call(&sdk, scenario).await }
    };
    let bare = move || {
        let bare = bare.clone();
        async move { bare.call(scenario).await }
    };
    // Connections are made and code is paged in before anything counts.
    measure::run(calls, in_flight, ours.clone()).await?;
    measure::run(calls, in_flight, bare.clone()).await?;
    let (mut left, mut right) = (Side::default(), Side::default());
    for round in 0..rounds {
        if round % 2 == 0 {
            left.add(measure::run(calls, in_flight, ours.clone()).await?);
            right.add(measure::run(calls, in_flight, bare.clone()).await?);
        } else {
            right.add(measure::run(calls, in_flight, bare.clone()).await?);
            left.add(measure::run(calls, in_flight, ours.clone()).await?);
        }
    }
    println!("{}", json!({ "ours": left.json(), "bare": right.json() }));
    Ok(())
}

/// What one of the two took.
#[derive(Default)]
struct Side {
    cpu: Vec<f64>,
    latencies: Vec<Duration>,
}

impl Side {
    fn add(&mut self, taken: Taken) {
        self.cpu.push(taken.cpu);
        self.latencies.extend(taken.latencies);
    }

    fn json(mut self) -> serde_json::Value {
        self.latencies.sort_unstable();
        let part = |part: usize| {
            let at = self.latencies.len().saturating_sub(1) * part / 100;
            self.latencies.get(at).map(Duration::as_secs_f64)
        };
        json!({ "cpu": self.cpu, "p50": part(50), "p99": part(99) })
    }
}
