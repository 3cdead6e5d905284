use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::resource::{Usage, UsageWho, getrusage};
use tokio::task::JoinSet;

/// What some calls took.
pub(crate) struct Taken {
    /// User and system CPU time of this process for each call, in seconds.
    pub(crate) cpu: f64,
    /// How long each call took.
    pub(crate) latencies: Vec<Duration>,
}

/// User and system CPU time of this process so far.
fn cpu() -> Result<Duration> {
    let usage: Usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let part = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec().unsigned_abs(), 0) + Duration::from_micros(time.tv_usec().unsigned_abs())
    };
    Ok(part(usage.user_time()) + part(usage.system_time()))
}

/// Memory in use by this process, in bytes: what is resident now, or the most that was where that is not known.
pub(crate) fn resident() -> Result<u64> {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return Ok(getrusage(UsageWho::RUSAGE_SELF)?.max_rss().unsigned_abs() * 1024);
    };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()).and_then(|text| text.parse().ok());
    kilobytes.map(|kilobytes: u64| kilobytes * 1024).context("the memory in use cannot be read")
}

/// Makes calls, so many of them at a time, and tells what each took.
pub(crate) async fn run<C, F>(calls: usize, in_flight: usize, call: C) -> Result<Taken>
where
    C: Fn() -> F + Clone + Send + 'static,
    F: Future<Output = Result<()>> + Send,
{
    let left = Arc::new(AtomicUsize::new(calls));
    let before = cpu()?;
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let (left, call) = (Arc::clone(&left), call.clone());
        tasks.spawn(async move {
            let mut latencies = Vec::with_capacity(calls / in_flight + 1);
            let one_less = |left: usize| left.checked_sub(1);
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
                let start = Instant::now();
                call().await?;
                latencies.push(start.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Vec::with_capacity(calls);
    while let Some(task) = tasks.join_next().await {
        latencies.extend(task??);
    }
    let used = cpu()?.saturating_sub(before);
    Ok(Taken { cpu: used.as_secs_f64() / calls.max(1) as f64, latencies })
}
