use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::Content;
use super::content::plain;
use crate::runtime::transfer::{Bounds, Shape, Upload, upload};
use crate::runtime::{Dispatch, Output, Parts};
use crate::{Error, Response, Result, RetryConfig, SendFuture};

/// An upload that is being put together; `T` is its answer.
#[must_use = "nothing is sent until `send` is awaited"]
pub struct UploadRequest<T> {
    client: Arc<dyn Dispatch>,
    parts: Parts,
    content: Content,
    /// The media type where the content has none of its own.
    content_type: &'static str,
    shape: Shape,
    bounds: Bounds,
    output: PhantomData<fn() -> T>,
}

impl<T> UploadRequest<T> {
    pub(super) fn new(
        client: Arc<dyn Dispatch>,
        parts: Parts,
        content: Content,
        content_type: &'static str,
        shape: Shape,
    ) -> Self {
        let bounds = Bounds::default();
        Self { client, parts, content, content_type, shape, bounds, output: PhantomData }
    }

    /// Bounds the whole upload in time, all attempts included; not bounded unless set, because large files take
    /// as long as they take. Zero is an [error](Error::is_config).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = Some(timeout);
        self
    }

    /// How long the upload may stand still: until the connection is made and takes the next piece of the content,
    /// until the content has it ready, and in the end until Twilio answers. 30 s unless set; the client's
    /// [`attempt_timeout`](crate::ConnectionConfig::attempt_timeout) where that is shorter. Zero is an
    /// [error](Error::is_config).
    pub fn with_idle_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.idle = Some(timeout);
        self
    }

    /// When the upload is tried again, instead of the client's own settings. Without
    /// [`with_idempotent`](Self::with_idempotent) it is tried again only where Twilio did not carry it out; and
    /// content that was begun to be read from a reader or a stream is never sent again. Where the upload has no
    /// time-out of its own, a wait between two attempts is no longer than the client's.
    pub fn with_retry(mut self, retry: RetryConfig) -> Self {
        self.bounds.retry = Some(retry);
        self
    }

    /// Whether uploading it twice is no harm; it may then be tried again where nobody knows whether Twilio has
    /// carried it out. False unless set.
    pub fn with_idempotent(mut self, idempotent: bool) -> Self {
        self.bounds.idempotent = idempotent;
        self
    }
}

impl<T: Output> UploadRequest<T> {
    /// Sends the content and gives the answer.
    ///
    /// # Errors
    ///
    /// [`is_upload`](Error::is_upload): the content could not be read, or has another length than announced;
    /// [`is_invalid_request`](Error::is_invalid_request): a name or the content type cannot stand in a request; and those of
    /// every call.
    pub fn send(self) -> SendFuture<T> {
        SendFuture(Box::pin(async move { self.response().await.map(Response::into_value) }))
    }

    /// Sends the content and gives the answer with its status, headers, request id and raw body.
    pub fn send_with_response(self) -> SendFuture<Response<T>> {
        SendFuture(Box::pin(self.response()))
    }

    /// [`send`](Self::send) for programs without an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn send_blocking(self) -> Result<T> {
        crate::blocking::wait(self.send())?
    }

    /// [`send_with_response`](Self::send_with_response) for programs without an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn send_with_response_blocking(self) -> Result<Response<T>> {
        crate::blocking::wait(self.send_with_response())?
    }

    async fn response(self) -> Result<Response<T>> {
        let Self { client, parts, content, content_type, shape, bounds, .. } = self;
        let operation = parts.operation;
        let refused = |message| Error::request(operation, message);
        content.check().map_err(refused)?;
        if let Shape::Form(form) = &shape {
            form.fields.iter().try_for_each(|(name, value)| plain(name, value)).map_err(refused)?;
            plain("the file name", &form.filename).map_err(refused)?;
        }
        let content_type = content.content_type.unwrap_or_else(|| content_type.to_owned());
        let content = Upload { source: content.source, length: content.length, content_type, shape };
        let raw = upload(client, parts, content, bounds).await?;
        let value = T::decode(&raw, operation).map_err(|error| error.with_raw(&raw))?;
        Ok(Response::new(value, raw))
    }
}

impl<T> fmt::Debug for UploadRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadRequest")
            .field("operation", &self.parts.operation.id)
            .field("content", &self.content)
            .field("bounds", &self.bounds)
            .finish_non_exhaustive()
    }
}
