//! `twilio-emulator`: the emulator as a program.

use std::io::{BufRead as _, Write as _};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use lexopt::prelude::{Long, Short, ValueExt as _};
use twilio_emulator::{Emulator, EmulatorBuilder, FaultPlan, RecordedRequest};

const HELP: &str = r#"Emulates every Twilio host, from built-in specifications.

Usage: twilio-emulator [OPTIONS]

  --listen ADDRESS        Address to listen on, HOST:PORT [127.0.0.1:4010]; port 0 selects a free port
  --items-per-list N      Number of items of each list, over all its pages [120]
  --media-size BYTES      Size of the files of recordings and messages [65536]
  --link-to-twilio-hosts  Return links to Twilio's hosts instead of links to this program
  --credentials-stdin     Accept only credentials from standard input, up to its end: lines USERNAME:PASSWORD, at least
                          one, and lines `Bearer TOKEN`
  --faults FILE           Inject the faults of this TOML or JSON file, a list `fault`, for example
                            [[fault]]
                            operation = "CreateMessage"   # or route = "POST /v2/Services"; default: every request
                            kind = "status"
                            status = 503
                            times = 2
                          All kinds and keys: https://docs.rs/twilio-emulator, FaultPlan::from_file
  -h, --help              Print this help
  -V, --version           Print the version

Prints a line for each request. Lines that are not read in time are dropped and counted. Stop it with SIGINT or SIGTERM.
"#;

/// The maximum number of lines that wait for standard output to be read.
const MAX_LINES: usize = 1000;

fn main() -> ExitCode {
    match options() {
        Ok(Some(builder)) => match run(builder) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&format!("cannot start: {error}")),
        },
        Ok(None) => ExitCode::SUCCESS,
        Err(message) => fail(&format!("{message}\nSee --help.")),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("twilio-emulator: {message}");
    ExitCode::FAILURE
}

/// Parses the arguments; `None` after printing help or version.
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
                let plan = FaultPlan::from_file(file).map_err(|e| format!("--faults: {e}"))?;
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

/// Resolves HOST:PORT. Prefers IPv4, as the default address does.
fn resolved(name: &str) -> Result<SocketAddr, String> {
    let found = name.to_socket_addrs().map_err(|error| format!("--listen {name}: {error}"))?;
    let found: Vec<SocketAddr> = found.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| format!("--listen {name}: the host has no address"))
}

/// Reads credentials from standard input, because arguments are visible to every user of the machine.
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
                let expected = "USERNAME:PASSWORD or `Bearer TOKEN` is expected";
                return Err(format!("standard input, line {}: {expected}", number + 1));
            }
        };
    }
    // Without any, the emulator would accept every account.
    if !named {
        return Err("standard input: no credentials; add a line USERNAME:PASSWORD".to_owned());
    }
    Ok(builder)
}

/// Writes lines to standard output in a separate thread: a pipe that is not read must not delay requests.
struct Log {
    lines: SyncSender<String>,
    dropped: Arc<AtomicU64>,
}

impl Log {
    fn start() -> Self {
        let (lines, waiting) = sync_channel(MAX_LINES);
        let dropped = Arc::<AtomicU64>::default();
        let count = Arc::clone(&dropped);
        std::thread::spawn(move || write(&waiting, &count));
        Self { lines, dropped }
    }

    /// Adds a line for a request. It omits the query, which can contain secrets.
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
        // A closed standard output is no reason to stop.
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
    let emulator = builder.start().await?;
    let url = emulator.base_url();
    let mut out = std::io::stdout();
    writeln!(out, "Listening on {url}")?;
    writeln!(out, "For the SDK:         TWILIO_BASE_URL={url}")?;
    writeln!(out, "Host in the path:    {url}/api.twilio.com/2010-04-01/Accounts.json")?;
    writeln!(out, "Stop with Ctrl-C.")?;
    stop.await;
    emulator.shutdown().await;
    Ok(())
}

/// Returns a future that ends with a signal to stop. Signals count from now on: the first process of a container has no
/// default handler.
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
