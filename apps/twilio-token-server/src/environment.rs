//! Configuration from environment variables.

use std::path::PathBuf;

use crate::TokenServerConfig;
use crate::hosts::is_host;
use crate::key::{Part, problems};
use crate::rule::Rule;
use twilio_sdk_audit::AuditLogOptions;
use twilio_sdk_config::ConfigError;
use twilio_sdk_types::ApiKeyConfig;
use twilio_sdk_types::Location;

const ACCOUNT: &[&str] = &["TWILIO_ACCOUNT_SID"];
const KEY: &[&str] = &["TWILIO_API_KEY", "TWILIO_API_KEY_SID"];
const SECRET: &[&str] = &["TWILIO_API_SECRET", "TWILIO_API_KEY_SECRET"];

/// The default room of the only rule.
const ROOM: &str = "My Room";

pub(crate) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<TokenServerConfig, ConfigError> {
    let set = |name: &&str| lookup(name).filter(|value| !value.is_empty());
    let get = |names: &[&str]| names.iter().find_map(set);
    let mut wrong = Vec::new();
    let mut need = |names: &[&str]| {
        let value = get(names);
        if value.is_none() {
            wrong.push(format!("{} is not set", names.join(" or ")));
        }
        value.unwrap_or_default()
    };
    let key = ApiKeyConfig::new(need(ACCOUNT), need(KEY), need(SECRET));
    let users_file = PathBuf::from(need(&["TOKEN_SERVER_USERS_FILE"]));
    for (part, message) in problems(&key) {
        let names = match part {
            Part::Account => ACCOUNT,
            Part::Key => KEY,
            Part::Secret => SECRET,
        };
        if let Some(name) = names.iter().find(|name| set(name).is_some()) {
            wrong.push(format!("{name} {message}"));
        }
    }
    let region = get(&["TWILIO_REGION"]);
    if Location::from_names(region.as_deref(), None).is_err() {
        wrong.push("TWILIO_REGION does not look like a region, such as us1 or ie1".to_owned());
    }
    let listen = get(&["TOKEN_SERVER_LISTEN"]).map(|text| text.parse());
    if matches!(listen, Some(Err(_))) {
        wrong.push("TOKEN_SERVER_LISTEN must be an address with a port, such as 127.0.0.1:3000".to_owned());
    }
    let behind_proxy = get(&["TOKEN_SERVER_BEHIND_PROXY"]);
    if behind_proxy.as_deref().is_some_and(|text| !matches!(text, "true" | "false")) {
        wrong.push("TOKEN_SERVER_BEHIND_PROXY must be true or false".to_owned());
    }
    let hosts = get(&["TOKEN_SERVER_HOSTS"]).unwrap_or_default();
    let hosts: Vec<_> = hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).collect();
    if !hosts.iter().all(|host| is_host(host)) {
        wrong.push(
            "TOKEN_SERVER_HOSTS must contain names such as tokens.example.com, separated by commas"
                .to_owned(),
        );
    }
    let audit_log = get(&["TOKEN_SERVER_AUDIT_LOG"]).map(AuditLogOptions::new);
    let room = get(&["TOKEN_SERVER_ROOM"]).unwrap_or_else(|| ROOM.to_owned());
    let rule =
        Rule::video_for_all(&room).map_err(|message| wrong.push(format!("TOKEN_SERVER_ROOM {message}")));
    let Ok(rule) = rule else { return Err(error(&wrong)) };
    if !wrong.is_empty() {
        return Err(error(&wrong));
    }
    let mut config = TokenServerConfig {
        region,
        hosts: hosts.into_iter().map(str::to_owned).collect(),
        behind_proxy: behind_proxy.as_deref() == Some("true"),
        rules: vec![rule],
        audit_log,
        ..TokenServerConfig::with(key, users_file)
    };
    if let Some(Ok(address)) = listen {
        config.listen = address;
    }
    Ok(config)
}

fn error(wrong: &[String]) -> ConfigError {
    ConfigError::new(wrong.join("\n"))
}
