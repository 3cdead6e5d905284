use std::fmt;
use std::str::FromStr;
use std::sync::{LazyLock, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, PasswordHash as Phc};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHasher as _, Version};
use zeroize::{Zeroize, Zeroizing};

use crate::turns::Turns;
use crate::{AuthError, Credential};
use twilio_sdk_types::SecretString;

/// The maximum memory of a hash, in KiB, so that a file cannot exhaust the memory of the host.
const MAX_MEMORY: u32 = 1 << 20;

/// The Argon2id hash of a password, in PHC form: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`.
///
/// [`hash`](Self::hash) uses OWASP's parameters: 19 MiB, two passes, one lane.
///
/// ```
/// use twilio_sdk_inbound_auth::PasswordHash;
///
/// let hash = PasswordHash::hash(&"open sesame".into())?;
/// let stored = hash.to_string();
/// assert!(stored.parse::<PasswordHash>()?.verify(&"open sesame".into()));
/// # Ok::<(), twilio_sdk_inbound_auth::InvalidPasswordHash>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Hashes a password with a new salt. It takes tens of milliseconds, so call it in `spawn_blocking` in async programs.
    ///
    /// # Errors
    ///
    /// The system's random number generator failed.
    pub fn hash(password: &SecretString) -> Result<Self, InvalidPasswordHash> {
        Argon2::default()
            .hash_password(password.expose_secret().as_bytes())
            .map(|hash| Self(hash.to_string()))
            .map_err(|_| {
                InvalidPasswordHash(
                    "the password cannot be hashed; the system's random number generator may have failed",
                )
            })
    }

    /// Returns the PHC form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns `m=…,t=…,p=…`, which determines how long a check takes.
    pub(super) fn cost(&self) -> &str {
        self.0.split('$').nth(3).unwrap_or_default()
    }

    /// Verifies a password on the current thread, without a limit on concurrency. It takes as long as
    /// [`hash`](Self::hash). Use [`check`](Self::check) for requests of clients.
    pub fn verify(&self, password: &SecretString) -> bool {
        self.compare(password).unwrap_or(false)
    }

    fn compare(&self, password: &SecretString) -> Option<bool> {
        let hash = Phc::new(&self.0).ok()?;
        let params = Params::try_from(&hash).ok()?;
        let version = hash.version.map(Version::try_from).transpose().ok()?.unwrap_or_default();
        let (salt, expected) = (hash.salt?, hash.hash?);
        let mut found = Zeroizing::new(vec![0_u8; expected.len()]);
        let mut memory = Memory::with(params.block_count());
        let argon2 = Argon2::new(Algorithm::Argon2id, version, params);
        let password = password.expose_secret().as_bytes();
        argon2.hash_password_into_with_memory(password, &salt, &mut found, &mut memory.0).ok()?;
        // This comparison takes constant time.
        Some(Output::new(&found).ok()? == expected)
    }

    /// Verifies the password of a credential in `spawn_blocking`.
    ///
    /// All checks of a process share one queue: as many run concurrently as the host has processors, and 16 per processor (at
    /// least 32) wait. [Networks](Credential::with_client_ip) take turns. Credentials from one network take at most a quarter
    /// of the queue, and credentials that were not accepted before at most three quarters.
    ///
    /// # Errors
    ///
    /// [`AuthError::Overloaded`], immediately, if the queue is full.
    pub async fn check(&self, credential: &Credential) -> Result<bool, AuthError> {
        let turn = CHECKS.turn(credential.asks()).await?;
        let (hash, password) = (self.clone(), credential.password().clone());
        let checked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            hash.verify(&password)
        });
        let checked =
            checked.await.map_err(|_| AuthError::Unavailable("the password check was aborted".into()))?;
        self.log_cost();
        Ok(checked)
    }

    /// Like [`check`](Self::check), but on the current thread, for programs without an async runtime.
    ///
    /// # Errors
    ///
    /// [`AuthError::Overloaded`], immediately, if the queue is full.
    pub fn check_blocking(&self, credential: &Credential) -> Result<bool, AuthError> {
        let _turn = CHECKS.turn_blocking(credential.asks())?;
        let matches = self.verify(credential.password());
        self.log_cost();
        Ok(matches)
    }

    /// Logs the cost of a check. Tests compare it between known and unknown users.
    fn log_cost(&self) {
        tracing::trace!(target: "twilio_sdk::inbound_auth", cost = self.cost(), "a password was checked");
    }

    /// Creates a hash of a random password with the parameters of another hash.
    pub(super) fn dummy(like: Option<&Self>) -> Result<Self, InvalidPasswordHash> {
        use argon2::CustomizedPasswordHasher as _;
        let params = like.and_then(|hash| Params::try_from(&Phc::new(&hash.0).ok()?).ok());
        let random = argon2::password_hash::try_generate_salt()
            .map_err(|_| InvalidPasswordHash("the system's random number generator failed"))?;
        Argon2::default()
            .hash_password_customized(&random, &random, Some("argon2id"), None, params.unwrap_or_default())
            .map(|hash| Self(hash.to_string()))
            .map_err(|_| InvalidPasswordHash("a password cannot be hashed with these parameters"))
    }
}

impl FromStr for PasswordHash {
    type Err = InvalidPasswordHash;

    /// Parses a hash in PHC form.
    ///
    /// # Errors
    ///
    /// Another algorithm than Argon2id, less than 8 MiB or more than 1 GiB of memory, a salt of fewer than 8 bytes or a
    /// hash of fewer than 16.
    fn from_str(text: &str) -> Result<Self, InvalidPasswordHash> {
        let hash = Phc::new(text).map_err(|_| {
            InvalidPasswordHash("the hash is not of the form $argon2id$v=19$m=…,t=…,p=…$salt$hash")
        })?;
        if hash.algorithm.as_str() != "argon2id" {
            return Err(InvalidPasswordHash("the algorithm is not argon2id"));
        }
        let params =
            Params::try_from(&hash).map_err(|_| InvalidPasswordHash("the parameters are invalid"))?;
        if !((8 << 10)..=MAX_MEMORY).contains(&params.m_cost()) {
            return Err(InvalidPasswordHash("the memory m is not between 8192 and 1048576 KiB"));
        }
        if params.t_cost() > 64 || params.p_cost() > 16 {
            return Err(InvalidPasswordHash("the parameters have more than 64 passes or 16 lanes"));
        }
        if hash.salt.is_none_or(|salt| salt.len() < 8) || hash.hash.is_none_or(|hash| hash.len() < 16) {
            return Err(InvalidPasswordHash("the salt has fewer than 8 bytes or the hash fewer than 16"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl AsRef<str> for PasswordHash {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Displays the PHC form, which holds the salt and the hash. `Debug` redacts them.
impl fmt::Display for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for PasswordHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The number of waiting checks per processor.
const WAITING: usize = 16;

/// The queue of checks of all stores of the process.
static CHECKS: LazyLock<Turns> = LazyLock::new(|| Turns::new(processors(), processors().max(2) * WAITING));

/// The memory of a check. The next check reuses it, because allocators would keep as much for every thread.
struct Memory(Vec<Block>);

/// Memory that is not in use.
static SPARE: Mutex<Vec<Vec<Block>>> = Mutex::new(Vec::new());

/// Larger memory is freed, in blocks of 1 KiB.
const MAX_KEPT: usize = 64 << 10;

impl Memory {
    fn with(blocks: usize) -> Self {
        let mut memory = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        memory.resize(blocks, Block::default());
        Self(memory)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
        let mut spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.capacity() <= MAX_KEPT && spare.len() < processors() {
            spare.push(std::mem::take(&mut self.0));
        }
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[password hash]")
    }
}

/// The error of a password hash that is invalid or cannot be created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPasswordHash(&'static str);

impl fmt::Display for InvalidPasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidPasswordHash {}

#[cfg(test)]
mod tests {
    use argon2::PasswordVerifier as _;
    use proptest::prelude::*;

    use super::*;

    fn with(params: Params, version: Version, password: &str) -> PasswordHash {
        let argon2 = Argon2::new(Algorithm::Argon2id, version, params);
        PasswordHash(
            argon2.hash_password_with_salt(password.as_bytes(), b"a salt of bytes").unwrap().to_string(),
        )
    }

    #[test]
    fn a_hash_of_the_reference_implementation_is_known() {
        let text = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let hash = text.parse::<PasswordHash>().unwrap();
        assert!(hash.verify(&"password".into()) && !hash.verify(&"Password".into()));
    }

    #[test]
    fn memory_that_another_check_left_changes_nothing() {
        for version in [Version::V0x10, Version::V0x13] {
            for (memory, passes, lanes) in [(8 << 10, 1, 1), (20 << 10, 2, 2), (9 << 10, 3, 4)] {
                let hash = with(Params::new(memory, passes, lanes, None).unwrap(), version, "right");
                assert!(hash.verify(&"right".into()) && !hash.verify(&"wrong".into()), "{}", hash.0);
            }
        }
    }

    #[test]
    fn what_is_spare_is_wiped_and_bounded() {
        let large =
            PasswordHash::dummy(Some(&with(Params::new(72 << 10, 1, 1, None).unwrap(), Version::V0x13, "x")));
        assert!(!large.unwrap().verify(&"x".into()));
        let hash = with(Params::new(8 << 10, 1, 1, None).unwrap(), Version::V0x13, "x");
        std::thread::scope(|scope| {
            for _ in 0..processors() * 3 {
                scope.spawn(|| assert!(hash.verify(&"x".into())));
            }
        });
        // Other tests may have taken all of it for a while.
        let spare = loop {
            let spare = SPARE.lock().unwrap();
            if !spare.is_empty() {
                break spare;
            }
        };
        assert!(spare.len() <= processors());
        assert!(spare.iter().all(|memory| memory.capacity() <= MAX_KEPT));
        assert!(spare.iter().flatten().all(|block| block.as_ref().iter().all(|word| *word == 0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn the_same_is_found_as_by_the_crates_own_check(right in "\\PC{1,20}", other in "\\PC{1,20}") {
            let hash = with(Params::new(8 << 10, 1, 1, None).unwrap(), Version::V0x13, &right);
            for password in [&right, &other] {
                let theirs = Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok();
                prop_assert_eq!(hash.verify(&password.as_str().into()), theirs);
            }
        }
    }
}
