//! Keys as credentials of HTTP requests.

use http::{HeaderMap, header};

use super::{AccessControl, AccessError, Permission, Principal};
use twilio_sdk_inbound_auth::{AuthError, AuthFuture, Credential, UserDetails, UserStore};
use twilio_sdk_types::SecretString;

/// The header with only a key.
const API_KEY: &str = "x-api-key";

/// Basic authentication with a username and one of that user's keys as the password. The scopes are the names of the user's
/// permissions.
///
/// Inside [`CachedUserStore`](twilio_sdk_inbound_auth::CachedUserStore), a key that another process revoked stays valid for
/// the cache's time to live, and cached authentications are not recorded.
impl UserStore for AccessControl {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            let principal =
                self.authenticate_as(credential.password(), None, Some(credential.username())).await?;
            Ok(self.details(&principal).await?)
        })
    }

    fn version(&self) -> u64 {
        AccessControl::version(self)
    }
}

/// Bearer authentication with a key. The scopes are the names of the user's permissions.
impl twilio_sdk_inbound_auth::TokenVerifier for AccessControl {
    fn authenticate<'a>(&'a self, token: &'a SecretString) -> AuthFuture<'a> {
        Box::pin(async move {
            let principal = self.authenticate_as(token, None, None).await?;
            Ok(self.details(&principal).await?)
        })
    }
}

impl AccessControl {
    /// Authenticates the key of a request: in `X-Api-Key`, as the token of `Authorization: Bearer`, or as the password of
    /// `Authorization: Basic` with the username.
    ///
    /// # Errors
    ///
    /// [`AuthError::MissingCredentials`] without a key, [`AuthError::Malformed`] for a malformed header or more than one with a
    /// key, and the errors of [`authenticate`](Self::authenticate), all of which but [`AccessError::Rejected`] become
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

/// Returns the key of a request, with the username if it has one.
fn key_of(headers: &HeaderMap) -> Result<(Option<String>, SecretString), AuthError> {
    let mut keys = headers.get_all(API_KEY).iter();
    let Some(key) = keys.next() else {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let value = values.next().ok_or(AuthError::MissingCredentials)?;
        if values.next().is_some() {
            return Err(AuthError::Malformed("there is more than one Authorization header"));
        }
        let value =
            value.to_str().map_err(|_| AuthError::Malformed("the Authorization header is not a string"))?;
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
    let key = key.to_str().map_err(|_| AuthError::Malformed("the X-Api-Key header is not a string"))?;
    Ok((None, key.into()))
}

/// Does not reveal why a key is rejected. Becomes 503 if the store or the audit log cannot be used.
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
