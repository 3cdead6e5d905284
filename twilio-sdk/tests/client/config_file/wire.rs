//! Clients of files, over real HTTP.

use base64::Engine as _;
use twilio_emulator::Emulator;
use twilio_sdk::{Client, ConfigFormat, ConfigLoader};

use crate::common::{ACCOUNT, KEY, mock};
use crate::config_file::Folder;

/// A client of a text in which `${URL}` is the mock's address.
fn client(mock: &Emulator, text: &str, format: ConfigFormat) -> Client {
    let url = mock.base_url();
    let loader = ConfigLoader::new().env_source(move |name| match name {
        "URL" => Some(url.clone()),
        "ACCOUNT" => Some(ACCOUNT.to_owned()),
        "KEY" => Some(KEY.to_owned()),
        "SECRET" => Some("a ${KEY} $${b}".to_owned()),
        _ => None,
    });
    Client::new(loader.load_str(text, format).unwrap()).unwrap()
}

#[tokio::test]
async fn each_kind_of_credentials_is_what_goes_out() {
    let mock = mock().await;
    let secret = "a ${KEY} $${b}";
    for (auth, json, user, password) in [
        (
            "account_sid = '${ACCOUNT}', auth_token = '${SECRET}'",
            r#""account_sid": "${ACCOUNT}", "auth_token": "${SECRET}""#,
            ACCOUNT,
            secret.to_owned(),
        ),
        (
            "account_sid = '${ACCOUNT}', api_key = '${KEY}', api_secret = 'x-${SECRET}-$${y}'",
            r#""account_sid": "${ACCOUNT}", "api_key": "${KEY}", "api_secret": "x-${SECRET}-$${y}""#,
            KEY,
            format!("x-{secret}-${{y}}"),
        ),
    ] {
        let toml = format!("base_url = '${{URL}}'\nauth = {{ {auth} }}\n");
        let json = format!("{{ \"base_url\": \"${{URL}}\", \"auth\": {{ {json} }} }}");
        for (text, format) in [(toml, ConfigFormat::Toml), (json, ConfigFormat::Json)] {
            mock.clear_requests();
            client(&mock, &text, format).api_v2010().create_message("+15558675310").send().await.unwrap();
            let requests = mock.requests();
            assert_eq!(requests[0].path, format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
            let plain = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
            assert_eq!(requests[0].authorization(), Some(format!("Basic {plain}").as_str()), "{text}");
        }
    }
}

#[tokio::test]
async fn settings_of_the_chosen_profile_are_those_of_the_calls() {
    let mock = mock().await;
    let folder = Folder::new();
    let text = format!(
        "base_url = '{}'\nauth = {{ account_sid = '{ACCOUNT}', auth_token = 't' }}\nuser_agent = 'top/1'\n\
         retry = {{ max_attempts = 1, initial_backoff = '1ms' }}\n\
         [profiles.again]\nuser_agent = 'again/1'\nretry.max_attempts = 3\n",
        mock.base_url()
    );
    let path = folder.write("twilio.toml", &text);
    let fail = || (0..2).for_each(|_| mock.stub_next(503, &[], "{}"));
    for (profile, agent, attempts) in [(None, "top/1", 1), (Some("again"), "again/1", 3)] {
        mock.clear_requests();
        mock.clear_stubs();
        fail();
        let loader = ConfigLoader::new().env_source(|_| None);
        let loader = profile.map_or_else(|| loader.clone(), |name: &str| loader.clone().profile(name));
        let twilio = Client::new(loader.load_file(&path).unwrap()).unwrap();
        let outcome = twilio.verify_v2().list_service().send().await;
        assert_eq!(outcome.is_ok(), profile.is_some());
        let requests = mock.requests();
        assert_eq!(requests.len(), attempts);
        let found = requests[0].header("user-agent").unwrap();
        assert!(found.ends_with(agent), "{found}");
    }
}

/// Runs in a separate process with its own environment.
#[tokio::test]
async fn the_short_ways_read_the_environment_of_the_process() {
    const NAME: &str = "config_file::wire::the_short_ways_read_the_environment_of_the_process";
    if let Ok(path) = std::env::var("CONFIG_FILE_TEST") {
        return in_the_environment(&path).await;
    }
    let mock = mock().await;
    let folder = Folder::new();
    let auth = r#""auth": { "account_sid": "${ACCOUNT}", "auth_token": "t" }"#;
    let text = format!(
        r#"{{ "base_url": "{}", {auth}, "profiles": {{ "a": {{ "user_agent": "a/1" }}, "b": {{ "user_agent": "b/1" }} }} }}"#,
        mock.base_url()
    );
    let path = folder.write("twilio.json", &text);
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args([NAME, "--exact"]).env("CONFIG_FILE_TEST", &path).env("ACCOUNT", ACCOUNT);
    child.env("TWILIO_CONFIG", &path).env("TWILIO_PROFILE", "a");
    // The emulator runs on this thread.
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    let agents: Vec<String> =
        mock.requests().iter().map(|request| request.header("user-agent").unwrap().to_owned()).collect();
    let ends: Vec<&str> = agents.iter().filter_map(|agent| agent.split(' ').next_back()).collect();
    assert_eq!(ends, ["a/1", "b/1", "a/1"]);
}

async fn in_the_environment(path: &str) {
    use twilio_sdk::ConnectionConfig;
    let clients = [
        Client::from_file(path),
        ConnectionConfig::from_file_profile(path, Some("b")).and_then(Client::new),
        Client::from_config_or_env(),
    ];
    for twilio in clients {
        twilio.unwrap().api_v2010().create_message("+15558675310").send().await.unwrap();
    }
}
