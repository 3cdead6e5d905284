//! Configuration files, TOML behind a `t` and JSON behind a `j`: whatever they hold is read or refused, and what
//! variables put in shows in no error.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use twilio_fuzz::keep;
use twilio_sdk::fuzzing::base_url;
use twilio_sdk::{ConfigFormat, ConfigLoader};

/// The value of every variable.
const MARK: &str = "s3cr3t-mark";

static LOADER: LazyLock<ConfigLoader> = LazyLock::new(|| {
    // Without a folder of its own, the paths of certificates in an input would lead to this project's files.
    let folder = std::env::temp_dir().join("twilio-fuzz-no-such-folder");
    ConfigLoader::new().base_dir(folder).env_source(|name| match name {
        "TWILIO_PROFILE" | "MISSING" => None,
        "EMPTY" => Some(String::new()),
        _ => Some(MARK.to_owned()),
    })
});

fn seeds() {
    let all = include_str!("../../twilio-sdk/examples/twilio.toml");
    keep("all.toml", format!("t{all}").as_bytes());
    // What the example shows as comments is read too.
    let shown: Vec<&str> = all.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    keep("shown.toml", format!("t{}", shown.join("\n")).as_bytes());
    let auth = r#""auth":{"account_sid":"AC1","auth_token":"${TOKEN}"}"#;
    for (name, rest) in [
        ("plain", ""),
        ("times", r#","timeout":"1m30s","connect_timeout":0.5,"attempt_timeout":"250ms""#),
        ("profiles", r#","profiles":{"eu":{"region":"ie1","edge":"${MISSING:-dublin}"}}"#),
        ("escapes", r#","user_agent":"$${A} ${MISSING:-$${B}} ${EMPTY}""#),
        ("wrong", r#","timeout":-1,"timeuot":3,"region":"${MISSING}","retry":{"max_attempts":1e99}"#),
    ] {
        keep(name, format!("j{{{auth}{rest}}}").as_bytes());
    }
}

twilio_fuzz::json_mutator!(|_| 1);

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    let Some((kind, text)) = data.split_first() else { return Corpus::Reject };
    let format = match kind {
        b't' => ConfigFormat::Toml,
        b'j' => ConfigFormat::Json,
        _ => return Corpus::Reject,
    };
    match LOADER.load_slice(text, format) {
        Ok(config) => {
            // Shown for its panics only: a host or a region may well come from a variable.
            let _ = (format!("{config:?}"), base_url(&config, "api.twilio.com"));
        }
        Err(error) => {
            assert!(error.is_config(), "{error:?}");
            let shown = format!("{error} {error:?} {:?}", error.config_problems());
            let own = text.windows(MARK.len()).any(|part| part == MARK.as_bytes());
            assert!(own || !shown.contains(MARK), "a variable shows: {shown}");
        }
    }
    Corpus::Keep
});
