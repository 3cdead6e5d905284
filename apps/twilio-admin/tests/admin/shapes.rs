//! What `--json` prints has the names that the help text tells, no more and no fewer.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::program::{Home, PASSPHRASE, ended};

/// The names in the help text's paragraphs on JSON.
fn documented(home: &Home, command: &[&str]) -> BTreeSet<String> {
    let help = ended(home.bare(command).arg("--help"), "").ok().out;
    let (_, json) = help.split_once("JSON: ").unwrap_or_else(|| panic!("{command:?}: {help}"));
    let json = json.split("\n\n").next().unwrap();
    let quoted = json.split('"').skip(1).step_by(2).zip(json.split('"').skip(2).step_by(2));
    quoted.filter(|(_, after)| after.starts_with(':')).map(|(name, _)| name.to_owned()).collect()
}

fn names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| {
            found.insert(name.clone());
            names(value, found);
        }),
        Value::Array(list) => list.iter().for_each(|value| names(value, found)),
        _ => {}
    }
}

#[track_caller]
fn same(home: &Home, command: &[&str], printed: &[Value]) {
    let mut found = BTreeSet::new();
    printed.iter().for_each(|value| names(value, &mut found));
    assert_eq!(documented(home, command), found, "{command:?}");
}

#[test]
fn the_shapes_of_people_and_keys() {
    let (home, ada) = Home::with_people();
    let run = |arguments: &[&str]| home.json_as(&ada, arguments, &[]);
    same(&home, &["user", "add"], &[run(&["user", "add", "bob", "--role", "viewer"])]);
    same(&home, &["user", "list"], &[run(&["user", "list"])]);
    same(&home, &["user", "set-role"], &[run(&["user", "set-role", "bob", "operator"])]);
    let issued = run(&["key", "issue", "bob"]);
    same(&home, &["key", "issue"], std::slice::from_ref(&issued));
    same(&home, &["key", "list"], &[run(&["key", "list"])]);
    let id = issued["id"].as_str().unwrap();
    let rotated = run(&["key", "rotate", id]);
    same(&home, &["key", "issue"], std::slice::from_ref(&rotated));
    let revoked = run(&["key", "revoke", rotated["id"].as_str().unwrap()]);
    same(&home, &["key", "list"], &[json!({"keys": [revoked]})]);
    same(&home, &["user", "remove"], &[run(&["user", "remove", "bob"])]);
}

#[test]
fn the_shapes_of_the_vault_the_log_and_files() {
    let home = Home::new();
    let run = |arguments: &[&str], secrets: &[&str]| home.json(arguments, &[&[PASSPHRASE], secrets].concat());
    same(&home, &["vault", "init"], &[run(&["vault", "init"], &[])]);
    same(&home, &["vault", "set"], &[run(&["vault", "set", "a"], &["s"])]);
    same(&home, &["vault", "get"], &[run(&["vault", "get", "a"], &[])]);
    same(&home, &["vault", "list"], &[run(&["vault", "list"], &[])]);
    same(&home, &["vault", "delete"], &[run(&["vault", "delete", "a"], &[])]);
    same(&home, &["vault", "rekey"], &[run(&["vault", "rekey"], &[PASSPHRASE])]);
    same(&home, &["hash-password"], &[run(&["hash-password"], &[])]);

    home.write("bad.toml", "x = 1");
    let bad = home.file("bad.toml").display().to_string();
    same(&home, &["config", "check"], &[home.run(&["config", "check", &bad, "--json"], &[]).json()]);

    let whole = run(&["audit", "verify"], &[]);
    let log = std::fs::read_to_string(home.file("audit.log")).unwrap();
    std::fs::write(home.file("audit.log"), log.replacen("credential", "credentiel", 1)).unwrap();
    let broken = home.run(&["audit", "verify", "--json"], &[]);
    assert_eq!(broken.code, 5);
    same(&home, &["audit", "verify"], &[whole, broken.json()]);
}
