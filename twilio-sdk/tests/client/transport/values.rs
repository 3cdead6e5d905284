//! Setters, required parameters, enums and models.

use std::collections::HashSet;

use serde_json::json;
use twilio_emulator::Emulator;
use twilio_sdk::api_v2010::builder::CreateCallParams;
use twilio_sdk::api_v2010::types::{Call, MessageStatus};
use twilio_sdk::types::{Decimal, SecretString, SecretValue, Sid};
use twilio_sdk::verify_v2::builder::{
    CreateVerificationParams, FetchVerificationParams, UpdateVerificationParams,
};
use twilio_sdk::verify_v2::types::{VerificationChannel, VerificationStatus};

use super::{build, config};

const SERVICE: &str = "VA00000000000000000000000000000004";

async fn mocked() -> (Emulator, twilio_sdk::Client) {
    let mock = Emulator::start().await.unwrap();
    let client = build(config(&mock.base_url()));
    (mock, client)
}

#[tokio::test]
async fn review_58_an_enum_is_taken_as_itself_or_as_text_and_given_back_as_itself() {
    let (mock, client) = mocked().await;
    let verify = client.verify_v2();
    let to = "+15558675310";
    mock.stub_next(201, &[], r#"{"channel":"sms","status":"pending"}"#);
    let required = CreateVerificationParams { service_sid: SERVICE, to, channel: VerificationChannel::Sms };
    let verification = verify.create_verification(required).send().await.unwrap();
    assert_eq!(verification.channel, Some(VerificationChannel::Sms));
    assert_eq!(verification.status.unwrap(), "pending");
    for channel in ["sms", "smoke-signal"] {
        mock.stub_next(201, &[], json!({ "channel": channel }).to_string());
        let required = CreateVerificationParams { service_sid: SERVICE, to, channel };
        let verification = verify.create_verification(required).send().await.unwrap();
        assert_eq!(verification.channel.unwrap(), channel);
    }
    let sent: Vec<_> = mock.requests().iter().map(|r| r.form_value("Channel").unwrap().to_owned()).collect();
    assert_eq!(sent, ["sms", "sms", "smoke-signal"]);

    mock.stub_next(200, &[], r#"{"status":"canceled"}"#);
    let status: VerificationStatus = VerificationStatus::Canceled;
    let required = UpdateVerificationParams { service_sid: SERVICE, sid: to, status: status.clone() };
    let updated = verify.update_verification(required).send().await.unwrap();
    assert_eq!(updated.status, Some(status));
    mock.stub_next(201, &[], r#"{"status":"approved"}"#);
    let check = verify.create_verification_check(SERVICE).to(to).code("123456").send().await.unwrap();
    assert_eq!(check.status, Some(VerificationStatus::Approved));
}

#[tokio::test]
async fn review_58_the_status_of_a_resource_can_be_given_to_its_update() {
    let (mock, client) = mocked().await;
    mock.stub_next(200, &[], r#"{"sid":"CA1","status":"completed"}"#);
    let call = client.api_v2010().fetch_call("CA1").send().await.unwrap();
    mock.stub_next(200, &[], "{}");
    client.api_v2010().update_call("CA1").status(call.status).send().await.unwrap();
    assert_eq!(mock.requests()[1].form_value("Status"), Some("completed"));
}

#[tokio::test]
async fn review_59_required_values_are_named_and_their_order_is_free() {
    let (mock, client) = mocked().await;
    let (to, from) = ("+15558675310", "+15017122661");
    for required in [CreateCallParams { to, from }, CreateCallParams { from, to }] {
        mock.stub_next(201, &[], "{}");
        client.api_v2010().create_call(required).url("https://example.com/twiml").send().await.unwrap();
    }
    for request in mock.requests() {
        assert_eq!((request.form_value("To"), request.form_value("From")), (Some(to), Some(from)));
    }
    // Each value takes what converts into its type, whatever the others are.
    mock.stub_next(200, &[], "{}");
    let sid = Sid::from("VE1");
    let required = FetchVerificationParams { sid: sid.to_string(), service_sid: SERVICE };
    client.verify_v2().fetch_verification(required).send().await.unwrap();
    assert_eq!(mock.requests()[2].path, format!("/v2/Services/{SERVICE}/Verifications/VE1"));
}

#[tokio::test]
async fn review_61_setters_take_a_value_or_an_option_and_none_takes_back() {
    let (mock, client) = mocked().await;
    let (none, sender): (Option<String>, Option<&str>) = (None, Some("+15017122661"));
    mock.stub_next(201, &[], "{}");
    let message = client
        .api_v2010()
        .create_message("+15558675310")
        .body("first")
        .body(none)
        .from(sender)
        .messaging_service_sid(None::<&str>)
        .media_url(["https://a", "https://b"])
        .media_url(None::<[&str; 2]>)
        .persistent_action(Some(vec!["c".to_owned(), "d".to_owned()]))
        .validity_period(Some(5))
        .attempt(None::<i64>);
    message.send().await.unwrap();
    let mut form = mock.requests()[0].form.clone();
    form.sort();
    let pairs: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        pairs,
        [
            ("From", "+15017122661"),
            ("PersistentAction", "c"),
            ("PersistentAction", "d"),
            ("To", "+15558675310"),
            ("ValidityPeriod", "5")
        ]
    );
}

#[cfg(feature = "numbers-v1")]
#[tokio::test]
async fn review_61_what_the_spec_calls_nullable_can_be_cleared_in_a_json_body() {
    use twilio_sdk::numbers_v1::builder::CreatePortingPortInParams;
    use twilio_sdk::numbers_v1::types::PortingLosingCarrierInformation;
    let (mock, client) = mocked().await;
    let required = || CreatePortingPortInParams {
        account_sid: "AC00000000000000000000000000000001",
        documents: ["RD00000000000000000000000000000001"],
        losing_carrier_information: PortingLosingCarrierInformation::default(),
    };
    let numbers = client.numbers_v1();
    let request = |n| numbers.create_porting_port_in(required()).bundle_sid(n);
    for (request, bundle) in [
        (request(Some("BU1")).clear_bundle_sid(), Some(json!(null))),
        (request(None).clear_bundle_sid().bundle_sid("BU2"), Some(json!("BU2"))),
        (request(Some("BU1")).bundle_sid(None::<&str>), None),
    ] {
        mock.clear_requests();
        mock.stub_next(201, &[], "{}");
        request.send().await.unwrap();
        assert_eq!(mock.requests()[0].json().unwrap().get("bundle_sid").cloned(), bundle);
    }
}

#[test]
fn review_62_a_value_of_an_open_enum_has_one_form() {
    let queued = MessageStatus::from("queued");
    assert_eq!(queued, MessageStatus::Queued);
    assert_eq!(queued, *"queued");
    assert_eq!(queued, "queued");
    assert_eq!(queued, "queued".to_owned());
    assert_ne!(queued, "Queued");
    let read: MessageStatus = serde_json::from_value(json!("queued")).unwrap();
    assert!(matches!(read, MessageStatus::Queued));
    let new = MessageStatus::from("brand_new");
    let MessageStatus::Unknown(value) = &new else { panic!("known") };
    assert_eq!(
        (value.as_str(), format!("{value} {value:?}")),
        ("brand_new", "brand_new \"brand_new\"".into())
    );
    assert_eq!(new, "brand_new");
    assert_eq!(new, MessageStatus::from(new.to_string()));
    let all = HashSet::from([queued.clone(), read, MessageStatus::Queued, new.clone(), new]);
    assert_eq!(all.len(), 2);
}

#[test]
fn review_62_models_are_equal_when_all_that_they_hold_is() {
    let json = json!({ "sid": "CA1", "price": "-0.0075", "start_time": "x", "subresource_uris": { "a": 1 }, "new": 1 });
    let call = |json: &serde_json::Value| serde_json::from_value::<Call>(json.clone()).unwrap();
    assert_eq!(call(&json), call(&json));
    for (name, value) in [("sid", "CA2"), ("price", "-0.00750"), ("status", "busy"), ("new", "2")] {
        let mut other = json.clone();
        other[name] = json!(value);
        assert_ne!(call(&json), call(&other), "{name}");
    }
    assert_eq!(Decimal::from("1"), Decimal::from("1"));
    assert_eq!(SecretString::from("hush"), SecretString::from("hush"));
    assert_ne!(SecretString::from("hush"), SecretString::from("hush!"));
    let secret = |json: serde_json::Value| SecretValue::from(json);
    let nested = || json!({ "a": ["x", 1, { "b": "y" }] });
    assert_eq!(secret(nested()), secret(nested()));
    for other in
        [json!({ "a": ["x", 1, { "b": "z" }] }), json!({ "a": ["x", 1] }), json!({ "b": 1 }), json!("x")]
    {
        assert_ne!(secret(nested()), secret(other));
    }
}

#[cfg(feature = "webhook")]
#[test]
fn review_58_webhooks_and_the_api_have_the_same_statuses() {
    use twilio_sdk::api_v2010::types::{CallStatus, RecordingStatus};
    use twilio_sdk::webhook;
    fn of_the_api(status: webhook::CallStatus) -> CallStatus {
        status
    }
    assert_eq!(of_the_api(webhook::CallStatus::Initiated), CallStatus::from("initiated"));
    let (message, recording): (MessageStatus, RecordingStatus) =
        (webhook::MessageStatus::PartiallyDelivered, webhook::RecordingStatus::Deleted);
    assert_eq!((message.as_str(), recording.as_str()), ("partially_delivered", "deleted"));
    assert_eq!(RecordingStatus::Failed, "failed");
}
