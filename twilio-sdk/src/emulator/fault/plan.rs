//! When faults hit.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::{Fault, RequestMatcher};
use crate::emulator::RecordedRequest;
use crate::emulator::pattern::Rng;
use crate::emulator::server::lock;
use crate::{Error, Result};

/// Which requests are hit by which faults, and how often.
#[derive(Clone, Debug)]
pub struct FaultRule {
    on: RequestMatcher,
    steps: Vec<Option<Fault>>,
    times: Option<u64>,
    after: u64,
    /// The chance of each request, and where its draws come from.
    chance: Option<(f64, Rng)>,
    seen: u64,
    taken: u64,
    hits: Arc<AtomicU64>,
}

impl FaultRule {
    /// Every request that `on` names is hit by the fault.
    pub fn new(on: RequestMatcher, fault: Fault) -> Self {
        Self { times: None, ..Self::sequence(on, [Some(fault)]) }
    }

    /// The requests that `on` names are hit in this order, one step each, and no more after the last; `None` lets
    /// a request pass.
    pub fn sequence(on: RequestMatcher, steps: impl IntoIterator<Item = Option<Fault>>) -> Self {
        let (steps, hits) = (steps.into_iter().collect(), Arc::default());
        Self { on, steps, times: Some(1), after: 0, chance: None, seen: 0, taken: 0, hits }
    }

    /// How often the fault hits, or the script is gone through. Without end unless set for a fault, once for a
    /// script.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Lets so many requests pass first; none unless set.
    #[must_use]
    pub fn after(mut self, requests: u64) -> Self {
        self.after = requests;
        self
    }

    /// Hits each request with this probability from 0 to 1 only; a value outside is taken as the nearer end, and
    /// what is no number as 0.
    ///
    /// The draws are the same for the same seed. Which requests they fall to depends on the order in which the
    /// requests come.
    #[must_use]
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.chance = Some((probability, Rng(seed)));
        self
    }

    fn check(&self) -> Result<()> {
        self.on.check().map_err(|why| Error::config(format!("mock: the fault's {why}")))
    }

    /// What happens to a request; `None` where it is left to the rules that follow.
    fn draw(&mut self, request: &RecordedRequest) -> Option<Fault> {
        let length = u64::try_from(self.steps.len()).ok().filter(|length| *length > 0)?;
        let spent = self.times.is_some_and(|times| self.taken / length >= times);
        if spent || !self.on.matches(request) {
            return None;
        }
        self.seen += 1;
        if self.seen <= self.after {
            return None;
        }
        if let Some((probability, rng)) = &mut self.chance {
            // The 53 bits that a float can hold, as a number from 0 to 1, which is never reached.
            let draw = (rng.next() >> 11) as f64 / (1_u64 << 53) as f64;
            // What is no number is never above the draw.
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

/// Rules in their order: the first one that hits a request decides.
#[derive(Clone, Debug, Default)]
pub struct FaultPlan {
    rules: Vec<FaultRule>,
}

impl FaultPlan {
    /// A plan without rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule after those that are there.
    #[must_use]
    pub fn rule(mut self, rule: FaultRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Rejects a rule that could match no request.
    pub(in crate::emulator) fn check(&self) -> Result<()> {
        self.rules.iter().try_for_each(FaultRule::check)
    }

    pub(in crate::emulator) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(in crate::emulator) fn draw(&mut self, request: &RecordedRequest) -> Option<Fault> {
        self.rules.iter_mut().find_map(|rule| rule.draw(request))
    }
}

/// A rule at work in a mock, as [`Emulator::inject_fault`](crate::emulator::Emulator::inject_fault) gives it.
///
/// Its methods say when the rule hits. Dropping it changes nothing.
pub struct FaultHandle {
    plan: Arc<Mutex<FaultPlan>>,
    hits: Arc<AtomicU64>,
}

impl FaultHandle {
    pub(in crate::emulator) fn add(plan: &Arc<Mutex<FaultPlan>>, rule: FaultRule) -> Result<Self> {
        rule.check()?;
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

    /// [`FaultRule::times`] of a rule that is at work.
    pub fn times(self, times: u64) -> Self {
        self.change(|rule| rule.times(times));
        self
    }

    /// [`FaultRule::after`] of a rule that is at work.
    pub fn after(self, requests: u64) -> Self {
        self.change(|rule| rule.after(requests));
        self
    }

    /// [`FaultRule::probability`] of a rule that is at work.
    pub fn probability(self, probability: f64, seed: u64) -> Self {
        self.change(|rule| rule.probability(probability, seed));
        self
    }

    /// How many requests it has hit.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Takes the rule back; [`Self::hits`] stays what it is.
    pub fn remove(&self) {
        lock(&self.plan).rules.retain(|rule| !Arc::ptr_eq(&rule.hits, &self.hits));
    }
}

impl fmt::Debug for FaultHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultHandle").field("hits", &self.hits()).finish_non_exhaustive()
    }
}
