//! Settings of an emulator.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;

use super::auth::Accepted;
use super::emulator::Emulator;
use super::media::{Files, MediaSettings};
use super::oauth::{Settings, TokenFormat, TokenServer};
use super::pattern::Rng;
use super::record::RecordedRequest;
use super::rules::FaultPlan;
use super::server;
use super::state::{Hook, State};

impl Emulator {
    /// Starts an emulator with default settings: on a free port of the loopback address.
    ///
    /// Call it within a tokio runtime that has I/O and time enabled.
    ///
    /// # Errors
    ///
    /// No port is available.
    pub async fn start() -> std::io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder with default settings.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }
}

/// Configures and starts an [`Emulator`].
///
/// ```no_run
/// use twilio_emulator::{Emulator, TokenFormat};
///
/// # async fn example() -> std::io::Result<()> {
/// let emulator = Emulator::builder()
///     .accept_basic("AC00000000000000000000000000000000", "auth token")
///     .accept_oauth_client("OQ00000000000000000000000000000000", "client secret")
///     .oauth_token_format(TokenFormat::Jwt)
///     .items_per_list(1_000)
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
pub struct EmulatorBuilder {
    address: SocketAddr,
    accepted: Accepted,
    items_per_list: usize,
    link_to_twilio_hosts: bool,
    max_body_bytes: usize,
    max_recorded_requests: usize,
    max_recorded_bytes: usize,
    hook: Option<Hook>,
    oauth: Settings,
    faults: FaultPlan,
    files: MediaSettings,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            accepted: Accepted::new(&random_token()),
            items_per_list: 120,
            link_to_twilio_hosts: false,
            max_body_bytes: 10 << 20,
            max_recorded_requests: 10_000,
            max_recorded_bytes: 64 << 20,
            hook: None,
            oauth: Settings::default(),
            faults: FaultPlan::default(),
            files: MediaSettings::default(),
        }
    }
}

/// Differs from emulator to emulator: the keys of the standard library's hasher come from the operating system.
fn random_token() -> String {
    Rng(RandomState::new().hash_one("auth token")).hex(32)
}

impl EmulatorBuilder {
    /// Sets the address to listen on. Default: `127.0.0.1` and a free port. Any address other than a loopback address
    /// opens the emulator to the network.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Accepts these Basic credentials. Can be called several times.
    ///
    /// Default: every account SID and API key SID (`AC` or `SK` and 32 hexadecimal digits) with any password that is
    /// not empty. [`Emulator::credentials`] is always accepted.
    #[must_use]
    pub fn accept_basic(mut self, username: impl Into<String>, password: impl Into<String>) -> Self {
        self.accepted.basic.push((username.into(), password.into().into()));
        self
    }

    /// Accepts this bearer token, in addition to the Basic credentials. Can be called several times. Default: none.
    #[must_use]
    pub fn accept_bearer(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.accepted.bearer.extend(Some(token).filter(|token| !token.is_empty()).map(Into::into));
        self
    }

    /// Accepts this client at the token endpoint (`oauth.twilio.com`, `POST /v2/token`). Can be called several times.
    ///
    /// The endpoint issues bearer tokens that every other operation accepts. It knows the grant `client_credentials`,
    /// reads the credentials from the form and rejects requests with an `Authorization` header, so that a test
    /// detects account credentials that leak to it.
    ///
    /// Default: every client ID (`OQ` and 32 hexadecimal digits) with any secret that is not empty.
    #[must_use]
    pub fn accept_oauth_client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.oauth.clients.push((id.into(), secret.into().into()));
        self
    }

    /// Sets the lifetime of the token endpoint's tokens. Default: one hour. The response has it in `expires_in`, in
    /// whole seconds, rounded up.
    #[must_use]
    pub fn oauth_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.oauth.lifetime = lifetime;
        self
    }

    /// Sets `expires_in` of the token endpoint's response, in seconds, independently of the lifetime. `None` leaves it
    /// out. Default: the lifetime.
    #[must_use]
    pub fn oauth_expires_in(mut self, seconds: Option<i64>) -> Self {
        self.oauth.reported = Some(seconds);
        self
    }

    /// Sets the format of the token endpoint's tokens. Default: [`TokenFormat::Opaque`].
    #[must_use]
    pub fn oauth_token_format(mut self, format: TokenFormat) -> Self {
        self.oauth.format = format;
        self
    }

    /// Sets the number of items of each list, over all its pages. Default: 120.
    #[must_use]
    pub fn items_per_list(mut self, items: usize) -> Self {
        self.items_per_list = items;
        self
    }

    /// Makes links in responses name Twilio's hosts (`https://api.twilio.com/..`) instead of the emulator.
    /// Default: `false`.
    #[must_use]
    pub fn link_to_twilio_hosts(mut self, link: bool) -> Self {
        self.link_to_twilio_hosts = link;
        self
    }

    /// Sets the size of the files of recordings and messages, in bytes. Default: 64 KiB. Their content is that of
    /// [`media_bytes`](super::media_bytes), generated while it is sent.
    #[must_use]
    pub fn media_size(mut self, bytes: u64) -> Self {
        self.files.size = bytes;
        self
    }

    /// Sets the media type of the files of recordings and messages. Default: `audio/x-wav`, `audio/mpeg` and
    /// `image/jpeg`.
    #[must_use]
    pub fn media_type(mut self, content_type: impl Into<String>) -> Self {
        self.files.content_type = Some(content_type.into());
        self
    }

    /// Sets the maximum size of a request body, in bytes; larger ones get 413. Default: 10 MiB. Uploaded files can be
    /// larger, but their content is not kept then.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// Sets how many requests are kept for [`Emulator::requests`], at least one. Default: the last 10,000, and fewer if
    /// they exceed [`max_recorded_bytes`](Self::max_recorded_bytes).
    #[must_use]
    pub fn max_recorded_requests(mut self, requests: usize) -> Self {
        self.max_recorded_requests = requests;
        self
    }

    /// Sets how many bytes of memory recorded requests take at most. Default: 64 MiB.
    ///
    /// The oldest are deleted first; the last one is kept whatever its size. Uploaded files have a second limit of the
    /// same size.
    #[must_use]
    pub fn max_recorded_bytes(mut self, bytes: usize) -> Self {
        self.max_recorded_bytes = bytes;
        self
    }

    /// Sets a function that receives every request before its response is sent, for instance to log it. It must not
    /// block.
    #[must_use]
    pub fn on_request(mut self, hook: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// Injects these faults from the first request on. Default: none. [`start`](Self::start) rejects a plan that names
    /// an unknown operation.
    #[must_use]
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Starts the emulator.
    ///
    /// Call it within a tokio runtime that has I/O and time enabled.
    ///
    /// # Errors
    ///
    /// The address is not available. Of kind `InvalidInput`: a fault names an operation or a host that does not exist.
    pub async fn start(self) -> std::io::Result<Emulator> {
        self.faults.validate()?;
        let listener = TcpListener::bind(self.address).await?;
        let address = listener.local_addr()?;
        let file_listener = TcpListener::bind(SocketAddr::new(address.ip(), 0)).await?;
        let file_host = format!("http://{}", file_listener.local_addr()?);
        let state = Arc::new(State {
            base_url: format!("http://{address}"),
            accepted: self.accepted,
            items_per_list: self.items_per_list,
            link_to_twilio_hosts: self.link_to_twilio_hosts,
            max_body_bytes: self.max_body_bytes,
            max_recorded_requests: self.max_recorded_requests,
            max_recorded_bytes: self.max_recorded_bytes,
            hook: self.hook,
            records: Mutex::default(),
            next_stubs: Mutex::default(),
            operation_stubs: Mutex::default(),
            serial: AtomicU64::new(0),
            tokens: TokenServer::new(self.oauth),
            faults: Arc::new(Mutex::new(self.faults)),
            counters: Arc::default(),
            files: Files::new(self.files, file_host, self.max_recorded_requests, self.max_recorded_bytes),
        });
        let serving =
            (server::serve(listener, Arc::clone(&state)), server::serve(file_listener, Arc::clone(&state)));
        let task = tokio::spawn(async move {
            tokio::join!(serving.0, serving.1);
        });
        Ok(Emulator { address, state, task })
    }
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("address", &self.address)
            .field("items_per_list", &self.items_per_list)
            .field("link_to_twilio_hosts", &self.link_to_twilio_hosts)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("max_recorded_requests", &self.max_recorded_requests)
            .field("max_recorded_bytes", &self.max_recorded_bytes)
            .finish_non_exhaustive()
    }
}
