//! Each kind of fault as a client sees it, and when rules hit.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::json;

use super::super::{Fault, FaultPlan, FaultRule, On};
use super::*;

const MESSAGES: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json";
const SERVICES: &str = "/v2/Services";

struct Bench {
    mock: MockTwilio,
    client: reqwest::Client,
}

impl Bench {
    async fn new() -> Self {
        Self { mock: MockTwilio::start().await.unwrap(), client: super::http() }
    }

    fn get(&self, host: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.mock.base_url());
        self.client.get(url).header("X-Forwarded-Host", host).basic_auth(USER, Some("secret"))
    }

    fn list(&self) -> reqwest::RequestBuilder {
        self.get("verify.twilio.com", SERVICES)
    }

    fn create(&self) -> reqwest::RequestBuilder {
        let form = "To=%2B15558675310&From=%2B15558675311&Body=Hi";
        let url = format!("{}{MESSAGES}", self.mock.base_url());
        let builder = self.client.post(url).basic_auth(USER, Some("secret"));
        builder.header("Content-Type", "application/x-www-form-urlencoded").body(form)
    }

    async fn answer(&self) -> Answer {
        receive(self.list()).await
    }

    fn last(&self) -> super::super::RecordedRequest {
        self.mock.requests().pop().unwrap()
    }
}

/// Where an error comes from, if it comes from a socket.
fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return Some(io.kind());
        }
        source = cause.source();
    }
    None
}

#[tokio::test]
async fn a_status_takes_the_place_of_the_answer() {
    let bench = Bench::new().await;
    let fault = Fault::status(429).header("Retry-After", "2").header("retry-after", "3");
    let planned = bench.mock.fault(On::operation("CreateMessage"), fault.clone()).times(2);
    for _ in 0..2 {
        let answer = receive(bench.create()).await;
        assert_eq!((answer.status, answer.headers["retry-after"].as_str()), (429, "3"));
        assert_eq!(
            (answer.json()["code"].as_i64(), answer.message().as_str()),
            (Some(20429), "Too Many Requests")
        );
        let record = bench.last();
        assert_eq!((record.status, record.executed, &record.fault), (429, false, &Some(fault.clone())));
        assert_eq!(record.form_value("Body"), Some("Hi"));
    }
    let answer = receive(bench.create()).await;
    assert_eq!((answer.status, planned.hits()), (201, 2));
    assert_eq!((bench.last().executed, bench.last().fault), (true, None));

    let fault = Fault::status(503).json(&json!({ "code": 7 })).after_execution();
    bench.mock.fault(On::any(), fault).times(1);
    let answer = receive(bench.create()).await;
    assert_eq!((answer.status, answer.json()["code"].as_i64()), (503, Some(7)));
    assert_eq!((bench.last().status, bench.last().executed), (503, true));
    // What is refused anyway is not carried out by a fault.
    bench.mock.fault(On::any(), Fault::status(503).after_execution()).times(1);
    receive(bench.create().body("To=1&Nothing=1")).await;
    assert!(!bench.last().executed);

    bench.mock.fault(On::any(), Fault::html(502));
    let answer = bench.answer().await;
    assert_eq!((answer.status, answer.headers["content-type"].as_str()), (502, "text/html; charset=utf-8"));
    assert!(answer.text.contains("<h1>502 Bad Gateway</h1>"), "{answer:?}");
    bench.mock.clear_faults();
    assert_eq!(bench.answer().await.status, 200);
}

#[tokio::test]
async fn an_answer_comes_late_or_slowly() {
    let bench = Bench::new().await;
    let whole = bench.answer().await.text;
    bench.mock.fault(On::any(), Fault::delay(Duration::from_millis(200))).times(1);
    let start = tokio::time::Instant::now();
    assert_eq!(bench.answer().await.text, whole);
    assert!(start.elapsed() >= Duration::from_millis(200));

    // The request is carried out and on record although nobody waits for the answer.
    bench.mock.fault(On::any(), Fault::delay(Duration::MAX)).times(1);
    let waiting = bench.create().timeout(Duration::from_millis(300)).send().await;
    assert!(waiting.unwrap_err().is_timeout());
    assert_eq!((bench.last().executed, bench.last().status), (true, 201));

    let pieces = 8;
    let slow = Fault::slow_body(whole.len() / pieces + 1, Duration::from_millis(20));
    bench.mock.fault(On::any(), slow).times(1);
    let mut response = bench.list().send().await.unwrap();
    let (mut text, mut count) = (String::new(), 0);
    while let Some(chunk) = response.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        count += 1;
    }
    assert_eq!(text, whole);
    assert!(count > 1, "{count}");
}

#[tokio::test]
async fn bodies_are_spoilt() {
    let bench = Bench::new().await;
    let whole = bench.answer().await;
    bench.mock.fault(On::any(), Fault::truncated_json()).times(1);
    let answer = bench.answer().await;
    assert_eq!(answer.headers["content-length"], answer.text.len().to_string());
    assert!(answer.json().is_null() && whole.text.starts_with(&answer.text) && !answer.text.is_empty());
    for body in ["1234", "{}", "1"] {
        bench.mock.fault(On::any(), Fault::truncated_json().body(body)).times(1);
        let text = bench.answer().await.text;
        assert!(serde_json::from_str::<Value>(&text).is_err(), "{text}");
    }

    bench.mock.fault(On::any(), Fault::content_type("text/plain")).times(1);
    let answer = bench.answer().await;
    assert_eq!((answer.headers["content-type"].as_str(), &answer.text), ("text/plain", &whole.text));

    for fault in [Fault::truncated_body(), Fault::truncated_body().chunked()] {
        let chunked = fault == Fault::truncated_body().chunked();
        bench.mock.fault(On::any(), fault).times(1);
        let mut response = bench.list().send().await.unwrap();
        let announced = response.headers().get("content-length").map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(announced, (!chunked).then(|| whole.text.len().to_string()));
        let mut received = 0;
        let error = loop {
            match response.chunk().await {
                Ok(chunk) => received += chunk.expect("a break and no end").len(),
                Err(error) => break error,
            }
        };
        assert_eq!(received, whole.text.len() / 2);
        assert_ne!(io_kind(&error), Some(ErrorKind::ConnectionReset), "{error:?}");
        assert_eq!((bench.last().status, bench.last().executed), (200, true));
    }
}

#[tokio::test]
async fn answers_are_too_large() {
    let bench = Bench::new().await;
    let whole = bench.answer().await.json();
    for (chunked, size) in [(false, 3_000_000_u64), (true, 3_000_000), (false, 1)] {
        let fault = Fault::oversize_body(size);
        bench.mock.fault(On::any(), if chunked { fault.chunked() } else { fault }).times(1);
        let answer = bench.answer().await;
        assert_eq!(answer.text.len() as u64, size.max(whole.to_string().len() as u64));
        assert_eq!(answer.headers.contains_key("content-length"), !chunked);
        assert_eq!(answer.json(), whole);
    }
    // More than any memory: only what is asked for is made.
    bench.mock.fault(On::any(), Fault::oversize_body(1 << 50)).times(1);
    let mut response = bench.list().send().await.unwrap();
    assert_eq!(response.content_length(), Some(1 << 50));
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);

    bench.mock.fault(On::any(), Fault::oversize_headers(20_000)).times(1);
    let response = bench.list().send().await.unwrap();
    let filler = response.headers().get_all("x-filler").iter().map(reqwest::header::HeaderValue::len);
    assert_eq!(filler.sum::<usize>(), 20_000);
    bench.mock.fault(On::any(), Fault::oversize_headers(10_000_000)).times(1);
    assert!(bench.list().send().await.is_err());
    assert_eq!(bench.answer().await.json(), whole);
}

#[tokio::test]
async fn connections_are_reset() {
    let bench = Bench::new().await;
    for (fault, executed, status) in [
        (Fault::reset(), false, 0),
        (Fault::reset().delayed(Duration::from_millis(20)), false, 0),
        (Fault::reset_after_execution(), true, 0),
        (Fault::reset_in_body(), true, 201),
    ] {
        let before = bench.mock.connections();
        bench.mock.fault(On::any(), fault.clone()).times(1);
        let error = match bench.create().send().await {
            Ok(response) => {
                assert_eq!((response.status().as_u16(), status), (201, 201));
                response.bytes().await.unwrap_err()
            }
            Err(error) => error,
        };
        assert_eq!(io_kind(&error), Some(ErrorKind::ConnectionReset), "{fault:?}: {error:?}");
        let record = bench.last();
        assert_eq!((record.executed, record.status), (executed, status), "{fault:?}");
        assert_eq!(record.form.is_empty(), fault.kind() == "reset");
        assert_eq!(record.operation_id, Some("CreateMessage"));
        // The next request needs a connection of its own.
        assert_eq!(receive(bench.create()).await.status, 201);
        assert!(bench.mock.connections() > before);
    }
}

#[tokio::test]
async fn an_answer_without_a_body_breaks_off_before_it_begins() {
    let bench = Bench::new().await;
    let delete = |bench: &Bench| {
        let url = format!("{}/v2/Services/VA00000000000000000000000000000001", bench.mock.base_url());
        let builder = bench.client.delete(url).header("X-Forwarded-Host", "verify.twilio.com");
        builder.basic_auth(USER, Some("secret")).send()
    };
    assert_eq!(delete(&bench).await.unwrap().status(), 204);
    bench.mock.fault(On::any(), Fault::reset_in_body()).times(1);
    assert_eq!(io_kind(&delete(&bench).await.unwrap_err()), Some(ErrorKind::ConnectionReset));
    bench.mock.fault(On::any(), Fault::truncated_body()).times(1);
    let error = delete(&bench).await.unwrap_err();
    assert_ne!(io_kind(&error), Some(ErrorKind::ConnectionReset), "{error:?}");
    assert_eq!((bench.last().executed, bench.last().status), (true, 0));
}

#[tokio::test]
async fn resets_and_broken_bodies_reach_clients_of_http_2() {
    let mock = MockTwilio::start().await.unwrap();
    let tls = crate::runtime::tls::config(false).unwrap();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
    let client = builder.http2_prior_knowledge().build().unwrap();
    let bench = Bench { mock, client };
    let whole = bench.answer().await.text;
    for fault in [Fault::reset(), Fault::reset_after_execution(), Fault::reset_in_body()] {
        bench.mock.fault(On::any(), fault.clone()).times(1);
        let outcome = match bench.list().send().await {
            Ok(response) => response.bytes().await,
            Err(error) => Err(error),
        };
        assert!(outcome.is_err(), "{fault:?}");
    }
    bench.mock.fault(On::any(), Fault::truncated_body()).times(1);
    assert!(bench.list().send().await.unwrap().bytes().await.is_err());
    bench.mock.fault(On::any(), Fault::slow_body(50, Duration::from_millis(1))).times(1);
    assert_eq!(bench.answer().await.text, whole);
}

#[tokio::test]
async fn page_links_lead_astray() {
    let bench = Bench::new().await;
    let lists = [
        ("verify.twilio.com", SERVICES, "/meta/next_page_url"),
        ("api.twilio.com", MESSAGES, "/next_page_uri"),
    ];
    for (host, path, place) in lists {
        let next = async |fault: Option<Fault>, path: &str| {
            bench.mock.clear_faults();
            if let Some(fault) = fault {
                bench.mock.fault(On::any(), fault);
            }
            let body = receive(bench.get(host, path)).await.json();
            body.pointer(place).unwrap().as_str().map(str::to_owned)
        };
        let right = next(None, path).await.unwrap();
        let tail = right.strip_prefix(&bench.mock.base_url()).unwrap_or(&right).to_owned();
        assert_eq!(next(Some(Fault::next_page("::nothing::")), path).await.unwrap(), "::nothing::");
        let other = Fault::next_page_on("https://twilio.example/");
        assert_eq!(next(Some(other.clone()), path).await.unwrap(), format!("https://twilio.example{tail}"));
        let circle = next(Some(Fault::next_page_loop()), path).await.unwrap();
        let circle = circle.strip_prefix(&bench.mock.base_url()).unwrap_or(&circle).to_owned();
        assert_ne!(circle, tail);
        let again = next(Some(Fault::next_page_loop()), &circle).await.unwrap();
        assert!(again.ends_with(&circle), "{circle} {again}");
        let last = format!("{path}?PageSize=1000");
        assert_eq!(next(None, &last).await, None);
        assert_eq!(next(Some(other), &last).await, None);
        assert!(next(Some(Fault::next_page_loop()), &last).await.is_some());
    }
    // What is no page stays as it is.
    bench.mock.clear_faults();
    bench.mock.fault(On::any(), Fault::next_page("x"));
    assert!(!receive(bench.create()).await.text.contains("next_page"));
}

#[tokio::test]
async fn rules_say_when_and_whom_they_hit() {
    let bench = Bench::new().await;
    let status = async || bench.answer().await.status;
    let planned = bench.mock.fault(On::any(), Fault::status(500)).after(2).times(2);
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(status().await);
    }
    assert_eq!((statuses.as_slice(), planned.hits()), ([200, 200, 500, 500, 200, 200].as_slice(), 2));

    let steps = [Some(Fault::status(429).header("Retry-After", "1")), None, Some(Fault::status(503))];
    let script = bench.mock.script(On::operation("verify_v2/ListService"), steps).times(2);
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(status().await);
        // Others do not take the script's steps.
        assert_eq!(receive(bench.create()).await.status, 201);
    }
    assert_eq!(statuses, [429, 200, 503, 429, 200, 503, 200, 200]);
    assert_eq!(script.hits(), 4);

    // The first rule that hits decides, and a step that lets pass asks the next rule.
    bench.mock.script(On::any(), [Some(Fault::status(501)), None]);
    let always = bench.mock.fault(On::any(), Fault::status(502));
    assert_eq!([status().await, status().await, status().await], [501, 502, 502]);
    always.remove();
    assert_eq!(status().await, 200);
    assert_eq!(always.hits(), 2);

    for (on, hit) in [
        (On::operation("ListService"), true),
        (On::operation("verify_v3/ListService"), false),
        (On::operation("CreateService"), false),
        (On::route("get", "/v2/Services"), true),
        (On::route("POST", "/v2/Services"), false),
        (On::route("*", "/v2/*"), true),
        (On::route("*", "verify.twilio.com/**"), true),
        (On::route("*", "api.twilio.com/**"), false),
    ] {
        let planned = bench.mock.fault(on.clone(), Fault::status(500));
        assert_eq!(status().await == 500, hit, "{on:?}");
        planned.remove();
    }
}

#[tokio::test]
async fn chance_is_the_same_for_the_same_seed() {
    let bench = Bench::new().await;
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        bench.mock.clear_faults();
        bench.mock.fault(On::any(), Fault::status(503)).probability(0.3, seed);
        let mut run = Vec::new();
        for _ in 0..100 {
            run.push(bench.answer().await.status == 503);
        }
        let hits = run.iter().filter(|hit| **hit).count();
        assert!((15..45).contains(&hits), "{hits}");
        runs.push(run);
    }
    assert!(runs[0] == runs[1] && runs[0] != runs[2]);
    for (probability, expected) in [(0.0, 200), (1.0, 503), (-1.0, 200), (7.0, 503), (f64::NAN, 200)] {
        bench.mock.clear_faults();
        bench.mock.fault(On::any(), Fault::status(503)).probability(probability, 0);
        assert_eq!(bench.answer().await.status, expected, "{probability}");
    }
}

#[tokio::test]
async fn faults_come_before_scripted_answers_and_from_the_start() {
    let plan = FaultPlan::new().rule(FaultRule::new(On::any(), Fault::status(503)).times(1));
    let mock = MockTwilio::builder().faults(plan).start().await.unwrap();
    let bench = Bench { mock, client: super::http() };
    bench.mock.respond_once(200, &[], "1");
    assert_eq!(bench.answer().await.status, 503);
    assert_eq!(bench.answer().await.text, "1");
    assert!(bench.last().executed);
    bench.mock.respond_with("ListService", 429, &json!({}));
    assert_eq!(bench.answer().await.status, 429);
    assert!(!bench.last().executed);
    let shown = format!("{:?}", bench.mock.requests());
    assert!(shown.contains(r#"fault: Some("status")"#) && shown.contains("executed: true"), "{shown}");
}

#[tokio::test]
async fn connections_are_counted() {
    let bench = Bench::new().await;
    assert_eq!((bench.mock.connections(), bench.mock.open_connections()), (0, 0));
    bench.answer().await;
    bench.answer().await;
    assert_eq!((bench.mock.connections(), bench.mock.open_connections()), (1, 1));
    let waiting = MockTwilio::fault(&bench.mock, On::any(), Fault::delay(Duration::MAX)).times(3);
    let calls: Vec<_> = (0..3).map(|_| tokio::spawn(bench.list().send())).collect();
    while waiting.hits() < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((bench.mock.connections(), bench.mock.open_connections()), (3, 3));
    for call in calls {
        call.abort();
    }
    let Bench { mock, client } = bench;
    drop(client);
    while mock.open_connections() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(mock.connections(), 3);
}
