//! What an attacker tries on a directory.

use std::time::{Duration, Instant};

use twilio_sdk_inbound_auth::{
    AuthError, Credential, LdapUserStore, ThrottledUserStore, UserDetails, UserStore as _,
};

use crate::directory::BASE;
use crate::server::{ask, server};

async fn guess(store: &ThrottledUserStore<LdapUserStore>, name: &str, password: &str) -> u16 {
    let credential = Credential::new(name, password).unwrap();
    store.authenticate(&credential).await.map_or_else(|error| error.status().as_u16(), |_| 200)
}

#[tokio::test]
async fn review_03_spellings_that_the_directory_takes_for_one_name_are_counted_as_one() {
    let Some(server) = server("review_03_spellings") else { return };
    let store = LdapUserStore::new(server.config()).unwrap();
    let spellings = ["ａlice", "𝐚lice", "ALICE", "ＡＬＩＣＥ", "aｌice", "alⅰce"];
    for name in spellings {
        let user = ask(&store, name, "alice@123").await.unwrap();
        assert_eq!(user.username, "alice", "the directory takes {name:?} for alice");
    }
    let limited = ThrottledUserStore::new(store, 5, Duration::from_secs(3600)).unwrap();
    let mut looked_at = 0;
    for (attempt, name) in spellings.iter().cycle().take(60).enumerate() {
        match guess(&limited, name, &format!("guess {attempt}")).await {
            401 => looked_at += 1,
            status => assert_eq!(status, 429, "{name:?}"),
        }
    }
    assert_eq!(looked_at, 5);
    assert_eq!(server.binds(&format!("uid=alice,ou=Users,{BASE}")), spellings.len() + 5, "no other was sent");
    assert_eq!(guess(&limited, "alice", "alice@123").await, 429);
    assert_eq!(guess(&limited, "bob", "bob@123").await, 200);
}

#[tokio::test]
async fn review_03_names_that_lead_to_one_entry_share_its_count() {
    let Some(server) = server("review_03_names") else { return };
    let mut config = server.config();
    config.user_search_filter = "(|(uid=?)(mail=?))".to_owned();
    let limited =
        ThrottledUserStore::new(LdapUserStore::new(config).unwrap(), 4, Duration::from_secs(3600)).unwrap();
    let mut statuses = Vec::new();
    for name in ["alice", "alice@avix.lk", "alice", "alice@avix.lk", "alice", "alice@avix.lk"] {
        statuses.push(guess(&limited, name, "guess").await);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 429, 429]);
    for name in ["alice", "alice@avix.lk"] {
        assert_eq!(guess(&limited, name, "alice@123").await, 429);
    }
    assert_eq!(server.binds(&format!("uid=alice,ou=Users,{BASE}")), 4);
    assert_eq!(guess(&limited, "bob@avix.lk", "bob@123").await, 200);
}

/// `slow@123` by SHA-512 crypt with 300,000 rounds.
const SLOW: &str = "{CRYPT}$6$rounds=300000$saltsalt$HZcIezb3WwHkTqos1pLQA/n94Aw9LVsu17tEN6ffEBgtpWDGpnbkEBBN8jpRPJ8Ea4P7dSeUeYluRfmFCyvzs/";

#[tokio::test]
async fn review_14_an_unknown_user_costs_the_bind_of_a_decoy() {
    let Some(mut server) = server("review_14_decoy") else { return };
    let entry = |uid: &str| {
        format!(
            "dn: uid={uid},ou=Users,{BASE}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: \
             {uid}\nuserPassword: {SLOW}\n\n"
        )
    };
    server.change(&[entry("slow"), entry("decoy")].concat());
    let decoy = format!("uid=decoy,ou=Users,{BASE}");
    let plain = LdapUserStore::new(server.config()).unwrap();
    let mut config = server.config();
    config.decoy_name = Some(decoy.clone());
    let store = LdapUserStore::new(config.clone()).unwrap();
    store.check_connection().await.unwrap();
    assert!(ask(&store, "slow", "slow@123").await.is_ok());
    assert_eq!(server.binds(&decoy), 0, "users are bound as themselves");
    // The second is the decoy's own password.
    for (count, password) in ["guess", "slow@123"].into_iter().enumerate() {
        assert_eq!(ask(&store, "dave", password).await, Err(AuthError::InvalidCredentials));
        assert_eq!(server.binds(&decoy), count + 1);
    }
    assert_eq!(ask(&store, "twin", "twin@123").await, Err(AuthError::InvalidCredentials));
    assert_eq!(server.binds(&decoy), 3, "a name that two entries have is refused after a bind too");

    let time = async |store: &LdapUserStore, name: &str| {
        let mut least = Duration::MAX;
        for _ in 0..4 {
            let start = Instant::now();
            assert_eq!(ask(store, name, "guess").await, Err(AuthError::InvalidCredentials));
            least = least.min(start.elapsed());
        }
        least
    };
    let (known, unknown) = (time(&store, "slow").await, time(&store, "dave").await);
    let without = time(&plain, "dave").await;
    assert!(without * 6 < known, "the hash is slow: {known:?}, and without it {without:?}");
    assert!(unknown * 3 > known, "an unknown user costs it too: {unknown:?} of {known:?}");

    config.decoy_name = Some(format!("uid=missing,ou=Users,{BASE}"));
    let error = LdapUserStore::new(config.clone()).unwrap().check_connection().await.unwrap_err();
    assert!(error.to_string().contains("ldap.decoy_name"), "{error}");
    config.decoy_name = Some(" ".to_owned());
    let error = LdapUserStore::new(config).unwrap_err();
    assert!(error.to_string().contains("ldap.decoy_name"), "{error}");
}

#[tokio::test]
async fn review_19_a_name_that_two_entries_have_is_believed_by_no_attribute() {
    let Some(mut server) = server("review_19_unique") else { return };
    let entry = |unit: &str, mail: &str| {
        format!(
            "dn: uid=frank,ou={unit},{BASE}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: frank\ncn: frank\nsn: \
             frank\nmail: {mail}\nuserPassword: {unit}@123\n\n"
        )
    };
    server.change(&[entry("Users", "frank@avix.lk"), entry("Staff", "frank@staff.lk")].concat());
    let mut config = server.config();
    config.user_search_base = vec![format!("ou=Users,{BASE}"), format!("ou=Staff,{BASE}")];
    for filter in ["(mail=?)", "(|(uid=?)(mail=?))"] {
        config.user_search_filter = filter.to_owned();
        let store = LdapUserStore::new(config.clone()).unwrap();
        for (mail, password) in [("frank@avix.lk", "Users@123"), ("frank@staff.lk", "Staff@123")] {
            let known = ask(&store, mail, password).await;
            assert_eq!(known, Err(AuthError::InvalidCredentials), "{filter}: which frank is it?");
        }
        let alice = ask(&store, "alice@avix.lk", "alice@123").await;
        assert_eq!(alice, Ok(UserDetails::new("alice", ["developer"])), "{filter}");
    }
}
