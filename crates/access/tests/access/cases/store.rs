use std::sync::Arc;

use time::OffsetDateTime;
use twilio_sdk_access::{
    AccessControl, AccessError, AccessStore, Bindings, Change, KeyHash, KeyRecord, Permission, Roles,
    StoreSnapshot, UserRecord,
};
use twilio_sdk_audit::NoopAuditSink;

fn moment(milliseconds: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(1_700_000_000_000 + milliseconds)
}

fn user(name: &str) -> Change {
    Change::PutUser(UserRecord { name: name.to_owned(), role: "viewer".to_owned(), created_at: moment(1) })
}

fn key(id: &str, user: &str) -> KeyRecord {
    KeyRecord {
        id: id.to_owned(),
        user: user.to_owned(),
        hash: KeyHash::from_bytes([0xfe; 32]),
        created_at: moment(2),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

async fn put(store: &Arc<dyn AccessStore>, writes: Vec<Change>) {
    store.transact(Box::new(move |_| Ok(writes))).await.unwrap();
}

pub(crate) async fn a_refused_change_writes_nothing(store: Arc<dyn AccessStore>) {
    put(&store, vec![user("ada")]).await;
    let before = store.snapshot().await.unwrap();
    let rejected = store.transact(Box::new(|_| Err(AccessError::LastAdmin))).await;
    assert!(matches!(rejected, Err(AccessError::LastAdmin)), "the reason comes back as it is");
    assert_eq!(store.snapshot().await.unwrap(), before);
    put(&store, vec![]).await;
    assert_eq!(store.snapshot().await.unwrap(), before);
}

pub(crate) async fn a_change_that_panics_writes_nothing(store: Arc<dyn AccessStore>) {
    put(&store, vec![user("ada")]).await;
    let before = store.snapshot().await.unwrap();
    let failed = store.transact(Box::new(|_| panic!("a decision that ends badly"))).await;
    assert!(matches!(failed, Err(AccessError::Store(_))));
    assert_eq!(store.snapshot().await.unwrap(), before);
    put(&store, vec![user("bea")]).await;
    assert_eq!(store.snapshot().await.unwrap().users.len(), 2, "the store goes on");
}

pub(crate) async fn records_come_back_as_they_were_put_in(store: Arc<dyn AccessStore>) {
    assert_eq!(store.snapshot().await.unwrap(), StoreSnapshot::default());
    assert_eq!(store.find_key("k1").await.unwrap(), None);
    let full = KeyRecord {
        expires_at: Some(moment(3)),
        revoked_at: Some(moment(-5)),
        last_used_at: Some(moment(999)),
        ..key("k2", "ada")
    };
    let writes = vec![
        user("ada"),
        user("zoë'; DROP TABLE users; --"),
        Change::PutKey(key("k1", "ada")),
        Change::PutKey(full.clone()),
    ];
    let mut expected = StoreSnapshot::default();
    writes.iter().for_each(|write| expected.apply(write));
    put(&store, writes).await;
    assert_eq!(store.snapshot().await.unwrap(), expected);
    assert_eq!(store.find_key("k2").await.unwrap(), Some((full.clone(), expected.users["ada"].clone())));
    // The decision sees what was put in.
    let seen = expected.clone();
    let changed = KeyRecord { expires_at: None, hash: KeyHash::from_bytes([7; 32]), ..full };
    let write = Change::PutKey(changed.clone());
    store
        .transact(Box::new(move |records| {
            assert_eq!(*records, seen);
            Ok(vec![write])
        }))
        .await
        .unwrap();
    assert_eq!(store.find_key("k2").await.unwrap().unwrap().0, changed);
}

pub(crate) async fn a_user_goes_with_the_keys(store: Arc<dyn AccessStore>) {
    let keys = [("k1", "ada"), ("k2", "bea"), ("k3", "ada")].map(|(id, user)| Change::PutKey(key(id, user)));
    put(&store, [vec![user("ada"), user("bea")], keys.into()].concat()).await;
    put(&store, vec![Change::RemoveUser("ada".to_owned())]).await;
    let left = store.snapshot().await.unwrap();
    assert!(left.users.keys().eq(["bea"]) && left.keys.keys().eq(["k2"]), "{left:?}");
    for (id, there) in [("k1", false), ("k2", true), ("k3", false)] {
        assert_eq!(store.find_key(id).await.unwrap().is_some(), there, "{id}");
    }
    // A change of the user keeps the keys.
    put(&store, vec![user("bea")]).await;
    assert!(store.find_key("k2").await.unwrap().is_some());
}

pub(crate) async fn a_use_is_noted_unless_there_was_a_later_one(store: Arc<dyn AccessStore>) {
    put(&store, vec![user("ada"), Change::PutKey(key("k1", "ada"))]).await;
    for (used, unless_after, noted) in [(100, 40, 100), (150, 90, 100), (200, 100, 200), (210, 250, 210)] {
        store.record_key_use("k1", moment(used), moment(unless_after)).await.unwrap();
        let last = store.find_key("k1").await.unwrap().unwrap().0.last_used_at;
        assert_eq!(last, Some(moment(noted)), "{used}");
    }
    store.record_key_use("k9", moment(1), moment(0)).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().keys.len(), 1);
}

pub(crate) async fn review_09_10_the_store_keeps_which_log_and_roles_it_has(store: Arc<dyn AccessStore>) {
    let access = crate::control(&store);
    assert_eq!(access.bindings().await.unwrap(), Bindings::default());
    let ada = crate::first(&access).await;
    let olga = crate::person(&access, &ada, "olga", "operator").await;
    let mut bindings = Bindings { audit_log: Some("audit.log".to_owned()), ..Bindings::default() };
    assert!(matches!(access.bind(&olga, bindings.clone()).await, Err(AccessError::Denied(_))));
    access.bind(&ada, bindings.clone()).await.unwrap();
    assert_eq!(access.bindings().await.unwrap(), bindings);
    (bindings.roles_file, bindings.roles_hash) = (Some("/etc/r.toml".to_owned()), Some("ab".to_owned()));
    access.bind(&ada, bindings.clone()).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().bindings, bindings);
    // Who may manage users and not all else defines no roles.
    let roles = Roles::new().with_role("manager", &[Permission::ManageUsers]).unwrap();
    let access = AccessControl::new(Arc::clone(&store), roles, NoopAuditSink);
    let max = crate::person(&access, &ada, "max", "manager").await;
    assert!(matches!(access.bind(&max, Bindings::default()).await, Err(AccessError::Denied(_))));
    assert_eq!(access.bindings().await.unwrap(), bindings);
}
