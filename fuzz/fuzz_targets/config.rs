//! Configurations from variables, `NAME=value` a line, and from JSON: they are rejected or lead to Twilio, and no
//! secret shows in what they print.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use twilio_fuzz::keep;
use twilio_sdk::fuzzing::{base_url, variables};
use twilio_sdk::{Auth, ConnectionConfig, Location};

/// Stands in every secret, and is looked for in every text.
const MARK: &str = "s3cr3t-mark";

/// The fields of credentials in which it is one.
const SECRETS: [&str; 6] = ["auth_token", "api_secret", "client_secret", "bearer_token", "password", "key"];

fn seeds() {
    let account = format!("TWILIO_ACCOUNT_SID=AC{:032x}", 1);
    let key = format!("TWILIO_API_KEY=SK{:032x}\nTWILIO_API_SECRET={MARK}", 1);
    keep("token", format!("v{account}\nTWILIO_AUTH_TOKEN={MARK}").as_bytes());
    keep("key", format!("v{account}\n{key}\nTWILIO_REGION=ie1\nTWILIO_EDGE=dublin").as_bytes());
    for base in ["https://gateway:8443/x/", "http://[::1]:8080", "http://127.0.0.1", "https://u:p@h/?q#f"] {
        let name: String = base.chars().filter(char::is_ascii_alphanumeric).collect();
        keep(&name, format!("v{account}\n{key}\nTWILIO_BASE_URL={base}").as_bytes());
    }
    keep("json", format!(r#"j{{"account_sid":"AC1","auth_token":"{MARK}"}}"#).as_bytes());
    keep("json_key", format!(r#"j{{"account_sid":"AC1","api_key":"SK1","api_secret":"{MARK}"}}"#).as_bytes());
    keep("location", b"lIE1\nSao-Paulo");
}

fn silent(text: &str) {
    assert!(!text.contains(MARK), "a secret shows: {text}");
}

fn used(config: &ConnectionConfig, own: Option<&str>) {
    silent(&format!("{config:?}"));
    match base_url(config, "api.twilio.com") {
        Ok(url) => {
            let uri: http::Uri = url.parse().expect("a base URL is a URL");
            let host = uri.host().unwrap_or_default();
            match own {
                None => assert!(host.starts_with("api.") && host.ends_with(".twilio.com"), "{url}"),
                Some(own) => assert!(own.contains(url.trim_end_matches('/')), "{own}: {url}"),
            }
            let loopback = ["localhost", "[::1]"].iter().any(|name| host.eq_ignore_ascii_case(name))
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
            assert!(uri.scheme_str() == Some("https") || loopback, "{url}");
        }
        Err(error) => {
            assert!(error.is_config(), "{error:?}");
            silent(&format!("{error} {error:?}"));
        }
    }
}

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let Some((kind, text)) = text.split_at_checked(1) else { return Corpus::Reject };
    match kind {
        "v" => {
            // The mark counts where it is a secret, and nowhere else.
            let secret = |name: &str| matches!(name, "TWILIO_API_SECRET" | "TWILIO_AUTH_TOKEN");
            let get = |name: &str| {
                let line = text.lines().filter_map(|line| line.split_once('=')).find(|(have, _)| *have == name);
                line.map(|(_, value)| match secret(name) {
                    true => value.to_owned(),
                    false => value.replace(MARK, "?"),
                })
            };
            match variables(get) {
                Ok(config) => used(&config, get("TWILIO_BASE_URL").filter(|url| !url.is_empty()).as_deref()),
                Err(error) => silent(&format!("{error} {error:?}")),
            }
        }
        "j" => {
            let Ok(auth) = serde_json::from_str::<Auth>(text) else { return Corpus::Keep };
            let Ok(Value::Object(fields)) = serde_json::from_str(text) else { return Corpus::Keep };
            // Here too.
            let mut open = fields.iter().filter(|(name, _)| !SECRETS.contains(&name.as_str()));
            if !open.any(|(_, value)| value.as_str().is_some_and(|text| text.contains(MARK))) {
                used(&ConnectionConfig::new(auth), None);
            }
        }
        "l" => {
            let (region, edge) = text.split_once('\n').unwrap_or((text, ""));
            if let Ok(location) = Location::from_names(Some(region), Some(edge)) {
                let shown = location.to_string();
                let label = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
                assert!(shown.chars().all(label), "{shown:?}");
            }
        }
        _ => return Corpus::Reject,
    }
    Corpus::Keep
});
