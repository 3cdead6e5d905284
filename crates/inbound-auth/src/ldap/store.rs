use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::LdapConfig;
use super::connection::Connection;
use super::filter::{all_of, with_name};
use super::pool::Pool;
use super::search::{self, Found, NotOne};
use super::trouble::Trouble;
use crate::remembered::Remembered;
use crate::turns::Asks;
use crate::{AuthError, AuthFuture, Credential, UserDetails, UserStore};
use twilio_sdk_config::ConfigError;

/// Result codes of a rejected password: constraintViolation (a locked account), noSuchObject,
/// inappropriateAuthentication (an entry without password), invalidCredentials, insufficientAccessRights,
/// unwillingToPerform.
const REJECTED: [u32; 6] = [19, 32, 48, 49, 50, 53];

/// Authenticates users of an LDAP directory. The store looks up the user's entry, binds as that entry, and maps the user's
/// groups to scopes.
///
/// ```no_run
/// use std::sync::Arc;
/// use std::time::Duration;
/// use twilio_sdk_inbound_auth::{BasicHandler, ConfigError, LdapConfig, LdapUserStore, TlsConfig};
///
/// async fn handler() -> Result<BasicHandler, ConfigError> {
///     let mut config = LdapConfig::new(
///         "ldaps://ldap.example.org",
///         "cn=reader,dc=example,dc=org",
///         std::env::var("LDAP_PASSWORD").unwrap_or_default(),
///         ["ou=Users,dc=example,dc=org"],
///     );
///     config.group_search_base = vec!["ou=Groups,dc=example,dc=org".to_owned()];
///     let ca = b"-----BEGIN CERTIFICATE-----\n".to_vec();
///     config.tls = TlsConfig::new().extra_root_certificates(ca).disable_system_roots(true);
///     config.connection_timeout = Duration::from_millis(500);
///     let store = LdapUserStore::new(config)?;
///     store.check_connection().await?;
///     Ok(BasicHandler::new(Arc::new(store)))
/// }
/// ```
///
/// * **Connections** are opened when they are needed. While the server is down, the store returns
///   [`AuthError::Unavailable`], status 503.
/// * **Names** with leading or trailing white space are rejected, and so are names that match several entries in any of the
///   bases. [`UserDetails::username`] is the name as the directory spells it. Exactly one entry may have that name, whatever
///   attribute the user was found by.
/// * **Timing.** The store binds with the user's password on a separate connection. For unknown users it also opens a
///   connection and sends a bind. If the server's password hashes are fast, the response time does not reveal which users
///   exist. With slow hashes (Argon2, PBKDF2, SHA-512 crypt with many rounds) it does, unless
///   [`decoy_name`](LdapConfig::decoy_name) names an entry with such a hash. Users without a password, locked users, and
///   users with a hash of another cost always differ in their response times.
/// * **Throttling** counts attempts for the entry as well as for the name, see [`Credential::found`].
/// * **Referrals** are not followed, because they would send passwords to servers that are not configured. A response with a
///   referral is an error, status 503.
/// * **Filters** contain escaped values only, see [`escape_filter`](crate::escape_filter).
#[derive(Clone)]
pub struct LdapUserStore {
    inner: Arc<Inner>,
}

struct Inner {
    config: LdapConfig,
    pool: Pool,
    /// The cached scopes of users by DN, if caching is enabled.
    groups: Option<Mutex<Remembered<String, Vec<String>>>>,
}

impl LdapUserStore {
    /// Creates a store. Opens no connection.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], with the first invalid field.
    pub fn new(config: LdapConfig) -> Result<Self, ConfigError> {
        if let Some((field, message)) = config.wrong().into_iter().next() {
            return Err(ConfigError::new(format!("ldap.{field}: {message}")));
        }
        let pool = Pool::new(&config)?;
        let groups = config.group_cache_ttl.map(|_| Mutex::default());
        Ok(Self { inner: Arc::new(Inner { config, pool, groups }) })
    }

    /// Checks the configuration against the directory. Call it at the start of a program.
    ///
    /// It checks that [`bind_dn`](LdapConfig::bind_dn) can bind, that every base can be searched, that
    /// [`decoy_name`](LdapConfig::decoy_name) exists, and that every group of [`group_scopes`](LdapConfig::group_scopes)
    /// exists in this spelling.
    ///
    /// # Errors
    ///
    /// [`ConfigError`], with the first check that failed.
    pub async fn check_connection(&self) -> Result<(), ConfigError> {
        let failed = |error: AuthError| ConfigError::new(format!("ldap: {error}"));
        let config = &self.inner.config;
        let inner = Arc::clone(&self.inner);
        let checked = self.guarded(async move {
            let _turn = inner.pool.turn(Asks::default()).await?;
            let name = "no such user".to_owned();
            let _ = inner.user(&name).await?;
            let decoy = inner.decoy_exists().await?;
            inner.groups(&Found { dn: format!("cn={name}"), name }).await?;
            Ok(decoy)
        });
        if !checked.await.map_err(failed)? {
            return Err(ConfigError::new(
                "ldap.decoy_name: the entry does not exist or is not visible to bind_dn",
            ));
        }
        for (group, _) in &config.group_scopes {
            // The directory ignores case, but scopes are granted by the exact name.
            if !self.groups_of_name(group).await.map_err(failed)?.contains(group) {
                return Err(ConfigError::new(format!(
                    "ldap.group_scopes: the group {group:?} does not exist"
                )));
            }
        }
        Ok(())
    }

    /// Lists usernames, found by [`user_list_filter`](LdapConfig::user_list_filter).
    ///
    /// # Errors
    ///
    /// [`AuthError::Unavailable`], also if one base has more than `limit` users.
    pub async fn list_users(&self, limit: u16) -> Result<Vec<String>, AuthError> {
        let inner = Arc::clone(&self.inner);
        self.guarded(async move {
            let config = &inner.config;
            let filter = all_of(config.user_entry_object_class.as_deref(), &[&config.user_list_filter]);
            inner.names(&config.user_search_base, &filter, &config.username_attribute, limit.into()).await
        })
        .await
    }

    /// Returns whether a group exists, found by [`group_search_filter`](LdapConfig::group_search_filter).
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
                &[&with_name(&config.group_search_filter, &name)],
            );
            inner.names(&config.group_search_base, &filter, &config.group_name_attribute, 100).await
        })
        .await
    }

    /// Clears the cached groups.
    pub fn clear_group_cache(&self) {
        if let Some(groups) = &self.inner.groups {
            locked(groups).clear();
        }
    }

    /// Returns the number of idle connections in the pool.
    pub fn idle_connections(&self) -> usize {
        self.inner.pool.idle_count()
    }

    /// Runs the work in a separate task: if the client library panics on a malformed response, only that task ends.
    async fn guarded<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Trouble>> + Send + 'static,
    ) -> Result<T, AuthError> {
        let done = tokio::spawn(work).await;
        done.unwrap_or_else(|_| Err(Trouble::Response("the response is malformed".into())))
            .map_err(|trouble| self.inner.unavailable(trouble))
    }
}

impl Inner {
    fn unavailable(&self, trouble: Trouble) -> AuthError {
        trouble.into_error(&self.config.label)
    }

    /// Returns the user, or `None` for invalid credentials.
    async fn authenticate(&self, credential: &Credential) -> Result<Option<UserDetails>, Trouble> {
        let _turn = self.pool.turn(credential.asks()).await?;
        let name = credential.username();
        if name.trim() != name {
            return Ok(None);
        }
        let found = match self.user(name).await? {
            Ok(found) => {
                // All names that lead to the entry count as one account.
                let account = format!("{} {}", self.config.url, found.dn);
                credential.found(&account).map_err(Trouble::Rejected)?;
                Some(found)
            }
            Err(why) => {
                self.log_rejection(why);
                None
            }
        };
        let mut connection = self.pool.open().await?;
        let dn = match &found {
            Some(found) => found.dn.clone(),
            None => self.decoy()?,
        };
        let user = match connection.bind(&dn, credential.password()).await? {
            0 => found,
            code if REJECTED.contains(&code) => None,
            code => {
                return Err(Trouble::Response(
                    format!("the server returned result code {code} for a bind").into(),
                ));
            }
        };
        drop(connection);
        match user {
            None => Ok(None),
            Some(user) => {
                let scopes = self.scopes(&user).await?;
                Ok(Some(UserDetails::new(user.name, scopes)))
            }
        }
    }

    /// Returns the DN to bind in place of an unknown user. It need not exist.
    fn decoy(&self) -> Result<String, Trouble> {
        use ring::rand::SecureRandom as _;
        if let Some(decoy) = &self.config.decoy_name {
            return Ok(decoy.clone());
        }
        let mut bytes = [0; 16];
        ring::rand::SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| Trouble::Response("the system's random generator fails".into()))?;
        let base = self.config.user_search_base.first().map_or("", String::as_str);
        Ok(format!("cn={:032x},{base}", u128::from_le_bytes(bytes)))
    }

    fn log_rejection(&self, why: NotOne) {
        let why = match why {
            NotOne::Unknown => return,
            NotOne::Ambiguous => "several entries match",
            NotOne::Unnamed => "the entry does not have the name",
            NotOne::Shared => "another entry has the same name",
        };
        let directory = &self.config.label;
        tracing::warn!(target: "twilio_sdk::inbound_auth", %directory, why, "a directory user is rejected");
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

    /// Returns whether the configured decoy exists; `true` if none is configured.
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
        limit: i32,
    ) -> Result<Vec<String>, Trouble> {
        let _turn = self.pool.turn(Asks::default()).await?;
        loop {
            let (mut connection, new) = self.pool.take().await?;
            let found = search::names_in(&mut connection, bases, filter, attribute, limit).await;
            if let Some(found) = self.settle(connection, new, found)? {
                return Ok(found);
            }
        }
    }

    /// Returns the result, or `None` if an idle connection turned out to be lost and a new one should be tried.
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
        if let Some(scopes) = self.groups.as_ref().and_then(|groups| locked(groups).recall(&user.dn)) {
            return Ok(scopes);
        }
        let groups = self.groups(user).await?;
        let map = &self.config.group_scopes;
        let scopes = if map.is_empty() {
            groups
        } else {
            let mut scopes: Vec<String> = Vec::new();
            for (group, granted) in map.iter().filter(|(group, _)| groups.contains(group)) {
                tracing::trace!(target: "twilio_sdk::inbound_auth", group, "a group's scopes are granted");
                scopes.extend(
                    granted.iter().filter(|scope| !scopes.contains(scope)).cloned().collect::<Vec<_>>(),
                );
            }
            scopes
        };
        if let Some((groups, ttl)) = self.groups.as_ref().zip(self.config.group_cache_ttl) {
            locked(groups).remember(user.dn.clone(), scopes.clone(), ttl);
        }
        Ok(scopes)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl UserStore for LdapUserStore {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> AuthFuture<'a> {
        Box::pin(async move {
            let (inner, credential) = (Arc::clone(&self.inner), credential.clone());
            let user = self.guarded(async move { inner.authenticate(&credential).await }).await;
            if let Err(error @ AuthError::Unavailable(_)) = &user {
                tracing::warn!(target: "twilio_sdk::inbound_auth", %error, "a directory is unavailable");
            }
            user?.ok_or(AuthError::InvalidCredentials)
        })
    }
}

impl fmt::Debug for LdapUserStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapUserStore")
            .field("label", &self.inner.config.label)
            .field("url", &self.inner.config.url)
            .finish_non_exhaustive()
    }
}
