//! Where a browser is sent back to: a port of this machine that waits for one request (RFC 8252, section 7.3).

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

use crate::admin::exit::{Done, Failure};
use crate::types::SecretString;

const PATH: &str = "/callback";

/// More connections than any browser makes.
const MOST_CONNECTIONS: usize = 16;

/// How long a connection may take to ask, and at the end to take its answer.
const PATIENCE: Duration = Duration::from_secs(10);
const FAREWELL: Duration = Duration::from_secs(1);

/// How long to leave a port alone that could not accept.
const AGAIN: Duration = Duration::from_millis(50);

const DONE: &str = "<!doctype html><title>twilio-admin</title><p>The login goes on in the terminal. \
                    This window can be closed.</p>\n";

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

    /// Waits for the redirect of the login with this state, and gives its query. Whatever else comes is refused, so that
    /// no other page or program of this machine can end a login.
    pub(super) async fn receive(self, state: &str) -> Done<SecretString> {
        let state: Arc<SecretString> = Arc::new(state.into());
        let (found, mut queries) = mpsc::channel(1);
        let mut connections = JoinSet::new();
        let query = loop {
            tokio::select! {
                query = queries.recv() => break query,
                accepted = self.listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                    // Whoever gave up while they waited is no error of the login's, and files may be free again soon.
                    let Ok((stream, _)) = accepted else {
                        tokio::time::sleep(AGAIN).await;
                        continue;
                    };
                    let (found, state) = (found.clone(), Arc::clone(&state));
                    let service = service_fn(move |request| answer(request, found.clone(), Arc::clone(&state)));
                    let connection = http1::Builder::new()
                        .timer(TokioTimer::new())
                        .header_read_timeout(PATIENCE)
                        .keep_alive(false)
                        .serve_connection(TokioIo::new(stream), service);
                    connections.spawn(async move {
                        let _ = tokio::time::timeout(PATIENCE, connection).await;
                    });
                }
                _ = connections.join_next(), if !connections.is_empty() => {}
            }
        };
        // The browser still has to get its page.
        let _ =
            tokio::time::timeout(FAREWELL, async { while connections.join_next().await.is_some() {} }).await;
        query.ok_or_else(|| Failure::failed("the redirect was lost"))
    }
}

async fn answer(
    request: Request<Incoming>,
    found: mpsc::Sender<SecretString>,
    state: Arc<SecretString>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let query = request.uri().query().unwrap_or_default();
    if request.uri().path() != PATH {
        return Ok(page(StatusCode::NOT_FOUND, "There is nothing here.\n"));
    }
    if request.method() != Method::GET {
        return Ok(page(StatusCode::METHOD_NOT_ALLOWED, "Only GET is answered.\n"));
    }
    let is_state = |(name, value): (_, std::borrow::Cow<'_, str>)| {
        name == "state" && bool::from(value.as_bytes().ct_eq(state.expose_secret().as_bytes()))
    };
    if !form_urlencoded::parse(query.as_bytes()).any(is_state) {
        return Ok(page(StatusCode::BAD_REQUEST, "This is not the login that is waited for.\n"));
    }
    // A second one finds the channel full, and changes nothing.
    let _ = found.try_send(query.into());
    Ok(page(StatusCode::OK, DONE))
}

/// A page that nothing keeps: its address holds the code.
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
