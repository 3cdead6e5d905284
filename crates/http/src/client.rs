//! The HTTP client of settings.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use twilio_sdk_config::ConfigError;

use crate::cause::chain;
use crate::tls::client_config;
use crate::url::{bypasses_proxy, visible};
use crate::{HttpVersion, Proxy, ProxyServer, TlsBackend, TlsConfig};

/// Settings of an HTTP client.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The value of `User-Agent`.
    pub user_agent: String,
    /// Timeout for connecting, including the TLS handshake.
    pub connect_timeout: Duration,
    /// Number of idle connections per host that are kept.
    pub max_idle_per_host: usize,
    /// How long an idle connection is kept.
    pub idle_timeout: Duration,
    /// HTTP/2's initial flow-control window of a stream, in bytes.
    pub http2_initial_stream_window_size: Option<u32>,
    /// Largest size of response headers, names and values, in bytes.
    pub max_header_bytes: usize,
    /// The HTTP version.
    pub http_version: HttpVersion,
    /// Whether responses may be compressed.
    #[cfg(feature = "gzip")]
    pub gzip: bool,
    /// The proxy.
    pub proxy: Proxy,
    /// TLS settings.
    pub tls: TlsConfig,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            user_agent: concat!("twilio-sdk-rust/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            max_idle_per_host: 100,
            idle_timeout: Duration::from_secs(90),
            http2_initial_stream_window_size: None,
            max_header_bytes: 64 << 10,
            http_version: HttpVersion::Auto,
            #[cfg(feature = "gzip")]
            gzip: true,
            proxy: Proxy::default(),
            tls: TlsConfig::default(),
        }
    }
}

/// Builds the HTTP client of settings.
///
/// It follows no redirects: credentials must not go where a redirect says. `needs_tls` is false if no request uses
/// `https://`.
///
/// # Errors
///
/// The TLS settings or the proxy are invalid.
pub fn build_client(settings: &ClientSettings, needs_tls: bool) -> Result<reqwest::Client, ConfigError> {
    /// The connection pool adds the timeout to an instant, so it must not overflow.
    const LONGEST_IDLE: Duration = Duration::from_secs(60 * 60 * 24 * 365);
    let mut builder = reqwest::Client::builder()
        .user_agent(settings.user_agent.as_str())
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(settings.max_idle_per_host)
        .pool_idle_timeout(settings.idle_timeout.min(LONGEST_IDLE))
        .http2_initial_stream_window_size(settings.http2_initial_stream_window_size)
        .http2_max_header_list_size(header_list_size(settings.max_header_bytes))
        // reqwest would retry unseen and uncounted.
        .retry(reqwest::retry::never());
    builder = match settings.http_version {
        HttpVersion::Auto => builder,
        HttpVersion::Http1 => builder.http1_only(),
        HttpVersion::Http2 => builder.http2_prior_knowledge(),
    };
    #[cfg(feature = "gzip")]
    {
        builder = builder.gzip(settings.gzip);
    }
    builder = match &settings.proxy {
        Proxy::Environment => builder.proxy(except_localhost(Matcher::from_system())),
        Proxy::Direct => builder.no_proxy(),
        Proxy::Server(server) => builder.proxy(proxy(server)?),
    };
    builder = match settings.tls.backend {
        // A client of localhost only must work where no root certificates are installed.
        TlsBackend::Rustls => {
            let needs_roots =
                needs_tls || matches!(&settings.proxy, Proxy::Server(server) if server.is_https());
            let tls = client_config(&settings.tls, needs_roots, settings.http_version)?;
            builder.tls_backend_preconfigured(tls)
        }
        #[cfg(feature = "native-tls")]
        TlsBackend::Native => crate::tls::native::native(builder, &settings.tls)?,
    };
    builder.build().map_err(|e| ConfigError::new(format!("cannot build the HTTP client: {}", chain(&e))))
}

/// HTTP/2 counts 32 bytes more per header than `max_header_bytes` and resets the stream above its limit, so it gets room in
/// which the client's own check reports the error.
fn header_list_size(limit: usize) -> u32 {
    u32::try_from(limit.saturating_mul(2).saturating_add(16 << 10)).unwrap_or(u32::MAX)
}

/// Checks a proxy.
///
/// # Errors
///
/// The URL is not one of a proxy, or its credentials cannot be sent.
pub fn check_proxy(server: &ProxyServer) -> Result<(), ConfigError> {
    proxy(server).map(drop)
}

fn proxy(server: &ProxyServer) -> Result<reqwest::Proxy, ConfigError> {
    let wrong = |what: &str| ConfigError::new(format!("proxy: the URL {what}"));
    visible(&server.url).map_err(|what| wrong(&what))?;
    let url = reqwest::Url::parse(&server.url).map_err(|_| wrong("is not a URL; give http://host:port"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("must start with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds credentials; give them apart, so that they are kept as secrets"));
    }
    let matcher = Matcher::builder().all(String::from(url)).no(server.no_proxy.join(",")).build();
    let mut proxy = except_localhost(matcher);
    if let Some((username, password)) = &server.basic_auth {
        let value = crate::header::basic(username, password).ok_or_else(|| {
            ConfigError::new(
                "proxy: the credentials contain a character that Basic authentication cannot carry",
            )
        })?;
        proxy = proxy.custom_http_auth(value);
    }
    Ok(proxy)
}

/// A proxy that is never used for localhost: `http://` is allowed there because no other machine can read it.
fn except_localhost(matcher: Matcher) -> reqwest::Proxy {
    reqwest::Proxy::custom(move |url| {
        if url.host_str().is_none_or(bypasses_proxy) {
            return None;
        }
        matcher.intercept(&url.as_str().parse().ok()?).and_then(|proxy| proxy_url(&proxy))
    })
}

/// Returns the URL of a proxy with the credentials of its variable.
fn proxy_url(proxy: &Intercept) -> Option<reqwest::Url> {
    let mut url = reqwest::Url::parse(&proxy.uri().to_string()).ok()?;
    if let Some(basic) = proxy.basic_auth() {
        let basic = STANDARD.decode(basic.as_bytes().strip_prefix(b"Basic ")?).ok()?;
        let at = basic.iter().position(|byte| *byte == b':').unwrap_or(basic.len());
        let encoded = |bytes: &[u8]| percent_encode(bytes, NON_ALPHANUMERIC).to_string();
        url.set_username(&encoded(&basic[..at])).ok()?;
        url.set_password(basic.get(at + 1..).map(encoded).as_deref()).ok()?;
    }
    Some(url)
}
