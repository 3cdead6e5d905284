use std::collections::{HashMap, HashSet};

use crate::{AuthError, AuthFuture, Credential, InvalidPasswordHash, PasswordHash, UserDetails, UserStore};
use twilio_sdk_types::internal::user_name;

/// A store of users in memory.
///
/// It checks a password for every credential, for unknown users against a dummy hash, so that the response time does not
/// reveal which users exist. This needs hashes with equal parameters. Concurrent checks are limited, see
/// [`PasswordHash::check`].
#[derive(Debug)]
pub struct MemoryUserStore {
    users: HashMap<String, (PasswordHash, Vec<String>)>,
    dummy: PasswordHash,
}

impl MemoryUserStore {
    /// Creates a store from usernames, password hashes and scopes.
    ///
    /// # Errors
    ///
    /// [`InvalidUsers`]: a username must consist of 1 to 128 visible ASCII characters without `:`, and no two usernames may be
    /// equal or differ only in case.
    pub fn new(
        users: impl IntoIterator<Item = (String, PasswordHash, Vec<String>)>,
    ) -> Result<Self, InvalidUsers> {
        let mut known: HashMap<String, (PasswordHash, Vec<String>)> = HashMap::new();
        let mut folded = HashSet::new();
        for (name, hash, scopes) in users {
            if let Err(why) = user_name::check_basic(&name) {
                return Err(InvalidUsers::InvalidName(why));
            }
            if !folded.insert(user_name::folded(&name)) {
                return Err(InvalidUsers::DuplicateName(name));
            }
            known.insert(name, (hash, scopes));
        }
        let dummy =
            PasswordHash::dummy(known.values().map(|(hash, _)| hash).next()).map_err(InvalidUsers::Hash)?;
        Ok(Self { users: known, dummy })
    }

    /// Returns the number of users.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Returns whether there are no users.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Returns whether all hashes take the same time to check.
    pub(super) fn is_even(&self) -> bool {
        self.users.values().all(|(hash, _)| hash.cost() == self.dummy.cost())
    }
}

/// The error of users that a [`MemoryUserStore`] rejects.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUsers {
    /// Two users have this name or names that differ from it only in case.
    DuplicateName(String),
    /// A username is invalid; the string says why.
    InvalidName(&'static str),
    /// The dummy hash cannot be created.
    Hash(InvalidPasswordHash),
}

impl std::fmt::Display for InvalidUsers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DuplicateName(name) => {
                write!(f, "the username {name:?} is repeated; usernames that differ only in case are equal")
            }
            Self::InvalidName(why) => write!(f, "a username is invalid: {why}"),
            Self::Hash(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InvalidUsers {}

impl UserStore for MemoryUserStore {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            let user = self.users.get(credential.username());
            let hash = user.map_or(&self.dummy, |(hash, _)| hash);
            let right = hash.check(credential).await?;
            match user {
                Some((_, scopes)) if right => Ok(UserDetails::new(credential.username(), scopes)),
                _ => Err(AuthError::InvalidCredentials),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn weakness_02_an_unknown_user_costs_a_hash_of_the_users_own_kind() {
        // Other parameters than the default.
        let text =
            "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzYWx0$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";
        let hash = text.parse::<PasswordHash>().expect("a valid hash");
        let store = MemoryUserStore::new([("alice".to_owned(), hash, vec![])]).expect("one user");
        assert_eq!(store.dummy.cost(), "m=8192,t=1,p=1");
        assert!(store.is_even());
        let mut answers = Vec::new();
        for name in ["alice", "dave"] {
            let credential = Credential::new(name, "x").expect("a valid credential");
            answers.push(store.authenticate(&credential).await);
        }
        assert_eq!(answers, [Err(AuthError::InvalidCredentials), Err(AuthError::InvalidCredentials)]);
    }
}
