use std::fmt;
use std::sync::{Arc, OnceLock};

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::{Argon2, Params, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;

use super::AuthError;
use crate::types::SecretString;

/// More memory than this is refused in a hash, in KiB: whoever writes the file should not take the machine's.
const MOST_MEMORY: u32 = 1 << 20;

/// The Argon2id hash of a password, in PHC form: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
///
/// It is made with OWASP's parameters: 19 MiB, two passes, one lane.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Hashes a password with a new salt. It takes tens of milliseconds, so asynchronous programs do it on a thread for
    /// blocking work.
    ///
    /// # Errors
    ///
    /// The system's random generator may fail.
    pub fn create(password: &SecretString) -> Result<Self, InvalidHash> {
        Argon2::default()
            .hash_password(password.expose().as_bytes())
            .map(|hash| Self(hash.to_string()))
            .map_err(|_| InvalidHash("the password cannot be hashed; the system's random generator may fail"))
    }

    /// Takes a hash in PHC form.
    ///
    /// # Errors
    ///
    /// Another algorithm than Argon2id, less than 8 MiB or more than 1 GiB of memory, a salt of fewer than 8 bytes or a
    /// hash of fewer than 16.
    pub fn parse(text: &str) -> Result<Self, InvalidHash> {
        let hash = Phc::new(text)
            .map_err(|_| InvalidHash("it is not of the form $argon2id$v=19$m=…,t=…,p=…$salt$hash"))?;
        if hash.algorithm.as_str() != "argon2id" {
            return Err(InvalidHash("its algorithm is not argon2id"));
        }
        let params = Params::try_from(&hash).map_err(|_| InvalidHash("its parameters cannot be used"))?;
        if !((8 << 10)..=MOST_MEMORY).contains(&params.m_cost()) {
            return Err(InvalidHash("its memory m is not between 8192 and 1048576 KiB"));
        }
        if params.t_cost() > 64 || params.p_cost() > 16 {
            return Err(InvalidHash("it asks for more than 64 passes or 16 lanes"));
        }
        if hash.salt.is_none_or(|salt| salt.len() < 8) || hash.hash.is_none_or(|hash| hash.len() < 16) {
            return Err(InvalidHash("its salt has fewer than 8 bytes or its hash fewer than 16"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The PHC form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `m=…,t=…,p=…`, on which the time of a check depends.
    pub(super) fn cost(&self) -> &str {
        self.0.split('$').nth(3).unwrap_or_default()
    }

    /// Whether it is this password's. It takes as long as making the hash.
    pub fn matches(&self, password: &SecretString) -> bool {
        Argon2::default().verify_password(password.expose().as_bytes(), self.0.as_str()).is_ok()
    }

    /// [`matches`](Self::matches) on a thread for blocking work, as many at once as the machine has processors.
    pub(super) async fn check(&self, password: &SecretString) -> Result<bool, AuthError> {
        static TURNS: OnceLock<Arc<Semaphore>> = OnceLock::new();
        let turns = TURNS.get_or_init(|| {
            let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            Arc::new(Semaphore::new(processors))
        });
        let turn = Arc::clone(turns).acquire_owned().await;
        let (hash, password) = (self.clone(), password.clone());
        let checked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            hash.matches(&password)
        });
        let checked = checked
            .await
            .map_err(|_| AuthError::Unavailable("the check of the password was cut off".into()))?;
        // Says what the check cost, which must be the same whoever asks.
        tracing::trace!(target: "twilio_sdk::listener", cost = self.cost(), "a password was checked");
        Ok(checked)
    }

    /// A hash of a password that nobody knows, with the parameters of another.
    pub(super) fn dummy(like: Option<&Self>) -> Result<Self, InvalidHash> {
        use argon2::CustomizedPasswordHasher as _;
        let params = like.and_then(|hash| Params::try_from(&Phc::new(&hash.0).ok()?).ok());
        let nobody = argon2::password_hash::try_generate_salt()
            .map_err(|_| InvalidHash("the system's random generator fails"))?;
        Argon2::default()
            .hash_password_customized(&nobody, &nobody, Some("argon2id"), None, params.unwrap_or_default())
            .map(|hash| Self(hash.to_string()))
            .map_err(|_| InvalidHash("a password cannot be hashed with these parameters"))
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}

/// What is wrong with a password's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHash(&'static str);

impl fmt::Display for InvalidHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidHash {}
