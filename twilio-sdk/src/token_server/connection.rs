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

use super::app::Peer;

/// The most of a request's head that is read.
const HEAD: usize = 32 << 10;

/// How long an idle connection may take to end.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long a connection may last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// Without a request for a token.
    pub(super) idle: Duration,
    /// In all; requests in flight are still finished.
    pub(super) age: Duration,
}

/// The token requests in flight on a connection.
#[derive(Default)]
struct Activity {
    requests: AtomicUsize,
    changed: Notify,
}

/// One request, until it is dropped.
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
    /// Ends when no request has been under way for this long. A head that trickles in is none yet, so that it is
    /// bounded too, and so is a client that reads its answer slowly.
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

/// Serves a connection until the client ends it, it is idle for too long or too old, or the server stops.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    peer: SocketAddr,
    router: Router,
    times: Times,
    mut stopping: watch::Receiver<bool>,
) {
    let activity = Arc::new(Activity::default());
    let counted = Arc::clone(&activity);
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        // Everything else is done in no time, and keeps no connection open.
        let under_way = (request.uri().path() == "/token").then(|| Request::begin(&counted));
        request.extensions_mut().insert(Peer(peer));
        let mut router = router.clone();
        async move {
            let _under_way = under_way;
            Ok::<_, Infallible>(router.call(request).await.unwrap_or_else(|never| match never {}))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).max_buf_size(HEAD);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut until_idle = pin!(activity.idle(times.idle));
    tokio::select! {
        // Whoever breaks a connection off has no answer to get.
        _ = connection.as_mut() => return,
        () = until_idle.as_mut() => {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(FAREWELL, connection).await;
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
