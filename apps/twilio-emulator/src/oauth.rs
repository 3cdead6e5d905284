//! The token endpoint of `oauth.twilio.com`: client credentials grant (RFC 6749, section 4.4).

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::time::Instant;

use twilio_sdk_types::SecretString;
use twilio_sdk_types::internal::is_sid;

use super::lock::lock;
use super::pattern::Rng;
use super::record::RecordedRequest;
use super::rejection::Rejection;
use super::reply::Reply;
use super::secret::{equals, is_known};

/// Format of the emulator's OAuth access tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenFormat {
    /// An opaque string.
    #[default]
    Opaque,
    /// A JSON Web Token with `iss`, `sub`, `jti`, `iat` and `exp`. Its signature is random.
    Jwt,
}

/// Settings of the token endpoint.
pub(super) struct Settings {
    /// Client IDs with secrets. If empty, every well-formed pair is accepted.
    pub(super) clients: Vec<(String, SecretString)>,
    pub(super) lifetime: Duration,
    /// `expires_in`: the lifetime (`None`), this value, or absent.
    pub(super) reported: Option<Option<i64>>,
    pub(super) format: TokenFormat,
}

impl Default for Settings {
    fn default() -> Self {
        let lifetime = Duration::from_secs(3600);
        Self { clients: Vec::new(), lifetime, reported: None, format: TokenFormat::default() }
    }
}

/// Issues and verifies the tokens of one emulator.
pub(super) struct TokenServer {
    settings: Settings,
    issued: Mutex<Vec<Issued>>,
    serial: AtomicU64,
    requests: AtomicU64,
}

struct Issued {
    token: SecretString,
    /// `None` if the end is beyond the range of the clock.
    expires: Option<Instant>,
}

impl Issued {
    fn is_live(&self) -> bool {
        self.expires.is_none_or(|expires| Instant::now() < expires)
    }
}

/// Field names of a version of the endpoint.
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

    /// Returns the number of requests to the endpoint.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Revokes every token.
    pub(super) fn revoke(&self) {
        lock(&self.issued).clear();
    }

    /// Returns whether a bearer token was issued here and is neither expired nor revoked.
    pub(super) fn accepts(&self, token: &str) -> bool {
        let same = |issued: &&Issued| bool::from(equals(&issued.token, token));
        lock(&self.issued).iter().find(same).is_some_and(Issued::is_live)
    }

    /// Counts a request to the endpoint and rejects one with credentials in the `Authorization` header.
    pub(super) fn admit(&self, request: &RecordedRequest) -> Result<(), Rejection> {
        if names(request).is_none() {
            return Ok(());
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        match request.authorization() {
            None => Ok(()),
            Some(_) => Err(reject(
                400,
                "invalid_request",
                "The header Authorization is not allowed at the token endpoint; send client_id and client_secret in \
                 the form",
            )),
        }
    }

    /// Returns the endpoint's response; `None` for other endpoints, and for other grants while no client is registered.
    pub(super) fn respond(
        &self,
        request: &RecordedRequest,
        base_url: &str,
    ) -> Option<Result<Reply, Rejection>> {
        let names = names(request)?;
        let field = |name: &str| request.form_value(name).unwrap_or_default();
        match field(names.grant_type) {
            "client_credentials" => {}
            _ if self.settings.clients.is_empty() => return None,
            _ => {
                let message = "The only supported grant type is client_credentials";
                return Some(Err(reject(400, "unsupported_grant_type", message)));
            }
        }
        let (id, secret) = (field(names.client_id), field(names.client_secret));
        if !self.knows(id, secret) {
            let message = "The client id or the client secret is wrong";
            return Some(Err(reject(401, "invalid_client", message)));
        }
        let mut body = json!({
            "access_token": self.issue(id, base_url),
            "token_type": "Bearer",
            "id_token": null,
            "refresh_token": null,
        });
        let lifetime = &self.settings.lifetime;
        let seconds = lifetime.as_secs().saturating_add(u64::from(lifetime.subsec_nanos() > 0));
        let reported = self.settings.reported.unwrap_or(Some(i64::try_from(seconds).unwrap_or(i64::MAX)));
        if let (Some(seconds), Value::Object(map)) = (reported, &mut body) {
            map.insert("expires_in".to_owned(), json!(seconds));
        }
        let mut reply = Reply::json(names.status, &body);
        reply.headers.push(("Cache-Control".to_owned(), "no-store".to_owned()));
        Some(Ok(reply))
    }

    fn knows(&self, id: &str, secret: &str) -> bool {
        match self.settings.clients.as_slice() {
            [] => is_sid(id, &["OQ"]) && !secret.is_empty(),
            clients => is_known(clients, id, secret),
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

/// Creates an error in Twilio's shape with the additional members of RFC 6749, section 5.2.
fn reject(status: u16, error: &'static str, message: &str) -> Rejection {
    let mut rejection = Rejection::new(status, if status == 401 { 20003 } else { 20001 }, message);
    rejection.error = Some(error);
    rejection.headers.push(("Cache-Control", "no-store".to_owned()));
    if status == 401 {
        rejection.headers.push(("WWW-Authenticate", "Bearer realm=\"Twilio API\"".to_owned()));
    }
    rejection
}
