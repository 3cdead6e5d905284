//! One request from its first attempt to its outcome.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;

use super::attempt::{Attempt, attempt, within};
use super::{Dispatch, Operation, Parts, Raw, retry, trace};
use crate::auth::Ready;
use crate::config::{FOREVER, RetryConfig, attempt_timeout};
use crate::{Error, Result};

/// Sends a request and retries it where that is safe, until there is an outcome or the deadline passes.
pub(crate) async fn send(client: &dyn Dispatch, parts: &Parts) -> Result<Raw> {
    let settings = client.handle().settings();
    let timeout = parts.timeout.unwrap_or(settings.timeout).min(FOREVER);
    let idempotent = parts.idempotent.unwrap_or_else(|| parts.is_idempotent());
    let terms = Terms {
        clock: Clock {
            deadline: Instant::now() + timeout,
            attempt: attempt_timeout(settings.attempt_timeout, timeout, idempotent),
        },
        patience: FOREVER,
        retry: parts.retry.as_deref().unwrap_or(&settings.retry),
        idempotent,
    };
    watched(client, parts.operation, async {
        let mut way = Buffered { client, parts };
        attempts(client, parts.operation, &terms, &mut way).await
    })
    .await
}

/// Runs a request in its span.
pub(super) async fn watched(
    client: &dyn Dispatch,
    operation: &'static Operation,
    call: impl Future<Output = Result<Raw>>,
) -> Result<Raw> {
    let span = trace::call(client, operation);
    if span.is_disabled() {
        return call.await;
    }
    let started = Instant::now();
    let outcome = call.instrument(span.clone()).await;
    trace::done(&span, started.elapsed(), &outcome);
    outcome
}

/// Limits of a request.
pub(super) struct Terms<'a> {
    pub(super) clock: Clock,
    /// The longest wait between two attempts.
    pub(super) patience: Duration,
    pub(super) retry: &'a RetryConfig,
    /// Whether the request is idempotent.
    pub(super) idempotent: bool,
}

/// Time limits of an attempt.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    /// The deadline of the request.
    pub(super) deadline: Instant,
    /// The timeout of an attempt, after the wait for the local limits.
    pub(super) attempt: Option<Duration>,
}

impl Clock {
    /// Returns the deadline of an attempt that starts now.
    pub(super) fn until(&self) -> Instant {
        within(self.deadline, self.attempt)
    }
}

/// How a request is sent.
pub(super) trait Way: Send {
    /// Returns the request of the next attempt.
    fn request(&self) -> Result<reqwest::Request>;

    /// Makes one attempt.
    fn attempt(
        &mut self,
        client: &dyn Dispatch,
        operation: &'static Operation,
        request: reqwest::Request,
        clock: Clock,
    ) -> impl Future<Output = Result<Raw>> + Send;

    /// Returns whether the request can be sent again.
    fn is_repeatable(&self) -> bool {
        true
    }
}

/// A request that is built anew for each attempt, and a response that is read completely.
struct Buffered<'a> {
    client: &'a dyn Dispatch,
    parts: &'a Parts,
}

impl Way for Buffered<'_> {
    // Retries are rare; keeping a copy of each request would not be.
    fn request(&self) -> Result<reqwest::Request> {
        super::url::request(self.client, self.parts)
    }

    async fn attempt(
        &mut self,
        client: &dyn Dispatch,
        operation: &'static Operation,
        request: reqwest::Request,
        clock: Clock,
    ) -> Result<Raw> {
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let sending = client.dispatch(request, operation);
        attempt(client.handle(), operation, &host, sending, clock).await
    }
}

pub(super) async fn attempts(
    client: &dyn Dispatch,
    operation: &'static Operation,
    terms: &Terms<'_>,
    way: &mut impl Way,
) -> Result<Raw> {
    let (handle, deadline) = (client.handle(), terms.clock.deadline);
    let mut budget = terms.retry.max_total_delay;
    let settings = handle.settings();
    let (mut number, mut renewed, mut uncertain) = (0, false, false);
    if operation.oauth
        && let Some(given) = handle.auth().auth().not_oauth()
    {
        let message = format!(
            "takes OAuth credentials only, and the client has {given}; give it an OAuth app (`OAuthConfig`: \
             `client_id` and `client_secret`), or send this request through `Client::with_auth`"
        );
        return Err(Error::request(operation, message));
    }
    loop {
        number += 1;
        let unsent = move |error: Error| error.after(number - 1, uncertain);
        let mut outgoing = way.request().map_err(unsent)?;
        let ready = match operation.authenticated {
            true => handle.auth().ready(handle, deadline).await,
            false => Ok(Ready::NONE),
        };
        let ready = ready.map_err(|e| unsent(Error::token(Some(operation), e)))?;
        // A page's link may contain a secret parameter, which no span must show.
        handle.auth().clear(&mut outgoing);
        ready.put_into(&mut outgoing);
        let watch = trace::attempt(client, operation, &outgoing, number);
        let outcome = way.attempt(client, operation, outgoing, terms.clock).instrument(watch.span()).await;
        let refused = outcome.as_ref().is_ok_and(|raw| raw.status == http::StatusCode::UNAUTHORIZED);
        // The token is dropped even if the request cannot be sent again.
        let fresh = refused && !renewed && operation.authenticated && handle.auth().renew(&ready);
        let retry_in = if !way.is_repeatable() {
            None
        } else if fresh {
            renewed = true;
            Some(Duration::ZERO)
        } else {
            let time = deadline.saturating_duration_since(Instant::now()).min(terms.patience);
            let left = retry::Left { time, budget };
            retry::delay(terms.retry, terms.idempotent, number, &outcome, left)
        };
        watch.end(&outcome, retry_in);
        if let Some(observer) = &settings.observer {
            let raw = outcome.as_ref().ok();
            (observer.0)(&Attempt {
                product: client.product(),
                operation_id: operation.id,
                method: operation.method.into(),
                host: watch.host(),
                attempt: number,
                status: raw.map(|raw| raw.status).or(outcome.as_ref().err().and_then(Error::status)),
                request_id: raw
                    .and_then(Raw::request_id)
                    .or(outcome.as_ref().err().and_then(Error::request_id)),
                error: outcome.as_ref().err(),
                elapsed: watch.elapsed(),
                retry_in,
            });
        }
        let Some(delay) = retry_in else {
            return match outcome {
                Ok(raw) => Ok(Raw { attempts: number, uncertain, ..raw }),
                Err(error) if error.is_held_back() => Err(unsent(error)),
                Err(error) => Err(error.after(number, uncertain)),
            };
        };
        budget = budget.saturating_sub(delay);
        uncertain |= retry::may_be_carried_out(&outcome);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }
}
