use std::sync::Arc;

use twilio_sdk_access::{
    AccessControl, AccessError, AccessStore, Change, Permission, Role, Roles, UserRecord,
};
use twilio_sdk_audit::NoopAuditSink;

use crate::{add, control, first, is_rejected, person};

pub(crate) async fn people_are_added_changed_and_removed(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    assert_eq!((ada.name(), ada.role(), ada.source()), ("ada", "admin", None));
    for (name, role) in
        [("olga", "operator"), ("dev", "developer"), ("vera@example.com", "viewer"), ("zoe", "viewer")]
    {
        let user = access.add_user(&ada, name, role).await.unwrap();
        assert_eq!((user.name.as_str(), user.role.as_str()), (name, role));
    }
    let vera = access.set_role(&ada, "vera@example.com", "operator").await.unwrap();
    assert_eq!(vera.role, "operator");
    access.remove_user(&ada, "olga").await.unwrap();
    let users = access.list_users(&ada).await.unwrap();
    let users: Vec<_> = users.iter().map(|user| (user.name.as_str(), user.role.as_str())).collect();
    let expected =
        [("ada", "admin"), ("dev", "developer"), ("vera@example.com", "operator"), ("zoe", "viewer")];
    assert_eq!(users, expected);
    let again = control(&store).list_users(&ada).await.unwrap();
    assert_eq!(again.len(), 4, "another control of the same store sees the same");
}

pub(crate) async fn weakness_30_what_is_not_known_is_refused(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    for role in ["", "Admin", "ADMIN", "root", "viewer "] {
        let added = access.add_user(&ada, "bob", role).await;
        assert!(matches!(added, Err(AccessError::UnknownRole(_))), "{role:?}");
        let set = access.set_role(&ada, "ada", role).await;
        assert!(matches!(set, Err(AccessError::UnknownRole(_))), "{role:?}");
    }
    let long = "n".repeat(129);
    for name in ["", " ", "a b", "a:b", "a\n", "../x", "<b>", "a\u{202e}b", &long] {
        let added = access.add_user(&ada, name, "viewer").await;
        assert!(matches!(added, Err(AccessError::InvalidName(_))), "{name:?}");
    }
    assert!(matches!(access.set_role(&ada, "bob", "viewer").await, Err(AccessError::UnknownUser(_))));
    assert!(matches!(access.remove_user(&ada, "bob").await, Err(AccessError::UnknownUser(_))));
    assert!(matches!(access.issue_key(&ada, "bob", None).await, Err(AccessError::UnknownUser(_))));
    assert!(matches!(access.list_keys(&ada, Some("bob")).await, Err(AccessError::UnknownUser(_))));
    assert!(matches!(access.revoke_key(&ada, "0123456789abcdef").await, Err(AccessError::UnknownKey(_))));
    assert_eq!(access.list_users(&ada).await.unwrap().len(), 1);
}

pub(crate) async fn weakness_30_nobody_is_overwritten(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let vera = add(&access, &ada, "Vera", "viewer").await;
    for name in ["Vera", "vera", "VERA"] {
        let added = access.add_user(&ada, name, "admin").await;
        assert!(matches!(added, Err(AccessError::UserExists(there)) if there == "Vera"), "{name}");
    }
    let vera = access.authenticate(&vera.key).await.unwrap();
    assert_eq!(vera.role(), "viewer");
    assert_eq!(access.list_keys(&ada, Some("Vera")).await.unwrap().len(), 1);
}

pub(crate) async fn weakness_30_a_stored_role_that_there_is_not_allows_nothing(store: Arc<dyn AccessStore>) {
    let roles = Roles::new().with_role("auditor", &[Permission::ViewLogs]).unwrap();
    let access = AccessControl::new(Arc::clone(&store), roles, NoopAuditSink);
    let ada = first(&access).await;
    let issued = add(&access, &ada, "tim", "auditor").await;
    let tim = access.authenticate(&issued.key).await.unwrap();
    access.require(&tim, Permission::ViewLogs).await.unwrap();

    // The same store under a program that has no such role.
    let without = control(&store);
    assert!(is_rejected(&without.authenticate(&issued.key).await));
    for permission in Permission::ALL {
        let rejected = without.require(&tim, *permission).await;
        assert!(matches!(rejected, Err(AccessError::Denied(denied)) if denied == *permission));
    }
    assert!(without.permissions(&tim).await.unwrap().is_empty());
    assert!(matches!(without.issue_key(&ada, "tim", None).await, Err(AccessError::UnknownRole(_))));
    without.set_role(&ada, "tim", "viewer").await.unwrap();
    assert_eq!(without.authenticate(&issued.key).await.unwrap().role(), "viewer");
}

pub(crate) async fn weakness_30_the_last_admin_stays(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let rejected = |result: Result<(), AccessError>| assert!(matches!(result, Err(AccessError::LastAdmin)));
    for role in ["operator", "developer", "viewer"] {
        rejected(access.set_role(&ada, "ada", role).await.map(drop));
    }
    rejected(access.remove_user(&ada, "ada").await);
    rejected(access.revoke_key(&ada, ada.key_id()).await.map(drop));
    access.set_role(&ada, "ada", Role::ADMIN).await.unwrap();

    // A second one who cannot log in would leave nobody who can.
    access.add_user(&ada, "bea", "admin").await.unwrap();
    rejected(access.remove_user(&ada, "ada").await);
    rejected(access.revoke_key(&ada, ada.key_id()).await.map(drop));
    let issued = access.issue_key(&ada, "bea", None).await.unwrap();
    access.remove_user(&ada, "ada").await.unwrap();
    let bea = access.authenticate(&issued.key).await.unwrap();
    rejected(access.remove_user(&bea, "bea").await);
}

pub(crate) async fn nobody_goes_beyond_the_own_role(store: Arc<dyn AccessStore>) {
    let roles =
        Roles::new().with_role("manager", &[Permission::ManageUsers, Permission::ViewConfig]).unwrap();
    let access = AccessControl::new(Arc::clone(&store), roles, NoopAuditSink);
    let ada = first(&access).await;
    let max = person(&access, &ada, "max", "manager").await;
    let above =
        |result: Result<(), AccessError>| assert!(matches!(result, Err(AccessError::PrivilegeEscalation)));
    above(access.add_user(&max, "eve", "admin").await.map(drop));
    above(access.add_user(&max, "eve", "viewer").await.map(drop));
    above(access.set_role(&max, "max", "admin").await.map(drop));
    above(access.set_role(&max, "ada", "manager").await.map(drop));
    above(access.remove_user(&max, "ada").await);
    above(access.issue_key(&max, "ada", None).await.map(drop));
    above(access.rotate_key(&max, ada.key_id(), std::time::Duration::ZERO, None).await.map(drop));
    above(access.revoke_key(&max, ada.key_id()).await.map(drop));

    add(&access, &max, "mia", "manager").await;
    access.remove_user(&max, "mia").await.unwrap();
    assert_eq!(access.list_users(&max).await.unwrap().len(), 2);

    // What a role allows that only another program knows cannot be told.
    let user = UserRecord {
        name: "tim".into(),
        role: "auditor".into(),
        created_at: time::OffsetDateTime::UNIX_EPOCH,
    };
    store.transact(Box::new(|_| Ok(vec![Change::PutUser(user)]))).await.unwrap();
    above(access.set_role(&max, "tim", "manager").await.map(drop));
    above(access.remove_user(&max, "tim").await);
    access.remove_user(&ada, "tim").await.unwrap();
}

pub(crate) async fn an_actor_is_worth_what_the_store_says_now(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let issued = add(&access, &ada, "bob", "operator").await;
    let bob = access.authenticate(&issued.key).await.unwrap();
    access.require(&bob, Permission::SendRequests).await.unwrap();
    access.set_role(&ada, "bob", "developer").await.unwrap();
    assert!(matches!(access.require(&bob, Permission::SendRequests).await, Err(AccessError::Denied(_))));
    access.require(&bob, Permission::EditConfig).await.unwrap();

    access.remove_user(&ada, "bob").await.unwrap();
    assert!(access.permissions(&bob).await.unwrap().is_empty());
    let again = add(&access, &ada, "bob", "admin").await;
    assert!(access.permissions(&bob).await.unwrap().is_empty(), "another user of the same name");
    assert!(is_rejected(&access.authenticate(&issued.key).await));

    let bob = access.authenticate(&again.key).await.unwrap();
    access.require(&bob, Permission::ManageUsers).await.unwrap();
    access.revoke_key(&ada, bob.key_id()).await.unwrap();
    assert!(matches!(access.add_user(&bob, "eve", "viewer").await, Err(AccessError::Denied(_))));
    assert!(access.permissions(&bob).await.unwrap().is_empty(), "the key was revoked");
}

pub(crate) async fn the_first_admin_comes_into_an_empty_store_only(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    assert!(matches!(access.bootstrap_admin("a b", None).await, Err(AccessError::InvalidName(_))));
    let past = time::OffsetDateTime::now_utc() - time::Duration::SECOND;
    assert!(matches!(access.bootstrap_admin("ada", Some(past)).await, Err(AccessError::InvalidTime(_))));
    let ada = first(&access).await;
    assert!(matches!(access.bootstrap_admin("eve", None).await, Err(AccessError::AlreadyBootstrapped)));
    assert!(matches!(access.bootstrap_admin("ada", None).await, Err(AccessError::AlreadyBootstrapped)));
    assert_eq!(access.list_keys(&ada, None).await.unwrap().len(), 1);

    // One without any admin is not empty either.
    let user = UserRecord {
        name: "ada".into(),
        role: "viewer".into(),
        created_at: time::OffsetDateTime::UNIX_EPOCH,
    };
    store.transact(Box::new(|_| Ok(vec![Change::PutUser(user)]))).await.unwrap();
    assert!(matches!(access.bootstrap_admin("eve", None).await, Err(AccessError::AlreadyBootstrapped)));
}
