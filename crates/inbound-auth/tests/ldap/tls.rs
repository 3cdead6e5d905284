//! Whom a connection with TLS trusts.

use twilio_sdk_inbound_auth::TlsConfig;
use twilio_sdk_inbound_auth::{AuthError, LdapConfig, LdapUserStore};

use crate::server::{Server, ask, is_unavailable, issuer, server};

/// By `ldaps://` and by StartTLS.
fn configs(server: &Server, host: &str, tls: &TlsConfig) -> [LdapConfig; 2] {
    let mut direct = server.config();
    direct.tls = tls.clone();
    let mut upgraded = direct.clone();
    direct.url = format!("ldaps://{host}:{}", server.tls_port);
    upgraded.url = format!("ldap://{host}:{}", server.port);
    upgraded.start_tls = true;
    [direct, upgraded]
}

#[tokio::test]
async fn weakness_11_the_right_authority_is_trusted() {
    let Some(server) = server("weakness_11_the_right_authority_is_trusted") else { return };
    for config in configs(&server, "localhost", &server.tls()) {
        let store = LdapUserStore::new(config).unwrap();
        store.check_connection().await.unwrap();
        assert_eq!(ask(&store, "alice", "alice@123").await.unwrap().scopes, ["developer"]);
        assert_eq!(ask(&store, "alice", "invalid").await, Err(AuthError::InvalidCredentials));
    }
}

#[tokio::test]
async fn weakness_11_another_authority_or_another_name_is_not() {
    let Some(server) = server("weakness_11_another_authority_or_another_name_is_not") else { return };
    let other = TlsConfig::new().extra_root_certificates(issuer().pem()).disable_system_roots(true);
    let system = TlsConfig::new().extra_root_certificates(issuer().pem());
    // The certificate is for `localhost`, which is this very address.
    let wrong = [("localhost", other), ("localhost", system), ("127.0.0.1", server.tls())];
    for (host, tls) in wrong {
        for config in configs(&server, host, &tls) {
            let store = LdapUserStore::new(config).unwrap();
            let answer = ask(&store, "alice", "alice@123").await;
            assert!(is_unavailable(&answer), "{host}: {answer:?}");
            assert!(answer.unwrap_err().to_string().contains("certificate"), "{host}");
            assert!(store.check_connection().await.unwrap_err().to_string().contains("certificate"));
        }
    }
}

#[tokio::test]
async fn what_is_no_tls_is_not_spoken_to() {
    let Some(server) = server("what_is_no_tls_is_not_spoken_to") else { return };
    let mut config = server.config();
    config.tls = server.tls();
    config.url = format!("ldaps://localhost:{}", server.port);
    config.connection_timeout = std::time::Duration::from_millis(700);
    let store = LdapUserStore::new(config).unwrap();
    assert!(is_unavailable(&ask(&store, "alice", "alice@123").await));
}
