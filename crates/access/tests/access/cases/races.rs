use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use twilio_sdk_access::{AccessError, AccessStore};

use crate::{control, first, is_rejected, person};

const ROUNDS: usize = 10;

/// Two admins, each of whom does something to the other at the same time; one is left, and is an admin.
async fn against_each_other(store: Arc<dyn AccessStore>, remove: bool) {
    let (one, two) = (control(&store), control(&store));
    let mut ada = first(&one).await;
    for round in 0..ROUNDS {
        let name = format!("admin{round}");
        let bea = person(&one, &ada, &name, "admin").await;
        let (a, b) = (ada.name().to_owned(), name.clone());
        let first = {
            let (access, actor) = (one.clone(), ada.clone());
            tokio::spawn(async move {
                if remove {
                    access.remove_user(&actor, &b).await
                } else {
                    access.set_role(&actor, &b, "viewer").await.map(drop)
                }
            })
        };
        let second = {
            let (access, actor) = (two.clone(), bea.clone());
            tokio::spawn(async move {
                if remove {
                    access.remove_user(&actor, &a).await
                } else {
                    access.set_role(&actor, &a, "viewer").await.map(drop)
                }
            })
        };
        let (first, second) = (first.await.unwrap(), second.await.unwrap());
        let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
        won.unwrap();
        assert!(matches!(lost, Err(AccessError::Denied(_))), "whoever lost was no admin any more: {lost:?}");
        let users = store.snapshot().await.unwrap().users;
        let admins: Vec<_> = users.values().filter(|user| user.role == "admin").collect();
        assert_eq!(admins.len(), 1, "round {round}");
        if admins[0].name == name {
            ada = bea;
        }
    }
}

pub(crate) async fn two_admins_who_remove_each_other_leave_one(store: Arc<dyn AccessStore>) {
    against_each_other(store, true).await;
}

pub(crate) async fn two_admins_who_demote_each_other_leave_one(store: Arc<dyn AccessStore>) {
    against_each_other(store, false).await;
}

pub(crate) async fn of_many_who_add_one_name_one_does(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let tasks: Vec<_> = (0..8)
        .map(|at| {
            let (access, ada) = (control(&store), ada.clone());
            let role = if at % 2 == 0 { "viewer" } else { "operator" };
            tokio::spawn(async move { access.add_user(&ada, "bob", role).await })
        })
        .collect();
    let mut added = Vec::new();
    for task in tasks {
        match task.await.unwrap() {
            Ok(user) => added.push(user),
            Err(error) => assert!(matches!(error, AccessError::UserExists(_)), "{error}"),
        }
    }
    assert_eq!(added.len(), 1);
    assert_eq!(store.snapshot().await.unwrap().users["bob"], added[0]);
}

pub(crate) async fn changes_at_once_are_all_made(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    let tasks: Vec<_> = (0..12)
        .map(|at| {
            let (access, ada) = (control(&store), ada.clone());
            tokio::spawn(async move {
                let name = format!("user{at}");
                access.add_user(&ada, &name, "viewer").await.unwrap();
                let issued = access.issue_key(&ada, &name, None).await.unwrap();
                assert_eq!(access.authenticate(&issued.key).await.unwrap().name(), name);
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let records = store.snapshot().await.unwrap();
    assert_eq!((records.users.len(), records.keys.len()), (13, 13));
}

pub(crate) async fn a_caller_who_goes_away_does_not_stop_a_change(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    for at in 0..5 {
        let name = format!("user{at}");
        let adding = access.add_user(&ada, &name, "viewer");
        // Long enough to begin, and too short to end.
        let _ = tokio::time::timeout(std::time::Duration::from_micros(1), adding).await;
    }
    // Changes are made one after the other, so what began has ended when this one has.
    for _ in 0..100 {
        access.set_role(&ada, "ada", "admin").await.unwrap();
        if store.snapshot().await.unwrap().users.len() == 6 {
            return;
        }
    }
    panic!("changes were lost: {:?}", store.snapshot().await.unwrap().users);
}

pub(crate) async fn of_many_who_begin_with_a_first_admin_one_does(store: Arc<dyn AccessStore>) {
    let tasks: Vec<_> = (0..6)
        .map(|at| {
            let access = control(&store);
            tokio::spawn(async move { access.bootstrap_admin(&format!("admin{at}"), None).await })
        })
        .collect();
    let mut added = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => added += 1,
            Err(error) => assert!(matches!(error, AccessError::AlreadyBootstrapped), "{error}"),
        }
    }
    let records = store.snapshot().await.unwrap();
    assert_eq!((added, records.users.len(), records.keys.len()), (1, 1, 1));
}

/// Whichever comes first, a key that was revoked is not accepted again by being rotated at the same time.
pub(crate) async fn rotating_and_revoking_one_key_at_once_leaves_no_old_key(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    for _ in 0..ROUNDS {
        let issued = access.issue_key(&ada, "ada", None).await.unwrap();
        let (other, actor, id) = (control(&store), ada.clone(), issued.info.id.clone());
        let rotate =
            tokio::spawn(async move { other.rotate_key(&actor, &id, Duration::from_secs(60), None).await });
        let (other, actor, id) = (control(&store), ada.clone(), issued.info.id.clone());
        let revoke = tokio::spawn(async move { other.revoke_key(&actor, &id).await });
        let (rotated, revoked) = (rotate.await.unwrap(), revoke.await.unwrap());
        revoked.unwrap();
        assert!(is_rejected(&access.authenticate(&issued.key).await));
        match rotated {
            Ok(next) => drop(access.authenticate(&next.key).await.unwrap()),
            Err(error) => assert!(matches!(error, AccessError::KeyInactive(_)), "{error}"),
        }
    }
}

pub(crate) async fn no_key_is_accepted_after_its_revocation_was_acknowledged(store: Arc<dyn AccessStore>) {
    let access = control(&store);
    let ada = first(&access).await;
    for _ in 0..ROUNDS {
        let issued = access.issue_key(&ada, "ada", None).await.unwrap();
        let revoked = Arc::new(AtomicBool::new(false));
        let asking: Vec<_> = (0..4)
            .map(|_| {
                let (access, key, revoked) = (control(&store), issued.key.clone(), Arc::clone(&revoked));
                tokio::spawn(async move {
                    let mut last = false;
                    while !last {
                        // What is asked after the revocation was acknowledged must be rejected.
                        last = revoked.load(Ordering::SeqCst);
                        let accepted = access.authenticate(&key).await.is_ok();
                        assert!(!(last && accepted));
                    }
                })
            })
            .collect();
        access.revoke_key(&ada, &issued.info.id).await.unwrap();
        revoked.store(true, Ordering::SeqCst);
        for one in asking {
            one.await.unwrap();
        }
    }
}
