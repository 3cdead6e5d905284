//! Requests, parameters and headers that no specification knows.

use serde_json::{Value, json};
use twilio_sdk::{Method, RetryConfig};

use crate::server::{Answer, Server};
use crate::transport::{ACCOUNT, build, client, config};

#[tokio::test]
async fn review_60_a_request_to_any_path_has_credentials_and_retries() {
    let body = r#"{"sid":"NT1"}"#;
    let server = Server::start([Answer::status(503, &[], "{}"), Answer::status(200, &[], body)]).await;
    let twilio = client(&server);
    let request = twilio
        .request(Method::GET, "https://lookups.twilio.com/v9/New%20Things?Page=1&To=%2B1")
        .with_param("Fields", "a b");
    let found: Value = request.send().await.unwrap().json().unwrap();
    assert_eq!(found, json!({ "sid": "NT1" }));
    let requests = server.requests();
    assert_eq!(requests.len(), 2, "a GET is tried again");
    for request in &requests {
        assert_eq!(request.method, "GET");
        assert_eq!(request.target, "/v9/New%20Things?Page=1&To=%2B1&Fields=a%20b");
        assert_eq!(request.header("x-forwarded-host"), Some("lookups.twilio.com"));
        assert!(request.header("authorization").is_some_and(|value| value.starts_with("Basic ")));
    }
    // A POST may have been executed.
    let server = Server::start([Answer::status(503, &[], "{}")]).await;
    let error = client(&server).request(Method::POST, "/2010-04-01/New.json").send().await.unwrap_err();
    assert!(error.is_api() && error.attempts() == 1 && error.may_have_executed(), "{error}");
    assert_eq!(server.requests()[0].header("x-forwarded-host"), Some("api.twilio.com"));
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn review_60_blocking_programs_send_them_too() {
    let server = Server::start([Answer::status(201, &[], r#"{"sid":"NT1"}"#)]).await;
    let twilio = client(&server);
    let sent = tokio::task::spawn_blocking(move || {
        twilio.request(Method::POST, "/v1/Things").with_param("Name", "x").send_with_response_blocking()
    });
    let response = sent.await.unwrap().unwrap();
    assert_eq!(response.status().as_u16(), 201);
    assert_eq!(response.value().json::<Value>().unwrap(), json!({ "sid": "NT1" }));
    assert_eq!(server.requests()[0].body, "Name=x");
}

#[tokio::test]
async fn review_60_bodies_are_forms_unless_they_are_json() {
    let server = Server::start([]).await;
    let twilio = client(&server);
    let url = format!("{}/v1/Things", server.url());
    twilio
        .request(Method::POST, &url)
        .with_param("To", "+1")
        .with_param("Tag", json!(["a", "b"]))
        .send()
        .await
        .unwrap();
    twilio.request(Method::PUT, &url).with_json(json!({ "a": 1 })).with_param("b", 2).send().await.unwrap();
    twilio.request(Method::DELETE, &url).with_param("Force", true).send().await.unwrap();
    let requests = server.requests();
    let of = |index: usize| {
        (
            requests[index].header("content-type"),
            requests[index].body.as_str(),
            requests[index].target.as_str(),
        )
    };
    assert_eq!(of(0), (Some("application/x-www-form-urlencoded"), "To=%2B1&Tag=a&Tag=b", "/v1/Things"));
    assert_eq!(of(1), (Some("application/json"), r#"{"a":1,"b":2}"#, "/v1/Things"));
    assert_eq!(of(2), (None, "", "/v1/Things?Force=true"));
    assert!(requests.iter().all(|request| request.header("x-forwarded-host").is_none()));
    let object =
        twilio.request(Method::POST, &url).with_param("x", json!({ "a": 1 })).send().await.unwrap_err();
    let listed =
        twilio.request(Method::POST, &url).with_json(json!([1])).with_param("x", 1).send().await.unwrap_err();
    let on_get = twilio.request(Method::GET, &url).with_json(json!({})).send().await.unwrap_err();
    let method = twilio.request(Method::TRACE, &url).send().await.unwrap_err();
    assert!([object, listed, on_get, method].iter().all(|error| error.is_invalid_request()));
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn review_60_no_other_host_gets_anything() {
    let (server, other) = (Server::start([]).await, Server::start([]).await);
    let twilio = client(&server);
    for url in [
        format!("{}/v1/Things", other.url()),
        "https://api.twilio.com.evil.example/x".to_owned(),
        "https://user@api.twilio.com/x".to_owned(),
        "http://api.twilio.com/x".to_owned(),
        "/x\n".to_owned(),
    ] {
        let error = twilio.request(Method::GET, &url).send().await.unwrap_err();
        assert!(error.is_invalid_request() && error.attempts() == 0, "{url:?}: {error}");
    }
    assert_eq!((server.requests().len(), other.requests().len()), (0, 0));
}

#[tokio::test]
async fn review_60_operations_take_parameters_and_headers_that_are_not_documented() {
    let server = Server::start([]).await;
    let twilio = client(&server);
    let message =
        twilio.api_v2010().create_message("+1").body("Hi").with_param("NewThing", 5).with_param("Body", "Ho");
    message.with_header("X-New", "yes").send().await.unwrap();
    twilio
        .api_v2010()
        .fetch_balance()
        .with_param("Currency", "EUR")
        .with_header("Accept", "application/xml")
        .send()
        .await
        .unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].body, "To=%2B1&NewThing=5&Body=Ho");
    assert_eq!(requests[0].header("x-new"), Some("yes"));
    assert_eq!(requests[1].target, format!("/2010-04-01/Accounts/{ACCOUNT}/Balance.json?Currency=EUR"));
    assert_eq!(requests[1].header("accept"), Some("application/xml"));
}

#[tokio::test]
async fn review_60_headers_of_the_client_cannot_be_set() {
    let server = Server::start([]).await;
    let twilio = client(&server);
    for name in [
        "Authorization",
        "authorization",
        "Host",
        "Content-Length",
        "Content-Type",
        "Transfer-Encoding",
        "Connection",
        "Proxy-Authorization",
        "Accept-Encoding",
        "X-Forwarded-Host",
        "X-Twilio-Sdk-Anonymous",
        "X-Twilio-Sdk-Prepared",
        "Twilio-Client-Validation",
        "bad name",
        "",
    ] {
        for error in [
            twilio.api_v2010().fetch_balance().with_header(name, "x").send().await.unwrap_err(),
            twilio.request(Method::GET, "/x").with_header(name, "x").send().await.unwrap_err(),
        ] {
            assert!(
                error.is_invalid_request() && error.to_string().contains("with_header"),
                "{name}: {error}"
            );
        }
    }
    let error = twilio.api_v2010().fetch_balance().with_header("X-New", "a\r\nAuthorization: b").send().await;
    assert!(error.unwrap_err().is_invalid_request());
    // For a key in a custom header, that header.
    let key = twilio_sdk::CustomKeyConfig::header("X-Api-Key", "secret");
    let keyed = twilio_sdk::ConnectionConfig::new(key).base_url(server.url()).retry(RetryConfig::disabled());
    let error =
        build(keyed).request(Method::GET, "/x").with_header("x-api-key", "mine").send().await.unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn review_60_parameters_stay_on_every_page() {
    let next = r#"{"services":[{"sid":"VA1"}],"meta":{"key":"services","next_page_url":"https://verify.twilio.com/v2/Services?PageToken=x"}}"#;
    let known = r#"{"services":[{"sid":"VA2"}],"meta":{"key":"services","next_page_url":"https://verify.twilio.com/v2/Services?PageToken=y&New=1"}}"#;
    let last = r#"{"services":[],"meta":{"key":"services"}}"#;
    let server = Server::start([next, known, last].map(|body| Answer::status(200, &[], body))).await;
    let items =
        client(&server).verify_v2().list_service().with_param("New", 1).with_header("X-New", "yes").items();
    assert_eq!(items.collect().await.unwrap().len(), 2);
    let requests = server.requests();
    let targets: Vec<&str> = requests.iter().map(|request| request.target.as_str()).collect();
    assert_eq!(
        targets,
        ["/v2/Services?New=1", "/v2/Services?PageToken=x&New=1", "/v2/Services?PageToken=y&New=1"]
    );
    assert!(requests.iter().all(|request| request.header("x-new") == Some("yes")));
}

#[cfg(feature = "serialize")]
#[tokio::test]
async fn review_60_saved_requests_keep_them() {
    use twilio_sdk::{OperationRequest as _, RawRequest, RequestData, api_v2010::builder::CreateMessage};
    let through = |saved: RequestData| -> RequestData {
        assert!(!format!("{saved:?}").contains("hidden"));
        serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap()
    };
    let server = Server::start([]).await;
    let twilio = client(&server);
    let message =
        twilio.api_v2010().create_message("+1").with_param("New", "hidden").with_header("X-New", "hidden");
    let restored = CreateMessage::from_data(&twilio.api_v2010(), through(message.to_data())).unwrap();
    let free = twilio
        .request(Method::PUT, "https://sync.twilio.com/v9/Things?a=b")
        .with_json(json!({ "x": "hidden" }))
        .with_param("New", [1]);
    let put = RawRequest::from_data(&twilio, through(free.to_data())).unwrap();
    let form = twilio.request(Method::POST, "/v9/Things").with_param("New", "hidden");
    let post = RawRequest::from_data(&twilio, through(form.to_data())).unwrap();
    let list = [(0, message.send().await.is_ok()), (1, restored.send().await.is_ok())];
    assert!(list.iter().all(|(_, sent)| *sent));
    for (one, other) in [(free, put), (form, post)] {
        one.send().await.unwrap();
        other.send().await.unwrap();
    }
    let requests = server.requests();
    for pair in requests.chunks(2) {
        let of = |index: usize| {
            let request = &pair[index];
            let headers = ["x-new", "content-type", "x-forwarded-host"].map(|name| request.header(name));
            (&request.method, &request.target, &request.body, headers)
        };
        assert_eq!(of(0), of(1));
    }
    assert_eq!(requests[2].body, r#"{"New":[1],"x":"hidden"}"#);
    assert_eq!(requests[2].target, "/v9/Things?a=b");
    assert!(RawRequest::from_data(&twilio, twilio.api_v2010().create_message("+1").to_data()).is_err());
    let elsewhere =
        json!({ "product": "request", "operation": "GET", "path": { "url": "https://evil.example/x" } });
    let elsewhere = RawRequest::from_data(&twilio, serde_json::from_value(elsewhere).unwrap()).unwrap();
    assert!(elsewhere.send().await.unwrap_err().is_invalid_request());
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn review_60_a_body_that_is_not_json_is_kept() {
    let server = Server::start([
        Answer::status(200, &[], &b"a,b\n1,\xff\n"[..]),
        Answer::status(200, &[], ""),
        Answer::status(404, &[], r#"{"code":20404,"message":"no"}"#),
    ])
    .await;
    let twilio = build(config(&server.url()));
    let csv = twilio.request(Method::GET, "/export.csv").send().await.unwrap();
    assert_eq!(&csv.bytes()[..], b"a,b\n1,\xff\n");
    assert!(csv.json::<Value>().unwrap_err().is_decode());
    assert!(!format!("{csv:?}").contains("a,b"));
    assert!(twilio.request(Method::GET, "/empty").send().await.unwrap().is_empty());
    assert_eq!(twilio.request(Method::GET, "/none").send().await.unwrap_err().code(), Some(20404));
}
