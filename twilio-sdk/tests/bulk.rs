//! Many requests at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::{client, mock};
use twilio_sdk::Request;
use twilio_sdk::bulk::{Bulk, Progress};

type CreateMessage = twilio_sdk::api_v2010::builder::CreateMessage;

#[tokio::test]
async fn a_run_that_stopped_goes_on_from_what_was_stored() {
    let mock = mock().await;
    let api = client(&mock).api_v2010();
    let number = |index: usize| format!("+1555{index:07}");
    let requests: Vec<_> =
        (0..200).map(|n| api.create_message(number(n)).from("+15017122661").body("Hi")).collect();
    let stored = serde_json::to_string(&requests.iter().map(Request::save).collect::<Vec<_>>()).unwrap();
    let mut sent = Bulk::new().concurrency(8).send_iter(requests);
    let mut outcomes = 0;
    while let Some(outcome) = sent.next().await {
        outcome.result.unwrap();
        outcomes += 1;
        if outcomes == 50 {
            sent.stop();
        }
    }
    assert!((50..=58).contains(&outcomes), "{outcomes}");
    assert_eq!((sent.progress().len(), sent.summary().succeeded()), (outcomes, outcomes));
    let progress = serde_json::to_string(sent.progress()).unwrap();

    // What another process has: the two texts and a client.
    let twilio = client(&mock);
    let saved: Vec<twilio_sdk::SavedRequest> = serde_json::from_str(&stored).unwrap();
    let api = twilio.api_v2010();
    let restored: Vec<_> =
        saved.into_iter().map(|saved| CreateMessage::restore(&api, saved).unwrap()).collect();
    let done: Progress = serde_json::from_str(&progress).unwrap();
    let mut sent = Bulk::new().concurrency(8).in_order(true).resume(done).send_iter(restored);
    let mut last = None;
    while let Some(outcome) = sent.next().await {
        outcome.result.unwrap();
        assert!(last < Some(outcome.index));
        last = Some(outcome.index);
    }
    assert_eq!((sent.progress().len(), sent.summary().succeeded()), (200, 200 - outcomes));

    let mut times = BTreeMap::new();
    for request in mock.requests() {
        *times.entry(request.form_value("To").unwrap().to_owned()).or_insert(0) += 1;
    }
    assert_eq!(times, (0..200).map(|n| (number(n), 1)).collect());
}
