use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

/// What legitimate users and the attacker got in one scenario.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// How long each response to a legitimate user took.
    pub(crate) latencies: Vec<Duration>,
    /// How many of them were as they should be.
    pub(crate) ok: usize,
    /// How many guesses or requests of the attacker had their effect.
    pub(crate) accepted: usize,
    /// How many were refused before they had.
    pub(crate) refused: usize,
}

impl Figures {
    pub(crate) const HEAD: &str = "scenario                           requests      ok   p50 ms   p99 ms   max ms  attempts  accepted   refused";

    /// A line of the table.
    pub(crate) fn line(&self, name: &str) -> String {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let at = |part: f64| {
            let index = (sorted.len() as f64 * part).ceil() as usize;
            let latency = sorted.get(index.saturating_sub(1));
            latency.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
        };
        format!(
            "{name:<34} {:>8} {:>7} {:>8.1} {:>8.1} {:>8.1} {:>9} {:>9} {:>9}",
            sorted.len(),
            self.ok,
            at(0.50),
            at(0.99),
            at(1.0),
            self.accepted + self.refused,
            self.accepted,
            self.refused
        )
    }

    /// Counts what the attacker got: responses of the first statuses are accepted attempts, all others are refused.
    pub(crate) fn count(&mut self, statuses: &BTreeMap<u16, usize>, accepted: &[u16]) {
        for (status, count) in statuses {
            match accepted.contains(status) {
                true => self.accepted += count,
                false => self.refused += count,
            }
        }
    }
}

/// Makes legitimate requests at an even pace until the time is over, each whether or not the one before has its response.
pub(crate) async fn at_pace<F>(time: Duration, pace: Duration, good: u16, request: impl Fn() -> F) -> Figures
where
    F: Future<Output = u16> + Send + 'static,
{
    let (mut tasks, mut figures) = (Vec::new(), Figures::default());
    let (end, mut clock) = (Instant::now() + time, tokio::time::interval(pace));
    while Instant::now() < end {
        clock.tick().await;
        let request = request();
        tasks.push(tokio::spawn(async move {
            let start = Instant::now();
            (request.await, start.elapsed())
        }));
    }
    for task in tasks {
        // A request that panics has no response.
        let (status, took) = task.await.unwrap_or((0, Duration::MAX));
        figures.latencies.push(took);
        figures.ok += usize::from(status == good);
    }
    figures
}
