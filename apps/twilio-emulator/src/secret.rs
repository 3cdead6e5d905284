//! Comparing secrets in constant time.

use subtle::{Choice, ConstantTimeEq as _};
use twilio_sdk_types::SecretString;

/// Returns whether a name and its secret are among the known pairs. Compares every pair, so that the duration does not
/// depend on which names exist.
pub(super) fn is_known(pairs: &[(String, SecretString)], name: &str, secret: &str) -> bool {
    let mut known = Choice::from(0);
    for (n, s) in pairs {
        known |= n.as_bytes().ct_eq(name.as_bytes()) & equals(s, secret);
    }
    known.into()
}

/// Compares a known secret with a received one. The duration does not depend on the length of their common prefix.
pub(super) fn equals(known: &SecretString, given: &str) -> Choice {
    known.expose_secret().as_bytes().ct_eq(given.as_bytes())
}
