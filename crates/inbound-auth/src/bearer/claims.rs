use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::{AuthError, UserDetails};
use twilio_sdk_types::internal::jws::Object;

/// Returns the current time. Tests replace it.
pub(super) type Clock = fn() -> SystemTime;

/// Returns the seconds since 1970. A clock before that year is an error, because no token would expire.
pub(super) fn now(clock: Clock) -> Result<f64, AuthError> {
    let since = clock().duration_since(UNIX_EPOCH);
    let since = since.map_err(|_| AuthError::Unavailable("the system clock is before 1970".into()))?;
    Ok(since.as_secs_f64())
}

/// Returns a timestamp claim: `None` if it is absent, an error if it is invalid.
pub(super) fn time(claims: &Object, name: &str) -> Result<Option<f64>, ()> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().filter(|time| time.is_finite()).map(Some).ok_or(()),
    }
}

/// Returns whether the claim `aud` contains the audience (RFC 7519, section 4.1.3).
pub(super) fn is_for(claims: &Object, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

/// Returns scopes from a space-separated string or, with `lists`, from a list of strings. Anything else grants no scope.
pub(super) fn scopes(claims: &Object, name: &str, lists: bool) -> Vec<String> {
    match claims.get(name) {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) if lists => {
            let texts: Option<Vec<_>> = list.iter().map(|one| one.as_str().map(str::to_owned)).collect();
            texts.unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Returns the user named by the first of these claims that exists. A token without a user is rejected.
pub(super) fn user(claims: &Object, names: &[&str], scopes: Vec<String>) -> Option<UserDetails> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut user = UserDetails::new(names.iter().find_map(|name| text(name))?, scopes);
    user.issuer = text("iss").map(str::to_owned);
    Some(user)
}
