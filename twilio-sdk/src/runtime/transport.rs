use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::config::{ConnectionConfig, FOREVER, HttpVersion, Proxy, ProxyServer, TlsBackend};
use crate::endpoint::{stays_here, visible};
use crate::{Error, Result};

/// The HTTP client of a configuration.
///
/// Redirects are not followed: Twilio's few are answers, and credentials must not go where a redirect says.
pub(crate) fn client(config: &ConnectionConfig, needs_tls: bool) -> Result<reqwest::Client> {
    let pool = &config.pool;
    let mut builder = reqwest::Client::builder()
        .user_agent(user_agent(config.user_agent.as_deref())?)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(config.connect_timeout)
        .pool_max_idle_per_host(pool.max_idle_per_host)
        // The pool adds it to a moment.
        .pool_idle_timeout(pool.idle_timeout.min(FOREVER))
        .http2_initial_stream_window_size(pool.http2_window)
        .http2_max_header_list_size(header_list(config.limits.headers))
        // It would send again behind the back of `RetryConfig`, unseen and uncounted.
        .retry(reqwest::retry::never());
    builder = match config.http_version {
        HttpVersion::Auto => builder,
        HttpVersion::Http1 => builder.http1_only(),
        HttpVersion::Http2 => builder.http2_prior_knowledge(),
    };
    #[cfg(feature = "compression")]
    {
        builder = builder.gzip(config.compression);
    }
    builder = match &config.proxy {
        Proxy::Environment => builder.proxy(around_this_machine(Matcher::from_system())),
        Proxy::Direct => builder.no_proxy(),
        Proxy::Server(server) => builder.proxy(proxy(server)?),
    };
    builder = match config.tls.backend {
        // A client for this machine alone must work where no root certificates are installed.
        TlsBackend::Rustls => {
            let needs_tls = needs_tls || matches!(&config.proxy, Proxy::Server(server) if server.is_https());
            builder.tls_backend_preconfigured(super::tls::rustls(
                &config.tls,
                needs_tls,
                config.http_version,
            )?)
        }
        #[cfg(feature = "native-tls")]
        TlsBackend::Native => super::tls::native(builder, &config.tls)?,
    };
    builder.build().map_err(|e| Error::config(format!("the HTTP client cannot be built: {}", chain(&e))))
}

/// HTTP/2 counts 32 bytes more for each header than [`ResponseLimits`](crate::ResponseLimits) does and breaks
/// off where there are too many, so it is given room in which the limit's own error can be made.
fn header_list(limit: usize) -> u32 {
    u32::try_from(limit.saturating_mul(2).saturating_add(16 << 10)).unwrap_or(u32::MAX)
}

/// The SDK's own name and version, and the user's behind it.
pub(crate) fn user_agent(extension: Option<&str>) -> Result<String> {
    let own = concat!("twilio-sdk-rust/", env!("CARGO_PKG_VERSION"));
    let Some(extension) = extension.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(own.to_owned());
    };
    if !extension.bytes().all(|b| (b' '..0x7f).contains(&b)) {
        return Err(Error::config("user_agent holds something else than printable ASCII"));
    }
    Ok(format!("{own} {extension}"))
}

/// A proxy as it was asked for.
pub(crate) fn proxy(server: &ProxyServer) -> Result<reqwest::Proxy> {
    let wrong = |what: &str| Error::config(format!("proxy: the URL {what}"));
    visible(&server.url).map_err(|what| wrong(&what))?;
    let url = reqwest::Url::parse(&server.url).map_err(|_| wrong("is none; give http://host:port"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("must start with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds credentials; give them apart, so that they are kept as secrets"));
    }
    let matcher = Matcher::builder().all(String::from(url)).no(server.except.join(",")).build();
    let mut proxy = around_this_machine(matcher);
    if let Some((user, password)) = &server.credentials {
        let value = crate::auth::basic(user, password).ok_or_else(|| {
            Error::config("proxy: the credentials hold a character that Basic authentication cannot carry")
        })?;
        proxy = proxy.custom_http_auth(value);
    }
    Ok(proxy)
}

/// A proxy that is never asked for this machine: `http://` is allowed there because nobody else can read it.
fn around_this_machine(matcher: Matcher) -> reqwest::Proxy {
    reqwest::Proxy::custom(move |url| {
        if url.host_str().is_none_or(stays_here) {
            return None;
        }
        matcher.intercept(&url.as_str().parse().ok()?).and_then(|proxy| address(&proxy))
    })
}

/// A proxy's URL with the credentials that its variable gave.
fn address(proxy: &Intercept) -> Option<reqwest::Url> {
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

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
