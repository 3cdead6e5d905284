//! What a client is made of.

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

/// The least that an attempt is given where no attempt timeout is set.
const LEAST_ATTEMPT: Duration = Duration::from_secs(10);

/// The bound of one attempt: what is set, or else a part of the request's timeout where another attempt may follow.
pub(crate) fn attempt_timeout(
    set: Option<Duration>,
    request: Duration,
    repeatable: bool,
) -> Option<Duration> {
    set.or_else(|| repeatable.then(|| LEAST_ATTEMPT.max(request / 3)))
}

/// A time beyond a year is one that never comes; this one can be added to every moment.
pub(crate) const FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Credentials and connection settings of a [`Client`](crate::Client).
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
    pub(crate) limits: ResponseLimits,
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
    pub(crate) validation: bool,
}

impl ConnectionConfig {
    /// The time in which a call must be answered, all its attempts included, unless it says otherwise.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// Takes any kind of credentials; everything else has its default.
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
            limits: ResponseLimits::default(),
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
            validation: false,
        }
    }

    /// How long an attempt may take by the client's settings, whatever a request's own timeout is.
    pub(crate) fn full_attempt(&self) -> Duration {
        attempt_timeout(self.attempt_timeout, self.timeout, true).unwrap_or(self.timeout).min(self.timeout)
    }

    /// Sends every request to this URL instead of Twilio's hosts: a mock, or a gateway. Twilio's hosts unless set.
    ///
    /// It needs `https://`, except on this machine. Region and edge do not change it; the host that a call would
    /// have gone to, with region and edge, goes along as `X-Forwarded-Host`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Region and edge together, see [`Location`]; neither unless set.
    pub fn location(mut self, location: Location) -> Self {
        self.region = location.region().map(|region| region.as_str().to_owned());
        self.edge = location.edge().map(|edge| edge.as_str().to_owned());
        self
    }

    /// The region in which requests are processed: `us1`, `ie1` or `au1`, each with its own credentials. Twilio's `us1`
    /// unless set. Other regions are an error of the client; see [`Location`].
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// The edge where requests enter Twilio's network: the region's own, or one of Twilio Interconnect; the nearest one
    /// unless set. See [`Location`].
    pub fn edge(mut self, edge: impl Into<String>) -> Self {
        self.edge = Some(edge.into());
        self
    }

    /// Bounds every call in time: waiting for its turn, all attempts and the answer's body; 30 s unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Bounds the making of a connection, TLS included; 10 s unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Bounds each attempt of a request, whatever it is. Unless set, an attempt of a request that may be retried without
    /// harm (see [`RetryConfig`]) has a third of the request's timeout, but at least 10 s, so that there is time for
    /// another one: 10 s of the default of 30 s. An attempt of any other request has all the time there is, because it is
    /// not sent again after a timeout.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Which version of HTTP is spoken; what the server offers unless set.
    pub fn http_version(mut self, version: HttpVersion) -> Self {
        self.http_version = version;
        self
    }

    /// Whether answers may come compressed (gzip); on unless set.
    #[cfg(feature = "gzip")]
    #[cfg_attr(docsrs, doc(cfg(feature = "gzip")))]
    pub fn gzip(mut self, gzip: bool) -> Self {
        self.gzip = gzip;
        self
    }

    /// Connections and calls under way; the defaults of [`PoolConfig`] unless set.
    pub fn pool(mut self, pool: PoolConfig) -> Self {
        self.pool = pool;
        self
    }

    /// The proxy; what the environment says unless set.
    pub fn proxy(mut self, proxy: impl Into<Proxy>) -> Self {
        self.proxy = proxy.into();
        self
    }

    /// Root certificates, client certificate, versions; the system's roots, none and TLS 1.2 unless set.
    pub fn tls(mut self, tls: TlsConfig) -> Self {
        self.tls = tls;
        self
    }

    /// How large answers may be; 64 KiB of headers and 64 MiB of body unless set.
    pub fn limits(mut self, limits: ResponseLimits) -> Self {
        self.limits = limits;
        self
    }

    /// When calls are tried again; three safe attempts unless set.
    pub fn retry(mut self, retry: RetryConfig) -> Self {
        self.retry = retry;
        self
    }

    /// When calls to a host that keeps failing are refused at once; never unless set.
    pub fn circuit_breaker(mut self, breaker: CircuitBreakerConfig) -> Self {
        self.circuit_breaker = Some(breaker);
        self
    }

    /// How fast requests are started; without bound unless set.
    #[cfg(feature = "rate-limit")]
    #[cfg_attr(docsrs, doc(cfg(feature = "rate-limit")))]
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.rate_limit = Some(limit);
        self
    }

    /// What the `tracing` spans and events may show; neither bodies nor what tells of a person unless set.
    pub fn logging(mut self, logging: LoggingConfig) -> Self {
        self.logging = logging;
        self
    }

    /// Text that goes behind the SDK's own `User-Agent` (RFC 9110, section 10.1.5), such as `my-service/1.2`: printable
    /// ASCII; none unless set.
    pub fn user_agent(mut self, product: impl Into<String>) -> Self {
        self.user_agent = Some(product.into());
        self
    }

    /// Called after every attempt of every call, also of those that are tried again; nothing unless set. It must not
    /// block.
    pub fn on_attempt(mut self, observer: impl Fn(&Attempt<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(observer)));
        self
    }

    /// Whether requests are checked against what Twilio's specification says of their values (patterns, lengths,
    /// ranges, numbers of items) before they are sent; off unless set, because Twilio changes its rules before its
    /// specification. A call decides otherwise with `with_request_validation`.
    ///
    /// A request that breaks rules fails with [`is_invalid_request`](Error::is_invalid_request), which lists all of them in
    /// [`violations`](Error::violations), and nothing is sent. The values of enums are not checked: Twilio adds
    /// values. Neither is an empty text in a query or a form, with which optional values are cleared.
    #[cfg(feature = "request-validation")]
    #[cfg_attr(docsrs, doc(cfg(feature = "request-validation")))]
    pub fn validate_requests(mut self, validation: bool) -> Self {
        self.validation = validation;
        self
    }

    /// Signs every request with a private key, so that Twilio takes none without it; not unless set. Requests that
    /// take no credentials are not signed; uploads of files, whose bodies are streamed, cannot be, and
    /// [fail](Error::is_invalid_request).
    #[cfg(feature = "access-token")]
    #[cfg_attr(docsrs, doc(cfg(feature = "access-token")))]
    pub fn public_key_client_validation(
        mut self,
        validation: crate::access_token::PublicKeyClientValidation,
    ) -> Self {
        self.public_key_client_validation = Some(validation);
        self
    }

    /// Refuses what cannot work, and says what would.
    pub(crate) fn check(&self) -> Result<()> {
        let durations = [
            ("timeout", Some(self.timeout)),
            ("connect_timeout", Some(self.connect_timeout)),
            ("attempt_timeout", self.attempt_timeout),
        ];
        for (name, duration) in durations {
            if duration.is_some_and(|duration| duration.is_zero()) {
                return Err(Error::config(format!("{name} is zero, in which nothing can be answered")));
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

/// What is called after every attempt.
#[derive(Clone)]
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(&Attempt<'_>) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
