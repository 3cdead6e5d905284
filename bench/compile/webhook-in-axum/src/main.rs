use axum::{Router, routing::post};
use twilio_sdk_webhook::{IncomingMessage, PublicUrl, SignatureVerifier, Twiml, Webhook, WebhookLayer};

async fn sms(Webhook(message): Webhook<IncomingMessage>) -> Twiml {
    println!("{:?}", message.body);
    Twiml::new("<Response/>")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let verifier = SignatureVerifier::from_auth_token(std::env::var("TWILIO_AUTH_TOKEN")?);
    let layer = WebhookLayer::new(verifier, PublicUrl::Fixed("https://example.com".into()));
    let app = Router::new().route("/sms", post(sms)).layer(layer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    axum::serve(listener, app).await?;
    Ok(())
}
