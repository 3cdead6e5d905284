//! The layer over real HTTP.

use axum::Router;
use axum::routing::{get, post};
use twilio_sdk_webhook::{
    CloudEvent, IncomingCall, IncomingMessage, PublicUrl, Webhook, WebhookLayer, sign, url_with_body_hash,
};

use crate::http::{exchange, serve};
use crate::{FORM_TYPE, SMS, TOKEN, pairs, verifier};

pub(crate) fn app(public_url: PublicUrl) -> Router {
    async fn sms(Webhook(message): Webhook<IncomingMessage>) -> String {
        format!("{}: {}", message.from.unwrap_or_default(), message.body.unwrap_or_default())
    }
    async fn events(Webhook(events): Webhook<Vec<CloudEvent>>) -> String {
        events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>().join(",")
    }
    async fn raw(body: String) -> String {
        body
    }
    async fn call(Webhook(call): Webhook<IncomingCall>) -> String {
        call.call_sid.to_string()
    }
    Router::new()
        .route("/sms", post(sms))
        .route("/events", post(events))
        .route("/raw", post(raw))
        .route("/call", get(call))
        .layer(WebhookLayer::new(verifier(), public_url).body_limit(4096))
        .route("/open", post(sms))
}

#[tokio::test]
async fn the_layer_accepts_only_signed_requests() {
    let address = serve(app(PublicUrl::Fixed("https://mycompany.com".into()))).await;
    let host = "Host: mycompany.com";
    let sms = sign(TOKEN, "https://mycompany.com/sms", pairs(SMS.as_bytes()).iter());
    let head = |path: &str, signature: &str| {
        format!("POST {path} HTTP/1.1\r\n{host}\r\n{FORM_TYPE}\r\nX-Twilio-Signature: {signature}")
    };

    assert_eq!(exchange(&address, &head("/sms", &sms), SMS.as_bytes()).await, (200, "+1: Hi there".into()));
    let raw = sign(TOKEN, "https://mycompany.com/raw", pairs(SMS.as_bytes()).iter());
    assert_eq!(exchange(&address, &head("/raw", &raw), SMS.as_bytes()).await, (200, SMS.into()), "intact");
    let get = sign(TOKEN, "https://mycompany.com/call?CallSid=CA1&AccountSid=AC1", []);
    let get = format!("GET /call?CallSid=CA1&AccountSid=AC1 HTTP/1.1\r\n{host}\r\nX-Twilio-Signature: {get}");
    assert_eq!(exchange(&address, &get, b"").await, (200, "CA1".into()));

    let forbidden = (403, "Forbidden".to_owned());
    assert_eq!(exchange(&address, &head("/sms", "AAAA"), SMS.as_bytes()).await, forbidden);
    assert_eq!(exchange(&address, &head("/raw", &sms), SMS.as_bytes()).await, forbidden, "another path");
    let bare = format!("POST /sms HTTP/1.1\r\n{host}\r\n{FORM_TYPE}");
    assert_eq!(exchange(&address, &bare, SMS.as_bytes()).await, forbidden);
    let large = format!("{SMS}&x={}", "y".repeat(5000));
    let signed = sign(TOKEN, "https://mycompany.com/sms", pairs(large.as_bytes()).iter());
    assert_eq!(exchange(&address, &head("/sms", &signed), large.as_bytes()).await.0, 413);
    assert_eq!(exchange(&address, &head("/sms", &sms), b"Body=%FF").await.0, 400);
    let lost = sign(TOKEN, "https://mycompany.com/sms", [("Body", "x")]);
    assert_eq!(exchange(&address, &head("/sms", &lost), b"Body=x").await.0, 400, "no MessageSid");

    let body = br#"[{"specversion":"1.0","type":"a.b","source":"s","id":"1","data":{}}]"#;
    let target = url_with_body_hash("/events", body);
    let signed = sign(TOKEN, &format!("https://mycompany.com{target}"), []);
    let json = format!(
        "POST {target} HTTP/1.1\r\n{host}\r\nContent-Type: application/json\r\nX-Twilio-Signature: {signed}"
    );
    assert_eq!(exchange(&address, &json, body).await, (200, "a.b".into()));
    assert_eq!(exchange(&address, &json, &body.to_ascii_uppercase()).await, forbidden);
    let unhashed = sign(TOKEN, "https://mycompany.com/events", []);
    let json = format!(
        "POST /events HTTP/1.1\r\n{host}\r\nContent-Type: application/json\r\nX-Twilio-Signature: {unhashed}"
    );
    assert_eq!(exchange(&address, &json, body).await, forbidden, "a forged body");

    let open = format!("POST /open HTTP/1.1\r\n{host}\r\n{FORM_TYPE}\r\nX-Twilio-Signature: {sms}");
    assert_eq!(exchange(&address, &open, SMS.as_bytes()).await.0, 500, "no layer above the handler");
}
