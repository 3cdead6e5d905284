#[cfg(feature = "stream")]
use std::pin::Pin;
#[cfg(feature = "stream")]
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::runtime::transfer::Incoming;
use crate::{Error, Result};

/// A streaming download. Dropping it cancels the download and frees its in-flight slot.
///
/// Read it with [`chunk`](Self::chunk), or as a `Stream` with feature `stream`:
///
/// ```no_run
/// # async fn example(twilio: twilio_sdk::Client) -> twilio_sdk::Result<()> {
/// let mut download = twilio.media().message("MM...", "ME...").with_size_limit(5 << 20).download().await?;
/// let mut size = 0;
/// while let Some(chunk) = download.chunk().await? {
///     size += chunk.len();
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "reads nothing more until it is polled"]
pub struct Download {
    incoming: Incoming,
}

impl Download {
    pub(super) fn new(incoming: Incoming) -> Self {
        Self { incoming }
    }

    /// Returns a chunk to the front.
    #[cfg(feature = "blocking")]
    pub(super) fn give_back(&mut self, piece: Bytes) {
        self.incoming.give_back(piece);
    }

    /// Returns the HTTP status, which is a success.
    pub fn status(&self) -> StatusCode {
        self.incoming.head().status
    }

    /// Returns the headers of the response that contains the file, possibly from another host than Twilio's.
    pub fn headers(&self) -> &HeaderMap {
        &self.incoming.head().headers
    }

    /// Returns `Content-Type`, if the response has one that is a string.
    pub fn content_type(&self) -> Option<&str> {
        self.headers().get(http::header::CONTENT_TYPE)?.to_str().ok()
    }

    /// Returns the size of the file in bytes, if the response has one.
    pub fn content_length(&self) -> Option<u64> {
        self.incoming.length()
    }

    /// Returns `Twilio-Request-Id`, if the host of the file sends one.
    pub fn request_id(&self) -> Option<&str> {
        self.incoming.head().request_id()
    }

    /// Returns the number of attempts of the request.
    pub fn attempts(&self) -> u32 {
        self.incoming.head().attempts
    }

    /// Returns the next chunk; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// - [`is_transport`](Error::is_transport): the connection was lost, or the file ended before its announced length.
    /// - [`is_timeout`](Error::is_timeout): no chunk arrived within the idle timeout.
    /// - [`is_response_too_large`](Error::is_response_too_large): the file is larger than the size limit.
    ///
    /// After an error the download has ended.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.incoming.chunk().await
    }

    /// Copies the rest of the file to a writer, flushes it, and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// Those of [`chunk`](Self::chunk); [`is_upload`](Error::is_upload): the writer failed.
    pub async fn copy_to(mut self, to: &mut (impl AsyncWrite + Unpin)) -> Result<u64> {
        let operation = self.incoming.operation();
        let failed = |error| Error::content(operation, "cannot write the content", error);
        let mut written = 0;
        while let Some(chunk) = self.chunk().await? {
            to.write_all(&chunk).await.map_err(failed)?;
            written += chunk.len() as u64;
        }
        to.flush().await.map_err(failed)?;
        Ok(written)
    }

    /// Returns the rest of the file, if it has at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Those of [`chunk`](Self::chunk); [`is_response_too_large`](Error::is_response_too_large): it is larger.
    pub async fn bytes_with_limit(mut self, limit: usize) -> Result<Bytes> {
        let message = || format!("the content is larger than {limit} bytes");
        let too_large =
            |this: &Self| Error::limit(this.incoming.operation(), message(), this.incoming.head());
        if self.incoming.left().is_some_and(|left| left > limit as u64) {
            return Err(too_large(&self));
        }
        let mut all = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if chunk.len() > limit - all.len() {
                return Err(too_large(&self));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

#[cfg(feature = "stream")]
#[cfg_attr(docsrs, doc(cfg(feature = "stream")))]
impl futures_core::Stream for Download {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_chunk(context)
    }
}
