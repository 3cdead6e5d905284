use std::time::Duration;

use anyhow::{Context, Result};
use twilio_sdk::inbound_auth::{AuthRules, PasswordHash};

use crate::figures::{Figures, at_pace};
use crate::service::{Attacker, From, basic, behind, status};

/// How many connections the attacker has.
const CONNECTIONS: usize = 300;

/// Users of a file whose passwords are checked while an attacker sends random names.
///
/// Either each user logs in once, or one user comes back with a password that the service may remember.
pub(crate) async fn run(time: Duration, same: bool) -> Result<Option<Figures>> {
    let folder = tempfile::tempdir()?;
    let hash = PasswordHash::hash(&"open sesame".into())?;
    let user = |number: u64| {
        format!("[[auth.users]]\nusername = \"user{number}\"\npassword_hash = \"{}\"\n", hash.as_str())
    };
    let pace = Duration::from_millis(200);
    let users: String = (0..time.as_secs().max(1) * 1000 / 200 + 10).map(user).collect();
    let rules = folder.path().join("auth.toml");
    std::fs::write(folder.path().join("users.toml"), users)?;
    std::fs::write(&rules, "[[auth.default]]\nusers_file = \"users.toml\"\n")?;
    let service = behind(AuthRules::from_file(&rules)?.service_layer().context("no service")?).await?;
    let address = service.address;
    if same {
        status(address, From::Users, &basic("user0", "open sesame")).await;
    }
    let attacker = Attacker::start(address, CONNECTIONS, Duration::ZERO, |attempt| {
        basic(&format!("x{attempt}"), "guess")
    });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let next = std::cell::Cell::new(0);
    let users = move || {
        let number = if same { 0 } else { next.replace(next.get() + 1) };
        async move { status(address, From::Users, &basic(&format!("user{number}"), "open sesame")).await }
    };
    let mut figures = at_pace(time, pace, 200, users).await;
    figures.count(&attacker.stop().await, &[200, 401]);
    Ok(Some(figures))
}
