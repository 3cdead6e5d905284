//! What holds in every store: each case is given one that is empty.

mod keys;
mod people;
mod races;
mod record;
mod store;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_access::{AccessError, AccessStore, MemoryAccessStore, SqliteAccessStore, StoreSnapshot};

use crate::folder::Folder;
use crate::spread::Spread;

pub(crate) type Case = fn(Arc<dyn AccessStore>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// While one store makes a change for some time, a store that waits for less is told so, and one that waits for longer comes
/// after it.
pub(crate) async fn waits_for_a_slow_change<S: AccessStore + 'static>(
    slow: S,
    hasty: S,
    patient: S,
    time: Duration,
) {
    let (began, begun) = tokio::sync::oneshot::channel();
    let change = tokio::spawn(async move {
        let decide = move |_: &StoreSnapshot| {
            began.send(()).unwrap();
            std::thread::sleep(time);
            Ok(vec![])
        };
        slow.transact(Box::new(decide)).await
    });
    begun.await.unwrap();
    assert!(matches!(hasty.transact(Box::new(|_| Ok(vec![]))).await, Err(AccessError::Locked)));
    hasty.snapshot().await.expect("who reads waits for nobody");
    assert!(!change.is_finished());
    patient.transact(Box::new(|_| Ok(vec![]))).await.unwrap();
    assert!(change.await.unwrap().is_ok());
}

/// The cases by name, and each of them as a test of the two stores that need no server.
macro_rules! cases {
    ($($module:ident { $($name:ident),+ $(,)? })+) => {
        pub(crate) const CASES: &[(&str, Case)] =
            &[$($((stringify!($name), |store| Box::pin($module::$name(store)))),+),+];

        mod memory {
            use super::*;
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $module::$name(Arc::new(MemoryAccessStore::new())).await;
            })+)+
        }

        mod sqlite {
            use super::*;
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let folder = Folder::new();
                let store = || SqliteAccessStore::open(folder.file("access.db")).unwrap();
                $module::$name(Arc::new(Spread::over([store(), store()]))).await;
            })+)+
        }
    };
}

cases! {
    people {
        people_are_added_changed_and_removed,
        weakness_30_what_is_not_known_is_refused,
        weakness_30_nobody_is_overwritten,
        weakness_30_a_stored_role_that_there_is_not_allows_nothing,
        weakness_30_the_last_admin_stays,
        nobody_goes_beyond_the_own_role,
        an_actor_is_worth_what_the_store_says_now,
        the_first_admin_comes_into_an_empty_store_only,
    }
    keys {
        weakness_24_keys_are_issued_once_and_kept_as_hashes,
        weakness_24_wrong_keys_are_all_one_answer,
        weakness_24_keys_expire_and_are_revoked,
        weakness_24_keys_are_rotated_with_overlap,
        weakness_24_the_last_use_is_written_once_a_minute,
        weakness_23_lists_change_nothing_and_show_no_key,
        an_admin_comes_back_where_all_keys_have_expired,
        review_71_an_admin_whose_key_was_lost_before_it_was_used_gets_another,
    }
    record {
        what_happens_is_recorded,
        what_cannot_be_recorded_is_not_done,
        review_78_a_change_is_recorded_as_begun_and_as_ended,
        no_record_holds_a_key,
    }
    races {
        two_admins_who_remove_each_other_leave_one,
        two_admins_who_demote_each_other_leave_one,
        of_many_who_add_one_name_one_does,
        of_many_who_begin_with_a_first_admin_one_does,
        rotating_and_revoking_one_key_at_once_leaves_no_old_key,
        no_key_is_accepted_after_its_revocation_was_acknowledged,
        changes_at_once_are_all_made,
        a_caller_who_goes_away_does_not_stop_a_change,
    }
    store {
        a_refused_change_writes_nothing,
        a_change_that_panics_writes_nothing,
        records_come_back_as_they_were_put_in,
        a_user_goes_with_the_keys,
        a_use_is_noted_unless_there_was_a_later_one,
        review_09_10_the_store_keeps_which_log_and_roles_it_has,
    }
}
