//! Capability tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use twilio_sdk_access_token::{
    AuthTokenConfig, ClientCapabilityToken, TaskRouterCapabilityToken, TaskRouterPolicy,
};

use crate::{SECRET, anonymous, at, parts};

#[test]
fn no_secret_is_printed() {
    let token = anonymous();
    let auth = AuthTokenConfig::new("AC123", SECRET);
    let printed = format!("{token:?} {:?}", ClientCapabilityToken::new(&auth).unwrap());
    assert!(!printed.contains(SECRET), "{printed}");
}

#[test]
fn a_client_capability_names_its_scopes() {
    let auth = AuthTokenConfig::new("AC123", "token");
    let token = ClientCapabilityToken::new(&auth)
        .unwrap()
        .issued_at(at(0))
        .allow_outgoing("AP123", [("b", "2 3"), ("a", "1&")])
        .allow_incoming("andy")
        .allow_events([("Type", "x")]);
    let text = token.sign().unwrap();
    let (header, payload, _) = parts(&text);
    assert_eq!(header, json!({"typ": "JWT", "alg": "HS256"}));
    assert_eq!(
        payload,
        json!({"iss": "AC123", "exp": 3600, "scope": concat!(
            "scope:client:outgoing?appParams=a%3D1%2526%26b%3D2%2B3&appSid=AP123&clientName=andy ",
            "scope:client:incoming?clientName=andy ",
            "scope:stream:subscribe?params=Type%3Dx&path=%2F2010-04-01%2FEvents"
        )})
    );
    assert_eq!(text, forge_bytes(&text, "token"));
    let alone =
        ClientCapabilityToken::new(&auth).unwrap().allow_outgoing("AP123", [("", ""); 0]).sign().unwrap();
    assert_eq!(parts(&alone).1["scope"], "scope:client:outgoing?appSid=AP123");
    assert_eq!(parts(&ClientCapabilityToken::new(&auth).unwrap().sign().unwrap()).1["scope"], "");
    assert!(ClientCapabilityToken::new(&auth).unwrap().allow_incoming("a b").sign().is_err());
    assert!(ClientCapabilityToken::new(&auth).unwrap().allow_outgoing("CA1", [("", ""); 0]).sign().is_err());
    assert!(ClientCapabilityToken::new(&auth).unwrap().ttl(Duration::from_secs(86_401)).is_err());
    assert!(ClientCapabilityToken::new(&AuthTokenConfig::new("AC123", "")).is_err());
}

/// Signs the same token here.
fn forge_bytes(token: &str, secret: &str) -> String {
    let (text, _) = token.rsplit_once('.').unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, text.as_bytes())))
}

#[test]
fn a_task_router_capability_lists_its_policies() {
    let auth = AuthTokenConfig::new("AC123", "token");
    let worker = TaskRouterCapabilityToken::worker(&auth, "WS456", "WK789").unwrap().issued_at(at(0));
    let text = worker.allow_activity_updates().sign().unwrap();
    assert_eq!(text, forge_bytes(&text, "token"));
    let payload = parts(&text).1;
    let policy = |method: &str, url: &str, filter: Value| json!({"url": url, "method": method, "allow": true, "query_filter": {}, "post_filter": filter});
    let events = "https://event-bridge.twilio.com/v1/wschannels/AC123/WK789";
    let workspace = "https://taskrouter.twilio.com/v1/Workspaces/WS456";
    let expected = json!({
        "account_sid": "AC123", "workspace_sid": "WS456", "channel": "WK789", "worker_sid": "WK789",
        "version": "v1", "friendly_name": "WK789", "iss": "AC123", "exp": 3600,
        "policies": [
            policy("GET", events, json!({})),
            policy("POST", events, json!({})),
            policy("GET", &format!("{workspace}/Workers/WK789"), json!({})),
            policy("GET", &format!("{workspace}/Activities"), json!({})),
            policy("GET", &format!("{workspace}/Tasks/**"), json!({})),
            policy("GET", &format!("{workspace}/Workers/WK789/Reservations/**"), json!({})),
            policy("POST", &format!("{workspace}/Workers/WK789"), json!({"ActivitySid": {"required": true}})),
        ],
    });
    assert_eq!(payload, expected);

    let queue = TaskRouterCapabilityToken::task_queue(&auth, "WS456", "WQ1").unwrap();
    let queue = parts(&queue.allow_fetch_subresources().allow_delete().sign().unwrap()).1;
    assert_eq!(queue["taskqueue_sid"], "WQ1");
    assert_eq!(queue["policies"][3]["url"], json!(format!("{workspace}/TaskQueues/WQ1/**")));
    assert_eq!(queue["policies"][4]["method"], "DELETE");
    let wide = TaskRouterCapabilityToken::workspace_wide(&auth, "WS456").unwrap();
    let wide = wide.policy(TaskRouterPolicy::deny("POST", "https://x").allow_query("q"));
    let wide = parts(&wide.sign().unwrap()).1;
    assert!(wide.get("worker_sid").is_none() && wide.get("taskqueue_sid").is_none());
    assert_eq!(wide["policies"][3]["allow"], false, "a policy can forbid");
    assert_eq!(wide["policies"][3]["query_filter"], json!({"q": {"required": false}}));

    assert!(TaskRouterCapabilityToken::worker(&auth, "WK1", "WK1").is_err());
    assert!(TaskRouterCapabilityToken::worker(&auth, "WS1", "WQ1").is_err());
    assert!(TaskRouterCapabilityToken::task_queue(&auth, "WS1", "WK1").is_err());
    assert!(TaskRouterCapabilityToken::worker(&AuthTokenConfig::new("SK1", "t"), "WS1", "WK1").is_err());
}
