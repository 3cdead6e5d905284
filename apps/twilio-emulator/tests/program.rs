//! The program `twilio-emulator`: arguments, standard input and output, signals.
#![cfg(feature = "program")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const KEY: &str = "SK00000000000000000000000000000002";

/// Fetches an account with the API key [`KEY`] and returns the status.
async fn fetch_account(url: &str, secret: &str) -> u16 {
    let url = format!("{url}/2010-04-01/Accounts/{ACCOUNT}.json");
    http().get(url).basic_auth(KEY, Some(secret)).send().await.unwrap().status().as_u16()
}

/// Another crate of the build may have switched on reqwest's TLS, which then needs a provider.
fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().build().unwrap()
}

/// A process that ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(address: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-emulator"));
    command.args(["--listen", address]);
    command
}

fn with_faults(name: &str, faults: &str) -> Program {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, faults).unwrap();
    let mut command = command("127.0.0.1:0");
    command.arg("--faults").arg(path);
    Program(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
}

#[tokio::test]
async fn the_program_reads_faults_from_a_file() {
    let mut running = with_faults(
        "faults.toml",
        "[[fault]]\noperation = 'FetchAccount'\nkind = 'status'\nstatus = 418\ntimes = 1\n",
    );
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    let url = first.strip_prefix("Listening on ").unwrap();
    assert_eq!(fetch_account(url, "key-secret").await, 418);
    assert_eq!(fetch_account(url, "key-secret").await, 200);
    let line = lines.find(|line| line.starts_with("GET")).unwrap();
    assert!(line.ends_with(" 418 api_v2010/FetchAccount fault status"), "{line}");
}

/// Starts the program with credentials and returns its first line, or its error message.
fn accepting(credentials: &str) -> (Program, Result<String, String>) {
    let mut command = command("127.0.0.1:0");
    command.arg("--credentials-stdin").stdin(Stdio::piped());
    let mut running = Program(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    running.0.stdin.take().unwrap().write_all(credentials.as_bytes()).unwrap();
    let (mut first, mut message) = (String::new(), String::new());
    if BufReader::new(running.0.stdout.as_mut().unwrap()).read_line(&mut first).unwrap() > 0 {
        return (running, Ok(first.trim_end().to_owned()));
    }
    running.0.stderr.as_mut().unwrap().read_to_string(&mut message).unwrap();
    (running, Err(message))
}

#[tokio::test]
async fn the_program_accepts_the_credentials_of_standard_input_and_no_others() {
    let (_running, first) = accepting(&format!("{KEY}:key-secret\nBearer a-token\n"));
    let url = first.unwrap().strip_prefix("Listening on ").unwrap().to_owned();
    assert_eq!(fetch_account(&url, "key-secret").await, 200);
    assert_eq!(fetch_account(&url, "another-secret").await, 401);
    // Without an account, every one would be accepted.
    for (credentials, part) in [
        ("", "add a line USERNAME:PASSWORD"),
        ("Bearer a-token\n", "add a line USERNAME:PASSWORD"),
        ("A SECRET\n", "line 1: USERNAME:PASSWORD or `Bearer TOKEN` is expected"),
    ] {
        let message = accepting(credentials).1.unwrap_err();
        assert!(message.contains(part) && !message.contains("SECRET"), "{message}");
    }
}

#[test]
fn the_program_refuses_a_file_with_an_unknown_key() {
    for (name, text) in [
        ("wrong.json", r#"{"fault":[{"kind":"reset","tmies":1}]}"#),
        ("wrong.toml", "[[fault]]\nkind = 'reset'\ntmies = 1"),
    ] {
        let mut running = with_faults(name, text);
        let mut message = String::new();
        running.0.stderr.take().unwrap().read_to_string(&mut message).unwrap();
        assert_eq!(running.0.wait().unwrap().code(), Some(1));
        assert!(message.contains(name) && message.contains("fault[0].tmies: unknown key"), "{message}");
        assert!(message.contains("did you mean `times`?"), "{message}");
    }
}

/// Starts the program and returns its URL and the lines that follow.
fn listening(command: &mut Command) -> (Program, String, BufReader<ChildStdout>) {
    let mut running = Program(command.stdout(Stdio::piped()).spawn().unwrap());
    let (mut lines, mut first) = (BufReader::new(running.0.stdout.take().unwrap()), String::new());
    lines.read_line(&mut first).unwrap();
    let url = first.trim_end().strip_prefix("Listening on ").expect("serves").to_owned();
    (running, url, lines)
}

#[tokio::test]
async fn review_69_standard_output_that_is_not_read_stops_no_request() {
    let (_running, url, mut lines) = listening(&mut command("127.0.0.1:0"));
    let client = http();
    // A pipe holds 64 KiB, which is some 900 lines, and 1,000 more wait in the program.
    for _ in 0..3_000 {
        let request = client.get(format!("{url}/2010-04-01/Accounts/{ACCOUNT}.json"));
        assert_eq!(request.basic_auth(KEY, Some("secret")).send().await.unwrap().status(), 200);
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
        let (mut running, _, _lines) = listening(&mut command("127.0.0.1:0"));
        rustix::process::kill_process(rustix::process::Pid::from_child(&running.0), signal).unwrap();
        assert_eq!(running.0.wait().unwrap().code(), Some(0), "{signal:?}");
    }
}

/// The first process of a container has no default handlers: a signal without a handler is ignored.
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
    let (_running, url, _lines) = listening(&mut command("localhost:0"));
    assert_eq!(fetch_account(&url, "secret").await, 200);
    for (name, part) in
        [("nowhere.invalid:4010", "--listen nowhere.invalid:4010: "), ("localhost", "--listen localhost: ")]
    {
        let mut running =
            Program(command(name).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
        let mut message = String::new();
        running.0.stderr.as_mut().unwrap().read_to_string(&mut message).unwrap();
        assert!(message.contains(part), "{message}");
        assert_eq!(running.0.wait().unwrap().code(), Some(1));
    }
}

#[test]
fn the_help_names_every_option() {
    let output = Command::new(env!("CARGO_BIN_EXE_twilio-emulator")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in [
        "--listen",
        "--items-per-list",
        "--media-size",
        "--link-to-twilio-hosts",
        "--credentials-stdin",
        "--faults",
    ] {
        assert!(help.contains(option), "{help}");
    }
    assert!(help.lines().all(|line| line.len() <= 120), "{help}");
}
