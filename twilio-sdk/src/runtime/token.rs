//! Requests to token endpoints. They bypass the hooks, so that no account's credentials get into them.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::attempt::{read, within};
use super::{BodyKind, Handle, Method, Operation, Raw, chain, retry};
use crate::Error;
use crate::config::attempt_timeout;
use crate::error::{OAuthError, TokenResult};

/// The operation in errors; the path depends on the endpoint.
const OPERATION: Operation = Operation::new("CreateOauth2Token", Method::Post, "/v2/token", BodyKind::Form);

/// A form for a token endpoint.
pub(crate) struct TokenRequest {
    pub(crate) url: String,
    /// The host that a gateway forwards to.
    pub(crate) forwarded_host: Option<HeaderValue>,
    pub(crate) form: Zeroizing<String>,
}

/// Requests a token, with retries by the client's settings: the request is idempotent.
pub(crate) async fn request_token(handle: Handle, asked: TokenRequest) -> TokenResult<Raw> {
    let settings = handle.settings();
    let deadline = Instant::now() + settings.timeout.min(Duration::from_secs(60 * 60));
    let url = reqwest::Url::parse(&asked.url).map_err(|_| OAuthError::new("the token URL is invalid"))?;
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

fn unanswered(error: Error) -> Box<OAuthError> {
    OAuthError::new(chain(&error))
}
