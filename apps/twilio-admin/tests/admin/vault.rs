//! `vault`

use serde_json::json;

use crate::program::{Home, PASSPHRASE, ended, lines};

#[test]
fn entries_are_set_listed_got_and_deleted() {
    let home = Home::with_vault();
    let set = home.json(&["vault", "set", "twilio"], &[PASSPHRASE, "the secret"]);
    assert_eq!(set, json!({"name": "twilio", "replaced": false, "expires_at": null}));
    let set = home.json(&["vault", "set", "twilio"], &[PASSPHRASE, "another secret"]);
    assert_eq!(set["replaced"], true);
    let got = home.run(&["vault", "get", "twilio"], &[PASSPHRASE]).ok();
    assert_eq!(got.out, "another secret\n");
    let got = home.json(&["vault", "get", "twilio"], &[PASSPHRASE]);
    assert_eq!((&got["name"], &got["value"]), (&json!("twilio"), &json!("another secret")));
    assert!(got["created_at"].as_str().unwrap().ends_with('Z'), "{got}");

    let listed = home.json(&["vault", "list"], &[PASSPHRASE]);
    let keys: Vec<_> = listed["entries"][0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["created_at", "expired", "expires_at", "name", "updated_at"]);
    let listed = home.run(&["vault", "list"], &[PASSPHRASE]).ok().out;
    assert!(listed.starts_with("NAME    UPDATED") && listed.contains("\ntwilio  2"), "{listed}");

    let deleted = home.json(&["vault", "delete", "twilio"], &[PASSPHRASE]);
    assert_eq!(deleted, json!({"name": "twilio", "deleted": true}));
    home.run(&["vault", "delete", "twilio"], &[PASSPHRASE]).failed(6, "no entry \"twilio\"");
    home.run(&["vault", "get", "twilio"], &[PASSPHRASE]).failed(6, "no entry \"twilio\"");
}

#[test]
fn a_secret_of_several_lines_comes_back_as_it_was() {
    let home = Home::with_vault();
    let pem = "-----BEGIN PRIVATE KEY-----\nMIIB\n\nAA==\n-----END PRIVATE KEY-----\n";
    let passphrase = home.write("passphrase", PASSPHRASE);
    let file = ["--passphrase-file", passphrase.to_str().unwrap()];
    // The dash reads the secret alone from standard input.
    ended(home.command(&["vault", "set", "key", "-"]).args(file), pem).ok();
    let got = ended(home.command(&["vault", "get", "key"]).args(file), "").ok().out;
    assert_eq!(got, pem);
    home.run(&["vault", "set", "two"], &[PASSPHRASE, "first line", "second line"]).ok();
    assert_eq!(home.run(&["vault", "get", "two"], &[PASSPHRASE]).ok().out, "first line\nsecond line\n");
}

#[test]
fn an_entry_of_json_has_fields() {
    let home = Home::with_vault();
    let key = r#"{"account_sid":"AC1","api_secret":"s3cr3t-of-key","n":12345678901234567890}"#;
    home.run(&["vault", "set", "key", "--as-json"], &[PASSPHRASE, key]).ok();
    let field = home.run(&["vault", "get", "key", "--field", "api_secret"], &[PASSPHRASE]).ok();
    assert_eq!(field.out, "s3cr3t-of-key\n");
    assert_eq!(
        home.json(&["vault", "get", "key"], &[PASSPHRASE])["value"]["n"].to_string(),
        "12345678901234567890"
    );
    home.run(&["vault", "get", "key", "--field", "none"], &[PASSPHRASE]).failed(6, "no field of this name");
    home.run(&["vault", "set", "text"], &[PASSPHRASE, "text"]).ok();
    home.run(&["vault", "get", "text", "--field", "a"], &[PASSPHRASE])
        .failed(2, "--field is only for entries that are JSON");
    let bad = home.run(&["vault", "set", "bad", "--as-json"], &[PASSPHRASE, "{\"a\": s3cr3t}"]);
    let bad = bad.failed(2, "not JSON, as --as-json requires: see line 1, column 7");
    assert!(!bad.err.contains("s3cr3t"));
}

#[test]
fn what_has_expired_is_not_handed_out() {
    let home = Home::with_vault();
    let set = ["vault", "set", "old", "--expires-at", "2020-01-31T00:00:00Z"];
    assert_eq!(home.json(&set, &[PASSPHRASE, "s"])["expires_at"], "2020-01-31T00:00:00Z");
    home.run(&["vault", "get", "old"], &[PASSPHRASE]).failed(6, "\"old\" has expired");
    assert_eq!(home.json(&["vault", "list"], &[PASSPHRASE])["entries"][0]["expired"], true);
    assert!(home.run(&["vault", "list"], &[PASSPHRASE]).ok().out.contains("2020-01-31T00:00:00Z (expired)"));
    home.run(&["vault", "set", "new", "--expires-in", "90d"], &[PASSPHRASE, "s"]).ok();
    home.run(&["vault", "get", "new"], &[PASSPHRASE]).ok();
    let both = ["vault", "set", "x", "--expires-in", "1d", "--expires-at", "2030-01-31T00:00:00Z"];
    home.run(&both, &[PASSPHRASE, "s"]).failed(2, "cannot be used with");
    let never = ["vault", "set", "x", "--expires-in", "9999999999y"];
    assert_eq!(home.run(&never, &[PASSPHRASE, "s"]).code, 2);
}

#[test]
fn another_passphrase_takes_the_place_of_the_first() {
    let home = Home::with_vault();
    home.run(&["vault", "set", "a"], &[PASSPHRASE, "secret"]).ok();
    let new = "another battery of correct horses";
    home.run(&["vault", "rekey"], &["wrong passphrase, by far", new]).failed(4, "the passphrase is wrong");
    home.run(&["vault", "rekey"], &[PASSPHRASE, "too short"]).failed(2, "fewer than 15 characters");
    home.run(&["vault", "get", "a"], &[PASSPHRASE]).ok();
    home.run(&["vault", "rekey"], &[PASSPHRASE, new]).ok();
    home.run(&["vault", "get", "a"], &[PASSPHRASE]).failed(4, "the passphrase is wrong");
    assert_eq!(home.run(&["vault", "get", "a"], &[new]).ok().out, "secret\n");
}

#[test]
fn a_vault_is_made_once_and_not_with_a_passphrase_that_is_soon_guessed() {
    let home = Home::new();
    home.run(&["vault", "list"], &[PASSPHRASE]).failed(6, "twilio-admin vault init creates one");
    home.run(&["vault", "init"], &["14 characters!"]).failed(2, "fewer than 15 characters");
    home.run(&["vault", "init"], &[""]).failed(2, "it is empty");
    assert!(!home.file("secrets.vault").exists());
    let made = home.json(&["vault", "init"], &[PASSPHRASE]);
    assert_eq!(made["vault"], home.file("secrets.vault").display().to_string());
    let before = std::fs::read(home.file("secrets.vault")).unwrap();
    home.run(&["vault", "init"], &[PASSPHRASE]).failed(6, "the file already exists");
    assert_eq!(std::fs::read(home.file("secrets.vault")).unwrap(), before);
    let elsewhere = home.file("deeper/other.vault").display().to_string();
    home.run(&["vault", "init", "--vault", &elsewhere], &[PASSPHRASE]).ok();
    assert_eq!(home.json(&["vault", "--vault", &elsewhere, "list"], &[PASSPHRASE]), json!({"entries": []}));
}

/// Vector A2 of the systems that this replaces.
#[test]
fn the_store_of_another_program_is_taken_over() {
    const DATA: &str = "Z0FBQUFBQmxVX0VBRUJFU0V4UVZGaGNZR1JvYkhCMGVIMWp0a3NFblFtRHRPZUJmNWt3dmFkc1JMQWtkdENIRTM4QVZGcDRmLWktRHN1TTU1Y1NPZnRMb1EzbUJPT1VEYl9lVi1QQ3FhdGYydF90a2ptV0ZMeWc2UDd2ZG9KbGtmdUFiVi1hQ3FWd2hXX1dsWU9LN0JyZ2xfampmZDQzX0tnPT0=";
    let home = Home::with_vault();
    let store = json!({"salt": "AAECAwQFBgcICQoLDA0ODw==", "version": 1, "data": DATA}).to_string();
    let store = home.write("credentials.enc", &store).display().to_string();
    let import = ["vault", "import", store.as_str()];
    home.run(&import, &[PASSPHRASE, "wrong"]).failed(4, "credentials.enc: vault: the passphrase is wrong");
    let taken = home.json(&import, &[PASSPHRASE, "test-master-password"]);
    assert_eq!(taken, json!({"imported": ["github_api"], "skipped": []}));
    let listed = home.json(&["vault", "list"], &[PASSPHRASE]);
    assert_eq!(listed["entries"][0]["expires_at"], "2025-01-01T00:00:00Z");
    home.run(&["vault", "get", "github_api"], &[PASSPHRASE]).failed(6, "has expired");

    let again = home.run(&import, &[PASSPHRASE, "test-master-password"]).ok().out;
    assert!(again.contains("skipped: github_api"), "{again}");
    let replaced = [&import[..], &["--replace"]].concat();
    assert_eq!(
        home.json(&replaced, &[PASSPHRASE, "test-master-password"])["imported"],
        json!(["github_api"])
    );
    home.run(&["vault", "import", "/nowhere/at/all"], &[]).failed(6, "no such file");
}

#[cfg(unix)]
#[test]
fn files_that_others_may_read_are_not_used() {
    use crate::folder::{chmod, mode};
    let home = Home::with_vault();
    assert_eq!((mode(&home.file("secrets.vault")), mode(&home.file("audit.log"))), (0o600, 0o600));
    let passphrase = home.write("passphrase", PASSPHRASE);
    let list = ["vault", "list", "--passphrase-file", passphrase.to_str().unwrap()];
    ended(&mut home.command(&list), "").ok();
    chmod(&passphrase, 0o640);
    ended(&mut home.command(&list), "").failed(3, "chmod 600");
    chmod(&passphrase, 0o600);
    chmod(&home.file("secrets.vault"), 0o644);
    ended(&mut home.command(&list), "").failed(1, "600");
    chmod(&home.file("secrets.vault"), 0o600);
    std::fs::write(&passphrase, "").unwrap();
    ended(&mut home.command(&list), "").failed(1, "has no secret");
}

#[test]
fn a_vault_that_was_changed_is_refused_and_left_as_it_is() {
    let home = Home::with_vault();
    let path = home.file("secrets.vault");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    home.run(&["vault", "set", "a"], &[PASSPHRASE, "s"]).failed(1, "vault:");
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn names_command_no_terminal() {
    let home = Home::with_vault();
    home.run(&["vault", "set", "a\u{202e}b"], &[PASSPHRASE, "s"]).ok();
    let listed = home.run(&["vault", "list"], &[PASSPHRASE]).ok().out;
    assert!(listed.contains("a\\u{202e}b"), "{listed}");
    home.run(&["vault", "set", "a\u{1b}[2J"], &[PASSPHRASE, "s"]).failed(2, "no control characters");
}

#[test]
fn everything_is_recorded() {
    let home = Home::with_vault();
    home.run(&["vault", "set", "a"], &[PASSPHRASE, "s"]).ok();
    home.run(&["vault", "get", "a"], &[PASSPHRASE]).ok();
    home.run(&["vault", "get", "b"], &[PASSPHRASE]).failed(6, "no entry");
    home.run(&["vault", "delete", "a"], &[PASSPHRASE]).ok();
    home.run(&["vault", "list"], &["wrong"]).failed(4, "wrong");
    let events: Vec<_> = home
        .records()
        .iter()
        .filter(|record| record["event"] != "credential.unlock" || record["outcome"] == "denied")
        .filter(|record| record["outcome"] != "begun")
        .map(|record| {
            let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
            (text("event"), text("resource"), text("outcome"))
        })
        .collect();
    let expected = [
        ("credential.store", "a", "ok"),
        ("credential.read", "a", "ok"),
        ("credential.read", "b", "failed"),
        ("credential.delete", "a", "ok"),
        ("credential.unlock", "", "denied"),
    ];
    assert_eq!(
        events,
        expected.map(|(event, resource, outcome)| (
            event.to_owned(),
            resource.to_owned(),
            outcome.to_owned()
        ))
    );
    assert!(
        home.records().iter().all(|record| record["actor"].as_str().is_some_and(|actor| !actor.is_empty()))
    );

    // What cannot be recorded is not done.
    let elsewhere = home.write("file", "").join("audit.log");
    let set = ["vault", "set", "c", "--audit-log", elsewhere.to_str().unwrap()];
    home.run(&set, &[PASSPHRASE, "s"]).failed(1, "audit:");
    assert_eq!(home.json(&["vault", "list"], &[PASSPHRASE]), json!({"entries": []}));
}

#[test]
fn more_lines_than_are_asked_for_are_no_part_of_a_secret() {
    let home = Home::with_vault();
    let out = ended(home.command(&["vault", "list"]).arg("--stdin"), &lines(&[PASSPHRASE, "more"])).ok();
    assert!(out.out.starts_with("NAME"));
    ended(home.command(&["vault", "list"]).arg("--stdin"), "")
        .failed(2, "Passphrase of the vault: it is empty");
}
