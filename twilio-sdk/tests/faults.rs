//! The SDK and the program `twilio-emulator` while things go wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use common::{client, client_at, mock};
use twilio_sdk::emulator::{Emulator, Fault, FaultPlan, FaultRule, RequestMatcher};

/// How many messages Twilio would have sent.
fn executed(mock: &Emulator) -> usize {
    mock.requests().iter().filter(|request| request.executed).count()
}

#[tokio::test]
async fn a_message_is_never_sent_twice_when_the_answer_is_lost() {
    for fault in [
        Fault::reset_after_execution(),
        Fault::reset_in_body(),
        Fault::truncated_body(),
        Fault::truncated_json(),
        Fault::status(503).after_execution(),
        Fault::html(502).after_execution(),
    ] {
        let mock = mock().await;
        let planned = mock.inject_fault(RequestMatcher::operation("CreateMessage"), fault.clone()).unwrap();
        let request =
            client(&mock).api_v2010().create_message("+15558675310").from("+15558675311").body("Hi");
        let outcome = request.send().await;
        assert!(outcome.is_err(), "{fault:?}");
        assert_eq!((executed(&mock), planned.hits()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_message_that_was_refused_for_now_is_sent_again() {
    let mock = mock().await;
    let wait = Fault::status(429).header("Retry-After", "0");
    let planned = mock
        .inject_sequence(RequestMatcher::operation("CreateMessage"), [Some(wait.clone()), Some(wait)])
        .unwrap();
    let request = client(&mock).api_v2010().create_message("+15558675310").from("+15558675311").body("Hi");
    request.send().await.unwrap();
    assert_eq!((executed(&mock), planned.hits(), mock.requests().len()), (1, 2, 3));
}

#[tokio::test]
async fn spoilt_page_links_end_a_list_with_an_error() {
    for (fault, pages) in [
        (Fault::next_page("http://[nowhere"), 1),
        (Fault::next_page_host("https://twilio.example"), 1),
        (Fault::next_page_loop(), 2),
    ] {
        let mock = mock().await;
        mock.inject_fault(RequestMatcher::operation("ListService"), fault.clone()).unwrap();
        let error = client(&mock).verify_v2().list_service().items().collect().await.unwrap_err();
        assert!(error.is_pagination(), "{fault:?}: {error}");
        assert_eq!(mock.requests().len(), pages, "{fault:?}");
    }
}

/// A process that ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(name: &str, faults: &str) -> Program {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, faults).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-emulator"));
    command.args(["--listen", "127.0.0.1:0", "--faults"]).arg(path);
    Program(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[tokio::test]
async fn the_program_reads_faults_from_a_file() {
    let mut running = program(
        "faults.toml",
        "[[fault]]\noperation = 'FetchAccount'\nkind = 'status'\nstatus = 418\ntimes = 1\n",
    );
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let twilio = client_at(first.strip_prefix("Listening on ").unwrap());
    let error = twilio.api_v2010().fetch_account(common::ACCOUNT).send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(418));
    twilio.api_v2010().fetch_account(common::ACCOUNT).send().await.unwrap();
    let line = lines.find(|line| line.starts_with("GET")).unwrap();
    assert!(line.ends_with(" 418 api_v2010/FetchAccount fault status"), "{line}");
}

/// Starts the program with credentials, and gives its first line, or else what it complains of.
fn accepting(credentials: &str) -> (Program, Result<String, String>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-emulator"));
    command.args(["--listen", "127.0.0.1:0", "--credentials-stdin"]).stdin(Stdio::piped());
    let mut running = Program(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    running.0.stdin.take().unwrap().write_all(credentials.as_bytes()).unwrap();
    let (mut first, mut complaint) = (String::new(), String::new());
    if BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut first).unwrap() > 0 {
        return (running, Ok(first.trim_end().to_owned()));
    }
    std::io::Read::read_to_string(running.0.stderr.as_mut().unwrap(), &mut complaint).unwrap();
    (running, Err(complaint))
}

#[tokio::test]
async fn the_program_accepts_the_credentials_of_standard_input_and_no_others() {
    let (_running, first) = accepting(&format!("{}:key-secret\nBearer a-token\n", common::KEY));
    let url = first.unwrap().strip_prefix("Listening on ").unwrap().to_owned();
    client_at(&url).api_v2010().fetch_account(common::ACCOUNT).send().await.unwrap();
    let other = twilio_sdk::ApiKeyConfig::new(common::ACCOUNT, common::KEY, "another-secret");
    let other = twilio_sdk::Client::new(twilio_sdk::ConnectionConfig::new(other).base_url(url)).unwrap();
    let error = other.api_v2010().fetch_account(common::ACCOUNT).send().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    // Where no account is named, every one would be let in.
    for (credentials, part) in [
        ("", "no USER:PASSWORD"),
        ("Bearer a-token\n", "no USER:PASSWORD"),
        ("A SECRET\n", "line 1: USER:PASSWORD or `Bearer TOKEN` is expected"),
    ] {
        let complaint = accepting(credentials).1.unwrap_err();
        assert!(complaint.contains(part) && !complaint.contains("SECRET"), "{complaint}");
    }
}

#[test]
fn the_program_refuses_a_file_with_an_unknown_key() {
    for (name, text) in [
        ("wrong.json", r#"{"fault":[{"kind":"reset","tmies":1}]}"#),
        ("wrong.toml", "[[fault]]\nkind = 'reset'\ntmies = 1"),
    ] {
        let mut running = program(name, text);
        let mut message = String::new();
        std::io::Read::read_to_string(&mut running.0.stderr.take().unwrap(), &mut message).unwrap();
        assert_eq!(running.0.wait().unwrap().code(), Some(1));
        assert!(message.contains(name) && message.contains("fault[0].tmies: unknown key"), "{message}");
        assert!(message.contains("did you mean `times`?"), "{message}");
    }
}

/// The program on a free port, with these arguments, and the lines that it prints.
fn listening(command: &mut Command) -> (Program, String, BufReader<std::process::ChildStdout>) {
    let mut running = Program(command.stdout(Stdio::piped()).spawn().unwrap());
    let (mut lines, mut first) = (BufReader::new(running.0.stdout.take().unwrap()), String::new());
    lines.read_line(&mut first).unwrap();
    let url = first.trim_end().strip_prefix("Listening on ").expect("serves").to_owned();
    (running, url, lines)
}

fn mock_program(address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-emulator"));
    command.args(["--listen", address]);
    command
}

#[tokio::test]
async fn review_69_standard_output_that_is_not_read_stops_no_request() {
    let (_running, url, mut lines) = listening(&mut mock_program("127.0.0.1:0"));
    let twilio = client_at(&url);
    // A pipe holds 64 KiB, which is some 900 lines, and 1,000 wait beside it.
    for _ in 0..3_000 {
        twilio.api_v2010().fetch_account(common::ACCOUNT).send().await.unwrap();
    }
    let (mut shown, mut missing) = (0, 0);
    while shown + missing < 3_000 {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0);
        match line.split_once(" requests are not shown") {
            Some((count, _)) => missing += count.parse::<u64>().unwrap(),
            None => shown += u64::from(line.starts_with("GET ")),
        }
    }
    assert!(shown >= 1_000 && missing > 0 && shown + missing == 3_000, "{shown} {missing}");
}

#[cfg(unix)]
#[test]
fn review_69_signals_end_the_program_though_its_output_is_not_read() {
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let (mut running, _, _lines) = listening(&mut mock_program("127.0.0.1:0"));
        rustix::process::kill_process(rustix::process::Pid::from_child(&running.0), signal).unwrap();
        assert_eq!(running.0.wait().unwrap().code(), Some(0), "{signal:?}");
    }
}

/// The first process of a container has no default for signals: without a handler of its own it would go on.
#[cfg(target_os = "linux")]
#[test]
fn review_69_the_first_process_of_a_container_ends_with_sigterm() {
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--pid", "--fork", "--kill-child"]);
    if !unshare.arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!("namespaces are not allowed here; the other test sends the signals");
        return;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", "--map-root-user", "--pid", "--fork", "--kill-child"]);
    unshare.arg(env!("CARGO_BIN_EXE_twilio-emulator")).args(["--listen", "127.0.0.1:0"]);
    let (mut running, _, _lines) = listening(&mut unshare);
    let id = running.0.id();
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let first = rustix::process::Pid::from_raw(children.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(first, rustix::process::Signal::TERM).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn review_69_a_name_can_be_listened_on() {
    let (_running, url, _lines) = listening(&mut mock_program("localhost:0"));
    client_at(&url).api_v2010().fetch_account(common::ACCOUNT).send().await.unwrap();
    for (name, part) in
        [("nowhere.invalid:4010", "--listen nowhere.invalid:4010: "), ("localhost", "--listen localhost: ")]
    {
        let mut running =
            Program(mock_program(name).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
        let mut complaint = String::new();
        std::io::Read::read_to_string(running.0.stderr.as_mut().unwrap(), &mut complaint).unwrap();
        assert!(complaint.contains(part), "{complaint}");
        assert_eq!(running.0.wait().unwrap().code(), Some(1));
    }
}

#[tokio::test]
async fn review_69_the_requests_that_are_kept_are_bounded_by_bytes() {
    let mock = Emulator::builder().max_recorded_bytes(8 << 20).start().await.unwrap();
    let twilio = client_at(&mock.base_url());
    // The form is kept beside the body, so each takes some 2 MiB.
    let body = "x".repeat(1 << 20);
    for number in 0..12 {
        let message = twilio.api_v2010().create_message("+15558675310").from("+15017122661");
        message.body(format!("{number}{body}")).send().await.unwrap();
    }
    let kept: Vec<String> = mock
        .requests()
        .iter()
        .map(|request| request.form_value("Body").unwrap().trim_end_matches('x').to_owned())
        .collect();
    assert!((2..=4).contains(&kept.len()), "{kept:?}");
    assert_eq!(kept.last().map(String::as_str), Some("11"));
}

#[tokio::test]
async fn review_68_an_operation_that_does_not_exist_is_told_with_the_nearest_name() {
    let mock = Emulator::start().await.unwrap();
    for (given, nearest) in [
        ("CreateVerificationChek", "CreateVerificationCheck"),
        ("CreateMesage", "CreateMessage"),
        ("createmessage", "CreateMessage"),
        ("verify_v2/CreateVerificationChek", "verify_v2/CreateVerificationCheck"),
        ("api_v2010/CreateMesage", "api_v2010/CreateMessage"),
        ("api_v201/CreateMessage", "api_v2010/CreateMessage"),
        ("verify_v2/CreateCall", "api_v2010/CreateCall"),
        ("media/FetchFiel", "media/FetchFile"),
    ] {
        let answered = mock.stub_operation(given, 200, &serde_json::json!({})).unwrap_err();
        let failed = mock.inject_fault(RequestMatcher::operation(given), Fault::status(500)).unwrap_err();
        let scripted = mock.inject_sequence(RequestMatcher::operation(given), [None]).unwrap_err();
        let file =
            FaultPlan::from_toml(&format!("[[fault]]\noperation = '{given}'\nkind = 'reset'")).unwrap_err();
        let plan =
            FaultPlan::new().rule(FaultRule::new(RequestMatcher::operation(given), Fault::status(500)));
        let started = Emulator::builder().faults(plan).start().await.unwrap_err();
        assert_eq!(started.kind(), std::io::ErrorKind::InvalidInput);
        for error in [&answered, &failed, &scripted, &file] {
            assert!(error.is_config(), "{error:?}");
        }
        let texts = [
            answered.to_string(),
            failed.to_string(),
            scripted.to_string(),
            file.to_string(),
            started.to_string(),
        ];
        for text in texts {
            assert!(text.contains(&format!("did you mean {nearest:?}?")), "{given}: {text}");
        }
    }
    let nothing = mock.stub_operation("Whatever", 200, &serde_json::json!({})).unwrap_err().to_string();
    assert!(nothing.contains("give an operationId such as CreateMessage"), "{nothing}");
    let host = mock
        .inject_fault(RequestMatcher::route("GET", "verfy.twilio.com/v2/**"), Fault::reset())
        .unwrap_err()
        .to_string();
    assert!(host.contains("is no route"), "{host}");
    for right in ["CreateVerificationCheck", "verify_v2/CreateVerificationCheck", "media/FetchFile"] {
        mock.stub_operation(right, 200, &serde_json::json!({})).unwrap();
        mock.inject_fault(RequestMatcher::operation(right), Fault::status(500)).unwrap().times(0);
    }
}
