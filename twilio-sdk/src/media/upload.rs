use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use super::UploadContent;
use super::content::plain;
use crate::runtime::transfer::{Bounds, Shape, Upload, upload};
use crate::runtime::{Dispatch, Output, Parts};
use crate::{Error, Response, Result, RetryConfig, SendFuture};

/// Builds an upload; `T` is the type of its response.
#[must_use = "sends nothing until `send` is awaited"]
pub struct UploadRequest<T> {
    client: Arc<dyn Dispatch>,
    parts: Parts,
    content: UploadContent,
    /// The default media type of the content.
    content_type: &'static str,
    shape: Shape,
    bounds: Bounds,
    output: PhantomData<fn() -> T>,
}

impl<T> UploadRequest<T> {
    pub(super) fn new(
        client: Arc<dyn Dispatch>,
        parts: Parts,
        content: UploadContent,
        content_type: &'static str,
        shape: Shape,
    ) -> Self {
        let bounds = Bounds::default();
        Self { client, parts, content, content_type, shape, bounds, output: PhantomData }
    }

    /// Sets the timeout of the whole upload, including retries. Default: none, because large files take long. Zero is an
    /// [error](Error::is_config).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = Some(timeout);
        self
    }

    /// Sets the timeout of each step: connecting, reading and sending a chunk of the content, and waiting for the response.
    /// Default: 30 s, or the client's [`attempt_timeout`](crate::ConnectionConfig::attempt_timeout) if that is shorter. Zero
    /// is an [error](Error::is_config).
    pub fn with_idle_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.idle = Some(timeout);
        self
    }

    /// Sets when the upload is retried. Default: the settings of the client.
    ///
    /// Without [`with_idempotent`](Self::with_idempotent) it is retried only if Twilio did not execute it. Content of a
    /// reader or stream is not sent again once a part of it was read. If the upload has no timeout, the client's timeout
    /// bounds the wait between two attempts.
    pub fn with_retry(mut self, retry: RetryConfig) -> Self {
        self.bounds.retry = Some(retry);
        self
    }

    /// Marks the upload as idempotent, so that it is retried although Twilio may have executed it. Default: `false`.
    pub fn with_idempotent(mut self, idempotent: bool) -> Self {
        self.bounds.idempotent = idempotent;
        self
    }
}

impl<T: Output> UploadRequest<T> {
    /// Sends the content and returns the decoded response.
    ///
    /// # Errors
    ///
    /// - [`is_upload`](Error::is_upload): the content cannot be read, or its length is not the announced one.
    /// - [`is_invalid_request`](Error::is_invalid_request): a name or the content type is invalid.
    /// - The errors of every request.
    pub fn send(self) -> SendFuture<T> {
        SendFuture(Box::pin(async move { self.response().await.map(Response::into_value) }))
    }

    /// Sends the content and returns the decoded response with status, headers, request ID and raw body.
    pub fn send_with_response(self) -> SendFuture<Response<T>> {
        SendFuture(Box::pin(self.response()))
    }

    /// Like [`send`](Self::send), for programs without an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn send_blocking(self) -> Result<T> {
        crate::blocking::wait(self.send())?
    }

    /// Like [`send_with_response`](Self::send_with_response), for programs without an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn send_with_response_blocking(self) -> Result<Response<T>> {
        crate::blocking::wait(self.send_with_response())?
    }

    async fn response(self) -> Result<Response<T>> {
        let Self { client, parts, content, content_type, shape, bounds, .. } = self;
        let operation = parts.operation;
        let invalid = |message| Error::request(operation, message);
        content.check().map_err(invalid)?;
        if let Shape::Form(form) = &shape {
            form.fields.iter().try_for_each(|(name, value)| plain(name, value)).map_err(invalid)?;
            plain("the file name", &form.filename).map_err(invalid)?;
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
