use std::path::Path;
use std::time::Duration;

use super::{AuthMethod, AuthRules, AuthRulesError, ResourcePolicy};
use crate::{CachedUserStore, FileUserStore, ThrottledUserStore, UserStore};
use twilio_sdk_config::ConfigError;
use twilio_sdk_config::internal::file::{Reader, read_file};

/// The kinds of methods. Each method has one of these keys.
const KINDS: [&str; 4] = ["users_file", "ldap", "jwt", "introspection"];

/// Settings of all methods with passwords.
#[derive(Clone, Copy)]
struct Limit {
    /// The number of failures that throttles a username, and their window.
    failures: u32,
    window: Duration,
    /// How long correct passwords are cached, if it is configured.
    password_cache_ttl: Option<Duration>,
}

impl AuthRules {
    /// Reads the table `auth` of a TOML or JSON file. It reads the users and key files that the table names, and sends no
    /// requests.
    ///
    /// # Errors
    ///
    /// [`ConfigError::problems`] lists everything that is wrong, including what
    /// [`AuthRulesError`] describes.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        read_file(path.as_ref(), &|name| std::env::var(name).ok(), &|reader| {
            let auth = reader.strict_table("auth");
            if !auth.is_present() && !reader.has("auth") {
                auth.problem("", "is missing");
            }
            rules(&auth)
        })
    }
}

fn rules(auth: &Reader<'_>) -> Option<AuthRules> {
    let mut rules = AuthRules::new(auth.string("realm").unwrap_or_else(|| "service".to_owned()));
    let failures = auth.count("max_failures").unwrap_or(10);
    if failures == 0 {
        auth.problem("max_failures", "must be more than 0");
    }
    let window = auth.duration("failure_window").unwrap_or(Duration::from_secs(60));
    let password_cache_ttl = auth.duration_or_zero("password_cache_ttl");
    let limit = Limit { failures, window, password_cache_ttl };
    let methods = auth.tables("default", |r| method(r, limit));
    if auth.has("default") {
        rules = rules.default_methods(methods);
    }
    for (name, resource) in auth.tables("resources", |r| resource(r, limit, auth.has("default"))) {
        rules = rules.resource(name, resource);
    }
    if let Err(error @ AuthRulesError::DuplicateResource(_)) = rules.validate() {
        auth.problem("resources", error.to_string());
    }
    Some(rules)
}

fn resource(r: &Reader<'_>, limit: Limit, has_default: bool) -> Option<(String, ResourcePolicy)> {
    let (name, scopes) = (r.string("name"), r.strings("scopes"));
    let methods = r.tables("methods", |r| method(r, limit));
    if !r.is_present() {
        return None;
    }
    if !r.has("name") {
        r.problem("name", "is missing");
    }
    let auth = match (r.has("scopes"), r.has("methods")) {
        (true, false) if !has_default => {
            let error = AuthRulesError::ScopesWithoutMethods(name.clone().unwrap_or_default());
            r.problem("scopes", error.to_string());
            None
        }
        (true, false) => scopes.map(ResourcePolicy::RequireScopes),
        (false, true) => Some(ResourcePolicy::Methods(methods)),
        _ => {
            r.problem("", "must have either `scopes` or `methods`");
            None
        }
    };
    name.zip(auth)
}

fn method(r: &Reader<'_>, limit: Limit) -> Option<AuthMethod> {
    let found = [users(r, limit), ldap(r, limit), jwt(r), introspection(r)];
    let (name, scopes) = (r.string("name"), r.strings("scopes"));
    if !r.is_present() {
        return None;
    }
    if KINDS.iter().filter(|kind| r.has(kind)).count() != 1 {
        r.problem("", format!("must have one of `{}`", KINDS.join("`, `")));
    }
    let kind = KINDS.iter().find(|kind| r.has(kind)).copied().unwrap_or_default();
    let method = found.into_iter().flatten().next()?.name(name.unwrap_or_else(|| kind.to_owned()));
    // Invalid scopes are a problem of the file; they must not become no scopes.
    Some(if r.has("scopes") { method.scopes(scopes.unwrap_or_default()) } else { method })
}

fn users(r: &Reader<'_>, limit: Limit) -> Option<AuthMethod> {
    let path = r.path("users_file")?;
    let store = FileUserStore::open(path).map_err(|error| r.problem("users_file", error.to_string())).ok()?;
    limited(r, store, limit, Duration::from_secs(60))
}

#[cfg(feature = "ldap")]
fn ldap(r: &Reader<'_>, limit: Limit) -> Option<AuthMethod> {
    let config = crate::LdapConfig::read(&r.table("ldap"))?;
    let store = crate::LdapUserStore::new(config);
    let store = store.map_err(|error| r.problem("ldap", error.to_string())).ok()?;
    // Users who are removed from a directory are rejected immediately, unless the file configures a cache.
    limited(r, store, limit, Duration::ZERO)
}

#[cfg(not(feature = "ldap"))]
fn ldap(r: &Reader<'_>, _: Limit) -> Option<AuthMethod> {
    if r.table("ldap").is_present() {
        r.problem(
            "ldap",
            "needs the feature `ldap` of twilio-sdk-inbound-auth (`inbound-auth-ldap` of twilio-sdk)",
        );
    }
    None
}

fn limited(
    r: &Reader<'_>,
    store: impl UserStore + 'static,
    limit: Limit,
    default_ttl: Duration,
) -> Option<AuthMethod> {
    let limited = ThrottledUserStore::new(store, limit.failures.max(1), limit.window);
    // Users with a cached password stay logged in while others guess.
    let cached = limited
        .and_then(|limited| CachedUserStore::new(limited, limit.password_cache_ttl.unwrap_or(default_ttl)));
    cached.map(AuthMethod::basic).map_err(|error| r.problem("", error.to_string())).ok()
}

#[cfg(feature = "bearer")]
fn jwt(r: &Reader<'_>) -> Option<AuthMethod> {
    super::read_bearer::jwt(&r.table("jwt"))
}

#[cfg(feature = "bearer")]
fn introspection(r: &Reader<'_>) -> Option<AuthMethod> {
    super::read_bearer::introspection(&r.table("introspection"))
}

#[cfg(not(feature = "bearer"))]
fn jwt(r: &Reader<'_>) -> Option<AuthMethod> {
    needs_bearer(r, "jwt")
}

#[cfg(not(feature = "bearer"))]
fn introspection(r: &Reader<'_>) -> Option<AuthMethod> {
    needs_bearer(r, "introspection")
}

#[cfg(not(feature = "bearer"))]
fn needs_bearer(r: &Reader<'_>, key: &str) -> Option<AuthMethod> {
    if r.table(key).is_present() {
        r.problem(
            key,
            "needs the feature `bearer` of twilio-sdk-inbound-auth (`inbound-auth-bearer` of twilio-sdk)",
        );
    }
    None
}
