//! The program in a pipe, with a clean environment and a folder of its own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::folder::Folder;

pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

/// What the program said, and how it ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// What was printed as JSON.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        self
    }

    /// Ended with this code and said so.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, words: &str) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        let err: Vec<_> = self.err.split_whitespace().collect();
        assert!(err.join(" ").contains(words), "{self:?}");
        self
    }
}

/// A folder with a vault, a log and people.
pub(crate) struct Home(Folder);

impl Home {
    pub(crate) fn new() -> Self {
        Self(Folder::new())
    }

    /// One with a vault.
    pub(crate) fn with_vault() -> Self {
        let home = Self::new();
        home.run(&["vault", "init"], &[PASSPHRASE]).ok();
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.file(name)
    }

    /// A file of mode 0600.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        crate::folder::chmod(&path, 0o600);
        path
    }

    pub(crate) fn everything(&self) -> Vec<u8> {
        self.0.everything()
    }

    /// The program with arguments and nothing else.
    pub(crate) fn bare(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_twilio-admin"));
        command.env_clear().env("HOME", self.path()).env("TWILIO_ADMIN_HOME", self.path()).args(arguments);
        command
    }

    /// The program for those who work without a database of people.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare(arguments);
        command.arg("--no-users-db");
        command
    }

    /// Runs it, with secrets on standard input.
    pub(crate) fn run(&self, arguments: &[&str], secrets: &[&str]) -> Ended {
        let mut command = self.command(arguments);
        ended(command.arg("--stdin"), &lines(secrets))
    }

    /// The same with JSON.
    pub(crate) fn json(&self, arguments: &[&str], secrets: &[&str]) -> Value {
        let mut command = self.command(arguments);
        ended(command.args(["--stdin", "--json"]), &lines(secrets)).ok().json()
    }

    /// One with people, and the key of the first, `ada`.
    pub(crate) fn with_people() -> (Self, String) {
        let home = Self::new();
        let mut first = home.bare(&["user", "bootstrap", "ada", "--json"]);
        let key = ended(&mut first, "").ok().json()["key"].as_str().unwrap().to_owned();
        (home, key)
    }

    /// Runs it for somebody with a key.
    pub(crate) fn run_as(&self, key: &str, arguments: &[&str], secrets: &[&str]) -> Ended {
        let secrets: Vec<_> = std::iter::once(key).chain(secrets.iter().copied()).collect();
        ended(self.bare(arguments).arg("--stdin"), &lines(&secrets))
    }

    /// The same with JSON.
    pub(crate) fn json_as(&self, key: &str, arguments: &[&str], secrets: &[&str]) -> Value {
        self.run_as(key, &[arguments, &["--json"]].concat(), secrets).ok().json()
    }

    /// A new user with a role, and the key.
    pub(crate) fn add(&self, admin: &str, name: &str, role: &str) -> String {
        self.run_as(admin, &["user", "add", name, "--role", role], &[]).ok();
        self.json_as(admin, &["key", "issue", name], &[])["key"].as_str().unwrap().to_owned()
    }

    /// The records of the audit log.
    pub(crate) fn records(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.file("audit.log")).unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

pub(crate) fn lines(secrets: &[&str]) -> String {
    secrets.iter().map(|secret| format!("{secret}\n")).collect()
}

/// Starts a program with all three streams in pipes.
pub(crate) fn start(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub(crate) fn ended(command: &mut Command, stdin: &str) -> Ended {
    let mut child = start(command);
    // It may have ended without reading.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    finished(child)
}

pub(crate) fn finished(child: Child) -> Ended {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}
