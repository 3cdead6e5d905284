//! Whatever stands in a file of users is read as it is or refused as a whole.

use std::sync::LazyLock;

use proptest::prelude::*;
use twilio_sdk_inbound_auth::{
    AuthError, Credential, FileUserStore, PasswordHash, UserDetails, UserStore as _,
};

use crate::file;

const PASSWORD: &str = "päss:word ☎";

/// One hash for all, because each takes long to make.
static HASH: LazyLock<PasswordHash> = LazyLock::new(|| PasswordHash::hash(&PASSWORD.into()).unwrap());

type Users = std::collections::BTreeMap<String, Vec<String>>;

/// Names that users can have, no two of which differ in case only, and any scopes; a `$` would begin a variable.
fn users() -> impl Strategy<Value = Users> {
    let scopes = prop::collection::vec("[^$\\x7f]{0,12}", 0..4);
    prop::collection::btree_map("[a-z0-9!-#%-/;-@\\[-`{-~]{1,12}", scopes, 1..4)
}

fn toml(users: &Users) -> String {
    // A text of JSON is one of TOML, but for the one control character that JSON lets stand.
    let text = |text: &str| serde_json::to_string(text).unwrap();
    let user = |(name, scopes): (&String, &Vec<String>)| {
        let scopes: Vec<String> = scopes.iter().map(|scope| text(scope)).collect();
        let (name, hash) = (text(name), text(HASH.as_str()));
        format!(
            "[[auth.users]]\nusername = {name}\npassword_hash = {hash}\nscopes = [{}]\n",
            scopes.join(", ")
        )
    };
    users.iter().map(user).collect()
}

fn ask(store: &FileUserStore, name: &str, password: &str) -> Result<UserDetails, AuthError> {
    let credential = Credential::new(name, password).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.authenticate(&credential))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_user_and_no_scope_is_lost(users in users(), other in "[^:$\\p{Cc}]{1,12}") {
        let store = FileUserStore::open(file("properties.toml", &toml(&users))).unwrap();
        prop_assert_eq!(store.len(), users.len());
        for (name, scopes) in &users {
            prop_assert_eq!(ask(&store, name, PASSWORD), Ok(UserDetails::new(name, scopes)));
        }
        if !users.contains_key(&other) {
            prop_assert_eq!(ask(&store, &other, PASSWORD), Err(AuthError::InvalidCredentials));
        }
    }

    #[test]
    fn a_file_that_is_cut_or_spoilt_leaves_the_old_users(
        users in users(),
        spoilt in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let good = toml(&users);
        let path = file("spoilt.toml", &good);
        let store = FileUserStore::open(&path).unwrap();
        let mut bytes = good.into_bytes();
        for (at, byte) in &spoilt {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        let whole = bytes.len();
        bytes.truncate(cut.index(whole) + 1);
        // A hash whose parameters were spoilt may be one of another cost, which is not what is tested.
        let text = String::from_utf8_lossy(&bytes);
        prop_assume!(text.matches("$argon2id$v=19$m=19456,t=2,p=1$").count() == text.matches("argon2id").count());
        std::fs::write(&path, &bytes).unwrap();
        let (generation, count) = (store.version(), store.len());
        match store.reload() {
            Ok(()) => prop_assert!(!store.is_empty() && store.version() > generation),
            Err(error) => {
                prop_assert!(!error.problems().is_empty(), "{}", error);
                prop_assert_eq!((store.version(), store.len()), (generation, count));
            }
        }
    }

    #[test]
    fn any_bytes_are_users_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200), json in any::<bool>()) {
        let path = file(if json { "any.json" } else { "any.toml" }, "");
        std::fs::write(&path, &bytes).unwrap();
        prop_assert!(FileUserStore::open(&path).is_err());
    }
}
