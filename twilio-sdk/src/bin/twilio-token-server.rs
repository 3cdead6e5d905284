//! `twilio-token-server`: gives browsers and apps their access tokens.

use std::io::Write as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use lexopt::prelude::{Long, Short, ValueExt as _};
use twilio_sdk::inbound_auth::{FileUserStore, PasswordHash};
use twilio_sdk::token_server::{Reloader, TokenServer, TokenServerConfig};
use twilio_sdk::types::SecretString;

const HELP: &str = "Gives browsers and apps Twilio access tokens: POST /token with a user's name and password.

Usage: twilio-token-server [OPTIONS]

  -c, --config FILE    the configuration, TOML or JSON; without it everything comes from the environment:
                       TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET, TOKEN_SERVER_USERS_FILE (a file), and
                       perhaps TWILIO_REGION, TOKEN_SERVER_LISTEN, TOKEN_SERVER_BEHIND_PROXY (true),
                       TOKEN_SERVER_HOSTS (names), TOKEN_SERVER_ROOM, TOKEN_SERVER_AUDIT_LOG (a file)
      --listen ADDRESS where to listen, whatever the configuration says [127.0.0.1:3000]; port 0 picks a free one
      --check          only say whether the configuration is good
      --hash-password  read a password from standard input and print the Argon2id hash for the file of users
  -h, --help           this text
  -V, --version        the version

Another address than a loopback one needs TLS, or behind_proxy = true where a proxy terminates it. Requests are served
for the hosts of that address, of the allowed origins and of the key hosts; others get 421.

The log goes to standard error, one JSON object a line. SIGHUP reads the users, the configuration and the certificates
again; what is wrong is logged, and the old ones stay. The listening address, the path of the file of users,
limits.connections and the audit log need a restart. SIGTERM and SIGINT end the server when the requests in flight have
ended.
";

#[derive(Clone)]
struct Options {
    config: Option<std::path::PathBuf>,
    listen: Option<SocketAddr>,
    check: bool,
    hash: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).init();
    let result = options().and_then(|options| match options {
        Some(options) => run(&options),
        None => Ok(()),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("twilio-token-server: {message}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Option<Options>, String> {
    let mut options = Options { config: None, listen: None, check: false, hash: false };
    let mut arguments = lexopt::Parser::from_env();
    let wrong = |error: lexopt::Error| format!("{error}\nTry --help.");
    while let Some(argument) = arguments.next().map_err(wrong)? {
        match argument {
            Short('c') | Long("config") => options.config = Some(arguments.value().map_err(wrong)?.into()),
            Long("listen") => {
                let value = arguments.value().and_then(|value| value.parse()).map_err(wrong)?;
                options.listen = Some(value);
            }
            Long("check") => options.check = true,
            Long("hash-password") => options.hash = true,
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            Short('V') | Long("version") => {
                println!("twilio-token-server {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            other => return Err(wrong(other.unexpected())),
        }
    }
    Ok(Some(options))
}

fn run(options: &Options) -> Result<(), String> {
    if options.hash {
        return hash_password();
    }
    let config = options.read()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no threads can be started: {error}"))?;
    runtime.block_on(async {
        if options.check {
            config.check().map_err(|error| error.to_string())?;
            println!("the configuration is good");
            return Ok(());
        }
        // Signals are caught before anybody can know that the server runs.
        let (stop, hangups) = signals().map_err(|error| format!("signals cannot be caught: {error}"))?;
        let server = TokenServer::bind(config).await.map_err(|error| error.to_string())?;
        let address = server.local_addr().map_err(|error| error.to_string())?;
        // Whoever started the server need not listen to it.
        let _ = writeln!(std::io::stdout(), "listening on {address}");
        let again = Again { options: options.clone(), reloader: server.reloader(), users: server.users() };
        tokio::spawn(again.at(hangups));
        server.serve_with_shutdown(stop).await;
        Ok(())
    })
}

impl Options {
    fn read(&self) -> Result<TokenServerConfig, String> {
        let config = match &self.config {
            Some(file) => TokenServerConfig::from_file(file),
            None => TokenServerConfig::from_env(),
        };
        let config = config.map_err(|error| error.to_string())?;
        Ok(match self.listen {
            Some(address) => config.listen(address),
            None => config,
        })
    }
}

fn hash_password() -> Result<(), String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| format!("the password cannot be read: {error}"))?;
    let line = SecretString::from(line);
    let password = SecretString::from(line.expose_secret().trim_end_matches(['\r', '\n']));
    if password.is_empty() {
        return Err("there is no password on standard input".to_owned());
    }
    let hash = PasswordHash::hash(&password).map_err(|error| error.to_string())?;
    println!("{}", hash.as_str());
    Ok(())
}

/// What ends the server, and what has files read again.
#[cfg(unix)]
type Signals = (Pin<Box<dyn Future<Output = ()>>>, tokio::signal::unix::Signal);

/// Catches SIGTERM and SIGINT, and SIGHUP.
#[cfg(unix)]
fn signals() -> std::io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok((Box::pin(stop), signal(SignalKind::hangup())?))
}

/// What is read again at every SIGHUP.
struct Again {
    options: Options,
    reloader: Reloader,
    users: Option<Arc<FileUserStore>>,
}

#[cfg(unix)]
impl Again {
    async fn at(self, mut hangups: tokio::signal::unix::Signal) {
        let again = Arc::new(self);
        while hangups.recv().await.is_some() {
            let again = Arc::clone(&again);
            // Reading files takes time, and hashing passwords in clear takes more.
            let read = tokio::task::spawn_blocking(move || again.read()).await;
            if let Err(error) = read {
                tracing::error!(%error, "nothing was read again");
            }
        }
    }

    fn read(&self) {
        if let Some(users) = &self.users {
            match users.reload() {
                Ok(()) => tracing::info!(users = users.len(), "the users were read again"),
                Err(error) => {
                    tracing::error!(%error, "the users cannot be read; those that were known stay known")
                }
            }
        }
        // The environment of a process does not change.
        if self.options.config.is_none() {
            return;
        }
        let applied = self
            .options
            .read()
            .and_then(|config| self.reloader.apply(config).map_err(|error| error.to_string()));
        match applied {
            Ok(fixed) => {
                if !fixed.is_empty() {
                    tracing::warn!(keys = fixed.join(", "), "changed settings need a restart");
                }
                tracing::info!("the configuration and the certificates were read again");
            }
            Err(error) => {
                tracing::error!(
                    error,
                    "the configuration cannot be used; the old one stays, certificates included"
                );
            }
        }
    }
}

#[cfg(not(unix))]
type Signals = (Pin<Box<dyn Future<Output = ()>>>, ());

/// Catches Ctrl-C.
#[cfg(not(unix))]
fn signals() -> std::io::Result<Signals> {
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    Ok((Box::pin(stop), ()))
}

#[cfg(not(unix))]
impl Again {
    async fn at(self, (): ()) {
        let Self { options: _, reloader: _, users: _ } = self;
    }
}
