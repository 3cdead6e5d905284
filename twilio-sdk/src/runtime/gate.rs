use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::attempt::within;
use super::breaker::{Breakers, Ticket};
use super::limit::{InFlight, Seat};
use super::{Operation, Raw};
use crate::config::ConnectionConfig;
use crate::{Error, Result};

/// The number of concurrent requests of the account, a header of responses.
const CONCURRENT: &str = "twilio-concurrent-requests";

/// Applies the client's own limits and the circuit breaker of the host to each request.
pub(crate) struct Gate {
    places: Option<Arc<InFlight>>,
    wait: Duration,
    #[cfg(feature = "rate-limit")]
    rate: Option<super::limit::Rate>,
    breakers: Option<Breakers>,
}

impl Gate {
    pub(crate) fn new(config: &ConnectionConfig) -> Self {
        Self {
            places: config.pool.max_in_flight.map(InFlight::new),
            wait: config.pool.acquire_timeout,
            #[cfg(feature = "rate-limit")]
            rate: config.rate_limit.and_then(super::limit::Rate::new),
            breakers: config.circuit_breaker.clone().map(Breakers::new),
        }
    }

    /// Waits for the local limits, unless the circuit of the host is open.
    pub(super) async fn enter(
        &self,
        operation: &'static Operation,
        host: &str,
        deadline: Instant,
    ) -> Result<Pass> {
        let breaker = self.breakers.as_ref().map(|breakers| breakers.of(host));
        let refused = |wait| Error::circuit_open(operation, host, wait);
        // A request that would be rejected does not wait first.
        if let Some(wait) = breaker.as_ref().and_then(|breaker| breaker.wait()) {
            return Err(refused(wait));
        }
        #[cfg(feature = "rate-limit")]
        if let Some(rate) = &self.rate
            && timeout_at(deadline, rate.enter()).await.is_err()
        {
            return Err(Error::busy(
                operation,
                "the rate limit did not allow the request within its timeout",
            ));
        }
        let seat = match &self.places {
            Some(places) => Some(self.seat(places, operation, deadline).await?),
            None => None,
        };
        let ticket = breaker.map(|breaker| breaker.admit()).transpose().map_err(refused)?;
        Ok(Pass { seat, ticket })
    }

    async fn seat(
        &self,
        places: &Arc<InFlight>,
        operation: &'static Operation,
        deadline: Instant,
    ) -> Result<Seat> {
        timeout_at(within(deadline, Some(self.wait)), places.enter()).await.map_err(|_| {
            let max = places.most();
            Error::busy(
                operation,
                format!(
                    "no free slot within acquire_timeout: {max} requests in flight; raise max_in_flight or send less"
                ),
            )
        })
    }
}

/// A request in flight; dropping it frees its slot.
pub(super) struct Pass {
    seat: Option<Seat>,
    ticket: Option<Ticket>,
}

impl Pass {
    /// Records the outcome; `is_full` is whether the attempt had the whole timeout of the client's settings.
    pub(super) fn leave(&mut self, operation: &Operation, outcome: &Result<Raw>, is_full: bool) {
        // Only Twilio knows the concurrency of an account, and only Twilio gets credentials.
        if let (Some(seat), Ok(raw), true) = (&self.seat, outcome, operation.authenticated)
            && let Some(of_account) = concurrent(raw)
        {
            seat.observe(of_account);
        }
        if let Some(ticket) = &mut self.ticket {
            let failed = match outcome {
                Ok(raw) => ticket.is_failure(raw.status),
                // A shorter timeout of the caller says nothing about the host.
                Err(error) if error.is_timeout() && !is_full => return,
                Err(error) if error.is_connect() || error.is_timeout() || error.is_transport() => true,
                // The host responded, with more than the limit.
                Err(error) if error.is_response_too_large() => false,
                // The host is not the cause, or was not contacted.
                Err(_) => return,
            };
            ticket.tell(failed);
        }
    }
}

fn concurrent(raw: &Raw) -> Option<usize> {
    raw.headers.get(CONCURRENT)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{CircuitBreakerConfig, PoolConfig};
    use crate::runtime::{BodyKind, Method};

    static OURS: Operation = Operation::new("Test", Method::Get, "/", BodyKind::None);
    static ELSEWHERE: Operation = Operation::new("Test", Method::Get, "/", BodyKind::None).anonymous();

    fn config() -> ConnectionConfig {
        ConnectionConfig::new(crate::AuthTokenConfig::new("AC1", "t"))
    }

    async fn enter(gate: &Gate) -> Result<Pass> {
        gate.enter(&OURS, "api.twilio.com", Instant::now() + Duration::from_secs(60)).await
    }

    fn answer(status: u16) -> Raw {
        let status = http::StatusCode::from_u16(status).expect("a status");
        let headers = http::HeaderMap::from_iter([(
            http::HeaderName::from_static(CONCURRENT),
            http::HeaderValue::from_static("100"),
        )]);
        Raw { status, headers, body: bytes::Bytes::new(), attempts: 1, uncertain: false }
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_reached_the_host_says_nothing_of_it() {
        let breaker = CircuitBreakerConfig::new().min_attempts(1);
        let gate = Gate::new(&config().circuit_breaker(breaker));
        enter(&gate).await.expect("closed").leave(&OURS, &Ok(answer(503)), true);
        tokio::time::advance(Duration::from_secs(30)).await;
        let mut probe = enter(&gate).await.expect("a probe");
        probe.leave(&OURS, &Err(Error::request(&OURS, "nothing was sent")), true);
        drop(probe);
        let probe = enter(&gate).await.expect("another probe");
        assert!(enter(&gate).await.is_err_and(|error| error.is_circuit_open()), "the circuit was not closed");
        drop(probe);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_but_twilio_says_what_the_account_has_under_way() {
        let gate = Gate::new(&config().pool(PoolConfig::new().max_in_flight(2)));
        enter(&gate).await.expect("a place").leave(&ELSEWHERE, &Ok(answer(200)), true);
        let mut both = (enter(&gate).await.expect("a place"), enter(&gate).await.expect("the other place"));
        both.0.leave(&OURS, &Ok(answer(200)), true);
        drop(both);
        let _held = enter(&gate).await.expect("a place");
        assert!(enter(&gate).await.is_err_and(|error| error.is_local_limit()), "the other place is others'");
    }
}
