use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Shares one piece of work between concurrent requests with the same key.
///
/// If the request that does the work is cancelled, the next waiting one takes over.
pub(super) struct Flights<V>(Mutex<HashMap<[u8; 32], Weak<Flight<V>>>>);

type Flight<V> = tokio::sync::Mutex<Option<V>>;

impl<V> Default for Flights<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Flights<V> {
    /// Does the work, or waits for the result of another request with the same key.
    pub(super) async fn share(&self, key: [u8; 32], work: impl Future<Output = V>) -> V {
        let joined = Joined { flights: self, key, flight: Some(self.join(key)) };
        let Some(flight) = &joined.flight else { return work.await };
        let mut outcome = flight.lock().await;
        match &*outcome {
            Some(value) => value.clone(),
            None => {
                let value = work.await;
                *outcome = Some(value.clone());
                // Later requests start anew.
                self.all().remove(&key);
                value
            }
        }
    }

    fn join(&self, key: [u8; 32]) -> Arc<Flight<V>> {
        let mut all = self.all();
        if let Some(flight) = all.get(&key).and_then(Weak::upgrade) {
            return flight;
        }
        let flight = Arc::new(Flight::new(None));
        all.insert(key, Arc::downgrade(&flight));
        flight
    }

    fn all(&self) -> MutexGuard<'_, HashMap<[u8; 32], Weak<Flight<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request's participation in a flight. The last one to leave without a result removes the flight.
struct Joined<'f, V> {
    flights: &'f Flights<V>,
    key: [u8; 32],
    flight: Option<Arc<Flight<V>>>,
}

impl<V> Drop for Joined<'_, V> {
    fn drop(&mut self) {
        let mut all = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.flight.take());
        if all.get(&self.key).is_some_and(|flight| flight.strong_count() == 0) {
            all.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_share_one_outcome_and_one_that_is_given_up_passes_it_on() {
        let (flights, done) = (Arc::new(Flights::<usize>::default()), Arc::new(AtomicUsize::new(0)));
        let first = Arc::clone(&flights);
        let stuck = tokio::spawn(async move { first.share([1; 32], std::future::pending()).await });
        tokio::task::yield_now().await;
        let others: Vec<_> = (0..20)
            .map(|_| {
                let (flights, done) = (Arc::clone(&flights), Arc::clone(&done));
                tokio::spawn(async move {
                    let work = async {
                        tokio::task::yield_now().await;
                        done.fetch_add(1, Ordering::SeqCst)
                    };
                    flights.share([1; 32], work).await
                })
            })
            .collect();
        tokio::task::yield_now().await;
        stuck.abort();
        for other in others {
            assert_eq!(other.await.expect("no panic"), 0);
        }
        assert_eq!(done.load(Ordering::SeqCst), 1);
        assert!(flights.all().is_empty());
        assert_eq!(flights.share([1; 32], async { 7 }).await, 7, "later requests start anew");
        assert!(flights.all().is_empty());
    }
}
