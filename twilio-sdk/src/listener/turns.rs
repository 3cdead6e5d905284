use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::AuthError;

/// Who wants a turn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asks {
    /// The network that the request came from, where it is known.
    pub(super) network: Option<IpAddr>,
    /// Whether the same credentials have been found right before.
    pub(super) proven: bool,
}

/// Work of which only so much is done at once and only so much waits.
///
/// Credentials that were right before may fill the queue; others fill at most three quarters of it, and those from one
/// network a quarter.
pub(super) struct Turns {
    running: Arc<Semaphore>,
    queue: Mutex<Queue>,
    most: usize,
}

#[derive(Default)]
struct Queue {
    waiting: usize,
    /// Strangers that wait, by network.
    networks: HashMap<IpAddr, usize>,
}

impl Turns {
    /// Does `at_once` at the same time, while at most `most` wait.
    pub(super) fn new(at_once: usize, most: usize) -> Self {
        Self { running: Arc::new(Semaphore::new(at_once)), queue: Mutex::default(), most }
    }

    /// Waits for a turn, which ends when the value is dropped.
    ///
    /// # Errors
    ///
    /// [`AuthError::Overloaded`], at once, where too many wait.
    pub(super) async fn turn(&self, asks: Asks) -> Result<OwnedSemaphorePermit, AuthError> {
        if let Ok(turn) = Arc::clone(&self.running).try_acquire_owned() {
            return Ok(turn);
        }
        let _place = self.place(asks).ok_or(AuthError::Overloaded)?;
        let turn = Arc::clone(&self.running).acquire_owned().await;
        // The semaphore is never closed.
        turn.map_err(|_| AuthError::Overloaded)
    }

    /// [`turn`](Self::turn) for a thread that may be blocked.
    pub(super) fn turn_blocking(&self, asks: Asks) -> Result<OwnedSemaphorePermit, AuthError> {
        block_on(self.turn(asks))
    }

    fn place(&self, asks: Asks) -> Option<Place<'_>> {
        let mut queue = self.queue();
        let network = asks.network.filter(|_| !asks.proven);
        let own = network.and_then(|network| queue.networks.get(&network)).copied().unwrap_or(0);
        let room = if asks.proven { self.most } else { (self.most * 3).div_ceil(4) };
        if queue.waiting >= room || own >= self.most.div_ceil(4) {
            return None;
        }
        queue.waiting += 1;
        if let Some(network) = network {
            queue.networks.insert(network, own + 1);
        }
        Some(Place { turns: self, network })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, which is free again when the value is dropped.
struct Place<'t> {
    turns: &'t Turns,
    network: Option<IpAddr>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut queue = self.turns.queue();
        queue.waiting -= 1;
        if let Some(network) = self.network
            && let Some(own) = queue.networks.get_mut(&network)
        {
            *own -= 1;
            if *own == 0 {
                queue.networks.remove(&network);
            }
        }
    }
}

/// Waits on this thread, which may but need not belong to an async runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(last: u8) -> Asks {
        Asks { network: Some(IpAddr::from([192, 0, 2, last])), proven: false }
    }

    #[tokio::test]
    async fn a_queue_is_bounded_and_has_room_for_other_networks_and_for_the_proven() {
        let turns = Turns::new(1, 8);
        let running = turns.turn(Asks::default()).await.expect("the first runs");
        let mut places: Vec<_> = (0..2).map(|_| turns.place(stranger(1)).expect("room")).collect();
        assert!(turns.place(stranger(1)).is_none(), "one network has a quarter of the queue");
        places.extend((0..4).map(|number| turns.place(stranger(2 + number / 2)).expect("room")));
        assert!(turns.place(stranger(4)).is_none(), "strangers have three quarters");
        assert!(turns.place(Asks::default()).is_none(), "and so have those of unknown networks");
        let proven = Asks { proven: true, ..stranger(1) };
        places.extend((0..2).map(|_| turns.place(proven).expect("room")));
        assert!(turns.place(proven).is_none());
        assert_eq!(turns.turn(proven).await.map(drop), Err(AuthError::Overloaded));
        places.clear();
        let queue = turns.queue();
        assert!(queue.waiting == 0 && queue.networks.is_empty());
        drop((queue, running));
        assert!(turns.turn(stranger(1)).await.is_ok());
    }

    #[test]
    fn a_thread_waits_for_its_turn() {
        let turns = Turns::new(1, 1);
        let first = turns.turn_blocking(Asks::default()).expect("a turn");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| turns.turn_blocking(Asks::default()).map(drop));
            while turns.queue().waiting == 0 {
                std::thread::yield_now();
            }
            assert_eq!(turns.turn_blocking(Asks::default()).map(drop), Err(AuthError::Overloaded));
            drop(first);
            assert_eq!(second.join().expect("no panic"), Ok(()));
        });
    }
}
