//! The end of the service, while clients are being served.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use twilio_emulator::{Fault, RequestMatcher};

use crate::folder::Folder;
use crate::http::Caller;
use crate::setup::{PASSPHRASE, SUSANS_PASSWORD, fill_with, twilio};

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Not a test of its own: the service as another process, which `start` runs.
#[tokio::test(flavor = "multi_thread")]
async fn as_the_service() {
    let Some(folder) = std::env::var_os("TWILIO_TEST_SERVICE") else { return };
    crate::program::run(folder).await.unwrap();
}

/// Not a test of its own: the emulator as another process, on an address.
#[tokio::test(flavor = "multi_thread")]
async fn as_the_emulator() {
    let Some(address) = std::env::var_os("TWILIO_TEST_EMULATOR") else { return };
    let address = address.to_str().unwrap().parse().unwrap();
    let _running = twilio_emulator::Emulator::builder().listen(address).start().await.unwrap();
    std::future::pending::<()>().await;
}

fn start(folder: &Folder) -> (Process, SocketAddr, BufReader<ChildStdout>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "stop::as_the_service", "--nocapture"]);
    command.env("TWILIO_TEST_SERVICE", folder.path()).env("SERVICE_ADDRESS", "127.0.0.1:0");
    let mut child = Process(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    writeln!(child.0.stdin.take().unwrap(), "{PASSPHRASE}").unwrap();
    let mut lines = BufReader::new(child.0.stdout.take().unwrap());
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the service did not start");
        if let Some((_, address)) = line.split_once("The service listens on http://") {
            return (child, address.trim().parse().unwrap(), lines);
        }
    }
}

fn user(address: SocketAddr) -> Caller {
    let header = twilio_sdk::BasicProvider::new("susan", SUSANS_PASSWORD).unwrap().to_header_value();
    Caller { address, authorization: Some(format!("Authorization: {}", header.to_str().unwrap())) }
}

#[tokio::test(flavor = "multi_thread")]
async fn review_73_requests_in_flight_get_their_responses_when_the_service_is_stopped() {
    const CLIENTS: usize = 12;
    for signal in [rustix::process::Signal::TERM, rustix::process::Signal::INT] {
        let (folder, twilio) = (Folder::new(), twilio().await);
        fill_with(&folder, &twilio, "ldap://127.0.0.1:1").await;
        let slow = Fault::delay(Duration::from_secs(2));
        let (mut service, address, _lines) = start(&folder);
        let draft = json!({ "to": "+15558675310", "body": "the kettle is on" });
        assert_eq!(user(address).post("/messages/new", draft.clone()).await.status, 201);
        twilio.inject_fault(RequestMatcher::operation("CreateMessage"), slow).unwrap();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let draft = draft.clone();
                tokio::spawn(async move { user(address).post("/messages/new", draft).await.status })
            })
            .collect();
        // Each of them waits for Twilio's response.
        while twilio.requests().len() < 1 + CLIENTS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // An idle connection keeps nothing waiting.
        let idle = tokio::net::TcpStream::connect(address).await.unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_child(&service.0), signal).unwrap();
        for client in clients {
            assert_eq!(client.await.unwrap(), 201, "{signal:?}");
        }
        assert!(service.0.wait().unwrap().success());
        assert!(tokio::net::TcpStream::connect(address).await.is_err());
        drop(idle);
        twilio_sdk::audit::verify_log(folder.file("audit.log"), None).unwrap();
    }
}
