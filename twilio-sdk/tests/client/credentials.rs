//! The credentials union: its shapes, its checks, and what goes over the wire.

use crate::common::{ACCOUNT, KEY, mock};
use twilio_sdk::{ApiKeyConfig, Auth, AuthTokenConfig, Client, ConnectionConfig};

fn auths() -> [(Auth, &'static str); 2] {
    [
        (
            AuthTokenConfig::new(ACCOUNT, "token").into(),
            "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0b2tlbg==",
        ),
        (
            ApiKeyConfig::new(ACCOUNT, KEY, "secret").into(),
            "Basic U0swMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMjpzZWNyZXQ=",
        ),
    ]
}

#[tokio::test]
async fn weakness_21_the_key_is_the_user_and_the_account_is_in_the_path() {
    let mock = mock().await;
    let sub = "AC00000000000000000000000000000009";
    for (auth, header) in auths() {
        mock.clear_requests();
        let twilio = Client::new(ConnectionConfig::new(auth).base_url(mock.base_url())).unwrap();
        twilio.api_v2010().create_message("+1").send().await.unwrap();
        twilio.api_v2010().create_message("+1").with_account_sid(sub).send().await.unwrap();
        let requests = mock.requests();
        assert_eq!(requests[0].path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
        assert_eq!(requests[1].path, format!("/2010-04-01/Accounts/{sub}/Messages.json"));
        assert!(requests.iter().all(|request| request.authorization() == Some(header)));
    }
}

#[tokio::test]
async fn review_57_with_account_is_in_the_path_and_account_sid_in_the_body() {
    let mock = mock().await;
    let (acting, receiving) = ("AC00000000000000000000000000000008", "AC00000000000000000000000000000009");
    let number = "PN00000000000000000000000000000001";
    let auth = AuthTokenConfig::new(ACCOUNT, "token");
    let twilio = Client::new(ConnectionConfig::new(auth).base_url(mock.base_url())).unwrap();
    let update = || twilio.api_v2010().update_incoming_phone_number(number);
    update().with_account_sid(acting).friendly_name("n").send().await.unwrap();
    update().account_sid(receiving).send().await.unwrap();
    update().with_account_sid(acting).account_sid(receiving).send().await.unwrap();
    let path = |account| format!("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{number}.json");
    let paths: Vec<String> = mock.requests().iter().map(|request| request.path.clone()).collect();
    assert_eq!(paths, [path(acting), path(ACCOUNT), path(acting)]);
    let sent: Vec<Option<String>> =
        mock.requests().iter().map(|request| request.form_value("AccountSid").map(str::to_owned)).collect();
    assert_eq!(sent, [None, Some(receiving.to_owned()), Some(receiving.to_owned())]);
}

#[test]
fn weakness_21_what_is_certainly_wrong_is_refused_with_a_hint() {
    let cases: [(Auth, &str); 9] = [
        (AuthTokenConfig::new("", "t").into(), "account_sid is empty"),
        (AuthTokenConfig::new(KEY, "t").into(), "API key"),
        (AuthTokenConfig::new("XX1", "t").into(), "must start with AC"),
        (AuthTokenConfig::new("AC:1", "t").into(), "account_sid"),
        (AuthTokenConfig::new(ACCOUNT, "").into(), "auth_token is empty"),
        (AuthTokenConfig::new(ACCOUNT, "t\n").into(), "control character"),
        (ApiKeyConfig::new(ACCOUNT, ACCOUNT, "s").into(), "api_key must start with SK"),
        (ApiKeyConfig::new(ACCOUNT, "", "s").into(), "api_key is empty"),
        (ApiKeyConfig::new(ACCOUNT, KEY, "").into(), "api_secret is empty"),
    ];
    for (auth, hint) in cases {
        let error = Client::new(ConnectionConfig::new(auth)).unwrap_err();
        assert!(error.is_config() && error.to_string().contains(hint), "{error}");
    }
}

#[test]
fn the_union_is_read_by_its_shape() {
    let toml = |text: &str| toml::from_str::<Auth>(text).map_err(|e| e.to_string());
    let json = |text: &str| serde_json::from_str::<Auth>(text).map_err(|e| e.to_string());
    assert!(matches!(toml("account_sid='AC1'\nauth_token='t'"), Ok(Auth::AuthToken(_))));
    assert!(matches!(toml("account_sid='AC1'\napi_key='SK1'\napi_secret='s'"), Ok(Auth::ApiKey(_))));
    assert!(matches!(json(r#"{"account_sid":"AC1","auth_token":"t"}"#), Ok(Auth::AuthToken(_))));
    let wrong = [
        ("account_sid='AC1'\nauth_token='s3cret'\napi_key='SK1'\napi_secret='s3cret'", "api_key"),
        ("account_sid='AC1'\nauth_token='s3cret'\napi_secret='s3cret'", "api_secret"),
        ("account_sid='AC1'", "auth_token"),
        ("auth_token='s3cret'", "account_sid"),
        ("account_sid='AC1'\napi_key='SK1'", "api_secret"),
        ("account_sid='AC1'\napi_secret='s3cret'", "api_key"),
        ("account_sid='AC1'\nauth_token='s3cret'\nauth_tokn='s3cret'", "auth_tokn"),
        ("account_sid='AC1'\nauth_token=['s3cret']", "auth_token"),
    ];
    for (text, field) in wrong {
        let error = toml(text).unwrap_err();
        assert!(error.contains(field), "{error}");
    }
    let error = json(r#"{"account_sid":"AC1","auth_token":"s3cret","auth_token":"s3cret"}"#).unwrap_err();
    assert!(error.contains("auth_token") && !error.contains("s3cret"), "{error}");
}

#[test]
fn weakness_21_no_secret_is_printed() {
    for (auth, _) in auths() {
        let config = ConnectionConfig::new(auth.clone());
        let client = Client::new(config.clone()).unwrap();
        let printed = format!("{auth:?} {config:?} {client:?}");
        assert!(!printed.contains("token\"") && !printed.contains("secret\""), "{printed}");
        assert!(printed.contains(ACCOUNT) && printed.contains("[redacted]"));
    }
}

#[test]
fn a_base_url_keeps_credentials_off_the_open_network() {
    let make = |url: &str| {
        let key = ApiKeyConfig::new(ACCOUNT, KEY, "secret");
        Client::new(ConnectionConfig::new(key).base_url(url))
    };
    for good in
        ["http://127.0.0.1:1", "http://localhost:1/prefix/", "http://[::1]:1", "https://gateway.example"]
    {
        assert!(make(good).is_ok(), "{good}");
    }
    for bad in [
        "http://gateway.example",
        "ftp://x",
        "x",
        "",
        "https://user:pass@x",
        "https://x?y=z",
        "http://10.0.0.1",
    ] {
        let error = make(bad).unwrap_err();
        assert!(error.is_config() && error.to_string().contains("base_url"), "{bad}: {error}");
    }
}
