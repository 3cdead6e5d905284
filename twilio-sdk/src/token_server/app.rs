use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::any;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use super::answer::{self, Refusal};
use super::limits::Attempts;
use super::{TokenServerConfig, request};
use crate::Result;
use crate::access_token::AccessToken;
use crate::listener::{CachedStore, UserDetails, UserStore};

/// Who a request came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

pub(super) struct App {
    config: TokenServerConfig,
    users: CachedStore<Arc<dyn UserStore>>,
    by_address: Attempts<IpAddr>,
    by_user: Attempts<String>,
}

impl App {
    pub(super) fn new(config: TokenServerConfig, users: Arc<dyn UserStore>) -> Result<Self> {
        let users = CachedStore::new(users, config.remember)?;
        let (by_address, by_user) = (Attempts::new(config.per_address), Attempts::new(config.per_user));
        Ok(Self { config, users, by_address, by_user })
    }

    pub(super) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/token", any(token))
            .route("/healthz", any(health))
            .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "there is nothing here").response())
            .with_state(self)
    }

    /// The address that counts: the peer's, or what the proxy in front says.
    fn address(&self, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
        let forwarded = || {
            let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
            last.rsplit(',').next()?.trim().parse().ok()
        };
        match self.config.trust_proxy {
            true => forwarded().unwrap_or(peer.ip()),
            false => peer.ip(),
        }
    }

    /// Whether a page of this origin may read the answer; `None` without an origin.
    fn origin<'h>(&self, headers: &'h HeaderMap) -> std::result::Result<Option<&'h HeaderValue>, Refusal> {
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(None) };
        let text = origin.to_str().unwrap_or_default();
        let own = headers.get(header::HOST).and_then(|host| host.to_str().ok()).is_some_and(|host| {
            text.split_once("://").is_some_and(|(_, origin_host)| origin_host.eq_ignore_ascii_case(host))
        });
        match own || self.config.origins.iter().any(|allowed| allowed == text) {
            true => Ok(Some(origin)),
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
        self.by_address.attempt(&address).map_err(Refusal::too_many)?;
        let (parts, body) = request.into_parts();
        let body = request::body(body, self.config.body_limit).await?;
        let credential = request::credential(&parts.headers, &body)?;
        self.by_user.attempt(&credential.username().to_owned()).map_err(Refusal::too_many)?;
        let user = self.users.authenticate(&credential).await.map_err(|error| {
            tracing::warn!(
                target: "twilio_sdk::token_server",
                event = "authn", outcome = "failure", %address, reason = %error,
                "a user is not recognized"
            );
            Refusal::unauthorized(error)
        })?;
        *who = Some(user.username.clone());
        self.sign(&user, address)
    }

    fn sign(&self, user: &UserDetails, address: IpAddr) -> Answer {
        let Some(rule) = self.config.rules.iter().find(|rule| rule.is_for(user)) else {
            let message = "no token is meant for this user";
            return Err(Refusal::new(StatusCode::FORBIDDEN, message).because("no rule is for the user"));
        };
        let grants = rule.grants(user);
        let names: Vec<_> = grants.iter().map(|grant| grant.name()).collect();
        let identity = rule.identity(user);
        let token = || {
            let mut token = AccessToken::new(&self.config.key, &*identity)?.ttl(rule.ttl)?;
            token = token.region(self.config.region.clone().unwrap_or_default());
            if self.config.unguessable_ids {
                token = token.unguessable_id();
            }
            grants.into_iter().fold(token, AccessToken::grant).sign()
        };
        let signed = token().map_err(|error| {
            let message = "no token can be made for this user";
            Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message).because(error.to_string())
        })?;
        tracing::info!(
            target: "twilio_sdk::token_server",
            event = "token_issue", outcome = "success", actor = user.username, identity,
            grants = names.join(","), ttl_s = rule.ttl.as_secs(), %address,
            "a token is issued"
        );
        let lives = rule.ttl.as_secs();
        Ok(answer::json(
            StatusCode::OK,
            &json!({ "token": signed, "identity": identity, "expires_in": lives }),
        ))
    }
}

type Answer = std::result::Result<Response, Refusal>;

async fn token(State(app): State<Arc<App>>, request: Request) -> Response {
    let started = Instant::now();
    let peer = request.extensions().get::<Peer>().map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |peer| peer.0);
    let address = app.address(peer, request.headers());
    let method = request.method().clone();
    let mut who = None;
    let (origin, answer) = match app.origin(request.headers()) {
        Err(refusal) => (None, Err(refusal)),
        Ok(origin) => {
            let origin = origin.cloned();
            let answer = match method {
                Method::OPTIONS => Ok(preflight(origin.is_some())),
                _ => app.issue(address, request, &mut who).await,
            };
            (origin, answer)
        }
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
