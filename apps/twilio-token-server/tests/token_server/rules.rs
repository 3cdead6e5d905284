//! Who gets what.

use std::time::Duration;

use crate::PASSWORD;
use crate::client::log_in;
use crate::fixture::{Folder, NO_LIMITS, Server, user};

const RULES: &str = r#"
[[rules]]
users = ["susan"]
scopes = ["staff"]
identity = "{username}_of_{username}"
ttl = 90
video = {}
chat = { service_sid = "IS00000000000000000000000000000001", push_credential_sid = "CR00000000000000000000000000000001" }
sync = { service_sid = "default" }

[[rules]]
scopes = ["calls"]
ttl = "24h"
voice = { incoming = true, outgoing_application_sid = "AP00000000000000000000000000000001" }
task_router = { workspace_sid = "WS00000000000000000000000000000001", worker_sid = "WK00000000000000000000000000000001", role = "role-of-{username}" }

[[rules]]
users = ["dave"]
voice = { push_credential_sid = "CR00000000000000000000000000000002" }

[[rules]]
users = ["susan", "bob", "eve@example.com"]
video = { room = "never-for-susan" }

[[rules]]
users = ["frank@example.com"]
voice = { incoming = true }
"#;

#[tokio::test]
async fn the_first_rule_that_is_for_a_user_decides() {
    let folder = Folder::new();
    let users = [
        user("susan", &["calls"]),
        user("anna", &["x", "staff"]),
        user("bob", &["Staff"]),
        user("carl", &["calls"]),
        user("dave", &[]),
        user("eve@example.com", &[]),
        user("frank@example.com", &[]),
        user("gina", &["staff ", ""]),
    ];
    folder.write("users.toml", &users.concat());
    let region = RULES.replacen("[[rules]]", &format!("{NO_LIMITS}\n[[rules]]"), 1);
    let path = folder.config("random_token_ids = false", &region);
    let text = std::fs::read_to_string(&path).unwrap().replace("[twilio]", "[twilio]\nregion = \"ie1\"");
    let server = Server::run(&folder.write("server.toml", &text)).await;
    let claims = async |name: &str| log_in(server.address, name, PASSWORD).await.claims();

    for name in ["susan", "anna"] {
        let got = claims(name).await;
        assert_eq!(got.identity(), Some(format!("{name}_of_{name}").as_str()));
        assert_eq!(got.region(), Some("ie1"));
        let life = got.expires_at().duration_since(got.not_before().unwrap()).unwrap();
        assert_eq!(life, Duration::from_secs(90));
        assert_eq!(got.video().unwrap().room, None, "every room");
        let chat = got.chat().unwrap();
        assert_eq!(chat.service_sid.as_deref(), Some("IS00000000000000000000000000000001"));
        assert_eq!(chat.push_credential_sid.as_deref(), Some("CR00000000000000000000000000000001"));
        assert_eq!(got.sync().unwrap().service_sid.as_deref(), Some("default"));
        assert_eq!(got.grants().len(), 3);
        let id = got.id().unwrap();
        assert_eq!(id.split('-').count(), 2, "without the random part: {id}");
    }

    let carl = claims("carl").await;
    assert_eq!(carl.expires_at().duration_since(carl.not_before().unwrap()).unwrap().as_secs(), 86_400);
    let voice = carl.voice().unwrap();
    assert!(voice.incoming_allow);
    assert_eq!(voice.outgoing_application_sid.as_deref(), Some("AP00000000000000000000000000000001"));
    let work = carl.task_router().unwrap();
    assert_eq!(work.role.as_deref(), Some("role-of-carl"));
    assert_eq!(work.worker_sid.as_deref(), Some("WK00000000000000000000000000000001"));
    assert_eq!(carl.grants().len(), 2);

    let dave = claims("dave").await;
    let life = dave.expires_at().duration_since(dave.not_before().unwrap()).unwrap();
    assert_eq!(life.as_secs(), 3_600, "an hour unless set");
    let voice = dave.voice().unwrap();
    assert!(!voice.incoming_allow && voice.outgoing_application_sid.is_none());

    // Scopes and names are exact.
    assert_eq!(claims("bob").await.video().unwrap().room.as_deref(), Some("never-for-susan"));
    assert_eq!(claims("eve@example.com").await.identity(), Some("eve@example.com"));
    assert_eq!(log_in(server.address, "gina", PASSWORD).await.status, 403);

    // Twilio would refuse such an identity for calls.
    let frank = log_in(server.address, "frank@example.com", PASSWORD).await;
    assert_eq!(frank.status, 500);
    assert_eq!(frank.json(), serde_json::json!({ "error": "the token cannot be created" }));
    server.stop().await;
}

#[tokio::test]
async fn a_rule_without_users_and_scopes_is_for_everybody() {
    let folder = Folder::new();
    let rules = "[[rules]]\nidentity = \"kiosk\"\nvideo = { room = \"lobby\" }\n";
    let server = Server::start(&folder, "", rules).await;
    for name in ["susan", "carol"] {
        assert_eq!(log_in(server.address, name, PASSWORD).await.claims().identity(), Some("kiosk"));
    }
    server.stop().await;
}
