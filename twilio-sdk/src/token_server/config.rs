use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::rule::{Rule, rule};
use crate::access_token::AccessToken;
use crate::config::Location;
use crate::config::file::{Reader, read_file};
use crate::listener::FileUserStore;
use crate::types::SecretString;
use crate::{ApiKeyConfig, Error, Result};

/// What a token server is run with.
///
/// ```toml
/// listen = "127.0.0.1:3000"
///
/// [twilio]
/// account_sid = "${TWILIO_ACCOUNT_SID}"
/// api_key = "${TWILIO_API_KEY}"
/// api_secret = "${TWILIO_API_SECRET}"
///
/// [users]
/// file = "users.toml"
///
/// [[rules]]
/// scopes = ["video"]
/// identity = "{username}"
/// ttl = "10m"
/// video = { room = "room-of-{username}" }
/// ```
#[derive(Clone, Debug)]
pub struct TokenServerConfig {
    pub(super) listen: SocketAddr,
    pub(super) key: ApiKeyConfig,
    pub(super) region: Option<String>,
    pub(super) users_file: PathBuf,
    pub(super) remember: Duration,
    pub(super) rules: Vec<Rule>,
    pub(super) origins: Vec<String>,
    pub(super) trust_proxy: bool,
    pub(super) body_limit: usize,
    pub(super) per_user: u32,
    pub(super) per_address: u32,
    pub(super) shutdown: Duration,
    pub(super) tls: Option<Tls>,
    pub(super) unguessable_ids: bool,
}

/// Certificate chain and key, PEM.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) certificates: Vec<u8>,
    pub(super) key: SecretString,
}

/// The room of the environment's one rule, unless set.
const ROOM: &str = "My Room";

impl TokenServerConfig {
    /// Reads a TOML or JSON file with `${VAR}` for environment variables.
    ///
    /// # Errors
    ///
    /// [`Error::config_problems`] lists everything that is wrong.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        read_file(path, &|name| std::env::var(name).ok(), &|reader| read(reader, &directory))
    }

    /// Takes everything from environment variables: `TWILIO_ACCOUNT_SID`, `TWILIO_API_KEY` (or
    /// `TWILIO_API_KEY_SID`), `TWILIO_API_SECRET` (or `TWILIO_API_KEY_SECRET`), `TWILIO_REGION`, and
    /// `TOKEN_SERVER_USERS`, the file of users; `TOKEN_SERVER_LISTEN` and `TOKEN_SERVER_ROOM` may be set. Every user gets
    /// a token of an hour for one room of Video.
    ///
    /// # Errors
    ///
    /// One error that names everything that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    pub(super) fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let get =
            |names: &[&str]| names.iter().find_map(|name| lookup(name).filter(|value| !value.is_empty()));
        let mut wrong = Vec::new();
        let mut need = |names: &[&str]| {
            let value = get(names);
            if value.is_none() {
                wrong.push(format!("{} is not set", names.join(" or ")));
            }
            value.unwrap_or_default()
        };
        let key = ApiKeyConfig::new(
            need(&["TWILIO_ACCOUNT_SID"]),
            need(&["TWILIO_API_KEY", "TWILIO_API_KEY_SID"]),
            need(&["TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET"]),
        );
        let users_file = PathBuf::from(need(&["TOKEN_SERVER_USERS"]));
        let listen = get(&["TOKEN_SERVER_LISTEN"]).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let listen =
            listen.parse().map_err(|_| wrong.push("TOKEN_SERVER_LISTEN is no address:port".to_owned()));
        if wrong.is_empty()
            && let Err(message) = check_key(&key)
        {
            wrong.push(message);
        }
        let region = get(&["TWILIO_REGION"]);
        if let Err(error) = Location::parse(region.as_deref(), None) {
            wrong.push(format!("TWILIO_REGION: {error}"));
        }
        let room = get(&["TOKEN_SERVER_ROOM"]).unwrap_or_else(|| ROOM.to_owned());
        let rule =
            Rule::video_for_all(&room).map_err(|message| wrong.push(format!("TOKEN_SERVER_ROOM {message}")));
        match (listen, rule) {
            (Ok(listen), Ok(rule)) if wrong.is_empty() => {
                Ok(Self { listen, region, rules: vec![rule], ..Self::with(key, users_file) })
            }
            _ => Err(Error::config(wrong.join("; "))),
        }
    }

    fn with(key: ApiKeyConfig, users_file: PathBuf) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000),
            key,
            region: None,
            users_file,
            remember: Duration::from_secs(60),
            rules: Vec::new(),
            origins: Vec::new(),
            trust_proxy: false,
            body_limit: 16 << 10,
            per_user: 10,
            per_address: 60,
            shutdown: Duration::from_secs(10),
            tls: None,
            unguessable_ids: true,
        }
    }

    /// Whether a server could be run with it: the users can be read, and the certificate can be used.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn check(&self) -> Result<()> {
        FileUserStore::open(&self.users_file)?;
        self.tls.as_ref().map(super::server::acceptor).transpose().map(drop)
    }

    /// Listens at another address.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }
}

/// What [`AccessToken`] would refuse when the first token is asked for.
fn check_key(key: &ApiKeyConfig) -> std::result::Result<(), String> {
    AccessToken::without_identity(key)
        .and_then(|token| token.sign())
        .map(drop)
        .map_err(|error| error.to_string())
}

fn read(reader: &Reader<'_>, directory: &Path) -> Option<TokenServerConfig> {
    let twilio = reader.table("twilio");
    let (account_sid, api_key) = (twilio.text("account_sid"), twilio.text("api_key"));
    let api_secret = twilio.secret("api_secret");
    let region = twilio.text("region");
    for (name, missing) in [
        ("account_sid", account_sid.is_none()),
        ("api_key", api_key.is_none()),
        ("api_secret", api_secret.is_none()),
    ] {
        if missing && !twilio.has(name) {
            twilio.problem(name, "is missing");
        }
    }
    twilio.check("region", "region", Location::parse(region.as_deref(), None).map(drop));
    let users = reader.table("users");
    let users_file = users.text("file").map(|file| directory.join(file));
    if !users.has("file") {
        users.problem("file", "is missing; it is the file of users");
    }
    let remember = users.duration_or_zero("remember");
    let rules = reader.tables("rules", rule);
    if !reader.has("rules") {
        reader.problem("rules", "is missing; without rules nobody gets a token");
    }
    let listen = reader.text("listen").map(|text| text.parse());
    if matches!(listen, Some(Err(_))) {
        reader.problem("listen", "must be an address with a port, such as 127.0.0.1:3000");
    }
    let cors = reader.table("cors");
    let origins = cors.texts("origins").unwrap_or_default();
    if origins.iter().any(|origin| !is_origin(origin)) {
        cors.problem(
            "origins",
            "must hold origins such as https://app.example.com, without a path, and no *",
        );
    }
    let limits = reader.table("limits");
    let (body_limit, per_user) = (limits.size("body"), limits.count("per_user"));
    let per_address = limits.count("per_address");
    for (name, value) in [("per_user", per_user), ("per_address", per_address)] {
        if value == Some(0) {
            limits.problem(name, "must be more than 0, attempts a minute");
        }
    }
    let tls = reader.table("tls");
    let (certificates, key_pem) = (tls.pem("certificate"), tls.pem_secret("key"));
    for name in ["certificate", "key"] {
        if tls.is_there() && !tls.has(name) {
            tls.problem(name, "is missing");
        }
    }
    let trust_proxy = reader.flag("trust_proxy").unwrap_or(false);
    let shutdown = reader.duration("shutdown");
    let unguessable_ids = reader.flag("unguessable_ids").unwrap_or(true);
    let key = ApiKeyConfig::new(account_sid?, api_key?, api_secret?);
    if let Err(message) = check_key(&key) {
        twilio.problem("", message);
    }
    let defaults = TokenServerConfig::with(key, users_file?);
    Some(TokenServerConfig {
        listen: listen.and_then(std::result::Result::ok).unwrap_or(defaults.listen),
        region,
        remember: remember.unwrap_or(defaults.remember),
        rules,
        origins,
        trust_proxy,
        body_limit: body_limit.unwrap_or(defaults.body_limit),
        per_user: per_user.unwrap_or(defaults.per_user),
        per_address: per_address.unwrap_or(defaults.per_address),
        shutdown: shutdown.unwrap_or(defaults.shutdown),
        tls: certificates.zip(key_pem).map(|(certificates, key)| Tls { certificates, key }),
        unguessable_ids,
        ..defaults
    })
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    matches!(scheme, "http" | "https")
        && !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b))
}
