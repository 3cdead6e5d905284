//! Bearer tokens (RFC 6750): JSON Web Tokens, and tokens verified by introspection.

#[cfg(feature = "bearer")]
mod claims;
#[cfg(feature = "bearer")]
mod introspection;
#[cfg(feature = "bearer")]
mod jwk;
#[cfg(feature = "bearer")]
mod jws;
#[cfg(feature = "bearer")]
mod jwt;
#[cfg(feature = "bearer")]
mod keys;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;

use super::credential::authorization;
use super::{AuthError, AuthFuture};
use twilio_sdk_types::SecretString;

#[cfg(feature = "bearer")]
pub use introspection::{IntrospectionConfig, IntrospectionVerifier};
#[cfg(feature = "bearer")]
pub use jwt::{JwtConfig, JwtVerifier};
#[cfg(feature = "bearer")]
pub use keys::JwksSource;

/// The maximum length of a token.
const MAX_LENGTH: usize = 16 << 10;

/// Verifies bearer tokens.
///
/// Implement it for your own tokens. An implementation returns [`AuthError::InvalidCredentials`] for an invalid token, and
/// [`AuthError::Unavailable`] if its backend fails.
pub trait TokenVerifier: Send + Sync + fmt::Debug {
    /// Verifies a token and returns its user.
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> AuthFuture<'a>;

    /// Like [`authenticate`](Self::authenticate), with the client's IP address if it is known, so that a verifier with a queue
    /// can share it between networks. Default: ignores the address.
    fn authenticate_from<'a>(&'a self, token: &'a SecretString, client_ip: Option<IpAddr>) -> AuthFuture<'a> {
        let _ = client_ip;
        self.authenticate(token)
    }
}

impl<S: TokenVerifier + ?Sized> TokenVerifier for Arc<S> {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> AuthFuture<'a> {
        (**self).authenticate(token)
    }

    fn authenticate_from<'a>(&'a self, token: &'a SecretString, client_ip: Option<IpAddr>) -> AuthFuture<'a> {
        (**self).authenticate_from(token, client_ip)
    }
}

/// Returns the bearer token of a request: the scheme `Bearer` in any case, one space, the token (RFC 6750, section 2.1).
///
/// # Errors
///
/// [`AuthError::MissingCredentials`] without an `Authorization` header, [`AuthError::UnsupportedScheme`] for another scheme,
/// [`AuthError::Malformed`] for a repeated header or characters that a token cannot contain.
pub fn bearer_token(headers: &HeaderMap) -> Result<SecretString, AuthError> {
    let value = authorization(headers)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::UnsupportedScheme);
    }
    let body = token.trim_end_matches('=');
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    if body.is_empty() || !body.bytes().all(is_token) {
        return Err(AuthError::Malformed("the Authorization header has no token after the scheme"));
    }
    if token.len() > MAX_LENGTH {
        return Err(AuthError::Malformed("the token is too long"));
    }
    Ok(token.into())
}
