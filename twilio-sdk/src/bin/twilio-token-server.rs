//! `twilio-token-server`: gives browsers and apps their access tokens.

use std::io::Write as _;
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use lexopt::prelude::{Long, Short, ValueExt as _};
use twilio_sdk::listener::{FileUserStore, PasswordHash};
use twilio_sdk::token_server::{TokenServer, TokenServerConfig};
use twilio_sdk::types::SecretString;

const HELP: &str = "Gives browsers and apps Twilio access tokens: POST /token with a user's name and password.

Usage: twilio-token-server [OPTIONS]

  -c, --config FILE    the configuration, TOML or JSON; without it everything comes from the environment:
                       TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET, TOKEN_SERVER_USERS (a file), and
                       perhaps TWILIO_REGION, TOKEN_SERVER_LISTEN, TOKEN_SERVER_ROOM, TOKEN_SERVER_AUDIT (a file)
      --listen ADDRESS where to listen, whatever the configuration says [127.0.0.1:3000]; port 0 picks a free one
      --check          only say whether the configuration is good
      --hash-password  read a password from standard input and print the Argon2id hash for the file of users
  -h, --help           this text
  -V, --version        the version

The log goes to standard error, one JSON object a line. SIGHUP reads the users again, SIGTERM and SIGINT end the
server when the requests under way have ended.
";

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
    let config = match &options.config {
        Some(file) => TokenServerConfig::from_file(file),
        None => TokenServerConfig::from_env(),
    };
    let mut config = config.map_err(|error| error.to_string())?;
    if let Some(address) = options.listen {
        config = config.listen(address);
    }
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
        if let Some(users) = server.users() {
            tokio::spawn(reload(users, hangups));
        }
        server.serve(stop).await;
        Ok(())
    })
}

fn hash_password() -> Result<(), String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| format!("the password cannot be read: {error}"))?;
    let line = SecretString::from(line);
    let password = SecretString::from(line.expose().trim_end_matches(['\r', '\n']));
    if password.is_empty() {
        return Err("there is no password on standard input".to_owned());
    }
    let hash = PasswordHash::create(&password).map_err(|error| error.to_string())?;
    println!("{}", hash.as_str());
    Ok(())
}

/// What ends the server, and what has the users read again.
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

/// Reads the users again at every SIGHUP.
#[cfg(unix)]
async fn reload(users: Arc<FileUserStore>, mut hangups: tokio::signal::unix::Signal) {
    while hangups.recv().await.is_some() {
        let users = Arc::clone(&users);
        // Reading hashes passwords, which takes time.
        let read = tokio::task::spawn_blocking(move || (users.reload(), users.len())).await;
        match read {
            Ok((Ok(()), count)) => tracing::info!(users = count, "the users were read again"),
            Ok((Err(error), _)) => {
                tracing::error!(%error, "the users cannot be read; those that were known stay known")
            }
            Err(error) => {
                tracing::error!(%error, "the users cannot be read; those that were known stay known")
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
async fn reload(_: Arc<FileUserStore>, (): ()) {}
