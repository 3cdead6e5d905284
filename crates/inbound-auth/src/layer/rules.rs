use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use super::{AuthLayer, AuthMethod};
use twilio_sdk_audit::AuditSink;

/// The requirement of a resource, in place of the default methods.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ResourcePolicy {
    /// These methods, and none of the default ones.
    Methods(Vec<AuthMethod>),
    /// The default methods, with these scopes in place of theirs.
    RequireScopes(Vec<String>),
}

/// Declares the default authentication methods of a service, and resources with other requirements.
///
/// Methods are tried in order. A method applies if the request has its scheme. The first that accepts the request decides, so
/// a user without the scope for one method may have it for a later one. If none accepts, the response is
///
/// 1. 503 if a store was unavailable,
/// 2. otherwise 429 if there were too many failed attempts,
/// 3. otherwise 403 if the user lacks a scope,
/// 4. otherwise 401.
///
/// An empty list of methods rejects every request.
///
/// ```
/// use axum::{Router, routing::{get, post}};
/// use twilio_sdk_inbound_auth::{AuthMethod, AuthRules, AuthRulesError, MemoryUserStore, ResourcePolicy, UserDetails};
///
/// async fn balance(user: UserDetails) -> String {
///     format!("balance of {}", user.username)
/// }
///
/// fn app(store: MemoryUserStore) -> Result<Router, AuthRulesError> {
///     let rules = AuthRules::new("bank")
///         .default_methods([AuthMethod::basic(store).scopes(["read"])])
///         .resource("transfer", ResourcePolicy::RequireScopes(vec!["write".to_owned()]));
///     Ok(Router::new()
///         .route("/balance", get(balance).layer(rules.service_layer()?))
///         .route("/transfer", post(|| async {}).layer(rules.resource_layer("transfer")?)))
/// }
/// ```
///
/// The same in TOML, with further methods, read by [`from_file`](Self::from_file):
///
/// ```toml
/// [auth]
/// realm = "bank"                 # named in 401 responses; default: "service"
/// max_failures = 10              # failures per username and network, after which the response is 429; default: 10
/// failure_window = "1m"          # starts with the first failure; default: 1 minute
/// password_cache_ttl = "1m"      # how long a correct password is cached; default: 1 minute for users in a file, and no
///                                # caching for users of a directory
///
/// [[auth.default]]
/// users_file = "users.toml"      # as FileUserStore reads it; relative to the directory of this file
/// scopes = ["read"]
/// name = "staff"                 # becomes UserDetails::auth_method; default: the key of the method, here "users_file"
///
/// [[auth.default]]
/// jwt = { issuer = "https://id.example.org", audience = "bank", jwks_url = "https://id.example.org/jwks" }
/// scopes = ["read"]
///
/// [[auth.resources]]
/// name = "transfer"
/// scopes = ["write"]
///
/// [[auth.resources]]
/// name = "audit"
/// methods = [
///     { introspection = { url = "https://id.example.org/introspect", client_id = "bank", client_secret = "${SECRET}", audience = "bank" } },
/// ]
/// ```
///
/// `ldap` in a method is a table with the keys of `LdapConfig` (feature `ldap`).
///
/// * An environment variable that is empty or not set is an error with the file and the key. A key that is silently left out
///   could accept more users than intended.
/// * With `password_cache_ttl`, a user who is removed from a directory or changes the password there stays authenticated for up
///   to this long. Changes of a users file take effect immediately.
#[derive(Clone, Debug)]
pub struct AuthRules {
    realm: String,
    default_methods: Option<Vec<AuthMethod>>,
    resources: Vec<(String, ResourcePolicy)>,
    audit: Option<Arc<dyn AuditSink>>,
    client_ip_header: Option<HeaderName>,
}

impl AuthRules {
    /// Creates rules without methods for a realm, which 401 responses name.
    pub fn new(realm: impl Into<String>) -> Self {
        Self {
            realm: realm.into(),
            default_methods: None,
            resources: Vec::new(),
            audit: None,
            client_ip_header: None,
        }
    }

    /// Sets the default methods. An empty list rejects every request.
    pub fn default_methods(mut self, methods: impl IntoIterator<Item = AuthMethod>) -> Self {
        self.default_methods = Some(methods.into_iter().collect());
        self
    }

    /// Adds a resource with its policy.
    pub fn resource(mut self, name: impl Into<String>, policy: ResourcePolicy) -> Self {
        self.resources.push((name.into(), policy));
        self
    }

    /// Records audit events, as [`AuthLayer::audit`] does. Default: none.
    pub fn audit(mut self, audit: impl AuditSink + 'static) -> Self {
        self.audit = Some(Arc::new(audit));
        self
    }

    /// Takes the client's IP address from a header, as [`AuthLayer::client_ip_header`] does.
    pub fn client_ip_header(mut self, name: HeaderName) -> Self {
        self.client_ip_header = Some(name);
        self
    }

    /// Checks that everything declared can be enforced. Layers are created from valid rules only.
    ///
    /// # Errors
    ///
    /// [`AuthRulesError`] with the first problem.
    pub fn validate(&self) -> Result<(), AuthRulesError> {
        for (at, (name, policy)) in self.resources.iter().enumerate() {
            if self.resources.iter().take(at).any(|(other, _)| other == name) {
                return Err(AuthRulesError::DuplicateResource(name.clone()));
            }
            if matches!(policy, ResourcePolicy::RequireScopes(_)) && self.default_methods.is_none() {
                return Err(AuthRulesError::ScopesWithoutMethods(name.clone()));
            }
        }
        Ok(())
    }

    /// Returns the layer with the default methods.
    ///
    /// # Errors
    ///
    /// [`AuthRulesError::MissingDefault`] without default methods, and the errors of [`validate`](Self::validate).
    pub fn service_layer(&self) -> Result<AuthLayer, AuthRulesError> {
        self.validate()?;
        let methods = self.default_methods.clone().ok_or(AuthRulesError::MissingDefault)?;
        Ok(self.layer(methods))
    }

    /// Returns the layer of a resource. Use it instead of the [`service_layer`](Self::service_layer), for this resource alone.
    ///
    /// # Errors
    ///
    /// [`AuthRulesError::UnknownResource`] if the resource is not declared, and the errors of [`validate`](Self::validate).
    pub fn resource_layer(&self, name: &str) -> Result<AuthLayer, AuthRulesError> {
        self.validate()?;
        let declared = self.resources.iter().find(|(other, _)| other == name);
        let methods = match declared {
            None => return Err(AuthRulesError::UnknownResource(name.to_owned())),
            Some((_, ResourcePolicy::Methods(methods))) => methods.clone(),
            Some((_, ResourcePolicy::RequireScopes(scopes))) => {
                let methods = self.default_methods.as_ref();
                let methods = methods.ok_or_else(|| AuthRulesError::ScopesWithoutMethods(name.to_owned()))?;
                methods.iter().map(|method| method.clone().scopes(scopes)).collect()
            }
        };
        Ok(self.layer(methods))
    }

    fn layer(&self, methods: Vec<AuthMethod>) -> AuthLayer {
        let mut layer = AuthLayer::new(&self.realm, methods);
        if let Some(audit) = &self.audit {
            layer = layer.audit(Arc::clone(audit));
        }
        match &self.client_ip_header {
            Some(name) => layer.client_ip_header(name.clone()),
            None => layer,
        }
    }
}

/// The error of rules that cannot be enforced.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthRulesError {
    /// The resource requires scopes, but there are no default methods.
    ScopesWithoutMethods(String),
    /// The resource is declared twice.
    DuplicateResource(String),
    /// The resource is not declared.
    UnknownResource(String),
    /// There are no default methods.
    MissingDefault,
}

impl fmt::Display for AuthRulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ScopesWithoutMethods(name) => {
                write!(f, "the resource {name:?} has scopes, but there are no default methods")
            }
            Self::DuplicateResource(name) => write!(f, "the resource {name:?} is declared twice"),
            Self::UnknownResource(name) => write!(f, "the resource {name:?} is not declared"),
            Self::MissingDefault => f.write_str("there are no default methods"),
        }
    }
}

impl std::error::Error for AuthRulesError {}
