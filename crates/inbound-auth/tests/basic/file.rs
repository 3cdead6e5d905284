//! Users of a file.

use std::sync::Arc;

use twilio_sdk_inbound_auth::{
    AuthError, BasicHandler, Credential, FileUserStore, InvalidUsers, MemoryUserStore, UserDetails,
    UserStore as _,
};

use crate::{capture, file, hash};

fn user(name: &str, password: &str) -> String {
    format!(
        "[[auth.users]]\nusername = {name:?}\npassword_hash = {:?}\nscopes = [\"read\"]\n",
        hash(password).as_str()
    )
}
#[tokio::test]
async fn users_of_a_file_are_known_and_read_again_when_it_changes() {
    let path = file("users.toml", &user("alice", "xxx"));
    let store = FileUserStore::open(&path).unwrap();
    let ask = async |name: &str, password: &str| {
        store.authenticate(&Credential::new(name, password).unwrap()).await
    };
    assert_eq!(ask("alice", "xxx").await.unwrap(), UserDetails::new("alice", ["read"]));
    assert_eq!(ask("alice", "xxy").await, Err(AuthError::InvalidCredentials));
    assert_eq!(ask("Alice", "xxx").await, Err(AuthError::InvalidCredentials), "names are case-sensitive");

    // In another file, as editors do it: a new file in the place of the old one.
    let next = file("users.new", &[user("alice", "xxx"), user("bob", "yyy")].concat());
    std::fs::rename(next, &path).unwrap();
    let mut bob = ask("bob", "yyy").await;
    for _ in 0..100 {
        if bob.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        bob = ask("bob", "yyy").await;
    }
    bob.expect("the new user is known");

    std::fs::write(&path, "broken = [").unwrap();
    assert!(store.reload().is_err());
    assert!(ask("bob", "yyy").await.is_ok(), "a broken file changes nothing");
    std::fs::remove_file(&path).unwrap();
    assert!(store.reload().is_err());
    assert!(ask("alice", "xxx").await.is_ok());
    std::fs::write(&path, user("carol", "zzz")).unwrap();
    store.reload().unwrap();
    assert_eq!(ask("alice", "xxx").await, Err(AuthError::InvalidCredentials));
    assert_eq!(store.len(), 1);
}

#[test]
fn a_file_that_is_wrong_is_refused_with_everything_that_is_wrong() {
    let open = |text: &str| FileUserStore::open(file("wrong.toml", text)).map(drop);
    let text = "[[auth.users]]\nusername = \"a\"\npassword = \"clear-text\"\nscope = []\n\n[[auth.users]]\npassword_hash = \"md5\"\n";
    let error = open(text).unwrap_err();
    let keys: Vec<_> = error.problems().iter().map(|problem| problem.key().to_owned()).collect();
    assert_eq!(
        keys,
        [
            "auth.users[0].password",
            "auth.users[0].scope",
            "auth.users[1].username",
            "auth.users[1].password_hash"
        ]
    );
    assert!(error.to_string().contains("did you mean `scopes`"), "{error}");
    assert!(!format!("{error} {error:?}").contains("clear-text"), "{error:?}");
    let twice = open(&[user("a", "x"), user("a", "y")].concat()).unwrap_err();
    assert!(twice.to_string().contains("the username \"a\" is repeated"), "{twice}");
    assert!(open("[auth]\n").unwrap_err().to_string().contains("without users"));
    assert!(open("").unwrap_err().to_string().contains("without users"));
    let plain = "auth.allow_plaintext_passwords = true\n[[auth.users]]\nusername = \"a\"\npassword = \"clear-text\"\n";
    open(plain).unwrap();
    let odd = open(
        "auth.allow_plaintext_passwords = true\n[[auth.users]]\nusername = \"a:b\"\npassword = \"\"\n\n[[auth.users]]\n\
         username = 5\npassword_hash = 5\n\n[[auth.users]]\nusername = \"a\\u0007\"\npassword = \"a\\u0007\"\n",
    );
    let odd: Vec<_> = odd.unwrap_err().problems().iter().map(|problem| problem.to_string()).collect();
    assert_eq!(odd.len(), 6, "each is told once: {odd:#?}");
    assert!(odd[1].contains("[0].password: is empty"), "{odd:#?}");
    assert!(open("auth.users = [1]").unwrap_err().to_string().contains("must be a table"));
}

#[tokio::test]
async fn weakness_01_a_password_in_clear_is_good_only_where_it_is_allowed() {
    let plain = r#"{"auth": {"users": [{"username": "a", "password": "clear"}]}}"#;
    let refused = FileUserStore::open(file("refused.json", plain)).unwrap_err();
    assert!(
        refused.to_string().contains("is a plaintext password")
            && !format!("{refused:?}").contains("\"clear\"")
    );
    let path = file(
        "plain.json",
        r#"{"auth": {"allow_plaintext_passwords": true, "users": [{"username": "a", "password": "clear"}]}}"#,
    );
    let store = FileUserStore::open(path).unwrap();
    let user = store.authenticate(&Credential::new("a", "clear").unwrap()).await.unwrap();
    assert!(user.scopes.is_empty());
    assert!(store.authenticate(&Credential::new("a", "other").unwrap()).await.is_err());
}

#[test]
fn a_secret_of_a_vault_has_no_place_there_and_the_error_says_what_to_do() {
    let text = "auth.allow_plaintext_passwords = true\n[[auth.users]]\nusername = \"a\"\npassword = \"secret://a\"\n";
    let path = file("vault.toml", text);
    let error = FileUserStore::open(&path).unwrap_err();
    let expected = "`secret://` references work in a client's configuration, not in this file; give the secret by a \
                    variable, ${NAME}";
    assert_eq!(error.to_string(), format!("{}:4:12: auth.users[0].password: {expected}", path.display()));
}

#[cfg(unix)]
#[test]
fn a_password_in_clear_in_a_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let text = |password: &str| {
        format!(
            "auth.allow_plaintext_passwords = true\n[[auth.users]]\nusername = 'a'\npassword = '{password}'\n"
        )
    };
    for (password, mode, warned) in
        [("s3cret", 0o600, false), ("s3cret", 0o644, true), ("${NOWHERE:-x}", 0o644, false)]
    {
        let path = file("open.toml", &text(password));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let capture = capture::Capture::start();
        FileUserStore::open(&path).unwrap();
        let all = capture.all();
        assert_eq!(all.contains("other users can read the configuration file"), warned, "{all}");
        assert!(!all.contains("s3cret"), "{all}");
    }
}

#[tokio::test]
async fn credentials_for_a_file_of_users_are_checked_by_their_form_first() {
    let users = format!(
        "[[auth.users]]\nusername = \"alice\"\npassword_hash = {:?}\nscopes = [\"read\", \"write\"]\n\
         [[auth.users]]\nusername = \"bob\"\npassword_hash = {:?}\n",
        hash("xxx").as_str(),
        hash("yyy").as_str()
    );
    let store = FileUserStore::open(file("rows.toml", &users)).unwrap();
    let handler = BasicHandler::new(Arc::new(store));
    let malformed = "malformed credentials: ";
    let empty = "the username or password is empty";
    let rows: [(&str, Result<UserDetails, String>); 9] = [
        ("alice:xxx", Ok(UserDetails::new("alice", ["read", "write"]))),
        ("bob:yyy", Ok(UserDetails::new("bob", [""; 0]))),
        ("", Err(format!("{malformed}the credential is empty"))),
        ("dave:123", Err(AuthError::InvalidCredentials.to_string())),
        ("alice:xxy", Err(AuthError::InvalidCredentials.to_string())),
        (":xxx", Err(format!("{malformed}{empty}"))),
        ("alice:", Err(format!("{malformed}{empty}"))),
        ("invalid:", Err(format!("{malformed}{empty}"))),
        (":", Err(format!("{malformed}{empty}"))),
    ];
    for (credential, expected) in rows {
        use base64::Engine as _;
        let header = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(credential));
        let answer = handler.authenticate(header.as_str()).await.map_err(|error| error.to_string());
        assert_eq!(answer, expected, "{credential:?}");
    }
}

#[test]
fn review_75_users_of_a_file_have_no_names_that_look_alike() {
    let open = |text: &str| FileUserStore::open(file("alike.toml", text));
    for name in ["\u{430}lice", "\u{ff41}lice", "a\u{345}lice", "\u{3c3}\u{3b1}\u{3c3}", "al ice", " alice"] {
        // As it is, and not as Rust would write it.
        let other = user("bob", "y").replace("\"bob\"", &format!("\"{name}\""));
        let error = open(&[user("alice", "x"), other].concat()).unwrap_err();
        let keys: Vec<_> = error.problems().iter().map(|problem| problem.key().to_owned()).collect();
        assert_eq!(keys, ["auth.users[1].username"], "{name:?}");
        assert!(error.to_string().contains("visible ASCII"), "{error}");
        let memory = MemoryUserStore::new([(name.to_owned(), hash("x"), vec![])]);
        assert!(matches!(memory, Err(InvalidUsers::InvalidName(_))), "{name:?}");
    }
    for name in ["Alice", "ALICE"] {
        let error = open(&[user("alice", "x"), user(name, "y")].concat()).unwrap_err();
        assert!(error.to_string().contains("is repeated"), "{error}");
        let names = ["alice", name].map(|name| (name.to_owned(), hash("x"), vec![]));
        assert!(matches!(MemoryUserStore::new(names), Err(InvalidUsers::DuplicateName(_))), "{name:?}");
    }
    open(&[user("alice", "x"), user("alice@example.com", "y"), user("DOMAIN\\alice", "z")].concat()).unwrap();
}
