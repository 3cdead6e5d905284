use super::{missing, put};
use crate::config::file::Reader;
use crate::config::{ConnectionConfig, HttpVersion, PoolConfig, Proxy, ProxyServer, ResponseLimits};

/// Connections and limits of responses.
pub(super) fn settings(r: &Reader<'_>, config: &mut ConnectionConfig) {
    put(&mut config.connect_timeout, r.duration("connect_timeout"));
    let versions = [("auto", HttpVersion::Auto), ("1.1", HttpVersion::Http1), ("2", HttpVersion::Http2)];
    put(&mut config.http_version, r.choice("http_version", &versions));
    gzip(r, config);
    config.pool = pool(&r.table("pool"));
    r.check("pool", "pool", config.pool.check());
    put(&mut config.proxy, proxy(r));
    config.tls = twilio_sdk_http::internal::config_file::tls(&r.table("tls"));
    config.response_limits = response_limits(&r.table("response_limits"));
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
        max_in_flight: r.count("max_in_flight"),
        http2_initial_stream_window_size: r.size("http2_initial_stream_window_size"),
        ..PoolConfig::default()
    };
    put(&mut pool.max_idle_per_host, r.count("max_idle_per_host"));
    put(&mut pool.idle_timeout, r.duration_or_zero("idle_timeout"));
    put(&mut pool.acquire_timeout, r.duration_or_zero("acquire_timeout"));
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

fn response_limits(r: &Reader<'_>) -> ResponseLimits {
    let mut limits = ResponseLimits::default();
    put(&mut limits.max_header_bytes, r.size("max_header_bytes"));
    put(&mut limits.max_body_bytes, r.size("max_body_bytes"));
    limits
}
