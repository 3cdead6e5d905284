//! A server that costs as little as it can, so that clients are what is measured.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::canned;

struct Answers {
    message: Bytes,
    page: Bytes,
}

/// Listens on a free port of this machine, prints the port, and ends when its input does.
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
pub(crate) async fn run() -> Result<()> {
    let answers = Arc::new(Answers {
        message: canned::message(1).to_string().into(),
        page: canned::page().to_string().into(),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    // The task that started this server holds its input open for as long as it wants one.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&answers), request));
            // A client that goes away ends its connection, not the server.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(
    answers: Arc<Answers>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let created = request.method() == Method::POST;
    let list = !created && request.uri().path().ends_with("/Messages.json");
    let authorized = request.headers().contains_key("authorization");
    let sent = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let status = match (authorized, created) {
        (false, _) => StatusCode::UNAUTHORIZED,
        (true, true) if !sent.starts_with(b"To=%2B1555") => StatusCode::BAD_REQUEST,
        (true, true) => StatusCode::CREATED,
        (true, false) => StatusCode::OK,
    };
    let body = if list { answers.page.clone() } else { answers.message.clone() };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=utf-8"));
    for (name, value) in [
        ("twilio-concurrent-requests", "1"),
        ("twilio-request-id", "RQ00000000000000000000000000000001"),
        ("twilio-request-duration", "0.063"),
        ("x-home-region", "us1"),
        ("x-api-domain", "api.twilio.com"),
        ("strict-transport-security", "max-age=31536000"),
        ("x-powered-by", "AT-5000"),
        ("x-shenanigans", "none"),
        ("vary", "Origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
