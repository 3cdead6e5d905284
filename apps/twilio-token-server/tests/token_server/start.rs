//! What the program needs to start, and what it says where that is not there.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::client::log_in;
use crate::fixture::{Folder, NO_LIMITS, RULES, config, user};
use crate::program::{Program, command, run};
use crate::{ACCOUNT, KEY, PASSWORD, SECRET};

/// What the program complains of, a line each.
fn complaints(command: &mut Command) -> Vec<String> {
    let (status, out, errors) = run(command);
    assert!(!status.success() && out.is_empty(), "{status:?} {out} {errors}");
    for secret in [SECRET, "tell-nobody"] {
        assert!(!errors.contains(secret), "{errors}");
    }
    errors.lines().map(str::to_owned).collect()
}

fn with(text: &str) -> Vec<String> {
    let folder = Folder::new();
    complaints(command().arg("-c").arg(folder.write("server.toml", text)))
}

#[test]
fn everything_that_is_wrong_with_a_file_is_told_at_once() {
    let missing = with("[twilio]\n");
    for part in ["twilio.account_sid", "twilio.api_key", "twilio.api_secret", "users.file", "rules"] {
        let found = missing.iter().any(|line| {
            line.contains(&format!("{part} is missing")) || line.contains(&format!("{part}: is missing"))
        });
        assert!(found, "{part}: {missing:#?}");
    }
    assert_eq!(missing.len(), 5, "{missing:#?}");

    let text = r#"
        listen = "nowhere"
        trust_x_forwarded_for = "yes"
        colour = "red"
        behind_proxy = "yes"
        hosts = ["https://tokens.example.com"]
        [twilio]
        account_sid = "SK00000000000000000000000000000002"
        api_key = "SK12"
        api_secret = "tell-nobody"
        region = "a b"
        [users]
        file = 5
        password_cache_ttl = -1
        [cors]
        allowed_origins = ["*"]
        [limits]
        body = 0
        attempts_per_minute_per_user = 0
        attempts_per_minute_per_user_total = 0
        attempts_per_minute_per_address = 0
        connections = 0
        connections_per_address = 0
        [timeouts]
        idle = 0
        body = "soon"
        shutdown = 0
        connection = 0
        [tls]
        certificate = "missing.pem"
        [[rules]]
        users = []
        ttl = 86401
        identity = "{user}"
        [[rules]]
        ttl = "0s"
        voice = { outgoing_application_sid = "XX1", incoming = 1 }
        [[rules]]
        chat = { service_sid = "CH1" }
        [[rules]]
        task_router = { workspace_sid = "WS{username}", worker_sid = "WS1", role = "" }
    "#;
    let wrong = with(text);
    for (key, part) in [
        ("listen", "an address with a port"),
        ("trust_x_forwarded_for", "true or false"),
        ("colour", "unknown"),
        ("behind_proxy", "true or false"),
        ("hosts", "without scheme"),
        ("twilio.account_sid", "must be AC followed by 32 hexadecimal digits"),
        ("twilio.api_key", "must be SK followed by 32 hexadecimal digits"),
        ("twilio.api_secret", "fewer than 32 characters"),
        ("twilio.region", ""),
        ("users.file", "must be a string"),
        ("users.password_cache_ttl", ""),
        ("cors.allowed_origins", "wildcard"),
        ("limits.body", ""),
        ("limits.attempts_per_minute_per_user", "more than 0"),
        ("limits.attempts_per_minute_per_address", "more than 0"),
        ("limits.attempts_per_minute_per_user_total", "more than 0"),
        ("limits.connections", "more than 0"),
        ("limits.connections_per_address", "more than 0"),
        ("timeouts.connection", "more than 0"),
        ("timeouts.idle", "more than 0"),
        ("timeouts.body", ""),
        ("timeouts.shutdown", "more than 0"),
        ("tls.certificate", ""),
        ("tls.key", "is missing"),
        ("rules[0].users", "match every user"),
        ("rules[0].ttl", "between 1 s and 24 h"),
        ("rules[0].identity", "{username}"),
        ("rules[1].ttl", ""),
        ("rules[1].voice.incoming", ""),
        ("rules[1]", "AP"),
        ("rules[2]", "IS"),
        ("rules[3]", "WK"),
        ("rules[3].task_router.role", "is empty"),
    ] {
        let found = wrong.iter().any(|line| line.contains(&format!(" {key}")) && line.contains(part));
        assert!(found, "{key} {part}: {wrong:#?}");
    }
}

#[test]
fn a_life_of_more_than_a_day_is_refused() {
    let with_ttl = |ttl: &str| config("", &format!("[[rules]]\nttl = {ttl}\nvideo = {{}}\n"));
    for ttl in ["86401", "\"24h1s\"", "0", "0.5", "-1"] {
        let wrong = with(&with_ttl(ttl));
        assert!(wrong.len() == 1 && wrong[0].contains("ttl"), "{wrong:?}");
    }
    let folder = Folder::new();
    let (status, out, _) =
        run(command().arg("--check").arg("-c").arg(folder.write("server.toml", &with_ttl("86400"))));
    assert_eq!((status.success(), out.as_str()), (true, "the configuration is valid\n"));
}

#[test]
fn variables_that_are_not_set_are_told_and_those_that_are_count() {
    let folder = Folder::new();
    let text = config("", RULES).replace(SECRET, "${API_SECRET}").replace(ACCOUNT, "${ACCOUNT}");
    let path = folder.write("server.toml", &text);
    let wrong = complaints(command().arg("-c").arg(&path));
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    for name in ["ACCOUNT", "API_SECRET"] {
        assert!(wrong.iter().any(|line| line.contains(name)), "{wrong:?}");
    }
    let (status, ..) = run(command()
        .args(["--check", "-c"])
        .arg(&path)
        .envs([("ACCOUNT", ACCOUNT), ("API_SECRET", SECRET)]));
    assert!(status.success());
}

#[test]
fn users_that_cannot_be_read_and_other_trouble_stop_it() {
    let folder = Folder::new();
    let path = folder.config("", RULES);
    folder.write("users.toml", "[[auth.users]]\nusername = \"susan\"\npassword = \"tell-nobody\"\n");
    for arguments in [vec!["-c"], vec!["--check", "-c"]] {
        let wrong = complaints(command().args(arguments).arg(&path));
        assert!(
            wrong.iter().any(|line| line.contains("users.toml") && line.contains("password")),
            "{wrong:?}"
        );
    }
    let other = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let wrong = complaints(command().args(["--listen", &address, "-c"]).arg(other.config("", RULES)));
    assert!(wrong.iter().any(|line| line.contains(&address)), "{wrong:?}");
    for arguments in
        [&["--colour"][..], &["--listen", "nowhere"], &["-c", "server.ini"], &["-c", "missing.toml"]]
    {
        complaints(command().args(arguments));
    }
}

#[test]
fn everything_that_is_wrong_with_the_environment_is_told_at_once() {
    let wrong = complaints(&mut command());
    let text = wrong.join("\n");
    for name in [
        "TWILIO_ACCOUNT_SID is not set",
        "TWILIO_API_KEY or TWILIO_API_KEY_SID is not set",
        "TWILIO_API_SECRET or TWILIO_API_KEY_SECRET is not set",
        "TOKEN_SERVER_USERS_FILE is not set",
    ] {
        assert!(text.contains(name), "{name}: {text}");
    }
    assert_eq!(wrong.len(), 4, "{text}");

    let wrong = complaints(command().envs([
        ("TWILIO_ACCOUNT_SID", "AC"),
        ("TWILIO_API_KEY_SID", "tell-nobody"),
        ("TWILIO_API_KEY_SECRET", "tell-nobody"),
        ("TWILIO_REGION", "a b"),
        ("TOKEN_SERVER_LISTEN", "3000"),
        ("TOKEN_SERVER_BEHIND_PROXY", "yes"),
        ("TOKEN_SERVER_HOSTS", "a.example, *"),
        ("TOKEN_SERVER_ROOM", "{room}"),
    ]));
    let text = wrong.join("\n");
    for part in [
        "TWILIO_ACCOUNT_SID must be AC",
        "TWILIO_API_KEY_SID must be SK",
        "TWILIO_API_KEY_SECRET has fewer",
        "TWILIO_REGION",
        "TOKEN_SERVER_LISTEN",
        "TOKEN_SERVER_BEHIND_PROXY must be true or false",
        "TOKEN_SERVER_HOSTS",
        "TOKEN_SERVER_ROOM",
        "TOKEN_SERVER_USERS_FILE is not set",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[tokio::test]
async fn the_environment_alone_makes_the_tutorials_server() {
    let folder = Folder::new();
    let environment = |names: [&'static str; 3]| {
        let mut command = command();
        command.envs(names.into_iter().zip([ACCOUNT, KEY, SECRET]));
        command
            .env("TOKEN_SERVER_USERS_FILE", folder.path("users.toml"))
            .env("TOKEN_SERVER_LISTEN", "127.0.0.1:0");
        command
    };
    let program =
        Program::spawn(&mut environment(["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"]));
    assert!(program.address.ip().is_loopback());
    let claims = log_in(program.address, "carol", PASSWORD).await.claims();
    assert_eq!((claims.identity(), claims.account_sid(), claims.region()), (Some("carol"), ACCOUNT, None));
    assert_eq!(claims.video().unwrap().room.as_deref(), Some("My Room"));
    let life = claims.expires_at().duration_since(claims.not_before().unwrap()).unwrap();
    assert_eq!(life, Duration::from_secs(3600));

    let names = ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET"];
    let mut command = environment(names);
    let program = Program::spawn(
        command
            .envs([("TOKEN_SERVER_ROOM", "of-{username}"), ("TWILIO_REGION", "ie1")])
            .env("TOKEN_SERVER_AUDIT_LOG", folder.path("audit.log")),
    );
    let claims = log_in(program.address, "carol", PASSWORD).await.claims();
    let record = twilio_sdk_audit::read_tail(folder.path("audit.log"), 1).unwrap().remove(0);
    assert_eq!((record.event.as_str(), record.actor.as_deref()), ("token.issue", Some("carol")));
    assert_eq!(claims.video().unwrap().room.as_deref(), Some("of-carol"));
    assert_eq!(claims.region(), Some("ie1"));
}

#[tokio::test]
async fn a_hash_that_the_program_makes_is_one_for_the_file() {
    let mut child =
        command().arg("--hash-password").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"another password\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let hash = String::from_utf8(output.stdout).unwrap();
    let folder = Folder::new();
    let zoe = format!("[[auth.users]]\nusername = \"zoe\"\npassword_hash = \"{}\"\n", hash.trim_end());
    folder.write("users.toml", &[zoe, user("susan", &[])].concat());
    let everybody = format!("[[rules]]\nvideo = {{}}\n{NO_LIMITS}");
    let program = Program::start(&folder.config("", &everybody));
    assert_eq!(log_in(program.address, "zoe", "another password").await.status, 200);
    assert_eq!(log_in(program.address, "zoe", PASSWORD).await.status, 401);
    complaints(command().arg("--hash-password"));
}

#[test]
fn the_example_works_as_it_stands() {
    let text = include_str!("../../examples/token-server.toml");
    let folder = Folder::new();
    let signed = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("cert.pem", &signed.cert.pem());
    folder.write("key.pem", &signed.signing_key.serialize_pem());
    let path = folder.write("token-server.toml", text);
    let key = [("TWILIO_ACCOUNT_SID", ACCOUNT), ("TWILIO_API_KEY", KEY), ("TWILIO_API_SECRET", SECRET)];
    let (status, out, errors) = run(command().args(["--check", "-c"]).arg(&path).envs(key));
    assert!(status.success() && out == "the configuration is valid\n", "{errors}");
}

#[tokio::test]
async fn the_guides_configuration_works() {
    let guide = include_str!("../../../../docs/token-server.md");
    let (_, section) = guide.split_once("## Start it").unwrap();
    let text = section.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = Folder::new();
    let path = folder.write("token-server.toml", text);
    let key = [("TWILIO_ACCOUNT_SID", ACCOUNT), ("TWILIO_API_KEY", KEY), ("TWILIO_API_SECRET", SECRET)];
    let program = Program::spawn(command().args(["--listen", "127.0.0.1:0", "-c"]).arg(&path).envs(key));
    let claims = log_in(program.address, "susan", PASSWORD).await.claims();
    assert_eq!(claims.video().unwrap().room.as_deref(), Some("room-of-susan"));
    assert_eq!(log_in(program.address, "bob", PASSWORD).await.status, 403);
}

#[test]
fn help_and_version_are_told() {
    let (status, help, _) = run(command().arg("--help"));
    assert!(status.success() && help.contains("POST /token") && help.contains("SIGHUP"), "{help}");
    let (status, version, _) = run(command().arg("-V"));
    assert_eq!(
        (status.success(), version),
        (true, format!("twilio-token-server {}\n", env!("CARGO_PKG_VERSION")))
    );
}
