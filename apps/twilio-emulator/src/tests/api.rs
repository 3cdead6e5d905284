//! The public types, and the emulator's own credentials.

use super::*;
use crate::{
    ConfigError, EmulatorBuilder, EmulatorError, Fault, FaultHandle, FaultPlan, FaultRule, RecordedFile,
    RecordedRequest, RequestMatcher, TokenFormat,
};

#[test]
fn public_types_are_send_and_sync() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<Emulator>();
    assert_send_sync::<EmulatorBuilder>();
    assert_send_sync::<EmulatorError>();
    assert_send_sync::<ConfigError>();
    assert_send_sync::<Fault>();
    assert_send_sync::<FaultHandle>();
    assert_send_sync::<FaultPlan>();
    assert_send_sync::<FaultRule>();
    assert_send_sync::<RecordedFile>();
    assert_send_sync::<RecordedRequest>();
    assert_send_sync::<RequestMatcher>();
    assert_send_sync::<TokenFormat>();
}

#[tokio::test]
async fn its_own_credentials_are_accepted_and_secret() {
    let (first, second) =
        (Emulator::builder().accept_basic("SKone", "secret").start(), Emulator::builder().start());
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    let token = first.credentials().auth_token.expose_secret().to_owned();
    assert_ne!(token, second.credentials().auth_token.expose_secret());
    let get = async |user: &str, password: &str| {
        let url = format!("{}/2010-04-01/Accounts.json", first.base_url());
        http().get(url).basic_auth(user, Some(password)).send().await.unwrap().status().as_u16()
    };
    let account = first.credentials().account_sid;
    assert_eq!(get(account.as_str(), &token).await, 200);
    assert_eq!(get("SKone", "secret").await, 200);
    assert_eq!(get(account.as_str(), "secret").await, 401);
    assert_eq!(get("SKone", &token).await, 401);
    assert!(!format!("{first:?} {:?}", first.requests()).contains(&token));
}

#[tokio::test]
async fn review_69_the_requests_that_are_kept_are_bounded_by_bytes() {
    let emulator = Emulator::builder().max_recorded_bytes(8 << 20).start().await.unwrap();
    let client = http();
    // The form is kept in addition to the body, so each request takes some 2 MiB.
    let body = "x".repeat(1 << 20);
    for number in 0..12 {
        let url = format!("{}/2010-04-01/Accounts/{USER}/Messages.json", emulator.base_url());
        let request = client.post(url).basic_auth(USER, Some("secret"));
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let form = format!("To=%2B15558675310&From=%2B15017122661&Body={number}{body}");
        request.body(form).send().await.unwrap();
    }
    let kept: Vec<String> = emulator
        .requests()
        .iter()
        .map(|request| request.form_value("Body").unwrap().trim_end_matches('x').to_owned())
        .collect();
    assert!((2..=4).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept.last().map(String::as_str), Some("11"));
}

#[tokio::test]
async fn review_68_an_operation_that_does_not_exist_is_told_with_the_nearest_name() {
    let emulator = Emulator::start().await.unwrap();
    for (given, nearest) in [
        ("CreateVerificationChek", "CreateVerificationCheck"),
        ("CreateMesage", "CreateMessage"),
        ("createmessage", "CreateMessage"),
        ("verify_v2/CreateVerificationChek", "verify_v2/CreateVerificationCheck"),
        ("api_v2010/CreateMesage", "api_v2010/CreateMessage"),
        ("api_v201/CreateMessage", "api_v2010/CreateMessage"),
        ("verify_v2/CreateCall", "api_v2010/CreateCall"),
        ("media/FetchFiel", "media/FetchFile"),
    ] {
        let stubbed = emulator.stub_operation(given, 200, &serde_json::json!({})).unwrap_err();
        let matcher = || RequestMatcher::operation(given);
        let failed = emulator.inject_fault(matcher(), Fault::status(500)).unwrap_err();
        let sequence = emulator.inject_sequence(matcher(), [None]).unwrap_err();
        let file =
            FaultPlan::from_toml(&format!("[[fault]]\noperation = '{given}'\nkind = 'reset'")).unwrap_err();
        let plan = FaultPlan::new().rule(FaultRule::new(matcher(), Fault::status(500)));
        let started = Emulator::builder().faults(plan).start().await.unwrap_err();
        assert_eq!(started.kind(), std::io::ErrorKind::InvalidInput);
        let messages = [
            stubbed.to_string(),
            failed.to_string(),
            sequence.to_string(),
            file.to_string(),
            started.to_string(),
        ];
        for message in messages {
            assert!(message.contains(&format!("did you mean {nearest:?}?")), "{given}: {message}");
        }
    }
    let nothing = emulator.stub_operation("Whatever", 200, &serde_json::json!({})).unwrap_err().to_string();
    assert!(nothing.contains("give an operationId such as CreateMessage"), "{nothing}");
    let host = emulator
        .inject_fault(RequestMatcher::route("GET", "verfy.twilio.com/v2/**"), Fault::reset())
        .unwrap_err()
        .to_string();
    assert!(host.contains("is not a route"), "{host}");
    for right in ["CreateMessage", "api_v2010/CreateMessage", "media/FetchFile"] {
        emulator.stub_operation(right, 200, &serde_json::json!({})).unwrap();
        emulator.inject_fault(RequestMatcher::operation(right), Fault::status(500)).unwrap().times(0);
    }
}
