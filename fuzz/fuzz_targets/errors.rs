//! Errors of whatever status, headers and body: `429\nRetry-After: 3\n\n{...}`.
#![no_main]

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use libfuzzer_sys::{Corpus, fuzz_target};
use twilio_fuzz::{keep, with_emulator};
use twilio_sdk::fuzzing::{answer, wait};
use twilio_sdk::types::MessageSid;

/// Status, headers and body.
fn parts(data: &[u8]) -> Option<(StatusCode, HeaderMap, &[u8])> {
    let (head, body) = data.split_at(head(data));
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = StatusCode::from_bytes(lines.next()?).ok()?;
    let headers = lines.filter_map(|line| {
        let at = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(at);
        let name = HeaderName::from_bytes(name).ok()?;
        Some((name, HeaderValue::from_bytes(value.get(1..)?.trim_ascii()).ok()?))
    });
    Some((status, headers.take(64).collect(), body))
}

/// Where the body starts.
fn head(data: &[u8]) -> usize {
    data.windows(2).position(|two| two == b"\n\n").map_or(data.len(), |at| at + 2)
}

fn seeds() {
    with_emulator(|client, emulator| async move {
        let problems = [
            r#"{"code":21211,"message":"m","more_info":"https://x","status":400,"details":{"a":1}}"#,
            r#"{"code":"20001","message":"m","httpStatusCode":400,"params":{"p":[1]},"userError":true}"#,
            r#"{"type":"t","title":"T","status":422,"code":20422,"detail":"d","instance":"/i",
                "errors":[{"detail":"e","pointer":"/a"}]}"#,
            "<html><body>502 Bad Gateway</body></html>",
        ];
        for (index, problem) in problems.iter().enumerate() {
            let head = "429\nRetry-After: Fri, 02 Jan 2026 03:04:05 GMT\nTwilio-Request-Id: RQ1";
            keep(&format!("shape{index}"), format!("{head}\n\n{problem}").as_bytes());
            keep(&format!("number{index}"), format!("503\nRetry-After: 3\n\n{problem}").as_bytes());
        }
        emulator.stub_next(302, &[("Location", "https://elsewhere/")], "");
        for (name, sid) in [("redirect", "SM"), ("refused", "nonsense")] {
            let sid = MessageSid::from(sid);
            if let Err(error) = client.api_v2010().fetch_message(sid).send().await
                && let (Some(status), Some(body)) = (error.status(), error.body())
            {
                keep(name, &[status.as_str().as_bytes(), b"\n\n", body].concat());
            }
        }
    });
}

twilio_fuzz::json_mutator!(head);

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    let Some((status, headers, body)) = parts(data) else { return Corpus::Reject };
    let wait = wait(&headers);
    let error = match answer::<()>(status, headers, body) {
        Ok(_) => {
            assert!(status.is_success() || status.is_redirection());
            return Corpus::Keep;
        }
        Err(error) => error,
    };
    assert!(error.is_api() && !status.is_success() && error.status() == Some(status));
    assert_eq!(error.is_rate_limited(), status == StatusCode::TOO_MANY_REQUESTS);
    // A date is as far away as the clock says, which goes on.
    assert_eq!(error.retry_after().is_some(), wait.is_some());
    let (shown, debug) = (error.to_string(), format!("{error:?}"));
    assert!(shown.contains(status.as_str()) && debug.contains("Api"));
    if let Some(code) = error.code() {
        assert!(shown.contains(&code.to_string()));
    }
    let problem = error.error_body();
    let _ = (error.message(), error.more_info(), error.request_id(), error.details(), problem.clone());
    assert_eq!(error.body(), Some(body));
    Corpus::Keep
});
