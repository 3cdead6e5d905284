use super::{missing, put};
use crate::config::file::Reader;
use crate::config::{
    ConnectionConfig, HttpVersion, PoolConfig, Proxy, ProxyServer, ResponseLimits, TlsBackend, TlsConfig,
    TlsVersion,
};

/// How connections are made and kept, and what they may bring.
pub(super) fn settings(r: &Reader<'_>, config: &mut ConnectionConfig) {
    put(&mut config.connect_timeout, r.duration("connect_timeout"));
    let versions = [("auto", HttpVersion::Auto), ("1.1", HttpVersion::Http1), ("2", HttpVersion::Http2)];
    put(&mut config.http_version, r.choice("http_version", &versions));
    gzip(r, config);
    config.pool = pool(&r.table("pool"));
    r.check("pool", "pool", config.pool.check());
    put(&mut config.proxy, proxy(r));
    config.tls = tls(&r.table("tls"));
    config.limits = limits(&r.table("limits"));
}

fn gzip(r: &Reader<'_>, config: &mut ConnectionConfig) {
    let gzip = r.flag("gzip");
    if gzip == Some(true) {
        r.needs_feature("gzip", "gzip", cfg!(feature = "gzip"));
    }
    #[cfg(feature = "gzip")]
    put(&mut config.gzip, gzip);
    #[cfg(not(feature = "gzip"))]
    let _ = config;
}

fn pool(r: &Reader<'_>) -> PoolConfig {
    let mut pool = PoolConfig {
        max_active: r.count("max_active"),
        http2_window: r.size("http2_window"),
        ..PoolConfig::default()
    };
    put(&mut pool.max_idle_per_host, r.count("max_idle_per_host"));
    put(&mut pool.idle_timeout, r.duration_or_zero("idle_timeout"));
    put(&mut pool.wait, r.duration_or_zero("wait"));
    pool
}

fn proxy(r: &Reader<'_>) -> Option<Proxy> {
    let words = [("environment", Proxy::Environment), ("direct", Proxy::Direct)];
    let (r, word) = r.table_or("proxy", &words);
    let (url, username, password) = (r.string("url"), r.string("username"), r.secret("password"));
    let no_proxy = r.strings("no_proxy").unwrap_or_default();
    if !r.is_present() {
        return word;
    }
    missing(&r, &["url"]);
    if r.has("username") != r.has("password") {
        missing(&r, &["username", "password"]);
    }
    let mut server = ProxyServer::new(url?).no_proxy(no_proxy);
    if let (Some(username), Some(password)) = (username, password) {
        server = server.basic_auth(username, password);
    }
    r.check("", "proxy", twilio_sdk_http::internal::check_proxy(&server));
    Some(server.into())
}

/// The table `tls`, which other files have too.
pub(crate) fn tls(r: &Reader<'_>) -> TlsConfig {
    let (mut tls, before) = (TlsConfig::default(), r.problem_count());
    let backend = backend(r).unwrap_or_default();
    tls = tls.backend(backend);
    for pem in r.pems("extra_root_certificates").unwrap_or_default() {
        tls = tls.extra_root_certificates(pem);
    }
    tls = tls.disable_system_roots(r.flag("disable_system_roots").unwrap_or_default());
    let versions = [("1.2", TlsVersion::Tls12), ("1.3", TlsVersion::Tls13)];
    tls = tls.min_version(r.choice("min_version", &versions).unwrap_or_default());
    let (chain, key) = (r.pem("client_certificate"), r.pem_secret("client_key"));
    if r.has("client_certificate") != r.has("client_key") {
        missing(r, &["client_certificate", "client_key"]);
    }
    if let (Some(chain), Some(key)) = (chain, key) {
        tls = tls.client_identity(chain, key);
    }
    if r.is_present() && r.problem_count() == before && backend == TlsBackend::Rustls {
        r.check(
            "",
            "tls",
            twilio_sdk_http::internal::tls::client_config(&tls, false, crate::config::HttpVersion::Auto)
                .map(drop),
        );
    }
    tls
}

fn backend(r: &Reader<'_>) -> Option<TlsBackend> {
    #[cfg(feature = "native-tls")]
    let native = Some(TlsBackend::Native);
    #[cfg(not(feature = "native-tls"))]
    let native = None;
    let found = r.choice("backend", &[("rustls", Some(TlsBackend::Rustls)), ("native", native)])?;
    if found != Some(TlsBackend::Rustls) {
        r.needs_feature("backend", "native-tls", cfg!(feature = "native-tls"));
    }
    found
}

fn limits(r: &Reader<'_>) -> ResponseLimits {
    let mut limits = ResponseLimits::default();
    put(&mut limits.headers, r.size("headers"));
    put(&mut limits.body, r.size("body"));
    limits
}
