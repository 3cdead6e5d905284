//! Scenarios of `cargo xtask bench attack`: legitimate users of a service during an attack. Each scenario is
//! one file and one or more lines of the table.
// The servers that are borrowed from tests bring the same helper each.
#![allow(clippy::duplicate_mod)]

#[path = "../../../crates/inbound-auth/tests/ldap/directory.rs"]
mod directory;
mod figures;
mod keys;
mod names;
mod notes;
mod passwords;
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "../../../crates/access/tests/access/server.rs"]
mod postgres;
mod resets;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[path = "../../../crates/inbound-auth/tests/ldap/server.rs"]
mod server;
mod service;
mod token_server;
mod tokens;

use std::time::Duration;

use anyhow::{Context, Result};

use figures::Figures;

#[tokio::main]
async fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let seconds = words.next().context("`cargo xtask bench attack` runs this program")?;
    let time = Duration::from_secs(seconds.parse().context("the first argument is a number of seconds")?);
    let only: Vec<String> = words.collect();
    println!("\nlegitimate users while an attacker does his worst, {seconds} s each, over loopback");
    println!("{}", Figures::HEAD);
    // Adds a line to the table: a name and the future that measures it.
    macro_rules! scenario {
        ($name:literal, $run:expr) => {
            if only.is_empty() || only.iter().any(|word| $name.contains(word.as_str())) {
                match $run.await.context($name)? {
                    Some(figures) => println!("{}", Figures::line(&figures, $name)),
                    None => println!("{:<34} not run: a program that it needs is not installed", $name),
                }
            }
        };
    }
    scenario!("2 unknown key ids, hung up", keys::run(time));
    scenario!("3 one user by many spellings", names::run(time));
    scenario!("4 guesses between right logins", resets::run(time, Duration::from_millis(10)));
    scenario!("4 guesses without pause", resets::run(time, Duration::ZERO));
    scenario!("5 guesses for the user's name", token_server::guesses(time, "0s"));
    scenario!("5 the same, remembered login", token_server::guesses(time, "60s"));
    scenario!("6 connections held by /healthz", token_server::connections(time));
    scenario!("18 a page of another host", token_server::rebinding(time));
    scenario!("7 random names, new login", passwords::run(time, false));
    scenario!("7 random names, remembered login", passwords::run(time, true));
    scenario!("7 random tokens, remembered token", tokens::run(time));
    scenario!("72 a lock that others hold", notes::run(time));
    Ok(())
}
