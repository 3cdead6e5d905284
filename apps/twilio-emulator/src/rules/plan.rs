//! Rules: matcher, faults and counts.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::RequestMatcher;
use crate::error::EmulatorError;
use crate::fault::Fault;
use crate::lock::lock;
use crate::pattern::Rng;
use crate::record::RecordedRequest;

/// Says which requests a fault, or a sequence of faults, hits and how often.
///
/// ```
/// use twilio_emulator::{Fault, FaultPlan, FaultRule, RequestMatcher};
///
/// // Every tenth request is rejected. The seed selects the same ones in every run.
/// let rule = FaultRule::new(RequestMatcher::any(), Fault::status(503)).probability(0.1, 42);
/// let plan = FaultPlan::new().rule(rule);
/// # let _ = plan;
/// ```
#[derive(Clone, Debug)]
pub struct FaultRule {
    matcher: RequestMatcher,
    steps: Vec<Option<Fault>>,
    times: Option<u64>,
    after: u64,
    /// The probability of each request, and the generator of its draws.
    chance: Option<(f64, Rng)>,
    seen: u64,
    taken: u64,
    hits: Arc<AtomicU64>,
}

impl FaultRule {
    /// Creates a rule that hits every matching request with one fault.
    pub fn new(matcher: RequestMatcher, fault: Fault) -> Self {
        Self { times: None, ..Self::sequence(matcher, [Some(fault)]) }
    }

    /// Creates a rule that hits matching requests with one step each, in this order. `None` lets a request pass, as do
    /// requests after the last step.
    pub fn sequence(matcher: RequestMatcher, steps: impl IntoIterator<Item = Option<Fault>>) -> Self {
        let (steps, hits) = (steps.into_iter().collect(), Arc::default());
        Self { matcher, steps, times: Some(1), after: 0, chance: None, seen: 0, taken: 0, hits }
    }

    /// Sets how often the fault hits, or the sequence runs. Default: without end for a fault, once for a sequence.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets that many matching requests pass first. Default: 0.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.after = requests;
        self
    }

    /// Sets the probability from 0 to 1 with which a matching request is hit. Default: 1. A value outside that range
    /// becomes the nearer end, and NaN becomes 0.
    ///
    /// Equal seeds give equal draws. Which requests they hit depends on the order of the requests.
    #[must_use]
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.chance = Some((probability, Rng(seed)));
        self
    }

    fn validate(&self) -> Result<(), EmulatorError> {
        self.matcher.check().map_err(|why| EmulatorError::new(format!("the fault's {why}")))
    }

    /// Returns the fault of a request; `None` leaves it to the rules that follow.
    fn draw(&mut self, request: &RecordedRequest) -> Option<Fault> {
        let length = u64::try_from(self.steps.len()).ok().filter(|length| *length > 0)?;
        let spent = self.times.is_some_and(|times| self.taken / length >= times);
        if spent || !self.matcher.matches(request) {
            return None;
        }
        self.seen += 1;
        if self.seen <= self.after {
            return None;
        }
        if let Some((probability, rng)) = &mut self.chance {
            // 53 bits, which a float can hold, as a number of at least 0 and below 1.
            let draw = (rng.next() >> 11) as f64 / (1_u64 << 53) as f64;
            // NaN is never above the draw.
            let hit = *probability > draw;
            if !hit {
                return None;
            }
        }
        let step = usize::try_from(self.taken % length).ok()?;
        self.taken += 1;
        let fault = self.steps.get(step).cloned().flatten()?;
        self.hits.fetch_add(1, Ordering::Relaxed);
        Some(fault)
    }
}

/// Rules in their order. The first one that hits a request decides.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    rules: Vec<FaultRule>,
}

impl FaultPlan {
    /// Creates a plan without rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a rule.
    #[must_use]
    pub fn rule(mut self, rule: FaultRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Checks that every rule can match a request. [`EmulatorBuilder::start`](crate::EmulatorBuilder::start) does so too.
    ///
    /// # Errors
    ///
    /// A rule names an operation or a host that Twilio does not have. The error names the nearest one.
    pub fn validate(&self) -> Result<(), EmulatorError> {
        self.rules.iter().try_for_each(FaultRule::validate)
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn draw(&mut self, request: &RecordedRequest) -> Option<Fault> {
        self.rules.iter_mut().find_map(|rule| rule.draw(request))
    }
}

/// Handle of an active rule, returned by [`Emulator::inject_fault`](crate::Emulator::inject_fault).
///
/// Dropping it changes nothing.
pub struct FaultHandle {
    plan: Arc<Mutex<FaultPlan>>,
    hits: Arc<AtomicU64>,
}

impl FaultHandle {
    pub(crate) fn add(plan: &Arc<Mutex<FaultPlan>>, rule: FaultRule) -> Result<Self, EmulatorError> {
        rule.validate()?;
        let hits = Arc::clone(&rule.hits);
        lock(plan).rules.push(rule);
        Ok(Self { plan: Arc::clone(plan), hits })
    }

    fn change(&self, change: impl FnOnce(FaultRule) -> FaultRule) {
        let mut plan = lock(&self.plan);
        if let Some(rule) = plan.rules.iter_mut().find(|rule| Arc::ptr_eq(&rule.hits, &self.hits)) {
            *rule = change(rule.clone());
        }
    }

    /// Changes the active rule as [`FaultRule::times`] does.
    pub fn times(self, times: u64) -> Self {
        self.change(|rule| rule.times(times));
        self
    }

    /// Changes the active rule as [`FaultRule::after`] does.
    pub fn after(self, requests: u64) -> Self {
        self.change(|rule| rule.after(requests));
        self
    }

    /// Changes the active rule as [`FaultRule::probability`] does.
    pub fn probability(self, probability: f64, seed: u64) -> Self {
        self.change(|rule| rule.probability(probability, seed));
        self
    }

    /// Returns the number of requests that the rule has hit.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Removes the rule. [`hits`](Self::hits) keeps its value.
    pub fn remove(&self) {
        lock(&self.plan).rules.retain(|rule| !Arc::ptr_eq(&rule.hits, &self.hits));
    }
}

impl fmt::Debug for FaultHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultHandle").field("hits", &self.hits()).finish_non_exhaustive()
    }
}
