use std::path::Path;
use std::time::Duration;

use super::super::{
    CachedUserStore, FileUserStore, Introspection, IntrospectionConfig, JwksSource, JwtConfig, JwtVerifier,
    ThrottledUserStore, UserStore,
};
use super::{AuthEntry, AuthRules, AuthRulesError, ResourcePolicy};
use crate::Result;
use crate::config::file::{Reader, missing, put, read_file, tls};

/// The ways in, of which an entry has one.
const WAYS: [&str; 4] = ["users", "ldap", "jwt", "introspection"];

/// What holds for all users with passwords.
#[derive(Clone, Copy)]
struct Limit {
    /// Wrong passwords that stop the guessing: how many, and in which time.
    failures: u32,
    window: Duration,
    /// How long right ones are remembered, where it is said.
    remember: Option<Duration>,
}

impl AuthRules {
    /// Reads the table `auth` of a TOML or JSON file, and makes what it names: files of users and of keys are read, servers
    /// are not asked yet.
    ///
    /// # Errors
    ///
    /// [`config_problems`](crate::Error::config_problems) lists everything that is wrong, what
    /// [`AuthRulesError`] names among it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        read_file(path.as_ref(), &|name| std::env::var(name).ok(), &|reader| {
            let auth = reader.decisive("auth");
            if !auth.is_there() && !reader.has("auth") {
                auth.problem("", "is missing");
            }
            rules(&auth)
        })
    }
}

fn rules(auth: &Reader<'_>) -> Option<AuthRules> {
    let mut rules = AuthRules::new(auth.text("realm").unwrap_or_else(|| "service".to_owned()));
    let failures = auth.count("max_failures").unwrap_or(10);
    if failures == 0 {
        auth.problem("max_failures", "must be more than 0");
    }
    let window = auth.duration("failure_window").unwrap_or(Duration::from_secs(60));
    let remember = auth.duration_or_zero("remember");
    let limit = Limit { failures, window, remember };
    let entries = auth.tables("service", |r| entry(r, limit));
    if auth.has("service") {
        rules = rules.service(entries);
    }
    for (name, resource) in auth.tables("resources", |r| resource(r, limit, auth.has("service"))) {
        rules = rules.resource(name, resource);
    }
    if let Err(error @ AuthRulesError::DeclaredTwice(_)) = rules.check() {
        auth.problem("resources", error.to_string());
    }
    Some(rules)
}

fn resource(r: &Reader<'_>, limit: Limit, service: bool) -> Option<(String, ResourcePolicy)> {
    let (name, scopes) = (r.text("name"), r.texts("scopes"));
    let entries = r.tables("entries", |r| entry(r, limit));
    if !r.is_there() {
        return None;
    }
    if !r.has("name") {
        r.problem("name", "is missing");
    }
    let auth = match (r.has("scopes"), r.has("entries")) {
        (true, false) if !service => {
            let error = AuthRulesError::ScopesWithoutEntries(name.clone().unwrap_or_default());
            r.problem("scopes", error.to_string());
            None
        }
        (true, false) => scopes.map(ResourcePolicy::Scopes),
        (false, true) => Some(ResourcePolicy::Entries(entries)),
        _ => {
            r.problem("", "must have either `scopes` or `entries`");
            None
        }
    };
    name.zip(auth)
}

fn entry(r: &Reader<'_>, limit: Limit) -> Option<AuthEntry> {
    let found =
        [users(r, limit), ldap(r, limit), jwt(&r.table("jwt")), introspection(&r.table("introspection"))];
    let (name, scopes) = (r.text("name"), r.texts("scopes"));
    if !r.is_there() {
        return None;
    }
    if WAYS.iter().filter(|way| r.has(way)).count() != 1 {
        r.problem("", format!("must have one of `{}`", WAYS.join("`, `")));
    }
    let kind = WAYS.iter().find(|way| r.has(way)).copied().unwrap_or_default();
    let entry = found.into_iter().flatten().next()?.name(name.unwrap_or_else(|| kind.to_owned()));
    // Scopes that cannot be read are a problem of the file, and never none.
    Some(if r.has("scopes") { entry.scopes(scopes.unwrap_or_default()) } else { entry })
}

fn users(r: &Reader<'_>, limit: Limit) -> Option<AuthEntry> {
    let path = r.path("users")?;
    let store = FileUserStore::open(path).map_err(|error| r.problem("users", error.to_string())).ok()?;
    limited(r, store, limit, Duration::from_secs(60))
}

#[cfg(feature = "ldap")]
fn ldap(r: &Reader<'_>, limit: Limit) -> Option<AuthEntry> {
    let config = super::super::LdapConfig::read(&r.table("ldap"))?;
    let store = super::super::LdapUserStore::new(config);
    let store = store.map_err(|error| r.problem("ldap", error.to_string())).ok()?;
    // A user who is removed from a directory is out at once, unless the file says otherwise.
    limited(r, store, limit, Duration::ZERO)
}

#[cfg(not(feature = "ldap"))]
fn ldap(r: &Reader<'_>, _: Limit) -> Option<AuthEntry> {
    if r.table("ldap").is_there() {
        r.problem("ldap", "needs the feature `ldap` of twilio-sdk");
    }
    None
}

fn limited(
    r: &Reader<'_>,
    store: impl UserStore + 'static,
    limit: Limit,
    remember: Duration,
) -> Option<AuthEntry> {
    let limited = ThrottledUserStore::new(store, limit.failures.max(1), limit.window);
    // Those whose password is remembered stay logged in while others guess.
    let cached =
        limited.and_then(|limited| CachedUserStore::new(limited, limit.remember.unwrap_or(remember)));
    cached.map(AuthEntry::users).map_err(|error| r.problem("", error.to_string())).ok()
}

fn jwt(r: &Reader<'_>) -> Option<AuthEntry> {
    let before = r.problems();
    let (issuer, audience) = (r.text("issuer"), r.text("audience"));
    let (file, url) = (r.path("jwks_file"), r.text("jwks_url"));
    let (scope_key, leeway) = (r.text("scope_key"), r.duration_or_zero("leeway"));
    let (ttl, pause, timeout) = (r.duration("cache_ttl"), r.duration("min_refresh"), r.duration("timeout"));
    let tls = tls(&r.table("tls"));
    if !r.is_there() {
        return None;
    }
    missing(r, &["issuer", "audience"]);
    let keys = match (file, url) {
        (Some(file), None) => Some(JwksSource::File(file)),
        (None, Some(url)) => Some(JwksSource::Url(url)),
        _ => {
            r.problem("jwks_url", "must be given, or `jwks_file` in its place");
            None
        }
    };
    if r.problems() > before {
        return None;
    }
    let mut config = JwtConfig::new(issuer?, audience?, keys?);
    config.tls = tls;
    put(&mut config.scope_key, scope_key);
    put(&mut config.leeway, leeway);
    put(&mut config.cache_ttl, ttl);
    put(&mut config.min_refresh, pause);
    put(&mut config.timeout, timeout);
    JwtVerifier::new(config).map(AuthEntry::tokens).map_err(|error| field(r, "jwt", &error)).ok()
}

fn introspection(r: &Reader<'_>) -> Option<AuthEntry> {
    let before = r.problems();
    let (url, id, secret) = (r.text("url"), r.text("client_id"), r.secret("client_secret"));
    let (issuer, audience, scope_key) = (r.text("issuer"), r.text("audience"), r.text("scope_key"));
    let (any_audience, max_in_flight) = (r.flag("any_audience"), r.count("max_in_flight"));
    let (ttl, timeout) = (r.duration_or_zero("cache_ttl"), r.duration("timeout"));
    let tls = tls(&r.table("tls"));
    if !r.is_there() {
        return None;
    }
    missing(r, &["url", "client_id", "client_secret"]);
    if r.problems() > before {
        return None;
    }
    let mut config = IntrospectionConfig::new(url?, id?, secret?);
    (config.tls, config.issuer, config.audience) = (tls, issuer, audience);
    put(&mut config.any_audience, any_audience);
    put(&mut config.max_in_flight, max_in_flight);
    put(&mut config.scope_key, scope_key);
    put(&mut config.cache_ttl, ttl);
    put(&mut config.timeout, timeout);
    Introspection::new(config).map(AuthEntry::tokens).map_err(|error| field(r, "introspection", &error)).ok()
}

/// Reports what is wrong with the field that a message names, or with the whole table.
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
