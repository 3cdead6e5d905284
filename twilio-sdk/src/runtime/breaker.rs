//! The circuit breakers of a client's hosts.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::Instant;

use crate::config::{CircuitBreakerConfig, FOREVER};

/// Maximum number of remembered hosts without failures.
const MOST: usize = 256;

/// The circuit breakers by host.
pub(crate) struct Breakers {
    config: CircuitBreakerConfig,
    hosts: Mutex<HashMap<String, Arc<Breaker>>>,
}

impl Breakers {
    pub(crate) fn new(mut config: CircuitBreakerConfig) -> Self {
        config.open_duration = config.open_duration.min(FOREVER);
        Self { config, hosts: Mutex::default() }
    }

    pub(super) fn of(&self, host: &str) -> Arc<Breaker> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(breaker) = hosts.get(host) {
            return Arc::clone(breaker);
        }
        // The hosts of files come from responses and webhooks: invented hosts must not exhaust memory.
        if hosts.len() >= MOST {
            hosts.retain(|_, breaker| Arc::strong_count(breaker) > 1 || breaker.has_failures());
        }
        let breaker = Arc::new(Breaker::new(self.config.clone()));
        hosts.insert(host.to_owned(), Arc::clone(&breaker));
        breaker
    }
}

/// The circuit breaker of one host.
pub(super) struct Breaker {
    config: CircuitBreakerConfig,
    born: Instant,
    state: Mutex<State>,
}

enum State {
    /// Closed: attempts are sent and counted.
    Closed(VecDeque<Bucket>),
    /// Open: nothing is sent until then.
    Open(Instant),
    /// Half-open: probes are in flight. The number distinguishes this trial from an earlier one.
    HalfOpen { trial: u64, sent: u32, succeeded: u32 },
}

/// Outcomes of one bucket of the window.
struct Bucket {
    step: u128,
    ended: u32,
    failed: u32,
}

impl Breaker {
    fn new(config: CircuitBreakerConfig) -> Self {
        Self { config, born: Instant::now(), state: Mutex::new(State::Closed(VecDeque::new())) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the host failed recently.
    fn has_failures(&self) -> bool {
        let (step, steps) = (self.step(), self.steps());
        match &*self.state() {
            State::Closed(buckets) => buckets.iter().any(|b| b.failed > 0 && b.step + steps > step),
            State::Open(_) | State::HalfOpen { .. } => true,
        }
    }

    /// Returns the number of buckets of the window.
    fn steps(&self) -> u128 {
        self.config.window.as_nanos().div_ceil(self.config.bucket_width.as_nanos().max(1))
    }

    fn step(&self) -> u128 {
        self.born.elapsed().as_nanos() / self.config.bucket_width.as_nanos().max(1)
    }

    /// Returns the wait until an attempt may be made; `None` if one may be made now.
    pub(super) fn wait(&self) -> Option<Duration> {
        match *self.state() {
            State::Open(until) => {
                Some(until.saturating_duration_since(Instant::now())).filter(|d| !d.is_zero())
            }
            _ => None,
        }
    }

    /// Admits an attempt, or returns the wait until one may be made.
    pub(super) fn admit(self: &Arc<Self>) -> Result<Ticket, Duration> {
        let mut state = self.state();
        let now = Instant::now();
        let trial = match &mut *state {
            State::Closed(_) => None,
            State::Open(until) if *until > now => return Err(*until - now),
            State::Open(_) => {
                let trial = u64::try_from(self.born.elapsed().as_nanos()).unwrap_or(u64::MAX);
                *state = State::HalfOpen { trial, sent: 1, succeeded: 0 };
                Some(trial)
            }
            State::HalfOpen { trial, sent, .. } if *sent < self.config.half_open_probes => {
                *sent += 1;
                Some(*trial)
            }
            // The outcome of the probes is not known yet.
            State::HalfOpen { .. } => return Err(Duration::ZERO),
        };
        Ok(Ticket { breaker: Arc::clone(self), trial, told: false })
    }

    fn closed(&self, state: &mut State, failed: bool) {
        let State::Closed(buckets) = state else { return };
        let step = self.step();
        match buckets.back_mut() {
            Some(last) if last.step == step => {
                last.ended = last.ended.saturating_add(1);
                last.failed = last.failed.saturating_add(u32::from(failed));
            }
            _ => buckets.push_back(Bucket { step, ended: 1, failed: u32::from(failed) }),
        }
        let steps = self.steps();
        while buckets.front().is_some_and(|bucket| bucket.step + steps <= step) {
            buckets.pop_front();
        }
        let (ended, failures) = buckets.iter().fold((0_u32, 0_u32), |(ended, failed), bucket| {
            (ended.saturating_add(bucket.ended), failed.saturating_add(bucket.failed))
        });
        let ratio = f64::from(failures) / f64::from(ended.max(1));
        if failed && ended >= self.config.min_attempts && ratio >= self.config.failure_ratio {
            *state = State::Open(Instant::now() + self.config.open_duration);
        }
    }
}

/// Permission for one attempt. Dropping it frees the slot of a probe and does not count.
pub(super) struct Ticket {
    breaker: Arc<Breaker>,
    trial: Option<u64>,
    told: bool,
}

impl Ticket {
    /// Returns whether a status counts as a failure of the host.
    pub(super) fn is_failure(&self, status: StatusCode) -> bool {
        self.breaker.config.fails(status)
    }

    /// Records the outcome of the attempt.
    pub(super) fn tell(&mut self, failed: bool) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let breaker = &self.breaker;
        let mut state = breaker.state();
        let Some(mine) = self.trial else {
            return breaker.closed(&mut state, failed);
        };
        let State::HalfOpen { trial, succeeded, .. } = &mut *state else { return };
        if *trial != mine {
            return;
        }
        if failed {
            *state = State::Open(Instant::now() + breaker.config.open_duration);
            return;
        }
        *succeeded += 1;
        if *succeeded >= breaker.config.half_open_probes {
            *state = State::Closed(VecDeque::new());
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.told {
            return;
        }
        if let (Some(mine), State::HalfOpen { trial, sent, .. }) = (self.trial, &mut *self.breaker.state())
            && *trial == mine
        {
            *sent = sent.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn breaker(probes: u32) -> Arc<Breaker> {
        let config = CircuitBreakerConfig::new().min_attempts(4).half_open_probes(probes);
        Breakers::new(config).of("api.twilio.com")
    }

    fn tell(breaker: &Arc<Breaker>, failed: bool) {
        breaker.admit().map_err(drop).expect("the circuit is not open").tell(failed);
    }

    fn open(breaker: &Arc<Breaker>) {
        (0..4).for_each(|_| tell(breaker, true));
    }

    #[tokio::test(start_paused = true)]
    async fn opens_at_the_ratio_and_not_below_the_volume() {
        let breaker = breaker(1);
        tell(&breaker, true);
        tell(&breaker, true);
        tell(&breaker, false);
        assert!(breaker.wait().is_none(), "three attempts are below the volume");
        tell(&breaker, true);
        assert_eq!(breaker.admit().err(), Some(30 * SECOND));
    }

    #[tokio::test(start_paused = true)]
    async fn stays_closed_below_the_ratio() {
        let breaker = breaker(1);
        for _ in 0..20 {
            tell(&breaker, false);
            tell(&breaker, true);
            tell(&breaker, false);
        }
        assert!(breaker.wait().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn failures_leave_the_window() {
        let breaker = breaker(1);
        (0..3).for_each(|_| tell(&breaker, true));
        tokio::time::advance(61 * SECOND).await;
        tell(&breaker, true);
        assert!(breaker.wait().is_none(), "three of the four failures are too old");
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_at_a_time_decides() {
        let breaker = breaker(1);
        open(&breaker);
        tokio::time::advance(30 * SECOND).await;
        let mut probe = breaker.admit().map_err(drop).expect("a probe");
        assert_eq!(
            breaker.admit().err(),
            Some(Duration::ZERO),
            "a second probe is not sent beside the first"
        );
        probe.tell(true);
        assert_eq!(breaker.admit().err(), Some(30 * SECOND), "a probe that fails opens the circuit again");
        tokio::time::advance(30 * SECOND).await;
        tell(&breaker, false);
        (0..3).for_each(|_| tell(&breaker, true));
        assert!(breaker.wait().is_none(), "a closed circuit starts counting anew");
    }

    #[tokio::test(start_paused = true)]
    async fn all_probes_must_succeed() {
        let breaker = breaker(2);
        open(&breaker);
        tokio::time::advance(30 * SECOND).await;
        let (mut first, mut second) =
            (breaker.admit().map_err(drop).unwrap(), breaker.admit().map_err(drop).unwrap());
        assert!(breaker.admit().is_err());
        first.tell(false);
        assert!(breaker.admit().is_err(), "one of two is not enough");
        second.tell(false);
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_probe_gives_its_place_back() {
        let breaker = breaker(1);
        open(&breaker);
        tokio::time::advance(30 * SECOND).await;
        drop(breaker.admit());
        assert!(breaker.admit().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_that_did_not_fail_are_forgotten_when_there_are_many() {
        let breakers = Breakers::new(CircuitBreakerConfig::new().min_attempts(4));
        let busy = breakers.of("busy.example");
        open(&breakers.of("down.example"));
        for host in 0..10_000 {
            tell(&breakers.of(&format!("{host}.example")), false);
        }
        assert!(breakers.hosts.lock().expect("no panic").len() <= MOST);
        assert!(breakers.of("down.example").admit().is_err());
        assert!(Arc::ptr_eq(&busy, &breakers.of("busy.example")));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_sent_before_the_circuit_opened_cannot_close_it() {
        let breaker = breaker(1);
        let mut early = breaker.admit().map_err(drop).expect("closed");
        open(&breaker);
        early.tell(false);
        assert!(breaker.admit().is_err());
    }
}
