use twilio_sdk_config::ConfigError;
use twilio_sdk_config::internal::file::{Reader, missing, put};
use twilio_sdk_http::internal::config_file::tls;

use super::AuthMethod;
use crate::{IntrospectionConfig, IntrospectionVerifier, JwksSource, JwtConfig, JwtVerifier};

/// Reads the table of a [`JwtVerifier`].
pub(super) fn jwt(r: &Reader<'_>) -> Option<AuthMethod> {
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

/// Reads the table of an [`IntrospectionVerifier`].
pub(super) fn introspection(r: &Reader<'_>) -> Option<AuthMethod> {
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
fn field(r: &Reader<'_>, table: &str, error: &ConfigError) {
    let message = error.to_string();
    let rest = message.strip_prefix(table).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&message);
    match rest.split_once(": ") {
        Some((key, what)) if key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => {
            r.problem(key, what)
        }
        _ => r.problem("", rest),
    }
}
