//! Who may ask.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use subtle::{Choice, ConstantTimeEq as _};
use twilio_openapi::Operation;

use super::error::Refusal;
use super::oauth::TokenServer;
use super::record::RecordedRequest;
use super::route::{Matched, Route};
use crate::types::{SecretString, internal::is_sid};

/// What the mock accepts.
#[derive(Default)]
pub(super) struct Accepted {
    /// User names with passwords; empty means that every well-formed pair is accepted.
    pub(super) basic: Vec<(String, SecretString)>,
    pub(super) bearer: Vec<SecretString>,
}

/// The user name that a request is authenticated as; `None` for bearer tokens and public operations.
pub(super) fn check(
    accepted: &Accepted,
    tokens: &TokenServer,
    matched: &Matched,
    request: &RecordedRequest,
) -> Result<Option<String>, Refusal> {
    match is_public(matched.route, matched.operation) {
        true => Ok(None),
        false => authenticate(accepted, tokens, request),
    }
}

/// The same for a request that needs credentials.
pub(super) fn authenticate(
    accepted: &Accepted,
    tokens: &TokenServer,
    request: &RecordedRequest,
) -> Result<Option<String>, Refusal> {
    let header = request.authorization().unwrap_or_default();
    let (scheme, rest) = header.split_once(' ').unwrap_or_default();
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        let known = accepted.bearer.iter().any(|token| same(token, rest).into()) || tokens.accepts(rest);
        let challenge = "Bearer realm=\"Twilio API\", error=\"invalid_token\"";
        return if known { Ok(None) } else { Err(Refusal::unauthenticated(challenge)) };
    }
    let decoded = STANDARD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    let (user, password) = pair.filter(|_| scheme.eq_ignore_ascii_case("basic")).unwrap_or_default();
    let known = match accepted.basic.as_slice() {
        [] => is_sid(user, &["AC", "SK"]) && !password.is_empty(),
        pairs => knows(pairs, user, password),
    };
    let challenge = "Basic realm=\"Twilio API\"";
    if known { Ok(Some(user.to_owned())) } else { Err(Refusal::unauthenticated(challenge)) }
}

/// Whether a name and its secret are among the known pairs. Every pair is compared, so that the time does not tell
/// which names exist.
pub(super) fn knows(pairs: &[(String, SecretString)], name: &str, secret: &str) -> bool {
    let mut known = Choice::from(0);
    for (n, s) in pairs {
        known |= n.as_bytes().ct_eq(name.as_bytes()) & same(s, secret);
    }
    known.into()
}

/// Whether a secret is the known one, in a time that does not tell how much of it is.
pub(super) fn same(known: &SecretString, given: &str) -> Choice {
    known.expose_secret().as_bytes().ct_eq(given.as_bytes())
}

/// An operation without security: its own list is empty, or it has none and neither has the document.
pub(super) fn is_public(route: &Route, operation: &Operation<'_>) -> bool {
    let security = operation.value.get("security").or_else(|| route.spec.document().get("security"));
    security.and_then(Value::as_array).is_some_and(Vec::is_empty)
}
