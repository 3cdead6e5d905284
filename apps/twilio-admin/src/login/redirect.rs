//! The redirect of a browser: a port of localhost that waits for one request (RFC 8252, section 7.3).

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use subtle::ConstantTimeEq as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::exit::{Done, Failure};
use twilio_sdk::types::SecretString;

const PATH: &str = "/callback";

/// The number of concurrent connections, more than any browser makes.
const MAX_CONNECTIONS: usize = 16;

/// The timeouts of a connection, for its request, and at the end for its response.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The pause after an error of accepting a connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

const DONE: &str = "<!doctype html><title>twilio-admin</title><p>The login continues in the terminal. \
                    You can close this window.</p>\n";

/// A port that waits for the redirect.
pub(super) struct Redirect {
    listener: TcpListener,
    address: SocketAddr,
}

impl Redirect {
    pub(super) async fn bind(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    pub(super) fn uri(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Waits for the redirect of the login with this state, and returns its query. Rejects all other requests, so that no other
    /// page or program can end a login.
    pub(super) async fn receive(self, state: &str) -> Done<SecretString> {
        let state: Arc<SecretString> = Arc::new(state.into());
        let (found, mut queries) = mpsc::channel(1);
        let mut connections = JoinSet::new();
        let query = loop {
            tokio::select! {
                query = queries.recv() => break query,
                accepted = self.listener.accept(), if connections.len() < MAX_CONNECTIONS => {
                    // A client that gave up does not fail the login, and file descriptors may be free again soon.
                    let Ok((stream, _)) = accepted else {
                        tokio::time::sleep(ACCEPT_RETRY).await;
                        continue;
                    };
                    let (found, state) = (found.clone(), Arc::clone(&state));
                    let service = service_fn(move |request| respond(request, found.clone(), Arc::clone(&state)));
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(REQUEST_TIMEOUT)
                        .keep_alive(false)
                        .serve_connection(TokioIo::new(stream), service);
                    connections.spawn(async move {
                        let _ = tokio::time::timeout(REQUEST_TIMEOUT, connection).await;
                    });
                }
                _ = connections.join_next(), if !connections.is_empty() => {}
            }
        };
        // The browser still has to receive its page.
        let _ = tokio::time::timeout(RESPONSE_TIMEOUT, async {
            while connections.join_next().await.is_some() {}
        })
        .await;
        query.ok_or_else(|| Failure::failed("the redirect was lost; log in again"))
    }
}

async fn respond(
    request: Request<Incoming>,
    found: mpsc::Sender<SecretString>,
    state: Arc<SecretString>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let query = request.uri().query().unwrap_or_default();
    if request.uri().path() != PATH {
        return Ok(page(StatusCode::NOT_FOUND, "Not found.\n"));
    }
    if request.method() != Method::GET {
        return Ok(page(StatusCode::METHOD_NOT_ALLOWED, "Use GET.\n"));
    }
    let is_state = |(name, value): (_, std::borrow::Cow<'_, str>)| {
        name == "state" && bool::from(value.as_bytes().ct_eq(state.expose_secret().as_bytes()))
    };
    if !form_urlencoded::parse(query.as_bytes()).any(is_state) {
        return Ok(page(StatusCode::BAD_REQUEST, "Unknown login.\n"));
    }
    // A second one finds the channel full and is ignored.
    let _ = found.try_send(query.into());
    Ok(page(StatusCode::OK, DONE))
}

/// Creates a page that must not be cached: its URL contains the code.
fn page(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, http::HeaderValue::from_static(value));
    }
    response
}
