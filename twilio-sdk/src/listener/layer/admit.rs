use http::{HeaderMap, header::WWW_AUTHENTICATE};

use super::super::credential::authorization;
use super::super::{AuthError, Challenge, Credential, UserDetails, bearer_token};
use super::AuthEntry;
use super::entry::Way;
use crate::types::SecretString;

/// The entries of a layer, and what clients are told of them.
#[derive(Debug)]
pub(super) struct Gate {
    entries: Vec<AuthEntry>,
    realm: String,
    challenge: Challenge,
}

/// What a request came with.
pub(super) enum Given {
    User(Credential),
    Token(SecretString),
}

impl Given {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, AuthError> {
        let scheme = authorization(headers)?.split(' ').next().unwrap_or_default();
        if scheme.eq_ignore_ascii_case("bearer") {
            bearer_token(headers).map(Self::Token)
        } else {
            Credential::from_headers(headers).map(Self::User)
        }
    }
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
    pub(super) async fn admit(&self, given: Result<Given, AuthError>) -> Result<UserDetails, Refused> {
        let given = given.map_err(|error| Refused { error, bearer: false })?;
        let mut worst = AuthError::Scheme;
        for entry in &self.entries {
            let known = match (&entry.way, &given) {
                (Way::Users(store), Given::User(credential)) => store.authenticate(credential).await,
                (Way::Tokens(store), Given::Token(token)) => store.authenticate(token).await,
                _ => continue,
            };
            match entry.passes(known) {
                Ok(user) => return Ok(user),
                Err(error) => worst = worse(worst, error),
            }
        }
        Err(Refused { error: worst, bearer: matches!(given, Given::Token(_)) })
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
            headers.insert(WWW_AUTHENTICATE, Challenge::bearer_error(&self.realm, error).value);
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
