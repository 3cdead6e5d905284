//! A response body that can be slow, padded or truncated.

use std::future::Future as _;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::connection::{Cut, Line};
use super::content::media_bytes;

/// White space at the end does not change a JSON text.
static SPACES: [u8; 1 << 16] = [b' '; 1 << 16];

/// Time for the server to send what precedes a break.
const FLUSH: Duration = Duration::from_millis(5);

/// The body of a response.
pub(super) struct Body {
    text: Bytes,
    /// The bytes of the pattern that follow the text.
    pattern: Range<u64>,
    /// The number of spaces at the end.
    padding: u64,
    /// The maximum size of a chunk, and the pause before each further one.
    pace: Option<(usize, Duration)>,
    /// `true` if `Content-Length` is sent.
    sized: bool,
    /// The number of bytes before the body breaks off, and whether it does so with a reset.
    cut: Option<(u64, bool)>,
    line: Arc<Line>,
    wait: Option<Pin<Box<Sleep>>>,
    /// `true` if the bytes before the break had time to be sent.
    flushed: bool,
}

impl Body {
    pub(super) fn new(text: Bytes, line: Arc<Line>) -> Self {
        Self {
            text,
            pattern: 0..0,
            padding: 0,
            pace: None,
            sized: true,
            cut: None,
            line,
            wait: None,
            flushed: false,
        }
    }

    /// Appends that many bytes of the pattern.
    pub(super) fn generate(&mut self, size: u64) {
        self.pattern = 0..size;
    }

    /// Pads the body with spaces up to that many bytes.
    pub(super) fn pad(&mut self, size: u64) {
        self.padding = size.saturating_sub(self.left());
    }

    /// Sets whether `Content-Length` is sent.
    pub(super) fn set_sized(&mut self, sized: bool) {
        self.sized = sized;
    }

    /// Sends chunks of at most that many bytes with a pause between them.
    pub(super) fn slow_down(&mut self, piece: usize, pause: Duration) {
        self.pace = Some((piece.max(1), pause));
    }

    /// Breaks the body off in the middle.
    pub(super) fn break_off(&mut self, reset: bool) {
        self.cut = Some((self.left() / 2, reset));
    }

    fn left(&self) -> u64 {
        let pattern = self.pattern.end.saturating_sub(self.pattern.start);
        (self.text.len() as u64).saturating_add(pattern).saturating_add(self.padding)
    }

    /// Takes the next chunk of at most that many bytes.
    fn take(&mut self, max: u64) -> Bytes {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        if !self.text.is_empty() {
            return self.text.split_to(max.min(self.text.len()));
        }
        if !self.pattern.is_empty() {
            let Range { start, end } = self.pattern;
            let bytes = media_bytes(start, usize::try_from(end - start).unwrap_or(usize::MAX).min(max));
            self.pattern.start += bytes.len() as u64;
            return Bytes::from_static(bytes);
        }
        let spaces = usize::try_from(self.padding).unwrap_or(usize::MAX).min(SPACES.len()).min(max);
        self.padding -= spaces as u64;
        Bytes::from_static(SPACES.get(..spaces).unwrap_or_default())
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        loop {
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            let max = match self.cut {
                Some((0, _)) if !self.flushed => {
                    self.flushed = true;
                    self.wait = Some(Box::pin(sleep(FLUSH)));
                    continue;
                }
                Some((0, reset)) => {
                    if reset {
                        self.line.cut(true);
                    }
                    return Poll::Ready(Some(Err(Cut)));
                }
                Some((max, _)) => max,
                None if self.left() == 0 => return Poll::Ready(None),
                None => u64::MAX,
            };
            let piece = self.pace.map_or(u64::MAX, |(piece, _)| piece as u64);
            let data = self.take(max.min(piece));
            if let Some((before, _)) = &mut self.cut {
                *before = before.saturating_sub(data.len() as u64);
            }
            self.wait = self.pace.filter(|_| self.left() > 0).map(|(_, pause)| Box::pin(sleep(pause)));
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.cut.is_none() && self.left() == 0
    }

    fn size_hint(&self) -> SizeHint {
        if self.sized { SizeHint::with_exact(self.left()) } else { SizeHint::default() }
    }
}
