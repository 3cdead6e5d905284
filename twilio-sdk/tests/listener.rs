//! Inbound authentication with users in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/capture.rs"]
mod capture;

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};
use twilio_sdk::listener::{
    AuthError, Authentication, BasicHandler, CachedStore, Challenge, Credential, FileUserStore,
    MemoryUserStore, PasswordHash, Stores, UserDetails, UserStore,
};

fn hash(password: &str) -> PasswordHash {
    PasswordHash::create(&password.into()).unwrap()
}

fn store() -> MemoryUserStore {
    let user = |name: &str, password: &str, scopes: &[&str]| {
        (name.to_owned(), hash(password), scopes.iter().map(|&scope| scope.to_owned()).collect())
    };
    MemoryUserStore::new([
        user("alice", "xxx", &["write", "update"]),
        user("bob", "yyy", &["read"]),
        user("eve", "123", &[]),
    ])
    .unwrap()
}

#[tokio::test]
async fn users_are_recognized_and_have_their_scopes() {
    let handler = BasicHandler::new(Arc::new(store()));
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static("Basic YWxpY2U6eHh4"));
    for alice in [handler.authenticate(&headers).await, handler.authenticate("Basic YWxpY2U6eHh4").await] {
        let alice = alice.unwrap();
        assert_eq!(alice, UserDetails::new("alice", ["write", "update"]));
        handler.authorize(&alice, &["write"]).await.unwrap();
        handler.authorize(&alice, &["x", "update"]).await.unwrap();
        assert_eq!(
            handler.authorize(&alice, &["Write"]).await,
            Err(AuthError::Forbidden),
            "scopes are exact"
        );
        assert_eq!(
            handler.authorize(&alice, &[""; 0]).await,
            Err(AuthError::Forbidden),
            "nobody has one of none"
        );
    }
    let bob = handler.authenticate("Basic Ym9iOnl5eQ==").await.unwrap();
    assert_eq!(handler.authorize(&bob, &["write", "update"]).await, Err(AuthError::Forbidden));
    let eve = handler.authenticate("Basic ZXZlOjEyMw==").await.unwrap();
    assert_eq!(handler.authorize(&eve, &["read"]).await, Err(AuthError::Forbidden));
}

#[tokio::test]
async fn weakness_02_nobody_learns_who_exists() {
    let handler = BasicHandler::new(Arc::new(store()));
    let unknown = handler.authenticate("Basic ZGF2ZToxMjM=").await.unwrap_err();
    let wrong = handler.authenticate("Basic YWxpY2U6aW52YWxpZA==").await.unwrap_err();
    assert_eq!((&unknown, unknown.to_string()), (&wrong, wrong.to_string()));
    let challenge = Challenge::basic("a \"realm\"");
    assert_eq!(unknown.status(), 401);
    assert_eq!(
        unknown.headers(&challenge)["www-authenticate"],
        "Basic realm=\"a ?realm?\", charset=\"UTF-8\""
    );
    assert_eq!(handler.authenticate(&HeaderMap::new()).await.unwrap_err(), AuthError::Missing);
    for scheme in ["invalidtokenstring", "", "Bearer sometoken123"] {
        assert_eq!(handler.authenticate(scheme).await.unwrap_err(), AuthError::Scheme, "{scheme}");
    }
    assert!(matches!(handler.authenticate("Basic").await.unwrap_err(), AuthError::Malformed(_)));
    assert_eq!(AuthError::Forbidden.status(), 403);
    assert!(AuthError::Forbidden.headers(&challenge).is_empty());
    let down = AuthError::Unavailable("down".into());
    assert_eq!((down.status().as_u16(), down.headers(&challenge).contains_key("retry-after")), (503, true));
}

#[derive(Debug)]
struct Down;

impl UserStore for Down {
    fn authenticate<'a>(&'a self, _: &'a Credential) -> Authentication<'a> {
        Box::pin(async { Err(AuthError::Unavailable("down".into())) })
    }
}

#[tokio::test]
async fn stores_are_asked_in_their_order() {
    let other = MemoryUserStore::new([
        ("bob".to_owned(), hash("other"), vec!["other".to_owned()]),
        ("carol".to_owned(), hash("zzz"), vec![]),
    ])
    .unwrap();
    let stores = Stores::new([Arc::new(Down) as Arc<dyn UserStore>, Arc::new(store()), Arc::new(other)]);
    let ask = async |name: &str, password: &str| {
        stores.authenticate(&Credential::new(name, password).unwrap()).await
    };
    assert_eq!(ask("bob", "yyy").await.unwrap().scopes, ["read"]);
    assert_eq!(ask("bob", "other").await.unwrap().scopes, ["other"]);
    assert!(ask("carol", "zzz").await.is_ok());
    assert!(
        matches!(ask("carol", "no").await, Err(AuthError::Unavailable(_))),
        "the one that is down may know"
    );
    let up = Stores::new([Arc::new(store()) as Arc<dyn UserStore>]);
    assert_eq!(up.authenticate(&Credential::new("carol", "zzz").unwrap()).await, Err(AuthError::Rejected));
}

#[test]
fn two_users_of_one_name_are_refused() {
    let twice = MemoryUserStore::new(["a", "a"].map(|name| (name.to_owned(), hash("x"), vec![])));
    assert!(twice.unwrap_err().to_string().contains("\"a\""));
}

#[test]
fn only_hashes_that_protect_are_taken() {
    let good = hash("x");
    assert!(good.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", good.as_str());
    assert!(PasswordHash::parse(good.as_str()).unwrap().matches(&"x".into()));
    assert!(!good.matches(&"y".into()));
    assert_ne!(hash("x").as_str(), good.as_str(), "each has its own salt");
    assert_eq!(format!("{good:?}"), "[password hash]");
    let (salt, sum) = ("c29tZXNhbHRzYWx0", "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY");
    for bad in [
        "",
        "plain",
        &format!("$argon2i$v=19$m=19456,t=2,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=64,t=2,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=4194304,t=2,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=19456,t=4000000,p=1${salt}${sum}"),
        &format!("$argon2id$v=19$m=19456,t=2,p=1${salt}"),
        "$2b$12$abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz01234",
    ] {
        assert!(PasswordHash::parse(bad).is_err(), "{bad}");
    }
    PasswordHash::parse(&format!("$argon2id$v=19$m=19456,t=2,p=1${salt}${sum}")).unwrap();
}

fn file(name: &str, text: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("twilio-sdk-users-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

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
    assert_eq!(ask("alice", "xxy").await, Err(AuthError::Rejected));
    assert_eq!(ask("Alice", "xxx").await, Err(AuthError::Rejected), "names are case-sensitive");

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
    assert!(store.reload().unwrap_err().is_config());
    assert!(ask("bob", "yyy").await.is_ok(), "a broken file changes nothing");
    std::fs::remove_file(&path).unwrap();
    assert!(store.reload().is_err());
    assert!(ask("alice", "xxx").await.is_ok());
    std::fs::write(&path, user("carol", "zzz")).unwrap();
    store.reload().unwrap();
    assert_eq!(ask("alice", "xxx").await, Err(AuthError::Rejected));
    assert_eq!(store.len(), 1);
}

#[test]
fn a_file_that_is_wrong_is_refused_with_everything_that_is_wrong() {
    let open = |text: &str| FileUserStore::open(file("wrong.toml", text)).map(drop);
    let text = "[[auth.users]]\nusername = \"a\"\npassword = \"clear-text\"\nscope = []\n\n[[auth.users]]\npassword_hash = \"md5\"\n";
    let error = open(text).unwrap_err();
    let keys: Vec<_> = error.config_problems().iter().map(|problem| problem.key().to_owned()).collect();
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
    assert!(twice.to_string().contains("two users \"a\""), "{twice}");
    assert!(open("[auth]\n").unwrap_err().to_string().contains("without users"));
    assert!(open("").unwrap_err().to_string().contains("without users"));
    let plain =
        "auth.allow_plain_passwords = true\n[[auth.users]]\nusername = \"a\"\npassword = \"clear-text\"\n";
    open(plain).unwrap();
    let odd = open(
        "auth.allow_plain_passwords = true\n[[auth.users]]\nusername = \"a:b\"\npassword = \"\"\n\n[[auth.users]]\n\
         username = 5\npassword_hash = 5\n\n[[auth.users]]\nusername = \"a\\u0007\"\npassword = \"a\\u0007\"\n",
    );
    let odd: Vec<_> = odd.unwrap_err().config_problems().iter().map(|problem| problem.to_string()).collect();
    assert_eq!(odd.len(), 6, "each is told once: {odd:#?}");
    assert!(odd[1].contains("[0].password: is empty"), "{odd:#?}");
    assert!(open("auth.users = [1]").unwrap_err().to_string().contains("must be a table"));
}

#[tokio::test]
async fn weakness_01_a_password_in_clear_is_good_only_where_it_is_allowed() {
    let plain = r#"{"auth": {"users": [{"username": "a", "password": "clear"}]}}"#;
    let refused = FileUserStore::open(file("refused.json", plain)).unwrap_err();
    assert!(
        refused.to_string().contains("is a password in clear")
            && !format!("{refused:?}").contains("\"clear\"")
    );
    let path = file(
        "plain.json",
        r#"{"auth": {"allow_plain_passwords": true, "users": [{"username": "a", "password": "clear"}]}}"#,
    );
    let store = FileUserStore::open(path).unwrap();
    let user = store.authenticate(&Credential::new("a", "clear").unwrap()).await.unwrap();
    assert!(user.scopes.is_empty());
    assert!(store.authenticate(&Credential::new("a", "other").unwrap()).await.is_err());
}

#[test]
fn a_secret_of_a_vault_has_no_place_there_and_the_error_says_what_to_do() {
    let text =
        "auth.allow_plain_passwords = true\n[[auth.users]]\nusername = \"a\"\npassword = \"secret://a\"\n";
    let path = file("vault.toml", text);
    let error = FileUserStore::open(&path).unwrap_err();
    let expected = "`secret://` is for a client's configuration and leads nowhere in this file; give the secret by a \
                    variable, ${NAME}";
    assert_eq!(error.to_string(), format!("{}:4:12: auth.users[0].password: {expected}", path.display()));
}

#[cfg(unix)]
#[test]
fn a_password_in_clear_in_a_file_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let text = |password: &str| {
        format!(
            "auth.allow_plain_passwords = true\n[[auth.users]]\nusername = 'a'\npassword = '{password}'\n"
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

/// Counts how often it is asked.
#[derive(Debug)]
struct Counted<S>(S, std::sync::atomic::AtomicUsize, std::sync::atomic::AtomicU64);

impl<S: UserStore> UserStore for Counted<S> {
    fn authenticate<'a>(&'a self, credential: &'a Credential) -> Authentication<'a> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.0.authenticate(credential)
    }

    fn generation(&self) -> u64 {
        self.2.load(std::sync::atomic::Ordering::SeqCst)
    }
}

#[tokio::test]
async fn what_was_right_is_remembered_until_something_changes() {
    use std::sync::atomic::Ordering::SeqCst;
    let cached = |ttl: u64| {
        let counted = Counted(store(), Default::default(), Default::default());
        CachedStore::new(counted, std::time::Duration::from_millis(ttl)).unwrap()
    };
    let ask = async |cached: &CachedStore<Counted<MemoryUserStore>>, name: &str, password: &str| {
        let user = cached.authenticate(&Credential::new(name, password).unwrap()).await;
        (user.is_ok(), cached.store().1.load(SeqCst))
    };
    let long = cached(60_000);
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 1));
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 1));
    assert_eq!(ask(&long, "alice", "xxy").await, (false, 2), "another password is another credential");
    assert_eq!(ask(&long, "alice", "xxy").await, (false, 3), "what is wrong is not remembered");
    long.store().2.store(1, SeqCst);
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 4), "the store has changed");
    long.clear();
    assert_eq!(ask(&long, "alice", "xxx").await, (true, 5));
    let short = cached(0);
    assert_eq!(ask(&short, "alice", "xxx").await, (true, 1));
    assert_eq!(ask(&short, "alice", "xxx").await, (true, 2), "its time is over");
    assert!(!format!("{long:?}").contains("xxx"));
    let endless = CachedStore::new(store(), std::time::Duration::MAX).unwrap();
    for _ in 0..2 {
        assert!(endless.authenticate(&Credential::new("alice", "xxx").unwrap()).await.is_ok());
    }
}

/// A hash that costs little, and which no password of the tests has.
const CHEAP: &str =
    "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzYWx0$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";

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
    let malformed = "the credentials cannot be read: ";
    let empty = "the user's name or the password is empty";
    let rows: [(&str, Result<UserDetails, String>); 9] = [
        ("alice:xxx", Ok(UserDetails::new("alice", ["read", "write"]))),
        ("bob:yyy", Ok(UserDetails::new("bob", [""; 0]))),
        ("", Err(format!("{malformed}there is no credential"))),
        ("dave:123", Err(AuthError::Rejected.to_string())),
        ("alice:xxy", Err(AuthError::Rejected.to_string())),
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
fn of_many_who_read_a_changing_file_at_once_none_leaves_old_users_behind() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let users = |count: usize| {
        let user = |number| format!("[[auth.users]]\nusername = \"u{number}\"\npassword_hash = {CHEAP:?}\n");
        (0..count).map(user).collect::<String>()
    };
    let path = file("raced.toml", &users(1));
    let store = FileUserStore::open(&path).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    store.reload().unwrap();
                    assert!((1..=40).contains(&store.len()), "half a file is never seen");
                }
            });
        }
        for count in 2..=40 {
            let next = file("raced.new", &users(count));
            std::fs::rename(next, &path).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        done.store(true, Ordering::SeqCst);
    });
    // One whose file was older may have been the last; then the file is read again as soon as it is looked at.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    store.refresh();
    assert_eq!(store.len(), 40);
}
