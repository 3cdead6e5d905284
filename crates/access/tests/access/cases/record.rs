use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_access::{AccessControl, AccessError, AccessStore, Permission, Roles};
use twilio_sdk_audit::{AuditEvent, EventOutcome};

use crate::{Recorder, ended, first, is_rejected, person, taken};

fn recorded(store: Arc<dyn AccessStore>) -> (AccessControl, Recorder) {
    let recorder = Recorder::default();
    (AccessControl::new(store, Roles::new(), recorder.clone()), recorder)
}

pub(crate) async fn what_happens_is_recorded(store: Arc<dyn AccessStore>) {
    let (access, recorder) = recorded(store);
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    let ada = access.authenticate_from(&issued.key, "198.51.100.7").await.unwrap();
    let id = &issued.info.id;
    assert_eq!(
        taken(&recorder),
        ["user.add ok - - admin ada".to_owned(), format!("authn ok ada admin - {id}")]
    );
    access.add_user(&ada, "bob", "viewer").await.unwrap();
    let bobs = access.issue_key(&ada, "bob", None).await.unwrap();
    access.set_role(&ada, "bob", "operator").await.unwrap();
    let next = access.rotate_key(&ada, &bobs.info.id, Duration::ZERO, None).await.unwrap();
    access.revoke_key(&ada, &next.info.id).await.unwrap();
    access.remove_user(&ada, "bob").await.unwrap();
    let events = ended(&recorder);
    let source =
        |event: &twilio_sdk_audit::AuditEvent| event.fields().any(|text| text == ("source", "198.51.100.7"));
    assert!(events.iter().all(source), "{events:?}");
    let lines: Vec<_> = events
        .iter()
        .map(|event| {
            let of = |name| event.fields().find(|(key, _)| *key == name).map_or("-", |(_, text)| text);
            format!("{} {} {} {}", event.kind().as_str(), of("role"), of("action"), of("resource"))
        })
        .collect();
    let (old, new) = (&bobs.info.id, &next.info.id);
    let expected = [
        "user.add admin viewer bob".to_owned(),
        format!("key.issue admin key of bob {old}"),
        "user.role admin operator bob".to_owned(),
        format!("key.rotate admin key of bob, now {new} {old}"),
        format!("key.revoke admin key of bob {new}"),
        "user.remove admin - bob".to_owned(),
    ];
    assert_eq!(lines, expected);

    // What is rejected, or cannot be done.
    assert!(access.add_user(&ada, "ada", "viewer").await.is_err());
    assert!(access.remove_user(&ada, "ada").await.is_err());
    assert!(access.bootstrap_admin("eve", None).await.is_err());
    let vera = person(&access, &ada, "vera", "viewer").await;
    taken(&recorder);
    assert!(access.add_user(&vera, "eve", "admin").await.is_err());
    assert!(access.require(&vera, Permission::SendRequests).await.is_err());
    assert!(access.list_users(&vera).await.is_err());
    access.require(&vera, Permission::ViewConfig).await.unwrap();
    assert!(is_rejected(&access.authenticate(&"********".into()).await));
    assert!(is_rejected(&access.authenticate(&next.key).await));
    let expected = [
        "user.add denied vera viewer admin eve".to_owned(),
        "authz denied vera viewer send_requests -".to_owned(),
        "authz denied vera viewer manage_users users".to_owned(),
        "authn denied - - - -".to_owned(),
        format!("authn denied - - - {new}"),
    ];
    assert_eq!(taken(&recorder), expected);
}

pub(crate) async fn what_cannot_be_recorded_is_not_done(store: Arc<dyn AccessStore>) {
    let (access, recorder) = recorded(Arc::clone(&store));
    recorder.fill(true);
    assert!(matches!(access.bootstrap_admin("ada", None).await, Err(AccessError::Audit(_))));
    assert!(store.snapshot().await.unwrap().users.is_empty());
    recorder.fill(false);
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    let ada = access.authenticate(&issued.key).await.unwrap();
    let vera = person(&access, &ada, "vera", "viewer").await;
    let before = store.snapshot().await.unwrap();

    recorder.fill(true);
    let failed = |result: Result<(), AccessError>| assert!(matches!(result, Err(AccessError::Audit(_))));
    failed(access.add_user(&ada, "bob", "viewer").await.map(drop));
    failed(access.set_role(&ada, "vera", "admin").await.map(drop));
    failed(access.remove_user(&ada, "vera").await);
    failed(access.issue_key(&ada, "vera", None).await.map(drop));
    failed(access.rotate_key(&ada, vera.key_id(), Duration::ZERO, None).await.map(drop));
    failed(access.revoke_key(&ada, vera.key_id()).await.map(drop));
    failed(access.authenticate(&issued.key).await.map(drop));
    failed(access.authenticate(&"no key".into()).await.map(drop));
    failed(access.require(&vera, Permission::SendRequests).await);
    let settings = access.guard_config(1);
    failed(settings.edit(&ada, |settings| *settings = 2).await);
    assert_eq!(*settings.view(&ada).await.unwrap(), 1, "nothing is recorded where all is allowed");
    assert_eq!(store.snapshot().await.unwrap(), before);

    recorder.fill(false);
    settings.edit(&ada, |settings| *settings = 2).await.unwrap();
    assert_eq!(*settings.view(&ada).await.unwrap(), 2);
    assert_eq!(taken(&recorder).pop().unwrap(), "config.change ok ada admin - configuration");
}

pub(crate) async fn no_record_holds_a_key(store: Arc<dyn AccessStore>) {
    let (access, recorder) = recorded(store);
    let ada = first(&access).await;
    let vera = person(&access, &ada, "vera", "viewer").await;
    let issued = access.issue_key(&ada, "vera", None).await.unwrap();
    let next = access.rotate_key(&ada, &issued.info.id, Duration::ZERO, None).await.unwrap();
    assert!(access.issue_key(&vera, "vera", None).await.is_err());
    assert!(is_rejected(&access.authenticate(&issued.key).await));
    let mut typo = next.key.expose_secret().to_owned();
    typo.pop();
    assert!(is_rejected(&access.authenticate(&typo.as_str().into()).await));
    // The key itself where a name, an id or something else is asked for.
    let said =
        access.authenticate_from(&next.key, format!("token {}", next.key.expose_secret())).await.unwrap();
    assert_eq!(said.source(), Some("[not shown]"));
    assert!(access.require_for(&said, Permission::SendRequests, next.key.expose_secret()).await.is_err());
    let (key, zero) = (next.key.expose_secret(), Duration::ZERO);
    let errors = [
        access.add_user(&ada, key, "viewer").await.map(drop),
        access.add_user(&ada, "bob", key).await.map(drop),
        access.set_role(&ada, key, "viewer").await.map(drop),
        access.set_role(&ada, "vera", key).await.map(drop),
        access.remove_user(&ada, key).await,
        access.issue_key(&ada, key, None).await.map(drop),
        access.rotate_key(&ada, key, zero, None).await.map(drop),
        access.revoke_key(&ada, key).await.map(drop),
        access.list_keys(&ada, Some(key)).await.map(drop),
        access.bootstrap_admin(key, None).await.map(drop),
        access.recover_admin(key, None).await.map(drop),
        key.parse::<Permission>().map(drop),
    ];
    assert!(matches!(errors[6..8], [Err(AccessError::InvalidKeyId), Err(AccessError::InvalidKeyId)]));
    let errors: Vec<_> = errors.into_iter().map(|error| error.unwrap_err()).collect();
    let told: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let records = format!("{:?} {access:?} {ada:?} {said:?} {errors:?} {told:?}", recorder.events());
    for key in [&issued.key, &next.key] {
        assert!(!records.contains(&key.expose_secret()[22..60]), "{records}");
    }
}

pub(crate) async fn review_78_a_change_is_recorded_as_begun_and_as_ended(store: Arc<dyn AccessStore>) {
    let (access, recorder) = recorded(store);
    let ada = first(&access).await;
    recorder.events();
    access.add_user(&ada, "bob", "viewer").await.unwrap();
    access.remove_user(&ada, "ada").await.unwrap_err();
    let events = recorder.events();
    let id = |event: &AuditEvent| {
        event.fields().find(|(name, _)| *name == "correlation_id").map(|(_, id)| id.to_owned())
    };
    let outcomes: Vec<_> = events.iter().map(AuditEvent::outcome).collect();
    assert_eq!(
        outcomes,
        [EventOutcome::Begun, EventOutcome::Ok, EventOutcome::Failed],
        "what is rejected does not begin"
    );
    assert!(id(&events[0]).is_some() && id(&events[0]) == id(&events[1]) && id(&events[2]).is_none());
    access.issue_key(&ada, "bob", None).await.unwrap();
    assert_ne!(id(&recorder.events()[0]), id(&events[0]), "each change has its own");
}
