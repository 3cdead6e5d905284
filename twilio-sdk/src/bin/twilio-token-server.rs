//! `twilio-token-server`: gives browsers and apps their access tokens.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use lexopt::prelude::{Long, Short, ValueExt as _};
use twilio_sdk::listener::FileUserStore;
use twilio_sdk::token_server::{TokenServer, TokenServerConfig};

const HELP: &str = "Gives browsers and apps Twilio access tokens: POST /token with a user's name and password.

Usage: twilio-token-server [OPTIONS]

  -c, --config FILE    the configuration, TOML or JSON; without it everything comes from the environment:
                       TWILIO_ACCOUNT_SID, TWILIO_API_KEY, TWILIO_API_SECRET, TOKEN_SERVER_USERS (a file), and
                       perhaps TWILIO_REGION, TOKEN_SERVER_LISTEN, TOKEN_SERVER_ROOM
      --listen ADDRESS where to listen, whatever the configuration says [127.0.0.1:3000]; port 0 picks a free one
      --check          only say whether the configuration is good
  -h, --help           this text
  -V, --version        the version

The log goes to standard error, one JSON object a line. SIGHUP reads the users again, SIGTERM and SIGINT end the
server when the requests under way have ended.
";

struct Options {
    config: Option<std::path::PathBuf>,
    listen: Option<SocketAddr>,
    check: bool,
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
    let mut options = Options { config: None, listen: None, check: false };
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
        let server = TokenServer::bind(config).await.map_err(|error| error.to_string())?;
        let address = server.local_addr().map_err(|error| error.to_string())?;
        println!("listening on {address}");
        if let Some(users) = server.users() {
            tokio::spawn(reload(users));
        }
        server.serve(stop()).await;
        Ok(())
    })
}

/// Reads the users again at every SIGHUP.
#[cfg(unix)]
async fn reload(users: Arc<FileUserStore>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    while hangups.recv().await.is_some() {
        match users.reload() {
            Ok(()) => tracing::info!(users = users.len(), "the users were read again"),
            Err(error) => {
                tracing::error!(%error, "the users cannot be read; those that were known stay known")
            }
        }
    }
}

#[cfg(not(unix))]
async fn reload(_: Arc<FileUserStore>) {}

/// Ends at SIGTERM or SIGINT.
async fn stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
