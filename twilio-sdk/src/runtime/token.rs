//! Requests to token endpoints. They pass no hook, so that no account's credentials can get into them.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::attempt::{read, within};
use super::{BodyKind, Handle, Method, Operation, Raw, retry, transport};
use crate::Error;
use crate::config::attempt_timeout;
use crate::error::{OAuthError, TokenResult};

/// For errors; the path is whatever the endpoint's is.
const OPERATION: Operation = Operation::new("CreateOauth2Token", Method::Post, "/v2/token", BodyKind::Form);

/// For errors of requests to servers of the user's own.
#[cfg(any(feature = "oauth", feature = "hashicorp-vault"))]
const EXCHANGE: Operation = Operation::new("Request", Method::Post, "/", BodyKind::None);

/// A form for a token endpoint.
pub(crate) struct TokenRequest {
    pub(crate) url: String,
    /// The host that a gateway is to ask.
    pub(crate) forwarded_host: Option<HeaderValue>,
    pub(crate) form: Zeroizing<String>,
}

/// Asks a token endpoint, again where the client's settings say so: asking twice does no harm.
pub(crate) async fn request_token(handle: Handle, asked: TokenRequest) -> TokenResult<Raw> {
    let settings = handle.settings();
    let deadline = Instant::now() + settings.timeout.min(Duration::from_secs(60 * 60));
    let url = reqwest::Url::parse(&asked.url).map_err(|_| OAuthError::new("the token URL is none"))?;
    let body = bytes::Bytes::from_owner(asked.form);
    let mut number = 0;
    let mut budget = settings.retry.max_total_delay;
    let longest = attempt_timeout(settings.attempt_timeout, settings.timeout, true);
    loop {
        number += 1;
        let mut request = reqwest::Request::new(reqwest::Method::POST, url.clone());
        let headers = request.headers_mut();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        if let Some(host) = &asked.forwarded_host {
            headers.insert(HeaderName::from_static("x-forwarded-host"), host.clone());
        }
        *request.body_mut() = Some(body.clone().into());
        let until = within(deadline, longest);
        let exchange = async {
            let sent = handle.http().execute(request).await;
            read(&OPERATION, sent.map_err(|e| Error::transport(&OPERATION, e))?, &settings.limits).await
        };
        let host = url.host_str().unwrap_or_default();
        let outcome =
            timeout_at(until, exchange).await.unwrap_or_else(|_| Err(Error::timeout(&OPERATION, host)));
        let time = deadline.saturating_duration_since(Instant::now());
        match retry::delay(&settings.retry, true, number, &outcome, retry::Left { time, budget }) {
            Some(delay) => {
                budget = budget.saturating_sub(delay);
                tokio::time::sleep(delay).await;
            }
            None => return outcome.map_err(unanswered),
        }
    }
}

/// The way to a server of the user's own: for logins, for secrets.
#[cfg(any(feature = "oauth", feature = "hashicorp-vault"))]
pub(crate) struct Exchange {
    http: reqwest::Client,
    limits: crate::config::ResponseLimits,
    timeout: Duration,
}

#[cfg(any(feature = "oauth", feature = "hashicorp-vault"))]
impl Exchange {
    /// Connections by these settings, whose credentials are not used.
    pub(crate) fn new(config: &crate::ConnectionConfig, needs_tls: bool) -> crate::Result<Self> {
        config.check()?;
        let http = transport::client(config, needs_tls)?;
        Ok(Self { http, limits: config.limits.clone(), timeout: config.timeout })
    }

    /// Sends a request once and reads its whole answer.
    pub(crate) async fn send(&self, request: http::Request<Vec<u8>>) -> crate::Result<Raw> {
        let failed = |e| Error::transport(&EXCHANGE, e);
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let exchange =
            async { read(&EXCHANGE, self.http.execute(request).await.map_err(failed)?, &self.limits).await };
        let outcome = tokio::time::timeout(self.timeout, exchange).await;
        outcome.unwrap_or_else(|_| Err(Error::timeout(&EXCHANGE, &host)))
    }
}

fn unanswered(error: Error) -> Box<OAuthError> {
    OAuthError::new(transport::chain(&error))
}
