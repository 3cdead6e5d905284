use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::attempt::within;
use super::breaker::{Breakers, Ticket};
use super::limit::{InFlight, Seat};
use super::{Operation, Raw};
use crate::config::ConnectionConfig;
use crate::{Error, Result};

/// Tells how many requests the account had under way when this one was answered.
const CONCURRENT: &str = "twilio-concurrent-requests";

/// What every request passes on its way out: the client's own limits and the host's circuit breaker.
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
            places: config.pool.max_active.map(InFlight::new),
            wait: config.pool.wait,
            #[cfg(feature = "rate-limit")]
            rate: config.rate_limit.and_then(super::limit::Rate::new),
            breakers: config.circuit_breaker.clone().map(Breakers::new),
        }
    }

    /// Waits for the request's turn, unless the host's circuit is open.
    pub(super) async fn enter(
        &self,
        operation: &'static Operation,
        host: &str,
        deadline: Instant,
    ) -> Result<Pass> {
        let breaker = self.breakers.as_ref().map(|breakers| breakers.of(host));
        let refused = |wait| Error::circuit_open(operation, host, wait);
        // A call that will be refused does not wait for its turn first.
        if let Some(wait) = breaker.as_ref().and_then(|breaker| breaker.wait()) {
            return Err(refused(wait));
        }
        #[cfg(feature = "rate-limit")]
        if let Some(rate) = &self.rate
            && timeout_at(deadline, rate.enter()).await.is_err()
        {
            return Err(Error::busy(
                operation,
                "the rate limit did not let the call through within its time-out",
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
            let most = places.most();
            Error::busy(operation, format!("no turn came within the wait: max_active is {most}"))
        })
    }
}

/// A request that is under way; dropping it gives its place back.
pub(super) struct Pass {
    seat: Option<Seat>,
    ticket: Option<Ticket>,
}

impl Pass {
    /// Tells the gate how the request ended.
    pub(super) fn leave(&mut self, outcome: &Result<Raw>) {
        if let (Some(seat), Ok(raw)) = (&self.seat, outcome)
            && let Some(of_account) = concurrent(raw)
        {
            seat.observe(of_account);
        }
        if let Some(ticket) = &mut self.ticket {
            let failed = match outcome {
                Ok(raw) => ticket.is_failure(raw.status),
                Err(error) => error.is_connect() || error.is_timeout() || error.is_transport(),
            };
            ticket.tell(failed);
        }
    }
}

fn concurrent(raw: &Raw) -> Option<usize> {
    raw.headers.get(CONCURRENT)?.to_str().ok()?.trim().parse().ok()
}
