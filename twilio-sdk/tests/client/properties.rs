//! Properties of what goes out and of how lists are followed, over real HTTP.

use crate::common::{client, mock};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use twilio_emulator::Emulator;
use twilio_sdk::{Client, Location};

/// Runs a property with one emulator: starting one for each case would be most of the work.
fn check<S: Strategy>(
    cases: u32,
    strategy: S,
    property: impl Fn(&tokio::runtime::Runtime, &Emulator, &Client, S::Value) -> Result<(), TestCaseError>,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mock = runtime.block_on(mock());
    let twilio = client(&mock);
    // A failing case is printed whole; files of old failures would be one more thing to keep.
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    runner
        .run(&strategy, |value| {
            mock.clear_requests();
            mock.clear_stubs();
            property(&runtime, &mock, &twilio, value)
        })
        .unwrap();
}

#[test]
fn every_text_arrives_in_a_form_as_it_was_given() {
    let texts = (any::<String>(), proptest::collection::vec(any::<String>(), 0..4), "[\\PC&=+%;/?# ]*");
    check(128, texts, |runtime, mock, twilio, (body, media, from)| {
        mock.stub_next(201, &[], "{}");
        let call =
            twilio.api_v2010().create_message("+15558675310").body(&body).from(&from).media_url(&media);
        runtime.block_on(call.send()).unwrap();
        let request = &mock.requests()[0];
        let values = |name: &str| -> Vec<String> {
            request.form.iter().filter(|(have, _)| have == name).map(|(_, value)| value.clone()).collect()
        };
        prop_assert_eq!(values("Body"), vec![body]);
        prop_assert_eq!(values("From"), vec![from]);
        prop_assert_eq!(values("MediaUrl"), media);
        prop_assert_eq!(values("To"), vec!["+15558675310".to_owned()]);
        Ok(())
    });
}

#[test]
fn no_value_leaves_its_place_in_the_url() {
    let values = ("[^\\x00]{1,40}", any::<String>());
    check(128, values, |runtime, mock, twilio, (sid, name)| {
        mock.stub_next(200, &[], "{}");
        let call = twilio.api_v2010().list_call().to(&name).with_account_sid(sid.as_str());
        let outcome = runtime.block_on(call.send());
        if sid == "." || sid == ".." {
            prop_assert!(outcome.unwrap_err().is_invalid_request());
            return Ok(());
        }
        let requests = mock.requests();
        let segments: Vec<&str> = requests[0].path.split('/').collect();
        prop_assert_eq!((segments.len(), segments[1], segments[4]), (5, "2010-04-01", "Calls.json"));
        let decoded = percent_encoding::percent_decode_str(segments[3]).decode_utf8().unwrap();
        prop_assert_eq!(decoded, sid);
        prop_assert_eq!(requests[0].query_value("To"), Some(name.as_str()));
        prop_assert_eq!(requests[0].query.len(), 1);
        Ok(())
    });
}

/// Pages that link to any of each other: each page to the one at its index in `links`.
fn page(number: usize, links: &[Option<usize>]) -> String {
    let next = links[number].map(|next| format!("/v2/Services?PageSize=2&Page={next}"));
    let items = [0, 1].map(|item| json!({ "sid": format!("VA{number}-{item}") }));
    json!({ "services": items, "meta": { "key": "services", "next_page_url": next } }).to_string()
}

#[test]
fn paging_never_loops_and_never_skips() {
    let links = (1_usize..8)
        .prop_flat_map(|pages| proptest::collection::vec(proptest::option::weighted(0.8, 0..pages), pages));
    check(96, links, |runtime, mock, twilio, links| {
        // The walk that the links describe, up to the first link that was followed before.
        let (mut walk, mut followed, mut circle) = (vec![0], Vec::new(), false);
        while let Some(next) = links[*walk.last().unwrap()] {
            if followed.contains(&next) {
                circle = true;
                break;
            }
            followed.push(next);
            walk.push(next);
        }
        for number in &walk {
            mock.stub_next(200, &[], page(*number, &links));
        }
        let expected: Vec<String> =
            walk.iter().flat_map(|number| [0, 1].map(|item| format!("VA{number}-{item}"))).collect();
        let mut items = twilio.verify_v2().list_service().items();
        let (mut got, mut error) = (Vec::new(), None);
        runtime.block_on(async {
            while let Some(item) = items.next().await {
                match item {
                    Ok(service) => got.push(service.sid.unwrap().to_string()),
                    Err(e) => error = Some(e),
                }
            }
        });
        prop_assert_eq!(got, expected);
        prop_assert_eq!(error.is_some_and(|e| e.is_pagination()), circle);
        prop_assert_eq!(mock.requests().len(), walk.len());
        Ok(())
    });
}

#[test]
fn a_location_is_refused_or_makes_a_host_of_the_products() {
    let names = (proptest::option::of("[ -~]{0,12}"), proptest::option::of("[ -~]{0,12}"));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    runner
        .run(&names, |(region, edge)| {
            if let Ok(location) = Location::from_names(region.as_deref(), edge.as_deref()) {
                let text = location.to_string();
                prop_assert!(
                    text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.'),
                    "{}",
                    text
                );
                prop_assert!(
                    !text.starts_with('.') && !text.ends_with('.') && !text.contains(".."),
                    "{}",
                    text
                );
            }
            Ok(())
        })
        .unwrap();
}
