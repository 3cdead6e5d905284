//! The SDK and the program `twilio-mock` while things go wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use common::{client, client_at, mock};
use twilio_sdk::mock::{Fault, MockTwilio, On};

/// How many messages Twilio would have sent.
fn executed(mock: &MockTwilio) -> usize {
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
        let planned = mock.fault(On::operation("CreateMessage"), fault.clone());
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
    let planned = mock.script(On::operation("CreateMessage"), [Some(wait.clone()), Some(wait)]);
    let request = client(&mock).api_v2010().create_message("+15558675310").from("+15558675311").body("Hi");
    request.send().await.unwrap();
    assert_eq!((executed(&mock), planned.hits(), mock.requests().len()), (1, 2, 3));
}

#[tokio::test]
async fn spoilt_page_links_end_a_list_with_an_error() {
    for (fault, pages) in [
        (Fault::next_page("http://[nowhere"), 1),
        (Fault::next_page_on("https://twilio.example"), 1),
        (Fault::next_page_loop(), 2),
    ] {
        let mock = mock().await;
        mock.fault(On::operation("ListService"), fault.clone());
        let error = client(&mock).verify_v2().list_service().items().collect().await.unwrap_err();
        assert!(error.is_paging(), "{fault:?}: {error}");
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
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-mock"));
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
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-mock"));
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
