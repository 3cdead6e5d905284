//! Verifying access tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use serde_json::{Value, json};
use twilio_sdk_access_token::{AccessToken, AccessTokenError, SecretString, VideoGrant};

use crate::{SECRET, at, key};

/// Creates a token with these parts, signed with HMAC and this secret.
fn forge(header: &Value, payload: &Value, secret: &str) -> String {
    let text = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = ring::hmac::sign(&key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
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
fn claims_are_serialized() {
    let token = AccessToken::new(&key(), "susan").unwrap().grant(VideoGrant::new()).issued_at(at(5)).sign();
    let claims = AccessToken::verify_at(&token.unwrap(), &SECRET.into(), at(5)).unwrap();
    let expected = json!({"id": "SK123-5", "key_sid": "SK123", "account_sid": "AC123", "identity": "susan",
                          "expires_at": 3605, "not_before": 5, "grants": {"video": {}}});
    assert_eq!(serde_json::to_value(&claims).unwrap(), expected);
}
