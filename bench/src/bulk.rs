use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use twilio_emulator::{Emulator, FaultPlan};
use twilio_sdk::bulk::BulkSender;
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, RetryConfig};

use crate::canned::{ACCOUNT, KEY};
use crate::measure;

/// Creates messages by the bulk helper on the emulator, which refuses, fails and resets, and says what became of
/// each.
#[tokio::main]
pub(crate) async fn run(requests: usize) -> Result<()> {
    let requests = requests as u64;
    let carried: Arc<Vec<AtomicU8>> = Arc::new((0..requests).map(|_| AtomicU8::new(0)).collect());
    let seen = Arc::clone(&carried);
    let mock = Emulator::builder()
        .max_recorded_requests(1)
        .faults(FaultPlan::from_toml(include_str!("../../apps/twilio-emulator/examples/faults.toml"))?)
        .on_request(move |request| {
            let index =
                request.form_value("To").and_then(|to| to.strip_prefix("+1555")?.parse::<usize>().ok());
            if let (true, Some(times)) = (request.executed, index.and_then(|index| seen.get(index))) {
                times.fetch_add(1, Ordering::Relaxed);
            }
        })
        .start()
        .await?;

    let retry = RetryConfig::new().max_attempts(8).initial_backoff(Duration::from_millis(1));
    let config = ConnectionConfig::new(ApiKeyConfig::new(ACCOUNT, KEY, "secret")).base_url(mock.base_url());
    let api = Client::new(config.retry(retry))?.api_v2010();
    let started = Instant::now();
    let calls = (0..requests)
        .map(move |index| api.create_message(format!("+1555{index:07}")).from("+15017122661").body("Hi"));
    let mut sent = BulkSender::new().concurrency(64).send_iter(calls);

    let (mut outcomes, mut resident) = (vec![0_u8; usize::try_from(requests)?], Vec::new());
    let (mut lost, mut twice) = (0, 0);
    while let Some(outcome) = sent.next().await {
        let index = usize::try_from(outcome.index)?;
        let times = carried.get(index).context("an index of a request")?.load(Ordering::Relaxed);
        // What has its answer was carried out once; what certainly was not, never.
        match outcome.result {
            Ok(_) => lost += u64::from(times == 0),
            Err(error) if error.may_have_executed() => {}
            Err(_) => twice += u64::from(times > 0),
        }
        let place = outcomes.get_mut(index).context("an index of a request")?;
        *place += 1;
        if sent.summary().total().is_multiple_of((requests / 10).max(1)) {
            resident.push(measure::resident()?);
        }
    }
    twice += carried.iter().filter(|times| times.load(Ordering::Relaxed) > 1).count() as u64;
    lost += outcomes.iter().filter(|times| **times != 1).count() as u64;
    ensure!(sent.summary().total() == requests, "an outcome for each request");
    let (summary, seconds) = (sent.summary(), started.elapsed().as_secs_f64());
    println!(
        "{}",
        json!({
            "seconds": seconds, "succeeded": summary.succeeded(), "rejected": summary.rejected(),
            "unknown": summary.unknown(), "not_sent": summary.not_sent(),
            "lost": lost, "twice": twice, "resident": resident,
        })
    );
    Ok(())
}
