//! OAuth tokens in a vault.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use twilio_sdk::audit::{AuditLog, read_tail};
use twilio_sdk::oauth::{OAuthClient, OAuthClientConfig, TokenSource, TokenStore, Tokens};
use twilio_sdk::vault::{VaultOptions, VaultTokenStore};

use crate::folder::{Folder, holds};
use crate::loopback::{Loopback, Reply};
use crate::{cheap, create, open, passphrase};

#[tokio::test]
async fn tokens_are_there_after_opening_again_until_they_are_removed() {
    let folder = Folder::new();
    let store = VaultTokenStore::new(Arc::new(create(&folder)));
    assert!(store.load("alice").await.unwrap().is_none());
    let mut tokens = Tokens::new("access-s3cret", Some("refresh-s3cret".into()), Duration::from_secs(3600));
    tokens.scope = Some("a b".to_owned());
    store.save("alice", &tokens).await.unwrap();
    let vault = Arc::new(open(&folder.file("secrets.vault")).unwrap());
    assert_eq!(vault.list().unwrap()[0].name(), "oauth/alice");
    let again = VaultTokenStore::new(Arc::clone(&vault));
    let found = again.load("alice").await.unwrap().unwrap();
    assert_eq!(found.access_token.expose_secret(), "access-s3cret");
    assert_eq!(found.refresh_token.as_ref().unwrap().expose_secret(), "refresh-s3cret");
    assert_eq!((found.scope.as_deref(), found.is_expired()), (Some("a b"), false));
    assert!(again.clone().prefix("other/").load("alice").await.unwrap().is_none());
    again.remove("alice").await.unwrap();
    assert!(store.load("alice").await.unwrap().is_none());
    vault.set("oauth/alice", "no tokens, s3cret", None).unwrap();
    let error = store.load("alice").await.unwrap_err();
    assert!(!format!("{error} {error:?} {store:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_source_renews_from_the_vault_and_keeps_the_next_refresh_token_there() {
    let folder = Folder::new();
    let count = AtomicUsize::new(0);
    let server = Loopback::start(move |seen, _| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        if seen.field("refresh_token") != Some(format!("refresh-s3cret-{number}")) {
            return Reply::new(400, r#"{"error":"invalid_grant"}"#);
        }
        let next = number + 1;
        let tokens = serde_json::json!({
            "access_token": format!("access-s3cret-{next}"), "token_type": "Bearer", "expires_in": 1,
            "refresh_token": format!("refresh-s3cret-{next}"),
        });
        Reply::json(&tokens)
    })
    .await;
    let log = Arc::new(AuditLog::open(folder.file("audit.log")).unwrap());
    let options =
        VaultOptions::new(folder.file("secrets.vault")).argon2_params(cheap()).audit(Arc::clone(&log));
    let vault = Arc::new(options.create(&passphrase()).unwrap());
    let provider =
        || OAuthClient::new(OAuthClientConfig::new("client", format!("{}/token", server.url))).unwrap();
    let store = Arc::new(VaultTokenStore::new(Arc::clone(&vault)));
    store.save("alice", &Tokens::new("old", Some("refresh-s3cret-0".into()), Duration::ZERO)).await.unwrap();
    let source = TokenSource::from_store(provider(), Arc::clone(&store) as _, "alice");
    let token = source.access_token(Duration::from_secs(30)).await.unwrap();
    assert_eq!(token.expose_secret(), "access-s3cret-1");
    let kept = store.load("alice").await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.unwrap().expose_secret(), "refresh-s3cret-1");
    assert!(
        read_tail(log.path(), 50)
            .unwrap()
            .iter()
            .any(|record| record.resource.as_deref() == Some("oauth/alice"))
    );
    assert!(!holds(&folder.everything(), "s3cret-"));
}
