//! Keys as credentials of requests.

use std::sync::Arc;

use twilio_sdk_access::{AccessControl, AccessError, MemoryAccessStore, Permission, Roles};
use twilio_sdk_audit::NoopAuditSink;
use twilio_sdk_inbound_auth::{
    AuthError, AuthLayer, AuthMethod, BasicHandler, CachedUserStore, Credential, ThrottledUserStore,
    TokenVerifier as _, UserStore as _,
};

use crate::service::{basic, behind};
use crate::{Recorder, add, first, taken};

fn headers(pairs: &[(&'static str, String)]) -> http::HeaderMap {
    let mut headers = http::HeaderMap::new();
    for (name, value) in pairs {
        headers.append(*name, value.parse().unwrap());
    }
    headers
}

#[tokio::test]
async fn a_name_and_a_key_are_basic_credentials_whose_scopes_are_permissions() {
    let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), NoopAuditSink);
    let ada = first(&access).await;
    let vera = add(&access, &ada, "vera", "viewer").await;
    let credential = Credential::new("vera", vera.key.clone()).unwrap();
    let user = access.authenticate(&vera.key).await.unwrap();
    assert_eq!(user.name(), "vera");
    let details = twilio_sdk_inbound_auth::UserStore::authenticate(&access, &credential).await.unwrap();
    assert_eq!(
        (details.username.as_str(), details.scopes),
        ("vera", vec!["view_config".into(), "view_results".into()])
    );
    for (name, key) in [
        ("ada", vera.key.expose_secret()),
        ("Vera", vera.key.expose_secret()),
        ("vera", "********"),
        ("eve", "x"),
    ] {
        let credential = Credential::new(name, key).unwrap();
        let rejected = twilio_sdk_inbound_auth::UserStore::authenticate(&access, &credential).await;
        assert_eq!(rejected, Err(AuthError::InvalidCredentials), "{name}");
    }
    // It stands where every other store does.
    let store = ThrottledUserStore::new(access.clone(), 10, std::time::Duration::from_secs(60)).unwrap();
    let handler = BasicHandler::new(Arc::new(store));
    let found =
        handler.authenticate(&headers(&[("authorization", basic("vera", vera.key.expose_secret()))])).await;
    assert_eq!(found.unwrap().username, "vera");
}

#[tokio::test]
async fn remembered_credentials_are_forgotten_with_each_change() {
    let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), NoopAuditSink);
    let ada = first(&access).await;
    let vera = add(&access, &ada, "vera", "viewer").await;
    let cached = CachedUserStore::new(access.clone(), std::time::Duration::from_secs(600)).unwrap();
    let credential = Credential::new("vera", vera.key.clone()).unwrap();
    assert_eq!(cached.authenticate(&credential).await.unwrap().scopes.len(), 2);
    access.set_role(&ada, "vera", "operator").await.unwrap();
    assert_eq!(cached.authenticate(&credential).await.unwrap().scopes.len(), 5);
    access.revoke_key(&ada, &vera.info.id).await.unwrap();
    assert_eq!(cached.authenticate(&credential).await, Err(AuthError::InvalidCredentials));
}

#[tokio::test]
async fn a_key_is_a_bearer_token() {
    let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), NoopAuditSink);
    let ada = first(&access).await;
    let issued = access.issue_key(&ada, "ada", None).await.unwrap();
    let tokens: Arc<dyn twilio_sdk_inbound_auth::TokenVerifier> = Arc::new(access.clone());
    let user = tokens.authenticate(&issued.key).await.unwrap();
    assert_eq!((user.username.as_str(), user.scopes.len()), ("ada", 8));
    assert_eq!(tokens.authenticate(&"x".into()).await, Err(AuthError::InvalidCredentials));
}

#[tokio::test]
async fn the_layer_lets_in_whose_role_has_the_permission() {
    let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), NoopAuditSink);
    let ada = first(&access).await;
    let olga = add(&access, &ada, "olga", "operator").await;
    let vera = add(&access, &ada, "vera", "viewer").await;
    let scopes = [Permission::SendRequests.as_str()];
    let entries = [AuthMethod::bearer(access.clone()), AuthMethod::basic(access.clone())];
    let service = behind(AuthLayer::new("people", entries.map(|entry| entry.scopes(scopes)))).await;
    for (name, key, status) in [("olga", &olga.key, 200), ("vera", &vera.key, 403)] {
        for header in [format!("Bearer {}", key.expose_secret()), basic(name, key.expose_secret())] {
            assert_eq!(service.status(Some(&header)).await, status, "{name}");
        }
    }
    let whoami = service.get("/", Some(&basic("olga", olga.key.expose_secret()))).await;
    assert_eq!(whoami.body, "olga:view_config send_requests view_results view_logs access_analytics");
    access.set_role(&ada, "olga", "viewer").await.unwrap();
    assert_eq!(service.status(Some(&basic("olga", olga.key.expose_secret()))).await, 403);
    access.remove_user(&ada, "olga").await.unwrap();
    for header in [Some(basic("olga", olga.key.expose_secret())), Some("Bearer ********".to_owned()), None] {
        assert_eq!(service.status(header.as_deref()).await, 401);
    }
}

#[tokio::test]
async fn a_request_has_one_key() {
    let recorder = Recorder::default();
    let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), recorder.clone());
    let ada = first(&access).await;
    let issued = add(&access, &ada, "vera", "viewer").await;
    let key = issued.key.expose_secret();
    recorder.events();
    let good = [
        ("x-api-key", key.to_owned()),
        ("authorization", format!("Bearer {key}")),
        ("authorization", format!("bearer {key}")),
        ("authorization", basic("vera", key)),
    ];
    for pair in &good {
        let actor =
            access.authenticate_request(&headers(std::slice::from_ref(pair)), Some("192.0.2.1")).await;
        let actor = actor.unwrap();
        assert_eq!((actor.name(), actor.source()), ("vera", Some("192.0.2.1")));
        access.require(&actor, Permission::ViewConfig).await.unwrap();
    }
    assert_eq!(taken(&recorder).len(), good.len());
    let both = [good[0].clone(), good[1].clone()];
    let rejected = [
        (headers(&[]), AuthError::MissingCredentials),
        (headers(&[("authorization", format!("Digest {key}"))]), AuthError::UnsupportedScheme),
        (headers(&[("authorization", key.to_owned())]), AuthError::UnsupportedScheme),
        (headers(&[("authorization", format!("Bearer  {key}"))]), AuthError::InvalidCredentials),
        (headers(&[("authorization", basic("ada", key))]), AuthError::InvalidCredentials),
        (headers(&[("x-api-key", format!("{key}0"))]), AuthError::InvalidCredentials),
    ];
    for (headers, expected) in rejected {
        let error = access.authenticate_request(&headers, None).await.unwrap_err();
        assert_eq!(error, expected, "{headers:?}");
    }
    let twice = [good[0].clone(), good[0].clone()];
    for pairs in [both, twice, [good[1].clone(), good[3].clone()]] {
        let error = access.authenticate_request(&headers(&pairs), None).await.unwrap_err();
        assert!(matches!(error, AuthError::Malformed(_)), "{error}");
    }
    recorder.fill(true);
    let error = access.authenticate_request(&headers(&good[..1]), None).await.unwrap_err();
    assert_eq!(error.status(), 503, "{error}");
}

#[test]
fn answers_tell_nothing_of_why() {
    let told = |error: AccessError| AuthError::from(error).status().as_u16();
    assert_eq!(told(AccessError::Rejected), 401);
    assert_eq!(told(AccessError::Denied(Permission::SendRequests)), 403);
    assert_eq!(told(AccessError::Locked), 503);
    assert_eq!(told(AccessError::Store("gone".to_owned())), 503);
}
