//! Sockets: counting them, and closing one on purpose.

use std::fmt;
use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Numbers of accepted and of open connections.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) accepted: AtomicU64,
    pub(super) open: AtomicUsize,
}

/// Lets a request close the connection that it came on.
#[derive(Debug, Default)]
pub(super) struct Line {
    reset: AtomicBool,
    cut: Notify,
}

impl Line {
    /// Closes the connection with all its requests: with a reset (RST) or in the ordinary way (FIN).
    pub(super) fn cut(&self, reset: bool) {
        self.reset.fetch_or(reset, Ordering::Release);
        self.cut.notify_one();
    }

    /// Waits until the connection is to be closed.
    pub(super) async fn is_cut(&self) {
        self.cut.notified().await;
    }
}

/// The error of a response that a fault breaks off.
#[derive(Debug)]
pub(super) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault closed the connection")
    }
}

impl std::error::Error for Cut {}

/// A socket that is counted while it is open.
pub(super) struct Wire {
    stream: TcpStream,
    line: Arc<Line>,
    counters: Arc<Counters>,
}

impl Wire {
    pub(super) fn new(stream: TcpStream, line: Arc<Line>, counters: Arc<Counters>) -> Self {
        counters.accepted.fetch_add(1, Ordering::Relaxed);
        counters.open.fetch_add(1, Ordering::Relaxed);
        // Parts of a response that a fault sends one by one must not wait for each other.
        let _ = stream.set_nodelay(true);
        Self { stream, line, counters }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.line.reset.load(Ordering::Acquire) {
            // Closing a socket with a linger time of zero resets the connection.
            let _ = self.stream.set_zero_linger();
        }
        self.counters.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
