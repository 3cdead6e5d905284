//! HTTP versions.

use std::sync::{Arc, Mutex};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use twilio_sdk::{HttpVersion, PoolConfig, ResponseLimits, RetryConfig, TlsBackend, TlsConfig};

use crate::certificates::{Authority, Tls};
use crate::server::until;
use crate::transport::{build, config};

/// A server with both versions that returns the version of the request.
struct Both {
    url: String,
    seen: Arc<Mutex<Vec<Version>>>,
    task: JoinHandle<()>,
}

impl Both {
    /// With or without TLS, with this many bytes in a header of every response.
    async fn start(tls: Option<rustls::ServerConfig>, header: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Version>>> = Arc::default();
        let (record, tls) = (Arc::clone(&seen), tls.map(|tls| TlsAcceptor::from(Arc::new(tls))));
        let service = service_fn(move |request: Request<Incoming>| {
            record.lock().unwrap().push(request.version());
            let mut answer = Response::new(Full::new(Bytes::from_static(b"{}")));
            answer.headers_mut().insert("x-large", "x".repeat(header).parse().unwrap());
            async move { Ok::<_, std::convert::Infallible>(answer) }
        });
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, service) = (tls.clone(), service.clone());
                connections.spawn(async move {
                    let server = Builder::new(TokioExecutor::new());
                    let _ = match tls {
                        None => server.serve_connection(TokioIo::new(stream), service).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => server.serve_connection(TokioIo::new(stream), service).await,
                            Err(_) => Ok(()),
                        },
                    };
                });
            }
        });
        Self { url, seen, task }
    }

    fn seen(&self) -> Vec<Version> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Both {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[tokio::test]
async fn without_tls_it_is_1_1_unless_2_is_known_beforehand() {
    let server = Both::start(None, 0).await;
    for version in [HttpVersion::Auto, HttpVersion::Http1, HttpVersion::Http2] {
        let twilio = build(config(&server.url).http_version(version));
        twilio.api_v2010().fetch_balance().send().await.unwrap();
    }
    assert_eq!(server.seen(), [Version::HTTP_11, Version::HTTP_11, Version::HTTP_2]);
}

#[tokio::test]
async fn with_tls_it_is_what_the_server_offers() {
    const H1: Version = Version::HTTP_11;
    const H2: Version = Version::HTTP_2;
    let authority = Authority::new("root");
    #[cfg(not(feature = "native-tls"))]
    let backends = [TlsBackend::Rustls];
    #[cfg(feature = "native-tls")]
    let backends = [TlsBackend::Rustls, TlsBackend::Native];
    for backend in backends {
        let trust = TlsConfig::new().backend(backend).extra_root_certificates(authority.pem());
        let offers: [(&[&str], HttpVersion, Option<Version>); 8] = [
            (&["h2", "http/1.1"], HttpVersion::Auto, Some(H2)),
            (&["h2", "http/1.1"], HttpVersion::Http1, Some(H1)),
            (&["h2", "http/1.1"], HttpVersion::Http2, Some(H2)),
            (&["http/1.1"], HttpVersion::Auto, Some(H1)),
            (&["http/1.1"], HttpVersion::Http2, None),
            (&["h2"], HttpVersion::Auto, Some(H2)),
            (&["h2"], HttpVersion::Http1, None),
            (&[], HttpVersion::Auto, Some(H1)),
        ];
        for (offered, version, expected) in offers {
            let tls = Tls::new(authority.sign(&["127.0.0.1"])).alpn(offered);
            let server = Both::start(Some(tls.config()), 0).await;
            let twilio = build(config(&server.url).http_version(version).tls(trust.clone()));
            let outcome = twilio.api_v2010().fetch_balance().send().await;
            assert_eq!(
                outcome.is_ok(),
                expected.is_some(),
                "{backend:?} {offered:?} {version:?}: {outcome:?}"
            );
            assert_eq!(server.seen(), Vec::from_iter(expected), "{backend:?} {offered:?} {version:?}");
        }
    }
}

#[tokio::test]
async fn with_2_many_calls_share_one_connection_and_its_headers_are_bounded() {
    let server = Both::start(None, 6_000).await;
    let limits = |bytes| ResponseLimits::new().max_header_bytes(bytes);
    let config = config(&server.url).http_version(HttpVersion::Http2).retry(RetryConfig::disabled());
    build(config.clone().response_limits(limits(7_000))).api_v2010().fetch_balance().send().await.unwrap();
    let error =
        build(config.response_limits(limits(5_000))).api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_response_too_large() && error.to_string().contains("5000"), "{error:?}");
}

/// The entries of the SETTINGS frame with which a client begins (RFC 9113, section 6.5).
async fn settings(pool: PoolConfig, limits: ResponseLimits) -> Vec<(u16, u32)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let twilio = build(config(&url).http_version(HttpVersion::Http2).pool(pool).response_limits(limits));
    let call = tokio::spawn(twilio.api_v2010().fetch_balance().send());
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut start = [0; 24 + 9];
    stream.read_exact(&mut start).await.unwrap();
    assert!(start.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    assert_eq!(start[24 + 3], 4, "the first frame is not SETTINGS");
    let mut entries = vec![0; usize::from(start[24 + 2])];
    stream.read_exact(&mut entries).await.unwrap();
    call.abort();
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    entries.chunks(6).map(|entry| (number(&entry[..2]) as u16, number(&entry[2..]))).collect()
}

#[tokio::test]
async fn window_and_headers_are_what_the_server_is_told() {
    const INITIAL_WINDOW: u16 = 4;
    const HEADER_LIST: u16 = 6;
    let told = settings(
        PoolConfig::new().http2_initial_stream_window_size(123_456),
        ResponseLimits::new().max_header_bytes(10_000),
    )
    .await;
    assert!(told.contains(&(INITIAL_WINDOW, 123_456)), "{told:?}");
    let (_, list) = *told.iter().find(|(id, _)| *id == HEADER_LIST).expect("a bound for headers");
    assert!((10_000..100_000).contains(&list), "{list}");
    for bytes in [0, 1 << 31] {
        let config =
            config("http://127.0.0.1:9").pool(PoolConfig::new().http2_initial_stream_window_size(bytes));
        assert!(
            twilio_sdk::Client::new(config)
                .expect_err("a window")
                .to_string()
                .contains("http2_initial_stream_window_size")
        );
    }
}

#[tokio::test]
async fn with_2_a_call_that_is_dropped_ends_its_stream_and_not_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let pool = PoolConfig::new().max_in_flight(1);
    let twilio = build(config(&url).http_version(HttpVersion::Http2).pool(pool));
    let call = tokio::spawn(twilio.api_v2010().create_message("+15558675310").send());
    let mut connection = h2::server::handshake(listener.accept().await.unwrap().0).await.unwrap();
    let (_request, mut answer) = connection.accept().await.unwrap().unwrap();
    call.abort();
    let reset = tokio::select! {
        reset = std::future::poll_fn(|context| answer.poll_reset(context)) => reset.unwrap(),
        other = connection.accept() => panic!("a call that was dropped was sent again: {other:?}"),
    };
    assert_eq!(reset, h2::Reason::CANCEL);
    let next = tokio::spawn(twilio.api_v2010().fetch_balance().send());
    let (request, mut answer) = connection.accept().await.unwrap().unwrap();
    assert_eq!(request.method(), "GET");
    answer.send_response(hyper::Response::new(()), false).unwrap().send_data("{}".into(), true).unwrap();
    tokio::select! {
        outcome = next => drop(outcome.unwrap().unwrap()),
        _ = connection.accept() => panic!("the connection ended"),
    }
}

/// A server that rejects every stream unread (REFUSED_STREAM), as an overloaded one does.
async fn refusing() -> (String, Arc<Mutex<u32>>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let streams: Arc<Mutex<u32>> = Arc::default();
    let count = Arc::clone(&streams);
    let task = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            connections.spawn(async move {
                let Ok(mut connection) = h2::server::handshake(stream).await else { return };
                while let Some(Ok((_, mut answer))) = connection.accept().await {
                    *count.lock().unwrap() += 1;
                    answer.send_reset(h2::Reason::REFUSED_STREAM);
                }
            });
        }
    });
    (url, streams, task)
}

#[tokio::test]
async fn a_refused_stream_is_tried_again_for_every_method_and_every_attempt_is_counted() {
    let (url, streams, task) = refusing().await;
    for (attempts, config) in [(3, config(&url)), (1, config(&url).retry(RetryConfig::disabled()))] {
        *streams.lock().unwrap() = 0;
        let twilio = build(config.http_version(HttpVersion::Http2));
        let error = twilio.api_v2010().create_message("+15558675310").send().await.unwrap_err();
        assert!(error.is_transport() && !error.may_have_executed(), "{error:?}");
        assert_eq!(error.attempts(), attempts);
        until("every attempt is seen", || *streams.lock().unwrap() == attempts).await;
    }
    task.abort();
}
