use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tower_service::Service as _;

use crate::app::Peer;

/// The maximum size of a request's head.
const MAX_HEAD: usize = 32 << 10;

/// The timeout for closing an idle connection.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The lifetime of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// The timeout without a token request in flight.
    pub(crate) idle: Duration,
    /// The maximum age. Requests in flight are still finished.
    pub(crate) age: Duration,
}

/// The token requests in flight on a connection.
#[derive(Default)]
struct Activity {
    requests: AtomicUsize,
    changed: Notify,
}

/// A request in flight, ended on drop.
struct Request(Arc<Activity>);

impl Request {
    fn begin(activity: &Arc<Activity>) -> Self {
        activity.requests.fetch_add(1, Ordering::AcqRel);
        activity.changed.notify_one();
        Self(Arc::clone(activity))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::AcqRel);
        self.0.changed.notify_one();
    }
}

impl Activity {
    /// Returns after this duration without a request in flight. An incomplete head is not a request, so slow heads are bounded
    /// too, and so are clients that read their response slowly.
    async fn idle(&self, time: Duration) {
        loop {
            match self.requests.load(Ordering::Acquire) {
                0 if timeout(time, self.changed.notified()).await.is_err() => return,
                0 => {}
                _ => self.changed.notified().await,
            }
        }
    }
}

/// Serves a connection until the client closes it, it is idle for too long or too old, or the server stops.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    times: Times,
    mut stopping: watch::Receiver<bool>,
) {
    let activity = Arc::new(Activity::default());
    let counted = Arc::clone(&activity);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        // All other requests are fast and do not keep the connection open.
        let in_flight = (request.uri().path() == "/token").then(|| Request::begin(&counted));
        request.extensions_mut().insert(Peer(peer));
        let mut router = router.clone();
        async move {
            let _in_flight = in_flight;
            Ok::<_, Infallible>(router.call(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).max_buf_size(MAX_HEAD);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut until_idle = pin!(activity.idle(times.idle));
    tokio::select! {
        // The client closed the connection.
        _ = connection.as_mut() => return,
        () = until_idle.as_mut() => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(CLOSE_TIMEOUT, connection).await;
            return;
        }
        () = tokio::time::sleep(times.age) => connection.as_mut().graceful_shutdown(),
        () = async { let _ = stopping.wait_for(|stops| *stops).await; } => {
            connection.as_mut().graceful_shutdown();
        }
    }
    tokio::select! {
        _ = connection => {}
        () = until_idle => {}
    }
}
