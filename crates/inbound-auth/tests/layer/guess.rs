//! What is done against guessing, and what is written down.

use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_inbound_auth::{
    AuthError, AuthFuture, AuthLayer, AuthMethod, Credential, MemoryUserStore, PasswordHash,
    ThrottledUserStore, UserStore, UserStoreChain,
};

use crate::service::{basic, behind};

fn store() -> MemoryUserStore {
    let hash = PasswordHash::hash(&"xxx".into()).unwrap();
    MemoryUserStore::new([("alice".to_owned(), hash, vec!["read".to_owned()])]).unwrap()
}

#[tokio::test]
async fn weakness_18_guessing_ends_for_users_and_for_names_that_nobody_has() {
    let limited = ThrottledUserStore::new(store(), 3, Duration::from_secs(3600)).unwrap();
    let service = behind(AuthLayer::new("x", [AuthMethod::basic(limited)])).await;
    let mut seen = Vec::new();
    for name in ["alice", "nobody"] {
        let mut answers = Vec::new();
        for attempt in 0..5 {
            let answer = service.get("/", Some(&basic(name, &format!("wrong{attempt}")))).await;
            answers.push((answer.status, answer.body.clone(), answer.header("retry-after").is_some()));
        }
        assert_eq!(answers.iter().map(|answer| answer.0).collect::<Vec<_>>(), [401, 401, 401, 429, 429]);
        assert!(answers[3].2);
        seen.push(answers);
    }
    assert_eq!(seen[0], seen[1], "the answers do not tell who exists");
    for name in ["alice", "ALICE", " alice"] {
        let answer = service.get("/", Some(&basic(name, "xxx"))).await;
        assert_eq!(answer.status, 429, "the right password is not looked at either: {name}");
    }
}

#[tokio::test]
async fn time_alone_sets_the_count_back() {
    let ask = async |store: &dyn UserStore, password: &str| {
        store.authenticate(&Credential::new("alice", password).unwrap()).await.map(drop)
    };
    let brief = ThrottledUserStore::new(store(), 1, Duration::from_millis(1)).unwrap();
    assert_eq!(ask(&brief, "wrong").await, Err(AuthError::InvalidCredentials));
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(ask(&brief, "xxx").await, Ok(()));

    let closed = ThrottledUserStore::new(store(), 1, Duration::from_secs(3600)).unwrap();
    let stores = UserStoreChain::new([Arc::new(closed) as Arc<dyn UserStore>]);
    assert_eq!(ask(&stores, "wrong").await, Err(AuthError::InvalidCredentials));
    assert_eq!(ask(&stores, "xxx").await.unwrap_err().status(), 429, "behind other stores, too");
    assert!(ThrottledUserStore::new(store(), 0, Duration::from_secs(1)).is_err());
    assert!(ThrottledUserStore::new(store(), 1, Duration::ZERO).is_err());
}

/// Answers when all have asked.
#[derive(Debug)]
struct AtOnce(MemoryUserStore, tokio::sync::Barrier);

impl UserStore for AtOnce {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async {
            self.1.wait().await;
            self.0.authenticate(credential).await
        })
    }
}

#[tokio::test]
async fn guesses_that_are_sent_at_once_are_no_more_than_others() {
    let slow = AtOnce(store(), tokio::sync::Barrier::new(20));
    let limited = Arc::new(ThrottledUserStore::new(slow, 3, Duration::from_secs(3600)).unwrap());
    let guesses: Vec<_> = (0..20)
        .map(|guess| {
            let limited = Arc::clone(&limited);
            let credential = Credential::new("alice", format!("wrong{guess}")).unwrap();
            tokio::spawn(async move { limited.authenticate(&credential).await })
        })
        .collect();
    let mut looked_at = 0;
    for guess in guesses {
        match guess.await.unwrap() {
            Err(AuthError::InvalidCredentials) => looked_at += 1,
            Err(AuthError::TooManyAttempts(_) | AuthError::Overloaded) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(looked_at, 3);
}

#[tokio::test]
async fn review_03_no_spelling_of_a_name_has_a_count_of_its_own() {
    let limited = ThrottledUserStore::new(store(), 4, Duration::from_secs(3600)).unwrap();
    let ask = async |name: &str, password: &str| {
        let credential = Credential::new(name, password).unwrap();
        limited.authenticate(&credential).await.map(drop)
    };
    let spellings = ["ａlice", "ALICE", "𝐚lice", "al\u{AD}ice", "\u{FEFF}alice", "ⓐlice", " alice\u{3000}"];
    let mut looked_at = 0;
    for (attempt, name) in spellings.iter().cycle().take(40).enumerate() {
        match ask(name, &format!("guess {attempt}")).await {
            Err(AuthError::InvalidCredentials) => looked_at += 1,
            Err(AuthError::TooManyAttempts(_)) => {}
            other => panic!("{name:?}: {other:?}"),
        }
    }
    assert_eq!(looked_at, 4);
    assert_eq!(ask("alice", "xxx").await.unwrap_err().status(), 429, "it is her count");
    assert_eq!(ask("bob", "xxx").await, Err(AuthError::InvalidCredentials), "and not that of others");
}

#[tokio::test]
async fn review_04_right_passwords_do_not_set_the_count_of_wrong_ones_back() {
    let limited = ThrottledUserStore::new(store(), 10, Duration::from_secs(3600)).unwrap();
    let ask = async |password: &str| {
        limited.authenticate(&Credential::new("alice", password).unwrap()).await.map(drop)
    };
    let mut looked_at = 0;
    for _ in 0..5 {
        for guess in 0..9 {
            looked_at +=
                usize::from(ask(&format!("guess {guess}")).await == Err(AuthError::InvalidCredentials));
        }
        // The victim, in the same network as the attacker for all that is known.
        let _ = ask("xxx").await;
    }
    assert_eq!(looked_at, 10);
}

#[tokio::test]
async fn review_04_an_attacker_elsewhere_does_not_keep_a_user_out_of_the_own_network() {
    let limited = ThrottledUserStore::new(store(), 2, Duration::from_secs(3600)).unwrap();
    let layer = AuthLayer::new("x", [AuthMethod::basic(limited)]);
    let service = behind(layer.client_ip_header(http::HeaderName::from_static("x-forwarded-for"))).await;
    let ask = async |from: &str, name: &str, password: &str| {
        let credentials = basic(name, password);
        let headers = [("Authorization", credentials.as_str()), ("X-Forwarded-For", from)];
        service.send("/", &headers).await.status
    };
    let (office, home) = ("203.0.113.5", "2001:db8:1:2::1");
    assert_eq!(ask(office, "alice", "xxx").await, 200);
    // One network, which has many addresses.
    let mut statuses = Vec::new();
    for last in 0..4 {
        statuses.push(ask(&format!("2001:db8:bad:1::{last}"), "alice", "guess").await);
    }
    assert_eq!(statuses, [401, 401, 429, 429]);
    assert_eq!(
        ask("2001:db8:bad:1::9", "alice", "xxx").await,
        429,
        "the right password is not looked at there"
    );
    assert_eq!(ask(home, "alice", "xxx").await, 200, "in other networks she logs in");
    // Many networks: ten times the bound, and no more.
    let mut looked_at = 0;
    for last in 1..=30 {
        looked_at += usize::from(ask(&format!("198.51.100.{last}"), "alice", "guess").await == 401);
    }
    assert_eq!(looked_at, 18, "with the two before");
    assert_eq!(ask("192.0.2.1", "alice", "xxx").await, 429, "a network that she was never in");
    for known in [office, home] {
        assert_eq!(ask(known, "alice", "xxx").await, 200, "{known}");
    }
    assert_eq!([ask(office, "alice", "x").await, ask(office, "alice", "y").await], [401, 401]);
    assert_eq!(ask(office, "alice", "z").await, 429, "a known network has its own bound");
}

#[tokio::test]
async fn who_was_let_in_and_who_was_not_is_written_down_without_secrets() {
    // With one subscriber alone, a test on another thread that reaches an event first decides for all that nobody
    // wants it.
    let _other = crate::capture::Capture::start();
    let capture = crate::capture::Capture::start();
    let service = behind(AuthLayer::new("x", [AuthMethod::basic(store()).scopes(["read"])])).await;
    assert_eq!(service.status(Some(&basic("alice", "xxx"))).await, 200);
    assert_eq!(service.status(Some(&basic("alice", "s3cret-guess"))).await, 401);
    let passed = capture.events("request accepted");
    assert_eq!(passed.iter().map(|event| event.get("username").unwrap()).collect::<Vec<_>>(), ["alice"]);
    let refused = capture.events("request rejected");
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].get("error"), Some("invalid credentials"));
    let all = capture.all();
    assert!(!all.contains("s3cret-guess") && !all.contains(&basic("alice", "xxx")[6..]), "{all}");
}
