//! Requests against the specification's rules, before they are sent.

use crate::common::{ACCOUNT, KEY, client, mock};
use twilio_emulator::Emulator;
use twilio_sdk::memory_v1::builder::CreateProfileObservationParams;
use twilio_sdk::memory_v1::types::ObservationCreateRequest;
use twilio_sdk::{ApiKeyConfig, Client, ConnectionConfig, Error};

const CALL: &str = "CA00000000000000000000000000000001";
const STORE: &str = "mem_store_00000000000000000000000001";
const PROFILE: &str = "mem_profile_00000000000000000000000001";
const CONVERSATION: &str = "conv_conversation_00000000000000000000000001";

fn checking(mock: &Emulator) -> Client {
    checking_for(mock, ACCOUNT)
}

fn checking_for(mock: &Emulator, account: &str) -> Client {
    let key = ApiKeyConfig::new(account, KEY, "key-secret");
    Client::new(ConnectionConfig::new(key).base_url(mock.base_url()).validate_requests(true)).unwrap()
}

fn broken(error: &Error) -> Vec<(&str, &str)> {
    assert!(error.is_invalid_request() && error.attempts() == 0 && !error.may_have_executed(), "{error:?}");
    error.violations().iter().map(|violation| (violation.parameter(), violation.message())).collect()
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_nothing_is_sent() {
    let mock = mock().await;
    let twilio = checking(&mock);
    let list = twilio.api_v2010().list_call().parent_call_sid("PERSONAL").page_size(1001).page(-1);
    let error = list.with_account_sid("ALSO PERSONAL").send().await.unwrap_err();
    assert_eq!(
        broken(&error),
        [
            ("AccountSid", "must match `^AC[0-9a-fA-F]{32}$`"),
            ("ParentCallSid", "must match `^CA[0-9a-fA-F]{32}$`"),
            ("PageSize", "must be at most 1000"),
            ("Page", "must be at least 0"),
        ]
    );
    let text = error.to_string();
    assert!(text.starts_with("ListCall: `AccountSid` must match"), "{text}");
    assert!(text.ends_with("; `Page` must be at least 0"), "{text}");
    assert!(!format!("{text} {error:?}").contains("PERSONAL"), "{error:?}");
    assert_eq!(error.operation_id(), Some("ListCall"));
    // A first page is checked too, and so is a request for the whole response.
    let list = twilio.api_v2010().list_call().page_size(0);
    assert_eq!(broken(&list.clone().items().next().await.unwrap().unwrap_err()).len(), 1);
    assert_eq!(broken(&list.send_with_response().await.unwrap_err()).len(), 1);
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn good_values_pass_and_so_does_what_the_specification_does_not_limit() {
    let mock = mock().await;
    let twilio = checking(&mock);
    let api = twilio.api_v2010();
    api.fetch_call(CALL).send().await.unwrap();
    let message = api.create_message("+15558675310").from("+15017122661").body("x".repeat(1600));
    message.clone().messaging_service_sid("MG00000000000000000000000000000001").send().await.unwrap();
    // Enums are open, and an empty text clears an optional value.
    let call = api.update_call(CALL).status("not-yet-known").with_request_validation(true);
    assert!(!call.send().await.unwrap_err().is_invalid_request());
    message.messaging_service_sid("").send().await.unwrap();
    let mut pages = 0;
    let mut list = api.list_call().page_size(20).pages();
    while let Some(page) = list.next().await {
        page.unwrap();
        pages += 1;
    }
    assert!(pages > 1, "{pages}");
    assert_eq!(mock.requests().len(), 4 + pages);
}

#[tokio::test]
async fn a_call_decides_for_itself_both_ways() {
    let mock = mock().await;
    let (checking, plain) = (checking(&mock), client(&mock));
    for (twilio, call, checked) in [
        (&checking, None, true),
        (&checking, Some(false), false),
        (&checking, Some(true), true),
        (&plain, None, false),
        (&plain, Some(true), true),
        (&plain, Some(false), false),
    ] {
        mock.clear_requests();
        let request = twilio.api_v2010().fetch_call("no SID");
        let request = match call {
            Some(validation) => request.with_request_validation(validation),
            None => request,
        };
        let error = request.send().await.unwrap_err();
        assert_eq!((error.is_invalid_request(), error.is_api()), (checked, !checked), "{call:?}: {error}");
        assert_eq!(mock.requests().len(), usize::from(!checked), "{call:?}");
        assert_eq!(error.violations().len(), usize::from(checked));
    }
}

#[tokio::test]
async fn the_credentials_own_account_is_checked_where_it_is_sent() {
    let mock = mock().await;
    let twilio = checking_for(&mock, "AC1");
    let error = twilio.api_v2010().fetch_call(CALL).send().await.unwrap_err();
    assert_eq!(broken(&error), [("AccountSid", "must match `^AC[0-9a-fA-F]{32}$`")]);
    twilio.api_v2010().fetch_call(CALL).with_account_sid(ACCOUNT).send().await.unwrap();
}

#[tokio::test]
async fn lists_in_forms_are_checked_item_by_item() {
    let mock = mock().await;
    let twilio = checking(&mock);
    let service = "ZS00000000000000000000000000000001";
    let good = "ZN00000000000000000000000000000001";
    let build = |versions: [&str; 3]| twilio.serverless_v1().create_build(service).asset_versions(versions);
    let error = build([good, "no SID", good]).send().await.unwrap_err();
    assert_eq!(broken(&error), [("AssetVersions[1]", "must match `^ZN[0-9a-fA-F]{32}$`")]);
    build([good; 3]).send().await.unwrap();
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn json_bodies_are_checked_through_lists_and_objects() {
    let mock = mock().await;
    let memory = checking(&mock).memory_v1();
    let observation = || {
        let observation = ObservationCreateRequest::default().occurred_at("2026-01-31T12:00:00Z");
        observation.content("é".repeat(4096)).source("a source")
    };
    let good = observation().conversation_ids([CONVERSATION]);
    let required = |store_id, observations| CreateProfileObservationParams {
        store_id,
        profile_id: PROFILE,
        observations,
    };
    let bad = observation()
        .content("é".repeat(4097))
        .source("/")
        .conversation_ids((0..11).map(|n| if n == 10 { "PERSONAL" } else { CONVERSATION }));
    let error =
        memory.create_profile_observation(required("mem", vec![good.clone(), bad])).send().await.unwrap_err();
    let mut found = broken(&error);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("observations[1].content", "must have at most 4096 characters"),
            ("observations[1].conversationIds", "must have at most 10 items"),
            ("observations[1].conversationIds[10]", "must match `^conv_conversation_[0-7][0-9a-z]{25}$`"),
            ("observations[1].source", "must match `^[a-zA-Z0-9 _.-]+$`"),
            ("storeId", "must match `^mem_(store|service)_[0-7][0-9a-z]{25}$`"),
        ]
    );
    assert!(!format!("{error:?}").contains("PERSONAL"));
    assert!(mock.requests().is_empty());
    let sent = memory.create_profile_observation(required(STORE, vec![good])).send().await;
    assert!(sent.is_ok(), "{sent:?}");
}
