//! Typed payloads.

use serde_json::{Value, json};
use twilio_sdk_webhook::{
    CallStatus, CallStatusCallback, CloudEvent, IncomingCall, IncomingMessage, MessageStatus,
    MessageStatusCallback, Payload, PayloadError, RecordingStatus, RecordingStatusCallback,
};

fn read<T: Payload>(form: &str) -> Result<T, PayloadError> {
    T::read("", "application/x-www-form-urlencoded", form.as_bytes())
}

#[test]
fn payloads_are_typed_and_lose_nothing() {
    let message: IncomingMessage = read(concat!(
        "MessageSid=MM1&SmsSid=MM1&AccountSid=AC1&From=whatsapp%3A%2B1&To=%2B2&Body=&NumMedia=2&NumSegments=1",
        "&MediaUrl0=https%3A%2F%2Fa%2F0&MediaContentType0=image%2Fpng&MediaUrl1=https%3A%2F%2Fa%2F1",
        "&FromCity=&SmsStatus=received&New=x&New=y"
    ))
    .unwrap();
    assert_eq!(message.message_sid.as_str(), "MM1");
    assert_eq!(message.from.as_deref(), Some("whatsapp:+1"));
    assert_eq!((message.body, message.from_city, message.num_media), (None, None, Some(2)));
    assert_eq!(message.status, Some(MessageStatus::Received));
    assert_eq!(message.media.len(), 2);
    assert_eq!(message.media[0].content_type.as_deref(), Some("image/png"));
    assert_eq!(message.extra.iter().collect::<Vec<_>>(), [("SmsSid", "MM1"), ("New", "x"), ("New", "y")]);
    assert_eq!(read::<IncomingMessage>("AccountSid=AC1").unwrap_err(), PayloadError::Missing("MessageSid"));

    let update: MessageStatusCallback =
        read("MessageSid=SM1&MessageStatus=brand_new&ErrorCode=30008").unwrap();
    assert_eq!(update.status, "brand_new");
    assert_eq!(update.error_code, Some(30008));

    let call: IncomingCall =
        read("CallSid=CA1&AccountSid=AC1&CallStatus=ringing&Direction=inbound&CallToken=hush").unwrap();
    assert_eq!(call.status, Some(CallStatus::Ringing));
    assert!(!format!("{call:?}").contains("hush"));
    let update: CallStatusCallback = read(
        "CallSid=CA1&CallStatus=in-progress&CallDuration=7&SequenceNumber=2&Timestamp=Mon%2C+16+Aug+2010+03%3A45%3A01+%2B0000",
    )
    .unwrap();
    assert_eq!(
        (update.status, update.call_duration, update.sequence_number),
        (CallStatus::InProgress, Some(7), Some(2))
    );
    assert!(update.timestamp.unwrap().to_datetime().is_some());
    let recording: RecordingStatusCallback =
        read("RecordingSid=RE1&RecordingStatus=completed&RecordingDuration=9&RecordingChannels=2").unwrap();
    assert_eq!((recording.status, recording.recording_duration), (RecordingStatus::Completed, Some(9)));

    let by_get = IncomingCall::read("CallSid=CA1&AccountSid=AC1", "", b"").unwrap();
    assert_eq!(by_get.call_sid.as_str(), "CA1");
}

#[test]
fn events_are_parsed_and_preserve_unknown_attributes() {
    let body = json!([{
        "specversion": "1.0", "type": "com.twilio.messaging.message.sent", "source": "/x", "id": "EZ1",
        "time": "2026-01-31T10:00:00.123Z", "datacontenttype": "application/json", "data": {"messageSid": "SM1"},
        "extension": 5
    }]);
    let events = Vec::<CloudEvent>::read("", "application/json", body.to_string().as_bytes()).unwrap();
    assert_eq!(events[0].kind, "com.twilio.messaging.message.sent");
    assert!(events[0].time.as_ref().unwrap().to_datetime().is_some());
    assert_eq!(events[0].extra["extension"], 5);
    assert_eq!(events[0].data_as::<Value>().unwrap()["messageSid"], "SM1");
    for bad in ["", "{}", "[1]", "[{\"id\":\"private\"}]", "[{\"id\":5}]"] {
        let error = Vec::<CloudEvent>::read("", "", bad.as_bytes()).unwrap_err();
        assert!(!error.to_string().contains("private"), "{error}");
    }
}
