//! One call from its first attempt to its outcome.

use std::time::Duration;

use tokio::time::Instant;
use tracing::Instrument as _;

use super::attempt::{Attempt, attempt};
use super::{Dispatch, Parts, Raw, retry, trace};
use crate::{Error, Result};

/// A time-out beyond this is as good as none, and can be added to every moment.
const FOREVER: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// Sends a call, again where that is safe, until there is an outcome or no time is left.
pub(crate) async fn send(client: &dyn Dispatch, parts: &Parts) -> Result<Raw> {
    let span = trace::call(client, parts.operation);
    if span.is_disabled() {
        return attempts(client, parts).await;
    }
    let started = Instant::now();
    let outcome = attempts(client, parts).instrument(span.clone()).await;
    trace::done(&span, started.elapsed(), &outcome);
    outcome
}

async fn attempts(client: &dyn Dispatch, parts: &Parts) -> Result<Raw> {
    let (handle, operation) = (client.handle(), parts.operation);
    let settings = handle.settings();
    let timeout = parts.timeout.unwrap_or(settings.timeout).min(FOREVER);
    let deadline = Instant::now() + timeout;
    let config = parts.retry.as_deref().unwrap_or(&settings.retry);
    let idempotent = parts.idempotent.unwrap_or(retry::is_idempotent(operation.method));
    let (mut number, mut renewed) = (0, false);
    loop {
        number += 1;
        // Making a request again is rare; keeping a copy of each would not be.
        let outgoing = super::url::request(client, parts).map_err(|e| e.with_attempts(number - 1))?;
        let watch = trace::attempt(client, operation, &outgoing, number);
        let sending = client.dispatch(outgoing, operation);
        let outcome =
            attempt(handle, operation, watch.host(), sending, deadline).instrument(watch.span()).await;
        let refused = outcome.as_ref().is_ok_and(|raw| raw.status == http::StatusCode::UNAUTHORIZED);
        let retry_in = if refused && !renewed && operation.authenticated && handle.auth().renew() {
            renewed = true;
            Some(Duration::ZERO)
        } else {
            let left = deadline.saturating_duration_since(Instant::now());
            retry::delay(config, idempotent, number, &outcome, left)
        };
        watch.end(&outcome, retry_in);
        if let Some(observer) = &settings.observer {
            let raw = outcome.as_ref().ok();
            (observer.0)(&Attempt {
                product: client.product(),
                operation_id: operation.id,
                method: operation.method.into(),
                host: watch.host(),
                number,
                status: raw.map(|raw| raw.status).or(outcome.as_ref().err().and_then(Error::status)),
                request_id: raw
                    .and_then(Raw::request_id)
                    .or(outcome.as_ref().err().and_then(Error::request_id)),
                error: outcome.as_ref().err(),
                elapsed: watch.elapsed(),
                retry_in,
            });
        }
        match retry_in {
            Some(Duration::ZERO) => {}
            Some(delay) => tokio::time::sleep(delay).await,
            None => {
                return match outcome {
                    Ok(raw) => Ok(Raw { attempts: number, ..raw }),
                    // The client's own limits held the last one back.
                    Err(error) if error.is_busy() || error.is_circuit_open() => {
                        Err(error.with_attempts(number - 1))
                    }
                    Err(error) => Err(error.with_attempts(number)),
                };
            }
        }
    }
}
