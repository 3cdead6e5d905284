//! The response to each kind of fault.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_status_takes_the_place_of_the_answer() {
    let bench = Bench::new().await;
    let fault = Fault::status(429).header("Retry-After", "2").header("retry-after", "3");
    let planned = bench
        .emulator
        .inject_fault(RequestMatcher::operation("CreateMessage"), fault.clone())
        .unwrap()
        .times(2);
    for _ in 0..2 {
        let response = receive(bench.create()).await;
        assert_eq!((response.status, response.headers["retry-after"].as_str()), (429, "3"));
        assert_eq!(
            (response.json()["code"].as_i64(), response.message().as_str()),
            (Some(20429), "Too Many Requests")
        );
        let record = bench.last();
        assert_eq!((record.status, record.executed, &record.fault), (429, false, &Some(fault.clone())));
        assert_eq!(record.form_value("Body"), Some("Hi"));
    }
    let response = receive(bench.create()).await;
    assert_eq!((response.status, planned.hits()), (201, 2));
    assert_eq!((bench.last().executed, bench.last().fault), (true, None));

    let fault = Fault::status(503).json(&json!({ "code": 7 })).after_execution();
    bench.emulator.inject_fault(RequestMatcher::any(), fault).unwrap().times(1);
    let response = receive(bench.create()).await;
    assert_eq!((response.status, response.json()["code"].as_i64()), (503, Some(7)));
    assert_eq!((bench.last().status, bench.last().executed), (503, true));
    // A fault does not execute a request that is rejected anyway.
    bench
        .emulator
        .inject_fault(RequestMatcher::any(), Fault::status(503).after_execution())
        .unwrap()
        .times(1);
    receive(bench.create().body("To=1&Nothing=1")).await;
    assert!(!bench.last().executed);

    bench.emulator.inject_fault(RequestMatcher::any(), Fault::html(502)).unwrap();
    let response = bench.response().await;
    assert_eq!(
        (response.status, response.headers["content-type"].as_str()),
        (502, "text/html; charset=utf-8")
    );
    assert!(response.text.contains("<h1>502 Bad Gateway</h1>"), "{response:?}");
    bench.emulator.clear_faults();
    assert_eq!(bench.response().await.status, 200);
}

#[tokio::test]
async fn an_answer_comes_late_or_slowly() {
    let bench = Bench::new().await;
    let whole = bench.response().await.text;
    bench
        .emulator
        .inject_fault(RequestMatcher::any(), Fault::delay(Duration::from_millis(200)))
        .unwrap()
        .times(1);
    let start = tokio::time::Instant::now();
    assert_eq!(bench.response().await.text, whole);
    assert!(start.elapsed() >= Duration::from_millis(200));

    // The request is executed and recorded although no client waits for the response.
    bench.emulator.inject_fault(RequestMatcher::any(), Fault::delay(Duration::MAX)).unwrap().times(1);
    let waiting = bench.create().timeout(Duration::from_millis(300)).send().await;
    assert!(waiting.unwrap_err().is_timeout());
    assert_eq!((bench.last().executed, bench.last().status), (true, 201));

    let pieces = 8;
    let slow = Fault::slow_body(whole.len() / pieces + 1, Duration::from_millis(20));
    bench.emulator.inject_fault(RequestMatcher::any(), slow).unwrap().times(1);
    let start = tokio::time::Instant::now();
    let mut response = bench.list().send().await.unwrap();
    let (mut text, mut count) = (String::new(), 0);
    while let Some(chunk) = response.chunk().await.unwrap() {
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        count += 1;
    }
    assert_eq!(text, whole);
    assert!(count > 1 && start.elapsed() >= Duration::from_millis(20) * 7, "{count}");
}

#[tokio::test]
async fn bodies_are_spoilt() {
    let bench = Bench::new().await;
    let whole = bench.response().await;
    bench.emulator.inject_fault(RequestMatcher::any(), Fault::truncated_json()).unwrap().times(1);
    let response = bench.response().await;
    assert_eq!(response.headers["content-length"], response.text.len().to_string());
    assert!(response.json().is_null() && whole.text.starts_with(&response.text) && !response.text.is_empty());
    for body in ["1234", "{}", "1"] {
        bench
            .emulator
            .inject_fault(RequestMatcher::any(), Fault::truncated_json().body(body))
            .unwrap()
            .times(1);
        let text = bench.response().await.text;
        assert!(serde_json::from_str::<Value>(&text).is_err(), "{text}");
    }

    bench.emulator.inject_fault(RequestMatcher::any(), Fault::content_type("text/plain")).unwrap().times(1);
    let response = bench.response().await;
    assert_eq!((response.headers["content-type"].as_str(), &response.text), ("text/plain", &whole.text));

    for fault in [Fault::truncated_body(), Fault::truncated_body().chunked()] {
        let chunked = fault == Fault::truncated_body().chunked();
        bench.emulator.inject_fault(RequestMatcher::any(), fault).unwrap().times(1);
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
    let whole = bench.response().await.json();
    for (chunked, size) in [(false, 3_000_000_u64), (true, 3_000_000), (false, 1)] {
        let fault = Fault::oversized_body(size);
        bench
            .emulator
            .inject_fault(RequestMatcher::any(), if chunked { fault.chunked() } else { fault })
            .unwrap()
            .times(1);
        let response = bench.response().await;
        assert_eq!(response.text.len() as u64, size.max(whole.to_string().len() as u64));
        assert_eq!(response.headers.contains_key("content-length"), !chunked);
        assert_eq!(response.json(), whole);
    }
    // More than any memory: chunks are generated while they are sent.
    bench.emulator.inject_fault(RequestMatcher::any(), Fault::oversized_body(1 << 50)).unwrap().times(1);
    let mut response = bench.list().send().await.unwrap();
    assert_eq!(response.content_length(), Some(1 << 50));
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);

    // A file of the emulator's keeps its content.
    let path = "/2010-04-01/Accounts/AC1/Recordings/RE00000000000000000000000000000001.wav";
    let file = 64 << 10;
    for size in [1, file, 100_000] {
        bench.emulator.inject_fault(RequestMatcher::any(), Fault::oversized_body(size)).unwrap().times(1);
        let response = bench.get("api.twilio.com", path).send().await.unwrap();
        let bytes = response.bytes().await.unwrap();
        assert_eq!(bytes.len() as u64, size.max(file));
        let expected = |at: usize| if (at as u64) < file { (at % 251) as u8 } else { b' ' };
        assert!(bytes.iter().enumerate().all(|(at, byte)| *byte == expected(at)), "{size}");
    }

    bench.emulator.inject_fault(RequestMatcher::any(), Fault::oversized_headers(20_000)).unwrap().times(1);
    let response = bench.list().send().await.unwrap();
    let filler = response.headers().get_all("x-filler").iter().map(reqwest::header::HeaderValue::len);
    assert_eq!(filler.sum::<usize>(), 20_000);
    bench
        .emulator
        .inject_fault(RequestMatcher::any(), Fault::oversized_headers(10_000_000))
        .unwrap()
        .times(1);
    assert!(bench.list().send().await.is_err());
    assert_eq!(bench.response().await.json(), whole);
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
            bench.emulator.clear_faults();
            if let Some(fault) = fault {
                bench.emulator.inject_fault(RequestMatcher::any(), fault).unwrap();
            }
            let body = receive(bench.get(host, path)).await.json();
            body.pointer(place).unwrap().as_str().map(str::to_owned)
        };
        let right = next(None, path).await.unwrap();
        let tail = right.strip_prefix(&bench.emulator.base_url()).unwrap_or(&right).to_owned();
        assert_eq!(next(Some(Fault::next_page("::nothing::")), path).await.unwrap(), "::nothing::");
        let other = Fault::next_page_host("https://twilio.example/");
        assert_eq!(next(Some(other.clone()), path).await.unwrap(), format!("https://twilio.example{tail}"));
        let circle = next(Some(Fault::next_page_loop()), path).await.unwrap();
        let circle = circle.strip_prefix(&bench.emulator.base_url()).unwrap_or(&circle).to_owned();
        assert_ne!(circle, tail);
        let again = next(Some(Fault::next_page_loop()), &circle).await.unwrap();
        assert!(again.ends_with(&circle), "{circle} {again}");
        let last = format!("{path}?PageSize=1000");
        assert_eq!(next(None, &last).await, None);
        assert_eq!(next(Some(other), &last).await, None);
        assert!(next(Some(Fault::next_page_loop()), &last).await.is_some());
    }
    // What is no page stays as it is.
    bench.emulator.clear_faults();
    bench.emulator.inject_fault(RequestMatcher::any(), Fault::next_page("x")).unwrap();
    assert!(!receive(bench.create()).await.text.contains("next_page"));
}
