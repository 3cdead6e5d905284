use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;
use tokio::time::{Instant, Sleep, sleep};

use crate::runtime::attempt::announced;
use crate::runtime::gate::Pass;
use crate::runtime::{Operation, Raw};
use crate::{Error, Result};

/// The body of a response, chunk by chunk.
pub(crate) struct Incoming {
    operation: &'static Operation,
    /// Status and headers.
    head: Raw,
    url: reqwest::Url,
    /// `None` once the body has ended, with or without an error.
    body: Option<reqwest::Body>,
    /// Frees the client's slot when the body ends or this is dropped.
    pass: Option<Pass>,
    /// The chunk that was read before the body was returned.
    first: Option<Bytes>,
    received: u64,
    limit: Option<u64>,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
    /// Whether the timer runs, which it does only while a chunk is polled.
    waiting: bool,
    /// Whether the idle timeout applies, as it does after the first chunk.
    timed: bool,
}

impl Incoming {
    pub(super) fn new(
        operation: &'static Operation,
        head: Raw,
        response: reqwest::Response,
        pass: Pass,
        idle: Duration,
        limit: Option<u64>,
    ) -> Result<Self> {
        if let Some(limit) = limit.filter(|limit| announced(&head.headers).is_some_and(|size| size > *limit))
        {
            return Err(too_large(operation, limit, &head));
        }
        let url = response.url().clone();
        let body = http::Response::<reqwest::Body>::from(response).into_body();
        Ok(Self {
            operation,
            head,
            url,
            body: Some(body),
            pass: Some(pass),
            first: None,
            received: 0,
            limit,
            idle,
            timer: Box::pin(sleep(idle)),
            waiting: false,
            timed: false,
        })
    }

    /// Waits for the first chunk, so that a response that breaks off before it can be retried.
    pub(super) async fn prefetch(&mut self) -> Result<()> {
        if let Some(chunk) = self.chunk().await? {
            self.first = Some(chunk);
        }
        self.timed = true;
        Ok(())
    }

    pub(super) fn set_attempts(&mut self, attempts: u32) {
        self.head.attempts = attempts;
    }

    /// Returns status and headers.
    pub(crate) fn head(&self) -> &Raw {
        &self.head
    }

    /// Returns `Content-Length`, if the response has one.
    pub(crate) fn length(&self) -> Option<u64> {
        announced(&self.head.headers)
    }

    /// Returns a chunk to the front.
    #[cfg(feature = "blocking")]
    pub(crate) fn give_back(&mut self, piece: Bytes) {
        if !piece.is_empty() {
            self.first = Some(piece);
        }
    }

    /// Returns the size of the rest, if it is known.
    pub(crate) fn left(&self) -> Option<u64> {
        let waiting = self.first.as_ref().map_or(0, |first| first.len() as u64);
        Some(self.length()?.saturating_sub(self.received) + waiting)
    }

    pub(crate) fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// Returns the next chunk; `None` only at the real end of the response.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        poll_fn(|context| self.poll_chunk(context)).await.transpose()
    }

    pub(crate) fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let outcome = ready!(self.poll_body(context));
        self.waiting = false;
        if !matches!(outcome, Ok(Some(_))) {
            (self.body, self.pass) = (None, None);
        }
        Poll::Ready(outcome.transpose())
    }

    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(Ok(None)) };
        loop {
            match Pin::new(&mut *body).poll_frame(context) {
                Poll::Pending => break,
                Poll::Ready(None) => return Poll::Ready(self.ended()),
                Poll::Ready(Some(Err(error))) => {
                    let error = Error::transport(self.operation, error.with_url(self.url.clone()));
                    return Poll::Ready(Err(error.with_raw(&self.head)));
                }
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers and empty chunks are skipped.
                    let Some(chunk) = frame.into_data().ok().filter(|chunk| !chunk.is_empty()) else {
                        continue;
                    };
                    self.received += chunk.len() as u64;
                    return Poll::Ready(match self.limit.filter(|limit| self.received > *limit) {
                        Some(limit) => Err(too_large(self.operation, limit, &self.head)),
                        None => Ok(Some(chunk)),
                    });
                }
            }
        }
        if !self.timed {
            return Poll::Pending;
        }
        if !self.waiting {
            self.timer.as_mut().reset(Instant::now() + self.idle);
            self.waiting = true;
        }
        ready!(self.timer.as_mut().poll(context));
        let host = self.url.host_str().unwrap_or_default();
        Poll::Ready(Err(Error::timeout(self.operation, host).with_raw(&self.head)))
    }

    /// HTTP's own length check does not cover every proxy between.
    fn ended(&self) -> Result<Option<Bytes>> {
        match self.length().filter(|length| *length != self.received) {
            Some(length) => {
                let message = format!("the response ended after {} of {length} bytes", self.received);
                Err(Error::broken(self.operation, message, &self.head))
            }
            None => Ok(None),
        }
    }
}

fn too_large(operation: &'static Operation, limit: u64, head: &Raw) -> Error {
    Error::limit(operation, format!("the content is larger than {limit} bytes"), head)
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming")
            .field("operation", &self.operation.id)
            .field("status", &self.head.status)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}
