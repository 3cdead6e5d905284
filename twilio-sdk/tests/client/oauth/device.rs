//! Logins on another device (RFC 8628), on a clock that the tests move.

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::loopback::{Loopback, Reply};
use tokio::time::Instant;
use twilio_sdk::OAuthErrorCode;
use twilio_sdk::oauth::{DeviceLogin, OAuthClient, OAuthClientConfig, Tokens};

const DONE: &str = r#"{"access_token":"at","token_type":"Bearer","refresh_token":"rt"}"#;

fn refusal(code: &str) -> Reply {
    Reply::new(400, format!(r#"{{"error":"{code}"}}"#))
}

fn details(expires_in: u64, more: &str) -> String {
    format!(
        r#"{{"device_code":"dc","user_code":"WDJB-MJHT","verification_uri":"https://x.example/device",
            "expires_in":{expires_in}{more}}}"#
    )
}

/// A server with a script for the polls, and the moments of the clock at which they came.
struct Device {
    server: Loopback,
    polls: Arc<Mutex<Vec<Instant>>>,
}

impl Device {
    async fn start(details: String, script: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let polls = Arc::new(Mutex::new(Vec::new()));
        let seen_at = Arc::clone(&polls);
        let server = Loopback::start(move |seen, _| match seen.path.as_str() {
            "/device" => Reply::new(200, details.clone()),
            _ => {
                let mut polls = seen_at.lock().unwrap();
                polls.push(Instant::now());
                script(polls.len() - 1)
            }
        })
        .await;
        Self { server, polls }
    }

    fn provider(&self) -> OAuthClient {
        let config = OAuthClientConfig::new("client", format!("{}/token", self.server.url))
            .device_authorization_url(format!("{}/device", self.server.url))
            // The stopped clock must not end requests.
            .timeout(Duration::from_secs(86_400))
            .add_scope("read");
        OAuthClient::new(config).unwrap()
    }

    async fn login(&self) -> DeviceLogin {
        self.provider().start_device_login().await.unwrap()
    }

    /// The waits between polls, in multiples of 5 s: the clock moves on by a second when nothing has happened for a
    /// while, so that a slow machine may add one or two.
    fn waits(&self) -> Vec<u64> {
        let polls = self.polls.lock().unwrap();
        polls.windows(2).map(|pair| (pair[1] - pair[0]).as_secs() / 5 * 5).collect()
    }
}

/// Runs a future on a stopped clock, which moves on by a second whenever nothing has happened for a while.
async fn drive<T>(future: impl Future<Output = T>) -> T {
    tokio::time::pause();
    tokio::pin!(future);
    loop {
        let quiet = async {
            let start = std::time::Instant::now();
            while start.elapsed() < Duration::from_millis(15) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            outcome = &mut future => {
                tokio::time::resume();
                return outcome;
            }
            () = quiet => tokio::time::advance(Duration::from_secs(1)).await,
        }
    }
}

async fn wait(device: &Device) -> twilio_sdk::Result<Tokens> {
    let login = device.login().await;
    Ok(drive(login.wait_for_tokens()).await?)
}

#[tokio::test]
async fn the_script_of_pending_and_slow_down_waits_5_10_10_and_15_seconds() {
    let device = Device::start(details(600, r#","interval":5"#), |number| match number {
        0 | 2 => refusal("authorization_pending"),
        1 | 3 => refusal("slow_down"),
        _ => Reply::new(200, DONE),
    })
    .await;
    let tokens = wait(&device).await.unwrap();
    assert_eq!(
        (tokens.access_token.expose_secret(), tokens.refresh_token.unwrap().expose_secret()),
        ("at", "rt")
    );
    assert_eq!(device.waits(), [5, 10, 10, 15]);
    let form = device.server.at("/token")[0].form();
    let expected = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", "dc"),
        ("client_id", "client"),
    ];
    assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

/// Weakness 36: APILinker crashes on `slow_down` where the server named no interval; 5 s is the default.
#[tokio::test]
async fn weakness_36_slow_down_without_an_interval_adds_to_the_default() {
    for interval in ["", r#","interval":null"#] {
        let device = Device::start(details(600, interval), |number| match number {
            0 => refusal("slow_down"),
            1 => refusal("authorization_pending"),
            _ => Reply::new(200, DONE),
        })
        .await;
        wait(&device).await.unwrap();
        assert_eq!(device.waits(), [10, 10]);
    }
}

/// Weakness 36: refusals are typed, and stop the polls.
#[tokio::test]
async fn weakness_36_denied_expired_and_other_errors_are_typed_and_end_it() {
    for (text, code) in [
        ("access_denied", OAuthErrorCode::AccessDenied),
        ("expired_token", OAuthErrorCode::ExpiredToken),
        ("invalid_grant", OAuthErrorCode::InvalidGrant),
        ("odd", OAuthErrorCode::Other("odd".to_owned())),
    ] {
        let device = Device::start(details(600, ""), move |number| match number {
            0 => refusal("authorization_pending"),
            _ => refusal(text),
        })
        .await;
        let error = wait(&device).await.unwrap_err();
        assert!(error.is_oauth());
        assert_eq!(error.oauth_error().unwrap().code, Some(code));
        assert_eq!(device.waits().len(), 1);
    }
}

/// Weakness 36: `expires_in` is kept to.
#[tokio::test]
async fn weakness_36_the_server_is_never_asked_after_the_code_has_expired() {
    let device = Device::start(details(20, ""), |_| refusal("authorization_pending")).await;
    let begun = Instant::now();
    let error = wait(&device).await.unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code, Some(OAuthErrorCode::ExpiredToken));
    let polls = device.polls.lock().unwrap();
    assert!((2..=4).contains(&polls.len()), "{}", polls.len());
    assert!(polls.iter().all(|moment| *moment - begun < Duration::from_secs(20)));
}

/// An interval is as long as a login at most, so that `slow_down` can add to it; nothing outlasts the code.
#[tokio::test]
async fn an_interval_beyond_the_codes_end_does_not_put_the_end_off() {
    for script in ["authorization_pending", "slow_down"] {
        let device = Device::start(details(20, r#","interval":1e300"#), move |_| refusal(script)).await;
        let begun = Instant::now();
        let error = wait(&device).await.unwrap_err();
        assert_eq!(error.oauth_error().unwrap().code, Some(OAuthErrorCode::ExpiredToken));
        assert_eq!(device.polls.lock().unwrap().len(), 1);
        assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_code_that_expired_before_the_wait_began_is_not_asked_for() {
    let device = Device::start(details(3, ""), |_| Reply::new(200, DONE)).await;
    let login = device.login().await;
    drive(tokio::time::sleep(Duration::from_secs(4))).await;
    assert_eq!(login.expires_in(), Duration::ZERO);
    let error = login.wait_for_tokens().await.unwrap_err();
    assert_eq!(error.oauth_error().unwrap().code, Some(OAuthErrorCode::ExpiredToken));
    assert!(device.polls.lock().unwrap().is_empty());
}

/// RFC 8628, section 3.5: a connection that fails is a reason to ask less often, and never to ask more often.
#[tokio::test]
async fn a_failed_connection_doubles_the_wait() {
    let device = Device::start(details(600, r#","interval":10"#), |number| match number {
        0 => refusal("slow_down"),
        1 => Reply::reset(),
        _ => Reply::new(200, DONE),
    })
    .await;
    wait(&device).await.unwrap();
    assert_eq!(device.waits(), [15, 30]);
}

#[tokio::test]
async fn what_the_user_needs_is_there_and_the_device_code_is_not_shown() {
    let body = r#"{"device_code":"s3cret","user_code":"UC","verification_url":"https://x.example/d",
        "verification_uri_complete":"https://x.example/d?c=UC","expires_in":"600","interval":0}"#;
    let device = Device::start(body.to_owned(), |_| {
        Reply::new(400, r#"{"error":"access_denied","error_description":"s3cret is denied"}"#)
    })
    .await;
    let login = device.login().await;
    assert_eq!((login.user_code(), login.verification_uri()), ("UC", "https://x.example/d"));
    assert_eq!(login.verification_uri_complete(), Some("https://x.example/d?c=UC"));
    assert!(login.expires_in() > Duration::from_secs(500));
    assert!(!format!("{login:?}").contains("s3cret"));
    let form = device.server.at("/device")[0].form();
    assert_eq!(form, [("scope", "read"), ("client_id", "client")].map(|(n, v)| (n.to_owned(), v.to_owned())));
    let error = login.wait_for_tokens().await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn answers_that_are_none_are_errors() {
    for body in
        ["", "{}", "<html>", r#"{"device_code":"s3cret","user_code":"x","verification_uri":"https://x"}"#]
    {
        let device = Device::start(body.to_owned(), |_| Reply::new(200, DONE)).await;
        let error = device.provider().start_device_login().await.unwrap_err();
        assert!(error.is_oauth() && !format!("{error:?}").contains("s3cret"), "{body}: {error:?}");
    }
    for body in ["{}", "<html>", r#"{"token_type":"Bearer"}"#] {
        let device = Device::start(details(600, ""), move |_| Reply::new(200, body)).await;
        assert!(wait(&device).await.unwrap_err().is_oauth());
        assert_eq!(device.polls.lock().unwrap().len(), 1);
    }
}
