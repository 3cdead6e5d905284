//! Keys as credentials of requests.

use http::{HeaderMap, header};

use super::{AccessControl, AccessError, Permission, Principal};
use crate::inbound_auth::{AuthError, AuthFuture, Credential, UserDetails, UserStore};
use crate::types::SecretString;

/// The header that carries a key and nothing else.
const API_KEY: &str = "x-api-key";

/// Basic authentication by the user's name and one of that user's keys as the password; the scopes are the names of the
/// permissions that the role allows.
///
/// Around it, [`CachedUserStore`](crate::inbound_auth::CachedUserStore) keeps a key that another process has revoked good for its time
/// to live, and its answers are not recorded.
impl UserStore for AccessControl {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            let principal =
                self.authenticate_as(credential.password(), None, Some(credential.username())).await?;
            Ok(self.details(&principal).await?)
        })
    }

    fn version(&self) -> u64 {
        self.generation()
    }
}

/// A key as a bearer token; the scopes are the names of the permissions that the role allows.
impl crate::inbound_auth::TokenVerifier for AccessControl {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> AuthFuture<'a> {
        Box::pin(async move {
            let principal = self.authenticate_as(token, None, None).await?;
            Ok(self.details(&principal).await?)
        })
    }
}

impl AccessControl {
    /// Whose key a request has: in the one `X-Api-Key`, as the token of `Authorization: Bearer`, or as the password of
    /// `Authorization: Basic` beside the user's name.
    ///
    /// # Errors
    ///
    /// Where there is no key, more than one header that could have it, or a header without its form; and as of
    /// [`authenticate`](Self::authenticate), of which all but [`AccessError::Rejected`] become
    /// [`AuthError::Unavailable`].
    #[cfg_attr(docsrs, doc(cfg(feature = "inbound-auth")))]
    pub async fn authenticate_request(
        &self,
        headers: &HeaderMap,
        source: Option<&str>,
    ) -> Result<Principal, AuthError> {
        let (name, key) = key_of(headers)?;
        Ok(self.authenticate_as(&key, source.map(str::to_owned), name.as_deref()).await?)
    }

    async fn details(&self, principal: &Principal) -> Result<UserDetails, AccessError> {
        let permissions = self.permissions(principal).await?;
        Ok(UserDetails::new(principal.name(), permissions.iter().map(Permission::as_str)))
    }
}

/// The key of a request, with the user's name where it is said.
fn key_of(headers: &HeaderMap) -> Result<(Option<String>, SecretString), AuthError> {
    let mut keys = headers.get_all(API_KEY).iter();
    let Some(key) = keys.next() else {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let value = values.next().ok_or(AuthError::MissingCredentials)?;
        if values.next().is_some() {
            return Err(AuthError::Malformed("there is more than one Authorization header"));
        }
        let value =
            value.to_str().map_err(|_| AuthError::Malformed("the Authorization header is no text"))?;
        return match value.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => Ok((None, key.into())),
            _ => {
                let credential = Credential::from_header(value)?;
                Ok((Some(credential.username().to_owned()), credential.password().clone()))
            }
        };
    };
    if keys.next().is_some() || headers.contains_key(header::AUTHORIZATION) {
        return Err(AuthError::Malformed("there is more than one header with a key"));
    }
    let key = key.to_str().map_err(|_| AuthError::Malformed("the X-Api-Key header is no text"))?;
    Ok((None, key.into()))
}

/// What a request is told: nothing of why a key is not accepted, and 503 where nobody can tell.
impl From<AccessError> for AuthError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Rejected => Self::InvalidCredentials,
            AccessError::Denied(_) | AccessError::PrivilegeEscalation => Self::InsufficientScope,
            AccessError::Audit(error) => Self::AuditFailed(error.to_string().into()),
            other => Self::Unavailable(other.to_string().into()),
        }
    }
}
