//! Many requests with bounded concurrency: feature `bulk`.
//!
//! [`Bulk::send_all`] takes a stream of requests and gives a stream of outcomes, one for each request, as they
//! come or in order. It holds as many requests as are under way and no more, whatever the length of the stream. The
//! client's own bounds (calls under way, calls per second, circuit breaker) hold for these calls as for any other;
//! a request that they held back, so that nothing was sent, is sent again when they let it.
//!
//! ```no_run
//! # #[cfg(feature = "api-v2010")]
//! # async fn example(twilio: twilio_sdk::Client, numbers: Vec<String>) -> twilio_sdk::Result<()> {
//! use twilio_sdk::bulk::Bulk;
//!
//! let api = twilio.api_v2010();
//! let requests = numbers.into_iter().map(move |to| api.create_message(to).from("+15017122661").body("Hi"));
//! let mut sent = Bulk::new().concurrency(64).send_iter(requests);
//! while let Some(outcome) = sent.next().await {
//!     match outcome.result {
//!         Ok(message) => println!("{} is {:?}", outcome.index, message.sid),
//!         Err(error) => eprintln!("{} failed: {error}", outcome.index),
//!     }
//! }
//! println!("{}", sent.summary());
//! # Ok(())
//! # }
//! ```
//!
//! # Going on after a stop
//!
//! [`Sent::stop`] takes no further request and lets those that are under way end. [`Sent::progress`] says which
//! requests have had their outcome; with feature `serialize` it can be stored, and so can the requests
//! ([`OperationRequest::to_data`]). The same stream with [`Bulk::resume`] leaves out what is done. Dropping [`Sent`]
//! cancels what is under way, of which nobody then knows whether Twilio has carried it out.
//!
//! # Going on after a crash
//!
//! A process that is killed cannot store its progress, and requests in flight may have been carried out. A journal makes
//! it safe to go on:
//!
//! 1. Write what is about to be sent **before** it is sent. `Bulk` takes a request from the stream only when it sends it,
//!    so the iterator is the place for it.
//! 2. Write each outcome. An error that [`may_have_executed`](crate::Error::may_have_executed) is no
//!    outcome: the request stays in doubt.
//! 3. After a crash, ask Twilio about each request in doubt, which are no more than were in flight
//!    ([`Bulk::concurrency`]). What Twilio has is done; what it does not have is sent again. Wait first, longer than a
//!    request may take: what was in flight may still arrive.
//!
//! The whole program (`examples/journal.rs`; a test kills it in the middle, again and again):
//!
#![cfg_attr(
    feature = "api-v2010",
    doc = concat!("```no_run\n", include_str!("../../examples/journal.rs"), "```")
)]

mod progress;
mod summary;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_util::StreamExt as _;
use tokio::sync::Notify;
use tokio::time::Instant;

pub use progress::Progress;
pub use summary::Summary;

use crate::{OperationRequest, Result};

/// How many requests are sent at once, and in which order their outcomes come.
#[derive(Clone, Debug)]
pub struct Bulk {
    concurrency: usize,
    in_order: bool,
    done: Progress,
}

impl Default for Bulk {
    fn default() -> Self {
        Self { concurrency: 32, in_order: false, done: Progress::default() }
    }
}

/// What became of one request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// Its place in the stream of requests, counted from 0.
    pub index: u64,
    /// Twilio's answer, or why there is none; its `attempts()` says how often the request was sent.
    pub result: Result<T>,
}

impl Bulk {
    /// 32 requests at once, outcomes as they come.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many requests are under way at once; 32 unless set, at least 1.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// Whether outcomes come in the order of the requests. A slow request then holds back the outcomes after it, as
    /// many as are under way, and with them the requests that follow. Off unless set.
    pub fn in_order(mut self, in_order: bool) -> Self {
        self.in_order = in_order;
        self
    }

    /// Leaves out the requests that have had their outcome in an earlier run over the same stream.
    pub fn resume(mut self, done: Progress) -> Self {
        self.done = done;
        self
    }

    /// Sends every request of an iterator. Nothing is sent until an outcome is asked for.
    pub fn send_iter<R>(
        self,
        requests: impl IntoIterator<Item = R, IntoIter: Send + 'static>,
    ) -> Sent<R::Output>
    where
        R: OperationRequest + Clone + Sync,
    {
        self.send_all(futures_util::stream::iter(requests))
    }

    /// Sends every request of a stream. Nothing is sent until an outcome is asked for.
    pub fn send_all<R>(self, requests: impl Stream<Item = R> + Send + 'static) -> Sent<R::Output>
    where
        R: OperationRequest + Clone + Sync,
    {
        let stopped = Arc::new(Notify::new());
        let (done, stop) = (self.done.clone(), Arc::clone(&stopped));
        let left = requests
            .take_until(async move { stop.notified().await })
            .enumerate()
            .map(|(index, request)| (index as u64, request))
            .filter(move |(index, _)| std::future::ready(!done.contains(*index)))
            .map(|(index, request)| async move { Outcome { index, result: send(request).await } });
        let outcomes: Outcomes<R::Output> = match self.in_order {
            true => Box::pin(left.buffered(self.concurrency)),
            false => Box::pin(left.buffer_unordered(self.concurrency)),
        };
        Sent { outcomes, stopped, progress: self.done, summary: Summary::new(Instant::now()) }
    }
}

/// Sends a request, again as long as the client's own bounds held it back.
async fn send<R: OperationRequest + Clone>(request: R) -> Result<R::Output> {
    loop {
        match request.clone().send().await {
            Err(error) if error.is_local_limit() => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) if error.is_circuit_open() => {
                let wait = error.circuit_retry_after().unwrap_or(Duration::from_millis(100));
                // While a probe is under way nothing is said of how long.
                tokio::time::sleep(wait.max(Duration::from_millis(10))).await;
            }
            outcome => return outcome,
        }
    }
}

type Outcomes<T> = Pin<Box<dyn Stream<Item = Outcome<T>> + Send>>;

/// The outcomes of a run: a `Stream`, with [`next`](Self::next) for those who have no use for one.
#[must_use = "nothing is sent until an outcome is asked for"]
pub struct Sent<T> {
    outcomes: Outcomes<T>,
    stopped: Arc<Notify>,
    progress: Progress,
    summary: Summary,
}

impl<T> Sent<T> {
    /// The next outcome; `None` when every request has had its own.
    pub async fn next(&mut self) -> Option<Outcome<T>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Takes no further request, and waits for none where the stream has none ready. Those under way end, and their
    /// outcomes still come.
    pub fn stop(&self) {
        self.stopped.notify_one();
    }

    /// Which requests have had their outcome so far.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What has become of the requests so far.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Outcome<T>>> {
        let outcome = ready!(self.outcomes.as_mut().poll_next(context));
        if let Some(outcome) = &outcome {
            self.progress.insert(outcome.index);
            self.summary.count(outcome.result.as_ref().err());
        }
        Poll::Ready(outcome)
    }
}

impl<T> Stream for Sent<T> {
    type Item = Outcome<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Outcome<T>>> {
        self.get_mut().poll(context)
    }
}

impl<T> fmt::Debug for Sent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sent").field("summary", &self.summary).finish_non_exhaustive()
    }
}
