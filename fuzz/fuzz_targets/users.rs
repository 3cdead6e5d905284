//! Files of users, TOML behind a `t` and JSON behind a `j`: they are read as another reader reads them or refused as a
//! whole, no password shows, and a store keeps the users that it had.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::Value;
use twilio_fuzz::keep;
use twilio_sdk::ConfigFormat;
use twilio_sdk::fuzzing::users;
use twilio_sdk::inbound_auth::{FileUserStore, UserStore as _};

/// Stands where a password in clear does.
const MARK: &str = "s3cr3t-mark";
const HASH: &str =
    "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzYWx0$YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY";

/// A store for each format, with two users, and the files that they read again.
static STORES: LazyLock<[(FileUserStore, PathBuf); 2]> = LazyLock::new(|| {
    ["toml", "json"].map(|ending| {
        let path = std::env::temp_dir().join(format!("twilio-fuzz-users-{}.{ending}", std::process::id()));
        std::fs::write(&path, good(ending)).expect("a file");
        (FileUserStore::open(&path).expect("good users"), path)
    })
});

fn good(ending: &str) -> String {
    match ending {
        "json" => {
            let user = |name: &str| format!(r#"{{"username":"{name}","password_hash":"{HASH}","scopes":["a","b"]}}"#);
            format!(r#"{{"auth":{{"users":[{},{}]}}}}"#, user("alice"), user("bob"))
        }
        _ => ["alice", "bob"]
            .map(|name| format!("[[auth.users]]\nusername = \"{name}\"\npassword_hash = \"{HASH}\"\nscopes = [\"a\", \"b\"]\n"))
            .concat(),
    }
}

fn seeds() {
    keep("good.toml", format!("t{}", good("toml")).as_bytes());
    keep("good.json", format!("j{}", good("json")).as_bytes());
    let plain = format!("[[auth.users]]\nusername = \"a\"\npassword = \"{MARK}\"\n");
    keep("refused.toml", format!("t{plain}").as_bytes());
    keep("plain.toml", format!("tauth.allow_plaintext_passwords = true\n{plain}").as_bytes());
    keep("twice.toml", format!("t{0}{0}", good("toml")).as_bytes());
    keep("wrong.toml", b"t[[auth.users]]\nusername = \"a:b\"\npassword_hash = 5\nscope = \"x\"\n");
}

/// The users by serde's readers: names and scopes. Nothing where the file says something else than users.
fn independent(text: &str, format: ConfigFormat) -> Option<Vec<(String, Vec<String>)>> {
    let value: Value = match format {
        ConfigFormat::Json => serde_json::from_str(text).ok()?,
        _ => toml::from_str(text).ok()?,
    };
    let users = value.get("auth")?.get("users")?.as_array()?;
    let texts =
        |value: &Value| value.as_array()?.iter().map(|text| Some(text.as_str()?.to_owned())).collect();
    let user = |user: &Value| {
        let scopes = user.get("scopes").map_or(Some(Vec::new()), texts)?;
        Some((user.get("username")?.as_str()?.to_owned(), scopes))
    };
    users.iter().map(user).collect()
}

twilio_fuzz::json_mutator!(|_| 1);

fuzz_target!(init: seeds(), |data: &[u8]| -> Corpus {
    let Some((kind, bytes)) = data.split_first() else { return Corpus::Reject };
    let (format, which) = match kind {
        b't' => (ConfigFormat::Toml, 0),
        b'j' => (ConfigFormat::Json, 1),
        _ => return Corpus::Reject,
    };
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    // Each password in clear costs a hash, and variables are another target's.
    let hashes = if text.contains("allow_unencrypted") { text.matches("password").count() } else { 0 };
    if hashes > 4 || text.contains("${") {
        return Corpus::Reject;
    }
    match users(text, format) {
        Ok(found) => {
            assert_eq!(Some(found), independent(text, format), "another reader reads it otherwise");
        }
        Err(error) => {
            assert!(error.is_config(), "{error:?}");
            let shown = format!("{error} {error:?} {:?}", error.config_problems());
            let keys = text.matches(&format!("password = \"{MARK}\"")).count();
            assert!(text.matches(MARK).count() != keys || !shown.contains(MARK), "a password shows: {shown}");
            let (store, path) = &STORES[which];
            std::fs::write(path, bytes).expect("a file");
            let before = (store.len(), store.version());
            store.reload().expect_err("what is refused by itself");
            assert_eq!((store.len(), store.version()), before, "the old users are gone");
        }
    }
    Corpus::Keep
});
