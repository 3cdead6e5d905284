//! The whole story, in its order.

use serde_json::{Value, json};
use twilio_emulator::Emulator;
use twilio_sdk::access_token::AccessToken;
use twilio_sdk::audit::{RecordFilter, search_log, verify_log};

use crate::directory::ADMIN_PASSWORD;
use crate::folder::{Folder, holds};
use crate::http::Caller;
use crate::server::{Server, server};
use crate::setup::{FIRST_SECRET, NEXT_SECRET, PASSPHRASE, Running, SUSANS_PASSWORD, fill, key, twilio};

const DRAFT: (&str, &str) = ("+15558675310", "the kettle is on");

fn draft() -> Value {
    json!({ "to": DRAFT.0, "body": DRAFT.1 })
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_together() {
    let Some(mut directory) = server("everything_together") else { return };
    let (folder, twilio) = (Folder::new(), twilio().await);
    let admin = fill(&folder, &twilio, &directory).await;
    let service = Running::start(folder.path()).await;

    users_send_and_read(&service, &twilio).await;
    nobody_else_does(&service).await;
    tokens_are_given_by_scope(&service).await;
    the_directory_goes_and_comes_back(&service, &mut directory).await;
    let ada = service.person(admin.expose_secret());
    let keys = people_look_after_the_service(&service, &ada).await;
    twilios_key_is_replaced(&service, &twilio, &ada).await;

    // A new start from the same folder: nothing was in memory only.
    drop(service);
    let service = Running::start(folder.path()).await;
    assert_eq!(service.user("susan", SUSANS_PASSWORD).post("/messages/new", draft()).await.status, 201);
    let ada = service.person(admin.expose_secret());
    assert_eq!(ada.get("/people").await.json().as_array().unwrap().len(), 2);

    everything_is_on_the_record(&ada, &folder).await;
    let mut secrets = vec![admin.expose_secret().to_owned()];
    secrets.extend(keys);
    secrets.extend([PASSPHRASE, SUSANS_PASSWORD, FIRST_SECRET, NEXT_SECRET, "alice@123"].map(str::to_owned));
    let log = std::fs::read(folder.file("audit.log")).unwrap();
    let vault = std::fs::read(folder.file("secrets.vault")).unwrap();
    let people = std::fs::read(folder.file("users.db")).unwrap();
    for secret in &secrets {
        assert!(![&log, &vault, &people].iter().any(|bytes| holds(bytes, secret)), "{secret}");
    }
    assert!(!holds(&log, ADMIN_PASSWORD) && !holds(&log, DRAFT.1));
}

async fn users_send_and_read(service: &Running, twilio: &Emulator) {
    let susan = service.user("susan", SUSANS_PASSWORD);
    let sent = susan.post("/messages/new", draft()).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    assert!(sent.json()["sid"].as_str().unwrap().starts_with("SM"));
    let request = twilio.requests().pop().unwrap();
    assert_eq!(request.user().as_deref(), key("")["api_key"].as_str());
    assert_eq!(request.form_value("Body"), Some("susan: the kettle is on"));
    let before = twilio.requests().len();
    assert_eq!(susan.get("/messages").await.json()["sids"].as_array().unwrap().len(), 20);
    assert_eq!(twilio.requests().len(), before + 1, "the first page has them all");
    assert_eq!(service.user("alice", "alice@123").get("/messages").await.status, 200);
    assert_eq!(service.user("ldclakmal", "ldclakmal@123").post("/messages/new", draft()).await.status, 201);
    let empty = susan.post("/messages/new", json!({ "to": "+1", "body": " " })).await;
    assert_eq!((empty.status, empty.body.contains("body")), (422, true), "{}", empty.body);
}

async fn nobody_else_does(service: &Running) {
    let statuses = async |caller: &Caller| {
        let sent = caller.post("/messages/new", draft()).await;
        (sent.status, sent.head.contains("www-authenticate: basic realm=\"messages\", charset=\"utf-8\""))
    };
    assert_eq!(statuses(&service.anybody()).await, (401, true));
    assert_eq!(statuses(&service.user("susan", "alice@123")).await, (401, true));
    assert_eq!(statuses(&service.user("nobody", SUSANS_PASSWORD)).await, (401, true));
    // A developer reads and does not send.
    assert_eq!(statuses(&service.user("alice", "alice@123")).await, (403, false));
    assert_eq!(service.anybody().get("/people").await.status, 401);
    assert_eq!(service.user("susan", SUSANS_PASSWORD).get("/people").await.status, 401);
    assert_eq!(service.anybody().get("/elsewhere").await.status, 404);
}

async fn tokens_are_given_by_scope(service: &Running) {
    let claims = async |caller: Caller| {
        let answer = caller.post("/token", Value::Null).await.json();
        AccessToken::verify(answer["token"].as_str().unwrap(), &FIRST_SECRET.into()).unwrap()
    };
    let agent = claims(service.user("susan", SUSANS_PASSWORD)).await;
    assert_eq!(agent.identity(), Some("susan"));
    assert!(agent.voice().is_some() && agent.chat().is_none());
    let customer = claims(service.user("alice", "alice@123")).await;
    assert_eq!(customer.identity(), Some("alice"));
    assert!(customer.voice().is_none() && customer.chat().is_some());
    // `bob` is in no group.
    assert_eq!(service.user("bob", "bob@123").post("/token", Value::Null).await.status, 403);
}

async fn the_directory_goes_and_comes_back(service: &Running, directory: &mut Server) {
    let (susan, alice) = (service.user("susan", SUSANS_PASSWORD), service.user("alice", "alice@123"));
    directory.stop();
    assert_eq!(alice.get("/messages").await.status, 503);
    // Nobody can say that she is unknown.
    assert_eq!(service.user("nobody", "x").get("/messages").await.status, 503);
    assert_eq!(susan.get("/messages").await.status, 200, "the file is still there");
    directory.restart();
    assert_eq!(alice.get("/messages").await.status, 200, "without a restart of the service");
    assert_eq!(service.user("nobody", "x").get("/messages").await.status, 401);
}

/// The keys that were given.
async fn people_look_after_the_service(service: &Running, ada: &Caller) -> Vec<String> {
    let added = ada.post("/people", json!({ "name": "vera", "role": "viewer" })).await;
    assert_eq!((added.status, added.json()["role"].as_str()), (201, Some("viewer")), "{}", added.body);
    assert_eq!(ada.post("/people", json!({ "name": "Vera", "role": "viewer" })).await.status, 409);
    assert_eq!(ada.post("/people", json!({ "name": "oz", "role": "wizard" })).await.status, 422);
    let issued = ada.post("/people/vera/keys", Value::Null).await;
    let key = issued.json()["key"].as_str().unwrap().to_owned();
    let vera = service.person(&key);
    // A viewer sees neither people nor the record, and changes nothing.
    assert_eq!(vera.get("/people").await.status, 403);
    assert_eq!(vera.get("/audit").await.status, 403);
    assert_eq!(vera.ask("PUT", "/people/vera/role", &json!({ "role": "admin" })).await.status, 403);
    assert_eq!(vera.ask("PUT", "/credentials/twilio", &crate::setup::key(NEXT_SECRET)).await.status, 403);
    // An operator sees the record, from the next request on.
    assert_eq!(ada.ask("PUT", "/people/vera/role", &json!({ "role": "operator" })).await.status, 200);
    assert_eq!(vera.get("/audit").await.status, 200);
    assert_eq!(vera.get("/people").await.status, 403);
    // The last admin stays.
    assert_eq!(ada.ask("DELETE", "/people/ada", &Value::Null).await.status, 409);
    assert_eq!(ada.ask("PUT", "/people/ada/role", &json!({ "role": "viewer" })).await.status, 409);
    // Who is removed is gone at once.
    ada.post("/people", json!({ "name": "temp", "role": "admin" })).await;
    let other = ada.post("/people/temp/keys", Value::Null).await.json()["key"].as_str().unwrap().to_owned();
    let temp = service.person(&other);
    assert_eq!(temp.get("/people").await.status, 200);
    assert_eq!(ada.ask("DELETE", "/people/temp", &Value::Null).await.status, 204);
    assert_eq!(temp.get("/people").await.status, 401);
    vec![key, other]
}

async fn twilios_key_is_replaced(service: &Running, twilio: &Emulator, ada: &Caller) {
    let susan = service.user("susan", SUSANS_PASSWORD);
    let short = ada.ask("PUT", "/credentials/twilio", &key("short")).await;
    assert_eq!((short.status, short.body.contains("short")), (422, false), "{}", short.body);
    assert_eq!(susan.post("/messages/new", draft()).await.status, 201, "the old key stays");
    assert_eq!(ada.ask("PUT", "/credentials/twilio", &key(NEXT_SECRET)).await.status, 204);
    assert_eq!(susan.post("/messages/new", draft()).await.status, 201);
    let authorization = twilio.requests().pop().unwrap();
    let sid = key("")["api_key"].as_str().unwrap().to_owned();
    let expected = twilio_sdk::BasicProvider::new(sid, NEXT_SECRET).unwrap().to_header_value();
    assert_eq!(authorization.authorization(), expected.to_str().ok());
    let token = susan.post("/token", Value::Null).await.json()["token"].as_str().unwrap().to_owned();
    AccessToken::verify(&token, &NEXT_SECRET.into()).unwrap();
}

async fn everything_is_on_the_record(ada: &Caller, folder: &Folder) {
    let shown = ada.get("/audit").await.json();
    assert_eq!((shown["whole"].as_bool(), shown["events"].as_array().unwrap().len()), (Some(true), 20));
    let path = folder.file("audit.log");
    verify_log(&path, None).unwrap();
    let records: Vec<_> = search_log(&path, RecordFilter::new()).unwrap().map(Result::unwrap).collect();
    let has = |event: &str, outcome: &str, actor: Option<&str>| {
        let found = records.iter().any(|record| {
            record.event.as_str() == event
                && record.outcome.as_str() == outcome
                && record.actor.as_deref() == actor
        });
        assert!(found, "{event} {outcome} {actor:?}");
    };
    has("user.add", "ok", None);
    has("authn", "ok", Some("susan"));
    has("authn", "ok", Some("alice"));
    has("authn", "denied", None);
    has("authn", "failed", None);
    has("authz", "denied", Some("alice"));
    has("token.issue", "ok", Some("susan"));
    has("user.add", "ok", Some("ada"));
    has("key.issue", "ok", Some("ada"));
    has("user.role", "ok", Some("ada"));
    has("user.remove", "ok", Some("ada"));
    has("authz", "denied", Some("vera"));
    has("credential.unlock", "ok", Some("service"));
    has("credential.read", "ok", Some("service"));
    has("credential.store", "ok", Some("ada"));
    has("config.change", "ok", Some("ada"));
}
