//! `config check`

use serde_json::{Value, json};

use crate::program::{Ended, Home, PASSPHRASE, ended, lines};

const CLIENT: &str = r#"
timeout = "30s"
auth = { account_sid = "AC00000000000000000000000000000001", api_key = "SK00000000000000000000000000000002", api_secret = "${API_SECRET}" }

[profiles.eu]
region = "ie1"
edge = "dublin"
"#;

fn check(home: &Home, name: &str, more: &[&str], variables: &[(&str, &str)], secrets: &[&str]) -> Ended {
    let file = home.file(name).display().to_string();
    let mut command = home.command(&["config", "check", &file]);
    command.args(more).arg("--stdin").envs(variables.iter().copied());
    ended(&mut command, &lines(secrets))
}

fn problems(ended: &Ended) -> Vec<Value> {
    assert_eq!(ended.code, 5, "{ended:?}");
    ended.json()["problems"].as_array().unwrap().clone()
}

#[test]
fn a_good_file_is_told_so() {
    let home = Home::new();
    home.write("twilio.toml", CLIENT);
    let secret = [("API_SECRET", "s3cr3t-of-key")];
    let good = check(&home, "twilio.toml", &["--json"], &secret, &[]).ok();
    let file = home.file("twilio.toml").display().to_string();
    assert_eq!(good.json(), json!({"file": file, "ok": true, "secrets": [], "problems": []}));
    let text = check(&home, "twilio.toml", &["--profile", "eu"], &secret, &[]).ok().out;
    assert!(text.contains("twilio.toml is valid"), "{text}");
    assert!(!format!("{text}{good:?}").contains("s3cr3t"));
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_commands_no_terminal() {
    let home = Home::new();
    let name = "a\u{1b}[2Jb.toml";
    home.write(name, "[");
    let found = check(&home, name, &[], &[], &[]);
    assert!(found.code == 5 && found.out.contains(r"a\u{1b}[2Jb.toml:1:"), "{found:?}");
}

#[test]
fn every_problem_is_told_with_its_place_and_no_value() {
    let home = Home::new();
    let bad = CLIENT.replace("30s", "s3cr3t").replace("edge =", "egde =");
    home.write("twilio.toml", &bad);
    let found = check(&home, "twilio.toml", &["--json"], &[], &[]);
    let problems = problems(&found);
    let keys: Vec<_> =
        problems.iter().map(|problem| (&problem["line"], problem["key"].as_str().unwrap())).collect();
    assert_eq!(
        keys,
        [(&json!(2), "timeout"), (&json!(3), "auth.api_secret"), (&json!(7), "profiles.eu.egde")]
    );
    assert!(!found.out.contains("s3cr3t"), "{found:?}");
    let text = check(&home, "twilio.toml", &[], &[], &[]);
    assert_eq!(text.code, 5);
    assert!(
        text.out.ends_with("3 problems\n") && text.out.contains("twilio.toml:2:11: timeout: "),
        "{text:?}"
    );
    let none = check(&home, "twilio.toml", &["--json", "--profile", "us"], &[("API_SECRET", "s")], &[]);
    assert!(none.out.contains("unknown profile"), "{none:?}");
    check(&home, "none.toml", &[], &[], &[]).failed(6, "no such file");
    home.write("twilio.ini", "");
    let odd = check(&home, "twilio.ini", &[], &[], &[]);
    assert!(odd.code == 5 && odd.out.contains("must end in .toml or .json"), "{odd:?}");
}

#[test]
fn secrets_that_the_file_names_must_be_in_the_vault() {
    let home = Home::with_vault();
    home.run(&["vault", "set", "twilio"], &[PASSPHRASE, "s3cr3t-of-key"]).ok();
    home.write("twilio.toml", &CLIENT.replace("${API_SECRET}", "secret://twilio"));
    let good = check(&home, "twilio.toml", &["--json"], &[], &[PASSPHRASE]).ok().json();
    assert_eq!((&good["ok"], &good["secrets"]), (&json!(true), &json!(["twilio"])));
    check(&home, "twilio.toml", &[], &[], &["wrong"]).failed(4, "the passphrase is wrong");
    home.run(&["vault", "delete", "twilio"], &[PASSPHRASE]).ok();
    let found = check(&home, "twilio.toml", &["--json"], &[], &[PASSPHRASE]);
    let problems = problems(&found);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0]["key"], "auth.api_secret");
    assert!(problems[0]["message"].as_str().unwrap().contains("has no secret of this name"), "{problems:?}");
    assert!(home.records().iter().all(|record| record["event"] != "credential.read"));
}

#[test]
fn without_a_vault_the_other_problems_are_told_all_the_same() {
    let home = Home::new();
    let bad = CLIENT.replace("${API_SECRET}", "secret://twilio").replace("30s", "soon");
    home.write("twilio.toml", &bad);
    let found = check(&home, "twilio.toml", &["--json"], &[], &[]);
    let problems = problems(&found);
    let keys: Vec<_> = problems.iter().map(|problem| problem["key"].as_str().unwrap_or("-")).collect();
    assert_eq!(keys, ["timeout", "auth.api_secret", "-"], "{problems:?}");
    assert!(problems[2]["message"].as_str().unwrap().contains("twilio-admin vault init creates one"));
}

#[cfg(unix)]
#[test]
fn a_secret_in_clear_that_others_can_read_is_a_problem() {
    let home = Home::new();
    let path = home.write("twilio.toml", &CLIENT.replace("${API_SECRET}", "s3cr3t-of-key"));
    check(&home, "twilio.toml", &[], &[], &[]).ok();
    crate::folder::chmod(&path, 0o644);
    let found = check(&home, "twilio.toml", &["--json"], &[], &[]);
    let problems = problems(&found);
    assert!(problems[0]["message"].as_str().unwrap().contains("other users can read"), "{problems:?}");
    assert!(!found.out.contains("s3cr3t"));
}

#[test]
fn files_of_users_are_checked_too_with_hashes_that_the_program_made() {
    let home = Home::new();
    let hash = home.json(&["hash-password"], &["a long password"])["hash"].as_str().unwrap().to_owned();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let users = format!("[[auth.users]]\nusername = \"susan\"\npassword_hash = \"{hash}\"\n");
    home.write("users.toml", &users);
    check(&home, "users.toml", &["--kind", "users"], &[], &[]).ok();
    home.write("users.toml", &users.repeat(2));
    let found = check(&home, "users.toml", &["--kind", "users", "--json"], &[], &[]);
    assert_eq!(problems(&found).len(), 1, "{found:?}");
    check(&home, "users.toml", &["--kind", "users", "--profile", "eu"], &[], &[]).failed(2, "--profile");
}

/// What a secret is, no one learns who may only see settings: neither by a problem nor by a record of reading.
#[test]
fn review_16_entries_of_the_vault_are_checked_by_name_only() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    let viewer = home.add(&ada, "vic", "viewer");
    let set = |name: &str, more: &[&str], secret: &str| {
        let arguments = [&["vault", "set", name], more].concat();
        home.run_as(&ada, &arguments, &[PASSPHRASE, secret]).ok();
    };
    let secrets = ["a good secret", " ", "https://user:password@example.com", "-----BEGIN PRIVATE KEY-----"];
    let text = r#"
auth = { account_sid = "secret://key#account_sid", api_key = "secret://key#api_key", api_secret = "secret://a" }
proxy = { url = "http://proxy:1", username = "u", password = "secret://a" }
[tls]
client_certificate = "chain.pem"
client_key = "secret://a"
"#;
    home.write("chain.pem", &rcgen::generate_simple_self_signed(["a".to_owned()]).unwrap().cert.pem());
    let path = home.write("twilio.toml", text).display().to_string();
    let check = || home.run_as(&viewer, &["config", "check", &path, "--json"], &[PASSPHRASE]);
    set("key", &["--as-json"], r#"{"account_sid": "no SID", "api_key": 7}"#);
    let mut said: Vec<String> = Vec::new();
    for secret in secrets {
        set("a", &[], secret);
        said.push(check().ok().out);
    }
    assert!(said.iter().all(|one| *one == said[0]), "{said:?}");
    let read = |record: &Value| record["event"] == "credential.read";
    assert!(!home.records().iter().any(read), "no entry is opened");
    // That one is missing is told, and what does not belong together.
    home.run_as(&ada, &["vault", "delete", "a"], &[PASSPHRASE]).ok();
    let found = problems(&check());
    let keys: Vec<_> = found.iter().map(|problem| problem["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["auth.api_secret", "proxy.password", "tls.client_key"], "{found:?}");
    home.write("twilio.toml", "auth = { account_sid = 'AC1', api_secret = 'secret://key' }");
    assert!(problems(&check())[0]["message"].as_str().unwrap().contains("api_key"));
}

/// The program that reads the file may be built with other features than this one.
#[test]
fn review_63_keys_of_all_features_are_known_and_noted() {
    let home = Home::new();
    let more = "gzip = true\nvalidate_requests = true\nrate_limit = { requests = 5 }\ntls = { backend = 'native' }\n";
    home.write("twilio.toml", &format!("{more}{CLIENT}"));
    let secret = [("API_SECRET", "s3cr3t-of-key")];
    let good = check(&home, "twilio.toml", &["--json"], &secret, &[]).ok().json();
    assert_eq!((&good["ok"], &good["problems"]), (&json!(true), &json!([])));
    let notes = good["notes"].as_array().unwrap();
    let found: Vec<_> =
        notes.iter().map(|note| (note["line"].as_u64(), note["key"].as_str().unwrap())).collect();
    let expected = [(1, "gzip"), (2, "validate_requests"), (3, "rate_limit"), (4, "tls.backend")];
    assert_eq!(found, expected.map(|(line, key)| (Some(line), key)));
    assert!(notes[2]["message"].as_str().unwrap().contains("needs the feature `rate-limit`"), "{notes:?}");
    let text = check(&home, "twilio.toml", &[], &secret, &[]).ok().out;
    assert!(text.contains("twilio.toml:3:14: note: rate_limit: needs the feature"), "{text}");
    // Their values are judged all the same.
    home.write("twilio.toml", &format!("{}{CLIENT}", more.replace("requests = 5", "requests = 0")));
    let found = problems(&check(&home, "twilio.toml", &["--json"], &secret, &[]));
    assert_eq!((found.len(), &found[0]["key"]), (1, &json!("rate_limit")), "{found:?}");
}
