use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::super::UserDetails;
use crate::jws::Object;

/// Seconds since 1970.
pub(super) fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// A time of a token: absent, or good, or something else that nobody may rely on.
pub(super) fn time(claims: &Object, name: &str) -> Result<Option<f64>, ()> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().filter(|time| time.is_finite()).map(Some).ok_or(()),
    }
}

/// Whether the audience is one of those that the claim names (RFC 7519, section 4.1.3).
pub(super) fn is_for(claims: &Object, audience: &str) -> bool {
    match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

/// Words between spaces, or, where they may be, a list of texts. Anything else is no scope.
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

/// The user, by the first of these claims that is there. A token that is nobody's is none.
pub(super) fn user(claims: &Object, names: &[&str], scopes: Vec<String>) -> Option<UserDetails> {
    let mut own = names.iter().filter_map(|name| claims.get(*name).and_then(Value::as_str));
    own.find(|name| !name.is_empty()).map(|name| UserDetails::new(name, scopes))
}
