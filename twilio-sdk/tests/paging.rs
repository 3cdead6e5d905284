//! Lists over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::HashSet;

use common::{client, mock};
use serde_json::json;
use twilio_sdk::mock::MockTwilio;

#[tokio::test]
async fn every_item_comes_once_in_both_styles_of_links() {
    let mock = MockTwilio::builder().collection_size(23).start().await.unwrap();
    let twilio = client(&mock);
    let old = twilio.api_v2010().list_call().page_size(5).items().collect().await.unwrap();
    let new = twilio.verify_v2().list_service().page_size(5).items().collect().await.unwrap();
    let old: HashSet<_> = old.into_iter().map(|call| call.sid.unwrap()).collect();
    let new: HashSet<_> = new.into_iter().map(|service| service.sid.unwrap()).collect();
    assert_eq!((old.len(), new.len()), (23, 23));
    assert_eq!(mock.requests().len(), 10);
    assert!(mock.requests().iter().all(|request| request.authorization().is_some()));
}

#[tokio::test]
async fn pages_and_the_stream_give_the_same() {
    let mock = MockTwilio::builder().collection_size(7).start().await.unwrap();
    let twilio = client(&mock);
    let mut pages = twilio.verify_v2().list_service().page_size(3).pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push((page.items.len(), page.next_page().is_some()));
    }
    assert_eq!(sizes, [(3, true), (3, true), (1, false)]);
    assert!(pages.next().await.is_none());
    #[cfg(feature = "stream")]
    {
        use futures_core::Stream;
        let mut items = std::pin::pin!(twilio.verify_v2().list_service().page_size(3).items());
        let mut count = 0;
        while let Some(item) = std::future::poll_fn(|context| items.as_mut().poll_next(context)).await {
            item.unwrap();
            count += 1;
        }
        assert_eq!(count, 7);
    }
}

#[tokio::test]
async fn a_link_to_another_host_gets_no_credentials() {
    let (mock, other) = (mock().await, mock().await);
    for link in [
        format!("{}/v2/Services?Page=1", other.base_url()),
        "https://evil.example/v2/Services".to_owned(),
        "https://verify.twilio.com.evil.example/v2/Services".to_owned(),
        "https://verify.twilio.com@evil.example/v2/Services".to_owned(),
        "https://api.twilio.com/v2/Services".to_owned(),
        "//evil.example/v2/Services".to_owned(),
        "http://verify.twilio.com/v2/Services".to_owned(),
        "not a url".to_owned(),
    ] {
        let body = json!({ "services": [{ "sid": "VA1" }], "meta": { "next_page_url": link } });
        mock.clear_requests();
        mock.respond_once(200, &[], body.to_string());
        let error = client(&mock).verify_v2().list_service().items().collect().await.unwrap_err();
        assert!(error.is_paging(), "{link}: {error}");
        assert_eq!(mock.requests().len(), 1, "{link}");
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn a_link_to_the_products_own_host_is_followed_through_the_base_url() {
    let mock = mock().await;
    let link = "https://verify.twilio.com/v2/Services?Page=1";
    let first = json!({ "services": [], "meta": { "next_page_url": link } });
    let last = json!({ "services": [{ "sid": "VA2" }], "meta": { "next_page_url": null } });
    mock.respond_once(200, &[], first.to_string());
    mock.respond_once(200, &[], last.to_string());
    let items = client(&mock).verify_v2().list_service().items().collect().await.unwrap();
    assert_eq!(items.len(), 1);
    let requests = mock.requests();
    assert_eq!(requests[1].query, [("Page".to_owned(), "1".to_owned())]);
    assert_eq!(requests[1].header("x-forwarded-host"), Some("verify.twilio.com"));
}

#[tokio::test]
async fn a_circle_of_links_ends_with_an_error_and_loses_nothing_before_it() {
    let mock = mock().await;
    for _ in 0..3 {
        let body =
            json!({ "services": [{ "sid": "VA1" }], "meta": { "next_page_url": "/v2/Services?Page=1" } });
        mock.respond_once(200, &[], body.to_string());
    }
    let mut pages = client(&mock).verify_v2().list_service().pages();
    assert!(pages.next().await.unwrap().is_ok());
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 1);
    assert!(pages.next().await.unwrap().unwrap_err().is_paging());
    assert!(pages.next().await.is_none());
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test]
async fn items_are_found_where_the_answer_says_they_are() {
    let mock = mock().await;
    let body = json!({ "renamed": [{ "sid": "VA1" }, null, 5], "meta": { "key": "renamed", "next_page_url": null } });
    mock.respond_once(200, &[], body.to_string());
    let page = client(&mock).verify_v2().list_service().send().await.unwrap();
    assert_eq!(page.items.len(), 3);
    assert_eq!(page.items[0].sid.as_ref().map(|sid| sid.as_str()), Some("VA1"));
    for body in ["{}", r#"{"services":null}"#, r#"{"services":{}}"#] {
        mock.respond_once(200, &[], body);
        assert!(client(&mock).verify_v2().list_service().send().await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn an_error_in_mid_list_is_given_once() {
    let mock = mock().await;
    let body = json!({ "services": [{ "sid": "VA1" }], "meta": { "next_page_url": "/v2/Services?Page=1" } });
    mock.respond_once(200, &[], body.to_string());
    mock.respond_once(404, &[], "");
    let mut items = client(&mock).verify_v2().list_service().items();
    assert!(items.next().await.unwrap().is_ok());
    assert!(items.next().await.unwrap().unwrap_err().is_api());
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn a_number_beyond_which_there_is_none_ends_the_list() {
    let mock = mock().await;
    let twilio = client(&mock);
    for body in [
        json!({ "has_next": true, "current_page": u64::MAX, "services": [{}] }),
        json!({ "totalResults": u64::MAX, "startIndex": u64::MAX, "services": [{}] }),
    ] {
        mock.respond_once(200, &[], body.to_string());
        let mut pages = twilio.verify_v2().list_service().pages();
        assert_eq!(pages.next().await.expect("a page").unwrap().items.len(), 1);
        assert!(pages.next().await.is_none(), "{body}");
    }
}

/// The mock's links lead to the address by which the client knows it, with the product's host in them.
#[tokio::test]
async fn review_69_all_pages_are_read_by_whatever_name_the_mock_is_known() {
    let mock = twilio_sdk::mock::MockTwilio::builder().collection_size(120).start().await.unwrap();
    let port = mock.address().port();
    for url in [
        mock.base_url(),
        format!("http://localhost:{port}"),
        format!("{}/verify.twilio.com", mock.base_url()),
    ] {
        let twilio = common::client_at(&url);
        let mut services = twilio.verify_v2().list_service().items();
        let mut found = 0;
        while let Some(service) = services.next().await {
            service.unwrap();
            found += 1;
        }
        assert_eq!(found, 120, "{url}");
    }
}
