//! Lists over real HTTP.

use std::collections::HashSet;

use crate::common::{client, mock};
use serde_json::json;
use twilio_emulator::Emulator;

#[tokio::test]
async fn every_item_comes_once_in_both_styles_of_links() {
    let mock = Emulator::builder().items_per_list(23).start().await.unwrap();
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
    let mock = Emulator::builder().items_per_list(7).start().await.unwrap();
    let twilio = client(&mock);
    let mut pages = twilio.verify_v2().list_service().page_size(3).pages();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push((page.items.len(), page.next_page_token().is_some()));
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
        mock.stub_next(200, &[], body.to_string());
        let error = client(&mock).verify_v2().list_service().items().collect().await.unwrap_err();
        assert!(error.is_pagination(), "{link}: {error}");
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
    mock.stub_next(200, &[], first.to_string());
    mock.stub_next(200, &[], last.to_string());
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
        mock.stub_next(200, &[], body.to_string());
    }
    let mut pages = client(&mock).verify_v2().list_service().pages();
    assert!(pages.next().await.unwrap().is_ok());
    assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 1);
    assert!(pages.next().await.unwrap().unwrap_err().is_pagination());
    assert!(pages.next().await.is_none());
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test]
async fn items_are_found_where_the_answer_says_they_are() {
    let mock = mock().await;
    let body = json!({ "renamed": [{ "sid": "VA1" }, null, 5], "meta": { "key": "renamed", "next_page_url": null } });
    mock.stub_next(200, &[], body.to_string());
    let page = client(&mock).verify_v2().list_service().send().await.unwrap();
    assert_eq!(page.items.len(), 3);
    assert_eq!(page.items[0].sid.as_ref().map(|sid| sid.as_str()), Some("VA1"));
    for body in ["{}", r#"{"services":null}"#, r#"{"services":{}}"#] {
        mock.stub_next(200, &[], body);
        assert!(client(&mock).verify_v2().list_service().send().await.unwrap().items.is_empty());
    }
}

#[tokio::test]
async fn an_error_in_mid_list_is_given_once() {
    let mock = mock().await;
    let body = json!({ "services": [{ "sid": "VA1" }], "meta": { "next_page_url": "/v2/Services?Page=1" } });
    mock.stub_next(200, &[], body.to_string());
    mock.stub_next(404, &[], "");
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
        mock.stub_next(200, &[], body.to_string());
        let mut pages = twilio.verify_v2().list_service().pages();
        assert_eq!(pages.next().await.expect("a page").unwrap().items.len(), 1);
        assert!(pages.next().await.is_none(), "{body}");
    }
}

/// The emulator's links lead to the address by which the client knows it, and contain the product's host.
#[tokio::test]
async fn review_69_all_pages_are_read_by_whatever_name_the_mock_is_known() {
    let mock = twilio_emulator::Emulator::builder().items_per_list(120).start().await.unwrap();
    let port = mock.local_addr().port();
    for url in [
        mock.base_url(),
        format!("http://localhost:{port}"),
        format!("{}/verify.twilio.com", mock.base_url()),
    ] {
        let twilio = crate::common::client_at(&url);
        let mut services = twilio.verify_v2().list_service().items();
        let mut found = 0;
        while let Some(service) = services.next().await {
            service.unwrap();
            found += 1;
        }
        assert_eq!(found, 120, "{url}");
    }
}

/// A list of three pages of two services each.
fn three(page: usize) -> String {
    let next = (page < 2).then(|| format!("/v2/Services?Page={}", page + 1));
    let services = [format!("VA{page}0"), format!("VA{page}1")].map(|sid| json!({ "sid": sid }));
    json!({ "services": services, "meta": { "key": "services", "next_page_url": next } }).to_string()
}

fn sid(service: &twilio_sdk::verify_v2::types::Service) -> String {
    service.sid.as_ref().unwrap().to_string()
}

fn no_retries(mock: &Emulator) -> twilio_sdk::Client {
    let key = twilio_sdk::ApiKeyConfig::new(crate::common::ACCOUNT, crate::common::KEY, "key-secret");
    let config = twilio_sdk::ConnectionConfig::new(key).base_url(mock.base_url());
    twilio_sdk::Client::new(config.retry(twilio_sdk::RetryConfig::disabled())).unwrap()
}

#[tokio::test]
async fn review_26_a_list_goes_on_after_an_error_that_passes() {
    let mock = mock().await;
    for (status, body) in
        [(200, three(0)), (503, String::new()), (429, String::new()), (200, three(1)), (200, three(2))]
    {
        mock.stub_next(status, &[], body);
    }
    let mut items = no_retries(&mock).verify_v2().list_service().items();
    let (mut got, mut errors) = (Vec::new(), 0);
    while let Some(item) = items.next().await {
        match item {
            Ok(service) => got.push(sid(&service)),
            Err(error) => {
                assert!(error.is_retryable(), "{error}");
                errors += 1;
            }
        }
    }
    assert_eq!(got, ["VA00", "VA01", "VA10", "VA11", "VA20", "VA21"]);
    assert_eq!(errors, 2);
    let queries: Vec<_> = mock.requests().iter().map(|request| request.query.clone()).collect();
    assert_eq!(queries[1], queries[3], "the page that failed is asked for again");
    // Page by page as well.
    for (status, body) in [(200, three(0)), (500, String::new()), (200, three(2))] {
        mock.stub_next(status, &[], body);
    }
    let mut pages = no_retries(&mock).verify_v2().list_service().pages();
    assert!(pages.next().await.unwrap().is_ok());
    let position = pages.position();
    assert!(pages.next().await.unwrap().is_err());
    assert_eq!(pages.position(), position);
    assert!(pages.next().await.unwrap().is_ok());
    assert!(pages.next().await.is_none() && pages.position().is_none());
}

#[tokio::test]
async fn review_26_a_caller_who_passes_over_errors_comes_to_an_end() {
    let mock = mock().await;
    for _ in 0..100 {
        mock.stub_next(503, &[], "");
    }
    let mut items = no_retries(&mock).verify_v2().list_service().items();
    let mut errors = 0;
    while let Some(item) = items.next().await {
        item.unwrap_err();
        errors += 1;
    }
    assert_eq!((errors, mock.requests().len()), (10, 10));
    assert!(items.position().is_some(), "it can still be resumed");
    // What another attempt cannot change ends a list at once.
    let other = crate::common::mock().await;
    other.stub_next(404, &[], "");
    let mut items = no_retries(&other).verify_v2().list_service().items();
    assert!(items.next().await.unwrap().unwrap_err().is_api());
    assert!(items.next().await.is_none());
    assert_eq!(other.requests().len(), 1);
}

#[tokio::test]
async fn review_26_a_limit_asks_for_no_more_pages_than_it_needs() {
    let mock = mock().await;
    let list = || client(&mock).verify_v2().list_service().items();
    for (limit, expected, requests) in [(0, 0, 0), (1, 1, 1), (2, 2, 1), (3, 3, 2), (99, 6, 3)] {
        mock.clear_requests();
        for page in 0..requests {
            mock.stub_next(200, &[], three(page));
        }
        let items = list().limit(limit).collect().await.unwrap();
        assert_eq!((items.len(), mock.requests().len()), (expected, requests), "{limit}");
    }
}

#[tokio::test]
async fn review_26_a_position_is_kept_and_goes_on_elsewhere() {
    let mock = mock().await;
    for stop in 0..=6 {
        for page in 0..3 {
            mock.stub_next(200, &[], three(page));
        }
        let mut items = client(&mock).verify_v2().list_service().items();
        let mut got = Vec::new();
        for _ in 0..stop {
            got.push(sid(&items.next().await.unwrap().unwrap()));
        }
        let kept = serde_json::to_string(&items.position()).unwrap();
        // Stubs that were not used.
        while items.next().await.is_some() {}
        let position: Option<twilio_sdk::PagePosition> = serde_json::from_str(&kept).unwrap();
        assert_eq!(position.is_none(), stop == 6, "{kept}");
        let Some(position) = position else { continue };
        for page in stop / 2..3 {
            mock.stub_next(200, &[], three(page));
        }
        mock.clear_requests();
        let rest =
            client(&mock).verify_v2().list_service().items().resume_from(position).collect().await.unwrap();
        got.extend(rest.iter().map(sid));
        assert_eq!(got, ["VA00", "VA01", "VA10", "VA11", "VA20", "VA21"], "{stop} {kept}");
        let first = mock.requests()[0].query.clone();
        let expected = if stop < 2 { vec![] } else { vec![("Page".to_owned(), (stop / 2).to_string())] };
        assert_eq!(first, expected, "{stop} {kept}");
    }
}

#[tokio::test]
async fn review_26_links_and_tokens_are_resumed_and_other_hosts_are_not() {
    let mock = mock().await;
    let list = || client(&mock).verify_v2().list_service();
    for (from, query) in [
        ("/v2/Services?Page=1&PageToken=PT1", [("Page", "1"), ("PageToken", "PT1")].as_slice()),
        ("https://verify.twilio.com/v2/Services?Page=1", &[("Page", "1")]),
        ("PT1", &[("PageToken", "PT1")]),
    ] {
        mock.clear_requests();
        mock.stub_next(200, &[], three(2));
        assert_eq!(list().items().resume_from(from).collect().await.unwrap().len(), 2, "{from}");
        let found = mock.requests()[0].query.clone();
        let query: Vec<_> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(found, query, "{from}");
    }
    mock.clear_requests();
    for bad in [
        "https://evil.example/v2/Services",
        "//evil.example/x",
        "http://verify.twilio.com/x",
        "https://api.twilio.com/x",
    ] {
        let mut pages = list().pages().resume_from(bad);
        assert!(pages.next().await.unwrap().unwrap_err().is_pagination(), "{bad}");
        assert!(pages.next().await.is_none());
    }
    assert!(mock.requests().is_empty(), "credentials were sent elsewhere");
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn review_26_blocking_lists_go_on_too() {
    let mock = mock().await;
    for (status, body) in [(200, three(0)), (503, String::new()), (200, three(1)), (200, three(2))] {
        mock.stub_next(status, &[], body);
    }
    let twilio = no_retries(&mock);
    let (got, errors, position) = tokio::task::spawn_blocking(move || {
        let mut items = twilio.verify_v2().list_service().items_blocking().limit(5);
        let (mut got, mut errors) = (Vec::new(), 0);
        for item in items.by_ref() {
            match item {
                Ok(service) => got.push(sid(&service)),
                Err(_) => errors += 1,
            }
        }
        (got, errors, items.position())
    })
    .await
    .unwrap();
    assert_eq!((got.len(), errors), (5, 1));
    mock.stub_next(200, &[], three(2));
    let twilio = no_retries(&mock);
    let rest = tokio::task::spawn_blocking(move || {
        let items = twilio.verify_v2().list_service().items_blocking();
        items.resume_from(position.unwrap()).map(|item| sid(&item.unwrap())).collect::<Vec<_>>()
    });
    assert_eq!(rest.await.unwrap(), ["VA21"]);
}
