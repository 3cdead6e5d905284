//! Authentication of requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use twilio_openapi::Operation;
use twilio_sdk_types::SecretString;
use twilio_sdk_types::internal::is_sid;

use super::oauth::TokenServer;
use super::record::RecordedRequest;
use super::rejection::Rejection;
use super::route::{Matched, Route};
use super::secret::{equals, is_known};

/// The account of [`Emulator::credentials`](super::Emulator::credentials).
const ACCOUNT: &str = "AC00000000000000000000000000000000";

/// The credentials that an emulator accepts.
pub(super) struct Accepted {
    /// The emulator's own account and auth token.
    pub(super) own: (String, SecretString),
    /// Usernames with passwords. If empty, every well-formed pair is accepted.
    pub(super) basic: Vec<(String, SecretString)>,
    pub(super) bearer: Vec<SecretString>,
}

impl Accepted {
    pub(super) fn new(token: &str) -> Self {
        Self { own: (ACCOUNT.to_owned(), token.into()), basic: Vec::new(), bearer: Vec::new() }
    }
}

/// Returns the username of an authenticated request; `None` for bearer tokens and public operations.
pub(super) fn check(
    accepted: &Accepted,
    tokens: &TokenServer,
    matched: &Matched,
    request: &RecordedRequest,
) -> Result<Option<String>, Rejection> {
    match is_public(matched.route, matched.operation) {
        true => Ok(None),
        false => authenticate(accepted, tokens, request),
    }
}

/// Like [`check`], for a request that needs credentials.
pub(super) fn authenticate(
    accepted: &Accepted,
    tokens: &TokenServer,
    request: &RecordedRequest,
) -> Result<Option<String>, Rejection> {
    let header = request.authorization().unwrap_or_default();
    let (scheme, rest) = header.split_once(' ').unwrap_or_default();
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        let known = accepted.bearer.iter().any(|token| equals(token, rest).into()) || tokens.accepts(rest);
        let challenge = "Bearer realm=\"Twilio API\", error=\"invalid_token\"";
        return if known { Ok(None) } else { Err(Rejection::unauthenticated(challenge)) };
    }
    let decoded = STANDARD.decode(rest).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.split_once(':'));
    let (user, password) = pair.filter(|_| scheme.eq_ignore_ascii_case("basic")).unwrap_or_default();
    let own = is_known(std::slice::from_ref(&accepted.own), user, password);
    let known = match accepted.basic.as_slice() {
        [] => is_sid(user, &["AC", "SK"]) && !password.is_empty(),
        pairs => is_known(pairs, user, password),
    };
    let challenge = "Basic realm=\"Twilio API\"";
    if known || own { Ok(Some(user.to_owned())) } else { Err(Rejection::unauthenticated(challenge)) }
}

/// Returns whether an operation needs no credentials: its own `security` is empty, or it has none and the document's is
/// empty.
pub(super) fn is_public(route: &Route, operation: &Operation<'_>) -> bool {
    let security = operation.value.get("security").or_else(|| route.spec.document().get("security"));
    security.and_then(Value::as_array).is_some_and(Vec::is_empty)
}
