//! UserStoreChain of one's own that do not do what they should.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use time::OffsetDateTime;
use twilio_sdk_access::{
    AccessControl, AccessError, AccessStore, ChangeFn, KeyRecord, MemoryAccessStore, Roles, StoreFuture,
    StoreSnapshot, UserRecord,
};
use twilio_sdk_inbound_auth::{AuthError, CachedUserStore, Credential, UserStore as _};

use crate::{Recorder, add, first, person, taken};

/// A store that can be made to fail: before a change is decided on, after that, or by not asking at all.
#[derive(Debug, Default)]
struct Failing {
    inner: MemoryAccessStore,
    reads: AtomicBool,
    before: AtomicBool,
    after: AtomicBool,
    lies: AtomicBool,
    /// The change is made, and its answer is lost.
    late: AtomicBool,
    touches: AtomicBool,
    /// The id of a key about which nothing is ever said.
    silent: Mutex<Option<String>>,
}

fn broken() -> AccessError {
    AccessError::Store("the disk is full".to_owned())
}

fn on(flag: &AtomicBool) -> bool {
    flag.load(Ordering::SeqCst)
}

impl AccessStore for Failing {
    fn find_key<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        match on(&self.reads) {
            true => Box::pin(async { Err(broken()) }),
            false if self.silent.lock().unwrap().as_deref() == Some(key) => Box::pin(std::future::pending()),
            false => self.inner.find_key(key),
        }
    }

    fn snapshot(&self) -> StoreFuture<'_, StoreSnapshot> {
        self.inner.snapshot()
    }

    fn transact(&self, decide: ChangeFn) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            if on(&self.lies) {
                return Ok(());
            }
            if on(&self.before) {
                return Err(broken());
            }
            if on(&self.after) {
                decide(&self.inner.snapshot().await?)?;
                return Err(broken());
            }
            self.inner.transact(decide).await?;
            match on(&self.late) {
                true => Err(broken()),
                false => Ok(()),
            }
        })
    }

    fn record_key_use<'a>(
        &'a self,
        key: &'a str,
        used: OffsetDateTime,
        unless: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        match on(&self.touches) {
            true => Box::pin(async { Err(broken()) }),
            false => self.inner.record_key_use(key, used, unless),
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_lets_nobody_in_and_the_record_says_so() {
    let (store, recorder) = (Arc::new(Failing::default()), Recorder::default());
    let access = AccessControl::new(Arc::clone(&store), Roles::new(), recorder.clone());
    let ada = first(&access).await;
    let issued = access.issue_key(&ada, "ada", None).await.unwrap();
    taken(&recorder);
    let fails = |result: Result<(), AccessError>| assert!(matches!(result, Err(AccessError::Store(_))));

    store.touches.store(true, Ordering::SeqCst);
    fails(access.authenticate(&issued.key).await.map(drop));
    store.reads.store(true, Ordering::SeqCst);
    fails(access.authenticate(&issued.key).await.map(drop));
    fails(access.require(&ada, twilio_sdk_access::Permission::ViewConfig).await);
    fails(access.permissions(&ada).await.map(drop));
    let id = &issued.info.id;
    let expected = [
        format!("authn failed ada admin - {id}"),
        "authn failed - - - -".to_owned(),
        "authz failed ada admin view_config -".to_owned(),
    ];
    assert_eq!(taken(&recorder), expected);

    for (flag, lines) in [(&store.before, 1), (&store.lies, 1), (&store.after, 1)] {
        flag.store(true, Ordering::SeqCst);
        fails(access.add_user(&ada, "bob", "viewer").await.map(drop));
        flag.store(false, Ordering::SeqCst);
        let recorded = taken(&recorder);
        assert_eq!(recorded.len(), lines, "{recorded:?}");
        assert_eq!(recorded.last().unwrap(), "user.add failed ada admin viewer bob");
        assert_eq!(store.snapshot().await.unwrap().users.len(), 1);
    }
}

#[tokio::test]
async fn nobody_who_may_not_edit_keeps_those_waiting_who_may() {
    let store = Arc::new(Failing::default());
    let access = AccessControl::new(Arc::clone(&store), Roles::new(), Recorder::default());
    let ada = first(&access).await;
    let vera = person(&access, &ada, "vera", "viewer").await;
    let config = Arc::new(access.guard_config(1));
    *store.silent.lock().unwrap() = Some(vera.key_id().to_owned());
    let stuck = tokio::spawn({
        let config = Arc::clone(&config);
        async move { config.edit(&vera, |value| *value = 2).await }
    });
    tokio::task::yield_now().await;
    let edited = tokio::time::timeout(Duration::from_secs(10), config.edit(&ada, |value| *value += 2)).await;
    edited.expect("nobody is in the way").unwrap();
    assert_eq!(*config.view(&ada).await.unwrap(), 3);
    assert!(!stuck.is_finished());
    stuck.abort();
}

#[tokio::test]
async fn nothing_is_remembered_where_it_is_not_known_whether_a_change_was_made() {
    let store = Arc::new(Failing::default());
    let access = AccessControl::new(Arc::clone(&store), Roles::new(), Recorder::default());
    let ada = first(&access).await;
    let vera = add(&access, &ada, "vera", "viewer").await;
    let cached = CachedUserStore::new(access.clone(), Duration::from_secs(600)).unwrap();
    let credential = Credential::new("vera", vera.key.clone()).unwrap();
    cached.authenticate(&credential).await.unwrap();
    store.late.store(true, Ordering::SeqCst);
    assert!(matches!(access.revoke_key(&ada, &vera.info.id).await, Err(AccessError::Store(_))));
    assert_eq!(cached.authenticate(&credential).await, Err(AuthError::InvalidCredentials));
}
