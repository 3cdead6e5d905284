use std::net::IpAddr;

use http::{HeaderMap, HeaderName, Request, header::WWW_AUTHENTICATE};

use super::super::credential::authorization;
use super::super::facts::source;
use super::super::{AuthError, Challenge, Credential, RequestContext, UserDetails, bearer_token, record};
use super::AuthEntry;
use super::entry::Way;
use crate::audit::{AuditEvent, Recorder};
use crate::types::SecretString;

/// The entries of a layer, and what clients are told of them.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) entries: Vec<AuthEntry>,
    realm: String,
    challenge: Challenge,
    /// Where it is recorded who was let in.
    pub(super) recorder: Recorder,
    /// The header that says where requests come from.
    pub(super) source_header: Option<HeaderName>,
}

/// What a request came with.
pub(super) enum Given {
    User(Credential),
    /// With the address that it came from.
    Token(SecretString, Option<IpAddr>),
}

impl Given {
    pub(super) fn of<B>(request: &Request<B>, source_header: Option<&HeaderName>) -> Result<Self, AuthError> {
        let headers = request.headers();
        let source = source(headers, request.extensions(), source_header);
        let scheme = authorization(headers)?.split(' ').next().unwrap_or_default();
        if scheme.eq_ignore_ascii_case("bearer") {
            bearer_token(headers).map(|token| Self::Token(token, source))
        } else {
            let credential = Credential::from_headers(headers)?;
            Ok(Self::User(match source {
                Some(address) => credential.with_source(address),
                None => credential,
            }))
        }
    }
}

/// Somebody who is known, and the scopes that an entry asks for.
struct Known<'a> {
    user: UserDetails,
    scopes: &'a [String],
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
        let (realm, recorder) = (realm.to_owned(), Recorder::default());
        Self { entries, realm, challenge, recorder, source_header: None }
    }

    /// What is recorded of a request.
    pub(super) fn facts<B>(&self, request: &Request<B>) -> RequestContext {
        match self.recorder.is_on() {
            true => RequestContext::of_request(request, self.source_header.as_ref()),
            false => RequestContext::default(),
        }
    }

    /// Who sent the request, where some entry lets that user in and that can be recorded.
    pub(super) async fn admit(
        &self,
        given: Result<Given, AuthError>,
        facts: RequestContext,
    ) -> Result<UserDetails, Refused> {
        let bearer = matches!(given, Ok(Given::Token(..)));
        let judged = match given {
            Ok(given) => self.judge(&given).await,
            Err(error) => Err((error, None)),
        };
        if self.recorder.is_on() {
            let recorded = record::record(&self.recorder, events(&judged, &facts)).await;
            recorded.map_err(|error| Refused { error, bearer })?;
        }
        judged.map(|known| known.user).map_err(|(error, _)| Refused { error, bearer })
    }

    /// Whom an entry lets in, or why none does, and who it is that lacks a scope.
    async fn judge(&self, given: &Given) -> Result<Known<'_>, (AuthError, Option<Known<'_>>)> {
        let (mut worst, mut lacking) = (AuthError::Scheme, None);
        for entry in &self.entries {
            let known = match (&entry.way, given) {
                (Way::Users(store), Given::User(credential)) => store.authenticate(credential).await,
                (Way::Tokens(store), Given::Token(token, source)) => {
                    store.authenticate_from(token, *source).await
                }
                _ => continue,
            };
            let error = match known {
                Ok(mut user) => {
                    user.entry = Some(entry.name.clone());
                    let scopes = entry.scopes.as_deref();
                    let passes = scopes.is_none_or(|scopes| user.has_any_scope(scopes));
                    let known = Known { user, scopes: scopes.unwrap_or_default() };
                    if passes {
                        return Ok(known);
                    }
                    lacking.get_or_insert(known);
                    AuthError::Forbidden
                }
                Err(error) => error,
            };
            worst = worse(worst, error);
        }
        let lacking = lacking.filter(|_| worst == AuthError::Forbidden);
        Err((worst, lacking))
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

/// One event where somebody is let in or not known, two where somebody is known and lacks a scope.
fn events(
    judged: &Result<Known<'_>, (AuthError, Option<Known<'_>>)>,
    facts: &RequestContext,
) -> Vec<AuditEvent> {
    match judged {
        Ok(known) => vec![record::authentication(Ok(&known.user), known.scopes, facts)],
        Err((_, Some(known))) => vec![
            record::authentication(Ok(&known.user), known.scopes, facts),
            record::refused(&known.user, known.scopes, facts),
        ],
        Err((error, None)) => vec![record::authentication(Err(error), &[""; 0], facts)],
    }
}

/// What says more of the two: a store that could not be asked may know better than all others.
fn worse(one: AuthError, other: AuthError) -> AuthError {
    let rank = |error: &AuthError| match error {
        AuthError::Overloaded | AuthError::Unavailable(_) | AuthError::Unrecorded(_) => 4,
        AuthError::TooMany(_) => 3,
        AuthError::Forbidden => 2,
        AuthError::Rejected => 1,
        _ => 0,
    };
    if rank(&other) > rank(&one) { other } else { one }
}
