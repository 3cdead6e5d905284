//! The keys of a configuration file, each with the setting that it makes.
//!
//! A new key is one line in this folder and one in `examples/twilio.toml`; tests find what is missing in either.

mod auth;
mod calls;
mod connection;

#[cfg(any(feature = "auth-layer", feature = "ldap"))]
pub(crate) use self::connection::tls;

use super::reader::Reader;
use crate::auth::AuthTokenConfig;
use crate::config::{ConnectionConfig, Location, LoggingConfig};
use crate::runtime::transport;

/// Tables that a profile replaces as a whole, because credentials of two places must not mix.
pub(super) const WHOLE: &[&str] = &["auth", "proxy"];

/// Reads everything; `None` where there are no credentials. Other problems are with the reader.
pub(super) fn config(r: &Reader<'_>) -> Option<ConnectionConfig> {
    let auth = auth::auth(&r.table("auth"));
    let found = auth.is_some();
    let mut config = ConnectionConfig::new(auth.unwrap_or_else(|| AuthTokenConfig::new("", "").into()));
    config.base_url = r.text("base_url");
    if let Some(url) = &config.base_url {
        r.check("base_url", "base_url", crate::endpoint::base_url(url).map(drop));
    }
    (config.region, config.edge) = location(r);
    connection::settings(r, &mut config);
    calls::settings(r, &mut config);
    config.logging = logging(&r.table("logging"));
    config.user_agent = r.text("user_agent");
    r.check("user_agent", "user_agent", transport::user_agent(config.user_agent.as_deref()).map(drop));
    found.then_some(config)
}

/// Takes a value over where there is one.
pub(crate) fn put<T>(setting: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *setting = value;
    }
}

/// Reports that of keys which belong together some are not there.
pub(crate) fn missing(r: &Reader<'_>, keys: &[&str]) {
    for key in keys.iter().filter(|key| !r.has(key)) {
        r.problem(key, "is missing");
    }
}

/// Checked here and not only by the client, whose error would show what a variable holds.
fn location(r: &Reader<'_>) -> (Option<String>, Option<String>) {
    let (region, edge) = (r.text("region"), r.text("edge"));
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
    put(&mut logging.filter_fields, r.texts("filter_fields"));
    put(&mut logging.bodies, r.flag("bodies"));
    put(&mut logging.personal, r.flag("personal"));
    put(&mut logging.body_limit, r.count("body_limit"));
    logging
}
