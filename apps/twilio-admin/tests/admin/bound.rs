//! The log and the roles of people, which no option changes.

use std::path::Path;

use serde_json::json;

use crate::folder::Folder;
use crate::program::{Ended, Home, PASSPHRASE, ended, lines};

const KEEPER: &str = "[access.roles.keeper]\npermissions = ['view_config']\n";
const MORE: &str =
    "[access.roles.keeper]\npermissions = ['view_config', 'manage_users', 'manage_credentials']\n";

fn at(path: &Path) -> String {
    path.display().to_string()
}

/// Runs it for somebody with a key, with variables.
fn run_with(home: &Home, key: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let mut command = home.bare(arguments);
    command.envs(variables.iter().copied()).arg("--stdin");
    ended(&mut command, &lines(&[key, PASSPHRASE, "s3cret"]))
}

#[test]
fn review_09_nobody_is_recorded_elsewhere_than_in_the_peoples_log() {
    let (home, ada) = Home::with_people();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    home.run_as(&ada, &["vault", "set", "twilio"], &[PASSPHRASE, "s3cret"]).ok();
    let (own, kept) = (Home::new(), std::fs::read(home.file("users.db")).unwrap());
    let (elsewhere, own_home) = (at(&own.file("own.log")), at(own.path()));
    let (people, vault) = (at(&home.file("users.db")), at(&home.file("secrets.vault")));
    let count = home.records().len();
    let commands: &[&[&str]] = &[
        &["vault", "get", "twilio", "--vault", &vault],
        &["vault", "set", "twilio", "--vault", &vault],
        &["user", "add", "eve", "--role", "admin"],
        &["key", "issue", "ada"],
        &["user", "recover", "ada"],
        &["user", "bootstrap", "eve"],
        &["roles", "drop"],
        &["config", "check", "none.toml"],
    ];
    for command in commands {
        for (options, variables) in [
            (vec!["--audit-log", &elsewhere], vec![]),
            (vec![], vec![("TWILIO_ADMIN_AUDIT_LOG", elsewhere.as_str())]),
            (vec!["--users-db", &people, "--home", &own_home, "--audit-log", &elsewhere], vec![]),
            (
                vec![],
                vec![("TWILIO_ADMIN_USERS_DB", people.as_str()), ("TWILIO_ADMIN_AUDIT_LOG", "/dev/null")],
            ),
        ] {
            let arguments = [command, options.as_slice()].concat();
            let refused = run_with(&home, &ada, &arguments, &variables);
            assert_eq!(refused.code, 3, "{arguments:?} {variables:?} {refused:?}");
            assert!(
                refused.err.contains("the audit log of the users database is") && refused.out.is_empty(),
                "{refused:?}"
            );
        }
    }
    assert!(!own.file("own.log").exists() && home.records().len() == count);
    let _ = kept;
    // From another home the log is the people's own, whether or not there is one of that name.
    let got =
        run_with(&own, &ada, &["vault", "get", "twilio", "--users-db", &people, "--vault", &vault], &[]);
    assert_eq!((got.code, got.out.as_str()), (0, "s3cret\n"), "{got:?}");
    assert!(!own.file("audit.log").exists());
    assert!(home.records().len() > count, "it is in the people's log");
    assert_eq!(home.records().last().unwrap()["event"], "credential.read");
    // Its own log may be named, by any of its names.
    let same = at(&home.path().join(".").join("audit.log"));
    run_with(&own, &ada, &["user", "list", "--users-db", &people, "--audit-log", &same], &[]).ok();
}

#[test]
fn review_09_a_log_that_lies_elsewhere_is_kept_from_the_first_user_on() {
    let (home, logs) = (Home::new(), Folder::new());
    let team = at(&logs.file("team.log"));
    let first =
        ended(&mut home.bare(&["user", "bootstrap", "ada", "--json", "--audit-log", &team]), "").ok().json();
    let ada = first["key"].as_str().unwrap().to_owned();
    home.run_as(&ada, &["user", "list"], &[]).ok();
    assert!(!home.file("audit.log").exists(), "the default is not taken");
    let beside = at(&home.file("audit.log"));
    home.run_as(&ada, &["user", "list", "--audit-log", &beside], &[])
        .failed(3, "the audit log of the users database is");
    let text = std::fs::read_to_string(&team).unwrap();
    assert_eq!(text.lines().filter(|line| line.contains("\"authn\"")).count(), 1, "{text}");
    // The folder may be moved as a whole where the log lies in it.
    let (one, key) = Home::with_people();
    let moved = logs.file("moved");
    std::fs::rename(one.path(), &moved).unwrap();
    let mut list = one.bare(&["user", "list", "--stdin", "--home", &at(&moved)]);
    ended(&mut list, &lines(&[&key])).ok();
    std::fs::rename(&moved, one.path()).unwrap();
}

#[test]
fn review_09_an_admin_moves_the_log_and_both_say_so() {
    let (home, ada) = Home::with_people();
    let olga = home.add(&ada, "olga", "operator");
    let logs = Folder::new();
    let next = at(&logs.file("next.log"));
    home.run_as(&olga, &["audit", "move", &next], &[]).failed(3, "manage_users");
    assert!(!logs.file("next.log").exists());
    assert_eq!(home.json_as(&ada, &["audit", "move", &next], &[]), json!({"audit_log": next}));
    let last = home.records().pop().unwrap();
    assert_eq!((&last["event"], &last["outcome"]), (&json!("config.change"), &json!("ok")));
    let text = std::fs::read_to_string(&next).unwrap();
    assert!(text.lines().count() == 2 && text.contains("config.change"), "{text}");
    let count = home.records().len();
    home.run_as(&olga, &["audit", "tail"], &[]).ok();
    home.run_as(&ada, &["user", "list", "--audit-log", &at(&home.file("audit.log"))], &[])
        .failed(3, "the audit log of the users database is");
    assert_eq!(home.records().len(), count);
    // The old one can still be read, and that is recorded in the new one.
    home.run_as(&olga, &["audit", "verify", "--audit-log", &at(&home.file("audit.log"))], &[]).ok();
}

/// A service has its roles elsewhere than beside its people.
fn with_official_roles() -> (Home, Folder, String, String) {
    let (home, official) = (Home::new(), Folder::new());
    let file = official.file("roles.toml");
    std::fs::write(&file, KEEPER).unwrap();
    #[cfg(unix)]
    crate::folder::chmod(&file, 0o600);
    let file = at(&file);
    let mut first = home.bare(&["user", "bootstrap", "ada", "--json"]);
    let first = ended(first.env("TWILIO_ADMIN_ROLES", &file), "").ok().json();
    let ada = first["key"].as_str().unwrap().to_owned();
    let kim = home.add(&ada, "kim", "keeper");
    (home, official, ada, kim)
}

#[test]
fn review_10_nobody_has_more_rights_by_a_file_of_roles_of_their_own() {
    let (home, official, ada, kim) = with_official_roles();
    home.run_as(&ada, &["vault", "init"], &[PASSPHRASE]).ok();
    home.run_as(&ada, &["vault", "set", "twilio"], &[PASSPHRASE, "s3cret"]).ok();
    let own = Home::new();
    let more = at(&own.write("access.toml", MORE));
    let (own_home, people, vault) =
        (at(own.path()), at(&home.file("users.db")), at(&home.file("secrets.vault")));
    for command in
        [&["vault", "get", "twilio", "--vault", &vault][..], &["user", "list"], &["key", "issue", "ada"]]
    {
        for (options, variables) in [
            (vec!["--roles", &more], vec![]),
            (vec![], vec![("TWILIO_ADMIN_ROLES", more.as_str())]),
            (vec!["--users-db", &people, "--home", &own_home, "--roles", &more], vec![]),
            (vec!["--users-db", &people, "--home", &own_home], vec![]),
            (vec!["--users-db", &people], vec![("TWILIO_ADMIN_HOME", own_home.as_str())]),
        ] {
            let arguments = [command, options.as_slice()].concat();
            let refused = run_with(&home, &kim, &arguments, &variables);
            assert_eq!(refused.code, 3, "{arguments:?} {refused:?}");
            assert!(refused.out.is_empty(), "{refused:?}");
        }
    }
    // Nor does anybody but an admin have other roles counted.
    home.run_as(&kim, &["roles", "adopt", &more], &[]).failed(4, "not accepted");
    let olga = home.add(&ada, "olga", "operator");
    home.run_as(&olga, &["roles", "adopt", &more], &[]).failed(3, "manage_users");
    home.run_as(&olga, &["roles", "drop"], &[]).failed(3, "manage_users");
    // The official file is named or not, and a copy of it says the same.
    let file = at(&official.file("roles.toml"));
    home.run_as(&kim, &["config", "check", &file, "--kind", "roles", "--roles", &file], &[]).ok();
    let copy = at(&own.write("copy.toml", &format!("# a copy\n{KEEPER}")));
    home.run_as(&kim, &["config", "check", &copy, "--kind", "roles", "--roles", &copy], &[]).ok();
}

#[test]
fn review_10_a_file_of_roles_that_was_changed_waits_for_an_admin() {
    let (home, official, ada, kim) = with_official_roles();
    let file = official.file("roles.toml");
    std::fs::write(&file, MORE).unwrap();
    for key in [&kim, &ada] {
        home.run_as(key, &["user", "list"], &[]).failed(3, "twilio-admin roles adopt");
    }
    let adopted = home.json_as(&ada, &["roles", "adopt"], &[]);
    assert_eq!(adopted["roles_file"], at(&file));
    let keeper = adopted["roles"].as_array().unwrap().iter().find(|role| role["name"] == "keeper").unwrap();
    assert_eq!(keeper["permissions"], json!(["view_config", "manage_users", "manage_credentials"]));
    home.run_as(&kim, &["user", "list"], &[]).ok();
    let recorded = home.records();
    let change = recorded.iter().rfind(|record| record["event"] == "config.change").unwrap();
    assert_eq!((&change["actor"], &change["outcome"]), (&json!("ada"), &json!("ok")));
    // A file that is gone lets nobody in under other roles, until an admin says so.
    std::fs::remove_file(&file).unwrap();
    home.run_as(&kim, &["user", "list"], &[]).failed(1, "roles.toml");
    home.run_as(&ada, &["roles", "drop"], &[]).ok();
    home.run_as(&kim, &["user", "list"], &[]).failed(4, "not accepted");
    home.run_as(&ada, &["user", "list"], &[]).ok();
    // A variable in the file counts with what it stands for.
    std::fs::write(&file, "[access.roles.keeper]\npermissions = ['${EXTRA}']\n").unwrap();
    #[cfg(unix)]
    crate::folder::chmod(&file, 0o600);
    let with =
        |key: &str, arguments: &[&str], extra: &str| run_with(&home, key, arguments, &[("EXTRA", extra)]);
    with(&ada, &["roles", "adopt", &at(&file)], "view_config").ok();
    with(&kim, &["user", "list"], "view_config").failed(3, "manage_users");
    with(&kim, &["user", "list"], "manage_users").failed(3, "twilio-admin roles adopt");
}

#[test]
fn review_10_roles_beside_a_database_count_once_an_admin_has_used_them() {
    let (home, ada) = Home::with_people();
    let olga = home.add(&ada, "olga", "operator");
    home.write("access.toml", KEEPER);
    // Those whose roles are built in go on, and give nobody the others.
    home.run_as(&olga, &["audit", "tail"], &[]).ok();
    let own = Home::new();
    let more = at(&own.write("more.toml", MORE));
    home.run_as(&olga, &["audit", "tail", "--roles", &more], &[]).failed(3, "twilio-admin roles adopt");
    let kim = home.add(&ada, "kim", "keeper");
    home.write("access.toml", MORE);
    home.run_as(&kim, &["user", "list"], &[]).failed(3, "twilio-admin roles adopt");
    home.run_as(&ada, &["roles", "adopt"], &[]).ok();
    home.run_as(&kim, &["user", "list"], &[]).ok();
}

#[test]
fn review_09_no_people_of_ones_own_decide_about_what_lies_elsewhere() {
    let (home, files) = (Home::new(), Folder::new());
    let (team, vault) = (at(&files.file("team.log")), at(&files.file("team.vault")));
    let first = ["user", "bootstrap", "ada", "--json", "--audit-log", &team];
    let first = ended(&mut home.bare(&first), "").ok().json();
    let ada = first["key"].as_str().unwrap().to_owned();
    home.run_as(&ada, &["vault", "init", "--vault", &vault], &[PASSPHRASE]).ok();
    home.run_as(&ada, &["vault", "set", "twilio", "--vault", &vault], &[PASSPHRASE, "s3cret"]).ok();
    let count = std::fs::read_to_string(&team).unwrap().lines().count();
    let (own, me) = Home::with_people();
    own.run_as(&me, &["vault", "get", "twilio", "--vault", &vault], &[PASSPHRASE])
        .failed(3, "whose permissions apply here");
    own.run_as(&me, &["user", "list", "--audit-log", &team], &[]).failed(3, "whose permissions apply here");
    own.run_as(&me, &["audit", "tail", "--audit-log", &team], &[]).failed(3, "whose permissions apply here");
    own.run_as(&me, &["audit", "move", &team], &[]).failed(3, "whose permissions apply here");
    let nobody = Home::new();
    nobody
        .run(&["vault", "get", "twilio", "--vault", &vault], &[PASSPHRASE])
        .failed(3, "whose permissions apply here");
    ended(&mut nobody.bare(&["user", "bootstrap", "eve", "--audit-log", &team]), "")
        .failed(3, "whose permissions apply here");
    assert_eq!(std::fs::read_to_string(&team).unwrap().lines().count(), count);
    home.run_as(&ada, &["vault", "get", "twilio", "--vault", &vault], &[PASSPHRASE]).ok();
}
