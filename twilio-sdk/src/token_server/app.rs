use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::answer::{self, Refusal};
use super::limits::{Attempts, NameAttempts, network};
use super::{TokenServerConfig, request};
use crate::Result;
use crate::access_token::AccessToken;
use crate::audit::{Event, EventKind, Outcome, Recorder};
use crate::listener::{CachedStore, UserDetails, UserStore, checked, forwarded, request_id};

/// Where a proxy says for whom it asks.
const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who a request came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

pub(super) struct App {
    config: TokenServerConfig,
    users: CachedStore<Arc<dyn UserStore>>,
    by_address: Attempts<IpAddr>,
    by_user: NameAttempts,
    recorder: Recorder,
}

impl App {
    pub(super) fn new(config: TokenServerConfig, users: Arc<dyn UserStore>) -> Result<Self> {
        let recorder = config.audit.clone().map(Recorder::new).unwrap_or_default();
        recorder.guard(&config.key.api_secret);
        let users = CachedStore::new(users, config.remember)?;
        let (by_address, by_user) = (Attempts::new(config.per_address), NameAttempts::new(config.per_user));
        Ok(Self { config, users, by_address, by_user, recorder })
    }

    pub(super) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/token", any(token))
            .route("/healthz", any(health))
            .fallback(nothing)
            .with_state(self)
    }

    /// The address that counts: the peer's, or what the proxy in front says.
    fn address(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip().to_canonical());
        match self.config.trust_proxy {
            true => forwarded(request.headers(), &FORWARDED).unwrap_or(peer),
            false => peer,
        }
    }

    /// Whether a page of this origin may read the answer; `None` without an origin.
    fn origin(&self, request: &Request) -> std::result::Result<Option<HeaderValue>, Refusal> {
        let headers = request.headers();
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(None) };
        let text = origin.to_str().unwrap_or_default();
        // HTTP/2 names the host in the request's target.
        let target = request.uri().authority().map(|authority| authority.as_str());
        let host = target.or_else(|| headers.get(header::HOST)?.to_str().ok());
        let own = host.is_some_and(|host| {
            text.split_once("://").is_some_and(|(_, origin_host)| origin_host.eq_ignore_ascii_case(host))
        });
        match own || self.config.origins.iter().any(|allowed| allowed == text) {
            true => Ok(Some(origin.clone())),
            false => Err(Refusal::new(StatusCode::FORBIDDEN, "pages of this origin may not ask for tokens")),
        }
    }

    async fn issue(&self, address: IpAddr, request: Request, who: &mut Option<String>) -> Answer {
        match *request.method() {
            Method::POST => {}
            _ => {
                let message = "tokens are asked for with POST";
                return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message).allow("POST, OPTIONS"));
            }
        }
        self.by_address.attempt(&network(address)).map_err(Refusal::too_many)?;
        let (parts, body) = request.into_parts();
        let asker = Asker { address, id: request_id(&parts.headers) };
        let body = request::body(body, self.config.body_limit, self.config.body_time).await?;
        let credential = request::credential(&parts.headers, &body)?;
        self.by_user.attempt(credential.username()).map_err(Refusal::too_many)?;
        let known = self.users.authenticate(&credential).await.inspect_err(|error| {
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
        let signed = self.sign(&user);
        let asked = |outcome| Event::new(EventKind::TokenIssue, outcome).actor(&user.username);
        let event = match &signed {
            Ok(signed) => asked(Outcome::Ok).action(&signed.grants).resource(&signed.identity),
            Err(refusal) => {
                let denied = refusal.status == StatusCode::FORBIDDEN;
                asked(if denied { Outcome::Denied } else { Outcome::Failed })
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

    async fn record(&self, event: Event, asker: &Asker) -> std::result::Result<(), Refusal> {
        let mut event = event.source(asker.address.to_string());
        if let Some(id) = &asker.id {
            event = event.correlation_id(id);
        }
        self.recorder.record_aside(vec![event]).await.map_err(|error| {
            tracing::error!(target: "twilio_sdk::token_server", %error, "an event cannot be recorded");
            let message = "this cannot be recorded now";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, message).because(error.to_string())
        })
    }

    fn sign(&self, user: &UserDetails) -> std::result::Result<Signed, Refusal> {
        let Some(rule) = self.config.rules.iter().find(|rule| rule.is_for(user)) else {
            let message = "no token is meant for this user";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message).because("no rule is for the user"));
        };
        let grants = rule.grants(user);
        let names: Vec<_> = grants.iter().map(|grant| grant.name()).collect();
        let (names, identity, lives) = (names.join(","), rule.identity(user), rule.ttl.as_secs());
        let token = || {
            let mut token = AccessToken::new(&self.config.key, &*identity)?.ttl(rule.ttl)?;
            token = token.region(self.config.region.clone().unwrap_or_default());
            if self.config.unguessable_ids {
                token = token.unguessable_id();
            }
            grants.into_iter().fold(token, AccessToken::grant).sign()
        };
        let token = token().map_err(|error| {
            let message = "no token can be made for this user";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).because(error.to_string())
        })?;
        Ok(Signed { token, identity, grants: names, lives })
    }
}

/// Where a request came from, and its id.
struct Asker {
    address: IpAddr,
    id: Option<String>,
}

/// A token, for whom, for what and for how many seconds.
struct Signed {
    token: String,
    identity: String,
    grants: String,
    lives: u64,
}

type Answer = std::result::Result<Response, Refusal>;

async fn token(State(app): State<Arc<App>>, request: Request) -> Response {
    let started = Instant::now();
    let (method, address) = (request.method().clone(), app.address(&request));
    let mut who = None;
    let (origin, answer) = match app.origin(&request) {
        Err(refusal) => (None, Err(refusal)),
        Ok(origin) if method == Method::OPTIONS => (origin.clone(), Ok(preflight(origin.is_some()))),
        Ok(origin) => (origin, app.issue(address, request, &mut who).await),
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
    tracing::info!(
        target: "twilio_sdk::token_server::access",
        method = %request.method(), path = "other", status = StatusCode::NOT_FOUND.as_u16(),
        address = %app.address(&request),
        "request"
    );
    Refusal::new(StatusCode::NOT_FOUND, "there is nothing here").response()
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

async fn health(request: Request) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD => answer::json(StatusCode::OK, &json!({ "status": "ok" })),
        _ => Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "only GET").allow("GET, HEAD").response(),
    }
}
