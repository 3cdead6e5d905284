//! Responses that are not well-formed JSON: what can be read is read, in async and blocking requests.

use serde_json::{Value, json};
use twilio_sdk::types::Extra;

use crate::server::{Answer, Server};
use crate::transport::{client, once};

const PAGE: &str = r#"{"messages":[{"sid":"SM1","body":"one"},ITEM,{"sid":"SM3","body":"three"}],"page":0}"#;

/// Each kind of damage of one item, and the `body` that is read of it.
fn damages() -> Vec<(Vec<u8>, Option<&'static str>)> {
    let item = |body: &[u8]| [b"{\"sid\":\"SM2\",\"body\":", body, b"}"].concat();
    let deep =
        |depth: usize| item(format!("\"b\",\"deep\":{}1{}", "[".repeat(depth), "]".repeat(depth)).as_bytes());
    vec![
        (item(br#""a\ud800b""#), Some("a\u{fffd}b")),
        (item(br#""\udc00\ud83d\ude00""#), Some("\u{fffd}😀")),
        (item(b"\"a\xffb\xc3\""), Some("a\u{fffd}b\u{fffd}")),
        (item(b"\"a\nb\x01\""), Some("a\nb\u{1}")),
        (item(br#""b","num_segments":1e400"#), Some("b")),
        (item(br#""b","extra":NaN"#), Some("b")),
        (item(b"1e400"), Some("1e400")),
        (item(br#""b","account_sid":"AC1X"#), Some("b")),
        (item(br#""b","status":queued,"#), Some("b")),
        (deep(100), Some("b")),
        (deep(200), Some("b")),
        (deep(100_000), Some("b")),
        (item(br#"{"odd":[1e999]}"#), None),
    ]
}

fn page(item: &[u8]) -> Vec<u8> {
    let (start, end) = PAGE.split_once("ITEM").unwrap();
    [start.as_bytes(), item, end.as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_27_a_page_with_a_damaged_item_yields_every_item() {
    for (item, expected) in damages() {
        let shown = String::from_utf8_lossy(&item[..item.len().min(80)]).into_owned();
        let answers: Vec<Answer> = (0..2).map(|_| Answer::status(200, &[], page(&item))).collect();
        let server = Server::start(answers).await;
        let twilio = client(&server);
        let page = twilio.api_v2010().list_message().send().await.expect(&shown);
        let sids: Vec<_> =
            page.items.iter().filter_map(|item| item.sid.as_ref()).map(|s| s.as_str()).collect();
        assert_eq!(sids, ["SM1", "SM2", "SM3"], "{shown}");
        let bodies: Vec<_> = page.items.iter().map(|item| item.body.as_deref()).collect();
        assert_eq!(bodies, [Some("one"), expected, Some("three")], "{shown}");
        let repaired = if shown.contains("\"deep\"") && item.len() < 400 { &[][..] } else { &[1] };
        assert_eq!(page.repaired_items(), repaired, "{shown}");
        #[cfg(feature = "blocking")]
        {
            let list = twilio.api_v2010().list_message();
            let items =
                tokio::task::spawn_blocking(move || list.items_blocking().collect::<Vec<_>>()).await.unwrap();
            assert_eq!(items.len(), 3, "{shown}");
            assert!(items.iter().all(Result::is_ok), "{shown}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_27_a_damaged_response_is_read_and_says_so() {
    let bodies: [(&[u8], bool); 7] = [
        (b"{\"sid\":\"SM1\",\"body\":\"x\"}", false),
        (b"\xef\xbb\xbf{\"sid\":\"SM1\",\"body\":\"x\"}", true),
        (b"{\"sid\":\"SM1\",\"body\":\"x\"}\n<!-- proxy -->", true),
        (b"{\"sid\":\"SM1\",\"new\":\"\\ud800\",\"body\":\"x\"}", true),
        (b"{\"sid\":\"SM1\",\"new\":-1e999,\"body\":\"x\"}", true),
        (b"{\"sid\":\"SM1\",,\"body\":\"x\"}", true),
        (b"{\"sid\":\"SM1\",\0\"body\":\"x\",}", true),
    ];
    for (body, repaired) in bodies {
        let shown = String::from_utf8_lossy(body);
        let server = Server::start([Answer::status(200, &[], body), Answer::status(200, &[], body)]).await;
        let twilio = client(&server);
        let response = twilio.api_v2010().fetch_message("SM1").send_with_response().await.expect(&shown);
        assert_eq!(response.is_repaired(), repaired, "{shown}");
        assert_eq!(response.raw_body(), body, "the body stays as it came");
        let message = response.into_value();
        assert_eq!(message.sid.unwrap().as_str(), "SM1", "{shown}");
        assert_eq!(message.body.as_deref(), Some("x"), "{shown}");
        #[cfg(feature = "blocking")]
        {
            let fetch = twilio.api_v2010().fetch_message("SM1");
            let message =
                tokio::task::spawn_blocking(move || fetch.send_blocking()).await.unwrap().expect(&shown);
            assert_eq!(message.body.as_deref(), Some("x"), "{shown}");
        }
    }
}

#[tokio::test]
async fn review_27_the_text_of_a_number_that_no_double_holds_is_kept() {
    let body = r#"{"sid":"SM1","price":-1e400,"num_segments":12345678901234567890123,"new":0.12345678901234567890123}"#;
    let server = Server::start([Answer::status(200, &[], body)]).await;
    let message = client(&server).api_v2010().fetch_message("SM1").send().await.unwrap();
    let extra = |extra: &Extra, name: &str| extra.get(name).and_then(Value::as_str).map(str::to_owned);
    assert_eq!(message.price.as_ref().map(ToString::to_string).as_deref(), Some("-1e400"));
    assert_eq!(message.num_segments.as_deref(), Some("12345678901234567890123"));
    assert_eq!(extra(&message.extra, "new").as_deref(), Some("0.12345678901234567890123"));
}

#[tokio::test]
async fn review_27_nesting_beyond_the_bound_is_kept_as_text() {
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for depth in [126, 127, 5_000, 1_000_000] {
        let body = format!(r#"{{"sid":"SM1","deep":{},"body":"x"}}"#, deep(depth));
        let server = Server::start([Answer::status(200, &[], body)]).await;
        let message = client(&server).api_v2010().fetch_message("SM1").send().await.unwrap();
        assert_eq!(message.body.as_deref(), Some("x"));
        let mut at = message.extra.get("deep").unwrap();
        for _ in 0..126 {
            at = &at[0];
        }
        let expected = if depth == 126 { json!(1) } else { json!(deep(depth - 126)) };
        assert_eq!(at, &expected);
    }
}

#[tokio::test]
async fn review_27_a_truncated_body_is_an_error_that_says_so() {
    let whole = page(br#"{"sid":"SM2","body":"\ud800"}"#);
    for end in [1, 14, 30, 50, whole.len() / 2, whole.len() - 1] {
        let server = Server::start([Answer::status(200, &[], &whole[..end])]).await;
        let error = once(&server).api_v2010().list_message().send().await.unwrap_err();
        assert!(error.is_decode() && error.may_have_executed(), "{error:?}");
        assert!(error.to_string().contains(&format!("truncated: it ends after {end} bytes")), "{error}");
        assert!(!format!("{error:?}").contains("SM1"), "{error:?}");
    }
    let html = Answer::status(200, &[], "<html>\"sid\": 1</html>");
    let error = once(&Server::start([html]).await).api_v2010().fetch_message("SM1").send().await.unwrap_err();
    assert!(error.is_decode() && !error.to_string().contains("truncated"), "{error}");
}

#[tokio::test]
async fn review_27_a_damaged_error_says_what_twilio_said() {
    let bodies: [&[u8]; 5] = [
        b"\xef\xbb\xbf{\"code\":21211,\"message\":\"bad\",\"status\":400}",
        b"{\"code\":21211,\"message\":\"bad\",\"details\":\"\xff\\ud800\"}",
        b"{\"code\":21211,\"message\":\"bad\",\"x\":1e400}trailing",
        b"{\"code\":21211,\"params\":{\"a\":tru},\"message\":\"bad\"}",
        b"{\"code\":21211,\"params\":\"a\tb\",\"message\":\"bad\",}",
    ];
    for body in bodies {
        let server = Server::start([Answer::status(400, &[], body)]).await;
        let error = once(&server).api_v2010().create_message("+15558675310").send().await.unwrap_err();
        assert_eq!(
            (error.code(), error.message()),
            (Some(21211), Some("bad")),
            "{}",
            String::from_utf8_lossy(body)
        );
        assert_eq!(error.body(), Some(body));
    }
}

#[cfg(feature = "serialize")]
#[tokio::test]
async fn review_37_of_a_name_that_comes_twice_the_last_value_that_fits_counts() {
    let cases = [
        (r#""num_media":{"a":1},"num_media":"2""#, json!({"num_media": "2"})),
        (r#""num_media":"2","num_media":{"a":1}"#, json!({"num_media": "2"})),
        (r#""num_media":[1],"num_media":{"a":1}"#, json!({"num_media": {"a": 1}})),
        (r#""error_code":"30001","error_code":30002"#, json!({"error_code": 30002})),
        (r#""error_code":"30001","error_code":[]"#, json!({"error_code": "30001"})),
        (r#""error_code":[],"error_code":"30001","error_code":{}"#, json!({"error_code": "30001"})),
        (
            r#""date_sent":"nonsense","date_sent":"Fri, 02 Jan 2026 03:04:05 +0000""#,
            json!({"date_sent": "Fri, 02 Jan 2026 03:04:05 +0000"}),
        ),
        (r#""new":1,"new":2"#, json!({"new": 2})),
    ];
    for (fields, expected) in cases {
        let body = format!("{{{fields}}}");
        // The same where the rest of the body had to be repaired.
        for body in [body.clone(), format!("\u{feff}{body}")] {
            let server = Server::start([Answer::status(200, &[], body.clone())]).await;
            let message = client(&server).api_v2010().fetch_message("SM1").send().await.unwrap();
            assert_eq!(serde_json::to_value(&message).unwrap(), expected, "{body}");
        }
    }
    for list in [r#""messages":5,"messages":[{"sid":"SM1"}]"#, r#""messages":[{"sid":"SM1"}],"messages":5"#] {
        let server = Server::start([Answer::status(200, &[], format!("{{{list}}}"))]).await;
        let page = client(&server).api_v2010().list_message().send().await.unwrap();
        assert_eq!(page.items.len(), 1, "{list}");
        assert_eq!(serde_json::to_value(&page).unwrap(), json!({"messages": [{"sid": "SM1"}]}), "{list}");
    }
}

#[tokio::test]
async fn review_27_a_response_of_no_operation_is_repaired_too() {
    let body = b"\xef\xbb\xbf{\"sid\":\"a\\ud800\",\"big\":1e400,\"other\":1.5}";
    let server = Server::start([Answer::status(200, &[], body)]).await;
    let body = client(&server).request(twilio_sdk::Method::GET, "/v1/Things").send().await.unwrap();
    assert_eq!(body.json::<Value>().unwrap(), json!({"sid": "a\u{fffd}", "big": "1e400", "other": 1.5}));
    assert!(body.json::<Vec<u8>>().unwrap_err().is_decode());
}
