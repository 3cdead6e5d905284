//! Bearer tokens (RFC 6750): JSON Web Tokens that are checked here, and tokens that their server is asked for.

mod claims;
mod introspection;
mod jwk;
mod jws;
mod jwt;
mod keys;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderMap;

use super::credential::authorization;
use super::{AuthError, Authentication};
use crate::types::SecretString;

pub use introspection::{Introspection, IntrospectionConfig};
pub use jwt::{JwtConfig, JwtVerifier};
pub use keys::JwksSource;

/// The most characters of a token.
const LONGEST: usize = 16 << 10;

/// Who knows bearer tokens.
///
/// An implementation answers [`AuthError::Rejected`] for a token that is not good, and [`AuthError::Unavailable`] where
/// it cannot tell.
pub trait TokenStore: Send + Sync + fmt::Debug {
    /// Whose token it is, and for what.
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> Authentication<'a>;

    /// The same for a request from this address, where it is known. A store in which requests wait may share its queue
    /// between networks; the address counts for nothing unless written.
    fn authenticate_from<'a>(
        &'a self,
        token: &'a SecretString,
        source: Option<IpAddr>,
    ) -> Authentication<'a> {
        let _ = source;
        self.authenticate(token)
    }
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> Authentication<'a> {
        (**self).authenticate(token)
    }

    fn authenticate_from<'a>(
        &'a self,
        token: &'a SecretString,
        source: Option<IpAddr>,
    ) -> Authentication<'a> {
        (**self).authenticate_from(token, source)
    }
}

/// The token in a request's one `Authorization`: the scheme `Bearer` in any case, one space, the token (RFC 6750, section
/// 2.1).
///
/// # Errors
///
/// No header or more than one, another scheme, or a token with other characters than a token has.
pub fn bearer_token(headers: &HeaderMap) -> Result<SecretString, AuthError> {
    let value = authorization(headers)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::Scheme);
    }
    let body = token.trim_end_matches('=');
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    if body.is_empty() || !body.bytes().all(is_token) {
        return Err(AuthError::Malformed("the header has no token behind its scheme"));
    }
    if token.len() > LONGEST {
        return Err(AuthError::Malformed("the token is too long"));
    }
    Ok(token.into())
}
