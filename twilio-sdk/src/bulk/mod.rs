//! Many requests with bounded concurrency: feature `bulk`.
//!
//! [`BulkSender::send_stream`] takes a stream of requests and returns a stream of outcomes, one per request, as they
//! complete or in order. It holds only the requests in flight, however long the stream is. The limits of the client
//! (concurrency, rate, circuit breaker) apply; a request that they kept from being sent is retried when they allow it.
//!
//! ```no_run
//! # #[cfg(feature = "api-v2010")]
//! # async fn example(twilio: twilio_sdk::Client, numbers: Vec<String>) -> twilio_sdk::Result<()> {
//! use twilio_sdk::bulk::BulkSender;
//!
//! let api = twilio.api_v2010();
//! let requests = numbers.into_iter().map(move |to| api.create_message(to).from("+15017122661").body("Hi"));
//! let mut outcomes = BulkSender::new().concurrency(64).send_iter(requests);
//! while let Some(outcome) = outcomes.next().await {
//!     match outcome.result {
//!         Ok(message) => println!("{} is {:?}", outcome.index, message.sid),
//!         Err(error) => eprintln!("{} failed: {error}", outcome.index),
//!     }
//! }
//! println!("{}", outcomes.summary());
//! # Ok(())
//! # }
//! ```
//!
//! # Resume after a stop
//!
//! [`BulkOutcomes::stop_accepting`] stops reading requests and lets those in flight finish. [`BulkOutcomes::progress`]
//! tracks completed requests. With feature `serialize` you can store it, and the requests too
//! ([`to_data`](crate::OperationRequest::to_data)). Pass it to [`BulkSender::resume_from`] with the same
//! stream to skip what is done. Dropping [`BulkOutcomes`] cancels the requests in flight: Twilio may or may not have
//! executed them.
//!
//! # Resume after a crash
//!
//! A process that is killed cannot store its progress, and Twilio may have executed the requests in flight. Use a journal:
//!
//! 1. Write each request to the journal **before** it is sent. `BulkSender` takes a request from the stream only when it
//!    sends it, so the iterator is the place for it.
//! 2. Write each outcome. An error that [`may_have_executed`](crate::Error::may_have_executed) is no outcome: the request
//!    stays in doubt.
//! 3. After a crash, query Twilio for each request in doubt; there are at most [`BulkSender::concurrency`] of them. Send
//!    those that Twilio does not have again. Wait first for longer than a request takes: requests in flight may still arrive.
//!
//! The complete program (`examples/journal.rs`, which a test kills again and again):
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

pub use progress::BulkProgress;
pub use summary::BulkSummary;

use crate::{OperationRequest, Result};

/// Sends many requests with bounded concurrency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkSender {
    concurrency: usize,
    ordered: bool,
    done: BulkProgress,
}

impl Default for BulkSender {
    fn default() -> Self {
        Self { concurrency: 32, ordered: false, done: BulkProgress::default() }
    }
}

/// The outcome of one request.
#[derive(Debug)]
#[non_exhaustive]
pub struct BulkOutcome<T> {
    /// Position in the stream of requests, from 0.
    pub index: u64,
    /// Decoded response, or the error, whose `attempts()` is the number of attempts.
    pub result: Result<T>,
}

impl BulkSender {
    /// Creates a sender with a concurrency of 32 that yields outcomes as they complete.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the number of requests in flight. Default: 32; minimum: 1.
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.max(1);
        self
    }

    /// Yields outcomes in the order of the requests. A slow request then delays the outcomes and requests after it.
    /// Default: `false`.
    pub fn ordered(mut self, ordered: bool) -> Self {
        self.ordered = ordered;
        self
    }

    /// Skips the requests that an earlier run over the same stream completed.
    pub fn resume_from(mut self, done: BulkProgress) -> Self {
        self.done = done;
        self
    }

    /// Sends the requests of an iterator. Sends nothing until an outcome is polled.
    pub fn send_iter<R>(
        self,
        requests: impl IntoIterator<Item = R, IntoIter: Send + 'static>,
    ) -> BulkOutcomes<R::Output>
    where
        R: OperationRequest + Clone + Sync,
    {
        self.send_stream(futures_util::stream::iter(requests))
    }

    /// Sends the requests of a stream. Sends nothing until an outcome is polled.
    pub fn send_stream<R>(self, requests: impl Stream<Item = R> + Send + 'static) -> BulkOutcomes<R::Output>
    where
        R: OperationRequest + Clone + Sync,
    {
        let stopped = Arc::new(Notify::new());
        let (done, stop) = (self.done.clone(), Arc::clone(&stopped));
        let remaining = requests
            .take_until(async move { stop.notified().await })
            .enumerate()
            .map(|(index, request)| (index as u64, request))
            .filter(move |(index, _)| std::future::ready(!done.contains(*index)))
            .map(|(index, request)| async move { BulkOutcome { index, result: send(request).await } });
        let outcomes: Outcomes<R::Output> = match self.ordered {
            true => Box::pin(remaining.buffered(self.concurrency)),
            false => Box::pin(remaining.buffer_unordered(self.concurrency)),
        };
        BulkOutcomes { outcomes, stopped, progress: self.done, summary: BulkSummary::new(Instant::now()) }
    }
}

/// Sends a request, and retries while limits of the client keep it from being sent.
async fn send<R: OperationRequest + Clone>(request: R) -> Result<R::Output> {
    loop {
        match request.clone().send().await {
            Err(error) if error.is_local_limit() => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) if error.is_circuit_open() => {
                let wait = error.circuit_retry_after().unwrap_or(Duration::from_millis(100));
                // While a probe is in flight the circuit breaker gives no time.
                tokio::time::sleep(wait.max(Duration::from_millis(10))).await;
            }
            outcome => return outcome,
        }
    }
}

type Outcomes<T> = Pin<Box<dyn Stream<Item = BulkOutcome<T>> + Send>>;

/// The outcomes of a run: a `Stream`, also usable through [`next`](Self::next).
#[must_use = "sends nothing until an outcome is polled"]
pub struct BulkOutcomes<T> {
    outcomes: Outcomes<T>,
    stopped: Arc<Notify>,
    progress: BulkProgress,
    summary: BulkSummary,
}

impl<T> BulkOutcomes<T> {
    /// Waits for the next outcome; `None` after the last one.
    pub async fn next(&mut self) -> Option<BulkOutcome<T>> {
        std::future::poll_fn(|context| self.poll(context)).await
    }

    /// Stops reading new requests. Requests in flight finish, and their outcomes are still yielded.
    pub fn stop_accepting(&self) {
        self.stopped.notify_one();
    }

    /// Returns which requests have completed so far.
    pub fn progress(&self) -> &BulkProgress {
        &self.progress
    }

    /// Returns the counts of outcomes so far.
    pub fn summary(&self) -> &BulkSummary {
        &self.summary
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<BulkOutcome<T>>> {
        let outcome = ready!(self.outcomes.as_mut().poll_next(context));
        if let Some(outcome) = &outcome {
            self.progress.insert(outcome.index);
            self.summary.count(outcome.result.as_ref().err());
        }
        Poll::Ready(outcome)
    }
}

impl<T> Stream for BulkOutcomes<T> {
    type Item = BulkOutcome<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<BulkOutcome<T>>> {
        self.get_mut().poll(context)
    }
}

impl<T> fmt::Debug for BulkOutcomes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkOutcomes").field("summary", &self.summary).finish_non_exhaustive()
    }
}
