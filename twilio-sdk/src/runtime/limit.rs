//! Concurrency limit and rate limit of a client.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Limits the requests in flight, and leaves slots to the account's other programs.
pub(super) struct InFlight {
    most: usize,
    places: Arc<Semaphore>,
    ours: AtomicUsize,
    kept: Mutex<Kept>,
}

/// Slots left to other programs: removed, and still to be removed from requests that end.
#[derive(Default)]
struct Kept {
    taken: usize,
    owed: usize,
}

impl InFlight {
    pub(super) fn new(most: usize) -> Arc<Self> {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        Arc::new(Self {
            most,
            places: Arc::new(Semaphore::new(most)),
            ours: AtomicUsize::new(0),
            kept: Mutex::default(),
        })
    }

    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Waits for a slot, in the order of the requests.
    pub(super) async fn enter(self: &Arc<Self>) -> Seat {
        // The semaphore is never closed, so a permit always comes.
        let permit = Arc::clone(&self.places).acquire_owned().await.ok();
        self.ours.fetch_add(1, Ordering::Relaxed);
        Seat { room: Arc::clone(self), permit }
    }

    /// Takes the number of concurrent requests of the account, including this client.
    pub(super) fn observe(&self, of_account: usize) {
        let others = of_account.saturating_sub(self.ours.load(Ordering::Relaxed)).min(self.most - 1);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = kept.taken + kept.owed;
        if others > now {
            let more = others - now;
            let taken = self.places.forget_permits(more);
            kept.taken += taken;
            kept.owed += more - taken;
        } else {
            let less = now - others;
            let owed = less.min(kept.owed);
            kept.owed -= owed;
            kept.taken -= less - owed;
            self.places.add_permits(less - owed);
        }
    }
}

/// The slot of a request in flight.
pub(super) struct Seat {
    room: Arc<InFlight>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Seat {
    pub(super) fn observe(&self, of_account: usize) {
        self.room.observe(of_account);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.room.ours.fetch_sub(1, Ordering::Relaxed);
        let mut kept = self.room.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.owed > 0 {
            kept.owed -= 1;
            kept.taken += 1;
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
        }
    }
}

/// Limits how many requests per period are started.
#[cfg(feature = "rate-limit")]
pub(super) struct Rate {
    limiter: governor::DefaultDirectRateLimiter,
    /// Locked in the order of the requests.
    next: tokio::sync::Mutex<()>,
}

#[cfg(feature = "rate-limit")]
impl Rate {
    pub(super) fn new(limit: crate::config::RateLimit) -> Option<Self> {
        let burst = std::num::NonZeroU32::new(limit.burst)?;
        let quota = governor::Quota::with_period(limit.interval)?.allow_burst(burst);
        Some(Self { limiter: governor::RateLimiter::direct(quota), next: tokio::sync::Mutex::default() })
    }

    /// Waits until a request may start, in the order of the requests.
    pub(super) async fn enter(&self) {
        use governor::clock::Clock as _;
        let _next = self.next.lock().await;
        while let Err(not_until) = self.limiter.check() {
            let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
            tokio::time::sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(room: &InFlight) -> usize {
        room.places.available_permits()
    }

    #[tokio::test]
    async fn others_take_places_and_give_them_back() {
        let room = InFlight::new(10);
        let seat = room.enter().await;
        room.observe(7);
        assert_eq!(free(&room), 3, "one is ours and six are others'");
        room.observe(3);
        assert_eq!(free(&room), 7);
        room.observe(1_000);
        assert_eq!(free(&room), 0);
        drop(seat);
        assert_eq!(free(&room), 1, "one of ours is always let through");
        room.observe(0);
        assert_eq!(free(&room), 10);
    }

    #[tokio::test]
    async fn places_in_use_are_taken_when_they_come_free() {
        let room = InFlight::new(4);
        let mut seats = Vec::new();
        for _ in 0..4 {
            seats.push(room.enter().await);
        }
        room.observe(6);
        assert_eq!(free(&room), 0);
        drop(seats.pop());
        drop(seats.pop());
        assert_eq!(free(&room), 0, "two places are others' now");
        drop(seats.pop());
        assert_eq!(free(&room), 1);
        room.observe(1);
        drop(seats);
        assert_eq!(free(&room), 4);
    }

    #[cfg(feature = "rate-limit")]
    #[tokio::test]
    async fn who_comes_later_does_not_overtake_who_waits() {
        use std::time::Duration;
        let limit = crate::config::RateLimit::per_period(1, Duration::from_millis(20));
        let rate = Arc::new(Rate::new(limit).expect("a limit"));
        rate.enter().await;
        let waits = Arc::clone(&rate);
        let first = tokio::spawn(async move { waits.enter().await });
        tokio::task::yield_now().await;
        // Its time has come, and nothing waited for it.
        std::thread::sleep(Duration::from_millis(30));
        rate.enter().await;
        assert!(first.is_finished());
    }
}
