use std::time::Duration;

use anyhow::Result;
use twilio_sdk::inbound_auth::{AuthLayer, AuthMethod, MemoryUserStore, PasswordHash, ThrottledUserStore};

use crate::figures::{Figures, at_pace};
use crate::service::{Attacker, From, basic, behind, status};

/// Guesses for a user who logs in five times a second, from another address, with a pause after each.
pub(crate) async fn run(time: Duration, pause: Duration) -> Result<Option<Figures>> {
    let hash = PasswordHash::hash(&"open sesame".into())?;
    let users = MemoryUserStore::new([("alice".to_owned(), hash, Vec::new())])?;
    let store = ThrottledUserStore::new(users, 10, Duration::from_secs(60))?;
    let service = behind(AuthLayer::new("x", [AuthMethod::basic(store)])).await?;
    let address = service.address;
    let attacker = Attacker::start(address, 1, pause, |attempt| basic("alice", &format!("guess {attempt}")));
    let users = move || async move { status(address, From::Users, &basic("alice", "open sesame")).await };
    let mut figures = at_pace(time, Duration::from_millis(200), 200, users).await;
    figures.count(&attacker.stop().await, &[200, 401]);
    Ok(Some(figures))
}
