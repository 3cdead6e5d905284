//! Successful responses.

use twilio_sdk::{Client, Error};

use crate::server::{Answer, Server};
use crate::transport::once;

async fn create(twilio: &Client) -> Result<(), Error> {
    twilio.api_v2010().create_message("+15558675310").body("once").send().await.map(drop)
}

/// The same without an async runtime.
#[cfg(feature = "blocking")]
async fn create_blocking(twilio: &Client) -> Result<(), Error> {
    let twilio = twilio.clone();
    let sent = tokio::task::spawn_blocking(move || {
        twilio.api_v2010().create_message("+15558675310").body("once").send_blocking().map(drop)
    });
    sent.await.unwrap()
}

#[cfg(not(feature = "blocking"))]
async fn create_blocking(twilio: &Client) -> Result<(), Error> {
    create(twilio).await
}

#[tokio::test]
async fn review_22_a_redirect_is_an_error_unless_the_operation_documents_it() {
    let html = "<html><body>Log in to the hotel's network</body></html>";
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        for (body, kind) in [("{}", "application/json"), (html, "text/html"), ("", "text/html")] {
            let headers = [("Location", "https://hotel.example/"), ("Content-Type", kind)];
            let body = if status == 304 { "" } else { body };
            let server = Server::start([0, 1, 2].map(|_| Answer::status(status, &headers, body))).await;
            let twilio = once(&server);
            let list = twilio.verify_v2().list_service().items().collect().await.map(drop);
            for outcome in [create(&twilio).await, create_blocking(&twilio).await, list] {
                let error = outcome.expect_err("a redirect");
                let shown = format!("{status} {body:?}: {error}");
                assert!(error.is_api() && !error.is_decode() && !error.is_retryable(), "{shown}");
                assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{shown}");
                assert!(shown.contains("redirect") && shown.contains("not followed"), "{shown}");
                // Only a 303 points to the outcome of what was done.
                assert_eq!(error.may_have_executed(), status == 303, "{shown}");
            }
            assert_eq!(
                server.requests().len(),
                3,
                "{status}: redirects are not followed, nor is anything sent again"
            );
        }
    }
}

#[cfg(feature = "messaging-v1")]
#[tokio::test]
async fn review_22_a_documented_redirect_is_the_success_of_its_operation_alone() {
    let body = r#"{"redirect_to":"https://storage.example/list"}"#;
    let redirect = |status| Answer::status(status, &[("Location", "https://storage.example/list")], body);
    let server = Server::start([redirect(307), redirect(302)]).await;
    let twilio = once(&server);
    let found = twilio.messaging_v1().fetch_deactivation().send().await.unwrap();
    assert_eq!(found.redirect_to.as_deref(), Some("https://storage.example/list"));
    let error = twilio.messaging_v1().fetch_deactivation().send().await.unwrap_err();
    assert!(error.is_api(), "{error}");
}

#[tokio::test]
async fn review_23_an_empty_body_in_place_of_a_model_is_an_error_that_says_so() {
    for status in [200, 201, 202, 203, 206] {
        for body in ["", " ", "\r\n\t ", "null"] {
            let server = Server::start([0, 1, 2, 3].map(|_| Answer::status(status, &[], body))).await;
            let twilio = once(&server);
            let fetched = twilio.api_v2010().fetch_balance().send().await.map(drop);
            let list = twilio.verify_v2().list_service().items().collect().await.map(drop);
            for outcome in [create(&twilio).await, create_blocking(&twilio).await, fetched, list] {
                let error = outcome.expect_err("no model");
                assert!(error.is_decode() && error.may_have_executed(), "{error}");
                assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
                let says = if body == "null" { "null" } else { "an empty body (status" };
                let page = body == "null" && error.to_string().contains("expected JSON");
                assert!(error.to_string().contains(says) || page, "{status} {body:?}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn review_23_statuses_without_a_body_and_operations_without_a_model_need_none() {
    for status in [204, 205] {
        let server = Server::start([0, 1, 2].map(|_| Answer::status(status, &[], ""))).await;
        let twilio = once(&server);
        create(&twilio).await.unwrap();
        create_blocking(&twilio).await.unwrap();
        assert!(twilio.verify_v2().list_service().send().await.unwrap().items.is_empty());
    }
    for status in [200, 202, 204] {
        let server = Server::start([Answer::status(status, &[], "")]).await;
        once(&server).api_v2010().delete_message("SM1").send().await.unwrap();
    }
}

#[tokio::test]
async fn review_23_the_mocks_empty_bodies_are_errors_too() {
    let mock = twilio_emulator::Emulator::start().await.unwrap();
    let twilio = crate::transport::build(crate::transport::config(&mock.base_url()));
    mock.stub_next(200, &[], "");
    let error = twilio.verify_v2().list_service().items().collect().await.unwrap_err();
    assert!(error.to_string().contains("an empty body (status 200)"), "{error}");
    mock.stub_next(201, &[], "");
    let error = create(&twilio).await.unwrap_err();
    assert!(error.to_string().contains("an empty body (status 201)"), "{error}");
}
