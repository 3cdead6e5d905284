//! Faults of other Twilio libraries that concern what goes over the wire; each test is named after one.

use std::time::Duration;

use serde_json::{Value, json};
use twilio_sdk::iam_organizations::builder::CreateOrganizationUserParams;
use twilio_sdk::lookups_v2::builder::UpdateLookupRateLimitParams;
use twilio_sdk::{ConnectionConfig, RetryConfig};

use crate::server::{Answer, Server};
use crate::transport::{ACCOUNT, client, once};

/// A library replaced the bodies of server errors by its own messages.
#[tokio::test]
async fn the_body_of_a_server_error_is_kept() {
    let body = r#"{"code":20500,"message":"what really happened"}"#;
    for status in [500, 502, 503, 504, 599] {
        let server = Server::start([Answer::status(status, &[("X-Trace", "t")], body)]).await;
        let error = once(&server).api_v2010().fetch_balance().send().await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Some(20500), Some("what really happened")));
        assert_eq!(error.body(), Some(body.as_bytes()));
        assert_eq!(error.headers().unwrap()["x-trace"], "t");
    }
}

/// A library lost the fields of RFC 9457 for lists.
#[tokio::test]
async fn an_error_of_a_list_keeps_every_field() {
    let body = json!({
        "type": "https://example.com/problem", "title": "T", "status": 422, "code": 20422, "detail": "D",
        "instance": "/i", "errors": [{ "detail": "E", "pointer": "/a" }],
    });
    let answer = || Answer::status(422, &[("Twilio-Request-Id", "RQ1")], body.to_string());
    let server = Server::start([answer(), answer()]).await;
    let twilio = once(&server);
    let by_item = twilio.verify_v2().list_service().items().next().await.unwrap().unwrap_err();
    let by_page = twilio.verify_v2().list_service().pages().next().await.unwrap().unwrap_err();
    for error in [by_item, by_page] {
        let problem = error.error_body();
        assert_eq!((problem.title.as_deref(), problem.detail.as_deref()), (Some("T"), Some("D")));
        assert_eq!(
            (problem.kind.as_deref(), problem.instance.as_deref()),
            (Some("https://example.com/problem"), Some("/i"))
        );
        assert_eq!(problem.errors[0].pointer.as_deref(), Some("/a"));
        assert_eq!((error.code(), error.request_id(), error.attempts()), (Some(20422), Some("RQ1"), 1));
    }
}

/// Two libraries ask for the encoding "utf-8", which is none.
#[tokio::test]
async fn only_encodings_that_exist_are_asked_for() {
    let server = Server::start([]).await;
    client(&server).api_v2010().fetch_balance().send().await.unwrap();
    let expected = cfg!(feature = "gzip").then_some("gzip");
    assert_eq!(server.requests()[0].header("accept-encoding"), expected);
    assert_eq!(server.requests()[0].header("accept"), Some("application/json"));
}

/// A library sent only the last value of a list, another a list under one key.
#[tokio::test]
async fn a_list_in_a_form_repeats_its_key() {
    let server = Server::start([]).await;
    let call = client(&server).api_v2010().create_message("+15558675310");
    call.media_url(["https://a/?x=1&y", "https://b"]).body("ä+b").send().await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let pairs: Vec<_> = form_urlencoded::parse(request.body.as_bytes()).into_owned().collect();
    let values = |name: &str| -> Vec<&str> {
        pairs.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(values("MediaUrl"), ["https://a/?x=1&y", "https://b"]);
    assert_eq!((values("To"), values("Body")), (vec!["+15558675310"], vec!["ä+b"]));
}

/// A library sent a form under `application/json`; another renamed the keys.
#[tokio::test]
async fn a_json_body_is_json_with_twilios_keys() {
    let server = Server::start([]).await;
    let call = client(&server)
        .lookups_v2()
        .update_lookup_rate_limit(UpdateLookupRateLimitParams { field: "carrier", bucket: "b" });
    call.limit(5).ttl(60).send().await.unwrap();
    let request = &server.requests()[0];
    assert_eq!((request.method.as_str(), request.header("content-type")), ("PUT", Some("application/json")));
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body, json!({ "limit": 5, "ttl": 60 }));
}

/// A library writes no body where its type is not `application/json`.
#[cfg(feature = "iam-organizations")]
#[tokio::test]
async fn a_scim_body_is_sent() {
    let server = Server::start([]).await;
    let twilio = client(&server).with_auth(twilio_sdk::BearerConfig::new("token")).unwrap();
    let call = twilio.iam_organizations().create_organization_user(CreateOrganizationUserParams {
        organization_sid: "OR1",
        user_name: "somebody@example.com",
    });
    call.send().await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("content-type"), Some("application/scim+json"));
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["userName"], "somebody@example.com");
}

/// A connector sends date ranges under names that Twilio does not know; a library loses the offset.
#[tokio::test]
async fn weakness_20_a_range_of_dates_has_twilios_names_and_the_same_instants() {
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    let server = Server::start([]).await;
    let instant = |text| OffsetDateTime::parse(text, &Rfc3339).unwrap();
    let (from, to) = (instant("2026-01-05T12:00:00+02:00"), instant("2026-02-05T00:00:00Z"));
    let call = client(&server).api_v2010().list_call().start_time_after(from).start_time_before(to);
    call.send().await.unwrap();
    let target = &server.requests()[0].target;
    let (path, query) = target.split_once('?').unwrap();
    assert_eq!(path, format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json"));
    assert!(query.contains("StartTime%3E=") && query.contains("StartTime%3C="), "{query}");
    let sent: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, expected) in [("StartTime>", from), ("StartTime<", to)] {
        let value = &sent.iter().find(|(have, _)| have == name).expect(name).1;
        assert_eq!(instant(value), expected, "{value}");
    }
}

/// A library's next page lost the token that its link had.
#[tokio::test]
async fn the_next_page_is_asked_for_as_its_link_says() {
    let link = "/v2/Services?PageSize=2&Page=1&PageToken=PAVA%2B1&Odd=a%20b";
    let page =
        json!({ "services": [{ "sid": "VA1" }], "meta": { "key": "services", "next_page_url": link } });
    let last =
        json!({ "services": [{ "sid": "VA2" }], "meta": { "key": "services", "next_page_url": null } });
    // Pages are retried like other requests.
    let script = [
        Answer::status(200, &[], page.to_string()),
        Answer::status(503, &[], ""),
        Answer::status(200, &[], last.to_string()),
    ];
    let server = Server::start(script).await;
    let items = client(&server).verify_v2().list_service().page_size(2).items().collect().await.unwrap();
    assert_eq!(items.len(), 2);
    let targets: Vec<_> = server.requests().iter().map(|request| request.target.clone()).collect();
    assert_eq!(targets, ["/v2/Services?PageSize=2", link, link]);
}

/// Two libraries have no default timeout.
#[test]
fn there_is_a_time_out_and_no_endless_retry_unless_asked_for() {
    assert_eq!(ConnectionConfig::DEFAULT_TIMEOUT, Duration::from_secs(30));
    assert!(format!("{:?}", RetryConfig::new()).contains("max_attempts: 3"));
}

/// Libraries write what was sent, and where, into errors and logs.
#[tokio::test]
async fn no_error_tells_what_was_sent() {
    let script = [
        Answer::Reset,
        Answer::status(400, &[], "{\"message\":\"M\"}"),
        Answer::status(200, &[], "{\"private-answer"),
        Answer::Bytes(b"garbage".to_vec()),
    ];
    let server = Server::start(script).await;
    for _ in 0..4 {
        let call = once(&server).api_v2010().create_message("+15558675310").body("private words");
        let error = call.send().await.unwrap_err();
        let mut told = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            told.push_str(&format!(" {cause} {cause:?}"));
            source = cause.source();
        }
        for hidden in ["private", "15558675310", "key-secret", "U0s", ACCOUNT] {
            assert!(!told.contains(hidden), "{hidden} in {told}");
        }
    }
}
