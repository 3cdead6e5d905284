use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use reqwest::multipart;
use tokio::time::{Instant, sleep_until};

use super::content::{Body, Content, Source};
use super::fetch::Bounds;
use super::target::copy;
use crate::config::FOREVER;
use crate::runtime::send::{Clock, Terms, Way, attempts, watched};
use crate::runtime::{Dispatch, Operation, Parts, Raw, attempt};
use crate::{Error, Result};

/// An upload.
pub(crate) struct Upload {
    pub(crate) source: Source,
    pub(crate) length: u64,
    pub(crate) content_type: String,
    pub(crate) shape: Shape,
}

/// The place of the content in the body of the request.
pub(crate) enum Shape {
    /// The content is the body.
    Plain,
    /// The content is the part `Content` of a `multipart/form-data` body (RFC 7578).
    Form(Form),
}

/// The other parts of a form.
pub(crate) struct Form {
    pub(crate) fields: Vec<(&'static str, String)>,
    pub(crate) filename: String,
}

/// Sends content; retries only if nothing was executed and the content can be read again.
pub(crate) async fn upload(
    client: Arc<dyn Dispatch>,
    parts: Parts,
    upload: Upload,
    bounds: Bounds,
) -> Result<Raw> {
    let (settings, operation) = (client.handle().settings(), parts.operation);
    let retry = bounds.retry.as_ref().unwrap_or(&settings.retry);
    bounds.check()?;
    let deadline = Instant::now() + bounds.timeout.unwrap_or(FOREVER).min(FOREVER);
    // Without a timeout only `Retry-After` would limit the waits of an upload.
    let patience = bounds.timeout.unwrap_or(settings.timeout);
    let clock = Clock { deadline, attempt: None };
    let terms = Terms { clock, patience, retry, idempotent: bounds.idempotent };
    let idle = bounds.idle();
    let mut way = Outgoing {
        base: crate::runtime::url::request(&*client, &parts)?,
        http: client.handle().http().clone(),
        operation,
        content: Arc::new(Content::new(upload.source, upload.length)),
        length: upload.length,
        content_type: upload.content_type,
        shape: upload.shape,
        idle: settings.attempt_timeout.map_or(idle, |timeout| idle.min(timeout)),
    };
    let raw = watched(&*client, operation, attempts(&*client, operation, &terms, &mut way)).await?;
    raw.into_success(operation)
}

/// A body that is read while it is sent, and a response that is read completely.
struct Outgoing {
    base: reqwest::Request,
    http: reqwest::Client,
    operation: &'static Operation,
    content: Arc<Content>,
    length: u64,
    content_type: String,
    shape: Shape,
    idle: Duration,
}

impl Way for Outgoing {
    fn request(&self) -> Result<reqwest::Request> {
        let operation = self.operation;
        let wrong = |what: &str| Error::request(operation, format!("{what} is invalid in a request"));
        let mut base = copy(&self.base);
        let body = reqwest::Body::wrap(Body::new(&self.content));
        match &self.shape {
            Shape::Plain => {
                let value =
                    HeaderValue::from_str(&self.content_type).map_err(|_| wrong("the content type"))?;
                base.headers_mut().insert(CONTENT_TYPE, value);
                *base.body_mut() = Some(body);
                Ok(base)
            }
            Shape::Form(form) => {
                let part = multipart::Part::stream_with_length(body, self.length)
                    .file_name(form.filename.clone())
                    .mime_str(&self.content_type)
                    .map_err(|_| wrong("the content type"))?;
                let mut all = multipart::Form::new();
                for (name, value) in &form.fields {
                    all = all.text(*name, value.clone());
                }
                reqwest::RequestBuilder::from_parts(self.http.clone(), base)
                    .multipart(all.part("Content", part))
                    .build()
                    .map_err(|_| wrong("the form"))
            }
        }
    }

    async fn attempt(
        &mut self,
        client: &dyn Dispatch,
        operation: &'static Operation,
        request: reqwest::Request,
        clock: Clock,
    ) -> Result<Raw> {
        let deadline = clock.deadline;
        let handle = client.handle();
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let mut pass = handle.gate().enter(operation, &host, deadline).await?;
        let is_full = attempt::is_full(handle.settings().full_attempt.min(self.idle), deadline);
        self.content.begin();
        let exchange = async {
            let response = client.dispatch(request, operation).await?;
            attempt::read(operation, response, &handle.settings().limits).await
        };
        let outcome = match self.unless_stalled(exchange, deadline).await {
            Some(outcome) => outcome,
            None => Err(Error::timeout(operation, &host)),
        };
        // The connection's error says only that the body broke off.
        let outcome = match self.content.failure() {
            Some(error) => Err(Error::content(operation, "cannot read the content to upload", error)),
            None => outcome,
        };
        pass.leave(operation, &outcome, is_full);
        outcome
    }

    fn is_repeatable(&self) -> bool {
        self.content.is_repeatable()
    }
}

impl Outgoing {
    /// Waits for the outcome until the deadline, or until nothing moves for the idle timeout.
    async fn unless_stalled<T>(&self, exchange: impl Future<Output = T>, deadline: Instant) -> Option<T> {
        let until = || deadline.min(self.content.moved() + self.idle);
        let mut exchange = pin!(exchange);
        let mut timer = pin!(sleep_until(until()));
        poll_fn(|context| {
            if let Poll::Ready(outcome) = exchange.as_mut().poll(context) {
                return Poll::Ready(Some(outcome));
            }
            while timer.as_mut().poll(context).is_ready() {
                let until = until();
                if until <= Instant::now() {
                    return Poll::Ready(None);
                }
                timer.as_mut().reset(until);
            }
            Poll::Pending
        })
        .await
    }
}
