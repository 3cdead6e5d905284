//! Users of a directory, behind the layer.

use twilio_sdk_inbound_auth::{AuthLayer, AuthMethod, AuthRules, LdapUserStore};

use crate::directory::{ADMIN, ADMIN_PASSWORD, BASE};
use crate::server::{ask, is_unavailable, server};
use crate::service::{basic, behind, file};

#[tokio::test]
async fn users_of_a_directory_are_let_in_by_their_groups() {
    let Some(mut server) = server("users_of_a_directory_are_let_in_by_their_groups") else { return };
    let store = LdapUserStore::new(server.config()).unwrap();
    let service = behind(AuthLayer::new("x", [AuthMethod::basic(store.clone()).scopes(["admin"])])).await;
    let (admin, alice) = (basic("ldclakmal", "ldclakmal@123"), basic("alice", "alice@123"));
    let statuses = async || {
        [
            service.status(Some(&admin)).await,
            service.status(Some(&alice)).await,
            service.status(Some(&basic("eve", "eve@123"))).await,
            service.status(None).await,
        ]
    };
    assert_eq!(statuses().await, [200, 403, 401, 401]);
    assert!(ask(&store, "alice", "alice@123").await.is_ok());
    server.stop();
    assert_eq!(statuses().await, [503, 503, 503, 401]);
    assert!(is_unavailable(&ask(&store, "alice", "alice@123").await));
    server.restart();
    assert_eq!(statuses().await, [200, 403, 401, 401], "without a restart of the service");
}

#[tokio::test]
async fn a_file_declares_a_directory_with_tls() {
    let Some(server) = server("a_file_declares_a_directory_with_tls") else { return };
    let ca = file("directory-ca.pem", &server.ca);
    let text = format!(
        r#"
        [[auth.default]]
        scopes = ["admin"]
        [auth.default.ldap]
        url = "ldaps://localhost:{port}"
        bind_dn = "{ADMIN}"
        bind_password = "{ADMIN_PASSWORD}"
        user_search_base = ["ou=Users,{BASE}"]
        group_search_base = ["ou=Groups,{BASE}"]
        tls = {{ extra_root_certificates = ["{ca}"], disable_system_roots = true }}
        "#,
        port = server.tls_port,
        ca = ca.file_name().unwrap().to_str().unwrap()
    );
    let rules = AuthRules::from_file(file("directory.toml", &text)).unwrap();
    let service = behind(rules.service_layer().unwrap()).await;
    let answer = service.get("/", Some(&basic("ldclakmal", "ldclakmal@123"))).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "ldclakmal:admin developer"));
    assert_eq!(service.status(Some(&basic("alice", "alice@123"))).await, 403);
    assert!(!format!("{rules:?}").contains(ADMIN_PASSWORD));
}

#[tokio::test]
async fn review_07_a_file_remembers_the_right_passwords_of_a_directory_where_it_says_so() {
    let Some(mut server) = server("review_07_remembers") else { return };
    let rules = |remember: &str| {
        let text = format!(
            "[auth]\n{remember}\n[[auth.default]]\n[auth.default.ldap]\nconnection_url = \
             \"ldap://127.0.0.1:{}\"\nconnection_name = \"{ADMIN}\"\nconnection_password = \
             \"{ADMIN_PASSWORD}\"\nuser_search_base = [\"ou=Users,{BASE}\"]\n",
            server.port
        );
        AuthRules::from_file(file("remembered-directory.toml", &text)).unwrap().service_layer().unwrap()
    };
    let (remembers, asks) = (behind(rules("password_cache_ttl = \"1m\"")).await, behind(rules("")).await);
    let (alice, guess) = (basic("alice", "alice@123"), basic("alice", "guess"));
    for service in [&remembers, &asks] {
        assert_eq!(service.status(Some(&alice)).await, 200);
    }
    server.stop();
    assert_eq!([remembers.status(Some(&alice)).await, asks.status(Some(&alice)).await], [200, 503]);
    assert_eq!(remembers.status(Some(&guess)).await, 503, "another password is another credential");
}
