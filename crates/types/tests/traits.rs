//! Traits that users of the types rely on.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeSet, HashMap};

use twilio_sdk_types::{
    ApiKeyConfig, AuthTokenConfig, CallSid, CallStatus, CustomKeyConfig, Date, Edge, Extra, Location, Region,
    SecretString, SecretValue, Sid, Timestamp,
};

fn assert_send_sync<T: Send + Sync + 'static>() {}

#[test]
fn every_type_can_be_shared_between_threads() {
    assert_send_sync::<ApiKeyConfig>();
    assert_send_sync::<AuthTokenConfig>();
    assert_send_sync::<CustomKeyConfig>();
    assert_send_sync::<CallSid>();
    assert_send_sync::<CallStatus>();
    assert_send_sync::<Date>();
    assert_send_sync::<Extra>();
    assert_send_sync::<Location>();
    assert_send_sync::<SecretString>();
    assert_send_sync::<SecretValue>();
    assert_send_sync::<Sid>();
    assert_send_sync::<Timestamp>();
}

#[test]
fn open_enums_compare_with_strings_parse_and_sort_by_value() {
    let status: CallStatus = "busy".parse().unwrap();
    assert_eq!(status, CallStatus::Busy);
    assert_eq!(status, "busy");
    assert_eq!(String::from(status.clone()), "busy");
    assert_eq!(status.as_ref(), "busy");
    let sorted: BTreeSet<_> = [CallStatus::Queued, CallStatus::from("aaa"), CallStatus::Busy].into();
    assert_eq!(sorted.iter().map(CallStatus::as_str).collect::<Vec<_>>(), ["aaa", "busy", "queued"]);
    assert_eq!(HashMap::from([(CallStatus::Busy, 1)])[&CallStatus::from("busy")], 1);
}

#[test]
fn locations_parse_what_they_display() {
    for location in [
        Location::default(),
        Location::in_region(Region::Ie1),
        Location::in_region(Region::Us1),
        Location::new(Region::Us1, Edge::Ashburn),
        Location::from_names(None, Some("ashburn")).unwrap(),
    ] {
        let shown = location.to_string();
        assert_eq!(shown.parse().as_ref(), Ok(&location), "{shown}");
    }
    assert!("dublin.nowhere".parse::<Location>().is_err());
}

#[test]
fn properties_are_collected_and_iterated() {
    let extra: Extra = [("a", 1), ("b", 2)].into_iter().collect();
    assert_eq!(extra.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn credentials_are_read_by_their_fields_and_reject_other_kinds() {
    let read = serde_json::from_str::<AuthTokenConfig>;
    assert!(read(r#"{"account_sid":"AC1","auth_token":"t"}"#).is_ok());
    let error =
        read(r#"{"account_sid":"AC1","api_key":"SK1","api_secret":"hidden"}"#).unwrap_err().to_string();
    assert!(error.contains("expected an auth token") && !error.contains("hidden"), "{error}");
}
