//! The program itself.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// The program with a clean environment.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-token-server"));
    command.env_clear();
    command
}

/// What the program says and how it ends, where it ends by itself.
pub(crate) fn run(command: &mut Command) -> (ExitStatus, String, String) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status, text(output.stdout), text(output.stderr))
}

/// The program, running; it ends when it is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Program {
    pub(crate) fn start(config: &Path) -> Self {
        Self::spawn(command().arg("--config").arg(config))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let errors = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::clone(&lines);
        let reader = std::thread::spawn(move || {
            for line in errors.lines() {
                log.lock().unwrap().push(line.unwrap());
            }
        });
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let Some(address) = first.trim_end().strip_prefix("listening on ") else {
            let mut rest = String::new();
            let _ = child.stdout.take().map(|mut out| out.read_to_string(&mut rest));
            let _ = child.wait();
            reader.join().unwrap();
            panic!("{first:?} {rest} {:?}", lines.lock().unwrap());
        };
        Self { address: address.parse().unwrap(), child, lines, reader: Some(reader) }
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// The log so far.
    pub(crate) fn log(&self) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// Waits for so many lines with a message.
    pub(crate) async fn logged(&self, message: &str, times: usize) -> Vec<Value> {
        loop {
            let found: Vec<Value> =
                self.log().into_iter().filter(|line| line["message"] == message).collect();
            if found.len() >= times {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits for the end, and gives all that was logged.
    pub(crate) async fn end(mut self) -> (ExitStatus, Vec<Value>) {
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        self.reader.take().unwrap().join().unwrap();
        (status, self.log())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
