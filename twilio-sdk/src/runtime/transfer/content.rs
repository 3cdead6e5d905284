use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

/// Content that can be read once.
pub(crate) type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The source of the content of an upload.
pub(crate) enum Source {
    Bytes(Bytes),
    Stream(Chunks),
}

/// Content in memory is sent in chunks of this size, so that progress is visible.
const PIECE: usize = 64 << 10;

/// The content of an upload and its progress, shared by the bodies of all attempts.
pub(super) struct Content {
    length: u64,
    bytes: Option<Bytes>,
    state: Mutex<State>,
}

struct State {
    stream: Option<Chunks>,
    /// Whether a chunk of it was passed to a connection.
    started: bool,
    moved: Instant,
    failed: Option<io::Error>,
}

impl Content {
    pub(super) fn new(source: Source, length: u64) -> Self {
        let (bytes, stream) = match source {
            Source::Bytes(bytes) => (Some(bytes), None),
            Source::Stream(stream) => (None, Some(stream)),
        };
        let state = State { stream, started: false, moved: Instant::now(), failed: None };
        Self { length, bytes, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether it can be sent from its start.
    pub(super) fn is_repeatable(&self) -> bool {
        self.bytes.is_some() || !self.state().started
    }

    /// Returns when the last chunk was passed on, or the attempt was started.
    pub(super) fn moved(&self) -> Instant {
        self.state().moved
    }

    pub(super) fn begin(&self) {
        self.state().moved = Instant::now();
    }

    /// Returns why it could not be read.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.state().failed.take()
    }

    fn poll(&self, from: u64, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let mut state = self.state();
        let chunk = match &self.bytes {
            Some(bytes) => {
                let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
                Some(Ok(bytes.slice(from..bytes.len().min(from + PIECE))))
            }
            None => loop {
                let Some(stream) = &mut state.stream else { break None };
                match ready!(stream.as_mut().poll_next(context)) {
                    Some(Ok(chunk)) if chunk.is_empty() => {}
                    other => break other,
                }
            },
        };
        let checked = match chunk {
            Some(Ok(chunk)) if chunk.len() as u64 <= self.length - from => Ok(chunk),
            Some(Ok(_)) => Err(format!("it is longer than the announced {} bytes", self.length)),
            Some(Err(error)) => {
                state.failed = Some(error);
                return Poll::Ready(Some(Err(io::Error::other("the content cannot be read"))));
            }
            None => Err(format!("it ended after {from} of {} bytes", self.length)),
        };
        Poll::Ready(Some(match checked {
            Ok(chunk) => {
                (state.started, state.moved) = (true, Instant::now());
                Ok(chunk)
            }
            Err(message) => {
                state.failed = Some(io::Error::new(io::ErrorKind::InvalidData, message.clone()));
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
        }))
    }
}

/// The body of one attempt: of a known length, with at most one chunk in memory.
pub(super) struct Body {
    content: Arc<Content>,
    sent: u64,
}

impl Body {
    pub(super) fn new(content: &Arc<Content>) -> Self {
        Self { content: Arc::clone(content), sent: 0 }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.is_end_stream() {
            return Poll::Ready(None);
        }
        let piece = ready!(self.content.poll(self.sent, context));
        if let Some(Ok(chunk)) = &piece {
            self.sent += chunk.len() as u64;
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.sent >= self.content.length
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.content.length.saturating_sub(self.sent))
    }
}
