//! Signs and verifies tokens and webhooks with the SDK, and speaks with the scripts in `bench/peers` by lines of JSON.

use std::io::{BufRead as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use twilio_sdk::access_token::{
    AccessToken, CanonicalRequest, ChatGrant, ClientCapabilityToken, Grant, PlaybackGrant,
    PublicKeyClientValidation, SyncGrant, TaskRouterCapabilityToken, TaskRouterGrant, VideoGrant, VoiceGrant,
};
use twilio_sdk::webhook::{
    SignatureAlgorithm, SignatureVerifier, WebhookRequest, sign_with, url_with_body_hash,
};
use twilio_sdk::{ApiKeyConfig, AuthTokenConfig};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const KEY: &str = "SK00000000000000000000000000000002";
const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn key() -> ApiKeyConfig {
    ApiKeyConfig::new(ACCOUNT, KEY, SECRET)
}

fn auth() -> AuthTokenConfig {
    AuthTokenConfig::new(ACCOUNT, SECRET)
}

/// Every grant with all its fields, and none of them.
fn grants() -> Vec<Grant> {
    vec![
        VoiceGrant::new()
            .incoming_allow(true)
            .outgoing_application_sid("AP1")
            .outgoing_param("team", "blue")
            .push_credential_sid("CR1")
            .endpoint_id("e")
            .into(),
        VideoGrant::new().room("My Room").into(),
        ChatGrant::new()
            .service_sid("IS1")
            .endpoint_id("e")
            .deployment_role_sid("RL1")
            .push_credential_sid("CR1")
            .into(),
        SyncGrant::new().service_sid("IS1").endpoint_id("e").into(),
        TaskRouterGrant::new().workspace_sid("WS1").worker_sid("WK1").role("worker").into(),
        PlaybackGrant(
            json!({"requestCredentials": null, "playbackUrl": "https://example.com", "n": [1, "x"]}),
        )
        .into(),
        VideoGrant::new().into(),
        VoiceGrant::new().into(),
    ]
}

fn payload(token: &str) -> Result<Value> {
    let part = token.split('.').nth(1).context("a token has three parts")?;
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part)?)?)
}

type Request = (&'static str, Vec<(&'static str, &'static str)>);

/// URLs and forms of every odd kind.
fn requests() -> Vec<Request> {
    let sms = || vec![("From", "+15017122661"), ("Body", "Hi é ☎ 🙂 & = +"), ("AccountSid", ACCOUNT)];
    vec![
        ("https://example.com/sms", sms()),
        ("https://example.com/sms", vec![]),
        ("https://example.com/sms?a=1&b=%20x", sms()),
        ("https://example.com:8443/sms", sms()),
        ("http://example.com/sms", sms()),
        ("https://user:pass@example.com/sms", sms()),
        ("https://example.com/sms?name=O'Brien", sms()),
        ("https://example.com/sms", vec![("Empty", ""), ("Z", "1"), ("a", "2"), ("A", "3")]),
    ]
}

fn line(value: &Value) {
    println!("{value}");
}

/// Prints what Twilio's libraries are to verify.
pub(crate) fn make(pem: &[u8]) -> Result<()> {
    let mut all = AccessToken::new(&key(), "susan")?;
    for grant in grants() {
        let token = AccessToken::new(&key(), "susan")?.grant(grant.clone()).sign()?;
        line(&json!({"kind": "access", "secret": SECRET, "token": token, "payload": payload(&token)?}));
        all = all.grant(grant);
    }
    for token in
        [all.clone().sign()?, all.clone().region("ie1").random_id().sign()?, all.not_before(None).sign()?]
    {
        line(&json!({"kind": "access", "secret": SECRET, "token": token, "payload": payload(&token)?}));
    }
    let client = ClientCapabilityToken::new(&auth())?
        .allow_outgoing("AP1", [("b", "2 3"), ("a", "1&")])
        .allow_incoming("andy")
        .sign()?;
    let worker = TaskRouterCapabilityToken::worker(&auth(), "WS1", "WK1")?.allow_activity_updates().sign()?;
    for token in [client, worker] {
        line(&json!({"kind": "plain", "secret": SECRET, "token": token, "payload": payload(&token)?}));
    }
    for (url, params) in requests() {
        let signature = sign_with(SignatureAlgorithm::HmacSha1, SECRET, url, params.iter().copied());
        line(
            &json!({"kind": "form", "secret": SECRET, "url": url, "params": params, "signature": signature}),
        );
        let strong = sign_with(SignatureAlgorithm::HmacSha256, SECRET, url, params.iter().copied());
        line(
            &json!({"kind": "form256", "secret": SECRET, "url": url, "params": params, "signature": strong}),
        );
    }
    for body in [r#"[{"id":"1"}]"#, r#"{"text":"é ☎"}"#] {
        let url = url_with_body_hash("https://example.com/events?x=1", body.as_bytes());
        let signature = sign_with(SignatureAlgorithm::HmacSha1, SECRET, &url, []);
        line(&json!({"kind": "body", "secret": SECRET, "url": url, "body": body, "signature": signature}));
    }
    let validation = PublicKeyClientValidation::new(ACCOUNT, KEY, "CR1", pem)?;
    for (query, body) in [("PageSize=5&Limit=10", ""), ("", "To=%2B1&Body=Hi")] {
        let request = CanonicalRequest {
            method: "POST",
            path: "/2010-04-01/Accounts.json",
            query,
            authorization: "Basic x",
            host: "api.twilio.com",
            body: body.as_bytes(),
        };
        line(
            &json!({"kind": "validation", "token": validation.sign(&request)?, "query": query, "body": body,
                     "hash": request.hash()}),
        );
    }
    Ok(())
}

/// Verifies what Twilio's libraries made, and prints how many of each kind.
pub(crate) fn check() -> Result<()> {
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for text in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&text?)?;
        let kind = case["kind"].as_str().unwrap_or_default();
        check_one(kind, &case).with_context(|| format!("{kind}: {case}"))?;
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    ensure!(!counts.is_empty(), "there was nothing to verify");
    writeln!(std::io::stdout(), "{}", json!(counts))?;
    Ok(())
}

fn check_one(kind: &str, case: &Value) -> Result<()> {
    fn of<'c>(case: &'c Value, name: &str) -> &'c str {
        case[name].as_str().unwrap_or_default()
    }
    let text = |name| of(case, name);
    let params: Vec<(String, String)> = serde_json::from_value(case["params"].clone()).unwrap_or_default();
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
    match kind {
        "access" => {
            let claims = AccessToken::verify(text("token"), &SECRET.into())?;
            ensure!(claims.identity() == Some("susan") && claims.account_sid() == ACCOUNT);
            ensure!(claims.grants().len() == case["grants"].as_u64().context("a number of grants")? as usize);
            ensure!(AccessToken::verify(text("token"), &"another".into()).is_err());
            // The same token, made here: what it holds must not differ.
            if let Some(name) = claims.grants().keys().next().filter(|_| claims.grants().len() == 1) {
                let same = |token: &AccessToken| -> Result<bool> {
                    Ok(payload(&token.sign()?)?["grants"][name] == claims.grants()[name])
                };
                let mut found = false;
                for grant in grants() {
                    found |= same(&AccessToken::new(&key(), "susan")?.grant(grant))?;
                }
                ensure!(found, "no grant made here is the same");
            }
        }
        "client" => {
            let ours = ClientCapabilityToken::new(&auth())?
                .allow_outgoing("AP1", [("b", "2 3"), ("a", "1&")])
                .allow_incoming("andy")
                .sign()?;
            same_but_times(&ours, text("token"))?;
        }
        "worker" => {
            let ours =
                TaskRouterCapabilityToken::worker(&auth(), "WS1", "WK1")?.allow_activity_updates().sign()?;
            same_but_times(&ours, text("token"))?;
        }
        "form" | "form256" => {
            let verifier = SignatureVerifier::from_auth_token(SECRET);
            let request = WebhookRequest::form(text("url"), form.as_bytes()).signature(text("signature"));
            let request = match kind {
                "form" => request,
                _ => request.settings("algorithm=HMAC_SHA256"),
            };
            verifier.verify(&request)?;
            ensure!(SignatureVerifier::from_auth_token("another").verify(&request).is_err());
        }
        "body" => {
            let body = text("body").as_bytes();
            let request =
                WebhookRequest::body(text("url"), "application/json", body).signature(text("signature"));
            SignatureVerifier::from_auth_token(SECRET).verify(&request)?;
        }
        "validation" => {
            let request = CanonicalRequest {
                method: "POST",
                path: "/2010-04-01/Accounts.json",
                query: text("query"),
                authorization: "Basic x",
                host: "api.twilio.com",
                body: text("body").as_bytes(),
            };
            ensure!(text("hash") == request.hash());
        }
        other => bail!("the kind {other} is not known"),
    }
    Ok(())
}

/// Whether two tokens say the same, but for when they were made, and theirs is signed with the secret.
fn same_but_times(ours: &str, theirs: &str) -> Result<()> {
    let (signed, signature) = theirs.rsplit_once('.').context("a token has three parts")?;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
    let signature = URL_SAFE_NO_PAD.decode(signature)?;
    ensure!(ring::hmac::verify(&key, signed.as_bytes(), &signature).is_ok(), "their signature");
    let claims = |token| -> Result<Value> {
        let mut claims = payload(token)?;
        let object = claims.as_object_mut().context("claims are an object")?;
        object.retain(|name, _| !matches!(name.as_str(), "exp" | "iat" | "nbf"));
        Ok(claims)
    };
    let (ours, theirs) = (claims(ours)?, claims(theirs)?);
    ensure!(ours == theirs, "ours is {ours}");
    Ok(())
}

/// Signs tokens and verifies webhooks on one thread, and prints how many of each a second.
pub(crate) fn bench(time: Duration) -> Result<()> {
    let key = key();
    let tokens = rate(time, || {
        let token = AccessToken::new(&key, "susan")?.grant(VideoGrant::new().room("My Room")).sign()?;
        ensure!(!token.is_empty());
        Ok(())
    })?;
    let (url, params) = ("https://example.com/sms", bench_params());
    let signature = sign_with(SignatureAlgorithm::HmacSha1, SECRET, url, params.iter().copied());
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(&params).finish();
    let verifier = SignatureVerifier::from_auth_token(SECRET);
    let webhooks = rate(time, || {
        verifier.verify(&WebhookRequest::form(url, form.as_bytes()).signature(&signature))?;
        Ok(())
    })?;
    line(&json!({"tokens": tokens, "webhooks": webhooks}));
    Ok(())
}

/// The parameters of an ordinary message.
fn bench_params() -> Vec<(&'static str, &'static str)> {
    vec![
        ("AccountSid", ACCOUNT),
        ("ApiVersion", "2010-04-01"),
        ("Body", "Hi there"),
        ("From", "+15017122661"),
        ("FromCity", "SAN FRANCISCO"),
        ("FromCountry", "US"),
        ("FromState", "CA"),
        ("FromZip", "94103"),
        ("MessageSid", "SM00000000000000000000000000000001"),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsMessageSid", "SM00000000000000000000000000000001"),
        ("SmsSid", "SM00000000000000000000000000000001"),
        ("SmsStatus", "received"),
        ("To", "+15558675310"),
        ("ToCountry", "US"),
    ]
}

fn rate(time: Duration, mut once: impl FnMut() -> Result<()>) -> Result<f64> {
    let started = Instant::now();
    let mut times = 0_u64;
    while started.elapsed() < time {
        for _ in 0..256 {
            once()?;
        }
        times += 256;
    }
    Ok(times as f64 / started.elapsed().as_secs_f64())
}
