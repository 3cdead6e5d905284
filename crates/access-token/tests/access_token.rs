//! Access tokens and their neighbours, against vectors and the behaviour tables of Twilio's own libraries.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, deprecated)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use twilio_sdk_access_token::{
    AccessToken, AccessTokenError, ApiKeyConfig, AuthTokenConfig, CanonicalRequest, ChatGrant,
    ClientCapabilityToken, Grant, IpMessagingGrant, JwsAlgorithm, PlaybackGrant, PublicKeyClientValidation,
    RtcGrant, SecretString, SyncGrant, TaskRouterCapabilityToken, TaskRouterGrant, TaskRouterPolicy,
    VideoGrant, VoiceGrant,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn key() -> ApiKeyConfig {
    ApiKeyConfig::new("AC123", "SK123", SECRET)
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Returns header, payload and signature.
fn parts(token: &str) -> (Value, Value, String) {
    let mut parts = token.split('.');
    let mut json =
        || serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next().unwrap()).unwrap()).unwrap();
    let (header, payload) = (json(), json());
    (header, payload, parts.next().unwrap().to_owned())
}

/// Creates a token with these parts, signed with HMAC and this secret.
fn forge(header: &Value, payload: &Value, secret: &str) -> String {
    let text = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = ring::hmac::sign(&key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn grants(token: AccessToken) -> Value {
    let text = token.sign().unwrap();
    let grants = parts(&text).1["grants"].clone();
    AccessToken::verify(&text, &SECRET.into()).expect("what is signed can be verified");
    grants
}

fn anonymous() -> AccessToken {
    AccessToken::without_identity(&key()).unwrap()
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
fn a_token_of_twilios_python_library_is_verified() {
    let header = r#"{"alg":"HS256","cty":"twilio-fpa;v=1","typ":"JWT"}"#;
    let payload = concat!(
        r#"{"jti":"SK21c17013f3face8fdc4e4623b0a9d2c1-1610379747","#,
        r#""grants":{"video":{"room":"My Room"},"identity":"susan"},"#,
        r#""iss":"SK21c17013f3face8fdc4e4623b0a9d2c1","exp":1610383347,"nbf":1610379747,"#,
        r#""sub":"AC15c1737bf14064d2278d616face3f17f"}"#
    );
    let token = format!(
        "{}.{}.yYLUmtsy51L_fplx1_FAfZ0N-2mFTLIkh1imdAuOQ8M",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    );
    let claims = AccessToken::verify_at(&token, &"secret".into(), at(1_610_379_747)).unwrap();
    assert_eq!(claims.identity(), Some("susan"));
    assert_eq!(claims.video(), Some(VideoGrant::new().room("My Room")));
    assert_eq!(claims.expires_at(), at(1_610_383_347));
    assert_eq!(claims.not_before(), Some(at(1_610_379_747)));
    assert_eq!(claims.key_sid(), "SK21c17013f3face8fdc4e4623b0a9d2c1");
    assert_eq!(claims.account_sid(), "AC15c1737bf14064d2278d616face3f17f");
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

#[test]
fn only_valid_tokens_are_accepted() {
    let secret = SecretString::from(SECRET);
    let verify = |token: &str| AccessToken::verify_at(token, &secret, at(1_000)).map(drop);
    let header = json!({"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"});
    let payload = json!({"jti": "SK1-1", "iss": "SK1", "sub": "AC1", "exp": 2_000, "nbf": 1_000,
                         "grants": {"identity": "a"}});
    let good = forge(&header, &payload, SECRET);
    verify(&good).unwrap();
    let with = |name: &str, value: Value| {
        let mut payload = payload.clone();
        payload[name] = value;
        forge(&header, &payload, SECRET)
    };
    let header_with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        forge(&header, &payload, SECRET)
    };
    assert_eq!(verify(&forge(&header, &payload, "another")), Err(AccessTokenError::Signature));
    let (signed, _) = good.rsplit_once('.').unwrap();
    assert_eq!(verify(&format!("{signed}.")), Err(AccessTokenError::Signature), "no signature at all");
    let other = with("sub", json!("AC2"));
    let tampered = format!("{}.{}", other.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().1);
    assert_eq!(verify(&tampered), Err(AccessTokenError::Signature));
    for algorithm in ["none", "None", "HS512", "HS384", "RS256", "hs256", ""] {
        let token = header_with("alg", json!(algorithm));
        assert_eq!(verify(&token), Err(AccessTokenError::Algorithm(algorithm.into())));
        assert_eq!(
            verify(&format!("{}.", token.rsplit_once('.').unwrap().0)),
            Err(AccessTokenError::Algorithm(algorithm.into()))
        );
    }
    assert!(matches!(verify(&header_with("alg", Value::Null)), Err(AccessTokenError::Algorithm(_))));
    assert!(matches!(
        verify(&header_with("cty", json!("twilio-pkrv;v=1"))),
        Err(AccessTokenError::InvalidHeader(_))
    ));
    assert!(matches!(verify(&header_with("cty", Value::Null)), Err(AccessTokenError::InvalidHeader(_))));
    assert!(matches!(verify(&header_with("crit", json!(["x"]))), Err(AccessTokenError::InvalidHeader(_))));
    assert_eq!(verify(&with("exp", json!(1_000))), Err(AccessTokenError::Expired));
    assert_eq!(verify(&with("nbf", json!(1_001))), Err(AccessTokenError::NotYetValid));
    for (name, value) in [
        ("exp", json!("2000")),
        ("exp", Value::Null),
        ("exp", json!(-1)),
        ("nbf", json!("0")),
        ("iss", json!(1)),
        ("sub", Value::Null),
        ("grants", json!([])),
        ("grants", json!({"identity": 5})),
    ] {
        assert!(
            matches!(verify(&with(name, value.clone())), Err(AccessTokenError::Claim(_))),
            "{name} {value}"
        );
    }
    assert!(matches!(verify(&with("grants", json!({"voice": []}))), Err(AccessTokenError::Grant(..))));
    for malformed in ["", ".", "..", "...", "a.b.c", "é.é.é", &format!("{good}.x"), &good.replace('.', " ")]
    {
        assert!(verify(malformed).is_err(), "{malformed}");
    }
    assert!(matches!(verify(&"a".repeat(70_000)), Err(AccessTokenError::Malformed(_))));
    assert!(
        matches!(AccessToken::verify(&good, &"".into()), Err(AccessTokenError::Secret(_))),
        "an empty secret"
    );
    assert_eq!(AccessToken::verify(&good, &secret), Err(AccessTokenError::Expired), "by the real clock");
}

#[test]
fn no_secret_is_printed() {
    let token = anonymous();
    let auth = AuthTokenConfig::new("AC123", SECRET);
    let printed = format!("{token:?} {:?}", ClientCapabilityToken::new(&auth).unwrap());
    assert!(!printed.contains(SECRET), "{printed}");
}

#[test]
fn a_client_capability_names_its_scopes() {
    let auth = AuthTokenConfig::new("AC123", "token");
    let token = ClientCapabilityToken::new(&auth)
        .unwrap()
        .issued_at(at(0))
        .allow_outgoing("AP123", [("b", "2 3"), ("a", "1&")])
        .allow_incoming("andy")
        .allow_events([("Type", "x")]);
    let text = token.sign().unwrap();
    let (header, payload, _) = parts(&text);
    assert_eq!(header, json!({"typ": "JWT", "alg": "HS256"}));
    assert_eq!(
        payload,
        json!({"iss": "AC123", "exp": 3600, "scope": concat!(
            "scope:client:outgoing?appParams=a%3D1%2526%26b%3D2%2B3&appSid=AP123&clientName=andy ",
            "scope:client:incoming?clientName=andy ",
            "scope:stream:subscribe?params=Type%3Dx&path=%2F2010-04-01%2FEvents"
        )})
    );
    assert_eq!(text, forge_bytes(&text, "token"));
    let alone =
        ClientCapabilityToken::new(&auth).unwrap().allow_outgoing("AP123", [("", ""); 0]).sign().unwrap();
    assert_eq!(parts(&alone).1["scope"], "scope:client:outgoing?appSid=AP123");
    assert_eq!(parts(&ClientCapabilityToken::new(&auth).unwrap().sign().unwrap()).1["scope"], "");
    assert!(ClientCapabilityToken::new(&auth).unwrap().allow_incoming("a b").sign().is_err());
    assert!(ClientCapabilityToken::new(&auth).unwrap().allow_outgoing("CA1", [("", ""); 0]).sign().is_err());
    assert!(ClientCapabilityToken::new(&auth).unwrap().ttl(Duration::from_secs(86_401)).is_err());
    assert!(ClientCapabilityToken::new(&AuthTokenConfig::new("AC123", "")).is_err());
}

/// Signs the same token here.
fn forge_bytes(token: &str, secret: &str) -> String {
    let (text, _) = token.rsplit_once('.').unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, text.as_bytes())))
}

#[test]
fn a_task_router_capability_lists_its_policies() {
    let auth = AuthTokenConfig::new("AC123", "token");
    let worker = TaskRouterCapabilityToken::worker(&auth, "WS456", "WK789").unwrap().issued_at(at(0));
    let text = worker.allow_activity_updates().sign().unwrap();
    assert_eq!(text, forge_bytes(&text, "token"));
    let payload = parts(&text).1;
    let policy = |method: &str, url: &str, filter: Value| json!({"url": url, "method": method, "allow": true, "query_filter": {}, "post_filter": filter});
    let events = "https://event-bridge.twilio.com/v1/wschannels/AC123/WK789";
    let workspace = "https://taskrouter.twilio.com/v1/Workspaces/WS456";
    let expected = json!({
        "account_sid": "AC123", "workspace_sid": "WS456", "channel": "WK789", "worker_sid": "WK789",
        "version": "v1", "friendly_name": "WK789", "iss": "AC123", "exp": 3600,
        "policies": [
            policy("GET", events, json!({})),
            policy("POST", events, json!({})),
            policy("GET", &format!("{workspace}/Workers/WK789"), json!({})),
            policy("GET", &format!("{workspace}/Activities"), json!({})),
            policy("GET", &format!("{workspace}/Tasks/**"), json!({})),
            policy("GET", &format!("{workspace}/Workers/WK789/Reservations/**"), json!({})),
            policy("POST", &format!("{workspace}/Workers/WK789"), json!({"ActivitySid": {"required": true}})),
        ],
    });
    assert_eq!(payload, expected);

    let queue = TaskRouterCapabilityToken::task_queue(&auth, "WS456", "WQ1").unwrap();
    let queue = parts(&queue.allow_fetch_subresources().allow_delete().sign().unwrap()).1;
    assert_eq!(queue["taskqueue_sid"], "WQ1");
    assert_eq!(queue["policies"][3]["url"], json!(format!("{workspace}/TaskQueues/WQ1/**")));
    assert_eq!(queue["policies"][4]["method"], "DELETE");
    let wide = TaskRouterCapabilityToken::workspace_wide(&auth, "WS456").unwrap();
    let wide = wide.policy(TaskRouterPolicy::deny("POST", "https://x").allow_query("q"));
    let wide = parts(&wide.sign().unwrap()).1;
    assert!(wide.get("worker_sid").is_none() && wide.get("taskqueue_sid").is_none());
    assert_eq!(wide["policies"][3]["allow"], false, "a policy can forbid");
    assert_eq!(wide["policies"][3]["query_filter"], json!({"q": {"required": false}}));

    assert!(TaskRouterCapabilityToken::worker(&auth, "WK1", "WK1").is_err());
    assert!(TaskRouterCapabilityToken::worker(&auth, "WS1", "WQ1").is_err());
    assert!(TaskRouterCapabilityToken::task_queue(&auth, "WS1", "WK1").is_err());
    assert!(TaskRouterCapabilityToken::worker(&AuthTokenConfig::new("SK1", "t"), "WS1", "WK1").is_err());
}

#[test]
fn the_canonical_request_has_the_known_hashes() {
    let base = CanonicalRequest {
        method: "GET",
        path: "/Messages",
        query: "PageSize=5&Limit=10",
        authorization: "foobar",
        host: "api.twilio.com",
        body: b"foobar",
    };
    assert_eq!(base.hash(), "4dc9b67bed579647914587b0e22a1c65c1641d8674797cd82de65e766cce5f80");
    let post = CanonicalRequest { method: "POST", query: "", body: b"testbody", ..base.clone() };
    assert_eq!(post.hash(), "bd792c967c20d546c738b94068f5f72758a10d26c12979677501e1eefe58c65a");
    let slashes = CanonicalRequest { path: "//Messages", ..base.clone() };
    assert_eq!(slashes.hash(), base.hash(), "slashes are single");
    let star = |query| CanonicalRequest { query, ..base.clone() }.hash();
    assert_eq!(star("a=*"), star("a=%2A"));
    assert_eq!(star("a=%7E"), star("a=~"));
    assert_ne!(star("a=1"), star("a=2"));
}

#[test]
fn a_signed_request_is_signed_by_the_private_key() {
    let generated = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])
        .output()
        .expect("the program openssl creates the test's key");
    let pem = generated.stdout;
    let request = CanonicalRequest {
        method: "GET",
        path: "/Messages",
        query: "",
        authorization: "Basic x",
        host: "api.twilio.com",
        body: b"",
    };
    let der = rustls_pki_types::pem::PemObject::from_pem_slice(&pem).unwrap();
    let rustls_pki_types::PrivateKeyDer::Pkcs8(der) = der else { panic!("PKCS#8") };
    let public = ring::signature::RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    let validation = PublicKeyClientValidation::new("AC1", "SK1", "CR1", &pem).unwrap().issued_at(at(0));
    let checks: [(_, _, &dyn ring::signature::VerificationAlgorithm); 2] = [
        (JwsAlgorithm::Rs256, "RS256", &ring::signature::RSA_PKCS1_2048_8192_SHA256),
        (JwsAlgorithm::Ps256, "PS256", &ring::signature::RSA_PSS_2048_8192_SHA256),
    ];
    for (algorithm, name, verification) in checks {
        let token = validation.clone().algorithm(algorithm).sign(&request).unwrap();
        let (header, payload, signature) = parts(&token);
        assert_eq!(header, json!({"typ": "JWT", "alg": name, "cty": "twilio-pkrv;v=1", "kid": "CR1"}));
        let expected = json!({"iss": "SK1", "sub": "AC1", "exp": 300, "hrh": "authorization;host", "rqh": request.hash()});
        assert_eq!(payload, expected);
        let key = ring::signature::UnparsedPublicKey::new(verification, public.public());
        let signed = token.rsplit_once('.').unwrap().0.as_bytes();
        key.verify(signed, &URL_SAFE_NO_PAD.decode(signature).unwrap()).expect(name);
        assert!(key.verify(b"another", &[0; 256]).is_err());
    }
    assert!(PublicKeyClientValidation::new("AC1", "SK1", "SK1", &pem).is_err());
    assert!(PublicKeyClientValidation::new("AC1", "SK1", "CR1", b"no key").is_err());
}

proptest! {
    #[test]
    fn signed_claims_are_verified(identity in "\\PC{1,64}", room in "\\PC{0,64}", ttl in 1_u64..=86_400, flip in any::<prop::sample::Index>()) {
        let token = AccessToken::new(&key(), identity.clone()).unwrap()
            .ttl(Duration::from_secs(ttl)).unwrap()
            .issued_at(at(1_000))
            .grant(VideoGrant::new().room(room.clone()))
            .sign().unwrap();
        let claims = AccessToken::verify_at(&token, &SECRET.into(), at(1_000)).unwrap();
        prop_assert_eq!(claims.identity(), Some(identity.as_str()));
        prop_assert_eq!(claims.video().unwrap().room.unwrap_or_default(), room);
        prop_assert_eq!(claims.expires_at(), at(1_000 + ttl));
        let mut bytes = token.into_bytes();
        let place = flip.index(bytes.len());
        bytes[place] ^= 1;
        let flipped = String::from_utf8(bytes).unwrap();
        prop_assert!(AccessToken::verify_at(&flipped, &SECRET.into(), at(1_000)).is_err(), "{}", place);
    }

    #[test]
    fn no_string_makes_the_verifier_panic(text in "\\PC*") {
        let _ = AccessToken::verify(&text, &SECRET.into());
    }
}

#[test]
fn types_are_send_and_sync() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(AccessToken, twilio_sdk_access_token::Claims, Grant, AccessTokenError)>();
    assert_send_sync::<(ClientCapabilityToken, TaskRouterCapabilityToken, TaskRouterPolicy)>();
    assert_send_sync::<(PublicKeyClientValidation, CanonicalRequest<'_>, JwsAlgorithm)>();
}

#[test]
fn claims_are_serialized() {
    let token = AccessToken::new(&key(), "susan").unwrap().grant(VideoGrant::new()).issued_at(at(5)).sign();
    let claims = AccessToken::verify_at(&token.unwrap(), &SECRET.into(), at(5)).unwrap();
    let expected = json!({"id": "SK123-5", "key_sid": "SK123", "account_sid": "AC123", "identity": "susan",
                          "expires_at": 3605, "not_before": 5, "grants": {"video": {}}});
    assert_eq!(serde_json::to_value(&claims).unwrap(), expected);
}

#[test]
fn algorithms_are_parsed_as_they_are_displayed() {
    for algorithm in [JwsAlgorithm::Rs256, JwsAlgorithm::Ps256] {
        assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
    }
    assert!("HS256".parse::<JwsAlgorithm>().is_err());
}
