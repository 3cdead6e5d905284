//! Checks that all tokens share.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{AccessTokenError, MAX_TTL};

/// Returns the whole seconds since 1970. Earlier times count as 1970.
pub(crate) fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Returns whether a string has the prefix of its kind, and no character that a SID cannot have.
pub(crate) fn is_sid(sid: &str, prefix: &str) -> bool {
    sid.starts_with(prefix) && sid.bytes().all(|b| b.is_ascii_alphanumeric())
}

pub(crate) fn check_sid(field: &str, sid: &str, prefix: &str) -> Result<(), AccessTokenError> {
    match is_sid(sid, prefix) {
        true => Ok(()),
        false => {
            Err(AccessTokenError::Credentials(format!("{field}: not a SID that starts with {prefix}").into()))
        }
    }
}

/// Returns whether a string has only letters, digits and `_`, as Voice requires of names.
pub(crate) fn is_plain(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

pub(crate) fn check_ttl(ttl: Duration) -> Result<u64, AccessTokenError> {
    if ttl < Duration::from_secs(1) || ttl > MAX_TTL {
        let seconds = ttl.as_secs_f64();
        return Err(AccessTokenError::Lifetime(
            format!("ttl: {seconds} s is not between 1 and 86400 s").into(),
        ));
    }
    Ok(ttl.as_secs())
}
