//! Every flow against a real OAuth server over HTTP on loopback.
//!
//! Without node and npm the tests say `NOT RUN` and prove nothing.

mod node;

use std::sync::Arc;
use std::time::Duration;

use node::Server;
use twilio_sdk::oauth::{
    AuthorizationCodeLogin, ClientAuthMethod, MemoryTokenStore, OAuthClient, OAuthClientConfig, PkceVerifier,
    TokenSource, TokenStore as _,
};
use twilio_sdk::types::SecretString;
use twilio_sdk::{Client, ConnectionConfig, OAuthErrorCode, Result};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const SECRET: &str = "s3cret:%&= +x";

macro_rules! server {
    () => {
        match Server::start() {
            Some(server) => server,
            None => return,
        }
    };
}

fn config(server: &Server, client: &str) -> OAuthClientConfig {
    let at = |path: &str| format!("{}{path}", server.url);
    OAuthClientConfig::new(client, at("/token"))
        .authorization_url(at("/auth"))
        .device_authorization_url(at("/device/auth"))
        .redirect_uri("http://127.0.0.1/back")
}

fn login_of(server: &Server) -> AuthorizationCodeLogin {
    let config = config(server, "app").add_scope("openid").add_scope("offline_access");
    let config = config.add_scope("read").add_parameter("prompt", "consent");
    OAuthClient::new(config).unwrap().start_login().unwrap()
}

/// Whom the server's API takes the caller for.
async fn who(client: &Client) -> Result<String> {
    let account = client.api_v2010().fetch_account(ACCOUNT).send().await?;
    Ok(account.sid.map(|sid| sid.as_str().to_owned()).unwrap_or_default())
}

fn client(server: &Server, source: &TokenSource) -> Client {
    Client::new(ConnectionConfig::new(source.clone()).base_url(&server.url)).unwrap()
}

fn code_of<T: std::fmt::Debug, E: Into<twilio_sdk::Error>>(
    outcome: std::result::Result<T, E>,
) -> Option<OAuthErrorCode> {
    let error: twilio_sdk::Error = outcome.map_err(Into::into).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    error.oauth_error().unwrap().code.clone()
}

async fn get(url: &str, header: (&str, &str)) -> reqwest::Response {
    let policy = reqwest::redirect::Policy::none();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let tls = tls.with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let http = reqwest::Client::builder().redirect(policy).no_proxy().tls_backend_preconfigured(tls).build();
    http.unwrap().get(url).header(header.0, header.1).send().await.unwrap()
}

/// Does what the user's browser does: follows redirects with cookies until they leave the server.
async fn browse(server: &Server, start: &str) -> String {
    let (mut url, mut cookies) = (start.to_owned(), Vec::<String>::new());
    for _ in 0..10 {
        let answer = get(&url, ("Cookie", &cookies.join("; "))).await;
        for set in answer.headers().get_all("set-cookie") {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = pair.split('=').next().unwrap().to_owned();
            cookies.retain(|have| !have.starts_with(&format!("{name}=")));
            cookies.push(pair);
        }
        let next = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let next = next.unwrap_or_else(|| panic!("{url}: {}", answer.status()));
        url = if next.starts_with('/') { format!("{}{next}", server.url) } else { next };
        if !url.starts_with(&format!("{}/", server.url)) {
            return url;
        }
    }
    panic!("{start} leads nowhere");
}

#[tokio::test]
async fn client_credentials_by_header_and_by_body() {
    let server = server!();
    for (name, way) in
        [("machine", ClientAuthMethod::ClientSecretBasic), ("poster", ClientAuthMethod::ClientSecretPost)]
    {
        let provider =
            OAuthClient::new(config(&server, name).client_secret(SECRET).client_auth_method(way)).unwrap();
        let tokens = provider.client_credentials().await.unwrap();
        let life = tokens.expires_at.duration_since(tokens.issued_at).unwrap();
        assert!(tokens.refresh_token.is_none() && life == Duration::from_secs(600));
        let source = TokenSource::client_credentials(provider);
        assert_eq!(who(&client(&server, &source)).await.unwrap(), name);

        let wrong = config(&server, name).client_secret("s3cret-wrong").client_auth_method(way);
        let outcome = OAuthClient::new(wrong).unwrap().client_credentials().await;
        assert_eq!(code_of(outcome), Some(OAuthErrorCode::InvalidClient));
    }
    let greedy = config(&server, "machine").client_secret(SECRET).add_scope("offline_access");
    let outcome = OAuthClient::new(greedy).unwrap().client_credentials().await;
    assert_eq!(code_of(outcome), Some(OAuthErrorCode::InvalidScope));
}

#[tokio::test]
async fn a_token_that_the_server_revoked_is_replaced_in_the_request_path() {
    let server = server!();
    let provider = OAuthClient::new(config(&server, "machine").client_secret(SECRET)).unwrap();
    let source = TokenSource::client_credentials(provider);
    let client = client(&server, &source);
    who(&client).await.unwrap();
    let first = source.access_token(Duration::from_secs(10)).await.unwrap();
    let header = format!("Bearer {}", first.expose_secret());
    assert!(
        get(&format!("{}/revoke-token", server.url), ("Authorization", &header)).await.status().is_success()
    );
    assert_eq!(who(&client).await.unwrap(), "machine");
    let second = source.access_token(Duration::from_secs(10)).await.unwrap();
    assert_ne!(first.expose_secret(), second.expose_secret());
}

#[tokio::test]
async fn a_user_logs_in_with_pkce_and_the_refresh_token_rotates() {
    let server = server!();
    let login = login_of(&server);
    let redirect = browse(&server, login.url()).await;
    let tokens = login.exchange(&redirect).await.unwrap();
    let first = tokens.refresh_token.clone().unwrap();

    let store = Arc::new(MemoryTokenStore::new());
    let provider = OAuthClient::new(config(&server, "app")).unwrap();
    let source = TokenSource::from_store(provider.clone(), Arc::clone(&store) as _, "alice");
    source.save(tokens.clone()).await.unwrap();
    let client = client(&server, &source);
    assert_eq!(who(&client).await.unwrap(), "alice");

    // The server forgets the access token; the next call refreshes, and the store has what came of it.
    let header = format!("Bearer {}", tokens.access_token.expose_secret());
    get(&format!("{}/revoke-token", server.url), ("Authorization", &header)).await;
    assert_eq!(who(&client).await.unwrap(), "alice");
    let kept = store.load("alice").await.unwrap().unwrap();
    let second = kept.refresh_token.unwrap();
    assert_ne!(first.expose_secret(), second.expose_secret(), "the server rotates");

    // It takes each refresh token once, and ends the login where one comes twice.
    assert_eq!(code_of(provider.refresh(&first).await), Some(OAuthErrorCode::InvalidGrant));
    assert_eq!(code_of(provider.refresh(&second).await), Some(OAuthErrorCode::InvalidGrant));
}

#[tokio::test]
async fn a_code_serves_once_and_only_with_its_verifier() {
    let server = server!();
    let login = login_of(&server);
    let redirect = browse(&server, login.url()).await;
    // Another login's verifier, with the state of that login, as if the code had been stolen.
    let thief = login_of(&server);
    let stolen = redirect.replace(login.state(), thief.state());
    assert_ne!(stolen, redirect);
    assert_eq!(code_of(thief.exchange(&stolen).await), Some(OAuthErrorCode::InvalidGrant));

    // The same verifier and code twice.
    let verifier = PkceVerifier::random().unwrap();
    let provider = OAuthClient::new(config(&server, "app").add_scope("openid")).unwrap();
    let begin = || provider.start_login_with_verifier(verifier.clone()).unwrap();
    let login = begin();
    let redirect = browse(&server, login.url()).await;
    let again = begin();
    let replay = redirect.replace(login.state(), again.state());
    login.exchange(&redirect).await.unwrap();
    assert_eq!(code_of(again.exchange(&replay).await), Some(OAuthErrorCode::InvalidGrant));
}

#[tokio::test]
async fn a_device_login_waits_for_the_user() {
    let server = server!();
    let device = config(&server, "tv").add_scope("openid").add_scope("offline_access");
    let provider = OAuthClient::new(device).unwrap();
    for deny in [false, true] {
        let login = provider.start_device_login().await.unwrap();
        assert!(login.verification_uri().starts_with(&server.url));
        assert!(login.verification_uri_complete().unwrap().contains(login.user_code()));
        let decision = if deny { "&deny" } else { "" };
        let url = format!("{}/decide?user_code={}{decision}", server.url, login.user_code());
        assert!(get(&url, ("Accept", "*/*")).await.status().is_success());
        let outcome = login.wait_for_tokens().await;
        if deny {
            assert_eq!(code_of(outcome), Some(OAuthErrorCode::AccessDenied));
            continue;
        }
        let tokens = outcome.unwrap();
        let old = tokens.refresh_token.as_ref().map(SecretString::expose_secret).unwrap();
        let fresh = provider.refresh(&old.into()).await.unwrap();
        assert_ne!(fresh.access_token.expose_secret(), tokens.access_token.expose_secret());
        let source = TokenSource::from_store(provider.clone(), Arc::new(MemoryTokenStore::new()), "tv");
        source.save(fresh).await.unwrap();
        assert_eq!(who(&client(&server, &source)).await.unwrap(), "alice");
    }
}
