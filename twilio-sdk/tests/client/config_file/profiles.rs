//! Profiles: what they inherit, and which one is chosen.

use twilio_sdk::{ConfigFormat, ConnectionConfig, Result};

use crate::config_file::{Folder, loader, shown};

const FILE: &str = r#"
region = "us1"
timeout = 10
retry = { max_attempts = 5, backoff_multiplier = 3, retryable_statuses = [429, 503] }
proxy = { url = "http://one:1", username = "u", password = "p" }

[auth]
account_sid = "AC1"
api_key = "SK1"
api_secret = "one"

[profiles.eu]
region = "ie1"
retry = { max_attempts = 2, retryable_statuses = [500] }

[profiles.token]
proxy = { url = "http://two:2" }
auth = { account_sid = "AC2", auth_token = "two" }

[profiles.broken]
auth = { auth_token = "${NOWHERE}" }
"#;

fn read(
    argument: Option<&str>,
    variables: &'static [(&'static str, &'static str)],
) -> Result<ConnectionConfig> {
    let loader = loader(variables);
    let loader = match argument {
        Some(name) => loader.profile(name),
        None => loader,
    };
    loader.load_str(FILE, ConfigFormat::Toml)
}

#[test]
fn the_argument_wins_over_the_variable_and_without_either_there_is_none() {
    let eu: &[(&str, &str)] = &[("TWILIO_PROFILE", "eu")];
    for (argument, variables, account, region, attempts) in [
        (None, &[][..], "AC1", "us1", 5),
        (None, &[("TWILIO_PROFILE", "")], "AC1", "us1", 5),
        (None, eu, "AC1", "ie1", 2),
        (Some("eu"), &[], "AC1", "ie1", 2),
        (Some("token"), eu, "AC2", "us1", 5),
        (Some("eu"), &[("TWILIO_PROFILE", "nowhere")], "AC1", "ie1", 2),
    ] {
        let text = shown(&read(argument, variables).unwrap());
        for part in [account, &format!("region: Some({region:?})"), &format!("max_attempts: {attempts}")] {
            assert!(text.contains(part), "{argument:?} {variables:?}: {part} in {text}");
        }
    }
}

#[test]
fn tables_are_merged_and_lists_and_credentials_replaced() {
    let text = shown(&read(Some("eu"), &[]).unwrap());
    for part in ["backoff_multiplier: 3", "retryable_statuses: [500]", "timeout: 10s", "http://one:1", "SK1"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let text = shown(&read(Some("token"), &[]).unwrap());
    // The other proxy must not get the first one's password, nor the token the key.
    for part in ["AuthToken", "http://two:2", "basic_auth: None", "retryable_statuses: [429, 503]"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("SK1"), "{text}");
}

#[test]
fn only_the_chosen_profile_must_have_its_variables() {
    let error = read(Some("broken"), &[]).unwrap_err();
    let message = "the variable NOWHERE is not set; set it, or give a default as in ${NOWHERE:-default}";
    let expected = format!("configuration:21:23: profiles.broken.auth.auth_token: {message}");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_profile_that_is_not_there_is_an_error_that_names_those_that_are() {
    for (name, expected) in [
        ("EU", "unknown profile \"EU\"; did you mean \"eu\"?"),
        ("tokn", "unknown profile \"tokn\"; did you mean \"token\"?"),
        ("production", "unknown profile \"production\"; the file has eu, token, broken"),
        ("", "unknown profile \"\"; the file has eu, token, broken"),
    ] {
        let error = read(Some(name), &[]).unwrap_err();
        assert_eq!(error.to_string(), format!("configuration: profiles: {expected}"));
    }
    let error = read(None, &[("TWILIO_PROFILE", "production")]).unwrap_err();
    assert!(error.to_string().contains("unknown profile \"production\""), "{error}");
    let error = loader(&[]).profile("eu").load_str("", ConfigFormat::Toml).unwrap_err();
    assert_eq!(error.to_string(), "configuration: profiles: unknown profile \"eu\"; the file has none");
}

#[test]
fn a_variable_names_the_file_and_without_it_the_variables_are_the_configuration() {
    let folder = Folder::new();
    let path = folder.write("twilio.toml", FILE).display().to_string();
    let with = |pairs: Vec<(&'static str, String)>| {
        twilio_sdk::ConfigLoader::new()
            .env_source(move |name| {
                pairs.iter().find(|(have, _)| *have == name).map(|(_, value)| value.clone())
            })
            .load_config_or_env()
    };
    let env = || vec![("TWILIO_ACCOUNT_SID", "AC7".to_owned()), ("TWILIO_AUTH_TOKEN", "seven".to_owned())];
    assert!(shown(&with(env()).unwrap()).contains("AC7"));
    let empty = [env(), vec![("TWILIO_CONFIG", String::new())]].concat();
    assert!(shown(&with(empty).unwrap()).contains("AC7"));
    let file = [env(), vec![("TWILIO_CONFIG", path.clone())]].concat();
    let text = shown(&with(file).unwrap());
    assert!(text.contains("AC1") && !text.contains("AC7"), "{text}");
    let profile = vec![("TWILIO_CONFIG", path), ("TWILIO_PROFILE", "token".to_owned())];
    assert!(shown(&with(profile).unwrap()).contains("AC2"));
    let error = with(vec![("TWILIO_CONFIG", "/nowhere/x.toml".to_owned())]).unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/x.toml: cannot be read"), "{error}");
    assert!(with(Vec::new()).unwrap_err().to_string().contains("TWILIO_ACCOUNT_SID"));
}
