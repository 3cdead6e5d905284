//! Errors as a user meets them, over real HTTP.

use std::error::Error as _;
use std::time::Duration;

use crate::common::{client, client_at, mock};
use twilio_sdk::api_v2010::builder::FetchRecordingAddOnResultPayloadDataParams;
use twilio_sdk::types::CallSid;

#[tokio::test]
async fn all_three_shapes_and_bodies_that_are_none_become_one_error() {
    let mock = mock().await;
    let twilio = client(&mock);
    let cases: [(u16, &str, Option<u32>, Option<&str>); 5] = [
        (
            400,
            r#"{"code":21211,"message":"bad","more_info":"https://x","status":400}"#,
            Some(21211),
            Some("bad"),
        ),
        (
            400,
            r#"{"code":20001,"message":"m","httpStatusCode":400,"userError":true}"#,
            Some(20001),
            Some("m"),
        ),
        (422, r#"{"type":"t","title":"T","status":422,"code":20422,"detail":"d"}"#, Some(20422), Some("d")),
        (502, "<html>Bad Gateway</html>", None, None),
        (503, "", None, None),
    ];
    for (status, body, code, message) in cases {
        mock.stub_next(status, &[("Twilio-Request-Id", "RQ1"), ("Retry-After", "7")], body);
        let error = twilio.api_v2010().create_message("+1").send().await.unwrap_err();
        assert!(error.is_api() && !error.is_decode(), "{error}");
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
        assert_eq!((error.code(), error.message()), (code, message));
        assert_eq!(error.request_id(), Some("RQ1"));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.operation_id(), Some("CreateMessage"));
        assert_eq!(error.body(), Some(body.as_bytes()));
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
}

#[tokio::test]
async fn any_success_status_is_a_success_and_an_empty_body_an_empty_answer() {
    let mock = mock().await;
    let twilio = client(&mock);
    mock.stub_next(202, &[], r#"{"sid":"SM1","unheard_of":{"a":1}}"#);
    let answer = twilio.api_v2010().create_message("+1").send_with_response().await.unwrap();
    assert_eq!(answer.status().as_u16(), 202);
    assert_eq!(answer.value().extra.get("unheard_of"), Some(&serde_json::json!({ "a": 1 })));
    assert_eq!(answer.raw_body(), br#"{"sid":"SM1","unheard_of":{"a":1}}"#);
    mock.stub_next(204, &[], "");
    assert!(twilio.api_v2010().create_message("+1").send().await.unwrap().sid.is_none());
    mock.stub_next(200, &[], "ignored");
    twilio.api_v2010().delete_message("SM1").send().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_a_decode_error_with_its_source_and_body() {
    let mock = mock().await;
    let bodies: [&[u8]; 3] = [b"<html>", br#"{"sid":"#, b"[1]"];
    for body in bodies {
        mock.stub_next(200, &[], body);
        let error = client(&mock).api_v2010().create_message("+1").send().await.unwrap_err();
        assert!(error.is_decode() && error.source().is_some(), "{error}");
        assert_eq!(error.body(), Some(body));
        assert!(!error.to_string().contains(&error.source().unwrap().to_string()));
    }
}

#[tokio::test]
async fn a_redirect_takes_no_credentials_along() {
    let (mock, other) = (mock().await, mock().await);
    let location = format!("{}/2010-04-01/Accounts.json", other.base_url());
    for status in [301, 302, 307, 308] {
        mock.stub_next(status, &[("Location", &location)], "");
        let error = client(&mock).api_v2010().create_message("+1").send().await.unwrap_err();
        assert_eq!(error.status().map(|s| s.as_u16()), Some(status));
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_redirect_that_is_the_answer_is_decoded() {
    let mock = mock().await;
    let body = r#"{"redirect_to":"https://example.com/file"}"#;
    mock.stub_next(307, &[("Location", "https://example.com/file")], body);
    let call = client(&mock).api_v2010().fetch_recording_add_on_result_payload_data(
        FetchRecordingAddOnResultPayloadDataParams {
            reference_sid: "RE1",
            add_on_result_sid: "XR1",
            payload_sid: "XH1",
        },
    );
    assert_eq!(call.send().await.unwrap().redirect_to.as_deref(), Some("https://example.com/file"));
}

#[tokio::test]
async fn time_outs_of_the_call_and_of_the_connection_are_told_apart() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let call = client_at(&address).api_v2010().fetch_balance().with_timeout(Duration::from_millis(50));
    let error = call.send().await.unwrap_err();
    assert!(error.is_timeout() && !error.is_connect(), "{error:?}");
    drop(silent);
    let error = client_at(&address).api_v2010().fetch_balance().send().await.unwrap_err();
    assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn what_cannot_stand_in_a_request_is_refused_before_it_is_sent() {
    let mock = mock().await;
    let api = client(&mock).api_v2010();
    for bad in ["", ".", ".."] {
        let error = api.fetch_call(bad).send().await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("`Sid`"), "{error}");
        assert!(api.delete_call(CallSid::from(bad)).send().await.unwrap_err().is_invalid_request());
    }
    let call = client(&mock).verify_v2().fetch_service("VA/../../x?y=z#f");
    let _ = call.send().await;
    let requests = mock.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/v2/Services/VA%2F..%2F..%2Fx%3Fy%3Dz%23f");
}

#[tokio::test]
async fn no_secret_and_no_value_is_in_debug_or_errors() {
    let mock = mock().await;
    let twilio = client(&mock);
    let call = twilio.api_v2010().create_message("+15558675310").body("private words");
    let printed = format!("{twilio:?} {call:?} {:?}", twilio.api_v2010());
    for hidden in ["key-secret", "private words", "+15558675310", "U0s"] {
        assert!(!printed.contains(hidden), "{hidden} in {printed}");
    }
    assert!(printed.contains("CreateMessage") && printed.contains("[redacted]"));
    mock.stub_next(200, &[], r#"{"auth_token":"tell-nobody","unknown_secret":"nor-this"}"#);
    let account = twilio.api_v2010().fetch_account("AC1").send_with_response().await.unwrap();
    let printed = format!("{account:?}");
    assert!(!printed.contains("tell-nobody") && !printed.contains("nor-this"), "{printed}");
    assert_eq!(account.value().auth_token.as_ref().map(|token| token.expose_secret()), Some("tell-nobody"));
}

#[tokio::test]
async fn errors_show_twilios_message_and_nothing_else_of_the_answer() {
    let mock = mock().await;
    let twilio = client(&mock);
    let bodies = [
        (
            400,
            r#"{"code":1,"message":"plain words","details":{"a":"hidden"},"params":["hidden"],"other":"hidden"}"#,
        ),
        (
            422,
            r#"{"title":"plain words","status":422,"details":"hidden","token":"hidden","x":{"y":"hidden"}}"#,
        ),
        (404, "<html>hidden</html>"),
        (200, r#""hidden""#),
        (200, r#"["hidden"]"#),
        (200, r#"{"sid":"hidden""#),
    ];
    for (status, body) in bodies {
        for list in [false, true] {
            mock.stub_next(status, &[("Set-Cookie", "a=hidden"), ("X-Any", "hidden")], body);
            let api = twilio.api_v2010();
            let error = match list {
                false => api.create_message("+15558675310").body("hidden").send().await.unwrap_err(),
                true => api.list_message().to("+15558675310").send().await.unwrap_err(),
            };
            let mut shown = format!("{error} {error:?} {error:#?} {:?}", error.error_body());
            let mut source = error.source();
            while let Some(cause) = source {
                shown.push_str(&format!("{cause} {cause:?}"));
                source = cause.source();
            }
            for hidden in ["hidden", "5558675310", "key-secret", "U0sw"] {
                assert!(!shown.contains(hidden), "{hidden} in {shown}");
            }
            assert_eq!(shown.contains("plain words"), body.contains("plain words"), "{shown}");
            assert_eq!(error.body(), Some(body.as_bytes()));
        }
    }
    let address = format!("{}/hidden-path", client_address());
    for number in ["+15558675310", "hidden"] {
        let call = client_at(&address).api_v2010().list_message().to(number);
        let error = call.send().await.unwrap_err();
        let shown = format!("{error} {error:?} {:?}", error.source());
        assert!(error.is_connect() && !shown.contains("hidden") && !shown.contains("5558675310"), "{shown}");
    }
}

/// An address at which nothing listens.
fn client_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}
