//! Programs of `cargo xtask bench` and `cargo xtask interop`: a server of canned responses, clients that measure themselves,
//! and what signs and verifies.

mod auth;
mod bare;
mod bulk;
mod canned;
mod compare;
#[path = "../../crates/inbound-auth/tests/ldap/directory.rs"]
mod directory;
mod measure;
mod memory;
mod ours;
mod scenario;
mod serve;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "../../crates/inbound-auth/tests/ldap/server.rs"]
mod server;
mod signed;

use std::time::Duration;

use anyhow::{Context, Result, bail};

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<usize>().with_context(|| format!("{text} is no number"));
    match words.as_slice() {
        ["serve"] => serve::run(),
        ["compare", base, scenario, in_flight, calls, rounds] => {
            compare::run(base, scenario.parse()?, number(in_flight)?, number(calls)?, number(rounds)?)
        }
        ["memory", base, calls] => memory::run(base, number(calls)?),
        ["bulk", requests] => bulk::run(number(requests)?),
        ["sign", pem] => signed::make(&std::fs::read(pem)?),
        ["verify"] => signed::check(),
        ["directory"] => auth::directory(),
        ["auth", seconds, port] => {
            let port = if *port == "-" { None } else { Some(port.parse().context("no port")?) };
            auth::run(Duration::from_secs(number(seconds)? as u64), port)
        }
        ["rates", seconds] => signed::bench(Duration::from_secs(number(seconds)? as u64)),
        _ => bail!("`cargo xtask bench` and `cargo xtask interop` run this program"),
    }
}
