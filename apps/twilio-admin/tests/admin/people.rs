//! `user`, `key`, and who may do what.

use serde_json::json;
use twilio_sdk::access_control::{Permission, Roles};

use crate::folder::holds;
use crate::program::{Ended, Home, PASSPHRASE, ended};

/// A command for each permission that the program knows, and how it ends for those who may.
fn commands(home: &Home) -> Vec<(Permission, Vec<String>, i32)> {
    let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let file = home.file("twilio.toml").display().to_string();
    let login = [
        "login",
        "a",
        "--client-id",
        "c",
        "--token-url",
        "http://127.0.0.1:1/t",
        "--device-authorization-url",
        "http://127.0.0.1:1/d",
    ];
    vec![
        (Permission::ManageCredentials, list(&["vault", "list"]), 0),
        (Permission::ManageCredentials, list(&["vault", "get", "none"]), 6),
        (Permission::ManageCredentials, list(&["vault", "init"]), 6),
        (Permission::ManageCredentials, list(&["vault", "rekey"]), 2),
        (Permission::ManageCredentials, list(&["vault", "set", "new"]), 2),
        (Permission::ManageCredentials, list(&["vault", "delete", "none"]), 6),
        (Permission::ManageCredentials, list(&["vault", "import", "/nowhere/at/all"]), 6),
        (Permission::ManageCredentials, list(&login), 1),
        (Permission::ManageUsers, list(&["user", "list"]), 0),
        (Permission::ManageUsers, list(&["user", "add", "ada", "--role", "viewer"]), 6),
        (Permission::ManageUsers, list(&["user", "set-role", "nobody", "viewer"]), 6),
        (Permission::ManageUsers, list(&["user", "remove", "nobody"]), 6),
        (Permission::ManageUsers, list(&["key", "list"]), 0),
        (Permission::ManageUsers, list(&["key", "issue", "nobody"]), 6),
        (Permission::ManageUsers, list(&["key", "rotate", "0123456789abcdef"]), 6),
        (Permission::ManageUsers, list(&["key", "revoke", "0123456789abcdef"]), 6),
        (Permission::ViewLogs, list(&["audit", "tail", "-n", "1"]), 0),
        (Permission::ViewLogs, list(&["audit", "search", "--actor", "x"]), 0),
        (Permission::ViewLogs, list(&["audit", "verify"]), 0),
        (Permission::ViewConfig, list(&["config", "check", &file]), 5),
    ]
}

#[test]
fn every_command_asks_for_its_permission_of_every_role() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    home.write("twilio.toml", "");
    home.write("access.toml", "[access.roles.keeper]\npermissions = ['manage_credentials']\n");
    let roles = Roles::from_file(home.file("access.toml")).unwrap();
    for role in roles.iter() {
        let key = if role.name() == "admin" {
            ada.clone()
        } else {
            home.add(&ada, &format!("a-{}", role.name()), role.name())
        };
        for (permission, arguments, code) in commands(&home) {
            let may = role.permissions().contains(permission);
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            let ended = home.run_as(&key, &arguments, &[PASSPHRASE]);
            assert_eq!(ended.code, if may { code } else { 3 }, "{} {arguments:?}: {ended:?}", role.name());
            if !may {
                assert!(ended.err.contains(permission.as_str()) && ended.out.is_empty(), "{ended:?}");
            }
        }
    }
    let denied = |record: &&serde_json::Value| record["event"] == "authz" && record["outcome"] == "denied";
    assert!(home.records().iter().filter(denied).count() > 20);
}

#[test]
fn there_must_be_people_unless_it_is_said_that_there_are_none() {
    let home = Home::new();
    for (permission, arguments, _) in commands(&home) {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let refused =
            ended(&mut home.bare(&arguments), "").failed(3, "twilio-admin user bootstrap NAME creates one");
        let about_people = permission == Permission::ManageUsers;
        assert_eq!(refused.err.contains("--no-users-db"), !about_people, "{refused:?}");
        if about_people {
            ended(&mut home.command(&arguments), "").failed(3, "leave out --no-users-db");
        }
    }
    ended(&mut home.command(&["user", "bootstrap", "ada"]), "").failed(3, "leave out --no-users-db");
    ended(&mut home.bare(&["user", "recover", "ada"]), "").failed(3, "the users database");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn nobody_steps_around_people_who_are_there() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    for (_, arguments, _) in commands(&home) {
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let words = "leave out --no-users-db";
        ended(&mut home.command(&arguments), "").failed(3, words);
    }
    let elsewhere = Home::new();
    let none = elsewhere.file("none.db").display().to_string();
    ended(&mut home.command(&["vault", "list", "--users-db", &none]), "").failed(2, "cannot be used with");
    // From another home, the files of this one are still those of its people.
    let at = |name: &str| home.file(name).display().to_string();
    let around: &[&[&str]] = &[
        &["vault", "list", "--vault", &at("secrets.vault")],
        &[
            "vault",
            "init",
            "--vault",
            &at("new.vault"),
            "--audit-log",
            &elsewhere.file("a.log").display().to_string(),
        ],
        &["vault", "list", "--audit-log", &at("audit.log")],
        &["audit", "tail", "--audit-log", &at("audit.log")],
        &["audit", "verify", "--audit-log", &at("audit.log")],
    ];
    for arguments in around {
        elsewhere.run(arguments, &[PASSPHRASE]).failed(3, "is a users database");
    }
    ended(home.bare(&["vault", "list"]).env("TWILIO_ADMIN_USERS_DB", &none), "").failed(3, "creates one");
    ended(home.command(&["vault", "list"]).env("TWILIO_ADMIN_USERS_DB", &none), "")
        .failed(2, "cannot be used with");
}

#[test]
fn no_people_of_ones_own_decide_about_what_lies_beside_others() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    let log = std::fs::read(home.file("audit.log")).unwrap();
    let (own, me) = Home::with_people();
    let at = |home: &Home, name: &str| home.file(name).display().to_string();
    own.run_as(&me, &["vault", "list", "--vault", &at(&home, "secrets.vault")], &[PASSPHRASE])
        .failed(3, "is a users database");
    for action in ["tail", "verify", "search"] {
        own.run_as(&me, &["audit", action, "--audit-log", &at(&home, "audit.log")], &[])
            .failed(3, "is a users database");
    }
    let shared = at(&home, "audit.log");
    // Nor are records of another \"ada\" put into the log.
    for arguments in [&["key", "list"][..], &["audit", "tail"], &["user", "recover", "ada"]] {
        let arguments = [arguments, &["--audit-log", &shared]].concat();
        own.run_as(&me, &arguments, &[]).failed(3, "is a users database");
    }
    home.run_as(&me, &["vault", "list", "--users-db", &at(&own, "users.db")], &[PASSPHRASE])
        .failed(3, "is a users database");
    assert_eq!(std::fs::read(home.file("audit.log")).unwrap(), log);
    // The people themselves may be named from elsewhere.
    let (people, vault) = (at(&home, "users.db"), at(&home, "secrets.vault"));
    Home::new()
        .run_as(&ada, &["vault", "list", "--users-db", &people, "--vault", &vault], &[PASSPHRASE])
        .ok();
}

#[cfg(unix)]
#[test]
fn a_link_is_no_way_around_people() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["audit", "tail"], &[]).ok();
    let own = Home::new();
    let link = own.file("link.log");
    std::os::unix::fs::symlink(home.file("audit.log"), &link).unwrap();
    for action in ["tail", "verify", "search"] {
        own.run(&["audit", action, "--audit-log", link.to_str().unwrap()], &[])
            .failed(3, "is a users database");
    }
    // Nor is one in the place of an older file of a log.
    let log = own.file("own.log");
    std::os::unix::fs::symlink(home.file("audit.log"), own.file("own.log.000001")).unwrap();
    std::fs::write(&log, "").unwrap();
    for action in ["tail", "verify", "search"] {
        own.run(&["audit", action, "--audit-log", log.to_str().unwrap()], &[])
            .failed(3, "is a users database");
    }
}

#[test]
fn nobody_defines_the_own_role_anew() {
    let (home, ada) = Home::with_people();
    home.write("access.toml", "[access.roles.keeper]\npermissions = ['view_config']\n");
    let kim = home.add(&ada, "kim", "keeper");
    home.run_as(&kim, &["user", "list"], &[]).failed(3, "manage_users");
    let own = Home::new();
    let more = own.write("access.toml", "[access.roles.keeper]\npermissions = ['manage_users']\n");
    home.run_as(&kim, &["user", "list", "--roles", more.to_str().unwrap()], &[])
        .failed(3, "does not have the roles of the users database");
    // Nor by the folder in which the file of roles is looked for.
    let people = home.file("users.db").display().to_string();
    own.run_as(&kim, &["user", "list", "--users-db", &people], &[]).failed(3, "manage_users");
    let roles = home.file("access.toml").display().to_string();
    own.run_as(&ada, &["user", "list", "--users-db", &people, "--roles", &roles], &[]).ok();
}

#[test]
fn the_first_admin_is_made_once_and_the_key_shown_once() {
    let home = Home::new();
    let first = ended(&mut home.bare(&["user", "bootstrap", "ada"]), "");
    assert_eq!(first.code, 0, "{first:?}");
    assert!(
        first.err.contains("The key of ada, without expiry") && first.err.contains("shown only once"),
        "{first:?}"
    );
    let key = first.out.trim_end();
    assert!(key.starts_with("twak_") && first.out.lines().count() == 1, "{first:?}");
    assert!(!holds(&home.everything(), key), "only a hash is kept");
    #[cfg(unix)]
    assert_eq!(crate::folder::mode(&home.file("users.db")), 0o600);
    ended(&mut home.bare(&["user", "bootstrap", "eve"]), "").failed(3, "users already exist");
    let users = home.json_as(key, &["user", "list"], &[]);
    ended(&mut home.bare(&["user", "recover", "ada"]), "").failed(3, "an admin has an active key");
    assert_eq!(users["users"].as_array().unwrap().len(), 1);
    assert_eq!((&users["users"][0]["name"], &users["users"][0]["role"]), (&json!("ada"), &json!("admin")));
    ended(&mut home.bare(&["user", "add", "bob"]), "").failed(2, "--role");
    ended(&mut home.bare(&["user", "bootstrap", "bob", "--role", "viewer"]), "")
        .failed(2, "unexpected argument");
}

#[test]
fn users_are_added_given_roles_and_removed() {
    let (home, ada) = Home::with_people();
    let added = home.json_as(&ada, &["user", "add", "bob", "--role", "viewer"], &[]);
    assert_eq!((&added["name"], &added["role"]), (&json!("bob"), &json!("viewer")));
    home.run_as(&ada, &["user", "add", "BOB", "--role", "viewer"], &[]).failed(6, "already");
    home.run_as(&ada, &["user", "add", "eve", "--role", "owner"], &[])
        .failed(6, "role \"owner\" does not exist");
    home.run_as(&ada, &["user", "add", "e v e", "--role", "viewer"], &[]).failed(2, "invalid username");
    assert_eq!(home.json_as(&ada, &["user", "set-role", "bob", "operator"], &[])["role"], "operator");
    let listed = home.run_as(&ada, &["user", "list"], &[]).ok().out;
    assert!(listed.contains("\nbob   operator  2"), "{listed}");
    home.run_as(&ada, &["user", "add", "eve", "--role", "viewer", "--expires-in", "1d"], &[])
        .failed(2, "unexpected argument");
    // The last admin stays one.
    home.run_as(&ada, &["user", "remove", "ada"], &[]).failed(3, "no admin");
    home.run_as(&ada, &["user", "set-role", "ada", "viewer"], &[]).failed(3, "no admin");
    let bob = home.json_as(&ada, &["key", "issue", "bob"], &[])["key"].as_str().unwrap().to_owned();
    assert_eq!(home.json_as(&ada, &["user", "remove", "bob"], &[]), json!({"name": "bob", "removed": true}));
    home.run_as(&bob, &["audit", "tail"], &[]).failed(4, "the key is not accepted");
    home.run_as(&ada, &["user", "remove", "bob"], &[]).failed(6, "user \"bob\" does not exist");
}

#[test]
fn a_key_comes_from_a_file_the_environment_or_standard_input() {
    let (home, ada) = Home::with_people();
    let file = home.write("key", &format!("{ada}\n"));
    let list = ["user", "list"];
    let with = |command: &mut std::process::Command| ended(command, "");
    with(home.bare(&list).arg("--key-file").arg(&file)).ok();
    with(home.bare(&list).env("TWILIO_ADMIN_KEY_FILE", &file)).ok();
    with(home.bare(&list).env("TWILIO_ADMIN_KEY", &ada)).ok();
    // The file that is named goes first.
    with(home.bare(&list).env("TWILIO_ADMIN_KEY", "twak_wrong").arg("--key-file").arg(&file)).ok();
    with(home.bare(&list).env("TWILIO_ADMIN_KEY", "twak_wrong")).failed(4, "the key is not accepted");
    home.run_as(&ada, &list, &[]).ok();
    home.run_as("twak_wrong", &list, &[]).failed(4, "the key is not accepted");
    home.run_as("", &list, &[]).failed(2, "Your API key: it is empty");
    #[cfg(unix)]
    {
        crate::folder::chmod(&file, 0o644);
        with(home.bare(&list).arg("--key-file").arg(&file)).failed(3, "chmod 600");
    }
    // In a file's place it is not repeated.
    let wrong: Ended = with(home.bare(&list).arg("--key-file").arg(&ada));
    assert!(wrong.code == 1 && !wrong.err.contains(&ada), "{wrong:?}");
}

#[test]
fn a_key_among_the_arguments_is_refused_and_not_repeated() {
    let (home, ada) = Home::with_people();
    for arguments in [
        &["key", "revoke", &ada][..],
        &["key", "rotate", &ada],
        &["user", "list", &ada],
        &["key", "issue", "ada", &ada],
    ] {
        let refused = home.run_as(&ada, arguments, &[]).failed(2, "");
        assert!(!format!("{refused:?}").contains(&ada[22..]), "{refused:?}");
    }
    home.run_as(&ada, &["user", "list"], &[]).ok();
}

#[test]
fn an_admin_whose_keys_have_expired_gets_one() {
    let home = Home::new();
    let add = ["user", "bootstrap", "ada", "--expires-in", "1s", "--json"];
    let old = ended(&mut home.bare(&add), "").ok().json()["key"].as_str().unwrap().to_owned();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    home.run_as(&old, &["user", "list"], &[]).failed(4, "the key is not accepted");
    ended(&mut home.bare(&["user", "recover", "eve"]), "").failed(6, "user \"eve\" does not exist");
    let key = ended(&mut home.bare(&["user", "recover", "ada", "--json"]), "").ok().json();
    home.run_as(key["key"].as_str().unwrap(), &["user", "list"], &[]).ok();
    let issued = home.records().into_iter().filter(|record| record["event"] == "key.issue").count();
    assert_eq!(issued, 3, "the one that failed too, and the other's beginning and end");
}

#[test]
fn a_file_of_roles_is_read_whole_or_nothing_is_done() {
    let (home, ada) = Home::with_people();
    let list = ["user", "list"];
    home.write("access.toml", "[access]\nenabled = false\n");
    home.run_as(&ada, &list, &[]).failed(1, "access.toml:2:1: access.enabled: unknown key");
    std::fs::remove_file(home.file("access.toml")).unwrap();
    home.run_as(&ada, &list, &[]).ok();
    let gone = home.file("gone.toml").display().to_string();
    home.run_as(&ada, &["user", "list", "--roles", &gone], &[]).failed(1, "gone.toml");
    let other = home
        .write("other.toml", "[access.roles.keeper]\npermissions = ['manage_credentials']\n")
        .display()
        .to_string();
    home.run_as(&ada, &["user", "add", "kim", "--role", "keeper", "--roles", &other], &[]).ok();
    home.run_as(&ada, &["config", "check", &other, "--kind", "roles"], &[]).ok();
    // From now on these are the roles that the people have, without being named.
    home.run_as(&ada, &["key", "issue", "kim"], &[]);
    std::fs::remove_file(home.file("other.toml")).unwrap();
    home.run_as(&ada, &["key", "issue", "kim"], &[]).failed(1, "other.toml");
    // Without the file the role is none, and nobody has it.
    home.run_as(&ada, &["roles", "drop"], &[]).ok();
    home.run_as(&ada, &["key", "issue", "kim"], &[]).failed(6, "role \"keeper\" does not exist");
}

#[test]
fn a_broken_log_is_read_by_those_who_may_and_by_nobody_else() {
    let (home, ada) = Home::with_people();
    let vera = home.add(&ada, "vera", "viewer");
    let log = home.file("audit.log");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, text.lines().next().unwrap().to_owned() + "\n").unwrap();
    let found = home.run_as(&ada, &["audit", "verify"], &[]).failed(5, "is not recorded");
    assert!(found.out.starts_with("Tampered with: "), "{found:?}");
    let may = Roles::new().get("viewer").unwrap().permissions().contains(Permission::ViewLogs);
    let refused = home.run_as(&vera, &["audit", "verify"], &[]);
    assert_eq!(refused.code, if may { 5 } else { 3 }, "{refused:?}");
    home.run_as("twak_wrong", &["audit", "verify"], &[]).failed(4, "not accepted");
    // Everything else stops.
    home.run_as(&ada, &["user", "list"], &[]).failed(1, "audit:");
}

#[test]
fn records_name_people_and_hold_no_key() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    home.run_as(&ada, &["vault", "set", "a"], &[PASSPHRASE, "s3cr3t-of-vault"]).ok();
    let bob = home.add(&ada, "bob", "viewer");
    home.run_as(&bob, &["vault", "list"], &[PASSPHRASE]).failed(3, "manage_credentials");
    let records = home.records();
    let ended = |record: &&serde_json::Value| record["outcome"] != "begun";
    let of = |event: &str| {
        records.iter().filter(|record| record["event"] == event).filter(ended).collect::<Vec<_>>()
    };
    assert_eq!(of("credential.store")[0]["actor"], "ada");
    assert_eq!(
        (&of("authz")[0]["actor"], &of("authz")[0]["source"]),
        (&json!("bob"), &json!("twilio-admin"))
    );
    assert_eq!(of("user.add").len(), 2);
    assert!(of("authn").len() > 4);
    let files = home.everything();
    for secret in [&ada, &bob, "s3cr3t-of-vault", PASSPHRASE] {
        assert!(!holds(&files, secret));
    }
}
