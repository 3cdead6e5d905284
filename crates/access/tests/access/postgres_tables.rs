//! Tables of PostgreSQL that are older, newer, or not whole.

use twilio_sdk_access::{AccessStore as _, Bindings};

use crate::server::server;

/// The tables as version 1 made them.
const VERSION_1: &str = "
    CREATE TABLE twilio_access_users (
        name text PRIMARY KEY, role text NOT NULL, created_at bigint NOT NULL
    );
    CREATE TABLE twilio_access_keys (
        id text PRIMARY KEY, owner text NOT NULL REFERENCES twilio_access_users (name) ON DELETE CASCADE,
        hash bytea NOT NULL CHECK (octet_length(hash) = 32), created_at bigint NOT NULL, expires_at bigint,
        revoked_at bigint, last_used_at bigint
    );
    CREATE INDEX twilio_access_keys_of_owner ON twilio_access_keys (owner);
    CREATE TABLE twilio_access_version (version integer NOT NULL);
    INSERT INTO twilio_access_version VALUES (1);
    INSERT INTO twilio_access_users VALUES ('ada', 'admin', 0);
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_77_tables_that_are_not_whole_are_told_when_connecting() {
    let Some(server) = server("tables") else { return };
    let cases = [
        (
            "empty",
            "CREATE TABLE twilio_access_version (version integer NOT NULL)",
            "twilio_access_version is empty",
        ),
        (
            "bare",
            "CREATE TABLE twilio_access_version (version integer NOT NULL);
             INSERT INTO twilio_access_version VALUES (2)",
            "version 2, and not all of",
        ),
        (
            "old",
            "CREATE TABLE twilio_access_version (version integer NOT NULL);
             INSERT INTO twilio_access_version VALUES (1)",
            "not all of",
        ),
        (
            "twice",
            "CREATE TABLE twilio_access_version (version integer NOT NULL);
             INSERT INTO twilio_access_version VALUES (2), (2)",
            "several rows",
        ),
        ("lost", "CREATE TABLE twilio_access_users (name text)", "without twilio_access_version"),
    ];
    for (name, sql, told) in cases {
        server.sql("postgres", &format!("CREATE DATABASE {name}")).await;
        server.sql(name, sql).await;
        let error = server.connect(name).await.unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("restore the tables"), "{name}: {error}");
        assert!(!error.contains("unexpected number of rows"), "{name}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn review_09_10_tables_of_version_1_become_those_of_version_2() {
    let Some(server) = server("version_1") else { return };
    server.sql("postgres", VERSION_1).await;
    for _ in 0..2 {
        let store = server.connect("postgres").await.unwrap();
        let records = store.snapshot().await.unwrap();
        assert_eq!((records.users.len(), records.bindings), (1, Bindings::default()));
    }
    // Who may not make tables is told what to do.
    server.sql("postgres", "CREATE DATABASE strict").await;
    server
        .sql(
            "strict",
            &format!(
                "{VERSION_1}; CREATE ROLE clerk LOGIN PASSWORD 'clerk'; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
                 GRANT SELECT, INSERT, UPDATE, DELETE ON twilio_access_users, twilio_access_keys TO clerk;
                 GRANT SELECT ON twilio_access_version TO clerk"
            ),
        )
        .await;
    let url = format!("postgres://clerk:clerk@localhost:{}/strict", server.port);
    let clerk = twilio_sdk_access::PostgresOptions::new(url).tls(server.tls()).connect().await;
    let error = clerk.unwrap_err().to_string();
    assert!(error.contains("twilio_access_bindings") && error.contains("CREATE on the schema"), "{error}");
}
