//! Serving connections, with a graceful shutdown.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::Outcome;

/// How long requests in flight may take after the signal to stop. Kubernetes kills a container 30 s after SIGTERM.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);

/// Serves until `stop` is ready. Then the service accepts no new connections, and requests in flight finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) -> Outcome<()> {
    let (stopping, stopped) = oneshot::channel::<()>();
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let mut server = tokio::spawn(server.into_future());
    tokio::select! {
        ended = &mut server => return Ok(ended??),
        () = stop => drop(stopping),
    }
    if let Ok(ended) = tokio::time::timeout(DRAIN_TIMEOUT, &mut server).await {
        return Ok(ended??);
    }
    server.abort();
    Err("stopped with requests in flight".into())
}

/// Waits for SIGINT (Ctrl-C) or SIGTERM.
#[cfg(unix)]
pub async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub async fn stop() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
