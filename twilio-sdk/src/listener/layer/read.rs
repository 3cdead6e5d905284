use std::path::Path;
use std::time::Duration;

use super::super::{
    CachedUserStore, FileUserStore, IntrospectionConfig, IntrospectionVerifier, JwksSource, JwtConfig,
    JwtVerifier, ThrottledUserStore, UserStore,
};
use super::{AuthMethod, AuthRules, AuthRulesError, ResourcePolicy};
use crate::Result;
use crate::config::file::{Reader, missing, put, read_file, tls};

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
    /// [`config_problems`](crate::Error::config_problems) lists everything that is wrong, including what
    /// [`AuthRulesError`] describes.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let read = read_file(path.as_ref(), &|name| std::env::var(name).ok(), &|reader| {
            let auth = reader.strict_table("auth");
            if !auth.is_present() && !reader.has("auth") {
                auth.problem("", "is missing");
            }
            rules(&auth)
        });
        Ok(read?)
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
    let found =
        [users(r, limit), ldap(r, limit), jwt(&r.table("jwt")), introspection(&r.table("introspection"))];
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
    let config = super::super::LdapConfig::read(&r.table("ldap"))?;
    let store = super::super::LdapUserStore::new(config);
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

fn jwt(r: &Reader<'_>) -> Option<AuthMethod> {
    let before = r.problem_count();
    let (issuer, audience) = (r.string("issuer"), r.string("audience"));
    let (file, url) = (r.path("jwks_file"), r.string("jwks_url"));
    let (scope_claim, leeway) = (r.string("scope_claim"), r.duration_or_zero("leeway"));
    let (ttl, pause, timeout) =
        (r.duration("cache_ttl"), r.duration("min_refresh_interval"), r.duration("timeout"));
    let tls = tls(&r.table("tls"));
    if !r.is_present() {
        return None;
    }
    missing(r, &["issuer", "audience"]);
    let keys = match (file, url) {
        (Some(file), None) => Some(JwksSource::File(file)),
        (None, Some(url)) => Some(JwksSource::Url(url)),
        _ => {
            r.problem("jwks_url", "is missing; give it or `jwks_file`");
            None
        }
    };
    if r.problem_count() > before {
        return None;
    }
    let mut config = JwtConfig::new(issuer?, audience?, keys?);
    config.tls = tls;
    put(&mut config.scope_claim, scope_claim);
    put(&mut config.leeway, leeway);
    put(&mut config.cache_ttl, ttl);
    put(&mut config.min_refresh_interval, pause);
    put(&mut config.timeout, timeout);
    JwtVerifier::new(config).map(AuthMethod::bearer).map_err(|error| field(r, "jwt", &error)).ok()
}

fn introspection(r: &Reader<'_>) -> Option<AuthMethod> {
    let before = r.problem_count();
    let (url, id, secret) = (r.string("url"), r.string("client_id"), r.secret("client_secret"));
    let (issuer, audience, scope_claim) = (r.string("issuer"), r.string("audience"), r.string("scope_claim"));
    let (any_audience, max_in_flight) = (r.flag("any_audience"), r.count("max_in_flight"));
    let (ttl, timeout) = (r.duration_or_zero("cache_ttl"), r.duration("timeout"));
    let tls = tls(&r.table("tls"));
    if !r.is_present() {
        return None;
    }
    missing(r, &["url", "client_id", "client_secret"]);
    if r.problem_count() > before {
        return None;
    }
    let mut config = IntrospectionConfig::new(url?, id?, secret?);
    (config.tls, config.issuer, config.audience) = (tls, issuer, audience);
    put(&mut config.any_audience, any_audience);
    put(&mut config.max_in_flight, max_in_flight);
    put(&mut config.scope_claim, scope_claim);
    put(&mut config.cache_ttl, ttl);
    put(&mut config.timeout, timeout);
    IntrospectionVerifier::new(config)
        .map(AuthMethod::bearer)
        .map_err(|error| field(r, "introspection", &error))
        .ok()
}

/// Reports a problem of the field that a message names, or of the whole table.
fn field(r: &Reader<'_>, table: &str, error: &crate::Error) {
    let message = error.to_string();
    let rest = message.strip_prefix(table).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&message);
    match rest.split_once(": ") {
        Some((key, what)) if key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => {
            r.problem(key, what)
        }
        _ => r.problem("", rest),
    }
}
