//! Measures what the emulator costs: its start, the first request for a product, and for comparison parsing every spec.
//!
//! ```sh
//! cargo run -p twilio-emulator --example startup
//! ```

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use twilio_emulator::Emulator;
use twilio_openapi::{Spec, products};

const MESSAGES: &str = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json?PageSize=1";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let began = Instant::now();
    let emulator = Emulator::start().await?;
    show("start", began.elapsed());
    for (step, host, path) in [
        ("first request for api_v2010", "api.twilio.com", MESSAGES),
        ("second request for api_v2010", "api.twilio.com", MESSAGES),
        ("first request for verify_v2", "verify.twilio.com", "/v2/Services?PageSize=1"),
        ("first request without a host", "localhost", "/v1/Workspaces?PageSize=1"),
    ] {
        let began = Instant::now();
        let status = get(&emulator, host, path).await?;
        show(step, began.elapsed());
        assert_eq!(status, "200", "{step}");
    }
    let began = Instant::now();
    let specs: Result<Vec<Spec>, _> = products().iter().map(|p| Spec::parse(p.stem, p.text)).collect();
    let specs = specs?;
    let operations: Result<Vec<usize>, _> =
        specs.iter().map(|spec| spec.operations().map(|operations| operations.len())).collect();
    let step = format!("parsing all {} specs, {} operations", specs.len(), operations?.iter().sum::<usize>());
    show(&step, began.elapsed());
    Ok(())
}

/// Sends a request and returns the status of its response.
async fn get(emulator: &Emulator, host: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(emulator.local_addr()).await?;
    // AC and 32 zeros, with any password.
    let credentials = "QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDpw";
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {credentials}\r\n");
    stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response.split(' ').nth(1).unwrap_or_default().to_owned())
}

fn show(step: &str, time: Duration) {
    let memory =
        resident().map_or_else(|| "unknown".to_owned(), |kib| format!("{:.1} MB", kib / 1e3 * 1.024));
    println!("{step:44} {:8.1} ms, {memory} resident", time.as_secs_f64() * 1e3);
}

/// Returns the resident memory in KiB, on Linux.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok())
}
