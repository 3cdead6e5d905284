//! A flood of passwords.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use twilio_sdk_inbound_auth::{
    AuthError, AuthLayer, AuthMethod, AuthRules, BasicHandler, CachedUserStore, Credential, FileUserStore,
    MemoryUserStore, PasswordHash, ThrottledUserStore, UserStore,
};

use crate::service::{basic, behind, file, user};

/// The network that the floods come from. They fill no more than its part of the queue, so that other tests of this
/// process are not refused.
const ATTACKER: &str = "233.252.0.7";

fn memory() -> MemoryUserStore {
    MemoryUserStore::new([user("alice", "xxx", &["read"])]).unwrap()
}

fn from_attacker(name: &str, password: &str) -> Credential {
    Credential::new(name, password).unwrap().with_client_ip(ATTACKER.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_07_passwords_beyond_the_queue_are_503_at_once_and_others_are_checked() {
    let layer = AuthLayer::new("x", [AuthMethod::basic(memory())]);
    let service =
        Arc::new(behind(layer.client_ip_header(http::HeaderName::from_static("x-forwarded-for"))).await);
    let ask = |from: &'static str, name: String, password: &'static str| {
        let service = Arc::clone(&service);
        async move {
            let credentials = basic(&name, password);
            service.send("/", &[("Authorization", &credentials), ("X-Forwarded-For", from)]).await
        }
    };
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..300 {
        guesses.spawn(ask(ATTACKER, format!("x{number}"), "guess"));
    }
    let mut responses = vec![guesses.join_next().await.unwrap().unwrap()];
    let start = Instant::now();
    let user = ask("203.0.113.5", "alice".to_owned(), "xxx").await;
    let took = start.elapsed();
    assert_eq!(user.status, 200, "another network has room in the queue");
    let start = Instant::now();
    while let Some(response) = guesses.join_next().await {
        responses.push(response.unwrap());
    }
    let rest = start.elapsed();
    for response in &responses {
        match response.status {
            401 => {}
            503 => assert_eq!(response.header("retry-after"), Some("1")),
            status => panic!("{status}"),
        }
    }
    let refused = responses.iter().filter(|response| response.status == 503).count();
    let processors = std::thread::available_parallelism().unwrap().get();
    assert!(refused > 0 || processors > 16, "{processors} processors, {took:?}, {rest:?}");
}

/// Whether the store refuses at once, at some moment while its network's part of the queue is taken.
async fn is_refused(store: &dyn UserStore) -> bool {
    for _ in 0..1000 {
        match store.authenticate(&from_attacker("alice", "guess")).await {
            Err(AuthError::Overloaded) => return true,
            Err(AuthError::InvalidCredentials) => {}
            other => panic!("{other:?}"),
        }
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_07_every_store_shares_one_bound() {
    let flooded = Arc::new(memory());
    // It remembers nothing, but that the password was right.
    let cached = CachedUserStore::new(memory(), Duration::ZERO).unwrap();
    let elsewhere = Credential::new("alice", "xxx").unwrap().with_client_ip("192.0.2.77".parse().unwrap());
    assert!(cached.authenticate(&elsewhere).await.is_ok());
    let processors = std::thread::available_parallelism().unwrap().get();
    let floods: Vec<_> = (0..processors * 12)
        .map(|number| {
            let flooded = Arc::clone(&flooded);
            tokio::spawn(async move {
                let guess = from_attacker(&format!("x{number}"), "guess");
                loop {
                    if flooded.authenticate(&guess).await == Err(AuthError::Overloaded) {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }
            })
        })
        .collect();
    let hash = PasswordHash::hash(&"xxx".into()).unwrap();
    let text = format!("[[auth.users]]\nusername = \"alice\"\npassword_hash = \"{}\"\n", hash.as_str());
    let files = FileUserStore::open(file("review-07-users.toml", &text)).unwrap();
    assert!(is_refused(&files).await, "a file");
    assert!(is_refused(&memory()).await, "another store in memory");
    assert!(is_refused(&cached).await, "a cache");
    for _ in 0..10 {
        let user = cached.authenticate(&from_attacker("alice", "xxx")).await;
        assert!(user.is_ok(), "a password that was right before has a part of the queue to itself: {user:?}");
    }
    assert!(
        is_refused(&ThrottledUserStore::new(memory(), 1000, Duration::from_secs(60)).unwrap()).await,
        "a limit"
    );
    let blocking = tokio::task::spawn_blocking(move || {
        (0..1000).any(|_| hash.check_blocking(&from_attacker("alice", "xxx")) == Err(AuthError::Overloaded))
    });
    assert!(blocking.await.unwrap(), "a program without an async runtime");
    // The handler says the same as the layer.
    let handler = BasicHandler::new(Arc::new(memory()));
    let handler = handler.client_ip_header(http::HeaderName::from_static("x-forwarded-for"));
    let mut headers = http::HeaderMap::new();
    headers.insert("authorization", basic("alice", "xxx").parse().unwrap());
    headers.insert("x-forwarded-for", ATTACKER.parse().unwrap());
    let mut refused = None;
    for _ in 0..1000 {
        refused = handler.authenticate(&headers).await.err();
        if refused.is_some() {
            break;
        }
    }
    let refused = refused.expect("the queue is full");
    let told = refused.headers(&twilio_sdk_inbound_auth::Challenge::basic("x"));
    assert_eq!((refused.status().as_u16(), told["retry-after"].to_str().unwrap()), (503, "1"));
    floods.iter().for_each(tokio::task::JoinHandle::abort);
}

/// Counts how often it is asked.
#[derive(Debug)]
struct Counted(MemoryUserStore, AtomicUsize);

impl UserStore for Counted {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> twilio_sdk_inbound_auth::AuthFuture<'a> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.authenticate(credential)
    }
}

#[tokio::test]
async fn review_07_requests_with_one_password_share_its_check() {
    let cached =
        CachedUserStore::new(Counted(memory(), AtomicUsize::new(0)), Duration::from_secs(60)).unwrap();
    let cached = Arc::new(cached);
    for (password, right, checks) in [("xxx", true, 1), ("guess", false, 2)] {
        let requests: Vec<_> = (0..100)
            .map(|_| {
                let cached = Arc::clone(&cached);
                let credential = Credential::new("alice", password).unwrap();
                tokio::spawn(async move { cached.authenticate(&credential).await.is_ok() })
            })
            .collect();
        for request in requests {
            assert_eq!(request.await.unwrap(), right);
        }
        assert_eq!(cached.store().1.load(Ordering::SeqCst), checks);
    }
}

#[tokio::test]
async fn review_07_rules_of_a_file_remember_right_passwords() {
    // With one subscriber alone, a test on another thread that reaches an event first decides for all.
    let _other = crate::capture::Capture::start();
    let capture = crate::capture::Capture::start();
    let hash = PasswordHash::hash(&"xxx".into()).unwrap();
    let text = format!("[[auth.users]]\nusername = \"alice\"\npassword_hash = \"{}\"\n", hash.as_str());
    file("review-07-remembered.toml", &text);
    let entry = "[[auth.default]]\nusers_file = \"review-07-remembered.toml\"\n";
    for (settings, checks) in [("", 1), ("[auth]\npassword_cache_ttl = 0\n", 3)] {
        let rules = AuthRules::from_file(file("review-07.toml", &format!("{settings}{entry}"))).unwrap();
        let service = behind(rules.service_layer().unwrap()).await;
        let before = capture.events("a password was checked").len();
        for _ in 0..3 {
            assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200);
        }
        assert_eq!(capture.events("a password was checked").len() - before, checks, "{settings}");
    }
}
