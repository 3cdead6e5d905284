//! Who is recognized, and by which scopes.

use std::sync::Arc;
use std::time::Duration;

use twilio_sdk_inbound_auth::{AuthError, BasicHandler, LdapUserStore, UserDetails};

use crate::directory::BASE;
use crate::server::{ask, is_unavailable, server};

/// The scopes, or why the user is not let in.
type Expected = Result<&'static [&'static str], AuthError>;

#[tokio::test]
async fn users_have_the_groups_of_the_directory_as_scopes() {
    let Some(server) = server("users_have_the_groups_of_the_directory_as_scopes") else { return };
    let store = LdapUserStore::new(server.config()).unwrap();
    store.check_connection().await.unwrap();
    let table: [(&str, &str, Expected); 10] = [
        ("dave", "123", Err(AuthError::InvalidCredentials)),
        ("eve", "eve@123", Err(AuthError::InvalidCredentials)),
        ("alice", "invalid", Err(AuthError::InvalidCredentials)),
        ("alice", "alice@123", Ok(&["developer"])),
        ("ldclakmal", "ldclakmal@123", Ok(&["admin", "developer"])),
        ("bob", "bob@123", Ok(&[])),
        ("odd", "odd@123", Ok(&["odd-group"])),
        ("locked", "anything", Err(AuthError::InvalidCredentials)),
        ("twin", "twin@123", Err(AuthError::InvalidCredentials)),
        ("carol", "carol@123", Err(AuthError::InvalidCredentials)),
    ];
    for (name, password, expected) in table {
        let expected = expected.map(|scopes| UserDetails::new(name, scopes.iter().copied()));
        assert_eq!(ask(&store, name, password).await, expected, "{name}:{password}");
    }
    let handler = BasicHandler::new(Arc::new(store));
    // The empty one, `:xxx`, `alice:`, `invalid:` and `:`.
    for header in ["Basic ", "Basic Onh4eA==", "Basic YWxpY2U6", "Basic aW52YWxpZDo=", "Basic Og=="] {
        let error = handler.authenticate(header).await.unwrap_err();
        assert!(matches!(error, AuthError::Malformed(_)), "{header}");
    }
    let alice = handler.authenticate("Basic YWxpY2U6YWxpY2VAMTIz").await.unwrap();
    handler.authorize(&alice, &["developer"]).await.unwrap();
    assert_eq!(handler.authorize(&alice, &["admin"]).await, Err(AuthError::InsufficientScope));
}

#[tokio::test]
async fn weakness_14_no_name_is_read_as_a_filter() {
    let Some(server) = server("weakness_14_no_name_is_read_as_a_filter") else { return };
    let store = LdapUserStore::new(server.config()).unwrap();
    for name in
        ["*", "alice)(uid=*", "alice*", r"a\2a", r"alic\65", r"\*", " alice", "alice ", "al?ce", "alice\\"]
    {
        assert_eq!(ask(&store, name, "alice@123").await, Err(AuthError::InvalidCredentials), "{name:?}");
    }
    let nul = twilio_sdk_inbound_auth::Credential::new("alice\0", "alice@123");
    assert!(matches!(nul, Err(AuthError::Malformed(_))));
    let user = ask(&store, "ALICE", "alice@123").await.unwrap();
    assert_eq!(user.username, "alice", "the name is the directory's");
}

#[tokio::test]
async fn weakness_15_several_bases_are_searched_and_two_entries_are_nobody() {
    let Some(server) = server("weakness_15_several_bases_are_searched_and_two_entries_are_nobody") else {
        return;
    };
    let mut config = server.config();
    config.user_search_base = vec![format!("ou=Users,{BASE}"), format!("ou=Staff,{BASE}")];
    config.group_search_base = vec![format!("ou=Groups,{BASE}"), format!("ou=MoreGroups,{BASE}")];
    let store = LdapUserStore::new(config.clone()).unwrap();
    assert_eq!(ask(&store, "carol", "carol@123").await, Ok(UserDetails::new("carol", [""; 0])));
    let alice = ask(&store, "alice", "alice@123").await.unwrap();
    assert_eq!(alice.scopes, ["developer", "customer"]);
    for password in ["erin@123", "staff@123"] {
        assert_eq!(
            ask(&store, "erin", password).await,
            Err(AuthError::InvalidCredentials),
            "one in each base"
        );
    }
    config.user_search_base = vec![format!("ou=Users,{BASE}"), BASE.to_owned()];
    let store = LdapUserStore::new(config).unwrap();
    assert!(is_unavailable(&ask(&store, "alice", "alice@123").await), "the referral is below the whole base");
}

#[tokio::test]
async fn overlapping_bases_find_an_entry_once() {
    let Some(server) = server("overlapping_bases_find_an_entry_once") else { return };
    let mut config = server.config();
    config.user_search_base = vec![format!("ou=Users,{BASE}"), format!("uid=alice,ou=Users,{BASE}")];
    let store = LdapUserStore::new(config).unwrap();
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
}

#[tokio::test]
async fn weakness_14_members_may_be_names_of_users() {
    let Some(server) = server("weakness_14_members_may_be_names_of_users") else { return };
    for attribute in ["memberUid", "MEMBERUID"] {
        let mut config = server.config();
        config.group_search_base = vec![format!("ou=PosixGroups,{BASE}")];
        config.group_list_filter = "(objectClass=posixGroup)".to_owned();
        config.group_entry_object_class = Some("posixGroup".to_owned());
        config.group_member_attribute = attribute.to_owned();
        let store = LdapUserStore::new(config).unwrap();
        for (name, password, scopes) in [
            ("alice", "alice@123", vec!["wheel"]),
            ("bob", "bob@123", vec!["audio"]),
            ("odd", "odd@123", vec![]),
        ] {
            assert_eq!(ask(&store, name, password).await.unwrap().scopes, scopes, "{name}");
        }
    }
}

#[tokio::test]
async fn groups_can_be_given_scopes() {
    let Some(server) = server("groups_can_be_given_scopes") else { return };
    let mut config = server.config();
    let scopes = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    config.group_scopes = vec![
        ("developer".to_owned(), scopes(&["read", "write"])),
        ("admin".to_owned(), scopes(&["write", "delete"])),
    ];
    let store = LdapUserStore::new(config.clone()).unwrap();
    store.check_connection().await.unwrap();
    assert_eq!(ask(&store, "alice", "alice@123").await.unwrap().scopes, ["read", "write"]);
    let both = ask(&store, "ldclakmal", "ldclakmal@123").await.unwrap();
    assert_eq!(both.scopes, ["read", "write", "delete"]);
    assert!(ask(&store, "odd", "odd@123").await.unwrap().scopes.is_empty(), "other groups give none");

    for name in ["developper", "Developer"] {
        let mut config = config.clone();
        config.group_scopes.push((name.to_owned(), vec![]));
        let error = LdapUserStore::new(config).unwrap().check_connection().await.unwrap_err();
        assert!(error.to_string().contains(&format!("the group {name:?} does not exist")), "{error}");
    }
}

#[tokio::test]
async fn weakness_12_classes_and_lists_do_what_their_names_say() {
    let Some(server) = server("weakness_12_classes_and_lists_do_what_their_names_say") else { return };
    let mut config = server.config();
    config.user_search_filter = "(|(uid=?)(mail=?))".to_owned();
    let store = LdapUserStore::new(config.clone()).unwrap();
    let by_mail = ask(&store, "alice@avix.lk", "alice@123").await.unwrap();
    assert_eq!(by_mail, UserDetails::new("alice", ["developer"]));
    config.user_list_filter = "(uid=*o*)".to_owned();
    let store = LdapUserStore::new(config.clone()).unwrap();
    assert_eq!(store.list_users(100).await.unwrap(), ["bob", "locked", "odd"]);
    assert!(store.list_users(2).await.is_err(), "there are more");
    assert!(store.has_group("developer").await.unwrap());
    assert!(!store.has_group("*").await.unwrap());

    config.user_entry_object_class = Some("posixAccount".to_owned());
    let store = LdapUserStore::new(config.clone()).unwrap();
    assert_eq!(ask(&store, "alice", "alice@123").await, Err(AuthError::InvalidCredentials));
    config.user_entry_object_class = Some("inetOrgPerson".to_owned());
    config.group_entry_object_class = Some("posixGroup".to_owned());
    let store = LdapUserStore::new(config.clone()).unwrap();
    assert!(ask(&store, "alice", "alice@123").await.unwrap().scopes.is_empty());
    config.group_entry_object_class = None;
    config.group_name_attribute = "description".to_owned();
    let store = LdapUserStore::new(config.clone()).unwrap();
    assert!(ask(&store, "alice", "alice@123").await.unwrap().scopes.is_empty());
    config.username_attribute = "description".to_owned();
    let store = LdapUserStore::new(config).unwrap();
    assert_eq!(
        ask(&store, "alice", "alice@123").await,
        Err(AuthError::InvalidCredentials),
        "an entry without name"
    );
}

#[tokio::test]
async fn weakness_12_scopes_are_remembered_for_their_time_only_where_they_may_be() {
    let Some(mut server) = server("weakness_12_scopes_are_remembered_for_their_time_only_where_they_may_be")
    else {
        return;
    };
    let store = |cached: bool, ttl: u64| {
        let mut config = server.config();
        config.group_cache_ttl = cached.then(|| Duration::from_millis(ttl));
        LdapUserStore::new(config).unwrap()
    };
    let (never, long, short) = (store(false, 60_000), store(true, 60_000), store(true, 1));
    for store in [&never, &long, &short] {
        assert_eq!(ask(store, "alice", "alice@123").await.unwrap().scopes, ["developer"]);
    }
    server.change(&format!(
        "dn: cn=developer,ou=Groups,{BASE}\nchangetype: modify\ndelete: member\nmember: uid=alice,ou=Users,{BASE}\n"
    ));
    tokio::time::sleep(Duration::from_millis(5)).await;
    for store in [&never, &short] {
        assert!(ask(store, "alice", "alice@123").await.unwrap().scopes.is_empty());
    }
    assert_eq!(ask(&long, "alice", "alice@123").await.unwrap().scopes, ["developer"]);
    assert_eq!(
        ask(&long, "alice", "wrong").await,
        Err(AuthError::InvalidCredentials),
        "passwords are not remembered"
    );
    long.clear_group_cache();
    assert!(ask(&long, "alice", "alice@123").await.unwrap().scopes.is_empty());
}

#[tokio::test]
async fn only_the_name_itself_finds_a_user() {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree as _;
    use proptest::test_runner::TestRunner;

    let Some(server) = server("only_the_name_itself_finds_a_user") else { return };
    let store = LdapUserStore::new(server.config()).unwrap();
    // What means something in filters and in names of entries, around and in a name that is there.
    let names = prop_oneof![
        "[^:\\p{Cc}]{1,24}",
        "[*()\\\\&|!=<>~,+;\"# ]{0,3}alic[e*]?[*()\\\\&|!=<>~,+;\"# ]{0,3}",
        "\\\\[0-9a-f]{2}lice|a\\\\[0-9a-f]{0,2}lice",
    ];
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let name = names.new_tree(&mut runner).unwrap().current();
        let known = ask(&store, &name, "alice@123").await;
        match name.to_lowercase() == "alice" {
            true => assert_eq!(known.unwrap().username, "alice"),
            false => assert_eq!(known, Err(AuthError::InvalidCredentials), "{name:?}"),
        }
    }
}
