//! The keys of a configuration file.

use std::path::Path;

use crate::config::{Tls, TokenServerConfig};
use crate::hosts::is_host;
use crate::key::problems;
use crate::limits::FailureLimits;
use crate::rule::rule;
use twilio_sdk_audit::{AuditLogOptions, SyncPolicy};
use twilio_sdk_config::internal::file::Reader;
use twilio_sdk_types::ApiKeyConfig;
use twilio_sdk_types::Location;

pub(crate) fn read(reader: &Reader<'_>, directory: &Path) -> Option<TokenServerConfig> {
    let twilio = reader.table("twilio");
    let (account_sid, api_key) = (twilio.string("account_sid"), twilio.string("api_key"));
    let api_secret = twilio.secret("api_secret");
    let read = [account_sid.is_some(), api_key.is_some(), api_secret.is_some()];
    let key = ApiKeyConfig::new(
        account_sid.unwrap_or_default(),
        api_key.unwrap_or_default(),
        api_secret.unwrap_or_else(|| "".into()),
    );
    for (part, message) in problems(&key) {
        let name = part.to_string();
        // A value that cannot be read has been reported.
        match (twilio.has(&name), read[part as usize]) {
            (false, _) => twilio.problem(&name, "is missing"),
            (true, true) => twilio.problem(&name, message),
            (true, false) => {}
        }
    }
    let region = twilio.string("region");
    twilio.check("region", "region", Location::from_names(region.as_deref(), None).map(drop));

    let users = reader.table("users");
    let users_file = users.string("file").map(|file| directory.join(file));
    if !users.has("file") {
        users.problem("file", "is missing; give the path of the users file");
    }
    let password_cache_ttl = users.duration_or_zero("password_cache_ttl");

    let rules = reader.tables("rules", rule);
    if !reader.has("rules") {
        reader.problem("rules", "is missing; without rules no user gets a token");
    }

    let listen = reader.string("listen").map(|text| text.parse());
    if matches!(listen, Some(Err(_))) {
        reader.problem("listen", "must be an address with a port, such as 127.0.0.1:3000");
    }
    let behind_proxy = reader.flag("behind_proxy").unwrap_or(false);
    let trust_x_forwarded_for = reader.flag("trust_x_forwarded_for").unwrap_or(false);
    let hosts = reader.strings("hosts").unwrap_or_default();
    if !hosts.iter().all(|host| is_host(host)) {
        reader.problem(
            "hosts",
            "must contain names such as tokens.example.com, without scheme, port or wildcard",
        );
    }
    let random_token_ids = reader.flag("random_token_ids").unwrap_or(true);
    let origins = origins(&reader.table("cors"));

    let limits = reader.table("limits");
    let body_limit = limits.size("body");
    let positive = |name: &str, unit: &str| {
        let count = limits.count::<u32>(name);
        if count == Some(0) {
            limits.problem(name, format!("must be more than 0 {unit}"));
        }
        count
    };
    let attempts = "failed attempts per minute";
    let per_user = positive("attempts_per_minute_per_user", attempts);
    let per_address = positive("attempts_per_minute_per_address", attempts);
    let per_user_total = positive("attempts_per_minute_per_user_total", attempts);
    let connections = positive("connections", "open connections");
    let connections_per_address = positive("connections_per_address", "open connections");

    let timeouts = reader.table("timeouts");
    let age = timeouts.duration("connection");
    let (idle, body_time) = (timeouts.duration("idle"), timeouts.duration("body"));
    let shutdown = timeouts.duration("shutdown");

    let tls = tls(&reader.table("tls"));
    let audit_log = audit(&reader.table("audit"), directory);
    let defaults = TokenServerConfig::with(key, users_file?);
    let per_user = per_user.unwrap_or(defaults.failures.per_user);
    let failures = FailureLimits {
        per_user,
        per_user_total: per_user_total.unwrap_or(per_user.saturating_mul(10)),
        per_address: per_address.unwrap_or(defaults.failures.per_address),
    };
    if failures.per_user_total < per_user {
        limits.problem(
            "attempts_per_minute_per_user_total",
            "must not be less than attempts_per_minute_per_user",
        );
    }
    Some(TokenServerConfig {
        listen: listen.and_then(Result::ok).unwrap_or(defaults.listen),
        region,
        password_cache_ttl: password_cache_ttl.unwrap_or(defaults.password_cache_ttl),
        rules,
        origins,
        hosts,
        behind_proxy,
        trust_x_forwarded_for,
        body_limit: body_limit.unwrap_or(defaults.body_limit),
        failures,
        connections: connections.map_or(defaults.connections, |count| count as usize),
        connections_per_address: connections_per_address.unwrap_or(defaults.connections_per_address),
        idle: idle.unwrap_or(defaults.idle),
        age: age.unwrap_or(defaults.age),
        body_time: body_time.unwrap_or(defaults.body_time),
        shutdown: shutdown.unwrap_or(defaults.shutdown),
        tls,
        random_token_ids,
        audit_log,
        ..defaults
    })
}

/// Reads the settings of the audit log. A table without a file is an error.
fn audit(reader: &Reader<'_>, directory: &Path) -> Option<AuditLogOptions> {
    let file = reader.string("file");
    let (max_size, lock_timeout) = (reader.size("max_file_size"), reader.duration("lock_timeout"));
    let interval = reader.duration_or_zero("fsync_interval");
    if reader.is_present() && (!reader.has("file") || file.as_deref() == Some("")) {
        reader.problem("file", "is missing; give the path of the audit log");
    }
    let mut log = AuditLogOptions::new(directory.join(file?));
    if let Some(max_size) = max_size {
        log = log.max_file_bytes(max_size);
    }
    if let Some(timeout) = lock_timeout {
        log = log.lock_timeout(timeout);
    }
    if let Some(interval) = interval.filter(|interval| !interval.is_zero()) {
        log = log.sync_policy(SyncPolicy::Interval(interval));
    }
    Some(log)
}

fn tls(reader: &Reader<'_>) -> Option<Tls> {
    let (certificates, key) = (reader.pem("certificate"), reader.pem_secret("key"));
    for name in ["certificate", "key"] {
        if reader.is_present() && !reader.has(name) {
            reader.problem(name, "is missing");
        }
    }
    certificates.zip(key).map(|(certificates, key)| Tls { certificates, key })
}

fn origins(cors: &Reader<'_>) -> Vec<String> {
    let origins = cors.strings("allowed_origins").unwrap_or_default();
    if !origins.iter().all(|origin| is_origin(origin)) {
        cors.problem(
            "allowed_origins",
            "must contain origins such as https://app.example.com, without path or wildcard",
        );
    }
    origins
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    matches!(scheme, "http" | "https")
        && !host.is_empty()
        && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use twilio_sdk_config::internal::file::paths;

    const EXAMPLE: &str = include_str!("../examples/token-server.toml");

    /// Collects the paths of all values in a table. Tables of a list share one path.
    fn leaves(value: &toml::Value, path: &str, found: &mut Vec<String>) {
        match value {
            toml::Value::Table(table) => {
                for (key, value) in table {
                    leaves(value, &format!("{path}.{key}"), found);
                }
            }
            toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
                list.iter().for_each(|value| leaves(value, path, found));
            }
            _ => found.push(path.trim_start_matches('.').to_owned()),
        }
    }

    #[test]
    fn the_example_has_every_key() {
        let mut found = Vec::new();
        leaves(&toml::from_str(EXAMPLE).expect("TOML"), "", &mut found);
        let known = paths(&|reader| read(reader, Path::new("")));
        let is_table = |path: &str| known.iter().any(|other| other.starts_with(&format!("{path}.")));
        let absent: Vec<&String> =
            known.iter().filter(|path| !is_table(path) && !found.contains(path)).collect();
        assert!(absent.is_empty() && known.len() > 20, "examples/token-server.toml lacks {absent:?}");
    }
}
