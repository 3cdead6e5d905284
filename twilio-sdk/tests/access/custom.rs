//! Stores of one's own that do not do what they should.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use time::OffsetDateTime;
use twilio_sdk::access::{
    AccessControl, AccessError, AccessStore, Decide, KeyRecord, MemoryAccessStore, Records, Roles,
    StoreFuture, UserRecord,
};

use crate::{Recorder, first, taken};

/// A store that can be made to fail: before a change is decided on, after that, or by not asking at all.
#[derive(Debug, Default)]
struct Failing {
    inner: MemoryAccessStore,
    reads: AtomicBool,
    before: AtomicBool,
    after: AtomicBool,
    lies: AtomicBool,
    touches: AtomicBool,
}

fn broken() -> AccessError {
    AccessError::Store("the disk is full".to_owned())
}

fn on(flag: &AtomicBool) -> bool {
    flag.load(Ordering::SeqCst)
}

impl AccessStore for Failing {
    fn find<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<(KeyRecord, UserRecord)>> {
        match on(&self.reads) {
            true => Box::pin(async { Err(broken()) }),
            false => self.inner.find(key),
        }
    }

    fn records(&self) -> StoreFuture<'_, Records> {
        self.inner.records()
    }

    fn change(&self, decide: Decide) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            if on(&self.lies) {
                return Ok(());
            }
            if on(&self.before) {
                return Err(broken());
            }
            if on(&self.after) {
                decide(&self.inner.records().await?)?;
                return Err(broken());
            }
            self.inner.change(decide).await
        })
    }

    fn touch<'a>(
        &'a self,
        key: &'a str,
        used: OffsetDateTime,
        unless: OffsetDateTime,
    ) -> StoreFuture<'a, ()> {
        match on(&self.touches) {
            true => Box::pin(async { Err(broken()) }),
            false => self.inner.touch(key, used, unless),
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
    fails(access.require(&ada, twilio_sdk::access::Permission::ViewConfig).await);
    fails(access.permissions(&ada).await.map(drop));
    let id = &issued.info.id;
    let expected = [
        format!("authn failed ada admin - {id}"),
        "authn failed - - - -".to_owned(),
        "authz failed ada admin view_config -".to_owned(),
    ];
    assert_eq!(taken(&recorder), expected);

    for (flag, lines) in [(&store.before, 1), (&store.lies, 1), (&store.after, 2)] {
        flag.store(true, Ordering::SeqCst);
        fails(access.add_user(&ada, "bob", "viewer").await.map(drop));
        flag.store(false, Ordering::SeqCst);
        let recorded = taken(&recorder);
        assert_eq!(recorded.len(), lines, "{recorded:?}");
        assert_eq!(recorded.last().unwrap(), "user.add failed ada admin viewer bob");
        assert_eq!(store.records().await.unwrap().users.len(), 1);
    }
}
