//! Each part does once what it records.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use twilio_sdk::access_control::{AccessControl, MemoryAccessStore, Roles};
use twilio_sdk::audit::AuditEventKind;
use twilio_sdk::inbound_auth::{BasicHandler, FileUserStore};
use twilio_sdk::vault::{ApiLinkerStore, Argon2Params, ConflictPolicy, VaultOptions};

use crate::folder::Folder;
use crate::recorder::Recorder;

/// People and their keys.
async fn access(recorder: &Arc<Recorder>) {
    let access = AccessControl::new(MemoryAccessStore::new(), Roles::new(), Arc::clone(recorder));
    let issued = access.bootstrap_admin("ada", None).await.unwrap();
    let ada = access.authenticate(&issued.key).await.unwrap();
    access.add_user(&ada, "bob", "viewer").await.unwrap();
    access.set_role(&ada, "bob", "operator").await.unwrap();
    let key = access.issue_key(&ada, "bob", None).await.unwrap();
    let key = access.rotate_key(&ada, &key.info.id, Duration::ZERO, None).await.unwrap();
    access.revoke_key(&ada, &key.info.id).await.unwrap();
    access.remove_user(&ada, "bob").await.unwrap();
}

/// Opening, storing, reading, deleting, another passphrase, and another program's store.
fn vault(folder: &Folder, recorder: &Arc<Recorder>) {
    let work = Argon2Params::new(8, 1, 1).unwrap();
    let options =
        VaultOptions::new(folder.file("secrets.vault")).argon2_params(work).audit(Arc::clone(recorder));
    let vault = options.create(&"passphrase".into()).unwrap();
    vault.set("a", "secret", None).unwrap();
    vault.get("a").unwrap();
    vault.delete("a").unwrap();
    vault.rekey(&"another".into(), work).unwrap();
    let salt = "AAECAwQFBgcICQoLDA0ODw==";
    let data = "Z0FBQUFBQmxVX0VBRUJFU0V4UVZGaGNZR1JvYkhCMGVIMWp0a3NFblFtRHRPZUJmNWt3dmFkc1JMQWtkdENIRTM4QVZGcDRmLWktRHN1TTU1Y1NPZnRMb1EzbUJPT1VEYl9lVi1QQ3FhdGYydF90a2ptV0ZMeWc2UDd2ZG9KbGtmdUFiVi1hQ3FWd2hXX1dsWU9LN0JyZ2xfampmZDQzX0tnPT0=";
    let path = folder.file("credentials.enc");
    std::fs::write(&path, json!({"salt": salt, "data": data, "version": 1}).to_string()).unwrap();
    let store = ApiLinkerStore::from_file(path, &"test-master-password".into()).unwrap();
    vault.import(store, ConflictPolicy::Keep).unwrap();
}

/// Who is recognized, who lacks a scope, and users that are read again.
async fn listener(folder: &Folder, recorder: &Arc<Recorder>) {
    let path = folder.file("users.toml");
    let users =
        "auth.allow_plaintext_passwords = true\n[[auth.users]]\nusername = \"alice\"\npassword = \"xxx\"\n";
    std::fs::write(&path, users).unwrap();
    let store = Arc::new(FileUserStore::open(&path).unwrap());
    let handler = BasicHandler::new(Arc::clone(&store) as _).audit(Arc::clone(recorder));
    let alice = handler.authenticate("Basic YWxpY2U6eHh4").await.unwrap();
    handler.authorize(&alice, &["write"]).await.unwrap_err();
    store.reload().unwrap();
}

#[tokio::test]
async fn every_kind_of_event_is_recorded_by_the_part_that_does_it() {
    let (folder, recorder) = (Folder::new(), Arc::new(Recorder::default()));
    access(&recorder).await;
    vault(&folder, &recorder);
    listener(&folder, &recorder).await;
    let server = crate::oauth::server().await;
    let provider = crate::oauth::provider(&server.url, &recorder);
    provider.client_credentials().await.unwrap();
    provider.refresh(&"r".into()).await.unwrap();
    let recorded = recorder.kinds();
    for kind in AuditEventKind::ALL {
        assert!(recorded.contains(kind), "{}", kind.as_str());
    }
}
