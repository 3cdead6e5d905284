use std::time::Duration;

use anyhow::Result;
use twilio_sdk::inbound_auth::{AuthLayer, AuthMethod, LdapUserStore, ThrottledUserStore};

use crate::figures::{Figures, at_pace};
use crate::server;
use crate::service::{Attacker, From, basic, behind, status};

/// The letters of `alice` as a directory takes them for the same: small, capital, full width, mathematical.
const LETTERS: [[char; 6]; 5] = [
    ['a', 'A', 'ａ', 'Ａ', '𝐚', '𝑎'],
    ['l', 'L', 'ｌ', 'Ｌ', '𝐥', '𝑙'],
    ['i', 'I', 'ｉ', 'Ｉ', '𝐢', '𝑖'],
    ['c', 'C', 'ｃ', 'Ｃ', '𝐜', '𝑐'],
    ['e', 'E', 'ｅ', 'Ｅ', '𝐞', '𝑒'],
];

/// Guesses for one user of a directory, each by another spelling of the name; another user logs in meanwhile.
pub(crate) async fn run(time: Duration) -> Result<Option<Figures>> {
    let Some(server) = server::server("attack") else { return Ok(None) };
    let store = ThrottledUserStore::new(LdapUserStore::new(server.config())?, 10, Duration::from_secs(60))?;
    let service = behind(AuthLayer::new("x", [AuthMethod::basic(store)])).await?;
    let address = service.address;
    let attacker = Attacker::start(address, 4, Duration::ZERO, |attempt| {
        let mut rest = (attempt >> 16) * 4 + (attempt & 0xffff);
        let letter = |letters: &[char; 6]| {
            let letter = letters[rest % 6];
            rest /= 6;
            letter
        };
        basic(&LETTERS.iter().map(letter).collect::<String>(), &format!("guess {attempt}"))
    });
    let bob = basic("bob", "bob@123");
    let users = move || {
        let bob = bob.clone();
        async move { status(address, From::Users, &bob).await }
    };
    let mut figures = at_pace(time, Duration::from_millis(100), 200, users).await;
    figures.count(&attacker.stop().await, &[200, 401]);
    Ok(Some(figures))
}
