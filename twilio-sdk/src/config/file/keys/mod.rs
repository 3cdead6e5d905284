//! The keys of a configuration file and their settings.
//!
//! A new key is one line in this folder and one in `examples/twilio.toml`; tests find what is missing in either.

mod auth;
mod calls;
mod connection;

use super::{Reader, missing, put};
use crate::auth::AuthTokenConfig;
use crate::config::{ConnectionConfig, Location, LoggingConfig};
use crate::runtime::transport;

/// Tables that a profile replaces instead of merging, because credentials of two places must not mix.
pub(super) const REPLACED: &[&str] = &["auth", "proxy"];

/// The problem of a configuration without credentials.
pub(super) const NO_AUTH: &str =
    "is missing; give `account_sid` with `api_key` and `api_secret`, or with `auth_token`";

/// Reads everything; `None` without credentials. The reader has all other problems.
pub(super) fn config(r: &Reader<'_>) -> Option<ConnectionConfig> {
    let auth = auth::auth(&r.table("auth"));
    let found = auth.is_some();
    let mut config = ConnectionConfig::new(auth.unwrap_or_else(|| AuthTokenConfig::new("", "").into()));
    config.base_url = r.string("base_url");
    if let Some(url) = &config.base_url {
        r.check("base_url", "base_url", crate::endpoint::base_url(url).map(drop));
    }
    (config.region, config.edge) = location(r);
    connection::settings(r, &mut config);
    calls::settings(r, &mut config);
    config.logging = logging(&r.table("logging"));
    config.user_agent = r.string("user_agent");
    r.check("user_agent", "user_agent", transport::user_agent(config.user_agent.as_deref()).map(drop));
    found.then_some(config)
}

/// Checked here and not only by the client, whose error would show what a variable holds.
fn location(r: &Reader<'_>) -> (Option<String>, Option<String>) {
    let (region, edge) = (r.string("region"), r.string("edge"));
    let is = |region: Option<&String>, edge: Option<&String>| {
        Location::from_names(region.map(String::as_str), edge.map(String::as_str)).is_ok()
    };
    if !is(region.as_ref(), None) {
        let message = match is(None, region.as_ref()) {
            true => "is an edge; give it as `edge`, beside a region such as \"ie1\"",
            false => "is none of Twilio's regions, such as \"us1\", \"ie1\" or \"au1\"",
        };
        r.problem("region", message);
    }
    if !is(None, edge.as_ref()) {
        let message = match is(edge.as_ref(), None) {
            true => "is a region; give it as `region`",
            false => "is none of Twilio's edges, such as \"ashburn\", \"dublin\" or \"sydney\"",
        };
        r.problem("edge", message);
    }
    let wrong = Location::from_names(region.as_deref(), edge.as_deref())
        .map(|location| location.rest().map(drop).err());
    if let Ok(Some(wrong)) = wrong {
        r.problem(wrong.field(), wrong.message());
    }
    (region, edge)
}

fn logging(r: &Reader<'_>) -> LoggingConfig {
    let mut logging = LoggingConfig::default();
    put(&mut logging.redact_fields, r.strings("redact_fields"));
    put(&mut logging.log_bodies, r.flag("log_bodies"));
    put(&mut logging.log_personal_data, r.flag("log_personal_data"));
    put(&mut logging.max_body_chars, r.count("max_body_chars"));
    logging
}
