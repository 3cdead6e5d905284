use std::fmt;
use std::future::Future as _;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::task::JoinHandle;

use crate::Result;
use crate::blocking::wait;

/// A streaming download for programs without an async runtime: an iterator over its chunks, and a [`Read`].
///
/// ```no_run
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let twilio = twilio_sdk::Client::from_env()?;
/// let mut download = twilio.media().recording("RE...").download_blocking()?;
/// std::io::copy(&mut download, &mut std::fs::File::create("call.wav")?)?;
/// # Ok(())
/// # }
/// ```
///
/// The errors of [`Read`] contain the [`Error`](crate::Error), which `get_ref` returns.
#[derive(Debug)]
#[must_use = "reads nothing more until it is polled"]
pub struct Download {
    /// `None` while waiting for a chunk.
    inner: Option<super::Download>,
    head: Head,
    /// The rest of the chunk of the last `read`.
    rest: Bytes,
}

#[derive(Debug)]
struct Head {
    status: StatusCode,
    length: Option<u64>,
    headers: Headers,
}

/// Headers may contain values that must not be printed.
struct Headers(HeaderMap);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Download {
    pub(super) fn new(inner: super::Download) -> Self {
        let headers = Headers(inner.headers().clone());
        let head = Head { status: inner.status(), length: inner.content_length(), headers };
        Self { inner: Some(inner), head, rest: Bytes::new() }
    }

    /// Returns the HTTP status, which is a success.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// Returns the headers of the response that contains the file.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers.0
    }

    /// Returns `Content-Type`, if the response has one that is a string.
    pub fn content_type(&self) -> Option<&str> {
        self.headers().get(http::header::CONTENT_TYPE)?.to_str().ok()
    }

    /// Returns the size of the file in bytes, if the response has one.
    pub fn content_length(&self) -> Option<u64> {
        self.head.length
    }

    /// Returns the rest of the file, if it has at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Those of [`chunk`](super::Download::chunk); [`is_response_too_large`](crate::Error::is_response_too_large): it is larger.
    pub fn bytes_with_limit(mut self, limit: usize) -> Result<Bytes> {
        let Some(mut inner) = self.inner.take() else { return Ok(self.rest) };
        inner.give_back(self.rest);
        wait(inner.bytes_with_limit(limit))?
    }
}

impl Iterator for Download {
    type Item = Result<Bytes>;

    fn next(&mut self) -> Option<Result<Bytes>> {
        if !self.rest.is_empty() {
            return Some(Ok(std::mem::take(&mut self.rest)));
        }
        let mut inner = self.inner.take()?;
        match wait(async move { (inner.chunk().await, inner) }) {
            Ok((Ok(Some(chunk)), inner)) => {
                self.inner = Some(inner);
                Some(Ok(chunk))
            }
            Ok((Ok(None), _)) => None,
            Ok((Err(error), _)) | Err(error) => Some(Err(error)),
        }
    }
}

impl Read for Download {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && !into.is_empty() {
            match self.next() {
                Some(chunk) => self.rest = chunk.map_err(io::Error::other)?,
                None => return Ok(0),
            }
        }
        let size = self.rest.len().min(into.len());
        into[..size].copy_from_slice(&self.rest.split_to(size));
        Ok(size)
    }
}

/// Adapts a reader of the standard library to a stream: each chunk is read on a thread for blocking work.
pub(super) struct Reading {
    /// `None` while a chunk is read, and at the end.
    reader: Option<Box<dyn Read + Send>>,
    task: Option<JoinHandle<Piece>>,
}

/// A chunk, and the reader that it came from.
type Piece = (Box<dyn Read + Send>, io::Result<Bytes>);

impl Reading {
    pub(super) fn new(reader: impl Read + Send + 'static) -> Self {
        Self { reader: Some(Box::new(reader)), task: None }
    }
}

impl futures_core::Stream for Reading {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(mut reader) = self.reader.take() {
            self.task = Some(tokio::task::spawn_blocking(move || {
                let piece = piece(&mut *reader);
                (reader, piece)
            }));
        }
        let Some(task) = &mut self.task else { return Poll::Ready(None) };
        let done = ready!(Pin::new(task).poll(context));
        self.task = None;
        Poll::Ready(match done {
            Ok((reader, Ok(piece))) if !piece.is_empty() => {
                self.reader = Some(reader);
                Some(Ok(piece))
            }
            Ok((_, Ok(_))) => None,
            Ok((_, Err(error))) => Some(Err(error)),
            Err(_) => Some(Err(io::Error::other("the reader panicked"))),
        })
    }
}

fn piece(reader: &mut dyn Read) -> io::Result<Bytes> {
    let mut piece = vec![0; 64 << 10];
    loop {
        match reader.read(&mut piece) {
            Ok(size) => {
                piece.truncate(size);
                return Ok(piece.into());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
