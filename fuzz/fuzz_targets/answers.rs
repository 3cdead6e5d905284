//! Responses of many shapes: reading any body does not panic, and loses nothing.
#![no_main]

use std::sync::LazyLock;

use http::{HeaderMap, StatusCode};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use twilio_fuzz::{client, differences, has_twins, keep, with_emulator};
use twilio_sdk::conversations_v2::builder::FetchCommunicationParams;
use twilio_sdk::fuzzing::{Decode, Output, Param, answer, page, repaired};
use twilio_sdk::studio_v2::builder::FetchExecutionContextParams;
use twilio_sdk::verify_v2::builder::FetchVerificationParams;
use twilio_sdk::{Client, Pages};

/// What an answer is read as: its JSON again, if it could be read.
type Read = Box<dyn Fn(&[u8]) -> Option<Value> + Send + Sync>;

fn value<T: Output + Param + std::fmt::Debug>(body: &[u8]) -> Option<Value> {
    match answer::<T>(StatusCode::OK, HeaderMap::new(), body) {
        Ok(response) => {
            // Shown for its panics only.
            let _ = format!("{response:?}");
            Some(response.value().json())
        }
        Err(error) => {
            assert!(error.is_decode() && error.may_have_executed());
            let _ = format!("{error} {error:?}");
            None
        }
    }
}

/// The reader for what a call gives; the call itself is not sent.
fn single<T: Output + Param + std::fmt::Debug>(_: fn(&Client) -> twilio_sdk::SendFuture<T>) -> Read {
    Box::new(value::<T>)
}

fn list<T: Decode + Param + std::fmt::Debug + Send + 'static>(pages: fn(&Client) -> Pages<T>) -> Read {
    let client = client(Some("http://127.0.0.1:1"));
    Box::new(move |body| {
        let (page, _) = page(pages(&client), body).ok()?;
        let _ = format!("{page:?}");
        let mut json = page.json();
        // A page without items is written with an empty list, whether the answer had one or none.
        if let (true, Value::Object(map)) = (page.items.is_empty(), &mut json) {
            let whole = repaired(body).and_then(|(text, _)| serde_json::from_str(&text).ok());
            let whole: Value = whole.unwrap_or_default();
            map.retain(|name, value| {
                *value != Value::Array(Vec::new()) || whole.get(name).is_some_and(Value::is_array)
            });
        }
        Some(json)
    })
}

/// Each operation with the call by which its type is known and its seed is had.
macro_rules! operations {
    ($($kind:ident $product:ident $name:ident($($argument:expr),*);)*) => {
        static READERS: LazyLock<Vec<Read>> = LazyLock::new(|| vec![
            $(operations!(@$kind $product $name($($argument),*)),)*
        ]);

        fn seeds() {
            with_emulator(|client, emulator| async move {
                let _running = emulator;
                let mut index = 0_u8;
                $(
                    let call = client.$product().$name($($argument),*).send_with_response();
                    match call.await {
                        Ok(response) => {
                            let seed = [&[index], response.raw_body()].concat();
                            keep(concat!(stringify!($product), ".", stringify!($name)), &seed);
                        }
                        Err(error) => panic!("no seed: {error}"),
                    }
                    index += 1;
                )*
                let _ = index;
            });
        }
    };
    (@single $product:ident $name:ident($($argument:expr),*)) => {
        single(|client: &Client| client.$product().$name($($argument),*).send())
    };
    (@list $product:ident $name:ident($($argument:expr),*)) => {
        list(|client: &Client| client.$product().$name($($argument),*).pages())
    };
}

/// A SID of a kind.
fn sid(prefix: &str) -> String {
    format!("{prefix}{:032x}", 1)
}

operations! {
    single api_v2010 fetch_message(sid("SM"));
    single api_v2010 fetch_call(sid("CA"));
    single api_v2010 fetch_account(sid("AC"));
    list api_v2010 list_message();
    list api_v2010 list_usage_record();
    single conversations_v2 fetch_communication(FetchCommunicationParams { conversation_id: "a", id: "b" });
    single conversations_v2 fetch_configuration("a");
    list conversations_v2 list_conversation_by_account();
    list iam_organizations list_organization_users(sid("OR"));
    list iam_organizations list_role_assignments(sid("OR"));
    single insights_v1 fetch_summary(sid("CA"));
    list insights_v1 list_metric(sid("CA"));
    single lookups_v2 fetch_phone_number("+15558675310");
    single lookups_v2 create_bulk_lookup();
    single studio_v2 fetch_flow(sid("FW"));
    single studio_v2 fetch_execution_context(FetchExecutionContextParams { flow_sid: sid("FW"), execution_sid: sid("FN") });
    single verify_v2 fetch_service(sid("VA"));
    single verify_v2 fetch_verification(FetchVerificationParams { service_sid: sid("VA"), sid: sid("VE") });
    list verify_v2 list_service();
}

/// A repair is well-formed, and there is nothing to repair in it.
fn check_repair(body: &[u8]) -> Option<String> {
    let (text, places) = repaired(body)?;
    let value: Value = serde_json::from_str(&text).expect("a repair is well-formed");
    let (again, none) = repaired(text.as_bytes()).expect("a repair can be repaired");
    assert_eq!(none, 0, "{text}");
    assert_eq!(serde_json::from_str::<Value>(&again).ok().as_ref(), Some(&value));
    if let Ok(whole) = serde_json::from_slice::<Value>(body)
        && places == 0
    {
        assert_eq!(whole, value, "what is well-formed was changed");
    }
    Some(text)
}

twilio_fuzz::json_mutator!(|_| 1);

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    let Some((selector, body)) = data.split_first() else { return Corpus::Reject };
    let Some(read) = READERS.get(usize::from(*selector) % READERS.len()) else { return Corpus::Reject };
    let repaired = check_repair(body);
    let Some(json) = read(body) else { return Corpus::Keep };
    if let Some(text) = repaired {
        // Of the body the same is read as of its repair.
        let whole = read(text.as_bytes());
        if let Some(difference) = differences(&json, whole.as_ref().unwrap_or(&Value::Null)) {
            panic!("the repaired response is another one: {difference}");
        }
    }
    let again = read(json.to_string().as_bytes());
    if let Some(difference) = differences(&json, again.as_ref().unwrap_or(&Value::Null)) {
        panic!("reading twice is not reading once: {difference}");
    }
    let Ok(whole @ Value::Object(_)) = serde_json::from_slice::<Value>(body) else { return Corpus::Keep };
    if has_twins(body) {
        return Corpus::Keep;
    }
    if let Some(difference) = differences(&whole, &json) {
        panic!("the typed answer is not the answer: {difference}");
    }
    Corpus::Keep
});
