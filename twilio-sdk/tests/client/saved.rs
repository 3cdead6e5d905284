//! Requests of any operation, and requests that another process sends.

use crate::common::{client, mock};
use serde_json::{Value, json};
use twilio_emulator::{Emulator, RecordedRequest};
use twilio_sdk::iam_organizations::builder::{CreateTokenParams, PatchOrganizationUserParams};
use twilio_sdk::{Client, OperationRequest, RequestData, iam_organizations, lookups_v1, verify_v2};

type CreateMessage = twilio_sdk::api_v2010::builder::CreateMessage;

const ORGANIZATION: &str = "OR00000000000000000000000000000001";
const USER: &str = "US00000000000000000000000000000001";

/// The observable parts of a request.
fn seen(request: &RecordedRequest) -> impl PartialEq + std::fmt::Debug + use<> {
    let header = |name: &str| request.header(name).map(str::to_owned);
    (
        (request.method.clone(), request.path.clone(), request.query.clone()),
        (request.form.clone(), request.body.clone()),
        (header("if-match"), header("content-type"), request.authorization().map(str::to_owned)),
    )
}

/// Sends a request, and the same after it went through JSON text; the server must see no difference.
async fn same<R: OperationRequest>(mock: &Emulator, client: &R::Client, request: R) -> Value {
    let text = serde_json::to_string(&request.to_data()).unwrap();
    let saved: RequestData = serde_json::from_str(&text).unwrap();
    assert_eq!(saved.operation_id(), R::operation().id());
    let restored = R::from_data(client, saved).unwrap();
    mock.clear_requests();
    let first = request.send().await;
    let second = restored.send().await;
    assert_eq!(first.is_ok(), second.is_ok());
    let requests = mock.requests();
    let [first, second] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert_eq!(first.operation_id, Some(R::operation().id()), "{first:?}");
    assert_eq!(seen(first), seen(second));
    serde_json::from_str(&text).unwrap()
}

fn message(twilio: &Client) -> CreateMessage {
    twilio.api_v2010().create_message("+15558675310").from("+15017122661").body("Hi")
}

#[tokio::test]
async fn a_restored_request_is_the_same_on_the_wire_wherever_its_values_go() {
    let mock = mock().await;
    let twilio = client(&mock);
    let api = twilio.api_v2010();
    let saved =
        same(&mock, &api, message(&twilio).media_url(["https://a.example", "https://b.example"])).await;
    assert_eq!(
        saved,
        json!({
            "product": "api_v2010",
            "operation": "CreateMessage",
            "form": [
                ["To", "+15558675310"],
                ["From", "+15017122661"],
                ["Body", "Hi"],
                ["MediaUrl", "https://a.example"],
                ["MediaUrl", "https://b.example"],
            ],
        })
    );
    let call = "CA00000000000000000000000000000001";
    same(&mock, &api, api.fetch_call(call).with_account_sid("AC00000000000000000000000000000009")).await;
    same(&mock, &api, api.list_call().page_size(5).start_time_after("2026-01-31")).await;
    let lookups = twilio.lookups_v1();
    let request: lookups_v1::builder::FetchPhoneNumber =
        lookups.fetch_phone_number("+15558675310").add_ons_data(json!({"a": {"b": 1}})).add_ons(["x"]);
    same(&mock, &lookups, request).await;
    let bearer = twilio_sdk::BearerConfig::new("token");
    let organizations =
        Client::new(twilio_sdk::ConnectionConfig::new(bearer).base_url(mock.base_url())).unwrap();
    let organizations = organizations.iam_organizations();
    let operation = iam_organizations::types::ScimPatchOperation::default().op("replace");
    let patch = organizations
        .patch_organization_user(PatchOrganizationUserParams {
            organization_sid: ORGANIZATION,
            user_sid: USER,
        })
        .if_match("3")
        .operations([operation]);
    let saved = same(&mock, &organizations, patch).await;
    assert_eq!(saved["headers"], json!({"If-Match": "3"}));
    let token = organizations
        .create_token(CreateTokenParams { grant_type: "client_credentials", client_id: "OQ1" })
        .client_secret("a password");
    same(&mock, &organizations, token).await;
    // The whole body is one value.
    let numbers = twilio.numbers_v1();
    let saved = same(&mock, &numbers, numbers.create_eligibility().body(json!({"phone_numbers": []}))).await;
    assert_eq!(saved["body"], json!({"phone_numbers": []}));
    let saved = same(&mock, &numbers, numbers.create_eligibility().body(Value::Null)).await;
    assert_eq!(saved["body"], Value::Null);
    assert_eq!(saved.as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn the_sending_client_has_its_own_account_and_whether_to_send_twice_stays() {
    let mock = mock().await;
    let twilio = client(&mock);
    let other = Client::new(
        twilio_sdk::ConnectionConfig::new(twilio_sdk::ApiKeyConfig::new(
            "AC00000000000000000000000000000007",
            crate::common::KEY,
            "other-secret",
        ))
        .base_url(mock.base_url()),
    )
    .unwrap();
    let saved = message(&twilio).with_idempotent(true).to_data();
    assert!(!serde_json::to_string(&saved).unwrap().contains(crate::common::ACCOUNT));
    mock.stub_next(503, &[], "{}");
    let sent =
        CreateMessage::from_data(&other.api_v2010(), saved).unwrap().send_with_response().await.unwrap();
    assert_eq!(sent.attempts(), 2);
    let request = mock.requests().pop().unwrap();
    assert!(request.path.contains("AC00000000000000000000000000000007"), "{}", request.path);
}

#[tokio::test]
async fn what_does_not_belong_to_the_operation_is_refused_by_name_and_never_by_value() {
    let mock = mock().await;
    let twilio = client(&mock);
    let api = twilio.api_v2010();
    let good = serde_json::to_value(message(&twilio).to_data()).unwrap();
    let change = |pointer: &str, value: Value| {
        let mut saved = good.clone();
        saved[pointer] = value;
        serde_json::from_value::<RequestData>(saved)
    };
    let cases = [
        ("product", json!("messaging_v1"), "to `messaging_v1`"),
        ("operation", json!("CreateCall"), "of the operation `CreateCall`"),
        ("form", json!([["To", "SECRET"], ["Too", "SECRET"]]), "`Too`"),
        ("query", json!([["To", "SECRET"]]), "`To`, which is not a query parameter"),
        ("headers", json!({"Authorization": "SECRET"}), "`Authorization`, which is not a header"),
        ("path", json!({"Sid": "SECRET"}), "`Sid`, which is not in the operation's path"),
        ("json", json!({"To": "SECRET"}), "`To`, which is not in the operation's body"),
        ("body", json!("SECRET"), "`body`, which is not in the operation's body"),
        ("body", Value::Null, "`body`, which is not in the operation's body"),
    ];
    for (key, value, expected) in cases {
        let error = CreateMessage::from_data(&api, change(key, value).unwrap()).unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains(expected), "{key}: {error}");
        assert!(!format!("{error} {error:?}").contains("SECRET"), "{error}");
    }
    assert!(change("link", json!("https://elsewhere.example")).is_err());
    // A missing value would let the account's SID stand in for it.
    type FetchCall = twilio_sdk::api_v2010::builder::FetchCall;
    let pathless = json!({"product": "api_v2010", "operation": "FetchCall"});
    let error = FetchCall::from_data(&api, serde_json::from_value(pathless).unwrap()).unwrap_err();
    assert!(error.to_string().contains("lacks `Sid`"), "{error}");
    let verify = twilio.verify_v2();
    let accounted = json!({"product": "verify_v2", "operation": "ListService", "account": "AC1"});
    let error =
        verify_v2::builder::ListService::from_data(&verify, serde_json::from_value(accounted).unwrap());
    assert!(error.unwrap_err().to_string().contains("account"));
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn debug_shows_names_and_no_values() {
    let mock = mock().await;
    let twilio = client(&mock);
    let token = twilio
        .iam_organizations()
        .create_token(CreateTokenParams { grant_type: "client_credentials", client_id: "OQ1" })
        .client_secret("SECRET");
    let saved = token.to_data();
    for text in [format!("{saved:?}"), format!("{token:?}")] {
        assert!(
            text.contains("client_secret") && !text.contains("SECRET") && !text.contains("OQ1"),
            "{text}"
        );
    }
}
