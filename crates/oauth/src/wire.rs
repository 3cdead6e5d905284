use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use http::header::AUTHORIZATION;
use oauth2::basic::{BasicTokenResponse, BasicTokenType};
use oauth2::{
    AsyncHttpClient, ErrorResponse, HttpRequest, HttpResponse, RequestTokenError, Scope, TokenResponse as _,
};
use serde_json::Value;
use twilio_sdk_http::internal::header::is_bearer_token;
use twilio_sdk_http::internal::token::{Lifetime, error_response, redact, seconds};
use twilio_sdk_http::internal::{Exchange, RawResponse, TokenResult, chain};
use twilio_sdk_http::{HttpError, OAuthError};
use twilio_sdk_types::SecretString;

use crate::Tokens;
use crate::device::{LONGEST, expired};

/// One exchange with the authorization server: sends requests of the crate `oauth2` and reads the responses.
pub(crate) struct Wire {
    exchange: Arc<Exchange>,
    started: SystemTime,
    /// The last error response.
    rejected: Mutex<Option<Box<OAuthError>>>,
}

impl Wire {
    pub(crate) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange, started: SystemTime::now(), rejected: Mutex::new(None) }
    }

    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(value) = request.headers_mut().get_mut(AUTHORIZATION) {
            value.set_sensitive(true);
        }
        let mut raw = self.exchange.send(request).await?;
        let mut response = HttpResponse::new(Vec::new());
        if raw.status.is_success() {
            // oauth2 accepts 200 only, but servers send 201 too.
            *response.body_mut() = normalized(&raw);
        } else {
            let found = error_response(raw.status, &raw.headers, &raw.body);
            *self.rejected.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
            *response.status_mut() = raw.status;
            *response.body_mut() = raw.body.to_vec();
        }
        *response.headers_mut() = std::mem::take(&mut raw.headers);
        raw.wipe();
        Ok(response)
    }

    /// Converts an error of the crate `oauth2`.
    pub(crate) fn problem<T: ErrorResponse + 'static>(
        &self,
        error: RequestTokenError<HttpError, T>,
        secrets: &[&SecretString],
    ) -> Box<OAuthError> {
        let rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Messages of oauth2 repeat bodies, which may contain tokens.
        let problem = match (error, rejected) {
            (RequestTokenError::Request(error), _) => OAuthError::new(chain(&error)),
            (_, Some(rejected)) => rejected,
            // The only error response that oauth2 creates itself.
            (RequestTokenError::ServerResponse(_), None) => expired(),
            (RequestTokenError::Parse(..) | RequestTokenError::Other(_), None) => {
                OAuthError::new("the response is not the expected JSON")
            }
        };
        redact(problem, secrets)
    }

    /// Returns the tokens of a successful response.
    pub(crate) fn tokens(&self, granted: &BasicTokenResponse) -> TokenResult<Tokens> {
        if *granted.token_type() != BasicTokenType::Bearer {
            return Err(OAuthError::new("the server returned a token of another type than Bearer"));
        }
        let access_token = granted.access_token().secret().as_str();
        if !is_bearer_token(access_token) {
            return Err(OAuthError::new("the server returned a token that a header cannot carry"));
        }
        let lifetime =
            Lifetime::of(granted.expires_in().map(|lifetime| lifetime.as_secs_f64()), access_token);
        let scope =
            granted.scopes().map(|scopes| scopes.iter().map(Scope::as_ref).collect::<Vec<_>>().join(" "));
        let refresh_token = granted.refresh_token().map(|token| token.secret().as_str());
        let refresh_token = refresh_token.filter(|token| !token.is_empty()).map(SecretString::from);
        let mut tokens = Tokens::new(access_token, refresh_token, lifetime.left);
        tokens.scope = scope;
        tokens.issued_at = self.started;
        tokens.expires_at = self.started.checked_add(lifetime.left).unwrap_or(self.started);
        Ok(tokens)
    }
}

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Returns the body with numbers that oauth2 accepts: servers also send strings, fractions and negative numbers.
fn normalized(raw: &RawResponse) -> Vec<u8> {
    let Ok(Value::Object(mut map)) = serde_json::from_slice(&raw.body) else { return raw.body.to_vec() };
    let mut rewrite = |field: &str, whole: fn(f64) -> u64| {
        if let Some(value) = map.remove(field)
            && let Some(seconds) = seconds(&value)
        {
            map.insert(field.to_owned(), whole(seconds).into());
        }
    };
    // A conversion to an integer stops at its bounds.
    rewrite("expires_in", |seconds| seconds as u64);
    // An interval of zero would flood the server, and oauth2 adds to it without a check.
    rewrite("interval", |seconds| seconds.ceil().clamp(1.0, LONGEST.as_secs_f64()) as u64);
    Value::Object(map).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_normalized_and_the_rest_is_kept() {
        for (body, expected) in [
            (r#"{"expires_in":"60","interval":0}"#, r#"{"expires_in":60,"interval":1}"#),
            (r#"{"expires_in":-5,"interval":2.9}"#, r#"{"expires_in":0,"interval":3}"#),
            (r#"{"expires_in":null,"interval":"soon"}"#, "{}"),
            (
                r#"{"expires_in":1e300,"interval":1e300}"#,
                r#"{"expires_in":18446744073709551615,"interval":86400}"#,
            ),
            (r#"{"a":{"expires_in":"x"}}"#, r#"{"a":{"expires_in":"x"}}"#),
            ("<html>", "<html>"),
            ("[1]", "[1]"),
        ] {
            let body = body.to_owned().into();
            let raw = RawResponse { status: http::StatusCode::OK, headers: http::HeaderMap::new(), body };
            assert_eq!(String::from_utf8(normalized(&raw)).unwrap(), expected);
        }
    }
}
