//! The keys of a configuration file, each with the setting that it makes.
//!
//! A new key is one line here and one in `examples/twilio.toml`; a test finds what is missing in either.

use super::reader::Reader;
use crate::auth::{ApiKeyConfig, Auth, AuthTokenConfig};
use crate::config::{
    ConnectionConfig, HttpVersion, Location, LoggingConfig, PoolConfig, Proxy, ProxyServer, ResponseLimits,
    RetryConfig, TlsBackend, TlsConfig, TlsVersion,
};

/// Tables that a profile replaces as a whole, because credentials of two places must not mix.
pub(super) const WHOLE: &[&str] = &["auth", "proxy"];

/// Reads everything; `None` where there are no credentials. Other problems are with the reader.
pub(super) fn config(r: &Reader<'_>) -> Option<ConnectionConfig> {
    let auth = auth(&r.table("auth"));
    let found = auth.is_some();
    let mut config = ConnectionConfig::new(auth.unwrap_or_else(|| AuthTokenConfig::new("", "").into()));
    config.base_url = r.text("base_url");
    if let Some(url) = &config.base_url {
        r.check("base_url", crate::endpoint::base_url(url).map(drop));
    }
    (config.region, config.edge) = location(r);
    put(&mut config.timeout, r.duration("timeout"));
    put(&mut config.connect_timeout, r.duration("connect_timeout"));
    config.attempt_timeout = r.duration("attempt_timeout");
    let versions = [("auto", HttpVersion::Auto), ("1.1", HttpVersion::Http1), ("2", HttpVersion::Http2)];
    put(&mut config.http_version, r.choice("http_version", &versions));
    compression(r, &mut config);
    config.pool = pool(&r.table("pool"));
    r.check("pool", config.pool.check());
    put(&mut config.proxy, proxy(r));
    config.tls = tls(&r.table("tls"));
    config.limits = limits(&r.table("limits"));
    config.retry = retry(&r.table("retry"));
    r.check("retry", config.retry.check());
    config.logging = logging(&r.table("logging"));
    config.user_agent = r.text("user_agent");
    found.then_some(config)
}

fn put<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

fn auth(r: &Reader<'_>) -> Option<Auth> {
    let account_sid = r.text("account_sid");
    let (auth_token, api_key, api_secret) =
        (r.secret("auth_token"), r.text("api_key"), r.secret("api_secret"));
    const KINDS: &str = "give `account_sid` with `api_key` and `api_secret`, or with `auth_token`";
    if !r.is_there() {
        return None;
    }
    let (token, key) = (r.has("auth_token"), r.has("api_key") || r.has("api_secret"));
    match (token, key) {
        (true, true) => r.problem("", "an auth token and an API key exclude each other; give one of them"),
        (false, false) => r.problem("", format!("there are no credentials; {KINDS}")),
        (true, false) => missing(r, &["account_sid"]),
        (false, true) => missing(r, &["account_sid", "api_key", "api_secret"]),
    }
    let auth: Auth = match (token, key) {
        (true, false) => AuthTokenConfig::new(account_sid?, auth_token?).into(),
        (false, true) => ApiKeyConfig::new(account_sid?, api_key?.as_str(), api_secret?).into(),
        _ => return None,
    };
    r.check("", auth.check());
    Some(auth)
}

fn missing(r: &Reader<'_>, keys: &[&str]) {
    for key in keys.iter().filter(|key| !r.has(key)) {
        r.problem(key, "is missing");
    }
}

/// Checked here and not only by the client, whose error would show what a variable holds.
fn location(r: &Reader<'_>) -> (Option<String>, Option<String>) {
    let (region, edge) = (r.text("region"), r.text("edge"));
    let is = |region: Option<&String>, edge: Option<&String>| {
        Location::parse(region.map(String::as_str), edge.map(String::as_str)).is_ok()
    };
    if !is(region.as_ref(), None) {
        r.problem(
            "region",
            match is(None, region.as_ref()) {
                true => "is an edge; give it as `edge`, beside a region such as \"ie1\"",
                false => "is none of Twilio's regions, such as \"us1\", \"ie1\" or \"au1\"",
            },
        );
    }
    if !is(None, edge.as_ref()) {
        r.problem(
            "edge",
            match is(edge.as_ref(), None) {
                true => "is a region; give it as `region`",
                false => "is none of Twilio's edges, such as \"ashburn\", \"dublin\" or \"sydney\"",
            },
        );
    }
    (region, edge)
}

#[cfg(feature = "compression")]
fn compression(r: &Reader<'_>, config: &mut ConnectionConfig) {
    put(&mut config.compression, r.flag("compression"));
}

#[cfg(not(feature = "compression"))]
fn compression(r: &Reader<'_>, _: &mut ConnectionConfig) {
    if r.flag("compression") == Some(true) {
        r.problem("compression", "needs the feature `compression` of twilio-sdk");
    }
}

fn pool(r: &Reader<'_>) -> PoolConfig {
    let mut pool = PoolConfig::default();
    pool.max_active = r.count("max_active");
    put(&mut pool.max_idle_per_host, r.count("max_idle_per_host"));
    put(&mut pool.idle_timeout, r.duration_or_zero("idle_timeout"));
    put(&mut pool.wait, r.duration_or_zero("wait"));
    pool.http2_window = r.size("http2_window");
    pool
}

fn proxy(r: &Reader<'_>) -> Option<Proxy> {
    let words = [("environment", Proxy::Environment), ("direct", Proxy::Direct)];
    let (r, word) = r.table_or("proxy", &words);
    let (url, user, password) = (r.text("url"), r.text("user"), r.secret("password"));
    let except = r.texts("except").unwrap_or_default();
    if !r.is_there() {
        return word;
    }
    missing(&r, &["url"]);
    if r.has("user") != r.has("password") {
        missing(&r, &["user", "password"]);
    }
    let mut server = ProxyServer::new(url?).except(except);
    if let (Some(user), Some(password)) = (user, password) {
        server = server.credentials(user, password);
    }
    Some(server.into())
}

fn tls(r: &Reader<'_>) -> TlsConfig {
    let mut tls = TlsConfig::default();
    put(&mut tls.backend, backend(r));
    put(&mut tls.extra_roots, r.pems("extra_roots"));
    put(&mut tls.only_extra_roots, r.flag("only_extra_roots"));
    let versions = [("1.2", TlsVersion::Tls12), ("1.3", TlsVersion::Tls13)];
    put(&mut tls.min_version, r.choice("min_version", &versions));
    let (chain, key) = (r.pem("identity_chain"), r.pem_secret("identity_key"));
    if r.has("identity_chain") != r.has("identity_key") {
        missing(r, &["identity_chain", "identity_key"]);
    }
    tls.identity = chain.zip(key);
    tls
}

#[cfg(feature = "native-tls")]
fn backend(r: &Reader<'_>) -> Option<TlsBackend> {
    r.choice("backend", &[("rustls", TlsBackend::Rustls), ("native", TlsBackend::Native)])
}

#[cfg(not(feature = "native-tls"))]
fn backend(r: &Reader<'_>) -> Option<TlsBackend> {
    let found = r.choice("backend", &[("rustls", Some(TlsBackend::Rustls)), ("native", None)]);
    if found == Some(None) {
        r.problem("backend", "\"native\" needs the feature `native-tls` of twilio-sdk");
    }
    found.flatten()
}

fn limits(r: &Reader<'_>) -> ResponseLimits {
    let mut limits = ResponseLimits::default();
    put(&mut limits.headers, r.size("headers"));
    put(&mut limits.body, r.size("body"));
    limits
}

fn retry(r: &Reader<'_>) -> RetryConfig {
    let mut retry = RetryConfig::default();
    put(&mut retry.max_attempts, r.count("max_attempts"));
    put(&mut retry.base, r.duration("base"));
    put(&mut retry.factor, r.count("factor"));
    put(&mut retry.max_delay, r.duration("max_delay"));
    put(&mut retry.statuses, r.counts("statuses"));
    retry
}

fn logging(r: &Reader<'_>) -> LoggingConfig {
    let mut logging = LoggingConfig::default();
    put(&mut logging.filter_fields, r.texts("filter_fields"));
    put(&mut logging.bodies, r.flag("bodies"));
    put(&mut logging.personal, r.flag("personal"));
    put(&mut logging.body_limit, r.count("body_limit"));
    logging
}
