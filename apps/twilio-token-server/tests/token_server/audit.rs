//! What the server records, and that it gives no token where it cannot.

use std::sync::Arc;

use twilio_sdk_audit::{read_tail, verify_log};
use twilio_token_server::{TokenServer, TokenServerConfig};

use crate::client::{log_in, send};
use crate::fixture::{Folder, NO_LIMITS, RULES, Server, user, users};
use crate::program::{Program, command, run};
use crate::recorder::Recorder;
use crate::{PASSWORD, SECRET, WRONG};

#[tokio::test]
async fn who_is_recognized_and_who_is_given_a_token_is_recorded_or_refused() {
    let (folder, recorder) = (Folder::new(), Arc::new(Recorder::default()));
    let config = TokenServerConfig::from_file(folder.config("", &[RULES, NO_LIMITS].concat())).unwrap();
    let config = config.audit(Arc::clone(&recorder));
    let server = Server::serve(TokenServer::bind(config).await.unwrap());
    for (name, password, status) in
        [("bob", PASSWORD, 200), ("bob", WRONG, 401), (PASSWORD, WRONG, 401), ("carol", PASSWORD, 403)]
    {
        assert_eq!(log_in(server.address, name, password).await.status, status, "{name}");
    }
    let expected = [
        "authn ok actor=bob action=token.issue source=127.0.0.1",
        "token.issue ok actor=bob action=voice resource=agent_bob source=127.0.0.1",
        "authn denied action=token.issue source=127.0.0.1 reason=invalid credentials",
        "authn denied action=token.issue source=127.0.0.1 reason=invalid credentials",
        "authn ok actor=carol action=token.issue source=127.0.0.1",
        "token.issue denied actor=carol source=127.0.0.1 reason=no rule matches the user",
    ];
    assert_eq!(recorder.take(), expected);
    recorder.fill(true);
    let answer = log_in(server.address, "bob", PASSWORD).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (503, r#"{"error":"the audit event cannot be written now; retry later"}"#)
    );
    server.stop().await;
}

#[tokio::test]
async fn the_program_keeps_the_log_that_its_configuration_names() {
    let folder = Folder::new();
    let audit = "[audit]\nfile = \"audit/audit.log\"\nmax_file_size = 700\nfsync_interval = 0\nlock_timeout = \"5s\"\n";
    let config = folder.config("", &[RULES, NO_LIMITS, audit].concat());
    let log = folder.path("audit/audit.log");
    let (status, out, errors) = run(command().arg("-c").arg(&config).arg("--check"));
    assert!(status.success() && !log.exists(), "{out} {errors}");

    let program = Program::start(&config);
    let body = crate::client::credentials("bob", PASSWORD);
    let headers = [crate::client::JSON, ("X-Request-Id", "r-1")];
    let request = crate::client::request("POST", "/token", &headers, &body);
    let token = send(program.address, &request).await;
    assert_eq!(log_in(program.address, "bob", WRONG).await.status, 401);
    folder.write("users.toml", &[users(), user("dave", &[])].concat());
    program.signal("-HUP");
    program.logged("users reloaded", 1).await;
    program.logged("configuration and certificates reloaded", 1).await;
    assert!(program.log().iter().all(|line| line["message"] != "changed settings need a restart"));
    folder.write("users.toml", "broken");
    program.signal("-HUP");
    program.logged("users not reloaded; the previous users are kept", 1).await;
    program.signal("-TERM");
    assert!(program.end().await.0.success());

    let records = read_tail(&log, 100).unwrap();
    let shown: Vec<String> = records
        .iter()
        .map(|record| {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            let (actor, id) = (text(&record.actor), text(&record.correlation_id));
            format!("{} {} {actor} {id}", record.event, record.outcome)
        })
        .collect();
    let expected = [
        "authn ok bob r-1",
        "token.issue ok bob r-1",
        "authn denied - -",
        "config.change ok - -",
        "config.change failed - -",
    ];
    assert_eq!(shown, expected);
    assert!(folder.path("audit/audit.log.000001").exists(), "it is rotated");
    verify_log(&log, None).unwrap();
    let issued = token.json()["token"].as_str().unwrap().to_owned();
    for file in std::fs::read_dir(folder.path("audit")).unwrap() {
        let text = String::from_utf8(std::fs::read(file.unwrap().path()).unwrap()).unwrap();
        for secret in [SECRET, PASSWORD, WRONG, &issued] {
            assert!(!text.contains(secret), "{text}");
        }
    }

    // A log that lacks lines is not gone on with, by nobody.
    folder.write("users.toml", &users());
    std::fs::write(&log, "").unwrap();
    for arguments in [&["--check"][..], &[]] {
        let (status, _, errors) = run(command().arg("-c").arg(&config).args(arguments));
        assert!(!status.success() && errors.contains("audit.file: "), "{errors}");
    }
}

#[test]
fn a_table_for_the_log_that_names_none_is_refused() {
    let folder = Folder::new();
    for table in ["[audit]\n", "[audit]\nfile = \"\"\n", "[audit]\nmax_file_size = 5\n"] {
        let error = TokenServerConfig::from_file(folder.config("", &[RULES, table].concat())).unwrap_err();
        assert!(error.to_string().contains("audit.file"), "{table}: {error}");
    }
    for (seconds, expected) in [("0", "EveryRecord"), ("1.5", "Interval(1.5s)")] {
        let table = format!("[audit]\nfile = \"a\"\nfsync_interval = {seconds}\n");
        let config = TokenServerConfig::from_file(folder.config("", &[RULES, &table].concat())).unwrap();
        assert!(format!("{config:?}").contains(expected), "{config:?}");
    }
    let wrong =
        "[audit]\nfile = \"a\"\nmax_file_size = 0\nfsync_interval = -1\nlock_timeout = 0\nfsync = true\n";
    let error = TokenServerConfig::from_file(folder.config("", &[RULES, wrong].concat())).unwrap_err();
    let keys: Vec<_> = error.problems().iter().map(|problem| problem.key().to_owned()).collect();
    let expected = ["audit.max_file_size", "audit.fsync_interval", "audit.lock_timeout", "audit.fsync"];
    assert!(expected.iter().all(|key| keys.iter().any(|found| found == key)), "{keys:?}");
    assert_eq!(keys.len(), expected.len(), "{keys:?}");
}
