//! Selection and counting of requests by rules.

use serde_json::json;

use super::*;

#[tokio::test]
async fn rules_say_when_and_whom_they_hit() {
    let bench = Bench::new().await;
    let status = async || bench.response().await.status;
    let planned =
        bench.emulator.inject_fault(RequestMatcher::any(), Fault::status(500)).unwrap().after(2).times(2);
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(status().await);
    }
    assert_eq!((statuses.as_slice(), planned.hits()), ([200, 200, 500, 500, 200, 200].as_slice(), 2));

    let steps = [Some(Fault::status(429).header("Retry-After", "1")), None, Some(Fault::status(503))];
    let script = bench
        .emulator
        .inject_sequence(RequestMatcher::operation("verify_v2/ListService"), steps)
        .unwrap()
        .times(2);
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(status().await);
        // Others do not take the script's steps.
        assert_eq!(receive(bench.create()).await.status, 201);
    }
    assert_eq!(statuses, [429, 200, 503, 429, 200, 503, 200, 200]);
    assert_eq!(script.hits(), 4);

    // The first rule that hits decides, and a step that lets pass asks the next rule.
    bench.emulator.inject_sequence(RequestMatcher::any(), [Some(Fault::status(501)), None]).unwrap();
    let always = bench.emulator.inject_fault(RequestMatcher::any(), Fault::status(502)).unwrap();
    assert_eq!([status().await, status().await, status().await], [501, 502, 502]);
    always.remove();
    assert_eq!(status().await, 200);
    assert_eq!(always.hits(), 2);

    for (on, hit) in [
        (RequestMatcher::operation("ListService"), true),
        (RequestMatcher::operation("chat_v2/ListService"), false),
        (RequestMatcher::operation("CreateService"), false),
        (RequestMatcher::route("get", "/v2/Services"), true),
        (RequestMatcher::route("POST", "/v2/Services"), false),
        (RequestMatcher::route("*", "/v2/*"), true),
        (RequestMatcher::route("*", "verify.twilio.com/**"), true),
        (RequestMatcher::route("*", "api.twilio.com/**"), false),
    ] {
        let planned = bench.emulator.inject_fault(on.clone(), Fault::status(500)).unwrap();
        assert_eq!(status().await == 500, hit, "{on:?}");
        planned.remove();
    }
}

#[tokio::test]
async fn chance_is_the_same_for_the_same_seed() {
    let emulator = Emulator::builder().items_per_list(1).start().await.unwrap();
    let bench = Bench { emulator, client: super::super::http() };
    let mut runs = Vec::new();
    for seed in [1, 1, 2] {
        bench.emulator.clear_faults();
        bench
            .emulator
            .inject_fault(RequestMatcher::any(), Fault::status(503))
            .unwrap()
            .probability(0.3, seed);
        let mut run = Vec::new();
        for _ in 0..100 {
            run.push(bench.response().await.status == 503);
        }
        let hits = run.iter().filter(|hit| **hit).count();
        assert!((15..45).contains(&hits), "{hits}");
        runs.push(run);
    }
    assert!(runs[0] == runs[1] && runs[0] != runs[2]);
    for (probability, expected) in [(0.0, 200), (1.0, 503), (-1.0, 200), (7.0, 503), (f64::NAN, 200)] {
        bench.emulator.clear_faults();
        bench
            .emulator
            .inject_fault(RequestMatcher::any(), Fault::status(503))
            .unwrap()
            .probability(probability, 0);
        assert_eq!(bench.response().await.status, expected, "{probability}");
    }
}

#[tokio::test]
async fn faults_come_before_scripted_answers_and_from_the_start() {
    let plan = FaultPlan::new().rule(FaultRule::new(RequestMatcher::any(), Fault::status(503)).times(1));
    let emulator = Emulator::builder().faults(plan).start().await.unwrap();
    let bench = Bench { emulator, client: super::http() };
    bench.emulator.stub_next(200, &[], "1");
    assert_eq!(bench.response().await.status, 503);
    assert_eq!(bench.response().await.text, "1");
    assert!(bench.last().executed);
    bench.emulator.stub_operation("ListService", 429, &json!({})).unwrap();
    assert_eq!(bench.response().await.status, 429);
    assert!(!bench.last().executed);
    let shown = format!("{:?}", bench.emulator.requests());
    assert!(shown.contains(r#"fault: Some("status")"#) && shown.contains("executed: true"), "{shown}");
}
