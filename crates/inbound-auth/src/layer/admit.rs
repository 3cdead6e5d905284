use std::net::IpAddr;

use http::{HeaderMap, HeaderName, Request, header::WWW_AUTHENTICATE};

use super::AuthMethod;
use super::method::MethodKind;
use crate::context::source;
use crate::credential::authorization;
use crate::{AuthError, Challenge, Credential, RequestContext, UserDetails, bearer_token, event};
use twilio_sdk_audit::AuditEvent;
use twilio_sdk_audit::internal::Recorder;
use twilio_sdk_types::SecretString;

/// The authentication methods of a layer, and its challenge.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) methods: Vec<AuthMethod>,
    realm: String,
    challenge: Challenge,
    /// Records audit events.
    pub(super) recorder: Recorder,
    /// The header with the client's IP address.
    pub(super) client_ip_header: Option<HeaderName>,
}

/// The credentials of a request.
pub(super) enum Presented {
    Basic(Credential),
    /// A token and the client's IP address.
    Bearer(SecretString, Option<IpAddr>),
}

impl Presented {
    pub(super) fn of<B>(
        request: &Request<B>,
        client_ip_header: Option<&HeaderName>,
    ) -> Result<Self, AuthError> {
        let headers = request.headers();
        let source = source(headers, request.extensions(), client_ip_header);
        let scheme = authorization(headers)?.split(' ').next().unwrap_or_default();
        if scheme.eq_ignore_ascii_case("bearer") {
            bearer_token(headers).map(|token| Self::Bearer(token, source))
        } else {
            let credential = Credential::from_headers(headers)?;
            Ok(Self::Basic(match source {
                Some(address) => credential.with_client_ip(address),
                None => credential,
            }))
        }
    }
}

/// An authenticated user, and the scopes that the method requires.
struct Known<'a> {
    user: UserDetails,
    scopes: &'a [String],
}

/// A rejection, and whether the request had a bearer token.
pub(super) struct Rejection {
    pub(super) error: AuthError,
    bearer: bool,
}

impl Gate {
    pub(super) fn new(realm: &str, methods: Vec<AuthMethod>) -> Self {
        let basic = methods.iter().any(|method| matches!(method.kind, MethodKind::Basic(_)));
        let bearer = methods.iter().any(|method| matches!(method.kind, MethodKind::Bearer(_)));
        let challenge = match (basic, bearer) {
            (true, true) => Challenge::basic_or_bearer(realm),
            (false, true) => Challenge::bearer(realm),
            (_, false) => Challenge::basic(realm),
        };
        let (realm, recorder) = (realm.to_owned(), Recorder::default());
        Self { methods, realm, challenge, recorder, client_ip_header: None }
    }

    /// Returns the context of a request for audit events.
    pub(super) fn context<B>(&self, request: &Request<B>) -> RequestContext {
        match self.recorder.is_on() {
            true => RequestContext::from_request(request, self.client_ip_header.as_ref()),
            false => RequestContext::default(),
        }
    }

    /// Authenticates and authorizes a request, and records the outcome.
    pub(super) async fn admit(
        &self,
        presented: Result<Presented, AuthError>,
        context: RequestContext,
    ) -> Result<UserDetails, Rejection> {
        let bearer = matches!(presented, Ok(Presented::Bearer(..)));
        let outcome = match presented {
            Ok(presented) => self.decide(&presented).await,
            Err(error) => Err((error, None)),
        };
        if self.recorder.is_on() {
            let recorded = event::record(&self.recorder, events(&outcome, &context)).await;
            recorded.map_err(|error| Rejection { error, bearer })?;
        }
        outcome.map(|known| known.user).map_err(|(error, _)| Rejection { error, bearer })
    }

    /// Returns the user accepted by the first matching method, or the most informative rejection, with the user if only a scope
    /// is missing.
    async fn decide(&self, presented: &Presented) -> Result<Known<'_>, (AuthError, Option<Known<'_>>)> {
        let (mut worst, mut lacking) = (AuthError::UnsupportedScheme, None);
        for method in &self.methods {
            let known = match (&method.kind, presented) {
                (MethodKind::Basic(store), Presented::Basic(credential)) => {
                    store.authenticate(credential).await
                }
                (MethodKind::Bearer(store), Presented::Bearer(token, source)) => {
                    store.authenticate_from(token, *source).await
                }
                _ => continue,
            };
            let error = match known {
                Ok(mut user) => {
                    user.auth_method = Some(method.name.clone());
                    let scopes = method.scopes.as_deref();
                    let passes = scopes.is_none_or(|scopes| user.has_any_scope(scopes));
                    let known = Known { user, scopes: scopes.unwrap_or_default() };
                    if passes {
                        return Ok(known);
                    }
                    lacking.get_or_insert(known);
                    AuthError::InsufficientScope
                }
                Err(error) => error,
            };
            worst = more_informative(worst, error);
        }
        let lacking = lacking.filter(|_| worst == AuthError::InsufficientScope);
        Err((worst, lacking))
    }

    /// Returns the headers of the response, with the error codes of RFC 6750, section 3.1, for tokens.
    pub(super) fn headers(&self, rejection: &Rejection) -> HeaderMap {
        let mut headers = rejection.error.headers(&self.challenge);
        let error = match rejection.error {
            AuthError::InvalidCredentials => "invalid_token",
            AuthError::InsufficientScope => "insufficient_scope",
            _ => return headers,
        };
        if rejection.bearer {
            headers.insert(WWW_AUTHENTICATE, Challenge::bearer_error(&self.realm, error).value);
        }
        headers
    }
}

/// Returns one event, or two if the user is authenticated but lacks a scope.
fn events(
    outcome: &Result<Known<'_>, (AuthError, Option<Known<'_>>)>,
    context: &RequestContext,
) -> Vec<AuditEvent> {
    match outcome {
        Ok(known) => vec![event::authentication(Ok(&known.user), known.scopes, context)],
        Err((_, Some(known))) => vec![
            event::authentication(Ok(&known.user), known.scopes, context),
            event::denied(&known.user, known.scopes, context),
        ],
        Err((error, None)) => vec![event::authentication(Err(error), &[""; 0], context)],
    }
}

/// Returns the more informative of two rejections. An unavailable store could have accepted the request.
fn more_informative(one: AuthError, other: AuthError) -> AuthError {
    let rank = |error: &AuthError| match error {
        AuthError::Overloaded | AuthError::Unavailable(_) | AuthError::AuditFailed(_) => 4,
        AuthError::TooManyAttempts(_) => 3,
        AuthError::InsufficientScope => 2,
        AuthError::InvalidCredentials => 1,
        _ => 0,
    };
    if rank(&other) > rank(&one) { other } else { one }
}
