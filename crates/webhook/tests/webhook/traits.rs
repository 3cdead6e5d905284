//! What users may rely on: threads, comparisons and conversions.

use twilio_sdk_webhook::{
    CallStatusCallback, CloudEvent, FormParams, IncomingCall, IncomingMessage, MessageStatusCallback,
    Payload as _, PayloadError, PublicUrl, RecordingStatusCallback, SignatureVerifier, Twiml,
    VerifiedSignature, Webhook, WebhookError, WebhookLayer, WebhookRejection, WebhookRequest, WebhookService,
    payload_validation,
};

#[test]
fn types_are_send_and_sync() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(SignatureVerifier, VerifiedSignature, WebhookRequest<'_>, PublicUrl, FormParams)>();
    assert_send_sync::<(WebhookLayer, WebhookService<()>, Webhook<IncomingMessage>, Twiml)>();
    assert_send_sync::<(IncomingMessage, MessageStatusCallback, IncomingCall, CallStatusCallback)>();
    assert_send_sync::<(RecordingStatusCallback, CloudEvent, PayloadError, WebhookError)>();
    assert_send_sync::<(payload_validation::PayloadRules, payload_validation::PayloadErrors)>();
    fn assert_error<T: std::error::Error + Send + 'static>() {}
    assert_error::<WebhookRejection>();
    assert_error::<payload_validation::FieldError>();
}

#[test]
fn events_are_serialized_as_twilio_sends_them() {
    let json = r#"{"specversion":"1.0","type":"a.b","source":"s","id":"1","time":"2026-01-31T10:00:00Z","data":{"x":1.10},"extension":null}"#;
    let event = CloudEvent::read("", "application/json", json.as_bytes()).unwrap();
    let again: serde_json::Value = serde_json::to_value(&event).unwrap();
    assert_eq!(again, serde_json::from_str::<serde_json::Value>(json).unwrap());
    assert_eq!(serde_json::from_value::<CloudEvent>(again).unwrap(), event);
}

#[test]
fn errors_name_the_attribute_of_an_event() {
    let read = |json: &str| CloudEvent::read("", "", json.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        read(r#"{"id":"1","source":"s","type":5,"specversion":"1.0"}"#),
        "payload: the body is not the expected JSON: `type` of an event is not a string"
    );
    assert_eq!(
        read(r#"{"id":"1"}"#),
        "payload: the body is not the expected JSON: `source` of an event is missing"
    );
}
