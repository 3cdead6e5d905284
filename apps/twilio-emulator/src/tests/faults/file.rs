//! Faults from a file.

use super::*;

fn message(toml: &str) -> String {
    FaultPlan::from_toml(toml).expect_err(toml).to_string()
}

#[tokio::test]
async fn a_file_says_the_same_as_code() {
    let toml = r#"
        [[fault]]
        operation = "verify_v2/ListService"
        after = 1
        times = 2
        steps = [
            { kind = "status", status = 429, headers = { Retry-After = "1" }, body = "later", after_execution = true },
            { kind = "none" },
            { kind = "reset", delay_ms = 1 },
        ]
        [[fault]]
        route = "* verify.twilio.com/v2/**"
        kind = "html"
        chunked = true
        probability = 1.0
        seed = 3
        [[fault]]
        kind = "status"
        status = 500
        json = { code = 1 }
    "#;
    let json = r#"{ "fault": [
        { "operation": "verify_v2/ListService", "after": 1, "times": 2, "steps": [
            { "kind": "status", "status": 429, "headers": { "Retry-After": "1" }, "body": "later",
              "after_execution": true },
            { "kind": "none" },
            { "kind": "reset", "delay_ms": 1 }
        ] },
        { "route": "* verify.twilio.com/v2/**", "kind": "html", "chunked": true, "probability": 1.0, "seed": 3 },
        { "kind": "status", "status": 500, "json": { "code": 1 } }
    ] }"#;
    for plan in [FaultPlan::from_toml(toml).unwrap(), FaultPlan::from_json(json).unwrap()] {
        let bench = Bench {
            emulator: Emulator::builder().faults(plan).start().await.unwrap(),
            client: super::super::http(),
        };
        let mut seen = Vec::new();
        for _ in 0..8 {
            let status = bench.list().send().await.map(|response| response.status().as_u16());
            seen.push(status.ok());
        }
        let (later, page) = (Some(429), Some(502));
        assert_eq!(seen, [page, later, page, None, later, page, None, page]);
        let requests = bench.emulator.requests();
        let first = requests[1].fault.clone().unwrap();
        let expected = Fault::status(429).header("Retry-After", "1").body("later").after_execution();
        assert_eq!((first, requests[1].executed), (expected, true));
        assert_eq!(requests[3].fault, Some(Fault::reset().delayed(Duration::from_millis(1))));
        assert_eq!(requests[7].fault, Some(Fault::html(502).chunked()));
        let response = receive(bench.create()).await;
        assert_eq!((response.status, response.json()["code"].as_i64()), (500, Some(1)));
    }
    assert!(FaultPlan::from_toml("").is_ok());
}

#[test]
fn the_endpoints_for_files_can_be_named_too() {
    let on = |operation: &str| {
        FaultPlan::from_toml(&format!("[[fault]]\nkind = 'reset'\noperation = '{operation}'"))
    };
    for operation in ["FetchRecordingMedia", "media/FetchFile", "media/CreateAssetVersion"] {
        let (product, id) = ("media", operation.trim_start_matches("media/"));
        let mut plan = on(operation).unwrap();
        let record = RecordedRequest {
            product: Some(product),
            operation_id: crate::media::OPERATIONS.into_iter().find(|known| *known == id),
            ..RecordedRequest::default()
        };
        assert_eq!(plan.draw(&record), Some(Fault::reset()), "{operation}");
    }
    assert!(on("api_v2010/FetchFile").is_err() && on("media/CreateMessage").is_err());
}

#[test]
fn every_kind_can_be_written() {
    let ms = Duration::from_millis;
    for (keys, fault) in [
        ("kind = 'status'\nstatus = 503", Fault::status(503)),
        ("kind = 'html'\nstatus = 500", Fault::html(500)),
        ("kind = 'delay'\ndelay_ms = 5", Fault::delay(ms(5))),
        ("kind = 'content-type'\nmedia = 'a/b'", Fault::content_type("a/b")),
        ("kind = 'slow-body'\nbytes = 3\npause_ms = 4", Fault::slow_body(3, ms(4))),
        ("kind = 'truncated-json'", Fault::truncated_json()),
        ("kind = 'truncated-body'", Fault::truncated_body()),
        ("kind = 'reset'", Fault::reset()),
        ("kind = 'reset-after-execution'", Fault::reset_after_execution()),
        ("kind = 'reset-in-body'", Fault::reset_in_body()),
        ("kind = 'oversize-headers'\nbytes = 9", Fault::oversized_headers(9)),
        ("kind = 'oversize-body'\nbytes = 9", Fault::oversized_body(9)),
        ("kind = 'next-page'\nlink = 'x'", Fault::next_page("x")),
        ("kind = 'next-page-on'\norigin = 'x'", Fault::next_page_host("x")),
        ("kind = 'next-page-loop'", Fault::next_page_loop()),
    ] {
        assert!(keys.contains(&format!("'{}'", fault.kind())), "{keys}");
        let mut plan = FaultPlan::from_toml(&format!("[[fault]]\n{keys}")).expect(keys);
        assert_eq!(plan.draw(&RecordedRequest::default()), Some(fault), "{keys}");
    }
}

#[test]
fn errors_say_where_and_what_to_do() {
    for (toml, parts) in [
        ("faults = []", &["configuration:1:1: faults: unknown key", "did you mean `fault`?"][..]),
        ("fault = 1", &["fault: must be a list of tables"]),
        ("fault = [1]", &["fault[0]: must be a table"]),
        ("[[fault]]", &["fault[0].kind: is missing"]),
        (
            "[[fault]]\nkind = 'statsu'",
            &["configuration:2:8: fault[0].kind: must be one of", "truncated-json"],
        ),
        ("[[fault]]\nkind = 'none'", &["fault[0].kind: `none` is valid in steps only"]),
        ("[[fault]]\nkind = 'status'", &["fault[0].status: is missing"]),
        ("[[fault]]\nkind = 'status'\nstatus = 99", &["fault[0].status: must be from 200 to 599"]),
        (
            "[[fault]]\nkind = 'status'\nstatus = '503'",
            &["fault[0].status: must be a whole number", "without quotes"],
        ),
        (
            "[[fault]]\nkind = 'reset'\nbody = 'x'",
            &["fault[0].body: is not valid with the kind reset", "delay_ms"],
        ),
        (
            "[[fault]]\nkind = 'html'\nbytes = 1",
            &["fault[0].bytes: is not valid with the kind html", "status"],
        ),
        ("[[fault]]\nkind = 'slow-body'\nbytes = 0", &["fault[0].bytes: must be at least 1"]),
        ("[[fault]]\nkind = 'delay'\nheaders = {}", &["fault[0].delay_ms: is missing"]),
        ("[[fault]]\nkind = 'slow-body'", &["fault[0].bytes: is missing", "fault[0].pause_ms: is missing"]),
        ("[[fault]]\nkind = 'oversize-headers'\nbytes = 1073741825", &["fault[0].bytes: must be at most"]),
        ("[[fault]]\nkind = 'html'\njson = 2026-01-31", &["fault[0].json: must be a JSON value"]),
        ("[[fault]]\nkind = 'html'\nbody = '${TWILIO_NOWHERE_SET}'", &["fault[0].body: the variable"]),
        (
            "[[fault]]\nsteps = [{kind = 'reset'}]\nstatus = 503",
            &["fault[0].status: cannot be combined with steps"],
        ),
        (
            "[[fault]]\nsteps = [{kind = 'none', status = 503}]",
            &["steps[0].status: is not valid with the kind none"],
        ),
        (
            "[[fault]]\nkind = 'delay'\ndelay_ms = -1",
            &["fault[0].delay_ms: must be a whole number, 0 or more"],
        ),
        ("[[fault]]\nkind = 'reset'\ntimes = 0", &["fault[0].times: must be at least 1"]),
        (
            "[[fault]]\nkind = 'reset'\nprobability = 1.5",
            &["fault[0].probability: must be a number from 0 to 1"],
        ),
        ("[[fault]]\nkind = 'reset'\nprobability = nan", &["fault[0].probability: must be a finite number"]),
        ("[[fault]]\nkind = 'reset'\nseed = 1", &["fault[0].seed: needs probability"]),
        ("[[fault]]\nsteps = []", &["fault[0].steps: has no steps"]),
        (
            "[[fault]]\nkind = 'reset'\nsteps = [{kind = 'none'}]",
            &["fault[0].kind: cannot be combined with steps"],
        ),
        (
            "[[fault]]\nsteps = [{kind = 'none'}, {kind = 'reset', x = 1}]",
            &["fault[0].steps[1].x: unknown key"],
        ),
        (
            "[[fault]]\nkind = 'reset'\noperation = 'CreateMesage'",
            &["configuration:3:13: fault[0].operation: does not exist"],
        ),
        ("[[fault]]\nkind = 'reset'\noperation = 'verify_v2/CreateMessage'", &["fault[0].operation"]),
        ("[[fault]]\nkind = 'reset'\nroute = '/v2'", &["fault[0].route: is not a route", "POST"]),
        ("[[fault]]\nkind = 'reset'\nroute = 'GET nohost/v2'", &["fault[0].route"]),
        (
            "[[fault]]\nkind = 'reset'\nroute = 'GET /'\noperation = 'CreateMessage'",
            &["route: cannot be combined with operation"],
        ),
        ("[[fault]]\nkind = 'html'\nbody = ''\njson = 1", &["fault[0].json: cannot be combined with body"]),
        (
            "[[fault]]\nkind = 'html'\nheaders = {'a b' = 'x'}",
            &["fault[0].headers.\"a b\": is not a valid HTTP header"],
        ),
        ("[[fault]]\nkind = 'html'\nheaders = {a = 1}", &["fault[0].headers.a: must be a string"]),
        ("[[fault]]\nkind = 'html'\nchunked = 1", &["fault[0].chunked: must be true or false"]),
        ("[[fault]\n", &["configuration:1:", "not TOML"]),
    ] {
        let message = message(toml);
        for part in parts {
            assert!(message.contains(part), "{toml}: {message}");
        }
    }
    let all = message("[[fault]]\nkind = 'reset'\ntmies = 1\n[[fault]]\nkind = 'html'\nstatus = 99");
    let lines: Vec<&str> = all.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(lines, ["fault[0].tmies", "fault[1].status"], "{all}");
    assert!(FaultPlan::from_json("{\n1}").unwrap_err().to_string().contains("configuration:2:1: not JSON"));
    assert!(FaultPlan::from_json("[]").unwrap_err().to_string().contains("must be an object"));
    for (name, part) in
        [("/nowhere/faults.toml", "/nowhere/faults.toml: "), ("src/lib.rs", "must end in .toml or .json")]
    {
        let error = FaultPlan::from_file(name).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
}
