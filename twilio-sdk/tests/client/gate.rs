//! The limits before each attempt: requests in flight, rate limit and circuit breaker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use twilio_sdk::{
    ApiKeyConfig, CircuitBreakerConfig, Client, ConnectionConfig, PoolConfig, RateLimit, RetryConfig,
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const MESSAGE: &str = "SM00000000000000000000000000000001";

/// Responds to requests when it is released, and counts those that wait for a response.
struct Server {
    url: String,
    status: AtomicU16,
    concurrent: AtomicUsize,
    waiting: AtomicUsize,
    most: AtomicUsize,
    seen: AtomicUsize,
    leave: Semaphore,
}

impl Server {
    async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Arc::new(Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            status: AtomicU16::new(200),
            concurrent: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            seen: AtomicUsize::new(0),
            leave: Semaphore::new(0),
        });
        let mine = Arc::clone(&server);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&mine).serve(stream));
            }
        });
        server
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut read = Vec::new();
        loop {
            while !read.windows(4).any(|end| end == b"\r\n\r\n") {
                if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            read.clear();
            self.seen.fetch_add(1, Ordering::SeqCst);
            let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(waiting, Ordering::SeqCst);
            self.leave.acquire().await.unwrap().forget();
            self.waiting.fetch_sub(1, Ordering::SeqCst);
            let (status, concurrent) =
                (self.status.load(Ordering::SeqCst), self.concurrent.load(Ordering::SeqCst));
            let answer = format!(
                "HTTP/1.1 {status} X\r\nTwilio-Concurrent-Requests: {concurrent}\r\n\
                 Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
            );
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    /// Releases this many responses.
    fn answer(&self, requests: usize) {
        self.leave.add_permits(requests);
    }

    /// Waits until this many requests wait for their responses.
    async fn reach(&self, waiting: usize) {
        while self.waiting.load(Ordering::SeqCst) != waiting {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn config(server: &Server) -> ConnectionConfig {
    let key = ApiKeyConfig::new(ACCOUNT, "SK00000000000000000000000000000002", "key-secret");
    ConnectionConfig::new(key).base_url(&server.url).retry(RetryConfig::disabled())
}

async fn call(twilio: Client) -> twilio_sdk::Result<()> {
    twilio
        .api_v2010()
        .fetch_message(MESSAGE.parse::<twilio_sdk::types::MessageSid>().unwrap())
        .send()
        .await
        .map(drop)
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_the_pool_allows() {
    let server = Server::start().await;
    let twilio = Client::new(config(&server).pool(PoolConfig::new().max_in_flight(3))).unwrap();
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(call(twilio.clone()))).collect();
    server.reach(3).await;
    server.answer(20);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!((server.most.load(Ordering::SeqCst), server.seen.load(Ordering::SeqCst)), (3, 20));
}

#[tokio::test]
async fn a_call_that_gets_no_turn_says_so_and_sends_nothing() {
    let server = Server::start().await;
    let pool = PoolConfig::new().max_in_flight(1).acquire_timeout(Duration::from_millis(50));
    let twilio = Client::new(config(&server).pool(pool)).unwrap();
    let first = tokio::spawn(call(twilio.clone()));
    server.reach(1).await;
    let error = call(twilio.clone()).await.unwrap_err();
    assert!(error.is_local_limit(), "{error}");
    assert!(error.to_string().contains("raise max_in_flight"), "{error}");
    assert!(!error.may_have_executed());
    server.answer(1);
    first.await.unwrap().unwrap();
    assert_eq!(server.seen.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_dropped_call_gives_its_turn_back() {
    let server = Server::start().await;
    let twilio = Client::new(config(&server).pool(PoolConfig::new().max_in_flight(1))).unwrap();
    for _ in 0..5 {
        let dropped = tokio::spawn(call(twilio.clone()));
        server.reach(1).await;
        dropped.abort();
        assert!(dropped.await.unwrap_err().is_cancelled());
        server.answer(1);
        server.reach(0).await;
    }
    server.answer(1);
    call(twilio).await.unwrap();
}

#[tokio::test]
async fn requests_of_the_accounts_other_programs_count() {
    let server = Server::start().await;
    let twilio = Client::new(config(&server).pool(PoolConfig::new().max_in_flight(10))).unwrap();
    // The request that learns it is ours; other programs have seven of the ten slots.
    server.concurrent.store(8, Ordering::SeqCst);
    server.answer(1);
    call(twilio.clone()).await.unwrap();
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(call(twilio.clone()))).collect();
    server.reach(3).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.waiting.load(Ordering::SeqCst), 3, "seven places are others'");
    server.concurrent.store(0, Ordering::SeqCst);
    server.answer(20);
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert!(server.most.load(Ordering::SeqCst) <= 10);
}

#[tokio::test]
async fn requests_start_no_faster_than_the_rate_limit() {
    let server = Server::start().await;
    let limit = RateLimit::per_period(1, Duration::from_millis(40)).burst(3);
    let twilio = Client::new(config(&server).rate_limit(limit)).unwrap();
    server.answer(10);
    let started = Instant::now();
    let calls: Vec<_> = (0..8).map(|_| tokio::spawn(call(twilio.clone()))).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    // Three at once, five after 40 ms each: being slower proves nothing, being faster is wrong.
    assert!(started.elapsed() >= Duration::from_millis(5 * 40 - 1), "{:?}", started.elapsed());
    let slow = Client::new(
        config(&server)
            .rate_limit(RateLimit::per_period(1, Duration::from_secs(3600)))
            .timeout(Duration::from_millis(50)),
    )
    .unwrap();
    call(slow.clone()).await.unwrap();
    let error = call(slow).await.unwrap_err();
    assert!(error.is_local_limit() && error.to_string().contains("rate limit"), "{error}");
}

#[tokio::test]
async fn a_host_that_fails_is_left_alone_and_probed_again() {
    let server = Server::start().await;
    let breaker = CircuitBreakerConfig::new().min_attempts(4).open_duration(Duration::from_millis(100));
    let twilio = Client::new(config(&server).circuit_breaker(breaker)).unwrap();
    server.status.store(503, Ordering::SeqCst);
    server.answer(4);
    for _ in 0..4 {
        assert!(call(twilio.clone()).await.unwrap_err().is_api());
    }
    let error = call(twilio.clone()).await.unwrap_err();
    assert!(error.is_circuit_open() && !error.may_have_executed(), "{error}");
    assert!(error.circuit_retry_after().unwrap() <= Duration::from_millis(100));
    assert_eq!(server.seen.load(Ordering::SeqCst), 4, "the refused call was not sent");

    tokio::time::sleep(Duration::from_millis(100)).await;
    server.status.store(200, Ordering::SeqCst);
    let probe = tokio::spawn(call(twilio.clone()));
    server.reach(1).await;
    assert!(call(twilio.clone()).await.unwrap_err().is_circuit_open(), "one probe at a time");
    server.answer(2);
    probe.await.unwrap().unwrap();
    call(twilio).await.unwrap();
    assert_eq!(server.seen.load(Ordering::SeqCst), 6);
}

/// Returns whether the circuit is open after responses with these statuses; 0 is a pause.
async fn is_open_after(statuses: &[u16], breaker: CircuitBreakerConfig) -> bool {
    let server = Server::start().await;
    server.answer(statuses.len() + 1);
    let twilio = Client::new(config(&server).circuit_breaker(breaker)).unwrap();
    for status in statuses {
        if *status == 0 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            continue;
        }
        server.status.store(*status, Ordering::SeqCst);
        assert!(!call(twilio.clone()).await.is_err_and(|error| error.is_circuit_open()), "{statuses:?}");
    }
    server.status.store(200, Ordering::SeqCst);
    call(twilio).await.is_err_and(|error| error.is_circuit_open())
}

#[tokio::test]
async fn every_setting_of_the_circuit_breaker_decides_when_it_opens() {
    let breaker = || CircuitBreakerConfig::new().min_attempts(4);
    let soon = || breaker().open_duration(Duration::from_millis(200));
    let ms = Duration::from_millis;
    for (statuses, breaker, open) in [
        (&[503, 503, 503, 503][..], CircuitBreakerConfig::new(), false),
        (&[503, 503, 503, 503], breaker(), true),
        (&[503, 503, 503, 503], breaker().open_duration(Duration::MAX), true),
        (&[200, 503, 503, 503], breaker(), true),
        (&[200, 503, 503, 503], breaker().failure_ratio(1.0), false),
        (&[429, 429, 429, 429], breaker(), false),
        (&[429, 429, 429, 429], breaker().failure_statuses([429]), true),
        (&[503, 503, 503, 503], breaker().failure_statuses([429]), false),
        // What ended before the pause is out of the window.
        (&[503, 503, 503, 0, 503], breaker(), true),
        (&[503, 503, 503, 0, 503], breaker().window(ms(200)).bucket_width(ms(50)), false),
        // One probe closes it, but not where two must succeed.
        (&[503, 503, 503, 503, 0, 200, 503], soon(), false),
        (&[503, 503, 503, 503, 0, 200, 503], soon().half_open_probes(2), true),
    ] {
        assert_eq!(is_open_after(statuses, breaker.clone()).await, open, "{statuses:?} {breaker:?}");
    }
}

#[tokio::test]
async fn a_circuit_that_is_never_tried_again_stays_open() {
    let server = Server::start().await;
    server.answer(6);
    let breaker = CircuitBreakerConfig::new().min_attempts(5).open_duration(Duration::MAX);
    let breaker = breaker.window(Duration::MAX).bucket_width(Duration::MAX);
    let twilio = Client::new(config(&server).circuit_breaker(breaker)).unwrap();
    call(twilio.clone()).await.unwrap();
    server.status.store(503, Ordering::SeqCst);
    for _ in 0..4 {
        assert!(call(twilio.clone()).await.unwrap_err().is_api());
    }
    let error = call(twilio.clone()).await.unwrap_err();
    assert!(
        error.is_circuit_open() && error.circuit_retry_after().unwrap() > Duration::from_secs(1 << 20),
        "{error}"
    );
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let server = Server::start().await;
    let breaker = CircuitBreakerConfig::new;
    let bad = [
        (config(&server).circuit_breaker(breaker().min_attempts(0)), "min_attempts"),
        (config(&server).circuit_breaker(breaker().failure_ratio(0.0)), "failure_ratio"),
        (config(&server).circuit_breaker(breaker().failure_ratio(f64::NAN)), "failure_ratio"),
        (config(&server).circuit_breaker(breaker().bucket_width(Duration::from_secs(61))), "bucket"),
        (config(&server).circuit_breaker(breaker().bucket_width(Duration::from_millis(59))), "thousandth"),
        (config(&server).circuit_breaker(breaker().open_duration(Duration::ZERO)), "open_duration"),
        (config(&server).circuit_breaker(breaker().half_open_probes(0)), "half_open_probes"),
        (config(&server).circuit_breaker(breaker().failure_statuses([200])), "statuses"),
        (config(&server).rate_limit(RateLimit::per_second(0)), "rate_limit"),
        (config(&server).rate_limit(RateLimit::per_second(1).burst(0)), "burst"),
        (config(&server).rate_limit(RateLimit::per_second(1).burst(u32::MAX)), "365 days"),
        (config(&server).rate_limit(RateLimit::per_period(1, Duration::MAX)), "365 days"),
        (config(&server).pool(PoolConfig::new().max_in_flight(0)), "max_in_flight"),
    ];
    for (config, name) in bad {
        let error = Client::new(config).expect_err(name);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[tokio::test]
async fn review_32_a_callers_own_deadline_does_not_open_the_circuit_for_all() {
    let server = Server::start().await;
    let twilio = Client::new(config(&server).circuit_breaker(CircuitBreakerConfig::new())).unwrap();
    let fetch = |twilio: &Client| {
        twilio.api_v2010().fetch_message(MESSAGE.parse::<twilio_sdk::types::MessageSid>().unwrap())
    };
    for _ in 0..40 {
        let error = fetch(&twilio).with_timeout(Duration::from_millis(5)).send().await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
    }
    #[cfg(feature = "blocking")]
    {
        let request = fetch(&twilio).with_timeout(Duration::from_millis(5));
        let error = tokio::task::spawn_blocking(move || request.send_blocking()).await.unwrap().unwrap_err();
        assert!(error.is_timeout(), "{error}");
    }
    server.answer(100);
    call(twilio).await.expect("the host was never slow");
}

#[tokio::test]
async fn review_32_attempts_that_had_their_full_time_do_open_it() {
    let short = Duration::from_millis(60);
    for by_attempt in [true, false] {
        let server = Server::start().await;
        let config = config(&server).circuit_breaker(CircuitBreakerConfig::new().min_attempts(4));
        let config = if by_attempt { config.attempt_timeout(short) } else { config.timeout(short) };
        let twilio = Client::new(config).unwrap();
        for _ in 0..4 {
            assert!(call(twilio.clone()).await.unwrap_err().is_timeout());
        }
        assert!(call(twilio).await.unwrap_err().is_circuit_open(), "by attempt: {by_attempt}");
    }
}
