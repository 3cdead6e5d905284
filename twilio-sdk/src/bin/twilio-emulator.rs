//! `twilio-emulator`: the embedded Twilio as a program of its own.

use std::io::{BufRead as _, Write as _};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use lexopt::prelude::{Long, Short, ValueExt as _};
use twilio_sdk::emulator::{Emulator, EmulatorBuilder, FaultPlan, RecordedRequest};

const HELP: &str = r#"Answers for every Twilio host, from the specifications that are built in.

Usage: twilio-emulator [OPTIONS]

  --listen ADDRESS       where to listen, an address or a name with a port [127.0.0.1:4010]; port 0 picks a free one
  --items-per-list N    items of each list over all its pages [120]
  --media-size BYTES     size of the files of recordings and messages [65536]
  --link-to-twilio-hosts           links in answers name Twilio's hosts instead of this program
  --credentials-stdin    accept only the Basic credentials read from standard input, one USER:PASSWORD a line
                         and at least one, and bearer tokens, one `Bearer TOKEN` a line, up to the end of input
  --faults FILE          let requests go wrong as this TOML or JSON file says: a list `fault`, for example
                           [[fault]]
                           operation = "CreateMessage"   # or route = "POST /v2/Services"; else every request
                           kind = "status"
                           status = 503
                           times = 2
                         the documentation of `twilio_sdk::emulator::FaultPlan::read` has all kinds and keys
  -h, --help             this text
  -V, --version          the version

Each request is a line on standard output; lines that are not read in time are dropped, and counted there. SIGINT and
SIGTERM end the program.
"#;

/// How many lines wait for standard output to be read.
const MOST_LINES: usize = 1000;

fn main() -> ExitCode {
    match options() {
        Ok(Some(builder)) => match run(builder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("cannot serve: {error}")),
        },
        Ok(None) => ExitCode::SUCCESS,
        Err(message) => fail(&format!("{message}\nTry --help.")),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("twilio-emulator: {message}");
    ExitCode::FAILURE
}

/// The settings that the arguments ask for; `None` when they only ask for a text.
fn options() -> Result<Option<EmulatorBuilder>, String> {
    let log = Log::start();
    let mut builder = Emulator::builder().on_request(move |request| log.add(request));
    let mut address = SocketAddr::from(([127, 0, 0, 1], 4010));
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next().map_err(|e| e.to_string())? {
        match argument {
            Long("listen") => address = resolved(&value::<String>(&mut arguments, "--listen")?)?,
            Long("items-per-list") => {
                builder = builder.items_per_list(value(&mut arguments, "--items-per-list")?);
            }
            Long("media-size") => builder = builder.media_size(value(&mut arguments, "--media-size")?),
            Long("link-to-twilio-hosts") => builder = builder.link_to_twilio_hosts(true),
            Long("credentials-stdin") => builder = credentials(builder)?,
            Long("faults") => {
                let file = arguments.value().map_err(|e| e.to_string())?;
                let plan = FaultPlan::read(file).map_err(|e| format!("--faults: {e}"))?;
                builder = builder.faults(plan);
            }
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(None);
            }
            Short('V') | Long("version") => {
                println!("twilio-emulator {}", env!("CARGO_PKG_VERSION"));
                return Ok(None);
            }
            other => return Err(other.unexpected().to_string()),
        }
    }
    Ok(Some(builder.listen(address)))
}

fn value<T: std::str::FromStr>(arguments: &mut lexopt::Parser, name: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    let text = arguments.value().and_then(|v| v.string()).map_err(|e| e.to_string())?;
    text.parse().map_err(|error| format!("{name} {text}: {error}"))
}

/// The address of a name with a port; of several, IPv4's first, as the default is one.
fn resolved(name: &str) -> Result<SocketAddr, String> {
    let found = name.to_socket_addrs().map_err(|error| format!("--listen {name}: {error}"))?;
    let found: Vec<SocketAddr> = found.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| format!("--listen {name}: the name has no address"))
}

/// Secrets come by standard input because arguments are visible to every user of the machine.
fn credentials(mut builder: EmulatorBuilder) -> Result<EmulatorBuilder, String> {
    let mut named = false;
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.map_err(|error| format!("standard input: {error}"))?;
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        builder = match (line.strip_prefix("Bearer "), line.split_once(':')) {
            (Some(token), _) => builder.accept_bearer(token.trim()),
            (None, Some((user, password))) if !user.is_empty() && !password.is_empty() => {
                named = true;
                builder.accept_basic(user, password)
            }
            _ => {
                let expected = "USER:PASSWORD or `Bearer TOKEN` is expected";
                return Err(format!("standard input, line {}: {expected}", number + 1));
            }
        };
    }
    // Without any, the mock accepts every account.
    if !named {
        return Err("standard input: no USER:PASSWORD".to_owned());
    }
    Ok(builder)
}

/// Lines on standard output, written by a thread of their own: a pipe that nobody reads must not keep requests waiting.
struct Log {
    lines: SyncSender<String>,
    dropped: Arc<AtomicU64>,
}

impl Log {
    fn start() -> Self {
        let (lines, waiting) = sync_channel(MOST_LINES);
        let dropped = Arc::<AtomicU64>::default();
        let count = Arc::clone(&dropped);
        std::thread::spawn(move || write(&waiting, &count));
        Self { lines, dropped }
    }

    /// One line for a request. The query stays out: values in it may be secret.
    fn add(&self, request: &RecordedRequest) {
        let operation = match (request.product, request.operation_id) {
            (Some(product), Some(id)) => format!("{product}/{id}"),
            _ => "-".to_owned(),
        };
        let (method, host, path) = (&request.method, &request.host, &request.path);
        let fault =
            request.fault.as_ref().map(|fault| format!(" fault {}", fault.kind())).unwrap_or_default();
        let line = format!("{method} {host}{path} {} {operation}{fault}", request.status);
        if self.lines.try_send(line).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write(lines: &Receiver<String>, dropped: &AtomicU64) {
    for line in lines {
        // The reader may be gone, which is no reason to stop.
        let _ = writeln!(std::io::stdout(), "{line}");
        let missing = dropped.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let _ =
                writeln!(std::io::stdout(), "{missing} requests are not shown: standard output was not read");
        }
    }
}

#[tokio::main]
async fn run(builder: EmulatorBuilder) -> std::io::Result<()> {
    let stop = stop()?;
    let mock = builder.start().await?;
    let url = mock.base_url();
    let mut out = std::io::stdout();
    writeln!(out, "Listening on {url}")?;
    writeln!(out, "Point the SDK at it:    TWILIO_BASE_URL={url}")?;
    writeln!(out, "Name a host in a path:  {url}/api.twilio.com/2010-04-01/Accounts.json")?;
    writeln!(out, "Stop with ctrl-c.")?;
    stop.await;
    mock.shutdown().await;
    Ok(())
}

/// Waits for a signal to stop. It is listened for from now on: the first process of a container has no default for it.
#[cfg(unix)]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
