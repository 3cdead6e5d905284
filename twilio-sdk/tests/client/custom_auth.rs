//! Credentials for custom endpoints, as they are sent.

use crate::common::loopback::{Loopback, Reply};
use crate::common::{ACCOUNT, KEY};
use twilio_sdk::{
    ApiKeyConfig, Auth, BasicConfig, BearerConfig, Client, ConnectionConfig, CustomKeyConfig, OAuthConfig,
};

async fn echo() -> Loopback {
    Loopback::start(|_, _| Reply::new(200, "{}")).await
}

fn client(auth: impl Into<Auth>, url: &str) -> Client {
    Client::new(ConnectionConfig::new(auth).base_url(url)).unwrap()
}

fn refused(auth: impl Into<Auth>) -> String {
    let error = Client::new(ConnectionConfig::new(auth).base_url("http://127.0.0.1:1")).unwrap_err();
    assert!(error.is_config());
    error.to_string()
}

#[tokio::test]
async fn each_kind_goes_over_the_wire_as_it_says() {
    let server = echo().await;
    let cases: [(Auth, &str, &str); 6] = [
        (BearerConfig::new("T").account_sid(ACCOUNT).into(), "authorization", "Bearer T"),
        (BasicConfig::new("admin", "123").account_sid(ACCOUNT).into(), "authorization", "Basic YWRtaW46MTIz"),
        (BasicConfig::new("", "").account_sid(ACCOUNT).into(), "authorization", "Basic Og=="),
        (CustomKeyConfig::header("X-API-Key", "k 1").account_sid(ACCOUNT).into(), "x-api-key", "k 1"),
        (CustomKeyConfig::header("Authorization", "raw").account_sid(ACCOUNT).into(), "authorization", "raw"),
        (
            ApiKeyConfig::new(ACCOUNT, KEY, "s").into(),
            "authorization",
            "Basic U0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMjpz",
        ),
    ];
    for (auth, name, value) in cases {
        let twilio = client(auth, &server.url);
        twilio.api_v2010().create_message("+1").send().await.unwrap();
        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.header(name), Some(value));
        assert_eq!(seen.path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
        let credentials = seen.headers.iter().filter(|(_, have)| have == value).count();
        assert_eq!(credentials, 1, "once, and nowhere else");
        assert_eq!(seen.header("authorization").is_some(), name == "authorization");
    }
}

#[tokio::test]
async fn a_key_in_the_query_is_really_sent_once_beside_the_other_parameters() {
    let server = echo().await;
    let twilio = client(CustomKeyConfig::query("api key", "a&b=c d").account_sid(ACCOUNT), &server.url);
    twilio.api_v2010().list_message().page_size(5).pages().next().await.unwrap().unwrap();
    twilio.api_v2010().fetch_account(ACCOUNT).send().await.unwrap();
    let seen = server.seen();
    let pairs = |query: &str| form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>();
    let key = ("api key".to_owned(), "a&b=c d".to_owned());
    assert_eq!(pairs(&seen[0].query), [("PageSize".to_owned(), "5".to_owned()), key.clone()]);
    assert_eq!(pairs(&seen[1].query), [key]);
    assert!(seen.iter().all(|seen| seen.header("authorization").is_none()));
}

#[tokio::test]
async fn a_next_page_link_that_repeats_the_key_does_not_send_it_twice() {
    let server = Loopback::start(|seen, number| {
        let next = match number {
            0 => format!("\"{}?Page=1&k=stale&{}\"", seen.path, seen.query),
            _ => "null".to_owned(),
        };
        Reply::new(200, format!(r#"{{"messages":[],"next_page_uri":{next}}}"#))
    })
    .await;
    let twilio = client(CustomKeyConfig::query("k", "secret").account_sid(ACCOUNT), &server.url);
    let mut pages = twilio.api_v2010().list_message().pages();
    while let Some(page) = pages.next().await {
        page.unwrap();
    }
    let seen = server.seen();
    assert_eq!(seen[0].query, "k=secret");
    assert_eq!(seen[1].query, "Page=1&k=secret");
}

#[tokio::test]
async fn paths_need_an_account_that_is_given_somewhere() {
    let server = echo().await;
    let twilio = client(BearerConfig::new("T"), &server.url);
    assert!(twilio.account_sid().is_none());
    let error = twilio.api_v2010().create_message("+1").send().await.unwrap_err();
    assert!(error.is_invalid_request() && error.to_string().contains("with_account_sid"), "{error}");
    assert!(server.seen().is_empty());
    twilio.api_v2010().create_message("+1").with_account_sid(ACCOUNT).send().await.unwrap();
    assert_eq!(server.seen()[0].path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
}

#[test]
fn own_credentials_never_go_to_twilio() {
    let own: [Auth; 3] = [
        BasicConfig::new("user", "password").into(),
        CustomKeyConfig::header("X-Key", "key").into(),
        CustomKeyConfig::query("key", "key").into(),
    ];
    let twilio = Client::new(ConnectionConfig::new(BearerConfig::new("T"))).unwrap();
    for auth in own {
        let error = Client::new(ConnectionConfig::new(auth.clone())).unwrap_err();
        assert!(error.is_config() && error.to_string().contains("base_url"), "{error}");
        assert!(twilio.with_auth(auth).unwrap_err().is_config());
    }
}

#[test]
fn what_cannot_work_is_refused_with_a_hint() {
    let cases: [(Auth, &str); 17] = [
        (BearerConfig::new("").into(), "bearer token"),
        (BearerConfig::new("Bearer x").into(), "without `Bearer `"),
        (BearerConfig::new("x\n").into(), "bearer token"),
        (BearerConfig::new("x").account_sid(KEY).into(), "account_sid"),
        (BasicConfig::new("a:b", "c").into(), "username"),
        (BasicConfig::new("a\n", "c").into(), "username"),
        (BasicConfig::new("a", "c\r").into(), "password"),
        (CustomKeyConfig::header("X Y", "k").into(), "invalid name"),
        (CustomKeyConfig::header("Host", "k").into(), "client itself"),
        (CustomKeyConfig::header("x-twilio-sdk-prepared", "k").into(), "client itself"),
        (CustomKeyConfig::header("X-Key", "").into(), "key is empty"),
        (CustomKeyConfig::header("X-Key", "kéy").into(), "ASCII"),
        (CustomKeyConfig::query("", "k").into(), "no name"),
        (OAuthConfig::new("", "s").into(), "client_id is empty"),
        (OAuthConfig::new(ACCOUNT, "s").into(), "an account"),
        (OAuthConfig::new("OQ1", "").into(), "client_secret is empty"),
        (OAuthConfig::new("OQ1", "s").token_url("http://example.com/token").into(), "token_url"),
    ];
    for (auth, hint) in cases {
        let text = refused(auth);
        assert!(text.contains(hint), "{text}");
    }
}

#[test]
fn every_kind_is_read_by_its_shape_and_mixtures_are_refused() {
    let read = |text: &str| toml::from_str::<Auth>(text).map_err(|e| e.to_string());
    assert!(matches!(read("bearer_token='t'"), Ok(Auth::Bearer(c)) if c.account_sid.is_none()));
    assert!(
        matches!(read("username='u'\npassword='p'\naccount_sid='AC1'"), Ok(Auth::Basic(c)) if c.username == "u")
    );
    assert!(matches!(read("custom_key='k'\ncustom_key_header='X'"), Ok(Auth::CustomKey(_))));
    assert!(matches!(read("custom_key='k'\ncustom_key_query='q'"), Ok(Auth::CustomKey(_))));
    let oauth = read("client_id='OQ1'\nclient_secret='s'\nscope='a b'\ntoken_url='https://x/t'").unwrap();
    assert!(matches!(oauth, Auth::OAuth(c) if c.scope.as_deref() == Some("a b") && c.token_url.is_some()));
    for (text, field) in [
        ("custom_key='s3cret'", "custom_key_header"),
        ("custom_key='s3cret'\ncustom_key_header='a'\ncustom_key_query='b'", "exclude"),
        ("username='u'", "password"),
        ("client_id='OQ1'", "client_secret"),
        ("bearer_token='s3cret'\npassword='s3cret'", "password"),
        ("account_sid='AC1'\nauth_token='s3cret'\nclient_id='OQ1'\nclient_secret='s3cret'", "client_id"),
        ("client_id='OQ1'\nclient_secret='s3cret'\napi_key='SK1'", "client_id"),
        ("token_url='https://x'", "client_id"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(field), "{text}: {error}");
    }
}

#[test]
fn no_secret_of_any_kind_is_printed() {
    let kinds: [Auth; 5] = [
        BearerConfig::new("s3cret").into(),
        BasicConfig::new("user", "s3cret").into(),
        CustomKeyConfig::header("X-Key", "s3cret").into(),
        CustomKeyConfig::query("k", "s3cret").into(),
        OAuthConfig::new("OQ1", "s3cret").into(),
    ];
    for auth in kinds {
        let config = ConnectionConfig::new(auth.clone()).base_url("http://127.0.0.1:1");
        let printed = format!("{auth:?} {config:?} {:?}", Client::new(config.clone()).unwrap());
        assert!(!printed.contains("s3cret") && printed.contains("[redacted]"), "{printed}");
    }
}
