//! A body that can come slowly, be padded, and break off.

use std::future::Future as _;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::emulator::connection::{Cut, Line};
use crate::emulator::media::media_bytes;

/// White space at the end does not change what a JSON text says.
static SPACES: [u8; 1 << 16] = [b' '; 1 << 16];

/// How long the server has to hand over what came before a break.
const FLUSH: Duration = Duration::from_millis(5);

/// The body of an answer.
pub(in crate::emulator) struct Body {
    text: Bytes,
    /// Which bytes of the pattern follow the text.
    pattern: Range<u64>,
    /// How many spaces come last.
    padding: u64,
    /// The largest piece, and the wait before each further one.
    pace: Option<(usize, Duration)>,
    /// Whether the length is told beforehand.
    pub(super) sized: bool,
    /// How many bytes come before the body breaks off, and whether it does so with a reset.
    cut: Option<(u64, bool)>,
    line: Arc<Line>,
    wait: Option<Pin<Box<Sleep>>>,
    /// Whether what came before the break had time to leave.
    flushed: bool,
}

impl Body {
    pub(in crate::emulator) fn new(text: Bytes, line: Arc<Line>) -> Self {
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

    /// Lets so many bytes of the pattern follow.
    pub(in crate::emulator) fn generate(&mut self, size: u64) {
        self.pattern = 0..size;
    }

    /// Fills the body up to that many bytes.
    pub(super) fn pad(&mut self, size: u64) {
        self.padding = size.saturating_sub(self.left());
    }

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

    /// The next piece of at most that many bytes.
    fn take(&mut self, most: u64) -> Bytes {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if !self.text.is_empty() {
            return self.text.split_to(most.min(self.text.len()));
        }
        if !self.pattern.is_empty() {
            let Range { start, end } = self.pattern;
            let bytes = media_bytes(start, usize::try_from(end - start).unwrap_or(usize::MAX).min(most));
            self.pattern.start += bytes.len() as u64;
            return Bytes::from_static(bytes);
        }
        let spaces = usize::try_from(self.padding).unwrap_or(usize::MAX).min(SPACES.len()).min(most);
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
            let most = match self.cut {
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
                Some((most, _)) => most,
                None if self.left() == 0 => return Poll::Ready(None),
                None => u64::MAX,
            };
            let piece = self.pace.map_or(u64::MAX, |(piece, _)| piece as u64);
            let data = self.take(most.min(piece));
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
