//! The token endpoint of `oauth.twilio.com`: OAuth's client credentials (RFC 6749, section 4.4) for bearer tokens.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::answer::Reply;
use super::auth;
use super::error::Refusal;
use super::pattern::Rng;
use super::record::RecordedRequest;
use super::server::lock;
use crate::types::{SecretString, internal::is_sid};

/// What the mock's access tokens look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenFormat {
    /// Text that says nothing about itself.
    #[default]
    Opaque,
    /// A JSON Web Token with `iss`, `sub`, `jti`, `iat` and `exp`. Its signature is noise.
    Jwt,
}

/// What the token endpoint does.
pub(super) struct Settings {
    /// Client ids with secrets; empty means that every well-formed pair is accepted.
    pub(super) clients: Vec<(String, SecretString)>,
    pub(super) lifetime: Duration,
    /// What `expires_in` says: the lifetime (`None`), or this, or nothing.
    pub(super) reported: Option<Option<i64>>,
    pub(super) format: TokenFormat,
}

impl Default for Settings {
    fn default() -> Self {
        let lifetime = Duration::from_secs(3600);
        Self { clients: Vec::new(), lifetime, reported: None, format: TokenFormat::default() }
    }
}

/// The tokens of one mock.
pub(super) struct TokenServer {
    settings: Settings,
    issued: Mutex<Vec<Issued>>,
    serial: AtomicU64,
    requests: AtomicU64,
}

struct Issued {
    token: SecretString,
    /// `None` where the end is beyond what the clock can say.
    expires: Option<Instant>,
}

impl Issued {
    fn is_live(&self) -> bool {
        self.expires.is_none_or(|expires| Instant::now() < expires)
    }
}

/// The names that a version of the endpoint gives to its fields.
struct Names {
    grant_type: &'static str,
    client_id: &'static str,
    client_secret: &'static str,
    status: u16,
}

const V1: Names =
    Names { grant_type: "GrantType", client_id: "ClientId", client_secret: "ClientSecret", status: 201 };
const V2: Names =
    Names { grant_type: "grant_type", client_id: "client_id", client_secret: "client_secret", status: 200 };

fn names(request: &RecordedRequest) -> Option<Names> {
    match (request.product?, request.operation_id?) {
        ("oauth_v1", "CreateToken") => Some(V1),
        ("oauth_v2", "CreateOauth2Token") => Some(V2),
        _ => None,
    }
}

impl TokenServer {
    pub(super) fn new(settings: Settings) -> Self {
        let (serial, requests) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { settings, issued: Mutex::new(Vec::new()), serial, requests }
    }

    /// How many requests came to the endpoint.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Forgets every token.
    pub(super) fn revoke(&self) {
        lock(&self.issued).clear();
    }

    /// Whether a bearer token was issued here and is neither expired nor revoked.
    pub(super) fn accepts(&self, token: &str) -> bool {
        let same = |issued: &&Issued| bool::from(auth::same(&issued.token, token));
        lock(&self.issued).iter().find(same).is_some_and(Issued::is_live)
    }

    /// Counts a request to the endpoint and refuses one that shows credentials of another kind.
    pub(super) fn admit(&self, request: &RecordedRequest) -> Result<(), Refusal> {
        if names(request).is_none() {
            return Ok(());
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        match request.authorization() {
            None => Ok(()),
            Some(_) => Err(refuse(
                400,
                "invalid_request",
                "The header Authorization does not belong here: account credentials and API keys never go to the \
                 token endpoint",
            )),
        }
    }

    /// The endpoint's answer; `None` for other endpoints, and for other grants while no client is registered.
    pub(super) fn answer(&self, request: &RecordedRequest, base_url: &str) -> Option<Result<Reply, Refusal>> {
        let names = names(request)?;
        let field = |name: &str| request.form_value(name).unwrap_or_default();
        match field(names.grant_type) {
            "client_credentials" => {}
            _ if self.settings.clients.is_empty() => return None,
            _ => {
                let message = "Only the grant client_credentials is known";
                return Some(Err(refuse(400, "unsupported_grant_type", message)));
            }
        }
        let (id, secret) = (field(names.client_id), field(names.client_secret));
        if !self.knows(id, secret) {
            let message = "The client id or the client secret is wrong";
            return Some(Err(refuse(401, "invalid_client", message)));
        }
        let mut body = json!({
            "access_token": self.issue(id, base_url),
            "token_type": "Bearer",
            "id_token": null,
            "refresh_token": null,
        });
        let lifetime = &self.settings.lifetime;
        let seconds = lifetime.as_secs().saturating_add(u64::from(lifetime.subsec_nanos() > 0));
        let told = self.settings.reported.unwrap_or(Some(i64::try_from(seconds).unwrap_or(i64::MAX)));
        if let (Some(seconds), Value::Object(map)) = (told, &mut body) {
            map.insert("expires_in".to_owned(), json!(seconds));
        }
        let mut reply = Reply::json(names.status, &body);
        reply.headers.push(("Cache-Control".to_owned(), "no-store".to_owned()));
        Some(Ok(reply))
    }

    fn knows(&self, id: &str, secret: &str) -> bool {
        match self.settings.clients.as_slice() {
            [] => is_sid(id, &["OQ"]) && !secret.is_empty(),
            clients => auth::knows(clients, id, secret),
        }
    }

    fn issue(&self, client: &str, base_url: &str) -> String {
        let serial = self.serial.fetch_add(1, Ordering::Relaxed);
        // The keys of the standard library's hasher come from the operating system.
        let mut random = Rng(RandomState::new().hash_one(serial));
        let token = match self.settings.format {
            TokenFormat::Opaque => random.hex(64),
            TokenFormat::Jwt => self.jwt(client, base_url, &mut random),
        };
        let expires = Instant::now().checked_add(self.settings.lifetime);
        let mut issued = lock(&self.issued);
        issued.retain(Issued::is_live);
        issued.push(Issued { token: token.as_str().into(), expires });
        token
    }

    fn jwt(&self, client: &str, base_url: &str, random: &mut Rng) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let end = now.saturating_add(self.settings.lifetime).as_secs();
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        let claims = json!({
            "iss": base_url,
            "sub": client,
            "jti": random.hex(32),
            "iat": now.as_secs(),
            "exp": end,
        });
        let parts = [header.to_string(), claims.to_string(), random.hex(32)];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }
}

/// Twilio's error shape, with the members of RFC 6749, section 5.2, beside it.
fn refuse(status: u16, error: &'static str, message: &str) -> Refusal {
    let mut refusal = Refusal::new(status, if status == 401 { 20003 } else { 20001 }, message);
    refusal.error = Some(error);
    refusal.headers.push(("Cache-Control", "no-store".to_owned()));
    if status == 401 {
        refusal.headers.push(("WWW-Authenticate", "Bearer realm=\"Twilio API\"".to_owned()));
    }
    refusal
}
