//! The command that runs cases from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Output};

use serde_json::{Value, json};

fn run(kind: &str, name: &str, lines: &[String]) -> Output {
    let file = std::env::temp_dir().join(format!("twilio-tests-{}-{name}.jsonl", std::process::id()));
    std::fs::write(&file, lines.join("\n")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_conformance")).arg(kind).arg(&file).output().unwrap();
    std::fs::remove_file(&file).unwrap();
    output
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

fn decode_case(id: &str, operation: &str, response: Value) -> String {
    json!({ "id": id, "product": "api_v2010", "operation_id": operation, "status": 200, "response": response })
        .to_string()
}

fn request_case(id: &str) -> Value {
    json!({
        "id": id,
        "product": "api_v2010",
        "operation_id": "CreateMessage",
        "path_params": { "AccountSid": "AC00000000000000000000000000000001" },
        "query": {},
        "form": { "To": "+15558675310", "MediaUrl": ["https://a.example/1", "https://a.example/2"],
            "Body": "ä & b", "ProvideFeedback": "True", "Attempt": 3 },
        "headers": { "content-type": "application/x-www-form-urlencoded" },
        "method": "POST",
        "url": "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json"
    })
}

#[test]
fn answers_are_decoded_and_counted() {
    let message = json!({ "sid": "SM1", "status": "from-the-future", "price": "-0.00750", "new": [1] });
    let output = run(
        "decode",
        "decode",
        &[
            decode_case("one", "CreateMessage", message.clone()),
            decode_case("letter case", "createmessage", message.clone()),
            decode_case("list", "ListMessage", json!({ "messages": [message], "next_page_uri": null })),
            decode_case("nobody", "NoSuchOperation", json!({})),
            decode_case("shape", "FetchMessage", json!("text")),
            "{\"id\": 1".to_owned(),
        ],
    );
    let lines = lines(&output);
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].starts_with("shape: "), "{lines:?}");
    assert!(lines[1].starts_with("line 6: "), "{lines:?}");
    assert_eq!(lines[2], "3 passed, 2 failed, 1 skipped");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn requests_are_compared_part_by_part() {
    let good = run("request", "good", &[request_case("good").to_string()]);
    assert_eq!(lines(&good), ["1 passed, 0 failed, 0 skipped"]);
    assert_eq!(good.status.code(), Some(0));
    let changes: [(&str, Value); 6] = [
        ("/method", json!("GET")),
        ("/url", json!("https://api.twilio.com/2010-04-01/Accounts/AC2/Messages.json")),
        (
            "/url",
            json!(
                "https://other.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json"
            ),
        ),
        ("/query", json!({ "NoSuchParameter": "1" })),
        ("/form/Attempt", json!("three")),
        ("/headers/content-type", json!("application/json")),
    ];
    let bad: Vec<String> = changes
        .iter()
        .map(|(pointer, value)| {
            let mut case = request_case(pointer);
            *case.pointer_mut(pointer).unwrap() = value.clone();
            case.to_string()
        })
        .collect();
    let bad = run("request", "bad", &bad);
    let lines = lines(&bad);
    assert_eq!(lines.last().map(String::as_str), Some("0 passed, 6 failed, 0 skipped"), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("unreachable parameter NoSuchParameter")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("Attempt: \"three\" does not fit")), "{lines:?}");
}

#[test]
fn wrong_use_is_told_from_failed_cases() {
    for arguments in [&["decode"][..], &["other", "file"], &["decode", "/no/such/file"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_conformance")).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("usage:"), "{arguments:?}");
    }
}
