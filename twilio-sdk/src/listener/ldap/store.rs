use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::remembered::Remembered;
use super::super::turns::Asks;
use super::super::{AuthError, Authentication, Credential, UserDetails, UserStore};
use super::LdapConfig;
use super::connection::Connection;
use super::filter::{all_of, with_name};
use super::pool::Pool;
use super::search::{self, Found, NotOne};
use super::trouble::Trouble;
use crate::Error;

/// Codes by which a server refuses a password: constraintViolation (a locked account), noSuchObject,
/// inappropriateAuthentication (an entry without password), invalidCredentials, insufficientAccessRights,
/// unwillingToPerform.
const REFUSED: [u32; 6] = [19, 32, 48, 49, 50, 53];

/// Users of an LDAP directory: a look-up by the store's own entry, a bind as the user's, and the user's groups as scopes.
///
/// ```no_run
/// # async fn f() -> twilio_sdk::Result<()> {
/// use std::sync::Arc;
/// use std::time::Duration;
/// use twilio_sdk::TlsConfig;
/// use twilio_sdk::listener::{BasicHandler, LdapConfig, LdapUserStore};
///
/// let mut config = LdapConfig::new(
///     "ldaps://ldap.example.org",
///     "cn=reader,dc=example,dc=org",
///     std::env::var("LDAP_PASSWORD").unwrap_or_default(),
///     ["ou=Users,dc=example,dc=org"],
/// );
/// config.group_search_base = vec!["ou=Groups,dc=example,dc=org".to_owned()];
/// config.tls = TlsConfig::new().extra_root_certificates(b"-----BEGIN CERTIFICATE-----\n".to_vec()).disable_system_roots(true);
/// config.connection_timeout = Duration::from_millis(500);
/// let store = LdapUserStore::new(config)?;
/// store.check().await?;
/// let handler = BasicHandler::new(Arc::new(store));
/// # Ok(())
/// # }
/// ```
///
/// * Connections are made when they are needed. A server that is down is
///   [`AuthError::Unavailable`], status 503, until it answers again.
/// * A name with white space around it is refused, and so is one that several entries match, in whichever bases. The name
///   that counts from there on is the directory's own, and it must be that of one entry only, by whichever attribute the
///   user was found.
/// * A user's password is tried on a connection of its own. For an unknown user a connection is made too, and a bind is
///   sent on it. With a server whose password hashes are fast, time then does not tell who exists. With slow hashes
///   (Argon2, PBKDF2, SHA-512 crypt with many rounds) it does, unless
///   [`decoy_name`](LdapConfig::decoy_name) names an entry with such a hash. Users without a password, locked ones, and
///   those with a hash of another cost are answered sooner or later than others in any case.
/// * Attempts count for the entry that was found too, see [`Credential::found`].
/// * Referrals are not followed: the passwords would go to a server that nobody has configured. An answer with one is no
///   answer, status 503.
/// * Every value that goes into a filter is escaped, see [`escape_filter`](super::super::escape_filter).
#[derive(Clone)]
pub struct LdapUserStore {
    inner: Arc<Inner>,
}

struct Inner {
    config: LdapConfig,
    pool: Pool,
    /// The scopes of users by the names of their entries, where they may be remembered.
    roles: Option<Mutex<Remembered<String, Vec<String>>>>,
}

impl LdapUserStore {
    /// A store that asks this directory. No connection is made yet.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config), with the first field that cannot work.
    pub fn new(config: LdapConfig) -> crate::Result<Self> {
        if let Some((field, message)) = config.wrong().into_iter().next() {
            return Err(Error::config(format!("ldap.{field}: {message}")));
        }
        let pool = Pool::new(&config)?;
        let roles = config.user_roles_cache_enabled.then(Mutex::default);
        Ok(Self { inner: Arc::new(Inner { config, pool, roles }) })
    }

    /// Asks the directory whether everything is as configured: the store's own entry can bind, every base can be searched,
    /// [`decoy_name`](LdapConfig::decoy_name) exists, and so does every group of
    /// [`group_scopes`](LdapConfig::group_scopes), written as it is there. For the start of a program.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config), with what is not.
    pub async fn check(&self) -> crate::Result<()> {
        let failed = |error: AuthError| Error::config(format!("ldap: {error}"));
        let config = &self.inner.config;
        let inner = Arc::clone(&self.inner);
        let looked = self.guarded(async move {
            let _turn = inner.pool.turn(Asks::default()).await?;
            let name = "no such user".to_owned();
            let _ = inner.user(&name).await?;
            let decoy = inner.decoy_exists().await?;
            inner.groups(&Found { dn: format!("cn={name}"), name }).await?;
            Ok(decoy)
        });
        if !looked.await.map_err(failed)? {
            return Err(Error::config(
                "ldap.decoy_name: there is no such entry, or the store may not see it",
            ));
        }
        for (group, _) in &config.group_scopes {
            // The directory finds a name in other letters too, but scopes are given by the name as it is.
            if !self.groups_of_name(group).await.map_err(failed)?.contains(group) {
                return Err(Error::config(format!("ldap.group_scopes: there is no group {group:?}")));
            }
        }
        Ok(())
    }

    /// The names of the users, by [`user_name_list_filter`](LdapConfig::user_name_list_filter).
    ///
    /// # Errors
    ///
    /// [`AuthError::Unavailable`], also where there are more than this many in one base.
    pub async fn users(&self, most: u16) -> Result<Vec<String>, AuthError> {
        let inner = Arc::clone(&self.inner);
        self.guarded(async move {
            let config = &inner.config;
            let filter = all_of(config.user_entry_object_class.as_deref(), &[&config.user_name_list_filter]);
            inner.names(&config.user_search_base, &filter, &config.user_name_attribute, most.into()).await
        })
        .await
    }

    /// Whether there is a group, by [`group_name_search_filter`](LdapConfig::group_name_search_filter).
    ///
    /// # Errors
    ///
    /// [`AuthError::Unavailable`].
    pub async fn has_group(&self, name: &str) -> Result<bool, AuthError> {
        self.groups_of_name(name).await.map(|names| !names.is_empty())
    }

    async fn groups_of_name(&self, name: &str) -> Result<Vec<String>, AuthError> {
        let (inner, name) = (Arc::clone(&self.inner), name.to_owned());
        self.guarded(async move {
            let config = &inner.config;
            let filter = all_of(
                config.group_entry_object_class.as_deref(),
                &[&with_name(&config.group_name_search_filter, &name)],
            );
            inner.names(&config.group_search_base, &filter, &config.group_name_attribute, 100).await
        })
        .await
    }

    /// Forgets the scopes that are remembered.
    pub fn clear_roles(&self) {
        if let Some(roles) = &self.inner.roles {
            locked(roles).clear();
        }
    }

    /// How many connections wait for the next look-up.
    pub fn idle_connections(&self) -> usize {
        self.inner.pool.waiting()
    }

    /// Does the work in a task of its own: a server's answer that the client library cannot read ends the task, and not
    /// the request's.
    async fn guarded<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Trouble>> + Send + 'static,
    ) -> Result<T, AuthError> {
        let done = tokio::spawn(work).await;
        done.unwrap_or_else(|_| Err(Trouble::Answer("the server's answer cannot be read".into())))
            .map_err(|trouble| self.inner.unavailable(trouble))
    }
}

impl Inner {
    fn unavailable(&self, trouble: Trouble) -> AuthError {
        trouble.into_error(&self.config.domain_name)
    }

    /// Who it is, or nobody.
    async fn authenticate(&self, credential: &Credential) -> Result<Option<UserDetails>, Trouble> {
        let _turn = self.pool.turn(credential.asks()).await?;
        let name = credential.username();
        if name.trim() != name {
            return Ok(None);
        }
        let found = match self.user(name).await? {
            Ok(found) => {
                // Whatever name leads to the entry, the attempts are for one account.
                let account = format!("{} {}", self.config.connection_url, found.dn);
                credential.found(&account).map_err(Trouble::Refused)?;
                Some(found)
            }
            Err(why) => {
                self.tell(why);
                None
            }
        };
        let mut own = self.pool.own().await?;
        let dn = match &found {
            Some(found) => found.dn.clone(),
            None => self.decoy()?,
        };
        let user = match own.bind(&dn, credential.password()).await? {
            0 => found,
            code if REFUSED.contains(&code) => None,
            code => return Err(Trouble::Answer(format!("a bind is answered by code {code}").into())),
        };
        drop(own);
        match user {
            None => Ok(None),
            Some(user) => {
                let scopes = self.scopes(&user).await?;
                Ok(Some(UserDetails::new(user.name, scopes)))
            }
        }
    }

    /// The name of the entry that is bound in place of an unknown user, which need not exist.
    fn decoy(&self) -> Result<String, Trouble> {
        use ring::rand::SecureRandom as _;
        if let Some(decoy) = &self.config.decoy_name {
            return Ok(decoy.clone());
        }
        let mut bytes = [0; 16];
        ring::rand::SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| Trouble::Answer("the system's random generator fails".into()))?;
        let base = self.config.user_search_base.first().map_or("", String::as_str);
        Ok(format!("cn={:032x},{base}", u128::from_le_bytes(bytes)))
    }

    fn tell(&self, why: NotOne) {
        let why = match why {
            NotOne::Unknown => return,
            NotOne::Ambiguous => "several entries match",
            NotOne::Unnamed => "the entry does not have the name",
            NotOne::Shared => "another entry has the same name",
        };
        let directory = &self.config.domain_name;
        tracing::warn!(target: "twilio_sdk::listener", %directory, why, "a user of a directory is refused");
    }

    async fn user(&self, name: &str) -> Result<Result<Found, NotOne>, Trouble> {
        loop {
            let (mut connection, new) = self.pool.take().await?;
            let found = search::user(&mut connection, &self.config, name).await;
            if let Some(found) = self.settle(connection, new, found)? {
                return Ok(found);
            }
        }
    }

    /// Whether the decoy, where one is configured, is an entry.
    async fn decoy_exists(&self) -> Result<bool, Trouble> {
        let Some(decoy) = &self.config.decoy_name else { return Ok(true) };
        loop {
            let (mut connection, new) = self.pool.take().await?;
            let found = search::exists(&mut connection, decoy).await;
            if let Some(found) = self.settle(connection, new, found)? {
                return Ok(found);
            }
        }
    }

    async fn groups(&self, user: &Found) -> Result<Vec<String>, Trouble> {
        loop {
            let (mut connection, new) = self.pool.take().await?;
            let found = search::groups(&mut connection, &self.config, user).await;
            if let Some(found) = self.settle(connection, new, found)? {
                return Ok(found);
            }
        }
    }

    async fn names(
        &self,
        bases: &[String],
        filter: &str,
        attribute: &str,
        most: i32,
    ) -> Result<Vec<String>, Trouble> {
        let _turn = self.pool.turn(Asks::default()).await?;
        loop {
            let (mut connection, new) = self.pool.take().await?;
            let found = search::names_in(&mut connection, bases, filter, attribute, most).await;
            if let Some(found) = self.settle(connection, new, found)? {
                return Ok(found);
            }
        }
    }

    /// What was found; nothing where a connection that had waited was lost, and a new one is to be tried.
    fn settle<T>(
        &self,
        connection: Connection,
        new: bool,
        found: Result<T, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        match found {
            Ok(found) => {
                self.pool.put(connection);
                Ok(Some(found))
            }
            Err(Trouble::Lost(_)) if !new => {
                self.pool.clear();
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn scopes(&self, user: &Found) -> Result<Vec<String>, Trouble> {
        if let Some(scopes) = self.roles.as_ref().and_then(|roles| locked(roles).recall(&user.dn)) {
            return Ok(scopes);
        }
        let groups = self.groups(user).await?;
        let map = &self.config.group_scopes;
        let scopes = if map.is_empty() {
            groups
        } else {
            let mut scopes: Vec<String> = Vec::new();
            for (group, own) in map.iter().filter(|(group, _)| groups.contains(group)) {
                tracing::trace!(target: "twilio_sdk::listener", group, "a group's scopes are given");
                scopes
                    .extend(own.iter().filter(|scope| !scopes.contains(scope)).cloned().collect::<Vec<_>>());
            }
            scopes
        };
        if let Some(roles) = &self.roles {
            locked(roles).remember(user.dn.clone(), scopes.clone(), self.config.user_roles_cache_ttl);
        }
        Ok(scopes)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl UserStore for LdapUserStore {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        Box::pin(async move {
            let (inner, credential) = (Arc::clone(&self.inner), credential.clone());
            let user = self.guarded(async move { inner.authenticate(&credential).await }).await;
            if let Err(error @ AuthError::Unavailable(_)) = &user {
                tracing::warn!(target: "twilio_sdk::listener", %error, "a directory cannot be asked");
            }
            user?.ok_or(AuthError::Rejected)
        })
    }
}

impl fmt::Debug for LdapUserStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapUserStore")
            .field("domain_name", &self.inner.config.domain_name)
            .field("connection_url", &self.inner.config.connection_url)
            .finish_non_exhaustive()
    }
}
