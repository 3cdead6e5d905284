//! Many requests at once.

#[allow(dead_code)]
#[path = "../../examples/journal.rs"]
mod journal;

use std::collections::BTreeMap;

use crate::common::{client, mock};
use twilio_sdk::OperationRequest;
use twilio_sdk::bulk::{BulkProgress, BulkSender};

type CreateMessage = twilio_sdk::api_v2010::builder::CreateMessage;

#[tokio::test]
async fn a_run_that_stopped_goes_on_from_what_was_stored() {
    let mock = mock().await;
    let api = client(&mock).api_v2010();
    let number = |index: usize| format!("+1555{index:07}");
    let requests: Vec<_> =
        (0..200).map(|n| api.create_message(number(n)).from("+15017122661").body("Hi")).collect();
    let stored =
        serde_json::to_string(&requests.iter().map(OperationRequest::to_data).collect::<Vec<_>>()).unwrap();
    let mut sent = BulkSender::new().concurrency(8).send_iter(requests);
    let mut outcomes = 0;
    while let Some(outcome) = sent.next().await {
        outcome.result.unwrap();
        outcomes += 1;
        if outcomes == 50 {
            sent.stop_accepting();
        }
    }
    assert!((50..=58).contains(&outcomes), "{outcomes}");
    assert_eq!((sent.progress().len(), sent.summary().succeeded()), (outcomes, outcomes));
    let progress = serde_json::to_string(sent.progress()).unwrap();

    // What another process has: the two texts and a client.
    let twilio = client(&mock);
    let saved: Vec<twilio_sdk::RequestData> = serde_json::from_str(&stored).unwrap();
    let api = twilio.api_v2010();
    let restored: Vec<_> =
        saved.into_iter().map(|saved| CreateMessage::from_data(&api, saved).unwrap()).collect();
    let done: BulkProgress = serde_json::from_str(&progress).unwrap();
    let mut sent = BulkSender::new().concurrency(8).ordered(true).resume_from(done).send_iter(restored);
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

/// Requests that come from elsewhere, now and then.
struct Queue(tokio::sync::mpsc::UnboundedReceiver<CreateMessage>);

impl futures_core::Stream for Queue {
    type Item = CreateMessage;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<CreateMessage>> {
        self.0.poll_recv(context)
    }
}

#[tokio::test]
async fn a_run_that_waits_for_its_next_request_stops_too() {
    let mock = mock().await;
    let (queue, requests) = tokio::sync::mpsc::unbounded_channel();
    let request = client(&mock).api_v2010().create_message("+1").from("+15017122661").body("Hi");
    queue.send(request.clone()).unwrap();
    let mut sent = BulkSender::new().send_stream(Queue(requests));
    sent.next().await.unwrap().result.unwrap();
    sent.stop_accepting();
    sent.stop_accepting();
    let end = tokio::time::timeout(std::time::Duration::from_secs(10), sent.next()).await;
    assert!(end.expect("it waits for no request").is_none());
    // A request that comes later is neither sent nor taken for sent.
    let _ = queue.send(request);
    assert!(sent.next().await.is_none());
    assert_eq!((mock.requests().len(), sent.progress().len()), (1, 1));
}

/// An emulator on which a third of all attempts fails, and that records that many requests.
async fn troubled(requests: usize) -> twilio_emulator::Emulator {
    let faults = twilio_emulator::FaultPlan::from_toml(include_str!(
        "../../../apps/twilio-emulator/examples/faults.toml"
    ))
    .unwrap();
    let builder = twilio_emulator::Emulator::builder().max_recorded_requests(requests);
    builder.faults(faults).start().await.unwrap()
}

/// A client that does not wait long between its attempts.
fn patient(mock: &twilio_emulator::Emulator, attempts: u32) -> twilio_sdk::Client {
    use std::time::Duration;
    let retry =
        twilio_sdk::RetryConfig::new().max_attempts(attempts).initial_backoff(Duration::from_millis(1));
    let key = twilio_sdk::ApiKeyConfig::new(crate::common::ACCOUNT, crate::common::KEY, "key-secret");
    let config = twilio_sdk::ConnectionConfig::new(key).base_url(mock.base_url()).retry(retry);
    twilio_sdk::Client::new(config).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_is_sent_twice_while_things_go_wrong() {
    const REQUESTS: usize = 3_000;
    let mock = troubled(10 * REQUESTS).await;
    let api = patient(&mock, 6).api_v2010();
    let number = |index: u64| format!("+1555{index:07}");
    let requests =
        (0..REQUESTS as u64).map(move |n| api.create_message(number(n)).from("+15017122661").body("Hi"));
    let mut sent = BulkSender::new().concurrency(64).send_iter(requests);
    let mut outcomes = BTreeMap::new();
    while let Some(outcome) = sent.next().await {
        assert!(outcomes.insert(outcome.index, outcome.result).is_none(), "one outcome for each");
    }
    assert_eq!(outcomes.len(), REQUESTS);

    let mut carried_out = BTreeMap::new();
    let mut attempts = BTreeMap::new();
    for request in mock.requests() {
        // Of a request that met a reset nothing may have been read.
        let Some(to) = request.form_value("To").map(str::to_owned) else {
            assert!(!request.executed);
            continue;
        };
        *attempts.entry(to.clone()).or_insert(0) += 1;
        *carried_out.entry(to).or_insert(0) += usize::from(request.executed);
    }
    let (mut succeeded, mut uncertain) = (0, 0);
    for (index, result) in &outcomes {
        let times = carried_out.get(&number(*index)).copied().unwrap_or(0);
        match result {
            Ok(_) => {
                succeeded += 1;
                assert_eq!(times, 1, "{index} has its answer");
            }
            Err(error) if error.may_have_executed() => {
                uncertain += 1;
                assert!(times <= 1, "{index} was carried out {times} times");
            }
            Err(error) => assert_eq!(times, 0, "{index}: {error}"),
        }
    }
    assert!(succeeded > REQUESTS / 2 && uncertain > 0, "{succeeded} {uncertain}");
    let again = attempts.values().filter(|times| **times > 1).count();
    assert!(again > REQUESTS / 20, "refusals with 429 were sent again: {again}");
    let summary = sent.summary();
    assert_eq!((summary.total(), summary.succeeded()), (REQUESTS as u64, succeeded as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_be_sent_twice_gets_its_answer_in_the_end() {
    const REQUESTS: usize = 1_000;
    let mock = troubled(REQUESTS).await;
    let api = patient(&mock, 20).api_v2010();
    let sid = |n: usize| twilio_sdk::types::MessageSid::from(format!("SM{n:032x}"));
    let requests = (0..REQUESTS).map(move |n| api.fetch_message(sid(n)));
    let mut sent = BulkSender::new().concurrency(64).ordered(true).send_iter(requests);
    let mut next = 0;
    while let Some(outcome) = sent.next().await {
        assert_eq!(outcome.index, next);
        assert_eq!(outcome.result.unwrap().sid, Some(sid(usize::try_from(next).unwrap())));
        next += 1;
    }
    assert_eq!(next, REQUESTS as u64);
}

const RECIPIENTS: usize = 300;

fn recipients() -> std::collections::BTreeSet<String> {
    (0..RECIPIENTS).map(|number| format!("+1555{number:07}")).collect()
}

/// Not a test of its own: the example's sending as another process, which the test below kills.
#[tokio::test]
async fn as_the_sender() {
    let Ok(url) = std::env::var("TWILIO_TEST_JOURNAL_URL") else { return };
    let path = std::env::var_os("TWILIO_TEST_JOURNAL").unwrap();
    let settled = std::time::Duration::from_millis(500);
    journal::send_all(&crate::common::client_at(&url), recipients(), path.as_ref(), settled).await.unwrap();
}

/// The messages that the emulator has executed, by recipient.
fn carried_out(mock: &twilio_emulator::Emulator) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for request in mock.requests().iter().filter(|request| request.executed && request.method == "POST") {
        *found.entry(request.form_value("To").unwrap().to_owned()).or_insert(0) += 1;
    }
    found
}

/// Makes the emulator list what it has executed; it keeps no state itself.
fn list(mock: &twilio_emulator::Emulator) {
    let now = time::OffsetDateTime::now_utc().format(&time::format_description::well_known::Rfc2822).unwrap();
    let messages: Vec<_> = carried_out(mock)
        .keys()
        .enumerate()
        .map(|(number, to)| {
            let (sid, from, body) = (format!("SM{number:032x}"), "+15017122661", "The kettle is on.");
            serde_json::json!({ "sid": sid, "to": to, "from": from, "body": body, "date_created": now })
        })
        .collect();
    mock.stub_operation("ListMessage", 200, &serde_json::json!({ "messages": messages })).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_66_after_kill_9_nothing_is_sent_twice_and_nothing_is_lost() {
    use std::time::Duration;
    use twilio_emulator::{Fault, RequestMatcher};
    let mock = mock().await;
    // Slow enough that many requests are always in flight: their messages exist, without a response.
    mock.inject_fault(RequestMatcher::operation("CreateMessage"), Fault::delay(Duration::from_millis(100)))
        .unwrap();
    let path = std::env::temp_dir().join(format!("twilio-sdk-journal-{}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    let (mut reached, mut in_doubt) = (0, 0);
    for kill in [true, true, true, false] {
        let mut sender = std::process::Command::new(std::env::current_exe().unwrap());
        sender.args(["--exact", "bulk::as_the_sender", "--nocapture"]).stdout(std::process::Stdio::null());
        sender.env("TWILIO_TEST_JOURNAL_URL", mock.base_url()).env("TWILIO_TEST_JOURNAL", &path);
        let mut sender = sender.spawn().unwrap();
        let goal = reached + RECIPIENTS / 6;
        while kill && reached < goal && sender.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
            reached = carried_out(&mock).len();
        }
        if kill {
            sender.kill().unwrap();
        }
        assert_eq!(sender.wait().unwrap().success(), !kill, "the kills come in the middle");
        let text = std::fs::read_to_string(&path).unwrap();
        let steps = |step: &str| text.lines().filter(|line| line.starts_with(step)).count();
        in_doubt += steps("send ") - steps("sent ") - steps("none ");
        // What is in flight may still arrive.
        tokio::time::sleep(Duration::from_millis(200)).await;
        reached = carried_out(&mock).len();
        list(&mock);
    }
    assert_eq!(carried_out(&mock), recipients().into_iter().map(|to| (to, 1)).collect());
    assert!(in_doubt > 0, "the kills left requests in doubt");
    let journal = journal::Journal::open(&path).unwrap();
    assert!(recipients().iter().all(|to| journal.state(to) == Some(journal::State::Sent)));
    std::fs::remove_file(path).unwrap();
}

#[test]
fn review_66_the_documentation_shows_the_program_that_is_tested() {
    let documentation = include_str!("../../src/bulk/mod.rs");
    assert!(documentation.contains("include_str!(\"../../examples/journal.rs\")"));
    for step in ["**before** it is sent", "Write each outcome", "query Twilio for each request in doubt"] {
        assert!(documentation.contains(step), "{step}");
    }
}
