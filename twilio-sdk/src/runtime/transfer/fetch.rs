use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::incoming::Incoming;
use super::redirect::Trail;
use super::target::{Target, copy, redirected};
use crate::config::{FOREVER, RetryConfig, attempt_timeout};
use crate::runtime::send::{Clock, Terms, Way, attempts, watched};
use crate::runtime::{Dispatch, Operation, Raw, attempt};
use crate::{Error, Result};

/// Limits of a transfer, instead of those of the client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) retry: Option<RetryConfig>,
    /// Whether an upload is idempotent.
    pub(crate) idempotent: bool,
    /// Maximum size of a download, in bytes.
    pub(crate) limit: Option<u64>,
}

/// Default idle timeout.
pub(super) const IDLE: Duration = Duration::from_secs(30);

impl Bounds {
    /// Rejects timeouts of zero.
    pub(super) fn check(&self) -> Result<()> {
        for (name, time) in [("timeout", self.timeout), ("idle_timeout", self.idle)] {
            if time.is_some_and(|time| time.is_zero()) {
                return Err(Error::config(format!("{name} is zero; set a positive timeout")));
            }
        }
        self.retry.as_ref().map_or(Ok(()), RetryConfig::check)
    }

    /// Returns the idle timeout.
    pub(super) fn idle(&self) -> Duration {
        self.idle.unwrap_or(IDLE).min(FOREVER)
    }
}

/// Requests a file and returns its body with the first chunk; retries until then where that is safe.
pub(crate) async fn fetch(client: Arc<dyn Dispatch>, target: Target, bounds: Bounds) -> Result<Incoming> {
    let settings = client.handle().settings();
    let operation = if target.own { &target.routes.own } else { &target.routes.elsewhere };
    let retry = bounds.retry.as_ref().unwrap_or(&settings.retry);
    bounds.check()?;
    let timeout = bounds.timeout.unwrap_or(settings.timeout).min(FOREVER);
    let attempt = attempt_timeout(settings.attempt_timeout, timeout, true);
    let clock = Clock { deadline: Instant::now() + timeout, attempt };
    let terms = Terms { clock, patience: FOREVER, retry, idempotent: true };
    let idle = bounds.idle();
    let mut way = Streamed { target, idle, limit: bounds.limit, opened: None };
    let raw = watched(&*client, operation, attempts(&*client, operation, &terms, &mut way)).await?;
    let attempts = raw.attempts;
    match way.opened.take() {
        Some(mut incoming) => {
            incoming.set_attempts(attempts);
            Ok(incoming)
        }
        None => Err(Error::api(operation, raw)),
    }
}

/// A request without a body, and a response whose body is streamed.
struct Streamed {
    target: Target,
    idle: Duration,
    limit: Option<u64>,
    opened: Option<Incoming>,
}

impl Way for Streamed {
    fn request(&self) -> Result<reqwest::Request> {
        Ok(copy(&self.target.request))
    }

    async fn attempt(
        &mut self,
        client: &dyn Dispatch,
        _: &'static Operation,
        request: reqwest::Request,
        clock: Clock,
    ) -> Result<Raw> {
        let until = clock.until();
        self.opened = None;
        let mut trail = Trail::new(request.url());
        let (mut request, mut own) = (request, self.target.own);
        loop {
            let operation = if own { &self.target.routes.own } else { &self.target.routes.elsewhere };
            let asked = copy(&request);
            let (raw, incoming) = self.hop(client, operation, request, clock.deadline, until).await?;
            self.opened = incoming;
            if !matches!(raw.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(raw);
            }
            let to = trail.follow(&raw.headers).map_err(|why| Error::redirect(operation, why, &raw))?;
            (request, own) = redirected(&asked, to, own);
        }
    }
}

impl Streamed {
    /// Sends one request: a success has a streamed body, any other response is read completely.
    async fn hop(
        &self,
        client: &dyn Dispatch,
        operation: &'static Operation,
        request: reqwest::Request,
        deadline: Instant,
        until: Instant,
    ) -> Result<(Raw, Option<Incoming>)> {
        let limits = &client.handle().settings().limits;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let mut pass = client.handle().gate().enter(operation, &host, deadline).await?;
        let is_full = attempt::is_full(client.handle().settings().full_attempt, until);
        let exchange = async {
            let mut response = client.dispatch(request, operation).await?;
            let raw = attempt::head(operation, &mut response, limits)?;
            match raw.status.is_success() {
                true => Ok((raw, Some(response))),
                false => Ok((attempt::body(operation, raw, response, limits).await?, None)),
            }
        };
        let late = |_| Error::timeout(operation, &host);
        let outcome = timeout_at(until, exchange).await.map_err(late).and_then(|outcome| outcome);
        let (raw, response) = match outcome {
            Ok((raw, response)) => (Ok(raw), response),
            Err(error) => (Err(error), None),
        };
        pass.leave(operation, &raw, is_full);
        let raw = raw?;
        let Some(response) = response else { return Ok((raw, None)) };
        let mut incoming = Incoming::new(operation, raw.clone(), response, pass, self.idle, self.limit)?;
        timeout_at(until, incoming.prefetch()).await.map_err(late)??;
        Ok((raw, Some(incoming)))
    }
}
