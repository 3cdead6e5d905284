use std::collections::{HashMap, HashSet};

use super::{
    AuthError, Authentication, Credential, InvalidPasswordHash, PasswordHash, UserDetails, UserStore,
};
use crate::types::internal::user_name;

/// Users in memory.
///
/// A password is checked for every credential, for that of an unknown user against a hash that nobody's password has,
/// so that time does not tell whether a user exists. For that, all hashes should have the same parameters. Checks of
/// passwords are bounded, see [`PasswordHash::check`].
#[derive(Debug)]
pub struct MemoryUserStore {
    users: HashMap<String, (PasswordHash, Vec<String>)>,
    dummy: PasswordHash,
}

impl MemoryUserStore {
    /// These users: name, hash of the password, scopes.
    ///
    /// # Errors
    ///
    /// A name that is none: 1 to 128 visible ASCII characters, without `:`. Two users of one name, or of names that differ in
    /// upper and lower case only.
    pub fn new(
        users: impl IntoIterator<Item = (String, PasswordHash, Vec<String>)>,
    ) -> Result<Self, InvalidUsers> {
        let mut known: HashMap<String, (PasswordHash, Vec<String>)> = HashMap::new();
        let mut folded = HashSet::new();
        for (name, hash, scopes) in users {
            if let Err(why) = user_name::check_basic(&name) {
                return Err(InvalidUsers::NotAName(why));
            }
            if !folded.insert(user_name::folded(&name)) {
                return Err(InvalidUsers::Name(name));
            }
            known.insert(name, (hash, scopes));
        }
        let dummy =
            PasswordHash::dummy(known.values().map(|(hash, _)| hash).next()).map_err(InvalidUsers::Hash)?;
        Ok(Self { users: known, dummy })
    }

    /// How many users there are.
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Whether all hashes take the same time to check.
    pub(super) fn is_even(&self) -> bool {
        self.users.values().all(|(hash, _)| hash.cost() == self.dummy.cost())
    }
}

/// Why users are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidUsers {
    /// Two users have this name, or names that differ from it in upper and lower case only.
    Name(String),
    /// A name cannot be a user's; the text says why.
    NotAName(&'static str),
    /// A hash cannot be made.
    Hash(InvalidPasswordHash),
}

impl std::fmt::Display for InvalidUsers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => write!(f, "there are two users {name:?}; upper and lower case are one name"),
            Self::NotAName(why) => write!(f, "a name cannot be a user's: {why}"),
            Self::Hash(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InvalidUsers {}

impl UserStore for MemoryUserStore {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            let user = self.users.get(credential.username());
            let hash = user.map_or(&self.dummy, |(hash, _)| hash);
            let right = hash.check(credential).await?;
            match user {
                Some((_, scopes)) if right => Ok(UserDetails::new(credential.username(), scopes)),
                _ => Err(AuthError::Rejected),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn weakness_02_an_unknown_user_costs_a_hash_of_the_users_own_kind() {
        // Other parameters than those with which hashes are made.
        let text =
            "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzYWx0$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";
        let hash = PasswordHash::parse(text).expect("a good hash");
        let store = MemoryUserStore::new([("alice".to_owned(), hash, vec![])]).expect("one user");
        assert_eq!(store.dummy.cost(), "m=8192,t=1,p=1");
        assert!(store.is_even());
        let mut answers = Vec::new();
        for name in ["alice", "dave"] {
            let credential = Credential::new(name, "x").expect("a good credential");
            answers.push(store.authenticate(&credential).await);
        }
        assert_eq!(answers, [Err(AuthError::Rejected), Err(AuthError::Rejected)]);
    }
}
