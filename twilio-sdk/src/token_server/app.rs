use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::answer::{self, Refusal};
use super::live::{Current, Live, Signed};
use super::request;
use crate::audit::{AuditEvent, AuditEventKind, EventOutcome};
use crate::listener::{AuthError, Credential, UserDetails, UserStore as _, checked, request_id};

/// Who a request came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// What requests are answered by; the settings may be replaced while the server runs.
pub(super) struct App {
    live: Arc<Live>,
}

impl App {
    pub(super) fn new(live: Arc<Live>) -> Self {
        Self { live }
    }

    pub(super) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/token", any(token))
            .route("/healthz", any(health))
            .fallback(nothing)
            .with_state(self)
    }

    async fn issue(
        &self,
        now: &Current,
        address: IpAddr,
        request: Request,
        who: &mut Option<String>,
    ) -> Answer {
        match *request.method() {
            Method::POST => {}
            _ => {
                let message = "tokens are asked for with POST";
                return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message).allow("POST, OPTIONS"));
            }
        }
        let (parts, body) = request.into_parts();
        let asker = Asker { address, id: request_id(&parts.headers) };
        let body = request::body(body, now.config.body_limit, now.config.body_time).await?;
        let credential = request::credential(&parts.headers, &body)?.with_source(address);
        let known = self.authenticate(now, address, &credential).await?.inspect_err(|error| {
            tracing::warn!(
                target: "twilio_sdk::token_server",
                event = "authn", outcome = "failure", %address, reason = %error,
                "a user is not recognized"
            );
        });
        let event = checked(known.as_ref());
        self.record(event.action("token.issue"), &asker).await?;
        let user = known.map_err(Refusal::unauthorized)?;
        *who = Some(user.username.clone());
        let signed = now.sign(&user);
        let asked = |outcome| AuditEvent::new(AuditEventKind::TokenIssue, outcome).actor(&user.username);
        let event = match &signed {
            Ok(signed) => asked(EventOutcome::Ok).action(&signed.grants).resource(&signed.identity),
            Err(refusal) => {
                let denied = refusal.status == StatusCode::FORBIDDEN;
                asked(if denied { EventOutcome::Denied } else { EventOutcome::Failed })
                    .reason(refusal.reason.clone().unwrap_or_default())
            }
        };
        self.record(event, &asker).await?;
        let Signed { token, identity, grants, lives } = signed?;
        tracing::info!(
            target: "twilio_sdk::token_server",
            event = "token_issue", outcome = "success", actor = user.username, identity,
            grants, ttl_s = lives, %address,
            "a token is issued"
        );
        Ok(answer::json(
            StatusCode::OK,
            &json!({ "token": token, "identity": identity, "expires_in": lives }),
        ))
    }

    async fn record(&self, event: AuditEvent, asker: &Asker) -> Result<(), Refusal> {
        let mut event = event.source(asker.address.to_string());
        if let Some(id) = &asker.id {
            event = event.correlation_id(id);
        }
        self.live.recorder.record_off_thread(vec![event]).await.map_err(|error| {
            tracing::error!(target: "twilio_sdk::token_server", %error, "an event cannot be recorded");
            let message = "this cannot be recorded now";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message).because(error.to_string())
        })
    }

    /// Authenticates a user: a password that is remembered at once, another one within the limits on failures.
    async fn authenticate(
        &self,
        now: &Current,
        address: IpAddr,
        credential: &Credential,
    ) -> Result<Result<UserDetails, AuthError>, Refusal> {
        if let Some(user) = now.users.recall(credential) {
            return Ok(Ok(user));
        }
        let (failures, limits) = (&self.live.failures, now.config.failures);
        let _turn = failures.turn(address, limits).await;
        let attempt = failures.attempt(credential.username(), address, limits).map_err(Refusal::too_many)?;
        let known = now.users.authenticate(credential).await;
        match &known {
            Ok(_) => attempt.succeeded(),
            Err(AuthError::Rejected) => drop(attempt),
            Err(_) => attempt.undecided(),
        }
        Ok(known)
    }
}

/// Where a request came from, and its id.
struct Asker {
    address: IpAddr,
    id: Option<String>,
}

type Answer = Result<Response, Refusal>;

async fn token(State(app): State<Arc<App>>, request: Request) -> Response {
    let started = Instant::now();
    let now = app.live.current();
    let (method, address) = (request.method().clone(), now.address(&request));
    let mut who = None;
    let (origin, answer) = match now.host(&request).and_then(|()| now.origin(&request)) {
        Err(refusal) => (None, Err(refusal)),
        Ok(origin) if method == Method::OPTIONS => (origin.clone(), Ok(preflight(origin.is_some()))),
        Ok(origin) => (origin, app.issue(&now, address, request, &mut who).await),
    };
    let (status, reason) = match &answer {
        Ok(response) => (response.status(), None),
        Err(refusal) => (refusal.status, refusal.reason.clone()),
    };
    let mut response = answer.unwrap_or_else(Refusal::response);
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let exposed = HeaderValue::from_static("Retry-After");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
    tracing::info!(
        target: "twilio_sdk::token_server::access",
        %method, path = "/token", status = status.as_u16(), %address, user = who, reason,
        duration_ms = started.elapsed().as_secs_f64() * 1000.0,
        "request"
    );
    response
}

/// Everything else. The log does not name the path, which may hold anything.
async fn nothing(State(app): State<Arc<App>>, request: Request) -> Response {
    let now = app.live.current();
    let refusal = match now.host(&request) {
        Ok(()) => Refusal::new(StatusCode::NOT_FOUND, "there is nothing here"),
        Err(refusal) => refusal,
    };
    tracing::info!(
        target: "twilio_sdk::token_server::access",
        method = %request.method(), path = "other", status = refusal.status.as_u16(),
        address = %now.address(&request), reason = refusal.reason,
        "request"
    );
    refusal.response()
}

/// The answer to a browser that asks whether it may ask (Fetch, "CORS-preflight").
fn preflight(from_page: bool) -> Response {
    let mut response = answer::json(StatusCode::NO_CONTENT, &json!(null));
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
    if let Err(refusal) = app.live.current().host(&request) {
        return refusal.response();
    }
    match *request.method() {
        Method::GET | Method::HEAD => answer::json(StatusCode::OK, &json!({ "status": "ok" })),
        _ => Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "only GET").allow("GET, HEAD").response(),
    }
}
