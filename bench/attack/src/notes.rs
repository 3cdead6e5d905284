use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use twilio_sdk::access_control::{AccessControl, Permission, Roles};
use twilio_sdk::audit::NoopAuditSink;

use crate::figures::{Figures, at_pace};

/// Permission checks of users in PostgreSQL while another program holds the lock of a change, and users log in whose last
/// use would be noted. The attempts are these logins.
pub(crate) async fn run(time: Duration) -> Result<Option<Figures>> {
    let Some(server) = crate::postgres::server("attack") else { return Ok(None) };
    let access = AccessControl::new(server.connect("postgres").await?, Roles::new(), NoopAuditSink);
    let first = access.bootstrap_admin("ada", None).await?;
    let ada = access.authenticate(&first.key).await?;
    access.add_user(&ada, "olga", "operator").await?;
    let olga = access.issue_key(&ada, "olga", None).await?.key;

    let url = format!("{}?sslmode=disable", server.url("127.0.0.1", "postgres"));
    let (lock, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    let statement = "BEGIN; LOCK TABLE twilio_access_users, twilio_access_keys IN SHARE ROW EXCLUSIVE MODE";
    lock.batch_execute(statement).await?;
    let logins = {
        let access = access.clone();
        tokio::spawn(at_pace(time, Duration::from_millis(100), 200, move || {
            let (access, olga) = (access.clone(), olga.clone());
            async move { if access.authenticate(&olga).await.is_ok() { 200 } else { 503 } }
        }))
    };
    let ada = Arc::new(ada);
    let checks = move || {
        let (access, ada) = (access.clone(), Arc::clone(&ada));
        async move { if access.require(&ada, Permission::ManageUsers).await.is_ok() { 200 } else { 503 } }
    };
    let mut figures = at_pace(time, Duration::from_millis(50), 200, checks).await;
    let logins = logins.await?;
    figures.accepted = logins.ok;
    figures.refused = logins.latencies.len() - logins.ok;
    drop(lock);
    connection.await??;
    Ok(Some(figures))
}
