use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::AuthError;

/// A request for a turn.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asks {
    /// The client's network, if known.
    pub(super) network: Option<IpAddr>,
    /// Whether the same credentials were accepted before.
    pub(super) proven: bool,
}

/// A bounded queue of work with bounded concurrency, fair between networks.
///
/// Networks take turns, and so do credentials that were accepted before, so that a flood from one network does not delay
/// others. Credentials that were accepted before may fill the queue. Others fill at most three quarters of it, and those from
/// one network a quarter.
pub(super) struct Turns(Arc<Shared>);

struct Shared {
    at_once: usize,
    max: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: usize,
    lanes: HashMap<Lane, VecDeque<Waiting>>,
    /// The lanes with waiting requests, in the order of their turns.
    order: VecDeque<Lane>,
    /// The number of requests that have waited.
    serial: u64,
}

/// A queue of requests within the fair queue.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Lane {
    Proven,
    Network(IpAddr),
    Unknown,
}

struct Waiting {
    serial: u64,
    turn: oneshot::Sender<()>,
}

/// A turn, ended on drop.
pub(super) struct Turn(Arc<Shared>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

impl Turns {
    /// Runs `at_once` concurrently while at most `max` wait.
    pub(super) fn new(at_once: usize, max: usize) -> Self {
        Self(Arc::new(Shared { at_once, max, state: Mutex::default() }))
    }

    /// Waits for a turn.
    ///
    /// # Errors
    ///
    /// [`AuthError::Overloaded`], immediately, if the queue is full.
    pub(super) async fn turn(&self, asks: Asks) -> Result<Turn, AuthError> {
        match self.0.start(asks).ok_or(AuthError::Overloaded)? {
            Start::Now(turn) => Ok(turn),
            Start::Wait(mut place) => {
                // The sender lives until it is used or the place is given up.
                let passed = (&mut place.turn).await;
                passed.map_err(|_| AuthError::Overloaded)?;
                Ok(place.into_turn())
            }
        }
    }

    /// Like [`turn`](Self::turn), but blocks the thread.
    pub(super) fn turn_blocking(&self, asks: Asks) -> Result<Turn, AuthError> {
        block_on(self.turn(asks))
    }
}

enum Start {
    Now(Turn),
    Wait(Place),
}

impl Shared {
    fn start(self: &Arc<Self>, asks: Asks) -> Option<Start> {
        let mut state = self.state();
        if state.running < self.at_once {
            state.running += 1;
            return Some(Start::Now(Turn(Arc::clone(self))));
        }
        let (lane, room) = match (asks.proven, asks.network) {
            (true, _) => (Lane::Proven, self.max),
            (false, Some(network)) => (Lane::Network(network), (self.max * 3).div_ceil(4)),
            (false, None) => (Lane::Unknown, (self.max * 3).div_ceil(4)),
        };
        let own = state.lanes.get(&lane).map_or(0, VecDeque::len);
        let full = matches!(lane, Lane::Network(_)) && own >= self.max.div_ceil(4);
        if full || state.waiting >= room {
            return None;
        }
        let (turn, receiver) = oneshot::channel();
        let serial = state.serial;
        state.serial += 1;
        state.waiting += 1;
        if own == 0 {
            state.order.push_back(lane);
        }
        state.lanes.entry(lane).or_default().push_back(Waiting { serial, turn });
        Some(Start::Wait(Place { shared: Arc::clone(self), lane, serial, turn: receiver, taken: false }))
    }

    /// Ends a turn and passes it to the first request of the next lane.
    fn pass_on(&self) {
        let mut state = self.state();
        while let Some(lane) = state.order.pop_front() {
            let Some(queue) = state.lanes.get_mut(&lane) else { continue };
            let next = queue.pop_front();
            if queue.is_empty() {
                state.lanes.remove(&lane);
            } else {
                state.order.push_back(lane);
            }
            if let Some(next) = next {
                state.waiting -= 1;
                if next.turn.send(()).is_ok() {
                    return;
                }
            }
        }
        state.running -= 1;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, given up on drop.
struct Place {
    shared: Arc<Shared>,
    lane: Lane,
    serial: u64,
    turn: oneshot::Receiver<()>,
    /// Whether the turn was moved to a `Turn`.
    taken: bool,
}

impl Place {
    fn into_turn(mut self) -> Turn {
        self.taken = true;
        Turn(Arc::clone(&self.shared))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.taken {
            return;
        }
        let mut state = self.shared.state();
        let lane = self.lane;
        let at =
            state.lanes.get(&lane).and_then(|queue| queue.iter().position(|one| one.serial == self.serial));
        let Some(at) = at else {
            drop(state);
            // The turn came, but the request was cancelled.
            return self.shared.pass_on();
        };
        state.waiting -= 1;
        let emptied = state.lanes.get_mut(&lane).is_some_and(|queue| {
            queue.remove(at);
            queue.is_empty()
        });
        if emptied {
            state.lanes.remove(&lane);
            state.order.retain(|other| *other != lane);
        }
    }
}

/// Blocks the thread on a future, with or without an async runtime.
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

    /// A place in the queue, while another request has the turn.
    fn place(turns: &Turns, asks: Asks) -> Option<Place> {
        match turns.0.start(asks)? {
            Start::Wait(place) => Some(place),
            Start::Now(_) => panic!("there is a free turn"),
        }
    }

    #[tokio::test]
    async fn a_queue_is_bounded_and_has_room_for_other_networks_and_for_the_proven() {
        let turns = Turns::new(1, 8);
        let running = turns.turn(Asks::default()).await.expect("the first runs");
        let mut places: Vec<_> = (0..2).map(|_| place(&turns, stranger(1)).expect("room")).collect();
        assert!(place(&turns, stranger(1)).is_none(), "one network has a quarter of the queue");
        places.extend((0..4).map(|number| place(&turns, stranger(2 + number / 2)).expect("room")));
        assert!(place(&turns, stranger(4)).is_none(), "strangers have three quarters");
        assert!(place(&turns, Asks::default()).is_none(), "and so have those of unknown networks");
        let proven = Asks { proven: true, ..stranger(1) };
        places.extend((0..2).map(|_| place(&turns, proven).expect("room")));
        assert!(place(&turns, proven).is_none());
        assert_eq!(turns.turn(proven).await.map(drop), Err(AuthError::Overloaded));
        places.clear();
        {
            let state = turns.0.state();
            assert!(state.waiting == 0 && state.lanes.is_empty() && state.order.is_empty());
        }
        drop(running);
        assert!(turns.turn(stranger(1)).await.is_ok());
        assert_eq!(turns.0.state().running, 0);
    }

    #[tokio::test]
    async fn networks_take_turns_and_a_turn_that_is_not_needed_is_passed_on() {
        let turns = Turns::new(1, 64);
        let running = turns.turn(Asks::default()).await.expect("the first runs");
        let (mut flood, mut users) = (Vec::new(), Vec::new());
        for _ in 0..10 {
            flood.push(place(&turns, stranger(1)).expect("room"));
        }
        for last in 2..4 {
            users.push(place(&turns, stranger(last)).expect("room"));
        }
        drop(flood.remove(1));
        drop(running);
        // The flood's first has the turn, then each of the users, and then the flood's next.
        assert!(flood[0].turn.try_recv().is_ok() && users[0].turn.try_recv().is_err());
        drop(flood.remove(0).into_turn());
        assert!(users[0].turn.try_recv().is_ok() && flood[0].turn.try_recv().is_err());
        drop(users.remove(0));
        assert!(users[0].turn.try_recv().is_ok(), "given up after its turn had come");
        drop(users.remove(0).into_turn());
        assert!(flood[0].turn.try_recv().is_ok());
        flood.clear();
        assert_eq!(turns.0.state().running, 0);
    }

    #[test]
    fn a_thread_waits_for_its_turn() {
        let turns = Turns::new(1, 1);
        let first = turns.turn_blocking(Asks::default()).expect("a turn");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| turns.turn_blocking(Asks::default()).map(drop));
            while turns.0.state().waiting == 0 {
                std::thread::yield_now();
            }
            assert_eq!(turns.turn_blocking(Asks::default()).map(drop), Err(AuthError::Overloaded));
            drop(first);
            assert_eq!(second.join().expect("no panic"), Ok(()));
        });
    }
}
