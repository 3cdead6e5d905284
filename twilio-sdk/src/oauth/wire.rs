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
use twilio_sdk_http::HttpError;
use twilio_sdk_http::internal::header::is_bearer_token;
use twilio_sdk_http::internal::token::{Lifetime, error_response, redact, seconds};
use twilio_sdk_http::internal::{Exchange, RawResponse};

use super::Tokens;
use super::device::{LONGEST, expired};
use crate::error::{OAuthError, TokenResult};
use crate::types::SecretString;

/// One exchange with the authorization server: carries requests of the crate `oauth2`, and reads what comes back.
pub(super) struct Wire {
    exchange: Arc<Exchange>,
    begun: SystemTime,
    /// The last answer that was not a success.
    refused: Mutex<Option<Box<OAuthError>>>,
}

impl Wire {
    pub(super) fn new(exchange: Arc<Exchange>) -> Self {
        Self { exchange, begun: SystemTime::now(), refused: Mutex::new(None) }
    }

    async fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(value) = request.headers_mut().get_mut(AUTHORIZATION) {
            value.set_sensitive(true);
        }
        let mut raw = self.exchange.send(request).await?;
        let mut response = HttpResponse::new(Vec::new());
        if raw.status.is_success() {
            // The crate takes 200 only, but servers answer 201 too.
            *response.body_mut() = usual(&raw);
        } else {
            let found = error_response(raw.status, &raw.headers, &raw.body);
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
            *response.status_mut() = raw.status;
            *response.body_mut() = raw.body.to_vec();
        }
        *response.headers_mut() = std::mem::take(&mut raw.headers);
        raw.wipe();
        Ok(response)
    }

    /// Why there is no answer of use.
    pub(super) fn problem<T: ErrorResponse + 'static>(
        &self,
        error: RequestTokenError<HttpError, T>,
        secrets: &[&SecretString],
    ) -> Box<OAuthError> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The crate's own texts repeat bodies, which may hold tokens.
        let problem = match (error, refused) {
            (RequestTokenError::Request(error), _) => OAuthError::new(crate::runtime::chain(&error)),
            (_, Some(refused)) => refused,
            // The only refusal that the crate makes up itself.
            (RequestTokenError::ServerResponse(_), None) => expired(),
            (RequestTokenError::Parse(..) | RequestTokenError::Other(_), None) => {
                OAuthError::new("the server answered with something else than the JSON that is expected")
            }
        };
        redact(problem, secrets)
    }

    /// The tokens of a successful answer.
    pub(super) fn tokens(&self, granted: &BasicTokenResponse) -> TokenResult<Tokens> {
        if *granted.token_type() != BasicTokenType::Bearer {
            return Err(OAuthError::new("the server answered with a token of another type than Bearer"));
        }
        let access_token = granted.access_token().secret().as_str();
        if !is_bearer_token(access_token) {
            return Err(OAuthError::new("the server answered with a token that no header can carry"));
        }
        let life = Lifetime::of(granted.expires_in().map(|life| life.as_secs_f64()), access_token);
        let scope =
            granted.scopes().map(|scopes| scopes.iter().map(Scope::as_ref).collect::<Vec<_>>().join(" "));
        let refresh_token = granted.refresh_token().map(|token| token.secret().as_str());
        let refresh_token = refresh_token.filter(|token| !token.is_empty()).map(SecretString::from);
        let mut tokens = Tokens::new(access_token, refresh_token, life.left);
        tokens.scope = scope;
        tokens.issued_at = self.begun;
        tokens.expires_at = self.begun.checked_add(life.left).unwrap_or(self.begun);
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

/// The body with its numbers as the crate reads them: servers write them as text, as fractions or below zero too.
fn usual(raw: &RawResponse) -> Vec<u8> {
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
    // An interval of nothing would be a flood, and the crate adds to it without a check.
    rewrite("interval", |seconds| seconds.ceil().clamp(1.0, LONGEST.as_secs_f64()) as u64);
    Value::Object(map).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_made_usual_and_the_rest_stays() {
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
            assert_eq!(String::from_utf8(usual(&raw)).unwrap(), expected);
        }
    }
}
