//! A PostgreSQL server on localhost, with a folder of its own.

#[path = "process.rs"]
mod process;

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use process::serving;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use twilio_sdk_access::{AccessError, PostgresAccessStore, PostgresOptions};
use twilio_sdk_http::TlsConfig;

pub(crate) const PASSWORD: &str = "pg-p%40ss-word";

/// A server, which ends with the value.
pub(crate) struct Server {
    programs: PathBuf,
    folder: PathBuf,
    process: Option<Child>,
    /// Who runs it, where that must be somebody else: PostgreSQL refuses to run as root.
    user: Option<(u32, u32)>,
    pub(crate) port: u16,
    /// Whether it does TLS.
    pub(crate) encrypts: bool,
    /// The certificate that the server's is signed with.
    pub(crate) ca: String,
}

/// The folder with the server's programs: where programs are, or where Debian has them, the newest version first.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let debian = versions.into_iter().rev().map(|(_, folder)| folder);
    let is_whole =
        |folder: &PathBuf| ["initdb", "postgres", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
    debian.chain(std::env::split_paths(&path)).find(is_whole)
}

fn id(flag: &str, user: &str) -> Option<u32> {
    let output = Command::new("id").args([flag, user]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// A server for a test, which tells where there is none.
pub(crate) fn server(test: &str) -> Option<Server> {
    let Some(programs) = programs() else {
        eprintln!(
            "not run, for want of PostgreSQL (apt-get install postgresql): {test} in crates/access/tests/access"
        );
        return None;
    };
    Some(Server::start(test, programs))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    fn start(test: &str, programs: PathBuf) -> Self {
        let folder = std::env::temp_dir().join(format!("twilio-sdk-pg-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let root = id("-u", "root")
            == Command::new("id")
                .arg("-u")
                .output()
                .ok()
                .and_then(|output| String::from_utf8(output.stdout).ok()?.trim().parse().ok());
        let user = root.then(|| {
            let known = |name| Some((id("-u", name)?, id("-g", name)?));
            known("postgres").or_else(|| known("nobody")).expect("a user who is not root")
        });
        let mut server =
            Self { programs, folder, process: None, user, port: 0, encrypts: true, ca: String::new() };
        server.ca = server.certificates();
        std::fs::write(server.folder.join("password"), PASSWORD).unwrap();
        server.own("");
        server.own("password");
        let made = server
            .command("initdb")
            .args(["--auth=scram-sha-256", "--username=twilio", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(format!("--pwfile={}", server.folder.join("password").display()))
            .arg("--pgdata")
            .arg(server.folder.join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        // A port may be taken between the moment it is found free and the server's start.
        for _ in 0..5 {
            server.port = free_port();
            if server.run() {
                return server;
            }
        }
        panic!("{}", std::fs::read_to_string(server.folder.join("log")).unwrap_or_default());
    }

    /// A program of the server's, run by who may run it.
    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(Stdio::null());
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    /// Gives a file to who runs the server.
    fn own(&self, name: &str) {
        if let Some((user, group)) = self.user {
            chown(self.folder.join(name), Some(user), Some(group)).unwrap();
        }
    }

    /// Starts the program on the port; whether it listens.
    fn run(&mut self) -> bool {
        let log = std::fs::File::create(self.folder.join("log")).unwrap();
        let sockets = self.folder.display().to_string();
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            format!("unix_socket_directories={sockets}"),
            format!("ssl={}", if self.encrypts { "on" } else { "off" }),
            format!("ssl_cert_file={sockets}/server.pem"),
            format!("ssl_key_file={sockets}/server.key"),
        ];
        let mut command = self.command("postgres");
        command.arg("-D").arg(self.folder.join("data")).stderr(log);
        for setting in &settings {
            command.args(["-c", setting]);
        }
        let is_ready = || {
            std::fs::read_to_string(self.folder.join("data/postmaster.pid"))
                .is_ok_and(|text| text.lines().last().is_some_and(|line| line.trim() == "ready"))
                && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        };
        self.process = serving(command.spawn().unwrap(), is_ready);
        self.process.is_some()
    }

    /// Stops it at once, as a crash would.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let mut command = self.command("pg_ctl");
            let stopped = command
                .args(["stop", "-m", "immediate", "-D"])
                .arg(self.folder.join("data"))
                .status()
                .unwrap();
            assert!(stopped.success());
            process.wait().unwrap();
        }
    }

    /// Starts it again on the same port.
    pub(crate) fn restart(&mut self) {
        self.stop();
        assert!((0..5).any(|_| self.run()), "PostgreSQL does not start again");
    }

    pub(crate) fn url(&self, host: &str, database: &str) -> String {
        format!("postgres://twilio:{}@{host}:{}/{database}", PASSWORD.replace('%', "%25"), self.port)
    }

    pub(crate) fn tls(&self) -> TlsConfig {
        TlsConfig::new().extra_root_certificates(self.ca.clone()).disable_system_roots(true)
    }

    pub(crate) fn options(&self, database: &str) -> PostgresOptions {
        PostgresOptions::new(self.url("localhost", database)).tls(self.tls())
    }

    pub(crate) async fn connect(&self, database: &str) -> Result<PostgresAccessStore, AccessError> {
        self.options(database).connect().await
    }

    /// Runs SQL in a database, by a plain connection on this machine.
    pub(crate) async fn sql(&self, database: &str, sql: &str) {
        let url = format!("{}?sslmode=disable", self.url("127.0.0.1", database));
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }

    /// Writes a certificate for `localhost` and its key, and gives that of its issuer.
    fn certificates(&self) -> String {
        let ca = issuer();
        let key = KeyPair::generate().unwrap();
        let server =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
        let file = |name: &str| self.folder.join(name);
        std::fs::write(file("server.pem"), server.pem()).unwrap();
        std::fs::write(file("server.key"), key.serialize_pem()).unwrap();
        std::fs::set_permissions(file("server.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
        self.own("server.pem");
        self.own("server.key");
        ca.pem()
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let mut command = self.command("pg_ctl");
            let stop = command.args(["stop", "-m", "immediate", "-D"]).arg(self.folder.join("data"));
            if !stop.status().is_ok_and(|status| status.success()) {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn issuer() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}
