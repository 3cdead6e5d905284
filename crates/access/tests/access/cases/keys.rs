use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use twilio_sdk_access::{AccessError, AccessStore, Change, KeyRecord};
use twilio_sdk_types::SecretString;

use crate::{add, control, first, is_rejected};

/// Lets the time of a key come to its end.
async fn expire(store: &Arc<dyn AccessStore>, id: &str) {
    let mut record = store.snapshot().await.unwrap().keys[id].clone();
    record.expires_at = Some(OffsetDateTime::now_utc() - Duration::from_millis(1));
    store.transact(Box::new(|_| Ok(vec![Change::PutKey(record)]))).await.unwrap();
}

pub(crate) async fn weakness_24_keys_are_issued_once_and_kept_as_hashes(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let one = add(&access, &ada, "bob", "operator").await;
    let two = access.issue_key(&ada, "bob", None).await.unwrap();
    assert_ne!(one.key.expose_secret(), two.key.expose_secret());
    for issued in [&one, &two] {
        let key = issued.key.expose_secret();
        let (id, secret) = key.strip_prefix("twak_").unwrap().split_once('_').unwrap();
        assert_eq!((id, secret.len()), (issued.info.id.as_str(), 72));
        assert_eq!(access.authenticate(&issued.key).await.unwrap().key_id(), id);
        assert!(!format!("{issued:?}").contains(secret));
    }
    // What is kept shows nothing of the keys.
    let kept = store.snapshot().await.unwrap();
    let hashes: Vec<_> = kept.keys.values().map(|key| *key.hash.as_bytes()).collect();
    let kept = format!("{kept:?} {hashes:?}");
    for issued in [&one, &two] {
        assert!(!kept.contains(&issued.key.expose_secret()[22..]), "{kept}");
    }
}

pub(crate) async fn weakness_24_wrong_keys_are_all_one_answer(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let issued = add(&access, &ada, "bob", "operator").await;
    let other = control(&(Arc::new(twilio_sdk_access::MemoryAccessStore::new()) as Arc<dyn AccessStore>));
    // A key of another store is well-formed, and nobody has it here.
    let foreign = other.bootstrap_admin("bob", None).await.unwrap().key;
    let right = issued.key.expose_secret();
    let wrong = [
        String::new(),
        "********".to_owned(),
        "bob".to_owned(),
        right[..right.len() - 1].to_owned(),
        format!("{right} "),
        right.to_uppercase(),
        foreign.expose_secret().to_owned(),
        "twak_".repeat(100_000),
    ];
    for key in wrong {
        assert!(is_rejected(&access.authenticate(&key.as_str().into()).await), "{key:.100}");
    }
    // The id of one key with the secret of another: the checksum is right, and the hash is not.
    let record = store.snapshot().await.unwrap().keys[&issued.info.id].clone();
    let id = foreign.expose_secret()[5..21].to_owned();
    let moved = KeyRecord { id, ..record };
    store.transact(Box::new(|_| Ok(vec![Change::PutKey(moved)]))).await.unwrap();
    assert!(is_rejected(&access.authenticate(&foreign).await));
    assert!(access.authenticate(&issued.key).await.is_ok());
}

pub(crate) async fn weakness_24_keys_expire_and_are_revoked(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    access.add_user(&ada, "bob", "operator").await.unwrap();
    let now = OffsetDateTime::now_utc();
    for past in [now, now - time::Duration::DAY, OffsetDateTime::UNIX_EPOCH] {
        let issued = access.issue_key(&ada, "bob", Some(past)).await;
        assert!(matches!(issued, Err(AccessError::InvalidTime(_))), "{past}");
    }
    let soon = OffsetDateTime::now_utc() + Duration::from_secs(60);
    let short = access.issue_key(&ada, "bob", Some(soon)).await.unwrap();
    assert_eq!(short.info.expires_at, Some(soon.replace_millisecond(soon.millisecond()).unwrap()));
    let bob = access.authenticate(&short.key).await.unwrap();
    assert!(!access.permissions(&bob).await.unwrap().is_empty());
    expire(&store, &short.info.id).await;
    assert!(is_rejected(&access.authenticate(&short.key).await));
    assert!(access.permissions(&bob).await.unwrap().is_empty(), "the actor of an expired key");

    let issued = access.issue_key(&ada, "bob", None).await.unwrap();
    access.authenticate(&issued.key).await.unwrap();
    let revoked = access.revoke_key(&ada, &issued.info.id).await.unwrap();
    assert!(revoked.revoked_at.is_some() && !revoked.is_active());
    assert!(is_rejected(&access.authenticate(&issued.key).await));
    assert!(matches!(access.revoke_key(&ada, &issued.info.id).await, Err(AccessError::KeyInactive(_))));
    for ended in [&short, &issued] {
        let rotated = access.rotate_key(&ada, &ended.info.id, Duration::ZERO, None).await;
        assert!(matches!(rotated, Err(AccessError::KeyInactive(_))));
    }
    // They stay in the list, for whoever asks what became of them.
    let keys = access.list_keys(&ada, Some("bob")).await.unwrap();
    assert!(keys.len() == 2 && keys.iter().all(|key| !key.is_active()));
}

pub(crate) async fn weakness_24_keys_are_rotated_with_overlap(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let old = add(&access, &ada, "bob", "operator").await;
    let overlap = Duration::from_secs(3600);
    let before = OffsetDateTime::now_utc();
    let new = access.rotate_key(&ada, &old.info.id, overlap, None).await.unwrap();
    assert_eq!(new.info.user, "bob");
    for key in [&old.key, &new.key] {
        assert_eq!(access.authenticate(key).await.unwrap().name(), "bob");
    }
    let keys = access.list_keys(&ada, Some("bob")).await.unwrap();
    let end = keys.iter().find(|key| key.id == old.info.id).unwrap().expires_at.unwrap();
    assert!(
        (before + overlap - Duration::from_millis(1)..=OffsetDateTime::now_utc() + overlap).contains(&end)
    );
    expire(&store, &old.info.id).await;
    assert!(is_rejected(&access.authenticate(&old.key).await));
    access.authenticate(&new.key).await.unwrap();

    // Without overlap the old one ends at once, also that of the only admin.
    let next = access.rotate_key(&ada, ada.key_id(), Duration::ZERO, None).await.unwrap();
    assert!(access.permissions(&ada).await.unwrap().is_empty());
    let ada = access.authenticate(&next.key).await.unwrap();

    // An overlap does not outlast the old key's own end.
    let soon = OffsetDateTime::now_utc() + Duration::from_secs(60);
    let short = access.issue_key(&ada, "bob", Some(soon)).await.unwrap();
    access.rotate_key(&ada, &short.info.id, Duration::from_secs(3600), None).await.unwrap();
    let keys = access.list_keys(&ada, Some("bob")).await.unwrap();
    let end = keys.iter().find(|key| key.id == short.info.id).unwrap().expires_at;
    assert_eq!(end, short.info.expires_at);

    for overlap in [Duration::from_secs(366 * 24 * 3600), Duration::MAX] {
        let rotated = access.rotate_key(&ada, &new.info.id, overlap, None).await;
        assert!(matches!(rotated, Err(AccessError::InvalidTime(_))));
    }
    let past = OffsetDateTime::now_utc() - Duration::from_secs(1);
    let rotated = access.rotate_key(&ada, &new.info.id, Duration::ZERO, Some(past)).await;
    assert!(matches!(rotated, Err(AccessError::InvalidTime(_))));
    access.authenticate(&new.key).await.expect("what was rejected changed nothing");
}

pub(crate) async fn weakness_24_the_last_use_is_written_once_a_minute(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let issued = add(&access, &ada, "bob", "operator").await;
    let last = || async { store.snapshot().await.unwrap().keys[&issued.info.id].last_used_at };
    assert_eq!(last().await, None);
    access.authenticate(&issued.key).await.unwrap();
    let used = last().await.expect("the first use");
    tokio::time::sleep(Duration::from_millis(5)).await;
    access.authenticate(&issued.key).await.unwrap();
    assert_eq!(last().await, Some(used), "within a minute nothing is written");

    let mut record = store.snapshot().await.unwrap().keys[&issued.info.id].clone();
    let earlier = used - Duration::from_secs(61);
    record.last_used_at = Some(earlier);
    store.transact(Box::new(|_| Ok(vec![Change::PutKey(record)]))).await.unwrap();
    access.authenticate(&issued.key).await.unwrap();
    assert!(last().await.unwrap() >= used);
    let keys = access.list_keys(&ada, Some("bob")).await.unwrap();
    assert_eq!(keys[0].last_used_at, last().await);
}

pub(crate) async fn weakness_23_lists_change_nothing_and_show_no_key(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let issued = add(&access, &ada, "bob", "operator").await;
    access.authenticate(&issued.key).await.unwrap();
    let before = store.snapshot().await.unwrap();
    for _ in 0..3 {
        let users = format!("{:?}", access.list_users(&ada).await.unwrap());
        let keys = format!("{:?}", access.list_keys(&ada, None).await.unwrap());
        let secret = &issued.key.expose_secret()[22..];
        assert!(!users.contains(secret) && !keys.contains(secret));
    }
    assert_eq!(store.snapshot().await.unwrap(), before);
    access.authenticate(&issued.key).await.expect("the key still works");
    for stars in ["********", "*", ""] {
        assert!(is_rejected(&access.authenticate(&SecretString::from(stars)).await));
    }
}

pub(crate) async fn an_admin_comes_back_where_all_keys_have_expired(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let soon = OffsetDateTime::now_utc() + Duration::from_secs(60);
    let issued = access.bootstrap_admin("ada", Some(soon)).await.unwrap();
    let ada = access.authenticate(&issued.key).await.unwrap();
    add(&access, &ada, "bob", "operator").await;
    assert!(matches!(access.recover_admin("ada", None).await, Err(AccessError::AdminAvailable)));
    expire(&store, &issued.info.id).await;
    assert!(is_rejected(&access.authenticate(&issued.key).await));
    for name in ["bob", "eve"] {
        assert!(matches!(access.recover_admin(name, None).await, Err(AccessError::UnknownUser(_))), "{name}");
    }
    let issued = access.recover_admin("ada", None).await.unwrap();
    assert_eq!(access.authenticate(&issued.key).await.unwrap().role(), "admin");
    assert!(matches!(access.recover_admin("ada", None).await, Err(AccessError::AdminAvailable)));
}

/// A key that was never used may have reached nobody: the owner of the machine gives another.
pub(crate) async fn review_71_an_admin_whose_key_was_lost_before_it_was_used_gets_another(
    store: Arc<dyn AccessStore>,
) {
    let access = control(&store);
    let lost = access.bootstrap_admin("ada", None).await.unwrap();
    // Nobody else becomes the first one by that.
    for name in ["ada", "eve"] {
        assert!(
            matches!(access.bootstrap_admin(name, None).await, Err(AccessError::AlreadyBootstrapped)),
            "{name}"
        );
    }
    assert!(matches!(access.recover_admin("eve", None).await, Err(AccessError::UnknownUser(_))));
    let found = access.recover_admin("ada", None).await.unwrap();
    assert!(is_rejected(&access.authenticate(&lost.key).await), "two would be in use, one of them unseen");
    let ada = access.authenticate(&found.key).await.unwrap();
    assert!(
        matches!(access.recover_admin("ada", None).await, Err(AccessError::AdminAvailable)),
        "it was used"
    );

    // The only admin's key is replaced at once, and the new one is lost.
    let lost = access.rotate_key(&ada, ada.key_id(), Duration::ZERO, None).await.unwrap();
    assert!(is_rejected(&access.authenticate(&found.key).await));
    let found = access.recover_admin("ada", None).await.unwrap();
    assert!(is_rejected(&access.authenticate(&lost.key).await));
    let ada = access.authenticate(&found.key).await.unwrap();
    // Another admin's key that was never used keeps nobody from it either, and stays.
    let bea = add(&access, &ada, "bea", "admin").await;
    access.revoke_key(&ada, ada.key_id()).await.unwrap();
    let found = access.recover_admin("ada", None).await.unwrap();
    access.authenticate(&bea.key).await.unwrap();
    access.authenticate(&found.key).await.unwrap();
}
