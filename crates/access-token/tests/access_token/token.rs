//! Signing access tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use twilio_sdk_access_token::{
    AccessToken, AccessTokenError, ApiKeyConfig, ChatGrant, Grant, IpMessagingGrant, PlaybackGrant, RtcGrant,
    SyncGrant, TaskRouterGrant, VideoGrant, VoiceGrant,
};

use crate::{SECRET, anonymous, at, key, parts};

fn grants(token: AccessToken) -> Value {
    let text = token.sign().unwrap();
    let grants = parts(&text).1["grants"].clone();
    AccessToken::verify(&text, &SECRET.into()).expect("what is signed can be verified");
    grants
}

#[test]
fn the_reference_token_is_reproduced_to_the_byte() {
    let key = ApiKeyConfig::new(
        "AC15c1737bf14064d2278d616face3f17f",
        "SK21c17013f3face8fdc4e4623b0a9d2c1",
        "secret",
    );
    let token = AccessToken::new(&key, "susan")
        .unwrap()
        .danger_allow_short_secret()
        .grant(VideoGrant::new().room("My Room"))
        .issued_at(at(1_610_379_747))
        .sign()
        .unwrap();
    let (header, rest) = token.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let text = |part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(text(header), r#"{"typ":"JWT","alg":"HS256","cty":"twilio-fpa;v=1"}"#);
    assert_eq!(
        text(payload),
        concat!(
            r#"{"jti":"SK21c17013f3face8fdc4e4623b0a9d2c1-1610379747","#,
            r#""grants":{"video":{"room":"My Room"},"identity":"susan"},"#,
            r#""iss":"SK21c17013f3face8fdc4e4623b0a9d2c1","exp":1610383347,"nbf":1610379747,"#,
            r#""sub":"AC15c1737bf14064d2278d616face3f17f"}"#
        )
    );
    assert_eq!(signature, "xEY0wWujAbfbSgp-gC5FGa9DOfFUyqhHIXy01INn8Dk");
    assert_eq!(token.len(), 422);
}

#[test]
fn every_grant_has_its_name_and_fields() {
    let player = json!({"requestCredentials": null, "playbackUrl": "https://x", "n": 1});
    let table: Vec<(Grant, Value)> = vec![
        (
            VoiceGrant::new().outgoing_application_sid("AP123").outgoing_param("foo", "bar").into(),
            json!({"voice": {"outgoing": {"application_sid": "AP123", "params": {"foo": "bar"}}}}),
        ),
        (VoiceGrant::new().incoming_allow(true).into(), json!({"voice": {"incoming": {"allow": true}}})),
        (VoiceGrant::new().incoming_allow(false).into(), json!({"voice": {}})),
        (VoiceGrant::new().outgoing_param("lost", "x").into(), json!({"voice": {}})),
        (
            VoiceGrant::new().push_credential_sid("CR1").endpoint_id("e").into(),
            json!({"voice": {"push_credential_sid": "CR1", "endpoint_id": "e"}}),
        ),
        (VideoGrant::new().room("RM123").into(), json!({"video": {"room": "RM123"}})),
        (VideoGrant::new().room("").into(), json!({"video": {}})),
        (
            ChatGrant::new()
                .service_sid("IS123")
                .endpoint_id("e")
                .deployment_role_sid("RL1")
                .push_credential_sid("CR123")
                .into(),
            json!({"chat": {"service_sid": "IS123", "endpoint_id": "e", "deployment_role_sid": "RL1",
                            "push_credential_sid": "CR123"}}),
        ),
        (
            SyncGrant::new().service_sid("IS123").endpoint_id("e").into(),
            json!({"data_sync": {"service_sid": "IS123", "endpoint_id": "e"}}),
        ),
        (
            TaskRouterGrant::new().workspace_sid("WS123").worker_sid("WK123").role("worker").into(),
            json!({"task_router": {"workspace_sid": "WS123", "worker_sid": "WK123", "role": "worker"}}),
        ),
        (PlaybackGrant(player.clone()).into(), json!({"player": player})),
        (
            RtcGrant::new().configuration_profile_sid("VS1").into(),
            json!({"rtc": {"configuration_profile_sid": "VS1"}}),
        ),
        (
            IpMessagingGrant(ChatGrant::new().service_sid("IS1")).into(),
            json!({"ip_messaging": {"service_sid": "IS1"}}),
        ),
    ];
    for (grant, expected) in table {
        assert_eq!(grants(anonymous().grant(grant)), expected);
    }
    assert_eq!(grants(anonymous()), json!({}));
    assert_eq!(
        grants(anonymous().grant(VideoGrant::new()).grant(ChatGrant::new())),
        json!({"video": {}, "chat": {}})
    );
    let last = anonymous().grant(VideoGrant::new().room("a")).grant(VideoGrant::new().room("b"));
    assert_eq!(grants(last), json!({"video": {"room": "b"}}));
    let with_identity = AccessToken::new(&key(), "test@twilio.com").unwrap();
    assert_eq!(grants(with_identity), json!({"identity": "test@twilio.com"}));
}

#[test]
fn times_and_region_are_claims() {
    let claims = |token: AccessToken| {
        let (header, payload, _) = parts(&token.sign().unwrap());
        (header.get("twr").cloned(), payload["exp"].as_u64(), payload.get("nbf").and_then(Value::as_u64))
    };
    let zero = || anonymous().issued_at(at(0));
    let seconds = Duration::from_secs;
    assert_eq!(claims(zero().ttl(seconds(10)).unwrap()), (None, Some(10), Some(0)));
    assert_eq!(claims(zero().ttl(seconds(10)).unwrap().ttl(seconds(20)).unwrap()), (None, Some(20), Some(0)));
    assert_eq!(claims(zero().ttl(seconds(10)).unwrap().expires_at(at(70))), (None, Some(70), Some(0)));
    assert_eq!(claims(zero().not_before(None)), (None, Some(3600), None));
    assert_eq!(claims(anonymous().issued_at(at(50)).ttl(seconds(10)).unwrap()), (None, Some(60), Some(50)));
    assert_eq!(claims(zero().not_before(at(7))), (None, Some(3600), Some(7)));
    assert_eq!(claims(zero().region("ie1")).0, Some(json!("ie1")));
    assert_eq!(claims(zero().region("")).0, None);
    assert_eq!(zero().region("not a region").sign().unwrap_err().code(), Some(20102));
}

#[test]
fn a_lifetime_of_less_than_a_second_or_more_than_a_day_is_rejected() {
    for (ttl, good) in [(0, false), (1, true), (86_400, true), (86_401, false), (999_999_999, false)] {
        let token = anonymous().ttl(Duration::from_secs(ttl));
        assert_eq!(token.is_ok(), good, "{ttl}");
        if let Err(error) = token {
            assert_eq!(error.code(), Some(20104));
            assert!(error.to_string().contains("20104"), "{error}");
        }
    }
    assert!(anonymous().ttl(Duration::from_millis(999)).is_err());
    let day = anonymous().issued_at(at(100));
    assert!(day.clone().expires_at(at(100 + 86_400)).sign().is_ok());
    for until in [100 + 86_401, 100, 50] {
        assert_eq!(day.clone().expires_at(at(until)).sign().unwrap_err().code(), Some(20104), "{until}");
    }
    assert_eq!(day.not_before(at(100 + 3600)).sign().unwrap_err().code(), Some(20104));
}

#[test]
fn a_short_ttl_stays_short() {
    let text = anonymous().ttl(Duration::from_secs(5)).unwrap().issued_at(at(10)).sign().unwrap();
    assert_eq!(parts(&text).1["exp"], 15);
}

#[test]
fn tokens_of_one_second_can_have_different_ids() {
    let id = |token: &AccessToken| parts(&token.sign().unwrap()).1["jti"].as_str().unwrap().to_owned();
    let token = anonymous().issued_at(at(5));
    assert_eq!(id(&token), "SK123-5");
    let token = token.random_id();
    let (first, second) = (id(&token), id(&token));
    assert_ne!(first, second);
    assert!(first.starts_with("SK123-5-") && first.len() == "SK123-5-".len() + 32, "{first}");
}

#[test]
fn values_that_twilio_would_reject_are_errors() {
    let made = |account: &str, key: &str, secret: &str, identity: &str| {
        AccessToken::new(&ApiKeyConfig::new(account, key, secret), identity)
    };
    let code = |result: Result<AccessToken, AccessTokenError>| result.unwrap_err().code();
    assert_eq!(code(made("SK123", "SK123", SECRET, "a")), Some(20103));
    assert_eq!(code(made("AC123", "AC123", SECRET, "a")), Some(20103));
    assert_eq!(code(made("AC1/..", "SK123", SECRET, "a")), Some(20103));
    assert_eq!(code(made("AC123", "SK123", "", "a")), Some(20107));
    assert_eq!(code(made("AC123", "SK123", SECRET, "")), Some(20106));
    assert_eq!(code(made("AC123", "SK123", SECRET, &"é".repeat(257))), Some(51003));
    assert!(made("AC123", "SK123", SECRET, &"é".repeat(256)).is_ok());
    let sign = |token: AccessToken| token.sign().unwrap_err().code();
    assert_eq!(sign(made("AC123", "SK123", "short", "a").unwrap()), Some(20107));

    let with = |identity: &str| AccessToken::new(&key(), identity).unwrap();
    assert_eq!(sign(with("a@b.c").grant(VoiceGrant::new())), Some(20106));
    assert!(with("a@b.c").grant(VideoGrant::new()).sign().is_ok());
    assert!(with("Susan_7").grant(VoiceGrant::new()).sign().is_ok());
    let bad: Vec<(Grant, u32)> = vec![
        (VoiceGrant::new().outgoing_application_sid("CA1").into(), 20106),
        (VoiceGrant::new().push_credential_sid("AP1").into(), 20106),
        (VoiceGrant::new().endpoint_id("e".repeat(257)).into(), 51004),
        (ChatGrant::new().service_sid("AC1").into(), 20106),
        (ChatGrant::new().endpoint_id("e".repeat(257)).into(), 51004),
        (SyncGrant::new().service_sid("ZS1").into(), 20106),
        (TaskRouterGrant::new().workspace_sid("WK1").into(), 20106),
        (TaskRouterGrant::new().worker_sid("WS1").into(), 20106),
        (PlaybackGrant(Value::Null).into(), 20106),
    ];
    for (grant, code) in bad {
        let error = anonymous().grant(grant.clone()).sign().unwrap_err();
        assert_eq!(error.code(), Some(code), "{grant:?}");
        assert!(error.to_string().contains(&code.to_string()), "{error}");
    }
    assert!(anonymous().grant(SyncGrant::new().service_sid("default")).sign().is_ok());
}
