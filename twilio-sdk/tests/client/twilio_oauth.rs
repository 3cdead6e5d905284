//! Twilio's OAuth apps: one token for all requests, fetched, refreshed and discarded at the right time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::ACCOUNT;
use crate::common::loopback::{Loopback, Reply, Seen};
use twilio_emulator::{Emulator, TokenFormat};
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, OAuthConfig, OAuthErrorCode, RetryConfig};

const TOKEN: &str = "/v2/token";
const SECRET: &str = "s3cret:%&= x";

fn config(url: &str) -> ConnectionConfig {
    let app = OAuthConfig::new("OQ:1%", SECRET).account_sid(ACCOUNT);
    ConnectionConfig::new(app).base_url(url).retry(RetryConfig::disabled())
}

fn client(url: &str) -> Client {
    Client::new(config(url)).unwrap()
}

async fn call(twilio: &Client) -> twilio_sdk::Result<()> {
    twilio.api_v2010().create_message("+1").send().await.map(|_| ())
}

fn token(name: &str, expires_in: i64) -> Reply {
    Reply::new(200, format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":{expires_in}}}"#))
}

/// A server that issues `token-n` as its n-th token, with the given lifetime, and returns `{}` to every other request.
async fn server(expires_in: i64) -> Loopback {
    let count = AtomicUsize::new(0);
    Loopback::start(move |seen, _| match seen.path.as_str() {
        TOKEN => token(&format!("token-{}", count.fetch_add(1, Ordering::SeqCst) + 1), expires_in),
        _ => Reply::new(200, "{}"),
    })
    .await
}

fn jwt(claims: &str) -> String {
    use base64::Engine as _;
    format!("e30.{}.c2ln", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims))
}

/// A token that says when it ends, and not when it began.
fn ends_in(seconds: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    jwt(&format!(r#"{{"exp":{}}}"#, now.saturating_add_signed(seconds)))
}

fn bearers(server: &Loopback) -> Vec<String> {
    let calls = server.seen().into_iter().filter(|seen| seen.path != TOKEN);
    calls.map(|seen| seen.header("authorization").unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_token_request_is_as_twilio_wants_it_and_the_token_serves_all_calls() {
    let server = server(3600).await;
    let twilio = client(&server.url);
    call(&twilio).await.unwrap();
    call(&twilio.clone()).await.unwrap();
    let _ = twilio.verify_v2().list_service().pages().next().await;
    let tokens = server.at(TOKEN);
    assert_eq!(tokens.len(), 1);
    let asked = &tokens[0];
    assert_eq!((asked.method.as_str(), asked.header("x-forwarded-host")), ("POST", Some("oauth.twilio.com")));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let expected =
        [pair("grant_type", "client_credentials"), pair("client_id", "OQ:1%"), pair("client_secret", SECRET)];
    assert_eq!(asked.form(), expected);
    assert_eq!(bearers(&server), ["Bearer token-1"; 3]);
    let call = &server.seen()[1];
    assert_eq!(call.path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
    assert!(call.header("x-twilio-sdk-prepared").is_none());
}

#[tokio::test]
async fn time_outs_without_end_are_none() {
    let server = server(3600).await;
    let endless = config(&server.url).timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    call(&Client::new(endless).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_hundred_concurrent_calls_share_one_token_request() {
    let server = Loopback::start(|seen, _| match seen.path.as_str() {
        TOKEN => token("t", 3600).after(Duration::from_millis(50)),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let twilio = client(&server.url);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let twilio = twilio.clone();
        calls.spawn(async move { call(&twilio).await });
    }
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!((server.at(TOKEN).len(), bearers(&server).len()), (1, 100));
}

/// Python's SDK sends an account's credentials from the environment along; the token host must see the app's only.
#[tokio::test]
async fn account_credentials_never_reach_the_token_endpoint() {
    let server = server(3600).await;
    let key = ApiKeyConfig::new(ACCOUNT, "SK00000000000000000000000000000002", "key-secret");
    let first = Client::new(ConnectionConfig::new(key).base_url(&server.url)).unwrap();
    call(&first).await.unwrap();
    let app = OAuthConfig::new("OQ1", SECRET).account_sid(ACCOUNT);
    call(&first.with_auth(app).unwrap()).await.unwrap();
    let asked = server.at(TOKEN).pop().unwrap();
    assert!(asked.header("authorization").is_none());
    for foreign in [ACCOUNT, "SK0000", "key-secret"] {
        assert!(!asked.everything().contains(foreign), "{foreign}");
    }
    for seen in server.seen().iter().filter(|seen| seen.path != TOKEN) {
        assert!(!seen.everything().contains("s3cret"));
    }
}

#[tokio::test]
async fn a_token_endpoint_of_its_own_is_asked_and_not_the_base_url() {
    let (tokens, api) = (server(3600).await, server(3600).await);
    let app = OAuthConfig::new("OQ1", "s").account_sid(ACCOUNT).token_url(format!("{}/v2/token", tokens.url));
    let twilio = Client::new(ConnectionConfig::new(app.scope("a b")).base_url(&api.url)).unwrap();
    call(&twilio).await.unwrap();
    assert_eq!((tokens.at(TOKEN).len(), api.at(TOKEN).len()), (1, 0));
    assert_eq!(tokens.seen()[0].field("scope").as_deref(), Some("a b"));
    assert!(tokens.seen()[0].header("x-forwarded-host").is_none());
}

#[tokio::test]
async fn the_margin_is_a_tenth_of_a_short_life_and_the_next_token_is_fetched_in_it() {
    // With a lifetime of 0 s the token has expired at every request; with 100 s no request is within the margin.
    for (life, requests) in [(0, 3), (-5, 3), (100, 1), (1_438_315_200_000, 1)] {
        let server = server(life).await;
        let twilio = client(&server.url);
        for _ in 0..3 {
            call(&twilio).await.unwrap();
        }
        assert_eq!(server.at(TOKEN).len(), requests, "{life}");
    }
}

/// Twilio's SDKs read `exp` only, and python fetches anew on every request where it is absent.
#[tokio::test]
async fn an_opaque_token_without_a_stated_life_is_kept_and_a_jwt_near_its_end_is_not() {
    let cases = [
        ("opaque".to_owned(), 1),
        (ends_in(10), 3),
        (ends_in(3600), 1),
        (ends_in(-10), 3),
        (jwt(r#"{"sub":"x"}"#), 1),
    ];
    for (name, requests) in cases {
        let body = format!(r#"{{"access_token":"{name}","token_type":"bearer"}}"#);
        let server = Loopback::start(move |seen, _| match seen.path.as_str() {
            TOKEN => Reply::new(200, body.clone()),
            _ => Reply::new(200, "{}"),
        })
        .await;
        let twilio = client(&server.url);
        for _ in 0..3 {
            call(&twilio).await.unwrap();
        }
        assert_eq!(server.at(TOKEN).len(), requests, "{name}");
    }
}

/// The first token is valid for long but due at once (`exp` without `iat`); all later requests fail.
#[tokio::test]
async fn the_old_token_serves_until_its_end_when_no_new_one_can_be_had() {
    let name = ends_in(20);
    let body = format!(r#"{{"access_token":"{name}"}}"#);
    let count = AtomicUsize::new(0);
    let server = Loopback::start(move |seen, _| match seen.path.as_str() {
        TOKEN if count.fetch_add(1, Ordering::SeqCst) == 0 => Reply::new(200, body.clone()),
        TOKEN => Reply::new(503, "{}"),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let twilio = client(&server.url);
    for _ in 0..4 {
        call(&twilio).await.unwrap();
    }
    assert!(bearers(&server).iter().all(|bearer| *bearer == format!("Bearer {name}")));
    assert_eq!(server.at(TOKEN).len(), 2, "a failed fetch is not tried again at once");
}

/// The token is due at once and expires within 2 s; the next one takes longer than a request with a valid one waits.
#[tokio::test]
async fn a_call_whose_token_expires_while_it_waits_gets_the_next_one() {
    let name = ends_in(2);
    let body = format!(r#"{{"access_token":"{name}"}}"#);
    let server = Loopback::start(move |seen, number| match (seen.path.as_str(), number) {
        (TOKEN, 0) => Reply::new(200, body.clone()),
        (TOKEN, _) => token("next", 3600).after(Duration::from_millis(3500)),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let twilio = client(&server.url);
    call(&twilio).await.unwrap();
    call(&twilio).await.unwrap();
    assert_eq!(bearers(&server), [format!("Bearer {name}").as_str(), "Bearer next"]);
}

#[tokio::test]
async fn a_refused_token_is_given_up_and_the_call_made_once_more() {
    let count = Arc::new(AtomicUsize::new(0));
    let server = Loopback::start(move |seen, _| match seen.path.as_str() {
        TOKEN => token(&format!("token-{}", count.fetch_add(1, Ordering::SeqCst) + 1), 3600),
        _ if seen.header("authorization") == Some("Bearer token-1") => Reply::new(401, r#"{"code":20003}"#),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let twilio = client(&server.url);
    call(&twilio).await.unwrap();
    call(&twilio).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer token-1", "Bearer token-2", "Bearer token-2"]);
    assert_eq!(server.at(TOKEN).len(), 2);
}

#[tokio::test]
async fn a_second_refusal_is_the_answer_and_a_403_never_costs_a_token() {
    for (status, tokens, calls) in [(401, 2, 2), (403, 1, 1)] {
        let server = Loopback::start(move |seen, _| match seen.path.as_str() {
            TOKEN => token("t", 3600),
            _ => Reply::new(status, r#"{"code":70051,"message":"Authorization failed"}"#),
        })
        .await;
        let error = call(&client(&server.url)).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Some(70051), Some("Authorization failed")));
        assert!(!error.is_oauth());
        assert_eq!((server.at(TOKEN).len(), bearers(&server).len()), (tokens, calls));
    }
}

/// Fifty requests are rejected with one token: the first discards it, the others must keep the newer one.
#[tokio::test]
async fn a_late_refusal_of_the_old_token_keeps_the_newer_one() {
    let count = AtomicUsize::new(0);
    let server = Loopback::start(move |seen, number| match seen.path.as_str() {
        TOKEN => token(&format!("token-{}", count.fetch_add(1, Ordering::SeqCst) + 1), 3600),
        _ if seen.header("authorization") == Some("Bearer token-1") => {
            Reply::new(401, "{}").after(Duration::from_millis(number as u64 * 4))
        }
        _ => Reply::new(200, "{}"),
    })
    .await;
    let twilio = client(&server.url);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let twilio = twilio.clone();
        calls.spawn(async move { call(&twilio).await });
    }
    while let Some(outcome) = calls.join_next().await {
        outcome.unwrap().unwrap();
    }
    assert_eq!(server.at(TOKEN).len(), 2);
}

#[tokio::test]
async fn waiting_for_the_token_is_inside_the_calls_time_out_and_a_cancelled_caller_does_not_stop_the_others()
{
    let open = Arc::new(AtomicBool::new(false));
    let server = Loopback::start(|seen, _| match seen.path.as_str() {
        TOKEN => token("t", 3600).after(Duration::from_millis(400)),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let twilio = client(&server.url);
    // The first starts the fetch and is dropped; the second reaches its timeout.
    let first = tokio::spawn({
        let twilio = twilio.clone();
        async move { call(&twilio).await }
    });
    while server.at(TOKEN).is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let waiting = tokio::spawn({
        let (twilio, open) = (twilio.clone(), Arc::clone(&open));
        async move {
            let outcome = call(&twilio).await;
            open.store(true, Ordering::SeqCst);
            outcome
        }
    });
    first.abort();
    let short = twilio.api_v2010().create_message("+1").with_timeout(Duration::from_millis(50)).send().await;
    let error = short.unwrap_err();
    assert!(error.is_oauth() && !error.may_have_executed(), "{error:?}");
    assert_eq!(error.attempts(), 0);
    assert!(!open.load(Ordering::SeqCst), "the time-out did not wait for the token");
    waiting.await.unwrap().unwrap();
    assert_eq!((server.at(TOKEN).len(), bearers(&server).len()), (1, 1));
}

fn secrets(text: &str) -> bool {
    text.contains("s3cret") || text.contains("s3cret%3A")
}

#[tokio::test]
async fn refusals_are_typed_and_hold_no_secret() {
    type Case = (u16, &'static str, Option<OAuthErrorCode>);
    let cases: [Case; 8] = [
        (400, r#"{"error":"invalid_request"}"#, Some(OAuthErrorCode::InvalidRequest)),
        (
            401,
            r#"{"error":"invalid_client","error_description":"wrong s3cret:%&= x"}"#,
            Some(OAuthErrorCode::InvalidClient),
        ),
        (
            400,
            r#"{"error":"invalid_scope","error_description":"s3cret%3A%25%26%3D+x"}"#,
            Some(OAuthErrorCode::InvalidScope),
        ),
        (400, r#"{"error":"unauthorized_client"}"#, Some(OAuthErrorCode::UnauthorizedClient)),
        (400, r#"{"error":"unsupported_grant_type"}"#, Some(OAuthErrorCode::UnsupportedGrantType)),
        (500, "<html>s3cret:%&= x</html>", None),
        (403, r#"{"code":20003,"message":"Authenticate s3cret:%&= x","status":403}"#, None),
        (200, r#"{"token_type":"Bearer"}"#, None),
    ];
    for (status, body, code) in cases {
        let server = Loopback::start(move |_, _| Reply::new(status, body)).await;
        let error = call(&client(&server.url)).await.unwrap_err();
        assert!(error.is_oauth() && !error.is_api(), "{error:?}");
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
        let problem = error.oauth_error().unwrap();
        assert_eq!(problem.code, code);
        let text = format!("{error} {error:?} {problem:?}");
        assert!(!secrets(&text) && error.body().is_none(), "{text}");
        assert!(server.seen().iter().all(|seen| seen.path == TOKEN), "the call itself is not sent");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_is_briefly_gone_is_asked_again() {
    let server = Loopback::start(|seen, number| match (seen.path.as_str(), number) {
        (TOKEN, 0) => Reply::reset(),
        (TOKEN, 1) => Reply::new(429, "{}").header("Retry-After", "0"),
        (TOKEN, 2) => Reply::new(503, "{}"),
        (TOKEN, _) => token("t", 3600),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let retry = RetryConfig::new().max_attempts(4).initial_backoff(Duration::from_millis(1));
    let twilio = Client::new(config(&server.url).retry(retry)).unwrap();
    call(&twilio).await.unwrap();
    assert_eq!(server.at(TOKEN).len(), 4);
    let gone = client("http://127.0.0.1:1");
    let error = call(&gone).await.unwrap_err();
    assert!(error.is_oauth() && !error.is_connect() && !secrets(&format!("{error:?}")), "{error}");
}

#[tokio::test]
async fn a_time_out_that_no_clock_can_hold_bounds_nothing() {
    let server = server(3600).await;
    let config = config(&server.url).timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    call(&Client::new(config).unwrap()).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer token-1"]);
}

#[tokio::test]
async fn a_redirect_of_the_token_endpoint_is_not_followed() {
    let elsewhere = server(3600).await;
    let target = format!("{}/v2/token", elsewhere.url);
    let server = Loopback::start(move |_, _| Reply::new(307, "").header("Location", target.clone())).await;
    assert!(call(&client(&server.url)).await.unwrap_err().is_oauth());
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn each_clients_credentials_have_a_token_of_their_own() {
    let count = AtomicUsize::new(0);
    let server = Loopback::start(move |seen: &Seen, _| match seen.path.as_str() {
        TOKEN => token(
            &format!("{}-{}", seen.field("client_id").unwrap(), count.fetch_add(1, Ordering::SeqCst)),
            3600,
        ),
        _ => Reply::new(200, "{}"),
    })
    .await;
    let first = client(&server.url);
    let second = first.with_auth(OAuthConfig::new("OQ2", "s").account_sid(ACCOUNT)).unwrap();
    call(&first).await.unwrap();
    call(&second).await.unwrap();
    call(&first).await.unwrap();
    assert_eq!(bearers(&server), ["Bearer OQ:1%-0", "Bearer OQ2-1", "Bearer OQ:1%-0"]);
}

/// A global client may outlive the runtime that a fetch began on.
#[test]
fn a_fetch_that_ended_with_its_runtime_is_begun_anew() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outer = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = outer.block_on(Loopback::start(|seen, number| match (seen.path.as_str(), number) {
        (TOKEN, 0) => token("lost", 3600).after(Duration::from_secs(60)),
        (TOKEN, _) => token("t", 3600),
        _ => Reply::new(200, "{}"),
    }));
    let twilio = client(&server.url);
    let soon = Duration::from_millis(100);
    runtime().block_on(async {
        let _ = tokio::time::timeout(soon, call(&twilio)).await;
    });
    runtime().block_on(call(&twilio)).unwrap();
    assert_eq!(bearers(&server), ["Bearer t"]);
}

/// The emulator checks what a loopback server of the tests takes for granted.
#[tokio::test]
async fn the_mock_issues_accepts_and_revokes_the_tokens() {
    for format in [TokenFormat::Opaque, TokenFormat::Jwt] {
        let app = "OQ00000000000000000000000000000001";
        let builder = Emulator::builder().accept_oauth_client(app, SECRET).oauth_token_format(format);
        let mock = builder.oauth_expires_in(None).start().await.unwrap();
        let auth = OAuthConfig::new(app, SECRET).account_sid(ACCOUNT);
        let twilio = Client::new(ConnectionConfig::new(auth).base_url(mock.base_url())).unwrap();
        for _ in 0..3 {
            call(&twilio).await.unwrap();
        }
        assert_eq!(mock.token_request_count(), 1);
        mock.revoke_tokens();
        call(&twilio).await.unwrap();
        assert_eq!(mock.token_request_count(), 2);
        let wrong = twilio.with_auth(OAuthConfig::new(app, "s3cret-wrong").account_sid(ACCOUNT)).unwrap();
        let error = call(&wrong).await.unwrap_err();
        assert_eq!(error.oauth_error().unwrap().code, Some(OAuthErrorCode::InvalidClient));
        assert!(error.is_unauthorized() && !secrets(&format!("{error:?}")));
    }
}

#[tokio::test]
async fn tokens_that_end_soon_are_fetched_again_and_no_call_is_lost() {
    let mock = Emulator::builder().oauth_token_lifetime(Duration::from_millis(300)).start().await.unwrap();
    let app = OAuthConfig::new("OQ00000000000000000000000000000001", SECRET).account_sid(ACCOUNT);
    let twilio = Client::new(ConnectionConfig::new(app).base_url(mock.base_url())).unwrap();
    let end = std::time::Instant::now() + Duration::from_secs(1);
    while std::time::Instant::now() < end {
        call(&twilio).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!((2..20).contains(&mock.token_request_count()), "{}", mock.token_request_count());
}

#[tokio::test]
async fn a_token_is_waited_for_without_end_where_the_settings_say_so() {
    let server = server(3600).await;
    let endless = config(&server.url).timeout(Duration::MAX).attempt_timeout(Duration::MAX);
    call(&Client::new(endless).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_token_that_is_asked_for_is_recorded_and_not_used_without() {
    let (server, recorder) = (server(3600).await, Arc::new(crate::recorder::Recorder::default()));
    let auth = || OAuthConfig::new("OQ1", "client-s3cret").scope("a b").audit(Arc::clone(&recorder));
    let twilio = |auth: OAuthConfig| {
        Client::new(ConnectionConfig::new(auth.account_sid(ACCOUNT)).base_url(&server.url)).unwrap()
    };
    let recorded = twilio(auth());
    for _ in 0..2 {
        call(&recorded).await.unwrap();
    }
    let found = recorder.take();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("token.issue ok actor=OQ1 action=a b source=http://127.0.0.1"), "{found:?}");
    recorder.fill(true);
    let before = bearers(&server).len();
    let error = call(&twilio(auth())).await.unwrap_err();
    assert!(error.is_oauth() && error.to_string().contains("audit event could not be written"), "{error}");
    assert_eq!(bearers(&server).len(), before, "no call is made");
}

#[test]
fn a_recorder_is_told_of_the_secret_that_tokens_are_asked_for_with() {
    #[derive(Default)]
    struct Told(std::sync::Mutex<Vec<String>>);
    impl twilio_sdk::audit::AuditSink for Told {
        fn record(&self, _: &twilio_sdk::audit::AuditEvent) -> Result<(), twilio_sdk::audit::AuditError> {
            Ok(())
        }
        fn redact_secret(&self, secret: &twilio_sdk::types::SecretString) {
            self.0.lock().unwrap().push(secret.expose_secret().to_owned());
        }
    }
    let told = std::sync::Arc::new(Told::default());
    let mut app = OAuthConfig::new("OQ1", "first-s3cret").audit(std::sync::Arc::clone(&told));
    app.client_secret = "later-s3cret".into();
    Client::new(ConnectionConfig::new(app)).unwrap();
    assert!(told.0.lock().unwrap().iter().any(|secret| secret == "later-s3cret"));
}
