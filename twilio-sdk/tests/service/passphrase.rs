//! How the service comes by the vault's passphrase.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rexpect::session::spawn_command;

const PASSPHRASE: &str = "correct horse battery staple";

fn reader() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "passphrase::as_another_process", "--nocapture"])
        .env("TWILIO_TEST_PASSPHRASE", "1");
    command
}

#[test]
fn as_another_process() {
    if std::env::var_os("TWILIO_TEST_PASSPHRASE").is_none() {
        return;
    }
    match crate::app::passphrase() {
        Ok(passphrase) => println!("\nright: {}", passphrase.expose_secret() == PASSPHRASE),
        Err(error) => println!("\nerror: {error}"),
    }
}

#[test]
fn review_77_the_service_asks_for_the_passphrase_without_echo() {
    let mut session = spawn_command(reader(), Some(30_000)).unwrap();
    let mut said = session.exp_string("Passphrase of the vault: ").unwrap();
    session.send_line(PASSPHRASE).unwrap();
    said += &session.exp_string("right: true").unwrap();
    said += &session.exp_eof().unwrap();
    assert!(!said.contains(PASSPHRASE), "{said}");
}

#[test]
fn review_77_the_service_takes_the_passphrase_of_a_pipe() {
    for (given, told) in
        [(format!("{PASSPHRASE}\r\nmore"), "right: true"), (String::new(), "is missing; write it")]
    {
        let mut command = reader();
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(told) && !text.contains("Passphrase of"), "{text}");
    }
}
