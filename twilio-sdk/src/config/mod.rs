//! Settings of a client.

mod breaker;
mod env;
#[cfg(feature = "config-file")]
pub(crate) mod file;
mod logging;
#[cfg(any(feature = "config-file", feature = "rate-limit"))]
mod rate;
mod retry;
mod transport;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::runtime::Attempt;
use crate::{Error, Result};

pub use crate::types::{Edge, Location, Region};
pub use breaker::CircuitBreakerConfig;
#[cfg(feature = "config-file")]
pub use file::ConfigLoader;
pub use logging::LoggingConfig;
#[cfg(feature = "rate-limit")]
pub use rate::RateLimit;
pub use retry::RetryConfig;
pub use transport::{PoolConfig, ResponseLimits};
pub use twilio_sdk_http::{HttpVersion, Proxy, ProxyServer, TlsBackend, TlsConfig, TlsVersion};

/// Minimum timeout of an attempt if none is set.
const MIN_ATTEMPT: Duration = Duration::from_secs(10);

/// Returns the timeout of one attempt: the one that is set, or a part of the request's timeout if a retry is possible.
pub(crate) fn attempt_timeout(
    set: Option<Duration>,
    request: Duration,
    repeatable: bool,
) -> Option<Duration> {
    set.or_else(|| repeatable.then(|| MIN_ATTEMPT.max(request / 3)))
}

/// Maximum duration of a setting. It can be added to every instant without overflow.
pub(crate) const FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Credentials and settings of a [`Client`](crate::Client).
///
/// ```
/// use std::time::Duration;
/// use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, RetryConfig};
///
/// let credentials = ApiKeyConfig::new("AC00000000000000000000000000000000", "SK00000000000000000000000000000000", "secret");
/// let config = ConnectionConfig::new(credentials)
///     .region("ie1")
///     .timeout(Duration::from_secs(10))
///     .retry(RetryConfig::new().max_attempts(5));
/// let twilio = Client::new(config)?;
/// # Ok::<(), twilio_sdk::Error>(())
/// ```
///
/// It has no `Deserialize`, because files need variables, references to secrets and checks: load it with
/// `from_file` or a `ConfigLoader` (feature `config-file`), or read the environment
/// with [`from_env`](Self::from_env).
#[derive(Clone, Debug)]
pub struct ConnectionConfig {
    pub(crate) auth: Auth,
    pub(crate) base_url: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) edge: Option<String>,
    pub(crate) timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) http_version: HttpVersion,
    #[cfg(feature = "gzip")]
    pub(crate) gzip: bool,
    pub(crate) pool: PoolConfig,
    pub(crate) proxy: Proxy,
    pub(crate) tls: TlsConfig,
    pub(crate) response_limits: ResponseLimits,
    pub(crate) retry: RetryConfig,
    pub(crate) circuit_breaker: Option<CircuitBreakerConfig>,
    #[cfg(feature = "rate-limit")]
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) logging: LoggingConfig,
    pub(crate) user_agent: Option<String>,
    pub(crate) observer: Option<Observer>,
    #[cfg(feature = "access-token")]
    pub(crate) public_key_client_validation: Option<crate::access_token::PublicKeyClientValidation>,
    #[cfg(feature = "request-validation")]
    pub(crate) validate_requests: bool,
}

impl ConnectionConfig {
    /// Default timeout of a request: 30 s, including all retries.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// Creates settings with any kind of credentials and defaults for everything else.
    pub fn new(auth: impl Into<Auth>) -> Self {
        Self {
            auth: auth.into(),
            base_url: None,
            region: None,
            edge: None,
            timeout: Self::DEFAULT_TIMEOUT,
            connect_timeout: Duration::from_secs(10),
            attempt_timeout: None,
            http_version: HttpVersion::default(),
            #[cfg(feature = "gzip")]
            gzip: true,
            pool: PoolConfig::default(),
            proxy: Proxy::default(),
            tls: TlsConfig::default(),
            response_limits: ResponseLimits::default(),
            retry: RetryConfig::default(),
            circuit_breaker: None,
            #[cfg(feature = "rate-limit")]
            rate_limit: None,
            logging: LoggingConfig::default(),
            user_agent: None,
            observer: None,
            #[cfg(feature = "access-token")]
            public_key_client_validation: None,
            #[cfg(feature = "request-validation")]
            validate_requests: false,
        }
    }

    /// Returns the timeout of an attempt by the client's settings, without a request's own timeout.
    pub(crate) fn full_attempt(&self) -> Duration {
        attempt_timeout(self.attempt_timeout, self.timeout, true).unwrap_or(self.timeout).min(self.timeout)
    }

    /// Sends every request to this URL instead of Twilio's hosts: an emulator, or a gateway.
    ///
    /// It must start with `https://`, except for loopback addresses. Region and edge do not change it; the header
    /// `X-Forwarded-Host` contains the Twilio host of the request, with region and edge.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets region and edge together; see [`Location`]. Default: neither.
    pub fn location(mut self, location: Location) -> Self {
        self.region = location.region().map(|region| region.as_str().to_owned());
        self.edge = location.edge().map(|edge| edge.as_str().to_owned());
        self
    }

    /// Sets the region that processes requests: `us1`, `ie1` or `au1`, each with its own credentials. Default: `us1`. Creating
    /// a client with another region fails; see [`Location`].
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the edge where requests enter Twilio's network: the region's default edge, or one of Twilio Interconnect. Default:
    /// the nearest one. See [`Location`].
    pub fn edge(mut self, edge: impl Into<String>) -> Self {
        self.edge = Some(edge.into());
        self
    }

    /// Sets the timeout of every request, including waits for a free slot, all attempts and the response body. Default: 30 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the timeout for connecting, including the TLS handshake. Default: 10 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the timeout of each attempt of a request.
    ///
    /// Default: for a request that may be retried after a timeout (see [`RetryConfig`]) a third of its timeout, but at least
    /// 10 s, so that there is time for a retry. For any other request, its whole timeout.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the HTTP version. Default: the one that the server offers.
    pub fn http_version(mut self, version: HttpVersion) -> Self {
        self.http_version = version;
        self
    }

    /// Accepts gzip-compressed responses. Default: `true`.
    #[cfg(feature = "gzip")]
    #[cfg_attr(docsrs, doc(cfg(feature = "gzip")))]
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// Sets the limits of connections and requests in flight. Default: those of [`PoolConfig`].
    pub fn pool(mut self, pool: PoolConfig) -> Self {
        self.pool = pool;
        self
    }

    /// Sets the proxy. Default: the one that the environment variables name.
    pub fn proxy(mut self, proxy: impl Into<Proxy>) -> Self {
        self.proxy = proxy.into();
        self
    }

    /// Sets root certificates, client certificate and TLS version. Default: the system's roots, none, and at least TLS 1.2.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// Sets the maximum size of responses. Default: 64 KiB of headers and 64 MiB of body.
    pub fn response_limits(mut self, limits: ResponseLimits) -> Self {
        self.response_limits = limits;
        self
    }

    /// Sets when requests are retried. Default: up to three attempts where that is safe.
    pub fn retry(mut self, retry: RetryConfig) -> Self {
        self.retry = retry;
        self
    }

    /// Enables a circuit breaker, which fails requests to a failing host without sending them. Default: none.
    pub fn circuit_breaker(mut self, breaker: CircuitBreakerConfig) -> Self {
        self.circuit_breaker = Some(breaker);
        self
    }

    /// Limits how many requests are started per period. Default: no limit.
    #[cfg(feature = "rate-limit")]
    #[cfg_attr(docsrs, doc(cfg(feature = "rate-limit")))]
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// Sets the contents of `tracing` spans and events. Default: neither bodies nor personal data.
    pub fn logging(mut self, logging: LoggingConfig) -> Self {
        self.logging = logging;
        self
    }

    /// Appends a product such as `my-service/1.2` to the SDK's `User-Agent` (RFC 9110, section 10.1.5). It must be printable
    /// ASCII.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Calls a function after every attempt of every request, retried ones included. It must not block.
    pub fn on_attempt(mut self, observer: impl Fn(&Attempt<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }

    /// Validates the values of requests against Twilio's specification (patterns, lengths, ranges, numbers of items) before
    /// they are sent. Default: `false`, because Twilio changes its rules before its specification. Single requests override
    /// it with `with_request_validation`.
    ///
    /// An invalid request fails with [`is_invalid_request`](Error::is_invalid_request) and is not sent;
    /// [`violations`](Error::violations) lists everything that is wrong. Not validated are the values of enums, because
    /// Twilio adds some, and empty strings in a query or a form, which clear optional values.
    #[cfg(feature = "request-validation")]
    #[cfg_attr(docsrs, doc(cfg(feature = "request-validation")))]
    pub fn validate_requests(mut self, validation: bool) -> Self {
        self.validate_requests = validation;
        self
    }

    /// Signs every request with a private key, so that Twilio can reject requests without it. Requests without credentials
    /// are not signed. Uploads [fail](Error::is_invalid_request), because their bodies are streamed.
    #[cfg(feature = "access-token")]
    #[cfg_attr(docsrs, doc(cfg(feature = "access-token")))]
    pub fn public_key_client_validation(
        mut self,
        validation: crate::access_token::PublicKeyClientValidation,
    ) -> Self {
        self.public_key_client_validation = Some(validation);
        self
    }

    /// Returns an error for settings that cannot work.
    pub(crate) fn check(&self) -> Result<()> {
        let durations = [
            ("timeout", Some(self.timeout)),
            ("connect_timeout", Some(self.connect_timeout)),
            ("attempt_timeout", self.attempt_timeout),
        ];
        for (name, duration) in durations {
            if duration.is_some_and(|duration| duration.is_zero()) {
                return Err(Error::config(format!(
                    "{name} is zero, which allows no response; give a longer time"
                )));
            }
        }
        self.auth.check()?;
        self.pool.check()?;
        if let Some(breaker) = &self.circuit_breaker {
            breaker.check()?;
        }
        #[cfg(feature = "rate-limit")]
        if let Some(limit) = self.rate_limit {
            limit.check()?;
        }
        self.retry.check()
    }
}

/// Function that is called after every attempt.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(&Attempt<'_>) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
