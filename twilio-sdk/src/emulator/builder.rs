//! How a mock is set up.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;

use super::auth::Accepted;
use super::fault::FaultPlan;
use super::oauth::{Settings, TokenFormat, TokenServer};
use super::record::RecordedRequest;
use super::server::{self, Hook, State};
use super::{Emulator, media};

/// Settings for a mock; each method says its default.
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
    files: media::Settings,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            accepted: Accepted::default(),
            items_per_list: 120,
            link_to_twilio_hosts: false,
            max_body_bytes: 10 << 20,
            max_recorded_requests: 10_000,
            max_recorded_bytes: 64 << 20,
            hook: None,
            oauth: Settings::default(),
            faults: FaultPlan::default(),
            files: media::Settings::default(),
        }
    }
}

impl EmulatorBuilder {
    /// The address to listen on; `127.0.0.1` with a free port by default. Other than loopback addresses let
    /// everyone on the network in.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Accepts these Basic credentials; may be called several times. Without any, every account SID or API key
    /// SID (`AC` or `SK` and 32 hexadecimal digits) is accepted with every password that is not empty.
    #[must_use]
    pub fn accept_basic(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.accepted.basic.push((user.into(), password.into().into()));
        self
    }

    /// Accepts this bearer token, beside the Basic credentials; may be called several times. None by default.
    #[must_use]
    pub fn accept_bearer(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.accepted.bearer.extend(Some(token).filter(|token| !token.is_empty()).map(Into::into));
        self
    }

    /// Accepts this client at the token endpoint (`oauth.twilio.com`, `POST /v2/token`), which then issues bearer
    /// tokens that every other operation accepts; may be called several times.
    ///
    /// Without any, every client id (`OQ` and 32 hexadecimal digits) is accepted with every secret that is not
    /// empty. The endpoint knows the grant `client_credentials`, takes the credentials from the form and refuses
    /// requests with an `Authorization` header, so that a test shows when account credentials leak to it.
    #[must_use]
    pub fn accept_oauth_client(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.oauth.clients.push((id.into(), secret.into().into()));
        self
    }

    /// How long the token endpoint's tokens live; one hour by default. The answer tells it in `expires_in`, in
    /// whole seconds, rounded up.
    #[must_use]
    pub fn oauth_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.oauth.lifetime = lifetime;
        self
    }

    /// What the token endpoint's answer says in `expires_in`, in seconds, whatever the tokens' lifetime is;
    /// `None` leaves it out. The lifetime by default.
    #[must_use]
    pub fn oauth_expires_in(mut self, seconds: Option<i64>) -> Self {
        self.oauth.reported = Some(seconds);
        self
    }

    /// What the token endpoint's tokens look like; [`TokenFormat::Opaque`] by default.
    #[must_use]
    pub fn oauth_token_format(mut self, format: TokenFormat) -> Self {
        self.oauth.format = format;
        self
    }

    /// How many items each list has over all its pages; 120 by default.
    #[must_use]
    pub fn items_per_list(mut self, items: usize) -> Self {
        self.items_per_list = items;
        self
    }

    /// Whether links in answers name the real host (`https://api.twilio.com/..`) instead of the mock; they name
    /// the mock by default.
    #[must_use]
    pub fn link_to_twilio_hosts(mut self, real: bool) -> Self {
        self.link_to_twilio_hosts = real;
        self
    }

    /// How large the files of recordings and messages are, in bytes; 64 KiB by default. Their content is that of
    /// [`media_bytes`](super::media_bytes), made while it is sent.
    #[must_use]
    pub fn media_size(mut self, bytes: u64) -> Self {
        self.files.size = bytes;
        self
    }

    /// The media type of the files of recordings and messages; `audio/x-wav`, `audio/mpeg` and `image/jpeg` by default.
    #[must_use]
    pub fn media_type(mut self, content_type: impl Into<String>) -> Self {
        self.files.content_type = Some(content_type.into());
        self
    }

    /// The largest body in bytes, beyond which the answer is 413; 10 MiB by default. Uploaded files may be larger; their
    /// content is then not kept.
    #[must_use]
    pub fn max_body_bytes(mut self, bytes: usize) -> Self {
        self.max_body_bytes = bytes;
        self
    }

    /// How many requests are kept for [`Emulator::requests`], at least one; the last 10,000 by default, and fewer where
    /// they take more memory than [`max_recorded_bytes`](Self::max_recorded_bytes).
    #[must_use]
    pub fn max_recorded_requests(mut self, requests: usize) -> Self {
        self.max_recorded_requests = requests;
        self
    }

    /// How many bytes of memory the requests that are kept take at most; 64 MiB by default. The oldest are forgotten first,
    /// and the last one is kept whatever its size. Files that were uploaded are bounded by as many bytes once more.
    #[must_use]
    pub fn max_recorded_bytes(mut self, bytes: usize) -> Self {
        self.max_recorded_bytes = bytes;
        self
    }

    /// Called with every request before its answer goes out, for instance to log it. It must not block.
    #[must_use]
    pub fn on_request(mut self, hook: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// The faults that hit from the first request on; none by default. [`start`](Self::start) rejects a plan with an
    /// operation that no product has.
    #[must_use]
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Starts the mock.
    ///
    /// Must be called within a tokio runtime with I/O and time enabled.
    ///
    /// # Errors
    ///
    /// The address cannot be listened on; of kind `InvalidInput`: a fault is for an operation or a host that does not
    /// exist.
    pub async fn start(self) -> std::io::Result<Emulator> {
        self.faults.check().map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidInput, error))?;
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
            hook: self.hook,
            max_recorded_bytes: self.max_recorded_bytes,
            records: Mutex::default(),
            once: Mutex::new(VecDeque::new()),
            scripted: Mutex::new(HashMap::new()),
            serial: AtomicU64::new(0),
            tokens: TokenServer::new(self.oauth),
            faults: Arc::new(Mutex::new(self.faults)),
            counters: Arc::default(),
            files: media::Files::new(
                self.files,
                file_host,
                self.max_recorded_requests,
                self.max_recorded_bytes,
            ),
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
