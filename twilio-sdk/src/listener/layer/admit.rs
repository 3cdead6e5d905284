use http::{HeaderMap, HeaderValue, header::WWW_AUTHENTICATE};

use super::super::credential::authorization;
use super::super::{AuthError, Challenge, Credential, UserDetails, bearer_token};
use super::AuthEntry;
use super::entry::Way;

/// The entries of a layer, and what clients are told of them.
#[derive(Debug)]
pub(super) struct Gate {
    entries: Vec<AuthEntry>,
    realm: String,
    challenge: Challenge,
}

/// A refusal, and whether the request came with a bearer token.
pub(super) struct Refused {
    pub(super) error: AuthError,
    bearer: bool,
}

impl Gate {
    pub(super) fn new(realm: &str, entries: Vec<AuthEntry>) -> Self {
        let basic = entries.iter().any(|entry| matches!(entry.way, Way::Users(_)));
        let bearer = entries.iter().any(|entry| matches!(entry.way, Way::Tokens(_)));
        let challenge = match (basic, bearer) {
            (true, true) => Challenge::basic_or_bearer(realm),
            (false, true) => Challenge::bearer(realm),
            (_, false) => Challenge::basic(realm),
        };
        Self { entries, realm: realm.to_owned(), challenge }
    }

    /// Who sent the request, where some entry lets that user in.
    pub(super) async fn admit(&self, headers: &HeaderMap) -> Result<UserDetails, Refused> {
        let scheme = authorization(headers).map(|value| value.split(' ').next().unwrap_or_default());
        let bearer = scheme.as_ref().is_ok_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
        let admitted = match scheme {
            Err(error) => Err(error),
            Ok(_) if bearer => self.by_token(headers).await,
            Ok(_) => self.by_password(headers).await,
        };
        admitted.map_err(|error| Refused { error, bearer })
    }

    async fn by_password(&self, headers: &HeaderMap) -> Result<UserDetails, AuthError> {
        let credential = Credential::from_headers(headers)?;
        let mut worst = AuthError::Scheme;
        for entry in &self.entries {
            if let Way::Users(store) = &entry.way {
                match entry.passes(store.authenticate(&credential).await) {
                    Ok(user) => return Ok(user),
                    Err(error) => worst = worse(worst, error),
                }
            }
        }
        Err(worst)
    }

    async fn by_token(&self, headers: &HeaderMap) -> Result<UserDetails, AuthError> {
        let token = bearer_token(headers)?;
        let mut worst = AuthError::Scheme;
        for entry in &self.entries {
            if let Way::Tokens(store) = &entry.way {
                match entry.passes(store.authenticate(&token).await) {
                    Ok(user) => return Ok(user),
                    Err(error) => worst = worse(worst, error),
                }
            }
        }
        Err(worst)
    }

    /// The headers of the answer. What is wrong with a token is told by RFC 6750, section 3.1, and nothing else is.
    pub(super) fn headers(&self, refused: &Refused) -> HeaderMap {
        let mut headers = refused.error.headers(&self.challenge);
        let error = match refused.error {
            AuthError::Rejected => "invalid_token",
            AuthError::Forbidden => "insufficient_scope",
            _ => return headers,
        };
        if refused.bearer {
            let value = Challenge::bearer_error(&self.realm, error);
            headers.insert(WWW_AUTHENTICATE, value);
        }
        headers
    }
}

impl AuthEntry {
    fn passes(&self, known: Result<UserDetails, AuthError>) -> Result<UserDetails, AuthError> {
        let user = known?;
        match &self.scopes {
            Some(scopes) if !user.has_any_scope(scopes) => Err(AuthError::Forbidden),
            _ => Ok(user),
        }
    }
}

/// What says more of the two: a store that could not be asked may know better than all others.
fn worse(one: AuthError, other: AuthError) -> AuthError {
    let rank = |error: &AuthError| match error {
        AuthError::Unavailable(_) => 4,
        AuthError::TooMany(_) => 3,
        AuthError::Forbidden => 2,
        AuthError::Rejected => 1,
        _ => 0,
    };
    if rank(&other) > rank(&one) { other } else { one }
}

impl Challenge {
    fn bearer_error(realm: &str, error: &str) -> HeaderValue {
        let text = format!("{}, error=\"{error}\"", Self::bearer(realm).text());
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"))
    }
}
