//! Faults from a file.

use super::*;

fn message(toml: &str) -> String {
    FaultPlan::from_toml(toml).unwrap_err().to_string()
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
            mock: MockTwilio::builder().faults(plan).start().await.unwrap(),
            client: super::super::http(),
        };
        let mut seen = Vec::new();
        for _ in 0..8 {
            let status = bench.list().send().await.map(|response| response.status().as_u16());
            seen.push(status.ok());
        }
        let (later, page) = (Some(429), Some(502));
        assert_eq!(seen, [page, later, page, None, later, page, None, page]);
        let requests = bench.mock.requests();
        let first = requests[1].fault.clone().unwrap();
        let expected = Fault::status(429).header("Retry-After", "1").body("later").after_execution();
        assert_eq!((first, requests[1].executed), (expected, true));
        assert_eq!(requests[3].fault, Some(Fault::reset().delayed(Duration::from_millis(1))));
        assert_eq!(requests[7].fault, Some(Fault::html(502).chunked()));
        let answer = receive(bench.create()).await;
        assert_eq!((answer.status, answer.json()["code"].as_i64()), (500, Some(1)));
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
            operation_id: crate::mock::media::OPERATIONS.into_iter().find(|known| *known == id),
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
        ("kind = 'oversize-headers'\nbytes = 9", Fault::oversize_headers(9)),
        ("kind = 'oversize-body'\nbytes = 9", Fault::oversize_body(9)),
        ("kind = 'next-page'\nlink = 'x'", Fault::next_page("x")),
        ("kind = 'next-page-on'\norigin = 'x'", Fault::next_page_on("x")),
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
        ("faults = []", &["faults: is no key here", "known here are fault"][..]),
        ("fault = 1", &["fault: 1 is not a list of tables"]),
        ("fault = [1]", &["fault[0]: a table", "kind"]),
        ("[[fault]]", &["fault[0].kind: is missing"]),
        ("[[fault]]\nkind = 'statsu'", &["fault[0].kind: \"statsu\" is no kind", "truncated-json"]),
        ("[[fault]]\nkind = 'none'", &["fault[0].kind: \"none\" is for steps"]),
        ("[[fault]]\nkind = 'status'", &["fault[0].status: is missing"]),
        ("[[fault]]\nkind = 'status'\nstatus = 99", &["fault[0].status: 99 is not", "200 to 599"]),
        ("[[fault]]\nkind = 'status'\nstatus = '503'", &["fault[0].status: \"503\" is not a whole number"]),
        ("[[fault]]\nkind = 'reset'\nbody = 'x'", &["fault[0].body: is no key here", "delay_ms"]),
        ("[[fault]]\nkind = 'html'\nbytes = 1", &["fault[0].bytes: is no key here", "status"]),
        ("[[fault]]\nkind = 'slow-body'\nbytes = 0", &["fault[0].bytes: 0 is not", "from 1"]),
        ("[[fault]]\nkind = 'delay'\ndelay_ms = -1", &["fault[0].delay_ms: -1 is not"]),
        ("[[fault]]\nkind = 'reset'\ntimes = 0", &["fault[0].times: 0 is not"]),
        ("[[fault]]\nkind = 'reset'\nprobability = 1.5", &["fault[0].probability: 1.5 is not", "0 to 1"]),
        ("[[fault]]\nkind = 'reset'\nprobability = nan", &["fault[0].probability: null is not"]),
        ("[[fault]]\nkind = 'reset'\nseed = 1", &["fault[0].seed: needs probability"]),
        ("[[fault]]\nsteps = []", &["fault[0].steps: has no steps"]),
        ("[[fault]]\nkind = 'reset'\nsteps = [{kind = 'none'}]", &["fault[0].kind: is given beside steps"]),
        (
            "[[fault]]\nsteps = [{kind = 'none'}, {kind = 'reset', x = 1}]",
            &["fault[0].steps[1].x: is no key"],
        ),
        ("[[fault]]\nkind = 'reset'\noperation = 'CreateMesage'", &["fault[0].operation: \"CreateMesage\""]),
        ("[[fault]]\nkind = 'reset'\noperation = 'verify_v2/CreateMessage'", &["fault[0].operation"]),
        ("[[fault]]\nkind = 'reset'\nroute = '/v2'", &["fault[0].route: \"/v2\" is no route", "POST"]),
        ("[[fault]]\nkind = 'reset'\nroute = 'GET nohost/v2'", &["fault[0].route"]),
        (
            "[[fault]]\nkind = 'reset'\nroute = 'GET /'\noperation = 'CreateMessage'",
            &["route: is given beside"],
        ),
        ("[[fault]]\nkind = 'html'\nbody = ''\njson = 1", &["fault[0].json: is given beside body"]),
        ("[[fault]]\nkind = 'html'\nheaders = {'a b' = 'x'}", &["fault[0].headers.a b: is no header"]),
        ("[[fault]]\nkind = 'html'\nheaders = {a = 1}", &["fault[0].headers", "a table of texts"]),
        ("[[fault]]\nkind = 'html'\nchunked = 1", &["fault[0].chunked: 1 is not true or false"]),
        ("[[fault]\n", &["line 1"]),
    ] {
        let message = message(toml);
        for part in parts {
            assert!(message.contains(part), "{toml}: {message}");
        }
    }
    assert!(FaultPlan::from_json("{\n1}").unwrap_err().to_string().contains("line 2"));
    assert!(FaultPlan::from_json("[]").unwrap_err().to_string().contains("list `fault`"));
    for (name, part) in
        [("/nowhere/faults.toml", "/nowhere/faults.toml: "), ("src/lib.rs", "must end in .toml or .json")]
    {
        let error = FaultPlan::read(name).unwrap_err();
        assert!(error.is_config() && error.to_string().contains(part), "{error}");
    }
}
