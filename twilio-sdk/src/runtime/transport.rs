//! The HTTP client of a configuration.

use twilio_sdk_http::internal::{ClientSettings, build_client};

use crate::config::ConnectionConfig;
use crate::{Error, Result};

/// Builds the HTTP client of a configuration.
pub(super) fn client(config: &ConnectionConfig, needs_tls: bool) -> Result<reqwest::Client> {
    let pool = &config.pool;
    // Another crate of the program may enable features of `twilio-sdk-http` that add settings.
    #[allow(clippy::needless_update)]
    let settings = ClientSettings {
        user_agent: user_agent(config.user_agent.as_deref())?,
        connect_timeout: config.connect_timeout,
        max_idle_per_host: pool.max_idle_per_host,
        idle_timeout: pool.idle_timeout,
        http2_initial_stream_window_size: pool.http2_initial_stream_window_size,
        max_header_bytes: config.response_limits.max_header_bytes,
        http_version: config.http_version,
        #[cfg(feature = "gzip")]
        gzip: config.gzip,
        proxy: config.proxy.clone(),
        tls: config.tls.clone(),
        ..ClientSettings::default()
    };
    Ok(build_client(&settings, needs_tls)?)
}

/// Returns the name and version of the SDK, followed by the user's own.
pub(crate) fn user_agent(extension: Option<&str>) -> Result<String> {
    let own = concat!("twilio-sdk-rust/", env!("CARGO_PKG_VERSION"));
    let Some(extension) = extension.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(own.to_owned());
    };
    if !extension.bytes().all(|b| (b' '..0x7f).contains(&b)) {
        return Err(Error::config("user_agent: contains a character that is not printable ASCII; remove it"));
    }
    Ok(format!("{own} {extension}"))
}
