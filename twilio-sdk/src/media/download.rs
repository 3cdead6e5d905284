#[cfg(feature = "stream")]
use std::pin::Pin;
#[cfg(feature = "stream")]
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use crate::runtime::transfer::Incoming;
use crate::{Error, Result};

/// A file on its way here; dropping it ends the download and gives its place among the client's requests back.
///
/// Piece by piece with [`chunk`](Self::chunk), or as a `Stream` with feature `stream`:
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
#[must_use = "nothing more is read until it is asked for"]
pub struct Download {
    incoming: Incoming,
}

impl Download {
    pub(super) fn new(incoming: Incoming) -> Self {
        Self { incoming }
    }

    /// Puts a piece that was taken back in front.
    #[cfg(feature = "blocking")]
    pub(super) fn give_back(&mut self, piece: Bytes) {
        self.incoming.give_back(piece);
    }

    /// The HTTP status, a success.
    pub fn status(&self) -> StatusCode {
        self.incoming.head().status
    }

    /// The headers of the answer that carries the file, which another host than Twilio's may have given.
    pub fn headers(&self) -> &HeaderMap {
        &self.incoming.head().headers
    }

    /// `Content-Type`, where the answer has one that is text.
    pub fn content_type(&self) -> Option<&str> {
        self.headers().get(http::header::CONTENT_TYPE)?.to_str().ok()
    }

    /// How many bytes there are in all, where the answer says so.
    pub fn length(&self) -> Option<u64> {
        self.incoming.length()
    }

    /// `Twilio-Request-Id`, where the host that has the file gives one.
    pub fn request_id(&self) -> Option<&str> {
        self.incoming.head().request_id()
    }

    /// How many attempts it took to get here.
    pub fn attempts(&self) -> u32 {
        self.incoming.head().attempts
    }

    /// The next piece; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// [`is_transport`](Error::is_transport): the connection broke, or the file ended before its announced length;
    /// [`is_timeout`](Error::is_timeout): nothing came for the idle time-out;
    /// [`is_response_too_large`](Error::is_response_too_large): the file is larger than the size limit. After an error there is no more.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.incoming.chunk().await
    }

    /// Writes the rest of the file, flushes, and gives the number of bytes.
    ///
    /// # Errors
    ///
    /// Those of [`chunk`](Self::chunk); [`is_upload`](Error::is_upload): the bytes cannot be written.
    pub async fn write_to(mut self, to: &mut (impl AsyncWrite + Unpin)) -> Result<u64> {
        let operation = self.incoming.operation();
        let failed = |error| Error::content(operation, "the content cannot be written", error);
        let mut written = 0;
        while let Some(chunk) = self.chunk().await? {
            to.write_all(&chunk).await.map_err(failed)?;
            written += chunk.len() as u64;
        }
        to.flush().await.map_err(failed)?;
        Ok(written)
    }

    /// The rest of the file in memory, if it is no larger than so many bytes.
    ///
    /// # Errors
    ///
    /// Those of [`chunk`](Self::chunk); [`is_response_too_large`](Error::is_response_too_large): it is larger.
    pub async fn bytes_up_to(mut self, limit: usize) -> Result<Bytes> {
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
