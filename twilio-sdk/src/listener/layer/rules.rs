use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use super::{AuthEntry, AuthLayer};
use crate::audit::AuditSink;

/// What is declared for a resource, in the place of what its service has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ResourcePolicy {
    /// These entries, and none of the service's.
    Entries(Vec<AuthEntry>),
    /// The service's entries, each with these scopes and not its own.
    Scopes(Vec<String>),
}

/// Who may reach a service, and which of its resources need something else.
///
/// Entries are tried in their order. One counts where the request's scheme is its own, and the first that accepts decides:
/// a user who lacks the scope in one entry may have it in a later one. When none accepts, the answer is 503 where a store
/// could not be asked, else 429 where a password was guessed too often, else 403 where a user lacks the scope, else 401.
/// No entries at all let nobody in.
///
/// ```
/// # fn f(store: twilio_sdk::listener::MemoryUserStore) -> Result<(), twilio_sdk::listener::AuthRulesError> {
/// use axum::{Router, routing::{get, post}};
/// use twilio_sdk::listener::{AuthEntry, AuthRules, ResourcePolicy, UserDetails};
///
/// async fn balance(user: UserDetails) -> String {
///     format!("of {}", user.username)
/// }
///
/// let rules = AuthRules::new("bank")
///     .service([AuthEntry::users(store).scopes(["read"])])
///     .resource("transfer", ResourcePolicy::Scopes(vec!["write".to_owned()]));
/// let app: Router = Router::new()
///     .route("/balance", get(balance).layer(rules.service_layer()?))
///     .route("/transfer", post(|| async {}).layer(rules.resource_layer("transfer")?));
/// # Ok(())
/// # }
/// ```
///
/// The same in TOML, read by [`from_file`](Self::from_file):
///
/// ```toml
/// [auth]
/// realm = "bank"                 # what clients are told; `service` unless set
/// max_failures = 10              # wrong passwords for a name from a network, after which the response is 429; 10 unless set
/// failure_window = "1m"          # begins with the first of them; 1 minute unless set
/// remember = "1m"                # how long a right password is not checked again; unless set, 1 minute for users of a file
///                                # and not at all for those of a directory
///
/// [[auth.service]]
/// users = "users.toml"           # as FileUserStore reads it; paths start from this file's folder
/// scopes = ["read"]
/// name = "staff"                 # in UserDetails::entry; the kind of the entry, here `users`, unless set
///
/// [[auth.service]]
/// jwt = { issuer = "https://id.example.org", audience = "bank", jwks_url = "https://id.example.org/jwks" }
/// scopes = ["read"]
///
/// [[auth.resources]]
/// name = "transfer"
/// scopes = ["write"]
///
/// [[auth.resources]]
/// name = "audit"
/// entries = [
///     { introspection = { url = "https://id.example.org/introspect", client_id = "bank", client_secret = "${SECRET}", audience = "bank" } },
/// ]
/// ```
///
/// `ldap` in an entry is a table with the fields of `LdapConfig` (feature `ldap`).
///
/// * A variable that is empty or not set is an error with the file and the key, wherever it stands in the table: a key that
///   is silently left out could accept more users than were meant.
/// * Where `remember` is set, the old password of a user who was removed from a directory, or changed it there, is accepted
///   for so long. A changed file of users counts at once.
#[derive(Clone, Debug)]
pub struct AuthRules {
    realm: String,
    service: Option<Vec<AuthEntry>>,
    resources: Vec<(String, ResourcePolicy)>,
    audit: Option<Arc<dyn AuditSink>>,
    source_header: Option<HeaderName>,
}

impl AuthRules {
    /// Rules without entries, for a realm, of which clients are told.
    pub fn new(realm: impl Into<String>) -> Self {
        Self { realm: realm.into(), service: None, resources: Vec::new(), audit: None, source_header: None }
    }

    /// The entries of the service. An empty list lets nobody in.
    pub fn service(mut self, entries: impl IntoIterator<Item = AuthEntry>) -> Self {
        self.service = Some(entries.into_iter().collect());
        self
    }

    /// What a resource has in the place of the service's entries.
    pub fn resource(mut self, name: impl Into<String>, auth: ResourcePolicy) -> Self {
        self.resources.push((name.into(), auth));
        self
    }

    /// Where the layers record who was let in, as [`AuthLayer::audit`] says; nowhere unless set.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.audit = Some(Arc::new(audit));
        self
    }

    /// The header from which the layers take where a request came from, as [`AuthLayer::source_header`] says.
    pub fn source_header(mut self, name: HeaderName) -> Self {
        self.source_header = Some(name);
        self
    }

    /// Whether everything that is declared can be enforced. Layers are made only where it can.
    ///
    /// # Errors
    ///
    /// As [`AuthRulesError`] names them.
    pub fn check(&self) -> Result<(), AuthRulesError> {
        for (at, (name, auth)) in self.resources.iter().enumerate() {
            if self.resources.iter().take(at).any(|(other, _)| other == name) {
                return Err(AuthRulesError::DeclaredTwice(name.clone()));
            }
            if matches!(auth, ResourcePolicy::Scopes(_)) && self.service.is_none() {
                return Err(AuthRulesError::ScopesWithoutEntries(name.clone()));
            }
        }
        Ok(())
    }

    /// The layer for the service, and for those of its resources for which nothing else is declared.
    ///
    /// # Errors
    ///
    /// [`AuthRulesError::NoService`] where no entries are declared, and as of [`check`](Self::check).
    pub fn service_layer(&self) -> Result<AuthLayer, AuthRulesError> {
        self.check()?;
        let entries = self.service.clone().ok_or(AuthRulesError::NoService)?;
        Ok(self.layer(entries))
    }

    /// The layer for a resource. It takes the place of the service's, so it belongs around the resource alone.
    ///
    /// # Errors
    ///
    /// [`AuthRulesError::UnknownResource`] where nothing is declared for it, and as of [`check`](Self::check).
    pub fn resource_layer(&self, name: &str) -> Result<AuthLayer, AuthRulesError> {
        self.check()?;
        let declared = self.resources.iter().find(|(other, _)| other == name);
        let entries = match declared {
            None => return Err(AuthRulesError::UnknownResource(name.to_owned())),
            Some((_, ResourcePolicy::Entries(entries))) => entries.clone(),
            Some((_, ResourcePolicy::Scopes(scopes))) => {
                let service = self.service.as_ref();
                let service = service.ok_or_else(|| AuthRulesError::ScopesWithoutEntries(name.to_owned()))?;
                service.iter().map(|entry| entry.clone().scopes(scopes)).collect()
            }
        };
        Ok(self.layer(entries))
    }

    fn layer(&self, entries: Vec<AuthEntry>) -> AuthLayer {
        let mut layer = AuthLayer::new(&self.realm, entries);
        if let Some(audit) = &self.audit {
            layer = layer.audit(Arc::clone(audit));
        }
        match &self.source_header {
            Some(name) => layer.source_header(name.clone()),
            None => layer,
        }
    }
}

/// Why what is declared cannot be enforced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthRulesError {
    /// The resource has scopes, and its service no entries that they could be for.
    ScopesWithoutEntries(String),
    /// Two declarations are for this resource.
    DeclaredTwice(String),
    /// Nothing is declared for this resource.
    UnknownResource(String),
    /// Nothing is declared for the service.
    NoService,
}

impl fmt::Display for AuthRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ScopesWithoutEntries(name) => {
                write!(f, "the resource {name:?} has scopes, but the service no entries that they are for")
            }
            Self::DeclaredTwice(name) => write!(f, "the resource {name:?} is declared twice"),
            Self::UnknownResource(name) => write!(f, "nothing is declared for the resource {name:?}"),
            Self::NoService => f.write_str("no entries are declared for the service"),
        }
    }
}

impl std::error::Error for AuthRulesError {}
