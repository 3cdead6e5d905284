//! Tokens that are asked for and renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use twilio_sdk::OAuthErrorCode;
use twilio_sdk::oauth::{
    MemoryTokenStore, OAuthClient, OAuthClientConfig, TokenSource, TokenStore as _, Tokens,
};

use crate::loopback::{Loopback, Reply};
use crate::recorder::Recorder;

const DEVICE: &str =
    r#"{"device_code":"d-s3cret","user_code":"U","verification_uri":"https://v.example","expires_in":600}"#;

/// Gives `at-s3cret-N` and `rt-s3cret-N`, and says no to what is called `bad`.
pub(crate) async fn server() -> Loopback {
    let count = AtomicUsize::new(0);
    Loopback::start(move |seen, _| {
        if seen.path == "/device" {
            return Reply::new(200, DEVICE);
        }
        if seen.body.contains("bad") {
            let says = r#"{"error":"invalid_grant","error_description":"hint-of-the-server"}"#;
            return Reply::new(400, says);
        }
        let number = count.fetch_add(1, Ordering::SeqCst) + 1;
        let body = format!(
            r#"{{"access_token":"at-s3cret-{number}","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-s3cret-{number}"}}"#
        );
        Reply::new(200, body)
    })
    .await
}

pub(crate) fn provider(url: &str, recorder: &Arc<Recorder>) -> OAuthClient {
    let config = OAuthClientConfig::new("client", format!("{url}/token?tenant=x"))
        .client_secret("c-s3cret")
        .authorization_url("https://login.example.com/authorize")
        .device_authorization_url(format!("{url}/device"))
        .redirect_uri("http://127.0.0.1/callback")
        .add_scope("read")
        .add_scope("write")
        .audit(Arc::clone(recorder));
    OAuthClient::new(config).unwrap()
}

#[tokio::test]
async fn every_flow_records_how_it_ended_and_no_secret() {
    let (server, recorder) = (server().await, Arc::new(Recorder::default()));
    let provider = provider(&server.url, &recorder);
    let at = format!("actor=client action=read write source={}/token", server.url);
    let mut all = String::new();
    let mut check = |expected: &str| {
        let found = recorder.take();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(expected), "{found:?} {expected}");
        all += &found[0];
    };
    provider.client_credentials().await.unwrap();
    check(&format!("token.issue ok {at}"));
    provider.refresh(&"rt-s3cret-0".into()).await.unwrap();
    check(&format!("token.refresh ok {at}"));
    provider.refresh(&"bad-s3cret".into()).await.unwrap_err();
    check(&format!("token.refresh denied {at} reason=the token endpoint returned 400, invalid_grant"));

    let login = provider.start_login().unwrap();
    let redirect = format!("?state={}&code=code-s3cret", login.state());
    login.exchange(&redirect).await.unwrap();
    check(&format!("token.issue ok {at}"));
    let login = provider.start_login().unwrap();
    let redirect = format!("?state={}&error=access_denied", login.state());
    login.exchange(&redirect).await.unwrap_err();
    check(&format!("token.issue denied {at} reason=the login page returned an error, access_denied"));
    provider.start_login().unwrap().exchange("?state=other&code=x").await.unwrap_err();
    check(&format!("token.issue failed {at} reason=the redirect's `state` is not that of this login"));
    provider.start_device_login().await.unwrap().wait_for_tokens().await.unwrap();
    check(&format!("token.issue ok {at}"));

    drop(server);
    provider.client_credentials().await.unwrap_err();
    check("token.issue failed ");
    assert!(
        !all.contains("s3cret") && !all.contains("hint-of-the-server") && !all.contains("tenant"),
        "{all}"
    );
}

#[tokio::test]
async fn no_token_is_handed_out_without_a_record() {
    let (server, recorder) = (server().await, Arc::new(Recorder::default()));
    let provider = provider(&server.url, &recorder);
    recorder.fill(true);
    let login = provider.start_login().unwrap();
    let redirect = format!("?state={}&code=x", login.state());
    for outcome in [
        provider.client_credentials().await,
        provider.refresh(&"rt-s3cret-0".into()).await,
        login.exchange(&redirect).await,
        provider.start_device_login().await.unwrap().wait_for_tokens().await,
    ] {
        let error = outcome.unwrap_err();
        assert!(
            error.is_oauth() && error.to_string().contains("audit event could not be written"),
            "{error}"
        );
    }
    let source = TokenSource::client_credentials(provider);
    let wait = Duration::from_secs(30);
    assert!(source.access_token(wait).await.is_err());
    recorder.fill(false);
    assert!(source.access_token(wait).await.unwrap().expose_secret().starts_with("at-s3cret-"));
    assert_eq!(recorder.take().len(), 1, "what is kept is recorded once");
}

#[tokio::test]
async fn renewed_tokens_are_recorded_by_their_key_and_kept_where_they_cannot_be() {
    let (server, recorder) = (server().await, Arc::new(Recorder::default()));
    let store = Arc::new(MemoryTokenStore::new());
    let expired = Tokens::new("at-s3cret-0", Some("rt-s3cret-0".into()), Duration::ZERO);
    store.save("alice", &expired).await.unwrap();
    let source = TokenSource::from_store(provider(&server.url, &recorder), Arc::clone(&store) as _, "alice");
    let wait = Duration::from_secs(30);

    recorder.fill(true);
    assert!(
        source.access_token(wait).await.unwrap_err().to_string().contains("audit event could not be written")
    );
    let kept = store.load("alice").await.unwrap().unwrap();
    assert_eq!(kept.refresh_token.unwrap().expose_secret(), "rt-s3cret-1", "the server took the one before");
    // Neither from the store nor from memory, as long as nobody knows of it.
    assert!(source.access_token(wait).await.is_err());
    recorder.fill(false);
    // The failure before is waited out.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(source.access_token(wait).await.unwrap().expose_secret(), "at-s3cret-1");
    let at = format!("actor=client action=read write resource=alice source={}/token", server.url);
    assert_eq!(recorder.take(), [format!("token.refresh ok {at}")]);

    let bad = Tokens::new("at", Some("bad".into()), Duration::ZERO);
    source.save(bad).await.unwrap();
    let error = source.access_token(wait).await.unwrap_err();
    assert_eq!(
        error.oauth_error().and_then(|problem| problem.code.clone()),
        Some(OAuthErrorCode::InvalidGrant)
    );
    assert!(recorder.take()[0].starts_with(&format!("token.refresh denied {at} reason=")));
}
