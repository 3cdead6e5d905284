//! The token endpoint and the tokens that it issues.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;
use crate::TokenFormat;

const ID: &str = "OQ00000000000000000000000000000001";
const ACCOUNTS: &str = "/2010-04-01/Accounts.json";

fn ask(form: &[(&str, &str)]) -> Request {
    let mut request = Request::get("oauth.twilio.com", "/v2/token");
    request.method = "POST".into();
    request.user = None;
    request.content_type = Some("application/x-www-form-urlencoded".into());
    request.form = form.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    request
}

fn grant(id: &str, secret: &str) -> Request {
    ask(&[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)])
}

fn bearing(token: &str) -> Request {
    let mut request = Request::get("api.twilio.com", ACCOUNTS);
    request.user = None;
    request.headers.push(("Authorization".into(), format!("Bearer {token}")));
    request
}

fn token(response: &Response) -> String {
    response.json()["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn a_token_is_issued_accepted_and_revoked() {
    let secret = "a:b%c d&e=ü";
    let emulator = Emulator::builder().accept_oauth_client(ID, secret).start().await.unwrap();
    let client = super::http();
    let response = grant(ID, secret).send(&client, &emulator).await;
    assert_eq!(response.status, 200, "{response:?}");
    assert_eq!(response.headers["cache-control"], "no-store");
    let body = response.json();
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let (first, second) = (token(&response), token(&grant(ID, secret).send(&client, &emulator).await));
    assert_ne!(first, second);
    for token in [&first, &second] {
        assert_eq!(bearing(token).send(&client, &emulator).await.status, 200);
    }
    let other = Emulator::start().await.unwrap();
    assert_eq!(bearing(&first).send(&client, &other).await.status, 401);

    emulator.revoke_tokens();
    let response = bearing(&first).send(&client, &emulator).await;
    assert_eq!((response.status, response.json()["code"].as_i64()), (401, Some(20003)));
    assert!(response.headers["www-authenticate"].contains("invalid_token"));
    let third = token(&grant(ID, secret).send(&client, &emulator).await);
    assert_eq!(bearing(&third).send(&client, &emulator).await.status, 200);
    assert_eq!(emulator.token_request_count(), 3);
    let shown = format!("{:?} {emulator:?}", emulator.requests());
    assert!(!shown.contains("a:b%c") && !shown.contains(&first), "{shown}");
}

#[tokio::test]
async fn tokens_expire() {
    let lifetime = Duration::from_millis(300);
    let emulator = Emulator::builder().oauth_token_lifetime(lifetime).start().await.unwrap();
    let client = super::http();
    let response = grant(ID, "any").send(&client, &emulator).await;
    assert_eq!(response.json()["expires_in"], 1);
    tokio::time::sleep(lifetime).await;
    assert_eq!(bearing(&token(&response)).send(&client, &emulator).await.status, 401);
    let forever = Emulator::builder().oauth_token_lifetime(Duration::MAX).start().await.unwrap();
    let response = grant(ID, "any").send(&client, &forever).await;
    assert_eq!(response.json()["expires_in"], json!(i64::MAX));
    assert_eq!(bearing(&token(&response)).send(&client, &forever).await.status, 200);
}

#[tokio::test]
async fn a_jwt_tells_when_it_ends_and_the_answer_need_not() {
    let builder = Emulator::builder().oauth_token_format(TokenFormat::Jwt);
    let emulator = builder.oauth_expires_in(None).oauth_token_lifetime(Duration::from_secs(60)).start();
    let (emulator, client) = (emulator.await.unwrap(), super::http());
    let response = grant(ID, "any").send(&client, &emulator).await;
    assert!(response.json().get("expires_in").is_none());
    let token = token(&response);
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!(claims["sub"], ID);
    assert_eq!(bearing(&token).send(&client, &emulator).await.status, 200);
    let absurd = Emulator::builder().oauth_expires_in(Some(1_438_315_200_000)).start().await.unwrap();
    assert_eq!(grant(ID, "any").send(&client, &absurd).await.json()["expires_in"], 1_438_315_200_000_i64);
}

#[tokio::test]
async fn the_token_endpoint_refuses() {
    let emulator = Emulator::builder().accept_oauth_client(ID, "secret").start().await.unwrap();
    let client = super::http();
    let id = ("client_id", ID);
    for (request, status, error) in [
        (grant(ID, "wrong"), 401, "invalid_client"),
        (grant("OQ00000000000000000000000000000002", "secret"), 401, "invalid_client"),
        (ask(&[("grant_type", "client_credentials"), id]), 401, "invalid_client"),
        (ask(&[("grant_type", "refresh_token"), id]), 400, "unsupported_grant_type"),
    ] {
        let response = request.send(&client, &emulator).await;
        assert_eq!(
            (response.status, response.json()["error"].as_str()),
            (status, Some(error)),
            "{request:?}"
        );
        assert!(response.json()["message"].is_string() && response.json()["access_token"].is_null());
    }
    let mut request = grant(ID, "secret");
    request.user = Some(USER.to_owned());
    let response = request.send(&client, &emulator).await;
    assert_eq!((response.status, response.json()["error"].as_str()), (400, Some("invalid_request")));
    assert_eq!(emulator.token_request_count(), 5);

    let open = Emulator::start().await.unwrap();
    assert_eq!(grant("AC1", "secret").send(&client, &open).await.status, 401);
    assert_eq!(grant(ID, "").send(&client, &open).await.status, 401);
}

#[tokio::test]
async fn the_older_version_of_the_endpoint_issues_too() {
    let emulator = Emulator::start().await.unwrap();
    let client = super::http();
    let mut request =
        ask(&[("GrantType", "client_credentials"), ("ClientId", ID), ("ClientSecret", "secret")]);
    request.path = "/v1/token".into();
    let response = request.send(&client, &emulator).await;
    assert_eq!(response.status, 201);
    assert_eq!(bearing(&token(&response)).send(&client, &emulator).await.status, 200);
}
