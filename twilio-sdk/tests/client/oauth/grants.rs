//! The grants of RFC 6749 and PKCE, as they go over the wire, with the vectors of the standards.

use crate::common::loopback::{Loopback, Reply, Seen};
use twilio_sdk::oauth::{
    AuthorizationCodeLogin, ClientAuthMethod, OAuthClient, OAuthClientConfig, PkceVerifier,
};
use twilio_sdk::types::SecretString;
use twilio_sdk::{Error, OAuthErrorCode};

const GOOD: &str = r#"{"access_token":"at","token_type":"Bearer","expires_in":60}"#;

async fn answering(status: u16, body: &str) -> Loopback {
    let body = body.to_owned();
    Loopback::start(move |_, _| Reply::new(status, body.clone())).await
}

fn config(server: &Loopback) -> OAuthClientConfig {
    OAuthClientConfig::new("client", format!("{}/token", server.url))
}

fn provider(config: OAuthClientConfig) -> OAuthClient {
    OAuthClient::new(config).unwrap()
}

fn fields(seen: &Seen) -> Vec<(String, String)> {
    seen.form()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// RFC 6749, section 2.3.1: form-encoded first, then Basic. The first two are the RFC's own.
#[tokio::test]
async fn client_id_and_secret_in_the_header_are_form_encoded_first() {
    for (id, secret, expected) in [
        ("s6BhdRkqt3", "gX1fBat3bV", "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"),
        ("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"),
        // `a%3Ab+c:d%25%3A%C3%A9`
        ("a:b c", "d%:é", "Basic YSUzQWIrYzpkJTI1JTNBJUMzJUE5"),
    ] {
        let server = answering(200, GOOD).await;
        let config = OAuthClientConfig::new(id, format!("{}/token", server.url)).client_secret(secret);
        provider(config).client_credentials().await.unwrap();
        let seen = &server.seen()[0];
        assert_eq!(seen.header("authorization"), Some(expected));
        assert_eq!(fields(seen), pairs([("grant_type", "client_credentials")]));
    }
}

/// Weakness 19: Ballerina puts secrets into bodies without encoding them.
#[tokio::test]
async fn weakness_19_secrets_in_the_body_are_form_encoded() {
    let server = answering(201, GOOD).await;
    let config =
        config(&server).client_secret("a&b=c +%:é").client_auth_method(ClientAuthMethod::ClientSecretPost);
    let provider = provider(config.add_scope("read").add_scope("write").add_parameter("audience", "x&y"));
    let tokens = provider.client_credentials().await.unwrap();
    assert!(tokens.refresh_token.is_none());
    let seen = &server.seen()[0];
    assert!(seen.header("authorization").is_none());
    let expected = pairs([
        ("grant_type", "client_credentials"),
        ("scope", "read write"),
        ("client_id", "client"),
        ("client_secret", "a&b=c +%:é"),
        ("audience", "x&y"),
    ]);
    assert_eq!(fields(seen), expected);
    provider.refresh(&"r&t=é ".into()).await.unwrap();
    assert_eq!(server.seen()[1].field("refresh_token").as_deref(), Some("r&t=é "));
}

/// Weakness 19: Ballerina's client fetches in its constructor, and panics there.
#[tokio::test]
async fn weakness_19_making_a_provider_sends_nothing_and_refuses_what_cannot_work() {
    let server = answering(500, "").await;
    provider(config(&server));
    assert!(server.seen().is_empty());
    let url = "https://login.example/token";
    for (bad, word) in [
        (OAuthClientConfig::new("", url), "client_id"),
        (OAuthClientConfig::new("c", url).client_secret(""), "client_secret"),
        (OAuthClientConfig::new("c", ""), "token_url"),
        (OAuthClientConfig::new("c", "https://abc d.com"), "token_url"),
        (OAuthClientConfig::new("c", "https://x/token#f"), "fragment"),
        (OAuthClientConfig::new("c", "https://u:p@x/token"), "username"),
        (OAuthClientConfig::new("c", url).redirect_uri("/relative"), "redirect_uri"),
        (OAuthClientConfig::new("c", url).redirect_uri("https://x/#f"), "fragment"),
    ] {
        let error = OAuthClient::new(bad).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
    }
    let error = provider(config(&server)).start_login().unwrap_err();
    assert!(error.to_string().contains("authorization_url"), "{error}");
    assert!(provider(config(&server)).start_device_login().await.unwrap_err().is_config());
}

/// Weakness 39: http for token endpoints.
#[test]
fn weakness_39_every_endpoint_needs_https_except_on_this_machine() {
    let good = "https://login.example/token";
    for bad in ["http://login.example/x", "http://10.0.0.1/x", "ftp://login.example/x", "login.example/x"] {
        for config in [
            OAuthClientConfig::new("c", bad),
            OAuthClientConfig::new("c", good).authorization_url(bad),
            OAuthClientConfig::new("c", good).device_authorization_url(bad),
        ] {
            assert!(OAuthClient::new(config).is_err(), "{bad}");
        }
    }
    for redirect in ["http://login.example/x", "HTTP://login.example/x", " http://login.example/x"] {
        assert!(
            OAuthClient::new(OAuthClientConfig::new("c", good).redirect_uri(redirect)).is_err(),
            "{redirect}"
        );
    }
    for redirect in ["http://127.0.0.1:1/x", "https://app.example/x", "com.example.app:/x"] {
        assert!(
            OAuthClient::new(OAuthClientConfig::new("c", "http://[::1]:1/t").redirect_uri(redirect)).is_ok()
        );
    }
}

#[tokio::test]
async fn answers_are_read_as_section_5_1_says() {
    for (body, life) in [
        (GOOD, 60),
        (r#"{"access_token":"at","token_type":"bEaReR","expires_in":"60"}"#, 60),
        (r#"{"access_token":"at","token_type":"bearer"}"#, 3600),
        (r#"{"access_token":"at","token_type":"bearer","expires_in":null,"refresh_token":null}"#, 3600),
        (r#"{"access_token":"at","token_type":"bearer","expires_in":-1}"#, 0),
        (r#"{"access_token":"at","token_type":"bearer","expires_in":1438315200000}"#, 2_592_000),
    ] {
        let server = answering(200, body).await;
        let tokens = provider(config(&server)).client_credentials().await.unwrap();
        assert_eq!(tokens.access_token.expose_secret(), "at");
        assert_eq!(tokens.expires_at.duration_since(tokens.issued_at).unwrap().as_secs(), life, "{body}");
        assert_eq!(server.seen()[0].field("client_id").as_deref(), Some("client"), "without a secret");
    }
}

/// Weakness 36, second half: APILinker takes 200 without a token for a success.
#[tokio::test]
async fn weakness_36_a_success_without_a_usable_token_is_an_error_that_shows_nothing() {
    for body in [
        "",
        "<html>s3cret</html>",
        "{}",
        r#"{"token_type":"Bearer"}"#,
        r#"{"access_token":null,"token_type":"Bearer"}"#,
        r#"{"access_token":"","token_type":"Bearer"}"#,
        r#"{"access_token":"s3cret"}"#,
        r#"{"access_token":"s3cret","token_type":"mac"}"#,
        r#"{"access_token":"s3cret\r\nX: y","token_type":"Bearer"}"#,
    ] {
        let server = answering(200, body).await;
        let error = provider(config(&server)).client_credentials().await.unwrap_err();
        assert!(error.is_oauth(), "{body}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

/// Weakness 37: token errors are not tried again, and are typed (RFC 6749, section 5.2).
#[tokio::test]
async fn weakness_37_refusals_are_typed_not_retried_and_hold_no_secret() {
    let cases: [(u16, &str, Option<OAuthErrorCode>); 9] = [
        (400, r#"{"error":"invalid_request"}"#, Some(OAuthErrorCode::InvalidRequest)),
        (
            401,
            r#"{"error":"invalid_client","error_description":"not s3cret"}"#,
            Some(OAuthErrorCode::InvalidClient),
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_uri":"https://x/s3cret"}"#,
            Some(OAuthErrorCode::InvalidGrant),
        ),
        (400, r#"{"error":"unauthorized_client"}"#, Some(OAuthErrorCode::UnauthorizedClient)),
        (400, r#"{"error":"unsupported_grant_type"}"#, Some(OAuthErrorCode::UnsupportedGrantType)),
        (400, r#"{"error":"invalid_scope"}"#, Some(OAuthErrorCode::InvalidScope)),
        (400, r#"{"error":"odd"}"#, Some(OAuthErrorCode::Other("odd".to_owned()))),
        (500, "<html>s3cret</html>", None),
        (403, "", None),
    ];
    for (status, body, code) in cases {
        let server = answering(status, body).await;
        let provider = provider(config(&server).client_secret("s3cret"));
        let error = provider.client_credentials().await.unwrap_err();
        assert_eq!(error.oauth_error().unwrap().code, code, "{body}");
        assert_eq!(
            error.oauth_error().and_then(|error| error.status).map(|status| status.as_u16()),
            Some(status)
        );
        assert!(!format!("{error} {error:?} {provider:?}").contains("s3cret"), "{error:?}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_redirect_does_not_take_the_secret_along() {
    let elsewhere = answering(200, GOOD).await;
    let target = elsewhere.url.clone();
    let server = Loopback::start(move |_, _| Reply::new(307, "").header("Location", target.clone())).await;
    let error = provider(config(&server).client_secret("s")).client_credentials().await.unwrap_err();
    assert!(error.is_oauth() && elsewhere.seen().is_empty());
}

/// RFC 6749, section 6.
#[tokio::test]
async fn a_new_refresh_token_takes_the_place_of_the_old_one_which_stays_where_there_is_none() {
    for (extra, expected) in
        [(r#","refresh_token":"new""#, "new"), ("", "old"), (r#","refresh_token":"""#, "old")]
    {
        let body = format!(r#"{{"access_token":"at","token_type":"Bearer","scope":"read write"{extra}}}"#);
        let server = answering(200, &body).await;
        let tokens = provider(config(&server).add_scope("read")).refresh(&"old".into()).await.unwrap();
        assert_eq!(tokens.refresh_token.as_ref().map(SecretString::expose_secret), Some(expected));
        assert_eq!(tokens.scope.as_deref(), Some("read write"));
        let expected =
            pairs([("grant_type", "refresh_token"), ("refresh_token", "old"), ("client_id", "client")]);
        assert_eq!(fields(&server.seen()[0]), expected);
    }
}

fn login(server: &Loopback) -> AuthorizationCodeLogin {
    let config = config(server)
        .authorization_url(format!("{}/authorize?tenant=t", server.url))
        .redirect_uri("http://127.0.0.1:9/back?x=y%20z")
        .add_scope("read")
        .add_scope("write");
    provider(config)
        .start_login_with_verifier(PkceVerifier::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap())
        .unwrap()
}

/// Weakness 34: a verifier that is given has its challenge, and the URL keeps the query that it has.
#[tokio::test]
async fn weakness_34_the_login_page_gets_state_and_the_challenge_by_s256() {
    let server = answering(200, GOOD).await;
    let login = login(&server);
    let (base, query) = login.url().split_once('?').unwrap();
    assert_eq!(base, format!("{}/authorize", server.url));
    let mut found: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    found.sort();
    let mut expected = pairs([
        ("tenant", "t"),
        ("response_type", "code"),
        ("client_id", "client"),
        ("redirect_uri", "http://127.0.0.1:9/back?x=y%20z"),
        ("scope", "read write"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
        ("state", login.state()),
    ]);
    expected.sort();
    assert_eq!(found, expected);
    assert!(query.contains("scope=read+write"), "{query}");
    assert!(!query.contains("dBjftJeZ4CVP"), "the verifier stays here");
    assert!(!format!("{login:?}").contains(login.state()));
}

#[tokio::test]
async fn weakness_34_states_are_long_and_never_the_same() {
    let server = answering(200, GOOD).await;
    let states: std::collections::HashSet<_> = (0..100).map(|_| login(&server).state().to_owned()).collect();
    assert_eq!(states.len(), 100);
    assert!(states.iter().all(|state| state.len() == 43));
}

#[tokio::test]
async fn a_code_is_changed_with_the_verifier_however_the_redirect_is_given() {
    for shape in ["http://127.0.0.1:9/back?x=y%20z&{}#fragment", "/back?{}", "{}"] {
        let server = answering(200, GOOD).await;
        let login = login(&server);
        let redirect = shape.replace("{}", &format!("code=c%26d&state={}", login.state()));
        assert_eq!(login.exchange(&redirect).await.unwrap().access_token.expose_secret(), "at");
        let expected = pairs([
            ("grant_type", "authorization_code"),
            ("code", "c&d"),
            ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            ("client_id", "client"),
            ("redirect_uri", "http://127.0.0.1:9/back?x=y%20z"),
        ]);
        assert_eq!(fields(&server.seen()[0]), expected);
    }
}

/// Weakness 34: the state is checked (RFC 6749, section 10.12); [`AuthorizationCodeLogin::exchange`] takes the login, so that
/// it is for one redirect.
#[tokio::test]
async fn weakness_34_a_redirect_that_is_not_of_this_login_is_refused_before_anything_is_sent() {
    let server = answering(200, GOOD).await;
    let other = login(&server).state().to_owned();
    let shorter = |state: &str| state[..42].to_owned();
    type Redirect = Box<dyn Fn(&str) -> String>;
    let cases: [(Redirect, &str); 8] = [
        (Box::new(move |_| format!("?code=c&state={other}")), "`state`"),
        (Box::new(move |state| format!("?code=c&state={}", shorter(state))), "`state`"),
        (Box::new(|state| format!("?code=c&state={state}x")), "`state`"),
        (Box::new(|_| "?code=c".to_owned()), "`state`"),
        (Box::new(|_| "?code=c&state=".to_owned()), "`state`"),
        (Box::new(|_| "?error=access_denied&state=wrong".to_owned()), "`state`"),
        (Box::new(|state| format!("?code=c&state={state}&state={state}")), "more than once"),
        (Box::new(|state| format!("?state={state}&code=")), "`code`"),
    ];
    for (redirect, word) in cases {
        let login = login(&server);
        let redirect = redirect(login.state());
        let error = login.exchange(&redirect).await.unwrap_err();
        assert!(error.is_oauth() && error.to_string().contains(word), "{redirect}: {error}");
        assert!(error.oauth_error().unwrap().code.is_none());
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_error_in_the_redirect_is_typed() {
    for (text, code) in [
        ("access_denied", OAuthErrorCode::AccessDenied),
        ("unsupported_response_type", OAuthErrorCode::UnsupportedResponseType),
        ("server_error", OAuthErrorCode::ServerError),
        ("temporarily_unavailable", OAuthErrorCode::TemporarilyUnavailable),
    ] {
        let server = answering(200, GOOD).await;
        let login = login(&server);
        let redirect = format!("?error={text}&error_description=no+way%0A&state={}", login.state());
        let error = Error::from(login.exchange(&redirect).await.unwrap_err());
        let problem = error.oauth_error().unwrap();
        assert_eq!((&problem.code, problem.description.as_deref()), (&Some(code), Some("no way")));
        assert!(server.seen().is_empty());
    }
}

#[tokio::test]
async fn a_code_that_the_server_refuses_is_not_shown() {
    let server =
        answering(400, r#"{"error":"invalid_grant","error_description":"s3cret-code is old"}"#).await;
    let login = login(&server);
    let redirect = format!("?code=s3cret-code&state={}", login.state());
    let error = login.exchange(&redirect).await.unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code, Some(OAuthErrorCode::InvalidGrant));
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}
