//! What a configuration may hold.

use std::time::Duration;

use twilio_sdk_inbound_auth::{LdapConfig, LdapUserStore};

use crate::directory::{ADMIN, ADMIN_PASSWORD, BASE};
use crate::server::{ask, server};

fn config() -> LdapConfig {
    LdapConfig::new("ldaps://ldap.example.org", ADMIN, ADMIN_PASSWORD, [BASE])
}

/// Makes a configuration one that cannot work.
type Spoil = fn(&mut LdapConfig);

#[tokio::test]
async fn weakness_13_what_cannot_work_is_refused_by_its_field() {
    LdapUserStore::new(config()).unwrap();
    let table: &[(&str, Spoil)] = &[
        ("url", |c| c.url = "ldap.example.org".to_owned()),
        ("url", |c| c.url = "http://ldap.example.org".to_owned()),
        ("url", |c| c.url = "ldap:".to_owned()),
        ("url", |c| c.url = "ldaps://".to_owned()),
        ("url", |c| c.url = "ldaps://h/dc=x??sub".to_owned()),
        ("url", |c| c.url = "ldaps://user:hush@h".to_owned()),
        ("url", |c| c.url = "ldaps://[::1]".to_owned()),
        ("url", |c| c.url = "ldap://ldap.example.org".to_owned()),
        ("url", |c| c.start_tls = true),
        ("bind_dn", |c| c.bind_dn = String::new()),
        ("bind_password", |c| c.bind_password = "".into()),
        ("user_search_base", |c| c.user_search_base = vec![]),
        ("user_search_base", |c| c.user_search_base = vec![" ".to_owned()]),
        ("group_search_base", |c| c.group_search_base = vec![String::new()]),
        ("user_entry_object_class", |c| c.user_entry_object_class = Some("a)(b".to_owned())),
        ("group_entry_object_class", |c| c.group_entry_object_class = Some(String::new())),
        ("username_attribute", |c| c.username_attribute = "*".to_owned()),
        ("group_name_attribute", |c| c.group_name_attribute = String::new()),
        ("group_member_attribute", |c| c.group_member_attribute = "member=x".to_owned()),
        ("user_search_filter", |c| c.user_search_filter = "(uid=alice)".to_owned()),
        ("user_search_filter", |c| c.user_search_filter = "uid=?".to_owned()),
        // Only some names would make a filter.
        ("user_search_filter", |c| c.user_search_filter = "(?=alice)".to_owned()),
        ("group_search_filter", |c| c.group_search_filter = "(cn=?".to_owned()),
        ("user_list_filter", |c| c.user_list_filter = String::new()),
        ("group_list_filter", |c| c.group_list_filter = "(a=b)(c=d)".to_owned()),
        ("group_cache_ttl", |c| c.group_cache_ttl = Some(Duration::ZERO)),
        ("connection_timeout", |c| c.connection_timeout = Duration::ZERO),
        ("read_timeout", |c| c.read_timeout = Duration::ZERO),
        ("read_timeout", |c| c.read_timeout = Duration::MAX),
        ("pool_size", |c| c.pool_size = 0),
    ];
    for (field, spoil) in table {
        let mut config = config();
        spoil(&mut config);
        let error = LdapUserStore::new(config.clone()).unwrap_err();
        assert!(error.to_string().contains(&format!("ldap.{field}: ")), "{field}: {error}");
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("hush") && !printed.contains(ADMIN_PASSWORD), "{printed}");
    }
    let printed = format!("{:?} {:?}", config(), LdapUserStore::new(config()).unwrap());
    assert!(!printed.contains(ADMIN_PASSWORD), "{printed}");
    for (url, plain) in [
        ("ldap://127.0.0.1", false),
        ("ldap://localhost:1389", false),
        ("ldap://[::1]", false),
        ("ldap://h", true),
    ] {
        let mut config = config();
        config.url = url.to_owned();
        config.allow_unencrypted = plain;
        LdapUserStore::new(config).expect(url);
    }
}

fn file(name: &str, text: &str) -> std::path::PathBuf {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let folder = std::env::temp_dir().join(format!("twilio-sdk-ldap-files-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn weakness_12_a_file_sets_every_field() {
    let Some(server) = server("weakness_12_a_file_sets_every_field") else { return };
    std::fs::write(file("ca.pem", ""), &server.ca).unwrap();
    let text = format!(
        r#"
        [auth.ldap]
        label = "avix"
        url = "ldap://localhost:{port}"
        bind_dn = "{ADMIN}"
        bind_password = "${{NO_SUCH_VARIABLE_OF_THE_TEST:-{ADMIN_PASSWORD}}}"
        user_search_base = ["ou=Users,{BASE}", "ou=Staff,{BASE}"]
        user_entry_object_class = "inetOrgPerson"
        username_attribute = "uid"
        user_search_filter = "(mail=?)"
        user_list_filter = "(uid=c*)"
        group_search_base = ["ou=PosixGroups,{BASE}"]
        group_entry_object_class = "posixGroup"
        group_name_attribute = "gidNumber"
        group_search_filter = "(gidNumber=?)"
        group_list_filter = "(cn=*)"
        group_member_attribute = "memberUid"
        group_scopes = [{{ group = "1", scopes = ["root"] }}]
        group_cache_ttl = "1h"
        pool_connections = false
        pool_size = 1
        connection_timeout = 4.5
        read_timeout = "2500ms"
        tls = {{ extra_root_certificates = ["ca.pem"], disable_system_roots = true }}
        start_tls = true
        allow_unencrypted = false
        "#,
        port = server.port
    );
    let config = LdapConfig::from_file(file("all.toml", &text)).unwrap();
    assert_eq!(config.connection_timeout, Duration::from_millis(4500));
    assert_eq!(config.read_timeout, Duration::from_millis(2500));
    assert_eq!(config.group_cache_ttl, Some(Duration::from_secs(3600)));
    assert_eq!((config.pool_size, config.label.as_str()), (1, "avix"));
    assert!(config.start_tls && !config.allow_unencrypted);
    let store = LdapUserStore::new(config).unwrap();
    store.check_connection().await.unwrap();
    assert_eq!(ask(&store, "alice@avix.lk", "alice@123").await.unwrap().scopes, ["root"]);
    assert!(ask(&store, "bob@avix.lk", "bob@123").await.unwrap().scopes.is_empty());
    assert!(ask(&store, "alice", "alice@123").await.is_err());
    assert_eq!(store.list_users(10).await.unwrap(), ["carol"]);
    assert_eq!(store.idle_connections(), 0);
    drop(server);
    let error = ask(&store, "alice@avix.lk", "alice@123").await.unwrap_err();
    assert!(error.to_string().contains("directory \"avix\""), "{error}");
}

#[test]
fn a_file_that_is_wrong_is_refused_with_everything_that_is_wrong() {
    let problems = |text: &str| {
        let error = LdapConfig::from_file(file("wrong.toml", text)).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
        error.problems().iter().map(|problem| problem.key().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(problems(""), ["auth.ldap"]);
    assert_eq!(
        problems(
            "[auth.ldap]\nconnection_url = \"ldap://h\"\nconnection_password = \"hush\"\nread_timeout = 2\n\
             user_search_base = [\"dc=x\"]\n"
        ),
        ["auth.ldap.bind_dn", "auth.ldap.connection_url"]
    );
    assert_eq!(
        problems(
            "[auth.ldap]\nconnection_timeout = 0\nread_timeout = -1\nuser_serach_base = []\ngroup_scopes = [{}]\n\
             tls = { extra_root_certificates = [\"no-such.pem\"] }\n"
        ),
        [
            "auth.ldap.connection_timeout",
            "auth.ldap.read_timeout",
            "auth.ldap.user_serach_base",
            "auth.ldap.group_scopes[0].group",
            "auth.ldap.group_scopes[0].scopes",
            "auth.ldap.tls.extra_root_certificates[0]"
        ]
    );
}

#[test]
fn a_file_takes_the_other_names_of_keys_but_not_both() {
    let read = |keys: &str| {
        let text = format!("[auth.ldap]\nuser_search_base = [\"ou=Users\"]\n{keys}");
        LdapConfig::from_file(file("names.toml", &text))
    };
    let one = "url = 'ldaps://h'\nbind_dn = 'cn=reader'\nbind_password = 'hush'\n";
    let other = "connection_url = 'ldaps://h'\nconnection_name = 'cn=reader'\nconnection_password = 'hush'\n";
    let settings = "label = 'avix'\nusername_attribute = 'mail'\nuser_search_filter = '(mail=?)'\n\
                    user_list_filter = '(mail=*)'\ngroup_search_filter = '(ou=?)'\ngroup_list_filter = '(ou=*)'\n\
                    group_member_attribute = 'memberUid'\ngroup_cache_ttl = 60\npool_connections = false\npool_size = 7\n";
    let aliases = "domain_name = 'avix'\nuser_name_attribute = 'mail'\nuser_name_search_filter = '(mail=?)'\n\
                   user_name_list_filter = '(mail=*)'\ngroup_name_search_filter = '(ou=?)'\n\
                   group_name_list_filter = '(ou=*)'\nmembership_attribute = 'memberUid'\n\
                   user_roles_cache_enabled = true\nconnection_pooling_enabled = false\nconnection_pool_size = 7\n";
    let expected = read(&format!("{one}{settings}")).unwrap();
    let found = read(&format!("{other}{aliases}")).unwrap();
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    assert_eq!(found.bind_password.expose_secret(), expected.bind_password.expose_secret());
    assert_eq!(read(&format!("{one}user_roles_cache_ttl = 5\n")).unwrap().group_cache_ttl, None);

    let error =
        read(&format!("{one}connection_url = 'ldaps://h'\npool_size = 1\nconnection_pool_size = 1\n"));
    let error = error.unwrap_err();
    let problems: Vec<_> = error.problems().iter().map(|problem| problem.to_string()).collect();
    assert!(problems[0].contains("auth.ldap.connection_url: is another name of `url`"), "{problems:?}");
    assert!(
        problems[1].contains("auth.ldap.connection_pool_size: is another name of `pool_size`"),
        "{problems:?}"
    );
    let error = read(&other.replace("cn=reader", " ")).unwrap_err().to_string();
    assert!(error.contains("auth.ldap.connection_name: must not be empty"), "{error}");
}
