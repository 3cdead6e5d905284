//! Single requests within bounds of time and memory.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use twilio_sdk_config::ConfigError;
use zeroize::Zeroize as _;

use crate::client::{ClientSettings, build_client};
use crate::{HttpError, Proxy, TlsConfig};

/// Settings of requests to one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeSettings {
    /// Timeout of a whole request.
    pub timeout: Duration,
    /// Timeout for connecting, including the TLS handshake.
    pub connect_timeout: Duration,
    /// TLS settings.
    pub tls: TlsConfig,
    /// The proxy.
    pub proxy: Proxy,
    /// Largest size of response headers, in bytes.
    pub max_header_bytes: usize,
    /// Largest size of a response body, in bytes.
    pub max_body_bytes: u64,
}

impl Default for ExchangeSettings {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            tls: TlsConfig::default(),
            proxy: Proxy::default(),
            max_header_bytes: 64 << 10,
            max_body_bytes: 1 << 20,
        }
    }
}

/// Sends requests to a server other than Twilio's. No credentials are added, and redirects are not followed.
#[derive(Clone, Debug)]
pub struct Exchange {
    client: reqwest::Client,
    timeout: Duration,
    max_header_bytes: usize,
    max_body_bytes: u64,
}

/// A response with its whole body.
pub struct RawResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl RawResponse {
    /// Drops a response with secrets, and zeroizes its body unless a copy of it exists.
    pub fn wipe(self) {
        if let Ok(mut body) = self.body.try_into_mut() {
            body.as_mut().zeroize();
        }
    }
}

impl Exchange {
    /// Builds the client. `needs_tls` is false if no request uses `https://`.
    ///
    /// # Errors
    ///
    /// A timeout is zero, or the TLS settings or the proxy are invalid.
    pub fn new(settings: &ExchangeSettings, needs_tls: bool) -> Result<Self, ConfigError> {
        for (name, timeout) in [("timeout", settings.timeout), ("connect_timeout", settings.connect_timeout)]
        {
            if timeout.is_zero() {
                return Err(ConfigError::new(format!("{name} must be more than 0")));
            }
        }
        let client = ClientSettings {
            connect_timeout: settings.connect_timeout,
            max_header_bytes: settings.max_header_bytes,
            tls: settings.tls.clone(),
            proxy: settings.proxy.clone(),
            ..ClientSettings::default()
        };
        Ok(Self {
            client: build_client(&client, needs_tls)?,
            timeout: settings.timeout,
            max_header_bytes: settings.max_header_bytes,
            max_body_bytes: settings.max_body_bytes,
        })
    }

    /// Sends a request once and reads the whole response, whatever its status is.
    ///
    /// # Errors
    ///
    /// There is no response within the timeout, or it is larger than the limits.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<RawResponse, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(HttpError::request)?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let exchange = async {
            let response = self.client.execute(request).await.map_err(HttpError::request)?;
            self.read(response).await
        };
        let outcome = tokio::time::timeout(self.timeout, exchange).await;
        outcome.unwrap_or_else(|_| Err(HttpError::timeout(&host)))
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<RawResponse, HttpError> {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if size > self.max_header_bytes {
            return Err(HttpError::too_large("head", self.max_header_bytes as u64));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(HttpError::request)? {
            if (body.len() + chunk.len()) as u64 > self.max_body_bytes {
                return Err(HttpError::too_large("body", self.max_body_bytes));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(RawResponse { status, headers, body: body.into() })
    }
}

/// Returns `Retry-After`, as seconds or as a date (RFC 9110, section 10.2.3). A date in the past is zero.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More seconds than fit are still a wait, and not none.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
