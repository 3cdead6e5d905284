//! `twilio-token-server`: issues access tokens to browsers and apps.

use std::io::Write as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use lexopt::prelude::{Long, Short, ValueExt as _};
use twilio_sdk_inbound_auth::{FileUserStore, PasswordHash};
use twilio_sdk_types::SecretString;
use twilio_token_server::{Reloader, TokenServer, TokenServerConfig};

const HELP: &str = "Issues Twilio access tokens to browsers and apps: POST /token with a username and password.

Usage: twilio-token-server [OPTIONS]

  -c, --config FILE    configuration file, TOML or JSON; without it the settings are environment variables:
                       TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET, TOKEN_SERVER_USERS_FILE, and optionally
                       TWILIO_REGION, TOKEN_SERVER_LISTEN, TOKEN_SERVER_BEHIND_PROXY (true), TOKEN_SERVER_HOSTS,
                       TOKEN_SERVER_ROOM, TOKEN_SERVER_AUDIT_LOG
      --listen ADDRESS listening address; overrides the configuration [default: 127.0.0.1:3000]; port 0 picks a free one
      --check          check the configuration and exit
      --hash-password  read a password from standard input and print its Argon2id hash for the users file
  -h, --help           print this help
  -V, --version        print the version

A listening address other than loopback requires TLS, or behind_proxy = true if a proxy terminates TLS. Requests are
accepted for the hosts of that address, of the allowed origins and of the key hosts; others get 421.

The log goes to standard error, one JSON object per line. SIGHUP reloads the users, the configuration and the
certificates; if they are invalid, an error is logged and the old ones stay in use. The listening address, the path of
the users file, limits.connections and the audit log need a restart. SIGTERM and SIGINT stop the server after the
requests in flight.
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
    let runtime = runtime.map_err(|error| format!("cannot start threads: {error}"))?;
    runtime.block_on(async {
        if options.check {
            config.check().map_err(|error| error.to_string())?;
            println!("the configuration is valid");
            return Ok(());
        }
        // Signals are caught before the server is announced.
        let (stop, hangups) = signals().map_err(|error| format!("cannot catch signals: {error}"))?;
        let server = TokenServer::bind(config).await.map_err(|error| error.to_string())?;
        let address = server.local_addr().map_err(|error| error.to_string())?;
        // Standard output may be closed.
        let _ = writeln!(std::io::stdout(), "listening on {address}");
        let reload = Reload { options: options.clone(), reloader: server.reloader(), users: server.users() };
        tokio::spawn(reload.at(hangups));
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
    std::io::stdin().read_line(&mut line).map_err(|error| format!("cannot read the password: {error}"))?;
    let line = SecretString::from(line);
    let password = SecretString::from(line.expose_secret().trim_end_matches(['\r', '\n']));
    if password.is_empty() {
        return Err("standard input contains no password".to_owned());
    }
    let hash = PasswordHash::hash(&password).map_err(|error| error.to_string())?;
    println!("{}", hash.as_str());
    Ok(())
}

/// The signals that stop the server and that reload files.
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

/// Reloads files on SIGHUP.
struct Reload {
    options: Options,
    reloader: Reloader,
    users: Option<Arc<FileUserStore>>,
}

#[cfg(unix)]
impl Reload {
    async fn at(self, mut hangups: tokio::signal::unix::Signal) {
        let reload = Arc::new(self);
        while hangups.recv().await.is_some() {
            let reload = Arc::clone(&reload);
            // Reading files takes time, and hashing plaintext passwords takes more.
            let read = tokio::task::spawn_blocking(move || reload.run()).await;
            if let Err(error) = read {
                tracing::error!(%error, "nothing reloaded");
            }
        }
    }

    fn run(&self) {
        if let Some(users) = &self.users {
            match users.reload() {
                Ok(()) => tracing::info!(users = users.len(), "users reloaded"),
                Err(error) => {
                    tracing::error!(%error, "users not reloaded; the previous users are kept")
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
                tracing::info!("configuration and certificates reloaded");
            }
            Err(error) => {
                tracing::error!(
                    error,
                    "configuration not reloaded; the previous one is kept, including certificates"
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
impl Reload {
    async fn at(self, (): ()) {
        let Self { options: _, reloader: _, users: _ } = self;
    }
}
