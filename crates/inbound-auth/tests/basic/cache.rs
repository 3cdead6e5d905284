//! What is remembered of a store's answers.

use twilio_sdk_inbound_auth::{AuthFuture, CachedUserStore, Credential, MemoryUserStore, UserStore};

use crate::store;

/// Counts how often it is asked.
#[derive(Debug)]
struct Counted<S>(S, std::sync::atomic::AtomicUsize, std::sync::atomic::AtomicU64);

impl<S: UserStore> UserStore for Counted<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.0.authenticate(credential)
    }

    fn version(&self) -> u64 {
        self.2.load(std::sync::atomic::Ordering::SeqCst)
    }
}

#[tokio::test]
async fn what_was_right_is_remembered_until_something_changes() {
    use std::sync::atomic::Ordering::SeqCst;
    let cached = |ttl: u64| {
        let counted = Counted(store(), Default::default(), Default::default());
        CachedUserStore::new(counted, std::time::Duration::from_millis(ttl)).unwrap()
    };
    let ask = async |cached: &CachedUserStore<Counted<MemoryUserStore>>, name: &str, password: &str| {
        let user = cached.authenticate(&Credential::new(name, password).unwrap()).await;
        (user.is_ok(), cached.store().1.load(SeqCst))
    };
    let long = cached(60_000);
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 1));
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 1));
    assert_eq!(ask(&long, "alice", "xxy").await, (false, 2), "another password is another credential");
    assert_eq!(ask(&long, "alice", "xxy").await, (false, 3), "what is wrong is not remembered");
    long.store().2.store(1, SeqCst);
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 4), "the store has changed");
    long.clear();
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 5));
    let short = cached(0);
    assert_eq!(ask(&short, "alice", "xxx").await, (true, 1));
    assert_eq!(ask(&short, "alice", "xxx").await, (true, 2), "its time is over");
    assert!(!format!("{long:?}").contains("xxx"));
    let endless = CachedUserStore::new(store(), std::time::Duration::MAX).unwrap();
    for _ in 0..2 {
        assert!(endless.authenticate(&Credential::new("alice", "xxx").unwrap()).await.is_ok());
    }
}
