use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;

use crate::live::{Current, Live, Signed};
use crate::rejection::{Rejection, json as json_response};
use crate::request;
use twilio_sdk_audit::{AuditEvent, AuditEventKind, EventOutcome};
use twilio_sdk_inbound_auth::internal::{authentication_event, request_id};
use twilio_sdk_inbound_auth::{AuthError, Credential, UserDetails, UserStore as _};

/// The peer's address of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Handles requests. The settings may be replaced while the server runs.
pub(crate) struct App {
    live: Arc<Live>,
}

impl App {
    pub(crate) fn new(live: Arc<Live>) -> Self {
        Self { live }
    }

    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/token", any(token))
            .route("/healthz", any(health))
            .fallback(not_found)
            .with_state(self)
    }

    async fn issue(
        &self,
        now: &Current,
        address: IpAddr,
        request: Request,
        who: &mut Option<String>,
    ) -> TokenResult {
        match *request.method() {
            Method::POST => {}
            _ => {
                let message = "use POST to request a token";
                return Err(Rejection::new(StatusCode::METHOD_NOT_ALLOWED, message).allow("POST, OPTIONS"));
            }
        }
        let (parts, body) = request.into_parts();
        let client = ClientInfo { address, id: request_id(&parts.headers) };
        let body = request::body(body, now.config.body_limit, now.config.body_time).await?;
        let credential = request::credential(&parts.headers, &body)?.with_client_ip(address);
        let outcome = self.authenticate(now, address, &credential).await?.inspect_err(|error| {
            tracing::warn!(
                target: "twilio_token_server",
                event = "authn", outcome = "failure", %address, reason = %error,
                "authentication failed"
            );
        });
        let event = authentication_event(outcome.as_ref());
        self.record(event.action("token.issue"), &client).await?;
        let user = outcome.map_err(Rejection::unauthorized)?;
        *who = Some(user.username.clone());
        let signed = now.sign(&user);
        let issue_event =
            |outcome| AuditEvent::new(AuditEventKind::TokenIssue, outcome).actor(&user.username);
        let event = match &signed {
            Ok(signed) => issue_event(EventOutcome::Ok).action(&signed.grants).resource(&signed.identity),
            Err(rejection) => {
                let denied = rejection.status == StatusCode::FORBIDDEN;
                issue_event(if denied { EventOutcome::Denied } else { EventOutcome::Failed })
                    .reason(rejection.reason.clone().unwrap_or_default())
            }
        };
        self.record(event, &client).await?;
        let Signed { token, identity, grants, lifetime } = signed?;
        tracing::info!(
            target: "twilio_token_server",
            event = "token_issue", outcome = "success", actor = user.username, identity,
            grants, ttl_s = lifetime, %address,
            "token issued"
        );
        Ok(json_response(
            StatusCode::OK,
            &json!({ "token": token, "identity": identity, "expires_in": lifetime }),
        ))
    }

    async fn record(&self, event: AuditEvent, client: &ClientInfo) -> Result<(), Rejection> {
        let mut event = event.source(client.address.to_string());
        if let Some(id) = &client.id {
            event = event.correlation_id(id);
        }
        self.live.recorder.record_off_thread(vec![event]).await.map_err(|error| {
            tracing::error!(target: "twilio_token_server", %error, "audit event not written");
            let message = "the audit event cannot be written now; retry later";
            Rejection::new(StatusCode::SERVICE_UNAVAILABLE, message).because(error.to_string())
        })
    }

    /// Authenticates a user. A cached password is accepted immediately, any other within the limits on failures.
    async fn authenticate(
        &self,
        now: &Current,
        address: IpAddr,
        credential: &Credential,
    ) -> Result<Result<UserDetails, AuthError>, Rejection> {
        if let Some(user) = now.users.cached(credential) {
            return Ok(Ok(user));
        }
        let (failures, limits) = (&self.live.failures, now.config.failures);
        let _turn = failures.turn(address, limits).await;
        let attempt =
            failures.attempt(credential.username(), address, limits).map_err(Rejection::too_many)?;
        let outcome = now.users.authenticate(credential).await;
        match &outcome {
            Ok(_) => attempt.succeeded(),
            Err(AuthError::InvalidCredentials) => drop(attempt),
            Err(_) => attempt.undecided(),
        }
        Ok(outcome)
    }
}

/// The client's address and the request ID.
struct ClientInfo {
    address: IpAddr,
    id: Option<String>,
}

type TokenResult = Result<Response, Rejection>;

async fn token(State(app): State<Arc<App>>, request: Request) -> Response {
    let started = Instant::now();
    let now = app.live.current();
    let (method, address) = (request.method().clone(), now.address(&request));
    let mut who = None;
    let (origin, result) = match now.host(&request).and_then(|()| now.origin(&request)) {
        Err(rejection) => (None, Err(rejection)),
        Ok(origin) if method == Method::OPTIONS => (origin.clone(), Ok(preflight(origin.is_some()))),
        Ok(origin) => (origin, app.issue(&now, address, request, &mut who).await),
    };
    let (status, reason) = match &result {
        Ok(response) => (response.status(), None),
        Err(rejection) => (rejection.status, rejection.reason.clone()),
    };
    let mut response = result.unwrap_or_else(Rejection::response);
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_static("Retry-After");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    tracing::info!(
        target: "twilio_token_server::access",
        %method, path = "/token", status = status.as_u16(), %address, user = who, reason,
        duration_ms = started.elapsed().as_secs_f64() * 1000.0,
        "request"
    );
    response
}

/// Handles all other paths. The log does not contain the path, which may contain secrets.
async fn not_found(State(app): State<Arc<App>>, request: Request) -> Response {
    let now = app.live.current();
    let rejection = match now.host(&request) {
        Ok(()) => Rejection::new(StatusCode::NOT_FOUND, "not found"),
        Err(rejection) => rejection,
    };
    tracing::info!(
        target: "twilio_token_server::access",
        method = %request.method(), path = "other", status = rejection.status.as_u16(),
        address = %now.address(&request), reason = rejection.reason,
        "request"
    );
    rejection.response()
}

/// Creates the response to a CORS preflight request.
fn preflight(from_page: bool) -> Response {
    let mut response = json_response(StatusCode::NO_CONTENT, &json!(null));
    *response.body_mut() = axum::body::Body::empty();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.insert(header::ALLOW, HeaderValue::from_static("POST, OPTIONS"));
    if from_page {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        let allowed = HeaderValue::from_static("authorization, content-type");
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

async fn health(State(app): State<Arc<App>>, request: Request) -> Response {
    if let Err(rejection) = app.live.current().host(&request) {
        return rejection.response();
    }
    match *request.method() {
        Method::GET | Method::HEAD => json_response(StatusCode::OK, &json!({ "status": "ok" })),
        _ => Rejection::new(StatusCode::METHOD_NOT_ALLOWED, "use GET").allow("GET, HEAD").response(),
    }
}
